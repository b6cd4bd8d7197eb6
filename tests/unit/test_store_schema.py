"""Migrations give the tables; a database that cannot be used says why in a sentence."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from app.domain.errors import InputRefused, LingtanError, Unavailable, UsageError
from app.store.engine import make_engine, reading
from app.store.schema import HEAD, open_database
from app.store.tables import metadata

MIGRATIONS = Path(__file__).resolve().parents[2] / "app/store/migrations"


def test_migrations_build_exactly_the_tables(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    with engine.connect() as connection:
        difference = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)
        assert difference == []
        for table in metadata.sorted_tables:
            built = {c["name"]: c["nullable"] for c in inspect(connection).get_columns(table.name)}
            assert built == {c.name: c.nullable for c in table.columns}
    engine.dispose()


def test_head_is_the_newest_revision() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [HEAD]


def test_opening_again_changes_nothing_and_takes_no_write_lock(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    open_database(url).dispose()
    writer = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    before = writer.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
    writer.execute("BEGIN IMMEDIATE")
    open_database(url).dispose()  # would wait for the lock and raise if it wanted to write
    writer.execute("ROLLBACK")
    assert writer.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall() == before
    writer.close()


def test_several_processes_may_make_one_database(tmp_path: Path) -> None:
    code = f"from app.store.schema import open_database; open_database('sqlite:///{tmp_path / 'a.db'}')"
    running = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(4)]
    for process in running:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()[-800:]


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    engine = open_database(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(InputRefused) as caught:
        open_database(url)
    assert caught.value.id == "database_newer"
    assert "升级" in caught.value.fix


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"this is a text file, and long enough to be looked at as a database " * 40)
    with pytest.raises(InputRefused) as caught:
        open_database(f"sqlite:///{tmp_path / 'a.db'}")
    assert caught.value.id == "database_damaged"
    assert "备份" in caught.value.fix


@pytest.mark.parametrize(
    ("url", "error", "id"),
    [
        ("not a url", UsageError, "database_url"),
        ("nosuch://host/db", UsageError, "database_url"),
        ("sqlite:////proc/nowhere/a.db", Unavailable, "database_unreachable"),
    ],
)
def test_addresses_nobody_understands(url: str, error: type[LingtanError], id: str) -> None:
    with pytest.raises(error) as caught:
        open_database(url)
    assert caught.value.id == id


def test_a_held_write_lock_is_waited_for_then_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.store import engine as engines

    monkeypatch.setattr(engines, "PRAGMAS", tuple(p.replace("15000", "50") for p in engines.PRAGMAS))
    blocker = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    blocker.execute("PRAGMA journal_mode=WAL")
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable) as caught:
        open_database(f"sqlite:///{tmp_path / 'a.db'}")
    assert caught.value.id == "database_busy"
    blocker.close()


def test_reads_see_one_snapshot_while_others_write(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    insert = "INSERT INTO project VALUES ('{}','n','{{}}','','[]','')"
    with engine.begin() as c:
        c.exec_driver_sql(insert.format("p1"))
    with reading(engine) as reader:
        before = reader.exec_driver_sql("SELECT count(*) FROM project").scalar()
        with engine.begin() as c:
            c.exec_driver_sql(insert.format("p2"))
        assert reader.exec_driver_sql("SELECT count(*) FROM project").scalar() == before == 1
    engine.dispose()


def test_memory_databases_work() -> None:
    engine = make_engine("sqlite://")
    with engine.begin() as c:
        assert c.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()
