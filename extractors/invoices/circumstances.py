"""What an invoice says around its energy lines: who sells to whom, which accounts, what a line break left open."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.activity import InvoiceLine
from app.domain.carrier import Carrier, Direction
from app.domain.finding import Finding
from app.domain.page import Source
from extractors.evidence import explain
from extractors.invoices.remark import RemarkFacts
from extractors.text import compact
from extractors.vocabulary import CarrierTerms, is_grid_company


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyLine:
    """A line that is energy: its place among the lines (from 1), its carrier, whether the carrier is certain, and its money after
    the discount lines that follow it."""

    index: int
    line: InvoiceLine
    terms: CarrierTerms
    certain: bool
    net: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What records of one document share. ``blocked``: the document has a blocking finding; ``proven``: its sums hold; ``coded``: the code
    printed on it agrees."""

    sha256: str
    source: Source
    facts: RemarkFacts
    issue_date: str | None
    red: bool
    linked: str
    blocked: bool
    proven: bool
    remark: str = ""
    buyer: str = ""
    coded: bool = False


def energy_direction(
    entry: EnergyLine, context: Context, subject: str, own: list[Finding]
) -> tuple[Carrier, Direction]:
    """Electricity sold to a grid company (photovoltaic feed-in, also where the grid issues the invoice itself) leaves the factory."""
    carrier = entry.terms.carrier
    if carrier is not Carrier.ELECTRICITY:
        return carrier, Direction.PURCHASED
    said = compact(entry.line.item + entry.line.spec + context.remark)
    solar, wind = "光伏" in said, "风电" in said or "风力" in said
    if is_grid_company(context.buyer):
        carrier = Carrier.PV_GENERATION if solar else Carrier.WIND_GENERATION if wind else carrier
        own.append(
            explain(
                "sold-to-grid",
                f"购买方“{context.buyer}”是电网企业：这是上网电量，不是外购电量。",
                "请确认本单位是售电方，电量方向为上网。",
                subjects=(subject,),
            )
        )
        return carrier, Direction.EXPORTED
    if solar or wind:
        own.append(
            explain(
                "generation-bought",
                "项目名称是光伏（风力）发电：可能是场内分布式项目直供的电量，也可能是本单位售出的电量。",
                "请确认电量来源和方向；厂内直供的不计入电网购电。",
                subjects=(subject,),
            )
        )
    return carrier, Direction.PURCHASED


def remark_doubts(context: Context, subject: str) -> list[Finding]:
    """What the remark leaves open for every record of the invoice: which of several accounts, what a line break cut in two."""
    out = []
    if len(context.facts.accounts) > 1:
        out.append(
            explain(
                "several-accounts",
                f"备注中有多个户号：{'、'.join(context.facts.accounts)}，票面没有分户数量。",
                "请确认各户的用能量，必要时分户补充账单。",
                subjects=(subject,),
                data={"values": list(context.facts.accounts)},
            )
        )
    if context.facts.broken:
        out.append(
            explain(
                "remark-broken",
                f"备注换行处可能断开：{'；'.join(context.facts.broken)}。",
                "请对照原件确认。",
                subjects=(subject,),
            )
        )
    return out
