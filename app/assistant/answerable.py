"""Would a careful reader say that the documents answer this question at all?

No similarity score tells "in the field, but written nowhere" from "written in other words": both sound like the corpus. Two
things together do. What remains unexplained: words of the question, and the tokens with the poorest match, that neither the
evidence nor the lexicon accounts for. And what kind of detail is asked: brand, price, upkeep, who pays, paperwork - a direction in
the space of questions, learned from pairs of the same thing asked about in both ways (evals/datasets/answerability.toml).
A logistic model weighs both; ``python -m evals.answerability`` fits it and cross-validates the threshold.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from app.assistant.context import AssistantContext
from app.assistant.evidence import Evidence, gather, local_to
from app.assistant.frame import Frame
from app.assistant.knowledge import Knowledge
from app.assistant.support import unknown_places
from app.retrieval.regions import is_national

if TYPE_CHECKING:
    import numpy as np

MODEL = Path(__file__).parent / "data" / "answerability.json"
NARROW = 3
WIDE = 6
OPTION = re.compile(r"(.{2,6})还是(.{2,6})")
LONGEST_RUN = 8
LONG_QUESTION = 40
NAMES = ("unknown_narrow", "unknown_wide", "longest_unknown", "option_unknown", "late_mean", "late_low", "late_least", "top_score",
         "examples", "yes_no", "topic", "strict_type", "named", "held_here", "unheld_here", "choice", "length", "on_topic",
         "lexicon", "here_on_topic", "stated")
MANY_TERMS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Weights of one kind of engine. ``shape`` weighs the named features, ``direction`` the centred question vector (empty for
    engines it was not fitted for). ``floor``: below it nothing is claimed."""

    mean: tuple[float, ...]
    spread: tuple[float, ...]
    shape: tuple[float, ...]
    bias: float
    floor: float
    centre: bytes = b""
    direction: bytes = b""


def readiness(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> float:
    """Log odds that the documents answer the question, above or below the model's floor: negative means withhold."""
    import numpy as np

    features, vector = measure(frame, context, knowledge)
    model = _model_for(context.index.embedder.engine_id)
    found = model.bias + sum((value - mean) / spread * weight for value, mean, spread, weight in
                             zip(features, model.mean, model.spread, model.shape, strict=True))
    if model.direction:
        centred = vector - np.frombuffer(model.centre, dtype=np.float32)
        centred /= np.linalg.norm(centred) or 1.0
        found += float(centred @ np.frombuffer(model.direction, dtype=np.float32))
    return found - model.floor


def measure(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> tuple[tuple[float, ...], np.ndarray]:
    """The features in the order of ``NAMES``, and the unit vector of the question."""
    import numpy as np

    here = _here(frame, context, knowledge)
    pool = sorted([*here, *gather(frame, context, knowledge, regions=())], key=lambda e: -e.score)
    narrow, wide = unknown_places(frame, pool[:NARROW], context, knowledge), unknown_places(frame, pool[:WIDE], context, knowledge)
    tokens = np.sort(context.index.token_matches(frame.question, [e.passage.id for e in pool[:NARROW]]))
    option = OPTION.search(frame.text)
    like = context.examples.kinds(context.index.query_vector(frame.question)) if context.examples else {}
    features = (_share(narrow), _share(wide), min(_longest(wide), LONGEST_RUN) / LONGEST_RUN,
                max(_share(wide, *option.span(1)), _share(wide, *option.span(2))) if option else 0.0,
                float(tokens.mean()), float(tokens[len(tokens) // 4]), float(tokens[0]), pool[0].score if pool else 0.0,
                like.get("unstated", 0.0) - like.get("policy", 0.0), float(frame.yes_no), float(bool(frame.topics)),
                float(frame.type is not None and frame.type.strict), float(bool(frame.named)), float(bool(here)),
                float(frame.regional and not here), float(option is not None), min(len(frame.text), LONG_QUESTION) / LONG_QUESTION,
                float(bool(pool) and bool(set(frame.topics[:2]) & set(pool[0].passage.topics))),
                min(len(context.terms_in(frame.question)), MANY_TERMS) / MANY_TERMS,
                float(any(set(frame.topics[:2]) & set(e.passage.topics) for e in here)),
                float(_stated(frame, context)))
    return features, context.index.query_vector(frame.question)


def _stated(frame: Frame, context: AssistantContext) -> bool:
    """A national text read in full states the first topic."""
    return any(dict(d.stated).get(topic) == "stated" for topic in frame.topics[:1]
               for d in context.documents.values() if d.full_text and is_national(d))


def _here(frame: Frame, context: AssistantContext, knowledge: Knowledge) -> list[Evidence]:
    """What the named documents and the named place's own say."""
    if not frame.named and not frame.regional:
        return []
    every = gather(frame, context, knowledge, regions=None)
    return [e for e in every if e.passage.document.id in frame.named or (frame.regional and not e.national and local_to(e, frame))]


def _share(places: Sequence[bool | None], start: int = 0, end: int | None = None) -> float:
    content = [unknown for unknown in places[start:end] if unknown is not None]
    return sum(content) / len(content) if content else 0.0


def _longest(places: Sequence[bool | None]) -> int:
    longest = run = 0
    for unknown in places:
        run = run + 1 if unknown else 0
        longest = max(longest, run)
    return longest


@lru_cache(maxsize=4)
def _model_for(engine_id: str) -> Model:
    stored = json.loads(MODEL.read_text(encoding="utf-8"))
    row = stored["with_vectors"] if engine_id.startswith(stored["engine"]) else stored["without_vectors"]
    return Model(mean=tuple(row["mean"]), spread=tuple(row["spread"]), shape=tuple(row["shape"]), bias=row["bias"],
                 floor=row["floor"], centre=base64.b64decode(row.get("centre", "")),
                 direction=base64.b64decode(row.get("direction", "")))
