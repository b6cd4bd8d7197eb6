"""The numbering of Chinese official texts: which lines are headings, how deep, and what they are called in a clause id.

Matching runs on a folded copy of the line, one character for one, so that offsets into the source stay valid. Levels follow
GB/T 9704-2012 §7.3.3 (一、 · (一) · 1. · (1)) with the 编章节条 of regulations above and the decimals of standards (GB/T 1.1-2020) beside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

_NUMERAL = "[一二三四五六七八九十]"
_LONG_NUMERAL = "[一二三四五六七八九十百零〇0-9]"
_FOLD = {ord(a): b for a, b in zip("（）﹙﹚．：　\u00a0\t", "()().:   ", strict=True)}
_FOLD |= {0xFF10 + digit: str(digit) for digit in range(10)}
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_BRACKETED_DIGITS = "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇"
_DOTTED_DIGITS = "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛"
_BRACKETED_NUMERALS = "㈠㈡㈢㈣㈤㈥㈦㈧㈨㈩"
_QUANTITY = r"(?:万|亿|千|百|吨|公斤|千克|升|米|平方|立方|亩|度|元|%|％|‰|℃|倍|年|月|日|天|小时|分钟|个|家|项|级|台|份|kWh|kW|MW|GW|MJ|GJ|tce|tCO|kg|t\b|m\b|m[²³23])"
TITLE_AT_MOST = 40
"""Characters of a line that can still be a pure heading, and of a run-in heading."""


class Level(IntEnum):
    ATTACHMENT = 0
    PART = 10
    CHAPTER = 20
    SECTION = 30
    ARTICLE = 40
    L1 = 50
    L2 = 60
    L3 = 70
    L4 = 90
    LETTER = 95
    L5 = 100
    # Decimals of standards stand at L3 plus their depth: 4 → 70, 4.2 → 71, 4.2.1 → 72.


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """``label`` is the step in a clause id, ``body`` the offset within the line where the words after the number begin."""

    level: int
    label: str
    body: int
    decimal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What only the whole document can tell: first numbers of its decimals, its chapters numbered ``1 范围``, the letter of the
    annex a line stands in."""

    decimal_roots: frozenset[str] = frozenset()
    chapters: frozenset[str] = frozenset()
    annex_letter: str | None = None


def fold(text: str) -> str:
    """Full-width brackets, digits, dot, colon and blanks as half-width ones; same length as ``text``."""
    return text.translate(_FOLD)


_ATTACHMENT = re.compile(r"(附件|附录|附表)\s*([0-9]{1,3}|" + _NUMERAL + r"{1,3}|[A-Z](?![A-Za-z]))?\s*[:.、]?\s*")
_PART = re.compile(rf"第({_LONG_NUMERAL}{{1,4}})(编|部分)")
_CHAPTER = re.compile(rf"第({_LONG_NUMERAL}{{1,4}})(章|节)")
_ARTICLE = re.compile(rf"第({_LONG_NUMERAL}{{1,5}})条(之{_NUMERAL}{{1,2}})?")
_NOT_AN_ARTICLE = re.compile(r"(规定|所称|所列|第|和|与|及|或|至|、|,|，|的|中|明确|要求|款|项|执行)")
_L1 = re.compile(rf"({_NUMERAL}{{1,3}})[、.](?!\d)")
_L2 = re.compile(rf"[(〔\[]({_NUMERAL}{{1,3}})[)〕\]]")
_L3 = re.compile(r"(\d{1,2})(?:[.、](?!\d))")
_L4 = re.compile(r"(?:\((\d{1,2})\)|(\d{1,2})\))")
_LETTER = re.compile(r"[a-z]\)")
_DECIMAL = re.compile(r"((?:[A-Z]|[1-9]\d?)(?:\.\d{1,2}){1,4})(?![\d.])\.?(\s*)")
_ROOT = re.compile(r"([1-9]\d?)\s+(?=[\u4e00-\u9fff])")
_SENTENCE_MARK = re.compile(r"[。；;，,]")


def document_numbers(lines: Iterable[str]) -> Numbers:
    """Look over all lines once. A decimal root is believed when two decimal lines or more begin with it; ``1 范围`` is a chapter
    when the document has decimals and its chapters count up."""
    folded = [fold(line).strip() for line in lines]
    seen: dict[str, int] = {}
    for line in folded:
        match = _DECIMAL.match(line)
        if match and not _measures(line[match.end() :]):
            root = match[1].split(".")[0]
            seen[root] = seen.get(root, 0) + 1
    roots = frozenset(root for root, count in seen.items() if count >= 2)
    chapters: set[str] = set(seen) if roots else set()
    last = 0
    for line in folded if roots else ():
        match = _ROOT.match(line)
        if match and int(match[1]) == last + 1 and len(line) <= TITLE_AT_MOST and not _SENTENCE_MARK.search(line):
            last += 1
            chapters.add(match[1])
    return Numbers(decimal_roots=roots, chapters=frozenset(chapters))


