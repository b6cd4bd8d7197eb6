"""Eligibility by rules as data: facts in, one verdict a criterion out. No model, clock, file or network takes part."""

from __future__ import annotations

from app.eligibility.engine import evaluate
from app.eligibility.rule import Rule, RuleSet

__all__ = ["Rule", "RuleSet", "evaluate"]
