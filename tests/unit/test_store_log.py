"""The log: append-only, chained, never interleaved; its replay is the tables."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_builders import extraction, new_project, record, rid, take_in
from sqlalchemy.exc import DatabaseError

from app.domain.carrier import Carrier
from app.services.review import confirm, correct, reject
from app.services.verification import verify_project
from app.services.workspace import Workspace
from app.store import log
from app.store.log import GENESIS, append, broken_links, canonical, entries, entry_hash, head
from app.store.projection import EVENT_TYPES, record_event
from app.store.schema import open_database

AT, WHO = "2026-01-01T00:00:00.000+00:00", "测试员"


def _drop_triggers(ws: Workspace) -> None:
    """What somebody with access to the file can do."""
    with ws.writing() as c:
        c.exec_driver_sql("DROP TRIGGER log_entry_no_update")
        c.exec_driver_sql("DROP TRIGGER log_entry_no_delete")


def _busy_project(ws: Workspace) -> str:
    project = new_project(ws)
    take_in(ws, project, extraction("a.pdf", record("r1")), extraction("b.pdf", record("r1", "7", account_number="1002")))
    take_in(ws, project, extraction("c.pdf", record("r1", "9", carrier=Carrier.WATER)))
    confirm(ws, project, [rid("a.pdf")])
    correct(ws, project, rid("b.pdf"), {"quantity": "8"}, "看错")
    reject(ws, project, rid("c.pdf"), "不是能源")
    return project.id


@pytest.mark.parametrize("statement", ["UPDATE log_entry SET actor = 'x'", "DELETE FROM log_entry"])
def test_the_log_cannot_be_changed(ws: Workspace, statement: str) -> None:
    new_project(ws)
    with pytest.raises(DatabaseError, match="append-only"), ws.writing() as c:
        c.exec_driver_sql(statement)


def test_every_entry_carries_the_hash_of_the_one_before(ws: Workspace) -> None:
    project = _busy_project(ws)
    with ws.reading() as c:
        history = list(entries(c, project))
        assert [e.seq for e in history] == list(range(1, len(history) + 1))
        assert [e.prev_hash for e in history] == [GENESIS, *(e.hash for e in history[:-1])]
        assert broken_links(c, project) == []
        assert head(c, project) == (history[-1].seq, history[-1].hash)
        assert head(c, "p999") == (0, GENESIS)
    assert {e.type for e in history} <= set(EVENT_TYPES)


@pytest.mark.parametrize("column", ["payload", "at", "actor", "type", "prev_hash", "hash"])
def test_one_changed_character_breaks_the_chain_at_its_place(ws: Workspace, column: str) -> None:
    project = _busy_project(ws)
    _drop_triggers(ws)
    with ws.writing() as c:
        text = c.exec_driver_sql(f"SELECT {column} FROM log_entry WHERE seq = 3").scalar_one()
        changed = text[:-1] + ("0" if text[-1] != "0" else "1")
        c.exec_driver_sql(f"UPDATE log_entry SET {column} = ? WHERE seq = 3", (changed,))
    with ws.reading() as c:
        assert 3 in broken_links(c, project)
    found = verify_project(ws, ws.project(project))["findings"]
    assert any(f.id == "log-broken" and f.subjects == ("log:3",) for f in found)


def test_removed_and_swapped_entries_break_the_chain(ws: Workspace) -> None:
    project = _busy_project(ws)
    _drop_triggers(ws)
    with ws.writing() as c:
        c.exec_driver_sql("DELETE FROM log_entry WHERE seq = 4")
    with ws.reading() as c:
        assert broken_links(c, project) == [5]
    with ws.writing() as c:
        c.exec_driver_sql("UPDATE log_entry SET seq = 4 WHERE seq = 5")
    with ws.reading() as c:
        assert 4 in broken_links(c, project)


def test_cutting_off_the_end_shows_in_the_tables(ws: Workspace) -> None:
    project = _busy_project(ws)
    _drop_triggers(ws)
    with ws.writing() as c:
        c.exec_driver_sql("DELETE FROM log_entry WHERE seq = (SELECT max(seq) FROM log_entry)")
    found = verify_project(ws, ws.project(project))["findings"]
    assert [f.id for f in found] == ["row-changed"]


@pytest.mark.parametrize(
    ("statement", "subject"),
    [
        ("UPDATE record SET payload = replace(payload, '1000', '1001') WHERE id = '{a}'", "{a}"),
        ("UPDATE record SET status = 'confirmed' WHERE id = '{c}'", "{c}"),
        ("UPDATE record SET evidence = '[\"x\"]' WHERE id = '{a}'", "{a}"),
        ("UPDATE record SET payload = 'not json' WHERE id = '{a}'", "{a}"),
        ("DELETE FROM record WHERE id = '{c}'", "{c}"),
        ("UPDATE document SET filename = 'other.pdf' WHERE filename = 'a.pdf'", None),
        ("UPDATE project SET profile_toml = ''", "p1"),
    ],
)
def test_a_changed_row_is_found(ws: Workspace, statement: str, subject: str | None) -> None:
    project = ws.project(_busy_project(ws))
    ids = {"a": rid("a.pdf"), "c": rid("c.pdf")}
    assert verify_project(ws, project)["findings"] == []
    with ws.writing() as c:
        c.exec_driver_sql(statement.format(**ids))
    found = verify_project(ws, project)["findings"]
    assert [f.id for f in found] == ["row-changed"]
    if subject:
        assert found[0].subjects == (subject.format(**ids),)


def test_an_event_of_a_newer_version_is_said_not_stumbled_over(ws: Workspace) -> None:
    project = new_project(ws)
    with ws.writing() as c:
        append(c, project.id, "something-new", {}, at=AT, actor=WHO)
    assert [f.id for f in verify_project(ws, project)["findings"]] == ["log-unknown-event"]


def test_a_failed_event_leaves_no_entry(ws: Workspace) -> None:
    project = new_project(ws)
    with pytest.raises(Exception, match=r"No row|NoResult"), ws.writing() as c:
        record_event(c, project.id, "record-merged", {"id": "none", "into": "none", "document": "d", "why": ""}, at=AT, actor=WHO)
    with ws.reading() as c:
        assert head(c, project.id)[0] == 1


def test_threads_and_processes_never_interleave(home: Path, ws: Workspace) -> None:
    """Four threads here and two processes beside, all appending to one project."""
    project = new_project(ws)
    each = 25
    code = f"""
