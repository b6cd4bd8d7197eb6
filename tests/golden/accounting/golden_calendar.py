"""Vectors of time and change: leap years, bills over a year's end, replaced meters, changed multipliers, partial green months,
corrections and editions."""

from __future__ import annotations

from golden_pairs import Pair, exact, fuel, heat, minus, number, over, plus, six, times
from golden_vector import NATIONAL_2023, activity, vector

AVERAGE = "0.5306"
RESIDUAL = {**NATIONAL_2023, "basis": "excl_market_nonfossil"}


def grid(mwh: str | Pair) -> Pair:
    return times(mwh, AVERAGE)


def month(name: str, value: Pair, category: str = "electricity_in") -> dict[str, object]:
    return {"month": name, "tco2": six(value), "exact": exact(value), "subtotals": {category: six(value)}}


def calendar() -> None:
    whole = grid("2900")
    vector(
        "G-C01",
        "calendar",
        "闰年二月的账单：2024-02-15 至 03-14 共 29 天，二月 15 天、三月 14 天",
        [activity("a1", "电力", "2900", "MWh", supply="grid", period="2024-02-15/2024-03-14")],
        [("electricity_in", whole)],
        "按日分到月：二月 2900×15/29 = 1500 MWh，三月 1400 MWh",
        inputs={"year": 2024, "grid_basis": NATIONAL_2023},
        expected={"monthly": {"months": [month("2024-02", grid("1500")), month("2024-03", grid("1400"))], "undated": {}}},
    )
    share = over(times("2800", "14"), "28")
    vector(
        "G-C02",
        "calendar",
        "平年同样的起止日是 28 天，二月 14 天",
        [activity("a1", "电力", "2800", "MWh", supply="grid", period="2025-02-15/2025-03-14")],
        [("electricity_in", grid("2800"))],
        "二月 2800×14/28 = 1400 MWh，三月 1400 MWh",
        inputs={"grid_basis": NATIONAL_2023},
        expected={"monthly": {"months": [month("2025-02", grid(share)), month("2025-03", grid(share))], "undated": {}}},
    )
    vector(
        "G-C03",
        "calendar",
        "跨年账单两年各取其日：2024-12-16 至 2025-01-15 共 31 天，1000 kWh",
        [
            activity("a1", "电力", "516.129032", "kWh", supply="grid", period="2024-12-16/2024-12-31"),
            activity("a2", "电力", "483.870968", "kWh", supply="grid", period="2025-01-01/2025-01-15"),
        ],
        [("electricity_in", grid(over("516.129032", "1000"))), ("electricity_in", grid(over("483.870968", "1000")))],
        "1000×16/31 四舍六入到六位 = 516.129032，余数 483.870968，两段之和恰为 1000",
        inputs={"grid_basis": NATIONAL_2023},
        expected={"annual_quantity": "1000"},
    )
    parts = ["31", "29", "31", "30", "31", "30", "31", "31", "30", "31", "30", "31"]
    vector(
        "G-C04",
        "calendar",
        "闰年逐月之和等于全年",
        [activity(f"m{n:02d}", "热力", part, "GJ", period=f"2024-{n:02d}") for n, part in enumerate(parts, 1)],
        [("heat_in", heat(number(part))) for part in parts],
        "每天 1 GJ，366 天，366×0.11",
        inputs={"year": 2024},
        expected={"annual_quantity": "366", "total_exact": exact(times("366", "0.11"))},
    )


def meters() -> None:
    old = times(plus("8450.32", minus("8120.10")), "60")
    new = times("215.48", "60")
    vector(
        "G-C05",
        "meter",
        "换表当月：旧表 8120.10→8450.32，新表 0→215.48，倍率 60",
        [
            activity("old", "电力", exact(old), "kWh", supply="grid", meter_number="J1", period="2025-06-01/2025-06-17"),
            activity("new", "电力", exact(new), "kWh", supply="grid", meter_number="J2", period="2025-06-18/2025-06-30"),
        ],
        [("electricity_in", grid(over(old, "1000"))), ("electricity_in", grid(over(new, "1000")))],
        "(8450.32−8120.10)×60 = 19813.2；215.48×60 = 12928.8；合计 32742 kWh",
        inputs={"grid_basis": NATIONAL_2023},
        expected={"annual_quantity": "32742"},
    )
    before, after = times(plus("500", minus("420")), "40"), times(plus("560", minus("500")), "60")
    vector(
        "G-C06",
        "meter",
        "账期中间倍率由 40 变为 60：变更前后分段",
        [
            activity("x40", "电力", exact(before), "kWh", supply="grid", period="2025-09-01/2025-09-12"),
            activity("x60", "电力", exact(after), "kWh", supply="grid", period="2025-09-13/2025-09-30"),
        ],
        [("electricity_in", grid(over(before, "1000"))), ("electricity_in", grid(over(after, "1000")))],
        "(500−420)×40 + (560−500)×60 = 3200 + 3600；全按 40 或 60 都不对",
        inputs={"grid_basis": NATIONAL_2023},
        expected={"annual_quantity": "6800"},
    )
    bands = {"尖": "1200.5", "峰": "40210.25", "平": "33800", "谷": "52119.75"}
    vector(
        "G-C07",
        "meter",
        "尖峰平谷四段之和",
        [activity(name, "电力", kwh, "kWh", supply="grid", label=name) for name, kwh in bands.items()],
        [("electricity_in", grid(over(kwh, "1000"))) for kwh in bands.values()],
        "1200.5 + 40210.25 + 33800 + 52119.75 = 127330.5 kWh",
        inputs={"grid_basis": NATIONAL_2023},
        expected={"annual_quantity": "127330.5", "total_exact": exact(grid("127.3305"))},
    )


