"""A paragraph in a language model's words, with everything that carries a fact out of its reach.

The model sees sentences in which figures, dates, clauses, quotes and gaps are placeholders, and gives back as many sentences. Each
is held to its own: the same placeholders, no number, the same judgement words, and no content that the sentence, the facts or the
quoted clause do not already have. A sentence that fails keeps its wording; a reply that cannot be read changes nothing.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.fact import Fact
from app.drafting.layout import plain_text
from app.drafting.model import ClauseRef, Draft, FactRef, Inline, Inlines, Literal, Missing, Paragraph, Quote, Text
from app.drafting.tokens import find_numbers

Write = Callable[[str, str], str]
"""(numbered sentences, what the placeholders stand for) → the model's reply."""

MARK = re.compile(r"〔([FLCQM]\d+)〕")
_LETTERS = {FactRef: "F", Literal: "L", ClauseRef: "C", Quote: "Q", Missing: "M"}
#: Words that decide what a sentence claims; a rewording may neither drop nor add one.
JUDGEMENTS = re.compile(
    "不符合|待补证|不适用|符合|达到|达标|满足|超过|低于|高于|不足|尚未|没有|未|不|无|非|应当|应|必须|宜|可以|鼓励|目标|承诺|保证|确保|"
    "全部|所有|唯一|首要|最高|最低|最大|最小|优于|领先|已经|已|将|计划|预计|下降|上升|增加|减少|持续|逐年|通过|认定|合格|免"
)
#: Part of the pairs of characters that may be new in a sentence and in one part of it: connecting words, another order. Fewer than
#: NEW_PAIRS new ones say nothing.
NEW_AT_MOST, NEW_IN_PART, NEW_PAIRS = 0.4, 0.55, 3
SHORTEST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Reworded:
    """``kept`` are sentences whose rewording failed, each with the reason; ``changed`` how many were taken over."""

    draft: Draft
    changed: int
    kept: tuple[tuple[str, str], ...]


def reword(draft: Draft, write: Write) -> Reworded:
    """Every body paragraph reworded sentence by sentence. ``write`` may raise what it likes: the caller decides what that means."""
    changed = 0
    kept: list[tuple[str, str]] = []
    sections = []
    for section in draft.sections:
        blocks = []
        for block in section.blocks:
            if not section.front and isinstance(block, Paragraph) and block.style == "body" and _worth(block.inlines):
                inlines, good, failed = _paragraph(block.inlines, draft.facts, write)
                block = replace(block, inlines=inlines)
                changed += good
                kept += failed
            blocks.append(block)
        sections.append(replace(section, blocks=tuple(blocks)))
    return Reworded(draft=replace(draft, sections=tuple(sections)), changed=changed, kept=tuple(kept))


def _worth(inlines: Inlines) -> bool:
    return sum(len(i.text) for i in inlines if isinstance(i, Text)) >= SHORTEST


def split_sentences(inlines: Inlines) -> list[Inlines]:
    """The paragraph's sentences; a bold lead (要求。) is a sentence of its own and is never reworded."""
    out: list[list[Inline]] = [[]]
    for inline in inlines:
        if not isinstance(inline, Text) or inline.bold:
            out[-1].append(inline)
            if isinstance(inline, Text):
                out.append([])
            continue
        for n, piece in enumerate(re.split(r"(?<=[。！？])", inline.text)):
            if n:
                out.append([])
            if piece:
                out[-1].append(Text(text=piece))
    return [tuple(s) for s in out if s]


def _paragraph(inlines: Inlines, facts: Mapping[str, Fact], write: Write) -> tuple[Inlines, int, list[tuple[str, str]]]:
    sentences = split_sentences(inlines)
    legend: dict[str, Inline] = {}
    texts = [_masked(s, legend) for s in sentences]
    offered = [n for n, s in enumerate(sentences) if _worth(s) and not any(isinstance(i, Text) and i.bold for i in s)]
    if not offered:
        return inlines, 0, []
    said = "\n".join(f"{key}：{_meaning(inline, facts)}" for key, inline in legend.items())
    replies = read_reply(write("\n".join(f"- {texts[n]}" for n in offered), said), len(offered))
    if replies is None:
        return inlines, 0, [(plain_text(sentences[n], facts), "没有按约定的格式作答") for n in offered]
    failed: list[tuple[str, str]] = []
    good = 0
    for n, reply in zip(offered, replies, strict=True):
        evidence = texts[n] + "".join(_meaning(legend[k], facts) for k in MARK.findall(texts[n]))
        why = fault(texts[n], reply, evidence)
        if why:
            failed.append((plain_text(sentences[n], facts), why))
        elif reply != texts[n]:
            sentences[n] = _unmasked(reply, legend)
            good += 1
    return tuple(i for s in sentences for i in s), good, failed


