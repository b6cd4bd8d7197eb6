"""The citation half of the verifier: quotes against clauses, footnotes against what the document used to cite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.domain.clause import Clause, PolicyDocument
from app.domain.finding import Finding
from app.drafting.clauses import cited_words, footnote_pieces, spoken_path
from app.drafting.layout import plain_text
from app.drafting.manifest import ExpectedCitation, Manifest, context_digest
from app.drafting.places import find_places
from app.drafting.readback import ReadDocx, ReadParagraph, segments
from app.drafting.report import finding
from app.drafting.tags import clause_names, parse_tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Clauses by id, with their documents; ``names`` resolves clause ids that were too long for a tag."""

    clauses: Mapping[str, tuple[PolicyDocument, Clause]]
    names: Mapping[str, str]

    @classmethod
    def of(cls, policies: Mapping[str, PolicyDocument]) -> Corpus:
        clauses = {c.id: (d, c) for d in policies.values() for c in d.clauses}
        return cls(clauses=clauses, names=clause_names(clauses))

    def find(self, name: str) -> tuple[PolicyDocument, Clause] | None:
        return self.clauses.get(self.names.get(name, name))


def whole_footnotes(manifest: Manifest | None, corpus: Corpus) -> dict[str, ExpectedCitation]:
    """The text of every expected footnote as the corpus has it today, spaces left out. A word processor that drops controls
    inside footnotes still keeps their text, and a text that is right as a whole needs no controls."""
    out: dict[str, ExpectedCitation] = {}
    for expected in manifest.citations if manifest else ():
        found = corpus.find(expected.clause)
        cited = cited_words(*found, expected.quote) if found else None
        if cited is not None:
            out[_squeeze(plain_text(footnote_pieces(cited), {}))] = expected
    return out


def note_text(paragraphs: list[ReadParagraph]) -> str:
    """A footnote's text without spaces."""
    return _squeeze("".join(p.text for p in paragraphs))


def _squeeze(text: str) -> str:
    return "".join(text.split())


def _flat(text: str) -> str:
    return text.replace("\u00a0", " ")


def check_quotes(paragraph: ReadParagraph, manifest: Manifest | None, corpus: Corpus) -> Iterator[Finding]:
    """Quotes in running text stand word for word in their clause, and are the words that were quoted: a quote cut short by
    one digit is still part of its clause."""
    for tag, text, _ in segments(paragraph):
        parsed = parse_tag(tag) if tag else None
        if parsed is None or parsed.kind != "quote":
            continue
        found = list(_check_quote(parsed.name, text, corpus))
        yield from found
        written = manifest.quotes.get(tag, frozenset()) if manifest else frozenset()
        if not found and written and _flat(text) not in {_flat(w) for w in written}:
            yield finding("quote-changed", f"引文已不是写入时的词句：“{text[:60]}”。", parsed.name, found=text)


def _check_quote(name: str, text: str, corpus: Corpus) -> Iterator[Finding]:
    found = corpus.find(name)
    if found is None:
        yield finding("unknown-clause", f"条款库中没有“{name}”，其引文为“{text[:40]}”。", name)
    elif not text.strip() or _flat(text) not in _flat(found[1].text):
        yield finding("quote-not-found", f"引文“{text[:60]}”不在条款 {found[1].id} 的原文中。", found[1].id, found=text)


