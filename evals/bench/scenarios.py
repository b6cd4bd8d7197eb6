"""What is measured. A scenario is a function that prepares its input and returns the work, which returns how many items it did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
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


SCENARIOS: dict[str, Callable[[], Work]] = {
    "accounting-10k": partial(accounting, 10_000),
    "accounting-100k": partial(accounting, 100_000),
    "accounting-300k": partial(accounting, 300_000),
    "reading-pdf": partial(reading, "pdf"),
    "reading-ofd": partial(reading, "ofd"),
    "reading-xml": partial(reading, "xml"),
    "answering": answering,
}
GROUPS: dict[str, list[str]] = {
    "accounting": ["accounting-10k", "accounting-100k", "accounting-300k"],
    "reading": ["reading-xml", "reading-ofd", "reading-pdf"],
    "answering": ["answering"],
}
