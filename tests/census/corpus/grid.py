"""People → the rows of a layout, each person's cell remembering where it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from smallgroup.census.sheet import Cell, Sheet
from tests.census.corpus.staff import Person, staff, tier_of


class Row(list[Cell]):
    """One row of the sheet; rows are told apart by which they are, not by what they hold."""

    __hash__ = object.__hash__  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return self is other


Ref = tuple[Row | None, int | None]
"""A cell; (row, None) is any cell of the row, (None, None) the file as a whole."""


@dataclass
class Grid:
    """A census laid out. `columns` says where a field stands in a file of one row a person; `place` where a
    person's field stands; `people` are in the order in which they are read."""

    layout: str
    dates: str  # "cell", "iso" or "us"
    rows: list[Row]
    header: Row
    columns: dict[str, int]
    families: list[list[Person]]
    place: dict[tuple[int, str], tuple[Row, int]] = field(default_factory=dict)
    unvalued: list[tuple[Row, int]] = field(default_factory=list)
    merged: list[tuple[Row, Row, int]] = field(default_factory=list)
    from_1904: bool = False
    delimiter: str = ","
    encoding: str = "utf-8"
    spoil: Callable[[str], str | bytes] | None = None  # what happens to the text of a .csv

    def at(self, person: Person, name: str) -> tuple[Row, int]:
        return self.place[id(person), name]

    def has(self, person: Person, name: str) -> bool:
        return (id(person), name) in self.place

    def get(self, person: Person, name: str) -> Cell:
        row, index = self.at(person, name)
        return row[index]

    def put(self, person: Person, name: str, cell: Cell) -> tuple[Row, int]:
        row, index = self.at(person, name)
        row[index] = cell
        return row, index

    def row_of(self, person: Person) -> Row:
        return self.place[id(person), "date_of_birth"][0]

    def number(self, row: Row) -> int:
        return self.rows.index(row) + 1

    @property
    def by_person(self) -> bool:
        return self.layout not in ("family", "ideon")

    def sheet(self, name: str = "") -> Sheet:
        made = Sheet.of_rows([tuple(row) for row in self.rows], name=name)
        width = len(made.columns)
        return Sheet(
            made.name, made.numbers, made.columns,
            frozenset((self.number(row), index) for row, index in self.unvalued if index < width),
            made.last_row, from_1904=self.from_1904,
            merged=tuple((self.number(first), index, self.number(last), index) for first, last, index in self.merged),
        )  # fmt: skip


def written(value: Any, dates: str) -> Cell:
    if isinstance(value, date):
        return value if dates == "cell" else value.isoformat() if dates == "iso" else f"{value:%m/%d/%Y}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value  # type: ignore[no-any-return]


def _rows(grid: Grid, fields: Sequence[str | None], say: Callable[[Person, str, list[Person]], Any]) -> None:
    """One row a person."""
    grid.columns.update({name: at for at, name in enumerate(fields) if name is not None})
    for people in grid.families:
        for person in people:
            row = Row(None if name is None else written(say(person, name, people), grid.dates) for name in fields)
            grid.rows.append(row)
            for name, index in grid.columns.items():
                grid.place[id(person), name] = (row, index)


def _grid(layout: str, dates: str, families: list[list[Person]], header: Sequence[str], *above: Sequence[Cell]) -> Grid:
    head = Row(header)
    return Grid(layout, dates, [*map(Row, above), head], head, {}, families)


PLAIN = [
    "family_id",
    "member_id",
    "relationship",
    "first_name",
    "last_name",
    "date_of_birth",
    "sex",
    "zip",
    "county",
    "worker_type",
    "paid_on",
    "ownership_percent",
    "related_to_owner",
    "hours_per_week",
    "status",
    "hired_on",
    "terminated_on",
    "weekly_pay",
    "election",
    "waiver_reason",
    "class",
    "plan_id",
    "tobacco",
]


def plain(families: list[list[Person]], dates: str, _: Random) -> Grid:
    grid = _grid("plain", dates, families, PLAIN)
    _rows(grid, PLAIN, lambda person, name, _: person.get(name))
    return grid


