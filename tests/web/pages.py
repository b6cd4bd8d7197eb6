"""What a page must have to be usable without a mouse, without eyesight, without English: checked on its HTML alone."""

from __future__ import annotations

import re
from html.parser import HTMLParser

LATIN_ALLOWED = re.compile(
    r"lingtan|PDF|OFD|XML|XLSX?|Excel|Word|CSV|TOML|JSON|JSONL|OpenAPI|SSE|SHA-256|GB/T|T/|tCO₂|tCO2e?|kWh|MWh|GWh|Nm3|Nm³|m3|kg|tC|GJ|MPa|kJ|tce|"
    r"CO2|Authorization|Bearer|curl|https?\S*|[A-Za-z0-9_./-]*(?:miit|run|api|localhost)[\w./:{}-]*|[0-9a-f]{8,}[\w~-]*"
)
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """Collects elements with their attributes and the text a reader sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.stack: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {k: v or "" for k, v in attrs}))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not {"script", "style"} & set(self.stack):
            self.texts.append((self.stack[-1] if self.stack else "", data.strip()))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.elements if name == tag]


def problems(html: str) -> list[str]:
    """Everything that makes the page unusable for somebody; empty when nothing does."""
    page = Page(html)
    found: list[str] = []
    if not page.all("html") or page.all("html")[0].get("lang") != "zh-CN":
        found.append("the language of the page is not said")
    if len(page.all("h1")) != 1:
        found.append(f"{len(page.all('h1'))} headings of the first rank")
    if not page.all("title"):
        found.append("no title")
    found += [f"picture without alt: {a}" for a in page.all("img") if "alt" not in a]
    labelled = {a.get("for") for a in page.all("label")}
    for tag in ("input", "select", "textarea"):
        for a in page.all(tag):
            inside = a.get("type") in ("checkbox", "radio")
            if a.get("type") != "hidden" and not inside and a.get("id") not in labelled and "aria-label" not in a:
                found.append(f"{tag} without a label: {a}")
    ids = [a["id"] for _, a in page.elements if "id" in a]
    found += [f"id used twice: {i}" for i in sorted({i for i in ids if ids.count(i) > 1})]
    found += [f"handler in the page: {n}" for _, a in page.elements for n in a if n.startswith("on")]
    found += [f"inline script: {a}" for a in page.all("script") if "src" not in a and a.get("type") != "application/json"]
    for name in ("src", "href", "action"):
        for tag, a in page.elements:
            if tag != "a" and a.get(name, "").startswith(("http:", "https:", "//")):
                found.append(f"loaded from outside: {a[name]}")
    return found


def english(html: str) -> list[str]:
    """Words in Latin letters that a reader sees in headings, buttons, labels, links and attributes, other than known signs."""
    page = Page(html)
    seen = [text for tag, text in page.texts if tag in ("h1", "h2", "button", "label", "th", "summary", "strong", "span", "p", "legend", "option")]
    seen += [a[n] for tag, a in page.elements if tag != "textarea" for n in ("title", "aria-label", "alt", "placeholder") if n in a]
    out = []
    for text in seen:
        rest = LATIN_ALLOWED.sub("", text)
        out += [text for word in re.findall(r"[A-Za-z]{4,}", rest) if not re.search(r"[\w-]+\.(pdf|xml|xlsx|docx|csv)", text)][:1]
    return out
