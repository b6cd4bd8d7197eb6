"""What the commands print as JSON: the same value however it is written, indented while a person may want to read it."""

from __future__ import annotations

import json
from enum import StrEnum
from fractions import Fraction

from app.cli.output import LARGE, as_json
from app.domain.carrier import Carrier
from app.domain.finding import Finding, Severity
from app.domain.plain import to_plain


class Colour(StrEnum):
    RED = "red"


def test_records_fractions_and_enums_come_out_as_plain_values():
    value = {
        "finding": Finding(id="x", severity=Severity.NOTE, message="好", subjects=("a",)), "share": Fraction(1, 3), "carrier": Carrier.DIESEL,
        Colour.RED: {"b", "a"}, "rows": ("x", None, True),
    }  # fmt: skip
    text = as_json(value)
    assert json.loads(text) == to_plain(value)
    assert text.startswith("{\n  ")


def test_a_key_that_is_no_text_is_written_as_its_text():
    assert json.loads(as_json({Fraction(1, 2): 1, 2025: 2})) == {"0.5": 1, "2025": 2}


def test_a_large_result_is_one_line():
    value = {"lines": [{"activity": f"a{n}", "tco2": "0.123456"} for n in range(40_000)]}
    text = as_json(value)
    assert len(text) > LARGE
    assert "\n" not in text
    assert json.loads(text) == value
