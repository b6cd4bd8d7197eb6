"""One worked example a formula: the activity, the arithmetic a person would write on paper, and the exact result.

The arithmetic is evaluated here with whole-number fractions and nothing of the product; the core must give the same number. The
manual page docs/manual/formulas.md is made from these cases.
"""

from __future__ import annotations

import ast
import operator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

GRID = {"data_year": 2023, "level": "national", "region": "全国", "basis": "average"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """``arithmetic`` uses + − × ÷ and brackets over decimals; ``note`` what a reader should know. ``gases`` is the
    arithmetic of the tonnes of each gas and ``co2e`` that of the equivalents, where a formula gives gases."""

    formula: str
    title: str
    activity: dict[str, Any]
    arithmetic: str
    note: str = ""
    gases: dict[str, str] = field(default_factory=dict)
    co2e: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)

    def full_inputs(self) -> dict[str, Any]:
        activity = {"id": "a1", "direction": "in", "params": {}, **self.activity}
        return {
            "edition": "GB/T 32151.34-2024", "factor_set": "A", "year": 2025, "grid_basis": GRID, "activities": [activity],
            **self.inputs,
        }  # fmt: skip


_STEPS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def _value(node: ast.expr, text: str) -> Fraction:
    if isinstance(node, ast.BinOp):
        return _STEPS[type(node.op)](_value(node.left, text), _value(node.right, text))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, text)
    if isinstance(node, ast.Constant):
        return Fraction(ast.get_source_segment(text, node) or "")
    raise ValueError(f"not arithmetic: {ast.dump(node)}")


def evaluate(arithmetic: str) -> Fraction:
    """The exact value of an arithmetic text. Raises ValueError (or SyntaxError) for anything else."""
    text = arithmetic.replace("×", "*").replace("÷", "/").replace("−", "-")
    return _value(ast.parse(text, mode="eval").body, text)


def _power(quantity: str, unit: str = "MWh", direction: str = "in", **params: Any) -> dict[str, Any]:
    return {"carrier": "电力", "quantity": quantity, "unit": unit, "direction": direction, "params": {"supply": "grid", **params}}


_EQ6 = {"GC": "100", "WFC": "0.98", "CC": "70", "UCC": "2", "DU": "1", "WFC_C": "0.96", "WVar": "0.1", "WVar_C": "0.005", "K1": "0.35"}
_EQ7 = {"BPM": "120", "BPMFC": "0.85", "BG": "10", "BGFC": "0.9", "BWT": "1.2", "BP": "105", "BPFC": "0.97", "BPMVar": "0.05", "BGVar": "0.02", "K2": "0.35"}
_EQ8 = {"GPM": "80", "GPMFC": "0.95", "GTA": "4", "GTAFC": "0.99", "GWT": "0.6", "GP": "78", "GPFC": "0.985", "GPMVar": "0.01", "K3": "0.35"}
_EQ9 = {"Q_Nm3_h": "52000", "QVar_mg_Nm3": "38.5", "days": "330", "HM_GJ_t": "38.2", "FCh": "0.021", "FOx": "0.99"}
_EQ10 = {"CAL": "1500", "I": "0.02", "EF1": "0.44", "TR": "0.98"}


def _equation(name: str, variables: dict[str, str]) -> dict[str, Any]:
    params = {"formula": f"gbt32151_34_{name}", "variables": variables}
    return {"carrier": "过程排放", "quantity": "1", "unit": "项", "params": params}


