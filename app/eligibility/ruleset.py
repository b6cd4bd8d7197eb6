"""Rule files, already read into mappings, to a RuleSet; every fault is reported as a problem, none is repaired silently."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from app.domain.clause import EvidenceLevel, Modality
from app.domain.number import parse_number
from app.eligibility.checks import CHECKS
from app.eligibility.expression import COMPARISONS, ExpressionError, Node, parse
from app.eligibility.rule import Check, Exclusion, FactSpec, Rule, RuleSet, Scheme

NATIONAL = "全国"
FACT_TYPES = ("bool", "number", "text", "marks", "items", "series")
FACT_SOURCES = ("run", "document", "declared", "profile")
OPERATORS: dict[str, tuple[str, ...]] = {
    "compare": tuple(COMPARISONS),
    "date": ("<=", ">="),
    "includes": ("all", "any"),
    "trend": ("increasing", "decreasing"),
}
OPERAND_TYPES: dict[str, str] = {
    "compare": "number",
    "level": "text",
    "every": "items",
    "some": "items",
    "includes": "marks",
    "trend": "series",
    "date": "text",
    "priority": "text",
}
NODE_TYPES: dict[str, tuple[str, ...]] = {
    "fact": ("bool",),
    "has": ("marks",),
    "compare": ("bool", "number", "text"),
    "in": ("text", "number"),
}


class RuleError(ValueError):
    """A rule file does not follow the schema. ``where`` is the rule or scheme id, ``problem`` a Chinese sentence."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}：{problem}")
        self.where = where
        self.problem = problem


