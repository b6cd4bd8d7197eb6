"""A ledger, meter list or log to records; an energy report to control totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from app.domain.activity import DocumentKind, Extraction, ProposedRecord
from app.domain.carrier import Carrier
from app.domain.finding import Finding, Severity
from app.domain.page import Box, Cell, Document, Source, Table
from app.domain.units import GJ_PER_KWH
from extractors import checks
from extractors.confidence import grade
from extractors.evidence import blocking, explain, note, show
from extractors.geometry.lattice import ruled_rows
from extractors.geometry.sheet import lay_out
from extractors.ledgers.columns import read_head, row_span
from extractors.ledgers.days import METERED, settle_days
from extractors.ledgers.entries import Entry, read_entries
from extractors.readings import reading_params, unit_scale
from extractors.sources import document_source
from extractors.templates import Template
from extractors.text import number, number_text, tidy
from extractors.vocabulary import Quantity, canonical_quantity, carrier_terms, find_printed_unit


def extract_ledger(document: Document, template: Template, reason: str, today: date) -> Extraction:
    """One record a month and carrier (or a fuelling). Subtotals are controls; what is blank, textual or undated is a finding."""
    tables, boxes = all_tables(document)
    context = " ".join([*document.paragraphs[:6], *(p.text.split("\n", 1)[0] for p in document.pages[:1])])
    findings: list[Finding] = []
    entries: list[tuple[Entry, bool]] = []
    explanation = [f"识别为{template.title}：{reason}"]
    report = template.kind is DocumentKind.ENERGY_REPORT
    for table in tables:
        head = read_head(table, context)
        if head is None:
            continue
        sheetful = settle_days(read_entries(table, head), head)
        findings += sheetful.findings
        held = sum(sheetful.controls.values()) > 0
        entries += [(e, (held or e.proven) and not table.hidden and not e.cell.computed) for e in sheetful.entries]
        explanation.append(
            f"“{table.name}”：{len(sheetful.entries)} 个数，{sum(sheetful.controls.values())} 处合计相符"
        )
        if table.hidden and sheetful.entries:
            findings.append(
                explain(
                    "hidden-sheet",
                    f"隐藏的工作表“{table.name}”里有数据，已一并读取。",
                    "请确认隐藏工作表是否应计入。",
                    data={"sheet": table.name},
                )
            )
    if not report and not any(e.meaning for e, _ in entries) and not any(f.id == "row-unread" for f in findings):
        return _no_ledger(document, reason)
    findings += _gaps([e for e, _ in entries])
    source = document_source(document) or Source.PDF_TEXT
    if report:
        findings += [_control(e) for e, _ in entries if e.meaning is not None]
        records: tuple[ProposedRecord, ...] = ()
    else:
        blocked = any(f.severity is Severity.BLOCKING for f in findings)
        records = _records(document.sha256, entries, source, boxes, blocked)
        records = _flag_repeats(records)
    return Extraction(
        sha256=document.sha256,
        filename=document.filename,
        kind=template.kind,
        source=source,
        pages=document.page_count,
        records=records,
        findings=(*document.findings, *findings),
        template=template.id,
        explanation=tuple(explanation),
    )


def _no_ledger(document: Document, reason: str) -> Extraction:
    """Words of a ledger without a table that holds energy: another document, of which nothing is claimed. Where a table has dated rows of
    numbers, a person is asked: it may be a ledger whose head is not understood."""
    build = explain if any(_dated_numbers(t) for t in document.tables) else note
    return Extraction(
        sha256=document.sha256,
        filename=document.filename,
        kind=DocumentKind.OTHER,
        source=document_source(document) or Source.PDF_TEXT,
        pages=document.page_count,
        findings=(
            *document.findings,
            build(
                "kind-unknown",
                "文件提到用能，但没有读到带能源、数量和月份的表格，未提取任何数据。",
                "如果这是台账，请检查表头是否写明能源、数量、单位和月份。",
            ),
        ),
        explanation=(f"像台账（{reason}），但没有可读的数量表",),
    )


def _dated_numbers(table: Table) -> bool:
    """At least two rows with a date or month and a number beside it."""
    rows = [[c.text for c in row if c.text.strip()] for row in table.rows]
    dated = [r for r in rows if any(row_span(t, 2000) for t in r[:3]) and any(number_text(t) and not row_span(t, 2000) for t in r)]
    return len(dated) >= 2


def all_tables(document: Document) -> tuple[list[Table], Mapping[str, tuple[int, Box | None]]]:
    """The document's tables, and the ruled tables of its pages in the same form, with page and box of each cell by locator."""
    tables = list(document.tables)
    boxes: dict[str, tuple[int, Box | None]] = {}
    for page in document.pages:
        if not page.words:
            continue
        sheet = lay_out(page)
        rows = ruled_rows(sheet)
        if len(rows) < 3:
            continue
        edges = sorted({round(e) for row in rows for e in row.edges})
        cells_of: list[tuple[Cell, ...]] = []
        for r, row in enumerate(rows, 1):
            cells = []
            for position, cell in enumerate(row.cells):
                column = sum(1 for e in edges if e <= row.edges[position] + 3)
                locator = f"第{page.number}页!r{r}c{column}"
                boxes[locator] = (page.number, sheet.box(cell.pieces))
                cells.append(Cell(text=cell.text, row=r, column=column, locator=locator))
            cells_of.append(tuple(cells))
        heading = " ".join(tidy(" ".join(p.text for p in line)) for line in sheet.rows if line[0].cy < rows[0].top)
        tables.append(Table(name=heading[:200], page=page.number, rows=tuple(cells_of)))
    return tables, boxes


