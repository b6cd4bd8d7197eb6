"""Several readings of one invoice to one set of fields and lines. Rivals are kept; disagreement is a finding, never an average."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from app.domain.activity import Confidence, FieldValue, InvoiceLine
from app.domain.finding import Finding, Severity
from app.domain.page import Source
from extractors import checks
from extractors.evidence import Candidate, blocking, explain, note
from extractors.invoices.reading import HEADER, LABELS, MONEY, InvoiceReading, full_label, same_value
from extractors.text import compact, number

CELLS = ("spec", "unit", "quantity", "unit_price", "tax_rate", "tax_amount")
REQUIRED = ("invoice_number", "issue_date", "seller_name", "buyer_name", "amount_incl_tax")
EXPECTED = ("seller_tax_id", "amount_excl_tax", "tax_amount")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The chosen candidate and the rival values of each field, the chosen lines, and what the comparison raised."""

    chosen: Mapping[str, Candidate]
    rivals: Mapping[str, tuple[str, ...]]
    lines: tuple[InvoiceLine, ...]
    lines_origin: str
    findings: tuple[Finding, ...]

    def value(self, name: str) -> str:
        return self.chosen[name].value if name in self.chosen else ""


def merge(readings: Sequence[InvoiceReading], extra: Mapping[str, str], page_text: str) -> Merged:
    """``readings`` best first; ``extra`` are values a container repeats (OFD CustomData); ``page_text`` is compact.

    A structured value that stands on the page is confirmed by it, wherever geometry put it; one that does not is asked about.
    """
    chosen: dict[str, Candidate] = {}
    rivals: dict[str, tuple[str, ...]] = {}
    findings: list[Finding] = []
    structured = readings[0].origin != "page"
    for name in HEADER:
        candidates = [c for r in readings for c in r.candidates if c.name == name]
        if not candidates:
            continue
        best = _best(name, candidates)
        chosen[name] = best
        others: list[str] = []
        for other in candidates:
            if not same_value(name, other.value, best.value) and other.value not in others:
                others.append(other.value)
        stated = extra.get(name, "")
        if stated and not same_value(name, stated, best.value) and stated not in others:
            others.append(stated)
        rivals[name] = tuple(others)
        rank_rivals = [
            c
            for c in candidates
            if not same_value(name, c.value, best.value) and _weighs(c, structured, best, page_text)
        ]
        if rank_rivals or (stated and not same_value(name, stated, best.value)):
            findings.append(_disagreement(name, best, others))
        elif structured and page_text and not _stands_on_page(best, page_text):
            findings.append(
                explain(
                    "value-not-on-page",
                    f"{LABELS[name]}“{best.value}”来自结构化数据，但版面上找不到相同内容。",
                    "请对照版面核对该项。",
                    subjects=(name,),
                    data={"value": best.value},
                )
            )
    lines, origin, notes = _choose_lines(readings, chosen)
    return Merged(chosen=chosen, rivals=rivals, lines=lines, lines_origin=origin, findings=(*findings, *notes))


def _best(name: str, candidates: list[Candidate]) -> Candidate:
    """By source, then without doubt, then (for numbers) the longer: a 20-digit number beats an 8-digit one that it may contain."""
    return min(candidates, key=lambda c: (c.rank, c.doubt, -len(c.value) if name == "invoice_number" else 0))


def _weighs(rival: Candidate, structured: bool, best: Candidate, page_text: str) -> bool:
    """A page reading cannot contradict a tag whose value stands on the page as well: then only geometry chose another word."""
    if structured and rival.locator is None and rival.rank > best.rank:
        return not _stands_on_page(best, page_text)
    return True


def _stands_on_page(candidate: Candidate, page_text: str) -> bool:
    if candidate.name == "issue_date":
        year, month, day = candidate.value.split("-")
        forms = (
            f"{year}年{month}月{day}日",
            f"{year}年{int(month)}月{int(day)}日",
            f"{year}{month}{day}",
            candidate.value,
            f"{year}/{month}/{day}",
        )
        return any(form in page_text for form in forms)
    if candidate.name in MONEY:
        plain = compact(candidate.value)
        value = number(plain)
        return value is None or plain in page_text.replace(",", "") or f"{value:.2f}" in page_text.replace(",", "")
    return compact(candidate.value) in page_text


def _disagreement(name: str, best: Candidate, others: list[str]) -> Finding:
    return blocking(
        "source-disagreement",
        f"{LABELS[name]}有不同读数：采用“{best.value}”（{best.how}），另有 {'、'.join(f'“{o}”' for o in others)}。",
        "请对照原件选定正确的值。",
        subjects=(name,),
        data={"chosen": best.value, "rivals": list(others)},
    )


def _choose_lines(
    readings: Sequence[InvoiceReading], chosen: Mapping[str, Candidate]
) -> tuple[tuple[InvoiceLine, ...], str, list[Finding]]:
    """The first reading whose lines pass every check, else the one with the fewest failures."""
    amount = chosen["amount_excl_tax"].value if "amount_excl_tax" in chosen else ""
    tax = chosen["tax_amount"].value if "tax_amount" in chosen else ""
    scored = []
    for order, reading in enumerate(r for r in readings if r.lines):
        failures = len(line_findings(reading.lines, amount, tax)) + len(reading.findings)
        scored.append((failures, order, reading))
    if not scored:
        return (), "", []
    failures, _, best = min(scored, key=lambda s: s[:2])
    others = [r for _, _, r in scored if r is not best]
    findings = list(best.findings)
    for other in others:
        if other.origin == "page" or best.origin == "page":
            continue
        if len(other.lines) != len(best.lines):
            findings.append(
                explain(
                    "lines-disagree",
                    f"两处数据的明细行数不同（{len(best.lines)} 行与 {len(other.lines)} 行）。",
                    "请对照原件核对明细。",
                )
            )
    page = next((r for r in readings if r.origin == "page"), None)
    if page is None or page is best:
        return best.lines, best.origin, findings
    lines, notes = _completed(best.lines, page.lines)
    return lines, best.origin, [*findings, *notes]


