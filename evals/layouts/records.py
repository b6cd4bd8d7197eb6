"""Logs and ledgers of a factory beyond its electricity: fuel, photovoltaics, meters, and the yearly report that only controls them."""

from __future__ import annotations

import random
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from evals.layouts.bills import BAND_NAMES, Metered, period_of, plain, written
from evals.layouts.canvas import Paper, table
from evals.layouts.green import labelled
from evals.layouts.sheets import KINDS, Cell, write
from evals.layouts.values import account, cents, company, day

Varied = tuple[str, bytes, dict[str, Any], tuple[str, ...]]
"""(extension, bytes, truth, traits)."""

FUELS = {
    "diesel": (("0号柴油", "柴油", "0#柴油", "-10号柴油"), "7.02"),
    "gasoline": (("92号汽油", "95号车用汽油", "汽油"), "7.61"),
}


def _date_text(rng: random.Random, of: date, style: int) -> str:
    return (f"{of}", f"{of:%Y/%m/%d}", f"{of:%Y.%m.%d}", f"{of.year}年{of.month}月{of.day}日")[style]


def _month_period(year: int, month: int) -> str:
    return f"{date(year, month, 1)}/{date(year, month, monthrange(year, month)[1])}"


def draw_fuel_ledger(rng: random.Random) -> Varied:
    """Fuellings of vehicles by day, monthly use by fuel, or deliveries of coal and gas bottles."""
    kind = rng.choice(KINDS)
    shape: Callable[..., tuple[str, list[list[Cell]], list[dict[str, Any]]]] = rng.choice((_fillings, _fillings, _fuel_months, _deliveries))
    title, rows, energy = shape(rng)
    return kind, write(rng, kind, title, rows), {"energy": energy}, (shape.__name__.strip("_"), kind)


def _fillings(rng: random.Random) -> tuple[str, list[list[Cell]], list[dict[str, Any]]]:
    start, style = day(rng, 2023, 2025).replace(day=1), rng.randrange(4)
    head = [rng.choice(("加油日期", "日期", "加油时间")), rng.choice(("车牌号", "车号", "设备")), rng.choice(("油品", "油品名称", "燃料")), rng.choice(("加油量（升）", "加油量(L)", "数量（L）", "升数")), "单价（元/升）", "金额（元）"]
    if rng.random() < 0.3:
        head = head[:4]
    rows: list[list[Cell]] = [list(head)]
    energy = []
    for n in range(rng.randint(4, 14)):
        carrier = rng.choice(list(FUELS))
        names, price = FUELS[carrier]
        bought, used = start + timedelta(days=2 * n), Decimal(rng.randint(2_000, 18_000)) / 100
        row: list[Cell] = [_date_text(rng, bought, style), f"虚A·{rng.randrange(10**5):05d}", rng.choice(names), used, Decimal(price), cents(used * Decimal(price))]
        rows.append(row[: len(head)])
        energy.append({"type": carrier, "quantity": plain(used), "unit": "L", "direction": "purchased", "period": f"{bought}/{bought}"})
    if rng.random() < 0.6:
        rows.append(["合计", "", "", sum((Decimal(e["quantity"]) for e in energy), Decimal(0)), *([""] * (len(head) - 4))])
    return rng.choice(("车辆加油台账", f"{start.year}年加油记录", "油品领用明细", "加油卡消费明细")), rows, energy


def _fuel_months(rng: random.Random) -> tuple[str, list[list[Cell]], list[dict[str, Any]]]:
    year = rng.randint(2022, 2025)
    carrier, unit = rng.choice((("diesel", "L"), ("diesel", "升"), ("gasoline", "L"), ("diesel", "吨")))
    name = "柴油" if carrier == "diesel" else "汽油"
    rows: list[list[Cell]] = [["月份", rng.choice((f"{name}用量（{unit}）", f"{name}消耗量({unit})", f"{name}领用量（{unit}）")), "备注"]]
    energy = []
    style = rng.randrange(3)
    for month in range(1, 13):
        used = Decimal(rng.randint(100, 90_000)) / 100
        rows.append([(f"{year}年{month}月", f"{year}-{month:02d}", f"{year}.{month:02d}")[style], used, ""])
        energy.append({"type": carrier, "quantity": plain(used), "unit": unit, "period": _month_period(year, month)})
    if rng.random() < 0.6:
        rows.append(["合计", sum((Decimal(e["quantity"]) for e in energy), Decimal(0)), ""])
    return f"{year}年{name}{rng.choice(('消耗台账', '使用台账', '用量统计'))}", rows, energy


