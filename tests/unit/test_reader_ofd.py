"""OFD: words with boxes, tags with places, and the liberties producers take."""

import pytest
import reader_files as make

from app.domain.errors import InputRefused
from app.domain.page import Source
from ingestion.reading import read_document

TAG_ROOT = f"<ofd:root {make.OFD_NS}>"


def read(data: bytes):
    return read_document(data, "x.ofd")


def words(document, page: int = 1) -> dict[str, tuple]:
    return {w.text: w.bbox for w in document.pages[page - 1].words}


def ref(*ids: object, page: object = 101) -> str:
    return "".join(f'<ofd:ObjectRef PageRef="{page}">{i}</ofd:ObjectRef>' for i in ids)


def tag_values(document) -> list[tuple[str, str]]:
    return [(t.path, t.value) for t in document.tags]


def test_words_have_boxes_in_page_fractions():
    document = read(make.ofd(make.ofd_page(make.text_object(1, 21, 14, "电费"))))
    page = document.pages[0]
    assert (page.source, page.scanned, round(page.width, 1), round(page.height, 1)) == (Source.OFD, False, 595.3, 396.9)
    x0, y0, x1, y1 = words(document)["电费"]
    assert x0 == pytest.approx(21 / 210, abs=1e-4)
    assert x1 == pytest.approx((21 + 2 * 3.175) / 210, abs=1e-4)
    assert (y0, y1) == (
        pytest.approx((17 - 0.88 * 3.175) / 140, abs=1e-4),
        pytest.approx((17 + 0.12 * 3.175) / 140, abs=1e-4),
    )
    assert page.words[0].height == pytest.approx(3.175 / 140, abs=1e-4)


def test_page_box_with_an_origin_of_its_own():
    document = read(make.ofd(make.ofd_page(make.text_object(1, 31, 24, "电费"), box="10 10 210 140")))
    assert words(document)["电费"][0] == pytest.approx(21 / 210, abs=1e-4)


def test_offsets_repeat_with_g_and_a_wide_offset_splits():
    spaced = make.text_object(1, 10, 10, "1663028298", delta="g 4 1.5875 5 g 4 1.5875")
    label = make.text_object(2, 10, 20, "数量", delta="6")
    assert set(words(read(make.ofd(make.ofd_page(spaced, label))))) == {"16630", "28298", "数", "量"}


def test_missing_and_too_few_offsets_fall_back_to_the_usual_advance():
    document = read(
        make.ofd(
            make.ofd_page(
                make.text_object(1, 10, 10, "没有偏移", delta=""),
                make.text_object(2, 10, 20, "偏移太少了", delta="3.2"),
            )
        )
    )
    assert set(words(document)) == {"没有偏移", "偏移太少了"}
    assert words(document)["没有偏移"][2] == pytest.approx((10 + 4 * 3.175) / 210, abs=1e-3)


def test_transformation_matrix_turns_and_scales():
    turned = make.text_object(1, 200, 20, "下载次数", extra='CTM="0 1 -1 0 3 0"')
    small = make.text_object(2, 10, 10, "缩放", delta="209", size=209, extra='CTM="0.0176 0 0 0.0176 0 0"')
    boxes = words(read(make.ofd(make.ofd_page(turned, small))))
    x0, y0, x1, y1 = boxes["下载次数"]
    assert (y1 - y0) * 140 == pytest.approx(4 * 3.175, abs=0.01)
    assert (x1 - x0) * 210 == pytest.approx(3.175, abs=0.01)
    x0, _, x1, _ = boxes["缩放"]
    assert (x1 - x0) * 210 == pytest.approx(2 * 209 * 0.0176, abs=0.01)


def test_template_text_and_rules_belong_to_the_page():
    document = read(make.invoice_ofd())
    assert {"电子发票（普通发票）", "项目名称", "780.50"} <= set(words(document))
    horizontal, vertical = document.pages[0].rules
    assert (horizontal.vertical, vertical.vertical) == (False, True)
    assert horizontal.bbox[1] == pytest.approx(48.2 / 140, abs=1e-3)


def test_tags_have_values_places_and_nested_names():
    document = read(make.invoice_ofd())
    tags = {t.path: t for t in document.tags}
    assert tags["Seller/SellerName"].value == "安徽测试能源有限公司"
    assert tags["InvoiceNo"].bbox[0] == pytest.approx(170 / 210, abs=1e-3)
    assert (tags["InvoiceNo"].origin, tags["InvoiceNo"].page) == ("custom_tag", 1)
    assert tags["InvoiceNo"].locator == "Doc_0/Tags/CustomTag.xml/root/InvoiceNo#11"


