"""The ASGI application: routes, error handling, the life of the job engine."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app import __version__
from app.domain.errors import LingtanError, UsageError
from app.services.workspace import Workspace
from app.web.metrics import Metrics
from app.web.security import Guard, error_response

STATIC = Path(__file__).parent / "static"


def create_application(ws: Workspace, *, hosts: tuple[str, ...] = ()) -> FastAPI:
    """The application over one workspace. Jobs start and stop with it."""

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        from app.jobs import runtime

        # In a thread: the engine's plain calls are not for use inside an event loop.
        await run_in_threadpool(_start_jobs, ws)
        threading.Thread(target=_warm, args=(ws,), daemon=True, name="warm-up").start()
        try:
            yield
        finally:
            await run_in_threadpool(runtime.stop)

    application = FastAPI(
        title="lingtan",
        version=__version__,
        docs_url="/api/docs",
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=life,
    )
    application.state.ws = ws
    application.state.metrics = Metrics()
    application.add_middleware(Guard, ws=ws, hosts=hosts)
    application.mount("/static", StaticFiles(directory=STATIC), name="static")
    _include(application)
    _errors(application)
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


def _errors(application: FastAPI) -> None:
    @application.exception_handler(LingtanError)
    async def known(request: Request, error: LingtanError) -> Response:
        return _page_or_text(request, error, error.http_status)

    @application.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        known_as = {404: ("not_found", "没有这个页面"), 405: ("method", "不支持这种操作")}
        id, message = known_as.get(error.status_code, ("http", str(error.detail)))
        return _page_or_text(request, LingtanError(id, message, fix="返回首页"), error.status_code)

    @application.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        places = "、".join(str(part) for e in error.errors() for part in e["loc"][1:]) or "请求"
        return _page_or_text(request, UsageError("invalid_request", f"参数有误：{places}", fix="检查后重试"), 422)


def _page_or_text(request: Request, error: LingtanError, status: int) -> Response:
    """A full page for a browser's own navigation, plain text for htmx, JSON for the API."""
    if request.url.path.startswith("/api/") or request.headers.get("hx-request"):
        return error_response(request.headers, request.url.path, error, status)
    from app.web.templating import render

    return render(request, "pages/error.html", {"error": error, "status": status}, status_code=status)


def _warm(ws: Workspace) -> None:
    """Load what the first question would otherwise wait for; /readyz tells when it is done."""
    from app.services.asking import warm_up

    warm_up(ws)
