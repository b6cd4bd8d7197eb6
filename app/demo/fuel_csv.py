"""The fuel-card export: every filling of the second half-year as one CSV row, in the encoding such exports have."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.demo import ledger
from app.demo.money import cents

_PRICE = Decimal("7.79")
_PLATES = ("皖A·D0001", "皖A·D0002", "皖A·D0003")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    day: date
    plate: str
    litres: Decimal
    amount: Decimal


def fillings(first: int, last: int) -> Iterator[Filling]:
    """Three fillings a month that add up to the ledger's litres."""
    for number in range(first, last + 1):
        whole = ledger.GASOLINE_L[number - 1]
        parts = [whole * 36 // 100, whole * 33 // 100]
        parts.append(whole - sum(parts))
        for plate, day, litres in zip(_PLATES, (6, 15, 24), parts, strict=True):
            yield Filling(
                day=date(ledger.YEAR, number, day), plate=plate, litres=Decimal(litres), amount=cents(_PRICE * litres)
            )


def write_fuel_csv(first: int, last: int) -> bytes:
    """UTF-8 with byte order mark, CRLF, one header row; litres with two decimals."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(["加油日期", "车牌号", "油品", "加油量(升)", "单价(元/升)", "金额(元)"])
    for f in fillings(first, last):
        writer.writerow([f.day.isoformat(), f.plate, "92号车用汽油", f"{f.litres:.2f}", str(_PRICE), str(f.amount)])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()
