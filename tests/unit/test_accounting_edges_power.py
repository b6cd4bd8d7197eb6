"""Edges of electricity: notices, remainders, exports, certificates. Each was found by a fault that no other test noticed."""

from __future__ import annotations

import pytest
from accounting_words import GRID, LIBRARY, RESIDUAL, power, refused, run

from app.accounting.claims import certificates_of


def test_a_cited_notice_must_hold_the_factor_for_the_year_and_place_named():
    cited = {"value": "0.6553", "unit": "kgCO2/kWh", "cited_notice": "生态环境部公告2025年第37号"}
    notice = LIBRARY.grid[2023, "province", "安徽", "average"].notice
    cited["cited_notice"] = notice
    assert run(power(), grid_basis={**cited, "region": "安徽省", "level": "province", "data_year": 2023})["total_exact"] == "0.6553"
    for wrong in ({"region": "浙江"}, {"data_year": 2022}, {"level": "national"}, {"basis": "fossil_power"}):
        assert refused(power(), grid_basis={**cited, **wrong}).id == "factor_not_in_cited_table"


def test_the_candidates_that_lost_say_why():
    (factor,) = run(power(), grid_basis={**GRID, "level": "province", "region": "安徽"})["factors"]
    lost = {r["id"]: r["reason"] for r in factor["rejected"]}
    assert lost == {
        "GRID/2021/province/安徽/average": "数据年 2021，口径指定的是 2023",
        "GRID/2022/province/安徽/average": "数据年 2022，口径指定的是 2023",
        "GRID/2023/national/全国/average": "层级为全国，口径指定的是省级",
    }
    (national,) = run(power(), grid_basis=RESIDUAL)["factors"]
    assert "类别为" in "".join(r["reason"] for r in national["rejected"])


@pytest.mark.parametrize(("policy", "basis"), [("residual_mix", GRID), ("plain_average", RESIDUAL)])
def test_the_remainder_must_agree_with_the_basis(policy, basis):
    assert refused(power(), grid_basis=basis, options={"remainder_policy": policy}).id == "grid_basis_unspecified"
    other = RESIDUAL if basis == GRID else GRID
    assert run(power(), grid_basis=other, options={"remainder_policy": policy})["lines"]


def test_an_export_counts_at_the_average_by_location():
    made = power("9", id="m", supply="self_generation_pv", role="generation", proof=["monthly_record"])
    sold = power("4", "out", id="s", supply="self_generation_pv")
    methods = run(made, sold, grid_basis=RESIDUAL)["electricity_methods"]
    assert methods["location"]["electricity_exact"] == "-2.1224"
    assert methods["market"]["electricity_exact"] == "-2.4384"


def test_an_export_names_both_sums():
    error = refused(power("1"), power("2.5", "out", id="o"))
    assert "输出电量合计 2.5 MWh，大于购入与自发合计 1 MWh" in error.message


@pytest.mark.parametrize(
    ("rows", "warnings"),
    [
        ([power("5")], []),
        ([power("5"), power("5", "out", id="o")], []),
        ([power("5"), power("-6", id="n", net_exporter=True)], ["net_exporter"]),
        ([power("9"), power("-6", id="n", net_exporter=True)], ["net_exporter"]),
        ([power("5"), power("9", id="m", supply="self_generation_pv", role="generation", proof=["monthly_record"]),
          power("6", "out", id="o")], ["net_exporter"]),
        ([power("5"), power("9", id="m", role="generation"), power("6", "out", id="o")], ["net_exporter"]),
    ],
)  # fmt: skip
def test_a_net_exporter_is_warned_of(rows, warnings):
    assert run(*rows)["warnings"] == warnings


def test_certificates_under_any_name_are_used_once():
    rows = [power(id=i, supply="green_trade", proof=["gec"], certificate_ids=ids) for i, ids in (("a", [7, "8"]), ("b", "9，7"))]
    assert refused(*rows).id == "duplicate_claim"


def test_numbers_and_lists_of_certificates():
    from app.accounting.reading import read_activity

    given = {"a；b;c": ("a", "b", "c"), 5: ("5",)}
    for text, parts in given.items():
        assert certificates_of(read_activity(power(certificate_id=text))) == parts
    assert certificates_of(read_activity(power())) == ()


def test_physical_share_of_a_small_or_odd_consumption():
    own = power("0.0002", id="m", supply="self_use_pv", proof=["monthly_record"])
    assert run(power("0.0006"), own, request=["physical_share"])["indicators"]["physical_share"] == "0.250000"
    sold = power("3", "out", id="s")
    made = power("1", id="g", supply="self_generation_pv", role="generation", proof=["monthly_record"])
    assert run(power("9"), made, sold, request=["physical_share"])["indicators"]["physical_share"] == "0.000000"
