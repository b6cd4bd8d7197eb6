"""Digests (摘要转述): the text of a document whose official wording is not held, made of its provisions.

One provision is one sentence, in the order of the file; provisions of one clause stand together in one clause of kind
``provision``, so that ``<document>/<clause>#s<k>`` is the k-th provision of that clause. The figure of a provision is part of its
sentence: a quote without it would prove nothing.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence

from app.domain.clause import Clause, EvidenceLevel, Modality, Provision, Sentence

WEAKEST_LAST = (
    EvidenceLevel.OFFICIAL,
    EvidenceLevel.REPOST,
    EvidenceLevel.NEWS,
    EvidenceLevel.DERIVED,
    EvidenceLevel.FORUM,
)
TOPICS_IN_A_TITLE = 3
_FIGURE = {
    ">=": "不低于{0}",
    "<=": "不高于{0}",
    ">": "高于{0}",
    "<": "低于{0}",
    "==": "{0}",
    "~": "约{0}",
    "range": "{0}",
    "target": "计划{0}",
    "info": "{0}",
}


def weakest(levels: Sequence[EvidenceLevel]) -> EvidenceLevel:
    """The level that a statement made of all of them can claim."""
    return max(levels, key=WEAKEST_LAST.index)


def provision_sentence(provision: Provision, extra: Mapping[str, str]) -> str:
    """The provision as one sentence; ``extra`` holds ``stage`` and ``source_class`` where the file has them."""
    rule = provision.rule.strip().rstrip("。")
    figure = _figure(provision, rule)
    words = rule + (f"：{figure}" if figure else "")
    if provision.modality is Modality.SHALL and not re.search("应|须|必须|要求", words):
        words = f"要求：{words}"
    remarks = []
    stage = extra.get("stage", "")
    if stage and stage not in rule:
        remarks.append(stage)
    if provision.applies_if and provision.applies_if not in rule:
        remarks.append(f"适用：{provision.applies_if}")
    if provision.note and "http" not in provision.note:
        remarks.append(provision.note)
    if extra.get("source_class"):
        remarks.append(f"据{extra['source_class']}，请核对原件")
    return words + (f"（{'；'.join(remarks)}）" if remarks else "") + "。"


def _figure(provision: Provision, rule: str) -> str:
    value, unit = provision.threshold, provision.unit or ""
    form = _FIGURE.get(provision.operator or "")
    if not value or form is None:
        return ""
    if unit == "日期":
        year, month, day = value.split("-")
        spelt = f"{int(month)}月{int(day)}日"
        if spelt in rule or value in rule or f"{month}-{day}" in rule:
            return ""
        return f"{year}年{spelt}"
    if value + unit in rule or (unit == "年" and value in rule):
        return ""
    if unit in ("项", "类"):
        return "" if re.search(f"[一二三四五六七八九十]{unit}", rule) else f"共{value}{unit}"
    separated = f"{value} {unit}" if unit[:1].isascii() and unit != "%" else f"{value}{unit}"
    return form.format(separated)


def digest_clauses(
    doc_id: str, provisions: Sequence[Provision], extras: Sequence[Mapping[str, str]], labels: Mapping[str, str]
) -> tuple[str, tuple[Clause, ...]]:
    """The text of the digest and its clauses; ``labels`` names the topics. A clause is worth its weakest provision."""
    by_clause: dict[str, list[int]] = {}
    for at, provision in enumerate(provisions):
        by_clause.setdefault(provision.clause, []).append(at)
    parts: list[str] = []
    clauses: list[Clause] = []
    start = 0
    for path, members in by_clause.items():
        id = f"{doc_id}/{path}"
        sentences: list[Sentence] = []
        end = start
        for number, at in enumerate(members, 1):
            words = provision_sentence(provisions[at], extras[at])
            sentences.append(Sentence(id=f"{id}#s{number}", text=words, start=end, end=end + len(words)))
            end += len(words)
        text = "".join(sentence.text for sentence in sentences)
        topics = tuple(dict.fromkeys(provisions[at].topic for at in members))
        named = [labels.get(topic, topic) for topic in topics]
        clauses.append(
            Clause(
                id=id,
                doc_id=doc_id,
                path=path,
                title="、".join(named) if len(named) <= TOPICS_IN_A_TITLE else "多项内容",
                text=text,
                start=start,
                end=end,
                kind="provision",
                digest=short_digest(text),
                sentences=tuple(sentences),
                topics=topics,
                evidence=weakest([provisions[at].evidence for at in members]),
            )
        )
        parts.append(text)
        start = end + 2
    return "\n\n".join(parts), tuple(clauses)


def short_digest(text: str) -> str:
    """Twelve hex digits of the sha1 of the NFKC text, as the clause splitter computes it."""
    return hashlib.sha1(unicodedata.normalize("NFKC", text).encode("utf-8")).hexdigest()[:12]
