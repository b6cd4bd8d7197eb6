"""A form of application as data: sections, blocks with sentence templates, and the six paths of the guideline.

The template grammar belongs to ``app.drafting.template``; these records only hold what ``policy_corpus/forms/*.toml`` says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class FormBlock:
    """One block of a section. ``kind`` is heading | paragraph | note | sign | table | chart | path | materials.

    A paragraph is printed when every fact in ``needs`` exists and every condition in ``when`` holds; otherwise
    ``otherwise`` is printed in its place (nothing when that is empty). ``name`` names the table or path of the block.
    """

    kind: str
    text: str = ""
    otherwise: str = ""
    name: str = ""
    caption: str = ""
    note: str = ""
    needs: tuple[str, ...] = ()
    when: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSection:
    """``numbered`` sections carry a Chinese heading number and stand in the table of contents; a ``wide`` one is set across.
    ``word_limit`` (0: none) is what an authority allows; ``attachments`` are (name, kind label of the documents that serve)."""

    id: str
    title: str
    blocks: tuple[FormBlock, ...]
    numbered: bool = True
    wide: bool = False
    word_limit: int = 0
    attachments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PathSpec:
    """One building path of the guideline: the topics whose verdicts belong to it, and its sentence templates.

    ``state`` are paragraph blocks on the present state; ``planned`` says what is missing when no measure is given.
    """

    id: str
    title: str
    topics: tuple[str, ...]
    requirement: str
    state: tuple[FormBlock, ...]
    planned: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetBasis:
    """A target whose name holds one of ``words`` rests on ``clause``, in the sentence with ``anchor``."""

    words: tuple[str, ...]
    clause: str
    anchor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """``missing`` names, per fact id, what the applicant has to add; ``phrases`` are the rotating sentence patterns."""

    id: str
    version: str
    title: str
    scheme: str
    sections: tuple[FormSection, ...]
    paths: Mapping[str, PathSpec] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cover: tuple[tuple[str, str], ...] = ()
    header: str = ""
    industries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Named word lists; ``industry:<name>`` holds when the factory's industry contains one of the words."""
    about: str = ""
    region: str = ""
    target_basis: tuple[TargetBasis, ...] = ()
    """``about`` says in one sentence what the form is for; ``region`` is '' for forms of the whole country."""


def plain_title(title: str) -> str:
    """A section's title as a reader sees it: ``{term:近三年}情况`` is 近三年情况."""
    return re.sub(r"\{[^{}:]*:([^{}]*)\}", r"\1", title)
