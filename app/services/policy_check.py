"""The corpus looked over: every document and provision has a source and a level, every reference resolves, nothing claims more
than was read, and stored clauses are what the splitter makes of the stored text."""

from __future__ import annotations

import importlib
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.corpus.claims import KIND_LABELS, load_rejected_claims
from app.corpus.clause_store import dump_clauses
from app.corpus.documents import NOT_STATED, STATED, DocumentDetail, load_documents
from app.corpus.lexicon import load_lexicon
from app.corpus.paths import corpus_root
from app.corpus.schema import document_schema, record_problems
from app.corpus.topics import load_topics
from app.domain.clause import PolicyDocument
from app.domain.errors import LingtanError
from app.domain.finding import Finding, Severity
from app.domain.number import parse_number
from ingestion.adverts import find_cuts
from ingestion.clauses import split_clauses, text_digest
from ingestion.mojibake import find_damage

GUIDELINE = "miit-2026-13"
_SEE_SCHEMA = "对照 policy_corpus/schema/documents.toml 改正。"


def check_corpus(root: Path | None = None, *, extra_roots: Sequence[Path] = ()) -> list[Finding]:
    """Every finding about documents, lexicon, rejected claims, factors and rules; an empty list is a sound corpus."""
    base = root or corpus_root()
    found = [f for folder in _folders(base, extra_roots) for f in _check_folder(base, folder)]
    if any(f.severity is Severity.BLOCKING for f in found):
        return found
    try:
        documents = load_documents(root, extra_roots=extra_roots)
    except LingtanError as error:
        return [*found, _blocking(error.id, error.message, error.subject, error.fix)]
    for id, document in documents.items():
        found += _check_document(document, documents.details[id], load_topics(root))
        found += _check_succession(documents, document)
    found += _check_words(base, documents)
    if root is None:
        found += _check_vectors()
    for module in ("factors", "rules"):
        found += _check_elsewhere(module, extra_roots)
    return found


def rebuild_clauses(root: Path | None = None) -> list[str]:
    """Write clauses.jsonl anew for every document whose text is held; returns the ids whose file changed."""
    changed = []
    for text_path in sorted(((root or corpus_root()) / "documents").glob("*/text.md")):
        id = text_path.parent.name
        fresh = dump_clauses(split_clauses(text_path.read_text(encoding="utf-8"), id))
        target = text_path.with_name("clauses.jsonl")
        if not target.is_file() or target.read_text(encoding="utf-8") != fresh:
            target.write_text(fresh, encoding="utf-8")
            changed.append(id)
    return changed


def _check_vectors() -> list[Finding]:
    """Stale vectors cost a new home seconds, nothing else."""
    from app.services.policy_vectors import stale_files

    names = stale_files()
    if not names:
        return []
    message = f"随库向量与现在的文本不一致：{'、'.join(names)}。"
    return [Finding(id="policy-vectors-stale", severity=Severity.NOTE, message=message, subjects=tuple(names),
                    fix="运行 lingtan models vectors 重新生成。")]


def _folders(base: Path, extra_roots: Sequence[Path]) -> list[Path]:
    roots = [base, *map(Path, extra_roots)]
    return [
        path
        for r in roots
        if (r / "documents").is_dir()
        for path in sorted((r / "documents").iterdir())
        if path.is_dir()
    ]


