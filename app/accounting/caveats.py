"""What weakens a result, computed from the run so that nobody can leave it out."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from app.accounting.carriers import Family
from app.accounting.grid import LEVELS
from app.accounting.library import FactorLibrary, GridFactor
from app.accounting.methods import Methods
from app.accounting.outcome import Setting
from app.accounting.recipe import Computed, used_factors
from app.accounting.supply import CLAIMS
from app.accounting.uncertainty import Uncertainty
from app.domain.number import exact_text
from app.domain.run import FactorUse

SET_HOME = {"A": ("GB/T 32151.34-2024", "炭素")}
_EVIDENCE_TEXT = {
    "agree": "两处以上转录同值、是否互抄不明，官方原文未核对",
    "single": "仅见一处来源，官方原文未核对",
    "derived": "由表内数推算或改正，不是印刷值",
    "suspect": "疑误或低可信，已按点名启用",
    "user": "由输入直接给出，系统未核实",
}


def _evidence(uses: Sequence[FactorUse]) -> list[str]:
    out = []
    for level, text in _EVIDENCE_TEXT.items():
        ids = list(dict.fromkeys(use.id for use in uses if use.evidence == level))
        if ids:
            out.append(f"以下取值{text}：{'、'.join(ids)}。")
    return out


def _set_borrowed(setting: Setting, lines: Sequence[Computed]) -> list[str]:
    chosen = setting.inputs.factor_set
    if not any(use.id.startswith(f"FUEL/{chosen}/") for use in used_factors(lines)):
        return []
    if chosen in SET_HOME:
        standard, industry = SET_HOME[chosen]
        if industry in setting.inputs.industry:
            return []
        edition = setting.inputs.edition
        other = (
            f"本次所列版本为“{edition}”，与默认集出处不同；"
            if edition and edition not in (standard, "any", "given")
            else ""
        )
        return [
            f"{other}燃料默认集 {chosen} 取自 {standard}（{industry}材料生产企业）附录C，用于其他行业属借用，须在报告中声明。"
        ]
    return [f"燃料默认集 {chosen} 的标准归属为推断，须与所用标准原文核对。"]


def _edition(setting: Setting) -> list[str]:
    inputs = setting.inputs
    standard = setting.library.standards.get(inputs.edition)
    if standard is None or inputs.year is None or not standard.effective:
        return []
    effective_year = int(standard.effective[:4])
    if effective_year > inputs.year:
        return [
            f"{standard.number} 自 {standard.effective} 起实施，晚于报告年 {inputs.year}；报告年用哪一版未见规定，须询问主管部门并留痕。"
        ]
    if effective_year == inputs.year and standard.effective[5:] != "01-01":
        return [f"{standard.number} 于报告年内（{standard.effective}）实施，实施日前的月份适用哪一版须确认。"]
    return []


def _superseded(setting: Setting) -> list[str]:
    if setting.inputs.edition == "GB/T 32150-2015":
        return ["GB/T 32150-2015 已由 GB/T 32150-2025 代替（2026-07-01 起实施），请确认所报年度适用的版本。"]
    return []


def grid_factors_of(lines: Sequence[Computed], library: FactorLibrary) -> tuple[GridFactor, ...]:
    """The announced grid factors the lines used."""
    by_id = {g.id: g for g in library.grid.values()}
    ids = dict.fromkeys(use.id for use in used_factors(lines) if use.id in by_id)
    return tuple(by_id[i] for i in ids)


def _grid(setting: Setting, lines: Sequence[Computed]) -> list[str]:
    year, province = setting.inputs.year, setting.inputs.province
    used = grid_factors_of(lines, setting.library)
    out = []
    for g in used:
        where = f"{LEVELS[g.level]}{'' if g.level == 'national' else '·' + g.region}"
        if year is not None and g.data_year < year:
            out.append(f"电网排放因子的数据年是 {g.data_year}（{where}），早于报告年 {year}。")
        if year is not None and g.data_year > year:
            out.append(f"电网排放因子的数据年是 {g.data_year}（{where}），晚于报告年 {year}，属以后值代前值，须确认。")
        newest = max(
            x.data_year
            for x in setting.library.grid.values()
            if x.value and (x.level, x.region, x.basis) == (g.level, g.region, g.basis)
        )
        if newest > g.data_year:
            out.append(f"库内有更新的 {newest} 数据年{where}因子，本次按口径仍用 {g.data_year}。")
        if g.level == "province" and province and g.region not in province:
            out.append(f"电网排放因子用的是{g.region}，企业所在省为{province}，请确认。")
    if len({g.basis for g in used}) > 1 or len({g.level for g in used}) > 1:
        out.append("不同活动用了不同口径的电网排放因子，汇总前请说明理由。")
    return out


def _both_methods(methods: Methods | None) -> list[str]:
    if methods is None:
        return []
    if methods.both:
        used = "位置法" if methods.used == "location" else "市场法"
        return [f"电力的位置法与市场法结果并列于 electricity_methods，不得相加；合计采用{used}。"]
    missing = "、".join(name for name, m in (("位置法", methods.location), ("市场法", methods.market)) if m.electricity is None)
    return [f"电力只按一种方法（一个因子口径）计算，{missing}缺少依据，未并列。"]


def _spread(spread: Uncertainty, lines: Sequence[Computed]) -> list[str]:
    if spread.square is not None:
        return ["不确定度为各行给出值按贡献加权的方和根，假定各行相互独立。"]
    return ["未评估不确定度。"] if lines else []


def _remainder(setting: Setting, lines: Sequence[Computed]) -> list[str]:
    if not any(line.unit.supply in CLAIMS and line.unit.zero for line in lines):
        return []
    policy = setting.inputs.options.get("remainder_policy")
    national = {basis: g for (_, level, _, basis), g in setting.library.grid.items() if level == "national" and g.value}
    gap = national["excl_market_nonfossil"].number - national["average"].number
    mwh = sum(
        (
            x.measure("electricity") / 1000
            for x in lines
            if x.unit.supply == "grid" and x.activity.direction == "in"
        ),
        Fraction(0),
    )
    named = {"plain_average": "平均因子", "residual_mix": "不含市场化交易非化石电量的平均因子"}.get(str(policy), "")
    head = f"绿电以外的剩余电量按{named}计" if named else "有绿电主张，但没有写明剩余电量用哪种因子（remainder_policy）"
    year = national["average"].data_year
    return [
        f"{head}；两种口径并存，以 {year} 数据年全国值计，剩余 {exact_text(mwh)} MWh 相差 {exact_text(gap * mwh)} tCO2。"
    ]


def _methods(setting: Setting, lines: Sequence[Computed]) -> list[str]:
    out = []
    formulas = {line.unit.formula for line in lines}
    if formulas & {"minus_feedwater_83_74", "full_enthalpy_eq13"}:
        out.append("蒸汽折热的两种方法（扣 83.74 kJ/kg 给水焓、全焓）相差约 3%，本次采用的方法见各行。")
    if any(line.unit.supply == "gec" and line.unit.zero for line in lines):
        out.append("绿证对应电量按 0 计由 options.gec_zero_factor 显式启用，官方口径未见。")
    if any("标况" in why for line in lines for why in line.unit.why):
        out.append("立方米按声明的标况计；“标况”若指 20 ℃ 而非 0 ℃，体积约差 7%，请向供气方确认。")
    if any(line.family == Family.CAPTURED for line in lines):
        deducted = setting.inputs.options.get("captured_co2") == "deduct"
        how = "已按 options.captured_co2 = deduct 从总量扣减，须说明所用标准的条款" if deducted else "单列，没有从总量扣减"
        out.append(f"回收、捕集的 CO2 {how}。")
    if any(line.family == Family.BIOMASS for line in lines):
        out.append("生物质 CO2 单列，不计入总量。")
    if any(gas != "CO2" for line in lines for gas in line.unit.gases):
        out.append("CO2e 只包含给出分气体因子的活动的非 CO2 气体，其余活动只计 CO2。")
    return out


def caveats(
    setting: Setting,
    lines: Sequence[Computed],
    uses: Sequence[FactorUse],
    admitted: Sequence[str],
    *,
    methods: Methods | None,
    spread: Uncertainty,
) -> tuple[str, ...]:
    """Every caveat of the run, in a fixed order."""
    out = [*_set_borrowed(setting, lines), *_edition(setting), *_superseded(setting), *_grid(setting, lines)]
    out += _both_methods(methods)
    out += [*_remainder(setting, lines), *_methods(setting, lines)]
    if admitted:
        out.append(f"按 options.allow_suspect 点名启用了：{'、'.join(dict.fromkeys(admitted))}。")
    out += _evidence(uses)
    out += _spread(spread, lines)
    return tuple(dict.fromkeys(out))
