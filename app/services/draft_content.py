"""What a section holds, apart from any page: blocks and the facts they print, as JSON and back, normalised and hashed.

A stored version keeps its facts as they were printed. The blocks alone would not do: a fact's id stays when its value changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction
from typing import Any

from app.domain.fact import Fact
from app.domain.plain import from_plain, to_plain
from app.drafting import model
from app.drafting.model import Block, ClauseRef, FactRef, Inline, Inlines, Literal, Missing, Paragraph, Quote, Text
from app.store.log import canonical

TYPE = "_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """``facts`` are those the blocks refer to, as printed."""

    blocks: tuple[Block, ...]
    facts: Mapping[str, Fact]

    @property
    def hash(self) -> str:
        """Of everything a reader sees: the text and each value. Numbers of headings and captions are left out: they belong to
        the whole document and move when another section does."""
        seen = {id: [f.text, f.unit] for id, f in sorted(self.facts.items())}
        return hashlib.sha256(canonical([[to_tagged(b) for b in unnumbered(self.blocks)], seen]).encode()).hexdigest()


def content_of(blocks: Iterable[Block], facts: Mapping[str, Fact]) -> Content:
    """The normalised blocks with the facts they print. A fact that does not exist is left to the guard."""
    normal = normalised(blocks)
    return Content(blocks=normal, facts={id: facts[id] for id in fact_ids(normal) if id in facts})


def content_to_plain(content: Content) -> dict[str, Any]:
    return {"blocks": [to_tagged(b) for b in content.blocks], "facts": to_plain(dict(content.facts))}


def content_from_plain(value: Mapping[str, Any]) -> Content:
    """Raises ValueError for a block this version does not know."""
    return Content(
        blocks=tuple(from_tagged(b) for b in value["blocks"]),
        facts={id: from_plain(Fact, fact) for id, fact in value["facts"].items()},
    )


def to_tagged(value: Any) -> Any:
    """Blocks and inlines as JSON that says of each record which it is."""
    if is_dataclass(value) and not isinstance(value, type):
        return {TYPE: type(value).__name__, **{f.name: to_tagged(getattr(value, f.name)) for f in fields(value)}}
    if isinstance(value, Fraction):
        return {TYPE: "Fraction", "value": str(value)}
    if isinstance(value, Mapping):
        return {TYPE: "dict", "items": [[to_tagged(k), to_tagged(v)] for k, v in value.items()]}
    if isinstance(value, (tuple, list)):
        return [to_tagged(v) for v in value]
    return value


def from_tagged(value: Any) -> Any:
    """The inverse; only records of the drafting model are made. Raises ValueError for any other."""
    if isinstance(value, list):
        return tuple(from_tagged(v) for v in value)
    if not isinstance(value, dict):
        return value
    name = value[TYPE]
    if name == "Fraction":
        return Fraction(value["value"])
    if name == "dict":
        return {from_tagged(k): from_tagged(v) for k, v in value["items"]}
    cls = getattr(model, name, None)
    if not (isinstance(cls, type) and is_dataclass(cls)):
        raise ValueError(f"unknown block {name!r}")
    known = {f.name for f in fields(cls)}
    return cls(**{k: from_tagged(v) for k, v in value.items() if k in known})


def lines_of(block: Any) -> Iterator[Inlines]:
    """Every run of inlines of a block, wherever the block keeps them: paragraph, caption, header, cell, note."""
    if isinstance(block, tuple):
        if block and all(isinstance(i, Inline) for i in block):
            yield block
        else:
            for inner in block:
                yield from lines_of(inner)
    elif is_dataclass(block) and not isinstance(block, Inline):
        for f in fields(block):
            yield from lines_of(getattr(block, f.name))


def inlines_of(blocks: Iterable[Block]) -> Iterator[Inline]:
    """Every inline of the blocks, in the order of their fields."""
    for block in blocks:
        for line in lines_of(block):
            yield from line


def fact_ids(blocks: Iterable[Block]) -> tuple[str, ...]:
    """The facts that are printed or plotted, each once."""
    blocks = tuple(blocks)
    printed = (i.fact for i in inlines_of(blocks) if isinstance(i, FactRef))
    plotted = (id for block in blocks if (ids := getattr(block, "plotted", None)) for id in ids())
    return tuple(dict.fromkeys((*printed, *plotted)))


def missing_count(blocks: Iterable[Block]) -> int:
    return sum(isinstance(i, Missing) for i in inlines_of(blocks))


def is_object(block: Block) -> bool:
    """A table or a chart: made by the program, moved or left out as a whole."""
    return not isinstance(block, Paragraph)


def normalised(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Neighbouring texts of one weight joined, empty texts and blank body paragraphs left out: what prints the same is the same."""
    out: list[Block] = []
    for block in blocks:
        if not isinstance(block, Paragraph):
            out.append(block)
            continue
        joined = joined_texts(block.inlines)
        blank = all(isinstance(i, Text) and not i.text.strip() for i in joined)
        if not (blank and block.style == "body"):
            out.append(replace(block, inlines=joined))
    return tuple(out)


def joined_texts(inlines: Iterable[Inline]) -> Inlines:
    out: list[Inline] = []
    for inline in inlines:
        if isinstance(inline, Text):
            if not inline.text:
                continue
            last = out[-1] if out else None
            if isinstance(last, Text) and last.bold == inline.bold:
                out[-1] = replace(last, text=last.text + inline.text)
                continue
        out.append(inline)
    return tuple(out)


def heading_number(block: Block) -> Literal | None:
    """The number a heading begins with."""
    if isinstance(block, Paragraph) and block.inlines:
        first = block.inlines[0]
        if isinstance(first, Literal) and first.kind == "heading":
            return first
    return None


def caption_number(block: Block) -> Literal | None:
    """The 表1 or 图1 a caption begins with."""
    caption = getattr(block, "caption", ())
    first = caption[0] if caption else None
    return first if isinstance(first, Literal) and first.kind == "caption" else None


def renumbered(block: Block, number: Literal) -> Block:
    """The block with another number in front of its heading or caption."""
    if isinstance(block, Paragraph):
        return replace(block, inlines=(number, *block.inlines[1:]))
    return replace(block, caption=(number, *block.caption[1:]))


def unnumbered(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        number = heading_number(block) or caption_number(block)
        yield renumbered(block, replace(number, text="")) if number else block


def cited_in(blocks: Iterable[Block]) -> Iterator[ClauseRef | Quote]:
    return (i for i in inlines_of(blocks) if isinstance(i, (ClauseRef, Quote)))
