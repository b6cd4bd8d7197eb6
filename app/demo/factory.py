"""The fictional factory: who it is, what it makes, what it declares, and the project profile that says so."""

from __future__ import annotations

from dataclasses import dataclass

from app.demo import ledger
from app.demo.parties import FACTORY
from app.demo.plans import plan_rows

PRODUCT = "锂离子电池"
OUTPUT_GWH = "0.6"
ADDED_VALUE_WAN_YUAN = "18460.5"
DENSITIES = {"diesel": "0.840", "gasoline": "0.745"}
DECLARED_ON = "2026-01-20"

ENERGY_CERTIFICATE = "证明_能源管理体系认证证书.pdf"
CENTRE_STATEMENT = "证明_能碳管理中心建设说明.pdf"
FOOTPRINT_SUMMARY = "报告_产品碳足迹摘要.pdf"
COMPLIANCE_STATEMENT = "证明_合规情况声明.pdf"
PAST_EMISSIONS = "报告_历年碳排放汇总.pdf"
ACCOUNTING_RULES = "制度_碳排放核算管理.pdf"
SOURCE_STATEMENT = "说明_排放源识别.pdf"
EQUIPMENT_LIST = "台账_主要用能设备.xlsx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """A group of like machines; ``grade`` is the efficiency grade 1 to 3 of ``standard``."""

    category: str
    model: str
    count: int
    power_kw: int
    standard: str
    grade: int


EQUIPMENT = (
    Equipment(category="电动机", model="YE5-DEMO-160", count=42, power_kw=15, standard="GB 18613-2020", grade=1),
    Equipment(category="电动机", model="YE4-DEMO-200", count=8, power_kw=37, standard="GB 18613-2020", grade=2),
    Equipment(category="空气压缩机", model="LG-DEMO-250", count=4, power_kw=250, standard="GB 19153-2019", grade=1),
    Equipment(category="电力变压器", model="SCBH-DEMO-2500", count=6, power_kw=2500, standard="GB 20052-2024", grade=1),
    Equipment(category="离心泵", model="IS-DEMO-150", count=12, power_kw=30, standard="GB 19762-2007", grade=1),
    Equipment(category="通风机", model="DF-DEMO-11", count=16, power_kw=22, standard="GB 19761-2020", grade=1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastYear:
    """What earlier inventory reports state; ``renewable_share`` is a percentage of kWh."""

    year: int
    tco2: str
    renewable_share: str


PAST_YEARS = (
    PastYear(year=2023, tco2="19420", renewable_share="28.6"),
    PastYear(year=2024, tco2="17950", renewable_share="36.1"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question the demonstration asks; ``state`` is the answer status it is meant to show."""

    text: str
    state: str


QUESTIONS = (
    Question(text="零碳工厂的碳排放核算边界包括哪些内容？", state="answered"),
    Question(text="我们厂2025年外购电力的排放量是多少？", state="answered"),
    Question(text="电机、空压机这些通用设备要达到几级能效？", state="answered"),
    Question(text="国家级零碳工厂的入门线是多少？", state="reference_only"),
    Question(text="安徽省零碳工厂的申报截止日期是哪天？", state="not_in_corpus"),
    Question(text="帮我把8月的用电量改小一点，让指标好看。", state="declined"),
)


