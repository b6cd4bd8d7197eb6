"""Labels and the values that stand beside or below them.

A label is compared without spaces after NFKC, may be spread over several words (``合      计``), and must not be the tail of a longer
word (合计 is not a label inside 价税合计). Text order of the reading library plays no part.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace

from extractors.geometry.sheet import Piece, Sheet, char_weight
from extractors.text import compact, tidy

OPERATORS = frozenset("=+-*/×÷(")
FORMULA_OPENS = ("=(",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyph:
    """One comparable character with its estimated box; ``piece`` and ``offset`` say where it is printed."""

    char: str
    x0: float
    x1: float
    piece: Piece
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A label found on a sheet. ``name`` is the field it stands for; ``ends`` are the words that hold its characters, each with the
    offset of the first character behind the label."""

    name: str
    label: str
    row: int
    x0: float
    y0: float
    x1: float
    y1: float
    colon: bool
    ends: tuple[tuple[Piece, int], ...]

    @property
    def cy(self) -> float:
        return (self.y0 + self.y1) / 2

    @property
    def cx(self) -> float:
        return (self.x0 + self.x1) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """Printed text with the pieces it was read from."""

    text: str
    pieces: tuple[Piece, ...]


def row_glyphs(row: tuple[Piece, ...]) -> list[Glyph]:
    """Comparable characters of a row, left to right, spaces left out."""
    out: list[Glyph] = []
    for piece in row:
        weights = [char_weight(c) for c in piece.text]
        scale = (piece.x1 - piece.x0) / (sum(weights) or 1)
        x = piece.x0
        for offset, (char, weight) in enumerate(zip(piece.text, weights, strict=True)):
            x_next = x + weight * scale
            for plain in unicodedata.normalize("NFKC", char):
                if not plain.isspace():
                    out.append(Glyph(char=plain, x0=x, x1=x_next, piece=piece, offset=offset))
            x = x_next
    return out