_STEAM = {"pressure_mpa": "0.8", "pressure_basis": "absolute"}
CASES = (
    Case(
        formula="fuel",
        title="天然气 58940 Nm3，默认集 A",
        activity={"carrier": "天然气", "quantity": "58940", "unit": "Nm3"},
        arithmetic="58940 ÷ 10000 × 389.31 × 0.0153 × 99 ÷ 100 × 44 ÷ 12",
        note="热值、单位热值含碳量、氧化率可由活动逐项给出，给出的优先于默认值。",
    ),
    Case(
        formula="fuel_carbon",
        title="燃料直接给出含碳量",
        activity={
            "carrier": "烟煤", "quantity": "1200", "unit": "t",
            "params": {"carbon_tc_per_unit": "0.5671", "oxidation_rate_pct": "98"},
        },
        arithmetic="1200 × 0.5671 × 98 ÷ 100 × 44 ÷ 12",
        note="含碳量须有检测报告；来源写在 params.carbon_per_unit_source。",
    ),
    Case(
        formula="explicit",
        title="供方给出的因子",
        activity={"carrier": "柴油", "quantity": "7.5", "unit": "t", "params": {"ef": {"value": "3.1", "unit": "tCO2/t", "source": "检测报告"}}},
        arithmetic="7.5 × 3.1",
        note="因子的分母单位须与活动单位同量纲，否则拒绝。",
    ),
    Case(
        formula="components",
        title="沼气分气体因子",
        activity={
            "carrier": "沼气", "quantity": "2000", "unit": "Nm3",
            "params": {"ef_components": {"CO2": "1.9", "CH4_nonfossil": "0.002"}, "ef_components_unit": "kg/Nm3"},
        },
        arithmetic="2000 × 1.9 ÷ 1000",
        note="CO2 计入总量；其他气体按 options.gwp_report 所定的 GWP 另列为 tCO2e。",
        inputs={"options": {"gwp_report": "AR6"}},
    ),
    Case(
        formula="biomass",
        title="生物质给出自己的因子",
        activity={"carrier": "生物质", "quantity": "10", "unit": "t", "params": {"ef": {"value": "1.5", "unit": "tCO2/t"}}},
        arithmetic="10 × 1.5",
        note="单列为 outside_boundary，不进入总量。",
    ),
    Case(formula="electricity", title="网购电 1200 MWh", activity=_power("1200"), arithmetic="1200 × 0.5306",
         note="因子的数据年、层级、类别由 grid_basis 显式给出，缺一即拒绝。"),
    Case(formula="electricity_out", title="上网 30 MWh", activity=_power("30", direction="out", net_exporter=True), arithmetic="−30 × 0.5306",
         note="与购入电用同一口径因子，以负行列出。"),
    Case(
        formula="electricity_zero",
        title="自用光伏，逐月原始记录为证",
        activity=_power("18.5", supply="self_use_pv", proof=["monthly_record"]),
        arithmetic="18.5 × 0",
        note="没有凭证即拒绝，不会默默按零或按网电计。",
    ),
    Case(formula="heat", title="购入热力 860 GJ", activity={"carrier": "热力", "quantity": "860", "unit": "GJ"}, arithmetic="860 × 0.11"),
    Case(
        formula="minus_feedwater_83_74",
        title="饱和蒸汽 100 t，0.8 MPa（绝压），扣给水焓",
        activity={"carrier": "饱和蒸汽", "quantity": "100", "unit": "t", "params": {**_STEAM, "heat_method": "minus_feedwater_83_74"}},
        arithmetic="100 × (2768.4 − 83.74) ÷ 1000 × 0.11",
        note="比焓查饱和蒸汽表；表内线性插值，跨相变或疑误格拒绝。",
    ),
    Case(
        formula="full_enthalpy_eq13",
        title="同一蒸汽按全焓（重构公式，点名启用）",
        activity={"carrier": "饱和蒸汽", "quantity": "100", "unit": "t", "params": {**_STEAM, "heat_method": "full_enthalpy_eq13"}},
        arithmetic="100 × 2768.4 ÷ 1000 × 0.11",
        inputs={"options": {"allow_suspect": ["steam_eq13"]}},
    ),
    Case(
        formula="hot_water_20c",
        title="热水 500 t，75 ℃",
        activity={"carrier": "热水", "quantity": "500", "unit": "t", "params": {"temperature_c": "75", "heat_method": "hot_water_20c"}},
        arithmetic="500 × (75 − 20) × 4.1868 ÷ 1000 × 0.11",
    ),
    Case(
        formula="carbonate",
        title="碳酸钙 88.8 t",
        activity={"carrier": "碳酸盐 CaCO3", "quantity": "88.8", "unit": "t", "params": {"purity_pct": "95", "conversion_pct": "100"}},
        arithmetic="88.8 × 95 ÷ 100 × 0.440 × 100 ÷ 100",
    ),
    Case(
        formula="reported",
        title="核查报告给出的 1234.5 kgCO2",
        activity={"carrier": "已核排放", "quantity": "1234.5", "unit": "kgCO2"},
        arithmetic="1234.5 ÷ 1000",
    ),
    Case(
        formula="captured",
        title="捕集 CO2 120 t（纯度 99.5%），外供，点名扣减",
        activity={
            "carrier": "捕集CO2", "quantity": "120", "unit": "t", "direction": "out",
            "params": {"purity_pct": "99.5", "fate": "外供", "proof": ["metering_record"]},
        },
        arithmetic="−120 × 99.5 ÷ 100",
        note="没有 options.captured_co2 = deduct 时单列为 outside_boundary，不从总量扣减。",
        inputs={"options": {"captured_co2": "deduct"}},
    ),
    Case(
        formula="gbt32151_34_eq6",
        title="煅烧式6（重构公式，点名启用）",
        activity=_equation("eq6", _EQ6),
        arithmetic="(100 × 0.98 − (70 + 2 + 1) × 0.96) × 44 ÷ 12 + (100 × 0.1 − 70 × 0.005) × 0.35 × 44 ÷ 16",
        inputs={"options": {"allow_suspect": ["gbt32151_34_eq6"]}},
    ),
    Case(
        formula="gbt32151_34_eq7",
        title="焙烧式7（重构公式，点名启用）",
        activity=_equation("eq7", _EQ7),
        arithmetic="(120 × 0.85 + 10 × 0.9 − 1.2 − 105 × 0.97) × 44 ÷ 12 + (120 × 0.05 + 10 × 0.02) × 0.35 × 44 ÷ 16",
        inputs={"options": {"allow_suspect": ["gbt32151_34_eq7"]}},
    ),
    Case(
        formula="gbt32151_34_eq8",
        title="石墨化式8（重构公式，点名启用）",
        activity=_equation("eq8", _EQ8),
        arithmetic="(80 × 0.95 + 4 × 0.99 − 0.6 − 78 × 0.985) × 44 ÷ 12 + 80 × 0.01 × 0.35 × 44 ÷ 16",
        inputs={"options": {"allow_suspect": ["gbt32151_34_eq8"]}},
    ),
    Case(
        formula="gbt32151_34_eq9",
        title="烟气焚烧式9，全年",
        activity=_equation("eq9", _EQ9),
        arithmetic="52000 × 38.5 × 24 × 330 ÷ 1000000000 × 38.2 × 0.021 × 0.99 × 44 ÷ 12",
    ),
    Case(
        formula="gbt32151_34_eq10",
        title="脱硫式10",
        activity=_equation("eq10", _EQ10),
        arithmetic="1500 × 0.02 × 0.44 × 0.98",
    ),
    Case(
        formula="desulphurisation",
        title="石灰石脱硫剂 250 t，I、TR 取默认值",
        activity={"carrier": "脱硫剂 CaCO3", "quantity": "250", "unit": "t"},
        arithmetic="250 × 90 ÷ 100 × 0.440 × 100 ÷ 100",
        note="有检测值的写 params.variables.I、TR（百分数），优先于默认值。",
    ),
    Case(
        formula="cement_clinker",
        title="硅酸盐水泥熟料 12000 t",
        activity={"carrier": "水泥熟料", "quantity": "12000", "unit": "t", "params": {"material": "硅酸盐水泥熟料"}},
        arithmetic="12000 × 0.535",
    ),
    Case(
        formula="cement_substitute",
        title="电石渣替代 300 t",
        activity={"carrier": "水泥替代原料 电石渣", "quantity": "300", "unit": "t"},
        arithmetic="−300 × 0.480",
        note="扣减为负行，与熟料行同列于过程排放；替代原料可写表中并列的任一名称。",
    ),
    Case(
        formula="steel_input",
        title="电极 18.5 t（低可信行，点名启用）",
        activity={"carrier": "钢铁含碳原料 电极", "quantity": "18.5", "unit": "t"},
        arithmetic="18.5 × 3.663",
        inputs={"options": {"allow_suspect": ["电极"]}},
    ),
    Case(
        formula="steel_product",
        title="粗钢固碳 50000 t",
        activity={"carrier": "钢铁产品固碳 粗钢", "quantity": "50000", "unit": "t"},
        arithmetic="−50000 × 0.037",
    ),
    Case(
        formula="electronics_gas",
        title="NF3 400 kg，各参数取默认值",
        activity={"carrier": "电子特气 NF3", "quantity": "400", "unit": "kg"},
        arithmetic="0 × 400",
        gases={
            "NF3": "0.4 × (1 − 10 ÷ 100) × (1 − 80 ÷ 100) × (1 − 90 ÷ 100 × 95 ÷ 100)",
            "CF4": "0.4 × (1 − 10 ÷ 100) × 0.09 × (1 − 90 ÷ 100 × 90 ÷ 100)",
        },
        co2e="0.4 × 0.9 × 0.2 × 0.145 × 17400 + 0.4 × 0.9 × 0.09 × 0.19 × 7380",
        note="各气体吨数按 options.gwp_report 折算，只计入 total_tco2e；来源没有给默认值的参数须由活动给出。",
        inputs={"options": {"gwp_report": "AR6"}},
    ),
    Case(
        formula="welding_co2",
        title="混合气（80% CO2 + 20% Ar）2.4 t",
        activity={
            "carrier": "CO2保护焊", "quantity": "2.4", "unit": "t",
            "params": {"variables": {"P_CO2": "80"}, "other_gases": [{"gas": "Ar", "volume_pct": "20", "molar_mass": "39.95"}]},
        },
        arithmetic="2.4 × 0.8 × 44 ÷ (0.8 × 44 + 0.2 × 39.95)",
    ),
    Case(
        formula="fluorinated_leak",
        title="SF6 物料平衡：期初 0.20、购入 0.35、期末 0.18、售出 0.30 t",
        activity={
            "carrier": "过程排放", "quantity": "1", "unit": "项",
            "params": {
                "formula": "fluorinated_leak", "gas": "SF6",
                "variables": {"opening": "0.20", "purchased": "0.35", "closing": "0.18", "sold": "0.30"},
            },
        },
        arithmetic="0 × 1",
        gases={"SF6": "0.20 − 0.18 + 0.35 − 0.30"},
        co2e="0.07 × 23500",
        inputs={"options": {"gwp_report": "AR5"}},
    ),
    Case(
        formula="glass_carbon_powder",
        title="碳粉 36 t，含碳率默认 100%",
        activity={"carrier": "碳粉", "quantity": "36", "unit": "t"},
        arithmetic="36 × 100 ÷ 100 × 44 ÷ 12",
    ),
    Case(
        formula="glass_carbonate",
        title="纯碱 800 t，煅烧率 99.2%",
        activity={"carrier": "玻璃碳酸盐 Na2CO3", "quantity": "800", "unit": "t", "params": {"variables": {"F": "99.2"}}},
        arithmetic="800 × 0.415 × 99.2 ÷ 100",
    ),
    Case(
        formula="aluminium_anode_effect",
        title="原铝 30000 t",
        activity={"carrier": "铝电解阳极效应", "quantity": "30000", "unit": "t"},
        arithmetic="0 × 30000",
        gases={"CF4": "30000 × 0.02 ÷ 1000", "C2F6": "30000 × 0.0011 ÷ 1000"},
        co2e="0.6 × 7380 + 0.033 × 12400",
        inputs={"options": {"gwp_report": "AR6"}},
    ),
    Case(
        formula="wastewater_ch4",
        title="厌氧去除 COD 120 t，MCF 0.8（重构公式，点名启用）",
        activity={"carrier": "废水厌氧处理", "quantity": "120", "unit": "t", "params": {"variables": {"MCF": "0.8"}}},
        arithmetic="0 × 120",
        gases={"CH4_nonfossil": "120 × 0.25 × 0.8"},
        co2e="24 × 27.0",
        inputs={"options": {"gwp_report": "AR6", "allow_suspect": ["wastewater_ch4"]}},
    ),
)  # fmt: skip
