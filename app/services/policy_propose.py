"""Provisions a new policy text seems to hold, proposed for a person to confirm: figures with their unit and stage, the last day to
apply, the forms of its attachments, and one plain statement a topic.

A proposal decides nothing. Words and units are data (policy_corpus/schema/proposals.toml); a figure is proposed only where the text
itself prints it, and each proposal keeps the words it was read from, so that a person can hold one against the other.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.corpus.digest import provision_sentence
from app.corpus.paths import corpus_root
from app.domain.clause import Clause, Modality, PolicyDocument, Provision
from ingestion.lines import table_cells
from ingestion.numbering import fold, read_heading

WORDS = Path("schema") / "proposals.toml"
QUOTE_AT_MOST = 160
UNBOUND = ("标题", "落款", "引言")
"""Places of a text that bind nobody."""
BASIC, STAGE_UNKNOWN = "基本要求", ""
_AT_MOST = "不高于|不大于|不超过|小于等于|小于或等于|控制在|降至|≤|⩽|<="
_AT_LEAST = "不低于|不少于|不小于|大于等于|大于或等于|达到|≥|⩾|>="
_SIGN = re.compile(rf"(?P<most>{_AT_MOST})|(?P<least>{_AT_LEAST})|(?P<less>低于|小于|<)|(?P<more>高于|大于|超过|>)")
_NUMBER = re.compile(r"(?<![\d.A-Za-z/])(\d+(?:\.\d+)?)(?![\d.])")
"""A figure, not the 2 of tCO2."""
_STAGE_BASIC = re.compile(r"基本要求|基本条件|准入|入门|申报要求|基准要求")
_STAGE_YEAR = re.compile(r"(20\d\d)\s*年?")
_DAY = re.compile(r"(?:(20\d\d)年)?(\d{1,2})月(\d{1,2})日(?=[^。；]{0,6}(?:前|之前|以前|截止|24时|24:00|17:00|17时))")
_HANDING_IN = re.compile(r"报送|申报|提交|上报|截止|报我|推荐|寄送|填报")
_FORM = re.compile(r"申报书|申请书|申报表|申请表|推荐表|汇总表|承诺书|自评|建设方案|实施方案|情况表|评价报告")
_BINDING = (
    (re.compile(r"鼓励|支持"), Modality.ENCOURAGED),
    (re.compile(r"不得|应当|必须|应|须"), Modality.SHALL),
    (re.compile(r"原则上|优先|宜"), Modality.SHOULD),
    (re.compile(r"可以|可"), Modality.MAY),
)
_POWER = re.compile(r"年?(?:用电量|电力消费量|耗电量)(?P<before>[^，。；|\d]{0,8})(?P<figure>\d+(?:\.\d+)?)\s*(?P<scale>万|亿)?\s*(?:千瓦时|kWh|度)(?P<after>及?以[上下])?")
_LARGE, _SMALL = re.compile(r"不少于|不低于|不小于|达到|≥|>=|大于等于"), re.compile(r"少于|低于|小于|不足|不超过|≤|<")
_BASIS = re.compile(r"(等价值|当量值)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """``row`` fits provisions.toml. ``quote`` are the words it was read from, ``quantity`` the name in proposals.toml ("" for none);
    ``reported`` is the statement it would take the place of, in words; ``doubt`` is what to look at, in Chinese, empty when nothing."""

    row: Mapping[str, Any]
    quote: str
    quantity: str
    reported: str = ""
    doubt: str = ""

    @property
    def pid(self) -> str:
        return str(self.row["pid"])


@lru_cache(maxsize=4)
def proposal_words(root: Path | None = None) -> Mapping[str, Any]:
    """``{quantity: [...], statement: [...]}`` of proposals.toml."""
    return tomllib.loads(((root or corpus_root()) / WORDS).read_text(encoding="utf-8"))


def propose(
    clauses: Sequence[Clause],
    *,
    evidence: str,
    issued: str = "",
    earlier: PolicyDocument | None = None,
    extras: Mapping[str, Mapping[str, Any]] | None = None,
) -> tuple[Proposal, ...]:
    """What the clauses seem to state, in reading order within figures, deadline, forms, statements.

    ``earlier`` is the statement held so far (news or a digest) whose figures the new ones would take the place of; ``extras`` its
    further fields by provision id. Pure: the same text gives the same proposals."""
    body = [c for c in clauses if c.kind != "head"]
    found: list[tuple[dict[str, Any], str, str, str]] = []
    found += _figures(body)
    found += _deadline(body, issued)
    found += _forms(clauses)
    # Attachments name the forms; the clause that asks for them is a statement of its own.
    found += _statements(body, {row["topic"] for row, *_ in found} - {"materials"})
    out: list[Proposal] = []
    used, taken = set[str](), set[str]()
    known = {p.id: p for p in earlier.provisions} if earlier else {}
    further = extras or {}
    for row, quote, quantity, doubt in found:
        key = (row["topic"], row.get("stage"), row.get("operator"), row.get("threshold"), row["rule"])
        if repr(key) in used:
            continue
        used.add(repr(key))
        match = next((p for p in known.values() if p.id not in taken and replaced_by(row, p, further.get(p.id, {}))), None)
        reported = ""
        if match is not None:
            taken.add(match.id)
            reported = provision_sentence(match, {"stage": str(further.get(match.id, {}).get("stage", ""))})
            row["replaces"] = match.id
        row["pid"] = match.id.partition("#")[2] if match else _free_pid(row["topic"], known, out)
        row["evidence"] = evidence
        out.append(Proposal(row=row, quote=quote, quantity=quantity, reported=reported, doubt=doubt))
    return tuple(out)


def replaced_by(row: Mapping[str, Any], provision: Provision, extra: Mapping[str, Any]) -> bool:
    """Whether a row takes the place of an earlier provision: a figure takes the place of a reported one of the same topic, stage and unit; a deadline that of a deadline.
    ``extra`` holds the provision's stage."""
    if provision.topic != row["topic"] or not provision.threshold or not row.get("threshold"):
        return False
    return str(extra.get("stage", "")) == str(row.get("stage", "")) and (provision.unit or "") == str(row.get("unit", ""))


