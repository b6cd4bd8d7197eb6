"""What surrounds a policy text on a re-posted page: adverts, telephone numbers, the poster's own introduction.

They are cut out of the evidence and kept apart, each with its reason, so that a person can see what was left out. The markers
are data (``data/adverts.toml``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from ingestion.numbering import read_heading
from ingestion.sentences import sentence_spans

GAP_AT_MOST = 8
"""Lines between two adverts that can belong to them."""
TITLE_WITHIN = 60
"""Characters of a line that can be the title of the text."""

_QUOTED = re.compile(r"《([^《》]{6,60})》")
_OFFICIAL_TITLE = re.compile(
    r"^(?:[\u4e00-\u9fff、]{0,30})关于.{4,50}(?:通知|意见|方案|办法|规定|公告|函|决定|批复)(?:（[^（）]{1,12}）)?$"
)
_SENTENCE_END = re.compile(r"[。！？；]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Characters ``start..end`` of the text that do not belong to it. ``kind`` is advert | framing."""

    kind: str
    start: int
    end: int
    reason: str


def find_cuts(text: str) -> tuple[Cut, ...]:
    """What to cut, in order, never overlapping. Whole lines, or single sentences where an advert was set into a paragraph."""
    lines = _lines(text)
    title = _title_line(text, lines)
    reason_of = partial(_reason, tone=bool(_reason(text, tone=False)))
    cuts = []
    for start, end in lines[: title or 0]:
        reason = reason_of(text[start:end])
        kind = "advert" if reason else "framing"
        cuts.append(Cut(kind=kind, start=start, end=end, reason=reason or "正文标题之前的转载页文字，不是政策原文"))
    body = lines[title or 0 :]
    reasons = [reason_of(text[start:end]) for start, end in body]
    for at, (start, end) in enumerate(body):
        if reasons[at]:
            cuts += _of_line(text, start, end, reason_of)
        elif _between_adverts(text, body, reasons, at):
            cuts.append(Cut(kind="advert", start=start, end=end, reason="夹在广告之间的服务项目罗列"))
    return tuple(cuts)


def _lines(text: str) -> list[tuple[int, int]]:
    return [(m.start(), m.end()) for m in re.finditer(r"\S[^\n]*", text)]


def _title_line(text: str, lines: list[tuple[int, int]]) -> int | None:
    """The line that is the title of the text: quoted as 《…》 on the page or worded as one, with numbered text after it."""
    quoted = {match[1] for match in _QUOTED.finditer(text)}
    for at, (start, end) in enumerate(lines):
        line = text[start:end].removeprefix("# ").strip()
        if len(line) > TITLE_WITHIN or not (line in quoted or _OFFICIAL_TITLE.match(line)):
            continue
        following = lines[at + 1 :]
        if len(following) >= 3 and any(read_heading(text[a:b]) for a, b in following):
            return at
    return None


def _of_line(text: str, start: int, end: int, reason_of: Callable[[str], str]) -> list[Cut]:
    """Cut the line, or only the offending sentences of a paragraph that is otherwise policy text."""
    spans = sentence_spans(text, start, end)
    guilty = [(a, b, why) for a, b in spans if (why := reason_of(text[a:b]))]
    clean = sum(b - a for a, b in spans) - sum(b - a for a, b, _ in guilty)
    if guilty and (read_heading(text[start:end]) or 2 * clean > end - start):
        return [Cut(kind="advert", start=a, end=b, reason=why) for a, b, why in guilty]
    return [Cut(kind="advert", start=start, end=end, reason=reason_of(text[start:end]))]


def _between_adverts(text: str, lines: list[tuple[int, int]], reasons: list[str], at: int) -> bool:
    line = text[slice(*lines[at])]
    if not any(pattern.search(line) for pattern in _markers()[1]) or read_heading(line):
        return False
    before = next((i for i in range(at - 1, max(-1, at - GAP_AT_MOST - 1), -1) if reasons[i]), None)
    after = next((i for i in range(at + 1, min(len(lines), at + GAP_AT_MOST + 1)) if reasons[i]), None)
    return before is not None and after is not None and after - before <= GAP_AT_MOST + 1


def _reason(words: str, *, tone: bool) -> str:
    for pattern, reason, only_tone in _markers()[0]:
        if (tone or not only_tone) and pattern.search(words):
            return reason
    return ""


@lru_cache(maxsize=1)
def _markers() -> tuple[tuple[tuple[re.Pattern[str], str, bool], ...], tuple[re.Pattern[str], ...]]:
    table = tomllib.loads((Path(__file__).parent / "data" / "adverts.toml").read_text(encoding="utf-8"))
    strong = tuple((re.compile(row["pattern"]), row["reason"], bool(row.get("tone"))) for row in table["strong"])
    return strong, tuple(re.compile(row["pattern"]) for row in table["weak"])
