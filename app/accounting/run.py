"""One calculation: activities in, one immutable run out. The same input gives the same run, to the byte."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from app.accounting.allocate import period_texts
from app.accounting.bulk import acyclic
from app.accounting.captured import captured
from app.accounting.carriers import Family, Kind, classify
from app.accounting.caveats import caveats
from app.accounting.claims import check_claims, claim_warnings, require_explained_sign
from app.accounting.convert import conversions
from app.accounting.editions import choose_edition
from app.accounting.electricity import electricity
from app.accounting.fuel import burn
from app.accounting.gwp import equivalents
from app.accounting.heat import heat_family
from app.accounting.indicators import indicators
from app.accounting.library import FactorLibrary
from app.accounting.methods import electricity_methods, methods_to_json
from app.accounting.notices import findings
from app.accounting.numbers import exact_sum
from app.accounting.offsets import read_offsets, refuse_netting
from app.accounting.outcome import Outcome, Setting
from app.accounting.process import carbonate, process, reported
from app.accounting.reading import Activity, Inputs, inputs_hash, read_activity, read_inputs
from app.accounting.recipe import Computed, Recipe, make_recipe, recipe_key, used_factors
from app.accounting.reporting import read_reporting, reporting_to_json
from app.accounting.suspects import Gate
from app.accounting.uncertainty import uncertainty, uncertainty_to_json
from app.domain.run import CalculationRun, EmissionLine, FactorUse

ENGINE = "lingtan-accounting/3"
CATEGORIES = (
    "fuel_combustion", "process", "electricity_in", "electricity_out", "electricity_zero", "heat_in", "heat_out", "reported",
    "reported_deduction", "outside_boundary",
)  # fmt: skip
OUTSIDE = "outside_boundary"


def _biomass(activity: Activity, kind: Kind, setting: Setting) -> Outcome:
    return replace(
        burn(activity, kind, setting), outside=True, why=("生物质 CO2 单独报告，不计入总量。",), formula="biomass"
    )


_BY_FAMILY = {
    Family.ELECTRICITY: electricity,
    Family.FUEL: burn,
    Family.UNKNOWN: burn,
    Family.BIOMASS: _biomass,
    Family.HEAT: heat_family,
    Family.STEAM: heat_family,
    Family.HOT_WATER: heat_family,
    Family.CARBONATE: carbonate,
    Family.PROCESS: process,
    Family.REPORTED: reported,
    Family.CAPTURED: captured,
}


def _kinds(activities: Sequence[Mapping[str, Any]], library: FactorLibrary) -> dict[str, Kind]:
    """The family of each activity's carrier, by activity id."""
    names = {raw["id"]: str(raw.get("carrier") or "").strip() for raw in activities}
    known = {name: classify(name, library) for name in set(names.values())}
    return {id: known[name] for id, name in names.items()}


def _compute_all(setting: Setting) -> tuple[Computed, ...]:
    """Every activity in the order given; what they share is worked out once."""
    kinds = _kinds(setting.inputs.activities, setting.library)
    recipes: dict[Hashable, Recipe] = {}
    out = []
    for raw in setting.inputs.activities:
        activity = read_activity(raw)
        require_explained_sign(activity, kinds)
        kind = kinds[activity.id]
        key = recipe_key(activity)
        recipe = recipes.get(key)
        if recipe is None:
            recipe = recipes[key] = make_recipe(activity, _BY_FAMILY[kind.family], kind, setting)
        tco2 = recipe.tco2(activity.quantity)
        out.append(Computed(activity=activity, family=kind.family.value, recipe=recipe, tco2=tco2))
    return tuple(out)


def _line(computed: Computed, library: FactorLibrary) -> EmissionLine:
    activity, outcome = computed.activity, computed.unit
    category = outcome.category_in if activity.direction == "in" else outcome.category_out
    start, end = period_texts(activity.params) if activity.params else (None, None)
    why = computed.recipe.why
    if computed.outside:
        category = OUTSIDE
        why += "在核算边界外（或按规则单列），不计入总量。"
    if activity.is_correction:
        why += f"更正 {activity.params['correction_of']}：{activity.params.get('reason') or '未写原因'}。"
    formula = library.formula(outcome.formula)
    return EmissionLine(
        activity=activity.id,
        category=category,
        carrier=activity.carrier,
        direction=activity.direction,
        quantity=activity.quantity_text,
        unit=activity.unit_text,
        tco2=-computed.tco2 if computed.sign < 0 else computed.tco2,
        formula_id=formula.id,
        formula=formula.text,
        clause=formula.clause,
        factor_ids=computed.recipe.ids_for(activity),
        operands=computed.recipe.operands_for(activity),
        why=why,
        label=str(activity.params.get("label") or ""),
        period_start=start,
        period_end=end,
        gases={gas: t * computed.sign for gas, t in sorted(computed.gases.items())} if outcome.gases else {},
    )


