"""Page and type of a Chinese official document (after GB/T 9704): A4, margins 37/35/28/26 mm, body 仿宋 16 pt on exact 28 pt.

The fonts are named, never shipped. python-docx styles carry theme fonts, which Word prefers over a named font, so every
``*Theme`` attribute is removed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.drafting.word_xml import el, qn

FANGSONG, KAITI, HEITI, SONGTI, TITLE_FONT = "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体", "方正小标宋_GBK"
LATIN = "Times New Roman"
MARGINS_MM = {"top": 37, "bottom": 35, "left": 28, "right": 26}
PAGE_MM = (210, 297)
TEXT_WIDTH_TWIPS = round((PAGE_MM[0] - MARGINS_MM["left"] - MARGINS_MM["right"]) * 1440 / 25.4)
#: A page set across is turned to the left: what was its right margin is now its top.
WIDE_MARGINS_MM = {"top": 26, "bottom": 28, "left": 37, "right": 35}
WIDE_WIDTH_TWIPS = round((PAGE_MM[1] - WIDE_MARGINS_MM["left"] - WIDE_MARGINS_MM["right"]) * 1440 / 25.4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A paragraph style. Sizes and distances in points (a spacing of 0: as high as its content); ``indent`` in characters of its own size; ``outline`` from 0."""

    name: str
    font: str
    size: float
    spacing: float
    align: str = "both"
    indent: int = 0
    bold: bool = False
    before: float = 0
    after: float = 0
    outline: int | None = None
    keep_next: bool = False
    tab: bool = False
    left: float = 0


STYLES: tuple[Style, ...] = (
    Style(name="Normal", font=FANGSONG, size=16, spacing=28, indent=2),
    Style(name="Title", font=TITLE_FONT, size=22, spacing=32, align="center", after=16),
    Style(name="Subtitle", font=TITLE_FONT, size=22, spacing=32, align="center", after=28),
    Style(name="Heading 1", font=HEITI, size=16, spacing=28, indent=2, outline=0, keep_next=True),
    Style(name="Heading 2", font=KAITI, size=16, spacing=28, indent=2, outline=1, keep_next=True),
    Style(name="Heading 3", font=FANGSONG, size=16, spacing=28, indent=2, bold=True, outline=2, keep_next=True),
    Style(name="Caption", font=HEITI, size=12, spacing=20, align="center", before=8, after=4, keep_next=True),
    Style(name="Figure", font=FANGSONG, size=12, spacing=0, align="center", before=8, keep_next=True),
    Style(name="Figure Caption", font=HEITI, size=12, spacing=20, align="center", after=8),
    Style(name="Table Text", font=FANGSONG, size=12, spacing=20, align="left"),
    Style(name="Table Small", font=FANGSONG, size=10.5, spacing=16, align="left"),
    Style(name="Table Note", font=FANGSONG, size=10.5, spacing=16, before=2, after=8),
    Style(name="Section End", font=FANGSONG, size=2, spacing=2, align="left"),
    Style(name="Cover Label", font=FANGSONG, size=16, spacing=28, align="distribute"),
    Style(name="Cover Value", font=FANGSONG, size=16, spacing=28, align="left"),
    Style(name="Signature Line", font=FANGSONG, size=16, spacing=28, align="left", before=8, left=208),
    Style(name="TOC Heading", font=HEITI, size=16, spacing=28, align="center", after=12),
    Style(name="toc 1", font=FANGSONG, size=14, spacing=22, align="left", tab=True),
    Style(name="toc 2", font=FANGSONG, size=14, spacing=22, align="left", tab=True, left=28),
    Style(name="footnote text", font=FANGSONG, size=9, spacing=12),
    Style(name="header", font=FANGSONG, size=10.5, spacing=14, align="center"),
    Style(name="footer", font=SONGTI, size=14, spacing=16, align="right"),
)


def fonts(name: str) -> Any:
    """rFonts with the Chinese font for East Asian text and Times New Roman for Latin, theme attributes absent."""
    return el("w:rFonts", ascii=LATIN, hAnsi=LATIN, eastAsia=name, cs=LATIN)


def _twips(points: float) -> int:
    return round(points * 20)


