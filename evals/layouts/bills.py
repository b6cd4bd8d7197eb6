"""Electricity bills and notices: readings, bands, adjustments and the fee lines of their year, in several arrangements."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from evals.layouts.canvas import Paper, table
from evals.layouts.values import account, cents, company, day, month_end

BAND_NAMES = {"尖": ("尖", "尖峰", "尖段", "有功（尖）"), "峰": ("峰", "高峰", "峰段", "有功（峰）"), "平": ("平", "平段", "平时段", "有功（平）"), "谷": ("谷", "低谷", "谷段", "有功（谷）"), "深谷": ("深谷", "深谷", "深谷段", "深谷")}


class Metered:
    """One meter's month: bands with readings, multiplier, total, optional losses."""

    def __init__(self, rng: random.Random) -> None:
        self.number = rng.choice(("", "0", "33")) + account(rng, rng.choice((10, 12)))
        self.multiplier = rng.choice((1, 40, 60, 200, 1500, 6000))
        kinds = rng.choice((("尖", "峰", "平", "谷"), ("峰", "平", "谷"), ("峰", "平", "谷", "深谷"), ("尖", "峰", "平", "谷"), ("峰", "谷")))
        style = rng.randrange(4)
        self.bands = []
        for kind in kinds:
            opening = Decimal(rng.randint(10_000, 900_000)) / 100
            step = Decimal(rng.randint(100, 60_000)) / 100
            used = cents(step * self.multiplier)
            step = Decimal(int(used)) / self.multiplier
            step = Decimal(int(step * 100)) / 100
            self.bands.append((BAND_NAMES[kind][style], opening, opening + step, step * self.multiplier))
        self.opening = sum((b[1] for b in self.bands), Decimal(0))
        self.closing = sum((b[2] for b in self.bands), Decimal(0))
        self.read = sum((b[3] for b in self.bands), Decimal(0))
        self.loss = Decimal(rng.choice((0, 0, rng.randint(1, 400))))
        self.back = Decimal(rng.choice((0, 0, 0, -rng.randint(1, 300))))
        self.settled = self.read + self.loss + self.back


def plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def fees(rng: random.Random, period: date, settled: Decimal) -> list[tuple[str, str, str, str]]:
    """(item, quantity, price, amount) as the year's bills print them; components repeat the whole quantity."""
    rows: list[tuple[str, Decimal, Decimal]] = [(rng.choice(("代理购电电费", "市场化购电电费", "代理购电交易电费")), settled, Decimal(rng.randint(300, 520)) / 1000)]
    if period >= date(2023, 6, 1):
        rows.append((rng.choice(("上网环节线损费用", "上网环节线损电费")), settled, Decimal("0.0197")))
    rows.append(("输配电费", settled, Decimal(rng.randint(90, 220)) / 1000))
    if period >= date(2023, 6, 1):
        rows.append((rng.choice(("系统运行费用", "系统运行费")), settled, Decimal("0.0351")))
        rows.append(("　其中：抽水蓄能容量电费", settled, Decimal("0.0081")))
    if period >= date(2024, 1, 1):
        rows.append(("　其中：煤电容量电费", settled, Decimal("0.0212")))
    if period >= date(2025, 6, 1):
        rows.append(("　其中：新能源可持续发展价格结算机制差价结算费用", settled, Decimal("0.0058")))
    rows.append(("政府性基金及附加", settled, Decimal("0.02924375")))
    out = [(n, plain(q), plain(p), f"{cents(q * p):.2f}") for n, q, p in rows]
    if rng.random() < 0.6:
        out.append((rng.choice(("容（需）量电费", "基本电费")), "", "", f"{Decimal(rng.randint(10**5, 10**7)) / 100:.2f}"))
    if rng.random() < 0.5:
        out.append((rng.choice(("功率因数调整电费", "力调电费")), "", "", f"{Decimal(rng.randint(-90_000, 90_000)) / 100:.2f}"))
    return out