def check_footnote(
    paragraphs: list[ReadParagraph], corpus: Corpus, whole: Mapping[str, ExpectedCitation]
) -> tuple[str | None, str, list[Finding]]:
    """(clause id, quote, findings) of one footnote; clause id None for a footnote that is not ours."""
    if expected := whole.get(note_text(paragraphs)):
        return expected.clause, expected.quote, []
    clause_id: str | None = None
    quote = ""
    literals: dict[str, str] = {}
    findings: list[Finding] = []
    for paragraph in paragraphs:
        for tag, text, _ in segments(paragraph):
            parsed = parse_tag(tag) if tag else None
            if parsed is None:
                continue
            if parsed.kind == "lit":
                literals[parsed.detail] = text
            elif parsed.kind == "cite":
                clause_id, quote = parsed.name, text
                findings += _check_quote(parsed.name, text, corpus)
    if clause_id is None:
        return None, "", findings
    found = corpus.find(clause_id)
    if found is None:
        return clause_id, quote, findings
    document, clause = found
    wanted = {"title": document.title, "clause": spoken_path(clause.path)}
    if document.document_number:
        wanted["document"] = document.document_number
    for kind, text in wanted.items():
        if (here := literals.get(kind, "")) != text:
            message = f"脚注应写“{text}”，文中为“{here}”。"
            findings.append(finding("citation-changed", message, clause.id, expected=text, found=here))
    return clause.id, quote, findings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reference:
    """A footnote as it is referred to in the body; ``sound`` when nothing about it was found wrong."""

    clause: str
    quote: str
    sound: bool


def check_citations(
    docx: ReadDocx, manifest: Manifest | None, corpus: Corpus, whole: Mapping[str, ExpectedCitation]
) -> tuple[list[Finding], int, int]:
    """(findings, citations expected or present, citations valid). A citation is valid when its footnote is referred to from
    its place, its quote stands in the clause, and the clause is unchanged since the document was written."""
    findings: list[Finding] = []
    references: list[_Reference] = []
    checked: dict[str, tuple[str | None, str, list[Finding]]] = {}
    expected = manifest.citations if manifest else ()
    for place in find_places([p for p in docx.paragraphs if p.part == "body"]):
        if not place.subject.startswith("footnote:"):
            continue
        id = place.subject.partition(":")[2]
        if id not in docx.footnotes:
            findings.append(finding("citation-removed", "正文中的脚注标记没有对应的脚注。", id))
            continue
        if id not in checked:
            checked[id] = check_footnote(docx.footnotes[id], corpus, whole)
            findings += checked[id][2]
        clause, quote, own = checked[id]
        if clause is None:
            continue
        here = list(_check_standing(clause, "" if own else quote, context_digest(place.context), expected, corpus))
        findings += here
        references.append(_Reference(clause=clause, quote=quote, sound=not own and not here))
    if not expected:
        return findings, len(references), sum(r.sound for r in references)
    findings += _compare(expected, references)
    wanted = Counter((c.clause, c.quote) for c in expected)
    sound = Counter((r.clause, r.quote) for r in references if r.sound)
    return findings, max(len(expected), len(references)), (wanted & sound).total()


def _check_standing(
    clause: str, quote: str, context: str, expected: Sequence[ExpectedCitation], corpus: Corpus
) -> Iterator[Finding]:
    there = {(c.clause, c.quote) for c in expected if c.context == context}
    if there and not any(c == clause and quote in ("", q) for c, q in there):
        was = "、".join(sorted({c for c, _ in there}))
        yield finding("citation-moved", f"此处原引用 {was}，现在的脚注是另一处引用（{clause}）。", clause)
    digests = {c.digest for c in expected if c.clause == clause}
    known = corpus.find(clause)
    if digests and known is not None and known[1].digest not in digests:
        yield finding("clause-changed", f"条款 {clause} 在文稿写成之后有改动。", clause)


def _compare(expected: Sequence[ExpectedCitation], references: Sequence[_Reference]) -> Iterator[Finding]:
    """What is gone or was exchanged. An edited quote has its own finding already and is not reported as removed."""
    wanted = Counter((c.clause, c.quote) for c in expected)
    present = Counter((r.clause, r.quote) for r in references)
    unsound = {(r.clause, r.quote) for r in references if not r.sound}
    extra = (present - wanted).elements()
    exchanged: dict[str, list[tuple[str, str]]] = {}
    for item in extra:
        exchanged.setdefault(item[0], []).append(item)
    for clause, quote in (wanted - present).elements():
        stands_in = exchanged.get(clause)
        if not stands_in:
            yield finding("citation-removed", f"对条款 {clause} 的引用“{quote[:40]}”已被删除。", clause)
        elif stands_in.pop() not in unsound:
            yield finding("citation-changed", f"对条款 {clause} 的引文已换成另一句。", clause, expected=quote)
