"""Derives vectors.yaml without the product: its own number pairs, its own rounding, table values typed from the printed rows.

Run ``python tests/golden/accounting/derive.py`` to rewrite the file; a test holds the file to this script. Nothing of ``app`` is
imported here on purpose, and no fractions module either: two implementations that share their arithmetic share its mistakes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml
from golden_calendar import calendar, corrections, editions, green_months, meters
from golden_fuel_power import electricity, fuels
from golden_heat_process import equivalents_and_indicators, heat_and_steam, processes, refusals
from golden_process import cement_and_steel, gases, welding_glass_and_sulphur
from golden_vector import VECTORS

PARTS = (fuels, electricity, heat_and_steam, processes, equivalents_and_indicators, refusals)
PARTS += (calendar, meters, green_months, corrections, editions)
PARTS += (cement_and_steel, gases, welding_glass_and_sulphur)


def build() -> dict[str, Any]:
    VECTORS.clear()
    for part in PARTS:
        part()
    return {"schema_version": 1, "product": "lingtan", "set": "golden", "count": len(VECTORS), "vectors": VECTORS}


def dump() -> str:
    """The text of vectors.yaml."""
    return yaml.safe_dump(build(), allow_unicode=True, sort_keys=False, width=140)


if __name__ == "__main__":
    sys.stdout.write(f"{Path(__file__).with_name('vectors.yaml').write_text(dump(), encoding='utf-8')} characters\n")