def period_of(rng: random.Random) -> tuple[date, date]:
    start = day(rng, 2022, 2025).replace(day=1)
    if rng.random() < 0.75:
        return start, month_end(start)
    return start.replace(day=21), (month_end(start) + timedelta(days=20))


def written(rng: random.Random, start: date, end: date) -> tuple[str, str]:
    """(label, text) of the period."""
    whole = start.day == 1 and end == month_end(start)
    label = rng.choice(("用电期间", "抄表周期", "计费周期", "结算周期", "账单周期", "抄表期间", "用电时间"))
    if whole and rng.random() < 0.4:
        return rng.choice(("电费年月", "账单月份", "结算月份", "账期")), rng.choice((f"{start:%Y%m}", f"{start.year}年{start.month}月", f"{start:%Y-%m}", f"{start.year}年{start.month:02d}月"))
    return label, rng.choice((f"{start:%Y.%m.%d}-{end:%Y.%m.%d}", f"{start:%Y-%m-%d} 至 {end:%Y-%m-%d}", f"{start:%Y%m%d}-{end:%Y%m%d}", f"{start.year}年{start.month}月{start.day}日至{end.year}年{end.month}月{end.day}日", f"{start:%Y/%m/%d}～{end:%Y/%m/%d}"))


def draw_grid_bill(rng: random.Random) -> tuple[bytes, dict[str, Any], tuple[str, ...]]:
    meters = [Metered(rng) for _ in range(rng.choice((1, 1, 1, 2)))]
    settled = sum((m.settled for m in meters), Decimal(0))
    start, end = period_of(rng)
    items = fees(rng, start, settled)
    top = [r for r in items if "其中" not in r[0]]
    money = f"{sum((Decimal(r[3]) for r in top), Decimal(0)):.2f}"
    number = account(rng, rng.choice((10, 13)))
    holder = company(rng, long=rng.choice((0, 0, 1)))
    ruled = rng.random() < 0.65
    size = rng.choice((7.5, 8.5, 9.5))
    paper = Paper(595.0, 842.0, digits=rng.choice(("", "Helvetica")))
    title = rng.choice(("电费账单", "电费账单", "电费结算单", "电费清单", "用电账单"))
    paper.text(297, 46, f"国网虚江省电力有限公司{title}", 15, align="centre")
    said, text = written(rng, start, end)
    unit = rng.choice(("千瓦时", "kWh", "度"))
    comma = rng.random() < 0.4
    shown = f"{settled:,f}".rstrip("0").rstrip(".") if comma and "." in f"{settled:f}" else (f"{settled:,f}" if comma else plain(settled))
    pairs = [(rng.choice(("户号", "客户编号", "用户编号")), number), (rng.choice(("户名", "客户名称", "用户名称")), holder), (said, text), (rng.choice(("本期电量", "结算电量", "合计电量", "本期用电量")), f"{shown} {unit}" if rng.random() < 0.7 else f"{shown}{unit}"), (rng.choice(("本期电费", "应收电费", "电费合计", "本期应缴电费")), rng.choice(("", "¥")) + money + rng.choice(("元", " 元", ""))), ("用电地址", "云泽市经开区创新路8号"), ("电压等级", "交流10kV")]
    head = pairs[:]
    if rng.random() < 0.4:
        rng.shuffle(head)
    y = _head(rng, paper, head, size, ruled)
    y = _meters(rng, paper, meters, y + 20, size, ruled, unit)
    y = _items(rng, paper, items, y + 20, size, ruled, money, unit)
    if rng.random() < 0.4:
        paper.page()
        paper.text(60, 50, rng.choice(("本期电费明细", "电费明细")), size + 3)
        _items(rng, paper, items, 70, size, ruled, money, unit)
    if rng.random() < 0.25:
        paper.slanted(200, 400, "国网电费专用章", 22, 30)
    energy = {"type": "electricity", "quantity": plain(settled), "unit": "kWh", "period": f"{start}/{end}", "account_number": number, "direction": "purchased"}
    traits = (f"meters-{len(meters)}", "ruled" if ruled else "plain", "loss" if settled != sum(m.read for m in meters) else "even")
    return paper.bytes(), {"energy": [energy], "total_with_tax": money, "buyer_name": holder}, traits


