"""Who may ask, from where, with what: host, origin, token, key, size, headers."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.services.keys import add_key, revoke_key

Token = Callable[[TestClient], dict[str, str]]


def test_every_answer_carries_strict_headers(filled: TestClient) -> None:
    for path in ("/", "/nothing", "/api/v1/projects", "/static/lingtan.css"):
        headers = filled.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe-eval" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    assert filled.get("/projects/p1").headers["cache-control"] == "no-store"


def test_the_session_cookie_cannot_be_read_or_sent_across(filled: TestClient) -> None:
    filled.cookies.clear()
    cookie = filled.get("/").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    filled.cookies.clear()
    assert "set-cookie" not in filled.get("/api/v1/projects").headers


def test_another_host_is_refused(filled: TestClient) -> None:
    answer = filled.get("/", headers={"Host": "rebound.example"})
    assert answer.status_code == 400
    assert "访问地址" in answer.text
    assert filled.get("/api/v1/projects", headers={"Host": "rebound.example"}).json()["error"]["id"] == "host_not_allowed"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9999"},
    ],
)
def test_posts_from_another_site_are_refused_even_with_the_token(filled: TestClient, token: Token, headers: dict[str, str]) -> None:
    good = token(filled)
    page = filled.post("/projects/p1/accounts", headers={**good, **headers})
    assert page.status_code == 403
    api = filled.post("/api/v1/projects/p1/account", headers=headers)
    assert api.status_code == 403
    assert api.json()["error"]["id"] == "cross_site"


@pytest.mark.parametrize("given", [None, "", "wrong", "无效"])
def test_posts_of_a_page_need_its_token(filled: TestClient, given: str | None) -> None:
    headers: dict[str, bytes] = {} if given is None else {"X-CSRF-Token": given.encode()}
    answer = filled.post("/projects/p1/review/confirm-clean", headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 403
    assert "刷新" in answer.text


@pytest.mark.parametrize("path", ["/projects/p1/draft/download", "/projects/p1/pack", "/login", "/logout"])
def test_native_forms_need_their_token_too(filled: TestClient, path: str) -> None:
    assert filled.post(path, data={"csrf": "wrong", "key": "x"}).status_code == 403
    assert filled.post(path, data={"key": "x"}).status_code == 403


def test_posts_lead_on_with_303_or_htmx_redirect(filled: TestClient, token: Token) -> None:
    headers = token(filled)
    by_htmx = filled.post("/projects/p1/accounts", headers=headers)
    assert (by_htmx.status_code, by_htmx.headers["hx-redirect"]) == (204, "/projects/p1/accounts")
    by_form = filled.post("/projects/p1/accounts", headers={"X-CSRF-Token": headers["X-CSRF-Token"]})
    assert (by_form.status_code, by_form.headers["location"]) == (303, "/projects/p1/accounts")


def test_a_body_is_refused_by_its_length_before_it_is_read(filled: TestClient, token: Token) -> None:
    headers = {**token(filled), "Content-Length": str(600 << 20), "Content-Type": "multipart/form-data; boundary=x"}
    answer = filled.post("/projects/p1/documents", headers=headers, content=b"")
    assert answer.status_code == 413
    small = filled.post("/api/v1/calc", headers={"Content-Length": str(17 << 20)}, content=b"")
    assert small.json()["error"]["id"] == "too_large"
    unknown = filled.post("/api/v1/calc", content=iter([b"{}"]))
    assert (unknown.status_code, unknown.json()["error"]["id"]) == (411, "length_required")


def test_a_decision_is_logged_in_the_name_of_the_key_holder(filled: TestClient) -> None:
    ws = filled.app.state.ws  # type: ignore[attr-defined]
    key = add_key(ws, "赵工")
    try:
        headers = {"Authorization": f"Bearer {key}"}
        records = filled.get("/api/v1/projects/p1/records?status=proposed", headers=headers).json()["records"]
        chosen = records[0]["id"]
        done = filled.post("/api/v1/projects/p1/review", json={"confirm": [chosen]}, headers=headers)
        assert done.json()["confirmed"] == [chosen]
        after = filled.get("/api/v1/projects/p1/records?status=confirmed", headers=headers).json()["records"]
        assert next(r for r in after if r["id"] == chosen)["decided_by"] == "赵工"
    finally:
        revoke_key(ws, "赵工")


def test_what_nobody_foresaw_is_answered_without_detail(filled: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    import app.web.routes.policies as policies

    def broken(_documents: object) -> None:
        raise RuntimeError("a secret of the program")

    monkeypatch.setattr(policies, "list_policies", broken)
    page = filled.get("/policies")
    assert page.status_code == 500
    assert "程序出了意外" in page.text
    assert "secret" not in page.text
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert filled.get("/policies", headers={"Accept": "application/json"}).json()["error"]["id"] == "internal"


def test_health_readiness_and_metrics(filled: TestClient) -> None:
    assert filled.get("/healthz").json() == {"status": "ok"}
    ready = filled.get("/readyz")
    assert ready.status_code == 503
    assert ready.json() == {"database": "ok", "policy_index": "loading"}
    filled.app.state.warm_error = "没有向量模型"  # type: ignore[attr-defined]
    failed = filled.get("/readyz")
    filled.app.state.warm_error = ""  # type: ignore[attr-defined]
    assert (failed.status_code, failed.json()["policy_index"], failed.json()["message"]) == (503, "failed", "没有向量模型")
    filled.get("/projects/p1")
    filled.get("/nothing/at/all")
    text = filled.get("/metrics").text
    counted = dict(re.findall(r'lingtan_requests_total\{method="GET",route="([^"]+)",status="\d+"\} (\d+)', text))
    assert int(counted["/projects/{project_id}"]) >= 1
    assert int(counted["unmatched"]) >= 1
    assert re.search(r'lingtan_request_seconds_sum\{route="/projects/\{project_id\}"\} 0\.\d+', text)
    assert "# TYPE lingtan_requests_total counter" in text
    assert "p1" not in "".join(counted)
