"""What one reader hands back, before the file's name and hash are known; and the refusals all readers share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.errors import InputRefused
from app.domain.finding import Finding, Severity
from app.domain.page import Page, Table, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The parts of a ``Document`` that come from inside the file."""

    pages: tuple[Page, ...] = ()
    tables: tuple[Table, ...] = ()
    tags: tuple[Tag, ...] = ()
    paragraphs: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)


def damaged(detail: str, *, what: str = "文件") -> InputRefused:
    """The refusal for bytes that begin like a known format and then do not hold together."""
    return InputRefused(
        "damaged_file",
        f"{what}已损坏，无法读取：{detail}",
        fix="请从开票平台、供电公司等来源重新下载，或用原程序打开后另存一份再上传。",
    )


def encrypted(what: str) -> InputRefused:
    return InputRefused(
        "encrypted_file",
        f"{what}设有打开密码，无法读取。",
        fix="请取消密码（用原程序打开后另存为不加密的文件）再上传。",
    )


def too_large(detail: str) -> InputRefused:
    return InputRefused(
        "too_large", f"文件过大：{detail}", fix="请拆分成较小的文件，或只保留与能源数据有关的部分再上传。"
    )


def scanned_page(number: int, reason: str, *, fix: str | None = None) -> Finding:
    """The page is a picture: its words are unknown, not absent. ``reason`` is a Chinese clause shown to the user."""
    return Finding(
        id="scanned-page",
        severity=Severity.BLOCKING,
        message=f"第{number}页是图片（{reason}），没有可读的文字，须经图片识别。",
        subjects=(f"p{number}",),
        fix=fix or "请提供电子版（数电票 XML、OFD、可选中文字的 PDF 或表格），或手工录入该页数据。",
        data={"page": str(number), "reason": reason},
    )
