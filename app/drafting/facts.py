"""Every number and every foreign string a draft may print, each with the single place it comes from.

Fact ids are stable and short (a content control holds at most 64 characters): ``profile.<field>``, ``run.total``,
``run.subtotal.<category>``, ``run.share.<category>``, ``run.line.<activity>.tco2``, ``run.factor.<id>``, ``indicator.<name>``,
``ledger.<carrier>.<direction>[.<month>]``, ``doc.<sha8>.<field>``, ``verdict.<criterion>.<field>``, ``policy.<provision>``.
Texts that come from outside (names, reasons, account numbers) are facts too: they may hold digits, and those digits need an
address as much as a tonnage does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from hashlib import sha256
from typing import Any

from app.domain.fact import Fact
from app.domain.number import exact_text, parse_number
from app.domain.project import FactoryProfile
from app.drafting.clean import one_line
from app.drafting.rounding import printed
from app.drafting.source import DraftSource

_ID_LIMIT = 56


def fact_id(*parts: object) -> str:
    """The parts joined by dots, spaces as ``_``; a long id keeps its head and ends in ``~`` and a digest, so that it stays
    unique."""
    whole = one_line(".".join(str(p) for p in parts)).replace(" ", "_")
    if len(whole) <= _ID_LIMIT:
        return whole
    return f"{whole[: _ID_LIMIT - 13]}~{sha256(whole.encode()).hexdigest()[:12]}"


def _fact(id: str, label: str, value: str, text: str, unit: str, origin: Mapping[str, str | None]) -> Fact:
    where = {name: one_line(address) for name, address in origin.items() if address is not None}
    return Fact(id=id, label=one_line(label), value=value, text=text, unit=one_line(unit), **where)


def number_fact(id: str, label: str, value: Fraction, family: str, unit: str = "", **origin: str | None) -> Fact:
    """A computed or measured number, rounded as its family declares. ``origin`` is one of run_line, document, clause, profile."""
    exact, text = printed(value, family)
    return _fact(id, label, exact, text, unit, origin)


def text_fact(id: str, label: str, text: str, unit: str = "", **origin: str | None) -> Fact:
    """A string from outside, printed as it stands on one line, without characters that no Word file can hold."""
    flat = one_line(text)
    return _fact(id, label, flat, flat, unit, origin)


def given_fact(id: str, label: str, text: str, unit: str = "", **origin: str | None) -> Fact:
    """A number as somebody gave it: printed with its own digits, never rounded; a string when it is no number."""
    try:
        value = exact_text(parse_number(text))
    except ValueError:
        return text_fact(id, label, text, unit, **origin)
    return _fact(id, label, value, one_line(text), unit, origin)


_PROFILE_LABELS = {
    "name": "企业名称",
    "uscc": "统一社会信用代码",
    "province": "所在省份",
    "city": "所在城市",
    "address": "详细地址",
    "industry": "所属行业",
    "product": "主要产品",
}


def full_place(profile: FactoryProfile) -> str:
    """Province, city and address as one line, without saying a part twice."""
    place = profile.address
    for part in (profile.city, profile.province):
        if part and part not in place:
            place = part + place
    return place


def profile_facts(profile: FactoryProfile) -> Iterator[Fact]:
    """The profile's fields, and every measure and further section it carries."""
    for name, label in _PROFILE_LABELS.items():
        if value := getattr(profile, name):
            yield text_fact(f"profile.{name}", label, value, profile=f"factory.{name}")
    if place := full_place(profile):
        yield text_fact("profile.place", "所在地", place, profile="factory.address")
    if profile.year is not None:
        yield given_fact("profile.year", "报告年度", str(profile.year), "年", profile="factory.year")
    if profile.output_quantity:
        yield given_fact(
            "profile.output", "产品产量", profile.output_quantity, profile.output_unit, profile="output.quantity"
        )
    if value := profile.industrial_value_added_wan_yuan:
        yield given_fact(
            "profile.value_added", "工业增加值", value, "万元", profile="output.industrial_value_added_wan_yuan"
        )
    for carrier, accounts in profile.accounts.items():
        for n, account in enumerate(accounts, 1):
            yield text_fact(
                fact_id("profile.account", carrier, n), "计量户号", account, profile=f"accounts.{carrier}[{n}]"
            )
    for key, value in profile.extra.items():
        yield from _extra_facts((str(key),), value)


def _extra_facts(path: tuple[str, ...], value: Any) -> Iterator[Fact]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _extra_facts((*path, str(key)), inner)
    elif isinstance(value, (list, tuple)):
        for n, inner in enumerate(value, 1):
            yield from _extra_facts((*path, str(n)), inner)
    elif value is not None and not isinstance(value, bool) and str(value).strip():
        yield given_fact(fact_id("extra", *path), path[-1], str(value), profile=".".join(path))


def collect_facts(source: DraftSource) -> dict[str, Fact]:
    """All facts of a project by id, in a fixed order, empty ones left out. Two facts never share an id: the first one stands.

    The result depends on the source alone, so a verifier that collects again gets the same texts.
    """
    from app.drafting.facts_charts import emission_facts, energy_facts, path_facts
    from app.drafting.facts_gaps import gap_facts
    from app.drafting.facts_history import history_facts
    from app.drafting.facts_ledger import document_facts, ledger_facts
    from app.drafting.facts_plan import plan_facts
    from app.drafting.facts_run import run_facts
    from app.drafting.facts_verdict import policy_facts, verdict_facts

    facts: dict[str, Fact] = {}
    for group in (
        profile_facts(source.profile),
        ledger_facts(source.records),
        document_facts(source.documents),
        plan_facts(source.profile, source.run),
        run_facts(source.run) if source.run else (),
        energy_facts(source.energy),
        emission_facts(source.run) if source.run else (),
        path_facts(source.profile, source.run),
        gap_facts(source.gaps),
        history_facts(source.profile, source.verdicts),
        verdict_facts(source.verdicts) if source.verdicts else (),
        policy_facts(source.policies),
    ):
        for fact in group:
            if fact.text:
                facts.setdefault(fact.id, fact)
    return facts
