"""Places where a wrong decoding has eaten characters. They are shown to a person; the lost character is never guessed.

Typical of re-posted pages whose phonetic glosses were decoded wrongly: ``区域?qū)嶋H`` stands for 区域实际, ``当?shù)亓闾脊S`` for
当地零碳工厂. Ordinary text keeps quiet: ``(如化工)``, ``(ESG)``, ``1级)``, ``A级``, ``E为综合能耗``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
_HAN = "\u4e00-\u9fff"
_CAPITAL_NAMES = "级类型股座区栋楼档等轮线标证照面端柱字点方组项卷相值列栏表行公厂省市段期单种款套是为表指与和或及、，；：（）。站系部口版"


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """A damaged place of a text: ``text[start:end]``, the kind of damage and what to do about it in Chinese."""

    kind: str
    start: int
    end: int
    excerpt: str
    message: str


_PATTERNS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    (
        "broken_gloss",
        re.compile(rf"\?[A-Za-z{_TONED}]{{1,7}}[)）](?:[{_HAN}⒈-⒛]{{0,16}}?[A-Z](?=[{_HAN}、，。；]))?"),
        "注音残缺，前后若干字已损坏，无法还原，请对照官方原件补正。",
    ),
    ("replacement", re.compile("\ufffd+"), "有无法解码的字符，请对照官方原件补正。"),
    ("double_decoding", re.compile("(?:锟斤拷|烫烫烫|屯屯屯)+"), "文字被两次错误解码，请换一个来源。"),
    (
        "wrong_charset",
        re.compile("(?:[\u00c0-\u00ef][\u0080-\u00bf\u0152\u0153\u0160\u0161\u2018-\u203a]{1,2}){3,}"),
        "按错误的字符集读入，请换一个来源。",
    ),
    ("lost", re.compile(rf"(?<=[{_HAN}])\?{{2,}}(?=[{_HAN}])"), "有字符变成了问号，请对照官方原件补正。"),
    ("dotted_digit", re.compile("[⒈-⒛](?=[A-Z])"), "编号后紧跟大写字母，疑似解码错误，请对照官方原件核对。"),
    (
        "lone_capital",
        re.compile(rf"(?<=[{_HAN}])[A-Z](?=[{_HAN}])"),
        "汉字之间夹着单个大写字母，疑似解码错误，请对照官方原件核对。",
    ),
)
GLOSS = re.compile(rf"(?<=[{_HAN}])[(（](?=[^()（）]*[{_TONED}])[a-zü{_TONED}]{{1,7}}[)）]")
"""A phonetic gloss after its character (``業(yè)``): the character before it is right, so it can be taken out."""


def find_damage(text: str) -> tuple[Damage, ...]:
    """Every damaged place in order of position; a place is reported once, by the first pattern that knows it."""
    found: list[Damage] = []
    for kind, pattern, message in _PATTERNS:
        for match in pattern.finditer(text):
            if kind == "lone_capital" and _names_something(text, match.start()):
                continue
            if all(match.end() <= other.start or match.start() >= other.end for other in found):
                excerpt = text[max(0, match.start() - 6) : match.end() + 6].replace("\n", " ")
                found.append(Damage(kind=kind, start=match.start(), end=match.end(), excerpt=excerpt, message=message))
    return tuple(sorted(found, key=lambda damage: damage.start))


def _names_something(text: str, at: int) -> bool:
    """A级, H股, C为排放量: the capital is meant, unless the character before it is one that simplified Chinese does not have."""
    try:
        text[at - 1].encode("gb2312")
    except UnicodeEncodeError:
        return False
    return text[at + 1] in _CAPITAL_NAMES
