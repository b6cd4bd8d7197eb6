"""Meter tables of a bill: readings, time-of-use bands, adjustments. They prove the billed quantity or contradict it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from app.domain.finding import Finding
from extractors import checks
from extractors.bills.grids import Grid, GridValue, strip_unit
from extractors.readings import Register
from extractors.text import compact, number, number_text

PARTS = ("read", "swap", "backbill", "loss", "shared", "free", "sub", "adjust")
SUBTRACTED = frozenset({"free", "sub"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A statement of the whole quantity: what says so, how strongly (0 is strongest), and where it stands. ``summed``: it is our sum
    over several meters, which nothing printed confirms (one of them may be a sub-meter)."""

    value: Fraction
    raw: str
    unit: str
    label: str
    rank: int
    cell: GridValue | None = None
    summed: bool = False


@dataclass(slots=True, kw_only=True)
class MeterEvidence:
    """What all meter tables say: claims of the total, control sums, findings, meter numbers."""

    claims: list[Claim] = field(default_factory=list)
    repeats: list[Claim] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    meters: list[str] = field(default_factory=list)
    registers: list[Register] = field(default_factory=list)
    checked: bool = False
    read_differs: bool = False


def band_of(text: str, bands: Mapping[str, str]) -> str | None:
    """total | sharp | peak | flat | valley | deep | ignore for a row label such as ``(2)峰`` or ``有功（总）``."""
    plain = re.sub(r"^\(\d{1,2}\)", "", compact(text))
    plain = re.sub(r"[()\s]", "", plain)
    return bands.get(plain)


def read_meters(
    grids: Sequence[Grid], bands: Mapping[str, str], label_roles: Sequence[str] = ("band", "item", "meter")
) -> MeterEvidence:
    """All tables with a reading, total or quantity column."""
    evidence = MeterEvidence()
    for grid in grids:
        if "total" in grid.headers or "read" in grid.headers or "closing" in grid.headers:
            _meter_table(grid, bands, evidence, label_roles)
        elif "quantity" in grid.headers and ("price" in grid.headers or "amount" in grid.headers):
            _cost_table(grid, bands, evidence)
    return evidence


def _label(row: Mapping[str, GridValue], bands: Mapping[str, str], roles: Sequence[str]) -> tuple[str | None, str]:
    for role in (*roles, *(r for r in row if r.startswith("column"))):
        cell = row.get(role)
        if cell and cell.text:
            words = [cell.text, *reversed(cell.text.split())]
            for word in words:
                band = band_of(word, bands)
                if band:
                    return band, word
    return None, ""


def _meter_table(grid: Grid, bands: Mapping[str, str], evidence: MeterEvidence, roles: Sequence[str]) -> None:
    column = "total" if "total" in grid.headers else "read" if "read" in grid.headers else ""
    unit = strip_unit(grid.headers.get(column, ""))[1]
    parts: dict[str, dict[str, tuple[str, GridValue]]] = {}
    reads: dict[str, dict[str, str]] = {}
    plain_rows: list[tuple[str, GridValue]] = []
    meter = ""
    for row in grid.rows:
        if "meter" in row and row["meter"].text and band_of(row["meter"].text, bands) is None:
            meter = compact(row["meter"].text).split("(")[0]
            if meter and meter not in evidence.meters and re.search(r"\d{4,}", meter):
                evidence.meters.append(meter)
        band, label = _label(row, bands, roles)
        if band == "ignore":
            continue
        subject = f"{meter} {label}".strip() or "抄表行"
        _check_row(row, subject, evidence)
        if band not in ("grand",):
            evidence.registers += _register(row, meter, band)
        cell = row.get(column) if column else None
        value = number_text(cell.text) if cell else None
        if cell is None or value is None:
            continue
        if band is None:
            plain_rows.append((value, cell))
        elif band == "grand":
            evidence.claims.append(_claim(value, unit, f"{grid.headers[column]}合计行", 1, cell))
        else:
            parts.setdefault(meter, {})[band] = (value, cell)
            reads.setdefault(meter, {})[band] = number_text(row["read"].text) or "" if "read" in row else ""
    if not column:
        return
    _totals(grid, column, unit, parts, reads, plain_rows, evidence)


def _claim(value: str, unit: str, label: str, rank: int, cell: GridValue | None) -> Claim:
    return Claim(value=number(value) or Fraction(0), raw=value, unit=unit, label=label, rank=rank, cell=cell)


