"""Invoices from machine-readable tags: official XML, fp:eInvoice, XBRL fields, OFD custom tags.

Which name means what is data (templates/invoice.toml). Lines of XML are grouped by their repeated element; lines of OFD custom tags
by the height of the object on the page, because a line without 数量 shifts every list after it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.activity import InvoiceLine
from app.domain.page import Document, Source, Tag
from extractors.evidence import Candidate, explain
from extractors.invoices.reading import HEADER, InvoiceReading, normalise
from extractors.text import number, number_text, tidy

ORIGINS = ("xml", "custom_tag", "original_invoice", "xbrl")
ORIGIN_LABELS = {
    "xml": "发票 XML",
    "custom_tag": "OFD 标签",
    "original_invoice": "OFD 附带的原始发票",
    "xbrl": "XBRL 附件",
}
NUMERIC = ("quantity", "unit_price", "amount", "tax_amount")
LINE_FIELDS = ("item", "spec", "unit", "quantity", "unit_price", "amount", "tax_rate", "tax_amount")


def _plain(path: str) -> str:
    """Vendors differ in case and underscores, and write a value as an element or as an attribute."""
    return path.replace("@", "/").replace("_", "").lower()


def _ends(path: str, name: str) -> bool:
    low, end = _plain(path), _plain(name)
    return low == end or low.endswith("/" + end)


def read_tagged(document: Document, template: Mapping[str, Any]) -> list[InvoiceReading]:
    """One reading per origin that names at least an invoice number or an amount, in the order of trust."""
    readings = []
    origins = sorted(
        {t.origin for t in document.tags}, key=lambda o: ORIGINS.index(o) if o in ORIGINS else len(ORIGINS)
    )
    for rank, origin in enumerate(origins):
        tags = [t for t in document.tags if t.origin == origin]
        reading = _read_origin(origin, tags, template, rank, Source.OFD if document.pages else Source.XML)
        if reading.first("invoice_number") or reading.first("amount_incl_tax"):
            readings.append(reading)
    return readings


def numbered_tags(tags: Sequence[Tag], template: Mapping[str, Any]) -> list[tuple[Tag, str]]:
    """Every tag that states an invoice's own number, with the number."""
    found = _matching([t for t in tags if t.origin != "qr"], template["tags"]["invoice_number"])
    return [(t, value) for t in found if (value := normalise("invoice_number", t.value)) is not None]


def _read_origin(
    origin: str, tags: Sequence[Tag], template: Mapping[str, Any], rank: int, source: Source
) -> InvoiceReading:
    reading = InvoiceReading(origin=origin, source=source)
    label = ORIGIN_LABELS.get(origin, origin)
    containers = template["line_tags"]["containers"]
    header = [t for t in tags if not _container(t, containers)]
    for name in HEADER:
        for tag in _matching(header, template["tags"][name]):
            value = normalise(name, tag.value)
            if value is None:
                continue
            reading.candidates.append(
                Candidate(
                    name=name,
                    value=value,
                    raw=tag.value,
                    how=f"{label}：{tag.path}",
                    source=source,
                    rank=rank,
                    page=tag.page,
                    bbox=tag.bbox,
                    locator=tag.locator,
                )
            )
    remarks = _matching(header, template["tags"]["remark"], all_of_first=True)
    reading.remark = "\n".join(t.value for t in remarks)
    if remarks:
        reading.remark_page, reading.remark_box = remarks[0].page, remarks[0].bbox
        reading.remark_locator = remarks[0].locator
    reading.capitals = next((t.value for t in _matching(header, template["tags"]["capitals"])), "")
    reading.qr = next((t.value for t in _matching(header, template["tags"]["qr"])), "")
    blue = next((t.value for t in _matching(header, template["tags"]["blue"])), "")
    reading.red = blue.strip().upper() in ("N", "0") if blue else False
    reading.linked_number = next(
        (t.value for t in _matching(header, template["tags"]["linked_number"]) if t.value.strip()), ""
    )
    line_tags = [t for t in tags if _container(t, containers)] or [t for t in header if _line_field(t, template)]
    if line_tags:
        flat = not any(_container(t, containers) for t in line_tags)
        by_height = origin == "custom_tag" and (flat or _repeats(line_tags)) and all(t.bbox for t in line_tags)
        groups = _by_height(line_tags, template) if by_height else _by_element(line_tags, containers)
        reading.lines = tuple(line for group in groups if (line := _line(group, template)) is not None)
        counts = {len(_matching(line_tags, template["line_tags"][f])) for f in LINE_FIELDS} - {0}
        if (flat and not by_height and len(counts) > 1) or (by_height and _runs_over(line_tags, template)):
            reading.findings.append(
                explain(
                    "line-grouping",
                    "发票标签中各列与明细行的对应关系无法确定。",
                    "请对照原件核对每一行的数量、单价和金额。",
                )
            )
    return reading