def _completed(
    lines: tuple[InvoiceLine, ...], printed: tuple[InvoiceLine, ...]
) -> tuple[tuple[InvoiceLine, ...], list[Finding]]:
    """Lines of a structured source with what only the page says (vendors leave 数量 or 单价 out of their tags). Only where both list the
    same amounts in the same order; a number that differs is a finding."""
    if len(lines) != len(printed) or any(
        number(a.amount) != number(b.amount) for a, b in zip(lines, printed, strict=True)
    ):
        bare = [n for n, li in enumerate(lines, 1) if li.unit and not li.quantity and not li.unit_price]
        return lines, [_unconfirmed(bare)] if bare else []
    out, findings = [], []
    for order, (line, shown) in enumerate(zip(lines, printed, strict=True), 1):
        missing: dict[str, Any] = {n: getattr(shown, n) for n in CELLS if not getattr(line, n) and getattr(shown, n)}
        if "quantity" in missing:
            missing["quantity_bbox"] = shown.quantity_bbox
        out.append(replace(line, **missing))
        for name in ("quantity", "unit_price", "tax_amount"):
            left, right = number(getattr(line, name)), number(getattr(shown, name))
            if left is not None and right is not None and left != right:
                findings.append(
                    explain(
                        "line-differs",
                        f"第 {order} 行的数字与版面不同：结构化数据 {getattr(line, name)}，版面 {getattr(shown, name)}。",
                        "请对照原件核对该行。",
                        subjects=(f"line:{order}",),
                        data={"left": getattr(line, name), "right": getattr(shown, name)},
                    )
                )
    return tuple(out), findings


def _unconfirmed(orders: Sequence[int]) -> Finding:
    return explain(
        "line-unconfirmed",
        f"第 {'、'.join(map(str, orders[:20]))} 行有计量单位而没有数量，版面上的明细又未能对应，数量可能漏读。",
        "请对照原件补录数量和单价。",
        subjects=tuple(f"line:{n}" for n in orders),
    )


def line_findings(lines: Sequence[InvoiceLine], amount: str, tax: str) -> tuple[Finding, ...]:
    """V1a–V1c over all lines; ``line:<n>`` (from 1) is the subject of a line's finding."""
    groups = [checks.line_complete(line, f"line:{n}") for n, line in enumerate(lines, 1)]
    groups += [checks.line_product(line, f"line:{n}") for n, line in enumerate(lines, 1)]
    groups += [checks.line_tax(line, f"line:{n}") for n, line in enumerate(lines, 1)]
    groups.append(checks.line_sums(lines, amount, tax))
    return checks.collect(groups)


def missing_fields(chosen: Mapping[str, Candidate]) -> list[Finding]:
    """Missing is said, never filled: required fields block, expected ones ask."""
    out = []
    for name in (*REQUIRED, *EXPECTED):
        if name in chosen:
            continue
        label = full_label(name)
        build = blocking if name in REQUIRED else explain
        out.append(build("field-missing", f"没有读到{label}。", "请对照原件补录。", subjects=(name,)))
    if "buyer_tax_id" not in chosen:
        out.append(
            note(
                "buyer-tax-id-missing",
                "票面没有购买方纳税人识别号（个人或未填写）。",
                "企业取得的发票应有税号，请核对。",
                subjects=("buyer_tax_id",),
            )
        )
    if len(chosen["invoice_number"].value if "invoice_number" in chosen else "") == 8 and "invoice_code" not in chosen:
        out.append(
            blocking(
                "field-missing",
                "没有读到发票代码。",
                "8 位号码的发票应有 10 或 12 位代码。",
                subjects=("invoice_code",),
            )
        )
    return out


def to_fields(
    merged: Merged, findings: Sequence[Finding], proven: bool, document_review: bool, coded: Set[str] = frozenset()
) -> tuple[FieldValue, ...]:
    """Header fields with confidence. ``proven``: the totals and the number were checked and every hard check holds; ``coded``: fields that
    the invoice's QR code confirms, which settles a doubt about where a value was read."""
    out = []
    for name in HEADER:
        candidate = merged.chosen.get(name)
        if candidate is None:
            continue
        own = [f for f in findings if name in f.subjects and f.severity is not Severity.NOTE]
        failed = any(f.severity is Severity.BLOCKING for f in own)
        if failed:
            confidence = Confidence.D
        elif candidate.source is Source.OCR:
            confidence = Confidence.C
        else:
            doubt = candidate.doubt and name not in coded
            confidence = Confidence.A if proven and not own and not doubt else Confidence.B
        recognised = candidate.source is Source.OCR and not (proven and name in coded)
        review = bool(own) or (candidate.doubt and name not in coded) or recognised or document_review
        out.append(
            FieldValue(
                name=name,
                value=candidate.value,
                raw=candidate.raw,
                page=candidate.page,
                bbox=candidate.bbox,
                locator=candidate.locator,
                confidence=confidence,
                status="review" if review else "auto",
                rivals=merged.rivals.get(name, ()),
            )
        )
    return tuple(out)
