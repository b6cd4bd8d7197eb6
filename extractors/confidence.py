"""Levels A–D of a record. Not a product of recognition scores: arithmetic and certainty of meaning decide."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.activity import Confidence
from app.domain.finding import Finding, Severity
from app.domain.page import Source


def grade(
    *,
    source: Source,
    findings: Sequence[Finding],
    document_blocked: bool,
    certain: bool,
    proven: bool,
    coded: bool = False,
) -> tuple[Confidence, bool]:
    """(confidence, needs_review).

    A only from a structured source or a text layer with every hard check applied and held (``proven``) and carrier, quantity, unit
    and period all certain; D when a hard check failed on the record or the document; else B. A recognised picture reaches C at most, and
    needs no review only when everything holds and the code printed on it agrees (``coded``).
    """
    if document_blocked or any(f.severity is Severity.BLOCKING for f in findings):
        return Confidence.D, True
    asked = any(f.severity is Severity.EXPLAIN for f in findings)
    if source is Source.OCR:
        return Confidence.C, not (certain and proven and coded and not asked)
    if certain and proven and not asked:
        return Confidence.A, False
    return Confidence.B, True
