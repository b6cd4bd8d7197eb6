"""Official invoice XML with the differences between versions: spellings, missing parts, namespaces, order."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from evals.layouts.invoice import Invoice
from evals.layouts.values import capitals


def _xml(name: str, content: Any, prefix: str = "") -> str:
    tag = f"{prefix}{name}"
    if isinstance(content, Mapping):
        inner = "".join(_xml(k, v, prefix) for k, v in content.items() if v is not None)
    elif isinstance(content, list):
        return "".join(_xml(name, c, prefix) for c in content)
    else:
        inner = escape(str(content))
    return f"<{tag}>{inner}</{tag}>"


def draw_xml(rng: random.Random, invoice: Invoice) -> bytes:
    version = rng.choice(("0.31", "0.32", "0.33", "1.0"))
    correct = rng.random() < 0.3
    items = []
    for line in invoice.lines:
        rate = line.rate
        if rate.endswith("%") and rng.random() < 0.7:
            rate = f"{float(rate[:-1]) / 100:g}"
        item: dict[str, Any] = {"ItemName": line.item, "SpecMod": line.spec or None, "MeaUnits": line.unit or None, "Quantity": line.qty or None, "UnPrice": line.price or None}
        item |= {"Amount": line.amount, "TaxRate": rate, "ComTaxAm": line.tax or None, "TotaltaxIncludedAmount": None, "TaxClassificationCode": "1100101010100000000"}
        if rng.random() < 0.15:
            item = dict(reversed(item.items()))
        items.append(item)
    optional = rng.random() < 0.5
    seller: dict[str, Any] = {"SellerIdNum": invoice.seller.tax_id, "SellerName": invoice.seller.name}
    buyer: dict[str, Any] = {"BuyerIdNum": invoice.buyer.tax_id, "BuyerName": invoice.buyer.name}
    if optional:
        seller |= {"SellerAddr": "云泽市创新路8号", "SellerTelNum": "0510-82660000", "SellerBankName": "虚江银行"}
        buyer |= {"BuyerAddr": "", "BuyerHandlingName": ""}
    red = invoice.total < 0
    header = {"EIid": invoice.number, "EInvoiceTag": "SWEI3300", "Version": version,
              "InherentLabel": {"InIssuType": {"LabelCode": "N" if red else "Y", "LabelName": "红字" if red else "蓝字"}, "EInvoiceType": {"LabelCode": "01", "LabelName": "数电票"}, "GeneralOrSpecialVAT": {"LabelCode": rng.choice(("01", "02"))}}}  # fmt: skip
    item_name = "IssueItemInformation" if correct else "IssuItemInformation"
    basics = {"TotalAmWithoutTax": f"{invoice.amount:.2f}", "TotalTaxAm": f"{invoice.tax or 0:.2f}", "TotalTax-includedAmount": f"{invoice.total:.2f}",
              "TotalTax-includedAmountInChinese": capitals(invoice.total), "Drawer": "某某", "RequestTime": f"{invoice.issued:%Y-%m-%d} 10:21:33"}  # fmt: skip
    data: dict[str, Any] = {"SellerInformation": seller, "BuyerInformation": buyer, "BasicInformation": basics, item_name: items}
    if invoice.remark or optional:
        data["AdditionalInformation"] = {rng.choice(("Remark", "Remark", "Remarks")): invoice.remark}
    body = {"Header": header, "EInvoiceData": data, "TaxSupervisionInfo": {"InvoiceNumber": invoice.number, "IssueTime": f"{invoice.issued:%Y-%m-%d}" + rng.choice(("", " 10:21:40")), "TaxBureauCode": "13200000000", "TaxBureauName": "国家税务总局虚江省税务局"}}
    if rng.random() < 0.2:
        body.pop("TaxSupervisionInfo")
    prefix = rng.choice(("", "", "inv:", "ns0:"))
    text = _xml("EInvoice", body, prefix)
    if prefix:
        text = text.replace(f"<{prefix}EInvoice>", f'<{prefix}EInvoice xmlns:{prefix[:-1]}="http://example.invalid/einvoice">', 1)
    elif rng.random() < 0.2:
        text = text.replace("<EInvoice>", '<EInvoice xmlns="http://example.invalid/einvoice">', 1)
    return ('<?xml version="1.0" encoding="UTF-8"?>' + rng.choice(("", "\n")) + text).encode()


def xml_truth(invoice: Invoice) -> dict[str, Any]:
    """XML states a total tax of zero where paper prints ``***``; no line of it prints one."""
    truth = invoice.truth()
    if invoice.tax is None:
        truth["total_tax"] = "0.00"
    return truth
