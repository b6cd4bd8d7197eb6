"""/api/v1 mirrors the commands: shapes of the contract, one error shape, our own page of documentation."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from tests.web.pages import problems

CALC = {
    "edition": "GB/T 32151.34-2024",
    "factor_set": "A",
    "year": 2025,
    "province": "安徽",
    "grid_basis": {"data_year": 2023, "level": "province", "region": "安徽", "basis": "average"},
    "activities": [{"id": "a1", "carrier": "电力", "quantity": "1000000", "unit": "kWh", "direction": "in", "params": {"supply": "grid"}}],
}


def test_extract_is_stateless_and_of_the_contract(filled: TestClient, small_documents: Path) -> None:
    before = filled.get("/api/v1/projects/p1/documents").json()
    name = "发票_电费_辅助户_2025-04.xml"
    files = [("files", (name, (small_documents / name).read_bytes(), "text/xml")), ("files", ("坏.pdf", b"%PDF-1.4 broken", "application/pdf"))]
    answer = filled.post("/api/v1/extract", files=files)
    assert answer.status_code == 200
    good, bad = answer.json()["documents"]
    assert (good["file"], good["kind"], good["source"]) == (name, "vat_invoice", "xml")
    assert set(good) >= {"file", "sha256", "kind", "source", "pages", "fields", "lines", "records", "findings"}
    assert isinstance(good["records"][0]["quantity"], str)
    assert good["fields"]["invoice_number"]["value"]
    assert (bad["file"], bad["kind"]) == ("坏.pdf", "unreadable")
    assert bad["error"]["fix"]
    alone = filled.post("/api/v1/extract", files=files[1:])
    assert alone.status_code == 422
    assert alone.json()["error"]["id"] == bad["error"]["id"]
    assert filled.get("/api/v1/projects/p1/documents").json() == before


def test_what_comes_out_of_an_archive_names_both(filled: TestClient, small_documents: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(small_documents / "发票_柴油_2025Q4.pdf", "柴油.pdf")
    documents = filled.post("/api/v1/extract", files=[("files", ("一包.zip", packed.getvalue(), "application/zip"))]).json()["documents"]
    assert [d["file"] for d in documents] == ["一包.zip/柴油.pdf"]


def test_calc_gives_the_bytes_of_the_command(filled: TestClient) -> None:
    first = filled.post("/api/v1/calc", json=CALC)
    assert first.status_code == 200
    out = first.json()
    assert isinstance(out["total_tco2"], str)
    assert re.fullmatch(r"-?\d+\.\d{6}", out["total_tco2"])
    assert out["lines"][0]["exact"]
    assert filled.post("/api/v1/calc", json=CALC).content == first.content
    toml = 'edition = "GB/T 32151.34-2024"\nfactor_set = "A"\nyear = 2025\nprovince = "安徽"\n[grid_basis]\ndata_year = 2023\nlevel = "province"\nregion = "安徽"\nbasis = "average"\n[[activities]]\nid = "a1"\ncarrier = "电力"\nquantity = "1000000"\nunit = "kWh"\ndirection = "in"\nparams = { supply = "grid" }\n'
    by_toml = filled.post("/api/v1/calc", content=toml.encode(), headers={"Content-Type": "application/toml"})
    assert by_toml.json()["total_exact"] == out["total_exact"]
    refused = filled.post("/api/v1/calc", json={**CALC, "activities": [{**CALC["activities"][0], "unit": "筐"}]})  # type: ignore[index, dict-item]
    assert refused.status_code == 422
    assert set(refused.json()) == {"error"}
    lines = [json.dumps({**CALC, "case": "好"}), "{", json.dumps({"case": "坏", "activities": 3})]
    batch = filled.post("/api/v1/calc/batch", content="\n".join(lines).encode())
    results = [json.loads(line) for line in batch.text.splitlines()]
    assert results[0]["case"] == "好"
    assert results[0]["total_exact"] == out["total_exact"]
    assert results[1]["error"]["id"] == "json_invalid"
    assert results[2]["case"] == "坏"
    assert results[2]["error"]["message"]


def test_a_project_from_profile_to_package(filled: TestClient) -> None:
    toml = '[factory]\nname = "另一家厂"\nprovince = "安徽"\nyear = 2025\n'
    made = filled.post("/api/v1/projects", json={"profile_toml": toml})
    assert (made.status_code, made.json()["name"]) == (201, "另一家厂")
    again = filled.post("/api/v1/projects", json={"profile_toml": toml})
    assert (again.status_code, again.json()["error"]["id"]) == (409, "project_exists")
    id = made.json()["id"]
    changed = filled.put(f"/api/v1/projects/{id}/profile", json={"profile_toml": toml + 'industry = "锂电池"\n'})
    assert changed.json()["industry"] == "锂电池"
    assert {p["id"] for p in filled.get("/api/v1/projects").json()["projects"]} == {"p1", id}
    nothing = filled.post(f"/api/v1/projects/{id}/account")
    assert (nothing.status_code, nothing.json()["error"]["id"]) == (409, "nothing_confirmed")

    run = filled.post("/api/v1/projects/p1/account").json()
    assert set(run) >= {"project", "run_id", "inputs_hash", "engine", "factors", "lines", "subtotals", "total_tco2", "total_exact", "caveats", "findings"}
    assert all("record" in line for line in run["lines"])
    report = filled.get("/api/v1/projects/p1/eligible").json()
    assert set(report) >= {"project", "run_id", "ruleset", "criteria", "counts"}
    assert sum(report["counts"].values()) == len(report["criteria"])
    assert filled.get("/api/v1/projects/p1/eligible?scheme=none").json()["error"]["message"]

    draft = filled.post("/api/v1/projects/p1/draft")
    assert draft.content.startswith(b"PK")
    assert unquote(draft.headers["content-disposition"]).endswith("_2025_申报书.docx")
    checked = filled.post("/api/v1/projects/p1/verify", files={"file": ("申报书.docx", draft.content)}).json()
    assert (checked["ok"], checked["file"]) == (True, "申报书.docx")
    whole = filled.get("/api/v1/projects/p1/verify").json()
    assert whole["ok"] is True
    pack = filled.post("/api/v1/projects/p1/pack")
    assert "清单.json" in zipfile.ZipFile(io.BytesIO(pack.content)).namelist()


def test_native_downloads_have_chinese_names(filled: TestClient, token: Callable[[TestClient], dict[str, str]]) -> None:
    csrf = token(filled)["X-CSRF-Token"]
    word = filled.post("/projects/p1/draft/download", data={"csrf": csrf})
    assert unquote(word.headers["content-disposition"]).endswith("安徽示范锂能科技有限公司_2025_申报书.docx")
    from docx import Document

    document = Document(io.BytesIO(word.content))
    assert document.paragraphs[0].text == "零碳工厂申报书"
    assert "安徽示范锂能科技有限公司" in document.element.xml
    book = filled.get("/projects/p1/accounts.xlsx")
    assert unquote(book.headers["content-disposition"]).endswith("_核算报告.xlsx")
    pack = filled.post("/projects/p1/pack", data={"csrf": csrf})
    assert unquote(pack.headers["content-disposition"]).endswith("_证据包.zip")


def test_policies_and_their_comparison(filled: TestClient) -> None:
    documents = filled.get("/api/v1/policies").json()["documents"]
    assert "miit-2026-13" in {d["id"] for d in documents}
    clause = filled.get("/api/v1/policies/miit-2026-13", params={"clause": "三-（二）"}).json()
    assert clause["id"] == "miit-2026-13/三-(二)"
    matrix = filled.get("/api/v1/policies/matrix", params={"region": ["安徽", "浙江"]}).json()
    assert [r["region"] for r in matrix["regions"]] == ["安徽", "浙江"]
    topic = matrix["topics"][0]["slug"]
    assert {c["topic"] for c in filled.get("/api/v1/policies/matrix", params={"topic": topic}).json()["cells"]} == {topic}
    assert filled.get("/api/v1/policies/matrix", params={"topic": "没有的主题"}).json()["error"]["id"] == "topic_unknown"
    checked = filled.get("/api/v1/policies/check").json()
    assert checked["ok"] is True
    meta = 'id = "trial-notice"\ntitle = "试行通知"\nissuer = "某市工信局"\nregion = "安徽"\nscheme = "零碳工厂"\nevidence = "official"\nlevel = "city"\n'
    text = "# 试行通知\n\n第一条 企业应建立碳排放台账。\n\n第二条 企业宜按月核对。\n"
    preview = filled.post("/api/v1/policies", files={"file": ("通知.md", text.encode())}, data={"meta": meta, "dry_run": "true"})
    assert preview.status_code == 200, preview.text
    assert "trial-notice" not in {d["id"] for d in filled.get("/api/v1/policies").json()["documents"]}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "id"),
    [
        ("GET", "/api/v1/nothing", None, 404, "not_found"),
        ("GET", "/api/nothing", None, 404, "not_found"),
        ("DELETE", "/api/v1/projects", None, 405, "method_not_allowed"),
        ("GET", "/api/v1/projects/p9", None, 404, "project_not_found"),
        ("GET", "/api/v1/projects/p1/documents/none", None, 404, "document_not_found"),
        ("GET", "/api/v1/projects/p1/records?status=odd", None, 422, "status_unknown"),
        ("POST", "/api/v1/projects", b"{", 422, "invalid_request"),
        ("POST", "/api/v1/projects", b"{}", 422, "invalid_request"),
        ("POST", "/api/v1/projects", b'{"profile_toml": "["}', 422, "toml_invalid"),
        ("POST", "/api/v1/projects/p1/review", b'{"confirm": "x"}', 422, "invalid_request"),
        ("POST", "/api/v1/projects/p1/review", b'{"confirm": ["none"]}', 404, "record_not_found"),
        ("POST", "/api/v1/calc", b"[1]", 422, "json_invalid"),
        ("POST", "/api/v1/calc", b"\xff\xfe", 422, "encoding"),
        ("POST", "/api/v1/ask", b'{"question": " "}', 422, "question_missing"),
        ("POST", "/api/v1/ask", json.dumps({"question": "长" * 2001}).encode(), 422, "invalid_request"),
        ("POST", "/api/v1/extract", None, 422, "invalid_request"),
        ("GET", "/api/v1/policies/none", None, 404, "document_unknown"),
    ],
)
def test_every_error_has_one_shape_and_is_chinese(filled: TestClient, method: str, path: str, body: bytes | None, status: int, id: str) -> None:
    answer = filled.request(method, path, content=body, headers={"Content-Type": "application/json"} if body else {})
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert set(answer.json()) == {"error"}
    assert set(error) == {"id", "message", "fix", "subject"}
    assert error["id"] == id
    assert re.search(r"[\u4e00-\u9fff]", error["message"])
    assert not re.search(r"[A-Za-z]{5,} [a-z]{2,} [a-z]{2,}", error["message"])


def test_the_interface_page_lists_every_operation_and_loads_nothing_from_outside(filled: TestClient) -> None:
    document = filled.get("/api/openapi.json").json()
    html = filled.get("/api/docs").text
    assert problems(html) == []
    operations = [(m, p, o) for p, methods in document["paths"].items() for m, o in methods.items()]
    assert len(operations) >= 25
    for method, path, operation in operations:
        assert path.startswith("/api/v1/")
        assert f"<code>{path}</code>" in html, (method, path)
        assert re.search(r"[\u4e00-\u9fff]", operation["summary"])
        assert operation["summary"] in html or "&#34;" in html
        assert "4XX" in operation["responses"]
        assert "422" not in operation["responses"]
    commands = ("extract", "calc", "projects", "documents", "review", "account", "eligible", "ask", "draft", "verify", "pack", "policies")
    assert all(any(c in path for _, path, _ in operations) for c in commands)
