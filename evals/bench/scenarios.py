"""What is measured. A scenario is a function that prepares its input and returns the work, which returns how many items it did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

Work = Callable[[], int]


METERS, FIRST_YEAR, YEARS = 50, 2023, 3


def activity_records(records: int) -> list[Any]:
    """Daily readings of 50 meters over three years, electricity and gas in turn; what does not fit into the days of one register
    (tariff) of a meter goes to its next one."""
    from datetime import date, timedelta

    from app.domain.activity import ProposedRecord, RecordStatus
    from app.domain.carrier import Carrier, Direction

    first = date(FIRST_YEAR, 1, 1)
    days = (date(FIRST_YEAR + YEARS, 1, 1) - first).days
    made = []
    for number in range(records):
        meter, slot = number % METERS, number // METERS
        register, day = divmod(slot, days)
        read = (first + timedelta(days=day)).isoformat()
        electric = meter % 2 == 0
        made.append(
            ProposedRecord(
                id=f"r{number}",
                carrier=Carrier.ELECTRICITY if electric else Carrier.NATURAL_GAS,
                direction=Direction.PURCHASED,
                quantity=f"{1000 + number % 977}.{number % 100:02d}",
                unit="kWh" if electric else "Nm3",
                raw_quantity="",
                raw_unit="",
                period_start=read,
                period_end=read,
                account_number=f"M{meter:02d}",
                meter_number=f"R{register}",
                status=RecordStatus.CONFIRMED,
            )
        )
    return made


def calculation_inputs(made: Sequence[Any]) -> dict[str, Any]:
    """The records as the input of one calculation."""
    return {
        "edition": "GB/T 32151.34-2024",
        "factor_set": "A",
        "year": None,
        "province": "安徽",
        "grid_basis": {"data_year": 2023, "level": "province", "region": "安徽", "basis": "average"},
        "activities": [
            {
                "id": r.id,
                "carrier": r.carrier.label,
                "quantity": r.quantity,
                "unit": r.unit,
                "direction": "in",
                "params": {
                    "period": f"{r.period_start}/{r.period_end}",
                    "meter_number": r.meter_number,
                    **({"supply": "grid"} if r.unit == "kWh" else {}),
                },
            }
            for r in made
        ],
    }


def accounting(records: int) -> Work:
    """Activity records of 50 meters over 3 years through checks, calculation and the contract's output."""
    from app.accounting import calculate
    from app.accounting.checks import check_years
    from app.accounting.report import run_to_json
    from app.corpus.factors import load_factor_library

    library = load_factor_library()
    made = activity_records(records)
    inputs = calculation_inputs(made)

    def work() -> int:
        check_years(made, years=range(FIRST_YEAR, FIRST_YEAR + YEARS))
        run_to_json(calculate(inputs, library))
        return records

    return work


def reading(kind: str) -> Work:
    """The demonstration's documents of one kind, read in process and extracted."""
    import tempfile

    from app.demo.documents import write_documents
    from extractors import extract
    from ingestion.reading import read_document

    folder = Path(tempfile.mkdtemp())
    write_documents(folder)
    files = sorted(folder.glob(f"*.{kind}"))
    data = [(f.read_bytes(), f.name) for f in files]
    extract(read_document(*data[0]))  # imports are not what is measured

    def work() -> int:
        for content, name in data:
            extract(read_document(content, name))
        return len(data)

    return work


def uploading(files: int) -> Work:
    """So many different text invoices in one upload to a fresh project: reading in the sandbox, extraction, reconciling, index."""
    import tempfile

    from app.bootstrap import open_workspace
    from app.demo.factory import profile_toml
    from app.services.intake import upload
    from app.services.projects import add_project
    from evals.layouts.catalogue import make

    folder, home = Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp())
    for number in range(files):
        (folder / f"invoice-{number:04d}.pdf").write_bytes(make("pdf-browser", 800_000 + number).data)
    ws = open_workspace(home)
    project = add_project(ws, profile_toml())

    def work() -> int:
        read = upload(ws, project, [folder])
        assert all(item["status"] == "read" for item in read)
        return len(read)

    return work


def answering() -> Work:
    """The development questions against the index, warm."""
    import tempfile

    import yaml

    from app.bootstrap import open_workspace
    from app.services.asking import ask_question, warm_up

    ws = open_workspace(tempfile.mkdtemp())
    warm_up(ws)
    file = Path(__file__).parents[1] / "datasets" / "questions_dev.yaml"
    questions = [q["q"] for q in yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)["questions"]][:40]

    def work() -> int:
        for question in questions:
            ask_question(ws, question)
        return len(questions)

    return work


def _factory(number: int) -> Any:
    """A factory of the shape of the case tables: what it declares varies with its number, nothing is random."""
    from app.corpus.rules import load_ruleset
    from app.domain.project import FactoryProfile
    from app.eligibility.facts import COMPUTED_FACTS

    backing = {"declared_by": "张工", "declared_on": "2026-03-01", **({"evidence": "证明材料.pdf#p2"} if number % 3 else {})}
    facts = load_ruleset_once(load_ruleset).facts
    plain = [n for n, spec in facts.items() if spec.source == "declared" and spec.type == "bool" and n not in COMPUTED_FACTS]
    marks = {n: spec.options for n, spec in facts.items() if spec.type == "marks"}
    extra: dict[str, Any] = {
        "declarations": [{"id": n, "value": bool((number + i) % 5), **backing} for i, n in enumerate(plain) if (number + i) % 4],
        "annual": [
            {"id": "total_tco2", "year": year, "value": str(1000 - year + number), **backing} for year in (2023, 2024)
        ],
        "equipment": [
            {"name": f"电机{i}", "quantity": "2", "efficiency_grade": f"{1 + i % 2}级", **backing} for i in range(number % 12)
        ],
        "registers": {"equipment": {"total": str(2 * (number % 12)), **backing}},
        **{section: [{"name": n, "value": bool((number + i) % 6), **backing} for i, n in enumerate(names)] for section, names in marks.items()},
    }
    provinces = ("安徽", "湖南", "浙江", "上海", "河南", "天津", "江苏")
    return FactoryProfile(
        name=f"工厂{number}", province=provinces[number % 7], city="苏州" if number % 7 == 6 else "", year=2025,
        industry=("锂电池", "水泥", "食品")[number % 3], ets_covered=bool(number % 2), extra=extra,
    )  # fmt: skip