def _free_pid(topic: str, known: Mapping[str, Provision], out: Sequence[Proposal]) -> str:
    taken = {id.partition("#")[2] for id in known} | {p.pid for p in out}
    return next(pid for n in range(1, 10_000) if (pid := f"{topic}-{n}") not in taken)


def _figures(clauses: Sequence[Clause]) -> Iterator[tuple[dict[str, Any], str, str, str]]:
    for clause in clauses:
        if clause.kind == "table":
            yield from _row_figures(clause)
        else:
            for sentence in clause.sentences:
                yield from _sentence_figures(clause, sentence.text)


def _sentence_figures(clause: Clause, text: str) -> Iterator[tuple[dict[str, Any], str, str, str]]:
    """Figures of running text: the words of the indicator, then a number with its unit, up to the next indicator."""
    folded = fold(text).replace("％", "%")
    marks = sorted(
        (at, at + len(word), quantity)
        for quantity in proposal_words()["quantity"]
        for word in quantity["words"]
        for at in _starts(folded, word)
    )
    marks = [m for n, m in enumerate(marks) if n == 0 or m[0] >= marks[n - 1][1]]
    for n, (start, after, quantity) in enumerate(marks):
        end = marks[n + 1][0] if n + 1 < len(marks) else len(folded)
        for number in _NUMBER.finditer(folded, after, end):
            unit = _unit_after(folded[number.end() : end], quantity)
            if unit is None:
                continue
            since = max((m.end() for m in _NUMBER.finditer(folded, after, number.start()) if _unit_after(folded[m.end() :], quantity)), default=after)
            before = folded[since : number.start()]
            sign, sure = _operator(before, quantity)
            lead = folded[max(0, folded.rfind("。", 0, start)) : number.start()]
            row = _figure_row(clause, quantity, number[1], unit, sign, _stage(before) or _stage(lead), text)
            yield row, _short(text), quantity["name"], "" if sure else "原文没有写比较词，方向按通常理解补上，请核对"


