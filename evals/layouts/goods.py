"""What an invoice lists: energy of every carrier in many namings, and goods that only look like it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal

from evals.layouts.values import cents, quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A printed line; every value as printed, empty where nothing is."""

    item: str
    spec: str = ""
    unit: str = ""
    qty: str = ""
    price: str = ""
    amount: str = ""
    rate: str = ""
    tax: str = ""


def priced(item: str, unit: str, qty: str, price: str, rate: str, spec: str = "", *, sign: int = 1) -> Line:
    amount = cents(Decimal(qty) * Decimal(price)) * sign
    percent = Decimal(rate.rstrip("%")) / 100 if rate.endswith("%") else None
    tax = f"{cents(amount * percent):.2f}" if percent is not None else ("***" if rate == "免税" or rate == "不征税" else "")
    return Line(item=item, spec=spec, unit=unit, qty=qty if sign > 0 else "-" + qty, price=price, amount=f"{amount:.2f}", rate=rate, tax=tax)


def lump(item: str, amount: Decimal, rate: str, spec: str = "") -> Line:
    """A line without quantity and price."""
    percent = Decimal(rate.rstrip("%")) / 100 if rate.endswith("%") else None
    tax = f"{cents(amount * percent):.2f}" if percent is not None else "***"
    return Line(item=item, spec=spec, amount=f"{cents(amount):.2f}", rate=rate, tax=tax)


def price(rng: random.Random, low: str, high: str) -> str:
    places = rng.choice((2, 4, 6, 8, 10))
    span = Decimal(high) - Decimal(low)
    return f"{Decimal(low) + span * rng.randrange(10**6) / 10**6:.{places}f}"


ENERGY = {
    "electricity": (("*供电*电费", "*供电*电力", "*供电*工业用电", "*供电*大工业用电电费", "*供电*市场化电费", "*供电*购电费", "*供电*非居民照明电费"), ("千瓦时", "kWh", "度", "KWH", "千瓦·时", "kW·h"), ("0.38", "0.95"), "13%", (2000, 900000)),
    "natural_gas": (("*燃气*天然气", "*燃气*管道天然气", "*天然气*天然气", "*燃气*非居民天然气", "*燃气*工业用天然气", "*燃气*天然气费"), ("立方米", "m³", "Nm³", "方", "标准立方米", "立方"), ("2.6", "4.9"), "9%", (500, 90000)),
    "steam": (("*热力*蒸汽", "*热力*工业蒸汽", "*供热*蒸汽费", "*热力*饱和蒸汽"), ("吨", "t", "GJ"), ("180", "280"), "9%", (50, 9000)),
    "heat": (("*热力*热力", "*热力*采暖费", "*供热*供热费", "*热力*热量"), ("GJ", "吉焦", "百万千焦"), ("55", "110"), "9%", (50, 9000)),
    "water": (("*水冰雪*自来水", "*水冰雪*水费", "*水冰雪*工业用水"), ("吨", "立方米", "m³"), ("2.5", "6"), "3%", (50, 30000)),
    "diesel": (("*柴油*0号车用柴油(ⅥB)", "*柴油*0#柴油", "*成品油*0号车用柴油(VI)", "*柴油*-10号车用柴油"), ("升", "L", "吨"), ("6.1", "7.4"), "13%", (40, 9000)),
    "gasoline": (("*汽油*92号车用汽油(ⅥB)", "*汽油*95号车用汽油", "*汽油*92号车用乙醇汽油(E10)"), ("升", "L"), ("6.2", "7.6"), "13%", (20, 900)),
    "bituminous_coal": (("*煤炭*烟煤", "*煤炭*动力烟煤"), ("吨",), ("600", "900"), "13%", (20, 3000)),
    "lng": (("*天然气*液化天然气", "*燃气*液化天然气LNG"), ("吨",), ("3800", "5600"), "9%", (5, 300)),
}
METERED = ("electricity", "natural_gas", "steam", "heat", "water")

GOODS = (
    ("*纸制品*瓦楞纸箱", "个", "13%"), ("*紧固件*内六角螺栓", "套", "13%"), ("*润滑油*液压油", "桶", "13%"), ("*配电控制设备*柴油发电机组", "台", "13%"),
    ("*电线电缆*交联电力电缆", "米", "13%"), ("*劳务*设备维修费", "次", "13%"), ("*电子元件*光伏组件", "块", "13%"), ("*金属制品*天然气调压箱", "台", "13%"),
    ("*餐饮服务*餐饮服务", "", "6%"), ("*经营租赁*厂房租金", "月", "9%"), ("*现代服务*技术咨询费", "项", "6%"), ("*住宿服务*住宿费", "天", "6%"),
    ("*化学试剂助剂*添加剂", "千克", "13%"), ("*供热设备*蒸汽锅炉配件", "件", "13%"), ("*物流辅助服务*装卸费", "吨", "6%"), ("*谷物加工品*大米", "千克", "9%"),
    ("*运输服务*国内道路货物运输", "", "9%"), ("*日用杂品*洗洁精", "瓶", "13%"), ("*计算机配套产品*打印机硒鼓", "支", "13%"), ("*橡胶制品*蒸汽软管", "米", "13%"),
)


def energy_line(rng: random.Random, carrier: str, *, sign: int = 1) -> Line:
    names, units, (low, high), rate, (least, most) = ENERGY[carrier]
    unit = rng.choice(units)
    asked = price(rng, low, high)
    if unit == "吨" and carrier in ("diesel", "gasoline"):
        asked, least, most = price(rng, "6800", "8200"), 1, 40
    if unit == "GJ" and carrier == "steam":
        asked = price(rng, "55", "110")
    spec = rng.choice(("", "", "", "C", "A8H", "10kV", "尖", "非居民", "工商业")) if carrier in METERED else rng.choice(("", "VIB", "国Ⅵ"))
    return priced(rng.choice(names), unit, quantity(rng, least, most), asked, rate, spec, sign=sign)


def goods_line(rng: random.Random, *, long: bool = False) -> Line:
    name, unit, rate = rng.choice(GOODS)
    if long:
        name += rng.choice(("（出口专用加强型）", "M12×80不锈钢A2-70带弹垫平垫", "（含运输及现场安装调试服务费用一年质保）", "250g/㎡五层双瓦加厚防潮彩印"))
    if not unit or rng.random() < 0.1:
        return lump(name, Decimal(rng.randint(100, 9_000_000)) / 100, rate)
    return priced(name, unit, quantity(rng, 1, 500), price(rng, "3", "900"), rate, rng.choice(("", "A4", "M12*80", "5.5kW", "JY-200", "220V", "100", "12.5", "3×95+1×50")))