@cache
def load_ruleset_once(load: Callable[[], Any]) -> Any:
    return load()


def _power_and_gas(number: int) -> dict[str, Any]:
    """A year of monthly bills: grid, own photovoltaics, gas."""
    grid = {"supply": "grid"}
    own = {"supply": "self_use_pv", "proof": ["monthly_record"]}
    rows = [("电力", "kWh", 90_000 + number, grid), ("电力", "kWh", 20_000, own), ("天然气", "Nm3", 5_000 + number, {})]
    return {
        "edition": "GB/T 32151.34-2024",
        "factor_set": "A",
        "year": 2025,
        "province": "安徽",
        "grid_basis": {"data_year": 2023, "level": "province", "region": "安徽", "basis": "average"},
        "options": {"tce_coefficients": {"电力_当量": "TCE/电力/当量", "天然气": "1.33 kgce/Nm3"}},
        "request": ["energy_tce:当量", "intensity_tco2_per_tce:当量", "non_fossil_share:当量", "physical_share"],
        "activities": [
            {"id": f"a{month}-{n}", "carrier": carrier, "quantity": str(quantity), "unit": unit, "direction": "in", "params": params}
            for month in range(12)
            for n, (carrier, unit, quantity, params) in enumerate(rows)
        ],
    }


def eligibility(projects: int) -> Work:
    """Fact sheets and verdicts of so many projects under every scheme; the runs are made outside the clock."""
    from app.accounting import calculate
    from app.corpus.factors import load_factor_library
    from app.corpus.rules import load_ruleset
    from app.eligibility import evaluate
    from app.eligibility.evidence import DocumentFact
    from app.eligibility.facts import build_fact_sheet

    ruleset, library = load_ruleset_once(load_ruleset), load_factor_library()
    papers = (DocumentFact(sha256="ab" * 32, filename="证明材料.pdf", kind="grid_bill", pages=9),)
    runs = [calculate(_power_and_gas(n), library) for n in range(10)]
    made = [(_factory(n), runs[n % 10]) for n in range(projects)]
    schemes = tuple(ruleset.schemes)

    def work() -> int:
        for number, (profile, run) in enumerate(made):
            sheet = build_fact_sheet(profile, run, papers)
            evaluate(ruleset, sheet, project=f"p{number}", run_id=run.run_id, schemes=schemes)
        return projects

    return work


def what_if(projections: int) -> Work:
    """Scenarios of one project: changed inputs through the core, verdicts under every scheme, margins."""
    from app.accounting import calculate
    from app.corpus.factors import load_factor_library
    from app.corpus.rules import load_ruleset
    from app.eligibility.scenario import apply_changes
    from app.services.whatif import judge_inputs

    ruleset, library, inputs = load_ruleset_once(load_ruleset), load_factor_library(), _power_and_gas(1)
    base, profile = calculate(inputs, library), _factory(1)

    def work() -> int:
        for number in range(projections):
            changes = [{"kind": "green_power", "share": f"0.{number % 100:02d}"}]
            activities, _ = apply_changes(inputs["activities"], changes, base)
            run = calculate({**inputs, "activities": activities}, library)
            judge_inputs(ruleset, profile, run, (), "p1", tuple(ruleset.schemes))
        return projections

    return work


def searching(clauses: int) -> Work:
    """The development questions over synthetic policies; figures a question are in evals.bench.retrieval."""
    from app.retrieval.index import PolicyIndex
    from evals.bench.retrieval import ReusingEngine, questions, synthetic_documents

    index = PolicyIndex.build(synthetic_documents(clauses), ReusingEngine())
    asked = questions()

    def work() -> int:
        for question in asked:
            index.search(question)
        return len(asked)

    return work


SCENARIOS: dict[str, Callable[[], Work]] = {
    "accounting-10k": partial(accounting, 10_000),
    "accounting-100k": partial(accounting, 100_000),
    "accounting-300k": partial(accounting, 300_000),
    "reading-pdf": partial(reading, "pdf"),
    "reading-ofd": partial(reading, "ofd"),
    "reading-xml": partial(reading, "xml"),
    "upload-100": partial(uploading, 100),
    "upload-500": partial(uploading, 500),
    "upload-1000": partial(uploading, 1_000),
    "answering": answering,
    "searching-200": partial(searching, 200),
    "searching-20k": partial(searching, 20_000),
    "eligibility-100": partial(eligibility, 100),
    "eligibility-1k": partial(eligibility, 1_000),
    "what-if-100": partial(what_if, 100),
}
GROUPS: dict[str, list[str]] = {
    "accounting": ["accounting-10k", "accounting-100k", "accounting-300k"],
    "reading": ["reading-xml", "reading-ofd", "reading-pdf"],
    "upload": ["upload-100", "upload-500", "upload-1000"],
    "answering": ["answering"],
    "retrieval": ["searching-200", "searching-20k"],
    "eligibility": ["eligibility-100", "eligibility-1k", "what-if-100"],
}
