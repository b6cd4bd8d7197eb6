"""A notice invented for tests: every figure differs from what was reported, nothing of it is an official text.

The files are made as a user would hold them: Word, PDF with a text layer, saved web page, plain text."""

from __future__ import annotations

from pathlib import Path

MARK = "本文为测试数据，不是任何机关发布的文件。"
NUMBER = "测试函〔2026〕999号"
BASIC = {"intensity": "2.35", "non_fossil": "22", "physical": "12"}
LATER = {"intensity": "0.45", "non_fossil": "88", "physical": "27"}
"""Reported are 1.8, 30 and nothing for the first stage, 0.2, 95 and 35 for 2030: none of them occurs here."""
DEADLINE = "2026-09-18"
HEAD = [
    "关于开展国家级零碳工厂建设工作的通知（测试文本）",
    NUMBER,
    "各省、自治区、直辖市工业和信息化主管部门：",
    MARK + "为推进零碳工厂建设，现就有关事项通知如下。",
    "一、申报条件",
    "（一）申报主体应为在中华人民共和国境内注册、具有独立法人资格的工业企业。",
    "（二）指标应达到附件1所列基本要求。电力按等价值折算标准煤。",
    "（三）近三年未发生较大及以上安全事故和突发环境事件，未被列为严重失信主体。",
    "二、申报程序",
    "（一）企业自愿申报，向所在地工业和信息化主管部门提交附件2所列申报书。",
    "（二）省级主管部门审核后推荐，于2026年9月18日前将推荐材料报送我部。",
    "（三）经评审、公示后列入建设名单，成熟一批验收一批。",
    "附件：1.零碳工厂建设指标（测试）",
    "2.国家级零碳工厂申报书（测试）",
    "测试机关办公厅",
    "2026年7月21日",
    "附件1",
    "零碳工厂建设指标（测试）",
]
TABLE = [
    ["序号", "指标", "单位", "基本要求", "2030年引领值"],
    ["1", "单位能耗碳排放（电力按等价值）", "tCO2/tce", "≤2.35", "≤0.45"],
    ["2", "非化石能源消费占比", "%", "≥22", "≥88"],
    ["3", "非化石能源电力消费物理认定量占比（年用电量800万千瓦时及以上的工厂）", "%", "≥12", "≥27"],
]
TAIL = ["注：表中数值为测试数据。", "附件2", "国家级零碳工厂申报书（测试）", "一、企业基本情况", "填写企业名称、地址和所属行业。"]
META = 'id = "miit-2026-07-notice"\nevidence = "official"\nurls = ["https://notice.example/999"]\n'


def plain(folder: Path) -> Path:
    path = folder / "通知.txt"
    rows = [" | ".join(row) for row in TABLE]
    path.write_text("\n".join([*HEAD, *rows, *TAIL]), "utf-8")
    return path


def word(folder: Path) -> Path:
    from docx import Document

    made = Document()
    for line in HEAD:
        made.add_paragraph(line)
    table = made.add_table(rows=len(TABLE), cols=len(TABLE[0]))
    for r, row in enumerate(TABLE):
        for c, text in enumerate(row):
            table.cell(r, c).text = text
    for line in TAIL:
        made.add_paragraph(line)
    path = folder / "通知.docx"
    made.save(str(path))
    return path


def web_page(folder: Path) -> Path:
    head = "".join(f"<p>{line}</p>" for line in HEAD)
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in TABLE)
    tail = "".join(f"<p>{line}</p>" for line in TAIL)
    path = folder / "通知.html"
    path.write_text(f"<html><head><meta charset='utf-8'><title>通知</title></head><body>{head}<table>{rows}</table>{tail}</body></html>", "utf-8")
    return path


def pdf(folder: Path, *, picture: bool = False) -> Path:
    """A page with a text layer, or the same page as a picture of 200 dpi."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    path = folder / "通知.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    y = 800.0

    def line(text: str, x: float = 60, size: float = 10) -> None:
        canvas.setFont("STSong-Light", size)
        canvas.drawString(x, y, text)

    for text in HEAD:
        line(text)
        y -= 19
    for row in TABLE:
        for x, cell in zip((60, 90, 390, 445, 505), row, strict=True):
            line(cell, x, 8)
        y -= 19
    for text in TAIL:
        line(text)
        y -= 19
    canvas.save()
    return path
