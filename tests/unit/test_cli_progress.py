"""The bar over many files: one moving line on a terminal, few lines elsewhere."""

from __future__ import annotations

import io

from app.cli.progress import FileBar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_one_line_that_moves() -> None:
    out = Terminal()
    bar = FileBar(4, out)
    for n in range(4):
        bar(f"发票{n}.pdf", "读取")
    bar.close()
    assert out.getvalue().count("\n") == 1
    assert "2/4 发票1.pdf" in out.getvalue()
    assert out.getvalue().rstrip().endswith("4/4 发票3.pdf")


def test_a_log_gets_a_line_a_file_for_few_and_every_twentieth_part_for_many() -> None:
    few, many = io.StringIO(), io.StringIO()
    for total, out in ((3, few), (1000, many)):
        bar = FileBar(total, out)
        for n in range(total):
            bar(f"{n}.pdf", "读取")
        bar.close()
    assert few.getvalue().splitlines() == ["  读取 0.pdf", "  读取 1.pdf", "  读取 2.pdf"]
    assert len(many.getvalue().splitlines()) == 21
    assert many.getvalue().splitlines()[-1] == "  读取 1000/1000"


def test_members_of_archives_may_exceed_the_number_of_files() -> None:
    out = io.StringIO()
    bar = FileBar(1, out)
    for n in range(3):
        bar(f"{n}.pdf", "读取")
    assert "2.pdf" in out.getvalue()
