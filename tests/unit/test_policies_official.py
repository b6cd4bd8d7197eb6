"""The official text of a scheme known from news only: added, confirmed, and then decidable everywhere.

The notice is invented (tests/unit/official_notice.py) and its figures differ from the reported ones, so that a test tells which of the
two is in use."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import official_notice as notice
from eligibility_home import add_factory, open_home

from app.corpus.documents import find_clause
from app.domain.errors import NotFound, UsageError
from app.services.asking import ask_question
from app.services.drafting import make_draft
from app.services.eligibility import check_eligibility
from app.services.policies import added_text, check_corpus, policy_matrix, show_policy
from app.services.policy_add import add_policy, add_policy_file, read_policy_file
from app.services.policy_confirm import Choice
from app.services.policy_pending import confirm_pending, confirmed_text, edits_of, pending_of, withdraw_policy
from app.services.projects import list_projects
from app.services.schemes import scheme_cards
from app.services.workspace import Workspace

DOC, SCHEME = "miit-2026-07-notice", "zero_carbon_factory_national_2026"
ALL = Choice(everything=True, edits={})
REPORTED = ("1.8", "0.2", "30", "95", "35")
NATIONAL = '\nschemes = ["zero_carbon_factory_guideline", "zero_carbon_factory_national_2026"]\n'


def verdicts(ws: Workspace, name: str = "测试甲厂") -> dict[str, dict[str, Any]]:
    project = next(p for p in list_projects(ws) if p.profile.name == name)
    return {c["id"]: c for c in check_eligibility(ws, project, [SCHEME])["criteria"]}


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    made = open_home(tmp_path)
    add_factory(made, "测试甲厂")
    return made


@pytest.fixture(scope="module")
def confirmed(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("official")
    made = open_home(folder)
    add_factory(made, "测试甲厂")
    make_draft(made, list_projects(made)[0])
    add_policy_file(made, notice.word(folder), notice.META, choice=ALL)
    return made


@pytest.mark.parametrize("make", [notice.plain, notice.word, notice.web_page, notice.pdf])
def test_every_format_gives_the_same_clauses_and_proposals(make, tmp_path: Path) -> None:
    from app.corpus.documents import load_documents

    path = make(tmp_path)
    preview = add_policy(read_policy_file(path), notice.META, filename=path.name, known=load_documents())
    figures = {(p.row["topic"], p.row.get("stage")): p.row["threshold"] for p in preview.proposals if p.quantity}
    assert figures == {
        ("carbon_intensity", "基本要求"): "2.35", ("carbon_intensity", "2030"): "0.45",
        ("renewable_share", "基本要求"): "22", ("renewable_share", "2030"): "88",
        ("physical_green_share", "基本要求"): "12", ("physical_green_share", "2030"): "27",
    }  # fmt: skip
    rows = [c for c in preview.clauses if c.kind == "table"]
    assert [c.path for c in rows] == ["附件1-t1", "附件1-t2", "附件1-t3", "附件1-t4"]
    assert "基本要求 | 2030年引领值" in rows[1].title
    by_topic = {p.row["topic"]: p.row for p in preview.proposals}
    assert by_topic["deadline"]["threshold"] == notice.DEADLINE
    assert (preview.meta.fields["document_number"], preview.meta.fields["issued"]) == (notice.NUMBER, "2026-07-21")
    assert all(p.quote and p.row["evidence"] == "official" for p in preview.proposals)
    assert preview.replaces == DOC


def test_a_scanned_notice_is_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reading hands pages that are pictures to the recogniser; what it returns is what is split."""
    import ingestion.ocr
    from app.domain.page import Document, Media, Page

    path = tmp_path / "扫描.pdf"
    path.write_bytes(b"%PDF-1.4")
    empty = Document(sha256="0" * 64, filename=path.name, media=Media.PDF, size=8, pages=(Page(number=1, width=595, height=842, scanned=True),))
    read = Document(sha256="0" * 64, filename=path.name, media=Media.PDF, size=8, paragraphs=tuple(notice.HEAD))
    monkeypatch.setattr("ingestion.sandbox.read_in_sandbox", lambda *a, **k: empty)
    monkeypatch.setattr(ingestion.ocr, "complete", lambda document, given: read if (document, given) == (empty, path) else document)
    preview = add_policy(read_policy_file(path), notice.META, filename=path.name)
    assert find_clause_path(preview.clauses, "二-(二)") is not None


def find_clause_path(clauses, path: str):
    return next((c for c in clauses if c.path == path), None)


