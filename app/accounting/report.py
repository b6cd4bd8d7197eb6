"""A run in the contract's JSON shape: numbers are decimal strings, rounded once, here."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from app.accounting.allocate import MonthlyView, monthly_view
from app.accounting.bulk import acyclic
from app.accounting.numbers import exact_sum, sum_of_texts
from app.domain.finding import Finding
from app.domain.number import exact_text, fixed_text
from app.domain.run import CalculationRun, EmissionLine, Operand
from app.domain.units import find_unit

PLACES = 6
OUTSIDE = "outside_boundary"


def _six(value: Fraction) -> str:
    return fixed_text(value, PLACES)


def _operand(operand: Operand, shown: dict[int, dict[str, str]]) -> dict[str, str]:
    """The operand as JSON; one that many lines share (a factor) becomes one object, told apart by its identity."""
    found = shown.get(id(operand))
    if found is None:
        found = {"name": operand.name, "value": operand.value, "unit": operand.unit, "source": operand.source}
        shown[id(operand)] = found
    return found


def _line(line: EmissionLine, run_id: str, shown: dict[int, dict[str, str]]) -> dict[str, Any]:
    return {
        "id": f"{run_id}/{line.activity}",
        "activity": line.activity,
        "category": line.category,
        "tco2": _six(line.tco2),
        "exact": exact_text(line.tco2),
        "carrier": line.carrier,
        "direction": line.direction,
        "quantity": line.quantity,
        "unit": line.unit,
        "label": line.label,
        "period_start": line.period_start,
        "period_end": line.period_end,
        "formula_id": line.formula_id,
        "formula": line.formula,
        "clause": line.clause,
        "factors": list(line.factor_ids),
        "operands": [_operand(o, shown) for o in line.operands],
        "why": line.why,
        "gases_t": {gas: exact_text(tonnes) for gas, tonnes in line.gases.items()},
    }


def _ratio(text: str | None) -> dict[str, str | None]:
    """Six decimals, and the exact value beside it when six decimals do not say it all."""
    if text is None:
        return {"": None}
    value = Fraction(text)
    shown = _six(value)
    return {"": shown} if Fraction(shown) == value else {"": shown, "_exact": exact_text(value)}


def indicators_to_json(indicators: Mapping[str, Any]) -> dict[str, Any]:
    """``{name: {当量, 当量_exact?, 等价, 等价_exact?}}``; physical_share has no basis."""
    out: dict[str, Any] = {}
    for name, value in indicators.items():
        if isinstance(value, Mapping):
            out[name] = {
                f"{basis}{tail}": text for basis, exact in value.items() for tail, text in _ratio(exact).items()
            }
        else:
            out.update({f"{name}{tail}": text for tail, text in _ratio(value).items()})
    return out


def monthly_to_json(view: MonthlyView) -> dict[str, Any]:
    """``{months: [{month, tco2, exact, subtotals}], undated: {category: tCO2}}``; lines outside the boundary are not in a month's
    tCO2. A period is spread by days, so a month's exact value may not terminate."""

    def row(values: Mapping[str, Fraction]) -> dict[str, str]:
        return {category: _six(value) for category, value in values.items()}

    def counted(values: Mapping[str, Fraction]) -> Fraction:
        return exact_sum(value for category, value in values.items() if category != OUTSIDE)

    months = [
        {
            "month": f"{year}-{month:02d}",
            "tco2": _six(counted(values)),
            "exact": exact_text(counted(values)),
            "subtotals": row(values),
        }
        for (year, month), values in view.months.items()
    ]
    return {"months": months, "undated": row(view.undated)}


def finding_to_json(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "severity": finding.severity.value,
        "message": finding.message,
        "subjects": list(finding.subjects),
        "data": dict(finding.data),
        "clause": finding.clause,
        "fix": finding.fix,
    }


def _annual_quantities(run: CalculationRun) -> list[dict[str, str]]:
    """The year's sum of each carrier, direction and unit, to hold against an annual statement."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for line in run.lines:
        unit = find_unit(line.unit)
        if unit is not None:
            found.setdefault((line.carrier, line.direction, unit.symbol), []).append(line.quantity)
    return [
        {"carrier": c, "direction": d, "unit": u, "quantity": exact_text(sum_of_texts(texts))}
        for (c, d, u), texts in found.items()
    ]


@acyclic
def run_to_json(run: CalculationRun) -> dict[str, Any]:
    """The object that ``lingtan calc --json`` prints. Raises TypeError for anything but a run: a projection is not a result."""
    if not isinstance(run, CalculationRun):
        raise TypeError(f"{type(run).__name__} is not a run")
    quantities = _annual_quantities(run)
    shown: dict[int, dict[str, str]] = {}
    out: dict[str, Any] = {
        "run_id": run.run_id,
        "inputs_hash": run.inputs_hash,
        "engine": run.engine,
        "edition": run.edition,
        "factor_set": run.factor_set,
        "year": run.year,
        "lines": [_line(line, run.run_id, shown) for line in run.lines],
        "line_count": len(run.lines),
        "subtotals": {category: _six(value) for category, value in run.subtotals.items()},
        "subtotals_exact": {category: exact_text(value) for category, value in run.subtotals.items()},
        "total_tco2": _six(run.total_tco2),
        "total_exact": exact_text(run.total_tco2),
    }
    if run.total_tco2e is not None:
        out |= {"total_tco2e": _six(run.total_tco2e), "total_tco2e_exact": exact_text(run.total_tco2e)}
    if run.offsets_tco2e is not None:
        out["offsets_reported_tco2e"] = _six(run.offsets_tco2e)
    if len(quantities) == 1:
        out["annual_quantity"] = quantities[0]["quantity"]
    monthly = monthly_view(run.lines)
    if monthly.months:
        out["monthly"] = monthly_to_json(monthly)
    out |= {
        "annual_quantities": quantities,
        "indicators": indicators_to_json(run.indicators),
        "lookups": dict(run.lookups),
        "conversions": [dict(row) for row in run.conversions],
        "warnings": list(run.warnings),
        "factors": [
            {
                "id": use.id,
                "value": use.value,
                "unit": use.unit,
                "source": use.source,
                "evidence": use.evidence,
                "why": use.why,
                "rejected": [{"id": i, "reason": reason} for i, reason in use.rejected],
            }
            for use in run.factors
        ],
        "offsets": [dict(offset) for offset in run.offsets],
        "caveats": list(run.caveats),
        "findings": [finding_to_json(f) for f in run.findings],
    }
    return out | {name: value for name, value in run.supplements.items() if name not in out}
