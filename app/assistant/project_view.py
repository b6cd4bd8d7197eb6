"""What the assistant may know of the user's project: the profile, confirmed records, the latest run, the verdicts.

The services fill it from the store; the assistant never reads a database. Quantities are decimal strings.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from app.domain.carrier import Carrier, Direction
from app.domain.project import FactoryProfile
from app.domain.run import CalculationRun
from app.domain.verdict import EligibilityReport


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityView:
    """One activity record and the page it was read from. ``status`` is proposed | confirmed | rejected | superseded;
    ``period_start``/``period_end`` are ISO days; ``sha256`` of the document, ``page`` from 1; ``activity`` the id it has in
    the run, when it is in one."""

    id: str
    carrier: Carrier
    direction: Direction
    quantity: str
    unit: str
    status: str = "confirmed"
    period_start: str | None = None
    period_end: str | None = None
    sha256: str | None = None
    page: int | None = None
    filename: str = ""
    activity: str | None = None
    account_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectView:
    """``documents`` are (file name, number of proposed records) of everything uploaded."""

    project: str
    profile: FactoryProfile
    records: tuple[ActivityView, ...] = ()
    run: CalculationRun | None = None
    report: EligibilityReport | None = None
    documents: tuple[tuple[str, int], ...] = field(default=())
