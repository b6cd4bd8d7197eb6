"""Pages and Word tables as running policy text."""

from __future__ import annotations

from app.domain.page import Cell, Document, Media, Page, Table, Word
from ingestion.passages import policy_text

EM = 0.02


def words(y: float, *pieces: tuple[float, str]) -> tuple[Word, ...]:
    return tuple(Word(text=t, bbox=(x, y, x + EM * len(t), y + 0.015), page=1) for x, t in pieces)


def page(number: int, *lines: tuple[Word, ...]) -> Page:
    return Page(number=number, width=595, height=842, words=tuple(w for line in lines for w in line))


def document(*pages: Page, **more) -> Document:
    return Document(sha256="0" * 64, filename="a.pdf", media=Media.PDF, size=1, pages=pages, **more)


def test_an_indent_begins_a_paragraph_and_a_bearing_does_not():
    text = policy_text(
        document(
            page(
                1,
                words(0.2, (0.14, "第一段第一行")),
                words(0.3, (0.1, "第一段第二行")),
                words(0.4, (0.112, "（同一段")),
                words(0.5, (0.1, "还是第一段")),
                words(0.6, (0.35, "居中标题")),
            )
        )
    )
    assert text.split("\n") == ["\u3000\u3000第一段第一行", "第一段第二行", "（同一段", "还是第一段", "居中标题"]


def test_columns_with_gaps_are_a_row():
    text = policy_text(
        document(
            page(1, words(0.2, (0.1, "序号"), (0.3, "指标"), (0.6, "要求")), words(0.3, (0.1, "甲"), (0.125, "乙")))
        )
    )
    assert text.split("\n") == ["序号 | 指标 | 要求", "甲 乙"]


def test_running_heads_go_and_a_heading_at_the_edge_stays():
    pages = [
        page(n, words(0.03, (0.1, "某省政策汇编")), words(0.5, (0.1, f"第{n}页正文")), words(0.95, (0.5, str(n))))
        for n in (1, 2, 3)
    ]
    pages.append(page(4, words(0.03, (0.1, "一、要求")), words(0.5, (0.1, "末页正文"))))
    text = policy_text(document(*pages))
    assert "汇编" not in text
    assert text.split("\n") == ["第1页正文", "第2页正文", "第3页正文", "一、要求", "末页正文"]


def test_word_tables_follow_one_row_a_line():
    row = tuple(Cell(text=t, row=1, column=n, locator=f"表1!r1c{n}") for n, t in enumerate(("指标", "要\n求"), 1))
    text = policy_text(document(paragraphs=("一、要求", "正文。"), tables=(Table(name="表1", page=1, rows=(row,)),)))
    assert text == "一、要求\n正文。\n指标 | 要求"


def test_nothing_read_is_an_empty_text():
    assert policy_text(document(page(1))) == ""
