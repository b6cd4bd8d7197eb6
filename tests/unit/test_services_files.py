"""What leaves the house: the evidence package, the workbook, the backup; and the keys that open it."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import tarfile
import threading
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from ledger_builders import PROFILE, extraction, new_project, record, take_in

from app.bootstrap import open_workspace
from app.domain.errors import Conflict, InputRefused, NotFound, Unavailable, UsageError
from app.services import account, keys, review
from app.services.backup import backup, restore
from app.services.packing import pack_project, workbook_of
from app.services.verification import verify_project
from app.services.workbook import accounts_workbook
from app.services.workspace import Workspace

# --- package


def test_the_package_proves_itself_and_a_change_shows(demo_ws: Workspace, tmp_path: Path) -> None:
    project = demo_ws.project("p1")
    summary = pack_project(demo_ws, project, tmp_path / "证据包.zip")
    assert hashlib.sha256((tmp_path / "证据包.zip").read_bytes()).hexdigest() == summary["sha256"]
    folder = tmp_path / "open"
    with zipfile.ZipFile(tmp_path / "证据包.zip") as archive:
        archive.extractall(folder)
        names = archive.namelist()
    assert len(names) == summary["files"]
    assert {"申报书.docx", "核算报告.xlsx", "run.json", "核算输入.json", "活动数据.json", "留痕.jsonl", "清单.json", "核对.py"} <= set(names)

    def check() -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-I", folder / "核对.py"], capture_output=True, text=True, check=False)

    assert check().returncode == 0
    originals = sorted((folder / "原始单据").iterdir())
    with demo_ws.reading() as c:
        stored = {s for (s,) in c.exec_driver_sql("SELECT sha256 FROM document")}
    assert {hashlib.sha256(p.read_bytes()).hexdigest() for p in originals} == stored
    last = json.loads((folder / "留痕.jsonl").read_text("utf-8").splitlines()[-1])
    assert last["hash"] == json.loads((folder / "清单.json").read_text("utf-8"))["log_head"] == summary["log_head"]
    data = bytearray(originals[0].read_bytes())
    data[len(data) // 2] ^= 1
    originals[0].write_bytes(data)
    (folder / "run.json").unlink()
    failed = check()
    assert failed.returncode == 1
    assert originals[0].name in failed.stdout
    assert "run.json" in failed.stdout
    assert verify_project(demo_ws, project)["findings"] == []


# --- workbook


def _cells(data: bytes) -> dict[str, dict[str, object]]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data))
    return {page.title: {cell.coordinate: cell.value for row in page.iter_rows() for cell in row if cell.value is not None} for page in book}


def _line(detail: dict[str, object], row: int) -> Decimal:
    """A line's tCO2: its activity data times its emission per unit, or its result where the data are no number."""
    value = str(detail[f"H{row}"])
    if value == f"=D{row}*O{row}":
        return Decimal(str(detail[f"D{row}"])) * Decimal(str(detail[f"O{row}"]))
    return Decimal(value)


def _evaluate(sheets: dict[str, dict[str, object]], formula: str) -> Decimal:
    """ROUND of sums of SUMIF over 明细: what the workbook uses, nothing more."""
    summary, detail = sheets["汇总"], sheets["明细"]
    found = re.fullmatch(r"=ROUND\((.*),(\d)\)", formula)
    assert found, formula
    total = Decimal(0)
    for term in found[1].split("+"):
        sumif = re.fullmatch(r"SUMIF\(明细!\$B\$2:\$B\$(\d+),A(\d+),明细!\$H\$2:\$H\$\1\)", term)
        assert sumif, term
        wanted = summary[f"A{sumif[2]}"]
        total += sum((_line(detail, n) for n in range(2, int(sumif[1]) + 1) if detail.get(f"B{n}") == wanted), Decimal(0))
    return round(total, int(found[2]))


def test_formulas_recompute_every_subtotal_and_the_total(demo_ws: Workspace) -> None:
    data = workbook_of(demo_ws, demo_ws.project("p1"))
    assert data is not None
    sheets = _cells(data)
    summary = sheets["汇总"]
    checked = 0
    for cell, value in summary.items():
        if cell.startswith("B") and str(value).startswith("="):
            exact = Decimal(str(summary["C" + cell[1:]]))
            assert _evaluate(sheets, str(value)) == exact, cell
            checked += 1
    assert checked >= 4


