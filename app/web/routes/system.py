"""Health, readiness, metrics, login."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from app.services.asking import is_warm
from app.services.keys import holder_of
from app.services.projects import list_projects
from app.web.depends import WorkspaceDep
from app.web.security import LOGIN, Guard, check_form_token
from app.web.templating import render

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz")
def readyz(request: Request, ws: WorkspaceDep) -> Response:
    """Ready when the database answers and the policy index is loaded (pages work before that; the first answer waits)."""
    list_projects(ws)
    failed = request.app.state.warm_error
    state = {"database": "ok", "policy_index": "ok" if is_warm(ws) else "failed" if failed else "loading"}
    if failed:
        state["message"] = failed
    return JSONResponse(state, status_code=200 if state["policy_index"] == "ok" else 503)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    return PlainTextResponse(request.app.state.metrics.text(), media_type="text/plain; version=0.0.4")


@router.get("/login")
def login_page(request: Request) -> Response:
    return render(request, "pages/login.html", {"wrong": False})


@router.post("/login")
def login(request: Request, ws: WorkspaceDep, key: Annotated[str, Form()] = "", csrf: Annotated[str, Form()] = "") -> Response:
    check_form_token(request, csrf)
    holder = holder_of(ws, key.strip())
    if holder is None:
        return render(request, "pages/login.html", {"wrong": True}, status_code=403)
    response = RedirectResponse("/", status_code=303)
    mark = Guard(request.app, ws=ws, hosts=()).login_mark(holder)
    response.set_cookie(LOGIN, mark, httponly=True, samesite="strict", path="/")
    return response


@router.post("/logout")
def logout(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
    check_form_token(request, csrf)
    response = RedirectResponse("/login", status_code=303)
    response.delete_cookie(LOGIN, path="/")
    return response
