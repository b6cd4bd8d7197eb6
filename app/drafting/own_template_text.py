"""Runs of a paragraph cut where something has to stand in a control of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from app.drafting.model import Literal
from app.drafting.tokens import find_numbers
from app.drafting.word_body import BodyWriter
from app.drafting.word_xml import qn

#: Figures that name a place or a time and measure nothing.
_STRUCTURE = re.compile(
    r"[0-9０-９]{4}年(?:[0-9０-９]{1,2}月)?(?:[0-9０-９]{1,2}日)?|[0-9０-９]{1,2}月(?:[0-9０-９]{1,2}日)?"
    r"|第[0-9０-９一二三四五六七八九十百]+[条章节款项页部分号]|[表图附件]{1,2}[0-9０-９]+|[（(][0-9０-９一二三四五六七八九十]+[）)]"
    r"|^[0-9０-９一二三四五六七八九十]+[、.．](?:[0-9０-９]+[、.．]?)*|(?:GB|ISO|DB|T)[/A-Z0-9 .\-—]*[0-9]+"
    r"|近[一二三四五六七八九十]+年|CO2|m3|tCO2",
)


def split_runs(paragraph: Any, pattern: re.Pattern[str]) -> Iterator[tuple[Any, str]]:
    """(run, first group) for every match, each match cut into a run of its own with the formatting of the run it stood in."""
    for run in list(paragraph.iter(qn("w:r"))):
        texts = run.findall(qn("w:t"))
        if len(texts) != 1 or not texts[0].text or not pattern.search(texts[0].text):
            continue
        text = texts[0].text
        position = 0
        for match in pattern.finditer(text):
            if match.start() > position:
                run.addprevious(_piece(run, text[position : match.start()]))
            piece = _piece(run, match.group())
            run.addprevious(piece)
            yield piece, match.group(1) if pattern.groups else match.group()
            position = match.end()
        if position < len(text):
            run.addprevious(_piece(run, text[position:]))
        run.getparent().remove(run)


def _piece(run: Any, text: str) -> Any:
    piece = deepcopy(run)
    content = piece.find(qn("w:t"))
    content.text = text
    content.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return piece


def own_numbers(root: Any, writer: BodyWriter) -> list[str]:
    """Put every figure of the template's own text into a control; returns those that are more than dates, clauses and headings."""
    out: list[str] = []
    for paragraph in list(root.iter(qn("w:p"))):
        if (
            paragraph.find(f".//{qn('w:instrText')}") is not None
            or paragraph.find(f".//{qn('w:fldSimple')}") is not None
        ):
            continue  # results of fields belong to the word processor
        text = "".join(t.text or "" for t in paragraph.iter(qn("w:t")))
        structure = [m.span() for m in _STRUCTURE.finditer(text)]
        spans = [(t.start, t.end) for t in find_numbers(text)]
        named = [not any(a <= start and end <= b for a, b in structure) for start, end in spans]
        out += [text[start:end] for (start, end), name in zip(spans, named, strict=True) if name]
        _wrap(paragraph, [(s, e, "template" if n else "term") for (s, e), n in zip(spans, named, strict=True)], writer)
    return out


def _wrap(paragraph: Any, spans: list[tuple[int, int, str]], writer: BodyWriter) -> None:
    """Controls around these spans of a paragraph's text; a span over several runs gets one control a run."""
    position = 0
    for text in list(paragraph.iter(qn("w:t"))):
        whole = text.text or ""
        start, position = position, position + len(whole)
        inside = [
            (max(a, start) - start, min(b, position) - start, k) for a, b, k in spans if a < position and b > start
        ]
        run = text.getparent()
        if not inside or run.tag != qn("w:r") or len(run.findall(qn("w:t"))) != 1:
            continue
        at = 0
        for a, b, kind in inside:
            if a > at:
                run.addprevious(_piece(run, whole[at:a]))
            control = list(writer.inlines((Literal(kind=kind, text=whole[a:b]),)))
            for element in control:
                run.addprevious(element)
                for made in element.iter(qn("w:r")):
                    made.getparent().replace(made, _piece(run, whole[a:b]))
            at = b
        if at < len(whole):
            run.addprevious(_piece(run, whole[at:]))
        run.getparent().remove(run)