def _records(
    sha256: str,
    entries: Sequence[tuple[Entry, bool]],
    source: Source,
    boxes: Mapping[str, tuple[int, Box | None]],
    blocked: bool,
) -> tuple[ProposedRecord, ...]:
    records: list[ProposedRecord] = []
    for entry, proven in entries:
        if entry.meaning is None:
            continue
        records.append(_record(f"{sha256[:12]}-r{len(records) + 1}", entry, proven, source, boxes, blocked))
    return tuple(records)


def _record(
    record_id: str,
    entry: Entry,
    proven: bool,
    source: Source,
    boxes: Mapping[str, tuple[int, Box | None]],
    blocked: bool,
) -> ProposedRecord:
    meaning = entry.meaning
    assert meaning is not None
    own: list[Finding] = []
    value = number(entry.raw) or Fraction(0)
    quantity = _canonical(entry, value)
    if quantity is None:
        stated = f"“{entry.unit}”与{meaning.carrier.label}不匹配或不在单位表内" if entry.unit else "没有写明"
        own.append(
            blocking(
                "unit-missing" if not entry.unit else "unit-unknown",
                f"{entry.cell.locator} 的计量单位{stated}。",
                "请在表头或标题写明单位后重新上传，或人工更正。",
                subjects=(record_id,),
                data={"unit": entry.unit},
            )
        )
    if meaning.uncertain:
        own.append(
            explain(
                "carrier-uncertain", f"能源品种待确认：{meaning.uncertain}。", "请确认能源品种。", subjects=(record_id,)
            )
        )
    if entry.span is None:
        own.append(
            explain("period-missing", "没有读到用能期间（缺年份或月份）。", "请填写起止日期。", subjects=(record_id,))
        )
    else:
        own += checks.period(entry.span.first, entry.span.last, None, record_id, day_allowed=True)
    if entry.sub_meter:
        own.append(
            explain(
                "sub-meter",
                "同一张表里另有总表，本行可能是分表，与总表相加会重复。",
                "请确认是否为分表，分表的记录请否决。",
                subjects=(record_id,),
            )
        )
    if quantity is not None and entry.amount:
        terms = next((t for t in carrier_terms() if t.carrier is meaning.carrier), None)
        net = show((number(entry.amount) or Fraction(0)) * Fraction(100, 113))
        own += checks.unit_price_band(terms, net, quantity.value, quantity.unit, record_id)
    confidence, review = grade(
        source=source,
        findings=own,
        document_blocked=blocked,
        certain=quantity is not None and entry.span is not None and not meaning.uncertain and not entry.cell.computed,
        proven=proven,
    )
    page, box = boxes.get(entry.cell.locator, (None, None))
    return ProposedRecord(
        id=record_id,
        carrier=meaning.carrier,
        direction=meaning.direction,
        quantity=show(quantity.value if quantity else value),
        unit=quantity.unit if quantity else "",
        raw_quantity=entry.raw,
        raw_unit=entry.unit,
        period_start=entry.span.first if entry.span else None,
        period_end=entry.span.last if entry.span else None,
        account_number=entry.account or None,
        meter_number=entry.meter or None,
        amount=entry.amount or None,
        page=page,
        bbox=box,
        locator=entry.cell.locator,
        confidence=confidence,
        needs_review=review,
        findings=tuple(own),
        note=entry.label,
        params=reading_params(entry.register, entry.raw, unit_scale(entry.unit)),
    )


