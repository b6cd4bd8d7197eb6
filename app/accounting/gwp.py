"""CO2 equivalents beside the CO2 total: each gas by the warming potential of one named assessment report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.accounting.library import Factor
from app.accounting.outcome import Setting, use_of
from app.accounting.recipe import Computed
from app.accounting.refusals import Kind, refusal
from app.domain.run import FactorUse

COLUMN = {
    "SAR": "sar_gwp100",
    "AR4": "ar4_gwp100",
    "AR5": "ar5_gwp100",
    "AR6": "ar6_gwp100",
    "CN": "cn_guideline_impl_value",
}


# One substance, two names: the tables list hydrofluorocarbons by number, the electronics formula by composition.
SAME_GAS = {"CHF3": "HFC23", "CH2F2": "HFC32", "CH3F": "HFC41"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalents:
    """``total`` is None when no gas but CO2 was recorded: equal to nothing recorded, not to zero."""

    total: Fraction | None
    factors: tuple[FactorUse, ...] = ()
    suspects: tuple[str, ...] = ()


def _potential(gas: str, report: str, setting: Setting, subject: str) -> tuple[Factor, str]:
    gas = SAME_GAS.get(gas, gas)
    factor = setting.library.gwp.get((report, gas))
    if factor is None:
        raise refusal(
            Kind.FACTOR_NOT_FOUND,
            f"{report} 没有 {gas} 的全球增温潜势。",
            fix="请核对气体名称（如 CH4_fossil、N2O、SF6）与 options.gwp_report（SAR、AR4、AR5、AR6）。",
            subject=subject,
        )
    if factor.evidence != "suspect":
        return factor, ""
    column = COLUMN.get(report, report)
    names = (
        factor.id,
        f"{report}/{gas}",
        f"{gas}/{report}",
        gas,
        f"{gas}/{column}",
        f"{gas}.{column}",
        f"gwp/{gas}",
        f"gwp/{gas}/{column}",
        column,
    )
    admitted = setting.gate.admit(names, what=f"{gas} 的 {report} 增温潜势", reason="各来源取值冲突。", subject=subject)
    if not factor.value.replace(".", "", 1).isdigit():
        raise refusal(
            Kind.FACTOR_NOT_FOUND,
            f"{gas} 在该表中并列两个值（{factor.value}），没有单一取值。",
            fix="请改用 AR4、AR5 或 AR6。",
            subject=subject,
        )
    return factor, admitted


def equivalents(lines: Sequence[Computed], setting: Setting) -> Equivalents:
    """Total tCO2e of the lines inside the boundary, None when every gas is CO2.

    Refuses missing_parameter without ``options.gwp_report``, factor_not_found, suspect_factor.
    """
    wanted = any(request.startswith("total_tco2e") for request in setting.inputs.request)
    recorded = any(gas != "CO2" for line in lines for gas in line.unit.gases)
    if not (recorded or wanted):
        return Equivalents(total=None)
    report = str(setting.inputs.options.get("gwp_report") or "").strip().upper()
    subject = next((x.activity.id for x in lines if any(g != "CO2" for g in x.unit.gases)), "")
    if not report:
        raise refusal(
            Kind.MISSING_PARAMETER,
            "含 CO2 以外的气体，没有指定全球增温潜势的版本。",
            fix="请在 options.gwp_report 写明 SAR、AR4、AR5 或 AR6；国内各行业指南采用的版本不同，须按所用标准锁定。",
            subject=subject,
        )
    total, uses, suspects = Fraction(0), {}, []
    for line in lines:
        counted = line.sign if not line.outside else 0
        total += line.tco2 * counted
        for gas, tonnes in line.gases.items():
            if gas == "CO2":
                continue
            factor, admitted = _potential(gas, report, setting, line.activity.id)
            uses[factor.id] = use_of(factor, why=f"options.gwp_report = {report}，{gas} 取该报告百年值。")
            suspects += [admitted] if admitted else []
            total += counted * tonnes * factor.number
    return Equivalents(total=total, factors=tuple(uses.values()), suspects=tuple(dict.fromkeys(suspects)))
