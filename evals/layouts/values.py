"""Invented parties, numbers, money and dates. Nothing here is taken from a real document."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PROVINCES = ("11", "12", "13", "21", "22", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44", "50", "51", "61")
CITIES = ("青州", "临川", "云泽", "合浦", "江渚", "平阳", "海曲", "广宁", "沅陵", "朔方", "桐溪", "濮上")
STEMS = ("麓原", "澜星", "启衡", "曜石", "泓远", "钧泰", "禾穗", "绯云", "砺锋", "瀚宇", "晟禾", "琥珀山")
TRADES = ("新材料科技", "锂电池制造", "精密机械", "食品", "纺织印染", "包装制品", "汽车零部件", "医药化工", "玻璃", "供应链管理")
FORMS = ("有限公司", "股份有限公司", "有限责任公司", "集团有限公司", "有限公司第二分公司")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    name: str
    tax_id: str


def tax_id(rng: random.Random) -> str:
    """A unified social credit code with a valid check character (GB 32100-2015)."""
    body = "91" + rng.choice(PROVINCES) + f"{rng.randrange(10**4):04d}" + "".join(rng.choice(ALPHABET) for _ in range(9))
    total = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + ALPHABET[(31 - total % 31) % 31]


def company(rng: random.Random, *, long: int = 0) -> str:
    """A company's name; ``long`` adds that many further parts, for names that wrap."""
    parts = [rng.choice(CITIES), rng.choice(STEMS), rng.choice(TRADES)]
    parts += [rng.choice(("（", "")) + rng.choice(STEMS) + rng.choice(TRADES) for _ in range(long)]
    name = "".join(parts)
    name += "）" * (name.count("（") - name.count("）"))
    return name + rng.choice(FORMS)


def party(rng: random.Random, *, long: int = 0, name: str = "") -> Party:
    return Party(name=name or company(rng, long=long), tax_id=tax_id(rng))


def day(rng: random.Random, first: int = 2021, last: int = 2025) -> date:
    return date(rng.randint(first, last), 1, 1) + timedelta(days=rng.randrange(365))


def month_end(of: date) -> date:
    return (of.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def quantity(rng: random.Random, low: int, high: int, places: int | None = None) -> str:
    digits = rng.choice((0, 0, 1, 2, 3)) if places is None else places
    return f"{Decimal(rng.randint(low * 10**digits, high * 10**digits)) / 10**digits:.{digits}f}"


def account(rng: random.Random, digits: int | None = None) -> str:
    return str(rng.randint(1, 9)) + "".join(str(rng.randrange(10)) for _ in range((digits or rng.choice((8, 10, 12, 13))) - 1))


_NUMERALS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")


def capitals(value: Decimal) -> str:
    """大写金额 of an amount below 10^12."""
    if value < 0:
        return "（负数）" + capitals(-value)
    total = int(cents(value) * 100)
    yuan, rest = divmod(total, 100)
    groups = []
    for scale in ("", "万", "亿"):
        yuan, group = divmod(yuan, 10_000)
        groups.append((group, scale))
    text, gap = "", False
    for group, scale in reversed(groups):
        if group == 0:
            gap = bool(text)
            continue
        if text and (gap or group < 1000):
            text += "零"
        text += _four(group) + scale
        gap = False
    text = (text or "零") + "圆"
    jiao, fen = divmod(rest, 10)
    if rest == 0:
        return text + "整"
    text += (_NUMERALS[jiao] + "角") if jiao else "零"
    return text + (_NUMERALS[fen] + "分" if fen else "整")


def _four(group: int) -> str:
    text = ""
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            text += _NUMERALS[digit] + _PLACES[place]
        elif text and group % 10**place and not text.endswith("零"):
            text += "零"
    return text
