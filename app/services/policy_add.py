"""Add a policy file: clean it, split it, show what came out and what is doubtful, propose provisions, keep it in the user's corpus.

A text added under the id of a document known from news or a digest takes its place; the earlier statement stays as history. An
earlier version of a text is kept in ``versions/<n>`` of its folder."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.corpus.clause_store import dump_clauses
from app.domain.clause import Clause, PolicyDocument
from app.domain.errors import Conflict, InputRefused, UsageError
from app.domain.finding import Finding, Severity
from app.domain.page import Document
from app.domain.plain import to_plain
from app.services.policy_change import apply, effect_of, effect_text, effect_to_json
from app.services.policy_confirm import PROPOSALS, Choice, confirm, dump_proposals, write_rules
from app.services.policy_head import read_head
from app.services.policy_matrix import province_of
from app.services.policy_meta import PolicyMeta, dump_rows, dump_toml, read_meta
from app.services.policy_propose import Proposal, propose
from app.services.policy_succession import (
    earlier_statement,
    inherited,
    possible_successor,
    stated_by_hand,
    with_known_provisions,
)
from app.services.workspace import Workspace
from ingestion.clauses import DOCUMENT_TITLE, split_clauses
from ingestion.normalise import CleanedPage, clean_page
from ingestion.passages import policy_text

LONG_CLAUSE = 1500
"""Characters of one clause beyond which a number was probably missed."""
TEXT_AT_MOST = 8_000_000
_PLAIN_SUFFIXES = (".md", ".txt", ".text", ".markdown")
_FRONT_MATTER = re.compile(r"\A\ufeff?---\n(.*?)\n---\n", re.DOTALL)
_NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPreview:
    """What adding would store: ``page`` the cleaned text and what was cut, ``clauses`` its clauses, ``findings`` the doubts."""

    meta: PolicyMeta
    page: CleanedPage
    clauses: tuple[Clause, ...]
    findings: tuple[Finding, ...]
    proposals: tuple[Proposal, ...] = ()
    replaces: str = ""
    """Id of the document known so far whose place this text takes; it may be its own."""

    @property
    def id(self) -> str:
        return str(self.meta.fields["id"])


def add_policy(
    source: str | Document, meta: str, *, filename: str = "", known: Mapping[str, PolicyDocument] | None = None
) -> PolicyPreview:
    """Clean and split a text or a read document; ``meta`` is the text of M.toml. Stores nothing.

    Raises InputRefused when there is no text, UsageError when the meta cannot be used."""
    text = source if isinstance(source, str) else policy_text(source)
    name = filename or (source.filename if isinstance(source, Document) else "text")
    if not text.strip():
        raise InputRefused(
            "policy_empty", f"“{name}”里没有读到文字。", fix="换用带文字层的 PDF、Word 或网页文件。", subject=name
        )
    if len(text) > TEXT_AT_MOST:
        raise InputRefused(
            "policy_too_long", f"“{name}”的文字过长，不像一份政策文件。", fix="只保留政策正文后重试。", subject=name
        )
    front, text = _front_matter(text.replace("\r\n", "\n"))
    page = clean_page(text)
    if not page.text.strip():
        raise InputRefused(
            "policy_only_adverts",
            f"“{name}”除广告和页面文字外没有政策正文。",
            fix="换用官方网站上的原文。",
            subject=name,
        )
    title = page.text.split("\n", 1)[0].removeprefix("# ").strip()
    held = known or {}
    read = read_meta(
        meta,
        filename=name,
        first_title=title if len(title) <= 60 else "",
        region_of=province_of,
        front={**front, **{k: v for k, v in read_head(page.text).items() if k not in front}},
        inherit=lambda id: inherited(held.get(id)),
    )
    clauses = split_clauses(page.text, str(read.fields["id"]))
    earlier = earlier_statement(read, held)
    read = with_known_provisions(read, clauses, page.text, held)
    extras = {id: e for d in getattr(held, "details", {}).values() for id, e in d.provision_extras.items()}
    read = stated_by_hand(read, earlier, extras)
    have = {str(r["pid"]) for r in read.provisions}
    proposals = propose(
        clauses, evidence=str(read.fields["evidence"]), issued=str(read.fields.get("issued", "")), earlier=earlier, extras=extras
    )
    unread = source.findings if isinstance(source, Document) else ()
    findings = (*unread, *read.findings, *possible_successor(read, earlier, held), *_doubts(page), *_numbering(clauses), *_provisions(read, clauses))
    return PolicyPreview(
        meta=read,
        page=page,
        clauses=clauses,
        findings=tuple(findings),
        proposals=tuple(p for p in proposals if p.pid not in have and not _repeats(p, read.provisions)),
        replaces=earlier.id if earlier else "",
    )


def write_policy(preview: PolicyPreview, corpus: Path) -> Path:
    """Store the preview as ``<corpus>/documents/<id>``; the same text again changes nothing. Returns the folder.

    Raises Conflict when another text is held under that id and M.toml does not say ``replace = true``."""
    folder = corpus / "documents" / preview.id
    text = folder / "text.md"
    if text.is_file() and text.read_text(encoding="utf-8") != preview.page.text and not preview.meta.replace:
        raise Conflict(
            "policy_exists",
            f"编号“{preview.id}”已有另一份正文。",
            fix="换一个编号（id），或确认替换：在 M.toml 中写 replace = true。",
            subject=preview.id,
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{preview.id}-"))
    try:
        for name, content in _files(preview).items():
            (fresh / name).write_text(content, encoding="utf-8")
        if text.is_file():
            _keep_version(folder, fresh)
        # Swap whole folders: a reader never sees the text of one version with the clauses of another.
        old = fresh.with_name(fresh.name + "-old")
        if folder.exists():
            os.replace(folder, old)
        os.replace(fresh, folder)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


def preview_policy_file(ws: Workspace, path: Path, meta: str) -> PolicyPreview:
    """What adding the file would store, beside what this home holds. Writes nothing."""
    return add_policy(read_policy_file(path), meta, filename=path.name, known=ws.policies)


def add_policy_file(ws: Workspace, path: Path, meta: str, *, dry_run: bool = False, choice: Choice | None = None) -> dict[str, Any]:
    """Read a file of any format (pages are read in the sandbox, pictures recognised), preview it and, unless ``dry_run``, store it in
    the home directory with the proposals of ``choice`` confirmed.

    ``effect`` of the result says which verdicts change and which drafts need another look: on a dry run those of confirming every
    proposal, unless ``choice`` says otherwise."""
    preview = preview_policy_file(ws, path, meta)
    return add_preview(ws, preview, dry_run=dry_run, choice=choice)


def add_preview(ws: Workspace, preview: PolicyPreview, *, dry_run: bool, choice: Choice | None = None) -> dict[str, Any]:
    """The second half of ``add_policy_file``."""
    wanted = choice or Choice(everything=dry_run, edits={})
    today = ws.clock().astimezone().date()

    def change(corpus: Path) -> tuple[str, ...]:
        write_policy(preview, corpus)
        if wanted.any and preview.proposals:
            return confirm(corpus, preview.id, wanted, by=ws.actor, on=today)
        return write_rules(corpus)

    effect, left = (effect_of if dry_run else apply)(ws, change)
    shown = preview_shown(preview, written=not dry_run)
    confirmed = [p.pid for p in preview.proposals if wanted.everything or p.pid in wanted.pids]
    return shown | {"effect": effect_to_json(effect), "left": list(left), "confirmed": confirmed}


def read_policy_file(path: Path) -> str | Document:
    """The text of a .md or .txt file, or the pages of anything else. Raises UsageError or InputRefused."""
    if not path.is_file():
        raise UsageError("file_missing", f"没有找到文件 {path.name}。", fix="检查路径。", subject=str(path))
    if path.suffix.lower() in _PLAIN_SUFFIXES:
        data = path.read_bytes()
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
        raise InputRefused(
            "encoding", f"“{path.name}”的文字编码无法识别。", fix="另存为 UTF-8 后重试。", subject=path.name
        )
    from ingestion.sandbox import read_in_sandbox

    document = read_in_sandbox(path, filename=path.name)
    if any(page.scanned for page in document.pages):
        from ingestion.ocr import complete

        document = complete(document, path)
    return document


def preview_shown(preview: PolicyPreview, *, written: bool) -> dict[str, Any]:
    """The preview as JSON-ready values."""
    return {
        "id": preview.id,
        "written": written,
        "document": dict(preview.meta.fields),
        "clauses": [
            {
                "id": c.id,
                "path": c.path,
                "title": c.title,
                "kind": c.kind,
                "text": c.text,
                "sentences": len(c.sentences),
            }
            for c in preview.clauses
        ],
        "changes": [{"kind": c.kind, "label": c.label, "count": c.count} for c in preview.page.changes],
        "adverts": to_plain(preview.page.adverts),
        "doubts": to_plain(preview.page.doubts),
        "findings": to_plain(preview.findings),
        "replaces": preview.replaces,
        "proposals": [proposal_shown(p) for p in preview.proposals],
    }


def proposal_shown(proposal: Proposal) -> dict[str, Any]:
    """A proposal as JSON-ready values."""
    return dict(proposal.row) | {"quote": proposal.quote, "reported": proposal.reported, "doubt": proposal.doubt}


def proposal_line(row: Mapping[str, Any]) -> str:
    """A proposal in one line: id, clause, what it says, what it would replace."""
    figure = f"{row.get('operator', '')} {row.get('threshold', '')}{row.get('unit', '') if row.get('unit') != '日期' else ''}".strip()
    said = f"{row['rule'].rstrip('。')}{'：' + figure if row.get('threshold') else ''}"
    when = f"（{row['applies_if']}）" if row.get("applies_if") else ""
    instead = f"，代替“{row['reported'].rstrip('。')}”" if row.get("reported") else ""
    return f"{row['pid']}  〔{row['clause']}·{row['modality']}〕{said}{when}{instead}" + (f"；{row['doubt']}" if row.get("doubt") else "")


def added_text(result: Mapping[str, Any]) -> str:
    """The preview for a terminal."""
    done = "已加入政策库" if result["written"] else "预览（未写入）"
    text = [c for c in result["clauses"] if c["kind"] != "head"]
    lines = [
        f"{done}：{result['document']['title']}（{result['id']}），{len(text)} 条，{len(result['clauses'])} 个条号"
    ]
    lines += [f"  {c['path']}  {c['title'] or c['text'][:24]}" for c in result["clauses"][:40]]
    if len(result["clauses"]) > 40:
        lines.append(f"  … 还有 {len(result['clauses']) - 40} 个条号")
    lines += [f"  {c['label']}：{c['count']} 处" for c in result["changes"]]
    lines += [f"  剪去：{a['text'][:30]}（{a['reason']}）" for a in result["adverts"]]
    lines += [f"  须说明：{f['message']}" for f in result["findings"]]
    waiting = [p for p in result["proposals"] if p["pid"] not in result.get("confirmed", ()) or not result["written"]]
    if waiting:
        lines += ["", f"从正文提出 {len(waiting)} 个条目，请人核对原文后确认（确认前不据以判断）："]
        lines += [f"  {proposal_line(p)}" for p in waiting]
        lines.append(f"  确认：lingtan policy confirm {result['id']} 条目编号…（或 --all）")
    if "effect" in result:
        ahead = not result["written"]
        lines += ["", "确认全部条目后的变化：" if ahead else "带来的变化：", *effect_text(result["effect"], ahead=ahead)]
    lines += [f"  未能写成规则：{said}" for said in result.get("left", ())]
    return "\n".join(lines)


def _front_matter(text: str) -> tuple[Mapping[str, Any], str]:
    """The fields between ``---`` lines at the head of a markdown file, and the text after them."""
    match = _FRONT_MATTER.match(text)
    if not match:
        return {}, text
    import yaml

    try:
        fields = yaml.safe_load(match[1])
    except yaml.YAMLError:
        fields = None
    return (fields if isinstance(fields, dict) else {}), text[match.end() :]


def _files(preview: PolicyPreview) -> dict[str, str]:
    corrections = [{"kind": c.kind, "note": f"{c.label}。", "count": c.count} for c in preview.page.changes]
    corrections += [{"kind": a.kind, "found": a.text, "note": a.reason} for a in preview.page.adverts]
    files = {
        "meta.toml": dump_toml({"closed_world": False, **preview.meta.fields}),
        "provisions.toml": dump_rows("provision", preview.meta.provisions),
        "text.md": preview.page.text,
        "clauses.jsonl": dump_clauses(preview.clauses),
    }
    if preview.proposals:
        files[PROPOSALS] = dump_proposals(preview.proposals)
    return files | ({"corrections.toml": dump_rows("correction", corrections)} if corrections else {})


def _repeats(proposal: Proposal, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a provision already says it."""
    keys = ("clause", "topic", "threshold", "stage")
    return any(all(row.get(k) == proposal.row.get(k) for k in keys) for row in rows)


