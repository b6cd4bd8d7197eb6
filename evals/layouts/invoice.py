"""The content of an invoice: parties, lines, totals, remark, and what it proves."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from evals.layouts.goods import METERED, Line, energy_line, goods_line, lump, priced
from evals.layouts.remarks import energy_remark
from evals.layouts.values import PROVINCES, Party, cents, day, party, quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """``code`` is empty on 数电票. ``energy`` in the shape of expected.json, with the direction where it is not a purchase."""

    number: str
    code: str
    issued: date
    buyer: Party
    seller: Party
    lines: tuple[Line, ...]
    remark: str
    energy: tuple[Mapping[str, Any], ...] = ()
    tag: str = ""
    scenario: str = ""
    traits: tuple[str, ...] = field(default=())

    @property
    def amount(self) -> Decimal:
        return sum((Decimal(line.amount) for line in self.lines), Decimal(0))

    @property
    def tax(self) -> Decimal | None:
        known = [Decimal(line.tax) for line in self.lines if line.tax not in ("", "***")]
        return sum(known, Decimal(0)) if known else None

    @property
    def total(self) -> Decimal:
        return self.amount + (self.tax or Decimal(0))

    @property
    def tax_text(self) -> str:
        return "***" if self.tax is None else f"{self.tax:.2f}"

    @property
    def qr(self) -> str:
        kind, amount = ("10", self.amount) if self.code else ("32", self.total)
        return f"01,{kind},{self.code},{self.number},{amount:.2f},{self.issued:%Y%m%d},,A1B2"

    def truth(self) -> dict[str, Any]:
        return {
            "invoice_code": self.code,
            "invoice_no": self.number,
            "issue_date": self.issued.isoformat(),
            "seller_name": self.seller.name,
            "seller_id": self.seller.tax_id,
            "buyer_name": self.buyer.name,
            "buyer_id": self.buyer.tax_id,
            "total_amount": f"{self.amount:.2f}",
            "total_tax": self.tax_text,
            "total_with_tax": f"{self.total:.2f}",
            "lines": [{"name": x.item, "spec": x.spec, "unit": x.unit, "qty": x.qty, "price": x.price, "amount": x.amount, "rate": x.rate, "tax": x.tax} for x in self.lines],
            "energy": [dict(e) for e in self.energy],
        }


def _proved(carrier: str, line: Line, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {"type": carrier, "quantity": line.qty, "unit": line.unit, **(extra or {})}


def _metered(rng: random.Random, issued: date, carrier: str) -> tuple[list[Line], str, list[dict[str, Any]]]:
    line = energy_line(rng, carrier)
    remark = energy_remark(rng, carrier, issued, line.qty)
    extra: dict[str, Any] = {"account_number": remark.account}
    if remark.period:
        extra["period"] = f"{remark.period[0]}/{remark.period[1]}"
    else:
        extra["period_unsettled"] = True
    lines = [line]
    if carrier == "electricity" and rng.random() < 0.35:
        lines.append(lump("*供电*基本电费", Decimal(rng.randint(100_000, 900_000)) / 100, "13%"))
        if rng.random() < 0.5:
            lines.append(lump("*供电*力调电费", Decimal(-rng.randint(1_000, 90_000)) / 100, "13%"))
    if carrier == "water" and rng.random() < 0.7:
        lines.append(priced("*劳务*污水处理费", line.unit, line.qty, "0.95", "免税"))
    if rng.random() < 0.12:
        lines.insert(1, replace(lump(line.item, Decimal(line.amount) * Decimal("-0.05"), line.rate)))
    return lines, remark.text, [_proved(carrier, line, extra)]


def _plain(rng: random.Random, issued: date) -> dict[str, Any]:
    lines, remark, energy = _metered(rng, issued, rng.choice(METERED))
    return {"lines": lines, "remark": remark, "energy": energy}


def _bands(rng: random.Random, issued: date) -> dict[str, Any]:
    """Electricity by time of use: each line carries its own share."""
    remark = energy_remark(rng, "electricity", issued)
    names = rng.choice((("尖", "峰", "平", "谷"), ("峰", "平", "谷"), ("峰段", "平段", "谷段")))
    lines = [priced("*供电*电费", "千瓦时", quantity(rng, 1000, 90000, 0), f"{Decimal(rng.randint(3000, 9999)) / 10000:.4f}", "13%", n) for n in names]
    extra: dict[str, Any] = {"account_number": remark.account} | ({"period": f"{remark.period[0]}/{remark.period[1]}"} if remark.period else {"period_unsettled": True})
    return {"lines": lines, "remark": remark.text, "energy": [_proved("electricity", x, extra) for x in lines]}


def _fuel(rng: random.Random, issued: date) -> dict[str, Any]:
    carrier = rng.choice(("diesel", "gasoline", "bituminous_coal", "lng"))
    line = energy_line(rng, carrier)
    bought = issued - timedelta(days=rng.randint(0, 60))
    words = rng.choice((f"加油日期：{bought}", f"交易日期{bought:%Y年%m月%d日}", "", f"车牌号：苏B·{rng.randrange(10**5):05d}", f"提货日期:{bought:%Y.%m.%d}"))
    extra: dict[str, Any] = {"period": f"{bought}/{bought}"} if any(c in words for c in ("日期",)) and carrier in ("diesel", "gasoline") else {"period_unsettled": True}
    return {"lines": [line], "remark": words, "energy": [_proved(carrier, line, extra)], "tag": "成品油" if carrier in ("diesel", "gasoline") else ""}


def _goods(rng: random.Random, issued: date) -> dict[str, Any]:
    lines = [goods_line(rng, long=rng.random() < 0.3) for _ in range(rng.choice((1, 1, 2, 3, 4, 5)))]
    if rng.random() < 0.25 and Decimal(lines[0].amount) > 10:
        lines.insert(1, lump(lines[0].item, Decimal(lines[0].amount) * Decimal("-0.1"), lines[0].rate))
    return {"lines": lines, "remark": rng.choice(("", "合同号：XS2024-118", "2023年10月货款", "开户行：工商银行某某支行"))}


def _many(rng: random.Random, issued: date) -> dict[str, Any]:
    return {"lines": [goods_line(rng, long=rng.random() < 0.15) for _ in range(rng.randint(18, 45))], "remark": ""}


def _exempt(rng: random.Random, issued: date) -> dict[str, Any]:
    rate = rng.choice(("免税", "不征税"))
    item = rng.choice(("*谷物*小麦", "*水果*苹果", "*林业产品*木材边料", "*蔬菜*白菜"))
    return {"lines": [priced(item, "千克", quantity(rng, 10, 9000), "2.35", rate) for _ in range(rng.randint(1, 3))], "remark": "", "tag": rng.choice(("", "自产农产品销售"))}


def _margin(rng: random.Random, issued: date) -> dict[str, Any]:
    """差额征税: the tax follows the margin, not the amount."""
    gross = Decimal(rng.randint(200_000, 9_000_000)) / 100
    tax = cents(gross * Decimal("0.1") * Decimal("0.05") / Decimal("1.05"))
    line = Line(item="*人力资源服务*劳务派遣服务", amount=f"{gross - tax:.2f}", rate="***", tax=f"{tax:.2f}")
    return {"lines": [line], "remark": f"差额征税：{cents(gross * Decimal('0.9')):.2f}。"}


def _red(rng: random.Random, issued: date) -> dict[str, Any]:
    carrier = rng.choice((*METERED, "diesel"))
    line = energy_line(rng, carrier, sign=-1)
    blue = "24" + rng.choice(PROVINCES) + "2" + f"{rng.randrange(10**15):015d}"
    return {"lines": [line], "remark": rng.choice((f"被红冲蓝字数电发票号码：{blue} 红字发票信息确认单编号：{rng.randrange(10**15)}", f"对应正数发票代码:011002400111号码:{rng.randrange(10**8):08d}")),
            "energy": [_proved(carrier, line)]}


def _resold(rng: random.Random, issued: date) -> dict[str, Any]:
    """A landlord passes electricity on."""
    remark = energy_remark(rng, "electricity", issued)
    line = priced(rng.choice(("*物业管理服务*代收电费", "*供电*电费", "*企业管理服务*电费", "*供电*转供电费")), rng.choice(("度", "千瓦时", "kWh")), quantity(rng, 500, 60000), "0.92", rng.choice(("13%", "6%")))
    extra: dict[str, Any] = {"account_number": remark.account} | ({"period": f"{remark.period[0]}/{remark.period[1]}"} if remark.period else {"period_unsettled": True})
    return {"lines": [line], "remark": remark.text, "energy": [_proved("electricity", line, extra)], "seller_name": "澜星园区物业管理有限公司"}


def _feed_in(rng: random.Random, issued: date) -> dict[str, Any]:
    """Photovoltaic electricity sold to the grid company, which may issue the invoice itself (收购)."""
    line = priced(rng.choice(("*发电*光伏发电", "*供电*光伏上网电费", "*发电*分布式光伏上网电量")), "千瓦时", quantity(rng, 500, 90000, 0), rng.choice(("0.3779", "0.391", "0.4153")), "13%")
    grid = rng.choice(("国网虚江省电力有限公司云泽供电公司", "云泽供电局有限责任公司", "虚江电网有限责任公司"))
    return {"lines": [line], "remark": rng.choice(("", f"{issued.year - 1}年12月光伏上网电费", "光伏收购")), "buyer_name": grid, "tag": rng.choice(("", "光伏收购")), "exported": True,
            "energy": [_proved("pv_generation", line, {"direction": "exported", "period_unsettled": True})]}


def _prepaid(rng: random.Random, issued: date) -> dict[str, Any]:
    lines = [lump(rng.choice(("*预付卡销售*加油卡充值", "*供电*预存电费", "*预付卡*预付卡充值")), Decimal(rng.randint(1, 200)) * 500, "不征税")]
    return {"lines": lines, "remark": ""}


def _area(rng: random.Random, issued: date) -> dict[str, Any]:
    """Heating charged by floor area: no quantity of energy."""
    return {"lines": [priced(rng.choice(("*热力*采暖费", "*供热*供暖费")), rng.choice(("平方米", "㎡")), quantity(rng, 300, 20000), "38.50", "9%")], "remark": f"{issued.year}年采暖季"}


def _blank_unit(rng: random.Random, issued: date) -> dict[str, Any]:
    remark = energy_remark(rng, "electricity", issued)
    line = replace(energy_line(rng, "electricity"), unit="")
    return {"lines": [line], "remark": remark.text, "energy": [{"type": "electricity", "quantity": line.qty, "unit": "", "period_unsettled": True}]}


def _no_quantity(rng: random.Random, issued: date) -> dict[str, Any]:
    remark = energy_remark(rng, "electricity", issued)
    return {"lines": [lump("*供电*电费", Decimal(rng.randint(10**5, 10**8)) / 100, "13%")], "remark": remark.text}


SCENARIOS: dict[str, tuple[int, Callable[[random.Random, date], dict[str, Any]]]] = {
    "metered": (9, _plain), "bands": (2, _bands), "fuel": (3, _fuel), "goods": (4, _goods), "many": (2, _many), "exempt": (1, _exempt), "margin": (1, _margin), "red": (2, _red),
    "resold": (1, _resold), "feed-in": (2, _feed_in), "prepaid": (1, _prepaid), "area": (1, _area), "blank-unit": (1, _blank_unit), "no-quantity": (1, _no_quantity),
}  # fmt: skip


def make_invoice(rng: random.Random, *, old: bool = False, scenario: str = "", most_lines: int | None = None) -> Invoice:
    names = [n for n in SCENARIOS if not (most_lines and n == "many")]
    chosen = scenario or rng.choices(names, [SCENARIOS[n][0] for n in names])[0]
    issued = day(rng, 2016 if old else 2022, 2023 if old else 2025)
    content = SCENARIOS[chosen][1](rng, issued)
    wraps = rng.choice((0, 0, 0, 1, 2, 3))
    number = f"{rng.randrange(10**8):08d}" if old else f"{issued:%y}{rng.choice(PROVINCES)}{rng.choice('27')}{rng.randrange(10**15):015d}"
    return Invoice(
        number=number,
        code=f"0{rng.choice(PROVINCES)}00{issued:%y}00{rng.randrange(10**3):03d}" if old else "",
        issued=issued,
        buyer=party(rng, long=wraps if rng.random() < 0.5 else 0, name=content.get("buyer_name", "")),
        seller=party(rng, long=wraps if rng.random() < 0.5 else 0, name=content.get("seller_name", "")),
        lines=tuple(content["lines"]),
        remark=content["remark"],
        energy=tuple(content.get("energy", ())),
        tag=content.get("tag", ""),
        scenario=chosen,
        traits=(chosen,),
    )
