"""The chart third of the verifier: every bar against the fact it draws, in the cache and in the workbook behind it.

A word processor that saves a chart writes it anew: figures as binary fractions, its own formats, sometimes no workbook. What is
compared then is what a reader sees. While the document is as we wrote it, the parts must also be byte for byte ours, so that an
axis or a number format cannot make the figures look different.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from app.domain.fact import Fact
from app.domain.finding import Finding
from app.domain.number import parse_number
from app.drafting.chart_book import Grid
from app.drafting.manifest import ExpectedChart
from app.drafting.readback import ReadDocx
from app.drafting.readback_charts import ReadChart
from app.drafting.report import finding
from app.drafting.tokens import find_numbers
from app.drafting.verify_numbers import Count

#: A figure that went through a binary fraction and back differs by less than this part of itself.
_BINARY = Fraction(1, 10**12)


def check_charts(
    docx: ReadDocx, expected: Sequence[ExpectedChart], facts: Mapping[str, Fact], count: Count, *, ours: bool
) -> Iterator[Finding]:
    """Charts changed, moved, added or removed."""
    left = list(docx.charts)
    for chart in expected:
        found = _take(left, chart)
        if found is None:
            yield finding("chart-removed", f"图表“{chart.caption}”已不在文中。", chart.id, explain=True)
            continue
        wrong = list(_check(chart, found, facts, count, ours=ours))
        yield from wrong
        if ours and not wrong and (found.part, found.book_part) != (chart.part, chart.book):
            yield finding("chart-changed", f"图表“{chart.caption}”的格式或数据表与写入时不同。", chart.id)
        if _squeeze(found.caption) != _squeeze(chart.caption):
            others = {_squeeze(c.caption) for c in expected} - {_squeeze(chart.caption)}
            moved = _squeeze(found.caption) in others
            message = f"图表“{chart.caption}”下面的图题是“{found.caption[:40]}”。"
            yield finding("chart-moved", message, chart.id, explain=not moved)
    for extra in left:
        count.add(False)
        yield finding("chart-without-fact", f"图表“{extra.caption[:40] or extra.alt[:40]}”不是本系统写入的。", extra.id)


def _take(left: list[ReadChart], chart: ExpectedChart) -> ReadChart | None:
    """The chart of that name; when a word processor dropped the names, the first one above the same caption."""
    named = next((c for c in left if c.id == chart.id), None)
    found = named or next((c for c in left if not c.id and _squeeze(c.caption) == _squeeze(chart.caption)), None)
    if found is not None:
        left.remove(found)
    return found


def _squeeze(text: str) -> str:
    return "".join(text.split())


def _same(text: str, fact: Fact) -> bool:
    try:
        there, here = parse_number(fact.text), parse_number(text)
    except ValueError:
        return False
    return abs(there - here) <= abs(there) * _BINARY


def _check(
    chart: ExpectedChart, found: ReadChart, facts: Mapping[str, Fact], count: Count, *, ours: bool
) -> Iterator[Finding]:
    def changed(what: str) -> Finding:
        return finding("chart-changed", f"图表“{chart.caption}”{what}。", chart.id)

    if [s.name for s in found.series] != [name for name, _ in chart.series]:
        yield changed("的数据系列与写入时不同")
        return
    for series, (name, points) in zip(found.series, chart.series, strict=True):
        if series.categories != chart.categories:
            yield changed(f"的分类名称与写入时不同（{name}）")
        for n, fact_id in enumerate(points):
            value = series.values.get(n)
            fact = facts.get(fact_id)
            good = value is None if not fact_id else value is not None and fact is not None and _same(value, fact)
            if fact_id:
                count.add(good)
            if fact_id and fact is None:
                message = f"图表“{chart.caption}”所画的数据项“{fact_id}”在本项目中不存在。"
                yield finding("unknown-fact", message, fact_id)
            elif not good:
                label = chart.categories[n] if n < len(chart.categories) else str(n)
                right = fact.text if fact else "空"
                yield changed(f"中“{name}·{label}”应为“{right}”，图中为“{value or '空'}”")
        if any(n >= len(points) for n in series.values):
            yield changed(f"的“{name}”多出了数据点")
    if found.book is not None:
        yield from (changed(what) for what in _check_book(chart, found.book, facts))
    elif ours or found.has_book:
        yield changed("的数据表缺失或无法读取")
    known = {chart.unit, chart.alt, *chart.categories, *(name for name, _ in chart.series)}
    for text in (*found.texts, *([found.alt] if found.alt else [])):
        if text not in known and find_numbers(text):
            yield changed(f"中有没有来源的数字：“{text[:40]}”")


def _check_book(chart: ExpectedChart, book: Grid, facts: Mapping[str, Fact]) -> Iterator[str]:
    """What the sheet holds against what it should: names in the first row, categories in the first column, facts within."""
    names = [name for name, _ in chart.series]
    if len(book) != len(chart.categories) + 1 or list(book[0][1:]) != names:
        yield "的数据表与写入时不同"
        return
    for n, row in enumerate(book[1:]):
        if row[0] != chart.categories[n]:
            yield f"的数据表中“{chart.categories[n]}”写成了“{row[0]}”"
        for (name, points), cell in zip(chart.series, row[1:], strict=True):
            fact = facts.get(points[n])
            if points[n] and fact is None:
                continue
            if not (cell == "" if not points[n] else fact is not None and _same(cell, fact)):
                yield f"的数据表中“{name}·{chart.categories[n]}”为“{cell or '空'}”，应为“{fact.text if fact else '空'}”"