def _keep_version(folder: Path, fresh: Path) -> None:
    """The text that is replaced, under the next number; the same text again is no version."""
    versions = folder / "versions"
    if versions.is_dir():
        shutil.copytree(versions, fresh / "versions")
    if (folder / "text.md").read_bytes() == (fresh / "text.md").read_bytes():
        return
    number = len(list((fresh / "versions").glob("*"))) + 1
    kept = fresh / "versions" / f"{number:04d}"
    kept.mkdir(parents=True)
    for path in folder.iterdir():
        if path.is_file():
            shutil.copy2(path, kept / path.name)


def _doubts(page: CleanedPage) -> list[Finding]:
    return [
        Finding(
            id="policy-doubt",
            severity=Severity.EXPLAIN,
            message=f"“{d.excerpt}”处{d.message}",
            subjects=(d.kind,),
            fix="对照官方原件改正文件后重新添加。",
            data={"start": str(d.start), "end": str(d.end)},
        )
        for d in page.doubts
    ]


def _numbering(clauses: Sequence[Clause]) -> list[Finding]:
    """What the splitter may have missed: no numbers at all, numbers that repeat or jump, clauses too long for one number."""
    findings = []
    body = [c for c in clauses if c.path != DOCUMENT_TITLE]
    if len(body) > 3 and all(re.match(r"引言-p", c.path) for c in body):
        findings.append(
            _split_finding("no-numbering", "没有认出条款编号，全部按自然段编为“引言-p1、引言-p2……”。", body[0].id)
        )
    for clause in clauses:
        if "~" in clause.path and not clause.path.startswith(DOCUMENT_TITLE):
            findings.append(
                _split_finding(
                    "clause-number-repeated",
                    f"条号 {clause.path.split('~')[0]} 在文中重复出现，后一处编为 {clause.path}。",
                    clause.id,
                )
            )
        if len(clause.text) > LONG_CLAUSE:
            findings.append(
                _split_finding(
                    "clause-long", f"{clause.path} 有 {len(clause.text)} 字，可能漏认了其中的编号。", clause.id
                )
            )
    paths = {c.path for c in clauses}
    for clause in clauses:
        match = re.search(rf"(^|.*-)(\()?([{_NUMERALS}])(\))?$", clause.path)
        if match and match[3] != "一":
            before = f"{match[1]}{match[2] or ''}{_NUMERALS[_NUMERALS.index(match[3]) - 1]}{match[4] or ''}"
            if before not in paths:
                findings.append(
                    _split_finding(
                        "clause-gap", f"有 {clause.path} 而没有 {before}，可能漏认了编号或原文缺页。", clause.id
                    )
                )
    return findings


def _provisions(meta: PolicyMeta, clauses: Sequence[Clause]) -> list[Finding]:
    paths = {c.path for c in clauses}
    return [
        Finding(
            id="clause-unresolved",
            severity=Severity.BLOCKING,
            message=f"条目 {row['pid']} 所指条号 {row['clause']} 在正文中不存在。",
            subjects=(str(row["pid"]),),
            fix="按预览列出的条号改正 M.toml。",
        )
        for row in meta.provisions
        if row["clause"] not in paths
    ]


def _split_finding(id: str, message: str, subject: str) -> Finding:
    return Finding(
        id=id,
        severity=Severity.EXPLAIN,
        message=message,
        subjects=(subject,),
        fix="对照原件核对该处，必要时调整文件后重新添加。",
    )
