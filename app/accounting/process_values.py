"""A process formula applied to one activity: which material, which value for each operand and why, what comes out by gas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from app.accounting.amounts import amount_in
from app.accounting.carriers import Kind
from app.accounting.numbers import exact, is_absent, percent
from app.accounting.outcome import Outcome, Setting, operand, use_of
from app.accounting.process_formula import ProcessFormula, ProcessOperand
from app.accounting.reading import Activity
from app.accounting.refusals import Kind as Refused
from app.accounting.refusals import refusal
from app.domain.run import FactorUse, Operand

CHOICES = ("material", "gas")


@dataclass(slots=True, kw_only=True)
class _Work:
    """What is gathered while the operands of one activity are read."""

    activity: Activity
    formula: ProcessFormula
    setting: Setting
    material: str = ""
    row: str = ""
    values: dict[str, Fraction] = field(default_factory=dict)
    operands: list[Operand] = field(default_factory=list)
    factors: list[FactorUse] = field(default_factory=list)
    suspects: list[str] = field(default_factory=list)

    @property
    def variables(self) -> Mapping[str, Any]:
        given = self.activity.params.get("variables")
        return given if isinstance(given, Mapping) else {}

    def missing(self, names: Sequence[str], fix: str) -> Exception:
        return refusal(
            Refused.MISSING_PARAMETER, f"{self.formula.title}缺少{'、'.join(names)}。", fix=fix, subject=self.activity.id
        )


def apply_formula(activity: Activity, formula: ProcessFormula, kind: Kind, setting: Setting) -> Outcome:
    """The outcome of a formula. Refuses missing_parameter, factor_not_found (no such material), suspect_factor and what the
    quantity's unit refuses."""
    work = _Work(activity=activity, formula=formula, setting=setting)
    if formula.suspect_names:
        admitted = setting.gate.admit(
            formula.suspect_names, what=formula.record.clause, reason=formula.suspect_reason, subject=activity.id
        )
        work.suspects.append(admitted)
    by_item = activity.unit.dimension == "item"
    count = amount_in(activity, "item" if by_item else formula.dimension, liquid=False).value
    if formula.choice_label:
        _choose(work, kind)
    if by_item:
        work.operands.append(operand("项数", count, "项"))
    needed = [o.name for o in formula.operands if not o.row and not o.products]
    if by_item and formula.quantity:
        _whole(work)
    elif formula.quantity:
        work.values[formula.quantity] = count
        work.operands.append(operand(formula.quantity_label, count, "t"))
    absent = [name for name in needed if is_absent(work.variables.get(name))]
    if absent:
        raise work.missing([f"变量 {'、'.join(absent)}"], "请在 params.variables 补全各变量；量为零的也要写 0。")
    _read(work, formula.operands)
    scale = count if by_item else Fraction(1)
    gases = _gases(work, scale)
    tco2 = formula.co2.value(work.values) * scale if formula.co2 else gases.get("CO2", Fraction(0))
    return Outcome(
        tco2=tco2,
        category_in="process",
        category_out="process",
        formula=formula.id,
        operands=tuple(work.operands),
        factors=tuple(work.factors),
        why=(f"按{formula.record.clause}计算。", *(use.why for use in work.factors)),
        gases=gases,
        suspects=tuple(dict.fromkeys(work.suspects)),
        carrier=kind.name,
    )


def _choose(work: _Work, kind: Kind) -> None:
    """The material of the activity: after the carrier's name, or in params."""
    params, formula = work.activity.params, work.formula
    named = kind.material or next((str(params[k]).strip() for k in CHOICES if not is_absent(params.get(k))), "")
    shown = "、".join(dict.fromkeys(formula.options)) or "SF6、HFC134a、CF4 等"
    if not named:
        raise work.missing([formula.choice_label], f"请在 params.material 写明{formula.choice_label}：{shown}。")
    work.material = named
    if not formula.options:
        return
    row = formula.options.get(named)
    if row is None:
        raise refusal(
            Refused.FACTOR_NOT_FOUND,
            f"{formula.title}没有“{named}”的因子。",
            fix=f"库内有 {shown}；其他的请用 params.ef 给出因子及来源，系统不会用相近物料代替。",
            subject=work.activity.id,
        )
    work.row = row


