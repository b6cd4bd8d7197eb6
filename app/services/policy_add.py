"""Add a policy file: clean it, split it, show what came out and what is doubtful, and keep it in the user's own corpus."""

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
from app.corpus.documents import load_documents
from app.domain.clause import Clause, PolicyDocument
from app.domain.errors import Conflict, InputRefused, UsageError
from app.domain.finding import Finding, Severity
from app.domain.page import Document
from app.domain.plain import to_plain
from app.services.policy_matrix import province_of
from app.services.policy_meta import PolicyMeta, dump_rows, dump_toml, read_meta
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
    read = read_meta(
        meta, filename=name, first_title=title if len(title) <= 60 else "", region_of=province_of, front=front
    )
    clauses = split_clauses(page.text, str(read.fields["id"]))
    read = _with_known_provisions(read, clauses, known or {})
    unread = source.findings if isinstance(source, Document) else ()
    findings = (*unread, *read.findings, *_doubts(page), *_numbering(clauses), *_provisions(read, clauses))
    return PolicyPreview(meta=read, page=page, clauses=clauses, findings=tuple(findings))


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
        # Swap whole folders: a reader never sees the text of one version with the clauses of another.
        old = fresh.with_name(fresh.name + "-old")
        if folder.exists():
            os.replace(folder, old)
        os.replace(fresh, folder)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


def add_policy_file(ws: Any, path: Path, meta: str, *, dry_run: bool = False) -> dict[str, Any]:
    """Read a file of any format (pages are read in the sandbox), preview and, unless ``dry_run``, store it in the home directory."""
    preview = add_policy(read_policy_file(path), meta, filename=path.name, known=load_documents())
    if not dry_run:
        write_policy(preview, ws.settings.corpus)
        ws.forget("policies")
        ws.forget("assistant")
    return preview_shown(preview, written=not dry_run)


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

    return read_in_sandbox(path, filename=path.name)


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
    }


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
    return files | ({"corrections.toml": dump_rows("correction", corrections)} if corrections else {})


def _with_known_provisions(
    meta: PolicyMeta, clauses: Sequence[Clause], known: Mapping[str, PolicyDocument]
) -> PolicyMeta:
    """A text added under the id of a digest takes over the digest's provisions whose clause the text has."""
    digest = known.get(str(meta.fields["id"]))
    if digest is None or meta.provisions:
        return meta
    paths = {c.path for c in clauses}
    rows: list[Mapping[str, Any]] = []
    lost: list[Mapping[str, Any]] = []
    for provision in digest.provisions:
        plain = {k: v for k, v in to_plain(provision).items() if k not in ("id", "doc_id") and v is not None}
        row = {"pid": provision.id.partition("#")[2], **plain}
        (rows if provision.clause in paths else lost).append(row)
    findings = [
        Finding(
            id="digest-replaced",
            severity=Severity.NOTE,
            message=f"将代替库内“{digest.title}”的现有文本。",
            subjects=(digest.id,),
        )
    ]
    if lost:
        findings.append(
            Finding(
                id="digest-provisions-lost",
                severity=Severity.EXPLAIN,
                subjects=tuple(f"{digest.id}#{r['pid']}" for r in lost),
                message=f"库内有 {len(lost)} 个条目的条号在新正文里找不到，未沿用。",
                fix="在 M.toml 中用 [[provision]] 按新条号补上。",
            )
        )
    return PolicyMeta(
        fields=meta.fields, provisions=tuple(rows), replace=meta.replace, findings=(*meta.findings, *findings)
    )


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
        if "~" in clause.path:
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
