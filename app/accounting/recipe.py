"""What one unit of an activity comes to, worked out once for all activities that differ in their quantity alone.

Every formula of the core is proportional to the quantity: factor choice, proofs, steam look-ups and refusals depend on carrier,
unit, direction and parameters. Ten thousand bills of one meter therefore share one recipe, and each costs a few exact products.
A test holds every vector to the outcome computed without recipes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
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
        "certificate_id", "certificate_ids", "uncertainty_pct", "uncertainty_activity_pct", "uncertainty_factor_pct",
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


def _lookups(texts: Mapping[str, str], quantity: Fraction) -> Mapping[str, str]:
    return {n: exact_text(parse_number(t) * quantity) if n in SCALED_LOOKUPS else t for n, t in texts.items()}


def recipe_key(activity: Activity) -> Hashable:
    """Equal for two activities whose outcomes differ by their quantities alone."""
    params = [(str(k), _frozen(v)) for k, v in activity.params.items() if k not in PASSIVE]
    if len(params) > 1:
        params.sort(key=repr)
    return (activity.carrier, activity.unit_text, activity.direction, *params)


Ratio = tuple[int, int]


def _ratio(value: Fraction) -> Ratio:
    return value.numerator, value.denominator


def _times(value: Ratio, quantity: Fraction) -> Fraction:
    if value == (1, 1):
        return quantity
    top, bottom = quantity.as_integer_ratio()
    return Fraction(value[0] * top, value[1] * bottom)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """``unit`` is the outcome of exactly one unit, first worked out for activity ``owner``. ``rate``, ``measures`` and ``parts``
    (operands by position) are what grows with the quantity, as pairs of whole numbers; ``own`` says that it holds factors named
    after their activity."""

    owner: str
    unit: Outcome
    rate: Ratio
    measures: Mapping[str, Ratio]
    parts: tuple[tuple[int, Ratio], ...]
    own: bool
    why: str
    factor_ids: tuple[str, ...] = field(default=())

    def tco2(self, quantity: Fraction) -> Fraction:
        return _times(self.rate, quantity)

    def operands_for(self, activity: Activity) -> tuple[Operand, ...]:
        """The operands of this activity; those that do not grow with the quantity are the recipe's own objects."""
        changed = list(self._own_operands(activity))
        for n, value in self.parts:
            old = changed[n]
            text = exact_text(_times(value, activity.quantity))
            changed[n] = Operand(name=old.name, value=text, unit=old.unit, source=old.source)
        return tuple(changed)

    def factors_for(self, activity: Activity) -> tuple[FactorUse, ...]:
        if not self.own or activity.id == self.owner:
            return self.unit.factors
        return tuple(
            replace(f, id=self._name(f.id, activity)) if f.id.startswith(_OWN) else f for f in self.unit.factors
        )

    def ids_for(self, activity: Activity) -> tuple[str, ...]:
        """Ids of the factors, without repetition, under this activity's own name."""
        if not self.own or activity.id == self.owner:
            return self.factor_ids
        return tuple(self._name(i, activity) for i in self.factor_ids)

    def _name(self, id: str, activity: Activity) -> str:
        head = f"{_OWN}{self.owner}/"
        return f"{_OWN}{activity.id}/{id.removeprefix(head)}" if id.startswith(head) else id

    def _own_operands(self, activity: Activity) -> tuple[Operand, ...]:
        if not self.own or activity.id == self.owner:
            return self.unit.operands
        return tuple(
            replace(o, source=self._name(o.source, activity)) if o.source.startswith(_OWN) else o for o in self.unit.operands
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """An activity with the family that computed it and the recipe it shares with its like. ``tco2`` is for the quantity as given,
    before the sign of its direction and the boundary are applied."""

    activity: Activity
    family: str
    recipe: Recipe
    tco2: Fraction

    @property
    def unit(self) -> Outcome:
        """The outcome of one unit: everything that does not depend on the quantity."""
        return self.recipe.unit

    @property
    def outside(self) -> bool:
        return self.recipe.unit.outside or not self.activity.in_boundary

    @property
    def sign(self) -> int:
        return -1 if self.activity.direction == "out" else 1

    def measure(self, dimension: str) -> Fraction:
        """The amount in the base unit of a dimension, zero when it has none."""
        found = self.recipe.measures.get(dimension)
        return _times(found, self.activity.quantity) if found else Fraction(0)

    @property
    def gases(self) -> Mapping[str, Fraction]:
        """Tonnes of each gas, before the sign."""
        return {gas: tonnes * self.activity.quantity for gas, tonnes in self.unit.gases.items()}

    @property
    def lookups(self) -> Mapping[str, str]:
        return _lookups(self.unit.lookups, self.activity.quantity)


def used_factors(lines: Iterable[Computed]) -> list[FactorUse]:
    """The factors of the lines in order, once for the lines that share a recipe."""
    out: list[FactorUse] = []
    seen: set[int] = set()
    for line in lines:
        recipe = line.recipe
        if recipe.own or id(recipe) not in seen:
            seen.add(id(recipe))
            out += recipe.factors_for(line.activity)
    return out


def make_recipe(activity: Activity, formula: Formula, kind: Kind, setting: Setting) -> Recipe:
    """The recipe of this activity. Refuses whatever the formula refuses, in the name of this activity."""
    unit = formula(replace(activity, quantity=ONE), kind, setting)
    return Recipe(
        owner=activity.id,
        unit=unit,
        rate=_ratio(unit.tco2),
        measures={name: _ratio(value) for name, value in unit.measures.items()},
        parts=tuple(
            (n, _ratio(parse_number(o.value))) for n, o in enumerate(unit.operands) if o.source in SCALED_SOURCES
        ),
        own=any(use.id.startswith(_OWN) for use in unit.factors),
        why="".join(unit.why),
        factor_ids=tuple(dict.fromkeys(use.id for use in unit.factors)),
    )
