"""Which uploaded document a declaration points to, and who declared it when.

A name that matches no uploaded document proves nothing: the document itself has to be in the project."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

_PAGE = re.compile(r"#p(\d+)\Z")
_SHA = re.compile(r"[0-9a-f]{8,64}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFact:
    """An uploaded document as eligibility sees it: ``kind`` is a ``DocumentKind`` value, ``pages`` its page count."""

    sha256: str
    filename: str
    kind: str
    pages: int = 1

    def address(self, page: int = 1) -> str:
        return f"{self.sha256[:12]}#p{page}"


class DocumentIndex(tuple[DocumentFact, ...]):
    """The documents of a project with their names looked up once: a profile refers to them again and again."""

    @cached_property
    def by_name(self) -> dict[str, dict[str, DocumentFact]]:
        """Folded file name → sha256 → document; two different files may bear one name."""
        found: dict[str, dict[str, DocumentFact]] = {}
        for document in self:
            found.setdefault(document.filename.casefold(), {})[document.sha256] = document
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Backing:
    """``declared`` is ``name，date`` or None when either is missing, ``document`` an address or None; ``problem`` in Chinese."""

    declared: str | None = None
    document: str | None = None
    problem: str = ""


def find_document(reference: str, documents: Sequence[DocumentFact]) -> str | None:
    """The address ``<sha12>#p<n>`` of ``file name[#pN]`` or ``sha256 prefix[#pN]``; None when not uploaded, ambiguous or
    beyond the last page."""
    reference = reference.strip()
    found = _PAGE.search(reference)
    page = int(found[1]) if found else 1
    name = _PAGE.sub("", reference).strip()
    index = documents if isinstance(documents, DocumentIndex) else DocumentIndex(documents)
    matches = index.by_name.get(name.casefold(), {})
    if not matches and _SHA.match(name.lower()):
        matches = {d.sha256: d for d in documents if d.sha256.lower().startswith(name.lower())}
    if len(matches) != 1:
        return None
    document = next(iter(matches.values()))
    return document.address(page) if 1 <= page <= max(document.pages, 1) else None


def _references(value: Any) -> list[str]:
    items = value if isinstance(value, list | tuple) else [value]
    return [str(item) for item in items if item not in (None, "")]


def backing_of(
    entry: Mapping[str, Any], defaults: Mapping[str, Any], documents: Sequence[DocumentFact], what: str
) -> Backing:
    """Who declared an entry, when, and with which uploaded document. ``defaults`` is the profile's ``[declarant]``."""
    who = str(entry.get("declared_by") or defaults.get("declared_by") or "").strip()
    when = str(entry.get("declared_on") or defaults.get("declared_on") or "").strip()
    try:
        dated = bool(when) and bool(date.fromisoformat(when))
    except ValueError:
        dated = False
    references = _references(entry.get("evidence"))
    addresses = [address for r in references if (address := find_document(r, documents))]
    problem = ""
    if not who or not dated:
        problem = f"“{what}”的声明缺少填报人或有效日期，未采用"
    elif references and not addresses:
        problem = f"“{what}”的证明文件 {'、'.join(references)} 未上传或页码不存在"
    return Backing(
        declared=f"{who}，{when}" if who and dated else None,
        document=addresses[0] if addresses else None,
        problem=problem,
    )
