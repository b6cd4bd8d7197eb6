"""The reading process: what it returns, what it may not do, and how its end is told."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import reader_files as make

from app.domain.errors import InputRefused
from app.domain.page import Document
from ingestion.reading import read_document
from ingestion.rendering import page_sizes, render_page
from ingestion.sandbox import SandboxLimits, Worker, read_in_sandbox, read_many


@pytest.fixture
def save(tmp_path):
    def write(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


@pytest.fixture
def files(save):
    return [
        save("账单.pdf", make.pdf(make.bill_page)),
        save("发票.ofd", make.invoice_ofd()),
        save("发票.xml", make.invoice_xml()),
        save("台账.xlsx", make.workbook()),
        save("报告.docx", make.report_word()),
        save("抄表.csv", "户号,电量\n1,2.50\n".encode("gb18030")),
        save("页面.html", b"<html><p>x</p></html>"),
        save("通知.txt", "各企业：\n请报送。\n".encode()),
        save("照片.png", make.png()),
    ]


def refusal_of(call, *arguments, **options) -> InputRefused:
    with pytest.raises(InputRefused) as caught:
        call(*arguments, **options)
    assert caught.value.fix
    return caught.value


def test_the_sandbox_reads_exactly_what_this_process_would(files):
    for path, document in zip(files, read_many(files), strict=True):
        assert document == read_document(path.read_bytes(), path.name)


def test_one_file_under_another_name(files):
    assert read_in_sandbox(files[2], filename="原名.xml").filename == "原名.xml"


def test_refusals_pass_through_with_the_files_name(save):
    refusal = refusal_of(read_in_sandbox, save("坏.pdf", b"%PDF-1.7 broken"))
    assert (refusal.id, refusal.subject) == ("damaged_file", "坏.pdf")


def test_paths_that_cannot_be_opened(tmp_path):
    assert refusal_of(read_in_sandbox, tmp_path / "不存在.pdf").id == "unreadable_file"
    assert refusal_of(read_in_sandbox, tmp_path).id == "unreadable_file"


def test_size_is_checked_before_reading(save, monkeypatch):
    monkeypatch.setattr("ingestion.limits.MAX_FILE_BYTES", 10)
    assert refusal_of(read_in_sandbox, save("大.xml", b"<a>12345678</a>")).id == "too_large"


def test_a_bad_file_does_not_touch_its_neighbours(save):
    paths = [save("1.xml", make.invoice_xml()), save("2.pdf", b"%PDF-nothing"), save("3.ofd", make.invoice_ofd())]
    first, second, third = read_many(paths)
    assert isinstance(first, Document)
    assert isinstance(second, InputRefused)
    assert isinstance(third, Document)


def test_clock_limit(files):
    refusal = refusal_of(read_in_sandbox, files[0], sandbox_limits=SandboxLimits(wall_seconds=0.02))
    assert refusal.id == "reader_timeout"


def test_processor_limit(save):
    rows = "".join(
        f'<row r="{r}">' + "".join(f"<c><v>{r}.{c}</v></c>" for c in range(20)) + "</row>" for r in range(1, 16_000)
    )
    path = save("很大.xlsx", make.raw_workbook(rows))
    started = time.monotonic()
    refusal = refusal_of(read_in_sandbox, path, sandbox_limits=SandboxLimits(cpu_seconds=0, wall_seconds=40))
    assert refusal.id == "reader_timeout"
    assert time.monotonic() - started < 20


def test_memory_limit(save):
    rows = "".join(f'<row r="{r}">' + "<c><v>1.25</v></c>" * 20 + "</row>" for r in range(1, 15_000))
    path = save("很大.xlsx", make.raw_workbook(rows))
    refusal = refusal_of(read_in_sandbox, path, sandbox_limits=SandboxLimits(memory_bytes=110_000_000))
    assert refusal.id == "reader_memory"


def test_result_limit(files):
    assert refusal_of(read_in_sandbox, files[0], sandbox_limits=SandboxLimits(output_bytes=100)).id == "too_large"


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_a_crash_is_a_refusal_and_the_next_file_gets_a_new_process(number):
    with Worker() as worker:
        worker.ask("read", b"<a>1</a>", "a.xml")
        first = worker._process.pid
        os.kill(first, number)
        assert refusal_of(worker.ask, "read", b"<a>1</a>" * 100_000, "a.xml").id == "reader_crashed"
        assert b'"value":"1"' in worker.ask("read", b"<a>1</a>", "a.xml")
        assert worker._process.pid != first


def test_processor_death_signal_reads_as_timeout():
    with Worker() as worker:
        worker.ask("read", b"<a>1</a>", "a.xml")
        os.kill(worker._process.pid, signal.SIGXCPU)
        assert refusal_of(worker.ask, "read", b"<a>1</a>", "a.xml").id == "reader_timeout"


def test_what_the_process_is_given(monkeypatch):
    monkeypatch.setenv("LINGTAN_LLM_API_KEY", "secret-value")
    with Worker(SandboxLimits(memory_bytes=900_000_000)) as worker:
        worker.ask("read", b"<a>1</a>", "a.xml")
        process = Path("/proc", str(worker._process.pid))
        if not process.exists():
            pytest.skip("no /proc on this platform")
        assert b"secret-value" not in (process / "environ").read_bytes()
        limits = {line[:25].strip(): line[25:].split()[0] for line in (process / "limits").read_text().splitlines()[1:]}
        assert limits["Max address space"] == "900000000"
        assert limits["Max file size"] == "0"
        assert limits["Max open files"] == "64"
        assert limits["Max core file size"] == "0"
        assert int(limits["Max cpu time"]) < 90
        assert os.getsid(worker._process.pid) != os.getsid(0)


def test_processes_end_with_their_owner():
    with Worker() as worker:
        worker.ask("read", b"<a>1</a>", "a.xml")
        process = worker._process
    assert process.returncode is not None
    assert worker._process is None


def test_a_warm_process_is_quick(save):
    path = save("账单.pdf", make.pdf(*[make.bill_page] * 3))
    results = read_many([path] * 12)
    next(results)
    started = time.monotonic()
    rest = list(results)
    assert len(rest) == 11
    assert (time.monotonic() - started) / len(rest) < 0.5


def test_only_the_needed_reader_is_imported():
    code = (
        "import sys; from ingestion.reading import read_document; read_document(b'<a>1</a>', 'a.xml');"
        "print(sorted({'pypdfium2', 'openpyxl', 'docx', 'PIL', 'pdfplumber'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2], timeout=60
    )
    assert done.stdout.strip() == "[]"


def decode(png: bytes):
    import io

    from PIL import Image

    return Image.open(io.BytesIO(png)).convert("L")


def dark_share(image, box) -> float:
    width, height = image.size
    part = image.crop((int(box[0] * width), int(box[1] * height), round(box[2] * width), round(box[3] * height)))
    return sum(part.histogram()[:128]) / (part.size[0] * part.size[1])


@pytest.mark.parametrize("index", [0, 1])
def test_words_lie_where_the_picture_shows_ink(files, index):
    image = decode(render_page(files[index], 1, width_px=1500))
    assert image.size[0] == 1500
    words = read_in_sandbox(files[index]).pages[0].words
    assert len(words) > 5
    for word in words:
        assert dark_share(image, word.bbox) > 0.02, word.text
    assert dark_share(image, (0.0, 0.97, 1.0, 1.0)) == 0


def test_pictures_are_shown_and_tables_are_not(files):
    assert decode(render_page(files[8], 1, width_px=200)).size == (200, 150)
    assert refusal_of(render_page, files[3], 1).id == "not_renderable"
    assert refusal_of(page_sizes, files[2]).id == "not_renderable"


def test_images_of_an_ofd_page_are_shown(save):
    resources = f'<ofd:Res {make.OFD_NS} BaseLoc="Res"><ofd:MultiMedias><ofd:MultiMedia ID="8" Type="Image"><ofd:MediaFile>a.png</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias></ofd:Res>'
    page = make.ofd_page('<ofd:ImageObject ID="3" Boundary="0 0 105 140" ResourceID="8"/>')
    data = make.ofd(
        page,
        document_extra="<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>",
        extra={"Doc_0/DocumentRes.xml": resources, "Doc_0/Res/a.png": make.png(color=(10, 10, 10))},
    )
    image = decode(render_page(save("扫描.ofd", data), 1, width_px=420))
    assert dark_share(image, (0.05, 0.05, 0.45, 0.95)) > 0.9
    assert dark_share(image, (0.55, 0.05, 0.95, 0.95)) == 0


def test_page_numbers_and_sizes(files):
    assert page_sizes(files[0]) == ((600.0, 400.0),)
    assert page_sizes(files[1])[0] == pytest.approx((595.28, 396.85))
    for path in (files[0], files[1], files[8]):
        assert refusal_of(render_page, path, 2).id == "no_such_page"
        assert refusal_of(render_page, path, 0).id == "no_such_page"


def test_a_large_parent_does_not_make_a_crash_look_like_memory():
    """The peak a child reports includes what its parent held at birth."""
    ballast = bytearray(900_000_000)
    ballast[::4096] = b"x" * len(ballast[::4096])
    with Worker() as worker:
        worker.ask("read", b"<a>1</a>", "a.xml")
        os.kill(worker._process.pid, signal.SIGKILL)
        assert refusal_of(worker.ask, "read", b"<a>1</a>" * 100_000, "a.xml").id == "reader_crashed"
    del ballast
