"""The shape of a vector: inputs, expected lines and totals summed here, a derivation in words."""

from __future__ import annotations

from typing import Any

from golden_pairs import Pair, exact, plus, six

VECTORS: list[dict[str, Any]] = []
NATIONAL_2023 = {"data_year": 2023, "level": "national", "region": "全国", "basis": "average"}
A34 = "GB/T 32151.34-2024"


def activity(id: str, carrier: str, quantity: str, unit: str, direction: str = "in", **params: Any) -> dict[str, Any]:
    return {"id": id, "carrier": carrier, "quantity": quantity, "unit": unit, "direction": direction, "params": params}


def vector(
    id: str,
    group: str,
    title: str,
    activities: list[dict[str, Any]],
    lines: list[tuple[str, Pair]],
    derivation: str,
    *,
    inputs: dict[str, Any] | None = None,
    expected: dict[str, Any] | None = None,
) -> None:
    """One vector; totals and subtotals are summed here, outside_boundary left out of both."""
    given = {"edition": A34, "factor_set": "A", "year": 2025, "province": None, "grid_basis": None, **(inputs or {})}
    shown = [
        {"activity": a["id"], "category": category, "tco2": six(value), "exact": exact(value)}
        for a, (category, value) in zip(activities, lines, strict=True)
    ]
    counted = [(category, value) for category, value in lines if category != "outside_boundary"]
    subtotals: dict[str, Pair] = {}
    for category, value in counted:
        subtotals[category] = plus(subtotals.get(category, (0, 1)), value)
    total = plus(*(value for _, value in counted)) if counted else (0, 1)
    VECTORS.append(
        {
            "id": id,
            "group": group,
            "title": title,
            "inputs": {**given, "activities": activities},
            "expected": {
                "lines": shown,
                "subtotals": {category: six(value) for category, value in subtotals.items()},
                "total_tco2": six(total),
                "total_exact": exact(total),
                **(expected or {}),
            },
            "derivation": derivation,
        }
    )


def refused(
    id: str, title: str, activities: list[dict[str, Any]], kind: str, subject: str, why: str, **inputs: Any
) -> None:
    given = {"edition": A34, "factor_set": "A", "year": 2025, "province": None, "grid_basis": None, **inputs}
    VECTORS.append(
        {
            "id": id,
            "group": "refusal",
            "title": title,
            "inputs": {**given, "activities": activities},
            "expected": {"expected_refusal": kind, "refused_activity": subject, "total_tco2": None},
            "derivation": why,
        }
    )
