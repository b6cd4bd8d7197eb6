"""What every service needs, built once by app.bootstrap and handed in: storage, clock, and the corpus (loaded on first use)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from app.domain.clause import PolicyDocument
from app.domain.errors import NotFound
from app.domain.project import Project
from app.settings import Settings
from app.store import rows
from app.store.blobs import Blobs
from app.store.engine import reading, writing
from app.store.log import LogEntry
from app.store.projection import record_event


@dataclass(slots=True, kw_only=True)
class Workspace:
    """One home directory in use. ``actor`` is who acts (shown in the log); ``clock`` gives an aware datetime."""

    settings: Settings
    engine: Engine
    blobs: Blobs
    clock: Callable[[], datetime]
    actor: str = "local"
    _cache: dict[str, Any] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def acting_as(self, actor: str) -> Workspace:
        """The same workspace in somebody else's name; caches are shared."""
        return Workspace(
            settings=self.settings,
            engine=self.engine,
            blobs=self.blobs,
            clock=self.clock,
            actor=actor,
            _cache=self._cache,
            _lock=self._lock,
        )

    def reading(self) -> AbstractContextManager[Connection]:
        return reading(self.engine)

    def writing(self) -> AbstractContextManager[Connection]:
        return writing(self.engine)

    def now(self) -> str:
        return self.clock().isoformat(timespec="milliseconds")

    def record(self, connection: Connection, project_id: str, type: str, payload: dict[str, Any]) -> LogEntry:
        """Log one event of a project and apply it, within the caller's transaction."""
        return record_event(connection, project_id, type, payload, at=self.now(), actor=self.actor)

    def project(self, key: str | None) -> Project:
        """The project of that id or name; without a key, the only one there is. Raises NotFound."""
        with self.reading() as c:
            if not key:
                known = rows.projects(c)
                if len(known) == 1:
                    return known[0]
                raise NotFound(
                    "project_not_found",
                    "请用 -p 指明项目" if known else "还没有项目",
                    fix="可用的项目：" + "、".join(f"{p.id}（{p.profile.name}）" for p in known)
                    if known
                    else "先用 lingtan project add 档案.toml 新建",
                )
            return rows.find_project(c, key)

    def cached(self, name: str, build: Callable[[], Any]) -> Any:
        """A value built once per workspace, safe between threads. Only those who ask for the same name wait for its builder:
        while the policy index loads, every other page goes on."""
        with self._lock:
            if name in self._cache:
                return self._cache[name]
            building = self._cache.setdefault(f"building {name}", threading.RLock())
        with building:
            if name not in self._cache:
                self._cache[name] = build()
            return self._cache[name]

    def has(self, name: str) -> bool:
        return name in self._cache

    def forget(self, name: str) -> None:
        with self._lock:
            self._cache.pop(name, None)

    @property
    def policies(self) -> Mapping[str, PolicyDocument]:
        """The corpus shipped with lingtan plus the documents the user added."""
        from app.corpus.documents import load_documents

        return self.cached("policies", lambda: load_documents(extra_roots=(self.settings.corpus,)))

    @property
    def factors(self) -> Any:
        from app.corpus.factors import load_factor_library

        return self.cached("factors", load_factor_library)

    @property
    def ruleset(self) -> Any:
        from app.corpus.rules import load_ruleset, user_rules

        return self.cached("ruleset", lambda: load_ruleset(overlay=user_rules(self.settings.corpus)))
