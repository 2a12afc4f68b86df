"""Headers and a sample of the cells under them → the field of each column, with a score and the reason.

A header says what a column is; the values say whether it is so. Nothing is guessed: two columns that are as
good as each other for one field, and a column that is as good for one field as for another, are left undecided.
The order of the columns decides nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from smallgroup.census.header_words import SYNONYM, header_key, header_words, named, nearly
from smallgroup.census.looks import FIELDS, fits, said_of, sample_of, year_of
from smallgroup.census.sheet import Cell, blank

NAMED = 100
BY_VALUES = 75
"""The scores of a column that bears the field's own name, and no name at all."""

_CLEAR = 6  # points: what is less apart than this is undecided
_FITS = 0.6  # of the values; fewer, and the column is something else
_SAYS_NOTHING = {"date", "code", "type", "column", "col", "field", "value", "data", "item", "info", "unnamed", "x"}


@dataclass(frozen=True, slots=True)
class Match:
    """Why a column is read as a field; `score` runs from 0 to 100, and `confirmed` says that a person said so."""

    column: str
    header: str
    field: str
    score: int
    why: str
    confirmed: bool = False

    def as_json(self) -> dict[str, str | int | bool]:
        return {
            "column": self.column, "header": self.header, "field": self.field, "score": self.score,
            "why": self.why, "confirmed": self.confirmed,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """A field that a column could be."""

    field: str
    score: int
    why: str


@dataclass(frozen=True, slots=True)
class Free:
    """A column that no name has claimed: its place, its header, and the cells under it."""

    index: int
    header: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Undecided:
    """Columns that are equally good for one field, or one column that is equally good for several."""

    columns: tuple[int, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matched:
    taken: dict[int, Candidate]
    undecided: tuple[Undecided, ...]


def remembered(matches: Iterable[Match]) -> dict[str, str]:
    """What a person confirmed, to be applied to the sender's next file: the header's key → the field."""
    return {header_key(match.header): match.field for match in matches if match.confirmed}


def candidates(column: Free, *, as_of: date) -> list[Candidate]:
    """The fields that the column could be, the best first."""
    found: list[tuple[float, Candidate]] = []
    names = named(column.header)
    fuzzy = {} if names else nearly(column.header)
    several = len(names) + len(fuzzy) > 1
    for field, score in (names or fuzzy).items():
        if field == "employee_number":
            found.append((1.0, _number(column)))
            continue
        known = FIELDS[field]
        share = fits(field, column.cells)
        surely = known.required and score == SYNONYM and not several
        # The first or last name of a person is text like any other: the header has to say it.
        if share is None and (several or fuzzy):
            continue
        if share is not None and share < (_FITS if not fuzzy or known.kind != "text" else 0.9) and not surely:
            continue
        how = "is a name of" if names else "is nearly a name of"
        why = f"the header {column.header!r} {how} {known.label}, and {said_of(field, column.cells, share)}"
        found.append((round(share or 0.0, 1), Candidate(field, score, why)))
    if not names and not fuzzy:
        found.extend((1.0, one) for one in _by_values(column, as_of=as_of))
    best = max((share for share, _ in found), default=0.0)
    fitting = [one for share, one in found if share == best]  # what the values say goes before the name
    return sorted(fitting, key=lambda one: (-one.score, one.field))


def _number(column: Free) -> Candidate:
    """A number of the employee is the family's where several rows share it; else it is of no use."""
    sample = [str(cell) for cell in column.cells if not blank(cell)]
    if len(set(sample)) < len(sample):
        why = f"the header {column.header!r} is a number of the employee, and the rows of a family share it"
        return Candidate("family_id", 90, why)
    return Candidate("employee_number", 90, f"the header {column.header!r} is a number of the employee")


def _by_values(column: Free, *, as_of: date) -> list[Candidate]:
    """What the values alone say, under a header that says nothing."""
    words = {word for word in header_words(column.header) if not word.isdigit()}
    if not column.header or not words <= _SAYS_NOTHING:
        return []
    found = []
    for field in ("date_of_birth", "relationship", "enrollment_tier"):
        share = fits(field, column.cells)
        if share is None or share < 0.9:
            continue
        if field == "date_of_birth" and not _could_be_births(column.cells, as_of):
            continue
        if field == "relationship" and len({str(cell).casefold() for cell in sample_of(column.cells)}) < 2:
            continue
        why = f"the header {column.header!r} says nothing, but {said_of(field, column.cells, share)}"
        found.append(Candidate(field, BY_VALUES, why))
    return found


def _could_be_births(cells: Sequence[Cell], as_of: date) -> bool:
    """Dates, at least half of them long enough ago for a grown-up, and none of them to come."""
    sample = sample_of(cells)
    years = [year for cell in sample if (year := year_of(cell)) is not None]
    return (
        len(years) >= 0.9 * len(sample)
        and 2 * sum(year <= as_of.year - 18 for year in years) >= len(years)
        and all(as_of.year - 120 <= year <= as_of.year for year in years)
    )


def match(columns: Sequence[Free], *, taken: Collection[str], as_of: date) -> Matched:
    """The best field for each free column; `taken` are the fields that have their column already.

    In each round every column asks for its best field that is left, and a field takes the one column that is
    clearly the best for it. Two that are near each other are undecided, both of them.
    """
    wishes = {column.index: candidates(column, as_of=as_of) for column in columns}
    held = set(taken)
    result: dict[int, Candidate] = {}
    undecided: list[Undecided] = []
    while True:
        asked: dict[str, list[tuple[int, Candidate]]] = {}
        for index in sorted(wishes):
            left = [one for one in wishes[index] if one.field not in held]
            if len(left) > 1 and left[0].score - left[1].score < _CLEAR:
                near = tuple(one.field for one in left if left[0].score - one.score < _CLEAR)
                undecided.append(Undecided((index,), near))
                del wishes[index]
            elif left:
                asked.setdefault(left[0].field, []).append((index, left[0]))
            else:
                del wishes[index]
        if not asked:
            return Matched(result, tuple(undecided))
        for field, columns_of in sorted(asked.items()):
            best = max(one.score for _, one in columns_of)
            near_best = [(index, one) for index, one in columns_of if best - one.score < _CLEAR]
            held.add(field)
            for index, _ in near_best:
                del wishes[index]
            if len(near_best) == 1:
                result[near_best[0][0]] = near_best[0][1]
            elif field == "employee_number":
                result.update(near_best)  # of no use for anything: it need not be decided
            else:
                undecided.append(Undecided(tuple(index for index, _ in near_best), (field,)))
