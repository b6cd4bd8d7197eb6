"""Bills bound in one file, a page or more each: which pages make one bill, told by account and period."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise

from app.domain.finding import Finding
from app.domain.page import Document, Page
from extractors.bills.extract import extract_bill
from extractors.evidence import explain
from extractors.templates import Template, classify

Key = tuple[str, str, str]
"""(account, first day, last day)."""


def bills_of(document: Document, only: Callable[[Page], Document]) -> tuple[tuple[tuple[Page, ...], ...], tuple[Finding, ...]]:
    """The pages of each bill, and what a person must settle; empty when the file is one bill, or when its pages cannot be told apart.

    ``only`` gives the document of one page. A page that does not state account, period and a quantity by itself goes on from the page
    before. Periods of one account that overlap (a year beside its months) are one paper's business and are left to its checks.
    """
    found = classify(document)
    if len(document.pages) < 2 or found is None or found[0].mechanism != "bill":
        return (), ()
    groups: dict[Key, list[Page]] = {}
    leading: list[Page] = []
    current: list[Page] = leading
    for page in document.pages:
        key = _key(only(page), found[0])
        if key is not None:
            current = groups.setdefault(key, [])
        current.append(page)
    if len(groups) < 2 or not _apart(list(groups)):
        return (), ()
    first = next(iter(groups.values()))
    first[:0] = leading
    accounts = list(dict.fromkeys(account for account, _, _ in groups))
    return tuple(tuple(g) for g in groups.values()), (_several(accounts),) if len(accounts) > 1 else ()


def _key(document: Document, template: Template) -> Key | None:
    found = classify(document)
    if found is None or found[0].id != template.id:
        return None
    # The date only bounds what is plausible; nothing of this reading is kept.
    page = extract_bill(document, *found, date.max)
    stated = [page.field(name) for name in ("account_number", "period_start", "period_end")]
    if len(page.records) != 1 or any(f is None or f.status != "auto" for f in stated):
        return None
    account, first, last = (f.value for f in stated if f is not None)
    return account, first, last


def _apart(keys: Sequence[Key]) -> bool:
    ordered = sorted(keys)
    return all(a[0] != b[0] or a[2] < b[1] for a, b in pairwise(ordered))


def _several(accounts: Sequence[str]) -> Finding:
    return explain(
        "several-accounts",
        f"文件内有多个户号的账单：{'、'.join(accounts[:20])}。",
        "请确认各户之间没有总表与分表的关系，避免重复计入。",
        data={"values": list(accounts[:50])},
    )

