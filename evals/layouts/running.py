"""Reads generated documents and counts what was right, what was flagged, and what was wrong in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from app.domain.errors import LingtanError
from evals.extraction import compare
from evals.layouts.catalogue import MAKERS, make
from evals.layouts.sample import Sample
from evals.places import measure
from evals.scoring import Score, add_score

TODAY = date(2026, 6, 1)
FIRST_TEST_SEED = 500_000
"""Seeds below it are for development: their layouts may be looked at and fitted to. Those from it on are only counted."""
WEIGHTS = {"pdf-digital": 4, "ofd": 2, "grid-bill": 3, "ledger": 3}


def read(sample: Sample) -> Score:
    """The score of one sample."""
    from extractors import extract
    from ingestion.reading import read_document

    score = Score(documents=1)
    try:
        extraction = extract(read_document(sample.data, sample.filename), today=TODAY)
    except LingtanError as refused:
        score.misses.append(f"{sample.name}: {refused.message}")
        return score
    compare(sample.name, sample.truth, extraction, score)
    places = measure(sample.name, extraction, getattr(sample.data, "runs", ()))
    score.places, score.pages_right, score.boxes_right = places.values, places.right_page, places.overlapping
    score.misses += places.misses
    return score


def held_out(each: int, *, first_seed: int = FIRST_TEST_SEED, say: Callable[[str], None] | None = None) -> dict[str, Any]:
    """``each`` layouts of every class that no development has seen, in the form of ``run``."""
    classes: dict[str, Score] = {}
    total = Score()
    for group in MAKERS:
        classes[group] = Score()
        for seed in range(first_seed, first_seed + each):
            score = read(make(group, seed))
            add_score(classes[group], score)
            add_score(total, score)
        if say:
            say(f"{group}：静默错误 {len(classes[group].silent)}")
    return {"total": total.to_plain(), "classes": {n: s.to_plain() for n, s in classes.items()}}


def run(count: int, *, first_seed: int = 0, groups: Sequence[str] = (), say: Callable[[str], None] | None = None) -> dict[str, Any]:
    """``count`` documents spread over the classes (all of them by default), seeds from ``first_seed`` on.

    Returns ``{total, classes, traits}``: scores in the form of ``evals.extraction.run``; ``traits`` counts documents with misses by
    their unusual property.
    """
    chosen = list(groups) or list(MAKERS)
    slots = [g for g in chosen for _ in range(WEIGHTS.get(g, 1))]
    seeds = dict.fromkeys(chosen, first_seed)
    classes: dict[str, Score] = {g: Score() for g in chosen}
    total = Score()
    traits: Counter[str] = Counter()
    for number in range(count):
        group = slots[number % len(slots)]
        sample = make(group, seeds[group])
        seeds[group] += 1
        score = read(sample)
        for target in (classes[group], total):
            add_score(target, score)
        if score.misses or score.silent:
            traits.update(sample.traits)
        if say and (number + 1) % 200 == 0:
            say(f"{number + 1}/{count}，静默错误 {len(total.silent)}")
    return {"total": total.to_plain(), "classes": {n: s.to_plain() for n, s in classes.items()}, "traits": dict(traits.most_common())}
