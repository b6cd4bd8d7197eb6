"""An invented factory for the drafting tests: profile, ledger, run, verdicts, documents. No name or number is real."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache
from hashlib import sha256
from pathlib import Path

from app.corpus.documents import load_documents
from app.corpus.forms import load_form
from app.domain.carrier import Carrier, Direction
from app.domain.clause import EvidenceLevel, Modality
from app.domain.form import Form
from app.domain.project import FactoryProfile
from app.domain.run import CalculationRun, EmissionLine, FactorUse
from app.domain.verdict import CriterionVerdict, EligibilityReport, Verdict, VerdictOperand
from app.drafting.source import DraftSource, EvidenceDocument, LedgerEntry

ROOT = Path(__file__).resolve().parents[3]
KWH = (381250, 352480, "398110.5", 402300, 421760, 455930, 498220, 503410, 447300, 412850, 396200, 389400)
RUN = "run-5f2c19ab04"


@cache
def form() -> Form:
    return load_form("zero_carbon_factory_plan", ROOT / "policy_corpus")


@cache
def policies() -> dict:
    return load_documents(ROOT / "policy_corpus")


def digest(name: str) -> str:
    return sha256(name.encode()).hexdigest()


def profile() -> FactoryProfile:
    return FactoryProfile(
        name="皖江示范电芯有限公司2号工厂",
        uscc="91340200MA0EXAMPL7",
        province="安徽省",
        city="芜湖市",
        address="鸠江区示范路88号",
        industry="锂电池制造",
        ets_covered=False,
        year=2025,
        product="锂离子电池",
        output_quantity="2.0",
        output_unit="GWh",
        industrial_value_added_wan_yuan="23691",
        accounts={"electricity": ("3400000000017",)},
        extra={
            "organisation": {"leader": "总经理", "department": "设备动力部"},
            "measures": [
                {
                    "path": "source",
                    "name": "屋顶分布式光伏二期",
                    "description": "利用厂房屋面建设6 MW光伏",
                    "start": "2026年3月",
                    "finish": "2026年12月",
                    "investment_wan_yuan": "1860",
                    "reduction_tco2": "3120.5",
                    "owner": "设备动力部",
                },
                {"path": "process", "name": "空压机群控改造", "finish": "2026年9月", "reduction_tco2": "210"},
            ],
            "targets": [{"name": "二氧化碳排放总量较基准年下降", "year": "2030年", "value": "55", "unit": "%"}],
        },
    )


def ledger() -> tuple[LedgerEntry, ...]:
    entries = []
    for month, quantity in enumerate(KWH, 1):
        last = (date(2025 + month // 12, month % 12 + 1, 1) - date(2025, month, 1)).days
        entries.append(
            LedgerEntry(
                record_id=f"{digest(f'电费{month}')[:12]}-r1",
                carrier=Carrier.ELECTRICITY,
                direction=Direction.PURCHASED,
                quantity=str(quantity),
                unit="kWh",
                period_start=f"2025-{month:02d}-01",
                period_end=f"2025-{month:02d}-{last}",
                account_number="3400000000017",
                document_sha256=digest(f"电费{month}"),
                filename=f"电费账单-2025-{month:02d}.pdf",
                page=1,
            )
        )
    for n, (carrier, quantity, unit) in enumerate(
        ((Carrier.NATURAL_GAS, "86420", "Nm3"), (Carrier.DIESEL, "5310.25", "L"))
    ):
        entries.append(
            LedgerEntry(
                record_id=f"{digest(f'燃料{n}')[:12]}-r1",
                carrier=carrier,
                direction=Direction.PURCHASED,
                quantity=quantity,
                unit=unit,
                period_start="2025-01-01",
                period_end="2025-12-31",
                document_sha256=digest(f"燃料{n}"),
                filename=f"{carrier.label}台账.xlsx",
                page=2,
            )
        )
    return tuple(entries)


def run() -> CalculationRun:
    lines = (
        EmissionLine(
            activity="a1",
            category="electricity_in",
            carrier="electricity",
            direction="in",
            quantity="5059210.5",
            unit="kWh",
            tco2=Fraction("5059.2105") * Fraction("0.6782"),
            formula_id="electricity",
            formula="E = AD × EF",
            clause="GB/T 32150-2025",
            factor_ids=("grid-anhui-2023",),
            label="外购电力",
        ),
        EmissionLine(
            activity="a2",
            category="fuel_combustion",
            carrier="natural_gas",
            direction="in",
            quantity="86420",
            unit="Nm3",
            tco2=Fraction("8.642") * Fraction("21.62188809"),
            formula_id="fuel",
            formula="E = FC × NCV × CC × OF × 44/12",
            clause="GB/T 32150-2025",
            factor_ids=("gas-a",),
            label="天然气锅炉",
        ),
        EmissionLine(
            activity="a3",
            category="electricity_out",
            carrier="electricity",
            direction="out",
            quantity="12000",
            unit="kWh",
            tco2=-Fraction("12") * Fraction("0.6782"),
            formula_id="electricity",
            formula="E = −AD × EF",
            clause="GB/T 32150-2025",
            factor_ids=("grid-anhui-2023",),
            label="向外输出电力",
        ),
    )
    subtotals = {line.category: line.tco2 for line in lines}
    return CalculationRun(
        run_id=RUN,
        inputs_hash=digest("inputs")[:16],
        engine="1",
        edition="GB/T 32150-2025",
        factor_set="A",
        year=2025,
        lines=lines,
        subtotals=subtotals,
        total_tco2=sum(subtotals.values(), Fraction(0)),
        indicators={
            "energy_tce": {"当量": "734.214970", "等价": "1612.300000"},
            "non_fossil_share": {"当量": "0.1234", "当量_exact": "617/5000"},
            "physical_share": "0.120000",
        },
        factors=(
            FactorUse(
                id="grid-anhui-2023",
                value="0.6782",
                unit="kgCO2/kWh",
                source="生态环境部 国家统计局：2023年电力二氧化碳排放因子（安徽）",
                evidence="confirmed",
                why="按所在省份和最近公布年份取用",
            ),
            FactorUse(
                id="gas-a",
                value="389.31",
                unit="GJ/10^4Nm3",
                source="GB/T 32151 默认值",
                evidence="agree",
                why="无实测值",
            ),
        ),
        caveats=("2025年因子尚未公布，取用2023年数值。",),
    )


def _criterion(n: int, topic: str, title: str, clause: str, verdict: Verdict, reason: str, **more) -> CriterionVerdict:
    return CriterionVerdict(
        id=f"zcf-{topic}-{n}",
        scheme="zero_carbon_factory_guideline",
        topic=topic,
        title=title,
        clause=clause,
        modality=Modality.SHALL,
        evidence=EvidenceLevel.OFFICIAL,
        verdict=verdict,
        reason=reason,
        **more,
    )


def verdicts() -> EligibilityReport:
    guide = "miit-2026-13"
    return EligibilityReport(
        project="p1",
        run_id=RUN,
        ruleset="2026.1",
        criteria=(
            _criterion(
                1,
                "accounting_boundary",
                "核算边界",
                f"{guide}/三-(一)",
                Verdict.MET,
                "核算覆盖直接排放和外购电力间接排放，共3行",
                operands=(VerdictOperand(name="lines", label="核算行数", value="3", run_line=f"{RUN}/lines"),),
            ),
            _criterion(
                2,
                "energy_efficiency",
                "单位产品能耗1级",
                f"{guide}/三-(三)",
                Verdict.INSUFFICIENT_EVIDENCE,
                "没有与能耗限额1级值对标的材料",
                threshold="1级或先进值",
                missing=("2025年度单位产品能耗核算表",),
            ),
            _criterion(
                3,
                "equipment_grade",
                "通用设备能效等级",
                f"{guide}/三-(三)",
                Verdict.NOT_MET,
                "台账中6台空压机为2级能效",
                threshold="1级及以上",
                operands=(
                    VerdictOperand(name="grade", label="最低能效等级", value="2", unit="级", declared="equipment[1]"),
                ),
                next_step="更换或改造2级能效空压机。",
            ),
            _criterion(
                4,
                "renewable_share",
                "可再生能源使用比例",
                f"{guide}/三-(二)",
                Verdict.MET,
                "非化石能源消费占比12.34%，条款没有数值要求",
                operands=(
                    VerdictOperand(
                        name="share",
                        label="非化石能源消费占比",
                        value="12.34",
                        unit="%",
                        run_line=f"{RUN}/indicators/non_fossil_share",
                    ),
                ),
            ),
            _criterion(
                5, "digital_centre", "能碳管理中心", f"{guide}/三-(五)", Verdict.NOT_APPLICABLE, "企业未申报该项"
            ),
        ),
    )


def documents() -> tuple[EvidenceDocument, ...]:
    seen = dict.fromkeys((e.document_sha256, e.filename) for e in ledger())
    return tuple(
        EvidenceDocument(sha256=sha, filename=name, kind="电费账单" if "电费" in name else "燃料台账", pages=1 + n % 3)
        for n, (sha, name) in enumerate(seen)
    )


def source(**changes) -> DraftSource:
    """The whole factory; ``changes`` replace fields of the source."""
    whole = DraftSource(
        project="p1",
        profile=profile(),
        generated_on=date(2026, 11, 24),
        run=run(),
        records=ledger(),
        verdicts=verdicts(),
        documents=documents(),
        policies=policies(),
    )
    return replace(whole, **changes)


def bare_source() -> DraftSource:
    """A factory that has given its name and nothing else."""
    return DraftSource(
        project="p0", profile=FactoryProfile(name="新立项企业"), generated_on=date(2026, 11, 24), policies=policies()
    )
