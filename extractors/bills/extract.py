"""A bill, settlement or certificate to an Extraction: one activity for the account and period, proven by its own tables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.domain.activity import Extraction
from app.domain.finding import Finding
from app.domain.page import Document, Source
from extractors import checks
from extractors.bills.fees import check_fees
from extractors.bills.fields import (
    READINGS,
    accepts,
    capitals_findings,
    period_fields,
    printed_register,
    read_fields,
    read_period,
    reading_findings,
)
from extractors.bills.grids import Grid, document_grids
from extractors.bills.meters import MeterEvidence, read_meters
from extractors.bills.monthly import MonthTable, month_table
from extractors.bills.pairs import Pair, find_pairs
from extractors.bills.quantity import Chosen, choose_quantity
from extractors.bills.records import Frame, bill_record, monthly_records
from extractors.evidence import explain
from extractors.geometry.labels import label_map
from extractors.geometry.sheet import lay_out
from extractors.readings import only_register
from extractors.sources import document_source
from extractors.templates import Template
from extractors.text import compact


def extract_bill(document: Document, template: Template, reason: str, today: date) -> Extraction:
    """Fields, records and findings of a bill. Price components, repeated pages and time-of-use rows never add up to more."""
    data = template.data
    sheets = [lay_out(page) for page in document.pages if page.words]
    roles, bands = label_map(data["columns"]), label_map(data.get("bands", {}))
    grids = document_grids(document, sheets, roles)
    readings = {name: data["columns"][name] for name in READINGS if name in data["columns"]}
    pairs = find_pairs(document, sheets, label_map({**readings, **data["labels"]}), grids, roles, accepts)
    source = document_source(document) or Source.PDF_TEXT
    evidence = read_meters(grids, bands)
    fields, findings = read_fields(pairs, evidence, source)
    span, span_certain, notes = read_period(document, sheets, pairs, data)
    issued = next((f.value for f in fields if f.name == "issue_date"), None)
    if span:
        day = bool(data["record"].get("day"))
        notes += list(checks.period(span.first, span.last, issued, "period", day_allowed=day))
        fields += period_fields(span, span_certain, source, pairs)
    findings += checks.date_sanity("issue_date", "出具日期", issued, today)
    money = next((f.value for f in fields if f.name == "amount_incl_tax"), "")
    findings += check_fees(sheets, grids, data, money)
    findings += capitals_findings(pairs, money)
    if any(p.scanned for p in document.pages):
        findings.append(
            explain("page-scanned", "部分页面是图片，上面的内容没有读取。", "请提供电子原件，或人工核对这些页。")
        )
    months = month_table(grids, bands, int(span.first[:4]) if span else None)
    chosen: Chosen | None = None
    read_holds = False
    if months is not None:
        # The document's own span covers all its months; its length says nothing about one reading period.
        findings += [f for f in notes if f.id not in ("period-length", "period-missing")] + list(months.findings)
    else:
        chosen, doubts = choose_quantity(pairs, evidence, document, data)
        findings += [*notes, *evidence.findings, *doubts]
        findings += _no_money(document, data, money)
        read = reading_findings(pairs, chosen.claim.raw) if chosen else None
        findings += read or ()
        read_holds = read is not None and not read
    findings = _distinct(findings)
    frame = Frame(document=document, template=template, fields=fields, pairs=pairs, findings=findings, source=source)
    if months is not None:
        records = monthly_records(frame, months)
    elif chosen is not None:
        checked = (evidence.checked or read_holds) and not chosen.claim.summed
        proven = checked or len(chosen.agreeing) >= 2
        # Readings that the bill sums over meters belong to no single record.
        register = None if chosen.claim.summed else only_register(evidence.registers) or printed_register(pairs)
        records = (bill_record(frame, 1, chosen, span, span_certain, proven, register=register),)
    else:
        records = ()
    return Extraction(
        sha256=document.sha256,
        filename=document.filename,
        kind=template.kind,
        source=source,
        pages=document.page_count,
        fields=tuple(fields),
        records=records,
        findings=(*document.findings, *findings),
        template=template.id,
        explanation=_explanation(template, reason, chosen, months, grids, pairs, evidence),
    )


def _no_money(document: Document, data: Mapping[str, Any], money: str) -> list[Finding]:
    """A bill that names prices or yuan has a total; not reading it is said."""
    text = compact(document.text)
    if money or not data["record"].get("price_band", True) or not re.search(r"¥-?\d|\d元(?![/每])", text):
        return []
    return [
        explain(
            "amount-missing",
            "没有读到账单的应收合计金额。",
            "请对照账单补录金额；用量不受影响，但少了一项核对依据。",
            subjects=("amount_incl_tax",),
        )
    ]


def _distinct(findings: Sequence[Finding]) -> list[Finding]:
    out: list[Finding] = []
    for finding in findings:
        if finding not in out:
            out.append(finding)
    return out


def _explanation(
    template: Template,
    reason: str,
    chosen: Chosen | None,
    months: MonthTable | None,
    grids: Sequence[Grid],
    pairs: Sequence[Pair],
    evidence: MeterEvidence,
) -> tuple[str, ...]:
    out = [f"识别为{template.title}：{reason}", f"识别表格 {len(grids)} 个、标签值 {len(pairs)} 个"]
    out += [f"“{p.label}” {p.text}" for p in pairs if p.name != "stop"]
    if chosen:
        out.append(f"用量取自“{chosen.claim.label}”{chosen.claim.raw}，相符的另有 {len(chosen.agreeing) - 1} 处")
    if months:
        out.append(
            f"按月取自“{months.column}”列，共 {len(months.rows)} 个月；合计行{'相符' if months.proven else '没有或不符'}"
        )
    if evidence.repeats:
        out.append(f"电费明细中有 {len(evidence.repeats)} 行电量，属价格组成项重复，不相加")
    return tuple(out)
