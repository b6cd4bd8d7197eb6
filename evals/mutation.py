"""Would the tests notice? Small faults are put into functions of the accounting core, one at a time, and its tests run against each.

``python -m evals.mutation --sample 320 --seed 7`` prints the kill rate and every survivor. Outside the test suite: it takes minutes.
The tests are collected once; each fault lives in a forked child, in which the code of one function is replaced and only the tests
that call this function run, until the first that fails.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import inspect
import json
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
ROOM = ROOT / "app" / "accounting"
TESTS = (
    "tests/unit/test_accounting_*.py", "tests/golden/test_accounting_*.py", "tests/spec/test_formula_*.py",
)  # fmt: skip
SECONDS_A_MUTANT = 120
SURVIVED, KILLED, TIMED_OUT = 0, 1, 2

_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn,
    ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One fault: where it is, what was changed, and the replaced code of the outermost function that holds it."""

    module: str
    function: str
    line: int
    what: str
    code: CodeType

    @property
    def where(self) -> str:
        return f"{self.module.rpartition('.')[2]}.py:{self.line} {self.function}"


def _set_op(number: int, other: type[ast.cmpop], node: Any) -> None:
    node.ops[number] = other()


def _changes(node: ast.AST) -> Iterator[tuple[str, Callable[[Any], None]]]:
    """(description, change in place) for each fault a node can have."""
    if isinstance(node, ast.Compare):
        for n, op in enumerate(node.ops):
            other = _COMPARE[type(op)]
            yield f"{type(op).__name__} → {other.__name__}", partial(_set_op, n, other)
    elif isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in _ARITHMETIC:
        new = _ARITHMETIC[type(node.op)]
        yield f"{type(node.op).__name__} → {new.__name__}", lambda x: setattr(x, "op", new())
    elif isinstance(node, ast.BoolOp):
        swapped = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield f"{type(node.op).__name__} → {swapped.__name__}", lambda x: setattr(x, "op", swapped())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Not)):
        flipped = ast.UAdd() if isinstance(node.op, ast.USub) else None
        if flipped is not None:
            yield "−x → +x", lambda x: setattr(x, "op", flipped)
    elif isinstance(node, (ast.If, ast.IfExp)):
        yield "condition negated", lambda x: setattr(x, "test", ast.UnaryOp(op=ast.Not(), operand=x.test))
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield f"{node.value} → {node.value + 1}", lambda x: setattr(x, "value", x.value + 1)
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield f"{node.value} → {not node.value}", lambda x: setattr(x, "value", not x.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_slug(node.value):
        yield f"{node.value!r} → other text", lambda x: setattr(x, "value", f"{x.value}_")
    elif isinstance(node, ast.Continue):
        yield "continue → pass", lambda x: None


def _is_slug(text: str) -> bool:
    """Identifiers, keys and units matter to the machine; Chinese sentences are for people and are tested by their words."""
    return text.isascii() and text.replace("_", "").replace("-", "").isalnum() and not text.isdigit()


def _targets(function: ast.FunctionDef) -> Iterator[tuple[ast.AST, str, Callable[[Any], None]]]:
    """Every fault within the body of a function: not in its annotations, its docstring or what its exceptions are called with."""
    skipped: set[int] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            skipped |= {id(x) for x in ast.walk(annotation)} if annotation is not None else set()
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(x) for x in node.values}
            skipped |= {id(y) for x in node.values if isinstance(x, ast.FormattedValue) and x.format_spec for y in ast.walk(x.format_spec)}
        if isinstance(node, ast.Assert):
            skipped |= {id(x) for x in ast.walk(node)}
    for node in ast.walk(function):
        if id(node) not in skipped:
            for what, change in _changes(node):
                yield node, what, change


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield f"{node.name}.{inner.name}", inner


def _code_of(compiled: CodeType, name: str) -> CodeType | None:
    """The code of a top-level function or method in a compiled module."""
    for part in name.split("."):
        found = next((c for c in compiled.co_consts if isinstance(c, CodeType) and c.co_name == part), None)
        if found is None:
            return None
        compiled = found
    return compiled


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a fault could be: the n-th of a function."""

    path: Path
    function: str
    number: int


def places_of(path: Path) -> list[Place]:
    """Every fault of one module that could be made."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        Place(path=path, function=name, number=n) for name, function in _functions(tree) for n, _ in enumerate(_targets(function))
    ]


def make(place: Place) -> Mutant:
    """The fault at one place."""
    tree = ast.parse(place.path.read_text(encoding="utf-8"))
    function = next(f for name, f in _functions(tree) if name == place.function)
    node, what, change = list(_targets(function))[place.number]
    line = getattr(node, "lineno", 0)
    if isinstance(node, ast.Continue):
        _replace(function, node, ast.Pass())
    else:
        change(node)
    ast.fix_missing_locations(tree)
    code = _code_of(compile(tree, str(place.path), "exec", dont_inherit=True), place.function)
    if code is None:
        raise LookupError(f"{place.path.name} has no {place.function}")
    return Mutant(module=f"app.accounting.{place.path.stem}", function=place.function, line=line, what=what, code=code)


