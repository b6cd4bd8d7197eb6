"""Short words for activities, runs and refusals in the tests of the accounting core."""

from __future__ import annotations

import pytest

from app.accounting import calculate
from app.accounting.report import run_to_json
from app.corpus.factors import load_factor_library
from app.domain.errors import CalculationRefused

LIBRARY = load_factor_library()
GRID = {"data_year": 2023, "level": "national", "region": "全国", "basis": "average"}
RESIDUAL = {**GRID, "basis": "excl_market_nonfossil"}
STEAM = {"pressure_basis": "absolute", "heat_method": "minus_feedwater_83_74"}
TCE = {"电力_当量": "0.1229 kgce/kWh"}


def act(carrier, quantity="1", unit="t", direction="in", id="a1", **params):
    return {"id": id, "carrier": carrier, "quantity": quantity, "unit": unit, "direction": direction, "params": params}


def power(quantity="1", direction="in", id="a1", unit="MWh", **params):
    return act("电力", quantity, unit, direction, id, **params)


def run(*rows, **more):
    given = {"edition": "any", "factor_set": "A", "year": 2025, "grid_basis": GRID, "activities": list(rows), **more}
    return run_to_json(calculate(given, LIBRARY))


def refused(*rows, **more):
    with pytest.raises(CalculationRefused) as caught:
        run(*rows, **more)
    return caught.value
