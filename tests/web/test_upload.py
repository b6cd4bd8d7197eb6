"""Files in: live progress, duplicates, what cannot be read, a reader that comes back, a server that goes away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.web.events import parse_events

Token = Callable[[TestClient], dict[str, str]]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, serve: Callable[..., TestClient]) -> Iterator[TestClient]:
    """An application with one empty project; the tests of this module fill it in their order."""
    with serve(tmp_path_factory.mktemp("upload") / "home") as client:
        toml = '[factory]\nname = "安徽示范锂能科技有限公司"\nprovince = "安徽"\nyear = 2025\n'
        assert client.post("/api/v1/projects", json={"profile_toml": toml}).status_code == 201
        yield client


def send(client: TestClient, headers: dict[str, str], files: list[tuple[str, bytes]]) -> str:
    parts = [("files", (name, data, "application/octet-stream")) for name, data in files]
    answer = client.post("/projects/p1/documents", files=parts, headers=headers)
    assert answer.status_code == 200
    return answer.text


def job_of(card: str) -> str:
    found = re.search(r'sse-connect="(/projects/p1/jobs/[\w-]+/events)"', card)
    assert found, card
    return found[1]


def test_an_upload_of_good_bad_and_double_files_reports_each(running: TestClient, token: Token, small_documents: Path) -> None:
    xml = (small_documents / "发票_电费_辅助户_2025-04.xml").read_bytes()
    pdf = (small_documents / "发票_柴油_2025Q4.pdf").read_bytes()
    files = [("发票.xml", xml), ("又一份.xml", xml), ("柴油.pdf", pdf), ("坏.pdf", pdf[:300]), ("空.pdf", b""), ("图.exe", b"MZ\x90\x00" + bytes(200))]
    card = send(running, token(running), files)
    assert "空.pdf" in card
    assert "是空的" in card
    assert "1 份此前已经收到" in card
    events = parse_events(running.get(job_of(card)).text)
    progress = [e for e in events if e.event == "progress"]
    lines = [e.data for e in events if e.event == "line"]
    assert len(lines) == 4
    assert [e.id for e in progress[:-1]] == ["1", "2", "3", "4"]
    assert events[-1].event == "end"
    assert 'aria-valuenow="4"' in progress[-2].data
    assert "处理完成" in progress[-1].data
    assert "2 份不能用" in progress[-1].data
    assert "/projects/p1/review" in progress[-1].data
    assert sum("不能用" in line for line in lines) == 2
    listing = running.get("/projects/p1/documents").text
    assert "又一份.xml" in listing
    assert "sse-connect" not in listing  # the job is over
    part = running.get("/projects/p1/documents/list").text
    assert 'id="lt-waiting" hx-swap-oob="true"' in part
    assert "<html" not in part


def test_a_reader_that_comes_back_gets_what_it_has_not_seen(running: TestClient, token: Token, small_documents: Path) -> None:
    names = ["台账_车辆加油_2025H1.xlsx", "结算单_天然气_2025Q3.pdf", "发票_电费_主户_2025-01.xml"]
    card = send(running, token(running), [(n, (small_documents / n).read_bytes()) for n in names])
    stream = job_of(card)
    whole = parse_events(running.get(stream).text)
    again = parse_events(running.get(stream, headers={"Last-Event-ID": "2"}).text)
    assert [e.event for e in again] == ["line", "progress", "progress", "end"]
    assert again == whole[-4:]
    nothing = parse_events(running.get(stream, headers={"Last-Event-ID": "3"}).text)
    assert [e.event for e in nothing] == ["progress", "end"]
    assert parse_events(running.get(stream, headers={"Last-Event-ID": "junk"}).text) == whole
    api = parse_events(running.get(f"/api/v1/jobs/{stream.split('/')[-2]}/events", headers={"Last-Event-ID": "1"}).text)
    assert [e.id for e in api] == ["2", "3", ""]


def test_the_same_files_again_start_no_job(running: TestClient, token: Token, small_documents: Path) -> None:
    before = len(running.get("/api/v1/projects/p1/documents").json()["documents"])
    card = send(running, token(running), [("换个名字.xml", (small_documents / "发票_电费_辅助户_2025-04.xml").read_bytes())])
    assert "sse-connect" not in card
    assert "不重复计入" in card
    assert len(running.get("/api/v1/projects/p1/documents").json()["documents"]) == before
    assert "换个名字.xml" in running.get("/projects/p1/documents").text


def test_nothing_to_upload_and_a_foreign_job_are_said_so(running: TestClient, token: Token) -> None:
    empty = running.post("/projects/p1/documents", headers=token(running))
    assert (empty.status_code, "没有收到文件" in empty.text) == (422, True)
    for job in ("intake-p2-abc", "intake-p1-000000000000", "none"):
        assert running.get(f"/projects/p1/jobs/{job}/events").status_code == 404
    assert running.get("/api/v1/jobs/none").json()["error"]["id"] == "job_not_found"


def test_a_download_has_its_chinese_name(running: TestClient, small_documents: Path) -> None:
    documents = running.get("/api/v1/projects/p1/documents").json()["documents"]
    chosen = next(d for d in documents if d["file"] == "台账_车辆加油_2025H1.xlsx")
    answer = running.get(f"/projects/p1/documents/{chosen['sha256']}/original")
    assert answer.content == (small_documents / "台账_车辆加油_2025H1.xlsx").read_bytes()
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "filename*=UTF-8''%E5%8F%B0%E8%B4%A6" in answer.headers["content-disposition"]
    assert 'filename="download.xlsx"' in answer.headers["content-disposition"]
