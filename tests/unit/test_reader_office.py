"""Word, CSV, HTML, plain text and pictures."""

import pytest
import reader_files as make

from app.domain.errors import InputRefused
from app.domain.page import Media
from ingestion.readers.docx_numbering import counted
from ingestion.reading import read_document


def read(data: bytes, name: str = "x"):
    return read_document(data, name)


def grid(table) -> list[list[str]]:
    return [[c.text for c in row] for row in table.rows]


# Word


def test_word_paragraphs_and_tables_with_addresses():
    document = read(make.report_word())
    assert (document.media, document.paragraphs) == (Media.DOCX, ("能源审计报告（测试）",))
    table = document.tables[0]
    assert (table.name, grid(table)) == ("表1", [["能源", "用量"], ["电力", "1250000 kWh"]])
    assert table.rows[1][1].locator == "表1!r2c2"


def test_word_merged_cells_repeat_their_text():
    def fill(document):
        table = document.add_table(rows=3, cols=3)
        for row in range(3):
            for column in range(3):
                table.cell(row, column).text = f"{row}{column}"
        table.cell(0, 0).merge(table.cell(0, 1)).text = "横"
        table.cell(1, 2).merge(table.cell(2, 2)).text = "竖"

    table = read(make.word(fill)).tables[0]
    assert grid(table) == [["横", "横", "02"], ["10", "11", "竖"], ["20", "21", "竖"]]
    assert table.rows[0][1].merged_from == "表1!r1c1"
    assert table.rows[2][2].merged_from == "表1!r2c3"
    assert table.rows[1][2].merged_from is None


def test_word_nested_tables_follow_the_outer_one():
    def fill(document):
        outer = document.add_table(rows=1, cols=1)
        outer.cell(0, 0).text = "外"
        inner = outer.cell(0, 0).add_table(rows=1, cols=1)
        inner.cell(0, 0).text = "内"
        document.add_table(rows=1, cols=1).cell(0, 0).text = "后"

    assert [(t.name, grid(t)) for t in read(make.word(fill)).tables] == [
        ("表1", [["外"]]),
        ("表2", [["内"]]),
        ("表3", [["后"]]),
    ]


WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def raw_word(body: str, **parts: str) -> bytes:
    entries = {
        "[Content_Types].xml": "wordprocessingml.document.main",
        "word/document.xml": f"<w:document {WORD}><w:body>{body}</w:body></w:document>",
    }
    return make.archive(
        entries | {f"word/{name}.xml": f"<w:{name} {WORD}>{content}</w:{name}>" for name, content in parts.items()}
    )


