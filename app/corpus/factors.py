"""policy_corpus/factors and policy_corpus/gwp as a FactorLibrary, and the checks that keep those tables honest.

A table is one publisher's edition: ``<name>.csv`` with the values and ``<name>.toml`` with what the table is.
``schema/factors.toml`` says which columns a family has and which band its numbers must fall into.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.accounting.indicators_reported import IndicatorSet
from app.accounting.library import Factor, FactorLibrary, FuelRow, GridFactor, Standard, SteamCell
from app.accounting.process_formula import ProcessFormula
from app.corpus.indicators import read_indicator_sets
from app.corpus.paths import corpus_root
from app.corpus.process_formulas import check_process_formulas, parts_of, read_process_formulas
from app.domain.finding import Finding, Severity
from app.domain.number import parse_number

FOLDERS = ("factors", "gwp")


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorTable:
    """One table: its registry meta, its header and its rows of text. ``path`` is relative to the corpus."""

    meta: Mapping[str, Any]
    header: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]
    path: str

    @property
    def id(self) -> str:
        return str(self.meta.get("id", ""))

    @property
    def family(self) -> str:
        return str(self.meta.get("family", ""))


def read_tables(root: Path) -> Iterator[FactorTable]:
    """Every registered table in the order of file names."""
    for folder in FOLDERS:
        for meta_path in sorted((root / folder).glob("*.toml")):
            meta = tomllib.loads(meta_path.read_text(encoding="utf-8"))
            table = meta_path.with_name(str(meta.get("table", "")))
            reader = csv.DictReader(io.StringIO(table.read_text(encoding="utf-8")), restkey="", restval="")
            rows = tuple(MappingProxyType(dict(row)) for row in reader)
            yield FactorTable(
                meta=meta, header=tuple(reader.fieldnames or ()), rows=rows, path=f"{folder}/{table.name}"
            )


def _factor(row: Mapping[str, str], table: FactorTable) -> Factor:
    return Factor(
        id=row["id"],
        value=row["value"],
        unit=row["unit"],
        source=row["source"],
        evidence=row["evidence"],
        note=row["note"],
        file=table.id,
        edition=str(table.meta["edition"]),
    )


def _process(row: Mapping[str, str], table: FactorTable) -> dict[str, Factor]:
    """The row by its id, and each value of a row that prints several by ``<id>#<symbol>``."""
    whole = _factor(row, table)
    parts = {f"{whole.id}#{symbol}": (value, unit) for symbol, value, unit in parts_of(row)}
    return {whole.id: whole} | {id: replace(whole, id=id, value=v, unit=u) for id, (v, u) in parts.items()}


def _grid(row: Mapping[str, str], table: FactorTable) -> GridFactor:
    return GridFactor(
        id=row["id"],
        value=row["value"],
        unit=row["unit"],
        source=row["source"],
        evidence=row["evidence"],
        note=row["note"],
        file=table.id,
        edition=str(table.meta["edition"]),
        data_year=int(row["data_year"]),
        level=row["level"],
        region=row["region"],
        basis=row["basis"],
        basis_label=row["basis_zh"],
        notice=row["official_notice"],
        notice_url=row["official_url"],
    )


def _fuel(row: Mapping[str, str], table: FactorTable) -> FuelRow:
    return FuelRow(
        id=row["id"],
        factor_set=row["factor_set"],
        fuel=row["fuel"],
        unit=row["unit"],
        ncv=row["ncv_gj_per_unit"],
        carbon=row["carbon_content_tc_per_gj"],
        oxidation=row["oxidation_rate_pct"],
        standard=row["standard"],
        edition=row["edition"],
        source=row["source"],
        evidence=row["evidence"],
        note=row["note"],
        file=table.id,
    )


def _steam(row: Mapping[str, str]) -> SteamCell:
    return SteamCell(
        id=row["id"],
        pressure=Fraction(row["pressure_mpa"]),
        temperature=Fraction(row["temperature_c"]),
        enthalpy=Fraction(row["enthalpy_kj_per_kg"]),
        source=row["source"],
        evidence=row["evidence"],
        note=row["note"],
    )


