"""The weights file's tokenizer in the form of Hugging Face's ``tokenizer.json``.

The file's own table replaces single characters; nearly all of it is Unicode's NFKC. What differs is written as rules before
it (control characters vanish, odd spaces become spaces), and characters that NFKC would change but the table keeps (～) are
carried past it under private code points.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from app.retrieval.pieces import META
from app.retrieval.weights import PieceTable

PAD, MASK_FROM_END = 1, 1
PRIVATE_USE = 0xE000
BASIC_PLANE = [chr(code) for code in (*range(0x20, 0xD800), *range(0xF900, 0x10000))]


def tokenizer_json(table: PieceTable) -> dict[str, Any]:
    """The whole file as a value: Unigram model, normaliser, marks and their template."""
    names: list[str] = [""] * len(table.scores)
    for piece, place in table.ids.items():
        names[place] = piece.decode("utf-8", "replace")
    special = [table.bos, PAD, table.eos, table.unknown, len(names) - MASK_FROM_END]
    added = [{"id": place, "content": names[place], "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
              "special": True} for place in special]
    metaspace = {"type": "Metaspace", "replacement": META, "prepend_scheme": "always", "split": False}
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
        "normalizer": {"type": "Sequence", "normalizers": _normalisers(table)},
        "pre_tokenizer": metaspace,
        "post_processor": _template(names[table.bos], table.bos, names[table.eos], table.eos),
        "decoder": metaspace,
        "model": {"type": "Unigram", "unk_id": table.unknown, "byte_fallback": False,
                  "vocab": [[name, score] for name, score in zip(names, table.scores, strict=True)]},
    }


def _normalisers(table: PieceTable) -> list[dict[str, Any]]:
    before: dict[str, list[str]] = {}
    for character, replacement in table.replace.items():
        if unicodedata.normalize("NFKC", character) != replacement:
            before.setdefault(replacement, []).append(character)
    kept = [c for c in BASIC_PLANE if c not in table.replace and unicodedata.normalize("NFKC", c) != c]
    hidden = {character: chr(PRIVATE_USE + place) for place, character in enumerate(kept)}
    rules = [_replace("[" + "".join(f"\\x{{{ord(c):x}}}" for c in characters) + "]", replacement, pattern="Regex")
             for replacement, characters in sorted(before.items())]
    rules += [_replace(character, private) for character, private in hidden.items()]
    rules.append({"type": "NFKC"})
    rules += [_replace(private, character) for character, private in hidden.items()]
    return [*rules, _replace(" {2,}", " ", pattern="Regex")]


def _replace(what: str, by: str, *, pattern: str = "String") -> dict[str, Any]:
    return {"type": "Replace", "pattern": {pattern: what}, "content": by}


def _template(begin: str, begin_id: int, end: str, end_id: int) -> dict[str, Any]:
    def mark(name: str) -> dict[str, Any]:
        return {"SpecialToken": {"id": name, "type_id": 0}}

    def text(name: str) -> dict[str, Any]:
        return {"Sequence": {"id": name, "type_id": 0}}

    marks = {name: {"id": name, "ids": [place], "tokens": [name]} for name, place in ((begin, begin_id), (end, end_id))}
    return {"type": "TemplateProcessing", "single": [mark(begin), text("A"), mark(end)],
            "pair": [mark(begin), text("A"), mark(end), mark(end), text("B"), mark(end)], "special_tokens": marks}
