"""One calculation for every row of every table that a line can take, and what it must give: read from the CSV files themselves and
worked out here, with nothing of the product.

``cases()`` yields (name, inputs, key, expected): ``key`` is a key of the output, or ``refused``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parents[3] / "policy_corpus"
CARBON = Fraction(44, 12)
NATIONAL = {"data_year": 2023, "level": "national", "region": "全国", "basis": "average"}
Case = tuple[str, dict[str, Any], str, str]


def rows(pattern: str) -> list[dict[str, str]]:
    """The rows of the files of this pattern."""
    found = []
    for path in sorted(CORPUS.glob(pattern)):
        with path.open(encoding="utf-8", newline="") as file:
            found += list(csv.DictReader(file))
    return found


def six(value: Fraction) -> str:
    """Six decimals, half to even, with integers alone."""
    whole, rest = divmod(abs(value.numerator) * 10**6, value.denominator)
    if rest * 2 > value.denominator or (rest * 2 == value.denominator and whole % 2):
        whole += 1
    return f"{'-' if value < 0 and whole else ''}{whole // 10**6}.{whole % 10**6:06d}"


def text(value: Fraction) -> str:
    """A terminating decimal as plain text."""
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    digits = str(abs((value * 10**places).numerator)).rjust(places + 1, "0")
    return f"{digits[: len(digits) - places]}.{digits[len(digits) - places :]}" if places else digits


def one(carrier: str, quantity: str, unit: str, *, params: dict[str, Any] | None = None, **inputs: Any) -> dict[str, Any]:
    activity = {"id": "a1", "carrier": carrier, "quantity": quantity, "unit": unit, "direction": "in", "params": params or {}}
    return {"edition": "any", "factor_set": "A", "year": 2025, "grid_basis": NATIONAL, "activities": [activity], **inputs}


def fuels() -> Iterator[Case]:
    """Defaults as printed, suspect rows refused and then enabled by name, measured values over the defaults."""
    values = ("ncv_gj_per_unit", "carbon_content_tc_per_gj", "oxidation_rate_pct")
    for row in rows("factors/fuels-*.csv"):
        if row["factor_set"] == "rule":
            continue
        name, unit = row["id"], "t" if row["unit"] == "t" else "万Nm3"
        whole = Fraction("123.45") * CARBON / 100
        for value in values:
            whole *= Fraction(row[value] or 0)
        known, suspect = all(row[v] for v in values), row["evidence"] == "suspect"
        inputs = one(row["fuel"], "123.45", unit, factor_set=row["factor_set"])
        if suspect:
            yield f"{name}/refused", inputs, "refused", "suspect_factor"
            inputs = {**inputs, "options": {"allow_suspect": [name]}}
        yield (name, inputs, "total_tco2", six(whole)) if known else (name, inputs, "refused", "missing_parameter")
        own = {"ncv_gj_per_unit": "31.2", "carbon_content_tc_per_gj": "0.0213", "oxidation_rate_pct": "97.5"}
        measured = 10 * Fraction("31.2") * Fraction("0.0213") * Fraction("0.975") * CARBON
        yield f"{name}/measured", one(row["fuel"], "10", unit, params=own, factor_set=row["factor_set"]), "total_tco2", six(measured)


def grid() -> Iterator[Case]:
    """Every announced factor, and the known gaps refused."""
    for row in rows("factors/grid-mee-*.csv"):
        basis = {"data_year": int(row["data_year"]), "level": row["level"], "region": row["region"], "basis": row["basis"]}
        inputs = one("电力", "1234567.8", "kWh", params={"supply": "grid"}, grid_basis=basis)
        if row["value"]:
            yield row["id"], inputs, "total_tco2", six(Fraction("1234567.8") * Fraction(row["value"]) / 1000)
        else:
            yield row["id"], inputs, "refused", "factor_not_found"


def potentials() -> Iterator[Case]:
    """Every gas of every report; cells in conflict refused unless named, and a cell of two values refused even then."""
    reports = {"ar4": "AR4", "ar5": "AR5", "ar6": "AR6", "sar": "SAR", "cn-guideline": "CN"}
    for file, report in reports.items():
        for row in rows(f"gwp/{file}.csv"):
            if row["gas"] == "CO2":
                continue
            params = {"ef_components": {row["gas"]: "1"}, "ef_components_unit": "kg/kg"}
            inputs = one("泄漏", "7", "kg", params=params, options={"gwp_report": report})
            if row["evidence"] == "suspect":
                yield f"{row['id']}/refused", inputs, "refused", "suspect_factor"
                inputs = {**inputs, "options": {"gwp_report": report, "allow_suspect": [row["id"]]}}
            if row["value"].replace(".", "", 1).isdigit():
                yield row["id"], inputs, "total_tco2e", six(Fraction(7, 1000) * Fraction(row["value"]))
            else:
                yield row["id"], inputs, "refused", "factor_not_found"


def process() -> Iterator[Case]:
    """Every process row that is one number and stands for one material."""
    forms = {
        "PROC/碳酸盐/": ("碳酸盐", Fraction("0.97") * Fraction("0.98"), {"purity_pct": "97", "conversion_pct": "98"}),
        "PROC/水泥/熟料过程/": ("水泥熟料", Fraction(1), {}),
        "PROC/水泥/非碳酸盐替代原料·扣减/": ("水泥替代原料", Fraction(-1), {}),
        "PROC/钢铁/熔剂·电极·含碳原料/": ("钢铁含碳原料", Fraction(1), {}),
        "PROC/钢铁/产品固碳·扣减/": ("钢铁产品固碳", Fraction(-1), {}),
    }
    for row in rows("factors/process-*.csv"):
        for prefix, (carrier, share, params) in forms.items():
            if not row["id"].startswith(prefix):
                continue
            inputs = one(f"{carrier} {row['parameter']}", "50", "t", params=params)
            if row["evidence"] == "suspect":
                yield f"{row['id']}/refused", inputs, "refused", "suspect_factor"
                inputs = {**inputs, "options": {"allow_suspect": [row["id"]]}}
            yield row["id"], inputs, "total_tco2", six(50 * share * Fraction(row["value"]))


def electronics() -> Iterator[Case]:
    """Every gas of the electronics table at its own defaults under AR5 (CHF3, CH2F2 and CH3F as HFC23, HFC32 and HFC41)."""
    table = {r["emission_source"].removeprefix("气体 "): r for r in rows("factors/process-electronics.csv") if r["emission_source"].startswith("气体 ")}
    gwp = {r["gas"]: Fraction(r["value"]) for r in rows("gwp/ar5.csv")}
    named = {"CHF3": "HFC23", "CH2F2": "HFC32", "CH3F": "HFC41", "c-C4F8": "cC4F8"}
    for gas, row in table.items():
        use, caught, removed, made = (part.strip() for part in row["value"].split("/"))
        inputs = one("电子特气", "2", "t", params={"gas": gas}, options={"gwp_report": "AR5"})
        if not use:
            yield row["id"], inputs, "refused", "missing_parameter"
            continue
        out = Fraction("1.8") * (1 - Fraction(use) / 100) * (1 - Fraction(caught) * Fraction(removed) / 10000) * gwp[named.get(gas, gas)]
        for pair in filter(None, (p.strip() for p in made.split(";"))):
            other, amount = pair.split()
            _, a, d, _ = (part.strip() for part in table[other]["value"].split("/"))
            out += Fraction("1.8") * Fraction(amount) * (1 - Fraction(a) * Fraction(d) / 10000) * gwp[other]
        yield row["id"], inputs, "total_tco2e", six(out)


def standard_coal() -> Iterator[Case]:
    """Every coefficient, by its id in the library."""
    carriers = {"原煤": ("烟煤", "kg"), "蒸汽": ("蒸汽（给定比焓）", "kg"), "电力": ("电力", "kWh"), "热力": ("热力", "GJ")}
    for row in rows("factors/standard-coal-*.csv"):
        energy = row["energy"].partition("（")[0].partition("/")[0]
        if energy in ("新水", "氮气") or not row["value"]:
            continue
        carrier, unit = carriers.get(energy, (energy, "Nm3" if row["unit"] == "kgce/m3" else "kg"))
        params: dict[str, Any] = {"supply": "grid"} if energy == "电力" else {}
        if energy == "蒸汽":
            params = {"enthalpy_kj_per_kg": "2700", "heat_method": "minus_feedwater_83_74"}
        options: dict[str, Any] = {"tce_coefficients": {f"{energy if energy == '蒸汽' else carrier}_{row['basis']}": row["id"]}}
        inputs = one(carrier, "1000", unit, params=params, options=options, request=[f"energy_tce:{row['basis']}"])
        if row["evidence"] == "suspect":
            yield f"{row['id']}/refused", inputs, "refused", "suspect_factor"
            inputs = {**inputs, "options": {**options, "allow_suspect": [row["id"]]}}
        tce = 1000 * Fraction(row["value"]) / (1 if row["unit"] == "tce/GJ" else 1000)
        yield row["id"], inputs, f"indicators.energy_tce.{row['basis']}", six(tce)


def _steam(carrier: str, state: dict[str, str]) -> dict[str, Any]:
    return one(carrier, "20", "t", params={**state, "pressure_basis": "absolute", "heat_method": "minus_feedwater_83_74"})


def _heat(enthalpy: Fraction) -> str:
    return six(20 * (enthalpy - Fraction("83.74")) / 1000 * Fraction("0.11"))


def saturated() -> Iterator[Case]:
    """Every row by its pressure and by its temperature, and the middle between each two rows."""
    table = sorted((Fraction(r["pressure_mpa"]), r) for r in rows("factors/steam-saturated-*.csv"))
    for _, row in table:
        for key in ("pressure_mpa", "temperature_c"):
            name, inputs = f"{row['id']}/{key}", _steam("饱和蒸汽", {key: row[key]})
            if row["evidence"] == "suspect":
                yield name, inputs, "refused", "suspect_factor"
            else:
                yield name, inputs, "total_tco2", _heat(Fraction(row["enthalpy_kj_per_kg"]))
    for (low, a), (high, b) in pairwise(table):
        inputs = _steam("饱和蒸汽", {"pressure_mpa": text((low + high) / 2)})
        if "suspect" in (a["evidence"], b["evidence"]):
            yield f"{a['id']}/middle", inputs, "refused", "suspect_factor"
        else:
            middle = (Fraction(a["enthalpy_kj_per_kg"]) + Fraction(b["enthalpy_kj_per_kg"])) / 2
            yield f"{a['id']}/middle", inputs, "total_tco2", _heat(middle)


def superheated() -> Iterator[Case]:
    """Every cell, and the middle of each four; water, and four cells on both sides of boiling, refused. Above the critical pressure
    there is no boiling, so those cells are left to their own test."""
    boiling = sorted((Fraction(r["pressure_mpa"]), Fraction(r["temperature_c"])) for r in rows("factors/steam-saturated-*.csv"))

    def boils(pressure: Fraction) -> Fraction | None:
        for (p0, t0), (p1, t1) in pairwise(boiling):
            if p0 <= pressure <= p1:
                return t0 + (t1 - t0) * (pressure - p0) / (p1 - p0)
        return None

    cells = {(Fraction(r["pressure_mpa"]), Fraction(r["temperature_c"])): r for r in rows("factors/steam-superheated-*.csv")}
    for (pressure, temperature), row in cells.items():
        limit = boils(pressure)
        if limit is None:
            continue
        inputs = _steam("过热蒸汽", {"pressure_mpa": row["pressure_mpa"], "temperature_c": row["temperature_c"]})
        if temperature <= limit:
            yield row["id"], inputs, "refused", "steam_state_invalid"
        elif row["evidence"] == "suspect":
            yield row["id"], inputs, "refused", "suspect_factor"
        else:
            yield row["id"], inputs, "total_tco2", _heat(Fraction(row["enthalpy_kj_per_kg"]))
    pressures, temperatures = sorted({p for p, _ in cells}), sorted({t for _, t in cells})
    for (p0, p1), (t0, t1) in product(pairwise(pressures), pairwise(temperatures)):
        corners = [cells[p, t] for p in (p0, p1) for t in (t0, t1)]
        limits = boils(p0), boils(p1)
        if None in limits:
            continue
        inputs = _steam("过热蒸汽", {"pressure_mpa": text((p0 + p1) / 2), "temperature_c": text((t0 + t1) / 2)})
        name = f"{corners[0]['id']}/middle"
        if any(t <= limit for limit in limits for t in (t0, t1) if limit is not None):
            yield name, inputs, "refused", "steam_state_invalid"
        elif any(c["evidence"] == "suspect" for c in corners):
            yield name, inputs, "refused", "suspect_factor"
        else:
            yield name, inputs, "total_tco2", _heat(sum(Fraction(c["enthalpy_kj_per_kg"]) for c in corners) / 4)


PARTS = (fuels, grid, potentials, process, electronics, standard_coal, saturated, superheated)


def cases() -> Iterator[tuple[str, Case]]:
    """(part, case) of every table."""
    for part in PARTS:
        for case in part():
            yield part.__name__, case