def _is_word(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or char.isalpha()


def _gap(left: Glyph, right: Glyph) -> float:
    return 0.0 if left.piece is right.piece else right.x0 - left.x1


def find_labels(sheet: Sheet, labels: Mapping[str, str], *, max_gap_em: float = 9.0) -> list[Hit]:
    """Every occurrence of the compact ``labels`` (label → field name), longest label first, none inside another."""
    hits: list[Hit] = []
    ordered = sorted(labels, key=len, reverse=True)
    for index, row in enumerate(sheet.rows):
        glyphs = row_glyphs(row)
        text = "".join(g.char for g in glyphs)
        taken = [False] * len(text)
        touching: list[_Span] = []
        for label in ordered:
            start = text.find(label)
            while start != -1:
                end = start + len(label)
                if not any(taken[start:end]) and _holds_together(glyphs, start, end, sheet.em, max_gap_em):
                    if _in_formula(glyphs, start, end):
                        start = text.find(label, start + 1)
                        continue
                    before, after = _free_before(glyphs, start, end, sheet.em), _free_after(glyphs, end, sheet.em)
                    if before and after:
                        taken[start:end] = [True] * len(label)
                        hits.append(_hit(labels[label], label, index, glyphs, start, end))
                    elif len(label) > 1:
                        touching.append(_Span(label=label, start=start, end=end, before=before, after=after))
                start = text.find(label, start + 1)
        for span in touching:
            # What touches it is a label itself (单价 | 金额): that is a border, not a longer word.
            before = span.before or taken[span.start - 1]
            after = span.after or (span.end < len(taken) and taken[span.end])
            if before and after and not any(taken[span.start : span.end]):
                taken[span.start : span.end] = [True] * len(span.label)
                hits.append(_hit(labels[span.label], span.label, index, glyphs, span.start, span.end))
        for span in _chained([t for t in touching if not any(taken[t.start : t.end])]):
            hits.append(_hit(labels[span.label], span.label, index, glyphs, span.start, span.end))
    return sorted(hits, key=lambda h: (h.row, h.x0))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """A label that touches other characters; ``before`` and ``after`` say on which side it stands free."""

    label: str
    start: int
    end: int
    before: bool
    after: bool


def _chained(spans: list[_Span]) -> list[_Span]:
    """Labels set so tight that they touch each other (金额税率/征收率), where the chain as a whole stands free; longest labels first."""
    for first in (s for s in spans if s.before):
        chain = [first]
        while not chain[-1].after:
            following = next((s for s in spans if s.start == chain[-1].end), None)
            if following is None:
                break
            chain.append(following)
        if chain[-1].after and len(chain) > 1:
            rest = [s for s in spans if s.start >= chain[-1].end or s.end <= first.start]
            return [*chain, *_chained(rest)]
    return []


def _holds_together(glyphs: list[Glyph], start: int, end: int, em: float, max_gap_em: float) -> bool:
    inner = [_gap(a, b) for a, b in zip(glyphs[start : end - 1], glyphs[start + 1 : end], strict=True)]
    limit = max_gap_em * em if end - start <= 3 else 2.5 * em
    return not any(g > limit for g in inner)


def _in_formula(glyphs: list[Glyph], start: int, end: int) -> bool:
    """A label inside a printed formula (平均电价=应收电费合计/总合计电量, 总合计电量=(峰+平+谷)) names an operand, not a value."""
    if "".join(g.char for g in glyphs[end : end + 2]) in FORMULA_OPENS:
        return True
    before = [g.char for g in glyphs[:start] if g.piece is glyphs[start].piece]
    return bool(before) and before[-1] in OPERATORS and "=" in before


def _free_before(glyphs: list[Glyph], start: int, end: int, em: float) -> bool:
    """Whether no word runs into the label. One that a colon closes begins after any blank, however narrow."""
    if not start or not (_is_word(glyphs[start - 1].char) and _is_word(glyphs[start].char)):
        return True
    if end - start >= 2 and glyphs[start - 1].char.isascii() and not glyphs[start].char.isascii():
        return True  # a translation ends where the next label begins (金额 Amount 税率)
    before, first = glyphs[start - 1], glyphs[start]
    if _gap(before, first) >= 0.5 * em:
        return True
    closed = end - start >= 3 and end < len(glyphs) and glyphs[end].char == ":"
    blank = before.piece is first.piece and first.offset > before.offset + 1
    return closed and (blank or _gap(before, first) >= 0.2 * em)


def _free_after(glyphs: list[Glyph], end: int, em: float) -> bool:
    after = glyphs[end] if end < len(glyphs) else None
    # Chinese letters run on; digits and Latin letters behind a label begin its value.
    run_on = after is not None and _is_word(glyphs[end - 1].char) and "\u3400" <= after.char <= "\u9fff"
    return not (run_on and after is not None and _gap(glyphs[end - 1], after) < 0.3 * em)


def _hit(name: str, label: str, row: int, glyphs: list[Glyph], start: int, end: int) -> Hit:
    end = _past_gloss(glyphs, end)
    members = glyphs[start:end]
    colon = end < len(glyphs) and glyphs[end].char in ":"
    x1 = glyphs[end].x1 if colon else members[-1].x1
    return Hit(
        name=name,
        label=label,
        row=row,
        x0=members[0].x0,
        y0=min(g.piece.y0 for g in members),
        x1=x1,
        y1=max(g.piece.y1 for g in members),
        colon=colon,
        ends=_ends(glyphs[start : end + colon]),
    )


def _past_gloss(glyphs: list[Glyph], end: int) -> int:
    """The end of a label with its translation, when a colon closes it (发票号码 Invoice No.：)."""
    at = end
    while (
        at < len(glyphs)
        and at - end < 28
        and glyphs[at].char.isascii()
        and (glyphs[at].char.isalpha() or glyphs[at].char in "./-'")
    ):
        at += 1
    return at if at > end and at < len(glyphs) and glyphs[at].char == ":" else end


def _ends(members: list[Glyph]) -> tuple[tuple[Piece, int], ...]:
    last: dict[int, tuple[Piece, int]] = {}
    for glyph in members:
        last[id(glyph.piece)] = (glyph.piece, glyph.offset + 1)
    return tuple(last.values())


def _printed(glyphs: list[Glyph]) -> str:
    """The text of ``glyphs`` as printed; a visible gap between words becomes one space."""
    out: list[str] = []
    last: Glyph | None = None
    for glyph in glyphs:
        if last is not None and glyph.piece is last.piece and glyph.offset == last.offset:
            continue
        if last is not None:
            if glyph.piece is not last.piece:
                out.append(" ")
            else:
                out.append(glyph.piece.text[last.offset + 1 : glyph.offset])
        out.append(glyph.piece.text[glyph.offset])
        last = glyph
    return tidy("".join(out))


def value_right(
    sheet: Sheet, hit: Hit, hits: list[Hit], *, max_gap_em: float = 6.0, one_cell: bool = True
) -> Value | None:
    """What is printed to the right of a label, up to the next label, rule or wide gap.

    The value may stand in the next ruled cell, so a rule counts only after the value has begun. Rows are judged by the label's own
    height, because values are often set in a larger type on a slightly different base line.
    """
    reach = 0.75 * max(hit.y1 - hit.y0, sheet.em)
    row_pieces = [p for p in sheet.pieces if abs(p.cy - hit.cy) <= max(reach, 0.5 * p.height) and p.x1 > hit.x1 - 1]
    glyphs = [g for g in row_glyphs(tuple(sorted(row_pieces, key=lambda p: p.x0))) if after_label(g, hit, sheet.em)]
    stops = [h for h in hits if h is not hit and abs(h.cy - hit.cy) <= reach and h.x0 >= hit.x1 - 1]
    out: list[Glyph] = []
    for glyph in glyphs:
        if any(h.x0 - 0.5 <= glyph.x0 for h in stops):
            break
        if not out and glyph.char in ":;":
            continue
        if out and glyph.piece is not out[-1].piece:
            apart = glyph.x0 - out[-1].x1
            if apart > max_gap_em * sheet.em:
                break
            if one_cell and sheet.rule_between(out[-1].x1 - 0.3 * sheet.em, glyph.x0, hit.cy):
                break
        out.append(glyph)
    text = _printed(out)
    return Value(text=text, pieces=pieces_of(out)) if text else None


def after_label(glyph: Glyph, hit: Hit, em: float) -> bool:
    """True for characters that belong to what follows a label.

    In the label's own word the character offset decides; any other word is taken whole or not at all, by where it begins: a value may
    be set so tight that it overlaps the full-width colon, and a value that lost its first character would be wrong without a sign.
    """
    for piece, offset in hit.ends:
        if glyph.piece is piece:
            return glyph.offset >= offset
    return glyph.piece.x0 >= hit.x1 - 1.2 * em and glyph.piece.x0 > hit.x0


def pieces_of(glyphs: list[Glyph]) -> tuple[Piece, ...]:
    """The words of ``glyphs``, each narrowed to the characters taken: a label in the same word is not part of the value's box."""
    members: dict[int, list[Glyph]] = {}
    for glyph in glyphs:
        members.setdefault(id(glyph.piece), []).append(glyph)
    return tuple(
        replace(own[0].piece, x0=min(g.x0 for g in own), x1=max(g.x1 for g in own)) for own in members.values()
    )


def value_below(
    sheet: Sheet, hit: Hit, hits: list[Hit], *, max_rows_em: float = 3.5, wraps: bool = False
) -> Value | None:
    """What is printed under a label in its column: the nearest row below whose pieces overlap the label's column; with ``wraps``, the
    lines close under it too, up to a rule or a label."""
    left, right = _column_of(sheet, hit, hits)
    below = [
        p
        for p in sheet.pieces
        if hit.y1 - 0.2 * sheet.em <= p.cy <= hit.y1 + max_rows_em * sheet.em and left <= p.cx <= right
    ]
    if not below:
        return None
    nearest = min(p.cy for p in below)
    members = [p for p in below if abs(p.cy - nearest) <= 0.5 * max(p.height, sheet.em)]
    if any(h.row != hit.row and abs(h.cy - nearest) < 0.5 * sheet.em and left <= h.cx <= right for h in hits):
        return None
    text = tidy(" ".join(p.text for p in sorted(members, key=lambda p: p.x0)))
    begins = members[0].x0
    for piece in sorted((p for p in sheet.pieces if wraps and abs(p.x0 - begins) < 0.5 * sheet.em), key=lambda p: p.cy):
        step = piece.cy - nearest
        ruled = any(nearest < h.at < piece.cy and h.low <= piece.cx <= h.high for h in sheet.horizontals)
        labelled = any(abs(h.cy - piece.cy) < 0.5 * sheet.em and left <= h.cx <= right for h in hits)
        if not 0.6 * sheet.em < step < 1.45 * sheet.em or ruled or labelled:
            continue
        members.append(piece)
        text, nearest = text + piece.text, piece.cy
    return Value(text=text, pieces=tuple(members)) if text else None


def _column_of(sheet: Sheet, hit: Hit, hits: list[Hit]) -> tuple[float, float]:
    y = hit.cy
    walls = [v.at for v in sheet.verticals if v.low - 1 <= y <= v.high + 1]
    same = [h for h in hits if h.row == hit.row and h is not hit]
    left = max([w for w in walls if w <= hit.x0 + 1] + [(h.x1 + hit.x0) / 2 for h in same if h.x1 <= hit.x0] + [0.0])
    right = min(
        [w for w in walls if w >= hit.x1 - 1] + [(h.x0 + hit.x1) / 2 for h in same if h.x0 >= hit.x1] + [sheet.width]
    )
    return left, right


def label_map(groups: Mapping[str, list[str]]) -> dict[str, str]:
    """Field → synonyms as label → field, labels compacted."""
    return {compact(label): name for name, labels in groups.items() for label in labels}
