"""The recogniser's process, from a scanned page to a proposal; its limits, its end, and that it cannot reach a network."""

from __future__ import annotations

import importlib.util
import io
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

import pytest
import reader_files as make
from PIL import Image

from app.domain.activity import Confidence, DocumentKind, Extraction
from app.domain.errors import InputRefused, Unavailable
from app.domain.page import Document, Source
from extractors import extract
from ingestion.ocr import Recogniser, RecogniserLimits, complete, models, settle
from ingestion.ocr.placing import turn_key
from ingestion.ocr.recogniser import resident_bytes
from ingestion.qr import check_codes
from ingestion.readers.scan_image import scan_page
from ingestion.reading import read_document

SCAN = "扫描件_电费发票_辅助户_2025-01.pdf"
ROOT = Path(models.__file__).parents[2]


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's scanned invoice: no text, askew, compressed."""
    from app.demo.catalogue import plan_documents
    from app.demo.sheet import characters

    planned = next(p for p in plan_documents() if p.document.name == SCAN)
    path = tmp_path_factory.mktemp("scan") / SCAN
    path.write_bytes(planned.write(characters(planned.sheets)))
    return path


@pytest.fixture(scope="module")
def recogniser():
    with Recogniser() as one:
        yield one


@pytest.fixture(scope="module")
def read(scan: Path, recogniser: Recogniser) -> Document:
    return complete(read_document(scan.read_bytes(), scan.name), scan, recogniser=recogniser)


@pytest.fixture(scope="module")
def found(read: Document) -> Extraction:
    return settle(check_codes(extract(read, today=date(2026, 1, 1)), read), read)


def truth() -> dict:
    from app.demo.documents import truth

    # The scan is of the invoice that the demonstration also has as OFD.
    return truth()["发票_电费_辅助户_2025-01.ofd"]


def test_a_scanned_page_gets_words_like_those_of_a_text_page(read: Document) -> None:
    (page,) = read.pages
    assert (page.source, page.scanned) == (Source.OCR, False)
    texts = {w.text for w in page.words}
    assert {"121400", "0.635929242175", "千瓦时"} <= texts
    assert all(0 <= v <= 1 for w in page.words for v in w.bbox)
    assert all(w.confidence is not None and 0 < w.confidence <= 1 and w.height > 0 for w in page.words)
    assert len([r for r in page.rules if r.vertical]) >= 4
    assert [f.id for f in read.findings] == ["ocr-page"]
    assert float(read.properties[turn_key(1)]) == pytest.approx(0.7, abs=0.1)


def test_a_scan_proposes_what_it_proves_and_asks_for_a_person(found: Extraction) -> None:
    wanted = truth()
    assert (found.kind, found.source) == (DocumentKind.VAT_INVOICE, Source.OCR)
    for name, key in (("invoice_number", "invoice_no"), ("seller_tax_id", "seller_id"), ("amount_incl_tax", "total_with_tax")):
        value = found.field(name)
        assert value is not None
        assert (value.value, value.confidence, value.status) == (wanted[key], Confidence.C, "review")
    (record,) = found.records
    assert (record.quantity, record.unit) == (wanted["energy"][0]["quantity"], "kWh")
    assert (record.confidence, record.needs_review) == (Confidence.C, True)


def test_a_value_is_marked_where_the_scan_shows_it(scan: Path, found: Extraction) -> None:
    value = found.field("amount_incl_tax")
    assert value is not None
    assert value.bbox is not None
    with Image.open(io.BytesIO(scan_page(scan.read_bytes(), scan.name, page=1))) as image:
        x0, y0, x1, y1 = (round(v * side) for v, side in zip(value.bbox, image.size * 2, strict=True))
        box = image.convert("L").crop((x0, y0, x1, y1))
        above = image.convert("L").crop((x0, y0 - 12, x1, y0 - 6))
    dark = [sum(p < 110 for p in part.get_flattened_data()) / (part.width * part.height) for part in (box, above)]
    assert dark[0] > 0.06
    assert dark[1] == 0


