"""One small falsification at a time, made in the XML of a written document the way an editor or a forger would leave it."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy

from lxml import etree

from app.drafting.package import pack, unpack
from app.drafting.word_xml import qn

BODY, NOTES = "word/document.xml", "word/footnotes.xml"


class Parts:
    """The two parts of a document that carry numbers and citations, parsed once and copied for every mutation."""

    def __init__(self, data: bytes) -> None:
        self.parts = unpack(data)
        self.parsed = {name: etree.fromstring(self.parts[name]) for name in (BODY, NOTES)}

    def changed(self, rng: random.Random, mutation: Callable) -> tuple[bytes, str] | None:
        """(bytes, what was done), None when the mutation found nothing to do at its random place."""
        trees = {name: deepcopy(tree) for name, tree in self.parsed.items()}
        done = mutation(trees, rng)
        if not done:
            return None
        return pack({**self.parts, **{n: etree.tostring(t, encoding="UTF-8") for n, t in trees.items()}}), done


def _texts(tree, accept=lambda text: True) -> list:
    return [t for t in tree.iter(qn("w:t")) if t.text and accept(t.text)]


def _controls(tree, accept=lambda tag, text: True) -> list:
    out = []
    for sdt in tree.iter(qn("w:sdt")):
        tag = sdt.find(f"{qn('w:sdtPr')}/{qn('w:tag')}").get(qn("w:val"))
        if accept(tag, "".join(sdt.itertext())):
            out.append(sdt)
    return out


def _is_number(tag: str, text: str) -> bool:
    return ":" not in tag and any(c.isdigit() for c in text)


def digit(trees, rng) -> str:
    """Any digit anywhere in the body becomes another one."""
    t = rng.choice(_texts(trees[BODY], lambda s: any(c in "0123456789" for c in s)))
    at = rng.choice([i for i, c in enumerate(t.text) if c in "0123456789"])
    new = rng.choice([d for d in "0123456789" if d != t.text[at]])
    old, t.text = t.text, t.text[:at] + new + t.text[at + 1 :]
    return f"{old} → {t.text}"


def dropped_digit(trees, rng) -> str:
    """A digit disappears."""
    t = rng.choice(_texts(trees[BODY], lambda s: any(c in "0123456789" for c in s)))
    at = rng.choice([i for i, c in enumerate(t.text) if c in "0123456789"])
    old, t.text = t.text, t.text[:at] + t.text[at + 1 :]
    return f"{old} → {t.text}"


def point(trees, rng) -> str:
    """The decimal point moves by one place."""
    t = rng.choice(_texts(trees[BODY], lambda s: "." in s.strip(".") and s.replace(".", "").isdigit()))
    at = t.text.index(".")
    old = t.text
    t.text = t.text[: at - 1] + "." + t.text[at - 1] + t.text[at + 1 :]
    return f"{old} → {t.text}"


def full_width(trees, rng) -> str:
    """A digit becomes another one in full width."""
    t = rng.choice(_texts(trees[BODY], lambda s: any(c in "12345678" for c in s)))
    at = rng.choice([i for i, c in enumerate(t.text) if c in "12345678"])
    old, t.text = t.text, t.text[:at] + chr(ord(t.text[at]) + 0xFEE1) + t.text[at + 1 :]
    return f"{old} → {t.text}"


def unit(trees, rng) -> str:
    """A unit becomes another one."""
    sdt = rng.choice(_controls(trees[BODY], lambda tag, _: tag.startswith("unit:")))
    t = next(sdt.iter(qn("w:t")))
    old, t.text = t.text, rng.choice([u for u in ("MWh", "万", "kg", "GJ", "元") if u != t.text])
    return f"unit {old} → {t.text}"


def dropped_unit(trees, rng) -> str:
    """A unit disappears with its control."""
    sdt = rng.choice(_controls(trees[BODY], lambda tag, _: tag.startswith("unit:")))
    text = "".join(sdt.itertext())
    sdt.getparent().remove(sdt)
    return f"unit {text} removed"


def sign(trees, rng) -> str:
    """A minus appears in or before a figure, or disappears."""
    sdt = rng.choice(
        _controls(trees[BODY], lambda tag, s: _is_number(tag, s) and s.replace(".", "").lstrip("-").isdigit())
    )
    t = next(sdt.iter(qn("w:t")))
    old = t.text
    if old.startswith("-"):
        t.text = old[1:]
    elif rng.random() < 0.5:
        t.text = "-" + old
    else:
        run = etree.Element(qn("w:r"))
        etree.SubElement(run, qn("w:t")).text = rng.choice("-−－")
        sdt.addprevious(run)
    return f"sign of {old}"


def magnitude(trees, rng) -> str:
    """万 or 亿 is put behind a figure."""
    sdt = rng.choice(_controls(trees[BODY], _is_number))
    run = etree.Element(qn("w:r"))
    etree.SubElement(run, qn("w:t")).text = rng.choice("万亿")
    text = "".join(sdt.itertext())
    if not text[-1].isdigit():
        return ""
    sdt.addnext(run)
    return f"magnitude behind {text}"


def swap(trees, rng) -> str:
    """Two figures change places, controls and all."""
    first, second = rng.sample(_controls(trees[BODY], _is_number), 2)
    a, b = "".join(first.itertext()), "".join(second.itertext())
    if a == b:
        return ""
    marker = etree.Element("marker")
    first.addprevious(marker)
    second.addprevious(first)
    marker.addprevious(second)
    marker.getparent().remove(marker)
    return f"{a} ↔ {b}"


def unwrapped(trees, rng) -> str:
    """A figure loses its control and bookmark and becomes plain text."""
    sdt = rng.choice(_controls(trees[BODY], _is_number))
    text = "".join(sdt.itertext())
    for neighbour in (sdt.getprevious(), sdt.getnext()):
        if neighbour is not None and neighbour.tag.startswith(qn("w:bookmark")[:-1]) and "bookmark" in neighbour.tag:
            neighbour.getparent().remove(neighbour)
    for run in list(sdt.find(qn("w:sdtContent"))):
        sdt.addprevious(run)
    sdt.getparent().remove(sdt)
    return f"{text} unwrapped"


def typed(trees, rng) -> str:
    """A number is typed into running text."""
    t = rng.choice(
        [
            t
            for t in _texts(trees[BODY], lambda s: len(s) > 8)
            if not any(a.tag in (qn("w:sdt"), qn("w:hyperlink")) for a in t.iterancestors())
        ]
    )
    words = rng.choice(("约35%", "１２台", "百分之三十", "五千吨", "③", "三分之一", "约12万元", "二〇二六年"))
    at = rng.randrange(1, len(t.text))
    t.text = t.text[:at] + words + t.text[at:]
    return f"typed {words}"


def removed_citation(trees, rng) -> str:
    """A footnote mark is deleted."""
    mark = rng.choice(list(trees[BODY].iter(qn("w:footnoteReference"))))
    id = mark.get(qn("w:id"))
    mark.getparent().remove(mark)
    return f"footnote {id} removed"


def swapped_citations(trees, rng) -> str:
    """Two footnote marks point to each other's footnotes."""
    first, second = rng.sample(list(trees[BODY].iter(qn("w:footnoteReference"))), 2)
    key = qn("w:id")
    texts = {n.get(key): "".join(n.itertext()) for n in trees[NOTES].iter(qn("w:footnote"))}
    if texts[first.get(key)] == texts[second.get(key)]:
        return ""
    a, b = first.get(key), second.get(key)
    first.set(key, b)
    second.set(key, a)
    return f"footnotes {a} ↔ {b}"


def edited_quote(trees, rng) -> str:
    """One character of a footnote's title, number, clause or quote changes."""
    t = rng.choice([t for sdt in trees[NOTES].iter(qn("w:sdt")) for t in _texts(sdt)])
    at = rng.randrange(len(t.text))
    old, t.text = t.text, t.text[:at] + ("甲" if t.text[at] != "甲" else "乙") + t.text[at + 1 :]
    return f"quote {old[:20]} at {at}"


MUTATIONS: tuple[Callable, ...] = (
    digit,
    dropped_digit,
    point,
    full_width,
    unit,
    dropped_unit,
    sign,
    magnitude,
    swap,
    unwrapped,
    typed,
    removed_citation,
    swapped_citations,
    edited_quote,
)
