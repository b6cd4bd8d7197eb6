"""A template to start from: a cover, a table of the enterprise, prose with placeholders, tables, charts and sections."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from app.drafting.package import pack, unpack
from app.drafting.word_styles import apply_styles

_ROWS = (
    ("企业名称", "{{ 企业名称 }}"),
    ("统一社会信用代码", "{{ 统一社会信用代码 }}"),
    ("所在地", "{{ 所在地 }}"),
    ("所属行业", "{{ 所属行业 }}"),
    ("报告年度", "{{ 报告年度 }}"),
    ("负责人", "{{ 负责人 }}"),
)
_PARAGRAPHS: tuple[tuple[str, str], ...] = (
    ("Heading 1", "企业能源与碳排放"),
    ("Normal", "{{ 报告年度 }}，{{ 企业名称 }}生产{{ 主要产品 }}{{ 产品产量 }}，二氧化碳排放合计{{ 排放总量 }}，其中直接排放{{ 直接排放 }}，"
     "间接排放{{ 间接排放 }}。综合能源消费量为{{ 综合能源消费量 }}，非化石能源占比为{{ 非化石能源占比 }}。"),
    ("Normal", "{{ 表_activity }}"),
    ("Normal", "{{ 图_energy }}"),
    ("Normal", "{{ 图_emissions_monthly }}"),
    ("Heading 1", "减排安排"),
    ("Normal", "{% if 计划减排量 %}重点项目预计年减排{{ 计划减排量 }}，落实后剩余排放约{{ 剩余排放 }}。{% endif %}"),
    ("Normal", "{{ 表_projects }}"),
    ("Normal", "{{ 图_path }}"),
    ("Normal", "{{ 章节_measures }}"),
    ("Heading 1", "证据"),
    ("Normal", "{{ 表_evidence }}"),
    ("Normal", "编制日期：{{ 编制日期 }}"),
)  # fmt: skip


def sample_template() -> bytes:
    """The sample's bytes; always the same."""
    from docx import Document

    document = Document()
    apply_styles(document)
    document.add_paragraph("{{ 企业名称 }}零碳工厂申报材料", style="Title")
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for label, placeholder in _ROWS:
        cells = table.add_row().cells
        _set(cells[0], label)
        _set(cells[1], placeholder)
    for style, text in _PARAGRAPHS:
        document.add_paragraph(text, style=style)
    buffer = BytesIO()
    document.save(buffer)
    return pack(unpack(buffer.getvalue()))


def _set(cell: Any, text: str) -> None:
    cell.text = text
    cell.paragraphs[0].style = "Table Text"
