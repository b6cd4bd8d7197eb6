"""A roadmap: the measures of a plan year by year over a frozen run, to a target year. Each year is a Projection, never a run.

What is not touched by a measure stays as it is in the base year (activities, factors). A measure counts from its first day; its year
of beginning by days. What is left in the target year is the residual; offsets stand beside it and are never subtracted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.accounting.library import FactorLibrary
from app.accounting.projection import Overlay, Projection, project, share_of_year
from app.accounting.refusals import malformed
from app.domain.run import CalculationRun

LONGEST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A measure from the day ``starts`` (ISO) on: either ``overlays`` on the activities, or ``reduction`` in tCO2 a full year as its
    source declares it."""

    label: str
    starts: str
    overlays: tuple[Overlay, ...] = ()
    reduction: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """One year: the projection of the overlays in force, and what declared reductions take off it (``parts`` by label)."""

    year: int
    projection: Projection
    parts: tuple[tuple[str, Fraction], ...]

    @property
    def declared(self) -> Fraction:
        return sum((amount for _, amount in self.parts), Fraction(0))

    @property
    def total(self) -> Fraction:
        """tCO2 of that year under the plan; below zero when the declared reductions exceed what there is."""
        return self.projection.total_after - self.declared


@dataclass(frozen=True, slots=True, kw_only=True)
class Roadmap:
    """``milestones`` from the year after the base to the target year, in order."""

    base_run_id: str
    base_year: int
    base_total: Fraction
    target_year: int
    milestones: tuple[Milestone, ...]

    @property
    def residual(self) -> Fraction:
        """What is left to emit in the target year."""
        return max(self.milestones[-1].total, Fraction(0))

    @property
    def overstated(self) -> tuple[int, ...]:
        """Years in which the declared reductions exceed the emissions."""
        return tuple(m.year for m in self.milestones if m.total < 0)


def roadmap(
    run: CalculationRun, inputs: Mapping[str, Any], steps: Sequence[Step], target_year: int, library: FactorLibrary
) -> Roadmap:
    """The plan over ``run``, which must be the run of ``inputs``. Raises UsageError without a report year, for a target year that is
    not ahead of it or too far, and for a day that is none; refuses as the core does."""
    if run.year is None:
        raise malformed("核算没有报告年，不能排路线图。", fix="请给出报告年 year。", subject="year")
    if not run.year < target_year <= run.year + LONGEST:
        raise malformed(
            f"目标年 {target_year} 应在报告年 {run.year} 之后，且不超过 {LONGEST} 年。", fix="例如 2030 或 2035。", subject=str(target_year)
        )
    milestones = []
    for year in range(run.year + 1, target_year + 1):
        shares = [(step, share_of_year(step.starts, year, step.label)) for step in steps]
        begun = [(step, share) for step, share in shares if share]
        overlays = [overlay for step, _ in begun for overlay in step.overlays]
        milestones.append(
            Milestone(
                year=year,
                projection=project(run, inputs, overlays, library, year=year),
                parts=tuple((step.label, step.reduction * share) for step, share in begun if step.reduction),
            )
        )
    return Roadmap(
        base_run_id=run.run_id,
        base_year=run.year,
        base_total=run.total_tco2,
        target_year=target_year,
        milestones=tuple(milestones),
    )