from app.bootstrap import open_workspace
ws = open_workspace({str(home)!r}, actor='process')
for n in range({each}):
    with ws.writing() as c:
        ws.record(c, '{project.id}', 'pack-made', {{'sha256': 'x', 'files': n}})
"""
    processes = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(2)]
    failures: list[Exception] = []

    def write() -> None:
        try:
            for n in range(each):
                with ws.writing() as c:
                    ws.record(c, project.id, "pack-made", {"sha256": "y", "files": n})
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()[-800:]
    assert failures == []
    with ws.reading() as c:
        assert head(c, project.id)[0] == 1 + 6 * each
        assert broken_links(c, project.id) == []


def test_projects_have_chains_of_their_own(ws: Workspace) -> None:
    first = new_project(ws)
    second = new_project(ws, '[factory]\nname = "另一家"\nyear = 2025')
    with ws.reading() as c:
        assert head(c, first.id)[0] == head(c, second.id)[0] == 1
        assert head(c, first.id)[1] != head(c, second.id)[1]


_plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=("Cs",)), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab1", max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payloads=st.lists(st.dictionaries(st.text("abc", min_size=1, max_size=3), _plain, max_size=3), min_size=1, max_size=5), data=st.data())
def test_any_history_verifies_and_any_edit_of_it_does_not(payloads: list[dict[str, object]], data: st.DataObject) -> None:
    engine = open_database("sqlite://")
    with engine.begin() as c:
        for payload in payloads:
            append(c, "p1", "pack-made", payload, at=AT, actor=WHO)
        assert broken_links(c, "p1") == []
        assert [e.payload for e in entries(c, "p1")] == payloads
        for trigger in ("no_update", "no_delete"):
            c.exec_driver_sql(f"DROP TRIGGER log_entry_{trigger}")
        seq = data.draw(st.integers(1, len(payloads)))
        text = c.exec_driver_sql("SELECT payload FROM log_entry WHERE seq = ?", (seq,)).scalar_one()
        place = data.draw(st.integers(0, len(text) - 1))
        letter = data.draw(st.sampled_from("0x {").filter(lambda ch: ch != text[place]))
        c.exec_driver_sql("UPDATE log_entry SET payload = ? WHERE seq = ?", (text[:place] + letter + text[place + 1 :], seq))
        assert broken_links(c, "p1") == [seq]
    engine.dispose()


def test_the_hash_covers_every_part() -> None:
    base = ("p1", 1, "t", "{}", AT, WHO, GENESIS)
    digest = entry_hash(*base)
    others = ("p2", 2, "u", "{ }", AT + "0", WHO + "x", "1" * 64)
    for place, other in enumerate(others):
        assert entry_hash(*base[:place], other, *base[place + 1 :]) != digest  # type: ignore[arg-type]
    assert log.canonical({"b": 1, "a": "零"}) == canonical({"a": "零", "b": 1}) == '{"a":"零","b":1}'
