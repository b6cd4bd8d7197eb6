"""The cheapest set of listed measures that reaches a target, by exact enumeration.

Branch and bound over at most ``MOST`` measures: every set is either visited or cut off with a proof (it cannot reach the target
any more, or it cannot become cheaper than what is found). Effects are taken to add up; whether they do is for the factory to say.
Among sets of the same cost the one with fewer measures wins, then the one whose measures stand earlier in the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

MOST = 20
SHOWN_STEPS = 200
_Rank = tuple[int, int, tuple[int, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A measure with its yearly ``effect`` (in the target's unit, 0 or more) and its ``cost`` (0 or more), both exact."""

    name: str
    effect: Fraction
    cost: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One decision of the search: ``chosen`` names the measures of the set, ``note`` says what followed, in Chinese."""

    chosen: tuple[str, ...]
    effect: Fraction
    cost: Fraction
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """``chosen`` holds positions in the list of candidates; None when even all of them fall short by ``short``.

    ``visited`` counts the sets looked at, ``cut`` those cut off with all they contain; ``steps`` are the first of them."""

    chosen: tuple[int, ...] | None
    effect: Fraction
    cost: Fraction
    short: Fraction
    visited: int
    cut: int
    steps: tuple[Step, ...]


class _Search:
    """Whole numbers throughout: effects and costs are brought to common denominators first."""

    def __init__(self, candidates: Sequence[Candidate], target: Fraction) -> None:
        self.candidates = candidates
        self.effect_scale = _common([target, *(c.effect for c in candidates)])
        self.cost_scale = _common([c.cost for c in candidates])
        self.target = int(target * self.effect_scale)
        # The best value for money first: a good set is found early and cuts off the rest.
        self.order = sorted(range(len(candidates)), key=lambda n: (_price(candidates[n]), n))
        self.effects = [int(candidates[n].effect * self.effect_scale) for n in self.order]
        self.costs = [int(candidates[n].cost * self.cost_scale) for n in self.order]
        size = range(len(candidates) + 1)
        self.left = [sum(self.effects[at:]) for at in size]
        self.largest = [sorted(self.effects[at:], reverse=True) for at in size]
        self.cheap = [sorted(self.costs[at:]) for at in size]
        self.early = [sorted(self.order[at:]) for at in size]
        self.best: _Rank | None = None
        self.visited = self.cut = 0
        self.steps: list[Step] = []

    def run(self) -> None:
        self._visit(0, 0, 0, ())

    def _visit(self, at: int, effect: int, cost: int, chosen: tuple[int, ...]) -> None:
        self.visited += 1
        if effect >= self.target:
            self._reached(effect, cost, chosen)
            return
        if effect + self.left[at] < self.target:
            self._off(effect, cost, chosen, "其余措施全做也达不到目标")
            return
        if self.best is not None and self._floor(at, effect, cost, chosen) >= self.best:
            self._off(effect, cost, chosen, "再做下去不会比已找到的更省")
            return
        self._visit(at + 1, effect + self.effects[at], cost + self.costs[at], (*chosen, self.order[at]))
        self._visit(at + 1, effect, cost, chosen)

    def _floor(self, at: int, effect: int, cost: int, chosen: tuple[int, ...]) -> _Rank:
        """A rank no completion of this set can fall below: the rest bought by the fraction at the best prices, with as few
        and as early measures as could possibly do."""
        missing = self.target - effect
        bound, open_, number = Fraction(cost), missing, at
        while open_ > 0 and number < len(self.order):
            if self.effects[number]:
                part = min(open_, self.effects[number])
                bound += Fraction(self.costs[number] * part, self.effects[number])
                open_ -= part
            number += 1
        more = 0
        for value in self.largest[at]:
            if missing <= 0:
                break
            missing -= value
            more += 1
        positions = tuple(sorted((*chosen, *self.early[at][:more])))
        least = max(-(-bound.numerator // bound.denominator), cost + sum(self.cheap[at][:more]))
        return least, len(positions), positions

    def _reached(self, effect: int, cost: int, chosen: tuple[int, ...]) -> None:
        rank = (cost, len(chosen), tuple(sorted(chosen)))
        better = self.best is None or rank < self.best
        if better:
            self.best = rank
        self._step(effect, cost, chosen, "达到目标，目前最省" if better else "达到目标，但不比已找到的更省")

    def _off(self, effect: int, cost: int, chosen: tuple[int, ...], note: str) -> None:
        self.cut += 1
        self._step(effect, cost, chosen, note)

    def _step(self, effect: int, cost: int, chosen: tuple[int, ...], note: str) -> None:
        if len(self.steps) < SHOWN_STEPS:
            self.steps.append(
                Step(
                    chosen=tuple(self.candidates[n].name for n in sorted(chosen)),
                    effect=Fraction(effect, self.effect_scale),
                    cost=Fraction(cost, self.cost_scale),
                    note=note,
                )
            )


def _common(values: Sequence[Fraction]) -> int:
    """The least common denominator."""
    return reduce(lambda whole, value: whole * Fraction(value.denominator, whole).numerator, values, 1)


def _price(candidate: Candidate) -> tuple[bool, Fraction]:
    """Cost per unit of effect; what has no effect comes last."""
    return (True, candidate.cost) if not candidate.effect else (False, candidate.cost / candidate.effect)


def cheapest(candidates: Sequence[Candidate], target: Fraction) -> Choice:
    """The cheapest choice whose effects sum to at least ``target``. A target of 0 or less needs nothing.

    Raises ValueError for more than ``MOST`` candidates or a negative effect or cost. The same list gives the same choice."""
    if len(candidates) > MOST:
        raise ValueError(f"more than {MOST} measures")
    if any(c.effect < 0 or c.cost < 0 for c in candidates):
        raise ValueError("negative effect or cost")
    search = _Search(candidates, target)
    search.run()
    positions = None if search.best is None else search.best[2]
    reached = sum((candidates[n].effect for n in positions or ()), Fraction(0))
    every = sum((c.effect for c in candidates), Fraction(0))
    return Choice(
        chosen=positions,
        effect=reached if positions is not None else every,
        cost=sum((candidates[n].cost for n in positions or ()), Fraction(0)),
        short=Fraction(0) if positions is not None else target - every,
        visited=search.visited,
        cut=search.cut,
        steps=tuple(search.steps),
    )
