"""Chinese sentences of a verdict: what the clause asks, what is known, what follows. No judgement is made here."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain

from app.domain.clause import EvidenceLevel, Modality
from app.domain.verdict import Verdict
from app.eligibility.checks import threshold_for
from app.eligibility.expression import Lookup, compare
from app.eligibility.rule import Check, Rule, RuleSet, Scheme
from app.eligibility.truth import Truth
from app.eligibility.values import Fact, FactSheet, Marks, plain_number, value_text

UNMET: dict[Modality, str] = {
    Modality.SHALL: "不符合。",
    Modality.SHOULD: "没有做到；原文用语是提倡，不是必备条件。",
    Modality.MAY: "没有做到；原文用语是可以，不做不影响，做则须守这一条件。",
    Modality.ENCOURAGED: "没有做到；原文用语是鼓励，不是必备条件。",
    Modality.TARGET: "尚未达到，属于与目标的差距。",
    Modality.FACT: "与说明的情形不一致。",
}
REPORTED: dict[EvidenceLevel, str] = {
    EvidenceLevel.NEWS: "据报道，待核实",
    EvidenceLevel.DERIVED: "据他人转述，待核实",
    EvidenceLevel.FORUM: "据网上转述，待核实",
}
SIGNS: dict[str, str] = {">=": "不低于", "<=": "不高于", ">": "高于", "<": "低于", "==": "等于", "!=": "不等于"}


def threshold_text(check: Check, lookup: Lookup) -> str | None:
    """The threshold as shown: operator, number, unit and milestone year, or the accepted levels. None: no threshold."""
    if check.kind == "compare":
        milestone, value = threshold_for(check, lookup)
        if value is None:
            stages = "、".join(f"{year}年 {plain_number(number)}" for year, number in sorted(check.by_year.items()))
            return f"{SIGNS[check.operator]} {stages} {check.unit}".strip()
        assert isinstance(value, Fraction)
        stage = f"（{milestone}年）" if milestone else ""
        return f"{SIGNS[check.operator]} {plain_number(value)} {check.unit}".strip() + stage
    if check.kind == "date":
        return f"{'不晚于' if check.operator == '<=' else '不早于'} {check.threshold}"
    if check.kind in ("level", "every", "some"):
        return str(check.threshold) if check.threshold else "或".join(check.accept)
    if check.kind == "includes":
        return ("全部具备：" if check.operator == "all" else "至少一项：") + "、".join(check.wanted)
    if check.kind == "trend":
        rising = check.operator == "increasing"
        if check.window == 2:
            return f"报告年{'高于' if rising else '低于'}上一年"
        return f"截至报告年近{check.window}年逐年{'上升' if rising else '下降'}"
    return str(check.threshold) if check.threshold else None


def fact_text(fact: Fact | None, name: str, ruleset: RuleSet) -> str:
    """``label为value unit（source）`` or ``label：未知``."""
    label = ruleset.label(name)
    if fact is None:
        return f"{label}：未知"
    where = "本次核算" if fact.run_line else f"文件 {fact.document}" if fact.document else fact.declared or "项目档案"
    unit = f" {fact.unit}" if fact.unit else ""
    return f"{label}：{value_text(fact.value)}{unit}（{where}）"


def source_text(rule: Rule) -> str:
    """The clause with its modality and, below repost, how far it can be trusted."""
    doubt = f"，{REPORTED[rule.evidence]}" if rule.evidence in REPORTED else ""
    return f"{rule.clause}（{rule.modality.value}{doubt}）：{rule.requirement.rstrip('。')}。"


def known_text(names: tuple[str, ...], sheet: FactSheet, ruleset: RuleSet) -> str:
    """What is known about the operands, one clause each, and why offered facts could not be used."""
    if not names:
        return ""
    parts = "；".join(fact_text(sheet.get(name), name, ruleset) for name in names)
    # A note names the fact by its key where it was read; the user knows it by its label.
    said = (sheet.notes[name].replace(f"“{name}”", f"“{ruleset.label(name)}”") for name in names if name in sheet.notes)
    notes = "".join(f"{note}。" for note in said)
    return f"本项目：{parts}。{notes}"


def unregistered_text(names: tuple[str, ...], sheet: FactSheet, ruleset: RuleSet) -> str:
    """Marked names outside the closed list of a fact, pointed out: a slip in writing must show, not vanish."""
    strange = sorted(set(chain.from_iterable(_unregistered(name, sheet, ruleset) for name in names)))
    return f"未登记的名称没有采用：{'、'.join(strange)}。" if strange else ""


def _unregistered(name: str, sheet: FactSheet, ruleset: RuleSet) -> frozenset[str]:
    value, spec = sheet.value(name, strict=False), ruleset.facts.get(name)
    if not isinstance(value, Marks) or spec is None or not spec.options:
        return frozenset()
    return (value.present | value.absent) - frozenset(spec.options)


def disagree(check: Check, lookup: Lookup) -> bool:
    """All readings of a quantity are known and do not lead to the same answer."""
    return (
        check.kind == "compare" and len(check.operands) > 1 and all(lookup(name) is not None for name in check.operands)
    )


def compared_text(check: Check, truth: Truth, lookup: Lookup, ruleset: RuleSet) -> str:
    """How an unverified statement compares, reading by reading where there are several: never a conclusion."""
    words = {True: "达到", False: "未达到", None: "还不能比较"}
    _, threshold = threshold_for(check, lookup)
    if check.kind == "compare" and threshold is not None:
        results = [(name, compare(lookup(name), check.operator, threshold)) for name in check.operands]
        shown = "；".join(f"{ruleset.label(name)}{words[result]}" for name, result in results)
    else:
        shown = words[truth]
    return f"与所述内容相比：{shown}；所述内容未见官方正文，不作为结论。"


def conclusion_text(
    rule: Rule, verdict: Verdict, missing: tuple[str, ...], unproved: tuple[str, ...], disagreeing: bool
) -> str:
    """The last sentence of a reason for a rule whose evidence may decide."""
    if verdict is Verdict.MET:
        return "符合。"
    if verdict is Verdict.NOT_MET:
        return UNMET[rule.modality]
    if verdict is Verdict.NOT_APPLICABLE:
        if rule.check.kind == "priority":
            return "不在所列领域；这是推进次序，不是排除名单，不影响申报。"
        return f"本条适用于{rule.applies_to}，本项目不属于，不适用。"
    if unproved:
        return f"已声明但没有可查的证明文件：{'、'.join(unproved)}；补充证明文件后再判断。"
    if missing:
        return f"缺少：{'、'.join(missing)}；补齐后再判断。"
    if disagreeing:
        return "各口径结论不一致，条文没有写明用哪一种，请向主管部门核实。"
    return "现有材料不在条文写明的情形之内，不能据此得出结论，请向主管部门核实。"


def outside_text(scheme: Scheme, truth: Truth) -> str:
    """Why a whole scheme does not apply, or cannot be told to."""
    if scheme.withdrawn:
        return f"{scheme.title}的依据文件自{scheme.withdrawn}起废止或撤回，不再适用。"
    if truth is False:
        return f"{scheme.title}适用于{scheme.applies_to}，本项目不属于，不适用。"
    return f"{scheme.title}适用于{scheme.applies_to}；项目档案还不足以判断是否属于。"
