"""What a new or changed document or rule file would do, before it is applied: which verdicts change for which projects.

A comparison of two rule sets and two corpora over every project of the home; nothing is written. A changed clause under a rule
that stays as it is changes no verdict by itself: the rule is named for review, because its ground has moved.
"""

from __future__ import annotations

import shutil
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

from app.corpus.documents import find_clause, load_documents
from app.corpus.rules import grounds, load_ruleset, user_rules
from app.domain.clause import PolicyDocument
from app.domain.errors import InputRefused, UsageError
from app.eligibility import evaluate
from app.eligibility.changes import VerdictChange, change_to_plain, verdict_changes
from app.eligibility.engine import scheme_applies
from app.eligibility.rule import Rule, RuleSet
from app.eligibility.values import FactSheet
from app.services.eligibility import facts_of
from app.services.projects import list_projects
from app.services.workspace import Workspace

FIELD_LABELS = {
    "title": "名称", "requirement": "要求", "clause": "条款", "topic": "主题", "modality": "要求程度", "evidence": "证据等级",
    "check": "判断方式", "proof": "证明材料", "remedy": "下一步", "supplier": "提供者", "provisions": "依据条目",
    "applies_if": "适用条件", "applies_to": "适用对象", "caution": "提示", "scheme": "类别",
}  # fmt: skip
FACTS = "rules_facts.toml"
SHOWN_ONLY = {"applies_node"}
"""Parsed from ``applies_if``, which is compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One project as the comparison sees it."""

    id: str
    name: str
    schemes: tuple[str, ...]
    facts: FactSheet
    run_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """``state`` is 新增, 取消 or 修改; ``fields`` names in Chinese what a changed rule has otherwise."""

    rule: str
    scheme: str
    title: str
    state: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A rule that has to be looked at because the text under it moved: ``why`` in Chinese; ``lost`` when it has no ground left."""

    rule: str
    scheme: str
    clause: str
    why: str
    lost: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectChange:
    """``review`` holds rules of the project's schemes that have to be looked at."""

    project: str
    name: str
    changes: tuple[VerdictChange, ...]
    review: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchReport:
    """``documents`` are (id, 新增 or 修改, paths of changed clauses)."""

    before: str
    after: str
    rules: tuple[RuleChange, ...]
    documents: tuple[tuple[str, str, tuple[str, ...]], ...]
    reviews: tuple[Review, ...]
    projects: tuple[ProjectChange, ...]


def watch(ws: Workspace, path: Path) -> WatchReport:
    """Compare what is in use with ``path``: a rule file, a folder of rule files, a document folder or a corpus of both.

    Raises UsageError when there is nothing to compare, InputRefused when a file does not follow its schema."""
    rules, folders = _found(path)
    ruleset = load_ruleset(overlay=[*user_rules(ws.settings.corpus), *rules]) if rules else ws.ruleset
    with _as_corpus(folders) as extra:
        roots = (ws.settings.corpus, *((extra,) if extra else ()))
        documents = load_documents(extra_roots=roots) if extra else ws.policies
    return compare(ws.ruleset, ruleset, ws.policies, documents, watched_projects(ws))


def watched_projects(ws: Workspace) -> list[Watched]:
    """Every project of the home with its facts."""
    return [
        Watched(id=p.id, name=p.profile.name, schemes=p.schemes, facts=facts, run_id=stored.run_id if stored else None)
        for p in list_projects(ws)
        for facts, stored in (facts_of(ws, p),)
    ]


def compare(
    before: RuleSet,
    after: RuleSet,
    documents_before: Mapping[str, PolicyDocument],
    documents_after: Mapping[str, PolicyDocument],
    projects: Iterable[Watched],
) -> WatchReport:
    """The comparison itself. Pure. A scheme that is new, or whose official text is new, counts for the projects it is open to."""
    reviews = tuple(_reviews(before, after, documents_before, documents_after))
    return WatchReport(
        before=before.version,
        after=after.version,
        rules=tuple(_rule_changes(before, after)),
        documents=tuple(_document_changes(documents_before, documents_after)),
        reviews=reviews,
        projects=tuple(
            change
            for project in projects
            if (change := _project_change(project, before, after, reviews)).changes or change.review
        ),
    )


