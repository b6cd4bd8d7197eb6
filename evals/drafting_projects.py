"""Invented factories of every kind a draft may meet: random profiles, bills, accounts, verdicts and plans, all computed by the
product's own core and rules."""

from __future__ import annotations

import calendar
import hashlib
import random
from datetime import date
from functools import cache
from typing import Any

from app.accounting import calculate
from app.corpus.documents import load_documents
from app.corpus.factors import load_factor_library
from app.corpus.rules import load_ruleset
from app.domain.activity import DocumentKind
from app.domain.carrier import Carrier, Direction
from app.domain.errors import LingtanError
from app.domain.project import FactoryProfile
from app.domain.run import CalculationRun
from app.drafting.source import DraftSource, EvidenceDocument, GapEntry, LedgerEntry
from app.eligibility import evaluate
from app.eligibility.checklist import ItemState, checklist
from app.eligibility.facts import build_fact_sheet
from app.services.charts import energy_parts
from app.services.gaps import gap_rows

YEAR = 2025
SCHEME = "zero_carbon_factory_guideline"
INDUSTRIES = ("锂电池", "汽车零部件", "光伏组件", "电子电器", "食品轻工", "通用机械", "数据中心", "水泥", "有色金属", "纺织", "化工", "医药")
PLACES = (("安徽", "合肥"), ("湖南", "长沙"), ("浙江", "杭州"), ("上海", "上海"), ("江苏", "苏州"), ("河南", "郑州"), ("四川", "成都"), ("广东", "广州"))
NAMES = ("远山", "白鹭", "青禾", "云台", "瀚川", "北辰", "明溪", "启元", "安平", "星湖")
PRODUCTS = (("电芯", "GWh"), ("电机", "万台"), ("组件", "MW"), ("线束", "万套"), ("饮料", "万吨"), ("轴承", "万件"))
#: carrier, unit, smallest and largest monthly quantity, further parameters of the activity
FUELS: tuple[tuple[Carrier, str, str, int, int, dict[str, str]], ...] = (
    (Carrier.NATURAL_GAS, "天然气", "Nm3", 800, 90_000, {}),
    (Carrier.DIESEL, "柴油", "L", 100, 9_000, {"density_kg_per_l": "0.84"}),
    (Carrier.GASOLINE, "汽油", "L", 50, 2_000, {"density_kg_per_l": "0.745"}),
    (Carrier.HEAT, "热力", "GJ", 50, 9_000, {}),
)


@cache
def _corpus() -> tuple[Any, Any, Any]:
    return load_documents(), load_factor_library(), load_ruleset()


def make_project(seed: int) -> DraftSource:
    """The factory of a seed; the same seed gives the same factory."""
    rng = random.Random(seed)
    policies, library, ruleset = _corpus()
    profile = _profile(rng)
    entries, activities = _bills(rng)
    run = _run(rng, profile, activities) if activities and rng.random() < 0.95 else None
    documents = _documents(rng, entries)
    report = evaluate(
        ruleset, build_fact_sheet(profile, run, ()), project=f"g{seed}", run_id=run.run_id if run else None, schemes=(SCHEME,)
    )
    opened = [i for i in checklist(report, ruleset) if i.state is ItemState.OPEN]
    gaps = tuple(
        GapEntry(
            criterion=i.criterion, title=r["条目"], clause=r["条款"], modality=r["要求程度"], kind=r["结论"], what=r["缺什么"],
            proof=r["用什么证明"], supplier=r["谁提供"], next_step=r["下一步"],
        )
        for i, r in zip(opened, gap_rows(opened), strict=True)
    )  # fmt: skip
    energy = energy_parts(_inputs(profile, activities), run, library) if run is not None else ()
    return DraftSource(
        project=f"g{seed}", profile=profile, generated_on=date(2026, 1 + seed % 12, 1 + seed % 28), run=run,
        records=entries if run is not None or rng.random() < 0.5 else (), verdicts=report if rng.random() < 0.95 else None,
        documents=documents, policies=policies, energy=energy, gaps=gaps,
    )  # fmt: skip


