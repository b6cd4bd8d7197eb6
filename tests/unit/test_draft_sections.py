"""Editing a section by section: what is kept, what is refused, what goes stale, what the document prints."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import pytest
from sqlalchemy import text as sql

from app.bootstrap import open_workspace
from app.domain.errors import Conflict, InputRefused, NotFound, UsageError
from app.domain.project import Project
from app.services import draft_versions as service
from app.services.backup import backup, restore
from app.services.draft_assembly import for_reading
from app.services.draft_editing import read_text, save_text, text_of
from app.services.draft_sections import Section, SectionState, outline, versions_of
from app.services.drafting import make_draft, verify_file
from app.services.projects import add_project, update_project
from app.services.verification import verify_project
from app.services.workspace import Workspace
from app.store import log

PROFILE = """[factory]
name = "示例电芯有限公司"
uscc = "91340200MA0EXAMPL7"
province = "安徽"
city = "芜湖市"
address = "示范路88号"
industry = "锂电池"
ets_covered = false
year = 2025
[output]
product = "锂离子电池"
quantity = "2.5"
unit = "GWh"
industrial_value_added_wan_yuan = "23691"
"""
SECTION = "enterprise"


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    made = open_workspace(tmp_path / "home", actor="王工")
    made.clock = lambda: datetime(2026, 7, 1, 4, tzinfo=UTC)
    add_project(made, PROFILE)
    return made


@pytest.fixture
def project(ws: Workspace) -> Project:
    return ws.project("p1")


def now(ws: Workspace, project: Project, id: str = SECTION) -> Section:
    return outline(ws, ws.project(project.id)).find(id)


def text_now(ws: Workspace, project: Project, id: str = SECTION) -> str:
    outlined = outline(ws, project)
    return text_of(ws, outlined, outlined.find(id))


def edited(ws: Workspace, project: Project, sentence: str = "本企业设有能源管理岗位。", id: str = SECTION) -> int:
    section = now(ws, project, id)
    saving = save_text(ws, project, id, text_now(ws, project, id) + f"\n{sentence}\n", base=section.version)
    assert saving.version is not None, [t.problem.message for t in saving.reading.problems]
    return saving.version


def events(ws: Workspace, project: Project) -> list[str]:
    with ws.reading() as c:
        return [e.type for e in log.entries(c, project.id)]


def with_output(quantity: str) -> str:
    return PROFILE.replace('quantity = "2.5"', f'quantity = "{quantity}"')


def test_untouched_sections_are_drafts_and_follow_the_data(ws: Workspace, project: Project) -> None:
    assert {s.state for s in outline(ws, project).sections} == {SectionState.DRAFT}
    assert "cover" not in [s.id for s in outline(ws, project).sections]
    assert "2.5" in text_now(ws, project)
    update_project(ws, project.id, with_output("3.5"))
    assert "3.5" in text_now(ws, ws.project("p1"))
    assert now(ws, project).state is SectionState.DRAFT
    assert events(ws, project) == ["project-added", "profile-changed"]


def test_saving_keeps_a_version_with_who_and_when_and_prints_it(ws: Workspace, project: Project, tmp_path: Path) -> None:
    assert edited(ws, project) == 1
    section = now(ws, project)
    assert section.state is SectionState.EDITED
    assert section.stored is not None
    assert (section.stored.saved_by, section.stored.saved_at[:10], section.stored.way) == ("王工", "2026-07-01", "edited")
    made = make_draft(ws, project)
    path = tmp_path / "a.docx"
    path.write_bytes(made.data)
    assert "本企业设有能源管理岗位" in docx_text(path)
    assert verify_file(ws, project, path)["findings"] == []


def docx_text(path: Path) -> str:
    from docx import Document

    return "\n".join(p.text for p in Document(str(path)).paragraphs)


def test_the_same_text_again_is_no_version(ws: Workspace, project: Project) -> None:
    saving = save_text(ws, project, SECTION, text_now(ws, project).replace("\n", "\r\n"), base=0)
    assert (saving.version, saving.unchanged) == (0, True)
    assert events(ws, project) == ["project-added"]


def test_a_typed_number_is_refused_with_ways_out_and_nothing_is_kept(ws: Workspace, project: Project) -> None:
    typed = text_now(ws, project) + "\n产量为2.5 GWh，比上年增长7%。\n"
    saving = save_text(ws, project, SECTION, typed, base=0)
    assert saving.version is None
    assert saving.reading.text == typed
    messages = [t.problem.message for t in saving.reading.problems]
    assert len(messages) == 2
    assert "没有数据来源" in messages[0]
    best = saving.reading.problems[0].suggestions[0]
    assert typed[best.start : best.end] == "2.5 GWh"
    fixed = typed[: best.start] + best.text + typed[best.end :]
    fixed = fixed.replace("，比上年增长7%", "")
    assert save_text(ws, project, SECTION, fixed, base=0).version == 1
    assert events(ws, project) == ["project-added", "draft-section-saved"]


def test_two_writers_both_keep_their_text(ws: Workspace, project: Project) -> None:
    mine = text_now(ws, project) + "\n我的一句。\n"
    edited(ws.acting_as("李工"), project, "对方的一句。")
    saving = save_text(ws, project, SECTION, mine, base=0)
    assert (saving.version, saving.newer, saving.reading.text) == (None, True, mine)
    assert saving.reading.problems == ()
    assert save_text(ws, project, SECTION, mine, base=1).version == 2
    kept = versions_of(ws, project, outline(ws, project).draft.form, SECTION)
    assert [(v.version, v.saved_by) for v in kept] == [(1, "李工"), (2, "王工")]
    rows = service.difference(ws, project, outline(ws, project), now(ws, project), 1, 2)
    assert {(p.kind, p.text) for r in rows for p in r.pieces if p.kind != "same"} >= {("removed", "对方"), ("added", "我")}


def test_dropping_the_citation_of_a_claim_asks_first(ws: Workspace, project: Project) -> None:
    id = next(s.id for s in outline(ws, project).sections if "｛注｜" in text_now(ws, project, s.id))
    text = re.sub("｛注｜[^｝]*｝", "", text_now(ws, project, id), count=1)
    saving = save_text(ws, project, id, text, base=0)
    assert saving.version is None
    assert len(saving.reading.dropped) == 1
    assert "《" in saving.reading.dropped[0]
    assert save_text(ws, project, id, text, base=0, accept=["citations"]).version == 1


def test_dropping_the_paragraph_with_its_citation_does_not_ask(ws: Workspace, project: Project) -> None:
    id = next(s.id for s in outline(ws, project).sections if "｛注｜" in text_now(ws, project, s.id))
    lines = text_now(ws, project, id).split("\n\n")
    gone = next(n for n, line in enumerate(lines) if "｛注｜" in line)
    saving = save_text(ws, project, id, "\n\n".join(lines[:gone] + lines[gone + 1 :]), base=0)
    assert saving.reading.dropped == ()
    assert saving.version == 1


def test_a_changed_value_marks_the_section_and_stops_the_export_until_it_is_taken_over(ws: Workspace, project: Project) -> None:
    edited(ws, project)
    service.approve(ws, project, SECTION, now(ws, project).content.hash)
    assert now(ws, project).state is SectionState.APPROVED
    update_project(ws, project.id, with_output("3.5"))
    project = ws.project("p1")
    section = now(ws, project)
    assert section.state is SectionState.STALE
    assert [(c.label, c.before, c.after) for c in section.changes if c.subject == "profile.output"] == [("产品产量", "2.5 GWh", "3.5 GWh")]
    assert [c.text for c in service.causes(ws, project, section)] == ["修改项目档案"]
    with pytest.raises(InputRefused) as refused:
        make_draft(ws, project)
    assert refused.value.id == "draft_section_stale"
    assert section.title in refused.value.message
    assert make_draft(ws, project, ["safeguards"]).data
    with pytest.raises(Conflict):
        service.approve(ws, project, SECTION, section.content.hash)
    reading = for_reading(outline(ws, project))
    assert {f.text for f in reading.facts.values() if f.id == "profile.output"} == {"2.5", "3.5"}
    assert service.refresh_all(ws, project) == [SECTION]
    section = now(ws, project)
    assert section.state is SectionState.EDITED
    assert "本企业设有能源管理岗位。" in text_now(ws, project)
    assert "3.5 GWh" in text_now(ws, project)
    assert make_draft(ws, project).data


def test_a_value_that_is_gone_becomes_a_gap(ws: Workspace, project: Project) -> None:
    edited(ws, project)
    update_project(ws, project.id, PROFILE.replace('industrial_value_added_wan_yuan = "23691"\n', ""))
    project = ws.project("p1")
    gone = [c for c in now(ws, project).changes if c.subject == "profile.value_added"]
    assert [(c.before, c.after) for c in gone] == [("23691万元", "")]
    service.refresh(ws, project, SECTION)
    assert "【待补充：工业增加值】" in text_now(ws, project)
    assert now(ws, project).state is SectionState.EDITED


def test_a_new_sentence_of_the_program_alone_marks_the_section_too(ws: Workspace, project: Project) -> None:
    """A rule or a record can change what the program would write without touching a value that is printed."""
    edited(ws, project)
    section = now(ws, project)
    update_project(ws, project.id, PROFILE.replace("ets_covered = false", "ets_covered = true"))
    project = ws.project("p1")
    changes = now(ws, project).changes
    assert [c.kind for c in changes] == ["text"]
    assert section.stored is not None
    assert any(r.kind != "same" for r in service.generated_since(now(ws, project)))
    service.refresh(ws, project, SECTION)
    assert now(ws, project).changes == ()


def test_a_changed_clause_marks_what_quotes_it(ws: Workspace, project: Project) -> None:
    id = next(s.id for s in outline(ws, project).sections if "｛注｜" in text_now(ws, project, s.id))
    edited(ws, project, id=id)
    cited = next(i.cited for b in now(ws, project, id).content.blocks for i in getattr(b, "inlines", ()) if hasattr(i, "cited"))
    document = ws.policies[cited.doc_id]
    clauses = tuple(
        replace(c, text=c.text.replace(cited.quote, "改写之后的要求。"), digest="0" * len(c.digest)) if c.id == cited.clause else c
        for c in document.clauses
    )
    ws._cache["policies"] = MappingProxyType({**ws.policies, cited.doc_id: replace(document, clauses=clauses)})
    changed = [c for c in now(ws, project, id).changes if c.kind == "clause"]
    assert changed[0].before == cited.quote
    assert "改写之后的要求" in changed[0].after
    service.refresh(ws, project, id)
    assert [c for c in now(ws, project, id).changes if c.kind == "clause"] == []


def test_an_approval_holds_for_one_content_only(ws: Workspace, project: Project) -> None:
    section = now(ws, project)
    with pytest.raises(Conflict):
        service.approve(ws, project, SECTION, "0" * 64)
    assert service.approve(ws, project, SECTION, section.content.hash) == 1
    assert service.approve(ws, project, SECTION, section.content.hash) == 1
    approved = now(ws, project)
    assert (approved.state, approved.stored and approved.stored.way) == (SectionState.APPROVED, "frozen")
    edited(ws, project)
    assert now(ws, project).state is SectionState.EDITED
    service.restore(ws, project, SECTION, 1)
    assert now(ws, project).state is SectionState.APPROVED
    service.withdraw(ws, project, SECTION, "还要再看")
    assert now(ws, project).approval is None
    with pytest.raises(Conflict):
        service.withdraw(ws, project, SECTION)
    assert events(ws, project).count("draft-section-approved") == 1


def test_regenerating_follows_the_data_again_and_keeps_the_history(ws: Workspace, project: Project) -> None:
    with pytest.raises(Conflict):
        service.regenerate(ws, project, SECTION)
    edited(ws, project)
    assert service.regenerate(ws, project, SECTION) == 2
    section = now(ws, project)
    assert (section.state, section.version, section.stored) == (SectionState.DRAFT, 2, None)
    update_project(ws, project.id, with_output("3.5"))
    project = ws.project("p1")
    assert now(ws, project).state is SectionState.DRAFT
    assert "3.5" in text_now(ws, project)
    service.restore(ws, project, SECTION, 1)
    assert now(ws, project).state is SectionState.STALE
    with pytest.raises(NotFound):
        service.restore(ws, project, SECTION, 9)


def test_a_stale_section_can_still_be_edited_with_its_own_values(ws: Workspace, project: Project) -> None:
    edited(ws, project)
    update_project(ws, project.id, with_output("3.5"))
    project = ws.project("p1")
    before = now(ws, project)
    version = edited(ws, project, "再加一句。")
    after = now(ws, project)
    assert version == 2
    assert after.state is SectionState.STALE
    assert {c.subject for c in after.changes} == {c.subject for c in before.changes}
    outlined = outline(ws, project)
    both = text_now(ws, project) + "\n｛产品产量｜3.5 GWh｝\n"
    problems = read_text(ws, project, outlined, after, both, 2).problems
    assert problems
    assert {t.problem.id for t in problems} <= {"mixed", "token"}


def test_comments_open_and_close(ws: Workspace, project: Project) -> None:
    service.comment(ws, project, SECTION, " 请核对地址 ")
    comment = now(ws, project).comments[0]
    assert (comment.text, comment.written_by, comment.version) == ("请核对地址", "王工", 0)
    assert now(ws, project).open_comments == 1
    service.resolve(ws.acting_as("李工"), project, SECTION, comment.seq, resolved=True)
    assert (now(ws, project).open_comments, now(ws, project).comments[0].resolved_by) == (0, "李工")
    service.resolve(ws, project, SECTION, comment.seq, resolved=False)
    assert now(ws, project).open_comments == 1
    with pytest.raises(UsageError):
        service.comment(ws, project, SECTION, "  ")
    with pytest.raises(NotFound):
        service.resolve(ws, project, SECTION, 999, resolved=True)


def test_the_log_proves_versions_approvals_and_comments(ws: Workspace, project: Project) -> None:
    edited(ws, project)
    service.approve(ws, project, SECTION, now(ws, project).content.hash)
    service.comment(ws, project, SECTION, "好")
    assert verify_project(ws, project)["findings"] == []
    for table, column in (("draft_version", "content"), ("draft_approval", "approved_by"), ("draft_comment", "text")):
        with ws.writing() as c:
            before = c.execute(sql(f"SELECT {column} FROM {table}")).scalar_one()
            c.execute(sql(f"UPDATE {table} SET {column} = '改过'"))
        assert [f.id for f in verify_project(ws, project)["findings"]] == ["row-changed"]
        with ws.writing() as c:
            c.execute(sql(f"UPDATE {table} SET {column} = :before"), {"before": before})


def test_backup_brings_edited_sections_back(ws: Workspace, project: Project, tmp_path: Path) -> None:
    edited(ws, project)
    service.approve(ws, project, SECTION, now(ws, project).content.hash)
    backup(ws, tmp_path / "b.tar.gz")
    restore(tmp_path / "other", tmp_path / "b.tar.gz")
    again = open_workspace(tmp_path / "other")
    section = outline(again, again.project("p1")).find(SECTION)
    assert section.state is SectionState.APPROVED
    assert section.content.hash == now(ws, project).content.hash


def test_a_falsified_document_is_still_caught(ws: Workspace, project: Project, tmp_path: Path) -> None:
    edited(ws, project, "产品为｛主要产品｜锂离子电池｝，产量｛产品产量｜2.5 GWh｝。")
    import zipfile

    made = make_draft(ws, project)
    good = tmp_path / "good.docx"
    good.write_bytes(made.data)
    assert verify_file(ws, project, good)["findings"] == []
    caught = 0
    body = zipfile.ZipFile(good).read("word/document.xml").decode()
    places = [m.start() for m in re.finditer(">2\\.5<", body)]
    assert len(places) >= 2
    for place in places:
        bad = tmp_path / f"bad{place}.docx"
        with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w") as out:
            for item in source.infolist():
                data = source.read(item)
                if item.filename == "word/document.xml":
                    data = (body[:place] + body[place:].replace(">2.5<", ">2.6<", 1)).encode()
                out.writestr(item, data)
        caught += any(f.id == "changed-number" for f in verify_file(ws, project, bad)["findings"])
    assert caught == len(places)