def _matching(tags: Sequence[Tag], names: Sequence[str], *, all_of_first: bool = False) -> list[Tag]:
    """Tags with a value whose path ends with one of ``names``; the better name first."""
    out: list[Tag] = []
    for name in names:
        found = [t for t in tags if _ends(t.path, name) and t.value.strip()]
        if found and all_of_first:
            return found
        out += [t for t in found if t not in out]
    return out


def _container(tag: Tag, containers: Sequence[str]) -> str | None:
    parts = tag.path.replace("@", "/").split("/")[:-1]
    known = {_plain(c) for c in containers}
    return next((p for p in reversed(parts) if _plain(p) in known), None)


def _line_field(tag: Tag, template: Mapping[str, Any]) -> str | None:
    parts = _plain(tag.path).split("/")
    names = template["line_names"]
    return names.get("/".join(parts[-2:])) or names.get(parts[-1])


def _repeats(tags: Sequence[Tag]) -> bool:
    """True when one group holds the same name twice: the element grouping cannot be trusted to separate lines."""
    seen = [(t.path, t.index) for t in tags]
    return len(seen) != len(set(seen))


def _by_element(tags: Sequence[Tag], containers: Sequence[str]) -> list[list[Tag]]:
    groups: dict[tuple[str, int], list[Tag]] = {}
    for tag in tags:
        name = _container(tag, containers)
        numbered = re.search(rf"{name}\[(\d+)\]", tag.locator) if name else None
        key = (name or "", int(numbered.group(1)) if numbered else tag.index)
        groups.setdefault(key, []).append(tag)
    return list(groups.values())


def _by_height(tags: Sequence[Tag], template: Mapping[str, Any]) -> list[list[Tag]]:
    """One group an amount: every other tag joins the amount whose height its box covers, or the nearest (a wrapped name's box is
    taller than its line)."""
    boxes = [(tag, tag.bbox) for tag in tags if tag.bbox is not None]
    anchors = [(t.page or 0, (b[1] + b[3]) / 2, [t]) for t, b in boxes if _line_field(t, template) == "amount"]
    anchors.sort(key=lambda a: a[:2])
    if not anchors:
        return [list(tags)]
    for tag, box in boxes:
        if _line_field(tag, template) == "amount":
            continue

        def distance(
            anchor: tuple[int, float, list[Tag]], box: tuple = box, page: int = tag.page or 0
        ) -> tuple[float, float]:
            away = max(box[1] - anchor[1], anchor[1] - box[3], 0.0) + 10 * abs(anchor[0] - page)
            return away, abs(anchor[1] - box[1])

        min(anchors, key=distance)[2].append(tag)
    return [group for _, _, group in anchors]


def _runs_over(tags: Sequence[Tag], template: Mapping[str, Any]) -> bool:
    """True when one value spans the heights of two amounts: a tag that joins the cells of several lines cannot be taken apart."""
    heights = [(t.page, (t.bbox[1] + t.bbox[3]) / 2) for t in tags if t.bbox and _line_field(t, template) == "amount"]
    return any(
        sum(1 for page, y in heights if page == tag.page and tag.bbox[1] < y < tag.bbox[3]) > 1
        for tag in tags
        if tag.bbox and _line_field(tag, template)
    )


def _line(group: Sequence[Tag], template: Mapping[str, Any]) -> InvoiceLine | None:
    values: dict[str, list[Tag]] = {}
    for tag in group:
        name = _line_field(tag, template)
        if name and tag.value.strip():
            values.setdefault(name, []).append(tag)
    if "item" not in values and "amount" not in values:
        return None
    text = {
        name: "".join(tidy(t.value) for t in found) if name in ("item", "spec") else tidy(found[0].value)
        for name, found in values.items()
    }
    text |= {name: plain for name in NUMERIC if (plain := number_text(text.get(name, ""))) is not None}
    if "amount" in text and number(text["amount"]) is None and text["amount"].strip("*"):
        return None
    counted = values["quantity"][0] if "quantity" in values else None
    anchor = (values.get("amount") or values.get("item") or next(iter(values.values())))[0]
    return InvoiceLine(
        item=text.get("item", ""),
        spec=text.get("spec", ""),
        unit=text.get("unit", ""),
        quantity=text.get("quantity", ""),
        unit_price=text.get("unit_price", ""),
        amount=text.get("amount", ""),
        tax_rate=text.get("tax_rate", ""),
        tax_amount=text.get("tax_amount", ""),
        page=anchor.page,
        bbox=anchor.bbox,
        locator=anchor.locator,
        quantity_bbox=counted.bbox if counted else None,
        quantity_locator=counted.locator if counted else None,
    )