def _head(rng: random.Random, paper: Paper, pairs: list[tuple[str, str]], size: float, ruled: bool) -> float:
    colon = rng.choice(("：", ":", "： "))
    y = 74.0
    if ruled and rng.random() < 0.6:
        rows = [[a, b, c, d] for (a, b), (c, d) in zip(pairs[::2], [*pairs[1::2], ("", "")], strict=False)]
        xs = [40.0, 130.0, 300.0, 385.0, 555.0]
        for row in rows:
            y = _cells(paper, y, xs, row, size)
        return y
    columns = rng.choice((1, 2))
    for begin in range(0, len(pairs), columns):
        deepest = 1
        for index, (label, value) in enumerate(pairs[begin : begin + columns]):
            x = 40.0 + 280.0 * index
            paper.text(x, y, label + colon, size)
            at = x + paper.length(label + colon, size) + rng.choice((1, 4))
            lines = paper.wrapped(value, size, (555.0 if columns == 1 or index else 312.0) - at)
            for j, line in enumerate(lines):
                paper.text(at, y + j * (size + 2), line, size)
            deepest = max(deepest, len(lines))
        y += size + 8 + (deepest - 1) * (size + 2)
    return y + size


def _cells(paper: Paper, top: float, xs: list[float], row: list[str], size: float) -> float:
    lines = [paper.wrapped(t, size, xs[i + 1] - xs[i] - 5) for i, t in enumerate(row)]
    bottom = top + 17 + (max(map(len, lines)) - 1) * (size + 2)
    paper.box(xs[0], top, xs[-1], bottom)
    for i, cell in enumerate(lines):
        paper.line(xs[i], top, xs[i], bottom)
        for j, text in enumerate(cell):
            paper.text(xs[i] + 3, top + 12 + j * (size + 2), text, size)
    return bottom


def _meters(rng: random.Random, paper: Paper, meters: list[Metered], top: float, size: float, ruled: bool, unit: str) -> float:
    adjusted = any(m.loss or m.back for m in meters)
    head = [rng.choice(("表号", "电能表编号", "资产编号")), rng.choice(("示数类型", "时段", "类型")), rng.choice(("上次示数", "上期示数", "起码")), rng.choice(("本次示数", "本期示数", "止码")), "倍率", rng.choice(("抄见电量", "抄见电量", f"抄见电量（{unit}）"))]
    with_total = rng.random() < 0.8 or adjusted
    if adjusted:
        head += [rng.choice(("加减电量", "退补电量")), rng.choice(("线损电量", "变损电量")), rng.choice(("结算电量", "合计电量"))]
    rows = [head]
    for m in meters:
        whole = ("有功（总）" if rng.random() < 0.5 else "总", m.opening, m.closing, m.read)
        first = [whole] if with_total else []
        band_rows = list(m.bands)
        for n, (name, a, b, used) in enumerate(first + band_rows):
            total = with_total and n == 0
            row = [m.number if n == 0 or rng.random() < 0.3 else "", name, f"{a:.2f}", f"{b:.2f}", str(m.multiplier), plain(used)]
            if adjusted:
                total = total or not with_total
                row += [plain(m.back) if total else "0", plain(m.loss) if total else "0", plain(m.settled) if total else plain(used)]
            rows.append(row)
        if rng.random() < 0.3:
            row = [m.number, "无功（总）", "100.10", "220.20", str(m.multiplier), plain(Decimal("120.1") * m.multiplier)]
            rows.append(row + (["0", "0", plain(Decimal("120.1") * m.multiplier)] if adjusted else []))
    wide = 515.0 / len(head)
    xs = [40.0 + wide * i for i in range(len(head) + 1)]
    return table(paper, top, xs, rows, size=size * 0.85, ruled=ruled, aligns=["left", "left", *["right"] * (len(head) - 2)])


