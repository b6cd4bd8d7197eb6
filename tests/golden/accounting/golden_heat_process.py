"""Vectors of heat, steam, processes, equivalents, indicators and refusals; numbers typed from the printed table rows."""

from __future__ import annotations

from golden_pairs import CH4, C, between, exact, heat, minus, number, over, plus, reduced, six, times
from golden_vector import NATIONAL_2023, activity, refused, vector


def heat_and_steam() -> None:
    method = {"heat_method": "minus_feedwater_83_74"}
    absolute = {"pressure_basis": "absolute"}
    vector(
        "G-H01",
        "heat",
        "热力以 TJ 与 kJ 计，供方实测因子",
        [
            activity("a1", "热力", "1.75", "TJ"),
            activity("a2", "heat", "52000000", "kJ", ef={"value": "96.5", "unit": "kgCO2/GJ"}),
        ],
        [("heat_in", heat(number("1750"))), ("heat_in", times("52", "0.0965"))],
        "1750×0.11 + 52×0.0965",
    )
    h = between("2783.4", "2786.0", reduced(1, 2))
    vector(
        "G-H02",
        "steam",
        "饱和蒸汽 1.25 MPa 插值",
        [activity("a1", "饱和蒸汽", "330.5", "t", pressure_mpa="1.25", **absolute, **method)],
        [("heat_in", heat(times("330.5", plus(h, "-83.74"), "0.001")))],
        "1.2 与 1.3 MPa 行取中 2784.7 kJ/kg",
        expected={"lookups": {"h_kj_per_kg": exact(h), "t_sat_c": exact(between("187.96", "191.60", reduced(1, 2)))}},
    )
    row460, row480 = between("3366.8", "3340.4", reduced(1, 2)), between("3411.6", "3387.2", reduced(1, 2))
    h = between(row460, row480, reduced(1, 2))
    vector(
        "G-H03",
        "steam",
        "过热蒸汽 4 MPa、470 ℃ 双线性插值",
        [activity("a1", "过热蒸汽", "1024", "t", pressure_mpa="4", temperature_c="470", **absolute, **method)],
        [("heat_in", heat(times("1024", plus(h, "-83.74"), "0.001")))],
        "四格平均 3376.5 kJ/kg",
        expected={"lookups": {"h_kj_per_kg": exact(h)}},
    )
    at7, at10 = between("3288.0", "3312.4", reduced(1, 2)), between("3242.2", "3268.58", reduced(1, 2))
    h = between(at7, at10, reduced(1, 3))
    vector(
        "G-H04",
        "steam",
        "过热蒸汽 8 MPa、455 ℃，权重三分之一不得截断",
        [activity("a1", "过热蒸汽", "600", "t", pressure_mpa="8", temperature_c="455", **absolute, **method)],
        [("heat_in", heat(times("600", plus(h, "-83.74"), "0.001")))],
        "7 MPa 处与 10 MPa 处各取中，再按 1/3 插值",
        expected={"lookups": {"h_kj_per_kg": exact(h)}},
    )
    vector(
        "G-H05",
        "steam",
        "表压加当地大气压后查表",
        [
            activity(
                "a1",
                "饱和蒸汽",
                "50",
                "t",
                pressure_mpa="0.6",
                pressure_basis="gauge",
                atmospheric_pressure_mpa="0.1",
                **method,
            )
        ],
        [("heat_in", heat(times("50", plus("2762.9", "-83.74"), "0.001")))],
        "0.6 + 0.1 = 0.7 MPa 绝压，2762.9 kJ/kg",
    )
    vector(
        "G-H06",
        "heat",
        "热水购入与输出",
        [
            activity("a1", "热水", "640000", "kg", temperature_c="65", heat_method="hot_water_20c"),
            activity("a2", "热水", "10", "t", "out", temperature_c="60", heat_method="hot_water_20c"),
        ],
        [
            ("heat_in", heat(times("640", "45", "4.1868", "0.001"))),
            ("heat_out", minus(heat(times("10", "40", "4.1868", "0.001")))),
        ],
        "640×45×4.1868/1000 GJ；输出 10×40×4.1868/1000 GJ",
    )


