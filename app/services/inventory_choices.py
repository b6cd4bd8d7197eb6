"""Choices an inventory cannot do without: grid basis, options, heat method, indicators. What the profile does not choose is chosen
here, and said so in a finding."""

from __future__ import annotations

from typing import Any

from app.accounting.carriers import Family, classify
from app.corpus.factors import load_factor_library
from app.domain.activity import ProposedRecord
from app.domain.finding import Severity
from app.domain.project import FactoryProfile
from app.services.inventory_pieces import InventoryBuild

STANDARD_COAL = {
    "电力_当量": "TCE/电力/当量",
    "热力_当量": "TCE/热力/当量",
    "柴油_当量": "TCE/柴油/当量",
    "汽油_当量": "TCE/汽油/当量",
    "天然气_当量": "TCE/天然气（上限，38979·kJ·m3）/当量",
}
"""Coefficients of GB/T 2589-2020 by their ids in the factor library. For natural gas the standard prints a range; its upper end
belongs to the calorific value that the default sets use (38 931 kJ/m3)."""
WITHOUT_ENERGY = frozenset({Family.PROCESS, Family.CARBONATE, Family.REPORTED, Family.CAPTURED})
HEAT_CARRIERS = {"热力", "蒸汽", "饱和蒸汽", "过热蒸汽", "热水"}


def ask_for_indicators(build: InventoryBuild) -> None:
    """Ask for 折标 indicators where every carrier has a coefficient: 当量 always, 等价 only when the profile gives it."""
    options = build.inputs["options"]
    given = dict(options.get("tce_coefficients", {}))
    carriers = {a["carrier"] for a in build.inputs["activities"] if _is_energy(a["carrier"])}
    names = {"热力" if c in HEAT_CARRIERS else c for c in carriers}
    covered = {c for c in names if f"{c}_当量" in STANDARD_COAL or f"{c}_当量" in given or c in given}
    if any(a["carrier"] == "电力" for a in build.inputs["activities"]):
        build.inputs["request"].append("physical_share")
    if names - covered:
        build.find(
            "conversion-missing",
            Severity.EXPLAIN,
            f"缺少{'、'.join(sorted(names - covered))}的折标准煤系数，未计算综合能耗与单位能耗碳排放",
            fix='在档案 [accounting.tce_coefficients] 写明，例如 "液化天然气_当量" = "1.7572 kgce/kg"，并留存出处',
        )
        return
    if not names:
        return
    defaults = {f"{c}_当量": STANDARD_COAL[f"{c}_当量"] for c in names if f"{c}_当量" in STANDARD_COAL and c not in given}
    options["tce_coefficients"] = {**defaults, **given}
    equivalent = all(f"{c}_等价" in given or c in given or c != "电力" for c in names) and any("等价" in k for k in given)
    for name in ("energy_tce", "intensity_tco2_per_tce", "non_fossil_share"):
        build.inputs["request"].append(name if equivalent else f"{name}:当量")
    if equivalent:
        for name in names - {"电力"}:
            if f"{name}_等价" not in options["tce_coefficients"] and f"{name}_当量" in options["tce_coefficients"]:
                options["tce_coefficients"][f"{name}_等价"] = options["tce_coefficients"][f"{name}_当量"]


def _is_energy(carrier: str) -> bool:
    """Whether a carrier has an energy content at all: process emissions, captured CO2 and verified amounts have none."""
    return classify(carrier, load_factor_library()).family not in WITHOUT_ENERGY


def gas_condition(profile: FactoryProfile, record: ProposedRecord) -> str | None:
    """``[gas_condition]`` of the profile: by account or meter number, or ``default``."""
    section = profile.extra.get("gas_condition", {})
    if isinstance(section, str):
        return section
    for key in (record.meter_number, record.account_number, record.carrier.value, "default"):
        if key and key in section:
            return str(section[key])
    return None


def steam(record: ProposedRecord, profile: FactoryProfile, params: dict[str, Any], build: InventoryBuild) -> str:
    """The carrier name of steam given by mass; its state and the heat method go into ``params``."""
    section = {**profile.extra.get("steam", {}), **{k: v for k, v in record.params.items() if v}}
    for key in ("pressure_mpa", "pressure_basis", "temperature_c"):
        if section.get(key):
            params[key] = str(section[key])
    method = profile.extra.get("accounting", {}).get("heat_method")
    if not method:
        method = "minus_feedwater_83_74"
        if not build.has("heat-method-by-default"):
            build.find(
                "heat-method-by-default",
                Severity.EXPLAIN,
                "档案未指定蒸汽折热方法，按扣除给水焓 83.74 kJ/kg 计",
                fix='在档案 [accounting] 写 heat_method = "minus_feedwater_83_74" 以固定该选择',
            )
    params["heat_method"] = str(method)
    kind = section.get("steam") or ("superheated" if section.get("temperature_c") else "saturated")
    if kind == "saturated":
        params.pop("temperature_c", None)
    return "过热蒸汽" if kind == "superheated" else "饱和蒸汽"


def grid_basis(profile: FactoryProfile, latest: int | None, build: InventoryBuild) -> dict[str, Any] | None:
    """The profile's grid basis, else the newest provincial average (said so), else None: then the core refuses."""
    given = profile.extra.get("grid_basis")
    if given:
        basis = dict(given)
        if str(basis.get("data_year", "")).isdigit():
            basis["data_year"] = int(str(basis["data_year"]))
        return basis
    if not profile.province or latest is None:
        return None
    year = min(latest, profile.year) if profile.year else latest
    place = {"level": "national", "region": "全国"} if profile.ets_covered else {"level": "province", "region": _short(profile.province)}
    basis = {"data_year": year, **place, "basis": "average"}
    what = "全国平均因子（碳市场口径）" if profile.ets_covered else "省级平均因子"
    build.find(
        "grid-basis-by-default",
        Severity.EXPLAIN,
        f"档案未指定电网因子口径，暂按{basis['region']} {year} 年{what}核算",
        data={k: str(v) for k, v in basis.items()},
        fix='在档案写 [grid_basis] data_year、level（province/region/national）、region、basis，由企业确认口径',
    )
    return basis


def _short(province: str) -> str:
    for suffix in ("维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市"):
        if province.endswith(suffix):
            return province[: -len(suffix)]
    return province


def options(profile: FactoryProfile, build: InventoryBuild) -> dict[str, Any]:
    """The options of the calculation, from ``[accounting]`` of the profile."""
    accounting = profile.extra.get("accounting", {})
    chosen: dict[str, Any] = {}
    for key in ("remainder_policy", "gec_zero_factor", "gwp_report", "tce_coefficients", "allow_suspect", "captured_co2"):
        if key in accounting:
            chosen[key] = accounting[key]
    if build.has("green-power-within-bill") and "remainder_policy" not in chosen:
        chosen["remainder_policy"] = "plain_average"
        build.find(
            "remainder-policy-by-default",
            Severity.EXPLAIN,
            "档案未指定绿电之外剩余电量的因子，暂按平均因子（plain_average）；另一做法是不含市场化非化石电量的因子",
            fix='在档案 [accounting] 写 remainder_policy = "plain_average" 或 "residual_mix"',
        )
    return chosen
