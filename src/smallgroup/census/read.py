"""Sheets → a census: every member, or everything that is wrong with the file, each at its own cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

import polars as pl

from smallgroup.census.checks import Finding, Rows, check
from smallgroup.census.derived import column_reader, derive
from smallgroup.census.doubts import doubts
from smallgroup.census.employees_only import employees_only
from smallgroup.census.fields import BY_NAME, SCHEMA, Field
from smallgroup.census.layouts import find_table
from smallgroup.census.matching import Match
from smallgroup.census.merged import spread_merged
from smallgroup.census.privacy import shown
from smallgroup.census.proposals import Around
from smallgroup.census.reading import Reading, never_safe, reading_of, to_compare
from smallgroup.census.sheet import Cell, Sheet, blank
from smallgroup.census.table import ADDRESS_KIND, KNOWN_FIELDS, OWNER, Column, Table
from smallgroup.census.values import DATE_ADVICE, NO_VALUE, Fault, Value, at_once, key_of
from smallgroup.errors import Problem, Refused


@dataclass(frozen=True, eq=False)
class Census:
    """A census that was read whole, with nothing wrong in it.

    `members` has the columns of `fields.SCHEMA` in their order, then `row` (Int64), the row in the file, and
    is in the order of the file. `notices` are sentences about what was left or dropped and is no fault;
    `to_check` is what is no fault either and yet worth a look, each at its cell. `matches` say why each column is
    read as its field, in the order of the columns. `reading` is None unless character recognition read the file:
    then a person must compare it with the original before anybody uses it.
    """

    members: pl.DataFrame
    layout: str
    sheet: str
    notices: tuple[str, ...]
    to_check: tuple[Problem, ...] = ()
    matches: tuple[Match, ...] = ()
    reading: Reading | None = None


def read_census(
    sheets: Sequence[Sheet],
    *,
    file: str,
    mapping: Mapping[str, str] | None = None,
    remembered: Mapping[str, str] | None = None,
    as_of: date,
) -> Census:
    """The census in the sheets of one file.

    `file` is the name by which messages call it, `mapping` says which of its columns holds which field (it
    goes before the names that are known), `remembered` is what was confirmed for the sender before (by
    `matching.remembered`; it holds for the columns that the file has), `as_of` is the day after which nobody
    is born yet. Raises Refused with every problem of the file at once.
    """
    file = (sheets[0].origin if sheets else "") or shown(file)
    table = find_table(sheets, file=file, mapping=mapping or {}, remembered=remembered or {}, as_of=as_of)
    if isinstance(table, Problem):
        raise Refused(table)
    if table.empty:
        problem = Problem(
            where=table.where(), why="there are no members: nothing stands under the header.",
            fix="Add a row for each member.",
        )  # fmt: skip
        raise Refused([*table.problems, problem])
    spread_merged(table)
    read = {
        name: read_column(table.sheet.columns[column.index][table.first :], KNOWN_FIELDS[name], as_of)
        for name, column in table.used.items()
    }
    _mark_unvalued(table, read)
    kept = _kept(table, read)
    if len(kept) < len(table.sheet.numbers) - table.first:
        read = {name: [values[at] for at in kept] for name, values in read.items()}
    positions = [table.first + at for at in kept]
    if not positions:
        table.problem(
            table.header_at, None, "there are no members: nothing stands under the header.",
            "Add a row for each member.",
        )  # fmt: skip
    _leave_other_addresses(table, read)
    _report_faults(table, read, positions, as_of)
    if table.without_relationship is not None:
        told = employees_only(table, read, positions, as_of)
        if isinstance(told, Problem):
            table.problems.insert(0, told)
        else:
            table.notices.append(told)
            read["relationship"] = ["employee"] * len(positions)
    _derive_owners(read)
    numbers = [table.sheet.numbers[at] for at in positions]
    source: dict[str, str] = {}
    for wrong in derive(read, numbers, table.notices, source, row_a_family=table.unfolded is not None):
        place = table.used[wrong.source]
        table.problem(
            positions[wrong.at], place, wrong.why, wrong.fix, label=KNOWN_FIELDS[wrong.source].label,
            seen=_seen(table, place, positions[wrong.at]), name=wrong.source, proposal=wrong.proposal,
        )  # fmt: skip
    rows = Rows(numbers, read)
    report_findings(table, check(rows), positions, source)
    problems, table.problems = sorted(table.problems, key=by_place(table)), []
    report_findings(table, doubts(rows, as_of), positions, source)
    reading = _reading(table, numbers, file)
    to_check = tuple(sorted(table.problems, key=by_place(table)))
    if problems:
        raise Refused([_never_safe(table, problem, as_of) for problem in problems], to_check)
    return Census(
        members=_frame(rows), layout=table.layout, sheet=table.sheet.name, notices=tuple(table.notices),
        to_check=to_check, matches=tuple(table.matches), reading=reading,
    )  # fmt: skip


def _reading(table: Table, numbers: Sequence[int], file: str) -> Reading | None:
    """How sure character recognition is, where it read the file; what is to compare becomes a thing to check."""
    fields = {column.index: name for name, column in table.used.items()}
    if table.unfolded is not None:
        fields |= {index: person.field for index, person in table.unfolded.people.items()}
    reading = reading_of(table.sheet, fields, numbers)
    if reading is not None:
        headers = {column.index: column.header for column in table.columns}
        table.problems += to_compare(reading, table.sheet, KNOWN_FIELDS, headers, shown(file))
    return reading


def _never_safe(table: Table, problem: Problem, as_of: date) -> Problem:
    column = next((column for column in table.columns if column.named == problem.column), None)
    cell: Cell = None
    if column is not None and problem.row is not None and problem.row in table.sheet.numbers:
        cell = table.sheet.columns[column.index][list(table.sheet.numbers).index(problem.row)]
    return never_safe(problem, table.sheet, KNOWN_FIELDS, cell, as_of)


def report_findings(
    table: Table, findings: Iterable[Finding], positions: Sequence[int], source: Mapping[str, str]
) -> None:
    """`source` names, for a field that no column holds, the field whose column it was derived from."""
    for found in findings:
        column = table.used.get(found.field) or table.used.get(source.get(found.field, ""))
        cell = None if column is None else table.sheet.columns[column.index][positions[found.at]]
        table.problem(
            positions[found.at], column, found.why, found.fix, label=BY_NAME[found.field].label,
            seen=None if cell is None else shown(cell), name=found.field,
            proposal=found.proposal if found.field in table.used else None,
        )  # fmt: skip


def _seen(table: Table, column: Column, at: int) -> str | None:
    cell = table.sheet.columns[column.index][at]
    return None if cell is None else shown(cell)


def read_column(cells: Sequence[Cell], field: Field, as_of: date) -> list[Value | Fault]:
    """Each different cell is read once."""
    kinds = set(map(type, cells))
    if kinds == {str} and (found := at_once(field, cast("Sequence[str]", cells), as_of=as_of)) is not None:
        return found
    read = column_reader(field, cells, as_of=as_of)
    if kinds <= {str, type(None)}:
        known = {cell: read(cell) for cell in set(cells)}
        return [known[cell] for cell in cells]
    # 1, 1.0 and TRUE are equal in Python, and not in a census.
    keys = list(zip(map(type, cells), cells, strict=True))
    typed = {key: read(key[1]) for key in set(keys)}
    return [typed[key] for key in keys]


def _mark_unvalued(table: Table, read: dict[str, list[Value | Fault]]) -> None:
    name_of = {column.index: name for name, column in table.used.items()}
    if table.unfolded is not None:
        for row, index in table.unfolded.unvalued:
            if index in name_of and row >= table.first:
                read[name_of[index]][row - table.first] = NO_VALUE
        return
    if not table.sheet.unvalued:
        return
    position = {number: at for at, number in enumerate(table.sheet.numbers)}
    for number, index in table.sheet.unvalued:
        at = position.get(number)
        if index in name_of and at is not None and at >= table.first:
            read[name_of[index]][at - table.first] = NO_VALUE


def _kept(table: Table, read: Mapping[str, Sequence[Value | Fault]]) -> Sequence[int]:
    """The rows that say something, counted from `table.first`.

    A blank row is left, with a notice. A row with something in it, but in no column that is used, is a
    problem: it may be a member whose cells slipped.
    """
    total = len(table.sheet.numbers) - table.first
    silent: Iterable[int] = range(total)
    # The required columns first: whoever has none of them is rare, and only then the others are looked at.
    for values in sorted(read.values(), key=lambda values: values.count(None)):
        silent = [at for at in silent if values[at] is None]
    for at in silent:
        cells = table.sheet.row(table.first + at)
        filled = next((index for index, cell in enumerate(cells) if not blank(cell)), None)
        if filled is not None:
            column = table.columns[filled]
            table.problem(
                table.first + at, column,
                f"there is something in {column.quoted}, but nothing in a column that is used.",
                "Fill the row in, or clear it.",
            )  # fmt: skip
    left = set(silent)
    kept = [at for at in range(total) if at not in left] if left else range(total)
    if kept:
        numbers = table.sheet.numbers
        last = numbers[table.first + kept[-1]]
        rows = len(kept) if table.unfolded is None else len({numbers[table.first + at] for at in kept})
        _tell_blank(table, last - numbers[table.first - 1] - rows - table.left_out, "between the members")
        _tell_blank(table, max(table.sheet.last_row, numbers[-1]) - last, "after the last member")
    return kept


def _tell_blank(table: Table, count: int, place: str) -> None:
    if count:
        said = "1 blank row" if count == 1 else f"{count} blank rows"
        table.notices.append(f"{said} {place} {'was' if count == 1 else 'were'} skipped.")


def _report_faults(
    table: Table, read: Mapping[str, Sequence[Value | Fault]], positions: Sequence[int], as_of: date
) -> None:
    """A problem for each cell that could not be read, or that must not be empty and is."""
    around: Around | None = None
    for name, values in read.items():
        known, column = KNOWN_FIELDS[name], table.used[name]
        kinds = set(map(type, values))
        if Fault not in kinds and not (known.required and type(None) in kinds):
            continue
        for at, value in enumerate(values):
            if isinstance(value, Fault):
                why, fix = value.why, value.fix
            elif value is None and known.required:
                why = f"the {known.label} is missing."
                fix = {
                    "date_of_birth": DATE_ADVICE,
                    "relationship": f"Write one of: {', '.join(known.words)}.",
                }.get(name, "Write the number or name that all members of this family share.")
            else:
                continue
            if around is None:
                columns = {name: table.sheet.columns[column.index] for name, column in table.used.items()}
                cells = {name: [columns[name][place] for place in positions] for name in read}
                around = Around(read, cells, as_of, from_1904=table.sheet.from_1904)
            cell = around.cells[name][at]
            seen = None if cell is None else shown(cell)
            if isinstance(value, Fault) and value.hidden and seen is not None:
                seen = re.sub(r"\d", "#", seen)
            proposal = around.propose(known, at)
            table.problem(positions[at], column, why, fix, label=known.label, seen=seen, name=name, proposal=proposal)


def _leave_other_addresses(table: Table, read: dict[str, list[Value | Fault]]) -> None:
    """In the exchange template a row has an address of some kind; only a home's ZIP is the member's."""
    kinds = read.pop(ADDRESS_KIND.name, None)
    if kinds is None or "zip" not in read:
        return
    home = [kind is None or (isinstance(kind, str) and key_of(kind) == "home") for kind in kinds]
    kept = [value if at_home else None for value, at_home in zip(read["zip"], home, strict=True)]
    count = kept.count(None) - read["zip"].count(None)
    if count:
        read["zip"] = kept
        said = "The ZIP code of 1 row is" if count == 1 else f"The ZIP codes of {count} rows are"
        table.notices.append(f"{said} not of a home address, and not used.")


def _derive_owners(read: dict[str, list[Value | Fault]]) -> None:
    """The template asks whether somebody is an owner: yes owns an unknown part, no owns nothing."""
    owner = read.pop(OWNER.name, None)
    if owner is None:
        return
    read.setdefault("related_to_owner", ["self" if said is True else None for said in owner])
    read.setdefault("ownership_percent", [0 if said is False else None for said in owner])


def _frame(rows: Rows) -> pl.DataFrame:
    count = len(rows.numbers)
    series = []
    for name, dtype in SCHEMA.items():
        values = rows.of(name)
        if name == "member_id":
            values = [
                str(number) if member is None else member for number, member in zip(rows.numbers, values, strict=True)
            ]
        series.append(
            pl.Series(name, values, dtype=dtype) if rows.has(name) or name == "member_id"
            else pl.Series(name, [None], dtype=dtype).new_from_index(0, count)
        )  # fmt: skip
    series.append(pl.Series("row", rows.numbers, dtype=pl.Int64()))
    return pl.DataFrame(series)


def by_place(table: Table) -> Callable[[Problem], tuple[int, int]]:
    """Problems in the order in which a reader meets them: what is wrong with the columns, then by row."""
    letters = {column.named: column.index for column in table.columns}
    header = table.sheet.numbers[table.header_at]

    def place(problem: Problem) -> tuple[int, int]:
        row = problem.row if problem.row is not None else header
        return row, letters.get(problem.column or "", -1)

    return place