def _project_change(
    project: Watched, before: RuleSet, after: RuleSet, reviews: Sequence[Review]
) -> ProjectChange:
    known = partial(project.facts.value, strict=False)
    joined = [s for i, s in after.schemes.items() if _risen(i, before, after) and scheme_applies(s, known) is True]
    joined += [s for i, s in before.schemes.items() if _fallen(i, before, after) and scheme_applies(s, known) is True]
    chosen = (*project.schemes, *(s.id for s in joined if s.id not in project.schemes))
    reports = [
        evaluate(
            ruleset,
            project.facts,
            project=project.id,
            run_id=project.run_id,
            schemes=[s for s in chosen if s in ruleset.schemes],
        )
        for ruleset in (before, after)
    ]
    return ProjectChange(
        project=project.id,
        name=project.name,
        changes=verdict_changes(*reports, wording=True),
        review=tuple(r.rule for r in reviews if r.scheme in chosen),
    )


def _risen(scheme: str, before: RuleSet, after: RuleSet) -> bool:
    """A scheme that is new, or that could only be compared before and can be decided now."""
    earlier = before.schemes.get(scheme)
    decides = any(rule.evidence.decidable for rule in after.schemes[scheme].rules)
    return earlier is None or (decides and not any(rule.evidence.decidable for rule in earlier.rules))


def _fallen(scheme: str, before: RuleSet, after: RuleSet) -> bool:
    """A scheme that counted and whose documents are withdrawn."""
    later = after.schemes.get(scheme)
    return later is not None and later.withdrawn is not None and before.schemes[scheme].withdrawn is None


def _rules(ruleset: RuleSet) -> dict[str, Rule]:
    return {rule.id: rule for scheme in ruleset.schemes.values() for rule in scheme.rules}


def _rule_changes(before: RuleSet, after: RuleSet) -> Iterator[RuleChange]:
    old, new = _rules(before), _rules(after)
    for id, rule in new.items():
        if id not in old:
            yield RuleChange(rule=id, scheme=rule.scheme, title=rule.title, state="新增")
        elif rule != old[id]:
            names = (f.name for f in fields(rule) if f.name not in SHOWN_ONLY)
            other = tuple(FIELD_LABELS.get(n, n) for n in names if n != "id" and getattr(rule, n) != getattr(old[id], n))
            yield RuleChange(rule=id, scheme=rule.scheme, title=rule.title, state="修改", fields=other)
    for id, rule in old.items():
        if id not in new:
            yield RuleChange(rule=id, scheme=rule.scheme, title=rule.title, state="取消")