def _deliveries(rng: random.Random) -> tuple[str, list[list[Cell]], list[dict[str, Any]]]:
    start = day(rng, 2023, 2025).replace(day=1)
    carrier, name = rng.choice((("bituminous_coal", "烟煤"), ("anthracite", "无烟煤"), ("lpg", "液化石油气"), ("lng", "LNG")))
    rows: list[list[Cell]] = [[rng.choice(("日期", "进厂日期", "到货日期")), "品名", rng.choice(("数量（吨）", "净重（吨）", "数量(t)")), "供应商"]]
    energy = []
    for n in range(rng.randint(3, 9)):
        came, used = start + timedelta(days=3 * n), Decimal(rng.randint(500, 6_000)) / 100
        rows.append([f"{came}", name, used, company(rng)])
        energy.append({"type": carrier, "quantity": plain(used), "unit": "t", "period": f"{came}/{came}"})
    return rng.choice((f"{name}进厂台账", f"{name}采购台账", "燃料台账")), rows, energy


def draw_pv_log(rng: random.Random) -> Varied:
    """Months or days of a roof plant: generation alone, or with own use and what was fed in."""
    kind = rng.choice(KINDS)
    year, unit = rng.randint(2022, 2025), rng.choice(("kWh", "千瓦时", "度", "万kWh"))
    shape = rng.choice(("months", "months", "days", "generation"))
    split = shape != "generation"
    names = [rng.choice(("发电量", "光伏发电量", "总发电量")), *([rng.choice(("自用电量", "自发自用电量", "自用量")), rng.choice(("上网电量", "余电上网电量"))] if split else [])]
    rows: list[list[Cell]] = [["日期" if shape == "days" else "月份", *[f"{n}（{unit}）" for n in names]]]
    energy: list[dict[str, Any]] = []
    month = rng.randint(1, 12)
    slots = [(date(year, month, d), f"{date(year, month, d)}/{date(year, month, d)}") for d in range(1, 16)] if shape == "days" else [(date(year, m, 1), _month_period(year, m)) for m in range(1, 13)]
    for first, period in slots:
        own, fed = Decimal(rng.randint(1_000, 90_000)) / 100, Decimal(rng.randint(1_000, 90_000)) / 100
        values = [own + fed, own, fed][: len(names)]
        rows.append([f"{first}" if shape == "days" else f"{year}年{first.month}月", *values])
        for value, direction in zip(values, ("self_generated", "self_consumed", "exported"), strict=False):
            energy.append({"type": "pv_generation", "quantity": plain(value), "unit": unit, "direction": direction, "period": period})
    if rng.random() < 0.5:
        sums = [sum((Decimal(r[i]) for r in rows[1:]), Decimal(0)) for i in range(1, len(names) + 1)]
        rows.append(["合计", *sums])
    title = f"{year}年{rng.choice(('屋顶光伏', '分布式光伏电站', '光伏'))}{rng.choice(('发电记录', '发电台账', '运行日志'))}"
    return kind, write(rng, kind, title, rows), {"energy": energy}, (shape, kind)


