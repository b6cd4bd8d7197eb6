"""Errors as answers: a full page for a browser's own navigation, a short text for htmx, ``{"error": {…}}`` for the API."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response

from app.domain.errors import LingtanError, UsageError

BY_STATUS = {
    400: ("bad_request", "请求的写法有误", "检查请求的格式与编码"),
    404: ("not_found", "没有这个页面", "检查地址，或从菜单进入"),
    405: ("method_not_allowed", "这个地址不支持这种操作", "返回上一页，从页面上的按钮操作"),
    413: ("too_large", "提交的内容太大", "分几次上传"),
    415: ("media_type", "不支持这种内容格式", "按接口说明设置 Content-Type"),
}


def install(application: FastAPI) -> None:
    """Register the handlers."""

    @application.exception_handler(LingtanError)
    async def known(request: Request, error: LingtanError) -> Response:
        return answer(request, error, error.http_status)

    @application.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        id, message, fix = BY_STATUS.get(error.status_code, ("http", f"请求没有成功（{error.status_code}）", "稍后重试"))
        response = answer(request, LingtanError(id, message, fix=fix), error.status_code)
        for name, value in (error.headers or {}).items():
            response.headers[name] = value
        return response

    @application.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        places = dict.fromkeys(_place(e) for e in error.errors())
        message = "请求的参数有误：" + "；".join(places)
        return answer(request, UsageError("invalid_request", message, fix="按接口说明检查后重试"), 422)


_KINDS = {"missing": "缺少", "json_invalid": "不是有效的 JSON"}


def _place(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"][1:] if not isinstance(part, int)) or "请求内容"
    kind = _KINDS.get(error["type"], "类型或取值不对")
    return f"{kind} {where}" if error["type"] == "missing" else f"{where} {kind}"


def answer(request: Request, error: LingtanError, status: int) -> Response:
    """The error in the form the asker can use."""
    if is_api(request.url.path) or _wants_json(request):
        return JSONResponse({"error": error.to_plain()}, status_code=status)
    if request.headers.get("hx-request"):
        text = error.message + (f"。{error.fix}" if error.fix else "")
        return Response(text, status_code=status, media_type="text/plain; charset=utf-8")
    from app.web.templating import render

    return render(request, "pages/error.html", {"error": error, "status": status}, status_code=status)


def is_api(path: str) -> bool:
    """Paths that answer programs; the documentation page under /api/docs is for people."""
    return path.startswith("/api/") and not path.startswith("/api/docs")


def _wants_json(request: Request) -> bool:
    accept = request.headers.get("accept", "")
    return "application/json" in accept and "text/html" not in accept


def refusal(request: Request, status: int, id: str, message: str, fix: str) -> Response:
    """An answer made before any route is reached."""
    return answer(request, LingtanError(id, message, fix=fix), status)


def failure(request: Request) -> Response:
    """An answer to what nobody foresaw: no detail for the user, the rest stands in the log. Drawn without the page frame, which
    may be what failed."""
    message, fix = "程序出了意外，这次操作没有完成", "重试一次；仍然不行，请把操作时间告诉维护者"
    if is_api(request.url.path) or _wants_json(request) or request.headers.get("hx-request"):
        return refusal(request, 500, "internal", message, fix)
    html = (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>没有完成 · lingtan 零碳</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="/static/icon.svg"><link rel="stylesheet" href="/static/lingtan.css">'
        f'<body class="lt lt-bare"><main><h1>{message}</h1><p>{fix}。</p><p><a href="/">返回首页</a></p></main></body></html>'
    )
    return HTMLResponse(html, status_code=500)
