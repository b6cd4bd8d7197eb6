"""Reads application forms from ``policy_corpus/forms/<id>.toml``. A key the form does not know is an error, never ignored."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.domain.errors import InputRefused, NotFound
from app.domain.form import Form, FormBlock, FormSection, PathSpec, TargetBasis

KINDS = frozenset({"heading", "paragraph", "note", "sign", "table", "chart", "path", "materials"})
_BLOCK_KEYS = frozenset({"kind", "text", "otherwise", "name", "caption", "note", "needs", "when"})
_SECTION_KEYS = frozenset({"id", "title", "numbered", "wide", "word_limit", "attachments", "use", "block"})
_PATH_KEYS = frozenset({"id", "title", "topics", "requirement", "state", "planned"})
_FORM_KEYS = frozenset(
    {
        "id",
        "version",
        "title",
        "about",
        "region",
        "base",
        "scheme",
        "header",
        "cover",
        "section",
        "path",
        "missing",
        "phrases",
        "industries",
        "target_basis",
    }
)


def load_form(form_id: str, root: Path | None = None) -> Form:
    """The form of that id under ``root`` (default: the corpus). Raises NotFound for an unknown id and InputRefused
    ``form_invalid`` for a file that does not keep to the schema (``schema/forms.schema.json``)."""
    if root is None:
        from app.corpus.paths import corpus_root

        root = corpus_root()
    path = root / "forms" / f"{form_id}.toml"
    if "/" in form_id or "\\" in form_id or not path.is_file():
        raise NotFound("form_not_found", f"没有名为“{form_id}”的申报表格。", fix="请检查表格名称。", subject=form_id)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        base = data.get("base")
        return parse_form(data, load_form(base, root) if base and base != form_id else None)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise InputRefused(
            "form_invalid",
            f"申报表格“{form_id}”的定义有误：{error}",
            fix="请对照表格规范修改定义文件。",
            subject=form_id,
        ) from error


def list_forms(root: Path) -> tuple[str, ...]:
    """The ids of all forms under ``root``."""
    return tuple(sorted(p.stem for p in (root / "forms").glob("*.toml")))


def parse_form(data: Mapping[str, Any], base: Form | None = None) -> Form:
    """A form from its TOML tables. A form with a ``base`` has the base's paths, phrases and names where it gives none of its own,
    and takes over a section with ``use``. Raises ValueError, KeyError or TypeError with what is wrong."""
    _known(data, _FORM_KEYS, "表格")
    if data.get("base") and base is None:
        raise ValueError("表格不能以自己为底本")
    paths = {**(base.paths if base else {}), **{row["id"]: _path(row) for row in data.get("path", ())}}
    shared = {s.id: s for s in base.sections} if base else {}
    sections = tuple(_section(row, paths, shared) for row in data["section"])
    ids = [s.id for s in sections]
    if len(set(ids)) != len(ids):
        raise ValueError("章节编号重复")
    return Form(
        id=data["id"],
        version=str(data["version"]),
        title=data["title"],
        scheme=data["scheme"],
        header=data.get("header", ""),
        cover=tuple((row["label"], row["text"]) for row in data.get("cover", ())),
        sections=sections,
        paths=paths,
        missing={**(base.missing if base else {}), **data.get("missing", {})},
        phrases={**(base.phrases if base else {}), **_lists(data.get("phrases", {}))},
        industries={**(base.industries if base else {}), **_lists(data.get("industries", {}))},
        about=data.get("about", ""),
        region=data.get("region", ""),
        target_basis=tuple(_basis(row) for row in data.get("target_basis", ())) or (base.target_basis if base else ()),
    )


def _lists(rows: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(value) for key, value in rows.items()}


def _basis(row: Mapping[str, Any]) -> TargetBasis:
    _known(row, frozenset({"words", "clause", "anchor"}), "目标依据")
    return TargetBasis(words=tuple(row["words"]), clause=row["clause"], anchor=row.get("anchor", ""))


def _known(row: Mapping[str, Any], keys: frozenset[str], where: str) -> None:
    unknown = sorted(set(row) - keys)
    if unknown:
        raise ValueError(f"{where}中有未知字段：{'、'.join(unknown)}")


def _block(row: Mapping[str, Any], paths: Mapping[str, PathSpec] | None = None) -> FormBlock:
    _known(row, _BLOCK_KEYS, "段落")
    block = FormBlock(
        kind=row.get("kind", "paragraph"),
        text=row.get("text", ""),
        otherwise=row.get("otherwise", ""),
        name=row.get("name", ""),
        caption=row.get("caption", ""),
        note=row.get("note", ""),
        needs=tuple(row.get("needs", ())),
        when=tuple(row.get("when", ())),
    )
    if block.kind not in KINDS:
        raise ValueError(f"未知的段落种类：{block.kind}")
    if block.kind in ("heading", "paragraph", "note", "sign") and not (block.text or block.otherwise):
        raise ValueError("段落没有文字")
    if block.kind == "path" and paths is not None and block.name not in paths:
        raise ValueError(f"没有这条路径：{block.name}")
    return block


def _section(row: Mapping[str, Any], paths: Mapping[str, PathSpec], shared: Mapping[str, FormSection]) -> FormSection:
    _known(row, _SECTION_KEYS, "章节")
    source = shared.get(row["use"]) if "use" in row else None
    if "use" in row and source is None:
        raise ValueError(f"底本没有章节：{row['use']}")
    attachments = [pair if isinstance(pair, list) else [pair, ""] for pair in row.get("attachments", ())]
    return FormSection(
        id=row["id"],
        title=row["title"] if "title" in row or source is None else source.title,
        numbered=row.get("numbered", source.numbered if source else True),
        wide=row.get("wide", source.wide if source else False),
        word_limit=int(row.get("word_limit", 0)),
        attachments=tuple((str(name), str(kind)) for name, kind in attachments)
        or (source.attachments if source else ()),
        blocks=(
            *(source.blocks if source else ()),
            *(_block(block, paths) for block in row.get("block", () if source else row["block"])),
        ),
    )


def _path(row: Mapping[str, Any]) -> PathSpec:
    _known(row, _PATH_KEYS, "路径")
    return PathSpec(
        id=row["id"],
        title=row["title"],
        topics=tuple(row["topics"]),
        requirement=row["requirement"],
        state=tuple(_block(block) for block in row.get("state", ())),
        planned=row["planned"],
    )
