"""Every page renders for an empty and for a filled project, in Chinese, and is usable without a mouse."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from tests.web.pages import Page, english, problems

PROJECT_PAGES = ("", "/profile", "/documents", "/review", "/review?tab=confirmed", "/review?tab=closed", "/accounts", "/eligibility", "/assistant", "/draft")
COMMON_PAGES = ("/", "/projects/new", "/policies", "/policies/matrix", "/policies/matrix?region=安徽", "/policies/miit-2026-13", "/api/docs", "/login")
WITH_FOREIGN_WORDS = ("/api/docs", "/policies/matrix")
"""Names of parameters, and an ISO standard whose clauses have English names."""
Token = Callable[[TestClient], dict[str, str]]
Record = Callable[..., dict[str, object]]


@pytest.mark.parametrize("path", [*COMMON_PAGES, *(f"/projects/p1{p}" for p in PROJECT_PAGES)])
def test_page_of_a_filled_project_is_whole(filled: TestClient, path: str) -> None:
    answer = filled.get(path)
    assert answer.status_code == 200
    assert problems(answer.text) == []


@pytest.mark.parametrize("path", [p for p in COMMON_PAGES if p not in WITH_FOREIGN_WORDS])
def test_words_of_a_page_are_chinese(filled: TestClient, path: str) -> None:
    assert english(filled.get(path).text) == []


def test_unknown_things_are_said_so_in_chinese(filled: TestClient) -> None:
    for path in ("/nothing", "/projects/p9", "/projects/p1/documents/0000", "/projects/p1/review/none", "/policies/none", "/policies/miit-2026-13/九十九"):
        answer = filled.get(path)
        assert answer.status_code == 404, path
        assert problems(answer.text) == []
        assert re.search(r"[\u4e00-\u9fff]{3}", Page(answer.text).texts[0][1])
    assert filled.get("/projects/p1/draft/download").status_code == 405
    assert "不支持这种操作" in filled.get("/projects/p1/draft/download").text


def test_htmx_gets_a_short_text_instead_of_a_page(filled: TestClient, token: Token) -> None:
    answer = filled.post("/projects", data={"name": "只有名称"}, headers=token(filled))
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/plain")
    assert "请选择省份" in answer.text


@pytest.mark.parametrize("kind", ["xml", "pdf", "xlsx", "docx"])
def test_a_document_shows_its_own_view(filled: TestClient, kind: str) -> None:
    documents = filled.get("/api/v1/projects/p1/documents").json()["documents"]
    chosen = next(d for d in documents if d["file"].endswith(kind) and d["records"])
    html = filled.get(f"/projects/p1/documents/{chosen['sha256']}").text
    assert problems(html) == []
    expected = {"xml": "销售方名称", "pdf": "pages/1.png", "xlsx": "lt-sheet", "docx": "lt-sheet"}
    assert expected[kind] in html
    assert "lt-cell-hit" in html or "lt-cell-near" in html or "lt-box" in html


def test_a_merged_title_of_a_workbook_is_one_cell(filled: TestClient) -> None:
    documents = filled.get("/api/v1/projects/p1/documents").json()["documents"]
    ledger = next(d for d in documents if d["file"].endswith("xlsx"))
    html = filled.get(f"/projects/p1/documents/{ledger['sha256']}").text
    assert 'colspan="6"' in html
    assert html.count("上半年车辆加油台账") == 1


def test_a_page_is_shown_as_its_picture(filled: TestClient) -> None:
    documents = filled.get("/api/v1/projects/p1/documents").json()["documents"]
    bill = next(d for d in documents if d["file"].startswith("电费账单"))
    base = f"/projects/p1/documents/{bill['sha256']}"
    assert f'src="{base}/pages/{bill["pages"]}.png"' in filled.get(base).text
    picture = filled.get(f"{base}/pages/1.png")
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    assert filled.get(f"{base}/pages/0.png").status_code == 404
    assert filled.get(f"{base}/pages/{bill['pages'] + 1}.png").status_code == 404


def test_a_superseded_record_is_closed_and_leads_to_the_one_that_counts(filled: TestClient, record: Record) -> None:
    closed = record(filled, status="superseded")
    html = filled.get(f"/projects/p1/review/{closed['id']}").text
    assert "不计入核算" in html
    assert f"/projects/p1/review/{closed['superseded_by']}" in html
    assert "<fieldset class=\"card-body\" disabled" in html
    assert "data-submit" not in html
    assert problems(html) == []


def test_a_record_of_a_workbook_cell_names_the_cell(filled: TestClient, record: Record) -> None:
    item = record(filled, carrier="gasoline")
    html = filled.get(f"/projects/p1/review/{item['id']}").text
    assert str(item["locator"]) in html
    assert "lt-cell-hit" in html


def test_the_accounts_show_the_run_to_the_digit(filled: TestClient) -> None:
    run = filled.post("/api/v1/projects/p1/account").json()
    html = filled.get("/projects/p1/accounts").text
    assert run["total_exact"] in html
    assert run["run_id"] in html
    for line in run["lines"]:
        assert f"{line['tco2']}"[:6] in html.replace(",", "")
    assert html.count("<tr><td class=\"lt-stack-head\"") or html.count("lt-stack-head") >= len(run["lines"])


def test_a_clause_in_focus_and_the_menu_of_the_project_one_came_from(filled: TestClient) -> None:
    html = filled.get("/policies/miit-2026-13/三-(二)?project=p1").text
    hit = re.findall(r'<section id="([^"]+)" class="lt-clause lt-hit"', html)
    assert hit == ["三-(二)"]
    assert 'href="/projects/p1/review"' in html
    assert "/projects/p1/review" not in filled.get("/policies/miit-2026-13/三-(二)?project=p9").text
