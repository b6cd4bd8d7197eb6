"""Proposed provisions confirmed by a person, documents withdrawn, and the rule files that follow from both.

Everything here works on a corpus folder (the user's, or a copy of it), so that a change can be tried on a copy and shown before it is
made. The rule files of the user's corpus that this module writes are a function of its documents: they are written anew after every
change, except one that somebody has edited, which is then the one that counts.
"""

from __future__ import annotations

import hashlib
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from app.corpus.clause_store import parse_clauses
from app.corpus.documents import load_documents
from app.corpus.paths import corpus_root
from app.corpus.rules import rule_files, user_rules
from app.corpus.schema import document_schema, record_problems
from app.domain.clause import EvidenceLevel, PolicyDocument
from app.domain.errors import NotFound, UsageError
from app.services.policy_meta import dump_rows, dump_toml
from app.services.policy_propose import Proposal, proposal_words
from app.services.policy_rules import derive, dump_scheme
from ingestion.numbering import fold

PROPOSALS = "proposals.toml"
ASIDE = ("quote", "quantity", "reported", "doubt")
"""Keys of a stored proposal that are no fields of a provision."""
_MADE = "由已确认的政策条目生成"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which proposals to confirm: ``pids``, or every one (``everything``); ``edits`` maps a pid to fields a person put right."""

    pids: tuple[str, ...] = ()
    everything: bool = False
    edits: Mapping[str, Mapping[str, str]]

    @property
    def any(self) -> bool:
        return self.everything or bool(self.pids)


def dump_proposals(proposals: Sequence[Proposal]) -> str:
    rows = [
        dict(p.row) | {k: v for k, v in (("quote", p.quote), ("quantity", p.quantity), ("reported", p.reported), ("doubt", p.doubt)) if v}
        for p in proposals
    ]
    return dump_rows("proposal", rows)


def pending(folder: Path) -> list[dict[str, Any]]:
    """Stored proposals of a document that nobody has confirmed or set aside; empty when there are none."""
    return list(_toml(folder / PROPOSALS).get("proposal", []))


def confirm(corpus: Path, doc_id: str, choice: Choice, *, by: str, on: date) -> tuple[str, ...]:
    """Turn chosen proposals into provisions and write the rules that follow. Returns what could not become a rule, in Chinese.

    Raises NotFound for a document or proposal that is not there, UsageError for a figure the clause does not print."""
    folder = corpus / "documents" / doc_id
    rows = pending(folder)
    known = {str(r["pid"]) for r in rows}
    strangers = [p for p in (*choice.pids, *choice.edits) if p not in known]
    if not folder.is_dir() or strangers or not rows:
        raise NotFound(
            "proposal_unknown",
            f"“{doc_id}”没有待确认的条目{'：' + '、'.join(strangers) if strangers and rows else ''}。",
            fix="用 lingtan policy proposals 文件编号 查看待确认的条目。",
            subject=doc_id,
        )
    chosen = [r for r in rows if choice.everything or r["pid"] in choice.pids]
    made = [_provision(folder, r | dict(choice.edits.get(str(r["pid"]), {})), by=by, on=on) for r in chosen]
    ids = {r["pid"] for r in made}
    held = [r for r in _toml(folder / "provisions.toml").get("provision", []) if r["pid"] not in ids]
    (folder / "provisions.toml").write_text(dump_rows("provision", [*held, *made]), encoding="utf-8")
    (folder / PROPOSALS).write_text(dump_rows("proposal", [r for r in rows if r["pid"] not in ids]), encoding="utf-8")
    _record(folder, [*held, *made])
    return write_rules(corpus)


def set_aside(corpus: Path, doc_id: str, pids: Sequence[str]) -> None:
    """Proposals that say nothing worth keeping are taken off the list."""
    path = corpus / "documents" / doc_id / PROPOSALS
    if path.is_file():
        path.write_text(dump_rows("proposal", [r for r in pending(path.parent) if r["pid"] not in pids]), encoding="utf-8")


def withdraw(corpus: Path, document: PolicyDocument, folder: Path, *, on: date, why: str, successor: str = "") -> tuple[str, ...]:
    """Mark a document as no longer in force from ``on``; ``folder`` is where it lies now. Its text stays readable.

    Returns what follows for the rules, in Chinese."""
    target = corpus / "documents" / document.id
    if not target.is_dir():
        shutil.copytree(folder, target)
    meta = _toml(target / "meta.toml") | {"withdrawn": on.isoformat(), "withdrawn_note": why}
    if successor:
        meta["superseded_by"] = successor
    (target / "meta.toml").write_text(dump_toml(meta), encoding="utf-8")
    return write_rules(corpus)


def write_rules(corpus: Path) -> tuple[str, ...]:
    """Write the rule files that follow from the documents of a user's corpus, and take away those that no longer do.

    Returns what could not be turned into a rule, in Chinese."""
    own = [p for p in user_rules(corpus) if not _is_made(p)]
    _, schemes, _ = rule_files(corpus_root(), own)
    before = {data["scheme"]["id"]: data for data in schemes.values() if "scheme" in data}
    files: dict[str, Mapping[str, Any]] = dict(before)
    left: list[str] = []
    for folder in sorted(p.parent for p in (corpus / "documents").glob("*/meta.toml")):
        meta = _toml(folder / "meta.toml")
        rows = _toml(folder / "provisions.toml").get("provision", [])
        shipped = load_documents().get(str(meta["id"]))
        if not (folder / "text.md").is_file() or not (shipped or any(r.get("confirmed") for r in rows)):
            continue
        replaced = {str(r["replaces"]).partition("#")[0] for r in rows if r.get("replaces")}
        earlier = next(iter(sorted(replaced)), str(meta["id"]))
        made = derive(files, meta, rows, earlier, proposal_words()["quantity"])
        files |= made.files
        left += made.left
    files = {id: _without_withdrawn(data, corpus) for id, data in files.items()}
    _replace_made(corpus, {id: data for id, data in files.items() if data != before.get(id)})
    return tuple(dict.fromkeys(left))


def _provision(folder: Path, row: Mapping[str, Any], *, by: str, on: date) -> dict[str, Any]:
    out = {k: v for k, v in row.items() if k not in ASIDE and v != ""}
    out["confirmed"] = f"{by} {on.isoformat()}"
    if row.get("quote"):
        out.setdefault("note", f"原文：{row['quote']}")
    problems = record_problems(out, document_schema()["provision"])
    if not problems and out.get("threshold") and not _printed(folder, out):
        problems = [f"条款 {out['clause']} 里没有 {out['threshold']} 这个数"]
    if problems:
        raise UsageError(
            "provision_invalid",
            f"条目 {row['pid']}：{'；'.join(problems)}。",
            fix="对照条款原文改正后再确认。",
            subject=str(row["pid"]),
        )
    return out


def _printed(folder: Path, row: Mapping[str, Any]) -> bool:
    """Whether the clause prints the figure of a row."""
    return prints((folder / "text.md").read_text(encoding="utf-8"), (folder / "clauses.jsonl").read_text(encoding="utf-8"), row)


def prints(text: str, stored: str, row: Mapping[str, Any]) -> bool:
    """Whether the clause a row names prints the row's figure; a date by its month and day."""
    clauses = parse_clauses(stored, text=text, doc_id="d", evidence=EvidenceLevel.DERIVED, topics={})
    words = next((fold(c.text) for c in clauses if c.path == row["clause"]), "")
    figure = str(row["threshold"])
    if row.get("unit") == "日期":
        try:
            day = date.fromisoformat(figure)
        except ValueError:
            return False
        return f"{day.month}月{day.day}日" in words.replace(" ", "")
    return figure in words


