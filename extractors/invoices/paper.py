"""Number and code of a paper invoice, which prints both without labels: the number behind №, the code in the upper left corner.

Nothing else says what those digits are, so what is read here is always doubtful and waits for a person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractors.geometry.labels import Hit
from extractors.geometry.sheet import Piece, Sheet
from extractors.text import compact

#: № becomes No under NFKC; recognition reads the small raised o as a zero or a degree sign, or loses it.
_MARKED = re.compile(r"N[o0O°º]?[.:]?(\d{8})(?!\d)")
_LONE_MARK = re.compile(r"N[o0O°º][.:]?")
_BARE = re.compile(r"\d{8}")
_CODE = re.compile(r"(?:\d{10}|\d{12})")
_OTHER_NUMBERS = ("编号", "校验码", "电话", "账号")


def paper_number(sheet: Sheet, hits: Sequence[Hit]) -> tuple[str, Piece] | None:
    """The eight digits behind №; without the sign, eight digits that the head of the form prints twice. None when several compete."""
    head = _head(sheet, hits)
    marked: dict[str, Piece] = {}
    bare: dict[str, list[Piece]] = {}
    for row in head:
        for order, piece in enumerate(row):
            text = compact(piece.text)
            found = _MARKED.search(text)
            if found:
                marked.setdefault(found.group(1), piece)
            elif _BARE.fullmatch(text):
                beside = order > 0 and _LONE_MARK.fullmatch(compact(row[order - 1].text))
                if beside:
                    marked.setdefault(text, piece)
                elif not _labelled(row, order):
                    bare.setdefault(text, []).append(piece)
    if len(marked) == 1:
        return next(iter(marked.items()))
    twice = [(number, pieces[0]) for number, pieces in bare.items() if len(pieces) > 1]
    return twice[0] if not marked and len(twice) == 1 else None


def paper_code(sheet: Sheet, hits: Sequence[Hit]) -> tuple[str, Piece] | None:
    """Ten or twelve digits alone in the left half of the head; what a label names (机器编号) is something else."""
    found: dict[str, Piece] = {}
    for row in _head(sheet, hits):
        for order, piece in enumerate(row):
            text = compact(piece.text)
            if _CODE.fullmatch(text) and piece.cx < sheet.width / 2 and not _labelled(row, order):
                found.setdefault(text, piece)
    return next(iter(found.items())) if len(found) == 1 else None


def is_paper(sheet: Sheet) -> bool:
    """The head names the form: 增值税专用发票, 增值税普通发票."""
    return any("增值税" in (t := compact("".join(p.text for p in row))) and "发票" in t for row in sheet.rows[:12])


def _head(sheet: Sheet, hits: Sequence[Hit]) -> list[tuple[Piece, ...]]:
    """Rows above the buyer's block."""
    begins = [h.y0 for h in hits if h.name in ("name", "tax_id", "buyer_name", "buyer_tax_id") or h.label == "密码区"]
    end = min(begins, default=0.3 * sheet.height)
    return [row for row in sheet.rows if row[0].cy < end]


def _labelled(row: Sequence[Piece], order: int) -> bool:
    """The word before it, or its own beginning, says that the number is another one."""
    before = compact("".join(p.text for p in row[max(0, order - 2) : order]))
    return before.endswith(":") or any(word in before for word in _OTHER_NUMBERS)
