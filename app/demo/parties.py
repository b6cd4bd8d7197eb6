"""The invented companies. Names say 示范 (demonstration); tax numbers are well formed but belong to nobody.

The number format is GB 32100-2015: 18 characters, region 340199 is not an administrative division in use, the last two
characters are the check characters of GB 11714 (mod 11) and GB 32100 (mod 31).
"""

from __future__ import annotations

from dataclasses import dataclass

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I, O, S, V, Z
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def make_uscc(body: str, region: str = "340199") -> str:
    """A 统一社会信用代码 with both check characters right, for an 8-character ``body``."""
    remainder = 11 - sum(int(c, 36) * w for c, w in zip(body, _BODY_WEIGHTS, strict=True)) % 11
    stem = "91" + region + body + {10: "X", 11: "0"}.get(remainder, str(remainder))
    total = sum(_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(stem))
    return stem + _ALPHABET[-total % 31]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A buyer or seller as an invoice prints it."""

    name: str
    tax_id: str
    address: str = ""
    phone: str = "0551-00000000"
    bank: str = "示范银行合肥示范支行"
    bank_account: str = ""


def _party(name: str, serial: int, address: str) -> Party:
    return Party(
        name=name, tax_id=make_uscc(f"MADEM{serial:03d}"), address=address, bank_account=f"9900000000000{serial:04d}"
    )


FACTORY = _party("安徽示范锂能科技有限公司", 1, "安徽省合肥市示范区样例大道1号")
GRID = _party("示范电网安徽供电有限公司", 2, "安徽省合肥市示范区样例路2号")
GAS = _party("安徽示范燃气有限公司", 3, "安徽省合肥市示范区样例路3号")
HEAT = _party("合肥示范热力有限公司", 4, "安徽省合肥市示范区样例路4号")
FUEL = _party("安徽示范石油销售有限公司", 5, "安徽省合肥市示范区样例路5号")
WATER = _party("合肥示范水务有限公司", 6, "安徽省合肥市示范区样例路6号")
PROPERTY = _party("合肥示范园区物业管理有限公司", 7, "安徽省合肥市示范区样例大道9号")
STATIONERY = _party("合肥示范办公用品有限公司", 8, "安徽省合肥市示范区样例路8号")
WIND = _party("皖北示范风力发电有限公司", 9, "安徽省示范市样例县1号")
TRADING = _party("安徽示范电力交易中心有限公司", 10, "安徽省合肥市示范区样例路10号")

EVERYONE = (FACTORY, GRID, GAS, HEAT, FUEL, WATER, PROPERTY, STATIONERY, WIND, TRADING)
