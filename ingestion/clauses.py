"""Policy text → citable clauses with stable ids, breadcrumbs and offsets into the text as it was given.

A clause id is ``<document>/<path>``: ``miit-2026-13/三-(二)`` for a numbered item, ``一-p3`` for the third unnumbered paragraph of
一, ``引言-p1`` before the first heading, ``附件1-t3`` for the third row of a table, ``第五条-(三)`` in regulations, ``4.2.1`` in
standards; a number used twice gets ``~2``. A paragraph that follows the words of a numbered item is its second paragraph, ``p2``
(the 第二款 of an article). Sentences are ``<clause id>#s<k>``. ``clause.text == text[clause.start:clause.end]`` always.

The breadcrumb joins titles with `` > `` and holds the run-in title of an item, the lead-in that announces a list
(“零碳工厂建设遵循以下原则”) over every member of that list, and the header row over every row of a table, because none of these
can be found by their own words alone.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field, replace

from app.domain.clause import Clause, Sentence
from ingestion.lines import Line, is_attachment_list, is_signature_date, is_signed_name, read_lines, table_cells
from ingestion.numbering import TITLE_AT_MOST, Heading, Level, Numbers, document_numbers, fold, is_pure, read_heading
from ingestion.sentences import sentence_spans

TITLE_SEPARATOR = " > "
INTRODUCTION = "引言"
SIGNATURE = "落款"
DOCUMENT_TITLE = "标题"
PARAGRAPH_TITLE_AT_MOST = 16
LEAD_IN_AT_MOST = 60
SIGNATURE_LINES_AT_MOST = 8

_TITLE_END = re.compile(
    r"(通知|意见|方案|办法|规定|指南|规划|条例|公告|公示|导则|细则|决定|计划|标准|通则|规范|要求|指引|目录|函|纲要)(\([^()]{1,12}\))?$"
)
_DOCUMENT_NUMBER = re.compile(r"^[\u4e00-\u9fff]{2,14}[\[〔(]20\d\d[\]〕)]\s*\d{1,5}号$")
_CAPTION = re.compile(r"^表\s*[0-9A-Z][0-9A-Z.]*\s*\S")
_KIND_OF_ANNEX = re.compile(r"^[（(](规范性|资料性)(附录)?[）)]$")
_ADDRESSEES = re.compile(r"^各|(局|厅|委|部门|单位|企业|公司|政府|办|会|机构)[:：]$")


def text_digest(text: str) -> str:
    """Twelve hex digits of the sha1 of the NFKC text: width and compatibility forms do not count as a change."""
    return hashlib.sha1(unicodedata.normalize("NFKC", text).encode("utf-8")).hexdigest()[:12]


def split_clauses(text: str, doc_id: str) -> tuple[Clause, ...]:
    """All clauses of ``text`` in reading order: headings (``head``), numbered items and paragraphs (``text``), table rows."""
    return _Splitter(text, doc_id).run()


@dataclass(slots=True)
class _Node:
    """A heading that is still open."""

    level: int
    label: str
    title: str = ""
    lead_in: str = ""
    decimal: bool = False
    paragraphs: int = 0
    rows: int = 0
    header: str = ""
    draft: int | None = None


@dataclass(slots=True)
class _Draft:
    path: str
    kind: str
    start: int
    end: int
    titles: tuple[str, ...]
    level: int
    children: int = 0


@dataclass(slots=True)
class _Splitter:
    text: str
    doc_id: str
    drafts: list[_Draft] = field(default_factory=list)
    stack: list[_Node] = field(default_factory=list)
    introduction: _Node = field(default_factory=lambda: _Node(level=-1, label=INTRODUCTION))

    def run(self) -> tuple[Clause, ...]:
        lines = read_lines(self.text)
        numbers = document_numbers(line.text for line in lines)
        self.stack = [self.introduction]
        at = 0
        while at < len(lines):
            at += self._take(lines, at, numbers)
        return self._finish()

    def _take(self, lines: list[Line], at: int, numbers: Numbers) -> int:
        """Handle the line ``at``; how many lines were used up."""
        line = lines[at]
        if line.row:
            self._row(lines, at)
            return 1
        if count := is_attachment_list(lines, at):
            self._paragraph(line.start, lines[at + count - 1].end)
            return count
        if count := self._signature(lines, at):
            return count
        heading = read_heading(line.text, self._with_annex(numbers))
        if heading:
            return self._heading(lines, at, heading)
        if self._is_document_title(line):
            if self.stack[0].label == SIGNATURE:
                # A notice that hands out another text ends with its signature; what follows is that text.
                self.stack = [self.introduction]
            self._emit(DOCUMENT_TITLE, "head", line.start, line.end, (), Level.PART)
        else:
            self._paragraph(line.start, line.end)
        return 1

    def _with_annex(self, numbers: Numbers) -> Numbers:
        letter = next((n.label[-1] for n in self.stack if n.level == Level.ATTACHMENT and n.label[-1:].isascii()), None)
        return replace(numbers, annex_letter=letter)

    def _is_document_title(self, line: Line) -> bool:
        if len(self.stack) > 1 or (self.stack[0].paragraphs and self.stack[0].label != SIGNATURE):
            return False
        folded = fold(line.text)
        if line.marked or _DOCUMENT_NUMBER.match(folded):
            return True
        return (
            len(folded) <= LEAD_IN_AT_MOST
            and not re.search(r"[。；;：:，]", line.text)
            and bool(_TITLE_END.search(folded))
        )

    def _heading(self, lines: list[Line], at: int, heading: Heading) -> int:
        line = lines[at]
        self._close_above(heading)
        words = line.text[heading.body :].strip()
        named = 0
        if not words and (heading.level == Level.ATTACHMENT or heading.decimal):
            named = _title_lines(lines, at + 1)
            words = "".join(following.text for following in lines[at + 1 : at + 1 + named])
        pure = bool(named) or is_pure(line.text, heading)
        node = _Node(level=heading.level, label=heading.label, decimal=heading.decimal)
        self.stack.append(node)
        if pure:
            node.title = _one_line(words)
        else:
            node.paragraphs = 1
            node.title = self._run_in_title(line, heading)
            node.lead_in = _lead_in(self.text, line.start + heading.body, line.end)
        titles = self._titles(own=None)
        if node.lead_in:
            titles = titles[:-1]
        end = lines[at + named].end
        node.draft = self._emit(self._path(), "head" if pure else "text", line.start, end, titles, heading.level)
        return 1 + named

    def _close_above(self, heading: Heading) -> None:
        """Close what the new heading ends: deeper and equal levels, the signature, and decimals it does not continue."""
        while len(self.stack) > 1:
            top = self.stack[-1]
            other_decimal = heading.decimal and top.decimal and not heading.label.startswith(f"{top.label}.")
            if top.level < heading.level and not other_decimal:
                break
            self.stack.pop()
        if len(self.stack) == 1:
            self.stack[0].lead_in = ""
            if self.stack[0].label == SIGNATURE:
                self.stack[0] = self.introduction

    def _run_in_title(self, line: Line, heading: Heading) -> str:
        if heading.level == Level.ARTICLE:
            return ""
        start = line.start + heading.body
        spans = sentence_spans(self.text, start, line.end)
        first = _one_line(self.text[slice(*spans[0])])
        label, colon, rest = fold(first).partition(":")
        if colon and rest.strip() and 2 <= len(label) <= PARAGRAPH_TITLE_AT_MOST and not re.search(r"[，,]", label):
            return first[: len(label)].strip()
        first = first.rstrip("。；;！!？?")
        return first if len(spans) > 1 and 4 <= len(first) <= TITLE_AT_MOST else ""

    def _paragraph(self, start: int, end: int) -> None:
        node = self.stack[-1]
        node.paragraphs += 1
        spans = sentence_spans(self.text, start, end)
        first = _one_line(self.text[slice(*spans[0])])
        title = first.rstrip("。；;") if len(spans) > 1 and len(first) <= PARAGRAPH_TITLE_AT_MOST else ""
        body = self.text[start:end]
        lead_in = _lead_in(self.text, start, end)
        if lead_in and len(self.stack) == 1 and _ADDRESSEES.search(body):
            lead_in = ""
        member = bool(node.lead_in) and not lead_in and (bool(title) or _is_member(body))
        if node.lead_in and not member:
            node.lead_in = ""
        self._emit(f"{self._path()}-p{node.paragraphs}", "text", start, end, self._titles(own=title))
        if lead_in:
            node.lead_in = lead_in
        elif member and not title and body.rstrip().endswith(("。", ".")):
            node.lead_in = ""

    def _row(self, lines: list[Line], at: int) -> None:
        node = self.stack[-1]
        opens = at == 0 or not lines[at - 1].row
        cells = table_cells(lines[at].text)
        if opens:
            longer = at + 1 < len(lines) and lines[at + 1].row
            node.header = " | ".join(cells) if longer and _is_header(cells) else ""
            caption = lines[at - 1].text if at else ""
            if _CAPTION.match(fold(caption)):
                node.header = f"{_one_line(caption)}{TITLE_SEPARATOR if node.header else ''}{node.header}"
        node.rows += 1
        head = opens and " | " in node.header
        self._emit(
            f"{self._path()}-t{node.rows}",
            "table",
            lines[at].start,
            lines[at].end,
            self._titles(own=None if head else node.header),
        )

    def _signature(self, lines: list[Line], at: int) -> int:
        """Lines that sign the text: names of offices and a date alone on a line; they belong to no clause."""
        end = at
        while end < len(lines) and end - at < SIGNATURE_LINES_AT_MOST and is_signed_name(lines[end]):
            end += 1
        if end >= len(lines) or not is_signature_date(lines[end]):
            return 0
        self.stack = [_Node(level=-1, label=SIGNATURE)]
        self._paragraph(lines[at].start, lines[end].end)
        return end - at + 1

    def _path(self) -> str:
        nodes = self.stack[1:]
        if not nodes:
            return self.stack[0].label
        if any(node.level == Level.ARTICLE for node in nodes):
            # Articles run on across chapters, so the chapter adds nothing to the address.
            nodes = [n for n in nodes if n.level == Level.ATTACHMENT or n.level >= Level.ARTICLE]
        last_decimal = max((i for i, node in enumerate(nodes) if node.decimal), default=-1)
        return "-".join(node.label for i, node in enumerate(nodes) if not node.decimal or i == last_decimal)

    def _titles(self, own: str | None) -> tuple[str, ...]:
        titles: list[str] = []
        if len(self.stack) == 1:
            titles.append(self.stack[0].label)
        for node in self.stack:
            titles += [part for part in (node.title, node.lead_in) if part]
        if own:
            titles.append(own)
        return tuple(title for i, title in enumerate(titles) if i == 0 or title != titles[i - 1])

    def _emit(self, path: str, kind: str, start: int, end: int, titles: tuple[str, ...], level: int = Level.L5) -> int:
        for node in self.stack:
            if node.draft is not None:
                self.drafts[node.draft].children += 1
        self.drafts.append(_Draft(path, kind, start, end, titles, level))
        return len(self.drafts) - 1

    def _finish(self) -> tuple[Clause, ...]:
        used: dict[str, int] = {}
        out: list[Clause] = []
        for draft in self.drafts:
            used[draft.path] = used.get(draft.path, 0) + 1
            path = draft.path if used[draft.path] == 1 else f"{draft.path}~{used[draft.path]}"
            # A short numbered line with nothing under it heads nothing: it is an item of a list.
            leaf = draft.kind == "head" and draft.level >= Level.ARTICLE and not draft.children
            out.append(self._clause(draft, path, "text" if leaf else draft.kind))
        return tuple(out)

    def _clause(self, draft: _Draft, path: str, kind: str) -> Clause:
        id = f"{self.doc_id}/{path}"
        spans = [(draft.start, draft.end)] if kind == "table" else sentence_spans(self.text, draft.start, draft.end)
        body = self.text[draft.start : draft.end]
        return Clause(
            id=id,
            doc_id=self.doc_id,
            path=path,
            title=TITLE_SEPARATOR.join(draft.titles),
            text=body,
            start=draft.start,
            end=draft.end,
            kind=kind,
            digest=text_digest(body),
            sentences=tuple(
                Sentence(id=f"{id}#s{n}", text=self.text[a:b], start=a, end=b) for n, (a, b) in enumerate(spans, 1)
            ),
        )


def _one_line(words: str) -> str:
    """Words of a title without the line breaks of a wrapped page."""
    return re.sub(r"\s*\n\s*|\*\*", "", words).strip()


def _lead_in(text: str, start: int, end: int) -> str:
    """The last sentence of the span without its colon, when a colon closes the span; else empty."""
    if not text[start:end].rstrip().endswith((":", "：")):
        return ""
    last = sentence_spans(text, start, end)[-1]
    words = _one_line(text[slice(*last)]).rstrip(":：")
    return words if len(words) <= LEAD_IN_AT_MOST else words[-LEAD_IN_AT_MOST:]


def _is_member(body: str) -> bool:
    """An unnumbered member of a list that a lead-in announced: ``…；`` or the last one, ``…。``, of few words."""
    return body.rstrip().endswith(("；", ";")) or len(body) <= LEAD_IN_AT_MOST


def _is_header(cells: list[str]) -> bool:
    """A header row holds names: no cell is a bare quantity (a year is a name)."""
    bare = re.compile(r"^[≤≥<>~约]?\s*\d+(\.\d+)?\s*%?$")
    return not any(bare.match(fold(cell)) and not re.match(r"^20\d\d$", fold(cell)) for cell in cells)


def _title_lines(lines: list[Line], at: int) -> int:
    """How many lines from ``at`` name the attachment or term whose number stands alone above: one, or ``（规范性）`` and one."""
    count = 1 if at < len(lines) and _KIND_OF_ANNEX.match(lines[at].text) else 0
    if at + count >= len(lines):
        return count
    line = lines[at + count]
    short = len(line.text) <= LEAD_IN_AT_MOST and not re.search(r"[。；;：:，]", line.text)
    return count + (short and not line.row and read_heading(line.text) is None)
