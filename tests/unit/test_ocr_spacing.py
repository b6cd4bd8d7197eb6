"""Lines → words: the gap decides, whatever the recogniser ran together."""

from __future__ import annotations

import pytest

from ingestion.ocr.spacing import Mark, em_of, place, split

EM = 20.0


def line(text: str, *, pitch: float = 10.0, wide: float = 20.0, gaps: dict[int, float] | None = None) -> list[Mark]:
    """Marks of ``text`` set one after another; ``gaps`` adds room in front of the character of an index."""
    out, x = [], 0.0
    for index, char in enumerate(text):
        x += (gaps or {}).get(index, 0.0)
        step = pitch if char.isascii() else wide
        narrow = 0.3 if char in "1.,:" else 0.08
        out.append(Mark(char=char, score=0.9, x0=x + narrow * step, x1=x + (1 - narrow) * step))
        x += step
    return out


def words(marks: list[Mark]) -> list[str]:
    return ["".join(m.char for m in word) for word in split(marks, EM)]


def test_two_columns_of_digits_are_two_words() -> None:
    assert words(line("1214000.6359", gaps={6: 7.0})) == ["121400", "0.6359"]


def test_digits_of_one_number_stay_together_whatever_their_shape() -> None:
    assert words(line("1111.1111")) == ["1111.1111"]
    assert words(line("25117,801.10")) == ["25117,801.10"]
    assert words(line("-3482.17")) == ["-3482.17"]


def test_label_and_value_part_at_a_wide_gap_only() -> None:
    assert words(line("电费单价", gaps={2: 30.0})) == ["电费", "单价"]
    assert words(line("2025年02月08日")) == ["2025年02月08日"]


def test_a_recognised_space_with_room_parts_words() -> None:
    marks = line("Basic", gaps={})
    more = line("info", gaps={0: marks[-1].x1 + 6.0})
    more[0] = Mark(char="i", score=0.9, x0=more[0].x0, x1=more[0].x1, spaced=True)
    assert words([*marks, *more]) == ["Basic", "info"]


def test_ink_says_where_a_character_is() -> None:
    marks, strangers = place([("1", 6.0, 0.9), ("2", 14.0, 0.8)], [(2, 7), (11, 19)], EM)
    assert [(m.char, m.x0, m.x1) for m in marks] == [("1", 2, 7), ("2", 11, 19)]
    assert strangers == []


def test_touching_characters_share_their_ink() -> None:
    marks, _ = place([("8", 5.0, 0.9), ("8", 15.0, 0.9)], [(0, 20)], EM)
    assert [(m.x0, m.x1) for m in marks] == [(0, 10), (10, 20)]


def test_ink_of_no_character_is_reported() -> None:
    _, strangers = place([("5", 60.0, 0.9)], [(5, 12), (55, 65)], EM)
    assert strangers == [(5, 12)]
    assert place([], [(0, 4)], EM) == ([], [(0, 4)])


@pytest.mark.parametrize(("text", "em"), [("电费", 20 / 0.92), ("12.5", 20 / 0.72), ("千瓦时12", 20 / 0.92)])
def test_type_size_depends_on_what_is_printed(text: str, em: float) -> None:
    assert em_of(text, 20.0) == pytest.approx(em)