def test_a_picture_page_of_an_ofd_lying_on_its_side(scan: Path, recogniser: Recogniser, tmp_path: Path) -> None:
    """One page is a picture, turned; the other has words of its own, which stay."""
    with Image.open(io.BytesIO(scan_page(scan.read_bytes(), scan.name, page=1))) as image:
        # Only the printed half, so that the test costs half.
        turned = image.crop((0, 0, image.width, image.height // 2)).rotate(90, expand=True)
    pressed = io.BytesIO()
    turned.convert("L").save(pressed, "JPEG", quality=70)
    resources = (
        f'<ofd:Res {make.OFD_NS} BaseLoc="Res"><ofd:MultiMedias><ofd:MultiMedia ID="8" Type="Image"><ofd:MediaFile>a.jpg</ofd:MediaFile>'
        "</ofd:MultiMedia></ofd:MultiMedias></ofd:Res>"
    )
    picture = '<ofd:ImageObject ID="3" Boundary="0 0 148 210" ResourceID="8"/>'
    words = make.text_object(1, 4, 10, "这一页有自己的文字")
    path = tmp_path / "混合.ofd"
    path.write_bytes(
        make.ofd(
            make.ofd_page(picture, box="0 0 148 210"),
            make.ofd_page(words),
            document_extra="<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>",
            extra={"Doc_0/DocumentRes.xml": resources, "Doc_0/Res/a.jpg": pressed.getvalue()},
        )
    )
    read = complete(read_document(path.read_bytes(), path.name), path, recogniser=recogniser)
    assert [(p.source, p.scanned) for p in read.pages] == [(Source.OCR, False), (Source.OFD, False)]
    assert read.pages[0].width > read.pages[0].height
    assert round(float(read.properties[turn_key(1)]) / 90) == 1
    assert {"121400", "¥77201.81"} <= {w.text for w in read.pages[0].words}
    assert read.pages[1].text == "这一页有自己的文字"


def test_pages_are_read_one_after_another_by_one_process(scan: Path, recogniser: Recogniser, read: Document) -> None:
    process = recogniser.process_id
    assert process is not None
    with pytest.raises(InputRefused) as caught:
        recogniser.read(b"no picture")
    assert caught.value.id == "ocr_unreadable"
    assert recogniser.process_id == process
    # On systems that say so: the networks stay loaded, and well under the limit.
    assert resident_bytes(process) < 1_400 << 20


def test_a_crash_is_a_refusal_and_the_next_page_gets_a_new_process(recogniser: Recogniser) -> None:
    process = recogniser.process_id
    assert process is not None
    os.kill(process, signal.SIGKILL)
    with pytest.raises(InputRefused) as caught:
        recogniser.read(b"x")
    assert (caught.value.id, bool(caught.value.fix)) == ("ocr_crashed", True)
    with pytest.raises(InputRefused) as caught:
        recogniser.read(b"x")
    assert caught.value.id == "ocr_unreadable"
    assert recogniser.process_id not in (None, process)


@pytest.mark.parametrize(
    ("bounds", "reason"),
    [
        (RecogniserLimits(page_seconds=0.1), "ocr_timeout"),
        pytest.param(
            RecogniserLimits(resident_bytes=1 << 20),
            "ocr_memory",
            marks=pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not tell memory"),
        ),
    ],
)
def test_time_and_memory_are_watched(bounds: RecogniserLimits, reason: str) -> None:
    with Recogniser(bounds) as one:
        began = time.monotonic()
        with pytest.raises(InputRefused) as caught:
            one.read(b"x")
        assert caught.value.id == reason
        assert one.process_id is None
        assert time.monotonic() - began < 20


def test_the_process_ends_when_nobody_asks() -> None:
    with Recogniser(RecogniserLimits(idle_seconds=0.2)) as one:
        with pytest.raises(InputRefused):
            one.read(b"x")
        deadline = time.monotonic() + 10
        while one.process_id is not None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert one.process_id is None
    assert threading.active_count() < 20


OFFLINE = """
import socket, sys
sys.path.insert(0, {root!r})
from ingestion.ocr.worker import refuse_network
refuse_network()
for attempt in (
    lambda: socket.create_connection(("127.0.0.1", 9)),
    lambda: socket.getaddrinfo("example.com", 80),
    lambda: __import__("urllib.request").request.urlopen("http://127.0.0.1:9/"),
):
    try:
        attempt()
    except PermissionError as error:
        print(error)
"""


def test_the_worker_cannot_reach_a_network() -> None:
    script = OFFLINE.format(root=str(ROOT))
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["text recognition works offline"] * 3


def test_weights_come_from_the_installed_package_and_its_code_is_not_run() -> None:
    folder = models.model_folder()
    assert folder.parent.name == "rapidocr"
    assert {p.name for p in folder.glob("*.onnx")} >= {models.DETECTION, models.RECOGNITION, models.DIRECTION}
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import ingestion.ocr.page_words; "
        "print([m for m in sys.modules if m.split('.')[0] in ('rapidocr', 'requests', 'omegaconf')])"
    )
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_missing_recogniser_is_said_and_costs_only_the_page(
    scan: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(models, "DETECTION", "absent.onnx")
    models.check_models.cache_clear()
    try:
        with pytest.raises(Unavailable) as caught:
            models.check_models()
        assert caught.value.id == "ocr_missing"
        with Recogniser() as one:
            unread = complete(read_document(scan.read_bytes(), scan.name), scan, recogniser=one)
            assert one.process_id is None
        assert [f.id for f in unread.findings] == ["scanned-page"]
        assert "没有安装" in unread.findings[0].message
        assert unread.pages[0].scanned
    finally:
        models.check_models.cache_clear()


def test_importing_the_recogniser_loads_nothing_heavy() -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import ingestion.ocr, ingestion.qr, ingestion.containers; "
        "print([m for m in ('cv2', 'numpy', 'onnxruntime', 'zxingcpp', 'PIL', 'pypdfium2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert importlib.util.find_spec("ingestion.ocr.engine") is not None
