"""A person decides: confirm, correct, reject. Nothing reaches the accounts unconfirmed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from app.domain.activity import Confidence, ProposedRecord, RecordStatus
from app.domain.carrier import CARRIER_LABELS, Carrier, Direction
from app.domain.errors import Conflict, UsageError
from app.domain.finding import Severity
from app.domain.number import exact_text, parse_number
from app.domain.plain import to_plain
from app.domain.project import Project
from app.domain.stored import StoredRecord
from app.domain.units import find_unit
from app.services.matching import same_place_and_time, same_quantity
from app.services.reconcile import differs
from app.services.workspace import Workspace
from app.store import rows

EDITABLE = (
    "carrier",
    "direction",
    "quantity",
    "unit",
    "period_start",
    "period_end",
    "account_number",
    "meter_number",
    "amount",
    "note",
)
READINGS = (
    "opening", "closing", "multiplier", "reading_adjustment", "meter_digits", "change_reason",
    "old_meter_number", "old_opening", "old_closing", "old_multiplier",
)  # fmt: skip
PARAMS = (
    "pressure_mpa", "pressure_basis", "temperature_c", "gas_condition", "density_kg_per_l", "certificate_id", "steam", *READINGS,
)  # fmt: skip
TEXTS = ("certificate_id", "change_reason", "old_meter_number")
CHOICES = {
    "pressure_basis": ("absolute", "gauge"),
    "gas_condition": ("标况", "工况"),
    "steam": ("saturated", "superheated"),
}
YEARS = range(2000, 2101)


def is_clean(record: ProposedRecord) -> bool:
    """May be confirmed in bulk: structured or text source, all hard checks passed, nothing to review."""
    return not record.needs_review and not any(f.severity is Severity.BLOCKING for f in record.findings)


def list_records(ws: Workspace, project: Project, status: RecordStatus | None = None) -> list[StoredRecord]:
    with ws.reading() as c:
        return rows.records(c, project.id, status=status)


def confirm_clean(ws: Workspace, project: Project) -> list[str]:
    """Confirm every proposed record that needs no review; returns their ids."""
    with ws.writing() as c:
        chosen = [r.id for r in rows.records(c, project.id, status=RecordStatus.PROPOSED) if is_clean(r.record)]
        for id in chosen:
            ws.record(c, project.id, "record-confirmed", {"id": id, "way": "批量确认：校验全部通过"})
    return chosen


def confirm(ws: Workspace, project: Project, ids: Sequence[str]) -> list[str]:
    """Confirm named records. Raises NotFound or Conflict; then none of them is confirmed."""
    with ws.writing() as c:
        for id in ids:
            stored = rows.find_record(c, project.id, id)
            if stored.status is RecordStatus.CONFIRMED:
                continue
            if stored.status is not RecordStatus.PROPOSED:
                raise _closed(stored)
            ws.record(c, project.id, "record-confirmed", {"id": id, "way": "逐条确认"})
    return list(ids)


def correct(ws: Workspace, project: Project, id: str, changes: Mapping[str, str], why: str = "") -> StoredRecord:
    """A new, confirmed record that supersedes ``id``; what was extracted stays. Raises UsageError on a bad value."""
    with ws.writing() as c:
        stored = rows.find_record(c, project.id, id)
        if stored.status in (RecordStatus.SUPERSEDED, RecordStatus.REJECTED):
            raise _closed(stored)
        if not changes:
            raise UsageError("set_missing", "更正需要新值", fix="例如 --set quantity=1234.5 --set unit=kWh", subject=id)
        base = id.partition("~")[0]
        version = 1 + sum(1 for r in rows.records(c, project.id) if r.id.partition("~")[0] == base)
        new = replace(
            apply_changes(stored.record, changes), id=f"{base}~{version}", status=RecordStatus.CONFIRMED, needs_review=False
        )
        ws.record(
            c,
            project.id,
            "record-corrected",
            {"id": id, "new": to_plain(new), "changes": dict(changes), "why": why},
        )
        _settle(ws, c, project, rows.find_record(c, project.id, new.id))
        return rows.find_record(c, project.id, new.id)


def _settle(ws: Workspace, c: Connection, project: Project, kept: StoredRecord) -> None:
    """What a correction means for the waiting records of other documents: an equal one is the same fact and becomes further
    evidence, one that now contradicts is marked."""
    for other in rows.records(c, project.id, status=RecordStatus.PROPOSED):
        if other.document_sha256 == kept.document_sha256 or not same_place_and_time(kept.record, other.record):
            continue
        if same_quantity(kept.record, other.record):
            payload = {"id": other.id, "into": kept.id, "document": other.document_sha256, "why": "更正后与此为同一笔用能"}
            ws.record(c, project.id, "record-merged", payload)
        else:
            findings = to_plain([differs(other.record, kept.record)])
            ws.record(c, project.id, "record-flagged", {"id": other.id, "findings": findings})


def reject(ws: Workspace, project: Project, id: str, why: str) -> None:
    """Reject with a reason. A confirmed record may be rejected too: the log keeps both decisions."""
    if not why.strip():
        raise UsageError("reason_missing", "否决需要写明原因", fix='例如 --why "不属于本企业"', subject=id)
    with ws.writing() as c:
        stored = rows.find_record(c, project.id, id)
        if stored.status in (RecordStatus.SUPERSEDED, RecordStatus.REJECTED):
            raise _closed(stored)
        ws.record(c, project.id, "record-rejected", {"id": id, "why": why.strip()})


def _closed(stored: StoredRecord) -> Conflict:
    tail = f"，已由 {stored.superseded_by} 代替" if stored.superseded_by else ""
    return Conflict(
        "record_closed", f"记录 {stored.id} 状态为“{stored.status.label}”{tail}，不能再处理", fix="请处理代替它的记录", subject=stored.id
    )


def apply_changes(record: ProposedRecord, changes: Mapping[str, str]) -> ProposedRecord:
    """The record with changed values, each checked. Raises UsageError."""
    values: dict[str, Any] = {}
    params = dict(record.params)
    for key, raw in changes.items():
        text = raw.strip()
        if key in PARAMS:
            params[key] = _param(key, text)
        elif key not in EDITABLE:
            raise UsageError("field_unknown", f"不能修改 {key}", fix="可改的项目：" + "、".join((*EDITABLE, *PARAMS)), subject=key)
        elif key == "carrier":
            values[key] = _carrier(text)
        elif key == "direction":
            values[key] = _direction(text)
        elif key in ("quantity", "amount"):
            values[key] = _number(key, text)
        elif key in ("period_start", "period_end"):
            values[key] = _date(key, text)
        elif key == "unit":
            if find_unit(text) is None:
                raise UsageError("unknown_unit", f"单位“{text}”未登记", fix="例如 kWh、Nm3、t、L、GJ", subject=key)
            values[key] = text
        else:
            values[key] = text or None if key != "note" else text
    unit = values.get("unit", record.unit)
    if ("unit" in values or "quantity" in values) and (found := find_unit(unit)) is not None:
        values["raw_quantity"], values["raw_unit"] = values.get("quantity", record.quantity), unit
        values["quantity"], values["unit"] = canonical_quantity(values.get("quantity", record.quantity), found.symbol)
    changed = replace(record, **values, params=params, confidence=Confidence.A if values else record.confidence)
    if changed.period_start and changed.period_end and changed.period_end < changed.period_start:
        raise UsageError("period_order", "账期止日早于起日", fix="两个日期都含当日，格式 2025-03-31", subject="period_end")
    return changed


CANONICAL = {
    "electricity": "kWh",
    "mass": "t",
    "liquid_volume": "L",
    "normal_gas_volume": "Nm3",
    "actual_gas_volume": "m3",
    "heat": "GJ",
}


def canonical_quantity(quantity: str, unit: str) -> tuple[str, str]:
    """(quantity, unit) in the canonical unit of its dimension."""
    found = find_unit(unit)
    if found is None or found.dimension not in CANONICAL:
        return quantity, unit
    target = find_unit(CANONICAL[found.dimension])
    assert target is not None
    return exact_text(parse_number(quantity) * found.ratio / target.ratio), target.symbol


def _carrier(text: str) -> Carrier:
    for carrier, label in CARRIER_LABELS.items():
        if text in (carrier.value, label):
            return carrier
    raise UsageError("carrier_unknown", f"没有能源品种“{text}”", fix="可用：" + "、".join(CARRIER_LABELS.values()), subject="carrier")


def _direction(text: str) -> Direction:
    for direction in Direction:
        if text in (direction.value, direction.label):
            return direction
    raise UsageError("direction_unknown", f"没有方向“{text}”", fix="可用：购入、自发、自用、输出", subject="direction")


def _number(key: str, text: str) -> str:
    try:
        return exact_text(parse_number(re.sub(r"[,，\s]", "", text)))
    except ValueError as error:
        raise UsageError("number_invalid", f"{key} 不是数字：{text}", fix="只写数字，例如 123456.78", subject=key) from error


def _date(key: str, text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise UsageError("date_invalid", f"{key} 不是日期：{text}", fix="格式 2025-03-31", subject=key) from error
    if day.year not in YEARS:
        raise UsageError("date_invalid", f"{key} 的年份不合理：{text}", fix="格式 2025-03-31", subject=key)
    return day.isoformat()


def _param(key: str, text: str) -> str:
    """A value the accounts need besides the quantity; empty takes it away."""
    if not text or key in TEXTS:
        return text
    if key not in CHOICES:
        return _number(key, text)
    if text not in CHOICES[key]:
        raise UsageError("choice_invalid", f"{key} 不能是“{text}”", fix="可用：" + "、".join(CHOICES[key]), subject=key)
    return text


def record_to_json(stored: StoredRecord) -> dict[str, Any]:
    """The record of the contract with its state and evidence."""
    return {
        **to_plain(stored.record),
        "status": stored.status.value,
        "document": stored.document_sha256,
        "evidence": [stored.document_sha256, *stored.evidence],
        "supersedes": stored.supersedes,
        "superseded_by": stored.superseded_by,
        "decided_by": stored.decided_by,
        "decided_at": stored.decided_at,
        "why": stored.why,
        "raw": to_plain(stored.raw) if stored.raw != stored.record else None,
    }
