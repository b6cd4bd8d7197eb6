"""The classes of held-out layouts by name."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from evals.layouts.bills import draw_grid_bill, draw_southern_notice
from evals.layouts.green import draw_certificate, draw_feed_in, draw_green_power
from evals.layouts.hard import (
    draw_accounts,
    draw_odd_invoice,
    draw_odd_ledger,
    draw_stacked_bill,
    draw_toll,
    draw_two_invoices,
)
from evals.layouts.invoice import make_invoice
from evals.layouts.invoice_pdf import draw_browser, draw_digital, draw_old
from evals.layouts.invoice_xml import draw_xml, xml_truth
from evals.layouts.ledgers import draw_ledger
from evals.layouts.ofd_paper import OfdPaper, Vendor
from evals.layouts.papers import draw_mention, draw_notice, draw_ticket
from evals.layouts.records import draw_fuel_ledger, draw_meter_table, draw_pv_log, draw_report
from evals.layouts.sample import Sample
from evals.layouts.settlements import draw_gas_bill, draw_heat_settlement

Maker = Callable[[random.Random, int], Sample]


def _digital(rng: random.Random, seed: int) -> Sample:
    invoice = make_invoice(rng)
    return Sample(group="pdf-digital", seed=seed, filename="invoice.pdf", data=draw_digital(rng, invoice), truth=invoice.truth(), traits=invoice.traits)


def _old(rng: random.Random, seed: int) -> Sample:
    invoice = make_invoice(rng, old=True, most_lines=5)
    return Sample(group="pdf-old", seed=seed, filename="invoice.pdf", data=draw_old(rng, invoice), truth=invoice.truth(), traits=invoice.traits)


def _browser(rng: random.Random, seed: int) -> Sample:
    invoice = make_invoice(rng, most_lines=5)
    return Sample(group="pdf-browser", seed=seed, filename="invoice.pdf", data=draw_browser(rng, invoice), truth=invoice.truth(), traits=invoice.traits)


def _ofd(rng: random.Random, seed: int) -> Sample:
    vendor = Vendor.of(rng)
    invoice = make_invoice(rng)
    data = draw_digital(rng, invoice, lambda w, h, digits: OfdPaper(w, h, vendor=vendor))  # type: ignore[arg-type,return-value]
    traits = (*invoice.traits, f"tags-{vendor.tags}", f"split-{vendor.split}")
    return Sample(group="ofd", seed=seed, filename="invoice.ofd", data=data, truth=invoice.truth(), traits=traits)


def _xml(rng: random.Random, seed: int) -> Sample:
    invoice = make_invoice(rng)
    return Sample(group="xml", seed=seed, filename="invoice.xml", data=draw_xml(rng, invoice), truth=xml_truth(invoice), traits=invoice.traits)


def _drawn(group: str, extension: str, draw: Callable[[random.Random], tuple[bytes, dict[str, Any], tuple[str, ...]]]) -> Maker:
    def made(rng: random.Random, seed: int) -> Sample:
        data, truth, traits = draw(rng)
        return Sample(group=group, seed=seed, filename=f"{group}.{extension}", data=data, truth=truth, traits=traits)

    return made


def _varied(group: str, draw: Callable[[random.Random], tuple[str, bytes, dict[str, Any], tuple[str, ...]]]) -> Maker:
    """As ``_drawn`` for classes whose file type is drawn too."""

    def made(rng: random.Random, seed: int) -> Sample:
        extension, data, truth, traits = draw(rng)
        return Sample(group=group, seed=seed, filename=f"{group}.{extension}", data=data, truth=truth, traits=traits)

    return made


MAKERS: dict[str, Maker] = {"pdf-digital": _digital, "pdf-old": _old, "pdf-browser": _browser, "ofd": _ofd, "xml": _xml}
MAKERS |= {
    "grid-bill": _drawn("grid-bill", "pdf", draw_grid_bill),
    "southern-notice": _drawn("southern-notice", "pdf", draw_southern_notice),
    "gas-bill": _drawn("gas-bill", "pdf", draw_gas_bill),
    "heat-settlement": _drawn("heat-settlement", "pdf", draw_heat_settlement),
    "odd-invoice": _drawn("odd-invoice", "pdf", draw_odd_invoice),
    "accounts": _drawn("accounts", "pdf", draw_accounts),
    "two-invoices": _drawn("two-invoices", "pdf", draw_two_invoices),
    "toll": _drawn("toll", "pdf", draw_toll),
    "stacked-bill": _drawn("stacked-bill", "pdf", draw_stacked_bill),
    "odd-ledger": _drawn("odd-ledger", "xlsx", draw_odd_ledger),
    "unknown": _drawn("unknown", "pdf", draw_notice),
    "mention": _drawn("mention", "pdf", draw_mention),
    "ticket": _drawn("ticket", "pdf", draw_ticket),
    "ledger": _drawn("ledger", "xlsx", draw_ledger),
    "feed-in-bill": _drawn("feed-in-bill", "pdf", draw_feed_in),
    "green-power": _drawn("green-power", "pdf", draw_green_power),
    "certificate": _drawn("certificate", "pdf", draw_certificate),
    "meter-table": _drawn("meter-table", "pdf", draw_meter_table),
    "fuel-ledger": _varied("fuel-ledger", draw_fuel_ledger),
    "pv-log": _varied("pv-log", draw_pv_log),
    "energy-report": _varied("energy-report", draw_report),
}


def make(group: str, seed: int) -> Sample:
    """The sample of a class and seed, always the same one."""
    return MAKERS[group](random.Random(f"{group}/{seed}"), seed)