def draw_meter_table(rng: random.Random) -> tuple[bytes, dict[str, Any], tuple[str, ...]]:
    """电费清单: a point of metering, bands with readings and multiplier, then segments with losses and settled quantity."""
    m = Metered(rng)
    m.loss = m.back = Decimal(0)
    start, end = period_of(rng)
    label, text = written(rng, start, end)
    number, holder = account(rng, rng.choice((10, 13))), company(rng)
    paper = Paper(595.0, 842.0)
    size = rng.choice((7.5, 8.5))
    paper.text(297, 44, rng.choice(("国网虚江省电力有限公司电费清单", "电量电费清单（电费清单）", "电费结算清单", "电费核查清单（电费清单）")), 14, align="centre")
    pairs = [(rng.choice(("户号", "客户编号", "用户编号")), number), (rng.choice(("户名", "客户名称")), holder), (label, text), ("计量点编号", account(rng, 12)), ("电价类型", "大工业 1-10千伏")]
    y = labelled(rng, paper, pairs, size, 70.0)
    head = ["表号", rng.choice(("示数类型", "类型")), rng.choice(("上次示数", "上期示数")), rng.choice(("本次示数", "本期示数")), "倍率", "加减电量", "抄见电量"]
    rows = [head, [m.number, "有功（总）", f"{m.opening:.2f}", f"{m.closing:.2f}", str(m.multiplier), "0", plain(m.read)]]
    rows += [["", name, f"{a:.2f}", f"{b:.2f}", str(m.multiplier), "0", plain(used)] for name, a, b, used in m.bands]
    if rng.random() < 0.5:
        rows.append(["", "无功（总）", "100.10", "180.60", str(m.multiplier), "0", plain(Decimal("80.5") * m.multiplier)])
    step = 515.0 / len(head)
    y = table(paper, y + 14, [40.0 + step * i for i in range(len(head) + 1)], rows, size=size * 0.85, ruled=rng.random() < 0.75)
    total = Decimal(0)
    segments: list[list[str]] = []
    spoken = {n: k for k, names in BAND_NAMES.items() for n in names}
    for name, _, _, used in m.bands:
        price = Decimal(rng.randint(3000, 9999)) / 10000
        total += cents(used * price)
        segments.append([f"{spoken.get(name, name)}段", plain(used), "0", "0", plain(used), f"{price}", f"{cents(used * price):.2f}"])
    if rng.random() < 0.7:
        rows = [["电费分段", "抄见电量", "变损", "线损", "结算电量", "电度电价", "电度电费"], *segments, ["合计", plain(m.read), "0", "0", plain(m.read), "", f"{total:.2f}"]]
        y = table(paper, y + 14, [40.0 + step * i for i in range(8)], rows, size=size * 0.85)
    said = [("结算电量" if rng.random() < 0.6 else "合计电量", f"{plain(m.read)} {rng.choice(('千瓦时', 'kWh'))}"), (rng.choice(("电费合计", "应收电费")), f"{total:.2f}元")]
    for j, (a, b) in enumerate(said):
        paper.text(40, y + 24 + j * (size + 6), f"{a}：{b}", size)
    energy = {"type": "electricity", "quantity": plain(m.read), "unit": "kWh", "direction": "purchased", "period": f"{start}/{end}", "account_number": number}
    return paper.bytes(), {"energy": [energy], "buyer_name": holder, "total_with_tax": f"{total:.2f}"}, (f"bands-{len(m.bands)}",)


def draw_report(rng: random.Random) -> Varied:
    """Energy audits and verification reports: yearly totals that control other papers, never activity."""
    kind = rng.choice(("docx", "docx", "xlsx", "pdf"))
    year = rng.randint(2021, 2025)
    title = f"{company(rng)}{year}年度{rng.choice(('能源审计报告', '能源利用状况报告', '碳排放核查报告', '温室气体排放报告', '节能诊断报告'))}"
    rows: list[list[Cell]] = [[rng.choice(("能源品种", "能源种类", "能源名称")), rng.choice(("单位", "计量单位")), rng.choice(("消费量", "全年消费量", "年消耗量", "实物量")), "折标系数"]]
    for name, unit, factor in (("电力", "万kWh", "1.229"), ("天然气", "万m³", "13.3"), ("柴油", "t", "1.4571"), ("蒸汽", "t", "0.1286"))[: rng.randint(2, 4)]:
        rows.append([name, unit, Decimal(rng.randint(10_000, 9_000_000)) / 100, factor])
    if kind == "pdf":
        paper = Paper(595.0, 842.0)
        paper.text(297, 60, title, 13, align="centre")
        paper.text(60, 90, "全年综合能耗及各品种消费量见下表。", 10)
        table(paper, 110, [60.0, 180.0, 270.0, 400.0, 520.0], [[f"{c:f}" if isinstance(c, Decimal) else c for c in r] for r in rows], size=9)
        data: bytes = paper.bytes()
    else:
        data = write(rng, kind, title, rows, ["注：数据来自统计报表。"])
    # Its totals are controls: no record may come of them; "lines" or fields would be an invention as well.
    return kind, data, {"energy": [], "flags": [{"kind": "control_total"}]}, (kind,)
