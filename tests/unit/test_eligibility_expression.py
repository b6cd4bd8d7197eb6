"""The condition language and Kleene's tables."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.eligibility.expression import ExpressionError, holds, parse
from app.eligibility.truth import agreement, conjunction, disjunction, negate
from app.eligibility.values import Marks, Value

FACTS: dict[str, Value] = {
    "yes": True,
    "no": False,
    "count": Fraction(5),
    "place": "湖南",
    "things": Marks(present=frozenset({"甲"}), absent=frozenset({"乙"})),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes", True),
        ("not yes", False),
        ("unknown_fact", None),
        ("not unknown_fact", None),
        ("yes and no", False),
        ("no and unknown_fact", False),
        ("yes and unknown_fact", None),
        ("yes or unknown_fact", True),
        ("no or unknown_fact", None),
        ("no or yes and no", False),
        ("(no or yes) and yes", True),
        ("not (yes and no)", True),
        ("count >= 5", True),
        ("count > 5", False),
        ("count <= 4.999", False),
        ("count < 5.001", True),
        ("count != 5", False),
        ("count == 5", True),
        ('place == "湖南"', True),
        ('place != "湖南"', False),
        ('place in ["浙江", "湖南"]', True),
        ('place in ["浙江"]', False),
        ('things has "甲"', True),
        ('things has "乙"', False),
        ('things has "丙"', None),
        ("yes == true", True),
        ("no == false", True),
        # a type slip must not decide anything
        ("place", None),
        ("count", None),
        ("count == true", None),
        ('count == "5"', None),
        ("place >= 5", None),
        ('place > "湖"', None),
        ('yes has "甲"', None),
        ('count in ["5"]', None),
    ],
)
def test_expressions_follow_kleene(text: str, expected: bool | None) -> None:
    assert holds(parse(text), FACTS.get) is expected


@pytest.mark.parametrize(
    "text",
    ["", "and", "yes and", "yes yes", "(yes", "yes)", "count >=", "count >= yes", "place in []", "place in 5", "known(yes)", "yes; no",
     'place has', "5 == count", "Yes", "place == '湖南'", "__import__"],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


def test_names_are_listed_once_in_order() -> None:
    assert parse('b and (a or not b) and c has "x"').names() == ("b", "a", "c")


TRUTHS = st.sampled_from([True, False, None])


@given(st.lists(TRUTHS), st.data())
def test_forgetting_a_value_never_flips_a_result(values: list[bool | None], data: st.DataObject) -> None:
    forgotten = [data.draw(st.sampled_from([value, None])) for value in values]
    for operation in (conjunction, disjunction, agreement):
        assert operation(forgotten) in (operation(values), None)


@given(st.lists(TRUTHS))
def test_de_morgan(values: list[bool | None]) -> None:
    assert negate(conjunction(values)) == disjunction([negate(v) for v in values])


def test_readings_decide_only_when_they_agree() -> None:
    assert agreement([True, True]) is True
    assert agreement([False, False]) is False
    assert agreement([True, False]) is None
    assert agreement([True, None]) is None
    assert agreement([]) is None
