"""The whole way in a real browser: one server process, one chromium, no outside host, no error in the console."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
ACCESSIBLE = Path(__file__).with_name("accessibility.js").read_text("utf-8")
PAGES = (
    "/", "/projects/new", "/projects/p1", "/projects/p1/profile", "/projects/p1/profile/declarations",
    "/projects/p1/profile/registers", "/projects/p1/profile/text", "/projects/p1/documents", "/projects/p1/review",
    "/projects/p1/review?tab=confirmed", "/projects/p1/accounts", "/projects/p1/eligibility?only=not_met",
    "/projects/p1/eligibility/gaps", "/projects/p1/eligibility/schemes", "/projects/p1/eligibility/compare",
    "/projects/p1/eligibility/what-if", "/compare", "/projects/p1/assistant",
    "/projects/p1/draft", "/settings", "/policies", "/policies/miit-2026-13/三-(一)", "/policies/matrix", "/api/docs", "/login", "/nothing",
)  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="没有 chromium：make browser 可安装"),
]


@dataclass(slots=True)
class Watch:
    """What a browser said while it was used: console errors and warnings, page errors, requests to other hosts."""

    base: str
    said: list[str] = field(default_factory=list)
    allowed: set[str] = field(default_factory=set)

    def attach(self, page: Any) -> None:
        page.on("console", lambda m: self.hear(f"{m.type}: {m.text} {m.location.get('url', '')}") if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: self.hear(f"pageerror: {e}"))
        page.on("request", lambda r: None if r.url.startswith((self.base, "data:", "blob:")) else self.hear(f"outside: {r.url}"))

    def hear(self, text: str) -> None:
        if not any(a in text for a in self.allowed):
            self.said.append(text)


@pytest.fixture(scope="module")
def server(_small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server process over a copy of the filled home."""
    home = tmp_path_factory.mktemp("browser") / "home"
    shutil.copytree(_small_home, home)
    rename_factory(home)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LINGTAN_")}
    command = [sys.executable, "-c", "from app.cli import main; main()", "--home", str(home), "serve", "--port", str(port)]
    log = (home.parent / "serve.log").open("wb")
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=Path(__file__).parents[2])
    base = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: urllib.request.urlopen(base + "/healthz", timeout=2).status == 200, 60)
        yield base
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def rename_factory(home: Path) -> None:
    """The filled project under another name: the one made in the browser is to be the factory of the documents."""
    from app.bootstrap import open_workspace
    from app.demo.documents import profile_toml
    from app.services.projects import update_project

    workspace = open_workspace(home)
    other = profile_toml().replace("安徽示范锂能科技有限公司", "安徽某某锂能科技有限公司").replace("91340199MADEM00119", "91340199MADEM00330")
    update_project(workspace, "p1", other)
    workspace.engine.dispose()


def wait_for(check: Any, seconds: float) -> None:
    """Until ``check`` is true without an OSError; fails after ``seconds``."""
    end = time.monotonic() + seconds
    while True:
        try:
            if check():
                return
        except OSError:
            pass
        assert time.monotonic() < end, "not in time"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def watch(server: str) -> Iterator[Watch]:
    """Fails the test when the browser said anything."""
    watched = Watch(server)
    yield watched
    assert watched.said == []


def open_page(chromium: Any, watch: Watch, *, width: int = 1440, height: int = 900, dark: bool = False) -> Any:
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        locale="zh-CN",
        reduced_motion="reduce",
        accept_downloads=True,
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    watch.attach(page)
    return page


