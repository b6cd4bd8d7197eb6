"""What this installation stands on, for its keeper to read: places and kinds, never a password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from app import __version__
from app.services.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """``clauses`` counts those of all ``documents``; the rest are words for a page."""

    home: str
    database: str
    blobs: str
    vectors: str
    embedder: str
    reranker: str
    documents: int
    full_texts: int
    clauses: int
    version: str

    def to_plain(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def installation(ws: Workspace) -> Installation:
    """Reads the settings and the corpus; opens no engine and contacts nobody."""
    from app.retrieval.reranker import LATE_INTERACTION

    settings = ws.settings
    documents = ws.policies.values()
    late = settings.reranker.strip() in LATE_INTERACTION
    return Installation(
        home=str(settings.home),
        database=_database(settings.database_url),
        blobs=_blobs(settings.blob_url),
        vectors=f"服务 {_host(settings.chroma_url)}" if settings.chroma_url else "内置，在数据目录中",
        embedder="内置 multilingual-e5-small" if settings.embedder in ("", "e5") else settings.embedder,
        reranker="内置，逐词匹配" if late else settings.reranker,
        documents=len(documents),
        full_texts=sum(1 for d in documents if d.full_text),
        clauses=sum(len(d.clauses) for d in documents),
        version=__version__,
    )


def _database(url: str) -> str:
    kind = url.partition(":")[0].partition("+")[0]
    if kind == "sqlite":
        return "SQLite（本机文件）"
    return {"postgresql": "PostgreSQL", "postgres": "PostgreSQL"}.get(kind, kind) + f"（{_host(url)}）"


def _blobs(url: str) -> str:
    return f"S3 对象存储（{_host(url)}）" if url.startswith("s3:") else "本机文件夹"


def _host(url: str) -> str:
    """Host, or bucket, and port without user and password."""
    return urlsplit(url).netloc.rpartition("@")[2] or "—"
