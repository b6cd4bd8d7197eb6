"""Facts in the remark of an invoice: account, meter, period. What is not labelled is proposed with a doubt."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from extractors.periods import Span, find_spans


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkFacts:
    """``accounts`` and ``meters`` in order of appearance; ``span`` the energy's period, ``labelled`` whether the remark says so;
    ``rival_spans`` other periods with equal claim. ``broken`` names what a line break of the form may have cut in two."""

    accounts: tuple[str, ...] = ()
    meters: tuple[str, ...] = ()
    span: Span | None = None
    labelled: bool = False
    rival_spans: tuple[Span, ...] = ()
    broken: tuple[str, ...] = ()
    readings: tuple[str, str, str] | None = None
    """(opening, closing, multiplier) where the remark prints one of each; the multiplier is empty when none is printed."""


def read_remark(text: str, terms: Mapping[str, Any], *, fuel: bool, joined: str = "") -> RemarkFacts:
    """``terms`` is the ``[remark]`` table of a template; ``fuel`` allows single days (加油日期).

    ``joined`` is the same text with the lines that fill the remark's cell run together: a number or date may continue on the next line.
    Where the two readings name different values, the joined one is taken and named in ``broken``, because only the form knows.
    """
    facts = _read(joined or text, terms, fuel=fuel)
    if not joined or joined == text:
        return facts
    apart = _read(text, terms, fuel=fuel)
    # A line that the writer ended runs into the next one when joined (…8889 + 2023年2月): what only the separate lines show stands.
    facts = replace(facts, accounts=facts.accounts or apart.accounts, meters=facts.meters or apart.meters)
    if facts.span is None:
        facts = replace(facts, span=apart.span, labelled=apart.labelled, rival_spans=apart.rival_spans)
    broken = []
    if apart.accounts and apart.accounts != facts.accounts:
        broken.append(f"户号 {'、'.join(facts.accounts)}（或 {'、'.join(apart.accounts)}）")
    if apart.span and facts.span and (apart.span.first, apart.span.last) != (facts.span.first, facts.span.last):
        broken.append(f"期间 {facts.span.raw}（或 {apart.span.raw}）")
    return replace(facts, broken=tuple(broken))


def _read(text: str, terms: Mapping[str, Any], *, fuel: bool) -> RemarkFacts:
    spans = _labelled_spans(text, terms, fuel=fuel)
    labelled = bool(spans)
    if not spans:
        spans = [s for s in _free_spans(text, terms) if fuel or s.grain != "day"]
    distinct = list({(s.first, s.last): s for s in spans}.values())
    if fuel and labelled and len(distinct) > 1 and all(s.grain == "day" for s in distinct):
        # Several fuellings on one invoice: the period runs from the first to the last day.
        days = sorted(s.first for s in distinct)
        distinct = [Span(first=days[0], last=days[-1], raw="、".join(s.raw for s in distinct), grain="days")]
    return RemarkFacts(
        accounts=_numbers(text, terms["account_number"]),
        meters=_numbers(text, terms["meter_number"]),
        readings=_readings(text, terms),
        span=distinct[0] if distinct else None,
        labelled=labelled,
        rival_spans=tuple(distinct[1:]),
    )


_NUMBER = r"([A-Za-z0-9](?:[A-Za-z0-9]|-(?!(?:19|20)\d\d)){4,31})"
_READING = r"(\d+(?:,\d{3})*(?:\.\d+)?)"
_MORE = re.compile(r"\s*[、/,和及与]\s*(\d{6,20})(?![\d.年月\-])")


def _numbers(text: str, labels: Sequence[str]) -> tuple[str, ...]:
    """Numbers behind their labels. A blank ends a number: what stands behind it (a year, an order number) is another one. A list
    (户号：甲、乙) goes on while its members have the first one's length."""
    found: list[str] = []
    plain = unicodedata.normalize("NFKC", text)
    for match in re.finditer(rf"(?:{_pattern(labels)})\s*[:为是]?\s*{_NUMBER}", plain):
        number, at = match.group(1), match.end()
        if re.match(r"\s?年", plain[at:]) and re.search(r"(?:19|20)\d\d$", number) and len(number) > 8:
            number = number[:-4]  # the year of a date that follows without a gap
        while True:
            if number not in found:
                found.append(number)
            more = _MORE.match(plain, at)
            if more is None or len(more.group(1)) != len(number):
                break
            number, at = more.group(1), more.end()
    return tuple(found)


def _readings(text: str, terms: Mapping[str, Any]) -> tuple[str, str, str] | None:
    plain = unicodedata.normalize("NFKC", text)
    found = [
        re.findall(rf"(?:{_pattern(terms[name])})\s*[:为是×x*]*\s*{_READING}", plain)
        for name in ("opening", "closing", "multiplier")
    ]
    # One label for both (起止码 1234-1334): its tail is a label of its own.
    both = re.findall(rf"(?:{_pattern(terms['readings'])})\s*[:为是]?\s*{_READING}\s*[-~—–至到→]+\s*{_READING}", plain)
    if len(both) == 1 and not found[0]:
        found[0], found[1] = [both[0][0]], [both[0][1]]
    if len(found[0]) != 1 or len(found[1]) != 1 or len(found[2]) > 1:
        return None
    return found[0][0], found[1][0], found[2][0] if found[2] else ""


def _pattern(labels: Sequence[str]) -> str:
    # The remark is read as printed (dates keep their separators), so spaces may stand between the characters of a label.
    return "|".join(r"\s*".join(re.escape(c) for c in label) for label in sorted(labels, key=len, reverse=True))


def _labelled_spans(text: str, terms: Mapping[str, Any], *, fuel: bool) -> list[Span]:
    out: list[Span] = []
    labels = [*terms["period"], *(terms["day"] if fuel else ())]
    for match in re.finditer(_pattern(labels), text):
        tail = text[match.end() : match.end() + 60]
        if not re.match(r"\s*[:：为是(（]?\s*(从|自)?\s*[(（]?\s*(19|20)\d\d", tail):
            continue
        label = re.sub(r"\s", "", match.group(0))
        spans = find_spans(tail, days=fuel or label.endswith("日期"))
        if spans:
            out.append(spans[0])
            if label in terms["day"]:
                more = re.match(r"[^;；\n]*", tail)
                out += find_spans(more.group(0) if more else "")[1:]
    if not out:
        after = _pattern(terms["period_after"])
        for span in find_spans(text, days=False):
            at = text.replace("\u3000", " ").find(span.raw)
            if at >= 0 and re.match(rf"\s*份?\s*的?\s*({after})", text[at + len(span.raw) :]):
                out.append(span)
    return out


def _free_spans(text: str, terms: Mapping[str, Any]) -> list[Span]:
    """Periods nobody labelled, without those that belong to contracts, orders and the like."""
    out = []
    for part in re.split(r"[;；。\n]", text):
        if not any(word in part for word in terms["not_period"]):
            out += [s for s in find_spans(part) if s.grain != "year"]
    return out
