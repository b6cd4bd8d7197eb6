"""An archive or a mail in a project: its members become documents of their own, the container stays as evidence of where they came
from. Both directions are in the log: ``document-added`` of a member names its container, ``document-read`` of the container its members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.domain.activity import DocumentKind, Extraction
from app.domain.errors import InputRefused
from app.domain.finding import Finding, Severity
from app.domain.plain import to_plain
from app.domain.project import Project
from app.services.receiving import Received, receive
from app.services.workspace import Workspace
from app.store import rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """One member as received; ``name`` is its path in the container."""

    name: str
    received: Received


def take_apart(ws: Workspace, project: Project, sha256: str, filename: str) -> tuple[Inside, ...] | None:
    """Receives the members of a stored container and logs it as read; None when the document is no container.

    May be repeated after a crash: what was received is not received twice. Raises InputRefused for a container that is unsafe,
    empty, nested too deeply or damaged; nothing of it is received then.
    """
    from ingestion.containers import unpack

    members = unpack(ws.blobs.path(sha256), filename=filename)
    if members is None:
        return None
    inside: list[Inside] = []
    listed: list[dict[str, Any]] = []
    lost: list[Finding] = []
    for member in members:
        entry = {"name": member.name, "chain": list(member.chain)}
        try:
            received = receive(ws, project, [member.data], member.name, container=sha256)
        except InputRefused as refusal:
            lost.append(_lost(member.name, refusal))
            listed.append(entry | {"sha256": None})
            continue
        inside.append(Inside(name=member.name, received=received))
        listed.append(entry | {"sha256": received.sha256})
    with ws.writing() as c:
        row = rows.find_document(c, project.id, sha256)
        if row is not None and row.status == "queued":
            mail = filename.lower().endswith(".eml")
            extraction = Extraction(
                sha256=sha256,
                filename=filename,
                kind=DocumentKind.OTHER,
                source=None,
                pages=1,
                findings=(_opened(listed, mail), *lost),
            )
            ws.record(
                c,
                project.id,
                "document-read",
                {
                    "sha256": sha256,
                    "kind": extraction.kind.value,
                    "source": None,
                    "pages": 1,
                    "media": "mail" if mail else "archive",
                    "invoice_key": None,
                    "extraction": to_plain(extraction),
                    "records": [],
                },
            )
    return tuple(inside)


def _opened(listed: list[dict[str, Any]], mail: bool) -> Finding:
    what = "这是邮件，含" if mail else "这是压缩包，内含"
    return Finding(
        id="container-opened",
        severity=Severity.NOTE,
        message=f"{what} {len(listed)} 份文件，已分别作为单据读取。原件留作来源证据。",
        data={"members": listed},
    )


def _lost(name: str, refusal: InputRefused) -> Finding:
    return Finding(
        id="container-member-refused",
        severity=Severity.EXPLAIN,
        message=f"其中的“{name}”没有接收：{refusal.message.rstrip('。')}。",
        fix=refusal.fix,
        data={"name": name, "error": refusal.id},
    )
