"""The lines of a policy text as the clause splitter wants them: trimmed, with offsets, hard wraps undone, tables marked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingestion.inline_items import item_spans
from ingestion.numbering import fold, read_heading

_TABLE_RULE = re.compile(r"^[|\s:+-]+$")
_MARKDOWN = re.compile(r"^(#{1,6}\s+|>\s+|\*\*(?=\S))")
_SENTENCE_END = re.compile(r"[。！？：:!?][”’」』》)）】]*$")
_DATE = re.compile(
    r"^(?:\d{4}|[二〇○零一-九]{4})年(?:\d{1,2}|[一二三四五六七八九十]{1,2})月(?:\d{1,3}|[一二三四五六七八九十]{1,3})日$"
)
_OFFICE = re.compile(r"^[\u4e00-\u9fff \u3000、]{3,40}(部|委|委员会|局|厅|办公室|政府|院|会|中心|公司|分局)$")
_LISTED = re.compile(r"^\d{1,2}\s*[.、]")
_ATTACHMENTS_OPEN = re.compile(r"^附\s*件\s*:")
_NUMBERED_ATTACHMENT = re.compile(r"^附\s*件\s*:?\s*(\d{1,2})\s*[.、:]?")

WRAPPED_AT_MOST = 60
"""Characters of the longest line of a text that can have been wrapped by a page: longer lines are whole paragraphs."""
WRAPPED_LINES_AT_LEAST = 8
LIST_ITEM_AT_MOST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One paragraph, heading or table row: ``text == source[start:end]``. ``marked`` was set off as a markdown heading."""

    start: int
    end: int
    text: str
    marked: bool = False
    row: bool = False


def read_lines(text: str) -> list[Line]:
    """Every line that is not blank, in order; the rule under a markdown table's header is left out."""
    spans = paragraph_spans(text)
    tabbed = ["\t" in text[start:end] for start, end, _ in spans]
    out: list[Line] = []
    for at, (start, end, marked) in enumerate(spans):
        words = text[start:end]
        if words.startswith("|") and _TABLE_RULE.match(words):
            continue
        beside = (at > 0 and tabbed[at - 1]) or (at + 1 < len(spans) and tabbed[at + 1])
        row = words.startswith("|") or " | " in words or (tabbed[at] and beside and len(table_cells(words)) > 1)
        items = [(start, end)] if row or marked else item_spans(text, start, end)
        out += [Line(start=a, end=b, text=text[a:b], marked=marked, row=row) for a, b in items]
    return out


def paragraph_spans(text: str) -> list[tuple[int, int, bool]]:
    """Spans of the paragraphs, lines cut by a page width joined; the flag says that a markdown heading mark stood before."""
    return _undo_wraps(text, _raw_spans(text))


def table_cells(line: str) -> list[str]:
    """The cells of a table row, trimmed; empty cells count, the outer bars of markdown do not."""
    separator = "\t" if "\t" in line and "|" not in line else "|"
    return [cell.strip() for cell in line.strip().strip("|").split(separator)]


def is_attachment_list(lines: list[Line], at: int) -> int:
    """How many lines from ``at`` list the attachments at the end of a notice (``附件：1.甲`` ``2.乙``), 0 when none do.

    A single ``附件1 标题`` is no list: it opens the attachment itself.
    """
    first = fold(lines[at].text)
    opened, numbered = _ATTACHMENTS_OPEN.match(first), _NUMBERED_ATTACHMENT.match(first)
    if not opened and not numbered:
        return 0
    count = 1
    while at + count < len(lines):
        following = fold(lines[at + count].text)
        listed = len(following) <= LIST_ITEM_AT_MOST and not following.endswith("。") and _LISTED.match(following)
        if not listed and not (numbered and _NUMBERED_ATTACHMENT.match(following)):
            break
        count += 1
    if opened:
        return count if count > 1 or first[opened.end() :].strip() else 0
    return count if count > 1 and _continues(fold(lines[at + 1].text)) else 0


def _continues(line: str) -> bool:
    match = re.match(r"^(?:附\s*件\s*:?\s*)?(\d{1,2})", line)
    return match is not None and int(match[1]) >= 2


def is_signature_date(line: Line) -> bool:
    """A date alone on its line: ``2026年1月14日`` or ``二〇二六年一月十四日``."""
    return _DATE.match(re.sub(r"\s", "", fold(line.text))) is not None


def is_signed_name(line: Line) -> bool:
    """The name of an office alone on its line."""
    return not line.row and _OFFICE.match(line.text) is not None and read_heading(line.text) is None


def _raw_spans(text: str) -> list[tuple[int, int, bool]]:
    spans, at = [], 0
    for raw in text.splitlines(keepends=True):
        start, end = at, at + len(raw)
        at = end
        # A leading tab can belong to a table row with an empty first cell.
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        marked = _MARKDOWN.match(text[start:end])
        if marked:
            start += marked.end()
            if marked[0] == "**" and text[start:end].endswith("**"):
                end -= 2
        if start < end:
            spans.append((start, end, marked is not None and marked[0].startswith("#")))
        elif raw.strip() == "" and spans:
            spans.append((at, at, False))
    return spans


def _undo_wraps(text: str, spans: list[tuple[int, int, bool]]) -> list[tuple[int, int, bool]]:
    """Join lines that a page width has cut. Empty spans stand for blank lines and are dropped here."""
    filled = [end - start for start, end, _ in spans if end > start]
    longest = max(filled, default=0)
    full = [length for length in filled if length >= 0.85 * longest]
    wrapped = len(full) >= WRAPPED_LINES_AT_LEAST and longest <= WRAPPED_AT_MOST and 3 * len(full) >= len(filled)
    indents = sum(_indented(text, start) for start, end, _ in spans if end > start) >= 2
    out: list[tuple[int, int, bool]] = []
    blank = True
    for start, end, marked in spans:
        if start == end:
            blank = True
            continue
        if wrapped and out and not blank and _runs_on(text, out[-1], (start, end), longest, indents=indents):
            out[-1] = (out[-1][0], end, out[-1][2])
        else:
            out.append((start, end, marked))
        blank = False
    return out


def _runs_on(text: str, before: tuple[int, int, bool], after: tuple[int, int], longest: int, *, indents: bool) -> bool:
    """Whether the line ``after`` continues the paragraph ``before``: the upper line is full, and the lower one begins nothing.

    Where paragraphs are indented, the indent decides; elsewhere a full line that ends a sentence is taken as a paragraph's last."""
    last = text.rfind("\n", before[0], before[1]) + 1 or before[0]
    upper, lower = text[last : before[1]], text[slice(*after)]
    if len(upper.strip()) < 0.85 * longest or "\t" in upper + lower or "|" in upper + lower:
        return False
    if _indented(text, after[0]) if indents else _SENTENCE_END.search(upper):
        return False
    return read_heading(lower) is None


def _indented(text: str, start: int) -> bool:
    return start > 0 and text[start - 1] in " \u3000\u00a0"
