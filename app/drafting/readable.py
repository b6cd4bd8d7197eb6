"""Texts that the core writes for people who know its inputs, made readable for people who read an application.

A factor's id (``FUEL/A/天然气#carbon``) becomes its name; the name of an input (``options.tce_coefficients``) becomes what it is
called in Chinese. Nothing else is touched, and no figure is changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_PROPERTIES = {"ncv": "低位发热量", "carbon": "单位热值含碳量", "oxidation": "碳氧化率"}
_LEVELS = {"province": "", "region": "区域", "national": ""}
_BASES = {"average": "平均", "fossil": "化石能源", "residual": "剩余"}
_INPUTS = {
    "options.tce_coefficients": "折标准煤系数的指定",
    "tce_coefficients": "折标准煤系数的指定",
    "electricity_methods": "核算报告的电力两法对照",
    "remainder_policy": "剩余电量取值规则",
    "plain_average": "平均因子",
    "grid_basis": "电网因子口径",
    "heat_method": "折热方法",
    "factor_set": "因子默认集",
    "location": "位置法",
    "market": "市场法",
}
#: An id ends where a Chinese sentence goes on; commas inside the brackets of a carrier's name belong to it.
_ID = re.compile(r"\b(?:FUEL|GRID|HEAT|STEAM|TCE|RULE|GWP|EF|PROC)/(?:（[^）]*）|[^\s、，。；;:：“”()（）])+")
_WORD = re.compile(r" ?(?<![\w./])[a-z]+(?:[._][a-z0-9]+)+(?![\w./])", re.ASCII)


def _fuel(parts: list[str]) -> str:
    name, _, of = parts[-1].partition("#")
    return f"{name}{_PROPERTIES.get(of, '因子')}（默认集{parts[1]}）"


def _grid(parts: list[str]) -> str:
    year, level, place = [*parts[1:4], "", "", ""][:3]
    basis = _BASES.get(parts[4], parts[4]) if len(parts) > 4 else ""
    return f"{year}年{_LEVELS.get(level, level)}{place}电力{basis}排放因子"


def _coal(parts: list[str]) -> str:
    carrier = re.sub(r"（.*", "", parts[1]) if len(parts) > 1 else ""
    basis = f"（{parts[2]}值）" if len(parts) > 2 else ""
    return f"{carrier}折标准煤系数{basis}"


def _steam(parts: list[str]) -> str:
    kind = {"SAT": "饱和蒸汽", "SUP": "过热蒸汽"}.get(parts[1] if len(parts) > 1 else "", "蒸汽")
    return f"{kind}热焓（{parts[2]} MPa）" if len(parts) > 2 else f"{kind}热焓"


def _heat(parts: list[str]) -> str:
    return "供热排放因子默认值" if parts[-1] == "heat_default_ef" else "供热参数"


def _rule(parts: list[str]) -> str:
    return "非化石电力取值规则" if "annex_d" in parts[-1] else "核算规则取值"


_NAMES: dict[str, Callable[[list[str]], str]] = {
    "FUEL": _fuel,
    "GRID": _grid,
    "TCE": _coal,
    "STEAM": _steam,
    "HEAT": _heat,
    "RULE": _rule,
}


def factor_name(id: str) -> str:
    """What a factor is called; an id of no known family that is only ASCII is called 因子."""
    parts = id.split("/")
    name = _NAMES.get(parts[0])
    if name is not None and len(parts) > 1:
        return name(parts)
    return "排放因子" if id.isascii() else id


def readable(text: str) -> str:
    """``text`` with the ids of factors and the names of inputs said in Chinese."""
    text = re.sub(
        r"options\.tce_coefficients 的“([^”_]+)_?([^”]*)”点名取库内系数",
        lambda m: f"按核算设定指定的{m.group(1)}折标准煤系数{f'（{m.group(2)}值）' if m.group(2) else ''}取值",
        text,
    )
    text = _ID.sub(lambda m: factor_name(m.group()), text)
    return _WORD.sub(lambda m: _INPUTS.get(m.group().strip(), "核算设定"), text)