def _check_folder(base: Path, folder: Path) -> Iterator[Finding]:
    """The files of one folder against the schema."""
    schema, id = document_schema(base), folder.name
    tables = {}
    for name in ("meta", "provisions", "coverage", "corrections"):
        path = folder / f"{name}.toml"
        try:
            tables[name] = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            yield _blocking("document-toml", f"{id}/{name}.toml 不是有效的 TOML：{error}", id, _SEE_SCHEMA)
            return
    if not (folder / "meta.toml").is_file():
        yield _blocking("document-meta-missing", f"{id} 缺少 meta.toml。", id, _SEE_SCHEMA)
        return
    if tables["meta"].get("id") != id or not re.match(schema["id_pattern"], id):
        yield _blocking(
            "document-id", f"目录 {id} 与 meta.toml 中的编号不一致，或编号不是小写字母、数字和连字符。", id, _SEE_SCHEMA
        )
    rows = [("meta.toml", tables["meta"], schema["meta"])]
    provisions = tables["provisions"].get("provision", [])
    rows += [(f"条目 {p.get('pid', n)}", p, schema["provision"]) for n, p in enumerate(provisions, 1)]
    rows += [(f"覆盖表 {topic}", row, schema["coverage"]) for topic, row in tables["coverage"].items()]
    rows += [
        (f"更正 {n}", row, schema["correction"]) for n, row in enumerate(tables["corrections"].get("correction", []), 1)
    ]
    for where, record, family in rows:
        for problem in record_problems(record, family, dates=schema["date_pattern"]):
            yield _blocking("document-field", f"{id} 的{where}：{problem}。", id, _SEE_SCHEMA)
    pids = [p.get("pid") for p in provisions]
    for pid in sorted({str(p) for p in pids if pids.count(p) > 1}):
        yield _blocking("provision-repeated", f"{id} 的条目编号 {pid} 重复。", f"{id}#{pid}", "给每个条目不同的 pid。")
    yield from _check_numbers(id, provisions, schema["provision"]["numeric_operators"])


def _check_numbers(id: str, provisions: Sequence[dict[str, str]], numeric: Sequence[str]) -> Iterator[Finding]:
    for row in provisions:
        value = row.get("threshold")
        if value is None or row.get("operator") not in numeric or row.get("unit") == "日期":
            continue
        try:
            parse_number(value)
        except ValueError:
            yield _blocking(
                "threshold-number",
                f"{id}#{row.get('pid')} 的阈值 {value!r} 不是数字。",
                f"{id}#{row.get('pid')}",
                _SEE_SCHEMA,
            )


def _check_document(document: PolicyDocument, detail: DocumentDetail, topics: dict[str, str]) -> Iterator[Finding]:
    id, paths = document.id, {c.path for c in document.clauses}
    if not document.urls and not document.source_note.strip():
        yield _blocking("source-missing", f"{id} 没有网址，也没有来源说明。", id, "补上 urls 或 evidence_note。")
    elif not document.urls:
        yield _note("source-without-address", f"{id} 没有可引用的网址，只有来源说明。", id)
    if detail.closed_world and detail.text_status != "full_text":
        yield _blocking(
            "closed-world", f"{id} 没有通读全文，不能把没见到当作没有规定。", id, "把 closed_world 改为 false。"
        )
    if detail.closed_world and not document.full_text and not detail.evidence_note:
        yield _blocking(
            "full-text-claim",
            f"{id} 称通读全文，但库内没有正文，也没有说明所读范围。",
            id,
            "补上正文或 evidence_note。",
        )
    for provision in document.provisions:
        if provision.topic not in topics:
            yield _blocking(
                "topic-unknown",
                f"{provision.id} 的主题 {provision.topic} 不在主题表中。",
                provision.id,
                "改用 topics.toml 中的主题。",
            )
        if provision.clause not in paths:
            yield _blocking(
                "clause-unresolved",
                f"{provision.id} 所指条号 {provision.clause} 在正文中不存在。",
                provision.id,
                "改正条号。",
            )
    stated = {p.topic for p in document.provisions}
    for entry in detail.coverage:
        for path in (*entry.clauses, *entry.related):
            if path not in paths:
                yield _blocking(
                    "coverage-clause", f"{id} 覆盖表 {entry.topic} 所指条号 {path} 不存在。", id, "改正覆盖表。"
                )
        if entry.state == NOT_STATED and not detail.closed_world:
            yield _blocking(
                "coverage-open", f"{id} 没有通读全文，主题 {entry.topic} 不能写“没有规定”。", id, "改正覆盖表。"
            )
        if (entry.state == STATED) != (entry.topic in stated):
            yield _blocking(
                "coverage-provision", f"{id} 的主题 {entry.topic}：覆盖表与条目不一致。", id, "补条目或改覆盖表。"
            )
    yield from _check_text(document, detail)


