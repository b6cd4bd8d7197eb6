"""One door for strings from outside: what a Word file, a page and our own reading can hold, on one line."""

from __future__ import annotations

import re

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