def _starts(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _row_figures(clause: Clause) -> Iterator[tuple[dict[str, Any], str, str, str]]:
    """Figures of a table row: the indicator names the row, each further cell with a number stands under its heading."""
    cells = [fold(cell).replace("％", "%") for cell in table_cells(clause.text)]
    heads = [fold(cell) for cell in clause.title.rsplit(" > ", 1)[-1].split("|")]
    heads = [cell.strip() for cell in heads] if len(heads) == len(cells) else [""] * len(cells)
    named = [(n, q) for n, cell in enumerate(cells) for q in proposal_words()["quantity"] if any(w in cell for w in q["words"])]
    if not named:
        return
    at, quantity = named[0]
    unit_of_row = next((u for cell in cells for u in quantity["units"] if _bare(cell) == _bare(u) or f"({u})" in cell), None)
    for n, cell in enumerate(cells):
        number = _NUMBER.search(cell)
        if n <= at or number is None or len(_NUMBER.findall(cell)) != 1:
            continue
        unit = _unit_after(cell[number.end() :], quantity) or unit_of_row or next((u for u in quantity["units"] if u in heads[n]), None)
        if unit is None:
            continue
        sign, sure = _operator(cell[: number.start()] or heads[n], quantity)
        stage = _stage(heads[n]) or _stage(clause.title)
        doubt = "" if sure else "表中没有写比较符号，方向按通常理解补上，请核对"
        row = _figure_row(clause, quantity, number[1], unit, sign, stage, " ".join([*cells, clause.title]))
        head = " | ".join(h for h in heads if h)
        yield row, _short(f"表头：{head}；本行：{clause.text}" if head else clause.text), quantity["name"], doubt


def _figure_row(clause: Clause, quantity: Mapping[str, Any], number: str, unit: str, sign: str, stage: str, around: str) -> dict[str, Any]:
    words = {BASIC: f"{quantity['title']}的基本要求。", STAGE_UNKNOWN: f"{quantity['title']}的要求。"}
    row: dict[str, Any] = {
        "pid": "",
        "clause": clause.path,
        "topic": quantity["topic"],
        "modality": (Modality.FACT if sign == "info" else _modality(around, Modality.SHALL if stage == BASIC else Modality.TARGET)).value,
        "rule": words.get(stage, f"{quantity['title']}的{stage}年值。"),
        "operator": sign,
        "threshold": number,
        "unit": quantity["units"][0] if unit != "元" else unit,
        "stage": stage,
    }
    power = _POWER.search(fold(around))
    if power:
        row["applies_if"] = _power_condition(power)
    basis = set(_BASIS.findall(around))
    if len(basis) == 1 and len(quantity["operands"]) > 1:
        row["basis"] = basis.pop()
    return {key: value for key, value in row.items() if value or key == "pid"}


def _power_condition(power: re.Match[str]) -> str:
    """``年用电量不少于500万千瓦时`` where the text says so; its own words where it says anything else."""
    large = power["after"] in ("以上", "及以上") or _LARGE.search(power["before"])
    if large and not (power["before"] and not _LARGE.search(power["before"]) and _SMALL.search(power["before"])):
        return f"年用电量不少于{power['figure']}{power['scale'] or ''}千瓦时"
    return power[0]


def _unit_after(rest: str, quantity: Mapping[str, Any]) -> str | None:
    squeezed = rest.lstrip(" （(").replace(" ", "")
    return next((u for u in sorted(quantity["units"], key=len, reverse=True) if squeezed.startswith(u.replace(" ", ""))), None)


def _bare(cell: str) -> str:
    return cell.strip(" ()（）")


def _operator(before: str, quantity: Mapping[str, Any]) -> tuple[str, bool]:
    """The comparison written last before the number, and whether one was written at all."""
    if quantity["operator"] == "info":
        return "info", True
    signs = list(_SIGN.finditer(before))
    if not signs:
        return str(quantity["operator"]), False
    return {"most": "<=", "least": ">=", "less": "<", "more": ">"}[str(signs[-1].lastgroup)], True


def _stage(text: str) -> str:
    """基本要求, a milestone year, or "": the one named last before the number."""
    year = [m for m in _STAGE_YEAR.finditer(text) if int(m[1]) >= 2026]
    basic = list(_STAGE_BASIC.finditer(text))
    if year and (not basic or year[-1].start() > basic[-1].start()):
        return year[-1][1]
    return BASIC if basic else STAGE_UNKNOWN


def _modality(text: str, otherwise: Modality) -> Modality:
    return next((modality for words, modality in _BINDING if words.search(text)), otherwise)


def _deadline(clauses: Sequence[Clause], issued: str) -> Iterator[tuple[dict[str, Any], str, str, str]]:
    for clause in clauses:
        for sentence in clause.sentences:
            text = fold(sentence.text)
            if not _HANDING_IN.search(text):
                continue
            for match in _DAY.finditer(text):
                year = match[1] or issued[:4]
                try:
                    day = date(int(year), int(match[2]), int(match[3])).isoformat()
                except ValueError:
                    continue
                row = {"pid": "", "clause": clause.path, "topic": "deadline", "modality": Modality.SHALL.value,
                       "rule": "报送申报材料的截止时间。", "operator": "<=", "threshold": day, "unit": "日期"}  # fmt: skip
                yield row, _short(sentence.text), "", "" if match[1] else "原文没有写年份，按发文年份补上，请核对"


def _forms(clauses: Sequence[Clause]) -> Iterator[tuple[dict[str, Any], str, str, str]]:
    """Attachments that are forms to be filled in, and items listed under a heading that asks for materials."""
    for clause in clauses:
        words = fold(clause.text).strip()
        annex = re.match(r"附件\s*\d*\s*[:：]?\s*", words)
        name = words[annex.end() :].strip() if annex else re.sub(r"^[（(]?[\d一二三四五六七八九十]+[)）.、]\s*", "", words)
        listed = clause.kind == "text" and "材料" in clause.title
        if not ((clause.kind == "head" and annex) or listed) or not 2 <= len(name) <= 60 or not _FORM.search(name):
            continue
        row = {"pid": "", "clause": clause.path, "topic": "materials", "modality": Modality.SHALL.value,
               "rule": f"申报须提交：{name.rstrip('。；;')}。"}  # fmt: skip
        yield row, _short(clause.text), "", ""


def _statements(clauses: Sequence[Clause], have: set[str]) -> Iterator[tuple[dict[str, Any], str, str, str]]:
    for entry in proposal_words()["statement"]:
        if entry["topic"] in have:
            continue
        for clause in clauses:
            words = next((s.text for s in clause.sentences if any(w in s.text for w in entry["words"])), None)
            if words is None or clause.kind == "table" or clause.path.startswith(UNBOUND):
                continue
            row = {"pid": "", "clause": clause.path, "topic": entry["topic"], "modality": _modality(words, Modality.FACT).value,
                   "rule": _without_number(_short(words)).rstrip("。；;") + "。"}  # fmt: skip
            yield row, _short(words), "", ""
            break


def _without_number(text: str) -> str:
    """A sentence without the number of its clause."""
    heading = read_heading(text)
    return text[heading.body :].strip() if heading else text


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= QUOTE_AT_MOST else words[:QUOTE_AT_MOST] + "…"
