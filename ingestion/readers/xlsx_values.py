"""The printed value of every cell of a workbook, formulas without a stored value included."""

from __future__ import annotations

from fractions import Fraction

from app.domain.number import parse_number
from app.domain.page import Cell
from ingestion.readers.formula import CellValue, Unknown, column_letters, decimal_text, evaluate
from ingestion.readers.number_text import number_text, plain_number
from ingestion.readers.xlsx_parts import Workbook
from ingestion.readers.xlsx_sheet import StoredCell, StoredSheet

#: Cells looked at while evaluating, and formulas waiting for one another, before the reader gives up on the rest.
_VISITS = 3_000_000
_DEEPEST_CHAIN = 100


class Values:
    """Cells by place. A formula whose value the file does not carry is evaluated once and remembered.

    ``computed``, ``without_value`` and ``shortened`` collect the addresses of cells a person should know about.
    """

    def __init__(self, book: Workbook, sheets: dict[str, StoredSheet]) -> None:
        self._book, self._sheets = book, sheets
        self._computed: dict[tuple[str, int, int], Fraction | None] = {}
        self._open: set[tuple[str, int, int]] = set()
        self._formulas: dict[tuple[str, int, int], str] = {}
        self._visits = 0
        self.computed: list[str] = []
        self.without_value: list[str] = []
        self.shortened: list[str] = []

    def cell(self, sheet: str, row: int, column: int) -> Cell:
        """The cell at its place, an empty one where the file has none."""
        locator = f"{sheet}!{column_letters(column)}{row}"
        stored = self._sheets[sheet.casefold()].cells.get((row, column))
        if stored is None:
            return Cell(text="", row=row, column=column, locator=locator)
        formula = self.formula(sheet, row, column)
        if formula is None or _has_value(stored):
            text = self._stored_text(stored, locator)
            return Cell(text=text, row=row, column=column, locator=locator, formula=formula)
        value = self._compute(sheet, row, column, formula)
        if value is None:
            self.without_value.append(locator)
            return Cell(text="", row=row, column=column, locator=locator, formula=formula)
        self.computed.append(locator)
        text = self._number(decimal_text(value), stored)
        return Cell(text=text, row=row, column=column, locator=locator, formula=formula, computed=True)

    def formula(self, sheet: str, row: int, column: int) -> str | None:
        """The formula with its ``=``; a member of a shared group gets the group's formula moved to its place."""
        stored = self._sheets[sheet.casefold()].cells.get((row, column))
        if stored is None or (stored.formula is None and stored.shared is None):
            return None if stored is None or stored.raw is not None else "="
        if stored.formula is not None:
            return f"={stored.formula}"
        key = (sheet.casefold(), row, column)
        if key not in self._formulas:
            self._formulas[key] = self._moved(key, stored.shared or "")
        return self._formulas[key]

    def _moved(self, key: tuple[str, int, int], shared: str) -> str:
        from openpyxl.formula.translate import Translator

        master = self._sheets[key[0]].shared.get(shared)
        if master is None:
            return "="
        (row, column), formula = master
        origin, target = f"{column_letters(column)}{row}", f"{column_letters(key[2])}{key[1]}"
        return str(Translator(f"={formula}", origin=origin).translate_formula(target))

    def _stored_text(self, stored: StoredCell, locator: str) -> str:
        raw = stored.raw or ""
        if stored.kind == "s":
            index = int(raw) if raw.strip().isdigit() else -1
            return self._book.strings[index].strip() if 0 <= index < len(self._book.strings) else ""
        if stored.kind == "b":
            return "TRUE" if raw.strip() == "1" else "FALSE"
        if stored.kind != "n":
            return raw.strip()
        try:
            if plain_number(raw)[1]:
                self.shortened.append(locator)
        except ValueError:
            return raw.strip()
        return self._number(raw, stored)

    def _number(self, raw: str, stored: StoredCell) -> str:
        return number_text(raw, self._book.format_of(stored.style), base_1904=self._book.base_1904)

    def _compute(self, sheet: str, row: int, column: int, formula: str) -> Fraction | None:
        key = (sheet.casefold(), row, column)
        if key not in self._computed:
            self._open.add(key)
            try:
                self._computed[key] = evaluate(formula, sheet, self._lookup)
            except Unknown:
                self._computed[key] = None
            finally:
                self._open.discard(key)
        return self._computed[key]

    def _lookup(self, sheet: str, row: int, column: int) -> CellValue:
        key = (sheet.casefold(), row, column)
        self._visits += 1
        if (
            self._visits > _VISITS
            or key in self._open
            or len(self._open) > _DEEPEST_CHAIN
            or key[0] not in self._sheets
        ):
            raise Unknown("out of reach")
        stored = self._sheets[key[0]].cells.get((row, column))
        if stored is None:
            return None
        formula = self.formula(sheet, row, column)
        if formula is not None and not _has_value(stored):
            value = self._compute(sheet, row, column, formula)
            if value is None:
                raise Unknown(formula)
            return value
        if stored.kind == "e":
            raise Unknown("error value")
        if stored.kind == "n":
            try:
                return parse_number(plain_number(stored.raw or "")[0])
            except ValueError as error:
                raise Unknown("not a number") from error
        return self._stored_text(stored, "") or None


def _has_value(stored: StoredCell) -> bool:
    return stored.raw is not None and (stored.raw.strip() != "" or stored.kind == "str")
