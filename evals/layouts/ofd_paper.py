"""An OFD container to draw on, with the differences between vendors drawn by lot: templates, object order, split texts, tags."""

from __future__ import annotations

import io
import random
import zipfile
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from evals.layouts.canvas import Drawing, Run

MM = 25.4 / 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """``tags``: full | partial | none. ``split``: whole | halves | characters. ``labels_in_template``: texts without a name go to the
    page's template, as invoices do. ``merged``: one element of a name points at the objects of all lines."""

    tags: str
    split: str
    reverse: bool
    labels_in_template: bool
    prefix: str
    folder: str
    merged: bool

    @classmethod
    def of(cls, rng: random.Random) -> Vendor:
        return cls(
            tags=rng.choice(("full", "full", "partial", "none", "none")),
            split=rng.choice(("whole", "whole", "halves", "characters")),
            reverse=rng.random() < 0.3,
            labels_in_template=rng.random() < 0.5,
            prefix=rng.choice(("ofd:", "ofd:", "")),
            folder=rng.choice(("Doc_0", "Doc_0", "Doc_1")),
            merged=rng.random() < 0.2,
        )


@dataclass(slots=True, kw_only=True)
class _Text:
    text: str
    x: float
    y: float
    size: float
    name: str
    ids: list[int] = field(default_factory=list)


