"""Settings: the language model set up and tried, access keys, and what this installation stands on. Pages and /api/v1/settings.

Whoever holds an access key may come here; while there is none, only who sits at this machine."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from app.domain.errors import Conflict, LingtanError
from app.services.installation import installation
from app.services.keys import add_key, list_keys, revoke_key
from app.services.model_settings import change_model, model_settings, presets, try_settings, unprotected, variable
from app.services.workspace import Workspace
from app.web.depends import go
from app.web.routes.api_shapes import PROBLEMS, ModelSettingsIn, result
from app.web.security import LOGIN, Guard
from app.web.server import is_loopback
from app.web.templating import render


def get_kept(request: Request) -> Workspace:
    """The workspace the process runs with, for its keeper: a change of its settings is to last. Raises LingtanError (403)."""
    here = request.client is not None and is_loopback(request.client.host)
    if getattr(request.state, "user", None) is None and not here:
        error = LingtanError("settings_not_here", "设置只能在运行程序的这台机器上打开", fix="在那台机器上打开，或先建立访问密钥并登录")
        error.http_status = 403
        raise error
    ws: Workspace = request.app.state.ws
    return ws


KeptDep = Annotated[Workspace, Depends(get_kept)]
Text = Annotated[str, Form()]
pages = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/v1", tags=["设置"], responses=PROBLEMS)


@pages.get("/settings")
def page(request: Request, ws: KeptDep, preset: str = "", saved: bool = False) -> Response:
    held = model_settings(ws)
    chosen = next((p for p in presets() if p.id == preset), None)
    shown = {name: getattr(held if chosen is None or name in held.from_environment else chosen, name) for name in ("base_url", "model")}
    context = {
        "held": held, "shown": shown, "presets": presets(), "chosen": chosen, "variable": variable,
        "unprotected": unprotected(held.base_url), "facts": installation(ws), "keys": list_keys(ws), "saved": saved, "added": None,
    }
    return render(request, "pages/settings.html", context)


def _key(api_key: str, no_key: bool) -> str | None:
    """What the two fields say: a new key, no key at all, or the one there is."""
    return "" if no_key else api_key.strip() or None


@pages.post("/settings/model")
def save(request: Request, ws: KeptDep, base_url: Text = "", model: Text = "", api_key: Text = "", no_key: Annotated[bool, Form()] = False) -> Response:
    change_model(ws, base_url=base_url, model=model, api_key=_key(api_key, no_key))
    return go(request, "/settings?saved=true")


@pages.post("/settings/model/off")
def switch_off(request: Request, ws: KeptDep) -> Response:
    change_model(ws, base_url="", model="")
    return go(request, "/settings?saved=true")


@pages.post("/settings/model/try")
def attempt(
    request: Request, ws: KeptDep, base_url: Text = "", model: Text = "", api_key: Text = "", no_key: Annotated[bool, Form()] = False
) -> Response:
    report = try_settings(ws, base_url=base_url, model=model, api_key=_key(api_key, no_key))
    return render(request, "_partials/settings_trial.html", {"report": report})


@pages.post("/settings/keys")
def new_key(request: Request, ws: KeptDep, name: Text = "") -> Response:
    """The list of keys with the new one in full, this once. Whoever makes the first key stays logged in, as its holder."""
    secret = add_key(ws, name)
    response = _keys(request, ws, added={"name": name.strip(), "key": secret})
    if getattr(request.state, "user", None) is None:
        mark = Guard(request.app, ws=ws, hosts=()).login_mark(name.strip())
        response.set_cookie(LOGIN, mark, httponly=True, samesite="strict", path="/")
    return response


@pages.post("/settings/keys/revoke")
def remove_key(request: Request, ws: KeptDep, name: Text = "") -> Response:
    if request.app.state.open_to_others and [k["name"] for k in list_keys(ws)] == [name.strip()]:
        raise Conflict("last_key", "程序正对网络开放，最后一把密钥不能撤销", fix="先建立另一把，或停止程序后只在本机使用", subject=name)
    revoke_key(ws, name)
    if name.strip() == getattr(request.state, "user", None):
        return go(request, "/settings")
    return _keys(request, ws)


def _keys(request: Request, ws: Workspace, added: dict[str, str] | None = None) -> Response:
    return render(request, "_partials/settings_keys.html", {"keys": list_keys(ws), "added": added})


def _plain(ws: Workspace) -> dict[str, Any]:
    return {"language_model": model_settings(ws).to_plain(), "installation": installation(ws).to_plain(), "access_keys": list_keys(ws)}


@api.get("/settings", summary="现在的设置；密钥只说有没有")
def read(ws: KeptDep) -> Response:
    return result(_plain(ws))


@api.put("/settings", summary="设置语言模型，立即生效", description="地址和模型都为空时停用。由环境变量给出的项不能改。")
def change(ws: KeptDep, body: ModelSettingsIn) -> Response:
    change_model(ws, base_url=body.base_url, model=body.model, api_key=body.api_key)
    return result(_plain(ws))


router = APIRouter()
router.include_router(pages)
router.include_router(api)
