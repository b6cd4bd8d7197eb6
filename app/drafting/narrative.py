"""The prose that is written per factory: one building path, and what an authority asks to be handed in.

A path says requirement, present state, gap and measures. State and gap come from the verdicts whose topics belong to the path;
a path without a measure of the factory's own says so and invents none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.domain.form import FormBlock, PathSpec
from app.domain.verdict import Verdict
from app.drafting.clauses import cite
from app.drafting.context import ComposeContext, plain
from app.drafting.facts_plan import Measure, measures
from app.drafting.facts_verdict import PRINTED_TOPICS, provision_address, provision_fact_id
from app.drafting.model import ClauseRef, FactRef, Inline, Inlines, Missing, Paragraph, Text
from app.drafting.template import law
from app.drafting.verdict_prose import gap_sentences, met_sentences

_CHINESE_DIGITS = "零一二三四五六七八九十"


def chinese_number(n: int) -> str:
    """1 → 一, 12 → 十二, up to 99: the numbers of headings and list items."""
    tens, ones = divmod(n, 10)
    if tens == 0:
        return _CHINESE_DIGITS[ones]
    head = "十" if tens == 1 else f"{_CHINESE_DIGITS[tens]}十"
    return head + (_CHINESE_DIGITS[ones] if ones else "")


def chosen(block: FormBlock, context: ComposeContext) -> str:
    """The template of a block that applies: ``text`` when its needs and conditions hold, ``otherwise`` when not."""
    holds = set(block.when) <= context.conditions and all(context.scope.has(name) for name in block.needs)
    return block.text if holds else block.otherwise


def _lead(word: str, inlines: Sequence[Inline]) -> Paragraph:
    return Paragraph(inlines=(Text(text=f"{word}。", bold=True), *inlines))


def path_paragraphs(spec: PathSpec, context: ComposeContext) -> Iterator[Paragraph]:
    """Requirement, state, gap and measures of one path. The sentence patterns turn with the path's place in the form."""
    turn = list(context.form.paths).index(spec.id)
    yield _lead("要求", context.fill(spec.requirement))
    report = context.source.verdicts
    own = [c for c in (report.criteria if report else ()) if c.topic in spec.topics]
    state: list[Inline] = []
    for block in spec.state:
        if template := chosen(block, context):
            state += context.fill(template)
    state += met_sentences([c for c in own if c.verdict is Verdict.MET], context, turn)
    yield _lead("现状", state or [Missing(what=f"{spec.title}的现状说明")])
    open_points = [c for c in own if c.verdict in (Verdict.NOT_MET, Verdict.INSUFFICIENT_EVIDENCE)]
    if open_points:
        yield _lead("差距", gap_sentences(open_points, context, turn))
    elif own:
        yield _lead("差距", [Text(text="对照已入库的条款，没有发现未达到要求或待补证的事项。")])
    else:
        yield _lead("差距", [Missing(what=f"{spec.title}的差距分析（尚未作符合性判断）")])
    planned = [
        m
        for m in measures(context.source.profile)
        if m.path in (spec.id, spec.title, *spec.topics) or (m.path and m.path in spec.title)
    ]
    if planned:
        yield _lead("措施", [inline for measure in planned for inline in measure_sentence(measure, context)])
    else:
        yield _lead("措施", [Missing(what=spec.planned)])


def measure_sentence(measure: Measure, context: ComposeContext) -> list[Inline]:
    """What a measure is, when, for how much, with which effect and by whom; only what was given is said."""
    has = measure.fields.get

    def ref(field: str) -> Inlines:
        return context.cell(has(field, ""), unit=True)

    out: list[Inline] = [*(ref("name") if has("name") else (Missing(what="措施名称"),))]
    if measure.done:
        out.append(Text(text="（已实施）"))
    if has("description"):
        out += [Text(text="，"), *ref("description")]
    if has("start") and has("finish"):
        out += [Text(text="，计划于"), *ref("start"), Text(text="至"), *ref("finish"), Text(text="实施")]
    elif has("finish"):
        out += [Text(text="，计划于"), *ref("finish"), Text(text="前完成")]
    elif has("start"):
        out += [Text(text="，计划于"), *ref("start"), Text(text="启动")]
    if has("investment"):
        out += [Text(text="，投资"), *ref("investment")]
    if has("reduction"):
        out += [Text(text="，预计年减排"), *ref("reduction")]
    if has("owner"):
        out += [Text(text="，由"), *ref("owner"), Text(text="负责")]
    return [*out, Text(text="。")]


def materials_paragraphs(block: FormBlock, context: ComposeContext) -> Iterator[Paragraph]:
    """What authorities of the factory's region ask for, in our own words with the document and clause behind each."""
    place = f"{context.source.profile.province}{context.source.profile.city}"
    rows: list[list[Inline]] = []
    for doc_id, document in context.source.policies.items():
        local = document.region and document.region != "全国" and document.region.split("省")[0].split("市")[0] in place
        if not local or document.superseded_by or "零碳" not in document.scheme:
            continue
        for provision in document.provisions:
            id = provision_fact_id(doc_id, provision.id, "rule")
            if provision.topic not in PRINTED_TOPICS or id not in context.facts:
                continue
            cited = cite(context.source.policies, provision_address(doc_id, provision.clause))
            footnote: Inlines = (ClauseRef(cited=cited),) if cited else ()
            level = plain(f"（{provision.evidence.label}）")
            rows.append([*law(doc_id, context.source.policies), Text(text="："), FactRef(fact=id), *footnote, *level])
    if not rows:
        yield Paragraph(inlines=context.fill(block.otherwise))
        return
    yield Paragraph(inlines=context.fill(block.text))
    for row in rows:
        yield Paragraph(inlines=(*row, Text(text="。")))
