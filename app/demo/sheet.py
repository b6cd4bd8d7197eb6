"""A page as a list of things drawn on it, before any file format: PDF and OFD are written from the same sheet.

Coordinates are points from the top left corner, y downwards; the y of a text is its baseline.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

Colour = tuple[int, int, int]
BLACK: Colour = (0, 0, 0)
MAROON: Colour = (128, 0, 0)
GREY: Colour = (130, 130, 130)
SEAL_RED: Colour = (214, 32, 32)
A4 = (595.28, 841.89)
INVOICE_SIZE = (595.28, 396.85)
SPECIMEN = "演示数据，非真实票据"


class Align(StrEnum):
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A run of text. ``tag`` names the value for formats that can carry names; a text without tag is a printed label.
    Texts with the same ``tag`` and ``part`` are pieces of one value."""

    x: float
    y: float
    text: str
    size: float = 9.0
    align: Align = Align.LEFT
    colour: Colour = BLACK
    sans: bool = False
    tag: str = ""
    part: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    x0: float
    y0: float
    x1: float
    y1: float
    width: float = 0.6
    colour: Colour = BLACK


@dataclass(frozen=True, slots=True, kw_only=True)
class Ellipse:
    """An ellipse outline in the box x0..x1, y0..y1."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float = 1.2
    colour: Colour = SEAL_RED


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    x: float
    y: float
    width: float
    height: float
    colour: Colour


@dataclass(frozen=True, slots=True, kw_only=True)
class QrCode:
    x: float
    y: float
    side: float
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An encoded JPEG that fills the box."""

    x: float
    y: float
    width: float
    height: float
    data: bytes


Item = Text | Stroke | Ellipse | Fill | QrCode | Picture


@dataclass(slots=True)
class Sheet:
    """A page being drawn; ``items`` keep the drawing order."""

    width: float = A4[0]
    height: float = A4[1]
    items: list[Item] = field(default_factory=list)

    def text(self, x: float, y: float, text: str, **style: object) -> None:
        """Draws nothing for an empty text. ``style`` are the further fields of ``Text``."""
        if text:
            self.items.append(Text(x=x, y=y, text=text, **style))  # type: ignore[arg-type]

    def stroke(self, x0: float, y0: float, x1: float, y1: float, **style: object) -> None:
        self.items.append(Stroke(x0=x0, y0=y0, x1=x1, y1=y1, **style))  # type: ignore[arg-type]

    def box(self, x0: float, y0: float, x1: float, y1: float, **style: object) -> None:
        for a, b, c, d in ((x0, y0, x1, y0), (x1, y0, x1, y1), (x1, y1, x0, y1), (x0, y1, x0, y0)):
            self.stroke(min(a, c), min(b, d), max(a, c), max(b, d), **style)

    @property
    def texts(self) -> list[Text]:
        return [i for i in self.items if isinstance(i, Text)]


def text_width(text: str, size: float) -> float:
    """Width as set in 宋体: wide characters one em, others half an em."""
    return sum(size if unicodedata.east_asian_width(c) in "WFA" else size / 2 for c in text)


def wrap(text: str, size: float, width: float) -> list[str]:
    """Breaks ``text`` by width alone, mid-word like the issuing software does."""
    lines = [""]
    for char in text:
        if lines[-1] and text_width(lines[-1] + char, size) > width:
            lines.append("")
        lines[-1] += char
    return lines


def characters(sheets: tuple[Sheet, ...]) -> str:
    """Every character the sheets show, sorted."""
    return "".join(sorted({c for sheet in sheets for t in sheet.texts for c in t.text}))
