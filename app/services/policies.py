"""What the user asks of the policy corpus: list it, read a document or a clause, compare documents topic by topic, add, check.

Every statement leaves here with its evidence level; an official text is shown as 全文, everything else as 摘要转述.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from typing import Any

from app.corpus.digest import provision_sentence
from app.corpus.documents import DocumentDetail, earlier_of
from app.corpus.topics import load_topics
from app.domain.clause import Clause, PolicyDocument, Provision
from app.domain.errors import NotFound
from app.domain.plain import to_plain
from app.services.policy_add import add_policy, add_policy_file, added_text, write_policy
from app.services.policy_check import check_corpus, rebuild_clauses
from app.services.policy_matrix import matrix_text, policy_matrix, province_of

__all__ = [
    "add_policy", "add_policy_file", "added_text", "check_corpus", "list_policies", "matrix_text", "policy_matrix",
    "policy_text", "province_of", "rebuild_clauses", "show_policy", "write_policy",
]  # fmt: skip

LEVEL_LABELS = {"national": "国家", "province": "省级", "city": "市、区级", "standard": "标准"}
TEXT_STATUS_LABELS = {
    "full_text": "已通读全文",
    "partial": "只见部分",
    "news_only": "只见新闻或标题",
    "derived": "只见他人转述",
}
_BRACKETS = str.maketrans("（）﹙﹚", "()()")


def list_policies(documents: Mapping[str, PolicyDocument]) -> list[dict[str, Any]]:
    """One row a document: national first, then provinces, cities and standards."""
    order = list(LEVEL_LABELS)
    rank = {id: order.index(d.level) if d.level in order else len(order) for id, d in documents.items()}
    return [
        _card(documents, documents[id]) for id in sorted(documents, key=lambda id: (rank[id], documents[id].region, id))
    ]


def show_policy(documents: Mapping[str, PolicyDocument], doc: str, clause: str | None = None) -> dict[str, Any]:
    """A document with its clauses, or one clause with its sentences and provisions. ``clause`` is a path or a full id, full-width
    brackets are accepted; a sentence id shows its clause. Raises NotFound with the nearest ids."""
    document = find_document(documents, doc.split("/", 1)[0])
    if clause is None and "/" in doc:
        clause = doc.split("/", 1)[1]
    if clause:
        return _clause_shown(documents, *_find_clause(documents, document, clause))
    shown = _card(documents, document)
    shown |= {
        "issued": document.issued,
        "issuer": document.issuer,
        "source_note": document.source_note,
        "urls": list(document.urls),
        "gaps": list(document.gaps),
        "superseded_by": document.superseded_by,
        "body": document.text,
        "clauses": [_clause_row(c) for c in document.clauses],
        "provisions": [_provision_row(documents, document, p) for p in document.provisions],
    }
    detail = getattr(documents, "details", {}).get(document.id)
    if detail is not None:
        shown |= {
            "published": detail.published,
            "in_force": detail.in_force,
            "materials": list(detail.materials),
            "procedure": list(detail.procedure),
            "deadline": detail.deadline,
            "conflicts_with": list(detail.conflicts_with),
            "coverage": to_plain(detail.coverage),
            "corrections": to_plain(detail.corrections),
            "origin": detail.origin,
            "withdrawn": detail.withdrawn,
            "withdrawn_note": detail.withdrawn_note,
            "supersedes": list(detail.supersedes),
            "history": _history(documents, detail),
            "versions": _versions(detail),
        }
    return shown


def find_document(documents: Mapping[str, PolicyDocument], name: str) -> PolicyDocument:
    """By id, document number or title. Raises NotFound with the nearest ones."""
    if name in documents:
        return documents[name]
    squeezed = "".join(name.split())
    for document in documents.values():
        if (
            squeezed in ("".join((document.document_number or "").split()), "".join(document.title.split()))
            and squeezed
        ):
            return document
    near = difflib.get_close_matches(name, documents, n=3, cutoff=0.4)
    raise NotFound(
        "document_unknown",
        f"政策库中没有“{name}”这份文件。",
        fix=("相近的编号：" + "、".join(near) + "。" if near else "") + "用 policy list 查看全部文件。",
        subject=name,
    )


def policy_text(shown: Mapping[str, Any]) -> str:
    """What ``show_policy`` found, for a terminal."""
    lines = [f"{shown['title']}" + (f"（{shown['document_number']}）" if shown["document_number"] else "")]
    lines.append(f"{shown['issuer']} · {shown['region']} · {shown['text_label']} · {shown['evidence_label']}")
    if "clause" in shown:
        lines += ["", f"{shown['id']}  {shown['breadcrumb']}".rstrip(), shown["text"]]
        for row in shown["children"]:
            lines += ["", f"{row['id']}  {row['title']}".rstrip(), row["text"]]
        if shown["provisions"]:
            lines += ["", "条目（转述）："]
            lines += [
                f"  〔{p['topic_label']}·{p['modality']}·{p['evidence_label']}〕{p['text']}"
                for p in shown["provisions"]
            ]
        return "\n".join(lines)
    if shown["source_note"]:
        lines.append(f"来源说明：{shown['source_note']}")
    lines += [f"  {url}" for url in shown["urls"]]
    for row in shown["clauses"]:
        lines += ["", f"{row['path']}  {row['title']}".rstrip()] + ([] if row["kind"] == "head" else [row["text"]])
    for key, label in (
        ("materials", "材料"),
        ("procedure", "程序"),
        ("gaps", "没有见到"),
        ("conflicts_with", "与其他文件不一致"),
    ):
        if shown.get(key):
            lines += ["", f"{label}：", *(f"  · {item}" for item in shown[key])]
    for mended in shown.get("corrections", []):
        if mended["inferred"]:
            lines.append(f"  · 推断还原：{mended['clause']} “{mended['found']}”→“{mended['written']}”")
    return "\n".join(lines)


def _card(documents: Mapping[str, PolicyDocument], document: PolicyDocument) -> dict[str, Any]:
    detail = getattr(documents, "details", {}).get(document.id)
    status = detail.text_status if detail else ("full_text" if document.full_text else "partial")
    return {
        "id": document.id,
        "title": document.title,
        "document_number": document.document_number,
        "issuer": document.issuer,
        "issued": document.issued,
        "year": document.year,
        "region": document.region,
        "level": document.level,
        "level_label": LEVEL_LABELS.get(document.level, document.level),
        "scheme": document.scheme,
        "full_text": document.full_text,
        "text": "全文" if document.full_text else "摘要转述",
        "text_label": ("全文" if document.full_text else "摘要转述") + f"，{TEXT_STATUS_LABELS.get(status, status)}",
        "text_status": status,
        "evidence": document.evidence.value,
        "evidence_label": document.evidence.label,
        "clause_count": len(document.clauses),
        "provision_count": len(document.provisions),
        "withdrawn": detail.withdrawn if detail else None,
        "superseded_by": document.superseded_by,
    }


def _clause_row(clause: Clause) -> dict[str, Any]:
    return {
        "id": clause.id,
        "path": clause.path,
        "title": clause.title,
        "kind": clause.kind,
        "text": clause.text,
        "start": clause.start,
        "end": clause.end,
        "digest": clause.digest,
        "evidence": clause.evidence.value,
        "evidence_label": clause.evidence.label,
        "topics": list(clause.topics),
    }


def _clause_shown(documents: Mapping[str, PolicyDocument], document: PolicyDocument, clause: Clause) -> dict[str, Any]:
    card = _card(documents, document)
    below = [c for c in document.clauses if c.path.startswith(f"{clause.path}-")] if clause.kind == "head" else []
    return card | {
        "document": document.id,
        "earlier": document is not documents.get(document.id),
        "clause": clause.path,
        "breadcrumb": clause.title,
        **{k: v for k, v in _clause_row(clause).items() if k not in ("title", "path")},
        "sentences": [
            {"id": s.id, "text": s.text, "start": s.start - clause.start, "end": s.end - clause.start}
            for s in clause.sentences
        ],
        "provisions": [_provision_row(documents, document, p) for p in document.provisions if p.clause == clause.path],
        "children": [_clause_row(c) for c in below],
    }


def _provision_row(
    documents: Mapping[str, PolicyDocument], document: PolicyDocument, provision: Provision
) -> dict[str, Any]:
    detail = getattr(documents, "details", {}).get(document.id)
    extras = detail.provision_extras.get(provision.id, {}) if detail else {}
    return (
        to_plain(provision)
        | dict(extras)
        | {
            "text": provision_sentence(provision, {k: v for k, v in extras.items() if isinstance(v, str)}),
            "topic_label": load_topics().get(provision.topic, provision.topic),
            "evidence_label": provision.evidence.label,
        }
    )


def _history(documents: Mapping[str, PolicyDocument], detail: DocumentDetail) -> list[dict[str, Any]]:
    """What was held under this id before the present text: the statements that it took the place of."""
    earlier = detail.history
    if earlier is None or earlier.full_text:
        return []
    return [_provision_row({earlier.id: earlier}, earlier, p) for p in earlier.provisions]


def _versions(detail: DocumentDetail) -> list[dict[str, Any]]:
    """Earlier versions of the user's text, oldest first: ``{number, title, issued, characters}``."""
    found = []
    for folder in sorted((detail.folder / "versions").glob("*/meta.toml")):
        meta = tomllib.loads(folder.read_text(encoding="utf-8"))
        text = (folder.parent / "text.md").read_text(encoding="utf-8")
        found.append({"number": int(folder.parent.name), "title": meta["title"], "issued": meta.get("issued"), "characters": len(text)})
    return found


def _find_clause(documents: Mapping[str, PolicyDocument], document: PolicyDocument, name: str) -> tuple[PolicyDocument, Clause]:
    """The clause with its document; one that only the earlier statement under this id had is found there.

    Raises NotFound with the nearest paths."""
    path = name.removeprefix(f"{document.id}/").split("#", 1)[0].translate(_BRACKETS).strip()
    found = next((c for c in document.clauses if c.path == path), None)
    before = earlier_of(documents, document.id)
    if found is None and before is not None:
        old = next((c for c in before.clauses if c.path == path), None)
        if old is not None:
            return before, old
    if found is None:
        paths = [c.path for c in document.clauses]
        near = difflib.get_close_matches(path, paths, n=4, cutoff=0.3) or paths[:6]
        raise NotFound(
            "clause_unknown",
            f"“{document.title}”中没有条号“{name}”。",
            fix="可用的条号如：" + "、".join(near) + "。",
            subject=f"{document.id}/{path}",
        )
    return document, found