def test_a_preview_shows_the_verdicts_that_would_change_and_writes_nothing(ws: Workspace, tmp_path: Path) -> None:
    before = verdicts(ws)
    result = add_policy_file(ws, notice.word(tmp_path), notice.META, dry_run=True)
    moved = {c["id"]: (c["before"], c["after"]) for p in result["effect"]["projects"] for c in p["changes"] if c["before"] != c["after"]}
    assert moved["n26-intensity-basic"] == ("insufficient_evidence", "met")
    assert moved["n26-non-fossil-basic"] == ("insufficient_evidence", "not_met")
    assert verdicts(ws) == before
    assert not ws.settings.corpus.exists()
    text = added_text(result)
    assert "待补证 → 符合" in text
    assert "代替“单位能耗碳排放的基本要求：不高于1.8 tCO2/tce”" in text


def test_until_somebody_confirms_the_reports_stay_reports(ws: Workspace, tmp_path: Path) -> None:
    before = verdicts(ws)
    add_policy_file(ws, notice.word(tmp_path), notice.META)
    after = verdicts(ws)
    assert {i: (c["verdict"], c["threshold"]) for i, c in after.items()} == {i: (c["verdict"], c["threshold"]) for i, c in before.items()}
    assert len(pending_of(ws, DOC)) >= 9
    blocking = [f for f in check_corpus(extra_roots=(ws.settings.corpus,)) if f.severity.value == "blocking"]
    assert blocking == []


def test_confirmed_figures_decide_and_the_official_one_wins(confirmed: Workspace) -> None:
    found = verdicts(confirmed)
    assert {i: c["verdict"] for i, c in found.items()} == {
        "n26-intensity-basic": "met", "n26-intensity-2030": "not_met", "n26-non-fossil-basic": "not_met",
        "n26-non-fossil-2030": "not_met", "n26-physical-2030": "not_applicable", "n26-physical-basic": "not_applicable",
    }  # fmt: skip
    assert found["n26-intensity-basic"]["threshold"] == "不高于 2.35 tCO2/tce"
    assert found["n26-physical-basic"]["threshold"] == "不低于 12 %"
    for criterion in found.values():
        assert criterion["evidence"] == "official"
        assert find_clause(confirmed.policies, criterion["clause"]) is not None
        assert not {f"{n} " for n in REPORTED} & {str(criterion["threshold"]).split(" ")[1] + " "}
        assert "据报道" not in criterion["reason"]
    # The clause says 等价值, so the other reading of the intensity is no longer asked.
    assert [o["name"] for o in found["n26-intensity-basic"]["operands"]] == ["intensity_equivalent"]


def test_deadline_forms_matrix_and_answers_follow(confirmed: Workspace) -> None:
    card = next(c for c in scheme_cards(confirmed, list_projects(confirmed)[0]) if c.status.scheme == SCHEME)
    assert (card.deadline, card.status.status.value) == (notice.DEADLINE, "now")
    shown = show_policy(confirmed.policies, DOC)
    assert shown["deadline"] == notice.DEADLINE
    assert any("申报书" in m for m in shown["materials"])
    cells = {c["topic"]: c for c in policy_matrix(confirmed.policies, None, ["全国"])["cells"]}
    for topic in ("carbon_intensity", "deadline", "materials"):
        entry = next(e for e in cells[topic]["entries"] if e["doc_id"] == DOC)
        assert (entry["state"], entry["evidence"]) == ("stated", "official")
        assert all(find_clause(confirmed.policies, c["id"]) for c in entry["clauses"])
    for question, figure in (
        ("国家级零碳工厂单位能耗碳排放的基本要求是多少？", "2.35"),
        ("国家通知申报截止到什么时候？", "9月18日"),
        ("国家级零碳工厂要交什么申报表格？", "申报书"),
        ("非化石能源消费占比2030年要达到多少？", "88"),
    ):
        answer = ask_question(confirmed, question)
        assert answer["status"] == "answered", question
        assert figure in str(answer["answer"]), question
        assert any(c["clause"].startswith(DOC) and c["evidence"] == "official" for c in answer["citations"]), question


def test_the_draft_cites_the_official_clause(confirmed: Workspace) -> None:
    from app.services.projects import add_project

    text = (Path(__file__).parent / "eligibility_home.py").read_text("utf-8").split('HEAD = """')[1].split('"""')[0]
    head = text.format(name="测试乙厂").replace(
        '["zero_carbon_factory_guideline", "zero_carbon_factory_hunan"]', f'["zero_carbon_factory_guideline", "{SCHEME}"]'
    )
    project = add_project(confirmed, head)
    draft = make_draft(confirmed, project)
    assert draft.summary["citations"] > 0
    shown = check_eligibility(confirmed, project)["criteria"]
    assert {c["evidence"] for c in shown if c["scheme"] == SCHEME} == {"official"}