def _canonical(entry: Entry, value: Fraction) -> Quantity | None:
    unit = find_printed_unit(entry.unit) if entry.unit else None
    quantity = canonical_quantity(value, unit) if unit else None
    if quantity is None or entry.meaning is None or quantity.dimension not in entry.meaning.dimensions:
        return None
    if entry.meaning.carrier is Carrier.HEAT and quantity.dimension == "electricity":
        return Quantity(value=quantity.value * GJ_PER_KWH, unit="GJ", dimension="heat")
    return quantity


def _control(entry: Entry) -> Finding:
    """A report's figure: it can contradict the accounts, it never enters them."""
    assert entry.meaning is not None
    quantity = _canonical(entry, number(entry.raw) or Fraction(0))
    span = entry.span
    when = f"{span.first} 至 {span.last}" if span else "期间未注明"
    return note(
        "report-total",
        f"报告所列{entry.meaning.carrier.label}{entry.meaning.direction.label} {entry.raw} {entry.unit}（{when}），只作核对，不作活动数据。",
        "核算结果与报告不一致时请说明。",
        subjects=(entry.cell.locator,),
        data={
            "carrier": entry.meaning.carrier.value,
            "direction": entry.meaning.direction.value,
            "quantity": show(quantity.value) if quantity else entry.raw,
            "unit": quantity.unit if quantity else entry.unit,
            "period_start": span.first if span else "",
            "period_end": span.last if span else "",
            "label": entry.label,
        },
    )


def _gaps(entries: Sequence[Entry]) -> list[Finding]:
    """Months that are missing inside a series of months of a metered carrier (fuel is bought when it is needed)."""
    out: list[Finding] = []
    series: dict[str, list[Entry]] = {}
    for entry in entries:
        metered = entry.meaning is not None and entry.meaning.carrier in METERED
        if metered and entry.span is not None and entry.span.grain == "months":
            series.setdefault(entry.series, []).append(entry)
    for members in series.values():
        months = sorted({e.span.first[:7] for e in members if e.span})
        if len(months) < 2:
            continue
        expected = _month_range(months[0], months[-1])
        missing = [m for m in expected if m not in months]
        if missing:
            first = members[0]
            assert first.meaning is not None
            name = " ".join(n for n in (first.account or first.meter, first.meaning.carrier.label) if n)
            out.append(
                explain(
                    "month-missing",
                    f"{name} 缺少 {'、'.join(missing)} 的数据。",
                    "请补充这些月份的账单或抄表记录。",
                    data={"months": missing, "account": first.account, "meter": first.meter},
                )
            )
    return out


def _month_range(first: str, last: str) -> list[str]:
    year, month = (int(x) for x in first.split("-"))
    out = [first]
    while out[-1] < last:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        out.append(f"{year}-{month:02d}")
    return out


def _flag_repeats(records: tuple[ProposedRecord, ...]) -> tuple[ProposedRecord, ...]:
    """Two rows for one carrier, meter and period may be one quantity listed twice."""
    seen: dict[tuple[object, ...], int] = {}
    for record in records:
        key = _key(record)
        seen[key] = seen.get(key, 0) + 1
    out = []
    for record in records:
        if seen[_key(record)] > 1 and record.period_start is not None and record.period_start != record.period_end:
            finding = explain(
                "repeated-period",
                "同一能源、同一表计、同一期间有多行数据。",
                "请确认各行是否都应计入。",
                subjects=(record.id,),
            )
            record = replace(record, needs_review=True, findings=(*record.findings, finding))
        out.append(record)
    return tuple(out)


def _key(record: ProposedRecord) -> tuple[object, ...]:
    return (
        record.carrier,
        record.direction,
        record.account_number,
        record.meter_number,
        record.period_start,
        record.period_end,
        record.note,
    )