def _whole(work: _Work) -> None:
    """The quantity of a whole item from its variables: given itself, or by its balance."""
    formula, variables = work.formula, work.variables
    names: tuple[str, ...] = (formula.quantity,)
    if formula.balance and is_absent(variables.get(formula.quantity)):
        names = formula.balance.names
    absent = [name for name in names if is_absent(variables.get(name))]
    if absent:
        fix = "请在 params.variables 补全；没有的写 0。按吨填写数量时，不必给出这些变量。"
        raise work.missing([f"变量 {'、'.join(absent)}"], fix)
    given = {n: exact(variables[n], name=f"变量 {n}", subject=work.activity.id) for n in names}
    work.operands += [operand(n, v, "t", f"params:variables.{n}") for n, v in given.items()]
    balance = formula.balance
    work.values[formula.quantity] = balance.value(given) if balance and len(names) > 1 else given[formula.quantity]


def _read(work: _Work, operands: Sequence[ProcessOperand], gas: str = "") -> None:
    """A value for each operand: what the activity gives, else the factor row."""
    for item in operands:
        label = item.label.format(each=gas)
        name = f"{item.name}.{gas}" if gas else item.name
        if item.products:
            value, shown, source = _sum_of_products(work, item), "", f"params:{item.name}"
        elif not is_absent(given := work.variables.get(name)):
            number = percent if item.unit == "%" else exact
            value, source = number(given, name=f"变量 {name}", subject=work.activity.id), f"params:variables.{name}"
            shown = item.unit
        else:
            row = item.row.format(choice=work.row, material=work.material, each=gas)
            value, source, shown = *_from_row(work, row, label, name), item.unit
            value = value / 100 if item.unit == "%" else value
        work.values[item.name] = value
        work.operands.append(operand(label, value * 100 if shown == "%" else value, shown, source))


def _from_row(work: _Work, row: str, label: str, name: str) -> tuple[Fraction, str]:
    factor = work.setting.library.process.get(row)
    if factor is None or not factor.value:
        fix = f"库内来源没有给出默认值，请在 params.variables.{name} 给出实测值及来源。"
        raise work.missing([label], fix)
    if factor.evidence == "suspect":
        names = (factor.id, work.material or label, f"{work.formula.id}/{work.material}", work.formula.id)
        what = f"{work.formula.title}“{work.material or label}”的取值"
        work.suspects.append(work.setting.gate.admit(names, what=what, reason=factor.note, subject=work.activity.id))
    chosen = f"{work.material} 的" if work.material and row.startswith(work.row or "\0") else ""
    use = use_of(factor, why=f"{chosen}{label}取因子表的默认值 {factor.value} {factor.unit}。")
    if all(known.id != use.id for known in work.factors):
        work.factors.append(use)
    return factor.number, factor.id


def _sum_of_products(work: _Work, item: ProcessOperand) -> Fraction:
    """Σ of the products of the named keys over a list of the activity; nothing listed is zero. The volume shares of a gas mixture
    must sum to 100 %, otherwise part of it was forgotten."""
    rows = work.activity.params.get(item.name)
    listed = rows if isinstance(rows, (list, tuple)) else []
    total, shares = Fraction(0), work.values.get("P_CO2", Fraction(0))
    for row in listed:
        absent = [k for k in item.products if not isinstance(row, Mapping) or is_absent(row.get(k))]
        if absent:
            raise work.missing([f"{item.name} 的 {'、'.join(absent)}"], f"请在 params.{item.name} 逐项补全。")
        share, mass = item.products
        own = percent(row[share], name=f"{item.name} 的 {share}", subject=work.activity.id)
        shares += own
        total += own * exact(row[mass], name=f"{item.name} 的 {mass}", subject=work.activity.id)
    if shares != 1:
        raise refusal(
            Refused.INVALID_NUMBER,
            "保护气各组分的体积百分数之和不是 100%。",
            fix=f"请在 variables.P_CO2 与 params.{item.name} 写全各组分；纯 CO2 写 P_CO2 = 100。",
            subject=work.activity.id,
        )
    return total


def _gases(work: _Work, scale: Fraction) -> dict[str, Fraction]:
    """Tonnes of each gas; a by-product counts once for each part its row prints (or the activity gives)."""
    out: dict[str, Fraction] = {}
    for output in work.formula.gases:
        for gas in _by_products(work, output.each) if output.each else (output.gas.format(material=work.material),):
            if output.each:
                _read(work, output.operands, gas)
            name = gas.replace("-", "")
            out[name] = out.get(name, Fraction(0)) + output.expression.value(work.values) * scale
    return out


def _by_products(work: _Work, part: str) -> list[str]:
    """The gases a row prints a ``part`` for, and those the activity names itself."""
    printed = [id.rpartition(".")[2] for id in work.setting.library.process if id.startswith(f"{work.row}#{part}.")]
    named = [str(k).removeprefix(f"{part}.") for k in work.variables if str(k).startswith(f"{part}.")]
    return list(dict.fromkeys((*printed, *named)))
