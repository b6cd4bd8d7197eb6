"""Where a fact of a draft comes from, in words and links: the line of the run, the pages of the documents, the clause, the profile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.clause import PolicyDocument
from app.domain.fact import Fact
from app.domain.project import Project
from app.drafting.clauses import find_clause, spoken_path
from app.services.workspace import Workspace
from app.store import rows

SHOWN = 12
"""Pages or lines named one by one; a yearly sum may come from hundreds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """``kind`` is run | document | clause | profile; ``path`` the page of the program that shows it, empty when there is none."""

    kind: str
    title: str
    detail: tuple[str, ...] = ()
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    fact: Fact
    sources: tuple[Source, ...]
    more: int


def origin_of(ws: Workspace, project: Project, fact: Fact) -> Origin:
    """Everything that is known about where a fact comes from."""
    found = list(_sources(ws, project, fact))
    return Origin(fact=fact, sources=tuple(found[:SHOWN]), more=max(0, len(found) - SHOWN))


def _sources(ws: Workspace, project: Project, fact: Fact) -> Iterator[Source]:
    base = f"/projects/{project.id}"
    if fact.document:
        with ws.reading() as c:
            names = rows.document_names(c, project.id)
        for address in dict.fromkeys(fact.document.split(";")):
            sha, _, page = address.partition("#p")
            found = next(((s, n[0]) for s, n, _, _ in names if s.startswith(sha)), None)
            title = f"{found[1]} 第 {page or 1} 页" if found else f"文件 {sha}（已不在项目中）"
            yield Source(kind="document", title=title, path=f"{base}/documents/{found[0]}" if found else "")
    elif fact.run_line:
        run_id = fact.run_line.partition("/")[0]
        with ws.reading() as c:
            stored = rows.latest_run(c, project.id, run_id)
        parts = [address.partition("/")[2] for address in dict.fromkeys(fact.run_line.split(";"))]
        yield from _run_sources(f"{base}/accounts", run_id, parts, stored.output if stored else {})
    elif fact.clause:
        yield _clause_source(project, ws.policies, fact.clause)
    elif fact.profile:
        yield Source(kind="profile", title=f"项目档案 {fact.profile}", path=f"{base}/profile")


def _run_sources(path: str, run_id: str, parts: Iterable[str], output: Mapping[str, Any]) -> Iterator[Source]:
    lines = {line["activity"]: line for line in output.get("lines", ())}
    factors = {factor["id"]: factor for factor in output.get("factors", ())}
    for part in parts:
        if (line := lines.get(part)) is not None:
            operands = "；".join(f"{o['name']} {o['value']} {o['unit']}".strip() for o in line["operands"])
            detail = (line["formula"], operands, f"结果 {line['tco2']} tCO2", line["clause"])
            title = f"核算明细 {line['label'] or line['carrier']} {(line.get('period_start') or '')[:7]}".strip()
            yield Source(kind="run", title=title, detail=tuple(d for d in detail if d), path=path)
        elif part.startswith("factors/") and (factor := factors.get(part.partition("/")[2])) is not None:
            said = (f"{factor['value']} {factor['unit']}", factor["source"], factor["why"])
            yield Source(kind="run", title=f"排放因子 {factor['id']}", detail=tuple(d for d in said if d), path=path)
        else:
            yield Source(kind="run", title=f"核算 {run_id} {PARTS.get(part.partition('/')[0], '')}".strip(), detail=(), path=path)


PARTS = {
    "total_tco2": "的排放合计", "total_tco2e": "的含其他气体合计", "subtotals": "的类别小计", "indicators": "的指标", "lines": "的明细",
    "factors": "的因子", "eligibility": "上的资格判断", "offsets_tco2e": "的抵销量", "caveats": "的说明", "energy": "的能源折算",
}  # fmt: skip


def _clause_source(project: Project, policies: Mapping[str, PolicyDocument], clause: str) -> Source:
    found = find_clause(policies, clause)
    if found is None:
        return Source(kind="clause", title=clause)
    document, held = found
    title = f"《{document.title}》{spoken_path(held.path)}"
    return Source(kind="clause", title=title, detail=(held.text[:300],), path=f"/policies/{document.id}?project={project.id}#{held.path}")
