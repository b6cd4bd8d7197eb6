"""An application project: one factory, one reporting year, one or more schemes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class FactoryProfile:
    """The project profile of the contract. Quantities are decimal strings. ``extra`` keeps every further section as it was
    given (declarations, equipment, products, certificates, measures, grid_basis, gas conditions …): nothing is dropped."""

    name: str
    uscc: str = ""
    province: str = ""
    city: str = ""
    address: str = ""
    industry: str = ""
    ets_covered: bool | None = None
    year: int | None = None
    product: str = ""
    output_quantity: str = ""
    output_unit: str = ""
    industrial_value_added_wan_yuan: str = ""
    accounts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    densities_kg_per_l: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    id: str
    profile: FactoryProfile
    schemes: tuple[str, ...] = ("zero_carbon_factory_guideline",)