def _totals(
    grid: Grid,
    column: str,
    unit: str,
    parts: Mapping[str, Mapping[str, tuple[str, GridValue]]],
    reads: Mapping[str, Mapping[str, str]],
    plain_rows: Sequence[tuple[str, GridValue]],
    evidence: MeterEvidence,
) -> None:
    """Per meter: the 总 row, controlled by its bands; without a 总 row the sum of the bands. Then the sum over meters."""
    heading = grid.headers[column]
    rank = 2 if column == "total" else 4
    sums: list[tuple[Fraction, str, GridValue]] = []
    for meter, rows in parts.items():
        banded = [(name, rows[name][0]) for name in ("sharp", "peak", "flat", "valley", "deep") if name in rows]
        if "total" in rows:
            value, cell = rows["total"]
            if banded:
                found = checks.tou_sum([(_BAND_LABELS[n], v) for n, v in banded], value, meter or heading)
                evidence.findings += (
                    () if found and _only_total_adjusted(banded, reads.get(meter, {}), value) else found
                )
                evidence.checked = True
            sums.append((number(value) or Fraction(0), value, cell))
        elif len(banded) >= 2:
            total = sum((number(v) or Fraction(0) for _, v in banded), Fraction(0))
            first = rows[banded[0][0]][1]
            sums.append((total, "＋".join(v for _, v in banded), first))
    if not sums and plain_rows:
        sums = [(number(v) or Fraction(0), v, c) for v, c in plain_rows]
    if sums:
        total = sum((s[0] for s in sums), Fraction(0))
        raw = "＋".join(s[1] for s in sums)
        evidence.claims.append(
            Claim(
                value=total,
                raw=raw,
                unit=unit,
                label=f"“{heading}”列",
                rank=rank,
                cell=sums[0][2],
                summed=len(sums) > 1,
            )
        )


def _only_total_adjusted(banded: Sequence[tuple[str, str]], reads: Mapping[str, str], settled: str) -> bool:
    """True when losses and corrections are booked on the 总 row alone: every band settles what was read, the readings add up, and the 总
    row's own sum (checked apart, V4c) leads from what was read to what is settled."""
    total = number(reads.get("total", ""))
    if total is None or total == number(settled):
        return False
    same = all(number(reads.get(name, "")) == number(value) for name, value in banded)
    return same and abs(sum((number(v) or Fraction(0) for _, v in banded), Fraction(0)) - total) <= 1


_BAND_LABELS = {"sharp": "尖", "peak": "峰", "flat": "平", "valley": "谷", "deep": "深谷"}


def _check_row(row: Mapping[str, GridValue], subject: str, evidence: MeterEvidence) -> None:
    """V4a and V4c of one row."""
    text = {name: cell.text for name, cell in row.items()}
    opening, closing, read = (
        text.get("opening", ""),
        text.get("closing", ""),
        text.get("read", "") or text.get("total", ""),
    )
    if number(opening) is not None and number(closing) is not None and number(read) is not None:
        evidence.findings += checks.reading_product(opening, closing, text.get("multiplier", ""), read, subject)
        evidence.checked = True
    if "read" in text and number(text.get("total", "")) is not None and number(text["read"]) is not None:
        pieces = []
        for name in PARTS:
            value = number_text(text.get(name, ""))
            if value is not None:
                pieces.append((name, _signed(name, value)))
        if any(name in text for name in PARTS[1:]):
            evidence.findings += checks.settled_sum(pieces, text["total"], subject)
            evidence.checked = True


def _register(row: Mapping[str, GridValue], meter: str, band: str | None) -> list[Register]:
    """The readings of a row; a row without a band counts the whole, like the 总 row."""
    text = {name: number_text(cell.text) or "" for name, cell in row.items()}
    if not text.get("opening") or not text.get("closing"):
        return []
    return [
        Register(
            meter=meter,
            whole=band in (None, "total"),
            opening=text["opening"],
            closing=text["closing"],
            multiplier=text.get("multiplier", ""),
            read=text.get("read", ""),
            billed=text.get("total", "") or text.get("read", ""),
            added=tuple(_signed(name, text[name]) for name in PARTS[1:] if text.get(name)),
        )
    ]


def _signed(part: str, value: str) -> str:
    return "-" + value if part in SUBTRACTED and not value.startswith("-") else value


def _cost_table(grid: Grid, bands: Mapping[str, str], evidence: MeterEvidence) -> None:
    """Price tables repeat the whole quantity on every component; only time-of-use rows add up to it. They witness, they never add."""
    unit = strip_unit(grid.headers["quantity"])[1]
    banded: dict[str, tuple[str, GridValue]] = {}
    for row in grid.rows:
        cell = row.get("quantity")
        value = number_text(cell.text) if cell else None
        if cell is None or value is None or number(value) in (None, 0):
            continue
        band, _ = _label(row, bands, ("band", "item", "column0", "column1"))
        if band in ("sharp", "peak", "flat", "valley", "deep"):
            if band in banded and banded[band][0] != value:
                return
            banded[band] = (value, cell)
        elif band in ("grand", "total"):
            evidence.claims.append(_claim(value, unit, "电费明细合计行电量", 3, cell))
        elif band is None:
            evidence.repeats.append(_claim(value, unit, "电费明细行", 9, cell))
    if len(banded) >= 2:
        total = sum((number(v) or Fraction(0) for v, _ in banded.values()), Fraction(0))
        raw = "＋".join(v for v, _ in banded.values())
        cell = next(iter(banded.values()))[1]
        evidence.claims.append(Claim(value=total, raw=raw, unit=unit, label="电费明细分时电量之和", rank=5, cell=cell))