def test_from_a_new_project_to_the_word_file(chromium: Any, server: str, watch: Watch, small_documents: Path, tmp_path: Path) -> None:
    page = open_page(chromium, watch)
    page.goto(server)
    page.get_by_role("link", name="新建项目").click()

    # A missing value is pointed out in Chinese, whatever the language of the browser.
    page.get_by_role("button", name="建立项目").click()
    assert page.locator("#name").evaluate("e => e.validationMessage") == "请填写这一项"
    page.fill("#name", "安徽示范锂能科技有限公司")
    page.fill("#uscc", "123")
    page.get_by_role("button", name="建立项目").click()
    assert "18 位" in page.locator("#uscc").evaluate("e => e.validationMessage")
    page.fill("#uscc", "91340199MADEM00119")
    page.fill("#year", "2025")
    page.select_option("#province", "安徽")
    page.get_by_role("button", name="建立项目").click()
    page.wait_for_url(re.compile(r"/projects/p\d+$"))
    project = page.url

    # Upload: live progress, the list and the menu follow.
    page.get_by_role("link", name="上传单据").click()
    names = ["发票_电费_辅助户_2025-04.xml", "电费账单_主户_2025-01.pdf", "结算单_天然气_2025Q3.pdf", "发票_柴油_2025Q4.pdf"]
    broken = tmp_path / "坏文件.pdf"
    broken.write_bytes(b"%PDF-1.7\nnothing")
    page.set_input_files("#files", [*(small_documents / n for n in names), broken])
    page.get_by_text("处理完成").wait_for()
    assert page.locator(".lt-joblog li").count() == 5
    page.locator("#document-table tbody tr", has_text="坏文件.pdf").get_by_text("不能用").wait_for()
    page.locator("#lt-waiting .badge").wait_for()
    page.set_input_files("#files", [small_documents / names[0]])
    page.get_by_text("此前已经收到").wait_for()

    # Review: what passed every check in one go, the doubtful one by keyboard, with a corrected value.
    page.get_by_role("link", name="去核对").click()
    page.once("dialog", lambda dialog: dialog.accept())
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("确认校验通过的")).click()
    page.get_by_role("link", name="逐条核对").click()
    page.locator(".lt-box:not(.quiet):not(.lt-focus)").first.wait_for()
    picture = page.locator(".lt-page img").first
    wait_for(lambda: picture.evaluate("i => i.complete && i.naturalWidth > 500"), 20)
    page.keyboard.press("z")
    assert page.locator(".lt-zoomed").count() == 1
    page.keyboard.press("z")
    while "柴油" not in page.locator("h1").inner_text():
        page.keyboard.press("n")
        page.wait_for_load_state()
    original = page.url
    page.fill("#density_kg_per_l", "0.84")
    page.get_by_role("button", name="更正并确认").wait_for()
    assert page.locator("#density_kg_per_l.lt-changed").count() == 1
    page.locator("h1").click()
    page.keyboard.press("r")
    assert page.locator("#why").evaluate("e => e === document.activeElement")
    page.keyboard.press("Escape")
    assert not page.locator("#reject-box").is_visible()
    with page.expect_navigation():
        page.keyboard.press("c")
    page.goto(original)
    page.get_by_text("不计入核算").wait_for()
    page.goto(f"{project}/review")
    for _ in range(page.locator("#record-table tbody").count()):  # nothing else waits, or it is refused
        page.locator("#record-table a").first.click()
        page.locator("h1").click()
        page.keyboard.press("r")
        page.fill("#why", "与另一张单据重复")
        with page.expect_navigation():
            page.keyboard.press("Enter")
    page.goto(f"{project}/review")
    page.get_by_text("没有待确认的记录").wait_for()

    # Accounts.
    page.goto(f"{project}/accounts")
    with page.expect_navigation():
        page.get_by_role("button", name="开始核算").click()
    page.locator('[data-chart="monthly"] svg').wait_for()
    assert page.locator('[data-chart="mix"] svg path').count() >= 2
    assert float(page.locator(".lt-total-figure").get_attribute("title")) > 0
    page.locator(".lt-group summary", has_text="购入电力").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="核算报告").click()
    assert download.value.suggested_filename == "安徽示范锂能科技有限公司_2025_核算报告.xlsx"

    # A question, its citation, the clause, and back to the conversation.
    wait_for(lambda: b'"policy_index":"ok"' in urllib.request.urlopen(server + "/readyz", timeout=5).read(), 90)
    page.get_by_role("link", name="问答").click()
    page.get_by_role("button", name="没有进碳市场，用什么标准核算？").click()
    page.locator(".lt-sources a").first.wait_for(timeout=60_000)
    assert page.locator(".lt-sentence").count() >= 1
    quote = page.locator(".lt-sources blockquote").first.inner_text()
    page.locator(".lt-mark-ref").first.click()
    page.locator(".lt-sources a").first.click()
    assert quote in page.locator(".lt-clause.lt-hit p").inner_text()
    assert page.locator(".lt-clause.lt-hit").evaluate("e => { const r = e.getBoundingClientRect(); return r.top >= 0 && r.top < innerHeight; }")
    assert page.get_by_role("link", name="核对").count() == 1  # still the menu of the project
    page.go_back()
    page.locator(".lt-exchange .lt-sources").wait_for()
    page.fill("#question", "我们厂一共排放了多少二氧化碳？")
    page.keyboard.press("Enter")
    page.locator(".lt-exchange").nth(1).locator(".lt-sources a").first.wait_for(timeout=60_000)

    # Draft and Word.
    page.get_by_role("link", name="申报书").click()
    assert page.locator("h1").inner_text() == "零碳工厂申报书"
    assert page.locator(".lt-paper .fact").count() > 20
    assert page.locator(".lt-paper mark").count() > 0
    with page.expect_download() as download:
        page.get_by_role("button", name="下载 Word").click()
    assert download.value.suggested_filename.endswith("_申报书.docx")
    target = tmp_path / "draft.docx"
    download.value.save_as(target)
    from docx import Document

    assert Document(str(target)).paragraphs[0].text == "零碳工厂申报书"
    page.context.close()


