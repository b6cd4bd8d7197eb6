"""The charts of a .docx read back: what the cache says, what the workbook says, and which caption stands below."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.drafting.chart_book import Grid, read_book
from app.drafting.chart_xml import A, C, R
from app.drafting.word_charts import NAME, WP, part_digest
from app.drafting.word_xml import W

_PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
Xml = Callable[[bytes], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSeries:
    """``values`` by index of the category."""

    name: str
    categories: tuple[str, ...]
    values: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadChart:
    """``id`` is '' for a chart that is not named as ours; ``texts`` are all words typed into the chart itself; ``book`` is None
    when the chart has no workbook that can be read."""

    id: str
    alt: str
    caption: str
    series: tuple[ReadSeries, ...]
    texts: tuple[str, ...]
    book: Grid | None
    has_book: bool
    part: str
    book_part: str


def read_charts(parts: Mapping[str, bytes], xml: Xml) -> list[ReadChart]:
    """Every chart drawn in the body, in reading order. ``xml`` parses a part safely."""
    body = xml(parts["word/document.xml"])
    targets = _relations(parts, "word/document.xml", xml)
    out = []
    for drawn in body.iter(f"{{{C}}}chart"):
        name = targets.get(drawn.get(f"{{{R}}}id", ""), "")
        if name in parts:
            out.append(_read(drawn, name, parts, xml))
    return out


def _relations(parts: Mapping[str, bytes], part: str, xml: Xml) -> dict[str, str]:
    folder, _, file = part.rpartition("/")
    rels = parts.get(f"{folder}/_rels/{file}.rels")
    if rels is None:
        return {}
    return {
        r.get("Id", ""): posixpath.normpath(posixpath.join("/", folder, r.get("Target", ""))).lstrip("/")
        for r in xml(rels).iter(_PACKAGE)
        if r.get("TargetMode") != "External"
    }


def _read(drawn: Any, name: str, parts: Mapping[str, bytes], xml: Xml) -> ReadChart:
    root = xml(parts[name])
    properties = next((p for a in drawn.iterancestors() for p in a.iterchildren(f"{{{WP}}}docPr")), None)
    title = properties.get("name", "") if properties is not None else ""
    external = root.find(f"{{{C}}}externalData")
    rid = external.get(f"{{{R}}}id", "") if external is not None else ""
    book = parts.get(_relations(parts, name, xml).get(rid, ""))
    return ReadChart(
        id=title.removeprefix(NAME) if title.startswith(NAME) else "",
        alt=properties.get("descr", "") if properties is not None else "",
        caption=_caption(drawn),
        series=tuple(_series(s) for s in root.iter(f"{{{C}}}ser")),
        texts=tuple(t.text for t in root.iter(f"{{{A}}}t") if t.text and t.text.strip()),
        book=read_book(book) if book is not None else None,
        has_book=book is not None,
        part=part_digest(parts[name]),
        book_part=part_digest(book) if book is not None else "",
    )


def _caption(drawn: Any) -> str:
    """The text of the next paragraph that has any; a chart's caption stands below it."""
    paragraph = next(drawn.iterancestors(f"{{{W}}}p"), None)
    following = paragraph.itersiblings(f"{{{W}}}p") if paragraph is not None else ()
    texts = ("".join(t.text or "" for t in p.iter(f"{{{W}}}t")) for p in following)
    return next((text for text in texts if text.strip()), "")


def _points(holder: Any) -> dict[int, str]:
    if holder is None:
        return {}
    out = {}
    for point in holder.iter(f"{{{C}}}pt"):
        index = point.get("idx", "")
        value = point.find(f"{{{C}}}v")
        if index.isdigit() and value is not None and value.text:
            out[int(index)] = value.text
    return out


def _series(series: Any) -> ReadSeries:
    name = _points(series.find(f"{{{C}}}tx"))
    written = series.findtext(f"{{{C}}}tx/{{{C}}}v")
    categories = _points(series.find(f"{{{C}}}cat"))
    return ReadSeries(
        name=name.get(0, written or ""),
        categories=tuple(categories.get(n, "") for n in range(max(categories, default=-1) + 1)),
        values=_points(series.find(f"{{{C}}}val")),
    )
