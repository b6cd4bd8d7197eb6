"""Confirmed records and the profile → the input of the accounting core. Pure: every choice made here is written into the inputs
or into a finding, never hidden.

Supply paths of electricity do not overlap (decision 0009): traded green power is a part of the grid bill and is taken out of it;
self-generation is split into what was used and what was exported, so that consumption stays purchase + self-use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from app.domain.activity import ProposedRecord
from app.domain.carrier import Carrier, Direction
from app.domain.errors import CalculationRefused
from app.domain.finding import Finding, Severity
from app.domain.number import exact_text, fixed_text, parse_number
from app.domain.period import Period
from app.domain.project import FactoryProfile

GENERATION = (Carrier.PV_GENERATION, Carrier.WIND_GENERATION)
NOT_ENERGY = (Carrier.WATER,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedRecord:
    """A confirmed record with what its document adds: its kind, issue date (ISO) and invoice number."""

    record: ProposedRecord
    document_sha256: str
    document_kind: str
    issue_date: str | None = None
    invoice_number: str | None = None


@dataclass(slots=True, kw_only=True)
class InventoryBuild:
    """``inputs`` for app.accounting.calculate; ``records`` maps each activity to the record it comes from."""

    inputs: dict[str, Any]
    findings: list[Finding] = field(default_factory=list)
    records: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class _Piece:
    """One record within the reporting year, its quantity as a Fraction of the record's unit."""

    source: ConfirmedRecord
    period: Period | None
    quantity: Fraction

    @property
    def record(self) -> ProposedRecord:
        return self.source.record


def build_inputs(profile: FactoryProfile, confirmed: Sequence[ConfirmedRecord], latest_grid_year: int | None) -> InventoryBuild:
    """The inputs of one run. Raises CalculationRefused when green power exceeds the purchased electricity it is a part of.

    ``latest_grid_year`` is the newest data year of the factor library, used (and said so) when the profile names no grid basis."""
    accounting = profile.extra.get("accounting", {})
    build = InventoryBuild(inputs={})
    pieces = [p for item in sorted(confirmed, key=lambda i: i.record.id) if (p := _within_year(item, profile.year, build))]
    activities: list[dict[str, Any]] = []
    electricity = [p for p in pieces if p.record.carrier in (Carrier.ELECTRICITY, Carrier.GREEN_POWER, Carrier.GREEN_CERTIFICATE, *GENERATION)]
    activities += _electricity(electricity, profile, build)
    for piece in pieces:
        if piece in electricity:
            continue
        activity = _other(piece, profile, build)
        if activity:
            activities.append(activity)
            build.records[activity["id"]] = piece.record.id
    build.inputs = {
        "edition": str(accounting.get("edition", "GB/T 32151.34-2024")),
        "factor_set": str(accounting.get("factor_set", "A")),
        "year": profile.year,
        "province": profile.province or None,
        "grid_basis": _grid_basis(profile, latest_grid_year, build),
        "options": _options(profile, build),
        "request": [],
        "activities": sorted(_explain_negatives(activities, pieces, build), key=lambda a: a["id"]),
        "offsets": list(profile.extra.get("offsets", [])),
    }
    _ask_for_indicators(build)
    return build


def _explain_negatives(activities: list[dict[str, Any]], pieces: list[_Piece], build: InventoryBuild) -> list[dict[str, Any]]:
    """A red-letter invoice corrects the activity of its blue invoice; without that it has nothing to correct and is left out."""
    by_record = {p.record.id: p for p in pieces}
    out = []
    for activity in activities:
        if parse_number(activity["quantity"]) >= 0:
            out.append(activity)
            continue
        piece = by_record[build.records[activity["id"]]]
        blue = next((str(f.data.get("blue_invoice")) for f in piece.record.findings if f.data.get("blue_invoice")), None)
        target = next(
            (
                a["id"]
                for a in activities
                if blue
                and a["carrier"] == activity["carrier"]
                and a["id"] != activity["id"]
                and by_record[build.records[a["id"]]].source.invoice_number == blue
            ),
            None,
        )
        if target is None:
            build.findings.append(
                Finding(
                    id="negative-without-object",
                    severity=Severity.BLOCKING,
                    message=f"{piece.record.carrier.label}记录 {piece.record.id} 为负数，"
                    + (f"对应的蓝字发票 {blue} 没有已确认的记录" if blue else "没有写明冲减哪一张发票")
                    + "，未计入",
                    subjects=(piece.record.id,),
                    fix="上传并确认对应的蓝字发票，或否决这条负数记录",
                )
            )
            continue
        activity["params"] |= {"correction_of": target, "reason": f"红字发票冲减蓝字发票 {blue}"}
        out.append(activity)
    return out


