"""The number half of the verifier: running text, controls, units, places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.domain.fact import Fact
from app.domain.finding import Finding
from app.drafting.manifest import Manifest, context_digest
from app.drafting.places import Place, find_places
from app.drafting.readback import OBJECT, ReadParagraph, segments
from app.drafting.report import finding
from app.drafting.tags import literal_tag, missing_tag, parse_tag
from app.drafting.tokens import find_numbers

#: Signs right before a figure and magnitudes right behind it change its value without touching its control.
_SIGNS = "-−－﹣+＋±~～<>≤≥"
_MAGNITUDES = "%％‰十百千万亿倍"


@dataclass(kw_only=True)
class Count:
    """Numbers seen and numbers traced."""

    total: int = 0
    traced: int = 0

    def add(self, good: bool) -> None:
        self.total += 1
        self.traced += good


def _near(paragraph: ReadParagraph) -> str:
    text = "".join(paragraph.text.split())
    return text[:48] + ("…" if len(text) > 48 else "")


def _even(text: str) -> str:
    """Text with its no-break and doubled spaces made plain: word processors exchange them."""
    return " ".join(text.replace("\u00a0", " ").split(" "))


def check_paragraph(paragraph: ReadParagraph, facts: Mapping[str, Fact], count: Count) -> Iterator[Finding]:
    """Loose numbers, control texts and units of one paragraph; citations and table of contents are checked elsewhere."""
    if paragraph.in_field("TOC"):
        return
    near = _near(paragraph)
    parts = list(segments(paragraph))
    loose = ""
    for tag, text, footnote in parts:
        loose += "" if footnote else OBJECT if tag else text
    for token in find_numbers(loose):
        count.add(False)
        yield finding("number-without-fact", f"“{token.text}”没有数据来源，所在文字：“{near}”。", token.text)
    for n, (tag, text, _) in enumerate(parts):
        if not tag:
            continue
        parsed = parse_tag(tag)
        if parsed.kind == "fact":
            found = list(_check_fact(parts, n, tag, text, facts, near))
        elif parsed.kind == "unit":
            found = list(_check_unit(parts, n, parsed.name, text, facts, near))
        elif parsed.kind == "lit":
            found = []
            if literal_tag(parsed.detail, text) != tag:
                found = [finding("changed-literal", f"“{text}”与写入时不同，所在文字：“{near}”。", tag)]
        elif parsed.kind == "todo":
            found = _check_missing(tag, text, near)
        else:
            continue
        yield from found
        if parsed.kind != "unit" and (find_numbers(text) or found):
            count.add(not found)


def _check_missing(tag: str, text: str, near: str) -> list[Finding]:
    if missing_tag(text) == tag:
        return []
    tokens = find_numbers(text)
    return [finding("number-without-fact", f"“{t.text}”没有数据来源，所在文字：“{near}”。", t.text) for t in tokens]


def _check_fact(
    parts: Sequence[tuple[str, str, str]], n: int, tag: str, text: str, facts: Mapping[str, Fact], near: str
) -> Iterator[Finding]:
    fact = facts.get(tag)
    if fact is None:
        yield finding("unknown-fact", f"“{text}”所标的数据项“{tag}”在本项目中不存在，所在文字：“{near}”。", tag)
        return
    if _even(text) != _even(fact.text):
        yield finding(
            "changed-number",
            f"{fact.label}应为“{fact.text}”，文中为“{text}”，所在文字：“{near}”。",
            tag,
            expected=fact.text,
            found=text,
        )
        return
    before = parts[n - 1][1] if n and not parts[n - 1][0] else ""
    after = parts[n + 1][1] if n + 1 < len(parts) and not parts[n + 1][0] else ""
    if fact.text[:1].isdigit() and before[-1:] and before[-1:] in _SIGNS:
        yield finding("changed-number", f"{fact.label}“{text}”前多了“{before[-1:]}”，所在文字：“{near}”。", tag)
    if fact.text[-1:].isdigit() and after[:1] and after[:1] in _MAGNITUDES:
        yield finding("unit-changed", f"{fact.label}“{text}”后多了“{after[:1]}”，所在文字：“{near}”。", tag)


def _check_unit(
    parts: Sequence[tuple[str, str, str]], n: int, name: str, text: str, facts: Mapping[str, Fact], near: str
) -> Iterator[Finding]:
    fact = facts.get(name)
    if fact is None:
        yield finding("unknown-fact", f"单位“{text}”所属的数据项“{name}”不存在，所在文字：“{near}”。", name)
        return
    if _even(text) != _even(fact.unit):
        yield finding(
            "unit-changed",
            f"{fact.label}的单位应为“{fact.unit}”，文中为“{text}”，所在文字：“{near}”。",
            name,
            expected=fact.unit,
            found=text,
        )
    previous = n - 1
    while previous >= 0 and not parts[previous][0] and not parts[previous][1].strip("\u00a0 "):
        previous -= 1
    if previous < 0 or parts[previous][0] != name:
        yield finding("unit-changed", f"单位“{text}”前面不是它所属的数字，所在文字：“{near}”。", name)


def check_places(
    paragraphs: list[ReadParagraph], manifest: Manifest, facts: Mapping[str, Fact], count: Count
) -> Iterator[Finding]:
    """Controls that stand where another one stood, units that went missing, figures in rewritten sentences, removed figures.
    A place in words the manifest does not know is for a person to look at; it does not block."""
    seen: set[tuple[str, str]] = set()
    places = [p for part in ("body", "header") for p in find_places([q for q in paragraphs if q.part == part])]
    for place in places:
        kind = parse_tag(place.subject).kind
        if kind not in ("fact", "lit", "quote") or place.subject.startswith("footnote:"):
            continue
        key = context_digest(place.context)
        seen.add((key, place.subject))
        expected = manifest.places.get(key)
        name = facts[place.subject].label if place.subject in facts else "该处"
        if expected is None:
            if kind == "fact" and find_numbers(place.text):
                yield from _in_new_words(place, name, facts)
        elif (place.subject, place.unit) in expected:
            continue
        elif place.subject in {s for s, _ in expected}:
            count.traced -= 1
            yield finding("unit-changed", f"{name}“{place.text}”的单位被删去或移动。", place.subject)
        else:
            count.traced -= 1
            id = "moved-number" if kind == "fact" else "moved-literal"
            yield finding(id, f"“{place.text}”（{name}）出现在另一项数据的位置上。", place.subject)
    yield from _removed(manifest, seen, facts)


def _in_new_words(place: Place, name: str, facts: Mapping[str, Fact]) -> Iterator[Finding]:
    fact = facts.get(place.subject)
    if fact is not None and fact.unit and not place.unit and not place.table:
        yield finding("unit-changed", f"{name}“{place.text}”缺少单位“{fact.unit}”。", place.subject)
    yield finding("number-context-changed", f"{name}“{place.text}”周围的文字有改动。", place.subject, explain=True)


def _removed(manifest: Manifest, seen: set[tuple[str, str]], facts: Mapping[str, Fact]) -> Iterator[Finding]:
    left = {subject for _, subject in seen}
    gone = dict.fromkeys(s for standing in manifest.places.values() for s, _ in sorted(standing) if s not in left)
    for subject in gone:
        fact = facts.get(subject)
        if fact is not None and parse_tag(subject).kind == "fact" and find_numbers(fact.text):
            yield finding("number-removed", f"{fact.label}“{fact.text}”已不在文中。", subject, explain=True)
