"""Damaged files: every reader answers with a document or a refusal, soon, and with nothing else."""

import io
import random
import runpy
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.errors import InputRefused
from app.domain.page import Document
from app.domain.plain import from_plain, to_plain
from evals.fuzz.checking import check as fuzz_check
from evals.fuzz.running import case
from evals.fuzz.running import run as fuzz_run
from ingestion.reading import read_document

make = runpy.run_path(str(Path(__file__).parents[1] / "unit" / "reader_files.py"))

SECONDS = 5.0
FOUND = sorted((Path(__file__).parents[1] / "golden" / "extraction" / "found").iterdir())
HTML = "<html><body><h1>通知</h1><table><tr><td rowspan=2>月份</td><td>电量</td></tr><tr><td>100</td></tr></table></body></html>"
SEEDS = {
    "pdf": make["pdf"](make["bill_page"]),
    "pdf-plain": make["pdf"](make["bill_page"], pageCompression=0),
    "ofd": make["invoice_ofd"](),
    "xml": make["invoice_xml"](),
    "xlsx": make["workbook"](),
    "docx": make["report_word"](),
    "csv": '月份,"电量",备注\n2025-01,"1,200.50",x\n2025-02,,\n'.encode("gb18030"),
    "html": HTML.encode(),
    "text": "各有关单位：\n现将有关事项通知如下。\n".encode(),
    "png": make["png"](60, 40),
    "jpg": make["png"](60, 40, kind="JPEG"),
    "tiff": make["png"](60, 40, kind="TIFF"),
}


def check(data: bytes) -> None:
    started = time.monotonic()
    try:
        document = read_document(data, "x")
    except InputRefused as refusal:
        told = bool(refusal.id and refusal.message and refusal.fix)
    else:
        told = True
        assert_sound(document)
    assert told
    assert time.monotonic() - started < SECONDS


def assert_sound(document: Document) -> None:
    for page in document.pages:
        assert page.width > 0
        assert page.height > 0
        for box in [w.bbox for w in page.words] + [r.bbox for r in page.rules]:
            assert 0 <= box[0] <= box[2] <= 1
            assert 0 <= box[1] <= box[3] <= 1
        assert all(w.text and not w.text.isspace() for w in page.words)
    assert from_plain(Document, to_plain(document)) == document


