"""Sections of a draft made ready for the page: chips that lead to their origin, marks where a text could not be read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from html import unescape
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Query
from markupsafe import Markup, escape
from starlette.requests import Request

from app.drafting.html import render_html
from app.drafting.model import Draft, DraftSection
from app.services.draft_content import Content
from app.services.draft_sections import Section
from app.services.draft_stale import Change
from app.services.draft_suggest import utf16
from app.services.draft_text import BAD, END
from app.services.drafting import FORM

POLICY_LINK = re.compile(r'(href="/policies/[^"#?]*)')
_FACT = re.compile(r'<span class="fact" data-fact="([^"]*)" title="([^"]*)">([^<]*)</span>')
_BAD = re.compile(f"{BAD}([^<{END}]*){END}")
LOCAL = "本机用户"
FormDep = Annotated[str, Query(alias="form", max_length=80, description="文种；省略为默认的申报书")]
"""The form a page is about; the default one needs no mention."""


def form_links(form: str) -> dict[str, str]:
    """``q`` and ``amp`` end a link of a page: with nothing before it in its query, and with something."""
    named = "" if form == FORM else f"form={quote(form, safe='')}"
    return {"form": form, "q": f"?{named}" if named else "", "amp": f"&{named}" if named else ""}


def who(request: Request, actor: str | None) -> str:
    """Who acted, as the page says it: the holder of an access key by name, whoever works at this machine as such."""
    return LOCAL if actor in (None, "", request.app.state.ws.actor) else str(actor)


def paper(draft: Draft, project_id: str, changes: Iterable[Change] = ()) -> Markup:
    """A draft as HTML with every fact a link to its origin; a value that has changed since says what it is today."""
    changed = {c.subject: c for c in changes if c.kind == "fact"}

    def chip(m: re.Match[str]) -> str:
        id = unescape(m[1])
        href = f"/projects/{project_id}/draft/fact?id={quote(id, safe='')}{form_links(draft.form)['amp']}"
        change = changed.get(id)
        label, _, address = m[2].rpartition("　")
        # The address itself (a run's line, a page's digest) is for the card that opens; here only what kind of source it is.
        kind, title = "fact", f"{label}　出自{address.partition('：')[0] or '本项目'}，点开可看"
        if change is not None:
            kind, title = "fact fact-old", f"{label}　现为：{escape(change.after or '已不存在')}"
        return f'<a class="{kind}" data-fact="{m[1]}" title="{title}" href="{escape(href)}">{m[3]}</a>'

    html = _FACT.sub(chip, render_html(draft))
    html = _BAD.sub(r'<mark class="lt-bad">\1</mark>', html).replace(BAD, "").replace(END, "")
    return Markup(POLICY_LINK.sub(rf"\1?project={project_id}", html))


def section_paper(draft: Draft, project_id: str, section: Section, content: Content | None = None) -> Markup:
    """One section by itself, with its own values; ``content`` is a text that is being written."""
    shown = content or section.content
    alone = DraftSection(id=section.id, title=section.title, blocks=shown.blocks, front=section.front)
    one = replace(draft, sections=(alone,), facts={**draft.facts, **shown.facts})
    return paper(one, project_id, section.changes)


def told(text: str, problems: Iterable[Any]) -> list[dict[str, Any]]:
    """Problems with places as a browser counts them, and their ways out."""
    return [
        {
            "message": t.problem.message,
            "fix": t.problem.fix,
            "start": utf16(text, t.problem.start),
            "end": utf16(text, t.problem.end),
            "placed": t.problem.end > t.problem.start,
            "ways": [
                {"label": w.label, "text": w.text, "start": utf16(text, w.start), "end": utf16(text, w.end), "was": text[w.start : w.end]}
                for w in t.suggestions
            ],
        }
        for t in problems
    ]
