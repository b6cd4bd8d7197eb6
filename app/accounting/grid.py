"""Which electricity factor applies: data year, level and basis are all explicit, nothing is substituted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from app.accounting.amounts import CO2_UNITS, factor_unit
from app.accounting.library import FactorLibrary, GridFactor
from app.accounting.numbers import is_absent, non_negative, number_text
from app.accounting.outcome import Setting, use_of, user_factor
from app.accounting.refusals import Kind, refusal
from app.domain.run import FactorUse

LEVELS = {"national": "全国", "region": "区域", "province": "省级"}
LEVEL_WORDS = {"全国": "national", "区域": "region", "省级": "province", "省": "province"}
BASES = {"average": "平均", "excl_market_nonfossil": "不含市场化交易非化石电量的平均", "fossil_power": "化石能源发电"}
_NOTICE = re.compile(r"(\d{4})\s*年?\s*第\s*(\d+)\s*号")
_PLACE_ENDING = re.compile(r"(壮族自治区|回族自治区|维吾尔自治区|自治区|省|市|区域电网|电网|区域)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class GridChoice:
    """``value`` in tCO2/MWh. ``chosen`` is the announced factor, None when the input gave its own value."""

    value: Fraction
    factor: FactorUse
    chosen: GridFactor | None
    basis: str
    label: str


def _use(row: GridFactor, why: str, rejected: tuple[tuple[str, str], ...] = ()) -> FactorUse:
    """The announced factor with its announcement in front of where the figure was transcribed from."""
    return replace(use_of(row, why=why, rejected=rejected), source=f"{row.notice}；转录：{row.source}")


def basis_of(params: Mapping[str, Any], setting: Setting, subject: str) -> Mapping[str, Any]:
    """The basis of this activity: its own, else that of the input. Refuses grid_basis_unspecified."""
    given = params.get("grid_basis")
    basis = given if given is not None else setting.inputs.grid_basis
    if isinstance(basis, Mapping) and basis:
        return basis
    raise refusal(
        Kind.GRID_BASIS_UNSPECIFIED,
        "没有指定电网排放因子的口径。",
        fix="请在 grid_basis 写明 data_year（数据年）、level（national/region/province）、region、basis（average 等），"
        "或给出 value、unit 和出处。",
        subject=subject,
    )


def _place(name: str) -> str:
    return _PLACE_ENDING.sub("", name.strip()) or name.strip()


def _explicit(basis: Mapping[str, Any], setting: Setting, subject: str) -> GridChoice:
    text = number_text(basis["value"]) or ""
    value = non_negative(basis["value"], name="电网排放因子", subject=subject)
    if is_absent(basis.get("unit")):
        raise refusal(
            Kind.MISSING_PARAMETER,
            "自带的电网排放因子没有单位。",
            fix="请在 grid_basis.unit 写明单位，例如 tCO2/MWh。",
            subject=subject,
        )
    unit = factor_unit(basis["unit"], CO2_UNITS, subject=subject)
    if unit.per.dimension != "electricity":
        raise refusal(
            Kind.UNIT_DIMENSION_MISMATCH,
            f"电网排放因子的单位“{unit.text}”不是按电量计的。",
            fix="电网排放因子请用 tCO2/MWh、kgCO2/kWh 等按电量的单位。",
            subject=subject,
        )
    # per.ratio is kWh per unit; t per unit over kWh per unit is t/kWh, times 1000 is t/MWh.
    per_mwh = value * unit.numerator / unit.per.ratio * 1000
    label = str(basis.get("label") or "").strip()
    cited = str(basis.get("cited_notice") or "").strip()
    if cited:
        row = _cited_row(cited, per_mwh, basis, setting, subject)
        why = f"自带因子与{row.notice}所列{row.region}{row.basis_label}因子一致，按公告因子计。"
        return GridChoice(value=per_mwh, factor=_use(row, why), chosen=row, basis=row.basis, label=row.region)
    factor = user_factor(
        subject, "grid_basis", text, unit.text, source=label, why="grid_basis 直接给出数值，按给定值计，未与公告核对。"
    )
    return GridChoice(value=per_mwh, factor=factor, chosen=None, basis="", label=label)


def _cited_row(cited: str, per_mwh: Fraction, basis: Mapping[str, Any], setting: Setting, subject: str) -> GridFactor:
    match = _NOTICE.search(cited)
    rows = setting.library.notice_rows(match.group(1), match.group(2)) if match else ()
    for key, own in (("level", "level"), ("basis", "basis"), ("data_year", "data_year")):
        wanted = str(basis.get(key) or "").strip()
        rows = tuple(r for r in rows if not wanted or str(getattr(r, own)) == wanted)
    region = _place(str(basis.get("region") or ""))
    rows = tuple(r for r in rows if not region or r.region == region)
    found = next((r for r in rows if r.number == per_mwh), None)
    if found is not None:
        return found
    raise refusal(
        Kind.FACTOR_NOT_IN_CITED_TABLE,
        f"自带的电网排放因子 {number_text(basis['value'])} 不在所引的“{cited}”各表中。",
        fix="请核对因子与公告：改用公告中的数值，或更正所引公告；确为其他来源的，删去 cited_notice 并写明出处。",
        subject=subject,
    )


def _missing(basis: Mapping[str, Any]) -> list[str]:
    names = {"data_year": "数据年", "level": "层级", "basis": "类别"}
    missing = [label for key, label in names.items() if is_absent(basis.get(key))]
    level = str(basis.get("level") or "")
    if level and LEVEL_WORDS.get(level, level) != "national" and is_absent(basis.get("region")):
        missing.append("地区")
    return missing


def _losers(
    library_grid: Mapping[tuple[int, str, str, str], GridFactor], chosen: GridFactor
) -> tuple[tuple[str, str], ...]:
    out = []
    for g in library_grid.values():
        if g.id == chosen.id or not g.value:
            continue
        same_place = (g.level, g.region) == (chosen.level, chosen.region)
        if same_place and g.basis == chosen.basis:
            out.append((g.id, f"数据年 {g.data_year}，口径指定的是 {chosen.data_year}"))
        elif same_place and g.data_year == chosen.data_year:
            out.append((g.id, f"类别为{g.basis_label}，口径指定的是{chosen.basis_label}"))
        elif g.level == "national" and (g.data_year, g.basis) == (chosen.data_year, chosen.basis):
            out.append((g.id, f"层级为全国，口径指定的是{LEVELS[chosen.level]}"))
    return tuple(out)


def _announced(basis: Mapping[str, Any], setting: Setting, subject: str) -> GridChoice:
    missing = _missing(basis)
    if missing:
        raise refusal(
            Kind.GRID_BASIS_UNSPECIFIED,
            f"电网排放因子的口径缺少{'、'.join(missing)}。",
            fix="数据年、层级、地区、类别四项都要写明；请按主管部门要求的口径补全 grid_basis。",
            subject=subject,
        )
    level = LEVEL_WORDS.get(str(basis["level"]), str(basis["level"]))
    region = _place(str(basis.get("region") or "全国"))
    region = "全国" if level == "national" and region == "中国" else region
    kind = str(basis["basis"]).strip()
    year = number_text(basis["data_year"]) or ""
    row = setting.library.grid.get((int(year), level, region, kind)) if year.isascii() and year.isdigit() else None
    if row is None or not row.value:
        newest = max((g.data_year for g in setting.library.grid.values() if g.value), default=0)
        raise refusal(
            Kind.FACTOR_NOT_FOUND,
            f"库内没有 {year} 数据年 {LEVELS.get(level, level)} {region} {BASES.get(kind, kind)}的电网排放因子。",
            fix=f"库内最新数据年是 {newest}；请核对口径，或等公告后更新因子库。系统不会用其他年份或地区代替。",
            subject=subject,
        )
    cited = str(basis.get("cited_notice") or "").strip()
    match = _NOTICE.search(cited)
    if cited and not (match and f"{match.group(1)}年第{match.group(2)}号" in row.notice):
        raise refusal(
            Kind.FACTOR_NOT_IN_CITED_TABLE,
            f"{year} 数据年因子出自{row.notice}，与所引的“{cited}”不符。",
            fix="请更正 cited_notice 或数据年。",
            subject=subject,
        )
    why = f"口径指定 {year} 数据年、{LEVELS[level]}、{region}、{row.basis_label}，取{row.notice}。"
    factor = _use(row, why, _losers(setting.library.grid, row))
    return GridChoice(value=row.number, factor=factor, chosen=row, basis=kind, label=region)


def same_place(row: GridFactor, basis: str, library: FactorLibrary) -> GridFactor | None:
    """The announced factor of the same year, level and region on another basis, None when there is none."""
    found = library.grid.get((row.data_year, row.level, row.region, basis))
    return found if found is not None and found.value else None


def choose_grid(params: Mapping[str, Any], setting: Setting, subject: str) -> GridChoice:
    """The factor for one activity, in tCO2/MWh, with the reason and the candidates that lost.

    Refuses grid_basis_unspecified, factor_not_found, factor_not_in_cited_table, and a basis that contradicts
    ``options.remainder_policy``.
    """
    basis = basis_of(params, setting, subject)
    if not is_absent(basis.get("value")):
        return _explicit(basis, setting, subject)
    choice = _announced(basis, setting, subject)
    policy = setting.inputs.options.get("remainder_policy")
    clash = {("residual_mix", "average"), ("plain_average", "excl_market_nonfossil")}
    if (policy, choice.basis) in clash:
        raise refusal(
            Kind.GRID_BASIS_UNSPECIFIED,
            f"剩余电量按“{policy}”，而电网因子口径写的是“{choice.basis}”，两者不一致。",
            fix="residual_mix 对应 basis = excl_market_nonfossil，plain_average 对应 basis = average；请改成一致的一组。",
            subject=subject,
        )
    return choice