def flipped(data: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(rng.choice((1, 3, 20))):
        damaged[rng.randrange(len(damaged))] = rng.choice((0, 0xFF, ord("<"), ord("9"), rng.randrange(256)))
    return bytes(damaged)


def spliced(data: bytes, rng: random.Random) -> bytes:
    """A stretch removed, repeated or moved."""
    a, b = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    return rng.choice(
        (data[:a] + data[b:], data[:b] + data[a:], data[b:] + data[:b], data[:a] + data[a:b] * 3 + data[b:])
    )


@pytest.mark.parametrize("kind", SEEDS)
def test_whole_files_are_read(kind):
    assert_sound(read_document(SEEDS[kind], "x"))


@pytest.mark.parametrize("kind", SEEDS)
def test_truncated(kind):
    data = SEEDS[kind]
    rng = random.Random(kind)
    for end in {0, 1, 4, len(data) // 2, len(data) - 1, *(rng.randrange(len(data)) for _ in range(20))}:
        check(data[:end])


@pytest.mark.parametrize("kind", SEEDS)
def test_flipped_and_spliced(kind):
    rng = random.Random(kind)
    for _ in range(30):
        check(flipped(SEEDS[kind], rng))
        check(spliced(SEEDS[kind], rng))


@pytest.mark.parametrize("kind", ["ofd", "xlsx", "docx"])
def test_damage_inside_the_container(kind):
    """Entries flipped, cut, emptied, swapped or missing, in a container that is itself intact."""
    rng = random.Random(kind)
    with zipfile.ZipFile(io.BytesIO(SEEDS[kind])) as container:
        entries = {name: container.read(name) for name in container.namelist()}
    for _ in range(80):
        damaged = dict(entries)
        name = rng.choice(sorted(name for name in entries if entries[name]))
        other = rng.choice(sorted(entries))
        how = rng.choice(("flip", "splice", "cut", "empty", "swap", "drop"))
        if how == "flip":
            damaged[name] = flipped(entries[name], rng)
        elif how == "splice":
            damaged[name] = spliced(entries[name], rng)
        elif how == "cut":
            damaged[name] = entries[name][: rng.randrange(len(entries[name]))]
        elif how == "empty":
            damaged[name] = b""
        elif how == "swap":
            damaged[name], damaged[other] = entries[other], entries[name]
        else:
            del damaged[name]
        check(make["archive"](damaged))


NUMBERS = ("-1", "0", "1e9", "NaN", "999999999999", "", "1 2", "0 0 0 0", "x", "1.5.2")


def test_wild_numbers_in_ofd_geometry():
    rng = random.Random("geometry")
    for _ in range(150):
        values = [rng.choice(NUMBERS) for _ in range(8)]
        page = make["ofd_page"](
            f'<ofd:TextObject ID="1" Boundary="{values[0]} {values[1]} 10 5" Size="{values[2]}" CTM="{" ".join(values[2:8])}" HScale="{values[3]}">'
            f'<ofd:TextCode X="{values[4]}" Y="{values[5]}" DeltaX="g {values[6]} {values[7]}" DeltaY="{values[0]}">电费账单</ofd:TextCode></ofd:TextObject>',
            f'<ofd:PathObject Boundary="{values[1]} 0 {values[2]} 9"><ofd:AbbreviatedData>M {values[3]} 0 L {values[4]} {values[5]} C Q 1</ofd:AbbreviatedData></ofd:PathObject>',
            f'<ofd:ImageObject Boundary="{values[0]} {values[1]} {values[2]} {values[3]}"/>',
            box=" ".join(values[:4]),
        )
        check(make["ofd"](page))


def test_wild_attributes_in_sheets():
    rng = random.Random("sheet")
    for _ in range(150):
        a, b, c, d = (rng.choice((*NUMBERS, "A1", "XFE1048577", "AAAA1", "1048577")) for _ in range(4))
        row = (
            f'<row r="{a}"><c r="{b}" t="{rng.choice(("n", "s", "b", "e", "d", "str", "inlineStr", "?"))}" s="{c}"><f t="shared" si="{d}">{b}+{a}</f><v>{d}</v></c>'
            f'<c s="0"><v>{c}</v></c></row>'
        )
        styles = f'<numFmts><numFmt numFmtId="{a}" formatCode="yyyy{b}"/></numFmts><cellXfs><xf numFmtId="{rng.choice((a, "14"))}"/></cellXfs>'
        check(make["raw_workbook"](row, styles=styles, after=f'<mergeCells><mergeCell ref="{b}:{d}"/></mergeCells>'))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.binary(max_size=400),
    st.sampled_from(
        [
            b"",
            b"%PDF-1.4\n",
            b"PK\x03\x04",
            b"<?xml version='1.0'?><a>",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff\xe0",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        ]
    ),
)
def test_arbitrary_bytes(data, prefix):
    check(prefix + data)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=300), st.sampled_from(["utf-8", "utf-16", "gb18030"]))
def test_arbitrary_text(text, encoding):
    check(text.encode(encoding, "replace"))


@pytest.mark.parametrize(
    "data",
    [
        b"<a>" * 10_000 + b"</a>" * 10_000,
        b"<a " + b"x='1' " * 2_000 + b"/>",
        b"<html>" + b"<table><tr><td>" * 3_000,
        b"a," * 300_000 + b"\n" + b"b," * 300_000,
        b'"' * 200_001 + b",\n" * 3,
        b"%PDF-1.4\n" + b"1 0 obj<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]/Count 9999999>>endobj\ntrailer<</Root 1 0 R>>",
    ],
    ids=["nested-xml", "attributes", "nested-tables", "wide-csv", "open-quotes", "self-referring-pdf"],
)
def test_hostile_shapes(data):
    check(data)


@pytest.mark.parametrize("path", FOUND, ids=lambda p: p.stem)
def test_found_cases_stay_answered(path):
    """Files that once brought a reader down; each is generated and small."""
    _, problem = fuzz_check(path.read_bytes(), path.name)
    assert problem == ""


def test_a_slice_of_the_long_run():
    """The first cases of ``python -m evals.fuzz`` for every family; the long run has twenty thousand."""
    report = fuzz_run(150, 3)
    assert report["done"] == 150
    assert report["found"] == []
    assert len(report["outcomes"]) >= 6


def test_a_run_goes_on_where_it_stopped(tmp_path):
    state = tmp_path / "state.json"
    first = fuzz_run(12, 4, state=state)
    again = fuzz_run(20, 4, state=state)
    assert (first["done"], again["done"]) == (12, 20)
    assert sum(n for outcomes in again["outcomes"].values() for n in outcomes.values()) == 20
    assert case(4, 15).data == case(4, 15).data


def test_the_checker_sees_an_unexpected_error_and_silence(monkeypatch):
    from evals.fuzz import checking
    from ingestion import reading

    def broken(data, name):
        raise IndexError("x")

    monkeypatch.setattr(reading, "read_document", broken)
    assert checking.check(b"a,b\n1,2\n", "a.csv") == ("error", "IndexError: x")
