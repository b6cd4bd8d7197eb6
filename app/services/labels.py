"""Chinese labels of categories and indicators, in one place."""

from __future__ import annotations

CATEGORY_LABELS = {
    "fuel_combustion": "燃料燃烧",
    "process": "工业过程",
    "electricity_in": "购入电力",
    "electricity_out": "输出电力",
    "electricity_zero": "零排放电力",
    "heat_in": "购入热力",
    "heat_out": "输出热力",
    "reported": "已核排放",
    "reported_deduction": "已核扣减",
    "outside_boundary": "边界外（不计入）",
}
INDICATOR_LABELS = {
    "energy_tce": "综合能源消费量（吨标准煤）",
    "intensity_tco2_per_tce": "单位能耗碳排放（tCO₂/吨标准煤）",
    "non_fossil_share": "非化石能源消费占比",
    "physical_share": "绿电物理认定量占比",
}
