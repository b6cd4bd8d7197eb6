"""证据包.zip: drafts, accounts, source documents under readable names, and a manifest of hashes with the head of the log."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

from app.domain.activity import RecordStatus
from app.domain.plain import to_plain
from app.domain.project import Project
from app.services import account as accounts
from app.services.drafting import make_draft, write_out
from app.services.review import record_to_json
from app.services.workbook import accounts_workbook
from app.services.workspace import Workspace
from app.store import log, rows

EPOCH = (2026, 1, 1, 0, 0, 0)

CHECKER = Path(__file__).with_name("package_check.py")
"""The program that checks a package goes into it as it is: it needs the standard library only."""


def workbook_of(ws: Workspace, project: Project) -> bytes | None:
    """核算报告.xlsx of the latest run, or None before the first."""
    with ws.reading() as c:
        stored = rows.latest_run(c, project.id)
        names = {d.sha256: d.filename for d in rows.documents(c, project.id)}
        confirmed = rows.records(c, project.id, status=RecordStatus.CONFIRMED)
    if stored is None:
        return None
    records = [
        {
            **record_to_json(r),
            "carrier_label": r.record.carrier.label,
            "direction_label": r.record.direction.label,
            "filename": names.get(r.document_sha256, ""),
        }
        for r in confirmed
    ]
    findings = [*stored.output.get("findings", []), *to_plain(accounts.prepare(ws, project).findings)]
    return accounts_workbook(project.profile.name, project.profile.year, stored.output, records, findings)


def pack_bytes(ws: Workspace, project: Project) -> tuple[bytes, dict[str, Any]]:
    """(zip, manifest). Everything in it is derived from the stored state; source documents go in byte for byte."""
    files: list[tuple[str, bytes]] = []
    made = make_draft(ws, project)
    files.append(("申报书.docx", made.data))
    workbook = workbook_of(ws, project)
    if workbook is not None:
        files.append(("核算报告.xlsx", workbook))
    with ws.reading() as c:
        stored = rows.latest_run(c, project.id)
        documents = rows.documents(c, project.id)
        history = list(log.entries(c, project.id))
        records = [record_to_json(r) for r in rows.records(c, project.id)]
    if stored is not None:
        files.append(("run.json", _json(stored.output)))
        files.append(("核算输入.json", _json(stored.inputs)))
    files.append(("活动数据.json", _json(records)))
    files.append(("留痕.jsonl", "\n".join(json.dumps(to_plain(e), ensure_ascii=False) for e in history).encode() + b"\n"))
    for number, document in enumerate(documents, 1):
        name = f"原始单据/{number:03d}_{_safe(document.filename)}"
        files.append((name, ws.blobs.read(document.sha256)))
    files.append(("核对.py", CHECKER.read_bytes()))
    manifest = {
        "project": project.id,
        "name": project.profile.name,
        "year": project.profile.year,
        "run_id": stored.run_id if stored else None,
        "log_head": history[-1].hash if history else log.GENESIS,
        "log_entries": len(history),
        "files": [{"path": n, "sha256": hashlib.sha256(d).hexdigest(), "size": len(d)} for n, d in files],
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in [*files, ("清单.json", _json(manifest))]:
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
    return out.getvalue(), manifest


def pack_project(ws: Workspace, project: Project, out: Path) -> dict[str, Any]:
    """Write the package and log its hash."""
    data, manifest = pack_bytes(ws, project)
    write_out(data, out)
    sha256 = hashlib.sha256(data).hexdigest()
    with ws.writing() as c:
        ws.record(c, project.id, "pack-made", {"sha256": sha256, "files": len(manifest["files"])})
    return {
        "project": project.id,
        "file": str(out),
        "sha256": sha256,
        "size": len(data),
        "files": len(manifest["files"]) + 1,
        "manifest_sha256": hashlib.sha256(_json(manifest)).hexdigest(),
        "log_head": manifest["log_head"],
    }


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=False) + "\n").encode()


def _safe(name: str) -> str:
    return "".join("_" if ch in '\\/:*?"<>|' or ord(ch) < 32 else ch for ch in name)
