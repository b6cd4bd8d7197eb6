"""policy_corpus/documents as typed values: one folder a document, the official text where it is held, a digest where not.

``<id>/meta.toml`` what the document is, ``provisions.toml`` its statements in our own words, ``text.md`` the official text and
nothing else, ``clauses.jsonl`` the clauses of that text, ``coverage.toml`` what a reading in full found per topic,
``corrections.toml`` what was mended in the text. Folders of the user's own documents are merged through ``extra_roots``; what such a
folder stands in for stays as its ``history``, so that a citation of the earlier statement still opens.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.corpus.clause_store import parse_clauses
from app.corpus.digest import digest_clauses
from app.corpus.paths import corpus_root
from app.corpus.topics import load_topics
from app.domain.clause import Clause, EvidenceLevel, Modality, PolicyDocument, Provision
from app.domain.errors import InputRefused, NotFound

STATED, NOT_STATED, UNKNOWN = "stated", "not_stated", "unknown"
_META, _PROVISIONS, _TEXT, _CLAUSES = "meta.toml", "provisions.toml", "text.md", "clauses.jsonl"
_COVERAGE, _CORRECTIONS = "coverage.toml", "corrections.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What is known about one topic of one document. ``state`` is stated | not_stated | unknown, ``depth`` value | rule |
    direction where a reader judged it, ``clauses`` the paths that state it, ``related`` the nearest ones, which prove nothing."""

    topic: str
    state: str
    depth: str = ""
    clauses: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One mended place or one kind of normalisation; ``inferred`` when the original could only be guessed (推断)."""

    kind: str
    note: str
    clause: str = ""
    found: str = ""
    written: str = ""
    inferred: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDetail:
    """Everything of a document's folder beyond PolicyDocument. ``text_status`` says how much was read (full_text | partial |
    news_only | derived); ``closed_world`` that silence on a topic means it is not stated; ``provision_extras`` maps a provision
    id to its further fields (stage, source_class, conflicts_with, replaces, confirmed, basis). ``withdrawn`` is the day from which the
    document no longer counts, ``supersedes`` the ids it takes the place of, ``history`` the statement held before under this id."""

    id: str
    text_status: str
    closed_world: bool
    origin: str
    folder: Path
    published: str | None = None
    in_force: str | None = None
    notes: str = ""
    evidence_note: str = ""
    materials: tuple[str, ...] = ()
    procedure: tuple[str, ...] = ()
    deadline: str | None = None
    conflicts_with: tuple[str, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    corrections: tuple[Correction, ...] = ()
    provision_extras: Mapping[str, Mapping[str, Any]]
    supersedes: tuple[str, ...] = ()
    withdrawn: str | None = None
    withdrawn_note: str = ""
    history: PolicyDocument | None = None


class Corpus(dict[str, PolicyDocument]):
    """Documents by id, with the further fields of each in ``details``."""

    details: dict[str, DocumentDetail]


def load_documents(root: Path | None = None, *, extra_roots: Sequence[Path] = ()) -> Corpus:
    """Every document by id, the corpus first, then those of ``extra_roots``: user corpora that hold ``documents/<id>/meta.toml``.

    Unchanged folders are read once a process. Raises InputRefused when a folder cannot be read as a document."""
    entries = _entries(root, extra_roots)
    corpus = Corpus((id, document) for id, (document, _) in entries.items())
    corpus.details = {id: detail for id, (_, detail) in entries.items()}
    return corpus


def load_document_detail(id: str, root: Path | None = None, *, extra_roots: Sequence[Path] = ()) -> DocumentDetail:
    """The further fields of one document. Raises NotFound."""
    entry = _entries(root, extra_roots).get(id)
    if entry is None:
        raise NotFound(
            "document_unknown", f"政策库中没有编号为“{id}”的文件。", fix="用 policy list 查看全部编号。", subject=id
        )
    return entry[1]


def load_corpus_notes(root: Path | None = None) -> dict[str, Any]:
    """documents/notes.toml: remarks across documents (what was not found, differences between schemes, a worked example)."""
    return tomllib.loads(((root or corpus_root()) / "documents" / "notes.toml").read_text(encoding="utf-8"))


def find_clause(documents: Mapping[str, PolicyDocument], id: str) -> Clause | None:
    """The clause with this id; a sentence id (``…#s2``) finds its clause."""
    clause_id = id.split("#", 1)[0]
    document = documents.get(clause_id.split("/", 1)[0])
    return next((c for c in document.clauses if c.id == clause_id), None) if document else None


def earlier_of(documents: Mapping[str, PolicyDocument], id: str) -> PolicyDocument | None:
    """What was held under this id before the present text took its place: news or a digest, never grounds for a verdict."""
    detail = getattr(documents, "details", {}).get(id)
    return detail.history if detail else None


def earlier_clause(documents: Mapping[str, PolicyDocument], id: str) -> Clause | None:
    """The clause with this id in the statement held before, for citations made at that time."""
    document = earlier_of(documents, id.split("/", 1)[0])
    return find_clause({document.id: document}, id) if document else None


def provision_of(document: PolicyDocument, sentence_id: str) -> Provision | None:
    """The provision that a sentence of a digest says (``<doc>/<clause>#s<k>``); None for sentences of an official text.

    A clause of a digest carries the level of its weakest provision; this one tells the level of the sentence itself."""
    clause_id, _, number = sentence_id.partition("#s")
    path = clause_id.partition("/")[2]
    members = [p for p in document.provisions if p.clause == path]
    if document.full_text or not number.isdecimal() or not 1 <= int(number) <= len(members):
        return None
    return members[int(number) - 1]


_Entry = tuple[PolicyDocument, DocumentDetail]


def _entries(root: Path | None, extra_roots: Sequence[Path]) -> dict[str, _Entry]:
    base = (root or corpus_root()).resolve()
    out: dict[str, _Entry] = {}
    for at, folder in enumerate([base / "documents", *(Path(extra).resolve() / "documents" for extra in extra_roots)]):
        if not folder.is_dir():
            continue
        for meta in sorted(folder.glob(f"*/{_META}")):
            id = meta.parent.name
            # The user's copy of a document of the corpus wins: an added text must not be shadowed by a digest.
            document, detail = _read(base, meta.parent, "corpus" if at == 0 else "user", _fingerprint(meta.parent))
            if id in out:
                detail = replace(detail, history=out[id][0])
            out[id] = (document, detail)
    return _succession(out)


def _succession(entries: dict[str, _Entry]) -> dict[str, _Entry]:
    """``supersedes`` of a later document read from the other end: the earlier one knows what took its place."""
    for id, (_, detail) in list(entries.items()):
        for earlier in detail.supersedes:
            if earlier in entries and earlier != id and entries[earlier][0].superseded_by is None:
                document, about = entries[earlier]
                entries[earlier] = (replace(document, superseded_by=id), about)
    return entries


def _fingerprint(folder: Path) -> tuple[tuple[str, int, int], ...]:
    stats = ((path.name, path.stat()) for path in sorted(folder.iterdir()) if path.is_file())
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


@lru_cache(maxsize=512)
def _read(root: Path, folder: Path, origin: str, fingerprint: tuple[tuple[str, int, int], ...]) -> _Entry:
    try:
        return _parse(root, folder, origin)
    except (OSError, KeyError, ValueError, tomllib.TOMLDecodeError) as error:
        raise InputRefused(
            "document_unreadable",
            f"政策文件目录“{folder.name}”无法读取：{error}",
            fix="对照 policy_corpus/schema/documents.toml 检查 meta.toml、provisions.toml 的字段，或重新添加该文件。",
            subject=folder.name,
        ) from error


def _parse(root: Path, folder: Path, origin: str) -> _Entry:
    meta = _toml(folder / _META)
    id, evidence, labels = str(meta["id"]), EvidenceLevel(meta["evidence"]), load_topics(root)
    rows = _toml(folder / _PROVISIONS).get("provision", [])
    provisions = tuple(_provision(id, row) for row in rows)
    extras = {
        p.id: {k: v for k, v in row.items() if k in _EXTRA_FIELDS} for p, row in zip(provisions, rows, strict=True)
    }
    if (folder / _TEXT).is_file():
        text = (folder / _TEXT).read_text(encoding="utf-8")
        topics: dict[str, list[str]] = {}
        for provision in provisions:
            if provision.topic not in topics.setdefault(provision.clause, []):
                topics[provision.clause].append(provision.topic)
        stored = (folder / _CLAUSES).read_text(encoding="utf-8")
        clauses = parse_clauses(stored, text=text, doc_id=id, evidence=evidence, topics=topics)
    else:
        text, clauses = digest_clauses(id, provisions, [extras[p.id] for p in provisions], labels)
    coverage = _coverage(folder, provisions, labels, closed=bool(meta.get("closed_world")))
    remarks = (str(meta.get("evidence_note", "")), str(meta.get("notes", "")))
    document = PolicyDocument(
        id=id,
        title=str(meta["title"]),
        document_number=meta.get("document_number"),
        issuer=str(meta["issuer"]),
        issued=meta.get("issued"),
        region=str(meta["region"]),
        level=str(meta["level"]),
        scheme=str(meta["scheme"]),
        evidence=evidence,
        full_text=(folder / _TEXT).is_file(),
        text=text,
        clauses=clauses,
        provisions=provisions,
        superseded_by=meta.get("superseded_by"),
        source_note="".join(remarks),
        urls=tuple(meta.get("urls", ())),
        gaps=tuple(meta.get("gaps", ())),
        stated=tuple((entry.topic, entry.state) for entry in coverage),
    )
    detail = DocumentDetail(
        id=id,
        text_status=str(meta["text_status"]),
        closed_world=bool(meta.get("closed_world")),
        origin=origin,
        folder=folder,
        published=meta.get("published"),
        in_force=meta.get("in_force"),
        notes=remarks[1],
        evidence_note=remarks[0],
        materials=tuple(meta.get("materials", ())),
        procedure=tuple(meta.get("procedure", ())),
        deadline=meta.get("deadline"),
        conflicts_with=tuple(meta.get("conflicts_with", ())),
        coverage=coverage,
        corrections=tuple(_correction(row) for row in _toml(folder / _CORRECTIONS).get("correction", [])),
        provision_extras=extras,
        supersedes=tuple(meta.get("supersedes", ())),
        withdrawn=meta.get("withdrawn"),
        withdrawn_note=str(meta.get("withdrawn_note", "")),
    )
    return document, detail


_EXTRA_FIELDS = ("stage", "source_class", "conflicts_with", "replaces", "confirmed", "basis")


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _provision(doc_id: str, row: Mapping[str, Any]) -> Provision:
    return Provision(
        id=f"{doc_id}#{row['pid']}",
        doc_id=doc_id,
        clause=str(row["clause"]),
        topic=str(row["topic"]),
        modality=Modality(row["modality"]),
        rule=str(row["rule"]),
        evidence=EvidenceLevel(row["evidence"]),
        threshold=row.get("threshold"),
        unit=row.get("unit"),
        operator=row.get("operator"),
        applies_if=row.get("applies_if"),
        note=row.get("note"),
    )


def _correction(row: Mapping[str, Any]) -> Correction:
    return Correction(
        kind=str(row["kind"]),
        note=str(row.get("note", "")),
        clause=str(row.get("clause", "")),
        found=str(row.get("found", "")),
        written=str(row.get("written", "")),
        inferred=bool(row.get("inferred", False)),
        count=row.get("count"),
    )


def _coverage(
    folder: Path, provisions: Sequence[Provision], labels: Mapping[str, str], *, closed: bool
) -> tuple[Coverage, ...]:
    """The judged table where a text was read in full; otherwise a topic is stated where a provision is, and unknown elsewhere."""
    judged = _toml(folder / _COVERAGE)
    out = []
    for topic in labels:
        row = judged.get(topic)
        seen = tuple(dict.fromkeys(p.clause for p in provisions if p.topic == topic))
        if row is not None:
            out.append(
                Coverage(
                    topic=topic,
                    state=str(row["state"]),
                    depth=str(row.get("depth", "")),
                    note=str(row.get("note", "")),
                    clauses=tuple(map(str, row.get("clauses", ()))),
                    related=tuple(map(str, row.get("related", ()))),
                )
            )
        elif seen:
            out.append(Coverage(topic=topic, state=STATED, clauses=seen))
        else:
            out.append(Coverage(topic=topic, state=NOT_STATED if closed and judged else UNKNOWN))
    return tuple(out)