def test_the_news_stays_as_history_and_its_citation_still_opens(confirmed: Workspace) -> None:
    shown = show_policy(confirmed.policies, DOC)
    assert len(shown["history"]) >= 20
    assert {h["evidence"] for h in shown["history"]} == {"news", "derived"}
    old = show_policy(confirmed.policies, f"{DOC}/未见条号")
    assert old["earlier"]
    assert "1.8" in old["text"]
    with pytest.raises(NotFound):
        show_policy(confirmed.policies, f"{DOC}/九十九")


def test_confirming_some_and_correcting_one(ws: Workspace, tmp_path: Path) -> None:
    add_policy_file(ws, notice.word(tmp_path), notice.META)
    ahead = confirm_pending(ws, DOC, ["carbon_intensity-1"], dry_run=True)
    assert not ahead["written"]
    assert len(pending_of(ws, DOC)) == ahead["waiting"] + 1
    with pytest.raises(UsageError, match=r"没有 2\.53 这个数"):
        confirm_pending(ws, DOC, ["carbon_intensity-1"], edits=edits_of(["carbon_intensity-1.threshold=2.53"]))
    done = confirm_pending(ws, DOC, ["carbon_intensity-1"], edits=edits_of(["carbon_intensity-1.operator=<"]), drops=["procedure-3"])
    assert verdicts(ws)["n26-intensity-basic"]["threshold"] == "低于 2.35 tCO2/tce"
    # What is reported and not borne out by a confirmed provision is no longer compared.
    assert set(verdicts(ws)) == {"n26-intensity-basic"}
    assert any("报道数值" in said for said in done["left"])
    assert "procedure-3" not in {r["pid"] for r in pending_of(ws, DOC)}
    confirm_pending(ws, DOC, [], everything=True)
    assert len(verdicts(ws)) == 6
    assert pending_of(ws, DOC) == []


def test_provisions_written_by_hand_count_as_confirmed(ws: Workspace, tmp_path: Path) -> None:
    rows = (
        '[[provision]]\npid = "i-1"\nclause = "附件1-t2"\ntopic = "carbon_intensity"\nmodality = "应"\nrule = "单位能耗碳排放的基本要求。"\n'
        'operator = "<="\nthreshold = "2.35"\nunit = "tCO2/tce"\nstage = "基本要求"\nevidence = "official"\n'
    )
    add_policy_file(ws, notice.plain(tmp_path), notice.META + rows)
    assert verdicts(ws)["n26-intensity-basic"]["verdict"] in ("met", "insufficient_evidence")
    assert verdicts(ws)["n26-intensity-basic"]["threshold"] == "不高于 2.35 tCO2/tce"
    assert verdicts(ws)["n26-intensity-basic"]["evidence"] == "official"


def test_weaker_evidence_never_becomes_decidable(ws: Workspace, tmp_path: Path) -> None:
    add_policy_file(ws, notice.plain(tmp_path), notice.META.replace("official", "news"), choice=ALL)
    assert {c["verdict"] for c in verdicts(ws).values()} == {"insufficient_evidence"}
    assert all("待核实" in c["reason"] for c in verdicts(ws).values())


def test_an_edited_rule_file_is_not_written_over(ws: Workspace, tmp_path: Path) -> None:
    add_policy_file(ws, notice.plain(tmp_path), notice.META, choice=Choice(pids=("carbon_intensity-1",), edits={}))
    file = ws.settings.corpus / "rules" / f"{SCHEME}.toml"
    file.write_text(file.read_text("utf-8").replace("单位能耗碳排放：基本要求", "单位能耗碳排放（第一批）"), "utf-8")
    confirm_pending(ws, DOC, ["renewable_share-1"])
    assert verdicts(ws)["n26-intensity-basic"]["title"] == "单位能耗碳排放（第一批）"


def test_a_changed_text_keeps_its_earlier_version_and_loses_figures_it_no_longer_prints(ws: Workspace, tmp_path: Path) -> None:
    add_policy_file(ws, notice.plain(tmp_path), notice.META, choice=ALL)
    assert verdicts(ws)["n26-non-fossil-basic"]["threshold"] == "不低于 22 %"
    file = notice.plain(tmp_path)
    file.write_text(file.read_text("utf-8").replace("≥22", "≥24"), "utf-8")
    ahead = add_policy_file(ws, file, notice.META + "replace = true\n", dry_run=True)
    assert any(p["threshold"] == "24" for p in ahead["proposals"])
    result = add_policy_file(ws, file, notice.META + "replace = true\n", choice=ALL)
    assert "renewable_share-1" in result["confirmed"]
    assert verdicts(ws)["n26-non-fossil-basic"]["threshold"] == "不低于 24 %"
    assert verdicts(ws)["n26-intensity-basic"]["verdict"] == "met"
    folder = ws.settings.corpus / "documents" / DOC
    assert [p.name for p in (folder / "versions").iterdir()] == ["0001"]
    assert "≥22" in (folder / "versions" / "0001" / "text.md").read_text("utf-8")
    assert [v["number"] for v in show_policy(ws.policies, DOC)["versions"]] == [1]


