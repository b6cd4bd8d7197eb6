"""The written files: they open with their libraries, hold what they should, and are the same bytes every time."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import time
import tomllib
import zipfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from app.demo import ledger, purchases
from app.demo.documents import QUESTIONS, DemoDocument, profile_toml, truth, write_documents
from app.demo.invoice_pdf import write_invoice_pdf
from app.demo.parties import EVERYONE, FACTORY
from app.domain.activity import DocumentKind
from app.domain.answer import AnswerStatus
from app.domain.page import Media

OFD = "{http://www.ofdspec.org/2016}"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, DemoDocument], float]:
    directory = tmp_path_factory.mktemp("demo")
    started = time.process_time()
    documents = write_documents(directory)
    return directory, {d.name: d for d in documents}, time.process_time() - started


def pdf_text(path: Path) -> list[str]:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        return [re.sub(r"\s", "", page.get_textpage().get_text_bounded()) for page in document]
    finally:
        document.close()


def of_media(media: Media) -> list[str]:
    return [n for n in truth() if n.endswith(f".{media.value}")]


def test_counts_by_format_and_time(written) -> None:
    directory, documents, seconds = written
    counts = Counter(d.media for d in documents.values())
    assert len(documents) == len(list(directory.iterdir())) >= 36
    assert counts[Media.PDF] >= 14
    assert counts[Media.XML] >= 6
    assert counts[Media.OFD] >= 5
    assert counts[Media.XLSX] >= 3
    assert counts[Media.DOCX] >= 1
    assert counts[Media.CSV] >= 1
    assert seconds < 10


def test_content_matches_the_suffix(written) -> None:
    directory, documents, _ = written
    heads = {Media.PDF: b"%PDF-", Media.XML: b"<EInvoice>", Media.CSV: b"\xef\xbb\xbf"}
    for name, document in documents.items():
        assert name.endswith(f".{document.media.value}")
        assert (directory / name).read_bytes().startswith(heads.get(document.media, b"PK\x03\x04"))


def test_truth_describes_exactly_the_written_files(written) -> None:
    assert list(truth()) == list(written[1])
    for entry in truth().values():
        assert DocumentKind(entry["kind"])
        unit_missing = any(f["kind"] == "unit_missing" for f in entry["flags"])
        assert all(Decimal(e["quantity"]) and bool(e["unit"]) != unit_missing for e in entry["energy"])


@pytest.mark.parametrize("name", [n for n in of_media(Media.PDF) if n.startswith("发票")])
def test_invoice_pdf_shows_every_printed_value(written, name: str) -> None:
    entry, (text,) = truth()[name], pdf_text(written[0] / name)
    for key in (
        "invoice_no",
        "seller_name",
        "seller_id",
        "buyer_name",
        "buyer_id",
        "total_amount",
        "total_tax",
        "total_with_tax",
    ):
        assert entry[key] in text, key
    year, month, day = entry["issue_date"].split("-")
    assert f"{year}年{month}月{day}日" in text
    for row in entry["lines"]:
        for key in ("spec", "unit", "qty", "price", "amount", "rate", "tax"):
            assert row[key].replace(" ", "") in text, (key, row)
    assert "演示数据" in text


@pytest.mark.parametrize("month", ledger.MONTHS)
def test_grid_bill_repeats_its_rows_on_page_two(written, month: int) -> None:
    first, second = pdf_text(written[0] / f"电费账单_主户_2025-{month:02d}.pdf")
    kwh = str(ledger.MAIN_KWH[month - 1])
    assert f"{int(kwh):,}" in first
    assert ledger.MAIN_ACCOUNT in first
    assert f"2025-{month:02d}-01至2025-{month:02d}-" in first
    assert first.count(kwh) >= 18
    assert second.count(kwh) >= 20
    assert f"结算电量{kwh}千瓦时" in second
    assert "有功(总)" in second
    assert "无功(总)" in second


def test_other_pdfs_show_their_energy(written) -> None:
    for name in of_media(Media.PDF):
        kind = truth()[name]["kind"]
        if kind in ("gas_bill", "heat_settlement", "green_power_settlement", "feed_in_bill"):
            text = "".join(pdf_text(written[0] / name))
            for energy in truth()[name]["energy"]:
                shown = Decimal(energy["quantity"]) / (1000 if kind == "green_power_settlement" else 1)
                assert f"{shown:f}" in text
                assert energy["period"][:7] in text
    steam = "".join(pdf_text(written[0] / "结算单_蒸汽_2025H1.pdf"))
    assert "绝对压力(MPa)" in steam
    assert "饱和蒸汽" in steam


def test_scan_has_a_picture_and_no_text(written) -> None:
    import pypdfium2

    path = written[0] / "扫描件_电费发票_辅助户_2025-01.pdf"
    assert pdf_text(path) == [""]
    document = pypdfium2.PdfDocument(path)
    picture = document[0].render(scale=0.5).to_pil().convert("L")
    document.close()
    low, high = picture.getextrema()
    assert low < 120
    assert high > 230


@pytest.mark.parametrize("name", of_media(Media.XML))
def test_xml_values_equal_the_truth(written, name: str) -> None:
    root, entry = ET.fromstring((written[0] / name).read_bytes()), truth()[name]
    assert root.tag == "EInvoice"
    assert root.findtext("Header/Version") == "0.32"
    for path, key in (
        ("Header/EIid", "invoice_no"),
        ("TaxSupervisionInfo/InvoiceNumber", "invoice_no"),
        ("TaxSupervisionInfo/IssueTime", "issue_date"),
        ("EInvoiceData/SellerInformation/SellerIdNum", "seller_id"),
        ("EInvoiceData/BuyerInformation/BuyerName", "buyer_name"),
        ("EInvoiceData/BasicInformation/TotalAmWithoutTax", "total_amount"),
        ("EInvoiceData/BasicInformation/TotalTaxAm", "total_tax"),
        ("EInvoiceData/BasicInformation/TotalTax-includedAmount", "total_with_tax"),
    ):
        assert root.findtext(path) == entry[key], path
    lines = root.findall("EInvoiceData/IssuItemInformation")
    assert [(x.findtext("ItemName"), x.findtext("Quantity", ""), x.findtext("Amount")) for x in lines] == [
        (r["name"], r["qty"], r["amount"]) for r in entry["lines"]
    ]
    assert not any(e.attrib for e in root.iter())


@pytest.mark.parametrize("name", of_media(Media.OFD))
def test_ofd_tags_lead_to_the_printed_values(written, name: str) -> None:
    entry = truth()[name]
    with zipfile.ZipFile(written[0] / name) as archive:
        parts = {n: ET.fromstring(archive.read(n)) for n in archive.namelist()}
    page = parts["Doc_0/Pages/Page_0/Content.xml"]
    texts = {
        o.get("ID"): "".join(c.text or "" for c in o.iter(f"{OFD}TextCode")) for o in page.iter(f"{OFD}TextObject")
    }
    identifiers = [
        e.get("ID") for p in parts.values() for e in p.iter() if e.tag in (f"{OFD}TextObject", f"{OFD}PathObject")
    ]
    assert len(identifiers) == len(set(identifiers))
    tags: dict[str, list[str]] = {}
    for element in parts["Doc_0/Tags/CustomTag.xml"].iter():
        refs = element.findall(f"{OFD}ObjectRef")
        if refs:
            tags.setdefault(element.tag.removeprefix(OFD), []).append("".join(texts[r.text] for r in refs))
    assert tags["InvoiceNo"] == [entry["invoice_no"]]
    assert tags["BuyerTaxID"] == [entry["buyer_id"]]
    assert tags["SellerName"] == [entry["seller_name"]]
    assert tags["TaxExclusiveTotalAmount"] == [f"¥{entry['total_amount']}"]
    assert tags["TaxInclusiveTotalAmount"] == [f"¥{entry['total_with_tax']}"]
    assert tags["Item"] == [r["name"] for r in entry["lines"]]
    assert tags["Quantity"] == [r["qty"] for r in entry["lines"] if r["qty"]]
    for element in page.iter(f"{OFD}TextObject"):
        x, y, w, h = map(float, element.get("Boundary", "").split())
        assert x >= 0
        assert y >= 0
        assert x + w <= 211
        assert y + h <= 140.1


def test_meter_list_has_the_traps(written) -> None:
    from openpyxl import load_workbook

    path = written[0] / "台账_用电计量_2025.xlsx"
    sheet = load_workbook(path).active
    values = load_workbook(path, data_only=True).active
    assert "万kWh" in sheet["A1"].value
    assert "A1:F1" in {str(r) for r in sheet.merged_cells.ranges}
    rows = {r[0].value: r for r in sheet.iter_rows(min_row=5) if r[0].value}
    assert Decimal(str(rows["2025年3月"][2].value)) * 10000 == ledger.MAIN_KWH[2]
    assert rows["2025年8月"][4].value == "—"
    formulas = [c for r in sheet.iter_rows() for c in r if isinstance(c.value, str) and c.value.startswith("=")]
    assert len(formulas) == 10
    assert all(values[c.coordinate].value is None for c in formulas)


def test_ledgers_open_and_hold_their_numbers(written) -> None:
    from openpyxl import load_workbook

    pv = load_workbook(written[0] / "台账_光伏发电_2025.xlsx").active
    assert [pv.cell(row=r, column=2).value for r in range(3, 15)] == list(ledger.PV_GENERATION_KWH)
    assert all(
        pv.cell(row=r, column=2).value == pv.cell(row=r, column=3).value + pv.cell(row=r, column=4).value
        for r in range(3, 15)
    )
    fuel = load_workbook(written[0] / "台账_车辆加油_2025H1.xlsx").active
    assert [fuel.cell(row=r, column=3).value for r in range(3, 9)] == list(ledger.GASOLINE_L[:6])
    rows = list(csv.DictReader(io.StringIO((written[0] / "加油明细_2025H2.csv").read_bytes().decode("utf-8-sig"))))
    assert sum(Decimal(r["加油量(升)"]) for r in rows) == ledger.total(ledger.GASOLINE_L, 7, 12)


def test_word_files_open_and_hold_their_tables(written) -> None:
    from docx import Document

    steam = Document(str(written[0] / "结算单_蒸汽_2025H2.docx")).tables[0]
    assert [r.cells[3].text for r in steam.rows][1:] == [
        *map(str, ledger.STEAM_T[6:]),
        str(ledger.total(ledger.STEAM_T, 7, 12)),
    ]
    report = Document(str(written[0] / "报告_能源利用状况_2025.docx"))
    rows = {r.cells[0].text: [c.text for c in r.cells] for r in report.tables[0].rows}
    assert Decimal(rows["外购电力"][2]) * 10000 == Decimal(ledger.year_totals()[0].actual)
    parts = [Decimal(r[4]) for n, r in rows.items() if n not in ("能源种类", "综合能耗合计")]
    assert sum(parts) == Decimal(rows["综合能耗合计"][4])


def test_a_single_invoice_can_be_written_on_its_own(tmp_path: Path) -> None:
    """Fonts are then cut for this page alone; the layout follows from the kind of invoice."""
    for invoice, title in (
        (purchases.diesel_invoice("Q3"), "电子发票（增值税专用发票）"),
        (purchases.gas_invoice(5, older=True), "安徽增值税电子普通发票"),
    ):
        path = tmp_path / f"{invoice.number}.pdf"
        path.write_bytes(write_invoice_pdf(invoice))
        (text,) = pdf_text(path)
        assert title in text
        assert invoice.number in text
        assert invoice.words in text


def test_copies(written) -> None:
    directory, documents, _ = written
    original, copy = (directory / f"电费账单_主户_2025-03{x}.pdf" for x in ("", "(1)"))
    assert original.read_bytes() == copy.read_bytes()
    contents = Counter((directory / n).read_bytes() for n in documents)
    assert sorted(contents.values())[-2:] == [1, 2]


def test_same_bytes_on_a_second_run(written, tmp_path: Path) -> None:
    write_documents(tmp_path)
    differing = [n for n in written[1] if (tmp_path / n).read_bytes() != (written[0] / n).read_bytes()]
    assert differing == []


def test_every_company_is_invented(written) -> None:
    """Whatever ends in 公司 or 局 in any file is one of the demonstration's own parties or says 示范 or 演示."""
    own = {p.name for p in EVERYONE}
    pattern = re.compile(r"[\u4e00-\u9fff]{2,}(?:有限公司|集团|税务局|演示局)")
    for name in of_media(Media.PDF):
        for page in pdf_text(written[0] / name):
            for found in pattern.findall(page):
                assert any(o in found for o in own) or "示范" in found or "演示" in found, (name, found)
            assert not re.search("国网|国家电网|南方电网|中石化|中石油|国家税务", page)
    for name in of_media(Media.XML):
        assert not re.search("国网|国家电网|国家税务", (written[0] / name).read_text("utf-8"))


