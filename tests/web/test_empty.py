"""The first minutes: nothing there yet, names nobody expected, and the door when keys exist."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from starlette.testclient import TestClient

from app.bootstrap import open_workspace
from app.services.keys import add_key, revoke_key
from tests.web.pages import problems

Token = Callable[[TestClient], dict[str, str]]


def test_pages_of_an_empty_home_and_an_empty_project_say_what_to_do(bare: TestClient, token: Token) -> None:
    assert "没有" in bare.get("/projects/p1").text  # no project: an error page, not a failure
    home = bare.get("/")
    assert "新建项目" in home.text
    assert problems(home.text) == []
    made = bare.post("/projects", data={"name": "示范厂", "year": "2025", "province": "安徽"}, headers=token(bare))
    assert made.headers["HX-Redirect"] == "/projects/p1"
    expected = {
        "": "上传一年的用能单据",
        "/documents": "还没有单据",
        "/review": "没有待确认的记录",
        "/accounts": "还没有核算结果",
        "/eligibility": "尚未核算",
        "/assistant": "提问",
        "/draft": "尚未核算",
    }
    for path, words in expected.items():
        answer = bare.get(f"/projects/p1{path}")
        assert answer.status_code == 200
        assert words in answer.text
        assert problems(answer.text) == []


def test_long_names_and_hostile_names_stay_text(bare: TestClient, token: Token) -> None:
    name = "<script>alert(1)</script>" + "很长的企业名称" * 10
    made = bare.post("/projects", data={"name": name, "year": "2025", "province": "安徽"}, headers=token(bare))
    assert made.headers["HX-Redirect"] == "/projects/p1"
    for path in ("/", "/projects/p1", "/projects/p1/draft"):
        html = bare.get(path).text
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert" in html
    files = {"files": ("<img src=x onerror=1>.csv", b"a,b\n1,2\n", "text/csv")}
    card = bare.post("/projects/p1/documents", files=files, headers=token(bare)).text
    job = re.search(r"/jobs/(intake-p1-[0-9a-f]+)/events", card)
    assert job
    assert "event: end" in bare.get(f"/projects/p1/jobs/{job[1]}/events").text  # the job has ended before the page is asked
    assert "<img src=x" not in bare.get("/projects/p1/documents").text


def test_keys_close_everything_until_one_is_given(tmp_path: Path, serve: Callable[..., TestClient]) -> None:
    home = tmp_path / "home"
    key = add_key(open_workspace(home), "王工")
    with serve(home) as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/").headers["location"] == "/login"
        assert client.get("/metrics").headers["location"] == "/login"
        assert client.get("/api/docs").headers["location"] == "/login"
        assert client.get("/projects", headers={"HX-Request": "true"}).headers["hx-redirect"] == "/login"
        refused = client.get("/api/v1/projects")
        assert (refused.status_code, refused.json()["error"]["id"]) == (401, "key_missing")
        assert client.get("/api/v1/projects", headers={"Authorization": f"Bearer {key}"}).status_code == 200
        assert client.get("/api/v1/projects", headers={"X-API-Key": key + "x"}).status_code == 401

        login = client.get("/login").text
        csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', login)
        assert csrf
        wrong = client.post("/login", data={"key": "lt_wrong", "csrf": csrf[1]})
        assert (wrong.status_code, "密钥不正确" in wrong.text) == (403, True)
        right = client.post("/login", data={"key": key, "csrf": csrf[1]})
        assert (right.status_code, right.headers["location"]) == (303, "/")
        assert "退出" in client.get("/").text
        mark = client.cookies["lingtan_login"]
        client.cookies.clear()
        client.cookies.set("lingtan_login", mark[:-1] + ("0" if mark[-1] != "0" else "1"))
        assert client.get("/").headers["location"] == "/login"

        client.cookies.clear()
        client.cookies.set("lingtan_login", mark)
        assert client.get("/").status_code == 200
        revoke_key(client.app.state.ws, "王工")  # type: ignore[attr-defined]
        add_key(client.app.state.ws, "李工")  # type: ignore[attr-defined]
        assert client.get("/").headers["location"] == "/login"
