"""Small embeddable fonts: the Noto CJK faces cut down to the characters in use, with TrueType outlines.

reportlab embeds TrueType only, the faces have CFF outlines; cubic curves become quadratic ones within one font unit.
Cutting and converting some 700 glyphs takes about two seconds a face and is done once a process and character set.
"""

from __future__ import annotations

import io
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from app.domain.errors import Unavailable

FACES = {False: "NotoSerifSC-Regular.otf", True: "NotoSansSC-Regular.otf"}  # by ``sans``
_ALWAYS = "".join(map(chr, range(0x20, 0x7F)))
_BOUNDS = {"xMin": -1000, "yMin": -1000, "xMax": 3000, "yMax": 2000}


def _face_path(sans: bool) -> Path:
    spec = find_spec("pylopdf_fonts_zh_cn")
    if spec is None or spec.origin is None:
        raise Unavailable(
            "demo_font_missing",
            "缺少生成演示文件所用的中文字体",
            fix="安装 pylopdf-fonts-zh-cn 后重试",
            subject=FACES[sans],
        )
    return Path(spec.origin).parent / FACES[sans]


def cut_name(sans: bool, characters: str) -> str:
    return f"Demo{'Sans' if sans else 'Serif'}{sha256(characters.encode()).hexdigest()[:8]}"


@lru_cache(maxsize=8)
def truetype_subset(sans: bool, characters: str) -> bytes:
    """The face as a TrueType file holding ``characters`` and printable ASCII; the same bytes for the same characters."""
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont, newTable

    font = TTFont(_face_path(sans), lazy=True, recalcTimestamp=False, recalcBBoxes=False)
    options = Options(layout_features=[], notdef_outline=True, hinting=False, recalc_timestamp=False)
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG"]
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(sorted(set(_ALWAYS + characters))))
    subsetter.subset(font)
    order, outlines, glyphs = font.getGlyphOrder(), font.getGlyphSet(), {}
    for name in order:
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, max_err=1.0, reverse_direction=True))
        glyphs[name] = pen.glyph()
        glyphs[name].recalcBounds(None)
    glyf = font["glyf"] = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = order, glyphs
    font["loca"] = newTable("loca")
    del font["CFF "]
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    for attribute in (
        "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements",
        "maxSizeOfInstructions", "maxComponentElements", "maxComponentDepth", "maxPoints", "maxContours",
        "maxCompositePoints", "maxCompositeContours",
    ):  # fmt: skip
        setattr(maxp, attribute, 0)
    maxp.maxZones = 1
    post = font["post"]
    post.formatType, post.extraNames, post.mapping = 3.0, [], {}
    for attribute, value in _BOUNDS.items():  # the same for every subset, or bytes would depend on the other documents
        setattr(font["head"], attribute, value)
    for record in font["name"].names:  # reportlab knows a face by this name; two cuts must not be taken for one another
        if record.nameID in (1, 3, 4, 6):
            record.string = cut_name(sans, characters)
    font.sfntVersion = "\x00\x01\x00\x00"
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


def register(sans: bool, characters: str) -> str:
    """Makes the subset known to reportlab and returns its font name."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    name = cut_name(sans, characters)
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(name, io.BytesIO(truetype_subset(sans, characters))))
    return name
