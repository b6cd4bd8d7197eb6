"""What one unit of an activity comes to, worked out once for all activities that differ in their quantity alone.

Every formula of the core is proportional to the quantity: factor choice, proofs, steam look-ups and refusals depend on carrier,
unit, direction and parameters. Ten thousand bills of one meter therefore share one recipe, and each costs a few exact products.
A test holds every vector to the outcome computed without recipes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from app.accounting.carriers import Kind
from app.accounting.outcome import Outcome, Setting
from app.accounting.reading import Activity
from app.domain.number import exact_text, parse_number
from app.domain.run import FactorUse, Operand

# Parameters that no formula reads: they say when, where and for whom, or are read from the activity itself by the checks.
PASSIVE = frozenset(
    {
        "period", "period_start", "period_end", "note", "account", "account_number", "meter_number", "document", "reason",
        "certificate_id", "certificate_ids",
    }
)  # fmt: skip
SCALED_SOURCES = frozenset({"activity", "derived"})
SCALED_LOOKUPS = frozenset({"heat_gj"})
ONE = Fraction(1)
_OWN = "USER/"

Formula = Callable[[Activity, Kind, Setting], Outcome]


def _frozen(value: Any) -> Hashable:
    """A key that tells 1, "1", True and Decimal("1.0") apart."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return ("{}", *sorted(((str(k), _frozen(v)) for k, v in value.items()), key=repr))
    if isinstance(value, (list, tuple)):
        return ("[]", *(_frozen(v) for v in value))
    return (type(value).__name__, repr(value))


def recipe_key(activity: Activity) -> Hashable:
    """Equal for two activities whose outcomes differ by their quantities alone."""
    params = tuple(sorted(((str(k), _frozen(v)) for k, v in activity.params.items() if k not in PASSIVE), key=repr))
    return (activity.carrier, activity.unit_text, activity.direction, params)


def _scaled(values: Mapping[str, Fraction], quantity: Fraction) -> Mapping[str, Fraction]:
    return {name: quantity if value == ONE else value * quantity for name, value in values.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """``unit`` is the outcome of exactly one unit, first worked out for activity ``owner``; ``parts`` the operands that grow with
    the quantity, by position; ``own`` says that it holds factors named after their activity."""

    owner: str
    unit: Outcome
    parts: Mapping[int, Fraction]
    own: bool
    why: str
    factor_ids: tuple[str, ...] = field(default=())

    def outcome(self, activity: Activity) -> Outcome:
        """The outcome of this activity, equal to the formula applied to its whole quantity."""
        unit, quantity = self.unit, activity.quantity
        operands, factors = unit.operands, unit.factors
        if self.own and activity.id != self.owner:
            operands, factors = self._renamed(activity.id)
        if self.parts:
            changed = list(operands)
            for n, value in self.parts.items():
                old = changed[n]
                changed[n] = Operand(name=old.name, value=exact_text(value * quantity), unit=old.unit, source=old.source)
            operands = tuple(changed)
        lookups = unit.lookups
        if lookups:
            lookups = {
                name: exact_text(parse_number(text) * quantity) if name in SCALED_LOOKUPS else text
                for name, text in lookups.items()
            }
        return Outcome(
            tco2=unit.tco2 * quantity,
            category_in=unit.category_in,
            category_out=unit.category_out,
            formula=unit.formula,
            operands=operands,
            factors=factors,
            why=unit.why,
            lookups=lookups,
            gases=_scaled(unit.gases, quantity) if unit.gases else unit.gases,
            measures=_scaled(unit.measures, quantity),
            suspects=unit.suspects,
            carrier=unit.carrier,
            supply=unit.supply,
            zero=unit.zero,
            outside=unit.outside,
        )

    def ids_for(self, activity: Activity) -> tuple[str, ...]:
        """Ids of the factors, without repetition, under this activity's own name."""
        if not self.own or activity.id == self.owner:
            return self.factor_ids
        return tuple(self._name(i, activity.id) for i in self.factor_ids)

    def _name(self, id: str, activity: str) -> str:
        head = f"{_OWN}{self.owner}/"
        return f"{_OWN}{activity}/{id.removeprefix(head)}" if id.startswith(head) else id

    def _renamed(self, activity: str) -> tuple[tuple[Operand, ...], tuple[FactorUse, ...]]:
        operands = tuple(
            replace(o, source=self._name(o.source, activity)) if o.source.startswith(_OWN) else o for o in self.unit.operands
        )
        factors = tuple(replace(f, id=self._name(f.id, activity)) if f.id.startswith(_OWN) else f for f in self.unit.factors)
        return operands, factors


def make_recipe(activity: Activity, formula: Formula, kind: Kind, setting: Setting) -> Recipe:
    """The recipe of this activity. Refuses whatever the formula refuses, in the name of this activity."""
    unit = formula(replace(activity, quantity=ONE), kind, setting)
    return Recipe(
        owner=activity.id,
        unit=unit,
        parts={n: parse_number(o.value) for n, o in enumerate(unit.operands) if o.source in SCALED_SOURCES},
        own=any(use.id.startswith(_OWN) for use in unit.factors),
        why="".join(unit.why),
        factor_ids=tuple(dict.fromkeys(use.id for use in unit.factors)),
    )