def _standard(row: Mapping[str, str]) -> Standard:
    return Standard(
        id=row["id"],
        number=row["standard"],
        title=row["title"],
        effective=row["effective"],
        source=row["source"],
        evidence=row["evidence"],
    )


def process_rows(tables: Iterable[FactorTable]) -> tuple[Mapping[str, str], ...]:
    """The rows of every process table."""
    return tuple(row for table in tables if table.family == "process" for row in table.rows)


def build_library(
    tables: list[FactorTable], indicator_sets: tuple[IndicatorSet, ...] = (), formulas: tuple[ProcessFormula, ...] = ()
) -> FactorLibrary:
    """Sort the rows of all tables into the library; the digest covers every cell in reading order, the indicator sets and the
    formulas of process emissions."""
    grid, fuels, heat, carbonates, gwp, coal = {}, {}, {}, {}, {}, {}
    process: dict[str, Factor] = {}
    standards, saturated, superheated, rest = {}, [], {}, {}
    digest = hashlib.sha256()
    for table in tables:
        digest.update(repr((table.path, table.header, [tuple(r.values()) for r in table.rows])).encode())
        for row in table.rows:
            match table.family:
                case "grid":
                    g = _grid(row, table)
                    grid[g.data_year, g.level, g.region, g.basis] = g
                case "fuel":
                    f = _fuel(row, table)
                    fuels[f.factor_set, f.fuel] = f
                case "heat":
                    heat[row["id"].removeprefix("HEAT/")] = _factor(row, table)
                case "process":
                    process |= _process(row, table)
                    if row["id"].startswith("PROC/碳酸盐/"):
                        carbonates[row["parameter"]] = process[row["id"]]
                case "gwp":
                    gwp[str(table.meta["report"]), row["gas"]] = _factor(row, table)
                case "standard_coal":
                    coal[row["id"]] = _factor(row, table)
                case "steam_saturated":
                    saturated.append(_steam(row))
                case "steam_superheated":
                    cell = _steam(row)
                    superheated[cell.pressure, cell.temperature] = cell
                case "standard":
                    standards[row["standard"]] = _standard(row)
        rest[table.id] = table.rows
    digest.update(repr(indicator_sets).encode())
    digest.update(repr([(f.record, f.operands, f.options, _texts(f)) for f in formulas]).encode())
    return FactorLibrary(
        digest=digest.hexdigest(),
        indicator_sets=indicator_sets,
        grid=MappingProxyType(grid),
        fuels=MappingProxyType(fuels),
        heat=MappingProxyType(heat),
        carbonates=MappingProxyType(carbonates),
        gwp=MappingProxyType(gwp),
        standard_coal=MappingProxyType(coal),
        saturated=tuple(sorted(saturated, key=lambda c: c.pressure)),
        superheated=MappingProxyType(superheated),
        standards=MappingProxyType(standards),
        process=MappingProxyType(process),
        process_formulas=MappingProxyType({f.id: f for f in formulas}),
        tables=MappingProxyType(rest),
        titles=MappingProxyType({t.id: str(t.meta.get("title", "")) for t in tables}),
    )


def _texts(formula: ProcessFormula) -> tuple[str, ...]:
    """The arithmetic of a formula as written."""
    own = [e.text for e in (formula.co2, formula.balance) if e]
    return (*own, *(f"{g.gas} = {g.expression.text} {g.operands}" for g in formula.gases))


@lru_cache(maxsize=4)
def _cached(root: Path) -> FactorLibrary:
    tables = list(read_tables(root))
    return build_library(tables, read_indicator_sets(root), read_process_formulas(root, process_rows(tables)))


def load_factor_library(root: Path | None = None) -> FactorLibrary:
    """The factor library under ``root`` (default: the installed corpus), read once per process."""
    return _cached((root or corpus_root()).resolve())


def _finding(id: str, message: str, table: FactorTable, subject: str, **data: str) -> Finding:
    fix = f"请核对 {table.path} 与 schema/factors.toml；数值以所列出处为准，已用编号不得改值。"
    return Finding(id=id, severity=Severity.BLOCKING, message=message, subjects=(subject,), fix=fix, data=data)


