"""An activity's quantity in the dimension a factor asks for. What needs a fact that was not given is refused.

Base units: electricity kWh, mass t, liquid L, gas Nm3, heat GJ, emission tCO2. Litres become tonnes only with the density of
the activity, metered cubic metres become standard ones only when the activity says they already are.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from app.accounting.numbers import exact, is_absent
from app.accounting.reading import Activity
from app.accounting.refusals import Kind, refusal
from app.domain.number import exact_text
from app.domain.run import Operand
from app.domain.units import GJ_PER_KWH, Unit, find_unit

BASE_UNIT = {
    "electricity": "kWh",
    "mass": "t",
    "liquid_volume": "L",
    "normal_gas_volume": "Nm3",
    "actual_gas_volume": "m3",
    "heat": "GJ",
    "emission": "tCO2",
    "item": "项",
}
CO2_UNITS = {"tCO2": Fraction(1), "kgCO2": Fraction(1, 1000), "gCO2": Fraction(1, 10**6), "万tCO2": Fraction(10000)}
GAS_UNITS = {"t": Fraction(1), "kg": Fraction(1, 1000), "g": Fraction(1, 10**6)}
STANDARD_CONDITION = frozenset({"标况", "标准状态", "标准状况", "标态", "standard", "normal"})
OPERATING_CONDITION = frozenset({"工况", "工作状态", "实际状态", "operating", "actual"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """``value`` in the base unit of ``dimension``; ``operands`` and ``why`` are the facts the conversion used."""

    value: Fraction
    dimension: str
    operands: tuple[Operand, ...] = ()
    why: str = ""


def density(activity: Activity) -> Fraction:
    """kg/L of this activity. Refuses missing_parameter: densities are facts of the delivery, never built in."""
    given = activity.params.get("density_kg_per_l")
    if is_absent(given):
        raise refusal(
            Kind.MISSING_PARAMETER,
            f"{activity.carrier}以升计量，缺少密度。",
            fix="请在 params.density_kg_per_l 给出密度（kg/L）及其来源，例如加油凭证或检测值。",
            subject=activity.id,
        )
    value = exact(given, name="密度", subject=activity.id)
    if value <= 0:
        raise refusal(
            Kind.INVALID_NUMBER, "密度应大于零。", fix="请核对 params.density_kg_per_l。", subject=activity.id
        )
    return value


def _condition(activity: Activity) -> str:
    return str(activity.params.get("gas_condition") or "").strip().casefold()


def require_standard_condition(activity: Activity) -> None:
    """Passes only when the activity says its cubic metres are standard ones."""
    condition = _condition(activity)
    if condition in STANDARD_CONDITION:
        return
    if condition in OPERATING_CONDITION:
        raise refusal(
            Kind.OPERATING_CONDITION_VOLUME,
            "气体体积是工况体积，热值按标准状态给出，不能直接相乘。",
            fix="请凭流量计的温度、压力、压缩因子换算为标准立方米（Nm3）后填写，并留存换算记录。",
            subject=activity.id,
        )
    raise refusal(
        Kind.GAS_CONDITION_UNSTATED,
        "气体体积没有注明是标况还是工况。",
        fix="请向燃气公司或流量计铭牌确认，在 params.gas_condition 写“标况”或“工况”，或直接按 Nm3 填写。",
        subject=activity.id,
    )


def amount_in(activity: Activity, dimension: str, *, liquid: bool = True) -> Amount:
    """The quantity in ``dimension``. ``liquid`` says whether litres make sense for this carrier.

    Refuses unit_dimension_mismatch, missing_parameter (density) and the two gas condition kinds.
    """
    own, value = activity.unit.dimension, activity.quantity * activity.unit.ratio
    if own == dimension:
        if own == "normal_gas_volume" and _condition(activity) in OPERATING_CONDITION:
            require_standard_condition(activity)
        return Amount(value=value, dimension=dimension)
    if (own, dimension) == ("electricity", "heat"):
        return Amount(value=value * GJ_PER_KWH, dimension=dimension, why="1 kWh = 0.0036 GJ")
    if {own, dimension} == {"liquid_volume", "mass"} and liquid:
        kg_per_l = density(activity)
        operand = Operand(name="密度", value=exact_text(kg_per_l), unit="kg/L", source="params:density_kg_per_l")
        tonnes = value * kg_per_l / 1000 if own == "liquid_volume" else value * 1000 / kg_per_l
        return Amount(value=tonnes, dimension=dimension, operands=(operand,), why="体积与质量按活动给出的密度换算")
    if (own, dimension) == ("actual_gas_volume", "normal_gas_volume"):
        require_standard_condition(activity)
        return Amount(value=value, dimension=dimension, why="活动声明为标况，立方米按 Nm3 计")
    raise refusal(
        Kind.UNIT_DIMENSION_MISMATCH,
        f"{activity.carrier}不能用“{activity.unit_text}”计量，这里需要换算到 {BASE_UNIT.get(dimension, dimension)}。",
        fix="请核对票据上的计量单位；跨量纲的换算（如立方米折热量）须用热值等参数，不能只改单位。",
        subject=activity.id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorUnit:
    """``numerator`` to tonnes of gas, ``per`` the unit of the activity."""

    text: str
    numerator: Fraction
    per: Unit


def factor_unit(text: str, numerators: dict[str, Fraction], *, subject: str) -> FactorUnit:
    """``kgCO2/kWh`` and the like. Refuses unknown_unit: a factor unit is never taken for 1."""
    top, slash, bottom = str(text or "").strip().partition("/")
    per = find_unit(bottom.strip())
    if not slash or top.strip() not in numerators or per is None:
        raise refusal(
            Kind.UNKNOWN_UNIT,
            f"因子单位“{text}”没有登记。",
            fix=f"因子单位请写成 {'、'.join(numerators)} 除以登记的活动单位，例如 {next(iter(numerators))}/MWh。",
            subject=subject,
        )
    return FactorUnit(text=f"{top.strip()}/{bottom.strip()}", numerator=numerators[top.strip()], per=per)
