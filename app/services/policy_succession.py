"""A new text beside what is held already: what it takes the place of, what it takes over, what it may turn out to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.corpus.clause_store import dump_clauses
from app.domain.clause import Clause, PolicyDocument
from app.domain.finding import Finding, Severity
from app.domain.plain import to_plain
from app.services.policy_confirm import prints
from app.services.policy_matrix import is_factory_scheme, province_of
from app.services.policy_meta import PolicyMeta
from app.services.policy_propose import replaced_by


def inherited(document: PolicyDocument | None) -> dict[str, Any]:
    """What a text may take over from the statement held so far when nothing else says it."""
    if document is None:
        return {}
    return {"region": document.region, "level": document.level, "scheme": document.scheme, "issuer": document.issuer}


def earlier_statement(meta: PolicyMeta, held: Mapping[str, PolicyDocument]) -> PolicyDocument | None:
    """The statement whose place the text takes: of its own id, or the one it says it supersedes."""
    names = [str(meta.fields["id"]), *meta.fields.get("supersedes", ())]
    found = next((held[name] for name in names if name in held), None)
    detail = getattr(held, "details", {}).get(found.id) if found else None
    # A text that already took the place of a report: the figures to compare with are still those of the report.
    return detail.history if detail is not None and detail.history is not None and found and found.full_text else found


def possible_successor(meta: PolicyMeta, earlier: PolicyDocument | None, held: Mapping[str, PolicyDocument]) -> list[Finding]:
    """A document held as news or digest that this text seems to be, when nobody has said so."""
    if earlier is not None or "零碳" not in str(meta.fields["scheme"]) + str(meta.fields["title"]):
        return []
    place, month = province_of(str(meta.fields["region"])), str(meta.fields.get("issued", ""))[:7]
    number = "".join(str(meta.fields.get("document_number", "")).split())
    return [
        Finding(
            id="policy-may-replace",
            severity=Severity.EXPLAIN,
            message=f"这份文件可能就是库内“{d.title}”（{id}）的正文，该文件目前只有{d.evidence.label}。",
            subjects=(id,),
            fix=f'若是同一份文件，在文件信息中写 id = "{id}"（或用 --replaces {id}），报道的数值会由确认后的正文代替。',
        )
        for id, d in held.items()
        if not d.full_text and is_factory_scheme(d) and province_of(d.region) == place
        and (number == "".join((d.document_number or "").split()) != "" or (month and (d.issued or "")[:7] == month))
    ]


def stated_by_hand(meta: PolicyMeta, earlier: PolicyDocument | None, extras: Mapping[str, Mapping[str, Any]]) -> PolicyMeta:
    """Provisions a person wrote into M.toml count as confirmed, and take the place of the reported ones they match."""
    if not meta.by_hand:
        return meta
    rows: list[Mapping[str, Any]] = []
    for row in meta.provisions:
        new = {"confirmed": "文件信息中写明", **row}
        old = next((p for p in earlier.provisions if replaced_by(row, p, extras.get(p.id, {}))), None) if earlier else None
        rows.append({"replaces": old.id, **new} if old else new)
    return replace(meta, provisions=tuple(rows))


def with_known_provisions(
    meta: PolicyMeta, clauses: Sequence[Clause], text: str, known: Mapping[str, PolicyDocument]
) -> PolicyMeta:
    """A text added under an id that is held takes over the provisions whose clause it has, with the figure they state."""
    held = known.get(str(meta.fields["id"]))
    if held is None or meta.provisions:
        return meta
    by_path, before = {c.path: c for c in clauses}, {c.path: c.digest for c in held.clauses}
    detail = getattr(known, "details", {}).get(held.id)
    stored = dump_clauses(clauses)
    rows: list[Mapping[str, Any]] = []
    lost: list[Mapping[str, Any]] = []
    for provision in held.provisions:
        plain = {k: v for k, v in to_plain(provision).items() if k not in ("id", "doc_id") and v is not None}
        row = {"pid": provision.id.partition("#")[2], **plain, **(detail.provision_extras.get(provision.id, {}) if detail else {})}
        clause = by_path.get(provision.clause)
        if clause is not None and clause.digest != before.get(provision.clause):
            row.pop("confirmed", None)
        states = not row.get("threshold") or not held.full_text or prints(text, stored, row) or not row["threshold"][:1].isdigit()
        (rows if clause is not None and states else lost).append(row)
    findings = [
        Finding(
            id="digest-replaced",
            severity=Severity.NOTE,
            message=f"将代替库内“{held.title}”的现有文本；原有内容留作历史。",
            subjects=(held.id,),
        )
    ]
    if lost and not held.full_text:
        message = f"原有的 {len(lost)} 条{held.evidence.label.partition('，')[0]}留作历史，由确认后的条目代替。"
        findings.append(Finding(id="digest-provisions-lost", severity=Severity.NOTE, message=message, subjects=(held.id,)))
    elif lost:
        findings.append(
            Finding(
                id="digest-provisions-lost",
                severity=Severity.EXPLAIN,
                subjects=tuple(f"{held.id}#{r['pid']}" for r in lost),
                message=f"库内有 {len(lost)} 个条目的条号或数值在新正文里找不到，未沿用。",
                fix="确认从新正文提出的条目，或在文件信息中用 [[provision]] 按新条号补上。",
            )
        )
    return replace(meta, provisions=tuple(rows), findings=(*meta.findings, *findings))
