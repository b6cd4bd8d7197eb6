"""Vectors of combustion and electricity; every number is typed from the printed table rows."""

from __future__ import annotations

from golden_pairs import PERCENT, C, fuel, minus, number, over, times
from golden_vector import NATIONAL_2023, activity, vector


def fuels() -> None:
    vector(
        "G-F01",
        "fuel",
        "无烟煤，默认集 A",
        [activity("a1", "无烟煤", "1256.4", "t")],
        [("fuel_combustion", fuel("1256.4", "26.7", "0.02740", "94"))],
        "1256.4×26.7×0.0274×0.94×44/12",
    )
    vector(
        "G-F02",
        "fuel",
        "褐煤以千克计，默认集 B",
        [activity("a1", "lignite", "875430", "千克")],
        [("fuel_combustion", fuel(over("875430", "1000"), "14.449", "0.02800", "96"))],
        "875.43 t×14.449×0.028×0.96×44/12",
        inputs={"factor_set": "B", "edition": "any"},
    )
    vector(
        "G-F03",
        "fuel",
        "焦炉煤气与转炉煤气的两种写法，默认集 B",
        [activity("a1", "coke_oven_gas", "36.2", "万标方"), activity("a2", "转炉煤气", "1234500", "标准立方米")],
        [
            ("fuel_combustion", fuel("36.2", "173.854", "0.01360", "99")),
            ("fuel_combustion", fuel("123.45", "79.54", "0.04960", "99")),
        ],
        "36.2 与 123.45 万Nm3 分别乘各自热值、含碳量、氧化率",
        inputs={"factor_set": "B"},
    )
    vector(
        "G-F04",
        "fuel",
        "默认集 C 的柴油点名启用",
        [activity("a1", "柴油", "3.3", "t")],
        [("fuel_combustion", fuel("3.3", "42.652", "0.02020", "98"))],
        "集 C 低可信，点名后按 42.652、0.0202、98 计",
        inputs={"factor_set": "C", "options": {"allow_suspect": ["FUEL/C/柴油"]}},
    )
    vector(
        "G-F05",
        "fuel",
        "汽油以升计，密度 0.745",
        [activity("a1", "gasoline", "1860.5", "L", density_kg_per_l="0.745")],
        [("fuel_combustion", fuel(times("1860.5", "0.745", "0.001"), "43.070", "0.01890", "98"))],
        "1860.5×0.745/1000 t×43.07×0.0189×0.98×44/12",
    )
    vector(
        "G-F06",
        "fuel",
        "未登记燃料，参数给全",
        [
            activity(
                "a1",
                "生物柴油调和料",
                "12480",
                "kg",
                ncv_gj_per_unit="38.9",
                carbon_content_tc_per_gj="0.0195",
                oxidation_rate_pct="98.5",
            )
        ],
        [("fuel_combustion", fuel("12.48", "38.9", "0.0195", "98.5"))],
        "12.48 t，三项参数均为给定值",
        inputs={"factor_set": "explicit", "edition": "given"},
    )
    vector(
        "G-F07",
        "fuel",
        "石油焦直接给含碳量，氧化率用默认",
        [activity("a1", "石油焦", "77.7", "t", carbon_tc_per_unit="0.882")],
        [("fuel_combustion", times("77.7", "0.882", "98", PERCENT, C))],
        "77.7×0.882×0.98×44/12",
    )
    vector(
        "G-F08",
        "fuel",
        "炼厂干气，氧化率覆盖为 98.5",
        [activity("a1", "炼厂干气", "15.06", "t", oxidation_rate_pct="98.5")],
        [("fuel_combustion", fuel("15.06", "45.998", "0.01820", "98.5"))],
        "氧化率给定值优先，另两项取集 A",
    )
    vector(
        "G-F09",
        "fuel",
        "边界外的外包运输柴油单列",
        [
            activity("a1", "天然气", "8000", "方", gas_condition="标况"),
            activity("a2", "柴油", "1.5", "t", in_boundary=False),
        ],
        [
            ("fuel_combustion", fuel("0.8", "389.31", "0.01530", "99")),
            ("outside_boundary", fuel("1.5", "42.652", "0.02020", "98")),
        ],
        "边界外一行不进小计与总量",
    )


