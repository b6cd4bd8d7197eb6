"""Feed-in bills, settlements of green electricity and certificates: several titles, labels, units, arrangements and states."""

from __future__ import annotations

import random
from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import Any

from evals.layouts.bills import Metered, period_of, plain, written
from evals.layouts.canvas import Paper, table
from evals.layouts.values import account, cents, company

Drawn = tuple[bytes, dict[str, Any], tuple[str, ...]]


def labelled(rng: random.Random, paper: Paper, pairs: list[tuple[str, str]], size: float, top: float) -> float:
    """Labels with values: in a ruled table, stacked under each other, or in one or two columns of text. Returns the bottom."""
    style = rng.choice(("table", "four", "one", "two", "stacked"))
    if style == "table":
        return table(paper, top, [40.0, 170.0, 555.0], [["项目", "内容"], *[list(p) for p in pairs]], size=size)
    if style == "four":
        padded = [*pairs, ("", "")] if len(pairs) % 2 else pairs
        rows = [[*a, *b] for a, b in zip(padded[::2], padded[1::2], strict=True)]
        return table(paper, top, [40.0, 130.0, 310.0, 400.0, 555.0], [["项目", "内容", "项目", "内容"], *rows], size=size)
    if style == "stacked" and all(paper.length(v, size) < 120 for _, v in pairs):
        y = top
        for begin in range(0, len(pairs), 4):
            chunk = pairs[begin : begin + 4]
            xs = [40.0 + 129.0 * i for i in range(len(chunk) + 1)]
            y = table(paper, y, xs, [[a for a, _ in chunk], [b for _, b in chunk]], size=size) + 4
        return y
    colon, columns, y = rng.choice(("：", ":", "： ")), 2 if style == "two" else 1, top
    for index, (label, value) in enumerate(pairs):
        x, last = (40.0, columns == 1) if index % columns == 0 else (310.0, True)
        paper.text(x, y, f"{label}{colon}{value}", size if paper.length(f"{label}{colon}{value}", size) < (500 if columns == 1 else 255) else size * 0.7)
        if last:
            y += size + 8
    return y + size + 8


def _months(rng: random.Random) -> tuple[int, list[int]]:
    first = rng.randint(1, 8)
    return rng.randint(2022, 2025), list(range(first, first + rng.randint(2, 5)))


def _period(year: int, month: int) -> str:
    return f"{date(year, month, 1)}/{date(year, month, monthrange(year, month)[1])}"


def draw_feed_in(rng: random.Random) -> Drawn:
    """上网电费账单: electricity given to the grid; components with a quantity of zero; the sign is not the one of a purchase."""
    start, end = period_of(rng)
    label, text = written(rng, start, end)
    m = Metered(rng)
    fed = m.read
    price = Decimal(rng.choice(("0.3779", "0.391", "0.4153", "0.4536")))
    money = f"{cents(fed * price):.2f}"
    unit = rng.choice(("千瓦时", "kWh", "度"))
    number, holder = account(rng, rng.choice((10, 13))), company(rng)
    source = rng.choice(("屋顶光伏", "分布式光伏", "光伏发电", ""))
    paper = Paper(595.0, 842.0, digits=rng.choice(("", "Helvetica")))
    size = rng.choice((8.0, 9.0, 10.0))
    paper.text(297, 48, rng.choice(("国网虚江省电力有限公司上网电费账单", "上网电费结算单", "分布式光伏发电结算单", "光伏发电上网结算单", "上网电量结算单")), 15, align="centre")
    if rng.random() < 0.4 and label != "用电期间":
        label = "结算周期" if "月" not in label and "年月" not in label else label
    pairs = [(rng.choice(("发电户号", "户号", "用户编号", "客户编号")), number), (rng.choice(("发电户名称", "户名", "用户名称")), holder), (label, text)]
    if source:
        pairs.append(("项目类型", source))
    pairs += [(rng.choice(("上网电量", "结算上网电量", "本期上网电量", "上网电量合计")), f"{plain(fed)} {unit}"), (rng.choice(("上网电费", "结算电费", "应付电费", "上网电费合计")), f"{money}元")]
    y = labelled(rng, paper, pairs, size, 80.0)
    shape = rng.choice(("meters", "components", "none"))
    if shape == "meters":
        head = ["表号", "示数类型", "上次示数", "本次示数", "倍率", rng.choice(("上网电量", "抄见电量", "结算电量"))]
        rows = [[m.number, rng.choice(("反向有功（总）", "总", "反向有功")), f"{m.opening:.2f}", f"{m.closing:.2f}", str(m.multiplier), plain(fed)]]
        table(paper, y + 16, [40.0, 165.0, 250.0, 330.0, 410.0, 470.0, 555.0], [head, *rows], size=size * 0.85, ruled=rng.random() < 0.7)
    elif shape == "components":
        rows = [["项目", f"电量（{unit}）", "电价", "电费（元）"], ["上网电费", plain(fed), str(price), money], ["补贴电费", "0", "0", "0.00"], ["合计", "", "", money]]
        table(paper, y + 16, [40.0, 200.0, 320.0, 430.0, 555.0], rows, size=size * 0.9, ruled=rng.random() < 0.7)
    # Without a word on the plant, it is electricity that is fed in; with one, it is that of the plant.
    carrier = "pv_generation" if source or "光伏" in "".join(_titles(paper)) else "electricity"
    energy = {"type": carrier, "quantity": plain(fed), "unit": "kWh", "direction": "exported", "period": f"{start}/{end}", "account_number": number}
    return paper.bytes(), {"energy": [energy], "total_with_tax": money, "buyer_name": holder}, (shape, "source" if source else "bare")


