"""The ASGI application: routes, error handling, the life of the job engine."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool

from app import __version__
from app.domain.errors import LingtanError
from app.services.workspace import Workspace
from app.web import answers
from app.web.metrics import Metrics
from app.web.security import Guard
from app.web.server import is_loopback

STATIC = Path(__file__).parent / "static"
DESCRIPTION = "零碳工厂申报助手的接口：与命令行一一对应。数量、金额与排放量都是十进制字符串；出错时返回 {\"error\": {id, message, fix, subject}}。"


WARM_UP_AFTER = 1.0
"""Seconds from start to loading the policy index in the background."""


def create_application(ws: Workspace, *, hosts: tuple[str, ...] = ()) -> FastAPI:
    """The application over one workspace. Jobs start and stop with it.

    FastAPI's own documentation pages load scripts from outside; ours is a page of the application (``routes/api_docs.py``)."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        from app.jobs import runtime

        # In a thread: the engine's plain calls are not for use inside an event loop.
        await run_in_threadpool(_start_jobs, ws)
        # After the first pages: loading the index keeps the interpreter busy, and the socket opens only when this returns.
        warm_up = threading.Timer(WARM_UP_AFTER, _warm, args=(app,))
        warm_up.daemon = True
        warm_up.start()
        try:
            yield
        finally:
            warm_up.cancel()
            await run_in_threadpool(runtime.stop)

    application = FastAPI(
        title="lingtan",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=life,
    )
    application.state.ws = ws
    application.state.metrics = Metrics()
    application.state.warm_error = ""
    application.state.open_to_others = any(not is_loopback(host) for host in hosts)
    application.add_middleware(Guard, ws=ws, hosts=hosts)
    application.mount("/static", StaticFiles(directory=STATIC), name="static")
    _include(application)
    answers.install(application)
    return application


def _start_jobs(ws: Workspace) -> None:
    from app.jobs import runtime

    runtime.start(ws)
    from app.jobs.intake import resume_queued

    resume_queued()


def _include(application: FastAPI) -> None:
    from app.web.routes import ROUTERS

    for router in ROUTERS:
        application.include_router(router)


def _warm(application: FastAPI) -> None:
    """Load what the first question would otherwise wait for; /readyz tells when it is done, or why it cannot be."""
    from app.services.asking import warm_up

    try:
        warm_up(application.state.ws)
    except LingtanError as error:
        application.state.warm_error = error.message
    except Exception:
        logging.getLogger("uvicorn.error").exception("policy index")
        application.state.warm_error = "政策索引没有装入，问答暂不可用"
