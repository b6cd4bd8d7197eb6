"""The decision "picture or words", on its own."""

import pytest

from ingestion.readers.pagekind import Evidence, covered_share, page_findings, picture_reason


@pytest.mark.parametrize(
    ("seen", "is_picture"),
    [
        (Evidence(useful=0), False),
        (Evidence(useful=0, picture_share=1.0), True),
        (Evidence(useful=49, picture_share=0.15), True),
        (Evidence(useful=50, picture_share=1.0), False),
        (Evidence(useful=10, picture_share=0.1), False),
        (Evidence(useful=10, outlines=200), True),
        (Evidence(useful=300, outlines=200), False),
        (Evidence(useful=1000, broken=19), False),
        (Evidence(useful=1000, broken=30), True),
        (Evidence(useful=100, broken=4), False),
        (Evidence(useful=4, broken=4), True),
        (Evidence(useful=0, broken=1), True),
        (Evidence(useful=0, ink_without_text=True), True),
    ],
)
def test_what_counts_as_a_picture(seen, is_picture):
    reason = picture_reason(seen)
    assert (reason is not None) == is_picture
    found = page_findings(3, seen)
    assert any(f.id == "scanned-page" for f in found) == is_picture
    if is_picture:
        assert reason in found[0].message
        assert found[0].subjects == ("p3",)


def test_large_picture_beside_some_text_is_to_be_explained():
    assert [f.id for f in page_findings(1, Evidence(useful=120, picture_share=0.9))] == ["picture-with-text"]
    assert page_findings(1, Evidence(useful=900, picture_share=0.9)) == ()


def test_covered_share_counts_overlaps_once_and_cuts_to_the_page():
    assert covered_share([], 100, 100) == 0
    assert covered_share([(0, 0, 50, 100), (25, 0, 50, 100)], 100, 100) == 0.5
    assert covered_share([(-100, -100, 500, 500)], 100, 100) == 1
    assert covered_share([(200, 200, 300, 300)], 100, 100) == 0
