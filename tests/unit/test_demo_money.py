"""Amounts, capital figures and tax numbers of the demonstration."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.demo.money import capital, cents, grouped, plain, unit_price
from app.demo.parties import EVERYONE, make_uscc

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("35559.69", "叁万伍仟伍佰伍拾玖圆陆角玖分"),
        ("10.01", "壹拾圆零壹分"),
        ("1005.40", "壹仟零伍圆肆角整"),
        ("100000", "壹拾万圆整"),
        ("100010.05", "壹拾万零壹拾圆零伍分"),
        ("1000000", "壹佰万圆整"),
        ("20003000.00", "贰仟万叁仟圆整"),
        ("100000001", "壹亿零壹圆整"),
        ("0.05", "伍分"),
        ("0", "零圆整"),
        ("-4449", "（负数）肆仟肆佰肆拾玖圆整"),
    ],
)
def test_capital_figures(amount: str, words: str) -> None:
    assert capital(Decimal(amount)) == words


def test_cents_round_half_up_like_tax_software() -> None:
    assert [str(cents(Decimal(x))) for x in ("0.005", "0.015", "2.345", "-0.005")] == ["0.01", "0.02", "2.35", "-0.01"]


def test_plain_and_grouped_keep_the_value() -> None:
    assert plain(Decimal("0.00640")) == "0.0064"
    assert plain(Decimal("2E+3")) == "2000"
    assert grouped(Decimal("1536002.22")) == "1,536,002.22"


@pytest.mark.parametrize(("amount", "quantity"), [("77201.81", "121400"), ("0.07", "3"), ("13395.40", "2040")])
def test_unit_price_times_quantity_is_the_amount(amount: str, quantity: str) -> None:
    assert cents(Decimal(unit_price(Decimal(amount), Decimal(quantity))) * Decimal(quantity)) == Decimal(amount)


def uscc_is_valid(code: str) -> bool:
    """GB 32100 over the whole code and GB 11714 over characters 9 to 17, written out independently of the generator."""
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    whole = sum(ALPHABET.index(c) * w for c, w in zip(code[:17], weights, strict=True)) % 31
    body = sum(int(c, 36) * w for c, w in zip(code[8:16], (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    return len(code) == 18 and ALPHABET[(31 - whole) % 31] == code[17] and "0123456789X0"[(11 - body)] == code[16]


@pytest.mark.parametrize("party", EVERYONE, ids=lambda p: p.name)
def test_tax_numbers_pass_both_check_characters(party) -> None:
    assert uscc_is_valid(party.tax_id)


def test_tax_numbers_are_distinct_and_a_changed_character_fails() -> None:
    assert len({p.tax_id for p in EVERYONE}) == len(EVERYONE)
    code = make_uscc("MADEM001")
    assert not any(uscc_is_valid(code[:i] + ("A" if code[i] != "A" else "B") + code[i + 1 :]) for i in range(18))