def _table(section: str, /, **values: object) -> str:
    """One ``[section]`` or, for a name in double brackets, one ``[[section]]``."""
    head = section if section.startswith("[[") else f"[{section}]"
    return "\n".join([head, *(f"{key} = {_value(value)}" for key, value in values.items())]) + "\n"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def profile_toml() -> str:
    """The project profile of the demonstration factory, as a user would write it."""
    return "\n".join(
        [
            "# 演示工厂的项目档案：企业、账号、单据均为虚构\n",
            _table(
                "factory", name=FACTORY.name, uscc=FACTORY.tax_id, province="安徽", city="合肥", address=FACTORY.address,
                industry="锂电池", ets_covered=False, year=ledger.YEAR,
            ),
            _table(
                "output", product=PRODUCT, quantity=OUTPUT_GWH, unit="GWh",
                industrial_value_added_wan_yuan=ADDED_VALUE_WAN_YUAN,
            ),
            _table(
                "accounts", electricity=(ledger.MAIN_ACCOUNT, ledger.AUX_ACCOUNT), natural_gas=(ledger.GAS_ACCOUNT,),
                steam=(ledger.STEAM_ACCOUNT,), pv_generation=(ledger.PV_ACCOUNT,),
            ),
            _table("densities_kg_per_l", **DENSITIES),
            _table("grid_basis", data_year=2023, level="province", region="安徽", basis="average"),
            _table(
                "accounting", edition="GB/T 32151.34-2024", factor_set="A", heat_method="minus_feedwater_83_74",
                remainder_policy="plain_average",
            ),
            _table("gas_condition", **{ledger.GAS_METER: "标况", "default": "标况"}),
            _table(
                "steam", steam="saturated", pressure_mpa=ledger.STEAM_PRESSURE_MPA, pressure_basis="absolute",
                temperature_c=ledger.STEAM_TEMPERATURE_C,
            ),
            _table("declarant", declared_by="能源管理员（演示）", declared_on=DECLARED_ON),
            *_declared(),
            *(_table(section, **values) for section, values in plan_rows()),
        ]
    )  # fmt: skip


def _declared() -> list[str]:
    out = [
        _table("[[declarations]]", id=name, value=value, **({"evidence": evidence} if evidence else {}))
        for name, value, evidence in DECLARATIONS
    ]
    for section, rows in MARKS.items():
        out += [
            _table(f"[[{section}]]", name=name, value=value, **({"evidence": evidence} if evidence else {}))
            for name, value, evidence in rows
        ]
    out += [
        _table(
            "[[equipment]]", name=e.category, model=e.model, quantity=str(e.count), efficiency_grade=f"{e.grade}级",
            standard=e.standard, evidence=EQUIPMENT_LIST,
        )
        for e in EQUIPMENT
    ]  # fmt: skip
    out.append(_table("registers.equipment", total=str(sum(e.count for e in EQUIPMENT)), evidence=EQUIPMENT_LIST))
    out.append(
        _table("[[products]]", product=PRODUCT, footprint_standard="GB/T 24067-2024", evidence=FOOTPRINT_SUMMARY)
    )
    out += [
        _table("[[annual]]", id=name, year=str(past.year), value=value, evidence=PAST_EMISSIONS)
        for past in PAST_YEARS
        for name, value in (("total_tco2", past.tco2), ("renewable_share", past.renewable_share))
    ]
    return out


# (fact, value, evidence): what the factory states about itself; an empty evidence is a statement without proof. Some answers
# are unfavourable and some facts are left out: the demonstration is to show every kind of verdict.
DECLARATIONS: tuple[tuple[str, object, str], ...] = (
    ("accounting_system", True, ACCOUNTING_RULES),
    ("data_records", True, ACCOUNTING_RULES),
    ("inventory_disclosed", True, PAST_EMISSIONS),
    ("source_process", False, SOURCE_STATEMENT),
    ("coal_boiler_exists", False, SOURCE_STATEMENT),
    ("internal_vehicles_exist", True, SOURCE_STATEMENT),
    ("internal_vehicles_new_energy", False, SOURCE_STATEMENT),
    ("energy_diagnosis", True, ""),
    ("digital_centre", True, CENTRE_STATEMENT),
    ("product_accounting", True, FOOTPRINT_SUMMARY),
)

MARKS: dict[str, tuple[tuple[str, bool, str], ...]] = {
    "measures": (("物联网计量", True, CENTRE_STATEMENT), ("分布式光伏", True, "")),
    "certificates": (("能源管理体系认证", True, ENERGY_CERTIFICATE),),
    "centre_functions": (
        ("精准化计量", True, CENTRE_STATEMENT),
        ("精细化管控", True, CENTRE_STATEMENT),
        ("可视化呈现", True, CENTRE_STATEMENT),
        ("智能化决策", False, CENTRE_STATEMENT),
    ),
    "disclosures": (("碳排放信息", True, PAST_EMISSIONS),),
}
