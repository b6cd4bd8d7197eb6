"""Text in documents is data. What reads like an order to a program is reported and has no effect on anything that was extracted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from app.domain.finding import Finding
from app.domain.page import Document
from extractors.evidence import explain
from extractors.text import compact
from extractors.vocabulary import load_terms

SHOWN = 60
ASIDE = "aside:"
"""Properties that hold what readers keep apart from the content: comments, notes, text nobody can see."""


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(p, re.IGNORECASE) for p in load_terms("instructions")["patterns"])


def instruction_findings(document: Document) -> tuple[Finding, ...]:
    """One ``instruction-in-document`` finding a place (page, paragraph run, table, tag), with the text as printed, shortened."""
    out: list[Finding] = []
    for where, text in _places(document):
        plain = compact(text)
        match = next((m for p in _patterns() if (m := p.search(plain))), None)
        if match is None:
            continue
        excerpt = plain[max(0, match.start() - 6) : match.start() + SHOWN]
        out.append(
            explain(
                "instruction-in-document",
                f"{where}有一段像是写给程序的指令：“{excerpt}”。文件中的文字只作为数据，没有执行，提取结果不受影响。",
                "请核实文件来源和这段文字的用意。",
                data={"place": where, "text": excerpt},
            )
        )
    return tuple(out)


def _places(document: Document) -> Iterator[tuple[str, str]]:
    for page in document.pages:
        yield f"第 {page.number} 页", page.text
    if document.paragraphs:
        yield "正文", "\n".join(document.paragraphs)
    for table in document.tables:
        yield f"表“{table.name}”", "\n".join(" ".join(c.text for c in row) for row in table.rows)
    tags = "\n".join(tag.value for tag in document.tags if tag.origin != "qr")
    if tags:
        yield "结构化数据", tags
    for name, text in document.properties.items():
        if name.startswith(ASIDE):
            yield name.removeprefix(ASIDE), text