def _check_text(document: PolicyDocument, detail: DocumentDetail) -> Iterator[Finding]:
    id = document.id
    for clause in document.clauses:
        if document.text[clause.start : clause.end] != clause.text or text_digest(clause.text) != clause.digest:
            yield _blocking(
                "clause-changed", f"{clause.id} 的内容与登记的摘要值不符。", clause.id, "核对正文后重建 clauses.jsonl。"
            )
    if not document.full_text:
        return
    stored = (detail.folder / "clauses.jsonl").read_text(encoding="utf-8")
    if stored != dump_clauses(split_clauses(document.text, id)):
        yield _blocking("clauses-stale", f"{id} 的 clauses.jsonl 与正文的拆分结果不一致。", id, "重建 clauses.jsonl。")
    for damage in find_damage(document.text):
        yield _explain(
            "text-damaged", f"{id} 正文“{damage.excerpt}”处{damage.message}", id, "对照官方原件补正后重新添加。"
        )
    for cut in find_cuts(document.text):
        if cut.kind == "advert":
            words = document.text[cut.start : cut.end][:30]
            yield _blocking("text-advert", f"{id} 正文混入非政策文字（{cut.reason}）：{words}", id, "从正文中删去。")
    for mended in detail.corrections:
        if mended.inferred and mended.written not in document.text:
            yield _blocking(
                "correction-lost", f"{id} 的更正“{mended.written}”在正文中找不到。", id, "核对 corrections.toml。"
            )


def _check_succession(documents: dict[str, PolicyDocument], document: PolicyDocument) -> Iterator[Finding]:
    successor = document.superseded_by
    if not successor:
        return
    later = documents.get(successor)
    if later is None or successor == document.id or later.superseded_by == document.id:
        yield _blocking(
            "successor",
            f"{document.id} 的替代文件 {successor} 不存在，或互相替代。",
            document.id,
            "改正 superseded_by。",
        )
    elif later.issued and document.issued and later.issued < document.issued[: len(later.issued)]:
        yield _blocking(
            "successor-earlier", f"{document.id} 的替代文件 {successor} 发布在前。", document.id, "核对发布日期。"
        )


def _check_words(base: Path, documents: dict[str, PolicyDocument]) -> Iterator[Finding]:
    """Lexicon and rejected claims: what they point at exists, and the policy words stand in the text they are said to be from."""
    lexicon, topics = load_lexicon(base), load_topics(base)
    guideline = documents[GUIDELINE].text if GUIDELINE in documents else ""
    for term in (*lexicon.terms, *lexicon.other_terms):
        subject = "、".join(term.users)
        if term.topic not in topics:
            yield _blocking(
                "lexicon-topic", f"词表“{subject}”的主题 {term.topic} 不在主题表中。", subject, "改正 lexicon.toml。"
            )
        for id in term.documents:
            if id not in documents:
                yield _blocking(
                    "lexicon-document", f"词表“{subject}”所指文件 {id} 不存在。", subject, "改正 lexicon.toml。"
                )
    for term in lexicon.terms:
        for word in term.policy:
            if guideline and word not in guideline:
                yield _blocking("lexicon-word", f"词表中的“{word}”不在13号正文中。", word, "改正 lexicon.toml。")
    for claim in load_rejected_claims(base):
        if (
            claim.topic not in topics
            or claim.kind not in KIND_LABELS
            or any(id not in documents for id in claim.related)
        ):
            yield _blocking(
                "claim-reference",
                f"反例 {claim.id} 的主题、类别或相关文件不存在。",
                claim.id,
                "改正 rejected_claims.toml。",
            )


def _check_elsewhere(name: str, extra_roots: Sequence[Path]) -> list[Finding]:
    try:
        module = importlib.import_module(f"app.corpus.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"app.corpus.{name}":
            raise
        return []
    check = getattr(module, f"check_{name}", None)
    if check is None:
        return []
    return list(check(extra_roots=extra_roots) if name == "rules" else check())


def _blocking(id: str, message: str, subject: str, fix: str) -> Finding:
    return Finding(id=id, severity=Severity.BLOCKING, message=message, subjects=(subject,), fix=fix)


def _explain(id: str, message: str, subject: str, fix: str) -> Finding:
    return Finding(id=id, severity=Severity.EXPLAIN, message=message, subjects=(subject,), fix=fix)


def _note(id: str, message: str, subject: str) -> Finding:
    return Finding(id=id, severity=Severity.NOTE, message=message, subjects=(subject,))
