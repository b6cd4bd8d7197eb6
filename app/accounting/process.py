"""Process emissions: carbonates, the formulas that are data (process_values.py), and amounts already verified elsewhere."""

from __future__ import annotations

from app.accounting.amounts import amount_in
from app.accounting.carriers import Kind
from app.accounting.explicit import explicit_ef, explicit_outcome, has_explicit
from app.accounting.numbers import is_absent, percent
from app.accounting.outcome import Outcome, Setting, operand, use_of
from app.accounting.process_values import apply_formula
from app.accounting.reading import Activity
from app.accounting.refusals import Kind as Refused
from app.accounting.refusals import refusal


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


def process(activity: Activity, kind: Kind, setting: Setting) -> Outcome:
    """A formula of the library, by its name over variables (once an item) or by its carrier over a quantity; or an explicit factor."""
    if has_explicit(activity):
        return explicit_outcome(activity, category_in="process", category_out="process", carrier=kind.name)
    formulas = setting.library.process_formulas
    name = kind.formula or str(activity.params.get("formula") or "").strip()
    if name not in formulas:
        raise refusal(
            Refused.MISSING_PARAMETER,
            f"过程排放公式“{name}”没有登记。" if name else "过程排放没有指定公式。",
            fix=f"params.formula 请写 {'、'.join(formulas)} 之一，或用 params.ef 给出显式因子。",
            subject=activity.id,
        )
    return apply_formula(activity, formulas[name], kind, setting)


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
