# ruff: noqa: F811
"""A person asks, follows up, opens a source, rates, comes back the next day on a telephone, and starts afresh, in a real browser."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.web.test_browser import ACCESSIBLE, CHROMIUM, Watch, chromium, open_page, server, wait_for, watch  # noqa: F401

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="没有 chromium：make browser 可安装"),
]


def kept(server: str) -> list[Any]:
    with urllib.request.urlopen(f"{server}/api/v1/projects/p1/conversation", timeout=60) as answer:
        exchanges: list[Any] = json.load(answer)["exchanges"]
        return exchanges


def ask(page: Any, question: str) -> Any:
    """Typed and sent with the return key; the new exchange, answered."""
    before = page.locator(".lt-exchange").count()
    page.fill("#question", question)
    page.keyboard.press("Enter")
    asked = page.locator(".lt-exchange").nth(before)
    asked.locator(".lt-feedback").wait_for(timeout=60_000)
    return asked


def test_a_conversation_is_kept_followed_rated_and_begun_anew(chromium: Any, server: str, watch: Watch, tmp_path: Path) -> None:
    wait_for(lambda: b'"policy_index":"ok"' in urllib.request.urlopen(server + "/readyz", timeout=5).read(), 90)
    page = open_page(chromium, watch)
    page.goto(f"{server}/projects/p1/assistant")
    first = ask(page, "安徽的零碳工厂有补贴吗？")
    second = ask(page, "那湖北呢？")
    assert page.evaluate(ACCESSIBLE) == []
    held = kept(server)
    assert [e["question"] for e in held] == ["安徽的零碳工厂有补贴吗？", "那湖北呢？"]
    assert "湖北" in held[1]["answer"]["answer"]  # read with the question before

    # Helpful, with a click; wrong, with a word; both there after a reload, and the answers as they were.
    first.get_by_role("button", name="有帮助").click()
    first.get_by_text("已评价：有帮助").wait_for()
    second.get_by_role("button", name="条款不对").click()
    page.keyboard.insert_text("想看经信厅的文件")
    second.get_by_role("button", name="提交").click()
    second.get_by_text("已评价：条款不对（想看经信厅的文件）").wait_for()
    said = page.locator(".lt-sentence").all_inner_texts()
    page.reload()
    assert page.locator(".lt-sentence").all_inner_texts() == said
    assert page.locator(".lt-feedback", has_text="已评价").count() == 2
    with page.expect_download() as download:
        page.get_by_role("link", name="导出记录").click()
    download.value.save_as(tmp_path / "talk.md")
    assert "想看经信厅的文件" in (tmp_path / "talk.md").read_text("utf-8")
    page.context.close()

    # On a telephone: nothing wider than the screen, a kept citation opens, and a new conversation keeps the old one in sight.
    page = open_page(chromium, watch, width=390, height=844, dark=True)
    page.goto(f"{server}/projects/p1/assistant")
    page.locator(".lt-exchange").last.get_by_role("button", name="撤回").click()
    page.locator(".lt-exchange").last.get_by_role("button", name="条款不对").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate(ACCESSIBLE) == []
    source = page.locator(".lt-sources li", has=page.locator("a[href^='/policies/']")).first
    quote = source.locator("blockquote").inner_text()
    source.locator("a").click()
    assert quote in page.locator(".lt-clause.lt-hit p").inner_text()
    page.go_back()
    with page.expect_navigation():
        page.get_by_role("button", name="新对话").click()
    page.get_by_text("不再接着上面的问题").wait_for()
    assert page.locator(".lt-exchange").count() == 2
    ask(page, "绿证能不能抵掉排放？")
    assert kept(server)[-1]["conversation"] == 2
    page.context.close()