def _profile(rng: random.Random) -> FactoryProfile:
    province, city = rng.choice(PLACES)
    product, unit = rng.choice(PRODUCTS)
    extra: dict[str, Any] = {"tce": rng.random() < 0.7}
    if rng.random() < 0.6:
        extra["organisation"] = {"leader": "总经理", "department": rng.choice(("能源部", "设备部"))}
    paths = ("accounting", "source", "process", "chain", "digital", "offset")
    extra["projects"] = [
        {
            "path": rng.choice(paths),
            "name": f"{rng.choice(('光伏', '余热', '空压', '照明', '储能'))}改造{n}期",
            "start": "2026年1月",
            "finish": f"{2026 + n}年12月",
            "investment_wan_yuan": str(rng.randint(10, 3000)),
            **({"reduction_tco2": f"{rng.randint(1, 900)}.{rng.randint(0, 9)}"} if rng.random() < 0.8 else {}),
            "owner": "设备部",
        }
        for n in range(1, rng.randint(0, 5) + 1)
    ]
    extra["targets"] = [
        {"name": name, "year": f"{rng.choice((2027, 2030))}年", "value": str(rng.randint(5, 95)), "unit": "%"}
        for name in rng.sample(("二氧化碳排放总量较基准年下降", "可再生能源使用比例", "产品碳足迹下降"), rng.randint(0, 3))
    ]
    extra["annual"] = [
        {"id": "total_tco2", "year": str(year), "value": str(rng.randint(500, 90_000))}
        for year in (YEAR - 2, YEAR - 1)
        if rng.random() < 0.6
    ]
    extra["declarations"] = [
        {"id": id, "value": rng.random() < 0.7, "evidence": f"证明_{id}.pdf"}
        for id in ("accounting_system", "data_records", "digital_centre", "accident_3y", "penalty_3y")
        if rng.random() < 0.5
    ]
    extra["equipment"] = [
        {"name": "电动机", "model": f"YE{n}-1{n}0", "quantity": str(rng.randint(1, 60)), "efficiency_grade": f"{rng.randint(1, 3)}级"}
        for n in range(1, rng.randint(0, 4) + 1)
    ]
    tce = extra.pop("tce")
    extra["accounting"] = {"tce": "given" if tce else "none"}
    return FactoryProfile(
        name=f"{province}{rng.choice(NAMES)}{rng.randint(2, 99)}号{rng.choice(('科技', '制造', '能源'))}有限公司",
        uscc=f"9134010{rng.randint(0, 9)}MA{rng.randint(10**7, 10**8 - 1)}" if rng.random() < 0.9 else "",
        province=province, city=city, address=f"示范路{rng.randint(1, 999)}号", industry=rng.choice(INDUSTRIES),
        ets_covered=rng.choice((False, True, None)), year=YEAR, product=product, output_quantity=f"{rng.randint(1, 900)}.{rng.randint(0, 9)}",
        output_unit=unit, industrial_value_added_wan_yuan=str(rng.randint(500, 99_999)) if rng.random() < 0.8 else "", extra=extra,
    )  # fmt: skip


def _bills(rng: random.Random) -> tuple[tuple[LedgerEntry, ...], list[dict[str, Any]]]:
    """Monthly bills, some months lost, some years with a single settlement."""
    entries: list[LedgerEntry] = []
    activities: list[dict[str, Any]] = []
    used = [(Carrier.ELECTRICITY, "电力", "kWh", 5_000, 3_000_000, {"supply": "grid"})] if rng.random() < 0.97 else []
    used += rng.sample(FUELS, rng.randint(0, len(FUELS)))
    for carrier, name, unit, low, high, params in used:
        monthly = rng.random() < 0.85
        scale = rng.randint(low, high)
        spans = [(m, m) for m in range(1, 13) if rng.random() < 0.95] if monthly else [(1, 12)]
        for first, last in spans:
            quantity = f"{max(1, scale * rng.randint(60, 140) // 100)}{rng.choice(('', '', '.5', '.25'))}"
            start, end = f"{YEAR}-{first:02d}-01", f"{YEAR}-{last:02d}-{calendar.monthrange(YEAR, last)[1]}"
            sha = hashlib.sha256(f"{carrier.value}{first}{quantity}".encode()).hexdigest()
            id = f"{sha[:12]}-r1"
            entries.append(
                LedgerEntry(
                    record_id=id, carrier=carrier, direction=Direction.PURCHASED, quantity=quantity, unit=unit, document_sha256=sha,
                    filename=f"{name}_{start[:7]}.pdf", page=rng.randint(1, 3), period_start=start, period_end=end,
                    account_number=f"34{rng.randint(10**8, 10**9)}" if carrier is Carrier.ELECTRICITY and rng.random() < 0.3 else None,
                )
            )  # fmt: skip
            activities.append(
                {"id": id, "carrier": name, "quantity": quantity, "unit": unit, "direction": "in",
                 "params": {**params, "period": f"{start}/{end}"}}
            )  # fmt: skip
    return tuple(entries), activities


def _inputs(profile: FactoryProfile, activities: list[dict[str, Any]]) -> dict[str, Any]:
    given = profile.extra["accounting"]["tce"] == "given"
    coefficients = {
        "天然气_当量": "1.33 kgce/m3（GB/T 2589）", "柴油_当量": "1.4571 kgce/kg（GB/T 2589）", "汽油_当量": "1.4714 kgce/kg（GB/T 2589）",
        "热力_当量": "0.03412 tce/GJ（GB/T 2589）", "电力_当量": "0.1229 kgce/kWh（GB/T 2589）",
    }  # fmt: skip
    return {
        "edition": "GB/T 32151.34-2024", "factor_set": "A", "year": YEAR, "province": "安徽", "activities": activities, "offsets": [],
        "grid_basis": {"data_year": 2023, "level": "province", "region": "安徽", "basis": "average"},
        "options": {"tce_coefficients": coefficients} if given else {},
        "request": ["energy_tce:当量", "intensity_tco2_per_tce:当量", "non_fossil_share:当量", "physical_share"] if given else [],
    }  # fmt: skip


def _run(rng: random.Random, profile: FactoryProfile, activities: list[dict[str, Any]]) -> CalculationRun | None:
    try:
        return calculate(_inputs(profile, activities), _corpus()[1])
    except LingtanError:
        return None


def _documents(rng: random.Random, entries: tuple[LedgerEntry, ...]) -> tuple[EvidenceDocument, ...]:
    kinds = [k.label for k in DocumentKind]
    return tuple(
        EvidenceDocument(sha256=e.document_sha256, filename=e.filename, kind=rng.choice(kinds), pages=rng.randint(1, 6))
        for e in {e.document_sha256: e for e in entries}.values()
    )
