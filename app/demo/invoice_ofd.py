"""Invoices as OFD (GB/T 33190-2016): a zip of XML parts in millimetres, with the field tags of e-invoices.

Printed labels and rules go to the page template, values to the page content; ``Tags/CustomTag.xml`` names the values by
object id. A value set in several runs has several references, a line without quantity has no Quantity tag.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import md5
from xml.sax.saxutils import escape, quoteattr

from app.demo.archive import pack
from app.demo.invoice import Invoice
from app.demo.invoice_layout import invoice_sheet
from app.demo.sheet import Align, Ellipse, Item, QrCode, Sheet, Stroke, Text, text_width

_NS = 'xmlns:ofd="http://www.ofdspec.org/2016"'
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MM = 25.4 / 72
_FONT, _PAGE, _TEMPLATE, _FIRST_ID = 5, 61, 1, 6900


def write_invoice_ofd(invoice: Invoice) -> bytes:
    """The OFD of a digital ``invoice``."""
    sheet = invoice_sheet(invoice)
    values = [i for i in sheet.items if isinstance(i, Text) and i.tag]
    fixed = [i for i in sheet.items if not (isinstance(i, Text) and i.tag)]
    template = _objects(fixed, _FIRST_ID)
    content = _objects(values, _FIRST_ID + len(fixed) + 10)
    identifiers = {id(item): _FIRST_ID + len(fixed) + 10 + n for n, item in enumerate(values)}
    last = _FIRST_ID + len(sheet.items) + 20
    return pack(
        (name, (_HEAD + body).encode())
        for name, body in (
            ("OFD.xml", _ofd(invoice)),
            ("Doc_0/Document.xml", _document(last)),
            ("Doc_0/PublicRes.xml", _resources()),
            ("Doc_0/Tpls/Tpl_0/Content.xml", _page(sheet, template, last - 1, template_use="")),
            (
                "Doc_0/Pages/Page_0/Content.xml",
                _page(
                    sheet, content, last, template_use=f'<ofd:Template TemplateID="{_TEMPLATE}" ZOrder="Background"/>'
                ),
            ),
            ("Doc_0/Tags/CustomTags.xml", _tag_list()),
            ("Doc_0/Tags/CustomTag.xml", _tags(values, identifiers)),
        )
    )


def _ofd(invoice: Invoice) -> str:
    data = {
        "template-version": "1.0.20.0422", "发票号码": invoice.number, "合计金额": str(invoice.net),
        "合计税额": str(invoice.tax), "购买方纳税人识别号": invoice.buyer.tax_id,
        "销售方纳税人识别号": invoice.seller.tax_id, "开票日期": invoice.issued_text,
    }  # fmt: skip
    custom = "".join(f"<ofd:CustomData Name={quoteattr(k)}>{escape(v)}</ofd:CustomData>" for k, v in data.items())
    identifier = md5(invoice.number.encode(), usedforsecurity=False).hexdigest()
    day = invoice.issued.isoformat()
    return (
        f'<ofd:OFD {_NS} DocType="OFD" Version="1.0"><ofd:DocBody><ofd:DocInfo><ofd:DocID>{identifier}</ofd:DocID>'
        f"<ofd:Author>Demo</ofd:Author><ofd:CreationDate>{day}</ofd:CreationDate><ofd:CustomDatas>{custom}</ofd:CustomDatas>"
        "</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    )


def _document(last: int) -> str:
    return (
        f"<ofd:Document {_NS}><ofd:CommonData><ofd:MaxUnitID>{last}</ofd:MaxUnitID><ofd:PageArea>"
        "<ofd:PhysicalBox>0 0 210 140</ofd:PhysicalBox></ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes>"
        f'<ofd:TemplatePage ID="{_TEMPLATE}" BaseLoc="Tpls/Tpl_0/Content.xml"/></ofd:CommonData>'
        f'<ofd:Pages><ofd:Page ID="{_PAGE}" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>'
        "<ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags></ofd:Document>"
    )


def _resources() -> str:
    return (
        f'<ofd:Res {_NS}><ofd:ColorSpaces><ofd:ColorSpace ID="2" Type="RGB"/></ofd:ColorSpaces><ofd:Fonts>'
        f'<ofd:Font ID="{_FONT}" FontName="宋体" FamilyName="SimSun"/></ofd:Fonts></ofd:Res>'
    )


def _page(sheet: Sheet, objects: str, layer: int, *, template_use: str) -> str:
    box = f"0 0 {_mm(sheet.width)} {_mm(sheet.height)}"
    return (
        f"<ofd:Page {_NS}><ofd:Area><ofd:PhysicalBox>{box}</ofd:PhysicalBox></ofd:Area>{template_use}"
        f'<ofd:Content><ofd:Layer ID="{layer}">{objects}</ofd:Layer></ofd:Content></ofd:Page>'
    )


def _mm(points: float) -> str:
    return f"{points * _MM:.4f}".rstrip("0").rstrip(".")


def _objects(items: Iterable[Item], first: int) -> str:
    return "".join(_object(item, first + number) for number, item in enumerate(items))


def _object(item: Item, identifier: int) -> str:
    match item:
        case Text():
            return _text_object(item, identifier)
        case Stroke():
            width, height = item.x1 - item.x0, item.y1 - item.y0
            path = f"M 0 0 L {_mm(width)} {_mm(height)}"
            return _path_object(identifier, (item.x0, item.y0, width, height), path, item.colour, item.width)
        case Ellipse():
            width, height = item.x1 - item.x0, item.y1 - item.y0
            a, b = _mm(width / 2), _mm(height / 2)
            path = f"M 0 {b} A {a} {b} 0 0 1 {_mm(width)} {b} A {a} {b} 0 0 1 0 {b}"
            return _path_object(identifier, (item.x0, item.y0, width, height), path, item.colour, item.width)
        case QrCode():
            return _qr_object(item, identifier)
        case _:
            raise TypeError(f"an invoice page has no {type(item).__name__}")


def _text_object(item: Text, identifier: int) -> str:
    width = text_width(item.text, item.size)
    left = item.x - {Align.LEFT: 0.0, Align.CENTRE: width / 2, Align.RIGHT: width}[item.align]
    height = item.size * 1.25
    boundary = " ".join(map(_mm, (left, item.y - item.size, width + 0.5, height)))
    deltas = " ".join(_mm(text_width(c, item.size)) for c in item.text[:-1])
    delta = f' DeltaX="{deltas}"' if deltas else ""
    colour = " ".join(map(str, item.colour))
    return (
        f'<ofd:TextObject ID="{identifier}" Boundary="{boundary}" Font="{_FONT}" Size="{_mm(item.size)}">'
        f'<ofd:FillColor Value="{colour}" ColorSpace="2"/>'
        f'<ofd:TextCode X="0" Y="{_mm(item.size)}"{delta}>{escape(item.text)}</ofd:TextCode></ofd:TextObject>'
    )


def _path_object(
    identifier: int, box: tuple[float, float, float, float], path: str, colour: tuple[int, int, int], width: float
) -> str:
    value = " ".join(map(str, colour))
    boundary = " ".join(map(_mm, box))
    return (
        f'<ofd:PathObject ID="{identifier}" Boundary="{boundary}" LineWidth="{_mm(width)}">'
        f'<ofd:StrokeColor Value="{value}" ColorSpace="2"/><ofd:AbbreviatedData>{path}</ofd:AbbreviatedData></ofd:PathObject>'
    )


def _qr_object(item: QrCode, identifier: int) -> str:
    from app.demo.pdf import qr_runs

    size, runs = qr_runs(item.content)
    step = item.side / size
    parts = []
    for row, column, length in runs:
        x0, y0, x1, y1 = (_mm(v * step) for v in (column, row, column + length, row + 1))
        parts.append(f"M {x0} {y0} L {x1} {y0} L {x1} {y1} L {x0} {y1} C")
    boundary = " ".join(map(_mm, (item.x, item.y, item.side, item.side)))
    return (
        f'<ofd:PathObject ID="{identifier}" Boundary="{boundary}" Fill="true" Stroke="false">'
        f"<ofd:AbbreviatedData>{' '.join(parts)}</ofd:AbbreviatedData></ofd:PathObject>"
    )


def _tag_list() -> str:
    return (
        f'<ofd:CustomTags {_NS}><ofd:CustomTag TypeID="root"><ofd:FileLoc>CustomTag.xml</ofd:FileLoc></ofd:CustomTag>'
        "</ofd:CustomTags>"
    )


def _tags(values: list[Text], identifiers: dict[int, int]) -> str:
    """Groups are (tag, part) in order of appearance; ``Buyer/BuyerName`` nests."""
    groups: dict[tuple[str, int], list[Text]] = {}
    for item in values:
        if item.tag != "TaxInclusiveTotalAmountWords":  # printed, but never tagged
            groups.setdefault((item.tag, item.part), []).append(item)
    body, opened = "", ""
    for (tag, _), items in groups.items():
        outer, _, name = tag.rpartition("/")
        if outer != opened:
            body += (f"</ofd:{opened}>" if opened else "") + (f"<ofd:{outer}>" if outer else "")
            opened = outer
        references = "".join(f'<ofd:ObjectRef PageRef="{_PAGE}">{identifiers[id(i)]}</ofd:ObjectRef>' for i in items)
        body += f"<ofd:{name}>{references}</ofd:{name}>"
    body += f"</ofd:{opened}>" if opened else ""
    return f'<ofd:root {_NS} version="1.0">{body}</ofd:root>'
