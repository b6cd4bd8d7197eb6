"""A section as text that a person edits, and back to typed blocks. ``parse(to_text(blocks))`` gives the same blocks.

One line is one paragraph; blank lines separate. A style other than body text stands before the line as ｛标题二｝. Reading back
never guesses: a token that names nothing, and a figure that is no token, are problems with their place in the text, and the
text itself stays with the person who wrote it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from app.domain.fact import Fact
from app.drafting.model import Block, ClauseRef, FactRef, Inline, Literal, Missing, Paragraph, Quote, Text
from app.drafting.tokens import find_numbers
from app.services.draft_content import heading_number, joined_texts, normalised
from app.services.draft_literals import allowed_literal, literal_problem
from app.services.draft_numbering import Look, looks, with_headings
from app.services.draft_tokens import BAR, BOLD, CLOSE, KINDS, OPEN, Legend, Piece, escaped, missing_text, unescaped

STYLE_LABELS = {
    "title": "大标题", "subtitle": "副标题", "cover": "封面", "heading1": "标题一", "heading2": "标题二", "heading3": "标题三",
    "note": "说明", "sign": "落款", "right": "靠右",
}  # fmt: skip
STYLES = {label: style for style, label in STYLE_LABELS.items()}
UNNUMBERED = "无编号"
BAD, END = "\ue000", "\ue001"
"""Private characters around what could not be read: the preview marks it. They cannot be typed (see ``cleaned``)."""
SIGNS, MAGNITUDES = "-−－﹣+＋±~～<>≤≥", "%％‰十百千万亿倍"
"""Right before a figure and right behind it these change its value, however untouched the figure is."""
_PART = re.compile(r"＼.|｛(?:＼.|[^｛｝＼])*｝|【待补充[：:](?:＼.|[^】＼])*】|\*\*|.", re.DOTALL)
_STYLE = re.compile(r"｛(\w+?)(无编号)?｝")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What cannot be saved. ``start`` and ``end`` are places in the text; ``id`` is number | token | bold | brace | object |
    missing | mixed | literal | value."""

    id: str
    message: str
    fix: str
    start: int
    end: int


@dataclass(slots=True, kw_only=True)
class Parsed:
    """``facts`` are the facts as the tokens meant them. With problems the blocks are for the preview only."""

    blocks: tuple[Block, ...] = ()
    facts: dict[str, Fact] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def cleaned(text: str) -> str:
    """Line ends of one kind, without characters that cannot be seen."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"))


def to_text(blocks: Iterable[Block], facts: Mapping[str, Fact], legend: Legend) -> str:
    """The text of a section; ``legend`` must have been offered these blocks."""
    return "\n\n".join(_line(b, facts, legend) for b in normalised(blocks)) + "\n"


def _line(block: Block, facts: Mapping[str, Fact], legend: Legend) -> str:
    if not isinstance(block, Paragraph):
        return legend.token(Piece(block=block))
    inlines, style = block.inlines, ""
    if block.style != "body":
        label = STYLE_LABELS.get(block.style, block.style)
        if heading_number(block):
            inlines = inlines[1:]
        elif block.style.startswith("heading"):
            label += UNNUMBERED
        style = f"{OPEN}{label}{CLOSE}"
    return style + "".join(_token(i, facts, legend) for i in inlines)


def _token(inline: Inline, facts: Mapping[str, Fact], legend: Legend) -> str:
    if isinstance(inline, Text):
        text = escaped(inline.text)
        return f"{BOLD}{text}{BOLD}" if inline.bold else text
    if isinstance(inline, Missing):
        return missing_text(inline)
    return legend.token(Piece(inline=inline, fact=facts.get(inline.fact) if isinstance(inline, FactRef) else None))


def parse(text: str, legend: Legend, made: Iterable[Block]) -> Parsed:
    """The blocks of a text. ``made`` are the section's blocks before, for the look of its heading numbers."""
    return _Reader(cleaned(text), legend).read(looks(made))