_EXCHANGE = {
    "employer_assigned_family_id": "family_id", "employee_relationship": "relationship", "last_name": "last_name",
    "first_name": "first_name", "middle_name": None, "name_sfx": None, "email": None, "ssn": None,
    "dob": "date_of_birth", "gender": "sex", "hire_date": "hired_on", "termination_date": "terminated_on",
    "is_business_owner": "is_business_owner", "benefit_group": "class", "plan_year": None, "kind": "kind",
    "address_1": None, "address_2": None, "city": None, "state": None, "zip": "zip",
}  # fmt: skip


def exchange(families: list[list[Person]], dates: str, _: Random) -> Grid:
    labels = [name.replace("_", " ").title() for name in _EXCHANGE]
    labels[0], labels[1] = (
        "Family ID # (to match family\nmembers)",
        "Relationship (EE, Spouse, Domestic Partner, Child)",
    )
    grid = _grid("exchange", dates, families, list(_EXCHANGE), ["Census Template", None, "3/1/2015", "1.1"])
    grid.rows.append(Row(labels))

    def say(person: Person, name: str, _: list[Person]) -> Any:
        if name == "is_business_owner":
            return person["related_to_owner"] == "self" if person["relationship"] == "employee" else None
        if name == "kind":
            return "home"
        if name == "relationship":
            return person[name].replace("_", " ").title()
        return person.get(name)

    _rows(grid, list(_EXCHANGE.values()), say)
    return grid


def _dependents_first_letter(person: Person, name: str, people: list[Person]) -> Any:
    if name == "relationship":
        return {"employee": "E", "child": "C"}.get(person[name], "S")
    if name == "sex":
        return person[name][0].upper()
    if name == "enrollment_tier":
        return tier_of(people)
    return person.get(name)


def persons(families: list[list[Person]], dates: str, _: Random) -> Grid:
    header = ["first_name", "last_name", "dob", "zip", "gender", "relationship", "enrollment_tier", "waiver_reason"]
    grid = _grid("persons", dates, families, header)
    fields = ["first_name", "last_name", "date_of_birth", "zip", "sex", "relationship", "enrollment_tier",
              "waiver_reason"]  # fmt: skip
    _rows(grid, fields, _dependents_first_letter)
    return grid


def subscriber(families: list[list[Person]], dates: str, _: Random) -> Grid:
    header = ["Relationship", "Last Name", "First Name", "Gender", "Birthdate or Age", "Postal Code", "Country",
              "Enrollment Status", "Medical", "Dental"]  # fmt: skip
    grid = _grid("subscriber", dates, families, header)

    def say(person: Person, name: str, _: list[Person]) -> Any:
        if name == "relationship":
            return {"employee": "Subscriber", "child": "Child", "spouse": "Spouse"}.get(
                person[name], "Domestic Partner"
            )
        if name == "enrollment_status":
            return "Active"
        return "US" if name == "country" else person[name].title() if name == "sex" else person.get(name)

    _rows(grid, ["relationship", "last_name", "first_name", "sex", "date_of_birth", "zip", "country",
                 "enrollment_status", None, None], say)  # fmt: skip
    return grid


