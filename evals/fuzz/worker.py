"""``python -m evals.fuzz.worker SEED FIRST LAST``: the process in which cases are read; one line of JSON before and after each.

It limits its own address space as the sandbox does, and ends after running out of it, since nothing is certain then.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

from evals.fuzz.checking import check, check_in_sandbox
from evals.fuzz.running import SANDBOXED, case
from evals.fuzz.seeds import seeds
from ingestion.limits import SANDBOX_MEMORY_BYTES


def main(seed: int, first: int, last: int) -> None:
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    seeds()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (SANDBOX_MEMORY_BYTES, hard))
    with tempfile.TemporaryDirectory() as folder:
        for number in range(first, last):
            _tell({"begin": number})
            made = case(seed, number)
            told: dict[str, Any] = {"case": number, "family": made.family}
            try:
                told["outcome"], told["problem"] = check(made.data, made.filename)
            except MemoryError:
                # In an upload the sandbox turns this into its own refusal.
                _tell(told | {"outcome": "memory", "problem": "", "spent": True})
                return
            if number % SANDBOXED == 0 and not told["problem"]:
                _, told["problem"] = check_in_sandbox(made.data, made.filename, Path(folder))
            _tell(told)


def _tell(what: dict[str, Any]) -> None:
    print(json.dumps(what, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