def test_text_of_documents_is_never_a_formula_and_never_breaks_the_workbook() -> None:
    output = {"run_id": "r", "engine": "e", "inputs_hash": "h", "lines": [], "subtotals": {}, "total_tco2": "0.000000", "factors": []}
    row = dict.fromkeys(("raw_quantity", "raw_unit", "period_start", "period_end", "account_number", "page", "decided_by", "decided_at"), "")
    evil = row | {"id": "=1+1", "carrier_label": "电力", "direction_label": "购入", "quantity": "1/3", "unit": "kWh", "filename": '=HYPERLINK("http://x")', "document": "d"}
    finding = {"severity": "note", "message": "=cmd|' /C calc'!A0\x07", "fix": "+1"}
    data = accounts_workbook("=甲\x00", 2025, output, [evil], [finding])
    from openpyxl import load_workbook

    types = {cell.data_type for page in load_workbook(io.BytesIO(data)) for r in page.iter_rows() for cell in r if isinstance(cell.value, str) and cell.value.startswith(("=", "+"))}
    formulas = [cell.value for page in load_workbook(io.BytesIO(data)) for r in page.iter_rows() for cell in r if cell.data_type == "f"]
    assert all("HYPERLINK" not in str(f) and "cmd" not in str(f) and "甲" not in str(f) for f in formulas)
    assert "s" in types


# --- backup


def _tree(root: Path) -> dict[str, str]:
    skip = {"lingtan.db-wal", "lingtan.db-shm", "lingtan.db", "keys.lock"}
    return {
        str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(root.rglob("*"))
        if p.is_file() and p.name not in skip and "derived" not in p.parts
    }


def _dump(home: Path) -> list[str]:
    with sqlite3.connect(home / "lingtan.db") as c:
        return list(c.iterdump())


def test_backup_and_restore_give_the_same_home(demo_ws: Workspace, demo_home: Path, tmp_path: Path) -> None:
    keys.add_key(demo_ws, "王工")
    (demo_home / "lingtan.toml").write_text('embedder = "e5"\n')
    (demo_home / "policy_corpus/documents").mkdir(parents=True)
    (demo_home / "policy_corpus/documents/x.md").write_text("x")
    result = backup(demo_ws, tmp_path / "b.tar.gz")
    assert result["projects"] == ["p1"]
    with pytest.raises(Conflict):
        backup(demo_ws, tmp_path / "b.tar.gz")
    again = tmp_path / "again"
    assert restore(again, tmp_path / "b.tar.gz")["projects"] == ["p1"]
    assert _dump(again) == _dump(demo_home)
    assert _tree(again) == _tree(demo_home)
    ws = open_workspace(again)
    assert verify_project(ws, ws.project("p1"))["findings"] == []
    assert keys.list_keys(ws) == keys.list_keys(demo_ws)
    ws.engine.dispose()
    with pytest.raises(Conflict) as caught:
        restore(again, tmp_path / "b.tar.gz")
    assert caught.value.id == "home_not_empty"


def test_backup_while_writing_is_consistent(ws: Workspace, tmp_path: Path) -> None:
    project = new_project(ws)
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            take_in(ws, project, extraction(f"{number}.pdf", record("r1", str(number), account_number=f"a{number}")))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(3):
            backup(ws, tmp_path / f"{n}.tar.gz")
    finally:
        stop.set()
        writer.join()
    counts = []
    for n in range(3):
        restore(tmp_path / f"home{n}", tmp_path / f"{n}.tar.gz")
        copy = open_workspace(tmp_path / f"home{n}")
        report = verify_project(copy, copy.project("p1"))
        assert report["findings"] == []
        counts.append(report["checked"]["documents"])
        copy.engine.dispose()
    assert counts == sorted(counts)


