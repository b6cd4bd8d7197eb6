"""Two texts side by side, word by word. Chips, figures with their unit and Latin words are one word each; Han text goes by
character, with islands of one or two equal characters taken into the change around them, so that a rewritten phrase reads as one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from app.domain.fact import Fact
from app.drafting.clauses import spoken_path
from app.drafting.layout import plain_text
from app.drafting.model import Block, ClauseRef, Inlines, Paragraph
from app.services.draft_content import lines_of, normalised

_WORD = re.compile(r"［注[^］]*］|【待补充：[^】]*】|[\d.,]+(?:[ \u00a0]?[A-Za-z%‰℃³/]+\d?)*|[A-Za-z][\w./-]*|.", re.DOTALL)
ISLAND = 2
SAME_PARAGRAPH = 0.45
"""Two paragraphs that share less than this are one removed and one added, not one changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """``kind`` is same | removed | added."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a comparison; ``kind`` is same | changed | removed | added."""

    kind: str
    pieces: tuple[Piece, ...]


def readable_lines(blocks: Iterable[Block], facts: Mapping[str, Fact]) -> list[str]:
    """A section line by line as a reader sees it: paragraphs, captions, one line a table row; footnotes named in brackets."""
    out: list[str] = []
    for block in normalised(blocks):
        if isinstance(block, Paragraph):
            out.append(_readable(block.inlines, facts))
            continue
        out.append(_readable(block.caption, facts))
        rows = getattr(block, "rows", None)
        if rows is not None:
            out += [" | ".join(_readable(cell, facts) for cell in row) for row in rows]
            out += [_readable(block.note, facts)] if block.note else []
        else:
            for series in getattr(block, "series", ()):
                shown = [facts[f].text if f in facts else "—" for f in series.facts]
                out.append(f"{series.name}：{'、'.join(shown)}")
            out += [_readable(line, facts) for line in lines_of(block) if line is not block.caption]
    return out


def _readable(inlines: Inlines, facts: Mapping[str, Fact]) -> str:
    return "".join(
        f"［注 《{i.cited.title}》{spoken_path(i.cited.path)}］" if isinstance(i, ClauseRef) else plain_text((i,), facts)
        for i in inlines
    )


def compare(before: Sequence[str], after: Sequence[str]) -> list[Row]:
    """Rows of both texts in reading order; a changed paragraph is one row with its words marked."""
    rows: list[Row] = []
    for tag, a0, a1, b0, b1 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            rows += [Row(kind="same", pieces=(Piece(kind="same", text=line),)) for line in before[a0:a1]]
        else:
            rows += _block(before[a0:a1], after[b0:b1])
    return rows


def _block(old: Sequence[str], new: Sequence[str]) -> list[Row]:
    """Paragraphs of a changed stretch, paired in order with the nearest of the other side."""
    rows: list[Row] = []
    rest = list(new)
    for line in old:
        ratios = [SequenceMatcher(None, line, other, autojunk=False).ratio() for other in rest[:8]]
        best = max(range(len(ratios)), key=lambda n: ratios[n]) if ratios else None
        if best is None or ratios[best] < SAME_PARAGRAPH:
            rows.append(Row(kind="removed", pieces=(Piece(kind="removed", text=line),)))
            continue
        rows += [Row(kind="added", pieces=(Piece(kind="added", text=other),)) for other in rest[:best]]
        rows.append(Row(kind="changed", pieces=words(line, rest[best])))
        del rest[: best + 1]
    return rows + [Row(kind="added", pieces=(Piece(kind="added", text=other),)) for other in rest]


def words(before: str, after: str) -> tuple[Piece, ...]:
    """The words of two versions of a paragraph. Joining same and removed gives ``before``, same and added gives ``after``."""
    a, b = _WORD.findall(before), _WORD.findall(after)
    out: list[Piece] = []
    removed = added = ""

    def flush() -> None:
        nonlocal removed, added
        out.extend(Piece(kind=kind, text=text) for kind, text in (("removed", removed), ("added", added)) if text)
        removed = added = ""

    codes = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    for n, (tag, a0, a1, b0, b1) in enumerate(codes):
        if tag == "equal":
            text = "".join(a[a0:a1])
            if len(text) <= ISLAND and 0 < n < len(codes) - 1:
                removed, added = removed + text, added + text
            else:
                flush()
                out.append(Piece(kind="same", text=text))
        else:
            removed, added = removed + "".join(a[a0:a1]), added + "".join(b[b0:b1])
    flush()
    return tuple(out)


def changed(rows: Iterable[Row]) -> int:
    return sum(row.kind != "same" for row in rows)


def folded(rows: Sequence[Row], around: int = 1) -> list[Row | int]:
    """Rows with long unchanged stretches as their count."""
    keep = {n + d for n, row in enumerate(rows) if row.kind != "same" for d in range(-around, around + 1)}
    out: list[Row | int] = []
    for n, row in enumerate(rows):
        if n in keep:
            out.append(row)
        elif out and isinstance(out[-1], int):
            out[-1] += 1
        else:
            out.append(1)
    return out
