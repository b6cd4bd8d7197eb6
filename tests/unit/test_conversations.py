"""The conversation of a project: a chain of its own, rows that follow from it, one answer a question, and its exports."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

from app.bootstrap import open_workspace
from app.cli.main import run
from app.domain.errors import Conflict, NotFound, UsageError
from app.domain.project import Project
from app.services import asking, conversations
from app.services.conversation_export import as_jsonl, as_markdown, export_conversation
from app.services.conversations import answered, ask_in_project, put_question, rate, start_anew, stretch
from app.services.projects import add_project
from app.services.verification import verify_project
from app.services.workspace import Workspace
from app.store import log, schema
from app.store.engine import make_engine
from app.store.projection_conversation import HANDLERS, chain_of

PROFILE = '[factory]\nname = "示例工厂"\nprovince = "安徽"\nyear = 2025\nindustry = "锂电池"\nets_covered = false\n'


def reply(_ws: object, question: str, *, history: tuple[str, ...] = (), **_options: object) -> dict[str, Any]:
    said = f"{question}（上文 {len(history)} 句）"
    citation = {"key": "d/一#s1", "doc_id": "d", "title": "通知", "document_number": "某〔2026〕1号", "clause": "d/一", "quote": "原文 *一句*",
                "start": 0, "end": 6, "evidence": "official", "region": "全国", "year": "2026"}
    return {"question": question, "status": "answered", "mode": "extractive", "answer": said, "elapsed_ms": 1,
            "sentences": [{"text": said, "citations": ["d/一#s1"]}], "citations": [citation], "gaps": ["文件没有写的一点"]}


@pytest.fixture(autouse=True)
def _canned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "ask_question", reply)


@pytest.fixture
def project(ws: Workspace) -> Project:
    add_project(ws, PROFILE)
    return ws.project(None)


def events(ws: Workspace, name: str) -> list[str]:
    with ws.reading() as c:
        return [e.type for e in log.entries(c, name)]


def test_every_kind_of_event_is_in_a_chain_beside_the_projects_and_replays(ws: Workspace, project: Project) -> None:
    first = ask_in_project(ws, project, " 问 ")
    rate(ws, project, first.seq, "wrong_clause", "应为附件")
    rate(ws.acting_as("李工"), project, first.seq, "helpful")
    rate(ws, project, first.seq, "")
    assert start_anew(ws, project) == 2
    assert start_anew(ws, project) == 2
    put_question(ws, project, "没有答完的")
    assert events(ws, project.id) == ["project-added"]
    assert set(events(ws, chain_of(project.id))) == set(HANDLERS)
    part = stretch(ws, project)
    assert [(e.question, e.conversation, e.answer is None) for e in part.exchanges] == [("问", 1, False), ("没有答完的", 2, True)]
    assert [(f.rated_by, f.verdict) for f in part.exchanges[0].feedback] == [("李工", "helpful")]
    report = verify_project(ws, project)
    assert report["findings"] == []
    assert report["checked"]["conversation_entries"] == 7


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE exchange SET answer = replace(answer, '原文', '改过')", "row-changed"),
        ("UPDATE answer_feedback SET verdict = 'helpful'", "row-changed"),
        ("DELETE FROM conversation", "row-changed"),
        ("UPDATE log_entry SET payload = replace(payload, '问', '改') WHERE type = 'question-asked'", "log-broken"),
    ],
)
def test_a_changed_word_is_found(ws: Workspace, project: Project, change: str, found: str) -> None:
    rate(ws, project, ask_in_project(ws, project, "问").seq, "wrong_clause")
    start_anew(ws, project)
    with ws.writing() as c:
        c.execute(text("DROP TRIGGER log_entry_no_update"))
        c.execute(text(change))
    findings = verify_project(ws, project)["findings"]
    assert [f.id for f in findings] == [found]
    assert found == "row-changed" or findings[0].subjects == ("conversation:1",)


def test_one_question_gets_one_answer_whoever_asks_for_it(ws: Workspace, project: Project) -> None:
    asked = put_question(ws, project, "问")
    threads = [threading.Thread(target=answered, args=(ws, project, asked.seq)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert events(ws, chain_of(project.id)) == ["question-asked", "question-answered"]


def test_history_is_of_this_conversation_and_before_the_question(ws: Workspace, project: Project) -> None:
    other = add_project(ws, PROFILE.replace("示例工厂", "另一工厂"))
    ask_in_project(ws, other, "别的项目问的")
    for n in range(5):
        ask_in_project(ws, project, f"第{n}问")
    early = put_question(ws, project, "早问")
    ask_in_project(ws, project, "晚问")
    said = [e.answer["answer"] for e in stretch(ws, project).exchanges if e.answer]
    assert [s[-8:] for s in said] == ["（上文 0 句）", "（上文 1 句）", "（上文 2 句）", "（上文 3 句）", "（上文 3 句）", "（上文 3 句）"]
    assert "上文 3" in (answered(ws, project, early.seq).answer or {})["answer"]
    start_anew(ws, project)
    assert "上文 0" in (ask_in_project(ws, project, "新问").answer or {})["answer"]


def test_older_exchanges_page_by_page(ws: Workspace, project: Project) -> None:
    for n in range(5):
        put_question(ws, project, f"第{n}问")
    seen: list[str] = []
    before = None
    while True:
        part = stretch(ws, project, before=before, limit=2)
        seen = [e.question for e in part.exchanges] + seen
        if not part.older:
            break
        before = part.exchanges[0].seq
    assert seen == [f"第{n}问" for n in range(5)]


def test_what_cannot_be_kept_is_refused(ws: Workspace, project: Project) -> None:
    for question in ("", " \n", "长" * 501):
        with pytest.raises(UsageError):
            put_question(ws, project, question)
    asked = put_question(ws, project, "问")
    with pytest.raises(Conflict):
        rate(ws, project, asked.seq, "helpful")
    with pytest.raises(UsageError):
        rate(ws, project, asked.seq, "perhaps")
    with pytest.raises(NotFound):
        rate(ws, project, asked.seq + 1, "helpful")
    assert events(ws, chain_of(project.id)) == ["question-asked"]


def test_exports_hold_what_was_said_and_what_people_thought(ws: Workspace, project: Project, tmp_path: Path) -> None:
    assert "还没有问过问题" in as_markdown(ws, project)
    ask_in_project(ws, project, "先问")
    second = ask_in_project(ws, project, "# 标题\n[链接](http://x)", region="湖北")
    rate(ws, project, second.seq, "wrong_clause", "应为\n附件")
    made = as_markdown(ws, project)
    for words in ("《通知》（某〔2026〕1号） d/一", "> 原文 \\*一句\\*", "［1］", "须注意：文件没有写的一点", "评价：条款不对（测试员", "应为 附件", "## 对话 1"):
        assert words in made
    assert "问：\\# 标题 \\[链接\\](http://x)" in made
    (line,) = as_jsonl(ws, project).splitlines()
    row = json.loads(line)
    assert (row["id"], row["history"], row["region"], row["verdict"], row["text"]) == (f"p1-{second.seq}", ["先问"], "湖北", "wrong_clause", "应为\n附件")
    assert row["cited"] == [{"key": "d/一#s1", "doc_id": "d", "clause": "d/一", "quote": "原文 *一句*"}]
    export_conversation(ws, project, tmp_path / "a.jsonl")
    assert (tmp_path / "a.jsonl").read_text("utf-8") == line + "\n"
    with pytest.raises(UsageError):
        export_conversation(ws, project, tmp_path / "a.docx")


def test_a_batch_follows_its_threads_and_keeps_nothing(ws: Workspace, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ask_question", reply)
    lines = [
        {"id": 1, "q": "甲", "thread": "a"},
        {"id": 2, "q": "乙", "thread": "b"},
        {"id": 3, "q": "丙", "thread": "a"},
        {"id": 4, "q": "丁", "project": project.id},
        {"id": 5, "q": "戊", "project": project.id},
        {"id": 6, "q": "己", "project": project.id, "thread": "a"},
        {"id": 7, "thread": "a"},
        {"id": 8, "q": "庚", "thread": "a"},
    ]
    batch = tmp_path / "q.jsonl"
    batch.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    answers = {a["id"]: a.get("answer") for a in asking.ask_batch(ws, batch)}
    wanted = {1: "甲（上文 0 句）", 2: "乙（上文 0 句）", 3: "丙（上文 1 句）", 4: "丁（上文 0 句）", 5: "戊（上文 0 句）", 6: "己（上文 0 句）", 7: None}
    assert answers == {**wanted, 8: "庚（上文 2 句）"}
    assert stretch(ws, project).exchanges == ()


def test_the_command_follows_only_when_told(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = open_workspace(home)
    project = add_project(workspace, PROFILE)
    monkeypatch.setattr(asking, "ask_question", reply)

    def lingtan(*words: str) -> dict[str, Any]:
        run(["--home", str(home), "ask", *words, "--json"])
        told: dict[str, Any] = json.loads(capsys.readouterr().out)
        return told

    lingtan("独立的问题", "-p", "p1")
    assert stretch(workspace, project).exchanges == ()
    assert lingtan("先问", "--follow")["conversation"] == 1
    assert "上文 1" in lingtan("再问", "--follow", "-p", "p1")["answer"]
    anew = lingtan("新问", "--follow", "--new")
    assert (anew["conversation"], anew["answer"][-8:]) == (2, "（上文 0 句）")
    assert lingtan("--export", str(tmp_path / "talk.md"))["exchanges"] == 3
    assert "再问" in (tmp_path / "talk.md").read_text("utf-8")
    for words in (("问", "--new"), ("--follow", "--batch", "x.jsonl"), ("问", "--export", "x.md")):
        assert lingtan(*words)["error"]["id"] == "options_conflict"
    assert lingtan("--export", "x.pdf")["error"]["id"] == "export_format"
    workspace.engine.dispose()


def test_a_database_of_the_version_before_gets_the_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import command
    from alembic.config import Config

    url = f"sqlite:///{tmp_path / 'a.db'}"
    engine = make_engine(url)
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        assert not inspect(connection).has_table("exchange")
    engine.dispose()
    opened = schema.open_database(url)
    names = set(inspect(opened).get_table_names())
    assert {"exchange", "conversation", "answer_feedback"} <= names
    with opened.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")
        assert not inspect(connection).has_table("exchange")
    opened.dispose()
