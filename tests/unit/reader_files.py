"""Invented files for the reader tests: each builder writes the bytes of one small, valid file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

OFD_NS = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def pdf(*pages: Callable[[object], None], size: tuple[float, float] = (600, 400), **options: object) -> bytes:
    """One page a callable, which draws on a reportlab canvas with the non-embedded font STSong-Light at hand."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=size, **options)
    for draw in pages:
        canvas.setFont("STSong-Light", 10)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def bill_page(canvas) -> None:
    """A ruled bill: enough text to be a text page, labels on the left, numbers set to the right."""
    canvas.drawString(50, 360, "电费账单（测试）")
    for index, (label, value) in enumerate(
        (
            ("户号", "3400012345678"),
            ("户名", "测试精密制造有限公司"),
            ("本期电量", "125000.50"),
            ("计费周期", "20250101-20250131"),
        )
    ):
        y = 330 - 20 * index
        canvas.drawString(52, y, label)
        canvas.drawRightString(290, y, value)
        canvas.line(50, y - 5, 300, y - 5)
    canvas.line(50, 265, 50, 345)
    canvas.line(300, 265, 300, 345)


def png(width: int = 400, height: int = 300, color: tuple[int, int, int] = (200, 210, 220), kind: str = "PNG") -> bytes:
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (width, height), color)
    ImageDraw.Draw(image).line((0, 0, width, height), fill=(0, 0, 0))
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def archive(entries: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in entries.items():
            container.writestr(name, content)
    return buffer.getvalue()


def text_object(
    id: int | str, x: float, y: float, text: str, *, delta: str | None = None, extra: str = "", size: float = 3.175
) -> str:
    """A TextObject with its baseline 3 mm below (x, y); the offsets of full-width type unless told otherwise."""
    offsets = delta if delta is not None else f"g {max(len(text) - 1, 0)} {size}"
    mark = f'ID="{id}" ' if id else ""
    deltas = f' DeltaX="{offsets}"' if offsets else ""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f'<ofd:TextObject {mark}Boundary="{x} {y} 80 5" Font="1" Size="{size}" {extra}>'
        f'<ofd:TextCode X="0" Y="3"{deltas}>{escaped}</ofd:TextCode></ofd:TextObject>'
    )


def ofd_page(*objects: str, template: int | None = None, box: str | None = "0 0 210 140") -> str:
    area = f"<ofd:Area><ofd:PhysicalBox>{box}</ofd:PhysicalBox></ofd:Area>" if box else ""
    below = f'<ofd:Template TemplateID="{template}" ZOrder="Background"/>' if template is not None else ""
    return f'<ofd:Page {OFD_NS}>{area}{below}<ofd:Content><ofd:Layer ID="900">{"".join(objects)}</ofd:Layer></ofd:Content></ofd:Page>'


def ofd_entries(
    *pages: str,
    templates: Mapping[int, str] | None = None,
    tags: str | None = None,
    extra: Mapping[str, str | bytes] | None = None,
    document_extra: str = "",
) -> dict[str, str | bytes]:
    """The entries of an OFD with pages 101, 102 … under Doc_0."""
    templates = templates or {}
    listed = "".join(f'<ofd:Page ID="{101 + i}" BaseLoc="Pages/Page_{i}/Content.xml"/>' for i in range(len(pages)))
    listed_templates = "".join(f'<ofd:TemplatePage ID="{i}" BaseLoc="Tpls/Tpl_{i}/Content.xml"/>' for i in templates)
    tag_reference = "<ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags>" if tags is not None else ""
    entries: dict[str, str | bytes] = {
        "OFD.xml": f'<?xml version="1.0" encoding="UTF-8"?><ofd:OFD {OFD_NS} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo>'
        "<ofd:Creator>测试软件</ofd:Creator></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {OFD_NS}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox>"
        f"</ofd:PageArea>{listed_templates}</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages>{tag_reference}{document_extra}</ofd:Document>",
    }
    entries |= {f"Doc_0/Pages/Page_{i}/Content.xml": page for i, page in enumerate(pages)}
    entries |= {f"Doc_0/Tpls/Tpl_{i}/Content.xml": page for i, page in templates.items()}
    if tags is not None:
        entries["Doc_0/Tags/CustomTags.xml"] = (
            f'<ofd:CustomTags {OFD_NS}><ofd:CustomTag TypeID="0"><ofd:FileLoc>CustomTag.xml</ofd:FileLoc></ofd:CustomTag></ofd:CustomTags>'
        )
        entries["Doc_0/Tags/CustomTag.xml"] = tags
    return entries | dict(extra or {})


