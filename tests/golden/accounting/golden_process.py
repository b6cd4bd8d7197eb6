"""Process emissions of the sectors: every value typed from the printed rows, worked by pairs of integers."""

from __future__ import annotations

from golden_pairs import minus, over, plus, six, times
from golden_vector import activity, refused, vector

C = over("44", "12")
ZERO = times("0")


def _gas(id: str, title: str, act: dict, tonnes: list[tuple[tuple[int, int], str]], report: str, why: str) -> None:
    """A vector whose CO2 is zero and whose gases are weighted by the potentials typed beside them."""
    co2e = plus(*(times(t, gwp) for t, gwp in tonnes))
    options = {"gwp_report": report}
    vector(id, "process", title, [act], [("process", ZERO)], why, inputs={"options": options}, expected={"total_tco2e": six(co2e)})


def cement_and_steel() -> None:
    vector(
        "G-Q01",
        "process",
        "水泥：熟料两种，替代原料三种逐项扣减",
        [
            activity("a1", "水泥熟料", "120000", "t", material="硅酸盐水泥熟料"),
            activity("a2", "水泥熟料 铝酸盐水泥熟料", "350.5", "t"),
            activity("a3", "水泥替代原料 电石渣", "800", "t"),
            activity("a4", "水泥替代原料", "1250", "t", material="粉煤灰"),
            activity("a5", "水泥替代原料", "30000", "kg", material="钢渣/镍渣"),
        ],
        [
            ("process", times("120000", "0.535")),
            ("process", times("350.5", "0.292")),
            ("process", minus(times("800", "0.480"))),
            ("process", minus(times("1250", "0.055"))),
            ("process", minus(times("30", "0.215"))),
        ],
        "熟料产量×EF − Σ(替代原料量×扣减系数)，扣减为负行",
    )
    vector(
        "G-Q02",
        "process",
        "钢铁：产品固碳（生铁、粗钢、焦油）",
        [
            activity("a1", "钢铁产品固碳 生铁", "900", "t"),
            activity("a2", "钢铁产品固碳", "2.5", "万t", material="粗钢"),
            activity("a3", "钢铁产品固碳 焦油", "14.2", "t"),
        ],
        [
            ("process", minus(times("900", "0.172"))),
            ("process", minus(times("25000", "0.037"))),
            ("process", minus(times("14.2", "2.699"))),
        ],
        "产量×固碳因子，负行",
    )
    vector(
        "G-Q03",
        "process",
        "钢铁：白云石熔剂与废钢（低可信行，点名启用）",
        [activity("a1", "钢铁含碳原料 白云石熔剂", "310", "t"), activity("a2", "钢铁含碳原料 废钢", "4000", "t")],
        [("process", times("310", "0.471")), ("process", times("4000", "0.037"))],
        "用量×EF",
        inputs={"options": {"allow_suspect": ["白云石熔剂", "PROC/钢铁/熔剂·电极·含碳原料/废钢"]}},
    )
    refused("G-Q04", "钢铁粗苯固碳是疑误行", [activity("a1", "钢铁产品固碳 粗苯", "1", "t")], "suspect_factor", "a1", "印值与自身热值不符，未点名")
    refused("G-Q05", "水泥替代原料不在表中", [activity("a1", "水泥替代原料 稻壳灰", "1", "t")], "factor_not_found", "a1", "不用相近物料代替")
    refused("G-Q06", "水泥熟料没写品种", [activity("a1", "水泥熟料", "1", "t")], "missing_parameter", "a1", "品种不同因子不同")


