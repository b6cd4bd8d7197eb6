"""Every layout file has at least one pair: an invented document and what it must yield, field by field and record by record."""

from __future__ import annotations

import sys
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.domain.activity import ProposedRecord
from app.domain.page import Document, Media
from extractors import extract
from extractors.templates import load_templates

sys.path.append(str(Path(__file__).parents[2] / "unit"))
import extract_pages as draw

PAIRS = sorted((Path(__file__).parent / "pairs").glob("*.toml"))


def load(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def build(entry: dict[str, Any]) -> Document:
    """A document from its description: pages of placed texts and ruled tables, sheets with paragraphs, or tags."""
    if "tags" in entry:
        return draw.tags(entry["origin"], [(path, value) for path, value in entry["tags"]])
    if "pages" in entry:
        pages = []
        for number, page in enumerate(entry["pages"], 1):
            canvas = draw.Canvas(width=595, height=842, number=number)
            for x, y, size, text in page.get("texts", ()):
                canvas.text(x, y, text, size)
            for grid in page.get("grids", ()):
                ys = [grid["top"] + 18 * i for i in range(len(grid["rows"]) + 1)]
                canvas.grid(grid["xs"], ys, grid["rows"])
            pages.append(canvas.page())
        return draw.document(*pages)
    sheets = [draw.table(s["name"], s["rows"], merged=tuple(map(tuple, s.get("merged", ())))) for s in entry.get("sheets", ())]
    return draw.tables(*sheets, media=Media(entry["media"]), paragraphs=tuple(entry.get("paragraphs", ())))


def shown(record: ProposedRecord) -> list[str]:
    return [
        record.carrier.value, record.direction.value, record.quantity, record.unit, record.period_start or "",
        record.period_end or "", record.account_number or "", "review" if record.needs_review else "auto",
    ]  # fmt: skip


@pytest.mark.parametrize("path", PAIRS, ids=lambda p: p.stem)
def test_pair(path: Path) -> None:
    pair = load(path)
    extraction = extract(build(pair["document"]), today=date(2026, 6, 1))
    expected = pair["expected"]
    assert extraction.template == pair["template"]
    assert extraction.kind.value == expected["kind"]
    assert {f.name: f.value for f in extraction.fields} == expected.get("fields", {})
    assert [shown(r) for r in extraction.records] == expected["records"]
    assert sorted({f.id for f in extraction.findings}) == expected.get("findings", [])


def test_every_template_has_a_pair() -> None:
    assert {load(p)["template"] for p in PAIRS} == {t.id for t in load_templates()}