def _masked(sentence: Inlines, legend: dict[str, Inline]) -> str:
    out = ""
    for inline in sentence:
        if isinstance(inline, Text):
            out += inline.text
            continue
        key = f"{_LETTERS[type(inline)]}{len(legend) + 1}"
        legend[key] = inline
        out += f"〔{key}〕"
    return out


def _unmasked(text: str, legend: Mapping[str, Inline]) -> Inlines:
    pieces = MARK.split(text)
    return tuple(legend[piece] if n % 2 else Text(text=piece) for n, piece in enumerate(pieces) if piece)


def _meaning(inline: Inline, facts: Mapping[str, Fact]) -> str:
    if isinstance(inline, FactRef):
        return f"{facts[inline.fact].label} {plain_text((inline,), facts)}"
    if isinstance(inline, ClauseRef):
        return f"脚注：《{inline.cited.title}》“{inline.cited.quote}”"
    return plain_text((inline,), facts)


def read_reply(reply: str, count: int) -> list[str] | None:
    """The reply's sentences when it is the agreed JSON with as many as asked for."""
    found = re.search(r"\{.*\}", reply, re.DOTALL)
    if found is None:
        return None
    try:
        rows = json.loads(found.group()).get("sentences")
    except (json.JSONDecodeError, AttributeError):
        return None
    if not isinstance(rows, list) or len(rows) != count or not all(isinstance(r, str) for r in rows):
        return None
    return [" ".join(row.split()) for row in rows]


def fault(before: str, after: str, evidence: str) -> str:
    """Why a rewording may not be used, '' when it may. ``evidence`` is everything the sentence may say."""
    if not after.endswith(before[-1]) or len(re.findall("[。！？]", MARK.sub("", after))) > 1:
        return "句子的起止与原句不同"
    if Counter(MARK.findall(before)) != Counter(MARK.findall(after)) or re.sub(MARK, "", after).count("〔"):
        return "占位符与原句不同"
    plain_before, plain_after = MARK.sub("", before), MARK.sub("", after)
    if loose := find_numbers(plain_after):
        return f"写入了没有来源的数字“{loose[0].text}”"
    if Counter(JUDGEMENTS.findall(plain_before)) != Counter(JUDGEMENTS.findall(plain_after)):
        return "判断用语与原句不同"
    if _order(before) != _order(after):
        return "数据与其名称的对应关系可能改变"
    if _made_up(plain_after, set(_pairs(evidence))):
        return "写入了原句没有的内容"
    if re.search(
        r"[A-Za-z]{2,}|https?:|[<>{}]", re.sub(r"[A-Za-z]+", lambda m: "" if m[0] in evidence else m[0], plain_after)
    ):
        return "写入了原句没有的字符"
    return ""


def _made_up(text: str, known: set[str]) -> bool:
    """Whether the sentence, or one part of it between commas, is mostly of pairs that nothing it rests on has."""
    parts = [(list(_pairs(part)), NEW_IN_PART) for part in re.split("[，、；：]", text)]
    for pairs, most in ((list(_pairs(text)), NEW_AT_MOST), *parts):
        new = sum(pair not in known for pair in pairs)
        if new > NEW_PAIRS and new > most * len(pairs):
            return True
    return False


def _order(text: str) -> tuple[str, ...]:
    """Figures and names in their order: in another order a sentence can say another thing with the same words."""
    return tuple(k for k in MARK.findall(text) if k[0] in "FLQ")


def _pairs(text: str) -> Iterator[str]:
    han = re.sub(r"[^\u4e00-\u9fff]", "", text)
    yield from (han[i : i + 2] for i in range(len(han) - 1))


def summary(kept: Sequence[tuple[str, str]], changed: int) -> str:
    """One line for the user."""
    if not kept:
        return f"语言模型改写了 {changed} 句，全部通过核对"
    reasons = Counter(why.partition("“")[0] for _, why in kept)
    said = "、".join(f"{why} {n} 句" for why, n in reasons.most_common())
    return f"语言模型改写了 {changed} 句；{len(kept)} 句没有通过核对，保留原句（{said}）"
