"""The core is arithmetic and nothing else: what it may import, which words it may not contain."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import app.accounting

ROOM = Path(app.accounting.__file__).parent
MODULES = sorted(ROOM.glob("*.py"))
IMPURE = {
    "os",
    "io",
    "pathlib",
    "time",
    "random",
    "secrets",
    "socket",
    "subprocess",
    "sqlite3",
    "logging",
    "urllib",
    "uuid",
}


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.stem)
def test_only_the_domain_and_the_standard_library(path):
    for name in imported(path):
        top = name.split(".")[0]
        if top == "app":
            assert name.startswith(("app.domain", "app.accounting")), name
        else:
            assert top in sys.stdlib_module_names, name
            assert top not in IMPURE, name


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.stem)
def test_no_binary_floating_point_and_no_output(path):
    text = path.read_text(encoding="utf-8")
    for word in ("float(", "print(", "open(", "datetime.now", "date.today", "os.environ"):
        assert word not in text, word
    for node in ast.walk(ast.parse(text)):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), ast.dump(node)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.stem)
def test_modules_stay_small_and_say_what_they_are(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    assert ast.get_docstring(ast.parse(text))
