"""A change to the user's corpus, tried on a copy first: which verdicts of which projects and which finished drafts it would touch."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from app.corpus.documents import Corpus, load_documents
from app.corpus.rules import load_ruleset, user_rules
from app.domain.clause import PolicyDocument
from app.domain.errors import LingtanError
from app.domain.fact import Fact
from app.domain.finding import Severity
from app.domain.plain import from_plain
from app.services.projects import list_projects
from app.services.watch import WatchReport, compare, watch_to_json, watched_projects
from app.services.workspace import Workspace
from app.store import rows

Done = TypeVar("Done")
CACHES = ("policies", "ruleset", "factors", "assistant")
"""What is read from the corpus and has to be read anew after a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftChange:
    """The latest draft of a project cites what would not stand any more: ``why`` in Chinese, one sentence a citation."""

    project: str
    name: str
    sha256: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a change does: verdicts and rules (``watch``) and drafts whose citations no longer hold."""

    watch: WatchReport
    drafts: tuple[DraftChange, ...]


def effect_of(ws: Workspace, change: Callable[[Path], Done]) -> tuple[Effect, Done]:
    """Run ``change`` on a copy of the user's corpus and compare. Nothing of the home is written."""
    with tempfile.TemporaryDirectory(prefix="lingtan-policy-") as made:
        copy = Path(made) / "corpus"
        if ws.settings.corpus.is_dir():
            shutil.copytree(ws.settings.corpus, copy)
        copy.mkdir(exist_ok=True)
        done = change(copy)
        documents = load_documents(extra_roots=(copy,))
        ruleset = load_ruleset(overlay=user_rules(copy))
        report = compare(ws.ruleset, ruleset, ws.policies, documents, watched_projects(ws))
        return Effect(watch=report, drafts=_drafts(ws, documents)), done


def apply(ws: Workspace, change: Callable[[Path], Done]) -> tuple[Effect, Done]:
    """The effect as it was before the change, and the change made."""
    effect, _ = effect_of(ws, change)
    done = change(ws.settings.corpus)
    for name in CACHES:
        ws.forget(name)
    return effect, done


def _drafts(ws: Workspace, after: Corpus) -> tuple[DraftChange, ...]:
    """Latest drafts that verify now and would not, or would cite something else, after the change."""
    found = []
    for project in list_projects(ws):
        with ws.reading() as c:
            made = rows.drafts(c, project.id)
        if not made:
            continue
        last = made[-1]
        facts = {k: from_plain(Fact, v) for k, v in last.facts.items()}
        new = _faults(ws, last.sha256, facts, after) - _faults(ws, last.sha256, facts, ws.policies)
        if new:
            found.append(DraftChange(project=project.id, name=project.profile.name, sha256=last.sha256, why=tuple(sorted(new))))
    return tuple(found)


def _faults(ws: Workspace, sha256: str, facts: Mapping[str, Fact], policies: Mapping[str, PolicyDocument]) -> set[str]:
    from app.drafting.verify import verify_docx

    try:
        data = ws.blobs.read(sha256)
        report = verify_docx(data, facts=facts, policies=policies)
    except (LingtanError, OSError):
        # A draft whose bytes are gone is reported by ``verify``; it says nothing about this change.
        return set()
    return {f.message for f in report.findings if f.severity is not Severity.NOTE}


def effect_to_json(effect: Effect) -> dict[str, Any]:
    """The watch report with ``drafts``: ``[{project, name, sha256, why}]``."""
    return watch_to_json(effect.watch) | {
        "drafts": [{"project": d.project, "name": d.name, "sha256": d.sha256, "why": list(d.why)} for d in effect.drafts]
    }


def effect_text(value: Mapping[str, Any], *, ahead: bool) -> list[str]:
    """The effect for a terminal, one line each; ``ahead`` when nothing was changed yet."""
    lines = []
    for project in value["projects"]:
        moved = [c for c in project["changes"] if c["before"] != c["after"]]
        reworded = len(project["changes"]) - len(moved)
        also = f"，另有 {reworded} 条只变依据或门槛" if reworded else ""
        lines.append(f"  {project['name']}（{project['project']}）：{len(moved)} 条结论{'将会' if ahead else ''}改变{also}")
        lines += [f"    {c['text']}  {c['title']}（{c['id']}，{c['clause']}）" for c in moved]
    lines += [f"  草稿须重新核对：{d['name']} 有 {len(d['why'])} 处引用不再成立" for d in value["drafts"]]
    lines += [f"  规则 {r['id']} 须复核：{r['why']}" for r in value["reviews"]]
    return lines or ["  没有项目的结论会改变"]
