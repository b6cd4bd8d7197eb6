"""From a clause id to what a footnote prints: document, number, clause path and an exact quote."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.clause import Clause, PolicyDocument
from app.drafting.model import CitedClause, Inline, Inlines, Literal, Quote, Text

#: A clause longer than this is quoted by its first sentences only; a footnote should stay readable.
QUOTE_LIMIT = 160
_SENTENCE_ENDS = "。！？"


def find_clause(policies: Mapping[str, PolicyDocument], clause_id: str) -> tuple[PolicyDocument, Clause] | None:
    """The document and clause of an id; a sentence id (``…#s2``) finds its clause. None when the corpus has neither."""
    whole = clause_id.partition("#")[0]
    document = policies.get(whole.partition("/")[0])
    if document is None:
        return None
    clause = next((c for c in document.clauses if c.id == whole), None)
    return (document, clause) if clause else None


def sentence_around(text: str, position: int) -> str:
    """The sentence of ``text`` that holds ``position``, with its full stop."""
    start = max((text.rfind(end, 0, position) for end in (*_SENTENCE_ENDS, "\n")), default=-1) + 1
    ends = [i for i in (text.find(end, position) for end in _SENTENCE_ENDS) if i >= 0]
    newline = text.find("\n", position)
    end = min(ends, default=len(text) - 1) + 1
    if 0 <= newline < end:
        end = newline
    return text[start:end].strip()


def opening(text: str) -> str:
    """The first sentences of a clause up to the quote limit; at least one. A numbered heading line is skipped when text follows."""
    body = text.strip()
    first, newline, rest = body.partition("\n")
    if newline and rest.strip() and not any(end in first for end in _SENTENCE_ENDS):
        body = rest.strip()
    body = body.split("\n", 1)[0].strip()
    end = 0
    while True:
        ends = [i for i in (body.find(stop, end) for stop in _SENTENCE_ENDS) if i >= 0]
        if not ends:
            return body if end == 0 else body[:end]
        following = min(ends) + 1
        if end and following > QUOTE_LIMIT:
            return body[:end]
        end = following


def spoken_path(path: str) -> str:
    """A clause path as a reader says it: ``三-(二)`` → 第三部分（二）, ``一-p6`` → 第一部分第6段, ``附件1-t3`` → 附件1第3行."""
    out = ""
    for step in path.replace("(", "（").replace(")", "）").split("-"):
        if step and all(c in "一二三四五六七八九十" for c in step):
            out += f"第{step}部分" if not out else step
        elif step[:1] in ("p", "t") and step[1:].isdigit():
            out += f"第{step[1:]}{'段' if step[0] == 'p' else '行'}"
        elif out and step[:1].isascii() and out[-1].isascii():
            out += f"-{step}"
        else:
            out += step
    return out


def sentence_about(text: str, about: str) -> str:
    """The sentence of ``text`` that shares most pairs of characters with ``about``; '' when none shares two."""
    pairs = {about[i : i + 2] for i in range(len(about) - 1)}
    best, best_score = "", 1
    position = 0
    while position < len(text):
        sentence = sentence_around(text, position)
        score = sum(pair in sentence for pair in pairs)
        if score > best_score:
            best, best_score = sentence, score
        position = text.find(sentence, position) + len(sentence) if sentence else position + 1
    return best


def cite(
    policies: Mapping[str, PolicyDocument], clause_id: str, anchor: str = "", *, about: str = ""
) -> CitedClause | None:
    """The clause as a footnote cites it. The quote is the sentence that holds ``anchor``, the sentence named by the id, the
    one nearest to ``about``, or the opening of the clause. None when the clause is unknown or ``anchor`` is not in it: a
    wrong quote is worse than none."""
    found = find_clause(policies, clause_id)
    if found is None:
        return None
    document, clause = found
    sentence = next((s for s in clause.sentences if s.id == clause_id), None)
    if anchor:
        position = clause.text.find(anchor)
        if position < 0:
            return None
        quote = sentence_around(clause.text, position)
    elif sentence is not None:
        quote = sentence.text.strip()
    else:
        quote = (sentence_about(clause.text, about) if about else "") or opening(clause.text)
    return cited_words(document, clause, quote)


def excerpt(policies: Mapping[str, PolicyDocument], clause_id: str, words: str) -> CitedClause | None:
    """The clause with exactly ``words`` as its quote, None when they do not stand in it."""
    found = find_clause(policies, clause_id)
    return cited_words(*found, words) if found else None


def footnote_pieces(cited: CitedClause) -> Inlines:
    """《title》（number）clause：“quote”; a digest says that it is not the official text."""
    pieces: list[Inline] = [Text(text="《"), Literal(kind="title", text=cited.title), Text(text="》")]
    if cited.document_number:
        pieces += [Text(text="（"), Literal(kind="document", text=cited.document_number), Text(text="）")]
    pieces += [
        Literal(kind="clause", text=spoken_path(cited.path)),
        Text(text="：“"),
        Quote(cited=cited),
        Text(text="”"),
    ]
    if not cited.official:
        pieces.append(Text(text=f"（摘要转述，非文件原文；{cited.evidence}）"))
    return tuple(pieces)


def cited_words(document: PolicyDocument, clause: Clause, quote: str) -> CitedClause | None:
    """The citation of these words of a clause, None when they do not stand in it."""
    if not quote or quote not in clause.text:
        return None
    return CitedClause(
        clause=clause.id,
        doc_id=document.id,
        title=document.title,
        document_number=document.document_number,
        path=clause.path,
        quote=quote,
        digest=clause.digest,
        evidence=clause.evidence.label,
        official=document.full_text and clause.kind != "provision",
    )
