"""Gas bills and heat settlements: standard and working conditions, 万m³, GJ, MWh and tonnes, readings and monthly tables."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from evals.layouts.bills import period_of, plain
from evals.layouts.canvas import Paper, table
from evals.layouts.values import account, cents, company


def _start(rng: random.Random, title: str) -> tuple[Paper, float]:
    paper = Paper(595.0, 842.0, digits=rng.choice(("", "Courier")))
    size = rng.choice((8.0, 9.0, 10.0))
    paper.text(297, 48, title, 15, align="centre")
    return paper, size


def _pairs(rng: random.Random, paper: Paper, pairs: list[tuple[str, str]], size: float, top: float) -> float:
    colon, y = rng.choice(("：", ":", "： ")), top
    if rng.random() < 0.4:
        xs = [40.0, 150.0, 555.0]
        return table(paper, y, xs, [["项目", "内容"], *[[a, b] for a, b in pairs]], size=size)
    columns = rng.choice((1, 2))
    for index, (label, value) in enumerate(pairs):
        paper.text(40.0 if index % columns == 0 else 310.0, y, f"{label}{colon}{value}", size)
        if index % columns == columns - 1:
            y += size + 8
    return y + size


def _period(rng: random.Random, use: str) -> tuple[str, str, str]:
    start, end = period_of(rng)
    label = rng.choice((f"{use}期间", "结算期间", "抄表周期", "计费周期", "结算周期"))
    text = rng.choice((f"{start:%Y-%m-%d}至{end:%Y-%m-%d}", f"{start.year}年{start.month}月{start.day}日-{end.year}年{end.month}月{end.day}日", f"{start:%Y.%m.%d}～{end:%Y.%m.%d}"))
    return label, text, f"{start}/{end}"


def draw_gas_bill(rng: random.Random) -> tuple[bytes, dict[str, Any], tuple[str, ...]]:
    paper, size = _start(rng, rng.choice(("虚江燃气有限公司燃气账单", "天然气结算单", "燃气费通知单", "用气结算单")))
    kind = rng.choice(("standard", "both", "plain", "large", "readings"))
    label, text, period = _period(rng, "用气")
    number = account(rng)
    holder = company(rng)
    used = Decimal(rng.randint(5_000, 900_000))
    unit, shown, truth_unit = rng.choice(("m³", "立方米", "方")), plain(used), "m3"
    extra: list[tuple[str, str]] = []
    if kind in ("standard", "both"):
        unit, truth_unit = rng.choice(("Nm³", "标准立方米", "标方")), "Nm3"
    if kind == "both":
        extra = [(rng.choice(("工况用气量", "工况体积", "工况气量")), f"{plain(used / 4)} m³")]
    if kind == "large":
        used = Decimal(rng.randint(10_000, 900_000))
        unit, shown, truth_unit = rng.choice(("万m³", "万立方米")), plain(used / 10000), "万m3"
    quantity_label = rng.choice(("标况用气量", "结算气量")) if kind == "both" else rng.choice(("用气量", "本期用气量", "结算气量"))
    price = Decimal(rng.randint(250, 480)) / 100
    money = f"{cents(used * price):.2f}"
    pairs = [(rng.choice(("户号", "客户编号", "用户编号")), number), (rng.choice(("户名", "用户名称", "用气单位")), holder), (label, text), *extra, (quantity_label, f"{shown} {unit}"), ("单价", f"{price}元/m³" if kind != "large" else f"{price} 元/立方米"), (rng.choice(("应收金额", "本期气费", "气费合计")), f"{money}元")]
    y = _pairs(rng, paper, pairs, size, 80.0)
    if kind == "readings":
        opening = rng.randint(1000, 90_000)
        rows = [["表号", "上次示数", "本次示数", "倍率", "用气量"], [account(rng, 10), str(opening), str(opening + int(used)), "1", plain(used)]]
        table(paper, y + 16, [40, 160, 260, 360, 430, 555], rows, size=size, ruled=rng.random() < 0.6)
    raw = shown if truth_unit == "万m3" else plain(used)
    energy = {"type": "natural_gas", "quantity": raw, "unit": truth_unit, "period": period, "account_number": number}
    return paper.bytes(), {"energy": [energy], "total_with_tax": money}, (kind,)


def draw_heat_settlement(rng: random.Random) -> tuple[bytes, dict[str, Any], tuple[str, ...]]:
    kind = rng.choice(("steam-t", "heat-GJ", "heat-MWh", "steam-months"))
    steam = kind.startswith("steam")
    paper, size = _start(rng, rng.choice(("蒸汽结算单", "供汽结算单")) if steam else rng.choice(("热力结算单", "供热结算单", "热费通知单")))
    label, text, period = _period(rng, "用汽" if steam else "用热")
    number, holder = account(rng), company(rng)
    used = Decimal(rng.randint(1_000, 900_000)) / 100
    unit = {"steam-t": rng.choice(("吨", "t")), "heat-GJ": rng.choice(("GJ", "吉焦")), "heat-MWh": "MWh", "steam-months": "吨"}[kind]
    quantity_label = rng.choice(("结算汽量", "用汽量", "蒸汽用量")) if steam else rng.choice(("用热量", "结算热量", "供热量"))
    price = Decimal(rng.randint(180, 260)) if steam else Decimal(rng.randint(60, 110))
    money = f"{cents(used * price):.2f}"
    pairs = [(rng.choice(("户号", "用户编号")), number), (rng.choice(("户名", "用户名称", "用汽单位" if steam else "用热单位")), holder), (label, text)]
    if steam:
        pairs += [("压力", "0.8MPa"), ("温度", "175℃")]
    if kind == "steam-months":
        start = period_of(rng)[0].year
        y = _pairs(rng, paper, [*pairs[:2], ("结算年度", f"{start}年")], size, 80.0)
        months = sorted(rng.sample(range(1, 13), rng.randint(2, 6)))
        values = [Decimal(rng.randint(10_000, 90_000)) / 100 for _ in months]
        rows = [["月份", f"用汽量（{unit}）", "单价", "金额"]]
        rows += [[f"{start}年{m}月", f"{v:.2f}", str(price), f"{cents(v * price):.2f}"] for m, v in zip(months, values, strict=True)]
        rows.append(["合计", f"{sum(values):.2f}", "", f"{sum(cents(v * price) for v in values):.2f}"])
        table(paper, y + 16, [40, 170, 300, 420, 555], rows, size=size, ruled=rng.random() < 0.7)
        from calendar import monthrange

        energy = [{"type": "steam", "quantity": f"{v:.2f}", "unit": "t", "period": f"{start}-{m:02d}-01/{start}-{m:02d}-{monthrange(start, m)[1]}"} for m, v in zip(months, values, strict=True)]
        return paper.bytes(), {"energy": energy}, (kind,)
    pairs += [(quantity_label, f"{plain(used)} {unit}"), ("单价", f"{price} 元/{unit}"), (rng.choice(("应收金额", "结算金额", "合计金额")), f"{money}元")]
    _pairs(rng, paper, pairs, size, 80.0)
    quantity, truth_unit = plain(used), {"steam-t": "t", "heat-GJ": "GJ", "heat-MWh": "GJ"}[kind]
    if kind == "heat-MWh":
        quantity = plain(used * Decimal("3.6"))
    energy = [{"type": "steam" if steam else "heat", "quantity": quantity, "unit": truth_unit, "period": period, "account_number": number}]
    return paper.bytes(), {"energy": energy, "total_with_tax": money}, (kind,)