def paragraph_properties(style: Style) -> Any:
    """The pPr of a style, children in schema order. Indent is given in characters and in twips: LibreOffice reads only twips."""
    properties = el("w:pPr")
    if style.keep_next:
        properties.append(el("w:keepNext"))
    if style.tab:
        tab = el("w:tab", val="right", leader="dot", pos=TEXT_WIDTH_TWIPS)
        properties.append(el("w:tabs", tab))
    # A drawing needs a line as high as itself; an exact height would cut it off.
    exact: dict[str, str | int] = {"line": _twips(style.spacing), "lineRule": "exact"}
    lines: dict[str, str | int] = exact if style.spacing else {"line": 240, "lineRule": "auto"}
    properties.append(el("w:spacing", before=_twips(style.before), after=_twips(style.after), **lines))
    properties.append(
        el(
            "w:ind",
            left=_twips(style.left),
            firstLineChars=style.indent * 100,
            firstLine=_twips(style.indent * style.size),
        )
    )
    properties.append(el("w:jc", val=style.align))
    if style.outline is not None:
        properties.append(el("w:outlineLvl", val=style.outline))
    return properties


def run_properties(style: Style) -> Any:
    size = round(style.size * 2)
    properties = el("w:rPr", fonts(style.font), el("w:b", val=int(style.bold)), el("w:i", val=0))
    for child in (el("w:color", val="000000"), el("w:sz", val=size), el("w:szCs", val=size)):
        properties.append(child)
    return properties


def apply_styles(document: Any) -> None:
    """Rewrite or add every style of STYLES in a python-docx document, and the footnote reference mark."""
    from docx.enum.style import WD_STYLE_TYPE

    styles = document.styles
    existing = {s.name.lower(): s for s in styles}
    for style in STYLES:
        found = existing.get(style.name.lower())
        made = found if found is not None else styles.add_style(style.name, WD_STYLE_TYPE.PARAGRAPH)
        element = made.element
        for old in element.findall(qn("w:pPr")) + element.findall(qn("w:rPr")):
            element.remove(old)
        element.append(paragraph_properties(style))
        element.append(run_properties(style))
        if style.name != "Normal" and element.find(qn("w:basedOn")) is not None:
            element.find(qn("w:basedOn")).set(qn("w:val"), "Normal")
    reference = styles.add_style("footnote reference", WD_STYLE_TYPE.CHARACTER)
    reference.element.append(el("w:rPr", el("w:vertAlign", val="superscript")))
    for defaults in styles.element.iter(qn("w:rFonts")):
        for attribute in [a for a in defaults.attrib if a.endswith(("Theme", "theme"))]:
            del defaults.attrib[attribute]
    for language in styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "zh-CN")
        language.set(qn("w:eastAsia"), "zh-CN")


def add_missing_styles(document: Any) -> None:
    """The styles of STYLES that a document does not have; its own stay as they are."""
    from docx.enum.style import WD_STYLE_TYPE

    existing = {s.name.lower() for s in document.styles}
    for style in STYLES:
        if style.name.lower() not in existing:
            made = document.styles.add_style(style.name, WD_STYLE_TYPE.PARAGRAPH)
            made.element.append(paragraph_properties(style))
            made.element.append(run_properties(style))
    if "footnote reference" not in existing:
        reference = document.styles.add_style("footnote reference", WD_STYLE_TYPE.CHARACTER)
        reference.element.append(el("w:rPr", el("w:vertAlign", val="superscript")))


def style_ids(document: Any) -> dict[str, str]:
    """Style names in lower case to the ids paragraphs refer to."""
    return {s.name.lower(): s.style_id for s in document.styles}


def section_properties(*, start: int | None = None, kind: str = "nextPage", wide: bool = False) -> Any:
    """sectPr of an A4 page with the margins, set across when ``wide``; ``start`` restarts the page numbers."""
    twips = {k: round(v * 1440 / 25.4) for k, v in (WIDE_MARGINS_MM if wide else MARGINS_MM).items()}
    width, height = (round(v * 1440 / 25.4) for v in (reversed(PAGE_MM) if wide else PAGE_MM))
    size = el("w:pgSz", w=width, h=height, orient="landscape") if wide else el("w:pgSz", w=width, h=height)
    header, footer = (15, 18) if wide else (20, 25)
    properties = el(
        "w:sectPr",
        el("w:type", val=kind),
        size,
        el("w:pgMar", **twips, header=round(header * 56.7), footer=round(footer * 56.7), gutter=0),
    )
    if start is not None:
        properties.append(el("w:pgNumType", start=start))
    return properties
