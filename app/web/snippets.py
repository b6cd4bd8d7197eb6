"""Ready-made sections for the profile page: a user adds one with a click and replaces the example values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """``section`` is the table the page looks for: one that is there already is shown, not added again, unless it ``repeats``."""

    section: str
    title: str
    hint: str
    toml: str
    repeats: bool = False


SNIPPETS = (
    Snippet(
        section="output",
        title="产品、产量与工业增加值",
        hint="单位产品与单位增加值指标要用",
        toml='[output]\nproduct = "锂离子电池"\nquantity = "2.0"\nunit = "GWh"\nindustrial_value_added_wan_yuan = "23691"\n',
    ),
    Snippet(
        section="accounts",
        title="各种能源的户号",
        hint="检查每个户号十二个月是否齐全",
        toml='[accounts]\nelectricity = ["填电费户号"]\nnatural_gas = ["填燃气户号"]\nsteam = ["填供热户号"]\n',
    ),
    Snippet(
        section="densities_kg_per_l",
        title="油品密度",
        hint="以升计的柴油、汽油折算成吨",
        toml='[densities_kg_per_l]\ndiesel = "0.840"\ngasoline = "0.745"\n',
    ),
    Snippet(
        section="grid_basis",
        title="电网因子口径",
        hint="数据年、层级（全国 national、省级 province）与平均或剩余口径",
        toml='[grid_basis]\ndata_year = 2023\nlevel = "province"\nregion = "安徽"\nbasis = "average"\n',
    ),
    Snippet(
        section="gas_condition",
        title="燃气表的气体状态",
        hint="表号 = 标况或工况；default 用于其余的表",
        toml='[gas_condition]\ndefault = "标况"\n',
    ),
    Snippet(
        section="steam",
        title="蒸汽参数",
        hint="饱和 saturated、过热 superheated；压力口径绝对 absolute、表压 gauge",
        toml='[steam]\nsteam = "saturated"\npressure_mpa = "0.80"\npressure_basis = "absolute"\ntemperature_c = "170.4"\n',
    ),
    Snippet(
        section="annual",
        title="往年排放总量",
        hint="每年一节，用于看是否逐年下降",
        toml='[[annual]]\nid = "total_tco2"\nyear = "2024"\nvalue = "17950"\nevidence = "报告文件名.pdf"\n',
        repeats=True,
    ),
    Snippet(
        section="equipment",
        title="主要用能设备",
        hint="每种设备一节：能效等级与证明文件",
        toml='[[equipment]]\nname = "电动机"\nmodel = "型号"\nquantity = "1"\nefficiency_grade = "1级"\nstandard = "GB 18613-2020"\nevidence = "台账文件名.xlsx"\n',
        repeats=True,
    ),
    Snippet(
        section="measures",
        title="已实施的减碳措施",
        hint="每项措施一节，例如分布式光伏、绿电交易",
        toml='[[measures]]\nname = "分布式光伏"\nvalue = true\nevidence = "证明文件名.pdf"\n',
        repeats=True,
    ),
    Snippet(
        section="certificates",
        title="认证与证书",
        hint="每份证书一节，例如能源管理体系认证",
        toml='[[certificates]]\nname = "能源管理体系认证"\nvalue = true\nevidence = "证书文件名.pdf"\n',
        repeats=True,
    ),
    Snippet(
        section="products",
        title="产品碳足迹",
        hint="每种产品一节：核算标准与报告",
        toml='[[products]]\nproduct = "锂离子电池"\nfootprint_standard = "GB/T 24067-2024"\nevidence = "报告文件名.pdf"\n',
        repeats=True,
    ),
)