def test_line_without_quantity_is_placed_by_height():
    document = read(make.invoice_ofd())
    items = [t for t in document.tags if t.path == "Item"]
    amounts = [t for t in document.tags if t.path == "Amount"]
    (quantity,) = (t for t in document.tags if t.path == "Quantity")
    assert [t.index for t in items] == [0, 1]
    assert quantity.bbox[1] == items[0].bbox[1] != items[1].bbox[1]
    assert [a.bbox[1] for a in amounts] == [i.bbox[1] for i in items]


def test_value_split_into_objects_is_joined_in_reference_order():
    page = make.ofd_page(
        make.text_object(1, 4, 60, "费", delta=""),
        make.text_object(2, 4, 56, "*供电*"),
        make.text_object(3, 120, 90, "¥", delta=""),
        make.text_object(4, 124, 90, "88.00", delta="g 4 1.6"),
    )
    tags = f"{TAG_ROOT}<ofd:Item>{ref(2, 1)}</ofd:Item><ofd:TaxInclusiveTotalAmount>{ref(3, 4)}</ofd:TaxInclusiveTotalAmount></ofd:root>"
    document = read(make.ofd(page, tags=tags))
    assert tag_values(document) == [("Item", "*供电*费"), ("TaxInclusiveTotalAmount", "¥88.00")]
    assert document.tags[0].bbox[3] > document.tags[0].bbox[1] + 6 / 140


