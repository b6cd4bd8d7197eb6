"""Protected pieces of a section as tokens in plain text, and back.

    ｛购入电量合计｜2289220 kWh｝            a fact, printed exactly so
    ｛注｜《…》第三部分（二）＃1f0c2a｝        a footnote; ｛引｜…｝ the words of a clause in running text
    ｛日期｜2025年12月31日｝                 a structural number of a declared kind
    ｛表｜能源消费实物量｝                     a table or chart, on a line of its own
    【待补充：…】                            what is still missing

A token names its piece, it does not define it: it is looked up among the pieces that exist. Where a name would fit several
pieces, or is cut short, ＃ and six digits of a digest follow. ＼ before a sign makes it ordinary text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from app.domain.fact import Fact
from app.drafting.clauses import spoken_path
from app.drafting.layout import plain_text
from app.drafting.model import LITERAL_KINDS, Block, ClauseRef, FactRef, Inline, Literal, Missing, Quote
from app.services.draft_content import caption_number, inlines_of, is_object, renumbered

OPEN, CLOSE, BAR, MARK, ESCAPE = "｛", "｝", "｜", "＃", "＼"
BOLD = "**"
SHOWN = 36
"""A longer text is cut in its token: the reader sees the whole of it in the preview."""
LITERAL_LABELS = {
    "date": "日期", "clause": "条款", "heading": "编号", "caption": "图表号", "ordinal": "序号", "document": "文号",
    "standard": "标准", "unit": "单位", "rounding": "修约", "title": "文件", "term": "术语",
}  # fmt: skip
KINDS = {label: kind for kind, label in LITERAL_LABELS.items()} | {k: k for k in LITERAL_KINDS}
NOTE, QUOTE, TABLE, CHART = "注", "引", "表", "图"
_SPECIAL = re.compile(f"[{OPEN}{CLOSE}{BAR}{ESCAPE}*]|【(?=待补充)|\n")


def escaped(text: str) -> str:
    """Ordinary text in which no sign means anything."""
    return _SPECIAL.sub(lambda m: f"{ESCAPE}n" if m[0] == "\n" else "".join(ESCAPE + c for c in m[0]), text)


def unescaped(text: str) -> str:
    return re.sub(f"{ESCAPE}(.)", lambda m: "\n" if m[1] == "n" else m[1], text, flags=re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What a token stands for: an inline, or a block; ``fact`` is the fact an inline prints, as it was when it was offered."""

    inline: Inline | None = None
    block: Block | None = None
    fact: Fact | None = None


@dataclass(slots=True)
class Legend:
    """Every piece a text may name. Pieces of the section itself come before the rest of the project: ``own`` before ``known``."""

    own: dict[str, dict[str, Piece]] = field(default_factory=dict)
    known: dict[str, dict[str, Piece]] = field(default_factory=dict)

    def offer(self, blocks: Iterable[Block], facts: Mapping[str, Fact], *, own: bool = False) -> None:
        """Take in what these blocks hold, with the facts they print."""
        for block in blocks:
            if is_object(block):
                self._add(own, Piece(block=block))
        for inline in inlines_of(blocks):
            if isinstance(inline, FactRef):
                if inline.fact in facts:
                    self._add(own, Piece(inline=inline, fact=facts[inline.fact]))
            elif isinstance(inline, (ClauseRef, Quote, Literal, Missing)):
                self._add(own, Piece(inline=inline))

    def offer_facts(self, facts: Iterable[Fact]) -> None:
        """Facts that are not in the text yet, to be inserted with and without their unit."""
        for fact in facts:
            for unit in (True, False) if fact.unit else (False,):
                self._add(False, Piece(inline=FactRef(fact=fact.id, unit=unit), fact=fact))

    def offer_literals(self, literals: Iterable[Literal]) -> None:
        """Titles and numbers of documents that may be named."""
        for literal in literals:
            self._add(False, Piece(inline=literal))

    def _add(self, own: bool, piece: Piece) -> None:
        name, key = _name(piece), _digest(piece)
        (self.own if own else self.known).setdefault(name, {}).setdefault(key, piece)

    def find(self, body: str) -> tuple[Piece, ...]:
        """The pieces that a token's body fits: none when it is unknown, several when it says too little."""
        body = _even(body)
        name, mark, key = body.rpartition(MARK)
        if mark and re.fullmatch("[0-9a-f]{6}", key):
            for side in (self.own, self.known):
                if (piece := side.get(name, {}).get(key)) is not None:
                    return (piece,)
        for side in (self.own, self.known):
            if found := side.get(body):
                return tuple(found.values())
        return ()

    def token(self, piece: Piece) -> str:
        """The shortest token that finds exactly this piece again."""
        name, key = _name(piece), _digest(piece)
        if isinstance(piece.inline, Missing):
            return name
        if name.endswith("…") or isinstance(piece.inline, ClauseRef) or self.find(name) != (piece,):
            return f"{OPEN}{name}{MARK}{key}{CLOSE}"
        return f"{OPEN}{name}{CLOSE}"


