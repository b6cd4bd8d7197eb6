"""What a model's sentence may not do with the quotes it cites, beyond numbers and citations (``guard.check_answer``).

It may not be stronger than they are, turn a statement round, tie a number to another matter, name a document, clause or address
they do not name, count in words what they do not count, nor carry markup. Every check is about one sentence and its own quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from app.domain.answer import Answer
from app.domain.finding import Finding, Severity
from app.retrieval.folding import plain, terms

LEAST_SUPPORT = 0.55
LEAST_PART = 0.34
LEAST_NEIGHBOURS = 0.5
AROUND = 60
BEFORE = 25
FEW_WORDS = 3
LONGEST_SENTENCE = 400
STRONG_WORDS = ("必须", "应当", "强制", "不得", "禁止", "一律", "保证", "一定能", "已经符合", "符合条件", "达标", "合格", "可以申报", "能够通过")
NEGATIONS = re.compile(r"不(?!仅|但|断|同|少于|低于|高于|超过|小于|大于|符合|属于)|没有|无需|无须|未(?!来|见)|免于|取消|禁止|并非|排除|除外")
YEAR = re.compile(r"到?20\d\d年")
NUMBER = re.compile(r"\d+(?:\.\d+)?")
COUNTED = re.compile(r"百分之[一二三四五六七八九十百零点]+|[一二三四五六七八九十百千两]+(?:成|万|亿|元|倍|年|个月|天|家|级)|一半|翻番|全免")
NAMED = re.compile(r"《[^》]{2,40}》|第[一二三四五六七八九十百\d]+[条款章节]|\(?20\d\d\)?\s*\d+号|(?:gb|t)/[a-z\-]*\s*\d[\d.]*|iso\s*\d+")
MARKUP = re.compile(r"<[a-z/!]|https?:|www\.|\]\(|```|javascript:|\{\{|\{%|!\[|@[a-z]+\.|\b(?:tool|function)_call", re.IGNORECASE)
CONNECTIVES = {"因此", "此外", "同时", "其中", "所以", "另外", "也就是说", "换句话说", "据此", "例如", "总之", "即"}
MARK = "据报道，待核实"


def check_wording(answer: Answer, question: str) -> list[Finding]:
    """Every defect of the sentences of ``answer``; ``subjects`` are sentence indices (``s0`` …)."""
    quotes = {c.key: c for c in answer.citations}
    findings = []
    for place, sentence in enumerate(answer.sentences):
        cited = [quotes[key] for key in sentence.citations if key in quotes]
        held = plain(" ".join(f"{c.quote} {c.title} {c.document_number or ''} {c.clause}" for c in cited))
        spoken = plain(sentence.text.replace(MARK, "")).replace(plain(MARK), "")
        for id, message, fails in CHECKS:
            if fails(spoken, held, plain(question)):
                findings.append(_finding(id, message, place))
    return findings


def _stronger(spoken: str, held: str, question: str) -> bool:
    return any(word in spoken and word not in held and f"不是{word}" not in spoken for word in STRONG_WORDS)


def _turned_round(spoken: str, held: str, question: str) -> bool:
    """A negation that no quote has. ``不是强制`` over an encouragement is the one the reader needs."""
    bare = spoken.replace("不是强制", "")
    return bool(NEGATIONS.search(bare)) and not NEGATIONS.search(held)


def _misplaced_number(spoken: str, held: str, question: str) -> bool:
    """The words of a number's clause, and of the next one where it stands almost alone (到2030年，…), must stand around the same
    number in the quotes, before the next year begins."""
    parts = re.split(r"[,;。:]", spoken)
    for place, part in enumerate(parts):
        words = [term for term in terms(NUMBER.sub(" ", part)) if not term.isascii()]
        if len(words) < FEW_WORDS and place + 1 < len(parts):
            words += [term for term in terms(NUMBER.sub(" ", parts[place + 1])) if not term.isascii()]
        for number in NUMBER.findall(part):
            near = " ".join(re.split(r"[;。]", held[max(0, m.start() - BEFORE) : m.end()])[-1] + YEAR.split(held[m.end() : m.end() + AROUND])[0]
                            for m in re.finditer(rf"(?<![\d.]){re.escape(number)}(?![\d])", held))
            if words and sum(word in near for word in words) / len(words) < LEAST_NEIGHBOURS:
                return True
    return False


def _counted_in_words(spoken: str, held: str, question: str) -> bool:
    return any(found.group() not in held for found in COUNTED.finditer(spoken))


def _named_elsewhere(spoken: str, held: str, question: str) -> bool:
    squeezed = re.sub(r"\s", "", held)
    return any(re.sub(r"[\s《》]", "", found.group()) not in squeezed for found in NAMED.finditer(spoken))


def _marked_up(spoken: str, held: str, question: str) -> bool:
    return bool(MARKUP.search(spoken)) or len(spoken) > LONGEST_SENTENCE


def _unsupported(spoken: str, held: str, question: str) -> bool:
    """The sentence as a whole, and every part of it between commas by the quotes alone: neither a long quote
    nor the question carries a foreign word along."""
    spoken = spoken.replace("不是强制", "")
    parts = [part for part in re.split(r"[,;。:、“”\"]", spoken) if terms(part) and part.strip() not in CONNECTIVES]
    return _share(spoken, [held, question]) < LEAST_SUPPORT or any(_share(part, [held]) < LEAST_PART for part in parts) \
        or _share(spoken, [held]) < LEAST_SUPPORT / 2


def _share(text: str, sources: Sequence[str]) -> float:
    wanted = terms(text)
    known = {term for source in sources for term in terms(source)}
    return sum(term in known for term in wanted) / len(wanted) if wanted else 0.0


def _finding(id: str, message: str, place: int) -> Finding:
    return Finding(id=id, severity=Severity.BLOCKING, message=message, subjects=(f"s{place}",), fix="退回逐句引用原文的回答。")


Check = tuple[str, str, Callable[[str, str, str], bool]]
CHECKS: tuple[Check, ...] = (
    ("stronger-than-source", "用词比所引原文强。", _stronger),
    ("turned-round", "出现了所引原文没有的否定。", _turned_round),
    ("number-misplaced", "数值和它说的事不在原文的同一处。", _misplaced_number),
    ("counted-in-words", "用文字写出的数量不在所引原文中。", _counted_in_words),
    ("named-elsewhere", "提到了所引原文没有的文件、标准或条号。", _named_elsewhere),
    ("marked-up", "夹带了标记、链接或过长的文字。", _marked_up),
    ("beyond-source", "这一句的内容大多不在所引原文中。", _unsupported),
)