def read_heading(line: str, numbers: Numbers | None = None) -> Heading | None:
    """The heading at the start of ``line`` (no leading blanks), or None when the line is running text.

    Refused on purpose: ``2026年起…``, ``1.5万吨…``, ``3.5 万吨…``, ``第十条规定的…`` and ``附件：1.甲 2.乙`` (a list of attachments).
    """
    numbers = numbers or Numbers()
    folded = fold(line)
    return _attachment(folded) or _of_regulation(folded) or _of_notice(folded) or _of_standard(folded, numbers)


def is_pure(line: str, heading: Heading) -> bool:
    """A short line without a sentence mark is a heading and nothing else."""
    words = line[heading.body :].strip()
    return len(line.strip()) <= TITLE_AT_MOST and not _SENTENCE_MARK.search(words) and not words.endswith(("：", ":"))


def _attachment(line: str) -> Heading | None:
    match = _ATTACHMENT.match(line)
    if not match:
        return None
    word, number, rest = match[1], match[2], line[match.end() :]
    if number is None and rest:
        return None
    if (
        len(rest) > TITLE_AT_MOST
        or rest.endswith("。")
        or _SENTENCE_MARK.search(rest)
        or re.match(r"[和与及的至、)]", rest)
    ):
        return None
    return Heading(level=Level.ATTACHMENT, label=word + (number or ""), body=match.end())


def _of_regulation(line: str) -> Heading | None:
    for pattern in (_PART, _CHAPTER):
        match = pattern.match(line)
        if match and len(line) <= TITLE_AT_MOST and not _SENTENCE_MARK.search(line):
            level = {"编": Level.PART, "部分": Level.PART, "章": Level.CHAPTER, "节": Level.SECTION}[match[2]]
            return Heading(level=level, label=match[0], body=_skip_blanks(line, match.end()))
    match = _ARTICLE.match(line)
    if match and not _NOT_AN_ARTICLE.match(line[match.end() :]):
        return Heading(level=Level.ARTICLE, label=match[0], body=_skip_blanks(line, match.end()))
    return None


def _of_notice(line: str) -> Heading | None:
    match = _L1.match(line)
    if match:
        return Heading(level=Level.L1, label=match[1], body=_skip_blanks(line, match.end()))
    match = _L2.match(line)
    if match:
        return Heading(level=Level.L2, label=f"({match[1]})", body=_skip_blanks(line, match.end()))
    match = _L3.match(line)
    if match and line[match.end() :].strip():
        return Heading(level=Level.L3, label=match[1], body=_skip_blanks(line, match.end()))
    match = _L4.match(line)
    if match and line[match.end() :].strip():
        return Heading(level=Level.L4, label=f"({match[1] or match[2]})", body=_skip_blanks(line, match.end()))
    match = _LETTER.match(line)
    if match and line[match.end() :].strip():
        return Heading(level=Level.LETTER, label=match[0], body=_skip_blanks(line, match.end()))
    return _single_sign(line)


def _single_sign(line: str) -> Heading | None:
    first, body = line[:1], _skip_blanks(line, 1)
    if not first:
        return None
    if (at := _BRACKETED_NUMERALS.find(first)) >= 0:
        return Heading(level=Level.L2, label=f"({'一二三四五六七八九十'[at]})", body=body)
    if (at := _DOTTED_DIGITS.find(first)) >= 0:
        # A dotted digit before a capital is what a wrong decoding leaves behind, not a number.
        return None if re.match(r"\s*[A-Z]", line[1:]) else Heading(level=Level.L3, label=str(at + 1), body=body)
    if (at := _BRACKETED_DIGITS.find(first)) >= 0:
        return Heading(level=Level.L4, label=f"({at + 1})", body=body)
    if first in _CIRCLED:
        return Heading(level=Level.L5, label=first, body=body)
    return None


def _of_standard(line: str, numbers: Numbers) -> Heading | None:
    match = _DECIMAL.match(line)
    if match:
        words, root = line[match.end() :], match[1].split(".")[0]
        if _measures(words):
            return None
        if root.isalpha():
            believed = root == numbers.annex_letter
        else:
            believed = bool(match[2] and words.strip()) or root in numbers.decimal_roots
        if not believed:
            return None
        return Heading(level=Level.L3 + match[1].count("."), label=match[1], body=match.end(), decimal=True)
    match = _ROOT.match(line)
    if match and match[1] in numbers.chapters and len(line) <= TITLE_AT_MOST and not _measures(line[match.end() :]):
        return Heading(level=Level.L3, label=match[1], body=match.end(), decimal=True)
    return None


def _measures(words: str) -> bool:
    return re.match(r"\s*" + _QUANTITY, words) is not None


def _skip_blanks(line: str, at: int) -> int:
    while at < len(line) and line[at].isspace():
        at += 1
    return at
