"""What counts as a number in running text."""

from __future__ import annotations

import pytest

from app.drafting.tokens import find_numbers


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("约35%的电量", ["35%"]),
        ("1,234.56 kWh", ["1,234.56"]),
        ("１２台", ["１２"]),
        ("为-5.2吨", ["-5.2"]),
        ("GB/T 32150-2025", ["32150", "2025"]),
        ("第③项", ["③"]),
        ("½", ["½"]),
        ("CO₂", ["₂"]),
        ("百分之三十", ["百分之三十"]),
        ("三分之一以上", ["三分之一"]),
        ("五千吨", ["五千吨"]),
        ("两台空压机", ["两台"]),
        ("二〇二六年", ["二〇二六年"]),
        ("十二个月", ["十二个"]),
        ("三千瓦时", ["三千瓦时"]),
        ("一级能效", ["一级"]),
        ("降低五成", ["五成"]),
        ("统一规范、第三方、进一步、一致、唯一", []),
        ("二氧化碳、零碳工厂、十分重要、千方百计", []),
        ("一个工厂、一批项目、一次修约", []),
        ("万元、亿千瓦时、千克、每千瓦时", []),
        ("一、总体要求", []),
        ("", []),
    ],
)
def test_numbers_of_a_text(text, tokens):
    found = find_numbers(text)
    assert [t.text for t in found] == tokens
    assert all(text[t.start : t.end] == t.text for t in found)
