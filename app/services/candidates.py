"""The configured chat model as a reader of papers of no known layout: it names candidates, the page decides (extractors.modelled).

One way for ``extract`` and for ``upload``; without a configured model both return None and nothing is asked."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from app.domain.activity import Extraction
from app.domain.page import Document
from app.settings import PREFIX, Settings, load_settings

Complete = Callable[[str, str], str]
"""(system, user) → the model's text."""


def model_of(settings: Settings) -> Complete | None:
    """``complete`` of the configured model, None when none is configured."""
    if not settings.llm_model:
        return None
    from app.llm.chat import open_chat

    return open_chat(base_url=settings.llm_base_url, model=settings.llm_model, api_key=settings.llm_api_key).complete


def model_at(home: Path | None) -> Complete | None:
    """The same for a home directory that may not exist. Settings are read only where a model may be named."""
    named = PREFIX + "LLM_MODEL" in os.environ or (home is not None and (home / "lingtan.toml").is_file())
    return model_of(load_settings(home, make=False)) if named else None


def with_candidates(document: Document, extraction: Extraction, complete: Complete | None) -> Extraction:
    """``extraction`` with what the model named and the page confirms; unchanged without a model."""
    if complete is None:
        return extraction
    from app.corpus.paths import corpus_root
    from extractors.modelled import load_prompt, with_model

    return with_model(document, extraction, complete, load_prompt(corpus_root().parent / "prompts"))