def ofd(*pages: str, **options) -> bytes:
    return archive(ofd_entries(*pages, **options))


def invoice_ofd() -> bytes:
    """A tagged invoice with two lines, the second without a quantity."""
    page = ofd_page(
        text_object(11, 170, 10, "25347000000012345678", delta="g 19 1.5875"),
        text_object(12, 20, 33, "安徽测试能源有限公司"),
        text_object(21, 4, 56, "*供电*电费"),
        text_object(22, 90, 56, "1200", delta="g 3 1.5875"),
        text_object(23, 140, 56, "780.50", delta="g 5 1.5875"),
        text_object(31, 4, 62, "*供电*基本电费"),
        text_object(33, 140, 62, "99.50", delta="g 4 1.5875"),
        template=1,
    )
    template = ofd_page(
        text_object(2, 60, 5, "电子发票（普通发票）", size=6),
        text_object(3, 4, 50, "项目名称"),
        '<ofd:PathObject ID="5" Boundary="4.5 48 201 0.4"><ofd:AbbreviatedData>M 0 0.2 L 201 0.2</ofd:AbbreviatedData></ofd:PathObject>',
        '<ofd:PathObject ID="6" Boundary="60 48 0.4 60"><ofd:AbbreviatedData>M 0.2 0 L 0.2 60</ofd:AbbreviatedData></ofd:PathObject>',
    )

    def ref(*ids: int) -> str:
        return "".join(f'<ofd:ObjectRef PageRef="101">{i}</ofd:ObjectRef>' for i in ids)

    tags = (
        f"<ofd:root {OFD_NS}><ofd:InvoiceNo>{ref(11)}</ofd:InvoiceNo><ofd:Seller><ofd:SellerName>{ref(12)}</ofd:SellerName></ofd:Seller>"
        f"<ofd:Item>{ref(21)}</ofd:Item><ofd:Item>{ref(31)}</ofd:Item><ofd:Quantity>{ref(22)}</ofd:Quantity>"
        f"<ofd:Amount>{ref(23)}</ofd:Amount><ofd:Amount>{ref(33)}</ofd:Amount></ofd:root>"
    )
    return ofd(page, templates={1: template}, tags=tags)


def invoice_xml(lines: int = 2) -> bytes:
    items = "".join(
        f"<IssuItemInformation><ItemName>*供电*电费{i}</ItemName><MeaUnits>千瓦时</MeaUnits><Quantity>{100 + i}</Quantity></IssuItemInformation>"
        for i in range(lines)
    )
    return (
        "<EInvoice><Header><EIid>25347000000012345678</EIid></Header><EInvoiceData><BuyerInformation><BuyerName>测试精密制造有限公司"
        f"</BuyerName></BuyerInformation>{items}</EInvoiceData></EInvoice>"
    ).encode()


def workbook(fill: Callable[[object], None] | None = None) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "能源台账"
    if fill is None:
        sheet.append(["月份", "用电量（万kWh）"])
        sheet.append(["2025-01", 12.5])
        sheet.append(["2025-02", 11.25])
        sheet.append(["合计", "=SUM(B2:B3)"])
    else:
        fill(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def raw_workbook(
    sheet_data: str, *, styles: str = "", strings: str | None = None, before: str = "", after: str = ""
) -> bytes:
    """A workbook whose single sheet holds exactly this XML, for what openpyxl would not write."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    entries = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships {relations}><Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{office}"><sheets><sheet name="表 1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships {relations}><Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{office}/styles" Target="/xl/styles.xml"/><Relationship Id="rId3" Type="{office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"<worksheet {main}>{before}<sheetData>{sheet_data}</sheetData>{after}</worksheet>",
        "xl/styles.xml": f"<styleSheet {main}>{styles}</styleSheet>",
    }
    if strings is not None:
        entries["xl/sharedStrings.xml"] = f"<sst {main}>{strings}</sst>"
    return archive(entries)


def word(fill: Callable[[object], None]) -> bytes:
    from docx import Document

    document = Document()
    fill(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def report_word() -> bytes:
    def fill(document) -> None:
        document.add_paragraph("能源审计报告（测试）")
        table = document.add_table(rows=2, cols=2)
        for row, values in enumerate((("能源", "用量"), ("电力", "1250000 kWh"))):
            for column, value in enumerate(values):
                table.cell(row, column).text = value

    return word(fill)