def _items(rng: random.Random, paper: Paper, items: list[tuple[str, str, str, str]], top: float, size: float, ruled: bool, money: str, unit: str) -> float:
    head = [rng.choice(("费用项目", "项目", "电费项目")), rng.choice(("电量", f"电量（{unit}）", "计费电量")), rng.choice(("电价", "电价（元/千瓦时）", "单价")), rng.choice(("电费", "金额（元）", "电费（元）"))]
    rows = [head, *[list(r) for r in items], [rng.choice(("合计", "电费合计")), "", "", money]]
    return table(paper, top, [40.0, 235.0, 340.0, 445.0, 555.0], rows, size=size * 0.9, ruled=ruled, aligns=["left", "right", "right", "right"])


def draw_southern_notice(rng: random.Random) -> tuple[bytes, dict[str, Any], tuple[str, ...]]:
    """电费通知单: settlement number, readings by band, a chain of adjustments, numbered items that add up."""
    m = Metered(rng)
    m.loss = m.back = Decimal(0)
    shift = Decimal(rng.choice((0, 0, 20)))
    start, end = period_of(rng)
    number, settlement = account(rng, 10), account(rng, 16)
    size = rng.choice((7.5, 8.5))
    paper = Paper(595.0, 842.0)
    paper.text(297, 44, "虚江电网有限责任公司云泽供电局电费通知单", 14, align="centre")
    pairs = [("用户编号", number), ("用户名称", company(rng)), ("结算户号", settlement), ("市场化属性分类", "电网代购用户"), ("用电开始时间", f"{start:%Y%m%d}"), ("用电结束时间", f"{end:%Y%m%d}"), ("输配电价类别", "两部制"), ("电压等级", "10kV")]
    y = 66.0
    for left, right in zip(pairs[::2], pairs[1::2], strict=True):
        y = _cells(paper, y, [40.0, 120.0, 300.0, 390.0, 555.0], [*left, *right], size)
    head = ["表号", "类型", "上次表示数", "本次表示数", "倍率", "抄见电量", "退补电量", "变/线损电量", "尖峰调整电量", "合计电量"]
    rows = [head]
    billed = []
    for n, (name, a, b, used) in enumerate(m.bands):
        adjust = Decimal(0)
        if shift and n < 2 and m.bands[0][3] > shift:
            adjust = -shift if n == 0 else shift
        billed.append((name, used + adjust))
        rows.append([m.number if n == 0 else "", f"({n + 1}){name}" if rng.random() < 0.3 else name, f"{a:.2f}", f"{b:.2f}", str(m.multiplier), plain(used), "0", "0", plain(adjust), plain(used + adjust)])
    rows.append(["", "合计", "", "", "", plain(m.read), "0", "0", "0", plain(m.read)])
    wide = 515.0 / len(head)
    y = table(paper, y + 12, [40.0 + wide * i for i in range(len(head) + 1)], rows, size=size * 0.82)
    parts = [(f"({i})", n, f"{Decimal(rng.randint(10**4, 10**7)) / 100:.2f}") for i, n in enumerate(("市场化电费", "输配电费", "上网环节线损电费", "系统运行费", "基本电费", "力调电费", "代征费用", "其他费用"), 1)]
    money = f"{sum((Decimal(p[2]) for p in parts), Decimal(0)):.2f}"
    y = table(paper, y + 12, [40.0, 300.0, 555.0], [[f"{i}{n}", v] for i, n, v in parts], size=size, aligns=["left", "right"])
    y = _cells(paper, y, [40.0, 200.0, 300.0, 400.0, 555.0], ["合计电量", f"{plain(m.read)}千瓦时", "应收电费合计（小写）", f"¥{money}"], size)
    energy = {"type": "electricity", "quantity": plain(m.read), "unit": "kWh", "period": f"{start}/{end}", "account_number": number, "direction": "purchased"}
    return paper.bytes(), {"energy": [energy], "total_with_tax": money}, ("shift",) if shift else ()
