"""Invoice lines to proposed activity data: which lines are energy, in what unit, for which period. Never a guess."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from app.domain.activity import InvoiceLine, ProposedRecord
from app.domain.carrier import Carrier
from app.domain.finding import Finding, Severity
from app.domain.number import fixed_text
from app.domain.units import GJ_PER_KWH
from extractors import checks
from extractors.conditions import conditions
from extractors.confidence import grade
from extractors.evidence import blocking, explain, note, show
from extractors.invoices.circumstances import Context, EnergyLine, energy_direction, remark_doubts
from extractors.readings import Register, reading_params, unit_scale
from extractors.text import compact, number, number_text
from extractors.vocabulary import (
    CarrierTerms,
    Quantity,
    canonical_quantity,
    carrier_terms,
    find_printed_unit,
    hints,
    is_no_energy_unit,
    never_items,
)

RESOLD = frozenset({Carrier.ELECTRICITY, Carrier.NATURAL_GAS, Carrier.STEAM, Carrier.HEAT, Carrier.WATER})
"""What landlords pass on under a service category; fuels under a foreign category are parts, oils or machines."""
FUELS = frozenset({Carrier.DIESEL, Carrier.GASOLINE, Carrier.KEROSENE, Carrier.LPG, Carrier.FUEL_OIL})


def split_item(item: str) -> tuple[str, str]:
    """(tax category, rest) of ``*供电*电费``; the category is empty on invoices of before 2018."""
    match = re.match(r"\*([^*]+)\*(.*)", compact(item))
    return (match.group(1), match.group(2)) if match else ("", compact(item))


def classify_line(line: InvoiceLine) -> tuple[CarrierTerms | None, bool, str]:
    """(carrier, certain, reason). No carrier with a reason means: looks like energy, is not a quantity of it."""
    category, rest = split_item(line.item)
    whole = rest + " " + compact(line.spec)
    never, components = never_items()
    for terms in carrier_terms():
        listed = category in terms.categories
        named = any(p.search(rest) for p in terms.items)
        bare = any(p.search(rest) for p in terms.bare)
        resold = bool(category) and not listed and (bare or (terms.carrier in RESOLD and named))
        if not ((listed and named) or (not category and bare) or resold):
            continue
        if any(p.search(rest) for p in never) or "预付卡" in category:
            return None, False, "非能源量"
        if any(p.search(whole) for p in components):
            return None, False, "价格组成项，电量与电费行重复"
        if is_no_energy_unit(line.unit):
            return None, False, f"计量单位“{line.unit}”不是能源量"
        if category and not listed:
            unit = find_printed_unit(line.unit)
            if unit is None or unit.dimension not in terms.dimensions:
                return None, False, "税收分类不是能源商品"
            return terms, False, "税收分类与项目名称不一致"
        return terms, bool(category) and not terms.uncertain, ""
    if any(p.search(compact(line.item)) for p in hints()):
        return None, False, "没有能源数量（预付、代收或服务）"
    return None, False, ""


def energy_lines(lines: Sequence[InvoiceLine]) -> tuple[list[EnergyLine], list[Finding]]:
    """Energy lines with the discount lines that follow folded into their amounts, and notes on lines left out."""
    found: list[EnergyLine] = []
    findings: list[Finding] = []
    parent: int | None = None
    for index, line in enumerate(lines, 1):
        terms, certain, reason = classify_line(line)
        if terms is None:
            parent = None
            if reason:
                findings.append(
                    note(
                        "line-not-energy",
                        f"第 {index} 行“{line.item}”不计入活动数据：{reason}。",
                        subjects=(f"line:{index}",),
                        data={"item": line.item, "reason": reason},
                    )
                )
            continue
        if parent is not None and _is_discount(line, found[parent].line):
            found[parent] = replace(found[parent], net=_discounted(found[parent].net, line))
            continue
        parent = len(found)
        found.append(
            EnergyLine(index=index, line=line, terms=terms, certain=certain, net=number_text(line.amount) or "")
        )
    return found, findings


def _is_discount(line: InvoiceLine, parent: InvoiceLine) -> bool:
    amount, above = number(line.amount), number(parent.amount)
    return (
        amount is not None
        and above is not None
        and amount < 0 < above
        and not line.quantity
        and compact(line.item) == compact(parent.item)
    )


def _discounted(net: str, discount: InvoiceLine) -> str:
    return fixed_text((number(net) or Fraction(0)) + (number(discount.amount) or Fraction(0)), 2)


def propose(lines: Sequence[InvoiceLine], context: Context) -> tuple[tuple[ProposedRecord, ...], tuple[Finding, ...]]:
    """Records for the energy lines and the findings that belong to the document as a whole."""
    energy, findings = energy_lines(lines)
    repeated = Counter((e.terms.carrier, number_text(e.line.quantity)) for e in energy if e.line.quantity)
    records: list[ProposedRecord] = []
    for entry in energy:
        subject = f"line:{entry.index}"
        if number(entry.line.quantity) is None:
            findings.append(
                blocking(
                    "quantity-missing",
                    f"第 {entry.index} 行“{entry.line.item}”没有数量，不能证明用能量。",
                    "请补充同一期间的电费（气费、汽费）账单、结算单或抄表记录。",
                    subjects=(subject,),
                    data={"item": entry.line.item, "amount": entry.line.amount},
                )
            )
            continue
        twice = repeated[(entry.terms.carrier, number_text(entry.line.quantity))] > 1
        records.append(_record(entry, context, len(records) + 1, twice, len(energy) == 1))
    return tuple(records), tuple(findings)


def _record(entry: EnergyLine, context: Context, serial: int, twice: bool, alone: bool) -> ProposedRecord:
    line, terms = entry.line, entry.terms
    record_id = f"{context.sha256[:12]}-r{serial}"
    value = number(line.quantity)
    assert value is not None
    if context.red and value > 0 and (number(line.amount) or 0) < 0:
        value = -value
    own: list[Finding] = []
    quantity, certain_unit = _quantity(value, line, terms, record_id, own)
    if not entry.certain:
        reason = terms.uncertain or "项目名称不足以确定能源品种"
        own.append(
            explain("carrier-uncertain", f"能源品种待确认：{reason}。", "请确认能源品种。", subjects=(record_id,))
        )
    if twice:
        own.append(
            explain(
                "repeated-quantity",
                "同一张发票有多行同一能源、同一数量，可能是价格组成项重复列出。",
                "请确认每行是否都是独立的用能量，重复的请否决。",
                subjects=(record_id,),
            )
        )
    carrier, direction = energy_direction(entry, context, record_id, own)
    own += remark_doubts(context, record_id)
    own += _red(context, value, record_id)
    period_certain = _period(context, terms, own, record_id)
    own += _readings(context, line, record_id, alone)
    own += checks.line_product(line, record_id)
    own += checks.line_tax(line, record_id)
    if quantity is not None:
        own += checks.unit_price_band(terms, entry.net, quantity.value, quantity.unit, record_id)
    certain = entry.certain and certain_unit and period_certain and not context.red
    confidence, review = grade(
        source=context.source,
        findings=own,
        document_blocked=context.blocked,
        certain=certain,
        proven=context.proven and checks.product_proves(line),
        coded=context.coded,
    )
    span = context.facts.span
    one = lambda values: values[0] if len(values) == 1 else None  # noqa: E731
    return ProposedRecord(
        id=record_id,
        carrier=carrier,
        direction=direction,
        quantity=show(quantity.value) if quantity else show(value),
        unit=quantity.unit if quantity else "",
        raw_quantity=line.quantity,
        raw_unit=line.unit,
        period_start=span.first if span else None,
        period_end=span.last if span else None,
        account_number=one(context.facts.accounts),
        meter_number=one(context.facts.meters),
        amount=entry.net or None,
        page=line.page,
        bbox=line.quantity_bbox or line.bbox,
        locator=line.quantity_locator or line.locator,
        confidence=confidence,
        needs_review=review,
        findings=tuple(own),
        note=f"{line.item} {line.spec}".strip(),
        params={
            **conditions(terms.carrier, [line.item, line.spec, line.unit, *context.remark.split("\n")]),
            **(reading_params(_register(context), line.quantity, unit_scale(line.unit)) if alone and not context.red else {}),
        },
    )


def _register(context: Context) -> Register | None:
    if context.facts.readings is None:
        return None
    opening, closing, multiplier = context.facts.readings
    return Register(opening=opening, closing=closing, multiplier=multiplier)


def _readings(context: Context, line: InvoiceLine, subject: str, alone: bool) -> list[Finding]:
    """V4a on the readings of the remark, where they can only mean this line. The billed quantity may differ from the read one for good
    reasons (losses, corrections), so a difference asks and does not block."""
    if context.facts.readings is None or not alone or context.red:
        return []
    opening, closing, multiplier = context.facts.readings
    found = checks.reading_product(opening, closing, multiplier, line.quantity, subject)
    return [replace(f, severity=Severity.EXPLAIN) for f in found]


def _quantity(
    value: Fraction, line: InvoiceLine, terms: CarrierTerms, subject: str, own: list[Finding]
) -> tuple[Quantity | None, bool]:
    if not line.unit:
        hint = {}
        price = number(line.unit_price)
        if (
            price is not None
            and terms.carrier is Carrier.ELECTRICITY
            and terms.band
            and terms.band[0] <= price <= terms.band[1]
        ):
            hint = {"suggested_unit": "kWh", "unit_price": line.unit_price}
        own.append(
            blocking(
                "unit-missing",
                "该行没有计量单位，数量的含义无法确定。" + ("单价接近每千瓦时电价，单位可能是 kWh。" if hint else ""),
                "请对照账单确认计量单位。",
                subjects=(subject,),
                data=hint,
            )
        )
        return None, False
    unit = find_printed_unit(line.unit)
    if unit is None:
        own.append(
            blocking(
                "unit-unknown",
                f"计量单位“{line.unit}”不在单位表内。",
                "请确认计量单位后更正。",
                subjects=(subject,),
                data={"unit": line.unit},
            )
        )
        return None, False
    quantity = canonical_quantity(value, unit)
    if quantity is None or quantity.dimension not in terms.dimensions:
        own.append(
            blocking(
                "unit-dimension",
                f"计量单位“{line.unit}”与能源品种“{terms.carrier.label}”不匹配。",
                "请确认能源品种和计量单位。",
                subjects=(subject,),
                data={"unit": line.unit},
            )
        )
        return quantity, False
    if terms.carrier is Carrier.HEAT and quantity.dimension == "electricity":
        quantity = Quantity(value=quantity.value * GJ_PER_KWH, unit="GJ", dimension="heat")
    return quantity, True


def _red(context: Context, value: Fraction, subject: str) -> list[Finding]:
    if not context.red and value >= 0:
        return []
    return [
        explain(
            "red-letter",
            "红字（负数）发票：冲减"
            + (
                f"蓝字发票 {context.linked} 的用能量。"
                if context.linked
                else "原蓝字发票的用能量，票面未读到蓝字发票号码。"
            ),
            "请与原蓝字发票一并确认，两者相抵后计入。",
            subjects=(subject,),
            data={"blue_invoice": context.linked},
        )
    ]


def _period(context: Context, terms: CarrierTerms, own: list[Finding], subject: str) -> bool:
    span = context.facts.span
    if span is None:
        own.append(
            explain(
                "period-missing",
                "票面没有写明用能期间；开票日期不能代替用能期间。",
                "请补充账单或抄表记录，或人工填写起止日期。",
                subjects=(subject,),
                data={"issue_date": context.issue_date or ""},
            )
        )
        return False
    own += checks.period(span.first, span.last, context.issue_date, subject, day_allowed=terms.carrier in FUELS)
    if context.facts.rival_spans:
        own.append(
            explain(
                "period-rivals",
                f"备注中有多个期间：{span.raw}、{'、'.join(s.raw for s in context.facts.rival_spans)}。",
                "请确认该用能量对应的期间。",
                subjects=(subject,),
            )
        )
        return False
    if not context.facts.labelled:
        own.append(
            explain(
                "period-unlabelled",
                f"备注中的期间“{span.raw}”没有说明是用能期间。",
                "请确认该期间。",
                subjects=(subject,),
            )
        )
    return context.facts.labelled
