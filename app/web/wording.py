"""How values read on a page: names of records, grouped findings, links inside messages, dates and figures for the eye."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape

from app.domain.finding import Finding
from app.domain.plain import to_plain
from app.domain.stored import StoredRecord

SHOWN_AT_ONCE = 3
FACTOR_EVIDENCE = {
    "confirmed": "官方原文核对过",
    "agree": "多处转录一致",
    "single": "仅一处来源",
    "derived": "推算",
    "suspect": "存疑",
}
CONFIDENCE = {"A": "结构化数据，校验通过", "B": "文字版面，校验通过", "C": "部分校验未做", "D": "校验未通过或不能确定"}
_RECORD = re.compile(r"\b[0-9a-f]{12}-r\d+(?:~\d+)?\b")


def record_names(records: Iterable[StoredRecord]) -> dict[str, str]:
    """What a person calls a record: 电力 2025-03."""
    return {r.id: f"{r.record.carrier.label} {(r.record.period_start or '账期不明')[:7]}" for r in records}


def linked(message: str, project_id: str, names: Mapping[str, str]) -> Markup:
    """The message with each record id as a link that reads like the record; ids of other things stay as they are."""
    out = Markup("")
    last = 0
    for found in _RECORD.finditer(message):
        if found[0] in names:
            href = f"/projects/{project_id}/review/{quote(found[0])}"
            out += escape(message[last : found.start()])
            out += Markup('<a href="{}" title="{}">{}</a>').format(href, found[0], names[found[0]])
            last = found.end()
    return out + escape(message[last:])


def grouped(findings: Iterable[Finding | Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Findings of one kind together, worst first: ``{severity, fix, first, rest}``. A long kind shows its first few."""
    kinds: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for finding in to_plain(tuple(findings)):
        kinds.setdefault((finding["severity"], finding["id"]), []).append(finding)
    order = ("blocking", "explain", "note")
    groups = []
    for (severity, _), items in sorted(kinds.items(), key=lambda kv: order.index(kv[0][0])):
        fixes = {i.get("fix") or "" for i in items}
        shown = 1 if severity == "note" and len(items) > SHOWN_AT_ONCE else SHOWN_AT_ONCE
        groups.append(
            {
                "severity": severity,
                "fix": fixes.pop() if len(fixes) == 1 else "",
                "own_fixes": len(fixes) > 1,
                "first": items[:shown],
                "rest": items[shown:],
            }
        )
    return groups


def short_clause(clause: str) -> str:
    """``miit-2026-13/三-(一)#s2`` → ``三（一）``: the place inside a document whose title stands beside it."""
    path = clause.partition("/")[2].partition("#")[0] or clause
    path = path.replace("-(", "(").replace("(", "（").replace(")", "）")
    # Paragraphs and rows without a number of their own are counted.
    path = re.sub(r"-?p(\d+)(?=$|-|~)", r" 第\1段", path)
    return re.sub(r"-?t(\d+)(?=$|-|~)", r" 表第\1行", path).strip()
