"""A chart as a DrawingML chart part (ECMA-376 part 1, chapter 21), children in schema order, with its values in the cache.

The cache holds the printed texts of the facts, so a viewer that opens no workbook shows the same figures as the tables. No
figure is computed here: the label of a bar is its own value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.fact import Fact
from app.drafting.chart_book import SHEET, column_letter
from app.drafting.model import ChartBlock, ChartSeries

C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NS = {"c": C, "a": A, "r": R}
#: Series colours that stay apart in grey print as well.
COLOURS = ("2F6B4F", "D08A2E", "4A78A8", "9B5B6E", "7D8A3C", "6A5B9A", "B0B7BC")
FONT, LATIN = "宋体", "Times New Roman"
CATEGORY_AXIS, VALUE_AXIS = 111111111, 222222222
EMU_PER_MM = 36000
WIDTH_MM = 150
_BAR_MM, _FRAME_MM = 9, 30


def el(name: str, /, *children: Any, **attributes: str | int) -> Any:
    """A c: or a: element; attributes have no namespace unless written ``r__id``."""
    from lxml import etree

    prefix, _, local = name.partition(":")
    element = etree.Element(f"{{{_NS[prefix]}}}{local}", nsmap=_NS if name == "c:chartSpace" else None)
    for key, value in attributes.items():
        space, colon, bare = key.partition("__")
        element.set(f"{{{_NS[space]}}}{bare}" if colon else key, str(value))
    for child in children:
        if child is not None:
            element.append(child)
    return element


def size_mm(chart: ChartBlock) -> tuple[int, int]:
    """Width and height on the page: a bar chart grows with its bars."""
    if chart.kind == "bar":
        return WIDTH_MM, max(60, min(110, _FRAME_MM + _BAR_MM * len(chart.categories)))
    return WIDTH_MM, 80


def chart_part(chart: ChartBlock, facts: Mapping[str, Fact], book_rid: str) -> bytes:
    """The part's bytes; ``book_rid`` is the relation to the embedded workbook."""
    from lxml import etree

    plot = el("c:plotArea", el("c:layout"), *_plots(chart, facts))
    legend = None
    if len(chart.series) > 1 or chart.kind == "pie":
        legend = el("c:legend", el("c:legendPos", val="b"), el("c:overlay", val=0), _text_properties())
    root = el(
        "c:chartSpace",
        el("c:date1904", val=0),
        el("c:lang", val="zh-CN"),
        el("c:roundedCorners", val=0),
        el(
            "c:chart",
            el("c:autoTitleDeleted", val=1),
            plot,
            legend,
            el("c:plotVisOnly", val=1),
            el("c:dispBlanksAs", val="gap"),
        ),
        el("c:spPr", el("a:noFill"), el("a:ln", el("a:noFill"))),
        _text_properties(),
        el("c:externalData", el("c:autoUpdate", val=0), r__id=book_rid),
    )
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _plots(chart: ChartBlock, facts: Mapping[str, Fact]) -> list[Any]:
    series = [_series(chart, n, s, facts) for n, s in enumerate(chart.series)]
    if chart.kind == "pie":
        return [el("c:pieChart", el("c:varyColors", val=1), *series, el("c:firstSliceAng", val=0))]
    bars = el("c:barChart", el("c:barDir", val="bar" if chart.kind == "bar" else "col"))
    bars.append(el("c:grouping", val="stacked" if chart.kind == "stacked" else "clustered"))
    bars.append(el("c:varyColors", val=0))
    bars.extend(series)
    bars.append(el("c:gapWidth", val=60))
    bars.append(el("c:overlap", val=100))
    bars.extend([el("c:axId", val=CATEGORY_AXIS), el("c:axId", val=VALUE_AXIS)])
    return [bars, *_axes(chart)]