def test_profile_is_toml_that_names_existing_evidence(written) -> None:
    profile = tomllib.loads(profile_toml())
    assert profile["factory"]["uscc"] == FACTORY.tax_id
    assert profile["factory"]["year"] == ledger.YEAR
    assert profile["accounts"]["electricity"] == [ledger.MAIN_ACCOUNT, ledger.AUX_ACCOUNT]
    assert profile["grid_basis"] == {"data_year": 2023, "level": "province", "region": "安徽", "basis": "average"}
    rows = [row for section in profile.values() if isinstance(section, list) for row in section]
    assert len(rows) > 10
    assert {r["evidence"] for r in rows if "evidence" in r} <= set(written[1])
    assert any("evidence" not in r for r in rows)


def test_profile_is_read_by_the_program() -> None:
    from app.services.profile import parse_profile

    profile, _ = parse_profile(profile_toml())
    assert (profile.name, profile.output_quantity, profile.output_unit) == (FACTORY.name, "0.6", "GWh")
    assert profile.densities_kg_per_l == {"diesel": "0.84", "gasoline": "0.745"}


def test_questions_show_every_state() -> None:
    assert 5 <= len(QUESTIONS) <= 6
    assert {q.state for q in QUESTIONS} == {s.value for s in AnswerStatus}


def test_importing_and_planning_load_no_heavy_library() -> None:
    code = (
        "import sys; from app.demo.documents import truth; truth(); "
        "print(sorted({'reportlab','openpyxl','docx','fontTools','PIL','pypdfium2','lxml'} & set(sys.modules)))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