def _record(folder: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Deadline and forms of the confirmed provisions, in the document's own record."""
    meta = _toml(folder / "meta.toml")
    days = [str(r["threshold"]) for r in rows if r["topic"] == "deadline" and r.get("unit") == "日期" and r.get("confirmed")]
    forms = [str(r["rule"]).removeprefix("申报须提交：").rstrip("。") for r in rows if str(r["rule"]).startswith("申报须提交：") and r.get("confirmed")]
    if days:
        meta["deadline"] = max(days)
    if forms:
        meta["materials"] = list(dict.fromkeys([*meta.get("materials", ()), *forms]))
    (folder / "meta.toml").write_text(dump_toml(meta), encoding="utf-8")


def _without_withdrawn(data: Mapping[str, Any], corpus: Path) -> Mapping[str, Any]:
    """A scheme none of whose documents is in force any more applies to nobody from the last of those days on."""
    days = [_toml(corpus / "documents" / name / "meta.toml").get("withdrawn") for name in data["scheme"]["documents"]]
    if not days or not all(days):
        return data
    return {**data, "scheme": {**data["scheme"], "withdrawn": max(map(str, days))}}


def _replace_made(corpus: Path, files: Mapping[str, Mapping[str, Any]]) -> None:
    folder = corpus / "rules"
    for path in user_rules(corpus):
        if _is_made(path):
            path.unlink()
    for id, data in files.items():
        folder.mkdir(parents=True, exist_ok=True)
        body = dump_scheme(data, "门槛、条款和证据等级取自已确认的条目；要改规则，直接改本文件，之后不再自动改写。")
        (folder / f"{id}.toml").write_text(f"# {_MADE} {_digest(body)}\n{body}", encoding="utf-8")


def _is_made(path: Path) -> bool:
    """Whether a rule file is still as this module wrote it."""
    first, _, body = path.read_text(encoding="utf-8").partition("\n")
    return first == f"# {_MADE} {_digest(body)}"


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:16]


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
