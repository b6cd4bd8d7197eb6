"""policy_corpus/rules to a RuleSet, and the checks a rule file has to pass before it may judge anyone.

``rules/<scheme>.toml`` holds one scheme with its rules, ``rules/documents_without_conditions.toml`` the documents that carry no condition
for a zero-carbon factory, ``schema/rules_facts.toml`` the facts rules may name. A new scheme is a new file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from app.corpus.documents import earlier_clause, earlier_of, find_clause, load_documents
from app.corpus.paths import corpus_root
from app.corpus.topics import load_topics
from app.domain.clause import EvidenceLevel, PolicyDocument, Provision
from app.domain.errors import InputRefused
from app.domain.finding import Finding, Severity
from app.eligibility.expression import Node
from app.eligibility.facts import COMPUTED_FACTS
from app.eligibility.rule import Rule, RuleSet, Scheme
from app.eligibility.ruleset import NODE_TYPES, OPERAND_TYPES, RuleError, build_ruleset

FACTS = Path("schema") / "rules_facts.toml"
EXCLUSIONS = "documents_without_conditions.toml"
_TRUST = [EvidenceLevel.OFFICIAL, EvidenceLevel.REPOST, EvidenceLevel.NEWS, EvidenceLevel.DERIVED, EvidenceLevel.FORUM]


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


RuleFiles = tuple[dict[str, Any], dict[str, dict[str, Any]], dict[str, Any]]


def rule_files(root: Path | None = None, overlay: Sequence[Path] = ()) -> RuleFiles:
    """What the rule files say, as read: facts, scheme files by name, exclusions. Raises ValueError for a file that is none."""
    base = root or corpus_root()
    schemes = {p.name: _read(p) for p in sorted((base / "rules").glob("*.toml")) if p.name != EXCLUSIONS}
    facts, exclusions = _read(base / FACTS), _read(base / "rules" / EXCLUSIONS)
    for path in overlay:
        data = _read(path)
        if "scheme" in data:
            new = data["scheme"].get("id")
            schemes = {name: old for name, old in schemes.items() if old.get("scheme", {}).get("id") != new}
            schemes[f"{new}.toml"] = data
        elif "fact" in data:
            facts = {"fact": _replaced(facts.get("fact", []), data["fact"], "name")}
        elif "document" in data:
            exclusions = {"document": _replaced(exclusions.get("document", []), data["document"], "document")}
        else:
            raise RuleError(path.name, "没有 [scheme]、[[fact]] 或 [[document]]，不是规则文件")
    return facts, schemes, exclusions


def _build(base: Path, overlay: Sequence[Path] = ()) -> RuleSet:
    return build_ruleset(*rule_files(base, overlay))


def user_rules(corpus: Path) -> tuple[Path, ...]:
    """Rule files of a user's corpus: a confirmed official text or a scheme of one's own stands in for, or joins, those shipped."""
    return tuple(sorted((corpus / "rules").glob("*.toml")))


def _replaced(old: list[dict[str, Any]], new: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    """The old entries with the new ones in place of those of the same name, further ones at the end."""
    given = {entry[key]: entry for entry in new}
    kept = [given.pop(entry[key], entry) for entry in old]
    return [*kept, *given.values()]


def load_ruleset(root: Path | None = None, *, overlay: Sequence[Path] = ()) -> RuleSet:
    """Every scheme of the corpus. ``overlay`` files (schemes, facts, exclusions) stand in for those of the same id, or join.

    Raises InputRefused when a file does not follow the schema."""
    try:
        return _build(root or corpus_root(), overlay)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputRefused(
            "rules_unreadable",
            f"政策规则文件无法使用：{error}",
            fix="用 policy check 查看问题所在的规则与字段并改正",
            subject="rules",
        ) from error


def grounds(ruleset: RuleSet, documents: Mapping[str, PolicyDocument]) -> dict[str, tuple[Finding, ...]]:
    """Per rule what its clause and provisions do not bear out; an empty tuple means it stands on its document."""
    return {
        rule.id: tuple(_rule_findings(rule, scheme, ruleset, documents))
        for scheme in ruleset.schemes.values()
        for rule in scheme.rules
    }


def check_rules(root: Path | None = None, *, extra_roots: Sequence[Path] = ()) -> list[Finding]:
    """Everything wrong with the rule files, blocking unless noted; an empty list means the rules may be used. ``extra_roots`` are
    user corpora, whose documents and rules join."""
    base = root or corpus_root()
    try:
        ruleset = _build(base, [path for extra in extra_roots for path in user_rules(extra)])
    except RuleError as error:
        return [_finding("rule-schema", error.where, error.problem)]
    except (OSError, ValueError, TypeError) as error:
        return [_finding("rule-schema", "rules", str(error))]
    documents = load_documents(root, extra_roots=extra_roots)
    topics = load_topics(root)
    found = [*_fact_findings(ruleset), *_exclusion_findings(ruleset, documents)]
    for scheme in ruleset.schemes.values():
        found += _scheme_findings(scheme, ruleset, documents)
        for rule in scheme.rules:
            found += _rule_findings(rule, scheme, ruleset, documents)
            if rule.topic not in topics:
                found.append(_finding("rule-topic", rule.id, f"主题 {rule.topic} 不在主题表"))
    return found


def _finding(id: str, subject: str, message: str) -> Finding:
    return Finding(
        id=id,
        severity=Severity.BLOCKING,
        message=f"规则 {subject}：{message}",
        subjects=(subject,),
        fix="对照 policy_corpus/schema/rules.toml 与所引条款改正规则文件",
    )


def _fact_findings(ruleset: RuleSet) -> Iterator[Finding]:
    for name, spec in ruleset.facts.items():
        computed = name in COMPUTED_FACTS
        series = name.startswith("annual_") and spec.type == "series"
        if spec.source != "declared" and not computed:
            yield _finding("fact-unknown-source", name, f"来源为 {spec.source}，但程序不提供这一事实")
        if computed and spec.source == "declared" and spec.type not in ("marks", "items"):
            yield _finding("fact-wrong-source", name, "由程序得出的事实不能登记为声明")
        if spec.type == "series" and not series:
            yield _finding("fact-series-name", name, "逐年事实的名称须以 annual_ 开头")
    for name in sorted(COMPUTED_FACTS - set(ruleset.facts)):
        yield _finding("fact-unregistered", name, "程序提供的事实没有登记")


def _exclusion_findings(ruleset: RuleSet, documents: dict[str, PolicyDocument]) -> Iterator[Finding]:
    used = {document for scheme in ruleset.schemes.values() for document in scheme.documents}
    for exclusion in ruleset.exclusions:
        if exclusion.document not in documents:
            yield _finding("exclusion-document", exclusion.document, "政策库中没有这份文件")
        if exclusion.document in used:
            yield _finding("exclusion-used", exclusion.document, "既列为不适用，又被某一申报类别引用")


def _scheme_findings(scheme: Scheme, ruleset: RuleSet, documents: dict[str, PolicyDocument]) -> Iterator[Finding]:
    for document in scheme.documents:
        if document not in documents:
            yield _finding("scheme-document", scheme.id, f"政策库中没有文件 {document}")
    if not scheme.rules or not scheme.documents:
        yield _finding("scheme-empty", scheme.id, "没有规则或没有依据文件")
    yield from _node_findings(scheme.applies_node, scheme.id, ruleset)


def _node_findings(node: Node | None, subject: str, ruleset: RuleSet) -> Iterator[Finding]:
    if node is None:
        return
    for child in node.children:
        yield from _node_findings(child, subject, ruleset)
    if not node.name:
        return
    spec = ruleset.facts.get(node.name)
    if spec is None:
        yield _finding("rule-operand", subject, f"没有登记事实 {node.name}")
        return
    if spec.type not in NODE_TYPES[node.kind]:
        yield _finding("rule-operand-type", subject, f"事实 {node.name} 的类型 {spec.type} 不能这样判断")
    if node.kind == "has" and spec.options and node.literals[0] not in spec.options:
        yield _finding("rule-option", subject, f"{node.literals[0]} 不在 {node.name} 的登记名称内")


def _rule_findings(
    rule: Rule, scheme: Scheme, ruleset: RuleSet, documents: Mapping[str, PolicyDocument]
) -> Iterator[Finding]:
    yield from _node_findings(rule.applies_node, rule.id, ruleset)
    yield from _node_findings(rule.check.node, rule.id, ruleset)
    if rule.check.node is None:
        wanted = OPERAND_TYPES[rule.check.kind]
        for name in rule.check.operands:
            spec = ruleset.facts.get(name)
            if spec is None:
                yield _finding("rule-operand", rule.id, f"没有登记事实 {name}")
            elif spec.type != wanted:
                yield _finding("rule-operand-type", rule.id, f"事实 {name} 的类型应为 {wanted}，登记为 {spec.type}")
            else:
                for name_wanted in rule.check.wanted:
                    if spec.options and name_wanted not in spec.options:
                        yield _finding("rule-option", rule.id, f"{name_wanted} 不在 {name} 的登记名称内")
    if set(rule.check.accept) & set(rule.check.reject):
        yield _finding("rule-levels", rule.id, "accept 与 reject 有相同的值")
    document = documents.get(rule.clause.split("/", 1)[0])
    if document is None or rule.clause.split("/", 1)[0] not in scheme.documents:
        yield _finding("rule-document", rule.id, f"条款 {rule.clause} 不属于本类别的依据文件")
        return
    if find_clause(documents, rule.clause) is None:
        earlier = earlier_of(documents, document.id)
        if earlier is not None and not rule.evidence.decidable and earlier_clause(documents, rule.clause) is not None:
            # What was reported stays comparable until somebody confirms what the official text says instead.
            document = earlier
        else:
            yield _finding("rule-clause", rule.id, f"条款 {rule.clause} 在政策库中找不到")
    yield from _provision_findings(rule, document)


def _provision_findings(rule: Rule, document: PolicyDocument) -> Iterator[Finding]:
    """A rule may claim no more than its provisions: same clause and topic, a modality they have, no better evidence."""
    by_id = {p.id: p for p in document.provisions}
    cited: list[Provision] = []
    for pid in rule.provisions:
        provision = by_id.get(f"{document.id}#{pid}")
        if provision is None:
            yield _finding("rule-provision", rule.id, f"{document.id} 没有条目 {pid}")
        else:
            cited.append(provision)
    if not cited:
        yield _finding("rule-provision", rule.id, "没有写依据的条目（provisions）")
        return
    path = rule.clause.split("/", 1)[1]
    if any(p.clause != path or p.topic != rule.topic for p in cited):
        yield _finding("rule-provision", rule.id, "条款或主题与所引条目不一致")
    if rule.modality not in {p.modality for p in cited}:
        yield _finding("rule-modality", rule.id, f"情态 {rule.modality.value} 与所引条目不一致")
    weakest = max(_TRUST.index(p.evidence) for p in cited)
    if _TRUST.index(rule.evidence) < weakest:
        message = f"所引条目的证据等级为 {_TRUST[weakest].value}，规则不得写成 {rule.evidence.value}"
        yield _finding("rule-evidence", rule.id, message)
    numbers = {number for p in cited for number in _numbers(p.threshold)}
    stated = {
        number for number in [*rule.check.by_year.values(), rule.check.threshold] if not isinstance(number, str | None)
    }
    if stated and not stated <= numbers:
        yield _finding("rule-threshold", rule.id, "门槛值在所引条目中找不到")


def _numbers(threshold: object) -> Iterator[Any]:
    from app.domain.number import parse_number

    try:
        yield parse_number(str(threshold))
    except ValueError:
        return