def _check_meta(table: FactorTable, schema: Mapping[str, Any]) -> Iterator[Finding]:
    for key in sorted(set(table.meta) - set(schema["meta"])):
        yield _finding("factor-meta-unknown", f"{table.path} 的登记项 {key} 不认识。", table, table.id)
    for key in ("id", "family", "title", "publisher", "edition", "accessed_on"):
        if not table.meta.get(key):
            yield _finding("factor-meta-missing", f"{table.path} 缺少登记项 {key}。", table, table.id)
    if table.meta.get("rows") != len(table.rows):
        message = f"{table.path} 登记 {table.meta.get('rows')} 行，实有 {len(table.rows)} 行。"
        yield _finding("factor-rows", message, table, table.id)


def _check_number(
    row: Mapping[str, str], column: str, rule: Mapping[str, Any], table: FactorTable
) -> Iterator[Finding]:
    text, evidence = row.get(column, ""), row.get("evidence", "")
    if not text:
        if column not in rule.get("blank", ()) or evidence not in rule["blank_evidence"]:
            yield _finding("factor-blank", f"{row['id']} 的 {column} 为空。", table, row["id"])
        return
    try:
        value = parse_number(text)
    except ValueError:
        if evidence not in rule.get("text_allowed_evidence", ()):
            yield _finding("factor-not-a-number", f"{row['id']} 的 {column}“{text}”不是数值。", table, row["id"])
        return
    low, high = (Fraction(b) for b in rule.get("band", {}).get(column, ("-1e9", "1e9")))
    if not low <= value <= high:
        message = f"{row['id']} 的 {column} 为 {text}，超出合理范围。"
        yield _finding("factor-out-of-band", message, table, row["id"], value=text)


def _check_row(
    row: Mapping[str, str], rule: Mapping[str, Any], table: FactorTable, levels: list[str]
) -> Iterator[Finding]:
    name = row.get("id") or "（无编号）"
    for column in ("id", "source", "evidence"):
        if not row.get(column):
            yield _finding("factor-unsourced", f"{table.path} 的 {name} 缺少 {column}。", table, name)
    if row.get("evidence") not in levels:
        yield _finding("factor-evidence", f"{name} 的可信度“{row.get('evidence')}”不在五级之内。", table, name)
    if "units" in rule and row.get("unit") not in rule["units"]:
        yield _finding("factor-unit", f"{name} 的单位“{row.get('unit')}”没有登记。", table, name)
    for column, choices in rule.get("choices", {}).items():
        if row.get(column) not in choices:
            yield _finding("factor-choice", f"{name} 的 {column}“{row.get(column)}”没有登记。", table, name)
    for column in rule["numbers"]:
        yield from _check_number(row, column, rule, table)


def check_factors(root: Path | None = None) -> list[Finding]:
    """Whether every table holds to the schema: sourced values with evidence, known columns and units, plausible numbers,
    ids used once across all tables. An empty list means all is well."""
    base = root or corpus_root()
    schema = tomllib.loads((base / "schema" / "factors.toml").read_text(encoding="utf-8"))
    out: list[Finding] = []
    seen: dict[str, str] = {}
    for table in read_tables(base):
        rule = schema["families"].get(table.family)
        out += _check_meta(table, schema)
        if rule is None:
            out.append(_finding("factor-family", f"{table.path} 的类别“{table.family}”没有登记。", table, table.id))
            continue
        if list(table.header) != rule["columns"]:
            odd = sorted(set(table.header) ^ set(rule["columns"])) or ["列的次序"]
            out.append(_finding("factor-columns", f"{table.path} 的列与登记不符：{'、'.join(odd)}。", table, table.id))
        for row in table.rows:
            out += _check_row(row, rule, table, schema["evidence"])
            if row.get("id") in seen:
                message = f"编号 {row['id']} 在 {seen[row['id']]} 与 {table.path} 中重复。"
                out.append(_finding("factor-duplicate", message, table, row["id"]))
            seen[row.get("id", "")] = table.path
    return out + list(check_process_formulas(base, process_rows(read_tables(base))))
