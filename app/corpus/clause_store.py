"""clauses.jsonl: what the clause splitter found in a text, kept beside the text so that reading the corpus needs no splitting.

Only offsets are stored, never a second copy of the words: ``text`` is always the slice of the document, so a stored clause
cannot drift from the official text without its digest showing it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from app.domain.clause import Clause, EvidenceLevel, Sentence


def dump_clauses(clauses: Iterable[Clause]) -> str:
    """One JSON object a line: path, kind, title, start, end, digest, sentences as pairs of offsets."""
    rows = (
        {
            "path": clause.path,
            "kind": clause.kind,
            "title": clause.title,
            "start": clause.start,
            "end": clause.end,
            "digest": clause.digest,
            "sentences": [[s.start, s.end] for s in clause.sentences],
        }
        for clause in clauses
    )
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def parse_clauses(
    stored: str, *, text: str, doc_id: str, evidence: EvidenceLevel, topics: Mapping[str, Sequence[str]]
) -> tuple[Clause, ...]:
    """The clauses of ``text`` as stored; ``topics`` maps a clause path to the topics of its provisions."""
    out = []
    for line in stored.splitlines():
        row = json.loads(line)
        id = f"{doc_id}/{row['path']}"
        out.append(
            Clause(
                id=id,
                doc_id=doc_id,
                path=row["path"],
                title=row["title"],
                text=text[row["start"] : row["end"]],
                start=row["start"],
                end=row["end"],
                kind=row["kind"],
                digest=row["digest"],
                sentences=tuple(
                    Sentence(id=f"{id}#s{n}", text=text[a:b], start=a, end=b)
                    for n, (a, b) in enumerate(row["sentences"], 1)
                ),
                topics=tuple(topics.get(row["path"], ())),
                evidence=evidence,
            )
        )
    return tuple(out)
