"""Every formula the core knows by itself (those of process emissions are data, see process_formula.py): its text for the reader and where it comes from.

Clause numbers of standards whose text was not read are left out on purpose; the table or annex of the values stands instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """``suspect_name`` is the name under which a reconstructed formula must be enabled, empty when none is needed."""

    id: str
    text: str
    clause: str
    suspect_name: str = ""


_34 = "GB/T 32151.34-2024"
_ALL = (
    Formula(
        id="fuel",
        text="E = 消耗量 × 低位热值 × 单位热值含碳量 × 氧化率 × 44/12",
        clause=f"化石燃料燃烧排放；默认值见 {_34} 附录C 表C.1",
    ),
    Formula(
        id="fuel_carbon", text="E = 消耗量 × 单位含碳量 × 氧化率 × 44/12", clause="化石燃料燃烧排放（直接给出含碳量）"
    ),
    Formula(id="explicit", text="E = 活动量 × 给定排放因子", clause="活动自带显式因子"),
    Formula(id="components", text="E(CO2) = 活动量 × CO2 因子；其他气体按 GWP 另列", clause="活动自带分气体因子"),
    Formula(id="biomass", text="生物质 CO2 单独报告，不计入总量", clause="GB/T 32150-2015（2025 版是否沿用未核）"),
    Formula(
        id="electricity", text="E = 电量(MWh) × 电网排放因子(tCO2/MWh)", clause="购入电力排放；因子见生态环境部公告"
    ),
    Formula(
        id="electricity_out",
        text="E = −电量(MWh) × 电网排放因子(tCO2/MWh)",
        clause="输出电力排放，与购入电力同一口径因子，负行列出",
    ),
    Formula(id="electricity_zero", text="E = 电量(MWh) × 0", clause=f"{_34} 附录D：非化石电凭证明取 0"),
    Formula(id="heat", text="E = 热量(GJ) × 热力排放因子(tCO2/GJ)", clause=f"购入热力排放；默认因子见 {_34} 表C.3"),
    Formula(
        id="minus_feedwater_83_74",
        text="热量(GJ) = 蒸汽量(t) × (比焓 − 83.74) ÷ 1000；E = 热量 × 热力排放因子",
        clause="发改委行业核算指南系列（2015，归属为推断）；比焓表见 GB/T 32151.34-2024 表C.4、表C.5",
    ),
    Formula(
        id="full_enthalpy_eq13",
        text="热量(GJ) = 蒸汽量(t) × 比焓 ÷ 1000；E = 热量 × 热力排放因子",
        clause=f"{_34} 5.2.6.2 式13（公式为重构）",
        suspect_name="steam_eq13",
    ),
    Formula(
        id="hot_water_20c",
        text="热量(GJ) = 热水量(t) × (T − 20) × 4.1868 ÷ 1000；E = 热量 × 热力排放因子",
        clause="发改委行业核算指南系列（2015，归属为推断）",
    ),
    Formula(id="carbonate", text="E = 质量 × 纯度 × 排放因子 × 转化率", clause=f"碳酸盐分解；因子见 {_34} 表C.2"),
    Formula(id="reported", text="E = 已核排放量（仅换算单位）", clause="报告或核查给出的数值"),
    Formula(
        id="captured",
        text="R = −CO2 量 × 纯度（单列；点名扣减时计入总量）",
        clause="回收、捕集的 CO2；是否扣减依所用行业标准，所持文本没有规定",
    ),
)
FORMULAS = MappingProxyType({formula.id: formula for formula in _ALL})
