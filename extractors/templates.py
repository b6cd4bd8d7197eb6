"""Layout knowledge as data: which file applies to a document and what it says. Code here only loads and matches."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.domain.activity import DocumentKind
from app.domain.page import Document
from extractors.text import compact

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One layout file. ``mechanism`` names the code that reads it, ``data`` the whole file."""

    id: str
    kind: DocumentKind
    mechanism: str
    title: str
    priority: int
    data: Mapping[str, Any]

    def why(self, text: str, tags: frozenset[str], has_tables: bool) -> str | None:
        """The reason in Chinese why a document is of this kind, None when it is not. ``text`` is compact.

        ``has_tables``: the document holds tables or ruled pages, without which a ledger cannot be read."""
        match = self.data["match"]
        named = sorted(t for t in match.get("tags", ()) if t.lower() in tags)
        if match.get("tags") and len(named) >= match.get("tags_min", 1):
            return f"含结构化标识 {'、'.join(named[:3])}"
        loose = [next((t for t in group if t.lower() in tags), None) for group in match.get("tag_groups", ())]
        if loose and all(loose):
            return f"含结构化标识 {'、'.join(t for t in loose if t)}"
        if match.get("tables") and not has_tables:
            return None
        return next((r for m in (match, *match.get("alternatives", ())) if (r := _words_of(m, text))), None)


def _words_of(match: Mapping[str, Any], text: str) -> str | None:
    """The words by which the compact ``text`` fulfils one set of conditions, as a reason; None when it does not."""
    if any(word in text for word in match.get("none", ())):
        return None
    missing = [word for word in match.get("all", ()) if word not in text]
    groups = [next((w for w in group if w in text), None) for group in match.get("each", ())]
    found = [word for word in match.get("any", ()) if word in text]
    if missing or any(g is None for g in groups) or len(found) < match.get("any_min", 1 if match.get("any") else 0):
        return None
    words = [*match.get("all", ()), *(g for g in groups if g), *found]
    return f"含关键词 {'、'.join(words[:5])}" if words else None


@cache
def load_templates() -> tuple[Template, ...]:
    """Every layout file, in the order in which they are tried (priority, then id)."""
    out = []
    for path in sorted(TEMPLATES.glob("*.toml")):
        with path.open("rb") as file:
            data = tomllib.load(file)
        for match in (data["match"], *data["match"].get("alternatives", ())):
            for name in ("all", "any", "none"):
                match[name] = [compact(word) for word in match.get(name, ())]
            match["each"] = [[compact(w) for w in group] for group in match.get("each", ())]
        if "line_tags" in data:
            # Lower-case tag name → field of a line; the first field that claims a name has it.
            fields = [(name, tags) for name, tags in reversed(data["line_tags"].items()) if name != "containers"]
            data["line_names"] = {tag.replace("_", "").lower(): name for name, tags in fields for tag in reversed(tags)}
        out.append(
            Template(
                id=data["id"],
                kind=DocumentKind(data["kind"]),
                mechanism=data["mechanism"],
                title=data["title"],
                priority=data["match"]["priority"],
                data=data,
            )
        )
    return tuple(sorted(out, key=lambda t: (t.priority, t.id)))


def tag_names(document: Document) -> frozenset[str]:
    """Every name that occurs in the paths of the document's tags, in lower case: vendors spell them as they like."""
    return frozenset(
        part.replace("_", "").lower() for tag in document.tags for part in tag.path.replace("@", "/").split("/")
    )


def classify(document: Document) -> tuple[Template, str] | None:
    """The first template that matches and why, or None: an unknown document is reported, not forced into a kind."""
    text = compact(document.text)
    tags = tag_names(document)
    has_tables = bool(document.tables) or any(len(page.rules) >= 8 for page in document.pages)
    for template in load_templates():
        reason = template.why(text, tags, has_tables)
        if reason:
            return template, reason
    return None
