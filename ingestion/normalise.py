"""A scraped page → clean simplified text, with a record of everything that was changed, cut out or left in doubt.

Re-posted policy pages come in traditional characters with phonetic glosses (``業(yè)``), half-width punctuation and adverts around
the text. What can be undone without knowledge of the content is undone and counted; what cannot (a character that a wrong
decoding has eaten) stays as it is and is reported as a doubt. Nothing is guessed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ingestion.adverts import Cut, find_cuts
from ingestion.lines import paragraph_spans
from ingestion.mojibake import GLOSS, Damage, find_damage

_HAN = "\u4e00-\u9fff"
_CJK = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef“”‘’—…]")
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,6}|#x[0-9a-fA-F]{2,5});")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]|\r")
_FIXED_BLANK = re.compile("\u00a0")
_LINE_END_BLANKS = re.compile(r"(?m)[ \t\u3000\u00a0]+$")
_INDENT = re.compile(r"(?m)^[ \t\u3000\u00a0]+(?=\S)")
_MARKUP = re.compile(r"(?m)^#{1,6}[ \t]+|\*\*(?=[^*\n]+\*\*)|(?<=\S)\*\*(?!\S*\*\*)")
_PAGE_NUMBER = re.compile(
    r"\n[ \t\u3000]*(?:[-—–]\s*\d{1,3}\s*[-—–]|第\s*\d{1,3}\s*页(?:[ ，,/]*共\s*\d{1,3}\s*页)?)[ \t\u3000]*(?:\n\s*)?(?=\n|$)"
)
_INNER_BLANKS = re.compile(
    rf"(?<=[，。；：、）》”])[ \u00a0]+(?=[{_HAN}])|(?<=[{_HAN}])[ \u00a0]+(?=[，。；：、）》”])"
)
_LETTER_SPACING = re.compile(rf"(?<![{_HAN}])[{_HAN}](?:[ \u00a0]{{1,2}}[{_HAN}]){{2,}}(?![{_HAN}])")
_WIDE = {",": "，", ";": "；", ":": "：", "!": "！", "?": "？"}
_BRACKETS = {"(": "（", ")": "）"}
# Variants of simplified characters that OpenCC does not know as traditional ones.
_VARIANTS = {"陜": "陕", "戸": "户"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One kind of change: entity | invisible | markup | page_number | gloss | traditional | punctuation | whitespace. ``positions`` are offsets in the
    text that was given, one a changed place."""

    kind: str
    label: str
    positions: tuple[int, ...]

    @property
    def count(self) -> int:
        return len(self.positions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advert:
    """Words kept apart from the evidence. ``start``/``end`` are offsets in the text that was given."""

    kind: str
    text: str
    reason: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedPage:
    """``text`` has one paragraph a line and a blank line between paragraphs; ``doubts`` are offsets into ``text``."""

    text: str
    changes: tuple[Change, ...]
    adverts: tuple[Advert, ...]
    doubts: tuple[Damage, ...]

    def count(self, kind: str) -> int:
        """Changed places of one kind."""
        return sum(change.count for change in self.changes if change.kind == kind)


_LABELS = {
    "entity": "还原网页转义符",
    "invisible": "删去不可见字符",
    "markup": "删去排版标记",
    "page_number": "删去页码行",
    "gloss": "删去拼音注音",
    "traditional": "繁体转简体",
    "punctuation": "半角标点恢复为全角",
    "whitespace": "整理空白",
}


def clean_page(text: str) -> CleanedPage:
    """Clean one page. The order matters: damage is found before anything is converted, and no step touches it."""
    tape = _Tape(list(text), list(range(len(text))))
    changes: dict[str, list[int]] = {kind: [] for kind in _LABELS}
    tape.rewrite(_ENTITY, lambda m: html.unescape(m[0]), changes["entity"])
    tape.rewrite(_FIXED_BLANK, lambda m: " ", changes["whitespace"])
    tape.rewrite(_INVISIBLE, lambda m: "", changes["invisible"])
    tape.rewrite(_MARKUP, lambda m: "", changes["markup"])
    tape.rewrite(_PAGE_NUMBER, lambda m: "", changes["page_number"])
    tape.rewrite(GLOSS, lambda m: "", changes["gloss"])
    _simplify(tape, changes["traditional"])
    _widen(tape, changes["punctuation"])
    tape.rewrite(_LINE_END_BLANKS, lambda m: "", changes["whitespace"])
    tape.rewrite(_INNER_BLANKS, lambda m: "", changes["whitespace"])
    tape.rewrite(_LETTER_SPACING, lambda m: "".join(m[0].split()), changes["whitespace"])
    # Indents go last, with the line breaks of wrapped pages: they tell where a paragraph begins.
    changes["whitespace"] += [tape.origin[match.start()] for match in _INDENT.finditer(tape.text)]
    changes["whitespace"].sort()
    cuts = find_cuts(tape.text)
    adverts = tuple(
        Advert(
            kind=cut.kind,
            text=tape.text[cut.start : cut.end],
            reason=cut.reason,
            start=tape.origin[cut.start],
            end=tape.origin[cut.end - 1] + 1,
        )
        for cut in cuts
    )
    clean = _paragraphs(_without(tape.text, cuts))
    return CleanedPage(
        text=clean,
        changes=tuple(Change(kind=k, label=_LABELS[k], positions=tuple(p)) for k, p in changes.items() if p),
        adverts=adverts,
        doubts=find_damage(clean),
    )


@dataclass(slots=True)
class _Tape:
    """Characters with the offset each came from."""

    characters: list[str]
    origin: list[int]

    @property
    def text(self) -> str:
        return "".join(self.characters)

    def rewrite(self, pattern: re.Pattern[str], new: Callable[[re.Match[str]], str], log: list[int]) -> None:
        """Replace every match outside damaged places; log where it stood in the original text."""
        text, spared = self.text, self.damaged()
        for match in reversed(list(pattern.finditer(text))):
            written = new(match)
            if written == match[0] or any(spared[match.start() : match.end()]):
                continue
            log.append(self.origin[match.start()])
            at = self.origin[match.start()]
            self.characters[match.start() : match.end()] = list(written)
            self.origin[match.start() : match.end()] = [at] * len(written)
        log.sort()

    def damaged(self) -> list[bool]:
        text = self.text
        mask = [False] * len(text)
        for damage in find_damage(text):
            mask[damage.start : damage.end] = [True] * (damage.end - damage.start)
        return mask


@lru_cache(maxsize=1)
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


def _simplify(tape: _Tape, log: list[int]) -> None:
    """Traditional to simplified, by phrases where the length holds (著作权 stays 著), otherwise character by character."""
    converter, spared = _converter(), tape.damaged()
    text = tape.text
    for match in re.finditer(r"[^\n]+", text):
        converted = converter.convert(match[0])
        if len(converted) != len(match[0]):
            converted = "".join(one if len(one := converter.convert(c)) == 1 else c for c in match[0])
        for at, character in enumerate(converted, match.start()):
            character = _VARIANTS.get(character, character)
            if character != text[at] and not spared[at]:
                tape.characters[at] = character
                log.append(tape.origin[at])


def _widen(tape: _Tape, log: list[int]) -> None:
    """Half-width marks to full-width ones where they stand in Chinese; numbers, times, addresses and formulas keep theirs."""
    text, spared = tape.text, tape.damaged()
    brackets, quotes = _bracket_pairs(text, spared), _quote_pairs(text)
    for at, character in enumerate(text):
        if spared[at]:
            continue
        before, after = "".join(tape.characters[at - 1 : at]), text[at + 1 : at + 2]
        wide = character
        if character in _WIDE and (
            _is_cjk(before) or (character in ",;:" and _is_chinese_context(text, at, before, after))
        ):
            wide = _WIDE[character]
        elif at in brackets:
            opening, closing = sorted((at, brackets[at]))
            beside = _is_cjk("".join(tape.characters[opening - 1 : opening])) or _is_cjk(
                text[closing + 1 : closing + 2]
            )
            wide = _BRACKETS[character] if beside or _CJK.search(text[opening + 1 : closing]) else character
        elif character == "." and _is_cjk(before) and (after in ("", "\n") or _is_cjk(after)):
            wide = "。"
        elif at in quotes:
            wide = quotes[at]
        if wide != character:
            tape.characters[at] = wide
            log.append(tape.origin[at])


def _is_chinese_context(text: str, at: int, before: str, after: str) -> bool:
    """A mark after a latin word or a figure: Chinese goes on behind it, or it ends a line that is Chinese."""
    if not before.strip():
        return False
    if after.strip():
        return _is_cjk(after)
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return after in ("", "\n") and len(_CJK.findall(line)) >= 4


def _quote_pairs(text: str) -> dict[int, str]:
    """Straight quotes that hold Chinese, as opening and closing ones; a line with an odd number is left alone."""
    pairs: dict[int, str] = {}
    for line in re.finditer(r"[^\n]+", text):
        at = [line.start() + match.start() for match in re.finditer('"', line[0])]
        for first, last in zip(at[::2], at[1::2], strict=False) if len(at) % 2 == 0 else ():
            if _CJK.search(text[first + 1 : last]):
                pairs |= {first: "“", last: "”"}
    return pairs


def _bracket_pairs(text: str, spared: Sequence[bool]) -> dict[int, int]:
    pairs: dict[int, int] = {}
    open_at: list[int] = []
    for at, character in enumerate(text):
        if character == "\n":
            open_at.clear()
        elif character == "(" and not spared[at]:
            open_at.append(at)
        elif character == ")" and not spared[at] and open_at:
            first = open_at.pop()
            pairs[first], pairs[at] = at, first
    return pairs


def _is_cjk(character: str) -> bool:
    return bool(character) and _CJK.match(character) is not None


def _without(text: str, cuts: Sequence[Cut]) -> str:
    kept, at = [], 0
    for cut in cuts:
        kept.append(text[at : cut.start])
        at = cut.end
    return "".join([*kept, text[at:]])


def _paragraphs(text: str) -> str:
    """One blank line between paragraphs, none between the rows of a table; lines cut by a page width are joined."""
    lines = [_joined(text[start:end]) for start, end, _ in paragraph_spans(text)]
    out: list[str] = []
    for at, line in enumerate(lines):
        if at:
            table = all("\t" in row or " | " in row or row.startswith("|") for row in (lines[at - 1], line))
            out.append("\n" if table else "\n\n")
        out.append(line)
    return "".join(out) + ("\n" if out else "")


def _joined(paragraph: str) -> str:
    """A blank replaces a line break between two latin words only."""
    return re.sub(r"(?<=([A-Za-z0-9,]))\s*\n\s*(?=([A-Za-z0-9]))|\s*\n\s*", lambda m: " " if m[2] else "", paragraph)
