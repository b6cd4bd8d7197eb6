"""Reads a folder of PDF files with other people's readers and prints one line of JSON. A script of its own: it runs under the interpreter
in which those packages are installed and imports nothing of this project.

    python peer_reader.py READER FOLDER TEMPLATES     READER: invoice2data, pdfplumber, camelot-lattice, camelot-stream
    → {"cpu": seconds, "files": {name: {"fields": {…}, "rows": [[cell, …], …]}}}
"""

from __future__ import annotations

import json
import logging
import os
import resource
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

Read = Callable[[Path], dict[str, Any]]


def cpu() -> float:
    """Processor seconds of this process and of the programs it called."""
    used = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        used += usage.ru_utime + usage.ru_stime
    return used


def invoice2data(templates: str) -> Read:
    from invoice2data import extract_data
    from invoice2data.extract.loader import read_templates

    known = read_templates(templates)

    def read(path: Path) -> dict[str, Any]:
        found = extract_data(str(path), templates=known) or {}
        lines = found.pop("lines", [])
        order = ("name", "spec", "unit", "qty", "price", "amount", "rate", "tax")
        return {"fields": {k: str(v) for k, v in found.items()}, "rows": [[str(x.get(k) or "") for k in order] for x in lines]}

    return read


def pdfplumber(_: str) -> Read:
    import pdfplumber as library

    def read(path: Path) -> dict[str, Any]:
        rows: list[list[str]] = []
        with library.open(path) as document:
            for page in document.pages:
                for settings in ({}, {"vertical_strategy": "text", "horizontal_strategy": "text"}):
                    rows += [[cell or "" for cell in row] for table in page.extract_tables(settings) for row in table]
        return {"fields": {}, "rows": rows}

    return read


def camelot(flavor: str) -> Callable[[str], Read]:
    def prepare(_: str) -> Read:
        import camelot as library

        def read(path: Path) -> dict[str, Any]:
            tables = library.read_pdf(str(path), pages="all", flavor=flavor)
            return {"fields": {}, "rows": [[str(c) for c in row] for t in tables for row in t.df.to_numpy().tolist()]}

        return read

    return prepare


READERS: dict[str, Callable[[str], Read]] = {
    "invoice2data": invoice2data, "pdfplumber": pdfplumber, "camelot-lattice": camelot("lattice"), "camelot-stream": camelot("stream"),
}  # fmt: skip


def main(name: str, folder: str, templates: str) -> None:
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    out = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    read = READERS[name](templates)
    files = sorted(Path(folder).glob("*.pdf"))
    failed: dict[str, Any] = {"fields": {}, "rows": []}
    try:
        read(files[0])  # imports are not what is measured
    except Exception:
        failed["fields"] = {}
    before, found = cpu(), {}
    for path in files:
        try:
            found[path.name] = read(path)
        except Exception as error:
            found[path.name] = {**failed, "error": type(error).__name__}
    json.dump({"cpu": cpu() - before, "files": found}, out, ensure_ascii=False)
    out.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:4])
