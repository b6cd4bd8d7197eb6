"""What a user writes about a policy file (M.toml) → the meta.toml and provisions.toml of the corpus.

Field names of the corpus and the usual spellings of others are taken (``doc_no``, ``issuers``, ``published``, ``status``); what is
missing is filled with the most cautious value and said so, because a document without a stated level must not decide a verdict.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from app.corpus.schema import document_schema, record_problems
from app.domain.errors import UsageError
from app.domain.finding import Finding, Severity

_ALIASES = {
    "doc_no": "document_number", "number": "document_number", "文号": "document_number", "name": "title", "标题": "title",
    "issuers": "issuer", "publisher": "issuer", "发文机关": "issuer", "date": "issued", "发布日期": "issued", "地区": "region",
    "source_note": "evidence_note", "source": "evidence_note", "note": "notes", "url": "urls", "证据等级": "evidence",
    "project": "scheme", "slug": "id", "doc_id": "id",
}  # fmt: skip
_EVIDENCE_WORDS = {"官方": "official", "转载": "repost", "新闻": "news", "转述": "derived", "论坛": "forum"}
_LEVEL_WORDS = {
    "国家": "national",
    "省": "province",
    "省级": "province",
    "市": "city",
    "市级": "city",
    "标准": "standard",
    "municipal": "city",
    "provincial": "province",
}
_IGNORED = ("status", "text", "language")
_CAUTIOUS = {"scheme": "未注明", "issuer": "未注明", "evidence": "derived", "text_status": "full_text"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyMeta:
    """``fields`` fit meta.toml, ``provisions`` fit provisions.toml; ``findings`` say what was filled in or left out."""

    fields: Mapping[str, Any]
    provisions: tuple[Mapping[str, Any], ...]
    replace: bool
    findings: tuple[Finding, ...]
    by_hand: bool = False
    """The provisions were written by a person into M.toml."""


def read_meta(
    source: str,
    *,
    filename: str,
    first_title: str,
    region_of: Callable[[str], str],
    front: Mapping[str, Any] | None = None,
    inherit: Callable[[str], Mapping[str, Any]] | None = None,
) -> PolicyMeta:
    """Parse M.toml. ``first_title`` is the title found in the text, ``region_of`` turns a region into its province,
    ``front`` holds fields written at the head of the file itself; M.toml wins.

    Raises UsageError when it is not TOML or a field has a value that cannot be kept."""
    try:
        table = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            "meta_invalid", f"文件信息不是有效的 TOML：{error}", fix="检查引号、等号和方括号。", subject=filename
        ) from error
    provisions = table.pop("provision", None) or table.pop("provisions", [])
    replace = bool(table.pop("replace", False))
    for section in ("document", "meta", "policy"):
        if isinstance(table.get(section), dict):
            table |= table.pop(section)
    known = {name for kind in ("text", "list", "flag") for name in document_schema()["meta"][kind]}
    fields: dict[str, Any] = {}
    findings: list[Finding] = []
    for key, value in (*table.items(), *(front or {}).items()):
        name = key if key in known else _ALIASES.get(key, key)
        if name in _IGNORED:
            continue
        if name not in known:
            findings.append(_finding("meta-unknown", Severity.NOTE, f"文件信息中的“{key}”没有对应字段，未保存。", name))
            continue
        fields.setdefault(name, _plain(name, value))
    if inherit is not None and "id" in fields:
        # Only what is missing: a text under the id of a document that is held speaks of the same place and scheme.
        fields |= {k: v for k, v in inherit(fields["id"]).items() if v and not fields.get(k)}
    findings += _complete(fields, filename=filename, first_title=first_title, region_of=region_of)
    _refuse(fields, provisions)
    rows = tuple({k: _plain(k, v) for k, v in row.items()} for row in provisions)
    return PolicyMeta(fields=fields, provisions=rows, replace=replace, findings=tuple(findings), by_hand=bool(rows))


def meta_with(source: str, given: Mapping[str, str | None]) -> str:
    """The text of M.toml with further fields that are given; a field the text has already is not given twice.

    Raises UsageError for a text that is not TOML."""
    try:
        table = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise UsageError("meta_invalid", f"文件信息不是有效的 TOML：{error}", fix="检查引号、等号和方括号。", subject="meta") from error
    new = {name: value for name, value in given.items() if value and name not in table}
    return dump_toml(new) + source


def slug_of(title: str, number: str, filename: str) -> str:
    """An id for a document that was given none: the file's name when it is latin, otherwise a short hash of number and title."""
    stem = re.sub(r"[^a-z0-9]+", "-", PurePath(filename).stem.lower()).strip("-")
    if re.search(r"[a-z]", stem):
        return stem
    return "doc-" + hashlib.sha1(f"{number}|{title}".encode()).hexdigest()[:8]