def _titles(paper: Paper) -> list[str]:
    return [run.text for run in paper.runs[:1]]


def draw_green_power(rng: random.Random) -> Drawn:
    """绿色电力交易结算单: energy and environmental value apart; contract, use and settled quantity side by side."""
    year, months = _months(rng)
    unit, scale = rng.choice((("MWh", 1000), ("兆瓦时", 1000), ("kWh", 1), ("千瓦时", 1), ("万千瓦时", 10_000)))
    number, holder = account(rng, 13), company(rng)
    paper = Paper(595.0, 842.0)
    size = rng.choice((8.0, 9.0))
    paper.text(297, 48, rng.choice(("绿色电力交易结算单", "绿电交易结算单", "绿电结算单", "绿色电力结算凭证（绿电结算）", "绿色电力消费凭证")), 15, align="centre")
    pairs = [(rng.choice(("购电方", "用户名称", "电力用户", "买方")), holder), (rng.choice(("户号", "购方户号", "用户编号")), number), ("售电方", company(rng)), ("交易品种", "省内绿电双边协商")]
    single = rng.random() < 0.4
    settled = [Decimal(rng.randint(10_000, 900_000)) / 100 for _ in months]
    energy_price, value_price = Decimal(rng.randint(320, 460)), Decimal(rng.randint(15, 50))
    if single:
        months, settled = months[:1], settled[:1]
        month = months[0]
        pairs += [(rng.choice(("结算月份", "交割月份", "电量所属月份")), rng.choice((f"{year}年{month}月", f"{year}-{month:02d}"))), ("合同电量", f"{plain(settled[0] + 20)} {unit}"), (rng.choice(("绿电结算电量", "结算电量", "实际结算电量")), f"{plain(settled[0])} {unit}"), ("电能量价格", f"{energy_price} 元/MWh"), ("环境价值价格", f"{value_price} 元/MWh")]
        labelled(rng, paper, pairs, size, 80.0)
    else:
        y = labelled(rng, paper, pairs, size, 80.0)
        wide = rng.random() < 0.5
        head = [rng.choice(("结算月份", "月份", "交割月份")), f"合同电量({unit})", *([f"用电量({unit})"] if wide else []), rng.choice((f"结算电量({unit})", f"绿电结算电量({unit})", f"实际结算电量（{unit}）"))]
        rows = [head]
        for month, value in zip(months, settled, strict=True):
            rows.append([rng.choice((f"{year}-{month:02d}", f"{year}年{month}月")), plain(value + 30), *([plain(value * 2)] if wide else []), plain(value)])
        if rng.random() < 0.7:
            rows.append(["合计", "", *([""] if wide else []), plain(sum(settled, Decimal(0)))])
        step = 515.0 / len(head)
        table(paper, y + 16, [40.0 + step * i for i in range(len(head) + 1)], rows, size=size, ruled=rng.random() < 0.7, aligns=["left", *["right"] * (len(head) - 1)])
    energy = [{"type": "green_power", "quantity": plain(v * scale), "unit": "kWh", "direction": "purchased", "period": _period(year, m), "account_number": number} for m, v in zip(months, settled, strict=True)]
    return paper.bytes(), {"energy": energy, "buyer_name": holder}, ("single" if single else "months", unit)


def draw_certificate(rng: random.Random) -> Drawn:
    """绿色电力证书: number range, month of production, count; one certificate is 1 000 kWh."""
    year, month, count = rng.randint(2023, 2025), rng.randint(1, 12), rng.randint(1, 9_000)
    holder, unit = company(rng), rng.choice(("张", "个"))
    code = "".join(rng.choice("0123456789ABCDEF") for _ in range(24))
    paper = Paper(595.0, 842.0)
    size = rng.choice((9.0, 10.0, 11.0))
    paper.text(297, 60, rng.choice(("绿色电力证书", "可再生能源绿色电力证书", "绿色电力证书交易凭证", "绿证核销证明", "绿证划转凭证")), 18, align="centre")
    state = rng.choice(("已核销", "核销", "已划转", "持有"))
    quantity_label = rng.choice(("证书数量", "绿证数量", "数量", "核销数量" if "核销" in state else "交易数量"))
    shown = rng.choice((f"{count}{unit}", f"{count} {unit}", f"{count:,} {unit}"))
    pairs = [(rng.choice(("证书编号", "证书编号区间", "绿证编号区间")), f"{code}00000001-{code}{count:08d}"), ("项目名称", "云泽风电场二期"), ("项目类型", rng.choice(("陆上风电", "集中式光伏", "分布式光伏"))),
             (rng.choice(("电量生产年月", "生产年月", "电量生产月份")), rng.choice((f"{year}年{month}月", f"{year}-{month:02d}", f"{year}年{month:02d}月"))), (quantity_label, shown),
             (rng.choice(("买方", "购买方", "持有人", "受让方")), holder), ("卖方", company(rng)), (rng.choice(("证书状态", "状态", "核销状态")), state)]  # fmt: skip
    if rng.random() < 0.3:
        pairs.append(("交易方式", "挂牌交易"))
    labelled(rng, paper, pairs, size, 100.0)
    energy = {"type": "green_certificate", "quantity": str(count * 1000), "unit": "kWh", "direction": "purchased", "period": _period(year, month)}
    return paper.bytes(), {"energy": [energy], "buyer_name": holder}, (state,)