def _series(chart: ChartBlock, n: int, series: ChartSeries, facts: Mapping[str, Fact]) -> Any:
    count, column = len(chart.categories), column_letter(n + 2)
    values = el("c:numCache", _leaf("c:formatCode", _number_format(chart, facts)), el("c:ptCount", val=count))
    for index, fact in enumerate(series.facts):
        if fact is not None:
            values.append(el("c:pt", _leaf("c:v", facts[fact].text), idx=index))
    labels = el("c:strCache", el("c:ptCount", val=count))
    labels.extend(el("c:pt", _leaf("c:v", text), idx=index) for index, text in enumerate(chart.categories))
    name = el("c:strCache", el("c:ptCount", val=1), el("c:pt", _leaf("c:v", series.name), idx=0))
    out = el(
        "c:ser",
        el("c:idx", val=n),
        el("c:order", val=n),
        el("c:tx", el("c:strRef", _leaf("c:f", f"{SHEET}!${column}$1"), name)),
    )
    if chart.kind == "pie":
        out.extend(_slice(index) for index in range(count))
    else:
        out.append(_fill(COLOURS[n % len(COLOURS)]))
        out.append(el("c:invertIfNegative", val=0))
    if chart.kind != "stacked":
        out.append(_data_labels())
    out.append(el("c:cat", el("c:strRef", _leaf("c:f", f"{SHEET}!$A$2:$A${count + 1}"), labels)))
    out.append(el("c:val", el("c:numRef", _leaf("c:f", f"{SHEET}!${column}$2:${column}${count + 1}"), values)))
    return out


def _number_format(chart: ChartBlock, facts: Mapping[str, Fact]) -> str:
    """The places all figures share, so that 1934.30 is not shown as 1934.3; General when they differ."""
    places = {len(facts[f].text.partition(".")[2]) for f in chart.plotted()}
    return "General" if len(places) != 1 else "0." + "0" * count if (count := places.pop()) else "0"


def _leaf(name: str, text: str) -> Any:
    element = el(name)
    element.text = text
    return element


def _fill(colour: str) -> Any:
    return el("c:spPr", el("a:solidFill", el("a:srgbClr", val=colour)))


def _slice(index: int) -> Any:
    colour = _fill(COLOURS[index % len(COLOURS)])
    return el("c:dPt", el("c:idx", val=index), el("c:bubble3D", val=0), colour)


def _data_labels() -> Any:
    shown: Sequence[tuple[str, int]] = (
        ("LegendKey", 0),
        ("Val", 1),
        ("CatName", 0),
        ("SerName", 0),
        ("Percent", 0),
        ("BubbleSize", 0),
    )
    return el("c:dLbls", *(el(f"c:show{name}", val=value) for name, value in shown))


def _axes(chart: ChartBlock) -> list[Any]:
    across = chart.kind == "bar"
    title = el(
        "c:title",
        el(
            "c:tx",
            el(
                "c:rich",
                el("a:bodyPr"),
                el("a:p", _paragraph_properties(), el("a:r", el("a:rPr", lang="zh-CN"), _leaf("a:t", chart.unit))),
            ),
        ),
        el("c:overlay", val=0),
    )
    category = el(
        "c:catAx",
        el("c:axId", val=CATEGORY_AXIS),
        el("c:scaling", el("c:orientation", val="maxMin" if across else "minMax")),
        el("c:delete", val=0),
        el("c:axPos", val="l" if across else "b"),
        el("c:numFmt", formatCode="General", sourceLinked=0),
        el("c:majorTickMark", val="none"),
        el("c:minorTickMark", val="none"),
        el("c:tickLblPos", val="low"),
        el("c:crossAx", val=VALUE_AXIS),
        el("c:crosses", val="autoZero"),
        el("c:auto", val=1),
        el("c:lblAlgn", val="ctr"),
        el("c:lblOffset", val=100),
        el("c:noMultiLvlLbl", val=0),
    )
    grid = el("c:majorGridlines", el("c:spPr", el("a:ln", el("a:solidFill", el("a:srgbClr", val="D9D9D9")), w=6350)))
    value = el(
        "c:valAx",
        el("c:axId", val=VALUE_AXIS),
        el("c:scaling", el("c:orientation", val="minMax")),
        el("c:delete", val=0),
        el("c:axPos", val="b" if across else "l"),
        grid,
        title,
        el("c:numFmt", formatCode="General", sourceLinked=0),
        el("c:majorTickMark", val="none"),
        el("c:minorTickMark", val="none"),
        el("c:tickLblPos", val="nextTo"),
        el("c:crossAx", val=CATEGORY_AXIS),
        el("c:crosses", val="max" if across else "autoZero"),
        el("c:crossBetween", val="between"),
    )
    return [category, value]


def _paragraph_properties() -> Any:
    fonts = (el("a:latin", typeface=LATIN), el("a:ea", typeface=FONT))
    return el("a:pPr", el("a:defRPr", *fonts, sz=900, b=0))


def _text_properties() -> Any:
    return el("c:txPr", el("a:bodyPr"), el("a:p", _paragraph_properties(), el("a:endParaRPr", lang="zh-CN")))
