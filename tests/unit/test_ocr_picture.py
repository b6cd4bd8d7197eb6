"""The page as a picture: straightened, freed of rules and seals, nothing that is print taken away."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ingestion.ocr.missed import has_minus, leftovers
from ingestion.ocr.picture import (
    LONGEST_SIDE,
    decode,
    fit,
    ink_of,
    quarter_turns,
    skew_of,
    take_rules,
    turn,
    without_seals,
)
from ingestion.ocr.strips import cut_strips

WHITE, BLACK, RED = (255, 255, 255), (20, 20, 20), (40, 40, 220)


def sheet(width: int = 1654, height: int = 1100) -> np.ndarray:
    return np.full((height, width, 3), 255, np.uint8)


def form() -> np.ndarray:
    """A ruled form with lines of print in its cells."""
    page = sheet()
    for y in (200, 300, 400, 700):
        cv2.line(page, (100, y), (1550, y), BLACK, 2)
    for x in (100, 600, 1550):
        cv2.line(page, (x, 200), (x, 700), BLACK, 2)
    for row, y in enumerate((260, 360, 460, 520, 580, 640)):
        cv2.putText(page, f"METER {row} 12345.67 kWh", (640, y), cv2.FONT_HERSHEY_SIMPLEX, 1.0, BLACK, 2)
        cv2.putText(page, "ITEM", (130, y), cv2.FONT_HERSHEY_SIMPLEX, 1.0, BLACK, 2)
    return page


@pytest.mark.parametrize("angle", [-4.0, -0.6, 0.0, 1.5, 3.0])
def test_skew_is_found_to_a_twentieth_of_a_degree(angle: float) -> None:
    assert skew_of(turn(form(), -angle)) == pytest.approx(angle, abs=0.06)


def test_skew_of_a_page_on_its_side_and_of_an_empty_page() -> None:
    assert skew_of(turn(quarter_turns(form(), 1), -1.0)) == pytest.approx(1.0, abs=0.06)
    assert skew_of(sheet()) == 0.0


def test_quarter_turns_go_clockwise() -> None:
    page = sheet(40, 20)
    page[0, 0] = BLACK
    turned = quarter_turns(page, 1)
    assert turned.shape == (40, 20, 3)
    assert tuple(turned[0, 19]) == BLACK


def test_rules_are_found_where_they_are_and_leave_the_print() -> None:
    page = form()
    ruled = take_rules(page)
    across = sorted(round(y0) for x0, y0, x1, y1 in ruled.lines if y0 == y1 and x1 - x0 > 1400)
    down = sorted(round(x0) for x0, y0, x1, y1 in ruled.lines if x0 == x1 and y1 - y0 > 450)
    assert across == pytest.approx([200, 300, 400, 700], abs=2)
    assert down == pytest.approx([100, 600, 1550], abs=2)
    assert len(ruled.lines) == 7
    printed = ink_of(page)[230:270, 640:1100].sum()
    assert ruled.ink[230:270, 640:1100].sum() > 0.97 * printed
    assert not ruled.ink[198:203, 700:1500].any()


def test_a_row_of_zeros_is_no_rule() -> None:
    page = sheet()
    cv2.putText(page, "00000000000000000000 EEEEEEEEEEEEEEEE", (100, 500), cv2.FONT_HERSHEY_SIMPLEX, 1.4, BLACK, 4)
    assert take_rules(page).lines == ()


def test_seals_fade_and_red_print_stays() -> None:
    page = sheet()
    cv2.putText(page, "TOTAL 5120.00", (300, 400), cv2.FONT_HERSHEY_SIMPLEX, 1.2, BLACK, 3)
    cv2.ellipse(page, (450, 390), (180, 110), 0, 0, 360, RED, 6)
    cv2.putText(page, "-120.00", (1000, 800), cv2.FONT_HERSHEY_SIMPLEX, 1.2, RED, 3)
    faded = without_seals(page)
    assert faded[390, 630].min() > 200  # the ring
    assert (faded[370:405, 300:600].min(axis=2) < 60).sum() > 1000  # the print under it
    assert (faded[770:810, 1000:1200] == page[770:810, 1000:1200]).all()
    assert without_seals(form()) is not None


def test_light_print_on_a_dark_ground_is_ink() -> None:
    page = sheet()
    page[100:200] = (90, 110, 0)
    cv2.putText(page, "BILL", (300, 170), cv2.FONT_HERSHEY_SIMPLEX, 1.5, WHITE, 4)
    (strip,) = cut_strips(page, [(280, 110, 460, 190)])
    assert 295 < strip.runs[0][0] < 320
    assert len(strip.runs) == 4


def test_lone_digit_and_lost_minus_are_found_beside_the_lines() -> None:
    page = sheet()
    cv2.putText(page, "3482.17", (400, 300), cv2.FONT_HERSHEY_SIMPLEX, 1.0, BLACK, 2)
    cv2.line(page, (378, 290), (390, 290), BLACK, 3)
    cv2.putText(page, "1", (900, 300), cv2.FONT_HERSHEY_SIMPLEX, 1.0, BLACK, 2)
    number = (398, 274, 530, 306)
    spare = leftovers(ink_of(page), [number], 24.0)
    assert [(b[0] // 10, b[2] // 10) for b in spare.boxes] == [(90, 91)]
    assert has_minus("3482.17", number, spare.dashes, 24.0)
    assert not has_minus("备注", number, spare.dashes, 24.0)
    assert not has_minus("3482.17", (430, 274, 560, 306), spare.dashes, 24.0)


def test_size_is_brought_into_range_and_foreign_bytes_are_refused() -> None:
    assert max(fit(sheet(4000, 3000)).shape) == LONGEST_SIDE
    assert max(fit(sheet(800, 500)).shape) == 1600
    assert max(fit(sheet(100, 80)).shape) == 400
    with pytest.raises(ValueError, match="not a picture"):
        decode(b"GIF89a nonsense")
