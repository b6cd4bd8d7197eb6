"""Findings of a run: what the user gave that was not used, looks odd, or should be explained. Never a refusal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from app.accounting.allocate import period_texts, stated_period
from app.accounting.indicators import INDICATORS
from app.accounting.numbers import exact, is_absent
from app.accounting.outcome import Setting
from app.accounting.recipe import Computed
from app.accounting.reporting import read_reporting
from app.accounting.steam import ATMOSPHERE_PARAMS
from app.accounting.suspects import Gate
from app.domain.finding import Finding, Severity
from app.domain.number import exact_text, fixed_text

KNOWN_OPTIONS = {
    "remainder_policy", "gec_zero_factor", "gwp_report", "tce_coefficients", "metered_total_mwh", "allow_suspect", "method", "captured_co2",
}  # fmt: skip
KNOWN_PARAMS = {
    "ncv_gj_per_unit", "carbon_content_tc_per_gj", "oxidation_rate_pct", "carbon_tc_per_unit", "density_kg_per_l", "gas_condition",
    "pressure_mpa", "temperature_c", "pressure_basis", *ATMOSPHERE_PARAMS, "heat_method", "steam_state", "purity_pct",
    "conversion_pct", "enthalpy_kj_per_kg", "ef", "ef_components", "ef_components_unit", "in_boundary", "period", "period_start",
    "period_end", "correction_of", "reason", "net_exporter", "certificate_id", "certificate_ids", "supply", "role", "proof",
    "grid_basis", "formula", "variables", "material", "gas", "other_gases", "fate", "label", "note", "account", "account_number", "meter_number", "document",
    "uncertainty_pct", "uncertainty_activity_pct", "uncertainty_factor_pct",
}  # fmt: skip
KNOWN_REQUESTS = {
    *INDICATORS,
    "lines",
    "subtotals",
    "total_tco2",
    "total_exact",
    "total_tco2e",
    "lookups",
    "conversions",
    "reported_indicators",
}
# Composite factor tCO2 per t and per 10⁴ Nm3 beyond which a calorific value or a unit is probably mistaken.
FUEL_BAND = {"mass": (Fraction("0.3"), Fraction("4.5")), "normal_gas_volume": (Fraction("1.5"), Fraction(70))}
GRID_BAND = (Fraction("0.02"), Fraction("1.2"))


def _note(id: str, severity: Severity, message: str, subjects: tuple[str, ...], fix: str, **data: str) -> Finding:
    return Finding(id=id, severity=severity, message=message, subjects=subjects, fix=fix, data=data)


def _unused(setting: Setting, lines: Sequence[Computed], admitted: Sequence[str]) -> list[Finding]:
    out = []
    stray = [f"inputs.{k}" for k in setting.inputs.unknown] + [
        f"options.{k}" for k in setting.inputs.options if k not in KNOWN_OPTIONS
    ]
    stray += [f"reporting.{k}" for k in read_reporting(setting.inputs.reporting).unknown]
    stray += [
        f"request.{r}" for r in setting.inputs.request if r.replace("：", ":").partition(":")[0] not in KNOWN_REQUESTS
    ]
    if stray:
        message = f"以下输入项不认识，没有用到：{'、'.join(stray)}。"
        out.append(
            _note("unknown-input", Severity.EXPLAIN, message, tuple(stray), "请核对名称，拼写错误会使参数不起作用。")
        )
    for line in lines:
        extra = tuple(k for k in line.activity.params if k not in KNOWN_PARAMS and not k.endswith("_source"))
        if extra:
            message = f"活动 {line.activity.id} 的参数 {'、'.join(extra)} 不认识，没有用到。"
            out.append(_note("unknown-parameter", Severity.EXPLAIN, message, (line.activity.id,), "请核对参数名称。"))
    used = Gate.from_option(list(admitted)).names
    idle = sorted(n for n in setting.gate.names if n not in used)
    if idle and not used:
        message = f"allow_suspect 点名的 {'、'.join(idle)} 本次没有用到。"
        out.append(_note("unused-permission", Severity.NOTE, message, tuple(idle), "不再需要时请删去，避免日后误用。"))
    return out


PERIOD_PARAMS = ("period", "period_start", "period_end")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")


def _years(setting: Setting, lines: Sequence[Computed]) -> list[Finding]:
    out = []
    year = setting.inputs.year
    read: dict[str, frozenset[int]] = {}
    unread: dict[str, list[str]] = {}
    for line in lines:
        params = line.activity.params
        text = " ".join(str(params[k]) for k in PERIOD_PARAMS if k in params and not is_absent(params[k]))
        if not text:
            continue
        if text not in read:
            read[text] = frozenset(int(y) for y in _YEAR.findall(text))
            if stated_period(*period_texts(params)) is None:
                unread[text] = []
        if text in unread:
            unread[text].append(line.activity.id)
        years, subject = read[text], line.activity.id
        if len(years) > 1:
            message = f"活动 {subject} 的账期跨 {min(years)} 与 {max(years)} 两年。"
            fix = "请按日数拆成两条，各取当年因子。"
            out.append(_note("period-crosses-years", Severity.EXPLAIN, message, (subject,), fix))
        elif years and year is not None and years != {year}:
            message = f"活动 {subject} 的账期在 {min(years)} 年，报告年是 {year}。"
            fix = "请核对账期，或改入相应年度。"
            out.append(_note("period-outside-year", Severity.EXPLAIN, message, (subject,), fix))
    for text, subjects in unread.items():
        message = f"活动 {'、'.join(subjects[:5])} 等 {len(subjects)} 条的账期“{text}”不是可用的起止日期，没有分到月份。"
        fix = '请写成 period = "2025-03-01/2025-03-31"，两个日期都含当日。'
        out.append(_note("period-unreadable", Severity.EXPLAIN, message, tuple(subjects), fix))
    return out


def _band_ratio(line: Computed, dimension: str) -> Fraction:
    """tCO2 per t, per 10⁴ Nm3 or per MWh of the activities that share this line's recipe; zero when it has no such measure."""
    per_unit = line.recipe.unit
    amount = per_unit.measures.get(dimension, Fraction(0))
    scale = {"normal_gas_volume": 10000, "electricity": 1000}.get(dimension, 1)
    return per_unit.tco2 / amount * scale if amount else Fraction(0)


