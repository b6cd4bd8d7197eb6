"""Helpers of the verifier's tests: the written sample document, one edit in its XML, what the verifier says."""

from __future__ import annotations

from functools import cache

import sample_factory as sample
from lxml import etree

from app.domain.finding import Severity
from app.drafting.compose import compose_draft
from app.drafting.facts import collect_facts
from app.drafting.package import pack, unpack
from app.drafting.verify import VerifyReport, verify_docx
from app.drafting.word import write_docx
from app.drafting.word_xml import qn

BODY, NOTES = "word/document.xml", "word/footnotes.xml"
CITATIONS = 28


@cache
def written() -> bytes:
    return write_docx(compose_draft(sample.form(), sample.source()))


@cache
def known():
    return collect_facts(sample.source())


def verify(data: bytes, facts, policies=None) -> VerifyReport:
    return verify_docx(data, facts=facts, policies=sample.policies() if policies is None else policies)


def edited(data: bytes, edit, part: str = BODY) -> bytes:
    parts = unpack(data)
    root = etree.fromstring(parts[part])
    edit(root)
    return pack({**parts, part: etree.tostring(root, encoding="UTF-8", xml_declaration=True)})


def control(root, tag: str, nth: int = 0):
    found = [s for s in root.iter(qn("w:sdt")) if s.find(f"{qn('w:sdtPr')}/{qn('w:tag')}").get(qn("w:val")) == tag]
    return found[nth]


def set_text(element, text: str) -> None:
    first, *rest = element.iter(qn("w:t"))
    first.text = text
    for t in rest:
        t.getparent().getparent().remove(t.getparent())


def ids(report: VerifyReport, severity: Severity = Severity.BLOCKING) -> set[str]:
    return {f.id for f in report.findings if f.severity is severity}
