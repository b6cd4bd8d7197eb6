"""Whole files of every format a reader knows, all invented: what the mutations start from."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cache
from typing import Any

from evals.fuzz.binary_office import old_workbook
from evals.layouts.catalogue import MAKERS, make

LARGEST = 60_000
"""Bytes; larger samples only cost time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """``family`` chooses the mutations: pdf, zip, xml, image, mail, ole or text."""

    family: str
    filename: str
    data: bytes


FAMILIES = {"pdf": "pdf", "ofd": "zip", "xlsx": "zip", "docx": "zip", "ods": "zip", "zip": "zip", "xml": "xml", "csv": "text", "html": "xml", "txt": "text",
            "png": "image", "jpg": "image", "tif": "image", "bmp": "image", "gif": "image", "eml": "mail", "xls": "ole"}  # fmt: skip
ROWS: tuple[tuple[str | float, ...], ...] = (
    ("2025年用电台账（单位：kWh）", "", ""), ("月份", "用电量", "备注"), *((f"2025-{m:02d}", 1000.0 + m, "") for m in range(1, 13)), ("合计", 12078.0, ""),
)  # fmt: skip


def _seed(filename: str, data: bytes) -> Seed:
    return Seed(family=FAMILIES[filename.rsplit(".", 1)[1]], filename=filename, data=data)


def archive(entries: Mapping[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in entries.items():
            container.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


@cache
def seeds() -> tuple[Seed, ...]:
    """All seeds in a fixed order."""
    found = []
    for group in MAKERS:
        for number in range(4):
            sample = make(group, 700_000 + number)
            if len(sample.data) <= LARGEST:
                found.append(_seed(f"{number}-{sample.filename}", sample.data))
    bill = next(s.data for s in found if s.filename.endswith("grid-bill.pdf"))
    xml = next(s.data for s in found if s.family == "xml")
    found += [_plain_pdf(), _seed("report.docx", _report()), _seed("ledger.xls", old_workbook(ROWS)), _seed("ledger.ods", _ods())]
    found += [_seed(f"scan.{kind}", _picture(name)) for kind, name in (("png", "PNG"), ("jpg", "JPEG"), ("tif", "TIFF"), ("bmp", "BMP"), ("gif", "GIF"))]
    found += [_seed("picture.pdf", _picture("PDF")), _seed("mail.eml", _mail(bill, xml)), _seed("papers.zip", archive({"电费/账单.pdf": bill, "发票.xml": xml, "说明.txt": "请查收"}))]
    found.append(_seed("nested.zip", archive({"inner.zip": archive({"发票.xml": xml}), "mail.eml": _mail(bill, xml)})))
    text = "\n".join(",".join(f"{cell}" for cell in row) for row in ROWS)
    found += [_seed("ledger.csv", text.encode("gb18030")), _seed("utf.csv", b"\xef\xbb\xbf" + text.encode()), _seed("wide.txt", text.replace(",", "\t").encode("utf-16"))]
    found.append(_seed("page.html", ("<html><body><table>" + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in ROWS) + "</table></body></html>").encode()))
    return tuple(found)


def _plain_pdf() -> Seed:
    """Without compression, so that damage reaches the operators of the page."""
    from reportlab.pdfgen.canvas import Canvas

    from evals.layouts.canvas import CID, Paper

    Paper(10, 10)  # registers the font
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842), pageCompression=0, invariant=1)
    canvas.setFont(CID, 10)
    for j, text in enumerate(("电费账单", "户号：3400012345678", "户名：澜星精密制造有限公司", "计费周期：2025-01-01至2025-01-31", "结算电量：12500 千瓦时", "电费合计：8125.00元")):
        canvas.drawString(60, 780 - 20 * j, text)
        canvas.line(50, 775 - 20 * j, 500, 775 - 20 * j)
    canvas.showPage()
    canvas.save()
    return _seed("plain.pdf", buffer.getvalue())


def _report() -> bytes:
    from docx import Document

    document: Any = Document()
    document.add_heading("能源审计报告", 1)
    document.add_paragraph("全年综合能耗如下表。")
    table = document.add_table(rows=0, cols=3)
    for row in (("能源品种", "单位", "消费量"), ("电力", "kWh", "1200000"), ("天然气", "m³", "35000")):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _ods() -> bytes:
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="float" office:value="{c}"><text:p>{c}</text:p></table:table-cell>'
            if isinstance(c, float)
            else f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>'
            for c in row
        )
        + "</table:table-row>"
        for row in ROWS
    )
    space = " ".join(f'xmlns:{p}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for p, n in (("office", "office"), ("table", "table"), ("text", "text")))
    content = f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {space} office:version="1.2"><office:body><office:spreadsheet><table:table table:name="台账">{cells}</table:table></office:spreadsheet></office:body></office:document-content>'
    mime = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = f'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{mime}"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    return archive({"mimetype": mime, "content.xml": content, "META-INF/manifest.xml": manifest})


def _picture(kind: str) -> bytes:
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (160, 100), (250, 250, 250))
    draw = ImageDraw.Draw(image)
    for y in range(10, 100, 15):
        draw.line((8, y, 150, y), fill=(0, 0, 0))
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def _mail(bill: bytes, xml: bytes) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.invalid", "b@example.invalid", "三月电费"
    message["Message-ID"] = "<1@example.invalid>"
    message.set_content("附件为本月电费账单。")
    message.add_attachment(bill, maintype="application", subtype="pdf", filename="账单.pdf")
    message.add_attachment(xml, maintype="application", subtype="xml", filename="发票.xml")
    message.set_boundary("=boundary=")
    return message.as_bytes()