def green_months() -> None:
    months = {1: ("120", None), 2: ("90", "30"), 3: ("0", "120"), 4: ("120", None)}
    rows, lines = [], []
    for n, (bought, traded) in months.items():
        period = f"2025-{n:02d}"
        rows.append(activity(f"g{n}", "电力", bought, "MWh", supply="grid", period=period))
        lines.append(("electricity_in", grid(bought)))
        if traded:
            proof = {"supply": "green_trade", "proof": ["settlement"], "period": period}
            rows.append(activity(f"t{n}", "电力", traded, "MWh", **proof))
            lines.append(("electricity_zero", (0, 1)))
    location, market = grid("480"), grid("330")
    vector(
        "G-C08",
        "green",
        "只有两个月有绿电：一月无、二月部分、三月全部、四月无",
        rows,
        lines,
        "市场法 330×0.5306；位置法 480×0.5306，两者并列不相加",
        inputs={"grid_basis": NATIONAL_2023, "options": {"remainder_policy": "plain_average"}},
        expected={
            "electricity_methods": {
                "location": {"electricity_exact": exact(location), "total_exact": exact(location)},
                "market": {"electricity_exact": exact(market), "total_exact": exact(market)},
                "claimed_mwh": "150",
                "remainder_policy": "plain_average",
            }
        },
    )
    vector(
        "G-C09",
        "green",
        "剩余电量按不含市场化交易非化石的平均因子，位置法仍按平均因子",
        [
            activity("g", "电力", "330", "MWh", supply="grid"),
            activity("t", "电力", "150", "MWh", supply="green_trade", proof=["gec"], certificate_id="G-1"),
        ],
        [("electricity_in", times("330", "0.6096")), ("electricity_zero", (0, 1))],
        "市场法 330×0.6096；位置法 480×0.5306",
        inputs={"grid_basis": RESIDUAL, "options": {"remainder_policy": "residual_mix"}},
        expected={
            "electricity_methods": {
                "location": {"total_exact": exact(location)},
                "market": {"total_exact": exact(times("330", "0.6096"))},
            }
        },
    )


def corrections() -> None:
    diesel = fuel("3.2", "42.652", "0.02020", "98")
    gas = {quantity: fuel(over(quantity, "10000"), "389.31", "0.01530", "99") for quantity in ("58940", "60000")}
    for id, quantity, what in (("G-C10", "58940", "更正前"), ("G-C11", "60000", "更正后：只有一行不同")):
        vector(
            id,
            "correction",
            f"已确认账单的更正，{what}",
            [activity("a1", "天然气", quantity, "Nm3"), activity("a2", "柴油", "3.2", "t")],
            [("fuel_combustion", gas[quantity]), ("fuel_combustion", diesel)],
            f"天然气 {quantity} Nm3，柴油不变",
        )
    back = fuel(over("-1060", "10000"), "389.31", "0.01530", "99")
    vector(
        "G-C12",
        "correction",
        "同一更正写成负值更正行，合计与直接更正相同",
        [
            activity("a1", "天然气", "60000", "Nm3"),
            activity("a2", "柴油", "3.2", "t"),
            activity("a3", "天然气", "-1060", "Nm3", correction_of="a1", reason="退补气量"),
        ],
        [("fuel_combustion", gas["60000"]), ("fuel_combustion", diesel), ("fuel_combustion", back)],
        "60000 − 1060 = 58940，合计同 G-C10",
        expected={"total_exact": exact(plus(gas["58940"], diesel))},
    )


def editions() -> None:
    for id, year, used in (("G-C13", 2023, "GB/T 32150-2015"), ("G-C14", 2027, "GB/T 32150-2025")):
        vector(
            id,
            "edition",
            f"只写标准不写版本，报告年 {year} 用 {used}",
            [activity("a1", "电力", "10", "MWh", supply="grid")],
            [("electricity_in", grid("10"))],
            "2025 版 2026-07-01 实施；年初在实施的一版",
            inputs={"edition": "GB/T 32150", "year": year, "grid_basis": NATIONAL_2023},
            expected={"edition": used, "edition_choice": {"asked": "GB/T 32150", "used": used}},
        )
    small, large = number("216.24"), number("4000")
    square = over(
        plus(times(small, small, "25"), times(large, large, "100")), times(plus(small, large), plus(small, large))
    )
    vector(
        "G-C15",
        "uncertainty",
        "不确定度按贡献加权的方和根",
        [
            activity("a1", "已核排放", "216.24", "tCO2", uncertainty_pct="5"),
            activity("a2", "已核排放", "4000", "tCO2", uncertainty_activity_pct="6", uncertainty_factor_pct="8"),
        ],
        [("reported", small), ("reported", large)],
        "√((216.24×5%)² + (4000×10%)²) ÷ 4216.24 = 9.4906%",
        expected={"uncertainty": {"relative_pct": "9.4906", "relative_pct_squared_exact": exact(square)}},
    )
