"""Jinja2: pages and partials, with the helpers every template may use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from app import __version__
from app.web.wording import grouped, linked

FOLDER = Path(__file__).parent / "templates"


@lru_cache(maxsize=1)
def environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    env = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(("html", "svg")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(version=__version__, assets=_digest_of_assets())
    env.filters.update(thousands=thousands, short=short, when=when, percent=percent, grouped=grouped, urlpart=urlpart)
    env.globals.update(linked=linked)
    return env


def _digest_of_assets() -> str:
    """Changes with our own style and script, so that a browser never shows a new page with an old one."""
    import hashlib

    files = sorted(FOLDER.parent.glob("static/lingtan.*"))
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()[:10]


def urlpart(value: str) -> str:
    """One segment or more of a path, percent-encoded; slashes stay."""
    from urllib.parse import quote

    return quote(value)


def thousands(value: Any, places: int | None = None) -> str:
    """A decimal string with thousands separators; ``places`` rounds for the screen only (the exact value is in the title)."""
    if value in (None, ""):
        return "—"
    text = str(value)
    if places is not None:
        from app.domain.number import fixed_text, parse_number

        text = fixed_text(parse_number(text), places)
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, rest = digits.partition(".")
    groups = f"{int(whole):,}" if whole.isdigit() else whole
    return sign + groups + point + rest


def percent(value: Any, places: int = 1) -> str:
    from app.domain.number import fixed_text, parse_number

    return fixed_text(parse_number(str(value)) * 100, places) + "%"


def short(value: str, length: int = 12) -> str:
    return value[:length]


def when(value: str | None) -> str:
    """A stored instant as local date and time."""
    if not value:
        return "—"
    from datetime import datetime

    return datetime.fromisoformat(value).astimezone().strftime("%Y-%m-%d %H:%M")


def partial(name: str, **context: Any) -> str:
    """A part of a page by itself, as a stream sends it."""
    return str(environment().get_template(f"_partials/{name}.html").render(**context))


def one_line(html: str) -> str:
    """HTML on one line: an event of a stream must not contain line breaks, and none of ours sits where it would show."""
    return " ".join(html.split("\n"))


def render(request: Request, name: str, context: Mapping[str, Any], *, status_code: int = 200) -> HTMLResponse:
    """Render a template; ``csrf``, ``user`` and ``path`` are always there."""
    html = environment().get_template(name).render(
        **context,
        csrf=getattr(request.state, "csrf", ""),
        user=getattr(request.state, "user", None),
        path=request.url.path,
    )
    return HTMLResponse(html, status_code=status_code)
