"""The custom XML part of a draft: which facts it prints, what it cites, where everything stood when it was written.

``verify`` takes facts and clauses from the project and the corpus, never from here; the manifest only says what the document
used to hold, so that something removed or moved can be seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.fact import Fact
from app.drafting.clean import one_line
from app.drafting.layout import plain_text
from app.drafting.model import CitedClause, Draft, FactRef
from app.drafting.places import Place
from app.drafting.readback import MANIFEST_NAMESPACE, MARK
from app.drafting.tags import digest8
from app.drafting.word_charts import WrittenChart

_ORIGINS = ("run_line", "document", "clause", "profile")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedCitation:
    """A footnote as it was written: its clause, the digest of that clause then, the quote, and where it stood."""

    clause: str
    digest: str
    quote: str
    context: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedChart:
    """A chart as it was written: which fact each bar draws, its caption and description, and the digests of its two parts."""

    id: str
    unit: str
    alt: str
    caption: str
    part: str
    book: str
    categories: tuple[str, ...]
    series: tuple[tuple[str, tuple[str, ...]], ...]
    """(name, fact id per category; '' where nothing is drawn)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """``places`` maps a context's digest to the subjects that stood there, each with whether its unit followed;
    ``quotes`` maps the tag of a quote in running text to its words; ``contents`` are (entry, page) of the table of contents."""

    project: str
    form: str
    citations: tuple[ExpectedCitation, ...]
    places: Mapping[str, frozenset[tuple[str, bool]]]
    quotes: Mapping[str, frozenset[str]]
    facts: Mapping[str, str]
    contents: tuple[tuple[str, str], ...]
    charts: tuple[ExpectedChart, ...] = ()


def context_digest(context: str) -> str:
    return digest8("context", context)


def write_manifest(
    draft: Draft,
    places: Iterable[Place],
    cited: Mapping[str, CitedClause],
    contents: Iterable[tuple[str, str]],
    tags: Iterable[str],
    charts: Iterable[WrittenChart] = (),
) -> bytes:
    """The part's bytes. ``cited`` maps footnote ids to what they cite; ``tags`` are those of all controls by number."""
    from lxml import etree

    def sub(parent: Any, name: str, text: str = "", /, **attributes: str | None) -> Any:
        child = etree.SubElement(parent, f"{{{MANIFEST_NAMESPACE}}}{name}")
        for key, value in attributes.items():
            if value is not None:
                child.set(key, one_line(value))
        child.text = text or None
        return child

    root = etree.Element(f"{{{MANIFEST_NAMESPACE}}}draft", nsmap={None: MANIFEST_NAMESPACE})
    root.set("project", draft.project)
    root.set("form", f"{draft.form}@{draft.version}")
    root.set("date", draft.generated_on.isoformat())
    facts = sub(root, "facts")
    printed = [i.fact for i in draft.inlines() if isinstance(i, FactRef)]
    for id in dict.fromkeys((*printed, *(fact for chart in draft.charts for fact in chart.plotted()))):
        fact: Fact = draft.facts[id]
        origin = {key: getattr(fact, key) for key in _ORIGINS}
        sub(facts, "fact", fact.text, id=id, label=fact.label, value=fact.value, unit=fact.unit, **origin)
    citations, standing = sub(root, "citations"), sub(root, "places")
    for place in places:
        if place.subject.startswith("footnote:"):
            clause = cited[place.subject.partition(":")[2]]
            sub(
                citations,
                "citation",
                clause.quote,
                clause=clause.clause,
                document=clause.doc_id,
                title=clause.title,
                number=clause.document_number,
                digest=clause.digest,
                evidence=clause.evidence,
                context=context_digest(place.context),
            )
        elif not place.subject.startswith("unit:"):
            unit = "1" if place.unit else None
            words = place.text if place.subject.startswith("quote:") else ""
            sub(standing, "place", words, context=context_digest(place.context), subject=place.subject, unit=unit)
    drawn = sub(root, "charts")
    for written in charts:
        block = written.chart
        caption = plain_text(block.caption, draft.facts)
        drawing = sub(
            drawn,
            "chart",
            id=block.id,
            unit=block.unit,
            alt=block.alt,
            caption=caption,
            part=written.part,
            book=written.book,
        )
        for category in block.categories:
            sub(drawing, "category", category)
        for series in block.series:
            row = sub(drawing, "series", name=series.name)
            for point in series.facts:
                sub(row, "point", fact=point or "")
    toc = sub(root, "contents")
    for entry, page in contents:
        sub(toc, "entry", entry, page=page)
    marks = sub(root, "marks")
    for number, tag in enumerate(tags, 1):
        sub(marks, "mark", name=f"{MARK}{number}", tag=tag)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _read_chart(chart: Any, ns: str) -> ExpectedChart:
    return ExpectedChart(
        **{name: chart.get(name, "") for name in ("id", "unit", "alt", "caption", "part", "book")},
        categories=tuple(c.text or "" for c in chart.iter(f"{ns}category")),
        series=tuple(
            (s.get("name", ""), tuple(p.get("fact", "") for p in s.iter(f"{ns}point")))
            for s in chart.iter(f"{ns}series")
        ),
    )


def read_manifest(data: bytes) -> Manifest | None:
    """The manifest of a document, None when the part is not ours or broken."""
    from lxml import etree

    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return None
    ns = f"{{{MANIFEST_NAMESPACE}}}"
    if root.tag != f"{ns}draft":
        return None
    places: dict[str, set[tuple[str, bool]]] = {}
    quotes: dict[str, set[str]] = {}
    for place in root.iter(f"{ns}place"):
        standing = places.setdefault(place.get("context", ""), set())
        standing.add((place.get("subject", ""), place.get("unit") == "1"))
        if place.text:
            quotes.setdefault(place.get("subject", ""), set()).add(place.text)
    return Manifest(
        project=root.get("project", ""),
        form=root.get("form", ""),
        citations=tuple(
            ExpectedCitation(
                clause=c.get("clause", ""), digest=c.get("digest", ""), quote=c.text or "", context=c.get("context", "")
            )
            for c in root.iter(f"{ns}citation")
        ),
        places={key: frozenset(value) for key, value in places.items()},
        quotes={key: frozenset(value) for key, value in quotes.items()},
        facts={f.get("id", ""): f.text or "" for f in root.iter(f"{ns}fact")},
        contents=tuple((e.text or "", e.get("page", "")) for e in root.iter(f"{ns}entry")),
        charts=tuple(_read_chart(c, ns) for c in root.iter(f"{ns}chart")),
    )
