"""The inputs mapping as typed values: what was asked, with which options, over which activities."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from app.accounting.numbers import exact, is_absent, number_text
from app.accounting.refusals import Kind, malformed, refusal
from app.domain.number import exact_text
from app.domain.units import Unit, find_unit

DIRECTIONS = {
    "in": "in",
    "out": "out",
    "purchased": "in",
    "self_generated": "in",
    "self_consumed": "in",
    "exported": "out",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One activity: ``quantity`` is signed and exact in ``unit``; ``direction`` is in or out."""

    id: str
    carrier: str
    quantity: Fraction
    quantity_text: str
    unit: Unit
    unit_text: str
    direction: str
    params: Mapping[str, Any]

    @property
    def in_boundary(self) -> bool:
        given = self.params.get("in_boundary", True)
        return given is True or str(given).strip().casefold() not in ("false", "否", "no", "0")

    @property
    def is_correction(self) -> bool:
        return "correction_of" in self.params and not is_absent(self.params["correction_of"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The whole input. ``activities`` and ``offsets`` stay raw: each is read, and refused, in its turn."""

    edition: str
    factor_set: str
    year: int | None
    province: str
    grid_basis: Mapping[str, Any] | None
    options: Mapping[str, Any]
    request: tuple[str, ...]
    activities: tuple[Mapping[str, Any], ...]
    offsets: tuple[Mapping[str, Any], ...] = ()
    conversions: tuple[Mapping[str, Any], ...] = ()
    industry: str = ""
    reporting: Any = None
    unknown: tuple[str, ...] = field(default=())


KNOWN = {
    "edition", "factor_set", "year", "province", "grid_basis", "options", "request", "activities", "offsets", "conversions",
    "industry", "reporting", "case", "id", "title", "note", "project",
}  # fmt: skip


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _mappings(value: Any, name: str) -> tuple[Mapping[str, Any], ...]:
    if value is None:
        return ()
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(v, Mapping) for v in value):
        raise malformed(f"{name} 应是一组条目。", fix=f"请把 {name} 写成列表，每项是一组键值。", subject=name)
    return tuple(value)


def _year(value: Any) -> int | None:
    text = number_text(value)
    if value is None or text == "":
        return None
    if text is None or not (text.isascii() and text.isdigit() and len(text) == 4):
        raise malformed(f"报告年“{value}”不是四位年份。", fix="请写成四位数字，例如 2025。", subject="year")
    return int(text)


OPTION_CHOICES = {"remainder_policy": ("plain_average", "residual_mix"), "method": ("market", "location"), "captured_co2": ("list", "deduct")}


def _check_options(options: Mapping[str, Any]) -> None:
    for name, choices in OPTION_CHOICES.items():
        if not is_absent(options.get(name)) and options[name] not in choices:
            raise refusal(
                Kind.MISSING_PARAMETER,
                f"options.{name} 写作“{options[name]}”，不是可选的取值。",
                fix=f"请写 {' 或 '.join(choices)}。",
            )


def read_inputs(raw: Mapping[str, Any]) -> Inputs:
    """The typed input. Raises UsageError when the mapping has not the shape of a calculation, and refuses an unknown choice."""
    if not isinstance(raw, Mapping):
        raise malformed("核算输入应是一组键值。", fix="请按说明给出 edition、factor_set、activities 等键。")
    if "activities" not in raw:
        raise malformed(
            "核算输入缺少 activities。", fix="请给出活动数据列表；没有活动时写空列表。", subject="activities"
        )
    basis, options, request = raw.get("grid_basis"), raw.get("options"), raw.get("request")
    for name, value in (("grid_basis", basis), ("options", options)):
        if value is not None and not isinstance(value, Mapping):
            raise malformed(f"{name} 应是一组键值。", fix=f"请按说明给出 {name} 的各项。", subject=name)
    _check_options(options or {})
    wanted = [request] if isinstance(request, str) else list(request or ())
    activities = _mappings(raw["activities"], "activities")
    ids = [_text(a.get("id")) or f"a{n}" for n, a in enumerate(activities, 1)]
    seen: set[str] = set()
    for own in ids:
        if own in seen:
            raise malformed(f"活动编号 {own} 出现两次。", fix="每个活动要有唯一的 id。", subject=own)
        seen.add(own)
    return Inputs(
        edition=_text(raw.get("edition")),
        factor_set=_text(raw.get("factor_set")).removeprefix("默认集").strip(),
        year=_year(raw.get("year")),
        province=_text(raw.get("province")),
        grid_basis=basis,
        options=options or {},
        request=tuple(_text(w) for w in wanted),
        activities=tuple(a if a.get("id") == i else {**a, "id": i} for a, i in zip(activities, ids, strict=True)),
        offsets=_mappings(raw.get("offsets"), "offsets"),
        conversions=_mappings(raw.get("conversions"), "conversions"),
        industry=_text(raw.get("industry")),
        reporting=raw.get("reporting"),
        unknown=tuple(sorted(str(k) for k in raw if k not in KNOWN)),
    )


def read_activity(raw: Mapping[str, Any]) -> Activity:
    """One activity. Refuses missing_quantity, invalid_number, unknown_unit and a direction other than in or out."""
    subject = raw["id"]
    if is_absent(raw.get("quantity")):
        raise refusal(
            Kind.MISSING_QUANTITY,
            "没有数量。",
            fix="请补上票据或记录上的数量；确实没有消耗时写 0，缺记录不等于零。",
            subject=subject,
        )
    quantity = exact(raw["quantity"], name="数量", subject=subject)
    unit_text = _text(raw.get("unit"))
    unit = find_unit(unit_text)
    if unit is None:
        raise refusal(
            Kind.UNKNOWN_UNIT,
            f"单位“{unit_text}”没有登记。" if unit_text else "没有写单位。",
            fix="请改用登记的单位（如 kWh、MWh、万kWh、t、kg、L、Nm3、万Nm3、GJ），区分大小写；换算依据请一并留存。",
            subject=subject,
        )
    direction = DIRECTIONS.get(_text(raw.get("direction")) or "in")
    if direction is None:
        raise refusal(
            Kind.MISSING_PARAMETER,
            f"方向“{raw.get('direction')}”不明。",
            fix="direction 请写 in（购入、消耗）或 out（输出）。",
            subject=subject,
        )
    params = raw.get("params")
    if params is not None and type(params) is not dict and not isinstance(params, Mapping):
        raise malformed("params 应是一组键值。", fix="请按说明给出活动参数。", subject=subject)
    return Activity(
        id=subject,
        carrier=_text(raw.get("carrier")),
        quantity=quantity,
        quantity_text=number_text(raw["quantity"]) or "",
        unit=unit,
        unit_text=unit_text,
        direction=direction,
        params=params or {},
    )


def canonical(value: Any) -> Any:
    """The value with every number as text, so that ``1000``, ``"1000"`` and a TOML integer hash alike."""
    if type(value) is dict:
        return {str(k): v if type(v) is str else canonical(v) for k, v in value.items()}
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, Decimal)):
        return str(value)
    if isinstance(value, Fraction):
        return exact_text(value)
    if isinstance(value, Mapping):
        return {str(k): canonical(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [canonical(v) for v in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise refusal(
        Kind.INVALID_NUMBER,
        f"输入中有 {type(value).__name__} 类型的值，不能精确表示。",
        fix="数字请用十进制字符串或整数；读取 TOML、JSON 时请按十进制解析小数。",
    )


def inputs_hash(raw: Mapping[str, Any]) -> str:
    """sha256 of the canonical JSON of the input."""
    text = json.dumps(canonical(raw), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
