"""The profile's pages of questions over HTTP: shown, saved, refused, never losing what another page holds."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.services.profile_schema import form_sections
from tests.web.pages import english, problems

Token = Callable[[TestClient], dict[str, str]]
BASE = "/projects/p1/profile"


@pytest.mark.parametrize("page", [*(s.id for s in form_sections()), "text"])
def test_every_page_is_whole(filled: TestClient, page: str) -> None:
    answer = filled.get(f"{BASE}/{page}")
    assert answer.status_code == 200
    assert problems(answer.text) == []


def test_a_page_names_no_programmer_words(filled: TestClient) -> None:
    assert english(filled.get(f"{BASE}/energy").text) == []


def version(page: str) -> str:
    found = re.search(r'name="version" value="([0-9a-f]+)"', page)
    assert found
    return found[1]


def test_saving_a_page_and_reading_it_again(filled: TestClient, token: Token) -> None:
    page = filled.get(f"{BASE}/factory").text
    body = {"version": version(page), "factory.district": "高新区", "schemes": ["", "zero_carbon_factory_guideline", "zero_carbon_factory_national_2026"]}
    saved = filled.post(f"{BASE}/factory", data=body, headers=token(filled))
    assert (saved.status_code, saved.headers["HX-Redirect"]) == (204, f"{BASE}/factory?saved=true")
    again = filled.get(f"{BASE}/factory?saved=true").text
    assert "已保存" in again
    assert 'value="高新区"' in again
    assert len(re.findall(r'type="checkbox" name="schemes"[^>]* checked', again)) == 2
    assert 'district = "高新区"' in filled.get(f"{BASE}/text").text.replace("&#34;", '"')


def test_a_wrong_answer_is_told_in_the_form(filled: TestClient, token: Token) -> None:
    page = filled.get(f"{BASE}/factory").text
    answer = filled.post(f"{BASE}/factory", data={"version": version(page), "factory.year": "前年"}, headers=token(filled))
    assert answer.status_code == 422
    assert "“报告年”不是合理的年份：前年" in answer.text


def test_two_people_at_once(filled: TestClient, token: Token) -> None:
    page = filled.get(f"{BASE}/factory").text
    first = filled.post(f"{BASE}/factory", data={"version": version(page), "factory.district": "经开区"}, headers=token(filled))
    second = filled.post(f"{BASE}/factory", data={"version": version(page), "factory.district": "新站区"}, headers=token(filled))
    assert (first.status_code, second.status_code) == (204, 409)
    assert "没有保存" in second.text
    assert 'value="经开区"' in filled.get(f"{BASE}/factory").text


def test_a_file_is_sent_to_the_right_page(filled: TestClient, token: Token) -> None:
    page = filled.get(f"{BASE}/factory").text
    answer = filled.post(f"{BASE}/factory", data={"version": version(page)}, files={"x": ("a.pdf", b"%PDF")}, headers=token(filled))
    assert answer.status_code == 422
    assert "“单据”页上传" in answer.text


def test_unknown_page(filled: TestClient) -> None:
    assert filled.get(f"{BASE}/nothing").status_code == 404


def test_the_text_page_still_replaces_the_whole(filled: TestClient, token: Token) -> None:
    from html import unescape

    shown = re.search(r"<textarea[^>]*>(.*?)</textarea>", filled.get(f"{BASE}/text").text, re.DOTALL)
    assert shown
    text = re.sub(r'(?m)^leader = .*$', 'leader = "李厂长"', unescape(shown[1]).lstrip("\n"))
    assert filled.post(f"{BASE}/text", data={"profile_toml": text}, headers=token(filled)).status_code == 204
    assert 'value="李厂长"' in filled.get(f"{BASE}/factory").text