STANDARD_COAL = {
    "电力_当量": "TCE/电力/当量",
    "热力_当量": "TCE/热力/当量",
    "柴油_当量": "TCE/柴油/当量",
    "汽油_当量": "TCE/汽油/当量",
    "天然气_当量": "TCE/天然气（上限，38979·kJ·m3）/当量",
}
"""Coefficients of GB/T 2589-2020 by their ids in the factor library. For natural gas the standard prints a range; its upper end
belongs to the calorific value that the default sets use (38 931 kJ/m3)."""
HEAT_CARRIERS = {"热力", "蒸汽", "饱和蒸汽", "过热蒸汽", "热水"}


def _ask_for_indicators(build: InventoryBuild) -> None:
    """Ask for 折标 indicators where every carrier has a coefficient: 当量 always, 等价 only when the profile gives it."""
    options = build.inputs["options"]
    given = dict(options.get("tce_coefficients", {}))
    carriers = {a["carrier"] for a in build.inputs["activities"]}
    names = {"热力" if c in HEAT_CARRIERS else c for c in carriers}
    covered = {c for c in names if f"{c}_当量" in STANDARD_COAL or f"{c}_当量" in given or c in given}
    if any(a["carrier"] == "电力" for a in build.inputs["activities"]):
        build.inputs["request"].append("physical_share")
    if names - covered:
        build.findings.append(
            Finding(
                id="conversion-missing",
                severity=Severity.EXPLAIN,
                message=f"缺少{'、'.join(sorted(names - covered))}的折标准煤系数，未计算综合能耗与单位能耗碳排放",
                fix='在档案 [accounting.tce_coefficients] 写明，例如 "液化天然气_当量" = "1.7572 kgce/kg"，并留存出处',
            )
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


def _within_year(item: ConfirmedRecord, year: int | None, build: InventoryBuild) -> _Piece | None:
    """The part of a record that belongs to the reporting year; a bill that crosses it is shared out by days."""
    record = item.record
    quantity = parse_number(record.quantity)
    period = _period(item, build)
    if period is None or year is None:
        if period is None and year is not None:
            build.findings.append(
                Finding(
                    id="record-without-period",
                    severity=Severity.BLOCKING,
                    message=f"{record.carrier.label}记录 {record.id} 没有账期，未计入 {year} 年",
                    subjects=(record.id,),
                    fix="用“更正”补上账期起止日（period_start、period_end）",
                )
            )
            return None
        return _Piece(source=item, period=period, quantity=quantity)
    whole = Period.inclusive(date(year, 1, 1), date(year, 12, 31))
    days = period.overlap_days(whole)
    if days == period.days:
        return _Piece(source=item, period=period, quantity=quantity)
    if days == 0:
        build.findings.append(
            Finding(
                id="outside-year",
                severity=Severity.NOTE,
                message=f"{record.carrier.label}记录 {record.id} 账期 {record.period_start} 至 {record.period_end} 不在 {year} 年内，未计入",
                subjects=(record.id,),
            )
        )
        return None
    share = parse_number(fixed_text(quantity * days / period.days, 6))
    build.findings.append(
        Finding(
            id="period-split",
            severity=Severity.EXPLAIN,
            message=f"{record.carrier.label}记录 {record.id} 账期跨年：{period.days} 天中 {days} 天属 {year} 年，"
            f"按天数分摊 {exact_text(share)} {record.unit}",
            subjects=(record.id,),
            data={"days": str(days), "of": str(period.days), "quantity": record.quantity, "share": exact_text(share)},
            fix="有年末抄表数时，请以抄表数更正",
        )
    )
    inside = Period(start=max(period.start, whole.start), end=min(period.end, whole.end))
    return _Piece(source=item, period=inside, quantity=share)


def _period(item: ConfirmedRecord, build: InventoryBuild) -> Period | None:
    record = item.record
    if record.period_start and record.period_end:
        return Period.inclusive(date.fromisoformat(record.period_start), date.fromisoformat(record.period_end))
    if not item.issue_date:
        return None
    issued = date.fromisoformat(item.issue_date)
    build.findings.append(
        Finding(
            id="period-from-issue-date",
            severity=Severity.EXPLAIN,
            message=f"{record.carrier.label}记录 {record.id} 未写用能期间，按开票日期 {item.issue_date} 所在月计入",
            subjects=(record.id,),
            data={"issue_date": item.issue_date},
            fix="如实际使用期间不同，请更正账期起止日",
        )
    )
    return Period.month(issued.year, issued.month)


def _activity(piece: _Piece, id: str, carrier: str, quantity: Fraction, unit: str, direction: str, params: dict[str, Any]) -> dict[str, Any]:
    if piece.period:
        params = {**params, "period": f"{piece.period.start.isoformat()}/{piece.period.last.isoformat()}"}
    return {
        "id": id,
        "carrier": carrier,
        "quantity": exact_text(quantity),
        "unit": unit,
        "direction": direction,
        "params": params,
    }


def _electricity(pieces: list[_Piece], profile: FactoryProfile, build: InventoryBuild) -> list[dict[str, Any]]:
    grid = [p for p in pieces if p.record.carrier is Carrier.ELECTRICITY and p.record.direction is Direction.PURCHASED]
    exported = [p for p in pieces if p.record.direction is Direction.EXPORTED]
    green = [p for p in pieces if p.record.carrier is Carrier.GREEN_POWER]
    certificates = [p for p in pieces if p.record.carrier is Carrier.GREEN_CERTIFICATE]
    own = [
        p
        for p in pieces
        if p.record.direction in (Direction.SELF_GENERATED, Direction.SELF_CONSUMED)
        and p.record.carrier in (Carrier.ELECTRICITY, *GENERATION)
    ]
    out: list[dict[str, Any]] = []
    remaining = {p.record.id: p.quantity for p in grid}
    counts = bool(profile.extra.get("accounting", {}).get("gec_zero_factor"))
    for piece in green:
        _take(piece, grid, remaining, "绿电交易", build)
        out.append(
            _activity(piece, piece.record.id, "电力", piece.quantity, piece.record.unit, "in", {"supply": "green_trade", "proof": ["settlement"]})
        )
        build.records[piece.record.id] = piece.record.id
    for piece in certificates:
        if not counts:
            build.findings.append(
                Finding(
                    id="certificate-not-counted",
                    severity=Severity.EXPLAIN,
                    message=f"绿证记录 {piece.record.id} 已登记，未用于核减排放：绿证是否按零计，所持文件没有规定",
                    subjects=(piece.record.id,),
                    fix="如主管部门明确可按零计，在档案 [accounting] 写 gec_zero_factor = true",
                )
            )
            continue
        _take(piece, grid, remaining, "绿证", build)
        params: dict[str, Any] = {"supply": "gec", "proof": ["gec"]}
        if piece.record.params.get("certificate_id"):
            params["certificate_id"] = piece.record.params["certificate_id"]
        out.append(_activity(piece, piece.record.id, "电力", piece.quantity, piece.record.unit, "in", params))
        build.records[piece.record.id] = piece.record.id
    for piece in grid:
        quantity = remaining[piece.record.id]
        if quantity == 0 and piece.quantity != 0:
            continue
        out.append(_activity(piece, piece.record.id, "电力", quantity, piece.record.unit, "in", {"supply": "grid"}))
        build.records[piece.record.id] = piece.record.id
    out += _self_generation(own, exported, build)
    return out


def _take(claim: _Piece, grid: list[_Piece], remaining: dict[str, Fraction], what: str, build: InventoryBuild) -> None:
    """Take a green claim out of the grid bills of its months (of its account, when it names one)."""
    left = claim.quantity
    account = claim.record.account_number
    for piece in grid:
        if left <= 0:
            break
        if account and piece.record.account_number and piece.record.account_number != account:
            continue
        if claim.period and piece.period and claim.period.overlap_days(piece.period) == 0:
            continue
        taken = min(left, remaining[piece.record.id])
        if taken <= 0:
            continue
        remaining[piece.record.id] -= taken
        left -= taken
        build.findings.append(
            Finding(
                id="green-power-within-bill",
                severity=Severity.NOTE,
                message=f"{what} {exact_text(taken)} kWh（{claim.record.id}）包含在电费记录 {piece.record.id} 的电量内，已从网电中分出，不重复计",
                subjects=(claim.record.id, piece.record.id),
                data={"taken": exact_text(taken), "remaining": exact_text(remaining[piece.record.id])},
            )
        )
    if left > 0:
        raise CalculationRefused(
            "green_claim_exceeds_consumption",
            f"{what}记录 {claim.record.id} 的电量 {claim.record.quantity} kWh 大于同期购入电量，多出 {exact_text(left)} kWh",
            fix="核对绿电结算月份、户号，或补齐同期电费单后重新核算",
            subject=claim.record.id,
        )


def _self_generation(own: list[_Piece], exported: list[_Piece], build: InventoryBuild) -> list[dict[str, Any]]:
    """Self-use (zero with the monthly record as proof) and what was exported, as lines that do not overlap."""
    out: list[dict[str, Any]] = []
    left = {p.record.id: p.quantity for p in exported}
    used: set[str] = set()
    for piece in own:
        quantity = piece.quantity
        if piece.record.direction is Direction.SELF_GENERATED:
            if any(_same_time(piece, other) and other.record.direction is Direction.SELF_CONSUMED for other in own):
                build.findings.append(
                    Finding(
                        id="generation-and-self-use",
                        severity=Severity.NOTE,
                        message=f"发电量记录 {piece.record.id} 与同期自用电量记录并存，以自用电量计，发电量不重复计",
                        subjects=(piece.record.id,),
                    )
                )
                continue
            for other in exported:
                if _same_time(piece, other) and left[other.record.id] > 0:
                    taken = min(quantity, left[other.record.id])
                    quantity -= taken
                    left[other.record.id] -= taken
                    used.add(other.record.id)
        out.append(
            _activity(piece, piece.record.id, "电力", quantity, piece.record.unit, "in", {"supply": "self_use_pv", "proof": ["monthly_record"]})
        )
        build.records[piece.record.id] = piece.record.id
    for piece in exported:
        generated = f"{piece.record.id}+g"
        out.append(
            _activity(
                piece,
                generated,
                "电力",
                piece.quantity,
                piece.record.unit,
                "in",
                {"supply": "self_generation_pv", "role": "generation", "proof": ["monthly_record"]},
            )
        )
        out.append(_activity(piece, piece.record.id, "电力", piece.quantity, piece.record.unit, "out", {"supply": "self_generation_pv"}))
        build.records[generated] = build.records[piece.record.id] = piece.record.id
        if own and piece.record.id not in used and all(p.record.direction is Direction.SELF_GENERATED for p in own):
            build.findings.append(
                Finding(
                    id="feed-in-without-generation",
                    severity=Severity.EXPLAIN,
                    message=f"上网电量记录 {piece.record.id} 同期没有发电量记录",
                    subjects=(piece.record.id,),
                    fix="补充该月光伏发电记录",
                )
            )
    return out


def _same_time(a: _Piece, b: _Piece) -> bool:
    return bool(a.period and b.period and a.period.overlap_days(b.period))


def _other(piece: _Piece, profile: FactoryProfile, build: InventoryBuild) -> dict[str, Any] | None:
    record = piece.record
    direction = "out" if record.direction is Direction.EXPORTED else "in"
    params: dict[str, Any] = {}
    carrier = record.carrier.label
    if record.carrier in NOT_ENERGY:
        return None
    if record.carrier in (Carrier.BIOMASS, Carrier.HYDROGEN, Carrier.OTHER):
        build.findings.append(
            Finding(
                id="carrier-not-counted",
                severity=Severity.EXPLAIN,
                message=f"{carrier}记录 {record.id} 没有所持标准的缺省参数，未计入排放；生物质排放另行报告",
                subjects=(record.id,),
                fix="如有实测热值与含碳量，请在核算输入中显式给出",
            )
        )
        return None
    if record.unit == "L":
        density = record.params.get("density_kg_per_l") or profile.densities_kg_per_l.get(record.carrier.value)
        if density:
            params["density_kg_per_l"] = density
    elif record.unit == "m3":
        condition = record.params.get("gas_condition") or _gas_condition(profile, record)
        if condition:
            params["gas_condition"] = condition
    if record.carrier is Carrier.STEAM and record.unit == "t":
        carrier = _steam(record, profile, params, build)
    elif record.carrier is Carrier.HOT_WATER and record.unit == "t":
        params["heat_method"] = "hot_water_20c"
        if record.params.get("temperature_c"):
            params["temperature_c"] = record.params["temperature_c"]
    elif record.carrier in (Carrier.STEAM, Carrier.HOT_WATER):
        carrier = "热力"
    return _activity(piece, record.id, carrier, piece.quantity, record.unit, direction, params)


def _gas_condition(profile: FactoryProfile, record: ProposedRecord) -> str | None:
    """``[gas_condition]`` of the profile: by account or meter number, or ``default``."""
    section = profile.extra.get("gas_condition", {})
    if isinstance(section, str):
        return section
    for key in (record.meter_number, record.account_number, record.carrier.value, "default"):
        if key and key in section:
            return str(section[key])
    return None


def _steam(record: ProposedRecord, profile: FactoryProfile, params: dict[str, Any], build: InventoryBuild) -> str:
    section = {**profile.extra.get("steam", {}), **{k: v for k, v in record.params.items() if v}}
    for key in ("pressure_mpa", "pressure_basis", "temperature_c"):
        if section.get(key):
            params[key] = str(section[key])
    method = profile.extra.get("accounting", {}).get("heat_method")
    if not method:
        method = "minus_feedwater_83_74"
        if not any(f.id == "heat-method-by-default" for f in build.findings):
            build.findings.append(
                Finding(
                    id="heat-method-by-default",
                    severity=Severity.EXPLAIN,
                    message="档案未指定蒸汽折热方法，按扣除给水焓 83.74 kJ/kg 计",
                    fix='在档案 [accounting] 写 heat_method = "minus_feedwater_83_74" 以固定该选择',
                )
            )
    params["heat_method"] = str(method)
    kind = section.get("steam") or ("superheated" if section.get("temperature_c") else "saturated")
    if kind == "saturated":
        params.pop("temperature_c", None)
    return "过热蒸汽" if kind == "superheated" else "饱和蒸汽"


def _grid_basis(profile: FactoryProfile, latest: int | None, build: InventoryBuild) -> dict[str, Any] | None:
    given = profile.extra.get("grid_basis")
    if given:
        basis = dict(given)
        if "data_year" in basis:
            basis["data_year"] = int(str(basis["data_year"]))
        return basis
    if not profile.province or latest is None:
        return None
    year = min(latest, profile.year) if profile.year else latest
    basis = {"data_year": year, "level": "province", "region": _short(profile.province), "basis": "average"}
    build.findings.append(
        Finding(
            id="grid-basis-by-default",
            severity=Severity.EXPLAIN,
            message=f"档案未指定电网因子口径，暂按{basis['region']} {year} 年省级平均因子核算",
            data={k: str(v) for k, v in basis.items()},
            fix='在档案写 [grid_basis] data_year、level（province/region/national）、region、basis，由企业确认口径',
        )
    )
    return basis


def _short(province: str) -> str:
    for suffix in ("维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市"):
        if province.endswith(suffix):
            return province[: -len(suffix)]
    return province


def _options(profile: FactoryProfile, build: InventoryBuild) -> dict[str, Any]:
    accounting = profile.extra.get("accounting", {})
    options: dict[str, Any] = {}
    for key in ("remainder_policy", "gec_zero_factor", "gwp_report", "tce_coefficients", "allow_suspect"):
        if key in accounting:
            options[key] = accounting[key]
    if any(f.id == "green-power-within-bill" for f in build.findings) and "remainder_policy" not in options:
        options["remainder_policy"] = "plain_average"
        build.findings.append(
            Finding(
                id="remainder-policy-by-default",
                severity=Severity.EXPLAIN,
                message="档案未指定绿电之外剩余电量的因子，暂按平均因子（plain_average）；另一做法是不含市场化非化石电量的因子",
                fix='在档案 [accounting] 写 remainder_policy = "plain_average" 或 "residual_mix"',
            )
        )
    return options
