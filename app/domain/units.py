"""The closed unit table. Case matters; what is not listed is refused, never guessed.

``Nm3`` (standard cubic metre) and ``m3`` (as metered) are different dimensions: turning one into the other needs the gas
condition, which is a fact about the meter and not a ratio.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

_RAW: dict[str, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    # dimension: (canonical unit, ratio to the first unit of the dimension, spellings)
    "electricity": (
        ("kWh", "1", ("kWh", "KWH", "kwh", "千瓦时", "度")),
        ("MWh", "1000", ("MWh", "MWH", "兆瓦时")),
        ("万kWh", "10000", ("万kWh", "万千瓦时", "万度")),
        ("亿kWh", "100000000", ("亿kWh", "亿千瓦时")),
    ),
    "mass": (
        ("t", "1", ("t", "吨")),
        ("kg", "1/1000", ("kg", "千克", "公斤")),
        ("万t", "10000", ("万t", "万吨")),
    ),
    "liquid_volume": (("L", "1", ("L", "升")),),
    "normal_gas_volume": (
        ("Nm3", "1", ("Nm3", "Nm³", "标方", "标准立方米")),
        ("万Nm3", "10000", ("万Nm3", "万Nm³", "万标方", "10^4Nm3", "1e4Nm3")),
    ),
    "actual_gas_volume": (
        ("m3", "1", ("m3", "m³", "立方米", "方")),
        ("万m3", "10000", ("万m3", "万m³", "万立方米", "万方")),
    ),
    "heat": (
        ("GJ", "1", ("GJ", "吉焦")),
        ("MJ", "1/1000", ("MJ", "兆焦")),
        ("kJ", "1/1000000", ("kJ",)),
        ("TJ", "1000", ("TJ",)),
    ),
    "emission": (
        ("tCO2", "1", ("tCO2",)),
        ("kgCO2", "1/1000", ("kgCO2",)),
        ("万tCO2", "10000", ("万tCO2",)),
    ),
    "coal_equivalent": (("tce", "1", ("tce",)),),
    "item": (("项", "1", ("项",)),),
}

GJ_PER_KWH = Fraction(36, 10000)
GJ_PER_TCE = Fraction("29.3076")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit of the closed table; ``ratio`` converts to the dimension's base unit."""

    symbol: str
    dimension: str
    ratio: Fraction


_BY_SPELLING: dict[str, Unit] = {}
for _dimension, _rows in _RAW.items():
    for _symbol, _ratio, _spellings in _rows:
        _unit = Unit(symbol=_symbol, dimension=_dimension, ratio=Fraction(_ratio))
        for _spelling in _spellings:
            assert _spelling not in _BY_SPELLING, _spelling
            _BY_SPELLING[_spelling] = _unit

UNITS = MappingProxyType(_BY_SPELLING)


def find_unit(text: str) -> Unit | None:
    """The unit with exactly this spelling, or None."""
    return UNITS.get(text)