def gases() -> None:
    kept = times("0.9")  # 1 − h, h = 10 %
    sf6 = times("0.06", kept, "0.2", "0.19")  # 1 − 80 %, 1 − 90 % × 90 %
    _gas("G-Q07", "电子：SF6 60 kg", activity("a1", "电子特气 SF6", "60", "kg"), [(sf6, "23500")], "AR5", "(1−h)·FC·(1−U)·(1−a·d)·GWP")
    c2f6, by_cf4 = times("0.5", kept, "0.6", "0.19"), times("0.5", kept, "0.20", "0.19")
    act = activity("a1", "电子特气", "0.5", "t", gas="C2F6")
    _gas("G-Q08", "电子：C2F6 与副产物 CF4", act, [(c2f6, "12400"), (by_cf4, "7380")], "AR6", "副产物 CF4 0.20 t/t，按 CF4 的收集与去除率")
    own = times("0.1", kept, "0.1", "0.19")
    by = times("0.1", kept, "0.10", "0.19")
    act = activity("a1", "电子特气 c-C4F8", "100", "kg")
    tonnes = [(own, "9540"), (by, "6630"), (by, "11100")]
    _gas("G-Q09", "电子：c-C4F8 两种副产物", act, tonnes, "AR5", "副产物 CF4、C2F6 各 0.10")
    measured = times("0.02", "0.95", "0.3", plus("1", minus(times("0.88", "0.92"))))
    by = times("0.02", "0.95", "0.07", "0.19")
    act = activity("a1", "电子特气 CHF3", "20", "kg", variables={"h": "5", "U": "70", "a": "88", "d": "92"})
    _gas("G-Q10", "电子：CHF3 实测 h、U、a、d", act, [(measured, "12400"), (by, "6630")], "AR5", "活动给出的优先于默认；CHF3 即 HFC-23")
    refused("G-Q11", "电子：C4F6 来源没有默认利用率", [activity("a1", "电子特气 C4F6", "1", "t")], "missing_parameter", "a1", "空格不猜",
            options={"gwp_report": "AR5"})  # fmt: skip
    refused("G-Q12", "电子：没有指定 GWP 版本", [activity("a1", "电子特气 SF6", "1", "t")], "missing_parameter", "a1", "各指南版本不同")
    leak = plus("0.42", minus("0.31"), "0.5", minus("0.44"))
    item = {"formula": "fluorinated_leak", "gas": "HFC134a", "variables": {"opening": "0.42", "purchased": "0.5", "closing": "0.31", "sold": "0.44"}}
    _gas("G-Q13", "制冷：HFC-134a 物料平衡", activity("a1", "过程排放", "1", "项", **item), [(leak, "1530")], "AR6", "期初−期末+购入−售出")
    al = [(over(times("52000", "0.02"), "1000"), "6630"), (over(times("52000", "0.0011"), "1000"), "11100")]
    _gas("G-Q14", "铝：阳极效应", activity("a1", "铝电解阳极效应", "52000", "t"), al, "AR5", "产量×kg/tAl÷1000")


def welding_glass_and_sulphur() -> None:
    mixture = [{"gas": "Ar", "volume_pct": "18", "molar_mass": "39.95"}, {"gas": "O2", "volume_pct": "2", "molar_mass": "32"}]
    weight = times("0.8", "44")
    vector(
        "G-Q15",
        "process",
        "焊接：纯 CO2 按平衡，三元混合气按质量分数",
        [
            activity("a1", "过程排放", "1", "项", formula="welding_co2",
                     variables={"P_CO2": "100", "opening": "0.6", "purchased": "8.25", "closing": "0.45", "sold": "0.1"}),
            activity("a2", "焊接保护气", "3.2", "t", variables={"P_CO2": "80"}, other_gases=mixture),
        ],
        [
            ("process", plus("0.6", "8.25", minus("0.45"), minus("0.1"))),
            ("process", over(times("3.2", weight), plus(weight, times("0.18", "39.95"), times("0.02", "32")))),
        ],
        "W=期初+购入−期末−售出；质量分数=P×44÷ΣP×M",
    )  # fmt: skip
    refused("G-Q16", "焊接：组分之和不足 100%", [activity("a1", "CO2保护焊", "1", "t", variables={"P_CO2": "80"})], "invalid_number", "a1", "漏写了其余组分")
    vector(
        "G-Q17",
        "process",
        "平板玻璃：碳粉、纯碱煅烧",
        [activity("a1", "碳粉", "12.75", "t"), activity("a2", "碳粉", "1", "t", variables={"C": "96.5"}),
         activity("a3", "玻璃碳酸盐 CaMg(CO3)2", "640", "t", variables={"F": "98.4"})],
        [("process", times("12.75", C)), ("process", times("0.965", C)), ("process", times("640", "0.477", "0.984"))],
        "碳粉量×含碳率×44/12；质量×EF×煅烧率",
    )  # fmt: skip
    vector(
        "G-Q18",
        "process",
        "脱硫：默认 I 90%、TR 100%，与检测值",
        [activity("a1", "脱硫剂 CaCO3", "1820", "t"), activity("a2", "脱硫剂", "80", "t", material="MgCO3", variables={"I": "86.3", "TR": "97"})],
        [("process", times("1820", "0.9", "0.440")), ("process", times("80", "0.863", "0.522", "0.97"))],
        "CAL×I×EF×TR",
    )