def _odd_ratios(line: Computed) -> list[tuple[str, Fraction]]:
    """(what is said after the activity's name, the ratio) for each composite factor outside its band."""
    out = []
    if line.family in ("fuel", "unknown"):
        for dimension, (low, high) in FUEL_BAND.items():
            ratio = _band_ratio(line, dimension)
            if ratio and not low <= ratio <= high:
                unit = "tCO2/万Nm3" if dimension == "normal_gas_volume" else "tCO2/t"
                said = f"折合 {fixed_text(ratio, 4)} {unit}，超出常见范围 {exact_text(low)}–{exact_text(high)}。"
                out.append((said, ratio))
    elif line.family == "electricity":
        ratio = _band_ratio(line, "electricity")
        if ratio and not GRID_BAND[0] <= ratio <= GRID_BAND[1]:
            out.append((f"的电力因子折合 {fixed_text(ratio, 4)} tCO2/MWh，超出常见范围。", ratio))
    return out


def _plausible(lines: Sequence[Computed]) -> list[Finding]:
    out = []
    odd: dict[int, list[tuple[str, Fraction]]] = {}
    for line in lines:
        subject, fuel = line.activity.id, line.family in ("fuel", "unknown")
        if id(line.recipe) not in odd:
            odd[id(line.recipe)] = _odd_ratios(line)
        for said, ratio in odd[id(line.recipe)] if line.activity.quantity.numerator else ():
            fix = "请核对热值、含碳量的单位和数量单位（t 与 kg、Nm3 与 万Nm3）。" if fuel else "请核对因子及其单位。"
            message = f"活动 {subject} {said}"
            out.append(
                _note("factor-out-of-band", Severity.EXPLAIN, message, (subject,), fix, ratio=exact_text(ratio))
            )
        if fuel and line.activity.direction == "out":
            message = f"活动 {subject} 是输出燃料，按负行计入燃料燃烧。"
            out.append(_note("fuel-out", Severity.EXPLAIN, message, (subject,), "请说明输出燃料的来源与核算依据。"))
    return out


def _metered(setting: Setting, lines: Sequence[Computed]) -> list[Finding]:
    given = setting.inputs.options.get("metered_total_mwh")
    if is_absent(given):
        return []
    metered = exact(given, name="总表用电量")
    power = [x for x in lines if x.family == "electricity" and not x.outside]
    total = sum((x.sign * x.measure("electricity") for x in power), Fraction(0)) / 1000
    if total == metered:
        return []
    message = f"各供电路径合计 {exact_text(total)} MWh，与总表用电量 {exact_text(metered)} MWh 相差 {exact_text(total - metered)} MWh。"
    return [
        _note("control-total", Severity.EXPLAIN, message, tuple(x.activity.id for x in power), "请核对漏报、重报或线损。", metered=exact_text(metered), total=exact_text(total))
    ]  # fmt: skip


def _corrections(lines: Sequence[Computed]) -> list[Finding]:
    corrections = [line for line in lines if line.activity.params.get("correction_of")]
    wanted = {str(line.activity.params["correction_of"]) for line in corrections}
    left = {x.activity.id: x.activity.quantity * x.activity.unit.ratio for x in lines if x.activity.id in wanted}
    out = []
    for line in corrections:
        target = str(line.activity.params["correction_of"])
        if target in left and target != line.activity.id:
            left[target] += line.activity.quantity * line.activity.unit.ratio
            if left[target] < 0:
                message = f"更正行 {line.activity.id} 使 {target} 的数量变为负数。"
                out.append(
                    _note(
                        "correction-exceeds", Severity.EXPLAIN, message, (line.activity.id, target), "请核对更正数量。"
                    )
                )
    return out


def findings(
    setting: Setting, lines: Sequence[Computed], undefined: Sequence[str], admitted: Sequence[str]
) -> tuple[Finding, ...]:
    """Every finding of the run, in a fixed order."""
    out = [
        *_unused(setting, lines, admitted),
        *_years(setting, lines),
        *_plausible(lines),
        *_metered(setting, lines),
        *_corrections(lines),
    ]
    for name in undefined:
        message = f"指标 {name} 的分母为零，没有结果。"
        out.append(_note("indicator-undefined", Severity.EXPLAIN, message, (name,), "请确认能源消费量是否已录入。"))
    return tuple(out)