def _archive(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def test_damaged_archives_are_refused_and_leave_nothing(demo_ws: Workspace, tmp_path: Path) -> None:
    backup(demo_ws, tmp_path / "good.tar.gz")
    good = (tmp_path / "good.tar.gz").read_bytes()
    middle = bytearray(good)
    middle[len(good) // 2 : len(good) // 2 + 64] = bytes(64)
    with tarfile.open(tmp_path / "good.tar.gz") as archive:
        members = {m.name: archive.extractfile(m).read() for m in archive if m.isfile()}  # type: ignore[union-attr]
    blob = next(n for n in members if n.startswith("blobs/"))
    manifest = b'{"format": 1, "projects": [], "at": "x"}'
    cases = {
        "empty": b"",
        "text": b"not an archive",
        "cut": good[: len(good) // 3],
        "middle": bytes(middle),
        "no manifest": _archive(tmp_path / "1", {"lingtan.db": b""}).read_bytes(),
        "no database": _archive(tmp_path / "2", {"lingtan-backup.json": manifest}).read_bytes(),
        "bad database": _archive(tmp_path / "3", {"lingtan-backup.json": manifest, "lingtan.db": b"x" * 9000}).read_bytes(),
        "manifest no object": _archive(tmp_path / "4", {"lingtan-backup.json": b"[]", "lingtan.db": b""}).read_bytes(),
        "newer": _archive(tmp_path / "5", {"lingtan-backup.json": b'{"format": 2}', "lingtan.db": b""}).read_bytes(),
        "escaping": _archive(tmp_path / "6", {"../evil.txt": b"x", "lingtan-backup.json": manifest}).read_bytes(),
        "missing blob": _archive(tmp_path / "7", {n: d for n, d in members.items() if n != blob}).read_bytes(),
        "changed blob": _archive(tmp_path / "8", members | {blob: b"other"}).read_bytes(),
    }
    for name, data in cases.items():
        home = tmp_path / f"home {name}"
        (tmp_path / "case.tar.gz").write_bytes(data)
        with pytest.raises(InputRefused) as caught:
            restore(home, tmp_path / "case.tar.gz")
        assert caught.value.id in ("backup_damaged", "backup_format"), name
        assert list(home.iterdir()) == [], name
    assert not (tmp_path / "evil.txt").exists()
    with pytest.raises(UsageError):
        restore(tmp_path / "h", tmp_path / "absent")


def test_restore_follows_the_settings_it_brings(demo_home: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(demo_home / "blobs", elsewhere)
    (demo_home / "lingtan.toml").write_text(f'blob_url = "{elsewhere.as_uri()}"\n')
    ws = open_workspace(demo_home)
    backup(ws, tmp_path / "b.tar.gz")
    ws.engine.dispose()
    shutil.rmtree(elsewhere)
    restore(tmp_path / "again", tmp_path / "b.tar.gz")
    again = open_workspace(tmp_path / "again")
    assert verify_project(again, again.project("p1"))["findings"] == []
    again.engine.dispose()


def test_an_external_database_is_not_ours_to_back_up(ws: Workspace, tmp_path: Path) -> None:
    from dataclasses import replace

    ws.settings = replace(ws.settings, database_url="postgresql+psycopg://host/db")
    with pytest.raises(Unavailable) as caught:
        backup(ws, tmp_path / "b.tar.gz")
    assert "pg_dump" in caught.value.fix


# --- keys


def test_keys_are_shown_once_kept_hashed_and_revoked_at_once(ws: Workspace, home: Path) -> None:
    assert not keys.has_keys(ws)
    secret = keys.add_key(ws, " 王工 ")
    assert keys.holder_of(ws, secret) == "王工"
    assert keys.holder_of(ws, secret[:-1]) is None
    assert secret not in (home / "keys.json").read_text("utf-8")
    assert stat.S_IMODE((home / "keys.json").stat().st_mode) == 0o600
    with pytest.raises(Conflict):
        keys.add_key(ws, "王工")
    other = keys.add_key(ws, "李工")
    assert [k["name"] for k in keys.list_keys(ws)] == ["王工", "李工"]
    assert all(set(k) == {"name", "created_at"} for k in keys.list_keys(ws))
    keys.revoke_key(ws, "王工")
    assert keys.holder_of(ws, secret) is None
    assert keys.holder_of(ws, other) == "李工"
    with pytest.raises(NotFound):
        keys.revoke_key(ws, "王工")


@pytest.mark.parametrize("name", ["", "   ", "长" * 61, "a\nb"])
def test_key_names(ws: Workspace, name: str) -> None:
    with pytest.raises(UsageError):
        keys.add_key(ws, name)


def test_two_who_add_keys_lose_none(ws: Workspace) -> None:
    threads = [threading.Thread(target=keys.add_key, args=(ws, f"k{n}")) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys.list_keys(ws)) == 8


@pytest.mark.parametrize("content", ["", "{", "{}x", '[{"name": 1}]', "[1]"])
def test_a_damaged_key_file_opens_nothing(ws: Workspace, home: Path, content: str) -> None:
    (home / "keys.json").write_text(content)
    with pytest.raises(InputRefused) as caught:
        keys.holder_of(ws, "x")
    assert caught.value.id == "keys_damaged"


def test_the_workbook_needs_a_run(ws: Workspace) -> None:
    project = new_project(ws, PROFILE)
    assert workbook_of(ws, project) is None
    take_in(ws, project, extraction("=a.pdf", record("r1")))
    review.confirm_clean(ws, project)
    account.account(ws, project)
    data = workbook_of(ws, project)
    assert data is not None
    assert _cells(data)["活动数据"]["K2"] == "=a.pdf"
