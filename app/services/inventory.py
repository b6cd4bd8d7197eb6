"""Confirmed records and the profile → the input of the accounting core. Pure: every choice made here is written into the inputs
or into a finding, never hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.accounting.balance import HEAT, ON_SITE
from app.domain.carrier import Carrier, Direction
from app.domain.finding import Severity
from app.domain.number import parse_number
from app.domain.project import FactoryProfile
from app.services.inventory_choices import ask_for_indicators, gas_condition, grid_basis, options, steam
from app.services.inventory_pieces import ConfirmedRecord, InventoryBuild, Piece, activity, within_year
from app.services.inventory_power import POWER, power_activities
from app.services.inventory_reporting import reporting
from app.services.inventory_sources import burnable, declare_uncertainty, edition, measured_for, source_activities

NOT_ENERGY = (Carrier.WATER,)
WITHOUT_DEFAULTS = (Carrier.BIOMASS, Carrier.HYDROGEN, Carrier.OTHER)


def build_inputs(profile: FactoryProfile, confirmed: Sequence[ConfirmedRecord], latest_grid_year: int | None) -> InventoryBuild:
    """The inputs of one run. Raises CalculationRefused when green power exceeds the purchased electricity it is a part of.

    ``latest_grid_year`` is the newest data year of the factor library, used (and said so) when the profile names no grid basis."""
    accounting = profile.extra.get("accounting", {})
    build = InventoryBuild(inputs={})
    pieces = [p for item in sorted(confirmed, key=lambda i: i.record.id) if (p := within_year(item, profile.year, build))]
    activities = power_activities([p for p in pieces if p.record.carrier in POWER], profile, build)
    for piece in pieces:
        if piece.record.carrier not in POWER and (other := _other(piece, profile, build)):
            activities.append(other)
            build.records[piece.id] = piece.id
    activities = _corrections(activities, pieces, build) + source_activities(profile, build)
    by_record = {p.id: p.record.carrier.value for p in pieces}
    declare_uncertainty(activities, {a: by_record[r] for a, r in build.records.items() if r in by_record}, profile)
    build.inputs = {
        "edition": edition(profile, build),
        "factor_set": str(accounting.get("factor_set", "A")),
        "year": profile.year,
        "province": profile.province or None,
        "grid_basis": grid_basis(profile, latest_grid_year, build),
        "options": options(profile, build),
        "request": [],
        "activities": sorted(activities, key=lambda a: a["id"]),
        "offsets": list(profile.extra.get("offsets", [])),
    }
    if (further := reporting(profile)) is not None:
        build.inputs["reporting"] = further
    ask_for_indicators(build)
    return build


def _corrections(activities: list[dict[str, Any]], pieces: list[Piece], build: InventoryBuild) -> list[dict[str, Any]]:
    """A red-letter invoice corrects the activity of its blue invoice; without that it has nothing to correct and is left out."""
    by_record = {p.id: p for p in pieces}
    out = []
    for item in activities:
        if parse_number(item["quantity"]) >= 0:
            out.append(item)
            continue
        piece = by_record[build.records[item["id"]]]
        blue = next((str(f.data["blue_invoice"]) for f in piece.record.findings if f.data.get("blue_invoice")), None)
        target = _blue_activity(item, blue, activities, by_record, build) if blue else None
        if target is None:
            build.find(
                "negative-without-object",
                Severity.BLOCKING,
                f"{piece.record.carrier.label}记录 {piece.id} 为负数，"
                + (f"对应的蓝字发票 {blue} 没有已确认的记录" if blue else "没有写明冲减哪一张发票")
                + "，未计入",
                piece.id,
                fix="上传并确认对应的蓝字发票，或否决这条负数记录",
            )
            continue
        out.append(item | {"params": item["params"] | {"correction_of": target, "reason": f"红字发票冲减蓝字发票 {blue}"}})
        build.corrections[piece.id] = build.records[target]
    return out


def _blue_activity(
    red: dict[str, Any], blue: str, activities: Sequence[dict[str, Any]], by_record: Mapping[str, Piece], build: InventoryBuild
) -> str | None:
    """The activity of the blue invoice that a red-letter activity cancels."""
    return next(
        (
            a["id"]
            for a in activities
            if a["carrier"] == red["carrier"]
            and a["id"] != red["id"]
            and by_record[build.records[a["id"]]].source.invoice_number == blue
        ),
        None,
    )


def _other(piece: Piece, profile: FactoryProfile, build: InventoryBuild) -> dict[str, Any] | None:
    """The activity of a fuel or heat record, None when it takes no part in the accounts."""
    record = piece.record
    params: dict[str, Any] = {}
    carrier = record.carrier.label
    if record.carrier in NOT_ENERGY:
        return None
    if record.carrier in HEAT and record.direction in ON_SITE:  # app.accounting.balance says so in a finding
        return None
    params |= measured_for(piece, profile, build)
    if record.carrier in WITHOUT_DEFAULTS and not burnable(params):
        build.find(
            "carrier-not-counted",
            Severity.EXPLAIN,
            f"{carrier}记录 {record.id} 没有所持标准的缺省参数，未计入排放；生物质排放另行报告",
            record.id,
            fix='如有实测热值与含碳量，请在档案 [[measured]] 给出并附检测报告；生物质 CO2 将单列，不入总量',
        )
        return None
    if record.unit == "L":
        density = record.params.get("density_kg_per_l") or params.get("density_kg_per_l") or profile.densities_kg_per_l.get(record.carrier.value)
        if density:
            params["density_kg_per_l"] = density
    elif record.unit == "m3":
        condition = record.params.get("gas_condition") or gas_condition(profile, record)
        if condition:
            params["gas_condition"] = condition
    if record.carrier is Carrier.STEAM and record.unit == "t":
        carrier = steam(record, profile, params, build)
    elif record.carrier is Carrier.HOT_WATER and record.unit == "t":
        params["heat_method"] = "hot_water_20c"
        if record.params.get("temperature_c"):
            params["temperature_c"] = record.params["temperature_c"]
    elif record.carrier in (Carrier.STEAM, Carrier.HOT_WATER):
        carrier = "热力"
    direction = "out" if record.direction is Direction.EXPORTED else "in"
    return activity(piece, piece.id, carrier, piece.quantity, direction, params)
