"""Combustion: quantity × net calorific value × carbon content × oxidation rate × 44/12, defaults overridden value by value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from app.accounting.amounts import amount_in
from app.accounting.carriers import LIQUIDS, Family, Kind, default_row
from app.accounting.explicit import explicit_outcome, has_explicit
from app.accounting.library import FuelRow
from app.accounting.numbers import is_absent, non_negative, number_text, percent
from app.accounting.outcome import Outcome, Setting, operand, user_factor
from app.accounting.reading import Activity
from app.accounting.refusals import Kind as Refused
from app.accounting.refusals import refusal
from app.domain.run import FactorUse, Operand

CO2_PER_C = Fraction(44, 12)
SETS = ("A", "B", "C", "D")
_LABELS = {"ncv": "低位热值", "carbon": "单位热值含碳量", "oxidation": "氧化率", "carbon_per_unit": "单位含碳量"}
_PARAMS = {
    "ncv": "ncv_gj_per_unit",
    "carbon": "carbon_content_tc_per_gj",
    "oxidation": "oxidation_rate_pct",
    "carbon_per_unit": "carbon_tc_per_unit",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Value:
    number: Fraction
    operand: Operand
    use: FactorUse


def _unit_of(name: str, per: str) -> str:
    return {"ncv": f"GJ/{per}", "carbon": "tC/GJ", "oxidation": "%", "carbon_per_unit": f"tC/{per}"}[name]


def _given(activity: Activity, name: str, per: str, row: FuelRow | None) -> _Value | None:
    raw = activity.params.get(_PARAMS[name])
    if is_absent(raw):
        return None
    label, unit = _LABELS[name], _unit_of(name, per)
    if name == "oxidation":
        number = percent(raw, name=label, subject=activity.id)
    else:
        number = non_negative(raw, name=label, subject=activity.id)
    source = str(activity.params.get(f"{name}_source") or activity.params.get(f"{_PARAMS[name]}_source") or "").strip()
    printed = str(getattr(row, name, "")) if row else ""
    lost = ((f"{row.id}#{name}", "活动给出了该参数，给定值优先于默认值"),) if row and printed else ()
    use = user_factor(
        activity.id,
        _PARAMS[name],
        number_text(raw) or "",
        unit,
        source=source,
        why=f"{label}取活动给出的值。",
        rejected=lost,
    )
    return _Value(number=number, use=use, operand=Operand(name=label, value=use.value, unit=unit, source=use.id))


def _default(row: FuelRow, name: str, per: str, others: tuple[FuelRow, ...]) -> _Value | None:
    text = getattr(row, name, "")
    if not text:
        return None
    number = Fraction(text) / 100 if name == "oxidation" else Fraction(text)
    lost = tuple(
        (f"{o.id}#{name}", f"属默认集 {o.factor_set}，本次指定默认集 {row.factor_set}")
        for o in others
        if getattr(o, name)
    )
    use = FactorUse(
        id=f"{row.id}#{name}",
        value=text,
        unit=_unit_of(name, per),
        source=row.source,
        evidence=row.evidence,
        why=f"{_LABELS[name]}取默认集 {row.factor_set}（{row.standard}）{row.fuel}一行。",
        rejected=lost,
    )
    return _Value(number=number, use=use, operand=Operand(name=_LABELS[name], value=text, unit=use.unit, source=use.id))


def suspect_names(row: FuelRow) -> tuple[str, ...]:
    """The names that admit a suspect default row, or its whole set."""
    s = row.factor_set
    return (
        row.id,
        f"{s}/{row.fuel}",
        f"fuels/{s}/{row.fuel}",
        row.fuel,
        f"FUEL/{s}",
        s,
        f"set_{s}",
        f"factor_set_{s}",
        f"默认集{s}",
    )


def _choose_row(activity: Activity, kind: Kind, setting: Setting, needed: bool) -> FuelRow | None:
    """The default row the input's factor set holds for this fuel; refuses when one is needed and there is none."""
    factor_set = setting.inputs.factor_set
    if factor_set in ("explicit", ""):
        if needed:
            what = "没有指定燃料默认集" if not factor_set else "参数没有给全"
            raise refusal(
                Refused.MISSING_PARAMETER,
                f"{kind.name}{what}。",
                fix="请在 params 给全 ncv_gj_per_unit、carbon_content_tc_per_gj、oxidation_rate_pct，或在 factor_set 指定默认集。",
                subject=activity.id,
            )
        return None
    row = default_row(setting.library, factor_set, kind.name)
    if row is None and needed:
        held = "、".join(r.factor_set for r in setting.library.fuel_sets(kind.name) if r.factor_set in SETS) or "无"
        raise refusal(
            Refused.FACTOR_NOT_FOUND,
            f"默认集 {factor_set} 没有{kind.name}。" if factor_set in SETS else f"没有名为“{factor_set}”的燃料默认集。",
            fix=f"含此品种的默认集：{held}；请改用相应默认集，或给出实测参数。系统不会用相近品种代替。",
            subject=activity.id,
        )
    return row