class _Reader:
    def __init__(self, text: str, legend: Legend) -> None:
        self.text = text
        self.legend = legend
        self.parsed = Parsed()
        self.objects: set[str] = set()

    def read(self, looks: Mapping[str, Look]) -> Parsed:
        blocks: list[Block] = []
        numbered: list[bool] = []
        for start, line in _lines(self.text):
            block, wants_number = self._block(start, line)
            if block is not None:
                blocks.append(block)
                numbered.append(wants_number)
        self.parsed.blocks = with_headings(blocks, numbered, looks)
        return self.parsed

    def _problem(self, id: str, start: int, end: int, message: str, fix: str) -> str:
        self.parsed.problems.append(Problem(id=id, message=message, fix=fix, start=start, end=end))
        return f"{BAD}{self.text[start:end]}{END}"

    def _block(self, start: int, line: str) -> tuple[Block | None, bool]:
        whole = line.strip()
        if whole.startswith(OPEN) and whole.endswith(CLOSE) and _PART.fullmatch(whole):
            found = self.legend.find(whole[1:-1])
            if len(found) == 1 and found[0].block is not None:
                return self._object(start, whole, found[0].block), False
        style, wants_number = "body", False
        if m := _STYLE.match(line):
            known = STYLES.get(m[1]) or (m[1] if m[1].isascii() else None)
            if known:
                style, line, start = known, line[m.end() :], start + m.end()
                wants_number = style.startswith("heading") and not m[2]
        inlines = joined_texts(self._inlines(start, line))
        if style == "body" and not any(not isinstance(i, Text) or i.text.strip() for i in inlines):
            return None, False
        return Paragraph(inlines=inlines, style=style), wants_number

    def _object(self, start: int, token: str, block: Block) -> Block:
        if token in self.objects:
            self._problem("object", start, start + len(token), f"{token} 出现了两次", "同一张表或图在一节里只放一处")
        self.objects.add(token)
        return block

    def _inlines(self, start: int, line: str) -> Iterator[Inline]:
        """The inlines of a line. Running text is checked for figures over its whole stretch, as the gate before export does."""
        bold, opened = False, 0
        run: list[tuple[str, int, bool]] = []
        for m in _PART.finditer(line):
            part, at = m[0], start + m.start()
            if part == BOLD:
                bold, opened = not bold, at
            elif part[0] == OPEN and len(part) > 1:
                yield from self._flush(run)
                yield self._named(at, part)
            elif part.startswith("【待补充") and len(part) > 1:
                yield from self._flush(run)
                yield self._missing(at, part)
            elif part in (OPEN, CLOSE):
                yield from self._flush(run)
                yield Text(text=self._problem("brace", at, at + 1, f"“{part}”没有配对", f"补上另一半，或写成 ＼{part}"))
            else:
                run.append((unescaped(part), at, bold))
        if bold:
            self._problem("bold", opened, opened + 2, "粗体记号 ** 没有成对", "在粗体文字后面补上 **，或删去它")
        yield from self._flush(run)

    def _flush(self, run: list[tuple[str, int, bool]]) -> Iterator[Inline]:
        """The texts of a stretch, each figure in it a problem."""
        said = "".join(c for c, _, _ in run)
        starts: set[int] = set()
        ends: set[int] = set()
        last = 0
        for token in find_numbers(said):
            if token.start < last:
                continue
            last = token.end
            starts.add(token.start)
            ends.add(token.end - 1)
            message = f"“{token.text}”没有数据来源，所在文字：“{said[max(0, token.start - 12) : token.end + 8].strip()}”"
            fix = "换成已有的数据；日期、条款号、标准号用相应的记号；或改写为不含数字的说法"
            self._problem("number", run[token.start][1], run[token.end - 1][1] + 1, message, fix)
        for n, (char, _, heavy) in enumerate(run):
            yield Text(text=(BAD if n in starts else "") + char + (END if n in ends else ""), bold=heavy)
        run.clear()

    def _named(self, at: int, token: str) -> Inline:
        body, end = token[1:-1], at + len(token)
        found = self.legend.find(body)
        if len(found) == 1 and found[0].inline is not None:
            return self._taken(at, token, found[0])
        if len(found) == 1:
            return Text(text=self._problem("object", at, end, f"{token} 要单独占一行", "在它前后各按一次回车"))
        if len(found) > 1:
            return Text(text=self._problem("token", at, end, f"有多项数据都写作 {token}", "从下面选一项，或在“插入数据”中查找"))
        label, bar, rest = body.partition(BAR)
        kind = KINDS.get(label)
        if bar and kind:
            literal = Literal(kind=kind, text=unescaped(rest))
            if allowed_literal(literal):
                return literal
            return Text(text=self._problem("literal", at, end, *literal_problem(label, literal)))
        message = f"没有 {token} 这一项：记号里的文字与数值要和数据完全一致" if bar else f"不认识的记号 {token}"
        return Text(text=self._problem("token", at, end, message, "恢复原来的记号，或在“插入数据”中查找"))

    def _taken(self, at: int, token: str, piece: Piece) -> Inline:
        """A fact is remembered as it was printed; one section cannot print the old and the new value of the same fact."""
        inline = piece.inline
        assert inline is not None
        if isinstance(inline, FactRef) and piece.fact is not None:
            if changed := self._changed_around(at, at + len(token), inline, piece.fact):
                return changed
            before = self.parsed.facts.setdefault(inline.fact, piece.fact)
            if (before.text, before.unit) != (piece.fact.text, piece.fact.unit):
                message = f"同一项数据“{piece.fact.label}”既写作 {before.text} 又写作 {piece.fact.text}"
                return Text(text=self._problem("mixed", at, at + len(token), message, "两处用同一个值；要换成新值，用“采用新值”"))
        return inline

    def _changed_around(self, at: int, end: int, inline: FactRef, fact: Fact) -> Text | None:
        """A sign or a magnitude beside a figure says another number than the fact."""
        before, after = self.text[max(0, at - 1) : at], self.text[end : end + 1]
        if fact.text[:1].isdigit() and before and before in SIGNS:
            self._problem("value", at - 1, at, f"“{fact.label}”前多了“{before}”，改变了数值", "删去这个符号；范围写成“从……到……”")
        elif fact.text[-1:].isdigit() and not inline.unit and after and after in MAGNITUDES:
            self._problem("value", end, end + 1, f"“{fact.label}”后多了“{after}”，改变了数值", "删去它，或换成带单位的数据")
        elif fact.text[-1:].isdigit() and re.match("[A-Za-z/·^]", after):
            self._problem("value", end, end + 1, f"“{fact.label}”后紧接“{after}”，读起来像另一个单位", "删去它，或在中间加上文字")
        else:
            return None
        return Text(text=f"{BAD}{self.text[at:end]}{END}")

    def _missing(self, at: int, part: str) -> Inline:
        missing = Missing(what=unescaped(part[5:-1]))
        if not self.legend.find(missing_text(missing)) and (numbers := find_numbers(missing.what)):
            message = f"待补充的说明里不能写数字“{numbers[0].text}”"
            return Text(text=self._problem("missing", at, at + len(part), message, "只写缺什么，数字等确认单据后由系统写入"))
        return missing


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """(place, line) of every line that is not blank."""
    place = 0
    for line in text.split("\n"):
        if line.strip():
            yield place, line
        place += len(line) + 1


def citations(blocks: Iterable[Block]) -> list[tuple[Paragraph, ClauseRef | Quote]]:
    """Every citation in running text with its paragraph."""
    return [(b, i) for b in blocks if isinstance(b, Paragraph) for i in b.inlines if isinstance(i, (ClauseRef, Quote))]
