"""This reader beside invoice2data and the table readers of pdfplumber and camelot: same generated files, one run, accuracy and CPU.

    python -m evals.bench extraction-peers

The other packages are not among the dependencies. Install them apart and name that interpreter:

    python3 -m venv peers && peers/bin/pip install invoice2data==1.0.1 camelot-py==2.0.0 pdfplumber==0.11.10
    LINGTAN_PEERS_PYTHON=peers/bin/python python -m evals.bench extraction-peers

What is not installed there is left out, and said so. invoice2data gets templates written for these layouts (invoice2data_templates);
the table readers know no fields, so they are asked only for complete rows of line items.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.extraction import HEADER, LINE, same_text
from evals.layouts.catalogue import make
from evals.layouts.running import FIRST_TEST_SEED, TODAY
from evals.layouts.sample import Sample
from extractors.periods import find_span
from extractors.text import compact

PEERS = {"invoice2data": "invoice2data", "pdfplumber": "pdfplumber", "camelot-lattice": "camelot", "camelot-stream": "camelot"}
CLASSES = {"pdf-digital": 20, "pdf-browser": 10, "pdf-old": 10, "grid-bill": 20}
FIRST_SEED = FIRST_TEST_SEED + 5_000
INVOICE = {
    "invoice_no": "invoice_number", "issue_date": "date", "seller_name": "seller_name", "seller_id": "seller_id", "buyer_name": "buyer_name",
    "buyer_id": "buyer_id", "total_amount": "amount_excl", "total_tax": "tax", "total_with_tax": "amount", "invoice_code": "invoice_code",
}  # fmt: skip
BILL = {"buyer_name": "buyer_name", "total_with_tax": "amount"}


@dataclass(slots=True, kw_only=True)
class Tally:
    """What one reader got right of the same files."""

    cpu: float = 0.0
    fields: int = 0
    fields_right: int = 0
    rows: int = 0
    rows_right: int = 0
    records: int = 0
    records_right: int = 0


def run() -> Iterator[str]:
    """The lines of the report, as they become known."""
    samples = [make(group, FIRST_SEED + n) for group, count in CLASSES.items() for n in range(count)]
    interpreter = os.environ.get("LINGTAN_PEERS_PYTHON", sys.executable)
    own = _own(samples)
    yield _line("lingtan", own, own.cpu, len(samples))
    with tempfile.TemporaryDirectory() as folder:
        for sample in samples:
            Path(folder, f"{sample.name}.pdf").write_bytes(sample.data)
        for reader, package in PEERS.items():
            if not _installed(interpreter, package):
                yield f"  {reader:<18}未安装 {package}，略过（安装方法见 evals/bench/peers.py）"
                continue
            script = Path(__file__).with_name("peer_reader.py")
            done = subprocess.run(
                [interpreter, str(script), reader, folder, str(script.with_name("invoice2data_templates"))],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode:
                yield f"  {reader:<18}运行失败：{done.stderr.strip().splitlines()[-1:]}"
                continue
            yield _line(reader, _judged(samples, json.loads(done.stdout)), own.cpu, len(samples))


def _installed(interpreter: str, package: str) -> bool:
    return subprocess.run([interpreter, "-c", f"import {package}"], capture_output=True, check=False).returncode == 0


def _line(name: str, tally: Tally, base: float, documents: int) -> str:
    def share(right: int, of: int) -> str:
        return f"{right}/{of} {right / of:.1%}" if of else "—"

    return (
        f"  {name:<18}抬头 {share(tally.fields_right, tally.fields):<16}整行明细 {share(tally.rows_right, tally.rows):<16}"
        f"用能记录 {share(tally.records_right, tally.records):<14}每份 {tally.cpu / documents:.3f} CPU 秒（×{tally.cpu / base:.2f}）"
    )


def _own(samples: Sequence[Sample]) -> Tally:
    from evals.extraction import compare
    from evals.scoring import Score
    from extractors import extract
    from ingestion.reading import read_document

    extract(read_document(samples[0].data, samples[0].filename), today=TODAY)
    before = time.process_time()
    read = [extract(read_document(s.data, s.filename), today=TODAY) for s in samples]
    tally, score = Tally(cpu=time.process_time() - before), Score()
    for sample, extraction in zip(samples, read, strict=True):
        # What energy an invoice line proves is asked of nobody here: the others know no such thing.
        truth = sample.truth if sample.group == "grid-bill" else {k: v for k, v in sample.truth.items() if k != "energy"}
        compare(sample.name, truth, extraction, score)
    tally.fields, tally.fields_right = score.fields, score.fields_right
    tally.rows, tally.rows_right = score.lines, score.lines_right
    tally.records, tally.records_right = score.records, score.records_right
    return tally


def _judged(samples: Sequence[Sample], report: Mapping[str, Any]) -> Tally:
    """Fields only where the reader names any; a line counts when one row holds all its printed cells in order and nothing else."""
    tally = Tally(cpu=report["cpu"])
    named = any(found["fields"] for found in report["files"].values())
    for sample in samples:
        found = report["files"][f"{sample.name}.pdf"]
        names = BILL if sample.group == "grid-bill" else INVOICE
        for key in HEADER if named else ():
            if key in sample.truth:
                tally.fields += 1
                tally.fields_right += _equal(found["fields"].get(names[key], ""), str(sample.truth[key]))
        if sample.group == "grid-bill":
            if named:
                tally.records += 1
                tally.records_right += _bill(found["fields"], sample.truth["energy"][0])
            continue
        rows = [[same_text(c) for c in row if c.strip()] for row in found["rows"]]
        for line in sample.truth["lines"]:
            tally.rows += 1
            wanted = [same_text(line[k]) for k in LINE if line[k]]
            if wanted in rows:
                rows.remove(wanted)
                tally.rows_right += 1
    return tally


def _equal(found: str, wanted: str) -> bool:
    if len(wanted) == 10 and wanted[4] == "-":
        span = find_span(found)
        return span is not None and span.first == wanted
    return same_text(found.lstrip("¥￥ ")) == same_text(wanted)


def _bill(fields: Mapping[str, str], energy: Mapping[str, Any]) -> bool:
    span = find_span(fields.get("period", ""))
    period = f"{span.first}/{span.last}" if span else ""
    account, quantity = compact(fields.get("account", "")), fields.get("quantity", "")
    return period == energy["period"] and account == energy["account_number"] and same_text(quantity) == same_text(energy["quantity"])