def electricity() -> None:
    east = {"data_year": 2022, "level": "region", "region": "华东", "basis": "average"}
    vector(
        "G-E01",
        "electricity",
        "华东区域 2022 数据年",
        [activity("a1", "电力", "987654.321", "kWh", supply="grid")],
        [("electricity_in", times("987.654321", "0.5617"))],
        "987.654321 MWh×0.5617",
        inputs={"grid_basis": east},
    )
    anhui = {"data_year": 2023, "level": "province", "region": "安徽", "basis": "average"}
    vector(
        "G-E02",
        "electricity",
        "安徽购电与输出，万度与兆瓦时",
        [
            activity("a1", "electricity", "215.5", "万度", supply="grid"),
            activity("a2", "电力", "120.25", "兆瓦时", "out"),
        ],
        [("electricity_in", times("2155", "0.6553")), ("electricity_out", minus(times("120.25", "0.6553")))],
        "2155×0.6553 − 120.25×0.6553",
        inputs={"grid_basis": anhui},
    )
    fossil = {"data_year": 2021, "level": "national", "region": "全国", "basis": "fossil_power"}
    vector(
        "G-E03",
        "electricity",
        "2021 化石能源发电因子",
        [activity("a1", "电力", "3", "MWh", supply="grid")],
        [("electricity_in", times("3", "0.8426"))],
        "3×0.8426（仅一处来源，结果带限定说明）",
        inputs={"grid_basis": fossil},
    )
    cited = {"value": "530.6", "unit": "gCO2/kWh", "label": "全国平均", "cited_notice": "公告2025年第47号"}
    vector(
        "G-E04",
        "electricity",
        "自带因子与所引公告一致",
        [activity("a1", "电力", "1000", "度", supply="grid")],
        [("electricity_in", number("0.5306"))],
        "530.6 g/kWh = 0.5306 t/MWh，在公告表内",
        inputs={"grid_basis": cited},
    )
    vector(
        "G-E05",
        "electricity",
        "直供、自用光伏与网电的物理认定占比",
        [
            activity("a1", "电力", "600", "MWh", supply="grid"),
            activity("a2", "电力", "250", "MWh", supply="direct_line", proof=["settlement"]),
            activity("a3", "电力", "50", "MWh", supply="self_use_pv", proof=["monthly_record"]),
        ],
        [("electricity_in", times("600", "0.5306")), ("electricity_zero", (0, 1)), ("electricity_zero", (0, 1))],
        "(250+50)/900 = 1/3",
        inputs={"grid_basis": NATIONAL_2023, "request": ["physical_share"]},
        expected={"indicators": {"physical_share": "0.333333", "physical_share_exact": "1/3"}},
    )
    vector(
        "G-E06",
        "electricity",
        "绿证不按 0 计的显式选择",
        [activity("a1", "电力", "100", "MWh", supply="gec", proof=["gec"], certificate_id="GEC-0001")],
        [("electricity_in", times("100", "0.5306"))],
        "gec_zero_factor = false，绿证电量仍乘电网因子",
        inputs={"grid_basis": NATIONAL_2023, "options": {"gec_zero_factor": False}},
    )
    vector(
        "G-E07",
        "electricity",
        "自发大于购入，净值为负不截零",
        [
            activity("a1", "电力", "100", "MWh", supply="grid"),
            activity(
                "a2", "电力", "900", "MWh", supply="self_generation_pv", role="generation", proof=["monthly_record"]
            ),
            activity("a3", "电力", "640", "MWh", "out", supply="self_generation_pv"),
        ],
        [
            ("electricity_in", times("100", "0.5306")),
            ("electricity_zero", (0, 1)),
            ("electricity_out", minus(times("640", "0.5306"))),
        ],
        "(100−640)×0.5306 = −286.524",
        inputs={"grid_basis": NATIONAL_2023},
        expected={"warnings": ["net_exporter"]},
    )
    vector(
        "G-E08",
        "electricity",
        "更正行按原因子冲减",
        [
            activity("a1", "电力", "812.4", "MWh", supply="grid"),
            activity("a2", "电力", "-12.6", "MWh", supply="grid", correction_of="a1", reason="倍率录错，供电局退补"),
        ],
        [("electricity_in", times("812.4", "0.5306")), ("electricity_in", minus(times("12.6", "0.5306")))],
        "(812.4−12.6)×0.5306",
        inputs={"grid_basis": NATIONAL_2023},
    )
    vector(
        "G-E09",
        "electricity",
        "位置法下绿电交易仍乘电网因子",
        [activity("a1", "电力", "40", "MWh", supply="green_trade", proof=["contract"])],
        [("electricity_in", times("40", "0.5306"))],
        "位置法不认合同类主张",
        inputs={"grid_basis": NATIONAL_2023, "options": {"method": "location"}},
    )
    vector(
        "G-E10",
        "electricity",
        "活动自带口径覆盖总口径",
        [
            activity("a1", "电力", "10", "MWh", supply="grid"),
            activity(
                "a2",
                "电力",
                "10",
                "MWh",
                supply="grid",
                grid_basis={"data_year": 2023, "level": "province", "region": "四川", "basis": "average"},
            ),
        ],
        [("electricity_in", times("10", "0.5306")), ("electricity_in", times("10", "0.1564"))],
        "10×0.5306 + 10×0.1564",
        inputs={"grid_basis": NATIONAL_2023},
    )
