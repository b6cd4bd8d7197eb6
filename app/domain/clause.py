"""Policy texts as data: documents, clauses, sentences, provisions, evidence levels.

Clause ids are stable: ``miit-2026-13/三-(二)``; unnumbered paragraphs ``一-p3``; sentences ``…#s2``; annex rows ``附件1-t3``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EvidenceLevel(StrEnum):
    """How far a policy statement can be trusted. Only official and repost may decide a verdict."""

    OFFICIAL = "official"
    REPOST = "repost"
    NEWS = "news"
    DERIVED = "derived"
    FORUM = "forum"

    @property
    def decidable(self) -> bool:
        return self in (EvidenceLevel.OFFICIAL, EvidenceLevel.REPOST)

    @property
    def label(self) -> str:
        return {
            "official": "官方文本",
            "repost": "转载的官方文本",
            "news": "新闻报道，待核实",
            "derived": "他人转述，待核实",
            "forum": "论坛或广告，待核实",
        }[self.value]


class Modality(StrEnum):
    SHALL = "应"
    SHOULD = "宜"
    MAY = "可"
    ENCOURAGED = "鼓励"
    TARGET = "目标"
    FACT = "事实"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """``start``/``end`` are character offsets in the stored text of the document; ``text == document_text[start:end]``."""

    id: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One citable unit. ``path`` is the id without the document part; ``title`` the breadcrumb of headings;
    ``text == document_text[start:end]``; ``digest`` a short hash of the text, so a changed clause under an unchanged id shows.
    ``kind`` is text | head | table | provision (a provision is a digest in our own words, not the official text)."""

    id: str
    doc_id: str
    path: str
    title: str
    text: str
    start: int
    end: int
    kind: str
    digest: str
    sentences: tuple[Sentence, ...] = ()
    topics: tuple[str, ...] = ()
    evidence: EvidenceLevel = EvidenceLevel.OFFICIAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """A statement of a document in our own words, bound to a clause (``clause`` may be 未见条号)."""

    id: str
    doc_id: str
    clause: str
    topic: str
    modality: Modality
    rule: str
    evidence: EvidenceLevel
    threshold: str | None = None
    unit: str | None = None
    operator: str | None = None
    applies_if: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDocument:
    """A document of the corpus. ``full_text`` says whether the official text itself is held; otherwise ``text`` is a digest
    (摘要转述) made of its provisions. ``text`` is exactly what clause offsets refer to."""

    id: str
    title: str
    document_number: str | None
    issuer: str
    issued: str | None
    region: str
    level: str
    scheme: str
    evidence: EvidenceLevel
    full_text: bool
    text: str
    clauses: tuple[Clause, ...]
    provisions: tuple[Provision, ...] = ()
    superseded_by: str | None = None
    source_note: str = ""
    urls: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    stated: tuple[tuple[str, str], ...] = ()
    """Coverage: (topic, state), state in stated | not_stated | unknown. not_stated is only true of texts read in full."""

    @property
    def year(self) -> str | None:
        return self.issued[:4] if self.issued else None
