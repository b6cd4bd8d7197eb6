"""Edges of coefficients of standard coal. Each was found by a fault that no other test noticed."""

from __future__ import annotations

from fractions import Fraction

import pytest
from accounting_words import STEAM, TCE, act, power, refused, run


@pytest.mark.parametrize("key", ["热力_当量", "热力", "heat", "heat_当量"])
@pytest.mark.parametrize(
    "row",
    [
        act("饱和蒸汽", pressure_mpa="0.8", **STEAM), act("热力", "2", "GJ"),
        act("热水", temperature_c="70", heat_method="hot_water_20c"),
    ],
    ids=lambda r: r["carrier"],
)  # fmt: skip
def test_heat_coefficients_serve_steam_and_hot_water(row, key):
    given = {**TCE, key: {"value": "0.03412", "unit": "tce/GJ", "source": "GB/T 2589-2020 附录"}}
    result = run(row, request=["energy_tce:当量"], options={"tce_coefficients": given})
    factor = next(f for f in result["factors"] if f["id"].startswith("USER/tce/"))
    assert (factor["id"], factor["source"]) == (f"USER/tce/{key}", "GB/T 2589-2020 附录")
    gj = Fraction(next(o["value"] for o in result["lines"][0]["operands"] if o["name"] == "热量"))
    exact = result["indicators"]["energy_tce"].get("当量_exact") or result["indicators"]["energy_tce"]["当量"]
    assert Fraction(exact) == gj * Fraction("0.03412")


@pytest.mark.parametrize("key", ["蒸汽_当量", "steam"])
def test_steam_prefers_its_own_coefficient(key):
    given = {key: "0.04 tce/GJ", "热力": "0.03412 tce/GJ"}
    result = run(act("饱和蒸汽", pressure_mpa="0.8", **STEAM), request=["energy_tce:当量"], options={"tce_coefficients": given})
    assert [f["id"] for f in result["factors"] if "tce" in f["id"]] == [f"USER/tce/{key}"]
    water = refused(
        act("热水", temperature_c="70", heat_method="hot_water_20c"), request=["energy_tce:当量"],
        options={"tce_coefficients": {key: "0.04 tce/GJ"}},
    )  # fmt: skip
    assert water.id == "conversion_basis_unspecified"


@pytest.mark.parametrize(
    ("given", "kind"),
    [("0.1229", "unknown_unit"), ("约 0.12 kgce/kWh", "invalid_number"), ({"unit": "kgce/kWh"}, "invalid_number"),
     ({"value": "0.1"}, "unknown_unit"), ("0.1 kg/kWh", "invalid_number")],
)  # fmt: skip
def test_a_coefficient_that_cannot_be_read(given, kind):
    assert refused(power(), request=["energy_tce:当量"], options={"tce_coefficients": {"电力_当量": given}}).id == kind


def test_a_coefficient_in_words_keeps_its_note_as_source():
    result = run(power(), request=["energy_tce:当量"], options={"tce_coefficients": {"电力_当量": "0.1229 kgce / kWh（国标）"}})
    factor = next(f for f in result["factors"] if "tce" in f["id"])
    assert (factor["value"], factor["unit"], factor["source"]) == ("0.1229", "kgce/kWh", "国标")
    plain = run(power(), request=["energy_tce:当量"], options={"tce_coefficients": TCE})
    assert next(f for f in plain["factors"] if "tce" in f["id"])["source"] == "输入给出"