def _replace(within: ast.AST, old: ast.stmt, new: ast.stmt) -> None:
    for node in ast.walk(within):
        for field in ("body", "orelse"):
            body = getattr(node, field, None)
            if isinstance(body, list) and old in body:
                body[body.index(old)] = new


def function_of(module: str, name: str) -> FunctionType:
    """The living function object, through properties and wrappers."""
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = inspect.getattr_static(found, part)
    if isinstance(found, property):
        found = found.fget
    found = getattr(found, "__func__", found)
    while hasattr(found, "__wrapped__"):
        found = found.__wrapped__
    if not isinstance(found, FunctionType):
        raise TypeError(f"{module}.{name} is no function")
    return found


class Hunt:
    """A pytest plugin: after collection it learns which test calls which function, then lets one fault after another loose."""

    def __init__(self, mutants: list[Mutant]) -> None:
        self.mutants = mutants
        self.calls: dict[str, set[tuple[str, int]]] = {}
        self.results: list[tuple[Mutant, str]] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise pytest.UsageError("the tests do not collect")
        for item in session.items:
            self._learn(session, item)
        if session.testsfailed:
            raise pytest.UsageError("the tests fail without any fault")
        for n, mutant in enumerate(self.mutants, 1):
            outcome = self._try(session, mutant)
            self.results.append((mutant, outcome))
            if outcome != "killed":
                sys.stderr.write(f"[{n}/{len(self.mutants)}] {outcome}: {mutant.where}: {mutant.what}\n")
        return True

    def _learn(self, session: pytest.Session, item: pytest.Item) -> None:
        seen: set[tuple[str, int]] = set()
        room = str(ROOM)

        def watch(frame: Any, event: str, _argument: Any) -> None:
            code = frame.f_code
            if event == "call" and code.co_filename.startswith(room):
                seen.add((Path(code.co_filename).stem, code.co_firstlineno))

        sys.setprofile(watch)
        try:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        finally:
            sys.setprofile(None)
        self.calls[item.nodeid] = seen

    def _try(self, session: pytest.Session, mutant: Mutant) -> str:
        function = function_of(mutant.module, mutant.function)
        key = (mutant.module.rpartition(".")[2], function.__code__.co_firstlineno)
        items = [i for i in session.items if key in self.calls[i.nodeid]]
        if not items:
            return "not called by any test"
        child = os.fork()
        if child == 0:
            os._exit(self._within(session, mutant, function, items))
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        return "survived" if code == SURVIVED else "killed"

    def _within(
        self, session: pytest.Session, mutant: Mutant, function: FunctionType, items: list[pytest.Item]
    ) -> int:
        """In the child: the fault in, the tests until one fails. A fault that never ends is noticed as well."""
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(SECONDS_A_MUTANT)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        function.__code__ = mutant.code
        before = session.testsfailed
        for item in items:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            if session.testsfailed > before:
                return KILLED
        return SURVIVED


def _report(results: list[tuple[Mutant, str]]) -> dict[str, Any]:
    killed = sum(1 for _, outcome in results if outcome == "killed")
    return {
        "mutants": len(results),
        "killed": killed,
        "rate": f"{killed / len(results):.3f}" if results else "",
        "survivors": [{"where": m.where, "what": m.what, "outcome": o} for m, o in results if o != "killed"],
    }


def main(arguments: list[str]) -> int:
    """Exit 0 when at least the wanted share of the sample was noticed, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m evals.mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=320)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--module", action="append", help="only these modules of app/accounting")
    parser.add_argument("--least", type=float, default=0.9, help="share that must be noticed")
    given = parser.parse_args(arguments)
    paths = [p for p in sorted(ROOM.glob("*.py")) if not given.module or p.stem in given.module]
    every = [place for path in paths for place in places_of(path)]
    chosen = [make(place) for place in random.Random(given.seed).sample(every, min(given.sample, len(every)))]
    sys.stderr.write(f"{len(every)} faults in {len(paths)} modules, {len(chosen)} tried\n")
    hunt = Hunt(chosen)
    files = [str(f) for pattern in TESTS for f in sorted(ROOT.glob(pattern))]
    pytest.main(["-q", "--no-header", "-p", "no:cacheprovider", "--rootdir", str(ROOT), *files], plugins=[hunt])
    report = _report(hunt.results)
    sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=1) + "\n")
    return 0 if hunt.results and report["killed"] >= given.least * report["mutants"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
