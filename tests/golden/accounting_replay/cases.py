"""Inputs, records and pairs of runs that between them reach every sentence the core can say."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from app.accounting.completeness import Evidence
from app.accounting.controls import ControlTotal
from app.accounting.readings import Reading
from app.domain.activity import ProposedRecord
from app.domain.carrier import Carrier, Direction
from app.domain.period import Period

ANHUI = {"data_year": 2022, "level": "province", "region": "安徽", "basis": "average"}
NATIONAL = {"data_year": 2023, "level": "national", "region": "全国", "basis": "average"}
RESIDUAL = {**NATIONAL, "basis": "excl_market_nonfossil"}


def act(id: str, carrier: str, quantity: str, unit: str, direction: str = "in", **params: Any) -> dict[str, Any]:
    return {"id": id, "carrier": carrier, "quantity": quantity, "unit": unit, "direction": direction, "params": params}


def run(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    given = {"edition": "GB/T 32151.34-2024", "factor_set": "A", "year": 2025, "province": "浙江", "grid_basis": ANHUI, **more}
    return {**given, "activities": list(rows)}


_STEAM = {"pressure_mpa": "0.8", "pressure_basis": "absolute", "heat_method": "minus_feedwater_83_74"}
_POWER = act("p", "电力", "120", "MWh", supply="grid", period="2025-01-26/2025-02-25")
_GREEN = act("g", "绿电", "40", "MWh", proof={"合同": "a.pdf", "绿证": ""}, certificate_id="C-1；C-2")
_TCE = {"电力_当量": "0.1229 kgce/kWh（GB/T 2589）", "电力_等价": "0.2856 kgce/kWh", "热力": "0.03412 tce/GJ", "柴油": "TCE/柴油/当量"}
RUNS: dict[str, dict[str, Any]] = {
    "mixed": run(
        _POWER, _GREEN, act("h", "热力", "900", "GJ", in_boundary=False), act("d", "柴油", "800", "L", density_kg_per_l="0.84"),
        act("gas", "天然气", "3000", "m3", gas_condition="标况"), act("s", "饱和蒸汽", "12", "t", **_STEAM),
        options={"remainder_policy": "plain_average", "metered_total_mwh": "170"},
    ),
    "unstated": run(_POWER, _GREEN, grid_basis={**ANHUI, "data_year": 2023}, year=2021),
    "residual": run(_POWER, _GREEN, grid_basis=RESIDUAL, options={"remainder_policy": "residual_mix"}, province="安徽省"),
    "location": run(_POWER, _GREEN, options={"method": "location"}),
    "market-none": run(_POWER, options={"method": "market"}),
    "certificates": run(
        _POWER, act("c", "绿证", "30", "MWh", proof="绿证", certificate_ids=["X", 7]),
        options={"gec_zero_factor": True, "remainder_policy": "plain_average"},
    ),
    "exports": run(
        _POWER, act("m", "光伏发电", "60", "MWh", role="generation", proof=["monthly_record"]),
        act("o", "电力", "25", "MWh", "out"), act("n", "电力", "-5", "MWh", net_exporter=True),
        request=["physical_share", "non_fossil_share:当量", "energy_tce"], options={"tce_coefficients": _TCE},
    ),
    "indicators": run(
        _POWER, act("q", "电力", "30", "MWh", supply="direct_line", proof=["settlement"]), act("h", "热力", "90", "GJ"),
        act("d", "柴油", "2", "t"), request=["energy_tce", "intensity_tco2_per_tce", "non_fossil_share", "physical_share"],
        options={"tce_coefficients": _TCE},
        reporting={"output_quantity": "4", "output_unit": "万件", "base": {"year": "2024", "co2": "80", "energy_当量": "20"}},
    ),
    "zero-energy": run(act("p", "电力", "0", "MWh", supply="grid"), request=["non_fossil_share", "physical_share", "intensity_tco2_per_tce"],
                       options={"tce_coefficients": _TCE}),
    "gases": run(
        act("b", "沼气", "2000", "Nm3", ef_components={"CO2": "1.9", "CH4-biogenic": "0.002", "N2O": "0.00003"}, ef_components_unit="kg/Nm3"),
        act("f", "SF6 泄漏", "2", "kg", ef_components={"SF6": "1"}, ef_components_unit="kg/kg", in_boundary=False),
        act("x", "生物质", "3", "t", ef={"value": "1.4", "unit": "tCO2/t", "label": "检测"}),
        options={"gwp_report": "ar5"}, factor_set="explicit", request=["total_tco2e"],
    ),
    "odd": run(
        act("w", "柴油", "3", "t", ncv_gj_per_unit="4265.2", colour="red"), act("e", "电力", "9", "MWh", ef={"value": "5", "unit": "tCO2/MWh"}),
        act("o", "柴油", "1", "t", "out"), act("k", "柴油", "-2", "t", correction_of="o", reason="退货"),
        act("y", "热力", "5", "GJ", period="2024-12-20/2025-01-19"), act("z", "热力", "5", "GJ", period_start="2023-01-01", period_end="2023-01-31"),
        options={"gwp": "AR5", "allow_suspect": ["FUEL/C/柴油"]}, request=["thing"], typo="1", reporting={"outputs": "1"},
    ),
    "suspects": run(
        act("d", "柴油", "3", "t"), act("s", "饱和蒸汽", "1", "t", pressure_mpa="22", pressure_basis="绝压", heat_method="full_enthalpy_eq13"),
        factor_set="C", edition="GB/T 32150-2025", options={"allow_suspect": ["FUEL/C/柴油", "steam_eq13", "STEAM/SAT/22.0", "STEAM/SAT/22"]},
    ),
    "steam": run(
        act("t", "饱和蒸汽", "5", "t", temperature_c="175", heat_method="minus_feedwater_83_74"),
        act("u", "蒸汽", "7", "t", temperature_c="300", pressure_mpa="0.9", pressure_basis="gauge", atmospheric_pressure_mpa="0.1", steam_state="过热", heat_method="minus_feedwater_83_74"),
        act("v", "蒸汽", "2", "t", enthalpy_kj_per_kg="2700", heat_method="minus_feedwater_83_74"), act("w", "热水", "9", "t", temperature_c="65", heat_method="hot_water_20c"),
        act("x", "蒸汽", "4", "t", ef={"value": "0.3", "unit": "tCO2/t"}), act("y", "蒸汽", "50", "GJ", "out", ef={"value": "90", "unit": "kgCO2/GJ"}),
        act("z", "热水", "300", "kWh"),
    ),
    "sets": run(act("a", "无烟煤", "10", "t"), act("b", "褐煤", "900", "kg"), factor_set="B", edition="GB/T 32150-2015", industry="化工"),
    "carbon": run(act("a", "石油焦", "10", "t", carbon_tc_per_unit="0.86", carbon_per_unit_source="检测报告 7"), edition="any", industry="炭素制品"),
    "offsets": run(act("h", "热力", "9", "GJ"), offsets=[{"kind": "CCER", "quantity": "12.5", "unit": "tCO2e"}, {"id": "v", "quantity": "700", "unit": "kgCO2e"}],
                   conversions=[{"from": "2", "unit": "MWh", "to_unit": "tce"}, {"value": "3", "unit": "吨", "to": "kg"}]),
    "uncertain": run(act("h", "热力", "9", "GJ", uncertainty_pct="4"), act("i", "热力", "5", "GJ", uncertainty_activity_pct="3", uncertainty_factor_pct="4")),
    "auto-edition": run(act("h", "热力", "9", "GJ"), edition="GB/T 32150", year=2026),
}  # fmt: skip


def record(id: str, month: int, quantity: str, carrier: Carrier = Carrier.ELECTRICITY, **more: Any) -> ProposedRecord:
    span = Period.month(2025, month)
    given: dict[str, Any] = {
        "direction": Direction.PURCHASED, "unit": "kWh", "period_start": span.start.isoformat(), "period_end": span.last.isoformat(),
        "account_number": "A1", "meter_number": "M1", "amount": None, **more,
    }  # fmt: skip
    return ProposedRecord(id=id, carrier=carrier, quantity=quantity, raw_quantity=quantity, raw_unit=given["unit"], **given)


def _odd_records() -> list[ProposedRecord]:
    own = {"account_number": "P", "meter_number": None}
    pv, made, used, sold = Carrier.PV_GENERATION, Direction.SELF_GENERATED, Direction.SELF_CONSUMED, Direction.EXPORTED
    steam = {"account_number": None, "meter_number": None, "unit": "t"}
    return [
        *(record(f"e{m:02d}", m, f"{1000 + m}.5") for m in (1, 2, 3, 5, 6, 7, 8, 9, 10)),
        record("e05b", 5, "1005.5"), record("e06b", 6, "990"), record("e06c", 6, "991"),
        record("e07b", 7, "40", period_start="2025-07-20", period_end="2025-08-03"),
        record("e11", 11, "5005", amount="3500"), record("e12", 12, "1.2", amount="840", period_end="2026-01-03"),
        record("lost", 2, "1002.5", account_number=None, meter_number=None), record("old", 3, "7", period_start="2023-03-01", period_end="2023-03-31"),
        record("none", 3, "7", period_start=None, period_end=None), record("bad", 4, "七", account_number="A3"),
        record("zero", 4, "0", account_number="A4"), record("minus", 4, "-3", account_number="A5"),
        record("sub", 5, "9000", meter_number="M2"),
        record("g1", 5, "1000", pv, direction=made, **own), record("u1", 5, "802", pv, direction=used, **own),
        record("x1", 5, "300", pv, direction=sold, **own), record("g2", 6, "100", pv, direction=made, **own),
        record("x2", 6, "140", direction=sold, **own), record("u2", 7, "1007.5", pv, direction=used, **own),
        record("s1", 5, "50", Carrier.STEAM, direction=made, **steam), record("s2", 5, "50", Carrier.STEAM, **steam),
        record("gas", 5, "2000", Carrier.NATURAL_GAS, unit="m3", amount="60000", account_number="G", meter_number=None),
        *(record(f"d{m}", m, q, Carrier.DIESEL, unit="L", account_number=None, meter_number=None) for m, q in enumerate(("100", "101", "99", "500"), 1)),
    ]  # fmt: skip


def _total(id: str, text: str, unit: str, carrier: Carrier, **more: Any) -> ControlTotal:
    given = {"direction": Direction.PURCHASED, "period": Period(start=date(2025, 1, 1), end=date(2026, 1, 1)), **more}
    return ControlTotal(id=id, source="能源报告", carrier=carrier, text=text, quantity=Fraction(text), unit=unit, **given)


def _reading(id: str, month: int, opening: str, closing: str, multiplier: str = "40", meter: str = "M1", **more: Any) -> Reading:
    return Reading(
        record=id, carrier=Carrier.ELECTRICITY, direction=Direction.PURCHASED, account=more.pop("account", "A1"), meter=meter,
        period=Period.month(2025, month), opening=Fraction(opening), closing=Fraction(closing), multiplier=Fraction(multiplier),
        **more,
    )  # fmt: skip


def _water(id: str, quantity: str, note: str = "", month: int = 4, **more: Any) -> ProposedRecord:
    return record(id, month, quantity, Carrier.WATER, unit="m3", note=note, account_number="W", meter_number=None, **more)


CHECKS: dict[str, tuple[list[ProposedRecord], Evidence]] = {
    "records": (_odd_records(), Evidence(accounts={"electricity": ("A1", "A9"), "sun": ("S",)})),
    "evidence": (
        _odd_records()[:9],
        Evidence(
            totals=[
                _total("t1", "9050.5", "kWh", Carrier.ELECTRICITY), _total("t2", "0.9", "MWh", Carrier.ELECTRICITY),
                _total("t3", "7.77", "t", Carrier.DIESEL), _total("t4", "5", "GJ", Carrier.ELECTRICITY),
                _total("t5", "9049", "MWh", Carrier.ELECTRICITY), _total("t6", "0", "kWh", Carrier.ELECTRICITY),
            ],
            readings=[
                _reading("r1", 1, "10", "35", quantity=Fraction(1000)), _reading("r2", 2, "36", "61", quantity=Fraction(990)),
                _reading("r3", 3, "60", "5"), _reading("r4", 4, "5", "30", "80"), _reading("r5", 5, "30", "40", "60", reason="互感器更换单"),
                _reading("r6", 8, "0", "9", meter="M2"), _reading("q1", 1, "1", "2", account="B"),
                _reading("q2", 2, "0", "2", meter="M7", account="B"), _reading("o1", 1, "1", "2", account="", meter=""),
            ],
            water=[
                _water("w1", "310"), _water("w2", "310", "污水处理费"), _water("w3", "400", month=5, params={"item": "排水费"}),
            ],
        ),
    ),
    "meters": (
        [record("a", 1, "10"), record("b", 1, "7", meter_number="M2"), record("c", 1, "5", meter_number="M3"), record("d", 3, "1", meter_number="M4"),
         record("e", 1, "1", Carrier.NATURAL_GAS, meter_number="M5", unit="Nm3")],
        Evidence(parents={"M2": "M1", "M3": "M1", "M4": "M1", "M5": "M1", "M6": "M1", "M1": "M0"}),
    ),
    "heat": ([record("s", 5, "50", Carrier.STEAM, direction=Direction.SELF_CONSUMED, unit="t")], Evidence()),
}  # fmt: skip
PAIRS = (
    ("mixed", "unstated"), ("mixed", "mixed"), ("residual", "location"), ("indicators", "exports"), ("sets", "carbon"),
    ("uncertain", "offsets"), ("steam", "odd"),
)  # fmt: skip
