"""What a person changes in a census's file: cells, over sheets that stay as they came. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from smallgroup.census.sheet import Cell, Sheet, column_letter

UNVALUED = "\x00formula without a value"
"""Stands for a formula that was saved without a value, where a row that holds one is moved."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One cell as it now reads. `row` is as the spreadsheet shows it, `column` the index from 0."""

    sheet: str
    row: int
    column: int
    new: Cell

    @property
    def cell(self) -> str:
        return f"{column_letter(self.column)}{self.row}"


@dataclass(frozen=True, slots=True)
class Work:
    """What was said of a file: which field a column holds, by header; which sheet is meant; the edits, step by step."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""
    steps: tuple[tuple[Edit, ...], ...] = ()

    def with_step(self, edits: Sequence[Edit]) -> Work:
        return replace(self, steps=(*self.steps, tuple(edits))) if edits else self

    def undone(self) -> Work:
        return replace(self, steps=self.steps[:-1])

    def as_bytes(self) -> bytes:
        steps = [[{**asdict(edit), "new": _plain(edit.new)} for edit in step] for step in self.steps]
        return json.dumps({"mapping": dict(self.mapping), "sheet": self.sheet, "steps": steps}).encode()

    @classmethod
    def of_bytes(cls, data: bytes) -> Work:
        told = json.loads(data)
        steps = tuple(
            tuple(Edit(one["sheet"], one["row"], one["column"], _cell(one["new"])) for one in step)
            for step in told["steps"]
        )
        return cls(told["mapping"], told["sheet"], steps)


def edited(sheets: Sequence[Sheet], steps: Sequence[Sequence[Edit]]) -> tuple[Sheet, ...]:
    """The sheets with every edit in its turn. An edit of a cell that is not there is left."""
    by_sheet: dict[str, dict[tuple[int, int], Cell]] = {}
    for step in steps:
        for edit in step:
            by_sheet.setdefault(edit.sheet, {})[edit.row, edit.column] = edit.new
    return tuple(_edited(sheet, by_sheet[sheet.name]) if sheet.name in by_sheet else sheet for sheet in sheets)


def _edited(sheet: Sheet, cells: Mapping[tuple[int, int], Cell]) -> Sheet:
    position = {number: at for at, number in enumerate(sheet.numbers)}
    columns = [list(column) for column in sheet.columns]
    unvalued = set(sheet.unvalued)
    for (row, column), new in cells.items():
        at = position.get(row)
        if at is None or not 0 <= column < len(columns):
            continue
        unvalued.discard((row, column))
        if new == UNVALUED:
            unvalued.add((row, column))
        columns[column][at] = None if new == UNVALUED else new
    return replace(sheet, columns=tuple(map(tuple, columns)), unvalued=frozenset(unvalued))


def difference(before: Sequence[Sheet], after: Sequence[Sheet]) -> tuple[Edit, ...]:
    """The edits that make the one of the other, where both have the same rows and columns."""
    return tuple(edit for one, other in zip(before, after, strict=True) for edit in _difference(one, other))


def _difference(before: Sheet, after: Sheet) -> Iterator[Edit]:
    for index, (old, new) in enumerate(zip(before.columns, after.columns, strict=True)):
        for at, row in enumerate(before.numbers):
            was = UNVALUED if (row, index) in before.unvalued else old[at]
            is_now = UNVALUED if (row, index) in after.unvalued else new[at]
            if type(was) is not type(is_now) or was != is_now:
                yield Edit(before.name, row, index, is_now)


def _plain(cell: Cell) -> Any:
    return {"day": cell.isoformat()} if isinstance(cell, date) else cell


def _cell(told: Any) -> Cell:
    return date.fromisoformat(told["day"]) if isinstance(told, dict) else told
