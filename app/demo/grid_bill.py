"""The arithmetic of a two-part-tariff electricity bill: rows that add up level by level, registers that add up to kWh.

Row levels follow the published bill of large users since 2023: 工商业电费 = 市场化购电 + 上网环节线损 + 输配 + 系统运行 +
政府性基金及附加; 本期电费 = 工商业电费 + 容（需）量电费 + 功率因数调整电费. Every energy row repeats the month's kWh.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.demo import ledger
from app.demo.money import cents
from app.domain.period import Period

_TRADE_PRICE = (
    "0.418620", "0.416350", "0.411280", "0.406910", "0.402440", "0.409870", "0.421360", "0.423150", "0.412730", "0.407260",
    "0.410980", "0.419540",
)  # fmt: skip
_DEMAND_PRICE = Decimal("32.0")
_MECHANISM_FROM = 7
_OPENING = {"尖": "182.36", "峰": "5214.08", "平": "5087.42", "谷": "5126.90"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRow:
    """A row of the bill; ``level`` 1 to 3. kWh and price are empty for rows that are not charged by energy."""

    label: str
    level: int
    amount: Decimal
    kwh: int | None = None
    price: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One line of the meter: (current - previous) × multiplier = kWh."""

    name: str
    previous: Decimal
    current: Decimal
    kwh: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GridBill:
    month: int
    period: Period
    kwh: int
    rows: tuple[FeeRow, ...]
    registers: tuple[Register, ...]
    reactive: Register
    demand_kw: int

    @property
    def amount(self) -> Decimal:
        return sum((r.amount for r in self.rows if r.level == 1), Decimal(0))


def _group(label: str, kwh: int, leaves: tuple[tuple[str, str], ...]) -> list[FeeRow]:
    rows = [
        FeeRow(label=name, level=3, kwh=kwh, price=price, amount=cents(Decimal(price) * kwh)) for name, price in leaves
    ]
    return [FeeRow(label=label, level=2, kwh=kwh, amount=sum((r.amount for r in rows), Decimal(0))), *rows]


def _energy_rows(month: int, kwh: int) -> list[FeeRow]:
    operation = [
        ("抽水蓄能容量电费", "0.005800"), ("煤电容量电费", "0.021400"), ("上网环节线损代理采购损益", "0.000800"),
        ("电价交叉补贴新增损益", "0.003600"), ("力调电费损益", "-0.000400"), ("峰谷分时损益", "-0.002100"),
    ]  # fmt: skip
    if month >= _MECHANISM_FROM:
        operation.append(("新能源可持续发展价格结算机制差价结算费用", "0.001500"))
    return [
        *_group(
            "市场化购电电费", kwh,
            (("直接交易电费", _TRADE_PRICE[month - 1]), ("容量补偿电费", "0.010200"), ("市场运行费用", "0.003100")),
        ),
        *_group("上网环节线损费用", kwh, (("上网环节线损费用", "0.014200"),)),
        *_group("输配电费", kwh, (("输配电量电费", "0.104500"),)),
        *_group("系统运行费", kwh, tuple(operation)),
        *_group(
            "政府性基金及附加", kwh,
            (
                ("可再生能源电价附加", "0.019000"), ("国家重大水利工程建设基金", "0.001125"),
                ("大中型水库移民后期扶持资金", "0.006200"),
            ),
        ),
    ]  # fmt: skip


def _registers(month: int) -> tuple[Register, ...]:
    def reading(name: str, upto: int) -> Decimal:
        kwh = sum(_by_name(m)[name] for m in range(1, upto + 1))
        return Decimal(_OPENING[name]) + Decimal(kwh) / ledger.MAIN_MULTIPLIER

    parts = tuple(
        Register(name=n, previous=reading(n, month - 1), current=reading(n, month), kwh=_by_name(month)[n])
        for n in _OPENING
    )
    whole = Register(
        name="有功(总)",
        previous=sum((r.previous for r in parts), Decimal(0)),
        current=sum((r.current for r in parts), Decimal(0)),
        kwh=sum(r.kwh for r in parts),
    )
    return (whole, *parts)


def _by_name(month: int) -> dict[str, int]:
    use = ledger.main_time_of_use(month)
    return {"尖": use.sharp, "峰": use.peak, "平": use.flat, "谷": use.valley}


def _reactive(month: int) -> Register:
    steps = [Decimal(k // 20 * 26 // 100 * 20) for k in ledger.MAIN_KWH]
    opening = Decimal("3120.55")
    previous = opening + sum(steps[: month - 1], Decimal(0)) / ledger.MAIN_MULTIPLIER
    step = steps[month - 1]
    return Register(name="无功(总)", previous=previous, current=previous + step / ledger.MAIN_MULTIPLIER, kwh=int(step))


def main_bill(month: int) -> GridBill:
    """The main account's bill of ``month`` (1 to 12)."""
    kwh = ledger.MAIN_KWH[month - 1]
    rows = _energy_rows(month, kwh)
    energy = sum((r.amount for r in rows if r.level == 2), Decimal(0))
    demand = kwh // 14000 * 20 + 600
    demand_fee = cents(_DEMAND_PRICE * demand)
    network = next(r.amount for r in rows if r.label == "输配电费")
    return GridBill(
        month=month,
        period=ledger.month(month),
        kwh=kwh,
        rows=(
            FeeRow(label="工商业电费", level=1, kwh=kwh, amount=energy),
            *rows,
            FeeRow(label="容（需）量电费", level=1, price=f"{_DEMAND_PRICE}", amount=demand_fee),
            FeeRow(label="功率因数调整电费", level=1, amount=-cents(Decimal("0.0075") * (network + demand_fee))),
        ),
        registers=_registers(month),
        reactive=_reactive(month),
        demand_kw=demand,
    )