def processes() -> None:
    vector(
        "G-P01",
        "process",
        "碳酸锂与碳酸钡",
        [
            activity("a1", "碳酸盐 Li2CO3", "88.8", "t", purity_pct="99.5", conversion_pct="99"),
            activity("a2", "碳酸盐 BaCO3", "1500", "kg", purity_pct="98", conversion_pct="100"),
        ],
        [("process", times("88.8", "0.995", "0.595", "0.99")), ("process", times("1.5", "0.98", "0.223"))],
        "质量×纯度×EF×转化率",
    )
    eq7 = {
        "BPM": "120",
        "BPMFC": "0.85",
        "BG": "10",
        "BGFC": "0.9",
        "BWT": "1.2",
        "BP": "105",
        "BPFC": "0.97",
        "BPMVar": "0.05",
        "BGVar": "0.02",
        "K2": "0.35",
    }
    carbon = plus(times("120", "0.85"), times("10", "0.9"), "-1.2", minus(times("105", "0.97")))
    volatile = times(plus(times("120", "0.05"), times("10", "0.02")), "0.35", CH4)
    vector(
        "G-P02",
        "process",
        "焙烧式7（点名启用）",
        [activity("a1", "过程排放", "1", "项", formula="gbt32151_34_eq7", variables=eq7)],
        [("process", plus(times(carbon, C), volatile))],
        "[102+9−1.2−101.85]×44/12 + [6+0.2]×0.35×44/16",
        inputs={"options": {"allow_suspect": ["gbt32151_34_eq7"]}},
    )
    eq8 = {
        "GPM": "80",
        "GPMFC": "0.95",
        "GTA": "4",
        "GTAFC": "0.99",
        "GWT": "0.6",
        "GP": "78",
        "GPFC": "0.985",
        "GPMVar": "0.01",
        "K3": "0.35",
    }
    carbon = plus(times("80", "0.95"), times("4", "0.99"), "-0.6", minus(times("78", "0.985")))
    vector(
        "G-P03",
        "process",
        "石墨化式8（点名启用）",
        [activity("a1", "过程排放", "1", "项", formula="gbt32151_34_eq8", variables=eq8)],
        [("process", plus(times(carbon, C), times("80", "0.01", "0.35", CH4)))],
        "[76+3.96−0.6−76.83]×44/12 + 0.8×0.35×44/16",
        inputs={"options": {"allow_suspect": ["gbt32151_34_eq8"]}},
    )
    eq9 = {"Q_Nm3_h": "52000", "QVar_mg_Nm3": "38.5", "days": "330", "HM_GJ_t": "38.2", "FCh": "0.021", "FOx": "0.99"}
    vector(
        "G-P04",
        "process",
        "烟气焚烧式9，全年",
        [activity("a1", "过程排放", "1", "项", formula="gbt32151_34_eq9", variables=eq9)],
        [("process", times("52000", "38.5", "24", "330", reduced(1, 10**9), "38.2", "0.021", "0.99", C))],
        "52000×38.5×24×330×1e-9×38.2×0.021×0.99×44/12",
    )
    vector(
        "G-P05",
        "process",
        "已核排放以千克计，十三行之和",
        [activity(f"m{n}", "已核排放", "33.3", "kgCO2", label=f"{n} 期") for n in range(1, 14)],
        [("reported", number("0.0333")) for _ in range(13)],
        "13×0.0333，逐行舍入再求和会偏离",
    )


