"""Where a text says a number: Arabic in any script, superscripts and circled digits, percent, Chinese numerals of quantity.

Chinese numerals are ordinary characters of ordinary words (统一, 万方数据, 第三方), so they count as a number only in quantity
use: as a fraction (百分之五, 三分之一), before a measure word or unit (五千吨, 两台), or as a run that spells a figure (二〇二五).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_DIGITS = "零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖"
_SCALES = "十百千万亿拾佰仟"
_NUMERAL = f"[{_DIGITS}{_SCALES}]"
_MEASURES = (
    "个百分点|个|项|类|种|条|台|套|座|份|户|家|次|年|月|日|天|周|小时|分钟|倍|成|级|页|人|名|位|批|期|处|张|笔|路|间|栋|幢|辆|艘|块|组|"
    "吨标准煤|吨|公斤|千克|克|万元|元|亩|平方米|立方米|标方|方|升|公里|千米|米|度|千瓦时|兆瓦时|千瓦|兆瓦|吉瓦|吉焦|兆焦|千焦|焦|摄氏度|"
    "kWh|MWh|GWh|kW|MW|GW|GJ|MJ|kJ|tce|kg|t|km|m|L|%|％|‰|℃"
)
_CHINESE = re.compile(
    rf"[{_DIGITS}{_SCALES}]+分之{_NUMERAL}+(?:点[{_DIGITS}]+)?"
    rf"|{_NUMERAL}+(?:点[{_DIGITS}]+)?[多余几]?(?:{_MEASURES})"
    rf"|(?<!{_NUMERAL})[{_DIGITS}]*〇[{_DIGITS}]*"
    rf"|[{_DIGITS}][{_SCALES}]{{1,2}}(?:{_NUMERAL})+|[{_SCALES}]{{2,}}(?={_NUMERAL}|余|多|$)"
)
#: Words in which a numeral before a measure word is no quantity; 一 before a general classifier is an article.
_IDIOMS = re.compile(
    "统一|唯一|同一|一致|一般|一定|进一步|第三方|万一|三废|四舍六入五成双|二次能源|一次能源|十分|千方百计|多元|这一|每一|任一|逐一|"
    "(?<![零〇一二两三四五六七八九十百千万亿])一(?:个|项|类|种|条|次|批|路|方面|体化|揽子|性)"
)
#: 万元, 千克 and 千瓦时 are units, not figures.
_BARE_UNIT = re.compile(r"[万亿]+千?[^零〇一二两三四五六七八九十百千万亿]+|千(?:克|米|瓦|焦).*")
_JOINERS = ".．,，·:：/"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberToken:
    """``text == source[start:end]``."""

    text: str
    start: int
    end: int


def _is_digit(char: str) -> bool:
    """Any character that prints as a figure: 5 ５ ٥ ² ₂ ⑤ Ⅴ ½, but not the Han numerals."""
    if "0" <= char <= "9":
        return True
    return ord(char) > 0x7F and unicodedata.category(char) in ("Nd", "No", "Nl") and char not in "〇"


def _figure_tokens(text: str) -> list[NumberToken]:
    tokens: list[NumberToken] = []
    index = 0
    while index < len(text):
        if not _is_digit(text[index]):
            index += 1
            continue
        start = index
        while index < len(text) and (
            _is_digit(text[index]) or (text[index] in _JOINERS and index + 1 < len(text) and _is_digit(text[index + 1]))
        ):
            index += 1
        while index < len(text) and text[index] in "%％‰":
            index += 1
        if (
            start
            and text[start - 1] in "-−﹣－+＋"
            and (start == 1 or not (text[start - 2].isascii() and text[start - 2].isalnum()))
        ):
            start -= 1
        tokens.append(NumberToken(text=text[start:index], start=start, end=index))
    return tokens


def find_numbers(text: str) -> tuple[NumberToken, ...]:
    """Every numeric token of ``text``, left to right. A quantity written in Chinese numerals is one token with its unit."""
    tokens = _figure_tokens(text)
    idioms = [m.span() for m in _IDIOMS.finditer(text)]
    for match in _CHINESE.finditer(text):
        if "分之" not in match.group() and any(start <= match.start() < end for start, end in idioms):
            continue
        if _BARE_UNIT.fullmatch(match.group()):
            continue
        tokens.append(NumberToken(text=match.group(), start=match.start(), end=match.end()))
    return tuple(sorted(tokens, key=lambda t: (t.start, t.end)))
