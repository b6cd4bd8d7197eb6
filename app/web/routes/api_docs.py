"""/api/docs: the interface on one page of our own, made from the OpenAPI document; nothing is loaded from outside."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.services.keys import has_keys
from app.web.depends import WorkspaceDep
from app.web.templating import render

router = APIRouter(include_in_schema=False)
KINDS = {"string": "文本", "integer": "整数", "number": "数", "boolean": "是或否", "array": "列表", "object": "对象"}


@router.get("/api/docs")
def show(request: Request, ws: WorkspaceDep) -> Response:
    document = request.app.openapi()
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            shown = describe(document, path, method, operation)
            groups.setdefault(shown["tag"], []).append(shown)
    context = {
        "groups": groups,
        "description": document["info"]["description"],
        "base": str(request.base_url).rstrip("/"),
        "keyed": has_keys(ws),
    }
    return render(request, "pages/api.html", context)


def describe(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """One operation as the page shows it: parameters, body fields by content type, successful answers."""
    body = operation.get("requestBody", {}).get("content", {})
    answers = {status: r for status, r in operation["responses"].items() if str(status).startswith("2")}
    return {
        "tag": (operation.get("tags") or ["其他"])[0],
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "parameters": [
            {
                "name": p["name"],
                "place": {"path": "路径", "query": "查询", "header": "请求头"}.get(p["in"], p["in"]),
                "kind": kind_of(document, p["schema"]),
                "required": p.get("required", False),
                "description": p.get("description", ""),
            }
            for p in operation.get("parameters", [])
        ],
        "bodies": [{"media": media, "fields": fields_of(document, content.get("schema", {}))} for media, content in body.items()],
        "answers": [(status, "、".join(r.get("content", {})) or "无内容") for status, r in answers.items()],
        "curl": curl(path, method, body),
    }


def curl(path: str, method: str, body: dict[str, Any]) -> str:
    """The call for a terminal, after the address of the server."""
    parts = [] if method == "get" else [f"-X {method.upper()}"]
    if "multipart/form-data" in body:
        parts.append("-F files=@电费单.pdf" if path.endswith(("/documents", "/extract")) else "-F file=@文件")
    elif body:
        media = next(iter(body))
        parts.append(f"-H 'Content-Type: {media}' --data-binary @输入.{'jsonl' if 'ndjson' in media else 'json'}")
    return " ".join(parts)


def resolve(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with its reference followed; of several choices the first that is not null."""
    while True:
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        elif "anyOf" in schema:
            schema = next((s for s in schema["anyOf"] if s.get("type") != "null"), {})
        else:
            return schema


def kind_of(document: dict[str, Any], schema: dict[str, Any]) -> str:
    found = resolve(document, schema)
    if found.get("type") == "array":
        items = resolve(document, found.get("items", {}))
        return "文件（可多个）" if _is_file(items) else kind_of(document, items) + "的列表"
    return "文件" if _is_file(found) else KINDS.get(found.get("type", ""), "任意")


def _is_file(schema: dict[str, Any]) -> bool:
    return schema.get("format") == "binary" or "contentMediaType" in schema


def fields_of(document: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    found = resolve(document, schema)
    required = found.get("required", [])
    return [
        {
            "name": name,
            "kind": kind_of(document, part),
            "required": name in required,
            "description": part.get("description", ""),
        }
        for name, part in found.get("properties", {}).items()
    ]
