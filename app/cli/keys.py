"""lingtan key."""

from __future__ import annotations

import click

from app.cli.output import common_options, emit, table, workspace
from app.cli.words import group


@group("key", help="访问密钥：建立第一把之后，网页与 /api/v1 都须出示")
@common_options
def key() -> None: ...


@key.command("add", help="建立一把密钥；密钥只显示这一次")
@click.argument("name", metavar="NAME")
@common_options
def add(name: str) -> None:
    from app.services.keys import add_key

    secret = add_key(workspace(), name)
    emit(
        {"name": name.strip(), "key": secret},
        f"{secret}\n密钥“{name.strip()}”只显示这一次，请立即保存。网页登录时填写，接口以 Authorization: Bearer 出示。",
    )


@key.command("list", help="列出密钥的名称与建立时间")
@common_options
def list_() -> None:
    from app.services.keys import list_keys

    found = list_keys(workspace())
    emit(
        {"keys": found},
        lambda: table(("名称", "建立时间"), [(k["name"], k["created_at"]) for k in found])
        if found
        else "还没有密钥。用 lingtan key add 名称 建立。",
    )


@key.command("revoke", help="撤销一把密钥，立即生效")
@click.argument("name", metavar="NAME")
@common_options
def revoke(name: str) -> None:
    from app.services.keys import list_keys, revoke_key

    ws = workspace()
    revoke_key(ws, name)
    left = list_keys(ws)
    emit({"revoked": name.strip(), "keys": left}, f"已撤销“{name.strip()}”，还有 {len(left)} 把密钥。")


COMMANDS = (key,)
