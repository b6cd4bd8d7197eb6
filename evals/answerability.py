"""Fits the model of app/assistant/answerable.py and says how well it does on questions it has not seen.

Trained on the sets that may be tuned on, the exercise of datasets/answerability.toml and the assistant's example sentences; the
held-out set is never read here. Every set is predicted by a model that has not seen it (cross-validation by set), and the floor
is where, in those predictions, at most ``MOST_FALSE`` of the unanswerable questions would still be answered.
"""

from __future__ import annotations

import base64
import json
import random
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from app.assistant import AssistantContext
from app.assistant.answerable import MODEL, NAMES, measure
from app.assistant.frame import understand
from app.assistant.knowledge import load_examples, load_knowledge
from evals.answers import DATASETS, build_context

if TYPE_CHECKING:
    import numpy as np

SETS = ("questions_dev", "questions_own", "questions_later", "questions_last", "questions_fresh", "questions_second", "questions_third")
EXERCISE = "answerability.toml"
MOST_A_BLOCK = 260
SEED = 7
OUTSIDE = {"own_data", "off_topic", "greeting", "integrity", "injection", "follow_up"}
SHAPE_PENALTY = 3.0
DIRECTION_PENALTY = 1.2
STEPS = 10
SET_WEIGHT = 3.0
MOST_FALSE = 0.14
ENGINE = "e5-small-q4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One row a question: the set it comes from, 1 when the documents answer it, features, question vector."""

    source: np.ndarray
    label: np.ndarray
    shape: np.ndarray
    vector: np.ndarray


def labelled() -> Iterator[tuple[str, str, str | None, int]]:
    """(set, question, region, label). Questions that may be taken either way, and those about own figures, are left out."""
    asked = set()
    for name in SETS:
        for row in yaml.safe_load((DATASETS / f"{name}.yaml").read_text("utf-8"))["questions"]:
            asked.add(row["q"])
            accepted = {row["expected_status"], *row.get("accept_status", ())}
            answered, withheld = bool(accepted & {"answered", "reference_only"}), "not_in_corpus" in accepted
            if row["kind"] in OUTSIDE or row.get("project") or row.get("history") or "declined" in accepted or answered == withheld:
                continue
            yield name, row["q"], row.get("region"), int(answered)
    for kind, label in (("unstated", 0), ("policy", 1)):
        yield from (("examples", text, None, label) for text in load_examples()[kind])
    for block in tomllib.loads((DATASETS / EXERCISE).read_text("utf-8"))["block"]:
        made = [ask.replace("{o}", thing) for thing in block["things"] for ask in block["asks"]]
        random.Random(SEED).shuffle(made)
        yield from (("exercise", text, None, block["label"]) for text in made[:MOST_A_BLOCK] if text not in asked)


def collect(context: AssistantContext) -> Rows:
    import numpy as np

    knowledge = load_knowledge()
    found = []
    for source, question, region, label in labelled():
        features, vector = measure(understand(question, context, knowledge, region=region), context, knowledge)
        found.append((source, label, features, vector))
    return Rows(source=np.array([f[0] for f in found]), label=np.array([f[1] for f in found], dtype=np.float64),
                shape=np.array([f[2] for f in found]), vector=np.array([f[3] for f in found], dtype=np.float64))


def fit(rows: Rows, chosen: np.ndarray, *, vectors: bool) -> dict[str, Any]:
    """Logistic regression by Newton's method, both classes weighing the same."""
    import numpy as np

    mean, spread = rows.shape[chosen].mean(axis=0), rows.shape[chosen].std(axis=0) + 1e-9
    centre = rows.vector[chosen].mean(axis=0) if vectors else None
    design, label = design_matrix(rows, mean, spread, centre)[chosen], rows.label[chosen]
    penalty = np.array([1e-3] + [SHAPE_PENALTY] * len(mean) + [DIRECTION_PENALTY] * (design.shape[1] - 1 - len(mean)))
    importance = np.where(np.isin(rows.source[chosen], SETS), SET_WEIGHT, 1.0)
    share = (importance * label).sum() / importance.sum()
    importance *= np.where(label == 1, 0.5 / share, 0.5 / (1 - share))
    weights = np.zeros(design.shape[1])
    for _ in range(STEPS):
        odds = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (importance * (odds - label)) + penalty * weights
        bend = (design * (importance * odds * (1 - odds))[:, None]).T @ design + np.diag(penalty)
        weights -= np.linalg.solve(bend, slope)
    return {"mean": mean, "spread": spread, "centre": centre, "weights": weights}


