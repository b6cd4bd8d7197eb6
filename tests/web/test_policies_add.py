"""The official text of a reported notice, added and confirmed in the browser."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from starlette.testclient import TestClient

from tests.web.pages import problems

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
import official_notice as notice

Token = Callable[[TestClient], dict[str, str]]
DOC = "miit-2026-07-notice"


def test_upload_preview_add_confirm(bare: TestClient, token: Token, tmp_path: Path) -> None:
    profile = '[factory]\nname = "测试新厂"\nprovince = "安徽"\nyear = 2025\n'
    assert bare.post("/api/v1/projects", json={"profile_toml": profile}).status_code == 201
    page = bare.get("/policies/add").text
    assert problems(page) == []
    assert f'value="{DOC}"' in page
    file = notice.word(tmp_path)
    data = {"replaces": DOC, "evidence": "official"}
    shown = bare.post("/policies/add", files={"file": (file.name, file.read_bytes())}, data=data, headers=token(bare))
    assert shown.status_code == 200
    assert "测试新厂" in shown.text
    assert "新增" in shown.text
    assert "1.8" in bare.get(f"/policies/{DOC}").text, "a preview adds nothing"
    where = re.search(r'hx-post="(/policies/add/[0-9a-f]{16})"', shown.text)
    assert where
    assert bare.post(where[1]).status_code == 403
    added = bare.post(where[1], headers={**token(bare), "HX-Request": "true"})
    assert added.headers["HX-Redirect"] == f"/policies/{DOC}/confirm"
    page = bare.get(f"/policies/{DOC}/confirm").text
    assert problems(page) == []
    assert "等人核对" in bare.get("/policies").text
    pids = re.findall(r'name="pid" value="([^"]+)"', page)
    assert len(pids) >= 9
    nothing = bare.post(f"/policies/{DOC}/confirm", data={"step": "apply"}, headers=token(bare))
    assert "还没有勾选" in nothing.text
    tried = bare.post(f"/policies/{DOC}/confirm", data={"step": "try", "pid": pids}, headers=token(bare))
    assert "还没有写入" in tried.text
    wrong = {"step": "apply", "pid": pids[:1], f"{pids[0]}.threshold": "9.99"}
    assert "没有 9.99 这个数" in bare.post(f"/policies/{DOC}/confirm", data=wrong, headers=token(bare)).text
    done = bare.post(f"/policies/{DOC}/confirm", data={"step": "apply", "pid": pids}, headers=token(bare))
    assert f"已确认 {len(pids)} 个条目" in done.text
    text = bare.get(f"/policies/{DOC}").text
    assert problems(text) == []
    assert "≤2.35" in text
    assert "正文取得以前的报道" in text
    assert "正文取得以前的报道" in bare.get(f"/policies/{DOC}/未见条号").text
    schemes = bare.get("/projects/p1/eligibility/schemes").text
    assert notice.DEADLINE in schemes
    ahead = bare.post(f"/policies/{DOC}/withdraw", data={"day": "2026-12-01", "why": "测试"}, headers=token(bare))
    assert "还没有写入" in ahead.text
    gone = bare.post(f"/policies/{DOC}/withdraw", data={"day": "2026-12-01", "why": "测试", "step": "apply"}, headers=token(bare))
    assert "已标明废止" in gone.text
    assert "2026-12-01 起废止" in bare.get("/policies").text


def test_what_cannot_be_read_is_said_in_place(bare: TestClient, token: Token) -> None:
    answer = bare.post("/policies/add", files={"file": ("空.txt", b"  ")}, data={"evidence": "official"}, headers=token(bare))
    assert answer.status_code == 200
    assert "没有读到文字" in answer.text
    assert bare.post("/policies/add/0123456789abcdef", headers=token(bare)).status_code == 404
    assert bare.get("/policies/nothing/confirm").status_code == 404
