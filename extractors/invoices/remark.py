"""Facts in the remark of an invoice: account, meter, period. What is not labelled is proposed with a doubt."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from extractors.periods import Span, find_spans
from extractors.text import compact


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkFacts:
    """``accounts`` and ``meters`` in order of appearance; ``span`` the energy's period, ``labelled`` whether the remark says so;
    ``rival_spans`` other periods with equal claim."""

    accounts: tuple[str, ...] = ()
    meters: tuple[str, ...] = ()
    span: Span | None = None
    labelled: bool = False
    rival_spans: tuple[Span, ...] = ()


def read_remark(text: str, terms: Mapping[str, Any], *, fuel: bool) -> RemarkFacts:
    """``terms`` is the ``[remark]`` table of a template; ``fuel`` allows single days (加油日期)."""
    plain = compact(text)
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
        accounts=_numbers(plain, terms["account_number"]),
        meters=_numbers(plain, terms["meter_number"]),
        span=distinct[0] if distinct else None,
        labelled=labelled,
        rival_spans=tuple(distinct[1:]),
    )


def _numbers(plain: str, labels: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    for label in sorted(labels, key=len, reverse=True):
        for match in re.finditer(re.escape(compact(label)) + r"[:为是]?\s*([A-Za-z0-9][A-Za-z0-9\-]{4,31})", plain):
            if match.group(1) not in found:
                found.append(match.group(1))
    return tuple(found)


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