def design_matrix(rows: Rows, mean: np.ndarray, spread: np.ndarray, centre: np.ndarray | None) -> np.ndarray:
    import numpy as np

    parts = [np.ones((len(rows.label), 1)), (rows.shape - mean) / spread]
    if centre is not None:
        centred = rows.vector - centre
        parts.append(centred / np.linalg.norm(centred, axis=1, keepdims=True))
    return np.hstack(parts)


def predict(rows: Rows, model: dict[str, Any]) -> np.ndarray:
    return design_matrix(rows, model["mean"], model["spread"], model["centre"]) @ model["weights"]


def cross_validated(rows: Rows, *, vectors: bool) -> np.ndarray:
    """Log odds for every question of the sets, each set predicted by a model that has not seen it."""
    import numpy as np

    out = np.full(len(rows.label), np.nan)
    for name in SETS:
        asked = rows.source == name
        out[asked] = predict(rows, fit(rows, ~asked, vectors=vectors))[asked]
    return out


def floor_of(odds: np.ndarray, label: np.ndarray) -> float:
    import numpy as np

    known = ~np.isnan(odds)
    unanswerable = np.sort(odds[known & (label == 0)])
    return float(unanswerable[int(len(unanswerable) * (1 - MOST_FALSE))])


def area(odds: np.ndarray, label: np.ndarray) -> float:
    """The chance that an answerable question scores above an unanswerable one."""
    import numpy as np

    known = ~np.isnan(odds)
    yes, no = odds[known & (label == 1)], odds[known & (label == 0)]
    return float((yes[:, None] > no[None, :]).mean() + 0.5 * (yes[:, None] == no[None, :]).mean()) if len(yes) and len(no) else np.nan


def stored(model: dict[str, Any], floor: float, *, vectors: bool) -> dict[str, Any]:
    weights = model["weights"]
    row: dict[str, Any] = {"bias": round(float(weights[0]), 6), "floor": round(floor, 4)}
    for key, values in (("mean", model["mean"]), ("spread", model["spread"]), ("shape", weights[1 : 1 + len(model["mean"])])):
        row[key] = [round(float(value), 6) for value in values]
    if vectors:
        row["centre"] = _packed(model["centre"])
        row["direction"] = _packed(weights[1 + len(model["mean"]) :])
    return row


def _packed(values: np.ndarray) -> str:
    import numpy as np

    return base64.b64encode(values.astype(np.float32).tobytes()).decode()


def main() -> None:
    """Fits, prints the cross-validation and writes the model beside the assistant's other data."""
    import numpy as np

    with tempfile.TemporaryDirectory() as folder:
        rows = collect(build_context(Path(folder) / "vectors.sqlite"))
    every = np.ones(len(rows.label), dtype=bool)
    written: dict[str, Any] = {"engine": ENGINE, "features": list(NAMES)}
    for key, vectors in (("with_vectors", True), ("without_vectors", False)):
        odds = cross_validated(rows, vectors=vectors)
        floor = floor_of(odds, rows.label)
        kept = (odds[rows.label == 1] > floor)[~np.isnan(odds[rows.label == 1])].mean()
        print(f"{key}: {len(rows.label)} questions, area {area(odds, rows.label):.3f}, floor {floor:.2f}, keeps {kept:.3f}")
        for name in SETS:
            asked = rows.source == name
            print(f"  {name:18} area {area(np.where(asked, odds, np.nan), rows.label):.3f}")
        model = fit(rows, every, vectors=vectors)
        written[key] = stored(model, floor, vectors=vectors)
        for name, weight in zip(written["features"], model["weights"][1:], strict=False):
            print(f"    {name:16} {weight:+.2f}")
    MODEL.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
