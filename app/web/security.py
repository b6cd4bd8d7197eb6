"""What every request passes: host, origin and size checks, a CSRF token for pages, access keys when there are any, strict headers.

Loopback servers are reachable from any web page the user has open; the host check stops DNS rebinding, the origin check and the
token stop forged posts. The guard is the outermost layer of ours, so it also counts requests and answers for what nobody caught."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import time
from pathlib import Path
from urllib.parse import urlparse

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.errors import LingtanError
from app.services.keys import has_keys, holder_of, list_keys
from app.services.workspace import Workspace
from app.web.answers import failure, is_api, refusal

CSP = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SAFE = {"GET", "HEAD", "OPTIONS"}
SESSION = "lingtan_session"
LOGIN = "lingtan_login"
FORM_PATHS = ("/login", "/logout", "/draft/download", "/pack")
OPEN_PATHS = ("/static/", "/healthz", "/readyz", "/login")
UPLOAD_PATHS = ("/documents", "/extract", "/verify")
MAX_UPLOAD = 512 << 20
MAX_BODY = 16 << 20


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
        began = time.perf_counter()
        request = Request(scope, receive)
        session = request.cookies.get(SESSION, "")
        fresh = not session
        if fresh:
            session = secrets.token_urlsafe(24)
        scope["state"] = {**scope.get("state", {}), "csrf": self.token(session), "user": None}
        status = 0
        answered = began

        async def send_with_headers(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], time.perf_counter()
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = CSP
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                if "Cache-Control" not in headers and not scope["path"].startswith("/static/"):
                    headers["Cache-Control"] = "no-store"
                if fresh and not scope["path"].startswith("/static/") and not is_api(scope["path"]):
                    headers.append("Set-Cookie", f"{SESSION}={session}; Path=/; HttpOnly; SameSite=Strict")
            await send(message)

        metrics = request.app.state.metrics
        answer = self.refuse(request, session)
        if answer is not None:
            metrics.add("refusals_total", status=str(answer.status_code))
            await answer(scope, receive, send_with_headers)
            return
        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:
            logging.getLogger("uvicorn.error").exception("%s %s", request.method, request.url.path)
            if status:  # the answer had begun: nothing can be added to it, the connection ends here
                raise
            await failure(request)(scope, receive, send_with_headers)
        finally:
            route = getattr(scope.get("route"), "path", "")
            if scope["path"].startswith("/static/"):
                route = "/static"
            metrics.request(route or "unmatched", request.method, status, answered - began)

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
            return refusal(request, 400, "host_not_allowed", "访问地址不在允许范围内", "用启动时显示的地址打开")
        if request.method not in SAFE:
            if not self.same_origin(request):
                return refusal(request, 403, "cross_site", "请求来自其他网站，已拒绝", "请在 lingtan 自己的页面中操作")
            if (answer := self.too_large(request)) is not None:
                return answer
        if not path.startswith(OPEN_PATHS) and has_keys(self.ws):
            holder = self.holder(request)
            if holder is None:
                return self.ask_for_key(request)
            request.scope["state"]["user"] = holder
        if request.method not in SAFE and not is_api(path):
            # A native form (login, downloads) carries the token as a field, which its route checks.
            given = request.headers.get("x-csrf-token")
            native = given is None and path.endswith(FORM_PATHS)
            if not native and not hmac.compare_digest((given or "").encode(), self.token(session).encode()):
                return refusal(request, 403, "csrf", "页面已过期，请刷新后再操作", "刷新页面")
        return None

    @staticmethod
    def ask_for_key(request: Request) -> Response:
        if is_api(request.url.path):
            return refusal(request, 401, "key_missing", "缺少或错误的访问密钥", "请求头加 Authorization: Bearer 密钥")
        if request.headers.get("hx-request"):
            return Response(status_code=204, headers={"HX-Redirect": "/login"})
        return RedirectResponse("/login", status_code=303)

    @staticmethod
    def too_large(request: Request) -> Response | None:
        """Refuse a body by its declared length before a byte of it is read; an undeclared length is refused too."""
        limit = MAX_UPLOAD if request.url.path.endswith(UPLOAD_PATHS) else MAX_BODY
        length = request.headers.get("content-length", "")
        if not length.isdigit():
            if "transfer-encoding" in request.headers:
                return refusal(request, 411, "length_required", "请求没有写明长度", "请求头加 Content-Length")
            return None
        if int(length) > limit:
            return refusal(request, 413, "too_large", f"一次提交超过 {limit >> 20} MB", "分几次上传")
        return None

    def holder(self, request: Request) -> str | None:
        header = request.headers.get("authorization", "")
        key = header[7:] if header[:7].lower() == "bearer " else request.headers.get("x-api-key", "")
        if key:
            return holder_of(self.ws, key)
        mark = request.cookies.get(LOGIN, "")
        try:
            name = bytes.fromhex(mark.partition(".")[0]).decode()
        except ValueError:
            return None
        if not hmac.compare_digest(mark.encode(), self.login_mark(name).encode()):
            return None
        return name if any(k["name"] == name for k in list_keys(self.ws)) else None

    @staticmethod
    def same_origin(request: Request) -> bool:
        site = request.headers.get("sec-fetch-site")
        if site is not None and site not in ("same-origin", "none"):
            return False
        origin = request.headers.get("origin")
        return origin is None or urlparse(origin).netloc == request.headers.get("host")


def check_form_token(request: Request, csrf: str) -> None:
    """A native form post carries its token as a field. Raises LingtanError (403)."""
    if not hmac.compare_digest(csrf.encode(), request.state.csrf.encode()):
        error = LingtanError("csrf", "页面已过期，请刷新后再操作", fix="刷新页面")
        error.http_status = 403
        raise error
