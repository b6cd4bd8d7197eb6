"""One spelling for what is written in several ways: widths, digits, brackets, and the lexicon's variants.

Folding is for comparing only; quotes are always taken from the stored text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

QUESTION_WORDS = (
    "什么", "如何", "怎么样", "怎样", "怎么", "哪些", "哪个", "哪几", "哪家", "哪里", "哪年", "哪天", "多少", "几个", "是否", "请问", "能不能",
    "可不可以", "可以吗", "是不是", "有没有", "要不要", "行不行", "应该", "应当", "需要", "规定", "要求", "文件", "政策", "我们", "咱们", "我厂",
    "企业", "工厂", "一下", "告诉我", "想问", "帮我", "这个", "那个", "的话", "情况", "方面", "具体", "内容", "关于", "对于",
    "吗", "呢", "吧", "啊", "呀", "嘛", "的", "了",
)
ONE_KIND = str.maketrans("〔〕[]【】—–", "()()()--")
LATIN = re.compile(r"[a-z0-9][a-z0-9./%\-]*")
HAN = re.compile(r"[㐀-鿿]+")
SPACED_LATIN = re.compile(r"(?<=[a-z]) (?=\d)")


class Folder:
    """Maps every variant to the first member of its group. ``groups`` come from the lexicon."""

    def __init__(self, groups: Iterable[Sequence[str]] = ()) -> None:
        self._canonical: dict[str, str] = {}
        for group in groups:
            head = plain(group[0])
            for member in group[1:]:
                folded = plain(member)
                if folded and folded != head and folded not in head:
                    self._canonical[folded] = head
        ordered = sorted(self._canonical, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def fold(self, text: str) -> str:
        folded = plain(text)
        if self._pattern is None:
            return folded
        return self._pattern.sub(lambda match: self._canonical[match.group()], folded)


def plain(text: str) -> str:
    """NFKC, lower case, one kind of bracket and dash, no space between letters and digits (GB/T 32150 = GB/T32150)."""
    folded = unicodedata.normalize("NFKC", text).lower()
    folded = folded.translate(ONE_KIND)
    return SPACED_LATIN.sub("", re.sub(r"\s+", " ", folded)).strip()


def strip_question_words(folded: str) -> str:
    for word in QUESTION_WORDS:
        folded = folded.replace(word, " ")
    return folded


def terms(folded: str) -> list[str]:
    """Character bigrams of every Han run (a lone character stays), Latin and digit runs whole."""
    found = LATIN.findall(folded)
    for run in HAN.findall(folded):
        found.extend([run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)])
    return found


def expand(folded: str, equivalents: Mapping[str, Sequence[str]]) -> list[str]:
    """Policy words for the user's words that occur in the question, in the order of the mapping."""
    words: list[str] = []
    for spoken, written in equivalents.items():
        if spoken and spoken in folded:
            words.extend(word for word in written if word not in words)
    return words
