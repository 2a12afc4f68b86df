"""Apply proposals that somebody accepted, read again, and say of every cell what it was and became. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from smallgroup.census.fields import BY_NAME
from smallgroup.census.privacy import shown
from smallgroup.census.sheet import Cell, Sheet, column_letter
from smallgroup.errors import Problem, Refused

if TYPE_CHECKING:
    from smallgroup.census.read import Census

Accept = Literal["nothing", "safe", "all"]
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Change:
    """One proposal that was applied. `old` and `new` of a birth date keep its year alone (see `masked`)."""

    sheet: str | None
    cell: str
    row: int
    field: str | None
    what: str
    old: str
    new: str
    why: str
    safe: bool


@dataclass(frozen=True, eq=False)
class Repaired:
    """The sheets with what was accepted, and what reading them says now: a census, or what is still wrong."""

    sheets: tuple[Sheet, ...]
    changes: tuple[Change, ...]
    census: Census | None
    problems: tuple[Problem, ...]
    to_check: tuple[Problem, ...]


def repaired(sheets: Sequence[Sheet], read: Callable[[Sequence[Sheet]], Census], accept: Accept) -> Repaired:
    """Read, apply what is accepted, and read again until nothing more applies, at most `ROUNDS` times.

    A row that is removed leaves a blank row, so that every cell keeps its address. Rows are moved last, after
    which addresses are those of the new order.
    """
    held = tuple(sheets)
    changes: list[Change] = []
    for turn in range(ROUNDS + 1):
        census, problems, to_check = _read(held, read)
        # That a child is disabled is a fact that nobody has told: of what is only to be checked, no cell is written.
        moves = [problem for problem in to_check if problem.proposal and problem.proposal.kind == "move row"]
        accepted = [
            problem for problem in (*problems, *moves)
            if problem.proposal is not None and problem.row is not None
            and (accept == "all" or (accept == "safe" and problem.proposal.safe))
        ]  # fmt: skip
        if turn == ROUNDS or not accepted:
            break
        cells = [problem for problem in accepted if problem.proposal and problem.proposal.kind != "move row"]
        held, made = applied(held, cells or accepted)
        changes += made
        if not made:
            break
    return Repaired(held, tuple(changes), census, problems, to_check)


def masked(text: str) -> str:
    """A birth date as a log may hold it: a year in four digits stays, every other letter and digit is a #."""
    kept = re.split(r"(?<!\d)((?:18|19|20)\d\d)(?!\d)", text)
    return "".join(part if at % 2 else re.sub(r"[^\W_]", "#", part) for at, part in enumerate(kept))


def _read(
    sheets: Sequence[Sheet], read: Callable[[Sequence[Sheet]], Census]
) -> tuple[Census | None, tuple[Problem, ...], tuple[Problem, ...]]:
    try:
        census = read(sheets)
    except Refused as refused:
        return None, refused.problems, refused.to_check
    return census, (), census.to_check


def applied(sheets: Sequence[Sheet], accepted: Sequence[Problem]) -> tuple[tuple[Sheet, ...], list[Change]]:
    """The sheets with the proposals of these problems in them, and what was changed."""
    changes: list[Change] = []
    made: list[Sheet] = []
    for sheet in sheets:
        mine = [problem for problem in accepted if problem.sheet == (sheet.name or None)]
        made.append(_one_sheet(sheet, mine, changes) if mine else sheet)
    return tuple(made), changes


def _one_sheet(sheet: Sheet, accepted: Sequence[Problem], changes: list[Change]) -> Sheet:
    position = {number: at for at, number in enumerate(sheet.numbers)}
    letters = {column_letter(index): index for index in range(len(sheet.columns))}
    columns: list[list[Cell]] = [list(column) for column in sheet.columns]
    unvalued = set(sheet.unvalued)
    done: set[object] = set()
    moves: list[tuple[int, int]] = []
    for problem in accepted:
        proposal, at = problem.proposal, position.get(problem.row or 0)
        if proposal is None or at is None:
            continue
        row = sheet.numbers[at]
        judged = letters.get(problem.letter or "")
        if judged is None or _seen(sheet.columns[judged][at]) != problem.seen:
            continue  # it was said of a value that stands elsewhere, as where a row holds a whole family
        if proposal.kind == "write":
            index = judged
            if (row, index) in done or row in done:
                continue
            done.add((row, index))
            old = columns[index][at]
            columns[index][at] = _cell_of(problem.field, proposal.new)
            changes.append(_change(problem, "write", old, proposal.new))
        elif row in done:
            continue
        elif proposal.kind == "remove row":
            done.add(row)
            for column in columns:
                column[at] = None
            unvalued = {place for place in unvalued if place[0] != row}
            changes.append(_change(problem, "remove row", None, ""))
        elif sheet.merged:
            continue  # a family whose id is merged over its rows stays as it stands
        elif (target := position.get(int(proposal.new))) is not None and target > at:
            done.add(row)
            moves.append((at, target))
            changes.append(_change(problem, "move row", None, f"row {proposal.new}"))
    if moves:
        order = _order(len(sheet.numbers), moves)
        columns = [[column[at] for at in order] for column in columns]
        now = {sheet.numbers[at]: sheet.numbers[place] for place, at in enumerate(order)}
        unvalued = {(now.get(row, row), index) for row, index in unvalued}
    return replace(sheet, columns=tuple(map(tuple, columns)), unvalued=frozenset(unvalued))


def _seen(cell: Cell) -> str | None:
    return None if cell is None else shown(cell)


def _order(count: int, moves: Sequence[tuple[int, int]]) -> list[int]:
    """The old positions in their new order, each moved one directly under its target."""
    under: dict[int, list[int]] = {}
    for at, target in moves:
        under.setdefault(target, []).append(at)
    moved = {at for at, _ in moves}
    return [place for at in range(count) if at not in moved for place in (at, *under.get(at, ()))]


def _cell_of(field: str | None, new: str) -> Cell:
    """A proposal as a cell holds it: a date as a date, nothing as an empty cell, the rest as text."""
    if not new:
        return None
    known = BY_NAME.get(field or "")
    return date.fromisoformat(new) if known is not None and known.kind == "date" else new


def _change(problem: Problem, what: str, old: Cell, new: str) -> Change:
    assert problem.proposal is not None
    assert problem.row is not None
    before, after = "" if old is None else shown(old), shown(new)
    if problem.field == "date_of_birth":
        before, after = masked(before), masked(after)
    return Change(
        sheet=problem.sheet, cell=(problem.cell if what == "write" else None) or f"row {problem.row}", row=problem.row,
        field=problem.field, what=what, old=before, new=after, why=problem.proposal.why, safe=problem.proposal.safe,
    )  # fmt: skip
