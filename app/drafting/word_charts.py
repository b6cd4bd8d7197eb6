"""Charts in a Word document: the drawing in its paragraph, the chart part and the workbook behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from app.domain.fact import Fact
from app.drafting.chart_book import chart_grid, write_book
from app.drafting.chart_xml import EMU_PER_MM, A, C, R, chart_part, size_mm
from app.drafting.model import ChartBlock

WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Drawing ids start here; they must differ from one another within the document.
DRAWING_IDS = 500
NAME = "lingtan-chart:"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenChart:
    """A chart with the digests of its part and of its workbook."""

    chart: ChartBlock
    part: str
    book: str


def part_digest(data: bytes) -> str:
    return sha256(data).hexdigest()[:16]


def drawing(chart: ChartBlock, number: int) -> Any:
    """The w:drawing's content for a chart, its relation still to be filled in with ``relate``."""
    from lxml import etree

    width, height = (mm * EMU_PER_MM for mm in size_mm(chart))
    inline = etree.Element(
        f"{{{WP}}}inline", nsmap={"wp": WP, "a": A, "c": C, "r": R}, distT="0", distB="0", distL="0", distR="0"
    )
    etree.SubElement(inline, f"{{{WP}}}extent", cx=str(width), cy=str(height))
    etree.SubElement(inline, f"{{{WP}}}docPr", id=str(DRAWING_IDS + number), name=f"{NAME}{chart.id}", descr=chart.alt)
    etree.SubElement(inline, f"{{{WP}}}cNvGraphicFramePr")
    data = etree.SubElement(etree.SubElement(inline, f"{{{A}}}graphic"), f"{{{A}}}graphicData", uri=C)
    etree.SubElement(data, f"{{{C}}}chart")
    return inline


def relate(inline: Any, rid: str) -> None:
    """Point a drawing at its chart part."""
    next(inline.iter(f"{{{C}}}chart")).set(f"{{{R}}}id", rid)


def add_charts(
    document: Any, charts: Sequence[tuple[ChartBlock, Any]], facts: Mapping[str, Fact], start: int = 1
) -> tuple[WrittenChart, ...]:
    """Give every drawing its parts: ``/word/charts/lingtan<n>.xml`` and ``/word/embeddings/lingtan<n>.xlsx``."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    package = document.part.package
    written: list[WrittenChart] = []
    for number, (chart, inline) in enumerate(charts, start):
        data = write_book(chart_grid(chart, facts))
        book = Part(PackURI(f"/word/embeddings/lingtan{number}.xlsx"), BOOK_TYPE, data, package)
        part = Part(PackURI(f"/word/charts/lingtan{number}.xml"), CHART_TYPE, b"", package)
        part._blob = chart_part(chart, facts, part.relate_to(book, f"{R}/package"))
        relate(inline, document.part.relate_to(part, f"{R}/chart"))
        written.append(WrittenChart(chart=chart, part=part_digest(part.blob), book=part_digest(data)))
    return tuple(written)
