"""policy_corpus/formulas as ProcessFormula values, and the checks that keep formulas and factor rows together."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.accounting.expression import read_expression
from app.accounting.formulas import Formula
from app.accounting.process_formula import GasOutput, ProcessFormula, ProcessOperand
from app.domain.finding import Finding, Severity
from app.domain.number import parse_number

FOLDER = "formulas"
DIMENSIONS = {"t": "mass", "": "item"}
Row = Mapping[str, str]


def is_number(text: str) -> bool:
    try:
        parse_number(text)
    except ValueError:
        return False
    return True


def parts_of(row: Row) -> Iterator[tuple[str, str, str]]:
    """(symbol, value, unit) of a row that prints several values in one cell: ``U 利用率 / a 收集率`` beside ``80 / 90``. A cell like
    ``CF4 0.10; C2F6 0.10`` under ``B`` gives ``B.CF4`` and ``B.C2F6``; an empty part gives nothing."""
    labels, values = (row[c].split("/") for c in ("parameter", "value"))
    units = row["unit"].split(" / ")
    if len(labels) < 2 or len(labels) != len(values):
        return
    for n, (label, value) in enumerate(zip(labels, values, strict=True)):
        symbol = label.split()[0]
        unit = units[n] if len(units) == len(labels) else row["unit"]
        if is_number(value.strip()):
            yield symbol, value.strip(), unit.strip()
            continue
        for pair in value.split(";"):
            name, _, amount = pair.strip().partition(" ")
            if is_number(amount.strip()):
                yield f"{symbol}.{name}", amount.strip(), unit.strip()


def _options(given: Mapping[str, Any], rows: Sequence[Row]) -> Mapping[str, str]:
    """Material to row id: the row's own name, and each name of a row that lists several with a slash."""
    prefix, column = given.get("choice_rows"), given.get("choice_column", "parameter")
    out: dict[str, str] = {}
    for row in rows if prefix else ():
        if not row["id"].startswith(str(prefix)):
            continue
        name = row[column].removeprefix(given.get("choice_strip", ""))
        for own in (name, *name.split("/")):
            out.setdefault(own, row["id"])
    return MappingProxyType(out)


def _operand(given: Mapping[str, Any]) -> ProcessOperand:
    return ProcessOperand(
        name=given["name"], label=given["label"], unit=given["unit"], row=given.get("row", ""),
        products=tuple(given.get("products", ())),
    )  # fmt: skip


def _gas(given: Mapping[str, Any]) -> GasOutput:
    return GasOutput(
        gas=given["gas"], expression=read_expression(given["expression"]), each=given.get("each", ""),
        operands=tuple(_operand(o) for o in given.get("operands", ())),
    )  # fmt: skip


def _formula(given: Mapping[str, Any], rows: Sequence[Row]) -> ProcessFormula:
    plain = tuple(ProcessOperand(name=name, label=name, unit="") for name in given.get("variables", ()))
    suspects = tuple(given.get("suspect", ()))
    return ProcessFormula(
        record=Formula(
            id=given["id"], text=given["text"], clause=given["clause"], suspect_name=suspects[0] if suspects else ""
        ),
        sector=given["sector"],
        title=given["title"],
        carriers=tuple(given.get("carriers", ())),
        dimension=DIMENSIONS[given.get("unit", "")],
        quantity=given.get("quantity", ""),
        quantity_label=given.get("quantity_label", ""),
        operands=(*plain, *(_operand(o) for o in given.get("operands", ()))),
        co2=read_expression(given["co2"]) if "co2" in given else None,
        gases=tuple(_gas(g) for g in given.get("gases", ())),
        balance=read_expression(given["balance"]) if "balance" in given else None,
        choice_label=given.get("choice_label", ""),
        options=_options(given, rows),
        suspect_names=suspects,
        suspect_reason=given.get("suspect_reason", ""),
        deduction=bool(given.get("deduction", False)),
        note=given.get("note", ""),
    )


def _files(root: Path) -> list[Mapping[str, Any]]:
    return [tomllib.loads(p.read_text(encoding="utf-8")) for p in sorted((root / FOLDER).glob("*.toml"))]


def read_process_formulas(root: Path, rows: Sequence[Row]) -> tuple[ProcessFormula, ...]:
    """Every formula in the order written. ``rows`` are those of the process tables. Raises ValueError or KeyError for a formula
    that is not well formed."""
    return tuple(_formula(given, rows) for data in _files(root) for given in data.get("formula", ()))


def _needed(formula: ProcessFormula) -> Iterator[tuple[str, set[str]]]:
    """(expression, names it uses that nothing declares)."""
    own = {o.name for o in formula.operands} | {formula.quantity}
    for expression, more in (
        *([(formula.co2, set[str]())] if formula.co2 else []),
        *((g.expression, {o.name for o in g.operands}) for g in formula.gases),
    ):
        yield expression.text, set(expression.names) - own - more


def check_process_formulas(root: Path, rows: Sequence[Row]) -> Iterator[Finding]:
    """Whether every name of a formula is declared, every row it takes exists, and every process row has a formula or a reason why
    there is none."""
    formulas = read_process_formulas(root, rows)
    known = {row["id"] for row in rows} | {f"{row['id']}#{symbol}" for row in rows for symbol, _, _ in parts_of(row)}
    reached = {id for f in formulas for id in f.options.values()}
    for data in _files(root):
        reached |= {row for given in data.get("formula", ()) for row in given.get("rows", ())}
        reached |= {gap["row"] for gap in data.get("without_formula", ()) if gap.get("why")}
    for formula in formulas:
        for text, strange in _needed(formula):
            if strange:
                names = "、".join(sorted(strange))
                yield _finding("formula-name", f"过程公式 {formula.id} 的“{text}”用了没有登记的 {names}。", formula.id)
        for operand in (*formula.operands, *(o for g in formula.gases for o in g.operands)):
            if operand.row and "{" not in operand.row:
                reached.add(operand.row.partition("#")[0])
                if operand.row not in known:
                    yield _finding("formula-row", f"过程公式 {formula.id} 所指的因子行 {operand.row} 不存在。", formula.id)
    for row in rows:
        if row["id"] not in reached:
            yield _finding("formula-missing", f"过程因子 {row['id']} 没有公式，也没有写明为什么没有。", row["id"])


def _finding(id: str, message: str, subject: str) -> Finding:
    fix = "请核对 policy_corpus/formulas：公式、操作数与因子行须一一对应。"
    return Finding(id=id, severity=Severity.BLOCKING, message=message, subjects=(subject,), fix=fix)
