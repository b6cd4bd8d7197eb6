"""One door for strings from outside: what a Word file, a page and our own reading can hold, on one line."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Control characters, surrogates, non-characters, zero-width and direction marks, and the object mark that reading uses.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\uffff]"
)


def one_line(text: object) -> str:
    """``text`` without characters that cannot be printed or that would change how its neighbours are read; every run of
    white space is one space."""
    return " ".join(_UNPRINTABLE.sub("", str(text)).split())


def phrase(text: object) -> str:
    """``one_line`` without the closing punctuation, for use inside a sentence."""
    return one_line(text).rstrip("。；;")


def joined(items: Sequence[str]) -> str:
    """What is missing as one phrase: the items in their order, a head that all of them share (已实施的措施：…) said once."""
    head, colon, _ = items[0].partition("：") if items else ("", "", "")
    if colon and len(items) > 1 and all(i.startswith(f"{head}：") for i in items):
        items = [items[0], *(i[len(head) + 1 :] for i in items[1:])]
    return "、".join(items)


def proof_of(item: str) -> str:
    """A missing item as what has to be handed in: 已…的证明 for a statement about the factory, otherwise the item itself."""
    statement = item.startswith("已") and "：" not in item and not item.endswith(("证明", "证明文件", "证明材料"))
    return f"{item}的证明" if statement else item
