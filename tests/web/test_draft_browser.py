# ruff: noqa: F811
"""A person edits, is refused, corrects, approves, sees a change arrive and takes it over, in a real browser over a real server."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.web.test_browser import ACCESSIBLE, CHROMIUM, Watch, chromium, open_page, server, watch  # noqa: F401

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="没有 chromium：make browser 可安装"),
]
SECTION = "/projects/p1/draft/sections/baseline"


def api(server: str, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{server}/api/v1/projects/p1{path}", data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def add_line(page: Any, line: str) -> None:
    """A line typed at the end of the text, as a person would."""
    page.locator("#draft-text").press("Control+End")
    page.keyboard.insert_text(f"\n{line}\n")


def test_edit_refuse_correct_approve_change_and_export(chromium: Any, server: str, watch: Watch, tmp_path: Path) -> None:
    page = open_page(chromium, watch)
    page.goto(f"{server}/projects/p1/draft")
    page.get_by_role("link", name=re.compile("能源.*排放基线")).first.click()
    page.wait_for_url(f"**{SECTION}")
    # A chip shows where its figure comes from, by keyboard as well as by mouse.
    chip = page.locator(".lt-paper a.fact", has_text="tCO2").first
    chip.focus()
    page.keyboard.press("Enter")
    assert "出处" in page.locator("#origin section").inner_text()
    page.keyboard.press("e")
    page.wait_for_url("**/edit")

    # A typed number is marked in the preview and refused on saving; the text stays; one click puts the fact in its place.
    total = api(server, "/draft/sections/baseline")["text"]
    amount = re.search("｛二氧化碳排放合计｜([0-9.]+) tCO2", total)
    assert amount
    add_line(page, f"全年合计{amount[1]}吨，电力是减排的重点。")
    page.locator("#draft-preview .lt-bad", has_text=amount[1]).wait_for()
    page.keyboard.press("Control+s")
    page.get_by_text("没有保存。").wait_for()
    assert f"全年合计{amount[1]}吨" in page.locator("#draft-text").input_value()
    assert api(server, "/draft/sections/baseline")["version"] == 0
    page.locator("#draft-said [data-replace]").first.click()
    page.locator("#draft-preview .lt-bad").wait_for(state="detached")
    assert page.locator("#draft-said .lt-problem").count() == 0
    page.fill("#draft-note", "补充结论")
    page.get_by_role("button", name="保存").last.click()
    page.wait_for_url("**/baseline?said=saved")
    assert "电力是减排的重点" in page.locator(".lt-paper").inner_text()
    assert "补充结论" in page.locator(".lt-versions").inner_text()

    # Approved, then a record is corrected: the approval no longer holds, before and after are listed.
    page.get_by_role("button", name="批准", exact=True).click()
    page.get_by_text("已批准").first.wait_for()
    records = api(server, "/records")["records"]
    record = next(r for r in records if r["carrier"] == "electricity" and r["status"] == "confirmed")
    api(server, "/review", {"correct": {record["id"]: {"quantity": "654321"}}})
    api(server, "/account", {})
    page.goto(server + SECTION)
    stale = page.locator(".lt-stale")
    assert f"{amount[1]} tCO2" in stale.text_content()
    assert page.locator(".lt-paper .fact-old").count() > 0
    watch.allowed.add("422")
    page.goto(f"{server}/projects/p1/draft")
    page.get_by_role("button", name="下载 Word").click()
    page.get_by_text("依据的数据或条款已变化").wait_for()
    page.goto(server + SECTION)
    page.get_by_role("button", name="采用新值").click()
    page.locator(".lt-stale").wait_for(state="detached")
    text = page.locator(".lt-paper").inner_text()
    assert "电力是减排的重点" in text
    assert f"全年合计{amount[1]}" not in text

    # The difference of the two versions, then the document, which proves itself.
    page.get_by_role("link", name="与上一版比较").first.click()
    page.wait_for_url("**/compare?*")
    assert amount[1] in page.locator(".lt-diff del").all_inner_texts().__str__()
    page.goto(f"{server}/projects/p1/draft")
    with page.expect_download() as got:
        page.get_by_role("button", name="下载 Word").click()
    file = tmp_path / "draft.docx"
    got.value.save_as(file)
    from app.drafting.readback import read_docx

    assert any("电力是减排的重点" in p.text for p in read_docx(file.read_bytes()).paragraphs)
    assert file_is_proved(server, file)
    page.context.close()


def file_is_proved(server: str, file: Path) -> bool:
    boundary = "lingtan-test"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.docx"\r\nContent-Type: application/octet-stream\r\n\r\n'
    body = head.encode() + file.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    request = urllib.request.Request(f"{server}/api/v1/projects/p1/verify", data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return bool(json.load(answer)["ok"])


def test_two_tabs_do_not_overwrite_each_other(chromium: Any, server: str, watch: Watch) -> None:
    first, second = open_page(chromium, watch), open_page(chromium, watch)
    place = f"{server}/projects/p1/draft/sections/residual/edit"
    first.goto(place)
    second.goto(place)
    add_line(first, "甲先保存的话。")
    first.keyboard.press("Control+s")
    first.wait_for_url("**?said=saved")
    add_line(second, "乙后写下的话。")
    second.keyboard.press("Control+s")
    second.get_by_text("没有保存：此间有了新的版本").wait_for()
    assert "乙后写下的话" in second.locator("#draft-text").input_value()
    told = second.locator("#draft-conflict").inner_text()
    assert "甲先" in told
    assert "乙后" in told
    second.keyboard.press("Control+s")
    second.wait_for_url("**?said=saved")
    assert "乙后写下的话" in second.locator(".lt-paper").inner_text()
    first.context.close()
    second.context.close()


def test_a_text_that_was_not_saved_can_be_taken_up_again(chromium: Any, server: str, watch: Watch) -> None:
    page = open_page(chromium, watch)
    place = f"{server}/projects/p1/draft/sections/safeguards/edit"
    page.goto(place)
    add_line(page, "写到一半的话。")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{server}/projects/p1/draft")
    page.goto(place)
    assert "写到一半的话" not in page.locator("#draft-text").input_value()
    page.get_by_role("button", name="恢复上次没有保存的文字").click()
    assert "写到一半的话" in page.locator("#draft-text").input_value()
    page.locator("#draft-preview", has_text="写到一半的话").wait_for()
    page.fill("#piece-search", "报告年度")
    page.locator(".lt-piece").first.click()
    assert "｛报告年度｜" in page.locator("#draft-text").input_value()
    page.get_by_role("link", name="不改了").click()
    page.wait_for_url("**/sections/safeguards")
    page.context.close()


@pytest.mark.parametrize(("dark", "width"), [(False, 1440), (True, 1440), (False, 390)])
def test_pages_of_a_section_can_be_read_by_everybody(chromium: Any, server: str, watch: Watch, dark: bool, width: int) -> None:
    page = open_page(chromium, watch, width=width, dark=dark)
    for path in ("", "/sections/baseline", "/sections/baseline/edit", "/sections/baseline/compare?before=0", "/fact?id=run.total"):
        page.goto(f"{server}/projects/p1/draft{path}")
        if path.endswith("/edit"):
            add_line(page, "约7吨。")
            page.locator("#draft-preview .lt-bad").wait_for()
            page.on("dialog", lambda dialog: dialog.accept())
        assert page.evaluate(ACCESSIBLE) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.context.close()
