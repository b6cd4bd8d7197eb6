"""Native charts: every bar is a fact, in the cache and in the workbook, and the verifier reads both."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "golden" / "drafting"))

import sample_factory as sample
from lxml import etree
from verifying import ids, known, verify

from app.corpus.forms import load_form
from app.domain.number import parse_number
from app.drafting.chart_book import column_letter, read_book, write_book
from app.drafting.chart_xml import C
from app.drafting.compose import compose_draft
from app.drafting.facts import collect_facts
from app.drafting.facts_charts import absolute_target, monthly_emissions
from app.drafting.package import pack, unpack
from app.drafting.readback import read_docx
from app.drafting.source import EnergyPart
from app.drafting.verify import verify_docx
from app.drafting.word import write_docx

MONTHS = tuple((f"2025-{m:02d}-01", f"2025-{m:02d}-28") for m in range(1, 13))


def whole_source():
    """The sample factory with a run whose lines have periods, and its energy by carrier."""
    run = sample.run()
    lines = tuple(
        replace(line, activity=f"{line.activity}-{n}", tco2=line.tco2 / 12, period_start=first, period_end=last)
        for line in run.lines
        for n, (first, last) in enumerate(MONTHS, 1)
    )
    energy = tuple(
        EnergyPart(
            label=label, basis="当量", tce=Fraction(tce), origin=f"{sample.RUN}/indicators/energy_tce/当量/{label}"
        )
        for label, tce in (("外购电力", "621.78"), ("天然气", "114.94"), ("柴油", "6.5"))
    )
    return sample.source(run=replace(run, lines=lines), energy=energy)


@pytest.fixture(scope="module")
def source():
    return whole_source()


@pytest.fixture(scope="module")
def data(source) -> bytes:
    return write_docx(
        compose_draft(load_form("zero_carbon_factory_application", sample.ROOT / "policy_corpus"), source)
    )


@pytest.fixture(scope="module")
def facts(source):
    return collect_facts(source)


def chart_parts(data: bytes) -> list[str]:
    return sorted(n for n in unpack(data) if re.fullmatch(r"word/charts/[^/]+\.xml", n))


def changed(data: bytes, name: str, edit) -> bytes:
    parts = unpack(data)
    return pack({**parts, name: edit(parts[name])})


def test_four_charts_are_drawn_and_every_value_is_its_fact(data, facts):
    charts = read_docx(data).charts
    assert [c.id for c in charts] == ["energy", "direct_indirect", "emissions_monthly", "path"]
    report = verify(data, facts)
    assert (report.findings, report.numbers_traced) == ((), report.numbers_total)
    monthly = charts[2]
    drawn = sum(parse_number(v) for s in monthly.series for v in s.values.values())
    total = sum(parse_number(facts[f"run.month.2025-{m:02d}.total"].text) for m in range(1, 13))
    assert abs(drawn - total) < Fraction(1, 4)


def test_captions_are_numbered_below_the_charts(data):
    assert [c.caption.split("\u3000")[0] for c in read_docx(data).charts] == ["图1", "图2", "图3", "图4"]


def test_every_chart_has_a_workbook_with_the_same_values(data):
    for chart in read_docx(data).charts:
        assert chart.book is not None
        assert list(chart.book[0][1:]) == [s.name for s in chart.series]
        for column, series in enumerate(chart.series, 1):
            assert {n: parse_number(v) for n, v in series.values.items()} == {
                n: parse_number(row[column]) for n, row in enumerate(chart.book[1:]) if row[column]
            }


@pytest.mark.parametrize("number", range(4))
def test_a_changed_value_in_the_cache_is_caught(data, facts, number):
    def edit(part: bytes) -> bytes:
        root = etree.fromstring(part)
        value = next(v for cache in root.iter(f"{{{C}}}numCache") for v in cache.iter(f"{{{C}}}v"))
        value.text = ("2" if value.text[0] != "2" else "3") + value.text[1:]
        return etree.tostring(root)

    assert "chart-changed" in ids(verify(changed(data, chart_parts(data)[number], edit), facts))


def test_a_changed_cell_of_the_workbook_is_caught(data, facts):
    name = next(n for n in unpack(data) if n.startswith("word/embeddings/"))

    def edit(part: bytes) -> bytes:
        grid = [list(row) for row in read_book(part)]
        grid[1][1] = "1"
        return write_book(tuple(tuple(r) for r in grid))

    assert "chart-changed" in ids(verify(changed(data, name, edit), facts))


def test_a_changed_axis_or_format_is_caught_while_the_file_is_ours(data, facts):
    name = chart_parts(data)[0]
    assert "chart-changed" in ids(verify(changed(data, name, lambda p: p.replace(b"General", b"0.0,", 1)), facts))
    stretched = changed(
        data, name, lambda p: p.replace(b'orientation val="minMax"/>', b'orientation val="minMax"/><c:max val="9"/>', 1)
    )
    assert "chart-changed" in ids(verify(stretched, facts))


def test_a_chart_saved_by_a_word_processor_is_read_by_its_values(data, facts):
    def edit(part: bytes) -> bytes:
        return re.sub(rb"<c:v>(\d+\.\d*?)0*</c:v>", rb"<c:v>\g<1>00000001</c:v>", part)

    parts = unpack(data)
    name = chart_parts(data)[0]
    parts["docProps/app.xml"] = parts["docProps/app.xml"].replace(b"lingtan", b"Writer")
    assert verify(pack({**parts, name: parts[name].replace(b"<c:roundedCorners", b"<c:roundedCorners ")}), facts).ok
    assert verify(pack({n: d for n, d in parts.items() if not n.startswith("word/embeddings")}), facts).ok
    assert not verify(pack({**parts, name: edit(parts[name])}), facts).ok


def test_a_chart_over_another_caption_is_caught_and_a_removed_one_is_shown(data, facts):
    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

    def exchange(part: bytes) -> bytes:
        root = etree.fromstring(part)
        first, second = [d.getparent().getparent() for d in root.iter(f"{w}drawing")][:2]
        marker = etree.Element("marker")
        first.addprevious(marker)
        second.addprevious(first)
        marker.addprevious(second)
        marker.getparent().remove(marker)
        return etree.tostring(root)

    def remove(part: bytes) -> bytes:
        root = etree.fromstring(part)
        drawing = next(root.iter(f"{w}drawing"))
        drawing.getparent().remove(drawing)
        return etree.tostring(root)

    assert "chart-moved" in ids(verify(changed(data, "word/document.xml", exchange), facts))
    report = verify(changed(data, "word/document.xml", remove), facts)
    assert report.ok
    assert {f.id for f in report.findings} == {"chart-removed"}


def test_a_chart_that_is_not_ours_is_a_number_without_a_fact(data, facts):
    def copied(part: bytes) -> bytes:
        return part.replace(b'name="lingtan-chart:path"', b'name="Chart 9"').replace(
            "通向目标".encode(), "别处".encode()
        )

    assert "chart-without-fact" in ids(verify(changed(data, "word/document.xml", copied), facts))


def test_facts_that_moved_on_are_seen_in_the_chart(data, source):
    run = replace(source.run, total_tco2=source.run.total_tco2 + 7)
    found = verify_docx(data, facts=collect_facts(replace(source, run=run)), policies=source.policies).findings
    assert "chart-changed" in {f.id for f in found}


def test_too_little_draws_no_chart():
    draft = compose_draft(
        load_form("zero_carbon_factory_application", sample.ROOT / "policy_corpus"), sample.bare_source()
    )
    assert draft.charts == ()


def test_a_line_without_a_period_draws_no_monthly_chart(source):
    line = replace(source.run.lines[0], period_start=None)
    assert monthly_emissions(replace(source.run, lines=(line, *source.run.lines[1:]))) == {}
    across = replace(source.run.lines[0], period_start="2024-12-20", period_end="2025-01-19")
    assert monthly_emissions(replace(source.run, lines=(across,))) == {}


def test_a_line_over_two_months_is_shared_by_days(source):
    line = replace(source.run.lines[0], tco2=Fraction(59), period_start="2025-01-01", period_end="2025-02-28")
    months = monthly_emissions(replace(source.run, lines=(line,)))[line.category]
    assert (months["2025-01"], months["2025-02"], months["2025-03"]) == (31, 28, 0)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"name": "二氧化碳排放总量", "value": "1200", "unit": "tCO2"}, Fraction(1200)),
        ({"name": "二氧化碳排放总量较基准年下降", "value": "50", "unit": "%"}, "half"),
        ({"name": "单位产品排放下降", "value": "50", "unit": "%"}, None),
        ({"name": "排放强度下降", "value": "50", "unit": "%"}, None),
        ({"name": "可再生能源使用比例", "value": "50", "unit": "%"}, None),
        ({"name": "二氧化碳排放总量下降", "value": "一半", "unit": "%"}, None),
        ({"name": "二氧化碳排放总量下降", "value": "150", "unit": "%"}, None),
    ],
)
def test_only_targets_on_total_emissions_become_tonnes(source, row, expected):
    wanted = source.run.total_tco2 / 2 if expected == "half" else expected
    assert absolute_target(row, source.run) == wanted


def test_a_book_is_read_back_as_it_was_written():
    grid = (("", "甲", "乙"), ("一", "1.50", ""), ("二<&", "-3", "4"))
    assert [
        [c if i == 0 or j == 0 or not c else str(float(c)) for j, c in enumerate(r)] for i, r in enumerate(grid)
    ] == [
        [c if i == 0 or j == 0 or not c else str(float(c)) for j, c in enumerate(r)]
        for i, r in enumerate(read_book(write_book(grid)))
    ]
    assert write_book(grid) == write_book(grid)
    assert read_book(b"no workbook") is None
    assert [column_letter(n) for n in (1, 26, 27, 703)] == ["A", "Z", "AA", "AAA"]


def test_the_sample_without_periods_still_draws_kinds_and_path():
    draft = compose_draft(sample.form(), sample.source())
    assert [c.id for c in draft.charts] == ["direct_indirect", "path"]
    assert verify(write_docx(draft), known()).findings == ()