def dump_toml(fields: Mapping[str, Any]) -> str:
    """Flat fields as TOML: text, flags, whole numbers and lists of text."""
    return "".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in fields.items() if value is not None
    )


def dump_rows(name: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as a TOML array of tables."""
    return "\n".join(f"[[{name}]]\n{dump_toml(row)}" for row in rows)


def _complete(
    fields: dict[str, Any], *, filename: str, first_title: str, region_of: Callable[[str], str]
) -> list[Finding]:
    findings = []
    if not fields.get("title"):
        fields["title"] = first_title or PurePath(filename).stem
        findings.append(_finding("meta-title", Severity.EXPLAIN, f"没有写标题，暂用“{fields['title']}”。", "title"))
    if not fields.get("region"):
        fields["region"] = "未注明"
        findings.append(
            _finding(
                "meta-region", Severity.EXPLAIN, "没有写地区（region），回答各省问题时不会用到这份文件。", "region"
            )
        )
    fields["evidence"] = _EVIDENCE_WORDS.get(str(fields.get("evidence", "")), fields.get("evidence"))
    fields["level"] = _LEVEL_WORDS.get(str(fields.get("level", "")), fields.get("level"))
    if not fields["level"]:
        fields["level"] = "national" if region_of(fields["region"]) == "全国" else "province"
    if fields.get("published"):
        fields.setdefault("issued", fields["published"])
    if not fields.get("scheme") and "零碳工厂" in fields["title"]:
        fields["scheme"] = "零碳工厂"
    for name, value in _CAUTIOUS.items():
        if fields.get(name):
            continue
        fields[name] = value
        if name == "evidence":
            message = "没有写可信度（evidence），按“他人转述，待核实”处理，不能据以判断符合与否。"
            findings.append(_finding("meta-evidence", Severity.EXPLAIN, message, name))
    if not fields.get("urls") and not fields.get("evidence_note") and not fields.get("notes"):
        fields["evidence_note"] = f"用户添加的文件：{filename}。"
    fields.setdefault("id", slug_of(fields["title"], str(fields.get("document_number", "")), filename))
    return findings


def _refuse(fields: Mapping[str, Any], provisions: Any) -> None:
    schema = document_schema()
    problems = record_problems(fields, schema["meta"], dates=schema["date_pattern"])
    if not re.match(schema["id_pattern"], str(fields["id"])):
        problems.append(f"编号 {fields['id']!r} 只能由小写字母、数字和连字符组成")
    if not isinstance(provisions, list) or not all(isinstance(row, dict) for row in provisions):
        problems.append("条目应写成 [[provision]]")
    else:
        for at, row in enumerate(provisions, 1):
            plain = {key: _plain(key, value) for key, value in row.items()}
            problems += [f"第{at}个条目：{problem}" for problem in record_problems(plain, schema["provision"])]
    if problems:
        raise UsageError(
            "meta_invalid",
            "文件信息有误：" + "；".join(problems) + "。",
            fix="改正 M.toml 后重试。",
            subject=str(fields["id"]),
        )


def _plain(name: str, value: Any) -> Any:
    lists = {*document_schema()["meta"]["list"], *document_schema()["provision"]["list"]}
    if isinstance(value, (datetime, date)):
        return value.isoformat()[:10]
    if isinstance(value, list):
        items = [str(item) for item in value]
        return items if name in lists else "、".join(items)
    if isinstance(value, bool):
        return value if name in document_schema()["meta"]["flag"] else str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    return [value] if name in lists and isinstance(value, str) else value


def _finding(id: str, severity: Severity, message: str, subject: str) -> Finding:
    return Finding(
        id=id, severity=severity, message=message, subjects=(subject,), fix="在文件信息（网页表单或 M.toml）中补上后重新添加。"
    )
