"""Formulas of process emissions as values: what policy_corpus/formulas says, read by app.corpus.process_formulas.

A formula is linear in its quantity. It names the operands it needs, the unit each is given in, and the factor row a default comes
from; what has no row must be given by the activity. Nothing here is written for one sector.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.accounting.expression import Expression
from app.accounting.formulas import Formula


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessOperand:
    """``unit`` is ``%`` for a percentage given as 0–100, anything else is taken as written. ``row`` is the id of a factor row, in
    which ``{choice}`` stands for the row chosen and ``{material}`` for its name; empty: the activity must give the value."""

    name: str
    label: str
    unit: str
    row: str = ""
    products: tuple[str, ...] = ()
    """For a sum over a list of the activity (``params.<name>``): the keys whose product is summed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GasOutput:
    """Tonnes of one gas. ``each`` names a part of the chosen row that exists once a by-product (``B`` for ``B.CF4``); ``{each}`` in
    the rows of ``operands`` stands for that gas."""

    gas: str
    expression: Expression
    each: str = ""
    operands: tuple[ProcessOperand, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFormula:
    """``dimension`` is what the quantity of a named carrier counts (``mass``); ``quantity`` the operand it stands for, and
    ``balance`` how that operand follows from variables when a whole item is reported instead. ``options`` are the materials of a
    choice, each with its factor row. ``suspect_names`` are the names under which a reconstructed formula must be enabled."""

    record: Formula
    sector: str
    title: str
    carriers: tuple[str, ...]
    dimension: str
    quantity: str
    quantity_label: str
    operands: tuple[ProcessOperand, ...]
    co2: Expression | None = None
    gases: tuple[GasOutput, ...] = ()
    balance: Expression | None = None
    choice_label: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    suspect_names: tuple[str, ...] = ()
    suspect_reason: str = ""
    deduction: bool = False
    note: str = ""

    @property
    def id(self) -> str:
        return self.record.id