def test_the_same_text_again_keeps_what_was_confirmed(ws: Workspace, tmp_path: Path) -> None:
    file = notice.plain(tmp_path)
    add_policy_file(ws, file, notice.META, choice=ALL)
    again = add_policy_file(ws, file, notice.META)
    assert again["proposals"] == []
    assert verdicts(ws)["n26-intensity-basic"]["verdict"] == "met"


def test_a_withdrawn_document_decides_nothing_more(ws: Workspace, tmp_path: Path) -> None:
    add_policy_file(ws, notice.plain(tmp_path), notice.META, choice=ALL)
    ahead = withdraw_policy(ws, DOC, day="2026-12-01", why="测试废止通知", dry_run=True)
    assert verdicts(ws)["n26-intensity-basic"]["verdict"] == "met"
    assert "将会改变" in confirmed_text(ahead)
    withdraw_policy(ws, DOC, day="2026-12-01", why="测试废止通知")
    assert {c["verdict"] for c in verdicts(ws).values()} == {"not_applicable"}
    assert all("废止或撤回" in c["reason"] for c in verdicts(ws).values())
    assert show_policy(ws.policies, DOC)["withdrawn"] == "2026-12-01"
    card = next(c for c in scheme_cards(ws, list_projects(ws)[0]) if c.status.scheme == SCHEME)
    assert card.status.status.value == "not"
    with pytest.raises(UsageError):
        withdraw_policy(ws, DOC, day="明天", why="x")


def test_a_shipped_document_can_be_withdrawn_too(ws: Workspace) -> None:
    withdraw_policy(ws, "hunan-2025-458", day="2026-12-01", why="测试废止通知")
    project = list_projects(ws)[0]
    found = [c for c in check_eligibility(ws, project)["criteria"] if c["scheme"] == "zero_carbon_factory_hunan"]
    assert {c["verdict"] for c in found} == {"not_applicable"}


def test_a_finished_draft_that_cites_changed_words_is_named(tmp_path: Path) -> None:
    from app.corpus.paths import corpus_root

    ws = open_home(tmp_path)
    project = add_factory(ws, "测试甲厂")
    make_draft(ws, project)
    text = (corpus_root() / "documents" / "miit-2026-13" / "text.md").read_text("utf-8")
    file = tmp_path / "十三号.txt"
    file.write_text(text.replace("二氧化碳", "二氧化碳（测试改动）"), "utf-8")
    result = add_policy_file(ws, file, 'id = "miit-2026-13"\nevidence = "official"\nurls = ["https://a.example"]\n', dry_run=True)
    assert [d["name"] for d in result["effect"]["drafts"]] == ["测试甲厂"]
    assert "草稿须重新核对" in added_text(result)
    assert any("文字有变" in r["why"] for r in result["effect"]["reviews"])


def test_a_text_that_seems_to_be_the_one_reported_is_pointed_out(ws: Workspace, tmp_path: Path) -> None:
    meta = 'id = "other-id"\nregion = "全国"\nevidence = "official"\nurls = ["https://a.example"]\n'
    result = add_policy_file(ws, notice.plain(tmp_path), meta, dry_run=True)
    found = [f for f in result["findings"] if f["id"] == "policy-may-replace"]
    assert found
    assert DOC in found[0]["fix"]


def test_a_text_under_its_own_id_supersedes_the_report(ws: Workspace, tmp_path: Path) -> None:
    meta = f'id = "notice-999"\nregion = "全国"\nevidence = "official"\nscheme = "零碳工厂"\nurls = ["https://a.example"]\nsupersedes = ["{DOC}"]\n'
    add_policy_file(ws, notice.plain(tmp_path), meta, choice=ALL)
    assert ws.policies[DOC].superseded_by == "notice-999"
    found = verdicts(ws)
    assert found["n26-intensity-basic"]["verdict"] == "met"
    assert found["n26-intensity-basic"]["clause"] == "notice-999/附件1-t2"
    assert len(found) == 6