def equivalents_and_indicators() -> None:
    vector(
        "G-M01",
        "mechanical",
        "沼气分气体因子，AR6 非化石甲烷",
        [
            activity(
                "a1",
                "沼气",
                "2000",
                "Nm3",
                ef_components={"CO2": "1.9", "CH4_nonfossil": "0.002", "N2O": "0.00003"},
                ef_components_unit="kg/Nm3",
            )
        ],
        [("fuel_combustion", number("3.8"))],
        "CO2 3.8 t；CO2e = 3.8 + 0.004×27.0 + 0.00006×273",
        inputs={"options": {"gwp_report": "AR6"}, "factor_set": "explicit"},
        expected={"total_tco2e": six(plus("3.8", times("0.004", "27.0"), times("0.00006", "273")))},
    )
    energy = plus(times("300", "0.1229"), times("1500", "0.03412"))
    total = plus(times("300", "0.5703"), heat(number("1500")))
    vector(
        "G-I01",
        "indicator",
        "只要当量口径，热力与电力",
        [activity("a1", "电力", "300", "MWh", supply="grid"), activity("a2", "热力", "1500", "GJ")],
        [("electricity_in", times("300", "0.5703")), ("heat_in", heat(number("1500")))],
        "E = 300×0.1229 + 1500×0.03412；强度 = C/E",
        inputs={
            "grid_basis": {"value": "0.5703", "unit": "tCO2/MWh", "label": "测试值"},
            "request": ["energy_tce:当量", "intensity_tco2_per_tce:当量"],
            "options": {"tce_coefficients": {"电力_当量": "0.1229 kgce/kWh", "热力": "0.03412 tce/GJ"}},
        },
        expected={
            "indicators": {
                "energy_tce": {"当量": six(energy)},
                "intensity_tco2_per_tce": {"当量": six(over(total, energy)), "当量_exact": exact(over(total, energy))},
            }
        },
    )
    vector(
        "G-O01",
        "offset",
        "两种抵销只另列",
        [activity("a1", "电力", "50", "MWh", supply="grid")],
        [("electricity_in", times("50", "0.5306"))],
        "抵销 12.5 + 0.75 = 13.25，另列不扣减",
        inputs={
            "grid_basis": NATIONAL_2023,
            "offsets": [
                {"kind": "CCER", "quantity": "12.5", "unit": "tCO2e"},
                {"kind": "VCS", "quantity": "750", "unit": "kgCO2e"},
            ],
        },
        expected={"offsets_reported_tco2e": "13.250000", "must_not_report": ["net_total_tco2"]},
    )


def refusals() -> None:
    grid = activity("a1", "电力", "100", "MWh", supply="grid")
    refused(
        "G-R01",
        "西藏没有省级因子",
        [grid],
        "factor_not_found",
        "a1",
        "公告表列 30 省，不得静默取全国值",
        grid_basis={"data_year": 2023, "level": "province", "region": "西藏", "basis": "average"},
    )
    refused(
        "G-R02",
        "输出大于购入与自发",
        [grid, activity("a2", "电力", "101", "MWh", "out", supply="self_generation_pv")],
        "export_exceeds_supply",
        "a2",
        "没有自发电记录，输出 101 > 购入 100",
        grid_basis=NATIONAL_2023,
    )
    refused(
        "G-R03",
        "同一绿证用于两笔",
        [
            activity(i, "电力", "5", "MWh", supply="green_trade", proof=["gec"], certificate_id="GEC-7")
            for i in ("a1", "a2")
        ],
        "duplicate_claim",
        "a2",
        "证书编号全程唯一",
        grid_basis=NATIONAL_2023,
    )
    refused(
        "G-R04",
        "过热蒸汽跨相变插值",
        [
            activity(
                "a1",
                "过热蒸汽",
                "1",
                "t",
                pressure_mpa="2",
                temperature_c="215",
                pressure_basis="absolute",
                heat_method="minus_feedwater_83_74",
            )
        ],
        "steam_state_invalid",
        "a1",
        "3 MPa、200 ℃ 与 220 ℃ 两格是液态水",
    )
    refused(
        "G-R05",
        "要求等价口径而未给系数",
        [grid],
        "conversion_basis_unspecified",
        "a1",
        "等价值没有统一默认",
        grid_basis=NATIONAL_2023,
        request=["energy_tce"],
        options={"tce_coefficients": {"电力_当量": "0.1229 kgce/kWh"}},
    )
    refused(
        "G-R06",
        "SF6 的 AR6 值冲突",
        [activity("a1", "SF6 泄漏", "2", "kg", ef_components={"SF6": "1"}, ef_components_unit="kg/kg")],
        "suspect_factor",
        "a1",
        "25200 与 24300 两说",
        options={"gwp_report": "AR6"},
        factor_set="explicit",
    )
