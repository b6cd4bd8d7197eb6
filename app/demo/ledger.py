"""The factory's true energy ledger of 2025: what the documents, read rightly, add up to.

Every document is derived from these tables, and the truth that extraction is measured against as well. Electricity is in
kWh, gas in Nm3 (0 ℃, 101.325 kPa), liquid fuels in L, steam in t, green power in MWh.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.period import Period

YEAR = 2025
MONTHS = tuple(range(1, 13))

MAIN_ACCOUNT = "3401999000011"
MAIN_METER = "990000000011"
MAIN_MULTIPLIER = 2000
AUX_ACCOUNT = "3401999000028"
AUX_METER = "990000000028"
PV_ACCOUNT = "3401999000035"
PV_METER = "990000000035"
GAS_ACCOUNT = "99010001"
GAS_METER = "G9900000017"
STEAM_ACCOUNT = "RL99007"
STEAM_METER = "Z990000042"

# Multiples of 20 kWh: with a transformer ratio of 2000 the register then shows two exact decimals.
MAIN_KWH = (
    2184600, 1742300, 2236800, 2198400, 2241900, 2318700, 2486200, 2509500, 2364100, 2275600, 2252300, 2331800,
)  # fmt: skip
AUX_KWH = (121400, 98760, 112380, 104620, 108940, 121860, 143220, 139260, 124580, 108300, 110740, 126120)
AUX_MISSING_MONTH = 8
PV_GENERATION_KWH = (
    248360, 285140, 396720, 452880, 487340, 468920, 521460, 498250, 431780, 362940, 274610, 236480,
)  # fmt: skip
PV_FEED_IN_KWH = (18420, 76350, 31260, 38940, 41870, 36450, 40120, 37680, 34510, 52760, 22380, 16940)
GREEN_MWH = (720, 610, 780, 790, 810, 820, 860, 880, 850, 830, 810, 840)
GAS_NM3 = (84260, 71530, 72180, 58940, 49620, 43870, 41250, 40980, 44360, 53710, 67840, 81260)
STEAM_T = tuple(
    Decimal(x)
    for x in (
        "728.4", "641.2", "622.8", "538.6", "472.4", "431.0", "418.6", "409.2", "446.8", "521.4", "604.2", "715.4",
    )
)  # fmt: skip
STEAM_PRESSURE_MPA = "0.80"  # absolute, stated as such on the settlement sheet
STEAM_TEMPERATURE_C = "170.4"
GASOLINE_L = (412, 368, 455, 430, 446, 438, 471, 462, 440, 425, 418, 452)
DIESEL_WRONG_L = 2400  # first invoice of the first quarter, reversed by a red-letter invoice
DIESEL_L = {"Q1": 2040, "Q2": 2310, "Q3": 2180, "Q4": 2260}
DIESEL_BROKEN_L = 460  # a further delivery in December whose invoice does not add up
WAREHOUSE_KWH = 38460  # resold by the landlord, July to December


def month(number: int) -> Period:
    return Period.month(YEAR, number)


def span(first: int, last: int) -> Period:
    """From the first day of month ``first`` to the last day of month ``last``."""
    return Period(start=date(YEAR, first, 1), end=month(last).end)


QUARTERS = {"Q1": span(1, 3), "Q2": span(4, 6), "Q3": span(7, 9), "Q4": span(10, 12)}


def of(series: tuple[int, ...] | tuple[Decimal, ...], number: int) -> Decimal:
    """The value of month ``number`` (1 to 12)."""
    return Decimal(series[number - 1])


def pv_self_use(number: int) -> Decimal:
    return of(PV_GENERATION_KWH, number) - of(PV_FEED_IN_KWH, number)


def total(series: tuple[int, ...] | tuple[Decimal, ...], first: int = 1, last: int = 12) -> Decimal:
    return sum((Decimal(v) for v in series[first - 1 : last]), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOfUse:
    """Energy of a month by tariff period, kWh; the four add up to the month."""

    sharp: int
    peak: int
    flat: int
    valley: int

    @property
    def total(self) -> int:
        return self.sharp + self.peak + self.flat + self.valley


def main_time_of_use(number: int) -> TimeOfUse:
    """The main meter's split; 尖峰 exists in January, July, August and December only."""
    whole = MAIN_KWH[number - 1] // 20
    sharp = whole * 6 // 100 if number in (1, 7, 8, 12) else 0
    peak = whole * 34 // 100 - sharp
    valley = whole * 33 // 100
    flat = whole - sharp - peak - valley
    return TimeOfUse(sharp=sharp * 20, peak=peak * 20, flat=flat * 20, valley=valley * 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearTotal:
    """``documented`` is what the readable, sound documents prove; ``actual`` what the factory really used; the difference
    is the missing month and the invoice that does not add up."""

    carrier: str
    direction: str
    unit: str
    actual: Decimal
    documented: Decimal


def year_totals() -> tuple[YearTotal, ...]:
    electricity = total(MAIN_KWH) + total(AUX_KWH) + WAREHOUSE_KWH
    diesel = Decimal(sum(DIESEL_L.values()))
    rows = (
        ("electricity", "purchased", "kWh", electricity, electricity - of(AUX_KWH, AUX_MISSING_MONTH)),
        ("natural_gas", "purchased", "Nm3", total(GAS_NM3), total(GAS_NM3)),
        ("diesel", "purchased", "L", diesel + DIESEL_BROKEN_L, diesel),
        ("gasoline", "purchased", "L", total(GASOLINE_L), total(GASOLINE_L)),
        ("steam", "purchased", "t", total(STEAM_T), total(STEAM_T)),
        ("pv_generation", "self_generated", "kWh", total(PV_GENERATION_KWH), total(PV_GENERATION_KWH)),
        ("pv_generation", "exported", "kWh", total(PV_FEED_IN_KWH), total(PV_FEED_IN_KWH)),
        ("green_power", "purchased", "kWh", total(GREEN_MWH) * 1000, total(GREEN_MWH) * 1000),
    )
    return tuple(YearTotal(carrier=c, direction=d, unit=u, actual=a, documented=p) for c, d, u, a, p in rows)
