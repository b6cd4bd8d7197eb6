"""The true ledger and the truth of the files agree with one another."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest

from app.demo import ledger
from app.demo.documents import gaps, ledger_truth, truth
from app.demo.fuel_csv import fillings
from app.demo.grid_bill import main_bill
from app.demo.money import cents
from app.demo.supply_sheets import gas_month

NOT_ADDED = {"exact_duplicate", "same_invoice", "same_activity", "control_total", "sum_mismatch"}


def test_sound_documents_add_up_to_the_ledger() -> None:
    """Leaving out copies, control totals and the invoice that does not add up, the files prove the documented year."""
    totals: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for entry in truth().values():
        if not NOT_ADDED & {f["kind"] for f in entry["flags"]}:
            for energy in entry["energy"]:
                totals[energy["type"], energy["direction"]] += Decimal(energy["quantity"])
    documented = {(r["carrier"], r["direction"]): Decimal(r["documented"]) for r in ledger_truth()}
    assert {k: totals[k] for k in documented} == documented


def test_actual_use_exceeds_the_documents_by_the_two_known_gaps() -> None:
    differing = {r["carrier"]: Decimal(r["actual"]) - Decimal(r["documented"]) for r in ledger_truth()}
    assert {c: d for c, d in differing.items() if d} == {
        "electricity": Decimal(ledger.AUX_KWH[7]),
        "diesel": Decimal(ledger.DIESEL_BROKEN_L),
    }
    assert gaps()[0]["period"] == "2025-08-01/2025-08-31"


def test_no_file_proves_the_missing_month() -> None:
    periods = [
        (e["account_number"], e["period"]) for entry in truth().values() for e in entry["energy"] if e["account_number"]
    ]
    assert (ledger.AUX_ACCOUNT, gaps()[0]["period"]) not in periods
    assert sum(1 for a, p in periods if a == ledger.MAIN_ACCOUNT and p == "2025-08-01/2025-08-31") >= 2


def test_claims_stay_within_supply() -> None:
    for month in ledger.MONTHS:
        assert ledger.of(ledger.GREEN_MWH, month) * 1000 < ledger.of(ledger.MAIN_KWH, month)
        assert 0 < ledger.pv_self_use(month) < ledger.of(ledger.PV_GENERATION_KWH, month)


@pytest.mark.parametrize("month", ledger.MONTHS)
def test_bill_rows_and_registers_add_up(month: int) -> None:
    bill = main_bill(month)
    groups = [r for r in bill.rows if r.level == 2]
    leaves = [r for r in bill.rows if r.level == 3]
    assert sum(r.amount for r in groups) == bill.rows[0].amount == sum(r.amount for r in leaves)
    assert all(r.amount == cents(Decimal(r.price) * bill.kwh) and r.kwh == bill.kwh for r in leaves)
    whole, *parts = bill.registers
    assert sum(p.kwh for p in parts) == whole.kwh == bill.kwh == ledger.MAIN_KWH[month - 1]
    for register in (whole, *parts, bill.reactive):
        assert (register.current - register.previous) * ledger.MAIN_MULTIPLIER == register.kwh
        assert register.current == register.current.quantize(Decimal("0.01"))
    assert Decimal("0.5") < bill.amount / bill.kwh < Decimal("0.9")


def test_readings_continue_from_month_to_month() -> None:
    for month in ledger.MONTHS[:-1]:
        now, following = main_bill(month), main_bill(month + 1)
        assert [r.current for r in now.registers] == [r.previous for r in following.registers]
        assert now.reactive.current == following.reactive.previous
        assert gas_month(month).current == gas_month(month + 1).previous


def test_mechanism_row_appears_from_july_only() -> None:
    assert [any("新能源" in r.label for r in main_bill(m).rows) for m in (6, 7)] == [False, True]


def test_fillings_add_up_by_month() -> None:
    by_month: dict[int, Decimal] = defaultdict(Decimal)
    for filling in fillings(7, 12):
        by_month[filling.day.month] += filling.litres
    assert by_month == {m: ledger.of(ledger.GASOLINE_L, m) for m in range(7, 13)}
