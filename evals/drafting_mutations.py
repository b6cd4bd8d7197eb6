"""One small falsification at a time, made in the XML of a written document the way an editor or a forger would leave it."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy

from lxml import etree

from app.drafting.chart_xml import C
from app.drafting.package import pack, unpack
from app.drafting.word_xml import qn

_SHEETML = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
BODY, NOTES, SHEET = "word/document.xml", "word/footnotes.xml", "xl/worksheets/sheet1.xml"


class Parts:
    """The parts of a document that carry numbers and citations, parsed once and copied for every mutation: the body, the
    footnotes, the charts and the sheets of their workbooks (by ``<workbook>!<sheet>``)."""

    def __init__(self, data: bytes) -> None:
        self.parts = unpack(data)
        self.books = {n: unpack(d) for n, d in self.parts.items() if n.startswith("word/embeddings/")}
        charts = [n for n in self.parts if n.startswith("word/charts/") and n.endswith(".xml")]
        self.parsed = {name: etree.fromstring(self.parts[name]) for name in (BODY, NOTES, *charts)}
        self.parsed |= {f"{n}!{SHEET}": etree.fromstring(book[SHEET]) for n, book in self.books.items()}

    def changed(self, rng: random.Random, mutation: Callable) -> tuple[bytes, str] | None:
        """(bytes, what was done), None when the mutation found nothing to do at its random place."""
        trees = {name: deepcopy(tree) for name, tree in self.parsed.items()}
        try:
            done = mutation(trees, rng)
        except (IndexError, ValueError):  # nothing of that kind in this document
            return None
        if not done:
            return None
        written = {n: etree.tostring(t, encoding="UTF-8") for n, t in trees.items()}
        parts = {**self.parts, **{n: written[n] for n in self.parsed if "!" not in n and _differs(written[n], self.parsed[n])}}
        for name, book in self.books.items():
            sheet = written[f"{name}!{SHEET}"]
            if _differs(sheet, self.parsed[f"{name}!{SHEET}"]):
                parts[name] = pack({**book, SHEET: sheet})
        return pack(parts), done


def _differs(written: bytes, parsed) -> bool:
    """Parts that a mutation left alone keep their bytes: a chart that is written anew would give itself away."""
    return written != etree.tostring(parsed, encoding="UTF-8")


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


def _other_digit(text: str, rng) -> str:
    at = rng.choice([i for i, c in enumerate(text) if c in "0123456789"])
    return text[:at] + rng.choice([d for d in "0123456789" if d != text[at]]) + text[at + 1 :]


def _chart(trees, rng):
    return trees[rng.choice([n for n in trees if n.startswith("word/charts/")])]


def chart_value(trees, rng) -> str:
    """A digit of a plotted value changes in the chart's cache."""
    value = rng.choice([v for cache in _chart(trees, rng).iter(f"{{{C}}}numCache") for v in cache.iter(f"{{{C}}}v")])
    old, value.text = value.text, _other_digit(value.text, rng)
    return f"chart {old} → {value.text}"


def chart_sheet(trees, rng) -> str:
    """A digit changes in the workbook behind a chart."""
    sheet = trees[rng.choice([n for n in trees if "!" in n])]
    value = rng.choice([v for v in sheet.iter(f"{{{_SHEETML}}}v") if v.text])
    old, value.text = value.text, _other_digit(value.text, rng)
    return f"sheet {old} → {value.text}"


def chart_label(trees, rng) -> str:
    """Two categories or two series change their names, or a bar is taken out."""
    chart = _chart(trees, rng)
    if rng.random() < 0.5:
        names = [v for cache in chart.iter(f"{{{C}}}strCache") for v in cache.iter(f"{{{C}}}v")]
        first, second = rng.sample(names, 2)
        if first.text == second.text:
            return ""
        first.text, second.text = second.text, first.text
        return f"labels {first.text} ↔ {second.text}"
    point = rng.choice([p for cache in chart.iter(f"{{{C}}}numCache") for p in cache.iter(f"{{{C}}}pt")])
    point.getparent().remove(point)
    return "bar removed"


def chart_sign(trees, rng) -> str:
    """A plotted value changes its sign."""
    value = rng.choice([v for cache in _chart(trees, rng).iter(f"{{{C}}}numCache") for v in cache.iter(f"{{{C}}}v")])
    if not any(c in "123456789" for c in value.text):
        return ""
    old, value.text = value.text, value.text[1:] if value.text.startswith("-") else f"-{value.text}"
    return f"chart {old} → {value.text}"


CHART_MUTATIONS: tuple[Callable, ...] = (chart_value, chart_sheet, chart_label, chart_sign)
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
    *CHART_MUTATIONS,
)