def content_version(files: Mapping[str, Mapping[str, Any]]) -> str:
    """Hash of the parsed content, independent of file order, layout and comments."""
    text = json.dumps(files, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _text(data: Mapping[str, Any], key: str, where: str, *, required: bool = True) -> str:
    value = data.get(key, "")
    if not isinstance(value, str):
        raise RuleError(where, f"{key} 应是文字")
    if required and not value.strip():
        raise RuleError(where, f"缺少 {key}")
    return value.strip()


def _texts(data: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
        raise RuleError(where, f"{key} 应是文字列表")
    return tuple(value)


def _no_strangers(data: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    strangers = sorted(set(data) - set(known))
    if strangers:
        raise RuleError(where, f"有未登记的键：{'、'.join(strangers)}")


def _condition(text: str, where: str) -> Node | None:
    if not text:
        return None
    try:
        return parse(text)
    except ExpressionError as error:
        raise RuleError(where, f"条件表达式有误：{error}") from error


def build_fact_spec(data: Mapping[str, Any]) -> FactSpec:
    """One entry of the facts registry. Raises RuleError."""
    where = str(data.get("name", "facts"))
    _no_strangers(data, FactSpec.__dataclass_fields__, where)
    spec = FactSpec(
        name=_text(data, "name", where),
        label=_text(data, "label", where),
        type=_text(data, "type", where),
        source=_text(data, "source", where),
        obtain=_text(data, "obtain", where),
        unit=_text(data, "unit", where, required=False),
        proof=_text(data, "proof", where, required=False),
        supplier=_text(data, "supplier", where, required=False),
        options=_texts(data, "options", where),
    )
    if spec.type not in FACT_TYPES or spec.source not in FACT_SOURCES:
        raise RuleError(where, f"type 或 source 不在登记范围：{spec.type}、{spec.source}")
    if spec.source == "declared" and not (spec.proof and spec.supplier):
        raise RuleError(where, "申报类事实须写明 proof 与 supplier")
    return spec


def build_check(data: Mapping[str, Any], where: str) -> Check:
    """The ``test`` table of a rule. Raises RuleError."""
    kind = _text(data, "kind", where)
    if kind not in CHECKS:
        raise RuleError(where, f"判断方式 {kind} 不在登记范围")
    known = {"kind", "operand", "operands", "operator", "expression", "threshold", "by_year", "unit"}
    _no_strangers(data, known | {"accept", "reject", "match", "window", "wanted"}, where)
    expression = _text(data, "expression", where, required=kind == "expression")
    node = _condition(expression, where)
    operands = _texts(data, "operands", where) or ((_text(data, "operand", where),) if "operand" in data else ())
    operands = node.names() if node else operands
    if not operands:
        raise RuleError(where, "没有写判断所用的事实")
    operator = _text(data, "operator", where, required=kind in OPERATORS)
    if kind in OPERATORS and operator not in OPERATORS[kind]:
        raise RuleError(where, f"判断方式 {kind} 不能用算符 {operator}")
    threshold: Any = _text(data, "threshold", where, required=False) or None
    by_year: dict[int, Any] = {}
    try:
        if kind == "compare":
            threshold = parse_number(threshold) if threshold is not None else None
            by_year = {int(year): parse_number(value) for year, value in data.get("by_year", {}).items()}
            if (threshold is None) == (not by_year):
                raise RuleError(where, "threshold 与 by_year 须写且只写一个")
        if kind == "date":
            date.fromisoformat(str(threshold))
    except ValueError as error:
        if isinstance(error, RuleError):
            raise
        raise RuleError(where, f"门槛值写法有误：{error}") from error
    check = Check(
        kind=kind,
        operands=operands,
        operator=operator,
        expression=expression,
        node=node,
        threshold=threshold,
        by_year=by_year,
        unit=_text(data, "unit", where, required=False),
        accept=_texts(data, "accept", where),
        reject=_texts(data, "reject", where),
        match=str(data.get("match", "exact")),
        window=int(data.get("window", 2)),
        wanted=_texts(data, "wanted", where),
    )
    if kind in ("level", "every", "some", "priority") and not check.accept:
        raise RuleError(where, f"判断方式 {kind} 须写 accept")
    if kind == "includes" and not check.wanted:
        raise RuleError(where, "判断方式 includes 须写 wanted")
    if check.match not in ("exact", "prefix", "contains") or check.window < 2:
        raise RuleError(where, "match 或 window 不在登记范围")
    return check


def build_rule(data: Mapping[str, Any], scheme: str) -> Rule:
    """One ``[[rule]]`` of a scheme file. Raises RuleError."""
    where = str(data.get("id", scheme))
    known = {"id", "title", "requirement", "clause", "topic", "modality", "evidence", "test", "proof", "remedy"}
    _no_strangers(data, known | {"supplier", "provisions", "applies_if", "applies_to", "caution"}, where)
    try:
        modality = Modality(_text(data, "modality", where))
        evidence = EvidenceLevel(_text(data, "evidence", where))
    except ValueError as error:
        if isinstance(error, RuleError):
            raise
        raise RuleError(where, f"modality 或 evidence 不在登记范围：{error}") from error
    applies_if = _text(data, "applies_if", where, required=False)
    test = data.get("test")
    if not isinstance(test, dict):
        raise RuleError(where, "缺少 test")
    proof = _texts(data, "proof", where)
    if not proof:
        raise RuleError(where, "缺少 proof")
    return Rule(
        id=_text(data, "id", where),
        scheme=scheme,
        title=_text(data, "title", where),
        requirement=_text(data, "requirement", where),
        clause=_text(data, "clause", where),
        topic=_text(data, "topic", where),
        modality=modality,
        evidence=evidence,
        check=build_check(test, where),
        proof=proof,
        remedy=_text(data, "remedy", where),
        supplier=_text(data, "supplier", where),
        provisions=_texts(data, "provisions", where),
        applies_if=applies_if,
        applies_to=_text(data, "applies_to", where, required=bool(applies_if)),
        applies_node=_condition(applies_if, where),
        caution=_text(data, "caution", where, required=False),
    )


def build_scheme(data: Mapping[str, Any]) -> Scheme:
    """One scheme file. Raises RuleError on the first fault."""
    head = data.get("scheme", {})
    where = str(head.get("id", "scheme"))
    _no_strangers(data, {"scheme", "rule"}, where)
    _no_strangers(head, set(Scheme.__dataclass_fields__) - {"rules", "applies_node"}, where)
    applies_if = _text(head, "applies_if", where, required=False)
    closes = _text(head, "closes", where, required=False) or None
    withdrawn = _text(head, "withdrawn", where, required=False) or None
    try:
        for day in filter(None, (closes, withdrawn)):
            date.fromisoformat(day)
    except ValueError as error:
        raise RuleError(where, f"closes 或 withdrawn 不是日期：{error}") from error
    identifier = _text(head, "id", where)
    return Scheme(
        id=identifier,
        title=_text(head, "title", where),
        short=_text(head, "short", where),
        documents=_texts(head, "documents", where),
        region=_text(head, "region", where),
        authority=_text(head, "authority", where),
        applies_if=applies_if,
        applies_to=_text(head, "applies_to", where, required=bool(applies_if)),
        applies_node=_condition(applies_if, where),
        closes=closes,
        withdrawn=withdrawn,
        caution=_text(head, "caution", where, required=False),
        rules=tuple(build_rule(rule, identifier) for rule in data.get("rule", [])),
    )


def build_ruleset(
    facts: Mapping[str, Any], schemes: Mapping[str, Mapping[str, Any]], exclusions: Mapping[str, Any]
) -> RuleSet:
    """The rule set of parsed files, national schemes first: ``facts`` with ``[[fact]]``, one mapping a scheme file by file name, ``exclusions`` with
    ``[[document]]``. Raises RuleError on the first fault, among them a rule or fact id used twice."""
    specs: dict[str, FactSpec] = {}
    for entry in facts.get("fact", []):
        spec = build_fact_spec(entry)
        if spec.name in specs:
            raise RuleError(spec.name, "事实名重复")
        specs[spec.name] = spec
    built: dict[str, Scheme] = {}
    seen: set[str] = set()
    for _, data in sorted(schemes.items()):
        scheme = build_scheme(data)
        if scheme.id in built:
            raise RuleError(scheme.id, "类别编号重复")
        for rule in scheme.rules:
            if rule.id in seen:
                raise RuleError(rule.id, "规则编号重复")
            seen.add(rule.id)
        built[scheme.id] = scheme
    built = dict(sorted(built.items(), key=lambda entry: (entry[1].region != NATIONAL, entry[0])))
    excluded = tuple(Exclusion(**entry) for entry in exclusions.get("document", []))
    version = content_version({"facts": facts, "schemes": schemes, "exclusions": exclusions})
    return RuleSet(version=version, schemes=built, facts=specs, exclusions=excluded)