def _document_changes(
    before: Mapping[str, PolicyDocument], after: Mapping[str, PolicyDocument]
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for id, document in after.items():
        if id not in before:
            yield id, "新增", ()
        elif document != before[id]:
            old = {c.path: c.digest for c in before[id].clauses}
            new = {c.path: c.digest for c in document.clauses}
            yield id, "修改", tuple(p for p in {**new, **old} if old.get(p) != new.get(p))


def _reviews(
    before: RuleSet,
    after: RuleSet,
    documents_before: Mapping[str, PolicyDocument],
    documents_after: Mapping[str, PolicyDocument],
) -> Iterator[Review]:
    """Rules whose document no longer bears them out, and rules whose clause reads otherwise."""
    moved = {id for id, _, _ in _document_changes(documents_before, documents_after)}
    held, holds = grounds(before, documents_before), grounds(after, documents_after)
    for id, rule in _rules(after).items():
        earlier = {f.message for f in held.get(id, ())}
        problems = [f.message for f in holds[id] if f.message not in earlier]
        if problems:
            yield Review(rule=id, scheme=rule.scheme, clause=rule.clause, why="；".join(problems), lost=True)
        elif rule.clause.split("/", 1)[0] in moved:
            was, now = find_clause(documents_before, rule.clause), find_clause(documents_after, rule.clause)
            if was is not None and now is not None and was.digest != now.digest:
                why = "所引条款的文字有变，规则是否仍然成立须重新核对"
                yield Review(rule=id, scheme=rule.scheme, clause=rule.clause, why=why, lost=False)


def _found(path: Path) -> tuple[list[Path], list[Path]]:
    """(rule files, document folders) at a path. Raises UsageError."""
    if path.is_file():
        return [path], []
    if not path.is_dir():
        raise UsageError("watch_missing", f"没有找到 {path}", fix="给出规则文件、规则目录或政策文件目录", subject=str(path))
    if (path / "meta.toml").is_file():
        return [], [path]
    rules = [p for folder in ("", "rules") for p in sorted((path / folder).glob("*.toml")) if _is_rules(p)]
    rules += [p for p in (path / "schema" / FACTS,) if p.is_file()]
    folders = [p.parent for at in ("", "documents") for p in sorted((path / at).glob("*/meta.toml"))]
    if not rules and not folders:
        raise UsageError(
            "watch_empty",
            f"{path} 中没有规则文件，也没有政策文件目录",
            fix="规则文件含 [scheme] 与 [[rule]]；政策文件目录含 meta.toml、provisions.toml",
            subject=str(path),
        )
    return rules, folders


def _is_rules(path: Path) -> bool:
    """Whether a TOML file speaks of rules at all; one that cannot be read counts, so that its fault is told."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return True
    tables = isinstance(data.get("scheme"), dict) or isinstance(data.get("document"), list)
    return tables or (isinstance(data.get("fact"), list) and path.name == FACTS)


@contextmanager
def _as_corpus(folders: Sequence[Path]) -> Iterator[Path | None]:
    """The folders as ``<root>/documents/<id>``, the way a user's corpus is laid out; None when there are none."""
    if not folders:
        yield None
        return
    with tempfile.TemporaryDirectory() as made:
        root = Path(made)
        for folder in folders:
            try:
                id = str(tomllib.loads((folder / "meta.toml").read_text(encoding="utf-8"))["id"])
                if not id or "/" in id or id.startswith("."):
                    raise ValueError(f"编号 {id}")
                shutil.copytree(folder, root / "documents" / id)
            except (OSError, ValueError, KeyError) as error:
                raise InputRefused(
                    "document_unreadable",
                    f"政策文件目录“{folder.name}”无法读取：{error}",
                    fix="检查 meta.toml 的写法与 id",
                    subject=folder.name,
                ) from error
        yield root


def watch_to_json(report: WatchReport) -> dict[str, Any]:
    """``{before, after, rules, documents, reviews, projects, counts}``."""
    return {
        "before": report.before,
        "after": report.after,
        "rules": [
            {"id": r.rule, "scheme": r.scheme, "title": r.title, "state": r.state, "fields": list(r.fields)} for r in report.rules
        ],
        "documents": [{"id": id, "state": state, "clauses": list(paths)} for id, state, paths in report.documents],
        "reviews": [
            {"id": r.rule, "scheme": r.scheme, "clause": r.clause, "why": r.why, "lost": r.lost} for r in report.reviews
        ],
        "projects": [
            {
                "project": p.project,
                "name": p.name,
                "changes": [change_to_plain(c) for c in p.changes],
                "review": list(p.review),
            }
            for p in report.projects
        ],
        "counts": {
            "projects": len(report.projects),
            "verdicts": sum(c.before is not c.after for p in report.projects for c in p.changes),
            "lost": sum(r.lost for r in report.reviews),
        },
    }
