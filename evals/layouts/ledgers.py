"""Workbooks as people keep them: units in titles, merged heads, months as columns or rows, years side by side, notes among numbers."""

from __future__ import annotations

import io
import random
from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import Any

from evals.layouts.values import account, quantity

CARRIERS = {
    "electricity": (("用电量", "外购电量", "电力", "市电"), (("kWh", 1), ("万kWh", 10000), ("千瓦时", 1), ("MWh", 1000)), (10, 900)),
    "natural_gas": (("天然气", "用气量", "天然气用量"), (("m³", 1), ("万m³", 10000), ("Nm3", 1)), (5, 300)),
    "steam": (("蒸汽", "外购蒸汽", "蒸汽用量"), (("吨", 1), ("t", 1)), (50, 900)),
    "diesel": (("柴油", "柴油用量"), (("L", 1), ("升", 1), ("吨", 1)), (20, 900)),
    "water": (("自来水", "用水量", "新鲜水"), (("吨", 1), ("m³", 1)), (50, 900)),
}


def _save(book: Any) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _month_text(rng: random.Random, year: int, month: int, style: int) -> Any:
    return (f"{month}月", f"{year}年{month}月", f"{year}-{month:02d}", f"{year}.{month:02d}", date(year, month, 1), f"{year}{month:02d}", f"{year}年{month:02d}月份", date(year, month, 1))[style]


def _month(year: int, month: int) -> str:
    return f"{year}-{month:02d}-01/{year}-{month:02d}-{monthrange(year, month)[1]}"


def draw_ledger(rng: random.Random) -> tuple[bytes, dict[str, Any], tuple[str, ...]]:
    shape = rng.choice((_rows, _rows, _columns, _side_by_side, _pv, _readings))
    return shape(rng)


def _cell_value(rng: random.Random, text: str) -> Any:
    return float(text) if rng.random() < 0.8 else (text if rng.random() < 0.5 else f"{Decimal(text):,}")


def _rows(rng: random.Random) -> tuple[bytes, dict[str, Any], tuple[str, ...]]:
    """A row each month, a column each carrier; one or two header rows."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = rng.choice(("Sheet1", "能源台账", "2025"))
    year = rng.randint(2022, 2025)
    chosen = rng.sample(list(CARRIERS), rng.randint(1, 3))
    names = [rng.choice(CARRIERS[c][0]) for c in chosen]
    units = [rng.choice(CARRIERS[c][1])[0] for c in chosen]
    one_unit = len(chosen) == 1 and rng.random() < 0.5
    title = f"{year}年{rng.choice(('能源消耗台账', '能源计量统计表', '用能月报'))}" + (f"（单位：{units[0]}）" if one_unit else "")
    sheet.append([title])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(chosen) + 2)
    if rng.random() < 0.3:
        sheet.append([])
    two = rng.random() < 0.35 and not one_unit
    first = rng.choice(("月份", "年月", "统计月份"))
    if two:
        sheet.append([first, *names, "备注"])
        sheet.append(["", *units, ""])
        top = sheet.max_row - 1
        sheet.merge_cells(start_row=top, start_column=1, end_row=top + 1, end_column=1)
    else:
        sheet.append([first, *[n if one_unit else n + rng.choice((f"（{u}）", f"({u})", f"/{u}")) for n, u in zip(names, units, strict=True)], "备注"])
    style = rng.randrange(8)
    odd = rng.random() < 0.3
    hole = rng.randint(2, 11) if odd else 0
    energy: list[dict[str, Any]] = []
    sums = [Decimal(0) for _ in chosen]
    for month in range(1, 13):
        values: list[Any] = []
        for n, carrier in enumerate(chosen):
            text = quantity(rng, *CARRIERS[carrier][2], places=rng.choice((0, 1, 2)))
            if month == hole and n == 0:
                values.append(rng.choice(("—", "抄表故障", "/", "停产", f"{text}（估）", "", f"约{text}")))
                continue
            sums[n] += Decimal(text)
            values.append(_cell_value(rng, text))
            energy.append({"type": carrier, "quantity": text, "unit": units[n], "period": _month(year, month)})
        sheet.append([_month_text(rng, year, month, style), *values, rng.choice(("", "", "检修"))])
        if rng.random() < 0.1 and month in (3, 6, 9):
            pass
    how = rng.choice(("number", "formula", "none"))
    if how == "number":
        sheet.append([rng.choice(("合计", "全年合计", "总计")), *[float(s) for s in sums]])
    elif how == "formula":
        last = sheet.max_row
        sheet.append(["合计", *[f"=SUM({chr(66 + n)}{last - 11}:{chr(66 + n)}{last})" for n in range(len(chosen))]])
    if rng.random() < 0.15:
        sheet.row_dimensions[sheet.max_row - 3].hidden = True
    if rng.random() < 0.3:
        sheet.append([])
        sheet.append(["制表人：某某", "审核：某某"])
    return _save(book), {"energy": energy}, ("rows", f"months-{style}", "hole" if odd else "full", how)


def _columns(rng: random.Random) -> tuple[bytes, dict[str, Any], tuple[str, ...]]:
    """A row each carrier, a column each month."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    year = rng.randint(2022, 2025)
    sheet.append([f"{year}年度能源消费统计表"])
    bare = rng.random() < 0.3
    heads = [f"{m}月" for m in range(1, 13)] if bare or rng.random() < 0.6 else [f"{year}-{m:02d}" for m in range(1, 13)]
    total = rng.random() < 0.6
    sheet.append([rng.choice(("能源品种", "能源名称", "项目")), rng.choice(("单位", "计量单位")), *heads, *(["合计"] if total else [])])
    energy: list[dict[str, Any]] = []
    for carrier in rng.sample(list(CARRIERS), rng.randint(1, 4)):
        unit = rng.choice(CARRIERS[carrier][1])[0]
        texts = [quantity(rng, *CARRIERS[carrier][2], places=rng.choice((0, 2))) for _ in range(12)]
        sheet.append([rng.choice(CARRIERS[carrier][0]), unit, *[float(t) for t in texts], *([float(sum(map(Decimal, texts)))] if total else [])])
        energy += [{"type": carrier, "quantity": t, "unit": unit, "period": _month(year, m)} for m, t in enumerate(texts, 1)]
    return _save(book), {"energy": energy}, ("columns",)


