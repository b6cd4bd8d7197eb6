"""Check this package: python3 核对.py  (needs nothing but Python 3.9 or newer).

The same file serves inside the product and, as 核对.py, inside every package, so it may import nothing but the standard library.
It checks that every file is the one of the list, that the log is an unbroken chain which ends where the list says, that the lines
of the accounts add up to their totals exactly, and that every figure of the application is the one that was logged for it.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SILENT = ("清单.json", "核对.py")
GENESIS = "0" * 64


def problems(folder: Path) -> list[str]:
    """Everything that does not hold, in Chinese; empty when the package is whole."""
    try:
        manifest = json.loads((folder / "清单.json").read_text("utf-8"))
    except (OSError, ValueError):
        return ["清单.json 缺失或无法读取"]
    found = list(_files(folder, manifest))
    found += list(_log(folder, manifest))
    found += list(_accounts(folder))
    return found + list(_application(folder))


def _files(folder: Path, manifest: dict[str, Any]) -> Iterator[str]:
    listed = {item["path"]: item["sha256"] for item in manifest["files"]}
    for name, digest in listed.items():
        path = folder / name
        if not path.is_file():
            yield f"缺少 {name}"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            yield f"内容已改动 {name}"
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in listed and name not in SILENT:
            yield f"清单之外的文件 {name}"


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _entries(folder: Path) -> list[dict[str, Any]]:
    try:
        text = (folder / "留痕.jsonl").read_text("utf-8")
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (OSError, ValueError):
        return []


def _log(folder: Path, manifest: dict[str, Any]) -> Iterator[str]:
    before = GENESIS
    entries = _entries(folder)
    for n, e in enumerate(entries, 1):
        body = [e["project_id"], e["seq"], e["type"], _canonical(e["payload"]), e["at"], e["actor"], e["prev_hash"]]
        digest = hashlib.sha256(_canonical(body).encode()).hexdigest()
        if (e["seq"], e["prev_hash"], e["hash"]) != (n, before, digest):
            yield f"留痕第 {n} 条与前后不相连"
        before = e["hash"]
    if len(entries) != manifest["log_entries"] or before != manifest["log_head"]:
        yield "留痕的末条与清单不一致"


def _accounts(folder: Path) -> Iterator[str]:
    path = folder / "run.json"
    if not path.is_file():
        return
    try:
        run = json.loads(path.read_text("utf-8"))
        sums: dict[str, Fraction] = {}
        for line in run["lines"]:
            sums[line["category"]] = sums.get(line["category"], Fraction(0)) + Fraction(line["exact"])
        for category, total in run["subtotals"].items():
            if abs(sums.get(category, Fraction(0)) - Fraction(total)) > Fraction(1, 10**6):
                yield f"核算类别 {category} 的明细之和与小计不符"
    except (ValueError, KeyError, TypeError, AttributeError):
        yield "run.json 无法读取"


def _application(folder: Path) -> Iterator[str]:
    path = folder / "申报书.docx"
    if not path.is_file():
        return
    logged: dict[str, str] = {}
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    for entry in _entries(folder):
        if entry["type"] == "draft-made" and entry["payload"].get("sha256") == digest:
            logged = {id: fact["text"] for id, fact in entry["payload"]["facts"].items()}
    if not logged:
        yield "申报书.docx 不是留痕中记载的任何一份草稿"
        return
    try:
        with zipfile.ZipFile(path) as package:
            body = ElementTree.fromstring(package.read("word/document.xml"))
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError):
        yield "申报书.docx 无法读取"
        return
    for control in body.iter(f"{W}sdt"):
        tag = control.find(f"{W}sdtPr/{W}tag")
        id = tag.get(f"{W}val", "") if tag is not None else ""
        text = "".join(t.text or "" for t in control.iter(f"{W}t"))
        if id in logged and text.replace("\u00a0", " ") != logged[id].replace("\u00a0", " "):
            yield f"申报书中的数据项 {id} 为“{text}”，留痕中为“{logged[id]}”"


def main() -> int:
    found = problems(Path(__file__).resolve().parent)
    for text in found:
        sys.stdout.write(f"{text}\n")
    if not found:
        sys.stdout.write("核对通过：文件、留痕、核算和申报书的数字都与清单一致\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
