"""What every request passes: host and origin checks, a CSRF token for pages, access keys when there are any, and strict headers.

Loopback servers are reachable from any web page the user has open; the host check stops DNS rebinding, the origin check and the
token stop forged posts."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.errors import LingtanError
from app.services.keys import has_keys, holder_of
from app.services.workspace import Workspace

CSP = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SAFE = {"GET", "HEAD", "OPTIONS"}
SESSION = "lingtan_session"
FORM_PATHS = ("/login", "/draft/download", "/pack")
OPEN_PATHS = ("/static/", "/healthz", "/readyz", "/login")


def load_secret(home: Path) -> bytes:
    """A random secret of this home, made at first start."""
    file = home / "secret"
    if not file.is_file():
        part = home / ".secret.part"
        part.touch(mode=0o600)
        part.write_bytes(secrets.token_bytes(32))
        part.replace(file)
    return file.read_bytes()


class Guard:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, *, ws: Workspace, hosts: tuple[str, ...]) -> None:
        self.app = app
        self.ws = ws
        self.secret = load_secret(ws.settings.home)
        self.hosts = {"localhost", "127.0.0.1", "[::1]", "testserver", *hosts} - {"0.0.0.0", "::"}
        self.any_host = bool({"0.0.0.0", "::"} & set(hosts))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        session = request.cookies.get(SESSION, "")
        fresh = not session
        if fresh:
            session = secrets.token_urlsafe(24)
        scope["state"] = {**scope.get("state", {}), "csrf": self.token(session), "user": None, "nonce": ""}
        refusal = self.refuse(request, session)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = CSP
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                if "Cache-Control" not in headers and not scope["path"].startswith("/static/"):
                    headers["Cache-Control"] = "no-store"
                if fresh and not scope["path"].startswith(("/static/", "/api/")):
                    headers.append("Set-Cookie", f"{SESSION}={session}; Path=/; HttpOnly; SameSite=Strict")
            await send(message)

        if refusal is not None:
            await refusal(scope, receive, send_with_headers)
            return
        await self.app(scope, receive, send_with_headers)

    def token(self, session: str) -> str:
        return hmac.new(self.secret, b"csrf:" + session.encode(), hashlib.sha256).hexdigest()

    def login_mark(self, holder: str) -> str:
        """The cookie value that says which key's holder is logged in; void as soon as the key is revoked."""
        body = holder.encode().hex()
        return body + "." + hmac.new(self.secret, b"login:" + body.encode(), hashlib.sha256).hexdigest()

    def refuse(self, request: Request, session: str) -> Response | None:
        """None when the request may go on."""
        path = request.url.path
        host = request.headers.get("host") or ""
        host = host if host.endswith("]") else host.rsplit(":", 1)[0]
        if not self.any_host and host not in self.hosts:
            return self.problem(request, 400, "host_not_allowed", "访问地址不在允许范围内", "用启动时显示的地址打开")
        if request.method not in SAFE and not self.same_origin(request):
            return self.problem(request, 403, "cross_site", "请求来自其他网站，已拒绝", "请在 lingtan 自己的页面中操作")
        api = path.startswith("/api/")
        if not path.startswith(OPEN_PATHS) and has_keys(self.ws):
            holder = self.holder(request)
            if holder is None:
                if api:
                    return self.problem(request, 401, "key_missing", "缺少或错误的访问密钥", "请求头加 Authorization: Bearer 密钥")
                return RedirectResponse("/login", status_code=303)
            request.scope["state"]["user"] = holder
        if request.method not in SAFE and not api:
            # A native form (login, downloads) carries the token as a field, which its route checks.
            given = request.headers.get("x-csrf-token")
            native = given is None and path.endswith(FORM_PATHS)
            if not native and not hmac.compare_digest(given or "", self.token(session)):
                return self.problem(request, 403, "csrf", "页面已过期，请刷新后再操作", "刷新页面")
        return None

    def holder(self, request: Request) -> str | None:
        header = request.headers.get("authorization", "")
        key = header[7:] if header[:7].lower() == "bearer " else request.headers.get("x-api-key", "")
        if key:
            return holder_of(self.ws, key)
        mark = request.cookies.get("lingtan_login", "")
        body = mark.partition(".")[0]
        try:
            name = bytes.fromhex(body).decode()
        except ValueError:
            return None
        if not hmac.compare_digest(mark, self.login_mark(name)):
            return None
        from app.services.keys import list_keys

        return name if any(k["name"] == name for k in list_keys(self.ws)) else None

    @staticmethod
    def same_origin(request: Request) -> bool:
        site = request.headers.get("sec-fetch-site")
        if site is not None and site not in ("same-origin", "none"):
            return False
        origin = request.headers.get("origin")
        return origin is None or urlparse(origin).netloc == request.headers.get("host")

    @staticmethod
    def problem(request: Request, status: int, id: str, message: str, fix: str) -> Response:
        error = LingtanError(id, message, fix=fix)
        return error_response(request.headers, request.url.path, error, status)


def error_response(headers: Headers, path: str, error: LingtanError, status: int | None = None) -> Response:
    """One error shape everywhere: JSON for the API, a short text for htmx and pages."""
    code = status or error.http_status
    if path.startswith("/api/") or "application/json" in headers.get("accept", ""):
        return JSONResponse({"error": error.to_plain()}, status_code=code)
    text = error.message + (f"（{error.fix}）" if error.fix else "")
    return Response(text, status_code=code, media_type="text/plain; charset=utf-8")


def state(request: Request, name: str) -> Any:
    return getattr(request.state, name, None)