def free(families: list[list[Person]], dates: str, random: Random) -> Grid:
    """What people call their columns when nobody tells them."""
    names = {
        "family_id": ["Fam ID", "Family #", "Household No"],
        "full_name": ["Name (Last, First)", "Employee Name", "Name"],
        "relationship": ["Rel.", "EE/SP/CH", "Relation to Employee"],
        "date_of_birth": ["Birth Dt", "Emp DOB", "D.O.B."],
        "sex": ["M/F", "Gndr", "Sex"],
        "zip": ["Home Zip", "ZIP Cd", "Residence ZIP"],
        "county": ["County of Residence"],
        "hours_per_week": ["Hrs/Wk", "Avg Weekly Hours"],
        "enrollment_tier": ["Cov Tier", "Coverage Level"],
        "hired_on": ["DOH", "Orig Hire Dt"],
        "tobacco": ["Smoker? (Y/N)", "Tobacco Use"],
        "waiver_reason": ["Waiver Reason"],
    }
    grid = _grid("free", dates, families, [random.choice(among) for among in names.values()])

    def say(person: Person, name: str, people: list[Person]) -> Any:
        if name == "full_name":
            return f"{person['last_name']}, {person['first_name']}"
        if name == "relationship":
            return {"employee": "EE", "child": "CH", "spouse": "SP"}.get(person[name], "DP")
        if name in ("enrollment_tier", "waiver_reason") and person is not people[0]:
            return None
        return _dependents_first_letter(person, name, people)

    _rows(grid, list(names), say)
    return grid


def family(families: list[list[Person]], dates: str, _: Random) -> Grid:
    """One row a family: no names, sexes or ZIP codes of dependents."""
    header = ["Employee Number", "Last Name", "First Name", "Home Zip", "Home State", "Family Status", "EE DOB",
              "Spouse DOB", "Dep 2 DOB", "Dep 3 DOB", "Dep 4 DOB"]  # fmt: skip
    for people in families:  # this layout has no partners and no waivers' reasons
        for person in people:
            person["election"] = "enroll"
            person["relationship"] = person["relationship"].replace("domestic_partner", "spouse")
    grid = _grid("family", dates, families, header)
    for number, people in enumerate(families, start=1):
        head = people[0]
        tier = {"EF": "F"}.get(tier_of(people), tier_of(people))
        row = Row([1000 + number, head["last_name"], head["first_name"], head["zip"], "GA", tier, *[None] * 5])
        grid.rows.append(row)
        for index, name in ((1, "last_name"), (2, "first_name"), (3, "zip"), (5, "enrollment_tier")):
            grid.place[id(head), name] = (row, index)
        children = 7
        for person in people:
            if person["relationship"] == "child":
                children += 1
            index = {"employee": 6, "spouse": 7}.get(person["relationship"], children)
            row[index] = written(person["date_of_birth"], dates)
            grid.place[id(person), "date_of_birth"] = (row, index)
    return grid


def ideon(families: list[list[Person]], dates: str, _: Random) -> Grid:
    header = ["first_name", "last_name", "zip_code", "fips_code", "date_of_birth", "last_used_tobacco", "cobra",
              "retiree", "location_id"]  # fmt: skip
    for at in range(4):
        header += [f"dependents[{at}].relationship", f"dependents[{at}].date_of_birth"]
    grid = _grid("ideon", dates, families, header)
    for people in families:
        head = people[0]
        row = Row([head["first_name"], head["last_name"], head["zip"], "13121", written(head["date_of_birth"], dates),
                   None, "false", "false", "L1", *[None] * 8])  # fmt: skip
        grid.rows.append(row)
        for index, name in ((0, "first_name"), (1, "last_name"), (2, "zip"), (4, "date_of_birth"), (6, "cobra")):
            grid.place[id(head), name] = (row, index)
        for at, person in enumerate(people[1:]):
            row[9 + 2 * at] = person["relationship"]
            row[10 + 2 * at] = written(person["date_of_birth"], dates)
            grid.place[id(person), "relationship"] = (row, 9 + 2 * at)
            grid.place[id(person), "date_of_birth"] = (row, 10 + 2 * at)
    return grid


LAYOUTS: dict[str, Callable[[list[list[Person]], str, Random], Grid]] = {
    "plain": plain, "exchange": exchange, "persons": persons, "family": family, "subscriber": subscriber,
    "ideon": ideon, "free": free,
}  # fmt: skip


def clean(layout: str, seed: int, *, families: int | None = None, northern: bool = False) -> Grid:
    """A census with nothing wrong in it."""
    random = Random(f"{layout} {seed}")
    made = staff(random, families or random.randint(8, 16), northern=northern)
    return LAYOUTS[layout](made, random.choice(["cell", "iso", "us"]), random)
