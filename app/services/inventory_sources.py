"""What a profile adds to the bills: sources that no bill shows (process emissions, captured CO2, biomass), and values measured for a
fuel. Each entry names its evidence; one without evidence is left out and said so. Nothing is estimated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.domain.errors import UsageError
from app.domain.finding import Severity
from app.domain.project import FactoryProfile
from app.services.inventory_pieces import InventoryBuild, Piece

ACTIVITY_KEYS = ("carrier", "quantity", "unit")
ABOUT = frozenset({"id", *ACTIVITY_KEYS, "direction", "evidence", "source", "note", "measured_on"})
MEASURED = ("ncv_gj_per_unit", "carbon_content_tc_per_gj", "oxidation_rate_pct", "carbon_tc_per_unit", "density_kg_per_l", "ef")
BURNT = ("ncv_gj_per_unit", "carbon_content_tc_per_gj", "oxidation_rate_pct")


def _entries(profile: FactoryProfile, section: str) -> list[Mapping[str, Any]]:
    rows = profile.extra.get(section, [])
    return [r for r in rows if isinstance(r, Mapping)] if isinstance(rows, list) else []


def source_activities(profile: FactoryProfile, build: InventoryBuild) -> list[dict[str, Any]]:
    """``[[sources]]`` of the profile as activities; further keys are parameters of the calculation. Raises UsageError for an entry
    that is no activity."""
    out, seen = [], set()
    for number, row in enumerate(_entries(profile, "sources"), 1):
        id = f"source-{str(row.get('id') or number).strip()}"
        absent = [k for k in ACTIVITY_KEYS if str(row.get(k, "")).strip() == ""]
        if absent or id in seen:
            what = f"缺少 {'、'.join(absent)}" if absent else f"编号 {row.get('id')} 重复"
            raise UsageError("source_invalid", f"档案 [[sources]] 第 {number} 项{what}", fix="写明 carrier、quantity、unit，编号不重复", subject=id)
        seen.add(id)
        if not str(row.get("evidence") or "").strip():
            build.find(
                "source-without-evidence",
                Severity.BLOCKING,
                f"档案 [[sources]] 第 {number} 项（{row['carrier']}）没有写明证据，未计入",
                id,
                fix='写 evidence = "台账文件名#页"，并上传该文件',
            )
            continue
        params = {k: v for k, v in row.items() if k not in ABOUT}
        if profile.year and "period" not in params and "period_start" not in params:
            params["period"] = f"{date(profile.year, 1, 1).isoformat()}/{date(profile.year, 12, 31).isoformat()}"
        params["document"] = str(row["evidence"])
        out.append(
            {
                "id": id,
                "carrier": str(row["carrier"]).strip(),
                "quantity": str(row["quantity"]).strip(),
                "unit": str(row["unit"]).strip(),
                "direction": str(row.get("direction") or "in"),
                "params": params,
            }
        )
    return out


def measured_for(piece: Piece, profile: FactoryProfile, build: InventoryBuild) -> dict[str, Any]:
    """Parameters of ``[[measured]]`` for a record: by carrier, by account where the entry names one, by period where it states one.
    Two entries for one record are a contradiction: neither is used."""
    record = piece.record
    fitting = [
        row
        for row in _entries(profile, "measured")
        if row.get("carrier") in (record.carrier.value, record.carrier.label)
        and str(row.get("account") or record.account_number or "") == (record.account_number or "")
        and _covers(row, piece)
    ]
    if len(fitting) > 1:
        build.find(
            "measured-twice",
            Severity.BLOCKING,
            f"{record.carrier.label}记录 {record.id} 在档案 [[measured]] 中有 {len(fitting)} 组实测值，都没有采用",
            record.id,
            fix="用 account 或 period_start、period_end 把各组实测值分开",
        )
        return {}
    for row in fitting:
        if not str(row.get("evidence") or "").strip():
            build.find(
                "measured-without-evidence",
                Severity.EXPLAIN,
                f"{record.carrier.label}的实测值没有写明检测报告，记录 {record.id} 仍按默认值计",
                record.id,
                fix='在 [[measured]] 写 evidence = "检测报告文件名"，并上传该文件',
            )
            continue
        found = {k: row[k] for k in MEASURED if k in row}
        return found | {f"{k}_source": str(row["evidence"]) for k in found if k != "ef"}
    return {}


def _covers(row: Mapping[str, Any], piece: Piece) -> bool:
    """Whether the period an entry states (open on either side) holds the whole record."""
    first, last = str(row.get("period_start") or ""), str(row.get("period_end") or "")
    if not (first or last):
        return True
    if piece.period is None:
        return False
    return (not first or first <= piece.period.start.isoformat()) and (not last or piece.period.last.isoformat() <= last)


def burnable(params: Mapping[str, Any]) -> bool:
    """Whether the parameters are enough to burn a fuel that no default set holds."""
    return "ef" in params or all(k in params for k in BURNT) or {"carbon_tc_per_unit", "oxidation_rate_pct"} <= set(params)


def edition(profile: FactoryProfile, build: InventoryBuild) -> str:
    """The standard a run follows: what the profile names, else GB/T 32150 in the edition in force for the year (the core chooses it
    and the run says which). An enterprise of the carbon market is told what is held of its rules."""
    accounting = profile.extra.get("accounting", {})
    given = str(accounting.get("edition") or "").strip()
    if profile.ets_covered and not given:
        build.find(
            "ets-rules-in-part",
            Severity.EXPLAIN,
            "企业已纳入全国碳市场，应按碳市场核算报告规则核算；库内只持有其中的热力因子 0.11 tCO2/GJ 与电网全国平均因子，"
            "燃料默认值（默认集 C）可信度低、默认拒用，其余暂按 GB/T 32150 计",
            fix='燃料请在 [[measured]] 给实测值，或在 [[sources]] 以“已核排放”填报核查结果；并在 [accounting] 写明 edition',
        )
    elif not given:
        build.find(
            "edition-by-default",
            Severity.NOTE,
            "档案未指定核算标准，按报告年取在实施的 GB/T 32150 版本；本行业另有 GB/T 32151 分册的，请写明",
            fix='在档案 [accounting] 写 edition = "GB/T 32151.34-2024" 之类的编号',
        )
    return given or ("GB/T 32150" if profile.year else "GB/T 32150-2025")


def declare_uncertainty(activities: list[dict[str, Any]], carriers: Mapping[str, str], profile: FactoryProfile) -> None:
    """``[uncertainty]`` of the profile into the parameters of its activities: by carrier (``carriers`` by activity id) or ``default``, a
    percentage, or ``{activity = …, factor = …}``. The core combines them, or gives none when a line has none."""
    section = profile.extra.get("uncertainty")
    if not isinstance(section, Mapping):
        return
    for item in activities:
        own = next((section[k] for k in (carriers.get(item["id"], ""), item["carrier"], "default") if k in section), None)
        if isinstance(own, Mapping):
            pairs = {f"uncertainty_{k}_pct": str(v) for k, v in own.items() if k in ("activity", "factor")}
        else:
            pairs = {} if own is None else {"uncertainty_pct": str(own)}
        item["params"] = {**item["params"], **{k: v for k, v in pairs.items() if k not in item["params"]}}
