"""A person decides: confirm, correct by changing a value, reject with a reason, in the order of the list."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

Token = Callable[[TestClient], dict[str, str]]
Record = Callable[..., dict[str, object]]


def fields_of(html: str) -> dict[str, str]:
    """What the form of the page would send."""
    form = html[html.index('id="record-form"') : html.index("</form>", html.index('id="record-form"'))]
    values = dict(re.findall(r'<input[^>]* name="([a-z_]+)"[^>]* value="([^"]*)"', form))
    for name, options in re.findall(r'<select[^>]* name="([a-z_]+)">(.*?)</select>', form):
        chosen = re.search(r'<option value="([^"]*)" selected>', options)
        values[name] = chosen[1] if chosen else re.findall(r'<option value="([^"]*)"', options)[0]
    return values


def test_saving_what_stands_there_is_a_confirmation(filled: TestClient, token: Token, record: Record) -> None:
    item = record(filled, status="proposed", carrier="diesel")
    url = f"/projects/p1/review/{item['id']}"
    values = fields_of(filled.get(url).text)
    assert values["quantity"] == item["quantity"]
    answer = filled.post(f"{url}/confirm", data=values, headers=token(filled))
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/projects/p1/review")
    after = next(r for r in filled.get("/api/v1/projects/p1/records").json()["records"] if r["id"] == item["id"])
    assert (after["status"], after["supersedes"], after["decided_by"]) == ("confirmed", None, "测试员")


def test_changing_a_value_is_a_correction_that_keeps_the_original(filled: TestClient, token: Token, record: Record) -> None:
    item = record(filled, status="confirmed", carrier="gasoline", quantity="412")
    url = f"/projects/p1/review/{item['id']}"
    values = {**fields_of(filled.get(url).text), "quantity": "413.5", "density_kg_per_l": "0.751"}
    assert filled.post(f"{url}/confirm", data=values, headers=token(filled)).status_code == 204
    records = {r["id"]: r for r in filled.get("/api/v1/projects/p1/records").json()["records"]}
    new = records[records[str(item["id"])]["superseded_by"]]
    assert (new["quantity"], new["status"], new["params"]["density_kg_per_l"]) == ("413.5", "confirmed", "0.751")
    assert records[str(item["id"])]["quantity"] == "412"
    old_page, new_page = filled.get(url).text, filled.get(f"/projects/p1/review/{new['id']}").text
    assert "不计入核算" in old_page
    assert "412 升" in new_page  # what the original says stays beside the corrected value
    again = filled.post(f"{url}/confirm", data=values, headers=token(filled))
    assert again.status_code == 409
    assert "不能再处理" in again.text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"quantity": "很多"}, "不是数字"),
        ({"unit": "筐"}, "未登记"),
        ({"period_start": "2025-13-01"}, "不是日期"),
        ({"period_end": "2020-01-01"}, "早于起日"),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_chinese(filled: TestClient, token: Token, record: Record, change: dict[str, str], words: str) -> None:
    item = record(filled, status="confirmed", carrier="steam")
    url = f"/projects/p1/review/{item['id']}"
    answer = filled.post(f"{url}/confirm", data={**fields_of(filled.get(url).text), **change}, headers=token(filled))
    assert answer.status_code == 422
    assert words in answer.text
    assert fields_of(filled.get(url).text)["quantity"] == item["quantity"]


def test_a_rejection_needs_a_reason_and_is_shown_with_it(filled: TestClient, token: Token, record: Record) -> None:
    item = record(filled, status="confirmed", carrier="natural_gas")
    url = f"/projects/p1/review/{item['id']}"
    assert filled.post(f"{url}/reject", data={"why": " "}, headers=token(filled)).status_code == 422
    assert filled.post(f"{url}/reject", data={"why": "不是本厂的用量"}, headers=token(filled)).status_code == 204
    html = filled.get(url).text
    assert "已否决" in html
    assert "不是本厂的用量" in html
    assert "不是本厂的用量" in filled.get("/projects/p1/review?tab=closed").text


def test_after_a_decision_the_next_waiting_record_comes(tmp_path: Path, filled: TestClient, token: Token) -> None:
    waiting = re.findall(r'<td class="lt-stack-head"><a href="(/projects/p1/review/[^"]+)"', filled.get("/projects/p1/review").text)
    if len(waiting) < 2:
        files = [("files", ("x.csv", "加油月份,油品,加油量(升),金额(元)\n2025年07月,92号车用汽油,100,800\n2025年08月,92号车用汽油,90,720\n".encode(), "text/csv"))]
        card = filled.post("/projects/p1/documents", files=files, headers=token(filled)).text
        filled.get(re.search(r'sse-connect="([^"]+)"', card)[1])  # type: ignore[index]
        waiting = re.findall(r'<td class="lt-stack-head"><a href="(/projects/p1/review/[^"]+)"', filled.get("/projects/p1/review").text)
    assert len(waiting) >= 2
    first = filled.get(waiting[0]).text
    assert f"第 1 条，共 {len(waiting)} 条" in first
    assert f'href="{waiting[1]}" data-key="n"' in first
    assert f'href="{waiting[0]}" data-key="p"' in filled.get(waiting[1]).text
    answer = filled.post(f"{waiting[0]}/reject", data={"why": "重复"}, headers=token(filled))
    assert answer.headers["HX-Redirect"] == waiting[1]
    # The last of the list leads back to the one that was skipped.
    if len(waiting) > 2:
        skipped = filled.post(f"{waiting[-1]}/reject", data={"why": "重复"}, headers=token(filled))
        assert skipped.headers["HX-Redirect"] == waiting[-2]


def test_bulk_confirmation_takes_only_what_passed_every_check(filled: TestClient, token: Token) -> None:
    answer = filled.post("/projects/p1/review/confirm-clean", headers=token(filled))
    assert answer.headers["HX-Redirect"] == "/projects/p1/review"
    left = filled.get("/api/v1/projects/p1/records?status=proposed").json()["records"]
    assert all(r["needs_review"] for r in left)
