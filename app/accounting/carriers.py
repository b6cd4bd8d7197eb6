"""From the name of a carrier, Chinese or identifier, to the family of formulas that accounts for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from app.accounting.library import FactorLibrary, FuelRow
from app.domain.carrier import Carrier


class Family(StrEnum):
    ELECTRICITY = "electricity"
    FUEL = "fuel"
    BIOMASS = "biomass"
    HEAT = "heat"
    STEAM = "steam"
    HOT_WATER = "hot_water"
    CARBONATE = "carbonate"
    PROCESS = "process"
    REPORTED = "reported"
    CAPTURED = "captured"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """``name`` is the term the tables use; ``supply`` the supply path a carrier implies; ``state`` that of steam;
    ``formula`` the process formula a carrier implies and ``material`` what was written after its name."""

    family: Family
    name: str
    supply: str = ""
    state: str = ""
    formula: str = ""
    material: str = ""


_FIXED = {
    "电力": (Family.ELECTRICITY, "电力", "", ""),
    "电": (Family.ELECTRICITY, "电力", "", ""),
    "外购电力": (Family.ELECTRICITY, "电力", "", ""),
    "绿电交易": (Family.ELECTRICITY, "电力", "green_trade", ""),
    "绿电": (Family.ELECTRICITY, "电力", "green_trade", ""),
    "绿证": (Family.ELECTRICITY, "电力", "gec", ""),
    "光伏发电": (Family.ELECTRICITY, "电力", "self_use_pv", ""),
    "风力发电": (Family.ELECTRICITY, "电力", "self_generation_wind", ""),
    "热力": (Family.HEAT, "热力", "", ""),
    "外购热力": (Family.HEAT, "热力", "", ""),
    "蒸汽": (Family.STEAM, "蒸汽", "", ""),
    "饱和蒸汽": (Family.STEAM, "饱和蒸汽", "", "saturated"),
    "过热蒸汽": (Family.STEAM, "过热蒸汽", "", "superheated"),
    "蒸汽（给定比焓）": (Family.STEAM, "蒸汽", "", "given"),
    "热水": (Family.HOT_WATER, "热水", "", ""),
    "过程排放": (Family.PROCESS, "过程排放", "", ""),
    "已核排放": (Family.REPORTED, "已核排放", "", ""),
    "回收CO2": (Family.CAPTURED, "回收CO2", "", ""),
    "捕集CO2": (Family.CAPTURED, "捕集CO2", "", ""),
    "生物质": (Family.BIOMASS, "生物质", "", ""),
}

# One fuel, two spellings in the tables of different publishers.
SYNONYMS = (
    ("其他洗煤", "其它洗煤"),
    ("其他石油制品", "其它石油制品"),
    ("其他煤气", "其它煤气"),
    ("一般煤油", "煤油"),
    ("焦油", "煤焦油"),
    ("液化天然气", "LNG"),
    ("液化石油气", "LPG"),
)
LIQUIDS = frozenset(
    {
        "原油",
        "燃料油",
        "汽油",
        "柴油",
        "一般煤油",
        "煤油",
        "喷气煤油",
        "石脑油",
        "焦油",
        "煤焦油",
        "粗苯",
        "其他石油制品",
    }
    | {"其它石油制品", "液化天然气", "液化石油气", "LNG", "LPG"}
)
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_IDENTIFIERS = MappingProxyType({carrier.value: carrier.label for carrier in Carrier})


def spellings(name: str) -> tuple[str, ...]:
    """The name and the other spellings of the same fuel."""
    for group in SYNONYMS:
        if name in group:
            return (name, *(other for other in group if other != name))
    return (name,)


def classify(carrier: str, library: FactorLibrary) -> Kind:
    """The family of a carrier; UNKNOWN when it is registered nowhere."""
    name = _IDENTIFIERS.get(carrier, carrier).replace("(", "（").replace(")", "）") if carrier else ""
    if carrier.startswith("碳酸盐"):
        return Kind(family=Family.CARBONATE, name=carrier.removeprefix("碳酸盐").strip(" :-/").translate(_SUBSCRIPTS))
    if name in _FIXED:
        family, term, supply, state = _FIXED[name]
        return Kind(family=family, name=term, supply=supply, state=state)
    head, _, material = carrier.strip().translate(_SUBSCRIPTS).partition(" ")
    for formula in library.process_formulas.values():
        if head in formula.carriers:
            return Kind(family=Family.PROCESS, name=head, formula=formula.id, material=material.strip())
    known = {fuel for _, fuel in library.fuels}
    for spelling in spellings(name):
        if spelling in known:
            return Kind(family=Family.FUEL, name=spelling)
    return Kind(family=Family.UNKNOWN, name=name)


def default_row(library: FactorLibrary, factor_set: str, fuel: str) -> FuelRow | None:
    """The row of this fuel in this set under any of its spellings, or None."""
    rows = (library.fuels.get((factor_set, spelling)) for spelling in spellings(fuel))
    return next((row for row in rows if row is not None), None)
