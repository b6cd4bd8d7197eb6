"""Remarks of energy invoices: accounts, periods and readings in the wordings of many issuers."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from evals.layouts.values import account, month_end


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """``period`` is None where the text does not settle it (no year): then a reader must ask."""

    text: str
    account: str
    period: tuple[date, date] | None


WORDS = {
    "electricity": ("用电", "电费"),
    "natural_gas": ("用气", "气费"),
    "steam": ("用汽", "汽费"),
    "heat": ("用热", "热费"),
    "water": ("用水", "水费"),
}


def energy_remark(rng: random.Random, carrier: str, issued: date, used: str = "") -> Remark:
    """A remark for a metered carrier invoiced on ``issued``; ``used`` is the quantity, for wordings with readings."""
    use, fee = WORDS[carrier]
    number = account(rng)
    start, end = _period(rng, issued)
    whole = start.day == 1 and end == month_end(start)
    label = rng.choice(("户号", "用户编号", "客户编号", "结算户号", f"{use}户号", "缴费户号", "用户号", "客户号", "户 号"))
    said = f"{label}{rng.choice(('：', ':', '', ' '))}{number}"
    term, settled = _term(rng, use, fee, start, end, whole)
    extra = rng.choice(("", "", f"合同编号：HT{issued.year - 1}{rng.randrange(10**4):04d}", f"订单号{rng.randrange(10**9)}", "联系电话：0510-8266" + f"{rng.randrange(10**4):04d}"))
    if used and rng.random() < 0.3:
        extra = _readings(rng, used)
    parts = [said, term, extra]
    if rng.random() < 0.3:
        rng.shuffle(parts)
    mark = rng.choice(("；", "，", " ", "  ", "\n", ";", "。", "、"))
    return Remark(text=mark.join(p for p in parts if p), account=number, period=(start, end) if settled else None)


def _period(rng: random.Random, issued: date) -> tuple[date, date]:
    last = issued.replace(day=1) - timedelta(days=1)
    first = last.replace(day=1)
    if rng.random() < 0.65:
        return first, last
    end = last.replace(day=rng.choice((20, 24, 25, 26)))
    start = (end.replace(day=1) - timedelta(days=1)).replace(day=end.day) + timedelta(days=1)
    return start, end


def _term(rng: random.Random, use: str, fee: str, start: date, end: date, whole: bool) -> tuple[str, bool]:
    label = rng.choice((f"{use}期间", f"{use}周期", "抄表周期", "计费期间", "计费周期", "账期", "结算周期", "所属期", "费用所属期", "抄表期间", f"{use}时间", "账单周期", "结算期间"))
    colon = rng.choice(("：", ":", "", " ", "为"))
    joint = rng.choice(("至", "-", "~", "—", "到", " 至 ", "--", "～"))
    y, m, d = start.year, start.month, start.day
    if whole and rng.random() < 0.5:
        month = rng.choice((f"{y}年{m}月", f"{y}年{m:02d}月", f"{y}{m:02d}", f"{y}-{m:02d}", f"{y}.{m:02d}", f"{y}年{m}月份", f"{y}/{m:02d}"))
        style = rng.randrange(3)
        if style == 0 and "月" in month:
            return f"{month}{rng.choice(('', '份'))if not month.endswith('份') else ''}{fee}", True
        months = rng.choice(("账期", f"{fee}年月", f"{fee}月份", "结算月份", "账单月份", f"{use}月份", "结算年月", "所属期", label))
        return f"{months}{colon}{month}", True
    forms: tuple[str, ...] = (
        f"{y}.{m:02d}.{d:02d}{joint}{end.year}.{end.month:02d}.{end.day:02d}",
        f"{y}年{m}月{d}日{joint}{end.year}年{end.month}月{end.day}日",
        f"{y}{m:02d}{d:02d}{joint}{end.year}{end.month:02d}{end.day:02d}",
        f"{y}-{m:02d}-{d:02d}{joint if joint not in ('-', '--') else '至'}{end.year}-{end.month:02d}-{end.day:02d}",
        f"{y}/{m}/{d}{joint}{end.year}/{end.month}/{end.day}",
        f"{y}年{m:02d}月{d:02d}日{joint}{end.month:02d}月{end.day:02d}日",
    )
    if start.year != end.year:
        forms = forms[:5]
    if rng.random() < 0.1:
        return f"{label}{colon}{m}月{d}日{joint}{end.month}月{end.day}日", False
    return f"{label}{colon}{rng.choice(forms)}", True


def _readings(rng: random.Random, used: str) -> str:
    multiplier = rng.choice((1, 40, 200, 1600))
    value = float(used)
    if value <= 0 or value % multiplier:
        multiplier = 1
    if "." in used:
        return ""
    opening = rng.randint(100, 9000)
    closing = opening + int(value) // multiplier
    a, b = rng.choice((("上次示数", "本次示数"), ("起码", "止码"), ("起度", "止度"), ("上期读数", "本期读数")))
    return f"{a}{opening}，{b}{closing}，倍率{multiplier}"
