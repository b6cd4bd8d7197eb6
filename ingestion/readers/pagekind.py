"""Is a page its words, or a picture? The one decision shared by PDF and OFD, with its reason in Chinese."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.finding import Finding, Severity
from app.domain.page import Box
from ingestion.readers.content import scanned_page

_ENOUGH_CHARACTERS = 50
_BROKEN_SHARE = 0.02
_PICTURE_SHARE = 0.15
_FULL_PAGE_PICTURE = 0.6
_OUTLINED_TEXT = 60
_UNSEEN_WORTH_A_NOTE = 10
_GRID = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was met on a page: ``useful`` ideographs, letters and digits, ``broken`` characters without meaning, ``unseen``
    characters no reader could see, ``overlay`` characters drawn invisibly, ``picture_share`` 0..1, ``outlines`` filled
    shapes with curves, ``ink_without_text`` when text is drawn and visible but not one character came out of it."""

    useful: int
    broken: int = 0
    unseen: int = 0
    overlay: int = 0
    picture_share: float = 0.0
    outlines: int = 0
    ink_without_text: bool = False

    @property
    def recognised(self) -> bool:
        """Most of the text is an invisible layer: somebody's recognition of a scan."""
        return self.overlay > 0.5 * max(self.useful, 1)


def picture_reason(seen: Evidence) -> str | None:
    """Why the words are not the page; None when they are, and for a page that is simply empty."""
    total = seen.useful + seen.broken
    if seen.broken >= _BROKEN_SHARE * total and seen.broken >= min(5, max(total / 2, 1)):
        return "文字层是乱码，字体没有对应的字符编码"
    if seen.useful >= _ENOUGH_CHARACTERS:
        return None
    if seen.picture_share >= _PICTURE_SHARE:
        return "几乎没有文字层，版面是扫描图片"
    if seen.outlines >= _OUTLINED_TEXT:
        return "文字已转成曲线"
    if seen.ink_without_text:
        return "有文字对象但取不出任何字符"
    return None


def page_findings(number: int, seen: Evidence) -> tuple[Finding, ...]:
    """What a person must know before trusting the words of page ``number``."""
    subjects = (f"p{number}",)
    reason = picture_reason(seen)
    found: list[Finding] = []
    if reason is not None:
        found.append(scanned_page(number, reason))
    elif seen.recognised:
        found.append(
            Finding(
                id="recognised-text-layer",
                severity=Severity.EXPLAIN,
                message=f"第{number}页是扫描图片，文字来自文件自带的识别结果，可能有错字或漏掉负号。",
                subjects=subjects,
                fix="请对照原件逐项核对该页数值。",
            )
        )
    elif seen.picture_share >= _FULL_PAGE_PICTURE and seen.useful < 4 * _ENOUGH_CHARACTERS:
        found.append(
            Finding(
                id="picture-with-text",
                severity=Severity.EXPLAIN,
                message=f"第{number}页有大幅图片，只读取了图片之外的文字。",
                subjects=subjects,
                fix="请查看原件；图片里若有数据，请手工录入。",
            )
        )
    if seen.unseen >= _UNSEEN_WORTH_A_NOTE:
        found.append(
            Finding(
                id="unseen-text",
                severity=Severity.NOTE,
                message=f"第{number}页有 {seen.unseen} 个看不见的字符（在页面之外、白底白字或字号极小），没有读取。",
                subjects=subjects,
                data={"count": str(seen.unseen)},
            )
        )
    return tuple(found)


def covered_share(boxes: Iterable[Box], width: float, height: float) -> float:
    """The part of the page under ``boxes`` (same length unit), measured on a grid so that overlaps count once."""
    step_x, step_y = width / _GRID, height / _GRID
    covered = bytearray(_GRID * _GRID)
    for x0, y0, x1, y1 in boxes:
        if not (x1 > 0 and y1 > 0 and x0 < width and y0 < height):
            continue
        left, right = max(round(x0 / step_x), 0), round(min(x1, width) / step_x)
        for row in range(max(round(y0 / step_y), 0), round(min(y1, height) / step_y)):
            covered[row * _GRID + left : row * _GRID + right] = b"\x01" * max(right - left, 0)
    return sum(covered) / len(covered)
