"""Process emissions: carbonates, the formulas of GB/T 32151.34-2024, and amounts already verified elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from app.accounting.amounts import amount_in
from app.accounting.carriers import Kind
from app.accounting.explicit import explicit_ef, explicit_outcome, has_explicit
from app.accounting.formulas import FORMULAS
from app.accounting.numbers import exact, is_absent, percent
from app.accounting.outcome import Outcome, Setting, operand, use_of
from app.accounting.reading import Activity
from app.accounting.refusals import Kind as Refused
from app.accounting.refusals import refusal
from app.domain.run import Operand

CO2_PER_C = Fraction(44, 12)
CO2_PER_CH4 = Fraction(44, 16)
Values = Mapping[str, Fraction]


def _eq6(v: Values) -> Fraction:
    carbon = v["GC"] * v["WFC"] - (v["CC"] + v["UCC"] + v["DU"]) * v["WFC_C"]
    return carbon * CO2_PER_C + (v["GC"] * v["WVar"] - v["CC"] * v["WVar_C"]) * v["K1"] * CO2_PER_CH4


def _eq7(v: Values) -> Fraction:
    carbon = v["BPM"] * v["BPMFC"] + v["BG"] * v["BGFC"] - v["BWT"] - v["BP"] * v["BPFC"]
    return carbon * CO2_PER_C + (v["BPM"] * v["BPMVar"] + v["BG"] * v["BGVar"]) * v["K2"] * CO2_PER_CH4


def _eq8(v: Values) -> Fraction:
    carbon = v["GPM"] * v["GPMFC"] + v["GTA"] * v["GTAFC"] - v["GWT"] - v["GP"] * v["GPFC"]
    return carbon * CO2_PER_C + v["GPM"] * v["GPMVar"] * v["K3"] * CO2_PER_CH4


def _eq9(v: Values) -> Fraction:
    tonnes = v["Q_Nm3_h"] * v["QVar_mg_Nm3"] * 24 * v["days"] / 10**9
    return tonnes * v["HM_GJ_t"] * v["FCh"] * v["FOx"] * CO2_PER_C


def _eq10(v: Values) -> Fraction:
    return v["CAL"] * v["I"] * v["EF1"] * v["TR"]


EQUATIONS: dict[str, tuple[tuple[str, ...], Callable[[Values], Fraction]]] = {
    "gbt32151_34_eq6": (("GC", "WFC", "CC", "UCC", "DU", "WFC_C", "WVar", "WVar_C", "K1"), _eq6),
    "gbt32151_34_eq7": (("BPM", "BPMFC", "BG", "BGFC", "BWT", "BP", "BPFC", "BPMVar", "BGVar", "K2"), _eq7),
    "gbt32151_34_eq8": (("GPM", "GPMFC", "GTA", "GTAFC", "GWT", "GP", "GPFC", "GPMVar", "K3"), _eq8),
    "gbt32151_34_eq9": (("Q_Nm3_h", "QVar_mg_Nm3", "days", "HM_GJ_t", "FCh", "FOx"), _eq9),
    "gbt32151_34_eq10": (("CAL", "I", "EF1", "TR"), _eq10),
}


def _required(activity: Activity, name: str, key: str) -> None:
    if is_absent(activity.params.get(key)):
        raise refusal(
            Refused.MISSING_PARAMETER,
            f"{activity.carrier}缺少{name}。",
            fix=f"请在 params.{key} 给出{name}；确为 100% 时也请写明。",
            subject=activity.id,
        )


def carbonate(activity: Activity, kind: Kind, setting: Setting) -> Outcome:
    """E = mass × purity × EF × conversion."""
    mass = amount_in(activity, "mass", liquid=False).value
    factor = setting.library.carbonates.get(kind.name)
    if not is_absent(activity.params.get("ef")):
        value, unit, use = explicit_ef(activity)
        amount_in(activity, unit.per.dimension, liquid=False)
        ef = value * unit.numerator / unit.per.ratio
    elif factor is not None:
        ef, use = factor.number, use_of(factor, why=f"{kind.name} 取碳酸盐排放因子表。")
    else:
        raise refusal(
            Refused.FACTOR_NOT_FOUND,
            f"碳酸盐“{kind.name}”没有排放因子。",
            fix=f"库内有 {'、'.join(setting.library.carbonates)}；其他碳酸盐请按化学计量在 params.ef 给出因子及来源。",
            subject=activity.id,
        )
    _required(activity, "纯度", "purity_pct")
    _required(activity, "转化率", "conversion_pct")
    purity = percent(activity.params["purity_pct"], name="纯度", subject=activity.id)
    conversion = percent(activity.params["conversion_pct"], name="转化率", subject=activity.id)
    return Outcome(
        tco2=mass * purity * ef * conversion,
        category_in="process",
        category_out="process",
        formula="carbonate",
        operands=(
            operand("质量", mass, "t"),
            operand("纯度", purity * 100, "%", "params:purity_pct"),
            operand("排放因子", ef, "tCO2/t", use.id),
            operand("转化率", conversion * 100, "%", "params:conversion_pct"),
        ),
        factors=(use,),
        why=(use.why,),
        carrier=activity.carrier,
    )


def _variables(activity: Activity, names: tuple[str, ...]) -> tuple[dict[str, Fraction], tuple[Operand, ...]]:
    given = activity.params.get("variables")
    given = given if isinstance(given, Mapping) else {}
    missing = [name for name in names if is_absent(given.get(name))]
    if missing:
        raise refusal(
            Refused.MISSING_PARAMETER,
            f"过程排放公式缺少变量 {'、'.join(missing)}。",
            fix="请在 params.variables 补全各变量；量为零的也要写 0。",
            subject=activity.id,
        )
    values = {name: exact(given[name], name=f"变量 {name}", subject=activity.id) for name in names}
    return values, tuple(operand(name, value, "", f"params:variables.{name}") for name, value in values.items())


def process(activity: Activity, kind: Kind, setting: Setting) -> Outcome:
    """A named formula of the standard over its variables, once an item; or an explicit factor."""
    if has_explicit(activity):
        return explicit_outcome(activity, category_in="process", category_out="process", carrier=kind.name)
    count = amount_in(activity, "item").value
    name = str(activity.params.get("formula") or "").strip()
    if name not in EQUATIONS:
        raise refusal(
            Refused.MISSING_PARAMETER,
            f"过程排放公式“{name}”没有登记。" if name else "过程排放没有指定公式。",
            fix=f"params.formula 请写 {'、'.join(EQUATIONS)} 之一，或用 params.ef 给出显式因子。",
            subject=activity.id,
        )
    formula = FORMULAS[name]
    suspects: tuple[str, ...] = ()
    if formula.suspect_name:
        reason = "公式由变量表推测并按算例拟合，未见标准原文。"
        names = (formula.suspect_name, name.removeprefix("gbt32151_34_"))
        suspects = (setting.gate.admit(names, what=formula.clause, reason=reason, subject=activity.id),)
    variables, equation = EQUATIONS[name]
    values, operands = _variables(activity, variables)
    return Outcome(
        tco2=count * equation(values),
        category_in="process",
        category_out="process",
        formula=name,
        operands=(operand("项数", count, "项"), *operands),
        why=(f"按{formula.clause}计算。",),
        suspects=suspects,
        carrier=kind.name,
    )


def reported(activity: Activity, kind: Kind, setting: Setting) -> Outcome:
    """An amount verified elsewhere: converted to tonnes, nothing else."""
    amount = amount_in(activity, "emission")
    label = str(activity.params.get("label") or "").strip()
    return Outcome(
        tco2=amount.value,
        category_in="reported",
        category_out="reported_deduction",
        formula="reported",
        operands=(operand("已核排放量", amount.value, "tCO2"),),
        why=(f"已核数值（{label}），本系统只换算单位与求和。" if label else "已核数值，本系统只换算单位与求和。",),
        carrier=kind.name,
    )
