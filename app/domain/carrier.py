"""Energy carriers and directions of the contract, with the field's Chinese terms."""

from __future__ import annotations

from enum import StrEnum


class Carrier(StrEnum):
    """Identifiers are fixed by the contract; ``label`` is the term a user sees."""

    ELECTRICITY = "electricity"
    NATURAL_GAS = "natural_gas"
    LNG = "lng"
    LPG = "lpg"
    DIESEL = "diesel"
    GASOLINE = "gasoline"
    KEROSENE = "kerosene"
    FUEL_OIL = "fuel_oil"
    ANTHRACITE = "anthracite"
    BITUMINOUS_COAL = "bituminous_coal"
    LIGNITE = "lignite"
    WASHED_COAL = "washed_coal"
    COKE = "coke"
    COKE_OVEN_GAS = "coke_oven_gas"
    BLAST_FURNACE_GAS = "blast_furnace_gas"
    CONVERTER_GAS = "converter_gas"
    REFINERY_GAS = "refinery_gas"
    BIOMASS = "biomass"
    STEAM = "steam"
    HOT_WATER = "hot_water"
    HEAT = "heat"
    WATER = "water"
    PV_GENERATION = "pv_generation"
    WIND_GENERATION = "wind_generation"
    GREEN_POWER = "green_power"
    GREEN_CERTIFICATE = "green_certificate"
    HYDROGEN = "hydrogen"
    OTHER = "other"

    @property
    def label(self) -> str:
        return CARRIER_LABELS[self]


CARRIER_LABELS: dict[Carrier, str] = {
    Carrier.ELECTRICITY: "电力",
    Carrier.NATURAL_GAS: "天然气",
    Carrier.LNG: "液化天然气",
    Carrier.LPG: "液化石油气",
    Carrier.DIESEL: "柴油",
    Carrier.GASOLINE: "汽油",
    Carrier.KEROSENE: "一般煤油",
    Carrier.FUEL_OIL: "燃料油",
    Carrier.ANTHRACITE: "无烟煤",
    Carrier.BITUMINOUS_COAL: "烟煤",
    Carrier.LIGNITE: "褐煤",
    Carrier.WASHED_COAL: "洗精煤",
    Carrier.COKE: "焦炭",
    Carrier.COKE_OVEN_GAS: "焦炉煤气",
    Carrier.BLAST_FURNACE_GAS: "高炉煤气",
    Carrier.CONVERTER_GAS: "转炉煤气",
    Carrier.REFINERY_GAS: "炼厂干气",
    Carrier.BIOMASS: "生物质",
    Carrier.STEAM: "蒸汽",
    Carrier.HOT_WATER: "热水",
    Carrier.HEAT: "热力",
    Carrier.WATER: "自来水",
    Carrier.PV_GENERATION: "光伏发电",
    Carrier.WIND_GENERATION: "风力发电",
    Carrier.GREEN_POWER: "绿电交易",
    Carrier.GREEN_CERTIFICATE: "绿证",
    Carrier.HYDROGEN: "氢气",
    Carrier.OTHER: "其他",
}


class Direction(StrEnum):
    PURCHASED = "purchased"
    SELF_GENERATED = "self_generated"
    SELF_CONSUMED = "self_consumed"
    EXPORTED = "exported"

    @property
    def label(self) -> str:
        return {"purchased": "购入", "self_generated": "自发", "self_consumed": "自用", "exported": "输出"}[self.value]
