"""What the verifier reports, and the findings it can make. Finding ids are stable; messages and fixes are for the applicant."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.finding import Finding, Severity

_FIXES = {
    "changed-number": "请恢复为数据项的原值；数据确有变化的，更正记录、重新核算后重新导出。",
    "unknown-fact": "请在本项目内重新核算并重新导出；如为他处粘贴的内容，请删除。",
    "unit-changed": "请恢复该数字的单位。",
    "moved-number": "请把数字放回原处，或重新导出。",
    "number-without-fact": "请改用已确认的数据，或删去该数字。",
    "number-context-changed": "请人工核对该数字与改动后的文字是否仍然相符。",
    "changed-literal": "请恢复原文；日期、条款号、文号、标准号由系统写入，不应手改。",
    "moved-literal": "请恢复原来的位置，或重新导出。",
    "quote-not-found": "请恢复条款原文，或删去该引用。",
    "quote-changed": "请恢复原来引用的词句，或重新导出。",
    "unknown-clause": "请先把该文件收入条款库，或删去该引用。",
    "clause-changed": "条款文本已更新，请重新导出并核对引文。",
    "citation-removed": "请恢复该脚注；不再引用的，请一并删除所支撑的表述并重新导出。",
    "citation-moved": "请把脚注放回原处，或重新导出。",
    "citation-changed": "请恢复脚注中的文件名称、文号和条款号。",
    "contents-changed": "请在 Word 中更新目录，或重新导出。",
    "manifest-missing": "请用本系统导出的原文件核对。",
    "chart-changed": "请恢复图表中的数据、名称和格式，或重新导出。",
    "chart-moved": "请把图表放回原来的图题之上，或重新导出。",
    "chart-without-fact": "图表中的数据没有来源；请删除该图表，或改用系统生成的图表。",
    "chart-removed": "如系有意删除，无须处理；否则请重新导出。",
    "number-removed": "如系有意删除，无须处理；否则请重新导出。",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """``numbers_total`` counts every place that prints a number, ``numbers_traced`` those whose value, unit and place agree
    with their fact or literal; ``citations_total`` what the document should cite, ``citations_valid`` what it still does."""

    findings: tuple[Finding, ...]
    numbers_total: int
    numbers_traced: int
    citations_total: int
    citations_valid: int

    @property
    def ok(self) -> bool:
        """True when nothing blocks: every number and citation was traced."""
        return not any(f.severity is Severity.BLOCKING for f in self.findings)


def finding(id: str, message: str, *subjects: str, explain: bool = False, **data: str) -> Finding:
    """A finding of the verifier with its standing fix."""
    return Finding(
        id=id,
        severity=Severity.EXPLAIN if explain else Severity.BLOCKING,
        message=message,
        subjects=tuple(s for s in subjects if s),
        fix=_FIXES[id],
        data=data,
    )