def test_word_text_as_shown():
    body = (
        "<w:p><w:r><w:t>保留</w:t></w:r><w:ins><w:r><w:t>新增</w:t></w:r></w:ins><w:del><w:r><w:delText>删除</w:delText></w:r></w:del></w:p>"
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>3</w:t></w:r></w:p>'
        "<w:p><w:r><w:t>上行</w:t><w:br/><w:t>下行</w:t></w:r></w:p>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>控件内</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        "<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>文本框</w:t></w:r></w:p></w:txbxContent></mc:Choice>"
        "<mc:Fallback><w:txbxContent><w:p><w:r><w:t>文本框</w:t></w:r></w:p></w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert read(raw_word(body)).paragraphs == ("保留新增", "3", "上行", "下行", "控件内", "文本框")


def numbered(text: str, level: int, list_id: str = "1") -> str:
    return f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'


NUMBERING = (
    '<w:abstractNum w:abstractNumId="5">'
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:suff w:val="nothing"/><w:lvlText w:val="%1、"/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:suff w:val="nothing"/><w:lvlText w:val="（%2）"/></w:lvl>'
    '<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3."/></w:lvl>'
    '<w:lvl w:ilvl="3"><w:numFmt w:val="bullet"/><w:lvlText w:val="·"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="5"/></w:num>'
)


def test_word_automatic_numbers_are_part_of_the_text():
    body = "".join(
        numbered(text, level)
        for text, level in (
            ("总体要求", 0),
            ("工作目标", 1),
            ("基本原则", 1),
            ("因地制宜", 2),
            ("重点任务", 0),
            ("科学算碳", 1),
            ("要点", 3),
        )
    )
    assert read(raw_word(body, numbering=NUMBERING)).paragraphs == (
        "一、总体要求", "（一）工作目标", "（二）基本原则", "1. 因地制宜", "二、重点任务", "（一）科学算碳", "要点",
    )  # fmt: skip


def test_word_numbers_by_style_and_switched_off():
    styles = '<w:style w:styleId="H1"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    body = '<w:p><w:pPr><w:pStyle w:val="H1"/></w:pPr><w:r><w:t>标题</w:t></w:r></w:p>' + numbered("无编号", 0, "0")
    assert read(raw_word(body, numbering=NUMBERING, styles=styles)).paragraphs == ("一、标题", "无编号")


@pytest.mark.parametrize(
    ("number", "fmt", "text"),
    [(10, "chineseCounting", "十"), (11, "chineseCounting", "十一"), (20, "chineseCounting", "二十"), (99, "chineseCounting", "九十九"),
     (100, "chineseCounting", "100"), (3, "decimalEnclosedCircle", "③"), (27, "upperLetter", "AA"), (2, "lowerLetter", "b"),
     (14, "lowerRoman", "xiv"), (7, "decimalZero", "07"), (7, "decimal", "7")],
)  # fmt: skip
def test_number_formats_of_word(number, fmt, text):
    assert counted(number, fmt) == text


def test_word_damage_is_refused():
    for data in (raw_word("<w:p>"), make.archive({"[Content_Types].xml": "wordprocessingml.document.main"})):
        with pytest.raises(InputRefused) as caught:
            read(data)
        assert caught.value.id == "damaged_file"


# CSV


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_csv_encodings_and_delimiters(encoding, delimiter):
    text = "\r\n".join(
        delimiter.join(row)
        for row in (("户号", "月份", "电量"), ("340001", "2025-01", "1200.50"), ("340001", "2025-02", ""))
    )
    table = read(text.encode(encoding), "抄表.csv").tables[0]
    assert grid(table) == [["户号", "月份", "电量"], ["340001", "2025-01", "1200.50"], ["340001", "2025-02", ""]]
    assert table.rows[1][2].locator == "r2c3"


def test_csv_quotes_titles_blank_lines_and_guarded_numbers():
    text = '某厂能源台账,,\n\n月份,"备注,含逗号",电量\n2025-01,"两行\n内容","1,200.50"\n2025-02,,="0012345678901234567890"\n2025-03,x,\t00123\n'
    rows = read(text.encode(), "x.csv").tables[0].rows
    assert rows[1][1].text == "备注,含逗号"
    assert (rows[2][1].text, rows[2][2].text) == ("两行\n内容", "1,200.50")
    assert (rows[3][2].text, rows[4][2].text) == ("0012345678901234567890", "00123")
    assert [row[0].row for row in rows] == [1, 3, 4, 5, 6]


def test_csv_limits(monkeypatch):
    monkeypatch.setattr("ingestion.limits.MAX_CELLS", 5)
    with pytest.raises(InputRefused) as caught:
        read(b"a,b,c\nd,e,f\n", "x.csv")
    assert caught.value.id == "too_large"


# HTML and text


def test_html_paragraphs_tables_and_spans():
    page = (
        "<html><head><title>标题</title><style>p{}</style></head><body><h1>通知</h1><p>第一段<br>换行，<b>加粗</b>。</p>"
        "<script>var x='代码'</script><p style='display: none'>隐藏指令</p>"
        "<table><tr><th rowspan=2>月份</th><th colspan=2>电量</th></tr><tr><td>峰</td><td>谷&nbsp;</td></tr></table><div>尾<span hidden>藏</span></div></body></html>"
    )
    document = read(page.encode())
    assert (document.media, document.paragraphs) == (Media.HTML, ("通知", "第一段", "换行，加粗。", "尾"))
    assert grid(document.tables[0]) == [["月份", "电量", "电量"], ["月份", "峰", "谷"]]
    assert document.tables[0].rows[1][0].merged_from == "表1!r1c1"
    assert document.properties["html:title"] == "标题"


def test_html_that_calls_itself_a_workbook():
    data = "<html xmlns:x='urn:schemas-microsoft-com:office:excel'><meta charset=gbk><table><tr><td>电表</td><td>100</td></tr></table></html>".encode(
        "gbk"
    )
    document = read(data, "台账.xls")
    assert grid(document.tables[0]) == [["电表", "100"]]


def test_html_layout_tables_do_not_swallow_the_inner_one():
    data = "<table><tr><td>左栏</td><td><table><tr><td>内</td></tr></table></td></tr></table><p>后</p>".encode()
    document = read(data)
    assert [grid(t) for t in document.tables] == [[["内"]]]
    assert document.paragraphs == ("左栏", "后")


def test_html_depth_and_giant_spans():
    deep = read(("<html>" + "<div>" * 5000 + "深" + "</div>" * 5000).encode())
    assert deep.media is Media.HTML
    wide = "<table>" + "<tr><td rowspan=99999 colspan=99999>x</td></tr>" * 900 + "</table>"
    with pytest.raises(InputRefused) as caught:
        read(wide.encode())
    assert caught.value.id == "too_large"


def test_plain_text_lines():
    document = read("\ufeff关于报送材料的通知\r\n\r\n  各企业：\n".encode("utf-8"), "通知.txt")
    assert (document.media, document.paragraphs) == (Media.TEXT, ("关于报送材料的通知", "各企业："))


# Pictures


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF"])
def test_picture_is_one_scanned_page_with_a_blocking_finding(kind):
    document = read(make.png(960, 480, kind=kind))
    (page,) = document.pages
    assert (document.media, page.scanned, page.words) == (Media.IMAGE, True, ())
    assert (page.width, page.height) == pytest.approx((720, 360), abs=0.2)
    (finding,) = document.findings
    assert (finding.id, finding.severity) == ("scanned-page", "blocking")
    assert finding.message == "第1页是图片（图片文件），没有可读的文字，须经图片识别。"


def test_damaged_and_giant_pictures(monkeypatch):
    with pytest.raises(InputRefused) as caught:
        read(make.png()[:200])
    assert caught.value.id == "damaged_file"
    monkeypatch.setattr("ingestion.limits.MAX_IMAGE_PIXELS", 100)
    with pytest.raises(InputRefused) as caught:
        read(make.png())
    assert caught.value.id == "too_large"
