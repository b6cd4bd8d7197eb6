"""Everything a draft may be built from. The caller gathers it; drafting neither reads files nor asks the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from app.domain.carrier import Carrier, Direction
from app.domain.clause import PolicyDocument
from app.domain.project import FactoryProfile
from app.domain.run import CalculationRun
from app.domain.verdict import EligibilityReport


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """A confirmed record with the page it was read from. ``quantity`` is a decimal string in the canonical ``unit``;
    the period's first and last day are ISO dates, None when the document does not say."""

    record_id: str
    carrier: Carrier
    direction: Direction
    quantity: str
    unit: str
    document_sha256: str
    filename: str
    page: int | None = None
    period_start: str | None = None
    period_end: str | None = None
    account_number: str | None = None

    @property
    def address(self) -> str:
        """``<first 12 of sha256>#p<n>``, the document address of a fact."""
        return f"{self.document_sha256[:12]}#p{self.page or 1}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceDocument:
    """One document of the evidence index; ``kind`` is the Chinese label of its kind."""

    sha256: str
    filename: str
    kind: str
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyPart:
    """What one carrier adds to the energy of the run, in tce by ``basis`` (当量 or 等价); ``origin`` is its address in the run."""

    label: str
    basis: str
    tce: Fraction
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GapEntry:
    """One open item of the gap plan, as the plan words it."""

    criterion: str
    title: str
    clause: str
    modality: str
    kind: str
    what: str
    proof: str
    supplier: str
    next_step: str
    assignee: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSource:
    """``policies`` maps document ids to the corpus; ``generated_on`` is the date printed on the cover."""

    project: str
    profile: FactoryProfile
    generated_on: date
    run: CalculationRun | None = None
    records: tuple[LedgerEntry, ...] = ()
    verdicts: EligibilityReport | None = None
    documents: tuple[EvidenceDocument, ...] = ()
    energy: tuple[EnergyPart, ...] = ()
    gaps: tuple[GapEntry, ...] = ()
    policies: Mapping[str, PolicyDocument] = field(default_factory=dict)
