"""A census in three lines: a header, and rows of plain cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import pytest

from smallgroup.census.read import Census, read_census
from smallgroup.census.sheet import Cell, Sheet
from smallgroup.errors import Problem, Refused

AS_OF = date(2025, 9, 12)

Rows = Sequence[Sequence[Cell]]


@pytest.fixture
def census() -> Callable[..., Census]:
    """The census of one sheet, its first row being row 1."""

    def read(rows: Rows, mapping: Mapping[str, str] | None = None) -> Census:
        return read_census([Sheet.of_rows(rows)], file="census.csv", mapping=mapping, as_of=AS_OF)

    return read


@pytest.fixture
def problems(census: Callable[..., Census]) -> Callable[..., list[Problem]]:
    """What is wrong with one sheet; it must be refused."""

    def refuse(rows: Rows, mapping: Mapping[str, str] | None = None) -> list[Problem]:
        with pytest.raises(Refused) as refused:
            census(rows, mapping)
        return list(refused.value.problems)

    return refuse


@pytest.fixture
def with_column(census: Callable[..., Census]) -> Callable[[str, Cell], object]:
    """The value that the frame holds for one cell of one further column."""

    def value(field: str, cell: Cell) -> object:
        rows = [["family_id", "relationship", "date_of_birth", field], ["F1", "employee", "1990-02-28", cell]]
        return census(rows).members[field][0]

    return value


@pytest.fixture
def refused_cell(problems: Callable[..., list[Problem]]) -> Callable[[str, Cell], Problem]:
    """The one problem with one cell of one further column."""

    def value(field: str, cell: Cell) -> Problem:
        rows = [["family_id", "relationship", "date_of_birth", field], ["F1", "employee", "1990-02-28", cell]]
        (problem,) = problems(rows)
        assert (problem.row, problem.field) == (2, field)
        assert problem.column == f"{field} (D)"
        return problem

    return value