def _subtotals(lines: Sequence[EmissionLine]) -> dict[str, Fraction]:
    by_category: dict[str, list[Fraction]] = {}
    for line in lines:
        by_category.setdefault(line.category, []).append(line.tco2)
    return {c: exact_sum(by_category[c]) for c in CATEGORIES if c != OUTSIDE and c in by_category}


def _lookups(computed: Sequence[Computed]) -> dict[str, str]:
    """Table look-ups by name; with several steam activities what they share, and each under its activity."""
    looked = [c for c in computed if c.unit.lookups]
    if not looked:
        return {}
    first = looked[0].lookups
    shared = {n: v for n, v in first.items() if all(c.lookups.get(n) == v for c in looked)}
    if len(looked) == 1:
        return shared
    return shared | {f"{c.activity.id}.{n}": v for c in looked for n, v in c.lookups.items()}


def _unique(uses: Sequence[FactorUse]) -> tuple[FactorUse, ...]:
    by_id: dict[str, FactorUse] = {}
    for use in uses:
        by_id.setdefault(use.id, use)
    return tuple(by_id[i] for i in sorted(by_id))


def run_identity(hash_of_inputs: str, engine: str) -> str:
    """The id of the run of these inputs by this engine over this library."""
    return "run-" + hashlib.sha256(f"{hash_of_inputs}|{engine}".encode()).hexdigest()[:12]


@acyclic
def calculate(inputs: Mapping[str, Any], library: FactorLibrary) -> CalculationRun:
    """The inventory of ``inputs`` (the mapping described at the head of evals/datasets/accounting_dev.yaml).

    Quantities are decimal strings, integers or Decimals. Raises CalculationRefused with the refusal kind as id when any number
    lacks its grounds (then there is no total at all) and UsageError when the mapping is not a calculation.
    """
    read = read_inputs(inputs)
    edition = choose_edition(read.edition, read.year, library)
    read = replace(read, edition=edition.used)
    setting = Setting(inputs=read, library=library, gate=Gate.from_option(read.options.get("allow_suspect")))
    refuse_netting(read)
    computed = _compute_all(setting)
    check_claims(computed, setting)
    lines = tuple(_line(c, library) for c in computed)
    subtotals = _subtotals(lines)
    total = sum(subtotals.values(), Fraction(0))
    co2e = equivalents(computed, setting)
    measured = indicators(computed, total, setting)
    offsets, offset_total = read_offsets(read)
    methods = electricity_methods(computed, total, setting)
    spread = uncertainty(computed, total)
    uses = _unique([*used_factors(computed), *co2e.factors, *measured.factors])
    admitted = [s for c in computed for s in c.unit.suspects] + [*co2e.suspects, *measured.suspects]
    digest = inputs_hash(inputs)
    engine = f"{ENGINE}+factors.{library.digest[:12]}"
    return CalculationRun(
        run_id=run_identity(digest, engine),
        inputs_hash=digest,
        engine=engine,
        edition=read.edition,
        factor_set=read.factor_set,
        year=read.year,
        lines=lines,
        subtotals=subtotals,
        total_tco2=total,
        total_tco2e=co2e.total,
        indicators=measured.values,
        factors=uses,
        offsets=offsets,
        offsets_tco2e=offset_total,
        lookups=_lookups(computed),
        conversions=conversions(read.conversions, computed),
        warnings=claim_warnings(computed, setting),
        caveats=caveats(setting, computed, uses, admitted, methods=methods, spread=spread),
        findings=findings(setting, computed, measured.undefined, admitted),
        supplements={
            "edition_choice": edition.to_plain(),
            **({"electricity_methods": methods_to_json(methods)} if methods else {}),
            "uncertainty": uncertainty_to_json(spread),
            **_reported(read, library, total, measured.values),
        },
    )


def _reported(read: Inputs, library: FactorLibrary, total: Fraction, indicators: Mapping[str, Any]) -> dict[str, Any]:
    """The reported indicators, when the input reports anything for them or asks for them."""
    if read.reporting is None and "reported_indicators" not in read.request:
        return {}
    reporting = read_reporting(read.reporting)
    return {"reported_indicators": reporting_to_json(library.indicator_sets, reporting, total, indicators)}
