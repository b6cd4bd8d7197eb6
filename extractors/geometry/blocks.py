"""Values of several lines: the text of a label's cell, wherever it wraps."""

from __future__ import annotations

from itertools import pairwise

from extractors.geometry.labels import Glyph, Hit, Value, after_label, pieces_of, row_glyphs
from extractors.geometry.sheet import Sheet, make_rows
from extractors.text import tidy

MARKS = "：:;；"


def cell_value(sheet: Sheet, hit: Hit, hits: list[Hit]) -> Value | None:
    """The text of a label's cell: right of it, up to the next label, vertical label or rule; over as many lines as fit between the
    labels or rules above and below (long names wrap). The value may have a ruled cell of its own."""
    begins = min(
        (
            p.x0
            for p in sheet.pieces
            if p.x0 > hit.x1 - 1.2 * sheet.em and abs(p.cy - hit.cy) < 0.75 * sheet.em and p.x0 > hit.x0
        ),
        default=hit.x1,
    )
    inline = any(len(piece.text) > offset for piece, offset in hit.ends)
    start = hit.x1 if inline else max(hit.x1, begins)
    rights = [h.x0 for h in hits if h is not hit and abs(h.cy - hit.cy) < 0.75 * sheet.em and h.x0 > hit.x1]
    rights += [s.x0 for s in sheet.stacks if s.x0 > hit.x1 and s.y0 - sheet.em <= hit.cy <= s.y1 + sheet.em]
    rights += [v.at for v in sheet.verticals if v.at > start + sheet.em and v.low <= hit.cy <= v.high]
    right = min(rights, default=sheet.width)
    top, bottom = _extent(sheet, hit, [h for h in hits if h is not hit and h.x0 < right and h.x1 > hit.x0 - sheet.em])
    lines: list[list[Glyph]] = []
    last = hit.cy
    for row in make_rows(p for p in sheet.pieces if top <= p.cy <= bottom and p.x1 > hit.x0):
        own = abs(row[0].cy - hit.cy) <= 0.6 * sheet.em
        if row[0].cy - last > 2.2 * sheet.em:
            break
        glyphs = [g for g in row_glyphs(row) if _begins_before(g, right)]
        if own:
            glyphs = [g for g in glyphs if after_label(g, hit, sheet.em)]
        elif not _carries_on(glyphs, hit, sheet.em, hanging=inline and row[0].cy > hit.cy):
            continue
        if glyphs:
            lines.append(_before_gap(glyphs, 4 * sheet.em))
            last = max(last, row[0].cy)
    kept = _left_aligned(lines, hit, sheet.em)
    text = tidy("".join(_joined(line) for line in kept)).strip(MARKS + " ")
    pieces = pieces_of([g for line in kept for g in line])
    return Value(text=text, pieces=pieces) if text else None


def _extent(sheet: Sheet, hit: Hit, column: list[Hit]) -> tuple[float, float]:
    """The heights between which the label's value may stand: rules where there are any, else down to the next label's row. Upward only
    a value centred on its label reaches, and no further than half way to the label above."""
    over = [r.at for r in sheet.horizontals if r.at <= hit.y0 + 1 and r.low <= hit.cx <= r.high]
    under = [r.at for r in sheet.horizontals if r.at >= hit.y1 - 1 and r.low <= hit.cx <= r.high]
    above = [h for h in column if h.cy < hit.cy - 0.75 * sheet.em]
    below = [h.y0 - 0.1 * sheet.em for h in column if h.cy > hit.cy + 0.75 * sheet.em]
    nearest = max((h.cy for h in above), default=None)
    if nearest is not None and not any(nearest < at for at in over) and hit.cy - nearest < 8 * sheet.em:
        over.append(hit.cy - 0.6 * sheet.em)
    top = max([*over, *[(h.cy + hit.cy) / 2 for h in above], hit.cy - 2.2 * sheet.em])
    return top, min([*under, *below, hit.cy + 6 * sheet.em])


def _carries_on(glyphs: list[Glyph], hit: Hit, em: float, *, hanging: bool) -> bool:
    """Whether a further row can be more of the same value: it starts where values start, or under the label when label and value are one
    run of text (``hanging``), and it is no label with a value of its own."""
    if not glyphs or any(g.char == ":" for g in glyphs):
        return False
    begins = glyphs[0].piece.x0
    if begins >= hit.x1 - 1.2 * em:
        return True
    return hanging and abs(begins - hit.x0) < 0.4 * em


def _begins_before(glyph: Glyph, right: float) -> bool:
    """Words are kept whole: the border is judged where the word begins."""
    return glyph.piece.x0 < right - 0.5


def _before_gap(glyphs: list[Glyph], limit: float) -> list[Glyph]:
    """The run of words up to the first wide gap: behind it stands another column (the cipher area of old invoices)."""
    for index, (left, right) in enumerate(pairwise(glyphs), 1):
        if left.piece is not right.piece and right.x0 - left.x1 > limit:
            return glyphs[:index]
    return glyphs


def _left_aligned(lines: list[list[Glyph]], hit: Hit, em: float) -> list[list[Glyph]]:
    """Lines of one wrapped value start at one x, or hang under the label when label and value wrap together; anything that starts
    elsewhere is a neighbour's text."""
    if not lines:
        return lines
    own = [line[0].x0 for line in lines if line[0].x0 >= hit.x1 - 1.2 * em]
    left = min(own, default=hit.x0)
    return [line for line in lines if abs(line[0].x0 - left) < 1.5 * em or abs(line[0].x0 - hit.x0) < 0.4 * em]


def _apart(left: Glyph, right: Glyph) -> bool:
    """A blank inside a word, or a visible gap between two words."""
    if left.piece is right.piece:
        return right.offset > left.offset + 1
    return right.x0 - left.x1 > 0.25 * right.piece.height


def _joined(glyphs: list[Glyph]) -> str:
    out, last = "", None
    for glyph in glyphs:
        if last is not None and glyph.piece is last.piece and glyph.offset == last.offset:
            continue
        if last is not None and _apart(last, glyph):
            out += " "
        out += glyph.piece.text[glyph.offset]
        last = glyph
    return out
