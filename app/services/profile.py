"""The project profile: TOML in, FactoryProfile out, nothing dropped."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from typing import Any

from app.domain.errors import UsageError
from app.domain.number import exact_text, parse_number
from app.domain.project import FactoryProfile

KNOWN = {"factory", "output", "accounts", "densities_kg_per_l"}
GUIDELINE = "zero_carbon_factory_guideline"


def parse_toml(text: str, what: str = "项目档案") -> dict[str, Any]:
    """TOML with numbers kept as printed (no binary floats). Raises UsageError."""
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except RecursionError as error:
        raise UsageError("toml_invalid", f"{what}嵌套过深", fix="按格式说明重写") from error
    except ValueError as error:  # TOMLDecodeError, and integers of thousands of digits
        place = re.search(r"line (\d+), column (\d+)", str(error))
        where = f"第 {place[1]} 行第 {place[2]} 列附近" if place else "文件末尾附近"
        raise UsageError(
            "toml_invalid", f"{what}不是有效的 TOML：{where}写法有误", fix="检查引号、方括号和等号；文字与数字都可以写在英文双引号里"
        ) from error


def plain_numbers(value: Any) -> Any:
    """Decimals and ints as strings, so that the profile is JSON with decimal strings. Booleans and ``year`` stay as they are."""
    if isinstance(value, dict):
        return {str(k): (v if k == "year" and isinstance(v, int) else plain_numbers(v)) for k, v in value.items()}
    if isinstance(value, list):
        return [plain_numbers(v) for v in value]
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, Decimal)):
        return str(value)
    if value is None or isinstance(value, str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    try:
        return plain_numbers(data)
    except (ValueError, RecursionError) as error:
        raise UsageError("profile_number", "项目档案中有过长的数字或过深的嵌套", fix="检查数字的位数与方括号") from error


def _number(section: dict[str, Any], key: str, where: str) -> str:
    value = section.get(key, "")
    if value in ("", None):
        return ""
    try:
        return exact_text(parse_number(str(value)))
    except ValueError as error:
        raise UsageError(
            "profile_number", f"{where} 的 {key} 不是数字：{value}", fix="只写数字，不带单位和千分位，例如 \"23691\"", subject=key
        ) from error


def _text(section: dict[str, Any], key: str, where: str) -> str:
    value = section.get(key, "")
    if isinstance(value, (dict, list)):
        raise UsageError("profile_text", f"{where} 的 {key} 应是一个值", fix=f'写成 {key} = "…"', subject=key)
    return str(value).strip()


def _table(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key, {})
    if not isinstance(value, dict):
        raise UsageError("profile_section", f"[{key}] 应是一个小节", fix=f"写成 [{key}] 另起一行", subject=key)
    return value


SECTIONS = ("accounting", "grid_basis", "steam", "gas_condition")
"""Further sections the accounts read; what else a profile holds is kept for the rules and the draft."""


def _check_sections(data: dict[str, Any]) -> None:
    """The shapes the accounts rely on. Raises UsageError."""
    for key in SECTIONS:
        if key == "gas_condition" and isinstance(data.get(key), str):
            continue
        _table(data, key)
    if not isinstance(data.get("accounting", {}).get("tce_coefficients", {}), dict):
        raise UsageError(
            "profile_section",
            "[accounting.tce_coefficients] 应是一个小节",
            fix='写成 [accounting.tce_coefficients] 另起一行，例如 "电力_当量" = "0.1229 kgce/kWh"',
            subject="tce_coefficients",
        )
    offsets = data.get("offsets", [])
    if not (isinstance(offsets, list) and all(isinstance(o, dict) for o in offsets)):
        raise UsageError("profile_section", "offsets 应是一组条目", fix="每条写成 [[offsets]] 另起一行", subject="offsets")


def parse_profile(text: str) -> tuple[FactoryProfile, tuple[str, ...]]:
    """(profile, schemes). Raises UsageError in Chinese on anything that cannot be used."""
    data = _plain(parse_toml(text))
    factory = _table(data, "factory")
    _check_sections(data)
    name = _text(factory, "name", "[factory]")
    if not name:
        raise UsageError("profile_name", "项目档案缺少企业名称", fix='在 [factory] 下写 name = "企业全称"', subject="factory.name")
    if len(name) > 200:
        raise UsageError("profile_name", f"企业名称过长（{len(name)} 字）", fix="写企业全称，不超过 200 字", subject="factory.name")
    year = factory.get("year")
    if year is not None:
        try:
            year = int(str(year))
        except ValueError as error:
            raise UsageError("profile_year", f"报告年份不是整数：{year}", fix="例如 year = 2025", subject="factory.year") from error
        if not 2000 <= year <= 2100:
            raise UsageError("profile_year", f"报告年份不合理：{year}", fix="例如 year = 2025", subject="factory.year")
    ets = factory.get("ets_covered")
    if ets is not None and not isinstance(ets, bool):
        raise UsageError("profile_ets", "ets_covered 应为 true 或 false", fix="是否纳入全国碳市场：true / false", subject="factory.ets_covered")
    output = _table(data, "output")
    accounts = {}
    for carrier, numbers in _table(data, "accounts").items():
        accounts[carrier] = tuple(str(n) for n in (numbers if isinstance(numbers, list) else [numbers]))
    densities = _table(data, "densities_kg_per_l")
    known_factory = {"name", "uscc", "province", "city", "address", "industry", "ets_covered", "year", "schemes"}
    extra: dict[str, Any] = {key: value for key, value in data.items() if key not in KNOWN and key != "schemes"}
    further = {k: v for k, v in factory.items() if k not in known_factory}
    if further:
        extra["factory"] = further
    further_output = {
        k: v for k, v in output.items() if k not in {"product", "quantity", "unit", "industrial_value_added_wan_yuan"}
    }
    if further_output:
        extra["output"] = further_output
    schemes = data.get("schemes") or factory.get("schemes") or [GUIDELINE]
    if isinstance(schemes, dict):
        raise UsageError("profile_schemes", "schemes 应是申报方案的列表", fix=f'例如 schemes = ["{GUIDELINE}"]', subject="schemes")
    profile = FactoryProfile(
        name=name,
        uscc=_text(factory, "uscc", "[factory]").upper(),
        province=_text(factory, "province", "[factory]"),
        city=_text(factory, "city", "[factory]"),
        address=_text(factory, "address", "[factory]"),
        industry=_text(factory, "industry", "[factory]"),
        ets_covered=ets,
        year=year,
        product=_text(output, "product", "[output]"),
        output_quantity=_number(output, "quantity", "[output]"),
        output_unit=_text(output, "unit", "[output]"),
        industrial_value_added_wan_yuan=_number(output, "industrial_value_added_wan_yuan", "[output]"),
        accounts=accounts,
        densities_kg_per_l={k: _number(densities, k, "[densities_kg_per_l]") for k in densities},
        extra=extra,
    )
    return profile, tuple(str(s) for s in (schemes if isinstance(schemes, list) else [schemes]))


def profile_from_form(
    *, name: str, uscc: str, year: str, province: str, city: str, industry: str, electricity: str, ets_covered: bool
) -> str:
    """The TOML of a profile given through a form; the same text a user could have written."""

    def quoted(value: str) -> str:
        return '"' + re.sub(r"[\x00-\x1f\x7f]", " ", value).strip().replace("\\", "\\\\").replace('"', '\\"') + '"'

    lines = ["[factory]", f"name = {quoted(name)}"]
    for key, value in (("uscc", uscc), ("province", province), ("city", city), ("industry", industry)):
        if value.strip():
            lines.append(f"{key} = {quoted(value)}")
    lines.append(f"ets_covered = {'true' if ets_covered else 'false'}")
    if year.strip():
        lines.append(f"year = {int(year)}" if year.strip().isdigit() else f"year = {quoted(year)}")
    numbers = [n for n in re.split(r"[\s,，、;；]+", electricity) if n]
    if numbers:
        lines += ["", "[accounts]", "electricity = [" + ", ".join(quoted(n) for n in numbers) + "]"]
    return "\n".join(lines) + "\n"