def _side_by_side(rng: random.Random) -> tuple[bytes, dict[str, Any], tuple[str, ...]]:
    """Two years beside each other in one sheet: only a reader that sees both heads keeps them apart."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    year = rng.randint(2023, 2024)
    name, unit = rng.choice((("用电量", "kWh"), ("天然气", "m³")))
    carrier = "electricity" if name == "用电量" else "natural_gas"
    sheet.append([f"{name}统计（单位：{unit}）"])
    style = rng.randrange(3)
    energy: list[dict[str, Any]] = []
    pairs = [[quantity(rng, 100, 9000, 0) for _ in range(12)] for _ in range(2)]
    if style == 0:
        sheet.append(["月份", f"{year}年", f"{year + 1}年"])
        for m in range(1, 13):
            sheet.append([f"{m}月", float(pairs[0][m - 1]), float(pairs[1][m - 1])])
    elif style == 1:
        sheet.append([f"{year}年", "", "", f"{year + 1}年", ""])
        sheet.merge_cells(start_row=2, start_column=1, end_row=2, end_column=2)
        sheet.merge_cells(start_row=2, start_column=4, end_row=2, end_column=5)
        sheet.append(["月份", name, "", "月份", name])
        for m in range(1, 13):
            sheet.append([f"{m}月", float(pairs[0][m - 1]), None, f"{m}月", float(pairs[1][m - 1])])
    else:
        sheet.append(["月份", f"{year}年{name}", f"{year + 1}年{name}", "同比"])
        for m in range(1, 13):
            sheet.append([f"{m}月", float(pairs[0][m - 1]), float(pairs[1][m - 1]), "3.1%"])
    for y, texts in ((year, pairs[0]), (year + 1, pairs[1])):
        energy += [{"type": carrier, "quantity": t, "unit": unit, "period": _month(y, m)} for m, t in enumerate(texts, 1)]
    return _save(book), {"energy": energy}, (f"side-by-side-{style}",)


def _pv(rng: random.Random) -> tuple[bytes, dict[str, Any], tuple[str, ...]]:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    year = rng.randint(2022, 2025)
    sheet.append([f"{year}年屋顶光伏{rng.choice(('发电记录', '发电台账', '运行记录'))}"])
    unit = rng.choice(("kWh", "千瓦时", "万kWh"))
    sheet.append(["月份", f"{rng.choice(('发电量', '光伏发电量'))}（{unit}）", f"{rng.choice(('自用电量', '自发自用电量'))}（{unit}）", f"上网电量（{unit}）"])
    energy: list[dict[str, Any]] = []
    for m in range(1, 13):
        own, fed = Decimal(rng.randint(1000, 90_000)) / 100, Decimal(rng.randint(1000, 90_000)) / 100
        sheet.append([f"{m}月", float(own + fed), float(own), float(fed)])
        for value, direction in ((own + fed, "self_generated"), (own, "self_consumed"), (fed, "exported")):
            energy.append({"type": "pv_generation", "quantity": f"{value:.2f}", "unit": unit, "direction": direction, "period": _month(year, m)})
    return _save(book), {"energy": energy}, ("pv",)


def _readings(rng: random.Random) -> tuple[bytes, dict[str, Any], tuple[str, ...]]:
    """A meter list: opening, closing, multiplier, quantity (sometimes a formula that was never calculated)."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    year, multiplier = rng.randint(2022, 2025), rng.choice((1, 40, 200))
    sheet.append([f"{year}年电表抄表台账"])
    meter = account(rng, 10)
    sheet.append(["表号", "月份", rng.choice(("上月示数", "起码")), rng.choice(("本月示数", "止码")), "倍率", rng.choice(("用电量（kWh）", "用电量(kWh)", "电量（度）"))])
    reading = rng.randint(100, 9000)
    formula = rng.random() < 0.4
    energy: list[dict[str, Any]] = []
    for m in range(1, 13):
        step = rng.randint(10, 900)
        row = sheet.max_row + 1
        sheet.append([meter, f"{year}年{m}月", reading, reading + step, multiplier, f"=(D{row}-C{row})*E{row}" if formula else step * multiplier])
        energy.append({"type": "electricity", "quantity": str(step * multiplier), "unit": "kWh", "period": _month(year, m)})
        reading += step
    return _save(book), {"energy": energy}, ("readings", "formula" if formula else "value")