def test_values_of_several_lines_in_one_element_come_apart():
    page = make.ofd_page(
        make.text_object(1, 4, 56, "*供电*电费"),
        make.text_object(2, 4, 60, "*供电*力调电费"),
        make.text_object(3, 140, 56, "100.00", delta="g 5 1.6"),
        make.text_object(4, 140, 60, "-5.00", delta="g 4 1.6"),
        make.text_object(5, 4, 100, "备注第一行"),
        make.text_object(6, 4, 104, "备注第二行"),
    )
    tags = f"{TAG_ROOT}<ofd:Item>{ref(1, 2)}</ofd:Item><ofd:Amount>{ref(3, 4)}</ofd:Amount><ofd:Note>{ref(5, 6)}</ofd:Note></ofd:root>"
    assert tag_values(read(make.ofd(page, tags=tags))) == [
        ("Item", "*供电*电费"), ("Item", "*供电*力调电费"), ("Amount", "100.00"), ("Amount", "-5.00"), ("Note", "备注第一行备注第二行"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "tags",
    [
        f'<:eInvoice xmlns:=""><Item>{ref(1)}</Item></:eInvoice>',
        f"<root><ofd:Item>{ref(1)}</ofd:Item></root>",
        '<fp:eInvoice xmlns:fp="http://www.edrm.org.cn/schema/e-invoice/2019"><fp:Item><fp:ObjectRef PageRef="101">1</fp:ObjectRef></fp:Item></fp:eInvoice>',
        f"{TAG_ROOT}<ofd:Item>{ref(1, page='999')}</ofd:Item>",
        f"{TAG_ROOT}<ofd:Item><ofd:ObjectRef>1</ofd:ObjectRef></ofd:Item></ofd:root>",
    ],
)
def test_malformed_tag_files_are_mended(tags):
    document = read(make.ofd(make.ofd_page(make.text_object(1, 4, 56, "*供电*电费")), tags=tags))
    assert tag_values(document) == [("Item", "*供电*电费")]


def test_tags_to_missing_objects_and_objects_of_blanks_give_nothing():
    page = make.ofd_page(make.text_object(1, 4, 56, "   "), make.text_object("", 4, 60, "没有编号的对象"))
    document = read(
        make.ofd(page, tags=f"{TAG_ROOT}<ofd:Item>{ref(1)}</ofd:Item><ofd:Price>{ref(77)}</ofd:Price></ofd:root>")
    )
    assert document.tags == ()
    assert set(words(document)) == {"没有编号的对象"}


def test_page_object_wins_over_template_object_of_the_same_id():
    page = make.ofd_page(make.text_object(7, 4, 56, "页面上的值"), template=1)
    template = make.ofd_page(make.text_object(7, 4, 20, "模板上的标签"))
    document = read(make.ofd(page, templates={1: template}, tags=f"{TAG_ROOT}<ofd:Item>{ref(7)}</ofd:Item></ofd:root>"))
    assert tag_values(document) == [("Item", "页面上的值")]


def respelled(**changes: str) -> bytes:
    entries = make.ofd_entries(
        make.ofd_page(make.text_object(1, 4, 56, "电费")), tags=f"{TAG_ROOT}<ofd:Item>{ref(1)}</ofd:Item></ofd:root>"
    )
    for old, new in changes.items():
        old, new = old.replace("__", "/"), new
        entries = {
            name: str(content).replace(*new.split(" -> ")) if name.endswith(old) else content
            for name, content in entries.items()
        }
    return make.archive(entries)


@pytest.mark.parametrize(
    "data",
    [
        respelled(**{"OFD.xml": "Doc_0/Document.xml -> /Doc_0/Document.xml"}),
        respelled(**{"OFD.xml": "Doc_0/Document.xml -> DOC_0/document.XML"}),
        respelled(**{"OFD.xml": "Doc_0/Document.xml -> Doc_0\\Document.xml"}),
        respelled(**{"Document.xml": "Pages/Page_0/Content.xml -> /Doc_0/Pages/Page_0/Content.xml"}),
        respelled(**{"Document.xml": "Pages/Page_0/Content.xml -> Doc_0/Pages/Page_0/Content.xml"}),
        respelled(**{"Document.xml": "Pages/Page_0/Content.xml -> Pages/Page_0"}),
        respelled(**{"Document.xml": "<ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags> -> "}),
        respelled(**{"CustomTags.xml": "CustomTag.xml -> /Doc_0/Tags/customtag.xml"}),
        respelled(**{"OFD.xml": "http://www.ofdspec.org/2016 -> http://www.ofdspec.org"}),
    ],
)
def test_paths_as_producers_write_them(data):
    document = read(data)
    assert set(words(document)) == {"电费"}
    assert tag_values(document) == [("Item", "电费")]


def test_page_outside_the_pages_folder():
    entries = make.ofd_entries(make.ofd_page(make.text_object(1, 4, 56, "电费")))
    entries["Doc_0/Content_0.xml"] = entries.pop("Doc_0/Pages/Page_0/Content.xml")
    entries["Doc_0/Document.xml"] = str(entries["Doc_0/Document.xml"]).replace(
        "Pages/Page_0/Content.xml", "Content_0.xml"
    )
    assert set(words(read(make.archive(entries)))) == {"电费"}


def test_pages_follow_the_list_not_the_archive():
    entries = make.ofd_entries(*(make.ofd_page(make.text_object(i, 4, 10, f"第{i}页")) for i in (1, 2, 3)))
    document = read(make.archive(dict(reversed(entries.items()))))
    assert [p.text for p in document.pages] == ["第1页", "第2页", "第3页"]
    assert [p.number for p in document.pages] == [1, 2, 3]


def test_page_without_area_takes_its_templates_then_the_documents():
    bare = make.ofd_page(make.text_object(1, 4, 10, "甲"), box=None)
    with_template = make.ofd_page(make.text_object(1, 4, 10, "甲"), box=None, template=1)
    assert round(read(make.ofd(bare)).pages[0].height) == 842
    assert round(read(make.ofd(with_template, templates={1: make.ofd_page()})).pages[0].height) == 397


def test_every_document_of_the_container_is_read():
    entries = make.ofd_entries(make.ofd_page(make.text_object(1, 4, 10, "甲")))
    second = {
        n.replace("Doc_0", "Doc_1"): str(c).replace("甲", "乙") for n, c in entries.items() if n.startswith("Doc_0")
    }
    body = "<ofd:DocBody><ofd:DocRoot>Doc_1/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    entries["OFD.xml"] = str(entries["OFD.xml"]).replace("</ofd:OFD>", body)
    assert [p.text for p in read(make.archive(entries | second)).pages] == ["甲", "乙"]


def test_attached_invoice_record_and_xbrl():
    record = '<eInvoice xmlns:fp="http://www.edrm.org.cn/schema/e-invoice/2019"><fp:GoodsInfos><fp:GoodsInfo><fp:Item>甲</fp:Item></fp:GoodsInfo><fp:GoodsInfo><fp:Item>乙</fp:Item></fp:GoodsInfo></fp:GoodsInfos></eInvoice>'
    xbrl = '<xbrli:xbrl xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:e="urn:e"><e:NumberOfInvoice contextRef="c">25347000000012345678</e:NumberOfInvoice></xbrli:xbrl>'
    page = make.ofd_page(make.text_object(1, 4, 10, "甲"))
    document = read(
        make.ofd(
            page,
            extra={
                "Doc_0/Attachs/original_invoice.xml": record,
                "Doc_0/Attachs/inv_ord_issuer_1.xml": xbrl,
                "Doc_0/Attachs/broken.xml": "<a>",
            },
        )
    )
    assert [(t.origin, t.path, t.value, t.index) for t in document.tags if "@" not in t.path] == [
        ("original_invoice", "GoodsInfos/GoodsInfo/Item", "甲", 0),
        ("original_invoice", "GoodsInfos/GoodsInfo/Item", "乙", 1),
        ("xbrl", "NumberOfInvoice", "25347000000012345678", 0),
    ]


def test_annotation_text_is_on_the_page_and_hidden_text_is_not():
    annotation = f'<ofd:PageAnnot {make.OFD_NS}><ofd:Annot><ofd:Appearance Boundary="100 100 40 10">{make.text_object(9, 0, 0, "附注")}</ofd:Appearance></ofd:Annot></ofd:PageAnnot>'
    listing = f'<ofd:Annotations {make.OFD_NS}><ofd:Page PageID="101"><ofd:FileLoc>Page_0/Annotation.xml</ofd:FileLoc></ofd:Page></ofd:Annotations>'
    page = make.ofd_page(
        make.text_object(1, 4, 10, "正文"),
        make.text_object(2, 4, 20, "隐藏", extra='Visible="false"'),
        make.text_object(3, 4, 200, "页外"),
    )
    document = read(
        make.ofd(
            page,
            document_extra="<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations>",
            extra={"Doc_0/Annots/Annotations.xml": listing, "Doc_0/Annots/Page_0/Annotation.xml": annotation},
        )
    )
    assert set(words(document)) == {"正文", "附注"}
    assert words(document)["附注"][0] == pytest.approx(100 / 210, abs=1e-3)


def test_image_only_page_is_scanned_and_says_so():
    picture = '<ofd:ImageObject ID="3" Boundary="0 0 210 140" ResourceID="8" CTM="210 0 0 140 0 0"/>'
    document = read(make.ofd(make.ofd_page(picture), make.ofd_page(make.text_object(1, 4, 10, "短页没有图"))))
    assert [p.scanned for p in document.pages] == [True, False]
    (finding,) = document.findings
    assert (finding.id, finding.severity, finding.subjects) == ("scanned-page", "blocking", ("p1",))
    assert finding.fix


def test_missing_or_broken_page_is_a_page_with_a_finding():
    entries = make.ofd_entries(make.ofd_page(make.text_object(1, 4, 10, "甲")), make.ofd_page(), make.ofd_page())
    del entries["Doc_0/Pages/Page_1/Content.xml"]
    entries["Doc_0/Pages/Page_2/Content.xml"] = "<ofd:Page"
    document = read(make.archive(entries))
    assert [p.scanned for p in document.pages] == [False, True, True]
    assert [f.subjects for f in document.findings] == [("p2",), ("p3",)]


def test_refusals(monkeypatch):
    for data, refusal in (
        (make.archive({"OFD.xml": "<a/>"}), "damaged_file"),
        (make.archive({"OFD.xml": "<a"}), "damaged_file"),
        (make.ofd(), "damaged_file"),
        (make.archive({"OFD.xml": '<!DOCTYPE a SYSTEM "x"><a/>'}), "unsafe_xml"),
    ):
        with pytest.raises(InputRefused) as caught:
            read(data)
        assert caught.value.id == refusal
    monkeypatch.setattr("ingestion.limits.MAX_PAGES", 2)
    with pytest.raises(InputRefused) as caught:
        read(make.ofd(*[make.ofd_page()] * 3))
    assert caught.value.id == "too_many_pages"


def test_properties_name_the_producer_and_signature():
    entries = make.ofd_entries(make.ofd_page(make.text_object(1, 4, 10, "甲")))
    entries["OFD.xml"] = str(entries["OFD.xml"]).replace(
        "</ofd:DocBody>", "<ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures></ofd:DocBody>"
    )
    properties = read(make.archive(entries)).properties
    assert (properties["producer"], properties["ofd:signed"], properties["page_count"]) == ("测试软件", "true", "1")
