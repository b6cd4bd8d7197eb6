"""Topic × region: what the documents at hand state, what was read in full and not found, what was simply not seen.

“未检出” never means “没有规定”: only a text read from end to end can be silent. Statements of neighbouring schemes (绿色工厂,
零碳园区) are shown as such and state nothing about zero-carbon factories.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.corpus.digest import WEAKEST_LAST, weakest
from app.corpus.documents import NOT_STATED, STATED, UNKNOWN, Coverage
from app.corpus.lexicon import load_lexicon
from app.corpus.topics import load_topics
from app.domain.clause import PolicyDocument, Provision
from app.domain.errors import UsageError

PROVINCES = (
    "北京", "天津", "河北", "山西", "内蒙古", "辽宁", "吉林", "黑龙江", "上海", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南", "湖北",
    "湖南", "广东", "广西", "海南", "重庆", "四川", "贵州", "云南", "西藏", "陕西", "甘肃", "青海", "宁夏", "新疆", "香港", "澳门", "台湾",
)  # fmt: skip
NATIONAL, INTERNATIONAL = "全国", "国际"
FACTORY_SCHEMES = re.compile(r"零碳.*(?:工厂|创建|标杆单位)")
ABOUT_FACTORIES = re.compile(r"零碳(?!园区|工业园区)")
OTHER_OBJECTS = re.compile(r"园区|绿色工厂|绿色制造|绿色工业")
STATE_LABELS = {STATED: "有规定", NOT_STATED: "通读后没有规定", UNKNOWN: "未检出"}


def province_of(region: str) -> str:
    """The province (or 全国, 国际) a region of a document lies in; the region itself when it names none."""
    folded = load_lexicon().fold(region.strip())
    for name in (NATIONAL, INTERNATIONAL, *PROVINCES):
        if folded.startswith(name):
            return name
    return NATIONAL if folded in ("国家", "中国", "国家级") else folded


def policy_matrix(
    documents: Mapping[str, PolicyDocument], topics: Sequence[str] | None = None, regions: Sequence[str] | None = None
) -> dict[str, Any]:
    """``{topics, regions, documents, cells}``; a cell is one topic in one region with one entry a document.

    ``topics`` are slugs or labels, ``regions`` provinces (安徽, 安徽省, 陜西). Raises UsageError on an unknown topic."""
    labels = load_topics()
    wanted = _topics(topics, labels)
    held = {id: province_of(document.region) for id, document in documents.items()}
    asked = list(dict.fromkeys(map(province_of, regions))) if regions else _in_order(set(held.values()))
    details = getattr(documents, "details", {})
    cells = []
    for topic in wanted:
        for region in asked:
            entries = [
                _entry(documents[id], _coverage(documents[id], details.get(id), topic), topic)
                for id, province in held.items()
                if province == region
            ]
            entries.sort(key=lambda e: (not e["applies"], list(STATE_LABELS).index(e["state"]), e["rank"]))
            cells.append(_cell(topic, labels[topic], region, entries))
    return {
        "topics": [{"slug": slug, "label": labels[slug]} for slug in wanted],
        "regions": [_region(region, [d for id, d in documents.items() if held[id] == region]) for region in asked],
        "cells": cells,
        "states": STATE_LABELS,
    }


def matrix_text(result: Mapping[str, Any]) -> str:
    """The matrix topic by topic for a terminal, every statement with its clause and evidence."""
    lines = []
    for region in result["regions"]:
        if region["note"]:
            lines.append(f"{region['region']}：{region['note']}")
    for topic in result["topics"]:
        lines += ["", f"■ {topic['label']}（{topic['slug']}）"]
        for cell in (c for c in result["cells"] if c["topic"] == topic["slug"]):
            lines.append(f"  {cell['region']}：{cell['label']}")
            for entry in cell["entries"]:
                if entry["state"] == UNKNOWN:
                    continue
                where = "、".join(clause["path"] for clause in entry["clauses"])
                mark = "" if entry["applies"] else "〔其他项目，不作零碳工厂依据〕"
                note = f"：{entry['note']}" if entry["note"] else ""
                evidence = f"〔{entry['evidence_label']}〕" if entry["state"] == STATED else ""
                lines.append(f"    · {entry['name']} {where or STATE_LABELS[entry['state']]}{evidence}{mark}{note}")
    return "\n".join(lines).strip("\n")


def _topics(asked: Sequence[str] | None, labels: Mapping[str, str]) -> list[str]:
    if not asked:
        return list(labels)
    by_label = {label: slug for slug, label in labels.items()}
    out = []
    for name in asked:
        slug = name if name in labels else by_label.get(name)
        partial = [s for s, label in labels.items() if name and name in label] if slug is None else [slug]
        if len(partial) != 1:
            raise UsageError(
                "topic_unknown",
                f"没有名为“{name}”的主题。",
                fix="可用的主题：" + "、".join(f"{s}（{label}）" for s, label in labels.items()),
                subject=name,
            )
        out.append(partial[0])
    return list(dict.fromkeys(out))


def _in_order(regions: set[str]) -> list[str]:
    known = [NATIONAL, *PROVINCES, INTERNATIONAL]
    return [r for r in known if r in regions] + sorted(regions - set(known))


def _coverage(document: PolicyDocument, detail: Any, topic: str) -> Coverage:
    if detail is not None:
        found = next((c for c in detail.coverage if c.topic == topic), None)
        if found is not None:
            return found
    return Coverage(topic=topic, state=dict(document.stated).get(topic, UNKNOWN))


def _entry(document: PolicyDocument, coverage: Coverage, topic: str) -> dict[str, Any]:
    provisions = [p for p in document.provisions if p.topic == topic]
    applying = [p for p in provisions if applies_to_factories(document, p)]
    evidence = weakest([p.evidence for p in applying or provisions] or [document.evidence])
    texts = {c.path: c for c in document.clauses}
    return {
        "doc_id": document.id,
        "name": document.document_number or document.title,
        "title": document.title,
        "region": document.region,
        "scheme": document.scheme,
        "state": coverage.state,
        "state_label": STATE_LABELS[coverage.state],
        "depth": coverage.depth,
        "note": coverage.note,
        "applies": bool(applying) if provisions else is_factory_scheme(document),
        "evidence": evidence.value,
        "evidence_label": evidence.label,
        "rank": WEAKEST_LAST.index(evidence),
        "clauses": [
            {"id": f"{document.id}/{path}", "path": path, "title": texts[path].title if path in texts else ""}
            for path in coverage.clauses
        ],
        "related": [f"{document.id}/{path}" for path in coverage.related],
        "provisions": [
            {"id": p.id, "rule": p.rule, "modality": p.modality.value, "evidence": p.evidence.value} for p in provisions
        ],
    }


def is_factory_scheme(document: PolicyDocument) -> bool:
    """Whether the document is about zero-carbon (近零碳) factories rather than parks, green factories or other projects."""
    return bool(FACTORY_SCHEMES.search(document.scheme)) and not OTHER_OBJECTS.search(document.scheme)


def applies_to_factories(document: PolicyDocument, provision: Provision) -> bool:
    """A provision of a neighbouring scheme counts only where it speaks of zero-carbon factories itself."""
    if provision.applies_if and OTHER_OBJECTS.search(provision.applies_if):
        return False
    return is_factory_scheme(document) or bool(ABOUT_FACTORIES.search(provision.rule))


def _cell(topic: str, label: str, region: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    applying = [e for e in entries if e["applies"]]
    states = {e["state"] for e in applying}
    state = next((s for s in (STATED, NOT_STATED) if s in states), UNKNOWN)
    words = STATE_LABELS[state]
    if state == STATED:
        best = next(e for e in applying if e["state"] == STATED)
        decidable = [e for e in applying if e["state"] == STATED and e["evidence"] in ("official", "repost")]
        words = "有规定" if decidable else f"仅有{best['evidence_label']}的说法"
    elif state == NOT_STATED and UNKNOWN in states:
        words = "已通读的文件没有规定，其余文件未检出"
    elif state == UNKNOWN and any(e["state"] == STATED for e in entries):
        words = "未检出（仅见于其他项目的文件，不作零碳工厂依据）"
    return {"topic": topic, "topic_label": label, "region": region, "state": state, "label": words, "entries": entries}


def _region(region: str, documents: Sequence[PolicyDocument]) -> dict[str, Any]:
    factory = [d for d in documents if is_factory_scheme(d)]
    note = ""
    if not documents:
        note = "库内没有该地区的任何文件；可用国家文件，并向当地工业和信息化主管部门核实。"
    elif not factory and region not in (NATIONAL, INTERNATIONAL):
        schemes = "、".join(dict.fromkeys(d.scheme for d in documents))
        note = f"未持有该地区的零碳工厂文件，只有{schemes}方面的文件；可用国家文件，并向当地工业和信息化主管部门核实。"
    return {
        "region": region,
        "note": note,
        "documents": [
            {
                "id": d.id,
                "title": d.title,
                "document_number": d.document_number,
                "scheme": d.scheme,
                "evidence": d.evidence.value,
                "factory": d in factory,
            }
            for d in documents
        ],
    }