def test_a_row_added_to_a_register_is_saved(chromium: Any, server: str, watch: Watch) -> None:
    page = open_page(chromium, watch)
    page.goto(f"{server}/projects/p1/profile/registers")
    section = page.locator("section", has=page.get_by_role("heading", name="能耗限额与标杆对照"))
    section.get_by_label("能耗限额与标杆对照第1行产品或工序").fill("电芯")
    section.get_by_role("button", name="加一行").click()
    section.get_by_label("能耗限额与标杆对照第2行产品或工序").fill("化成工序")
    section.get_by_label("能耗限额与标杆对照第2行限额等级").select_option("1级")
    with page.expect_navigation():
        page.get_by_role("button", name="保存这一页").click()
    page.get_by_text("已保存").wait_for()
    assert page.get_by_label("能耗限额与标杆对照第2行产品或工序").input_value() == "化成工序"
    page.get_by_label("删除能耗限额与标杆对照第1行").check()
    with page.expect_navigation():
        page.get_by_role("button", name="保存这一页").click()
    assert page.get_by_label("能耗限额与标杆对照第1行产品或工序").input_value() == "化成工序"
    # A refusal is shown beside the button and keeps what was typed.
    watch.allowed.add("422")
    page.get_by_label("能耗限额与标杆对照第2行产品或工序").fill("乙")
    page.get_by_label("须对标的产品和工序总数").fill("两个")
    page.get_by_role("button", name="保存这一页").click()
    page.locator("#form-error", has_text="不是正整数").wait_for()
    assert page.get_by_label("能耗限额与标杆对照第2行产品或工序").input_value() == "乙"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_is_accessible(chromium: Any, server: str, watch: Watch, dark: bool) -> None:
    watch.allowed.add("/nothing")
    page = open_page(chromium, watch, dark=dark)
    wrong: dict[str, list[str]] = {}
    for path in (*PAGES, *some_records(page, server)):
        page.goto(server + path)
        assert page.locator("html").get_attribute("data-bs-theme") == ("dark" if dark else "light")
        page.locator("details").evaluate_all("all => all.forEach(d => { d.open = true; })")
        if found := page.evaluate(ACCESSIBLE):
            wrong[path] = found
    assert wrong == {}
    page.context.close()


def some_records(page: Any, server: str) -> list[str]:
    """A record of each kind of view and state, and a document page."""
    records = page.request.get(f"{server}/api/v1/projects/p1/records").json()["records"]
    chosen = {r["carrier"]: r["id"] for r in records} | {r["status"]: r["id"] for r in records}
    document = records[0]["document"]
    return [*(f"/projects/p1/review/{id}" for id in dict.fromkeys(chosen.values())), f"/projects/p1/documents/{document}"]


def test_no_page_is_wider_than_a_phone(chromium: Any, server: str, watch: Watch) -> None:
    watch.allowed.add("/nothing")
    page = open_page(chromium, watch, width=390, height=844)
    wide = {}
    for path in (*PAGES, *some_records(page, server)):
        page.goto(server + path)
        page.locator("details").evaluate_all("all => all.forEach(d => { d.open = true; })")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 390:
            wide[path] = width
    assert wide == {}
    page.goto(f"{server}/projects/p1")
    assert not page.get_by_role("link", name="申报书", exact=True).is_visible()
    page.get_by_role("button", name="菜单").click()
    page.get_by_role("link", name="申报书", exact=True).click()
    page.wait_for_url("**/draft")
    page.context.close()


def test_the_theme_is_kept_and_the_keyboard_reaches_the_content(chromium: Any, server: str, watch: Watch) -> None:
    page = open_page(chromium, watch)
    page.goto(server)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.get_by_role("button", name="切换深浅色").click()
    page.goto(f"{server}/projects/p1/accounts")
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.goto(f"{server}/policies")
    page.fill("#filter", "13号 指导意见")
    assert page.locator("#policy-table tbody tr:visible").count() == 1
    page.context.close()