class OfdPaper:
    """The drawing interface of ``canvas.Paper`` over one OFD document."""

    def __init__(self, width: float, height: float, *, vendor: Vendor, digits: str = "") -> None:
        self.width, self.height = width, height
        self._vendor = vendor
        self._pages: list[tuple[list[_Text], list[tuple[float, float, float, float]]]] = [([], [])]
        self.runs: list[Run] = []

    @property
    def tagged(self) -> bool:
        return True

    def length(self, text: str, size: float) -> float:
        return sum(0.5 if c.isascii() else 1.0 for c in text) * size

    def wrapped(self, text: str, size: float, room: float) -> list[str]:
        lines, line = [], ""
        for char in text:
            if line and self.length(line + char, size) > room:
                lines.append(line)
                line = ""
            line += char
        return [*lines, line] if line or not lines else lines

    def text(self, x: float, y: float, text: str, size: float = 9.0, *, align: str = "left", name: str = "") -> None:
        if text:
            shift = {"left": 0.0, "right": 1.0, "centre": 0.5}[align] * self.length(text, size)
            self._pages[-1][0].append(_Text(text=text, x=x - shift, y=y, size=size, name=name))
            ends, at = [], x - shift
            for char in text:
                at += self.length(char, size)
                ends.append(at)
            self.runs.append(Run(page=len(self._pages), text=text, x=x - shift, y=y, size=size, ends=tuple(ends), width=self.width, height=self.height))

    def column(self, x: float, y: float, text: str, size: float, step: float) -> None:
        for index, char in enumerate(text):
            self.text(x, y + index * step, char, size)

    def slanted(self, x: float, y: float, text: str, size: float, angle: float) -> None:
        """Seals are pictures in OFD: nothing to read."""

    def picture(self, image: Any, x: float, y: float, side: float) -> None:
        """Codes are left out: their content stands in no text object."""

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self._pages[-1][1].append((x0, y0, x1, y1))

    def box(self, x0: float, y0: float, x1: float, y1: float) -> None:
        for a, b, c, d in ((x0, y0, x1, y0), (x1, y0, x1, y1), (x0, y1, x1, y1), (x0, y0, x0, y1)):
            self.line(a, b, c, d)

    def page(self) -> None:
        self._pages.append(([], []))

    def bytes(self) -> Drawing:
        v, p = self._vendor, self._vendor.prefix
        space = f'xmlns{":ofd" if p else ""}="http://www.ofdspec.org/2016"'
        buffer = io.BytesIO()
        serial = [10]
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as z:

            def put(name: str, text: str) -> None:
                z.writestr(zipfile.ZipInfo(name), '<?xml version="1.0" encoding="UTF-8"?>' + text)

            put("OFD.xml", f'<{p}OFD {space} Version="1.0" DocType="OFD"><{p}DocBody><{p}DocInfo><{p}DocID>0</{p}DocID></{p}DocInfo><{p}DocRoot>{v.folder}/Document.xml</{p}DocRoot></{p}DocBody></{p}OFD>')
            area = f"<{p}PageArea><{p}PhysicalBox>0 0 {self.width * MM:.2f} {self.height * MM:.2f}</{p}PhysicalBox></{p}PageArea>"
            pages, templates = "", ""
            for number, (texts, lines) in enumerate(self._pages):
                own = [t for t in texts if t.name or not v.labels_in_template]
                printed = [t for t in texts if not t.name and v.labels_in_template]
                use = ""
                if v.labels_in_template:
                    templates += f'<{p}TemplatePage ID="{3 + number * 2000000}" BaseLoc="Tpls/Tpl_{number}/Content.xml"/>'
                    put(f"{v.folder}/Tpls/Tpl_{number}/Content.xml", f"<{p}Page {space}><{p}Content><{p}Layer ID=\"{5000000 + number}\">{self._objects(printed, serial)}{self._paths(lines, serial)}</{p}Layer></{p}Content></{p}Page>")
                    use = f'<{p}Template TemplateID="{3 + number * 2000000}" ZOrder="Background"/>'
                body = self._objects(own, serial) + ("" if v.labels_in_template else self._paths(lines, serial))
                put(f"{v.folder}/Pages/Page_{number}/Content.xml", f'<{p}Page {space}>{use}<{p}Content><{p}Layer ID="{6000000 + number}">{body}</{p}Layer></{p}Content></{p}Page>')
                pages += f'<{p}Page ID="{1 + number * 7000000}" BaseLoc="Pages/Page_{number}/Content.xml"/>'
            common = f"<{p}CommonData><{p}MaxUnitID>99999999</{p}MaxUnitID>{area}<{p}PublicRes>PublicRes.xml</{p}PublicRes>{templates}</{p}CommonData>"
            tags = self._tags()
            listed = f"<{p}CustomTags>Tags/CustomTags.xml</{p}CustomTags>" if tags else ""
            put(f"{v.folder}/Document.xml", f"<{p}Document {space}>{common}<{p}Pages>{pages}</{p}Pages>{listed}</{p}Document>")
            put(f"{v.folder}/PublicRes.xml", f'<{p}Res {space} BaseLoc="Res"><{p}Fonts><{p}Font ID="2" FontName="SimSun" FamilyName="SimSun"/></{p}Fonts></{p}Res>')
            if tags:
                put(f"{v.folder}/Tags/CustomTags.xml", f'<{p}CustomTags {space}><{p}CustomTag TypeID="0"><{p}FileLoc>CustomTag.xml</{p}FileLoc></{p}CustomTag></{p}CustomTags>')
                put(f"{v.folder}/Tags/CustomTag.xml", tags)
        return Drawing.of(buffer.getvalue(), self.runs)

    def _objects(self, texts: list[_Text], serial: list[int]) -> str:
        parts = [self._object(t, serial) for t in texts]
        return "".join(reversed(parts) if self._vendor.reverse else parts)

    def _object(self, text: _Text, serial: list[int]) -> str:
        how = self._vendor.split
        pieces = [text.text]
        if how == "characters":
            pieces = list(text.text)
        elif how == "halves" and len(text.text) > 3:
            pieces = [text.text[: len(text.text) // 2], text.text[len(text.text) // 2 :]]
        out, x = "", text.x
        for piece in pieces:
            wide = self.length(piece, text.size)
            if piece.strip():
                serial[0] += 1
                text.ids.append(serial[0])
                out += self._drawn(serial[0], piece, x, text.y, text.size, wide)
            x += wide
        return out

    def _drawn(self, id: int, piece: str, x: float, y: float, size: float, wide: float) -> str:
        p = self._vendor.prefix
        box = f"{x * MM:.3f} {(y - 0.85 * size) * MM:.3f} {wide * MM:.3f} {size * MM:.3f}"
        deltas = ""
        if len(piece) > 1:
            steps = " ".join(f"{(0.5 if c.isascii() else 1.0) * size * MM:.3f}" for c in piece[:-1])
            deltas = f' DeltaX="{steps}"'
        return f'<{p}TextObject ID="{id}" Boundary="{box}" Font="2" Size="{size * MM:.3f}"><{p}TextCode X="0" Y="{0.85 * size * MM:.3f}"{deltas}>{escape(piece)}</{p}TextCode></{p}TextObject>'

    def _paths(self, lines: list[tuple[float, float, float, float]], serial: list[int]) -> str:
        p = self._vendor.prefix
        out = ""
        for x0, y0, x1, y1 in lines:
            serial[0] += 1
            wide, tall = max(abs(x1 - x0), 0.5) * MM, max(abs(y1 - y0), 0.5) * MM
            out += (
                f'<{p}PathObject ID="{serial[0]}" Boundary="{min(x0, x1) * MM:.3f} {min(y0, y1) * MM:.3f} {wide:.3f} {tall:.3f}" LineWidth="0.25">'
                f"<{p}AbbreviatedData>M 0 0 L {abs(x1 - x0) * MM:.3f} {abs(y1 - y0) * MM:.3f}</{p}AbbreviatedData></{p}PathObject>"
            )
        return out

    def _tags(self) -> str:
        """CustomTag.xml: names to object ids; the lines' names are repeated in columns, as vendors write them."""
        if self._vendor.tags == "none":
            return ""
        skip = {"Quantity", "Price", "Note"} if self._vendor.tags == "partial" else set()
        found: dict[str, list[str]] = {}
        for number, (texts, _) in enumerate(self._pages):
            for text in texts:
                if text.name and text.name.partition("#")[0] not in skip:
                    refs = "".join(f'<ofd:ObjectRef PageRef="{1 + number * 7000000}">{i}</ofd:ObjectRef>' for i in text.ids)
                    found.setdefault(text.name, []).append(refs)
        out = ""
        for side in ("Buyer", "Seller"):
            inner = "".join(f"<ofd:{leaf}>{''.join(refs)}</ofd:{leaf}>" for name, refs in found.items() if name.startswith(side + "/") for leaf in [name.split("/")[1]])
            out += f"<ofd:{side}>{inner}</ofd:{side}>"
        plain = [(name.partition("#")[0], "".join(refs)) for name, refs in found.items() if "/" not in name]
        if self._vendor.merged:
            plain = [(name, "".join(r for n, r in plain if n == name)) for name in dict.fromkeys(n for n, _ in plain)]
        elif self._vendor.reverse:
            plain.sort(key=lambda p: p[0])  # columns instead of lines
        out += "".join(f"<ofd:{name}>{refs}</ofd:{name}>" for name, refs in plain)
        return f'<ofd:eInvoice xmlns:ofd="http://www.ofdspec.org/2016">{out}</ofd:eInvoice>'
