"""Counts of what was read right, by class of documents, and what each class is held to."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

BASELINES = Path(__file__).with_name("baselines") / "extraction.toml"


@dataclass(slots=True, kw_only=True)
class Score:
    """Counts of one class of documents. ``silent`` lists what was wrong without a flag, ``misses`` what was flagged or absent.

    ``cells`` are the printed cells of invoice lines; ``numbers`` the fields, cells and quantities that are numbers; ``places`` the
    values whose place on the page is known, ``pages_right`` and ``boxes_right`` those with the right page and a box that overlaps by
    at least half.
    """

    documents: int = 0
    fields: int = 0
    fields_right: int = 0
    lines: int = 0
    lines_right: int = 0
    cells: int = 0
    cells_right: int = 0
    numbers: int = 0
    numbers_right: int = 0
    records: int = 0
    records_right: int = 0
    auto_records: int = 0
    places: int = 0
    pages_right: int = 0
    boxes_right: int = 0
    silent: list[str] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    def to_plain(self) -> dict[str, Any]:
        counts: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self)}
        return counts | {"silent_errors": len(self.silent), "silent": list(self.silent), "misses": list(self.misses)}


def add_score(target: Score, part: Score) -> None:
    """Adds ``part`` to ``target``, counts and lists alike."""
    for each in fields(Score):
        setattr(target, each.name, getattr(target, each.name) + getattr(part, each.name))


RATES = {"fields": "fields_right", "cells": "cells_right", "numbers": "numbers_right", "records": "records_right", "places": "boxes_right"}
LABELS = {"fields": "抬头", "cells": "明细格", "numbers": "数字", "records": "用能记录", "places": "位置"}


def rates(score: Mapping[str, Any]) -> dict[str, float]:
    """Shares of what is right, for what the class has at all. ``pages`` is the share of values on the right page."""
    out = {name: score[right] / score[name] for name, right in RATES.items() if score[name]}
    return out | ({"pages": score["pages_right"] / score["places"]} if score["places"] else {})


def shortfalls(classes: Mapping[str, Mapping[str, Any]], section: str) -> list[str]:
    """What stays below the floors of ``section`` in the baselines, and every silent error, as Chinese lines.

    A class has the floors of ``[section.default]`` and its own in ``[section.CLASS]``.
    """
    floors: dict[str, dict[str, float]] = tomllib.loads(BASELINES.read_text("utf-8"))[section]
    out = []
    for name, score in classes.items():
        got = rates(score)
        for what, floor in (floors["default"] | floors.get(name, {})).items():
            if what in got and got[what] < floor:
                label = LABELS.get(what, "页码")
                out.append(f"{name}：{label} {got[what]:.2%}，低于 {floor:.2%}")
        out += [f"{name}：静默错误 {text}" for text in score["silent"]]
    return out


def table(classes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A line a class: shares in per cent with their counts."""
    lines = []
    for name, score in classes.items():
        parts = [f"{LABELS[w]} {score[right]}/{score[w]}" for w, right in RATES.items() if score[w]]
        lines.append(f"{name:16}{score['documents']:4} 份  " + "，".join([*parts, f"静默错误 {score['silent_errors']}"]))
    return lines
