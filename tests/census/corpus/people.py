"""Faults of rows: who is listed twice, in which family, above whom, and cells that slipped."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.census.corpus.grid import Grid, Ref, Row
from tests.census.corpus.kinds import ANY, CHECK, PROBLEM, READ, Fault, kind
from tests.census.corpus.staff import Person


def _copy(grid: Grid, person: Person, after: Row, **changed: Any) -> Row:
    """The person's row once more, under `after`; a member id, where the file has them, is a new one."""
    row = Row(grid.row_of(person))
    if "member_id" in grid.columns:
        changed.setdefault("member_id", "M9001")
    for name, cell in changed.items():
        row[grid.columns[name]] = cell
    grid.rows.insert(grid.rows.index(after) + 1, row)
    return row


def _cells(row: Row) -> list[Ref]:
    return [(row, index) for index in range(len(row))]


def _relationship(grid: Grid, row: Row) -> Ref:
    return row, grid.columns["relationship"]


@kind("relationship", who="spouse")
def spouse_listed_twice(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if not grid.by_person:
        return None
    row = _copy(grid, person, grid.row_of(person))
    return Fault([(row, None)], (PROBLEM,), ("remove row",))


@kind("relationship", "family_id", who="spouse")
def two_spouses(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    birth = person["date_of_birth"].replace(year=person["date_of_birth"].year - 1, day=3)
    changed = {"last_name": "Otherson"} if "last_name" in grid.columns else {"full_name": "Otherson, Quin"}
    row = _copy(grid, person, grid.row_of(person), date_of_birth=birth, **changed)
    return Fault([_relationship(grid, row)])


@kind("relationship", "family_id", who="spouse")
def two_employees_in_a_family(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    at = grid.put(person, "relationship", grid.get(people[0], "relationship"))
    names = [name for name in ("waiver_reason", "election", "enrollment_tier") if grid.has(person, name)]
    return Fault([at, grid.at(people[0], "relationship")], (PROBLEM,), also=[
        grid.at(one, name) for one in (person, people[0]) for name in names])  # fmt: skip


@kind("relationship", "family_id", who="spouse")
def dependent_above_the_employee(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    row, first = grid.row_of(person), grid.row_of(people[0])
    grid.rows.remove(row)
    grid.rows.insert(grid.rows.index(first), row)
    return Fault([_relationship(grid, row)], (CHECK,), ("move row",))


@kind("relationship", "enrollment_tier", who="spouse")
def dependent_above_the_employee_without_family_ids(
    grid: Grid, person: Person, people: list[Person], random: Random
) -> Fault | None:
    """By the order of rows it is in the family above: the tiers and the names say that it is not."""
    at = grid.families.index(people)
    if at == 0 or "family_id" in grid.columns or people[0]["election"] == "waive":
        return None
    row, first = grid.row_of(person), grid.row_of(people[0])
    grid.rows.remove(row)
    grid.rows.insert(grid.rows.index(first), row)
    both = [*people, *grid.families[at - 1]]
    names = ("relationship", "enrollment_tier")
    return Fault([(row, None)], (PROBLEM, CHECK), ANY,
                 also=[grid.at(one, name) for one in both for name in names])  # fmt: skip


@kind("relationship", "family_id", who="employee")
def dependents_without_an_employee(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if len(people) < 2:
        return None
    grid.rows.remove(grid.row_of(person))
    also = [grid.at(one, "enrollment_tier") for one in people[1:] if grid.has(one, "enrollment_tier")]
    return Fault([grid.at(one, "family_id") for one in people[1:]], right=[None] * (len(people) - 1), each=True,
                 also=also)  # fmt: skip


def _wrong_id(grid: Grid, person: Person, people: list[Person], wrong: Any, **said: Any) -> Fault:
    right = str(grid.get(people[0], "family_id"))
    at = grid.put(person, "family_id", wrong)
    return Fault([at], right=(right,), also=_tiers(grid, people), **said)


def _tiers(grid: Grid, people: list[Person]) -> list[Ref]:
    """Who leaves a family leaves its tier contradicted: it may be said too."""
    return [grid.at(one, "enrollment_tier") for one in people if grid.has(one, "enrollment_tier")]


@kind("family_id", "relationship", who="dependent")
def family_id_misspelled(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    return _wrong_id(grid, person, people, str(grid.get(person, "family_id")).replace("0", "O", 1))


@kind("family_id", "relationship", who="dependent")
def family_id_in_another_case(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    own = str(grid.get(person, "family_id"))
    return _wrong_id(grid, person, people, random.choice([own.lower(), f"{own[0]}-{own[1:]}", f"{own[0]} {own[1:]}"]))


@kind("family_id", "relationship", who="employee", alone=True)
def family_ids_that_lost_their_zeros(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    """The employees' ids as text, 003, and one family's dependents' as numbers, 3."""
    if len(people) < 2:
        return None
    for family in grid.families:
        for one in family:
            grid.put(one, "family_id", f"{int(one['family_id'][1:]):03d}")
    right = str(grid.get(person, "family_id"))
    at = [grid.put(one, "family_id", int(right)) for one in people[1:]]
    return Fault(at, right=[right] * len(at), each=True, also=_tiers(grid, people))


@kind("family_id", "relationship", who="dependent")
def family_id_blank(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    return _wrong_id(grid, person, people, random.choice([None, " "]))


@kind("family_id", "relationship", who="child")
def family_id_of_another_family(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    at = grid.families.index(people)
    others = [family for place, family in enumerate(grid.families) if abs(place - at) > 1]
    if not others or people[-1] is person:
        return None  # at the end of its family a row could be anybody's
    other = random.choice(others)
    fault = _wrong_id(grid, person, people, str(grid.get(other[0], "family_id")), how=(CHECK, PROBLEM))
    fault.also = [*fault.also, *_tiers(grid, other), *(grid.at(one, "date_of_birth") for one in (person,))]
    return fault


@kind("member_id")
def member_id_twice(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    other = random.choice([one for family in grid.families for one in family])
    if other is person or not grid.has(other, "member_id"):
        return None
    at = grid.put(person, "member_id", grid.get(other, "member_id"))
    return Fault([at, grid.at(other, "member_id")])


def _named(grid: Grid) -> bool:
    return grid.by_person and ("first_name" in grid.columns or "full_name" in grid.columns)


@kind("relationship", who="child")
def child_listed_twice(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if not _named(grid):
        return None
    row = _copy(grid, person, grid.row_of(person))
    return Fault([(row, None), (grid.row_of(person), None)], (CHECK, PROBLEM), ("remove row",))


@kind("relationship", "family_id", who="employee")
def employee_listed_twice(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    """With another family id: the same person, hired once."""
    if not _named(grid) or len(people) > 1:
        return None
    row = _copy(grid, person, grid.row_of(person), family_id="F901")
    return Fault([(row, None), (grid.row_of(person), None)], (CHECK, PROBLEM), (None, "remove row"))


@kind("relationship", "family_id", who="child")
def child_in_two_families(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    others = [one for one in grid.families if one is not people and len(one) > 1 and one[-1]["relationship"] == "child"
              and one[0]["election"] == people[0]["election"]]  # fmt: skip
    if not _named(grid) or not others:
        return None
    other = random.choice(others)
    row = _copy(grid, person, grid.row_of(other[-1]), family_id=grid.get(other[0], "family_id"))
    also = [*_tiers(grid, other), (row, grid.columns["date_of_birth"])]
    if "county" in grid.columns:
        also.append((row, grid.columns["county"]))
    return Fault([(row, None), (grid.row_of(person), None)], (CHECK, PROBLEM), (None, "remove row"), also=also)


@kind("relationship", who="child")
def twins_are_two_people(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    others = [one for one in people if one["relationship"] == "child" and one is not person]
    if not others or not _named(grid):
        return None
    at = grid.put(person, "date_of_birth", grid.get(others[0], "date_of_birth"))
    return Fault([at], (READ,), new={(id(person), "date_of_birth"): others[0]["date_of_birth"]})


# --- cells that slipped


def _slipped(grid: Grid, people: list[Person], row: Row) -> list[Ref]:
    """The employee's row being unreadable, the others of the family may be said to have none."""
    return [(row, None), *((grid.row_of(one), None) for one in people)]


@kind("relationship", "date_of_birth", alone=True)
def row_shifted_right(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if not grid.by_person:
        return None
    row = grid.row_of(person)
    place = random.randrange(0, grid.columns["date_of_birth"])
    row.insert(place, random.choice([None, "x"]))
    if row[-1] is None:
        row.pop()
    return Fault([(row, None)], (PROBLEM,), ANY, also=_slipped(grid, people, row))


@kind("relationship", "date_of_birth", alone=True)
def row_shifted_left(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if not grid.by_person:
        return None
    row = grid.row_of(person)
    del row[random.randrange(0, grid.columns["date_of_birth"] + 1)]
    return Fault([(row, None)], (PROBLEM,), ANY, also=_slipped(grid, people, row))


@kind("relationship", "date_of_birth", alone=True)
def row_cut_off(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if not grid.by_person:
        return None
    row = grid.row_of(person)
    del row[random.randrange(1, grid.columns["date_of_birth"] + 1) :]
    return Fault([(row, None)], (PROBLEM,), ANY, also=_slipped(grid, people, row))
