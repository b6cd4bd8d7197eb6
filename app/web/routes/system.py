"""Health, readiness, metrics, login."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from app.services.asking import is_warm
from app.services.keys import holder_of
from app.services.projects import list_projects
from app.web.depends import WorkspaceDep
from app.web.security import SESSION, Guard
from app.web.templating import render

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz")
def readyz(ws: WorkspaceDep) -> Response:
    """Ready when the database answers and the policy index is loaded (pages work before that; the first answer waits)."""
    list_projects(ws)
    warm = is_warm(ws)
    return JSONResponse({"database": "ok", "policy_index": "ok" if warm else "loading"}, status_code=200 if warm else 503)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    return PlainTextResponse(request.app.state.metrics.text(), media_type="text/plain; version=0.0.4")


@router.get("/login")
def login_page(request: Request) -> Response:
    return render(request, "pages/login.html", {"wrong": False})


@router.post("/login")
def login(request: Request, ws: WorkspaceDep, key: Annotated[str, Form()], csrf: Annotated[str, Form()] = "") -> Response:
    guard = Guard(request.app, ws=ws, hosts=())
    session = request.cookies.get(SESSION, "")
    holder = holder_of(ws, key.strip()) if hmac.compare_digest(csrf, guard.token(session)) else None
    if holder is None:
        return render(request, "pages/login.html", {"wrong": True}, status_code=403)
    response = RedirectResponse("/", status_code=303)
    response.set_cookie("lingtan_login", guard.login_mark(holder), httponly=True, samesite="strict", path="/")
    return response
