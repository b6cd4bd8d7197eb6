"""Numbers of headings and captions: kept out of the text a person edits, put back in their order.

The form decides how a number looks (一、 or （二） or 3.); its look is taken from the headings the section was made with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.drafting.model import Block, DraftSection, Literal, Paragraph
from app.drafting.narrative import chinese_number
from app.services.draft_content import caption_number, heading_number, renumbered

_NUMBER = re.compile(r"(.*?)([一二三四五六七八九十]+|\d+)(\D*)")
_CAPTION = re.compile(r"(\D+)(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """``before`` and ``after`` stand around the numeral; ``first`` is the number the sequence starts with."""

    before: str
    after: str
    chinese: bool
    first: int = 1

    def text(self, n: int) -> str:
        return f"{self.before}{chinese_number(n) if self.chinese else n}{self.after}"


DEFAULT = {
    "heading2": Look(before="（", after="）", chinese=True),
    "heading3": Look(before="", after=".", chinese=False),
}


def _value(numeral: str) -> int:
    if numeral.isdigit():
        return int(numeral)
    return next((n for n in range(1, 100) if chinese_number(n) == numeral), 1)


def looks(blocks: Iterable[Block]) -> dict[str, Look]:
    """How the headings of each style are numbered, by the first of each."""
    found: dict[str, Look] = {}
    for block in blocks:
        number = heading_number(block)
        if number is None or not isinstance(block, Paragraph) or block.style in found:
            continue
        if m := _NUMBER.fullmatch(number.text):
            found[block.style] = Look(before=m[1], after=m[3], chinese=not m[2].isdigit(), first=_value(m[2]))
    return found


def with_headings(blocks: Sequence[Block], numbered: Sequence[bool], looks: Mapping[str, Look]) -> tuple[Block, ...]:
    """The blocks with a number before each heading that ``numbered`` says has one; a deeper level starts again below each
    heading above it."""
    counts: dict[str, int] = {}
    out: list[Block] = []
    for block, wanted in zip(blocks, numbered, strict=True):
        if isinstance(block, Paragraph) and block.style.startswith("heading"):
            for style in [s for s in counts if s > block.style]:
                del counts[style]
            look = looks.get(block.style) or DEFAULT.get(block.style)
            if wanted and look:
                first = look.first if block.style == "heading1" else 1
                counts[block.style] = counts.get(block.style, first - 1) + 1
                number = Literal(kind="heading", text=look.text(counts[block.style]))
                block = replace(block, inlines=(number, *block.inlines))
        out.append(block)
    return tuple(out)


def renumber_captions(sections: Iterable[DraftSection]) -> tuple[DraftSection, ...]:
    """Tables and charts numbered through the whole document, each kind by itself, in reading order."""
    counts: dict[str, int] = {}

    def next_of(block: Block) -> Block:
        number = caption_number(block)
        m = _CAPTION.fullmatch(number.text) if number else None
        if number is None or m is None:
            return block
        counts[m[1]] = counts.get(m[1], 0) + 1
        return renumbered(block, replace(number, text=f"{m[1]}{counts[m[1]]}"))

    return tuple(replace(section, blocks=tuple(next_of(b) for b in section.blocks)) for section in sections)


def with_section_number(blocks: Iterable[Block], made: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks with the section number that the document gives the section today."""
    today = next((n for b in made if (n := heading_number(b)) and isinstance(b, Paragraph) and b.style == "heading1"), None)
    return tuple(
        renumbered(b, today) if today and isinstance(b, Paragraph) and b.style == "heading1" and heading_number(b) else b
        for b in blocks
    )