def printed(inline: FactRef, fact: Fact) -> str:
    """The fact as the text prints it."""
    return plain_text((inline,), {fact.id: fact})


def _even(text: str) -> str:
    """A reader who types a token again types an ordinary space."""
    return text.replace("\u00a0", " ")


def _cut(text: str) -> str:
    text = _even(text)
    return escaped(text if len(text) <= SHOWN else f"{text[: SHOWN - 6]}…")


def _name(piece: Piece) -> str:
    inline = piece.inline
    if isinstance(inline, FactRef) and piece.fact is not None:
        return f"{_cut(piece.fact.label)}{BAR}{_cut(printed(inline, piece.fact))}"
    if isinstance(inline, ClauseRef):
        return f"{NOTE}{BAR}{_cut(f'《{inline.cited.title}》')}{escaped(spoken_path(inline.cited.path))}"
    if isinstance(inline, Quote):
        return f"{QUOTE}{BAR}{_cut(inline.cited.quote)}"
    if isinstance(inline, Literal):
        return literal_name(inline)
    if isinstance(inline, Missing):
        return missing_text(inline)
    block = piece.block
    assert block is not None
    return f"{CHART if hasattr(block, 'plotted') else TABLE}{BAR}{_cut(object_title(block))}"


def literal_name(literal: Literal) -> str:
    """A literal is short and stands in its token whole: the text itself says what it is."""
    return f"{LITERAL_LABELS.get(literal.kind, literal.kind)}{BAR}{escaped(literal.text)}"


def missing_text(missing: Missing) -> str:
    return f"【待补充：{escaped(missing.what).replace('】', ESCAPE + '】')}】"


def object_title(block: Block) -> str:
    """The caption of a table or chart without its number."""
    number = caption_number(block)
    caption = getattr(block, "caption", ())[1:] if number else getattr(block, "caption", ())
    return plain_text(tuple(i for i in caption if not isinstance(i, FactRef)), {}).strip() or str(getattr(block, "id", ""))


def _digest(piece: Piece) -> str:
    inline, block = piece.inline, piece.block
    if isinstance(inline, FactRef) and piece.fact is not None:
        parts = ["fact", inline.fact, piece.fact.text, piece.fact.unit if inline.unit else ""]
    elif isinstance(inline, (ClauseRef, Quote)):
        parts = [type(inline).__name__, inline.cited.clause, inline.cited.quote, inline.cited.digest]
    elif block is not None:
        number = caption_number(block)
        bare = renumbered(block, Literal(kind="caption", text="")) if number else block
        parts = [type(block).__name__, str(getattr(block, "id", "")), repr(bare)]
    else:
        parts = [repr(inline)]
    return sha256("\x1f".join(parts).encode()).hexdigest()[:6]
