"""Citations of the user's own figures: ``run:<run id>/<activity>`` and ``file:<sha12>#p<n>``."""

from __future__ import annotations

from collections.abc import Sequence

from app.assistant.own_words import record_text, tonnes
from app.assistant.project_view import ActivityView
from app.domain.answer import Citation
from app.domain.run import CalculationRun, EmissionLine


def run_citation(run: CalculationRun, name: str, quote: str) -> Citation:
    return Citation(key=f"run:{run.run_id}/{name}", doc_id="run", title="核算结果", document_number=run.edition,
                    clause=name, quote=quote, start=0, end=len(quote), evidence="user", region="",
                    year=str(run.year) if run.year else None)


def run_line_citation(run: CalculationRun, line: EmissionLine) -> Citation:
    quote = f"{line.label or line.carrier} {line.quantity} {line.unit}，排放 {tonnes(line.tco2)} tCO2"
    return run_citation(run, line.activity, quote)


def file_citation(sha256: str, page: int, records: Sequence[ActivityView]) -> Citation:
    quote = "；".join(record_text(record) for record in records)
    name = records[0].filename or sha256[:12]
    year = (records[0].period_end or "")[:4] or None
    return Citation(key=f"file:{sha256[:12]}#p{page}", doc_id="file", title=name, document_number=None,
                    clause=f"p{page}", quote=quote, start=0, end=len(quote), evidence="user", region="", year=year)
