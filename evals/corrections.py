"""What reviewers corrected, per layout and field: the extractor's error rate on documents that are really in use.

Reads the ``document-read`` and ``record-corrected`` events of the given homes; nothing is written. Values stay local: the report holds
counts, and a few examples only when asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from app.domain.number import parse_number

FIELDS = ("carrier", "direction", "quantity", "unit", "period_start", "period_end", "account_number", "meter_number", "amount")


@dataclass(slots=True, kw_only=True)
class Tally:
    """One layout and field: how many proposals there were, how many were changed, and how many of those had needed no review."""

    proposed: int = 0
    corrected: int = 0
    unflagged: int = 0
    examples: list[tuple[str, str]] = field(default_factory=list)


def run(homes: Sequence[Path], *, examples: int = 0) -> dict[str, Any]:
    """``{records, corrected, unflagged, templates: {layout: {field: {proposed, corrected, unflagged, rate, examples}}}}``.

    ``unflagged`` counts corrected values of records that were offered for confirmation without review: silent errors seen in use.
    ``rate`` is corrected/proposed as a decimal with four places. Raises the errors of opening a home.
    """
    tallies: dict[tuple[str, str], Tally] = {}
    seen: Counter[str] = Counter()
    for home in homes:
        _read_home(home, tallies, seen, examples)
    templates: dict[str, dict[str, Any]] = {}
    for (template, name), tally in sorted(tallies.items()):
        rate = Fraction(tally.corrected, tally.proposed) if tally.proposed else Fraction(0)
        templates.setdefault(template, {})[name] = {
            "proposed": tally.proposed,
            "corrected": tally.corrected,
            "unflagged": tally.unflagged,
            "rate": f"{float(rate):.4f}",
            "examples": [list(pair) for pair in tally.examples],
        }
    return {"records": seen["records"], "corrected": seen["corrected"], "unflagged": seen["unflagged"], "templates": templates}


def _read_home(home: Path, tallies: dict[tuple[str, str], Tally], seen: Counter[str], examples: int) -> None:
    from app.bootstrap import open_workspace
    from app.store import log, rows

    ws = open_workspace(home)
    with ws.reading() as c:
        for project in rows.projects(c):
            tally_events(((e.type, e.payload) for e in log.entries(c, project.id)), tallies, seen, examples)


def tally_events(
    events: Iterable[tuple[str, dict[str, Any]]], tallies: dict[tuple[str, str], Tally], seen: Counter[str], examples: int = 0
) -> None:
    """Adds one project's events in their order. A record corrected twice counts once a field, against what was first proposed."""
    proposed: dict[str, tuple[str, dict[str, Any]]] = {}
    done: set[tuple[str, str]] = set()
    for kind, payload in events:
        if kind == "document-read":
            template = payload["extraction"].get("template") or payload["kind"]
            for record in payload["records"]:
                proposed[record["id"]] = (template, record)
                seen["records"] += 1
                for name in FIELDS:
                    tallies.setdefault((template, name), Tally()).proposed += 1
        elif kind == "record-corrected":
            base = payload["id"].partition("~")[0]
            if base not in proposed:
                continue
            template, record = proposed[base]
            changed = [n for n in FIELDS if n in payload["new"] and not _same(record.get(n), payload["new"].get(n))]
            if changed and not any(key == base for key, _ in done):
                seen["corrected"] += 1
                seen["unflagged"] += not record["needs_review"]
            for name in changed:
                if (base, name) in done:
                    continue
                done.add((base, name))
                tally = tallies.setdefault((template, name), Tally())
                tally.corrected += 1
                tally.unflagged += not record["needs_review"]
                if len(tally.examples) < examples:
                    tally.examples.append((str(record.get(name) or ""), str(payload["new"].get(name) or "")))


def _same(left: Any, right: Any) -> bool:
    if (left or "") == (right or ""):
        return True
    try:
        return parse_number(str(left)) == parse_number(str(right))
    except ValueError:
        return False


def report_text(report: dict[str, Any]) -> str:
    """The table in Chinese: only what was corrected at least once."""
    lines = [f"建议记录 {report['records']} 条，更正 {report['corrected']} 条，其中免复核而被更正 {report['unflagged']} 条"]
    for template, fields in report["templates"].items():
        for name, part in fields.items():
            if part["corrected"]:
                text = f"  {template:<24}{LABELS.get(name, name)}：{part['corrected']}/{part['proposed']} 处更正（{float(part['rate']):.1%}），免复核 {part['unflagged']} 处"
                lines.append(text + "".join(f"\n      {a} → {b}" for a, b in part["examples"]))
    if not report["corrected"]:
        lines.append("  还没有更正记录。")
    return "\n".join(lines)


LABELS = {
    "carrier": "能源品种", "direction": "方向", "quantity": "数量", "unit": "单位", "period_start": "起始日", "period_end": "终止日",
    "account_number": "户号", "meter_number": "表号", "amount": "金额",
}  # fmt: skip
