"""The demonstration's files on disk, and the truth they are measured against."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.demo import ledger
from app.demo.catalogue import plan_documents
from app.demo.factory import QUESTIONS, Question, profile_toml
from app.demo.money import plain
from app.demo.sheet import characters
from app.demo.truth import DemoDocument

__all__ = ["QUESTIONS", "DemoDocument", "Question", "gaps", "ledger_truth", "profile_toml", "truth", "write_documents"]


def write_documents(directory: Path) -> tuple[DemoDocument, ...]:
    """Writes every file into ``directory`` (made when absent; files of the same name are replaced) and describes them in
    order. The same version of lingtan and its libraries writes the same bytes. Raises OSError, or Unavailable without
    the font package."""
    directory.mkdir(parents=True, exist_ok=True)
    planned = plan_documents()
    glyphs = characters(tuple(s for p in planned for s in p.sheets))
    for item in planned:
        (directory / item.document.name).write_bytes(item.write(glyphs))
    return tuple(p.document for p in planned)


def truth() -> dict[str, dict[str, Any]]:
    """File name → expected values: the printed fields and lines of invoices, ``energy`` (what the file proves) and ``flags``
    (what must not pass silently). Numbers are strings as printed; periods are ``first day/last day``."""
    return {p.document.name: p.document.to_plain() for p in plan_documents()}


def gaps() -> tuple[dict[str, str], ...]:
    """What no file proves although the factory used it."""
    missing = ledger.month(ledger.AUX_MISSING_MONTH)
    return (
        {
            "kind": "missing_month",
            "carrier": "electricity",
            "account_number": ledger.AUX_ACCOUNT,
            "period": f"{missing.start.isoformat()}/{missing.last.isoformat()}",
        },
    )


def ledger_truth() -> tuple[dict[str, str], ...]:
    """The year by carrier: ``documented`` is what a right reading of the sound files adds up to, ``actual`` the real use."""
    return tuple(
        {
            "carrier": t.carrier, "direction": t.direction, "unit": t.unit, "actual": plain(t.actual),
            "documented": plain(t.documented),
        }
        for t in ledger.year_totals()
    )  # fmt: skip
