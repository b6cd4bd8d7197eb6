"""A certificate, a kilowatt-hour of green power: used by one project of a home, refused to the next one."""

from __future__ import annotations

from ledger_builders import PROFILE, USCC, extraction, new_project, record, rid, take_in

from app.domain.activity import DocumentKind
from app.domain.carrier import Carrier
from app.domain.finding import Severity
from app.services import account, review
from app.services.workspace import Workspace

COUNTED = '[accounting]\ngec_zero_factor = true\nremainder_policy = "plain_average"\n'
OTHER = PROFILE.replace(USCC, "91340000TEST000026").replace("测试电池有限公司", "邻厂有限公司") + COUNTED
CLAIM_IDS = {"claim-used-elsewhere", "claim-elsewhere"}


def bill(name: str, **changes):
    return extraction(name, record("r1", "5000", **changes))


def certificate(name: str, number: str, **changes):
    given = {"carrier": Carrier.GREEN_CERTIFICATE, "account_number": None, "params": {"certificate_id": number}, **changes}
    return extraction(name, record("r1", "1000", **given), kind=DocumentKind.GREEN_CERTIFICATE)


def settlement(name: str, **changes):
    given = {"carrier": Carrier.GREEN_POWER, **changes}
    return extraction(name, record("r1", "800", **given), kind=DocumentKind.GREEN_POWER_SETTLEMENT)


def filled(ws: Workspace, profile: str, *papers):
    project = new_project(ws, profile)
    take_in(ws, project, *papers)
    with ws.reading() as c:
        from app.store import rows

        ids = [r.id for r in rows.records(c, project.id)]
    review.confirm(ws, project, ids)
    return project


def claims(ws: Workspace, project):
    return [f for f in account.account(ws, project).findings if f.id in CLAIM_IDS]


def test_one_certificate_in_two_projects_blocks_both_and_names_the_other(ws: Workspace) -> None:
    first = filled(ws, PROFILE + COUNTED, bill("a.pdf"), certificate("c1.pdf", "GEC-001"))
    assert claims(ws, first) == []
    second = filled(ws, OTHER, bill("b.pdf", account_number="1002"), certificate("c2.pdf", "GEC-000，GEC-001"))
    (here,) = claims(ws, second)
    assert (here.id, here.severity, here.subjects) == ("claim-used-elsewhere", Severity.BLOCKING, (rid("c2.pdf"), rid("c1.pdf")))
    assert f"项目 {first.id}（测试电池有限公司 2025 年）" in here.message
    assert "证书编号 GEC-001 相同" in here.message
    assert here.data["project"] == first.id
    (there,) = claims(ws, first)
    assert (there.severity, there.data["project"]) == (Severity.BLOCKING, second.id)
    review.reject(ws, second, rid("c2.pdf"), "归邻厂")
    assert claims(ws, first) == claims(ws, second) == []


def test_other_certificates_are_nobodys_business(ws: Workspace) -> None:
    filled(ws, PROFILE + COUNTED, bill("a.pdf"), certificate("c1.pdf", "GEC-001"))
    second = filled(ws, OTHER, bill("b.pdf", account_number="1002"), certificate("c2.pdf", "GEC-002"))
    assert claims(ws, second) == []


def test_an_unconfirmed_claim_claims_nothing(ws: Workspace) -> None:
    first = new_project(ws, PROFILE + COUNTED)
    take_in(ws, first, certificate("c1.pdf", "GEC-001", needs_review=True))
    second = filled(ws, OTHER, bill("b.pdf", account_number="1002"), certificate("c2.pdf", "GEC-001"))
    assert claims(ws, second) == []


def test_a_certificate_registered_but_not_counted_is_to_be_settled(ws: Workspace) -> None:
    filled(ws, PROFILE, bill("a.pdf"), certificate("c1.pdf", "GEC-001"))
    second = filled(ws, OTHER, bill("b.pdf", account_number="1002"), certificate("c2.pdf", "GEC-001"))
    (found,) = claims(ws, second)
    assert (found.id, found.severity) == ("claim-elsewhere", Severity.EXPLAIN)
    assert "对方项目尚未用它核减排放" in found.message


def test_green_power_of_one_account_and_month_in_two_projects(ws: Workspace) -> None:
    first = filled(ws, PROFILE + COUNTED, bill("a.pdf"), settlement("g1.pdf"))
    second = filled(ws, OTHER, bill("b.pdf"), settlement("g2.pdf"))
    (found,) = claims(ws, second)
    assert (found.severity, found.data["project"]) == (Severity.BLOCKING, first.id)
    assert "户号 1001 的同一期间" in found.message


def test_green_power_from_the_same_file_without_an_account(ws: Workspace) -> None:
    filled(ws, PROFILE + COUNTED, bill("a.pdf"), settlement("g.pdf", account_number=None))
    second = filled(ws, OTHER, bill("b.pdf"), settlement("g.pdf", account_number=None))
    (found,) = claims(ws, second)
    assert "同一份文件" in found.message


def test_other_months_and_other_accounts_are_other_power(ws: Workspace) -> None:
    filled(ws, PROFILE + COUNTED, bill("a.pdf"), settlement("g1.pdf"))
    april = {"period_start": "2025-04-01", "period_end": "2025-04-30"}
    second = filled(
        ws, OTHER, bill("b.pdf", account_number="1002"), bill("b4.pdf", **april), settlement("g2.pdf", account_number="1002"), settlement("g3.pdf", **april)
    )
    assert claims(ws, second) == []


def test_a_certificate_is_not_used_for_two_years(ws: Workspace) -> None:
    filled(ws, PROFILE + COUNTED, bill("a.pdf"), certificate("c1.pdf", "GEC-001"))
    late = {"period_start": "2026-03-01", "period_end": "2026-03-31"}
    second = filled(
        ws, PROFILE.replace("year = 2025", "year = 2026") + COUNTED, bill("b.pdf", **late), certificate("c2.pdf", "GEC-001", **late)
    )
    (found,) = claims(ws, second)
    assert (found.id, found.severity) == ("claim-used-elsewhere", Severity.BLOCKING)


def test_a_settlement_across_new_year_is_split_between_the_years(ws: Workspace) -> None:
    """Each project takes its own days of the same paper."""
    across = {"period_start": "2025-12-01", "period_end": "2026-01-31"}
    whole = bill("a.pdf", **across)
    filled(ws, PROFILE + COUNTED, whole, settlement("g.pdf", **across))
    second = filled(ws, PROFILE.replace("year = 2025", "year = 2026") + COUNTED, whole, settlement("g.pdf", **across))
    assert claims(ws, second) == []


def test_claims_sold_or_outside_the_year_are_no_claims(ws: Workspace) -> None:
    from app.domain.carrier import Direction

    filled(ws, PROFILE + COUNTED, bill("a.pdf"), certificate("c1.pdf", "GEC-001", direction=Direction.EXPORTED), settlement("g0.pdf", period_start="2024-03-01", period_end="2024-03-31"))
    second = filled(ws, OTHER, bill("b.pdf", account_number="1002"), certificate("c2.pdf", "GEC-001"))
    assert claims(ws, second) == []
