"""Unigram tokenizer over the pieces of the weights file: normalise, mark spaces, take the most likely split.

Same steps as SentencePiece with a metaspace: characters replaced by the normalisation map, runs of spaces merged,
a leading ``▁`` set, then a Viterbi pass over piece scores with an unknown-character penalty of 10 below the worst piece.
"""

from __future__ import annotations

from app.retrieval.weights import PieceTable

META = "▁"
UNKNOWN_PENALTY = 10.0
MOST_CHARACTERS_A_PIECE = 48


class PieceTokenizer:
    """``encode(text) -> list[int]`` without the begin and end marks."""

    def __init__(self, table: PieceTable) -> None:
        self._table = table
        self._unknown_score = min(table.scores) - UNKNOWN_PENALTY

    def normalise(self, text: str) -> str:
        replaced = "".join(self._table.replace.get(character, character) for character in text)
        merged: list[str] = []
        for character in replaced:
            if character == " " and merged and merged[-1] == " ":
                continue
            merged.append(character)
        if not merged or merged[0] != " ":
            merged.insert(0, META)
        return "".join(merged).replace(" ", META)

    def encode(self, text: str) -> list[int]:
        encoded = [character.encode("utf-8", "replace") for character in self.normalise(text)]
        ids, scores, longest = self._table.ids, self._table.scores, self._table.longest
        count = len(encoded)
        best = [float("-inf")] * (count + 1)
        best[0] = 0.0
        back: list[tuple[int, int]] = [(0, 0)] * (count + 1)
        for start in range(count):
            base = best[start]
            piece = b""
            for end in range(start + 1, min(count, start + MOST_CHARACTERS_A_PIECE) + 1):
                piece += encoded[end - 1]
                if len(piece) > longest:
                    break
                found = ids.get(piece)
                if found is not None and found != self._table.unknown and base + scores[found] > best[end]:
                    best[end] = base + scores[found]
                    back[end] = (start, found)
            if base + self._unknown_score > best[start + 1]:
                best[start + 1] = base + self._unknown_score
                back[start + 1] = (start, self._table.unknown)
        out: list[int] = []
        at = count
        while at > 0:
            at, piece_id = back[at]
            out.append(piece_id)
        return out[::-1]