def _per_unit(kind: Kind, row: FuelRow | None, setting: Setting, activity: Activity) -> tuple[str, str, Fraction]:
    """(label, dimension, base units) of one factor unit: t or 10⁴ Nm3. Metered gas without a row counts per 10⁴ Nm3 too."""
    rows = (row,) if row else setting.library.fuel_sets(kind.name)
    unit = next((r.unit for r in rows if r and r.unit), "")
    if not unit:
        unit = "1e4Nm3" if activity.unit.dimension.endswith("gas_volume") else "t"
    return ("万Nm3", "normal_gas_volume", Fraction(10000)) if unit == "1e4Nm3" else ("t", "mass", Fraction(1))


def _require(found: Mapping[str, _Value | None], kind: Kind, row: FuelRow | None, activity: Activity) -> None:
    missing = [name for name, value in found.items() if value is None]
    if not missing:
        return
    labels = "、".join(_LABELS[name] for name in missing)
    keys = "、".join(_PARAMS[name] for name in missing)
    if kind.family is Family.UNKNOWN:
        raise refusal(
            Refused.UNKNOWN_CARRIER,
            f"能源品种“{activity.carrier}”没有登记，也没有给全参数（缺{labels}）。",
            fix=f"请改用登记的品种名称，或在 params 补上 {keys}。",
            subject=activity.id,
        )
    where = f"默认集 {row.factor_set} 未给" if row else "活动未给"
    raise refusal(
        Refused.MISSING_PARAMETER,
        f"{kind.name}缺少{labels}（{where}）。",
        fix=f"请在 params 补上 {keys} 并注明来源（实测、供方检测报告或所用标准）。",
        subject=activity.id,
    )


def _burns_nothing(activity: Activity) -> bool:
    """Factors by gas without any CO2: a leak or a refill of a gas, not a fire."""
    components = activity.params.get("ef_components")
    return isinstance(components, Mapping) and bool(components) and "CO2" not in components


def burn(activity: Activity, kind: Kind, setting: Setting) -> Outcome:
    """Emissions of a fuel, or of anything that brings its own factor or all of its parameters."""
    if has_explicit(activity):
        category = "process" if kind.family is Family.UNKNOWN and _burns_nothing(activity) else "fuel_combustion"
        return explicit_outcome(activity, category_in=category, category_out=category, carrier=kind.name)
    direct = not is_absent(activity.params.get("carbon_tc_per_unit"))
    names = ("carbon_per_unit", "oxidation") if direct else ("ncv", "carbon", "oxidation")
    needed = any(is_absent(activity.params.get(_PARAMS[name])) for name in names) and kind.family is not Family.UNKNOWN
    row = _choose_row(activity, kind, setting, needed) if kind.family is not Family.UNKNOWN else None
    if kind.family is Family.UNKNOWN:
        _require({n: None for n in names if is_absent(activity.params.get(_PARAMS[n]))}, kind, row, activity)
    per, dimension, size = _per_unit(kind, row, setting, activity)
    amount = amount_in(activity, dimension, liquid=kind.name in LIQUIDS or kind.family is Family.UNKNOWN)
    given = {name: _given(activity, name, per, row) for name in names}
    suspects: tuple[str, ...] = ()
    if row and any(given[name] is None and getattr(row, name, "") for name in names) and row.evidence == "suspect":
        what = f"默认集 {row.factor_set} 的{row.fuel}"
        suspects = (setting.gate.admit(suspect_names(row), what=what, reason=row.note, subject=activity.id),)
    others = tuple(r for r in setting.library.fuel_sets(kind.name) if row and r.id != row.id and r.factor_set in SETS)
    found = {n: v or (_default(row, n, per, others) if row else None) for n, v in given.items()}
    _require(found, kind, row, activity)
    values = [value for value in found.values() if value is not None]
    quantity = amount.value / size
    tco2 = quantity * CO2_PER_C
    for value in values:
        tco2 *= value.number
    return Outcome(
        tco2=tco2,
        category_in="fuel_combustion",
        category_out="fuel_combustion",
        formula="fuel_carbon" if direct else "fuel",
        operands=(operand("消耗量", quantity, per), *amount.operands, *(value.operand for value in values)),
        factors=tuple(value.use for value in values),
        why=tuple(filter(None, (amount.why, *(value.use.why for value in values)))),
        measures={amount.dimension: amount.value},
        suspects=suspects,
        carrier=kind.name,
    )
