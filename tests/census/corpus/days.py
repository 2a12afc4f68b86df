"""Faults of days: birth dates, hire dates, and what a spreadsheet makes of them."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from tests.census.corpus.grid import Grid, written
from tests.census.corpus.kinds import ANY, CHECK, PROBLEM, READ, Fault, cell_kind, kind
from tests.census.corpus.staff import Person


def _text(birth: date, pattern: str) -> str:
    return birth.strftime(pattern).replace(" 0", " ")


@kind("date_of_birth")
def day_and_month_swapped_day_over_12(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    birth = person["date_of_birth"]
    if birth.day <= 12:
        return None
    cell = _text(birth, "%Y-%d-%m" if grid.dates == "iso" else "%d/%m/%Y")
    return Fault([grid.put(person, "date_of_birth", cell)], right=(birth.isoformat(),))


@kind("date_of_birth", who="employee", alone=True)
def whole_column_day_first(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    at, right = [], []
    sign = random.choice("/.-")
    for family in grid.families:
        for one in family:
            birth = one["date_of_birth"]
            place = grid.put(one, "date_of_birth", birth.strftime(f"%d{sign}%m{sign}%Y"))
            if birth.day != birth.month:
                at.append(place)
                right.append(birth.isoformat())
    also = [grid.at(one, "date_of_birth") for family in grid.families for one in family]
    return Fault(at, right=right, each=True, also=also)


@kind("date_of_birth", who="employee", alone=True)
def column_of_both_orders(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    """Half of the families come from a list that puts the day first: what both orders can mean is nobody's to say."""
    pasted = grid.families[1::2]
    births = [one["date_of_birth"] for family in pasted for one in family]
    every = [one["date_of_birth"] for family in grid.families for one in family]
    if sum(birth.day > 12 for birth in births) < 3 or 4 * sum(birth.day > 12 for birth in births) < len(every):
        return None
    for family in pasted:
        for one in family:
            grid.put(one, "date_of_birth", one["date_of_birth"].strftime("%d/%m/%Y"))
    at = [grid.at(one, "date_of_birth") for family in pasted for one in family
          if one["date_of_birth"].day != one["date_of_birth"].month]  # fmt: skip
    also = [grid.at(one, "date_of_birth") for family in grid.families for one in family]
    return Fault(at, right=[ANY] * len(at), each=True, also=also)


@kind("date_of_birth", who="employee", alone=True)
def day_first_half_converted_by_a_spreadsheet(
    grid: Grid, person: Person, people: list[Person], random: Random
) -> Fault | None:
    """A program that expects the month first makes dates, turned around, of what it can, and texts of the rest."""
    at, right = [], []
    for family in grid.families:
        for one in family:
            birth = one["date_of_birth"]
            turned = birth.replace(month=birth.day, day=birth.month) if birth.day <= 12 else None
            place = grid.put(one, "date_of_birth", turned or birth.strftime("%d/%m/%Y"))
            if turned != birth:
                at.append(place)
                right.append(birth.isoformat())
    also = [grid.at(one, "date_of_birth") for family in grid.families for one in family]
    return Fault(at, right=right, each=True, also=also)


@kind("date_of_birth", who="adult")
def two_digit_year_of_a_grown_up(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    birth = person["date_of_birth"]
    cell = _text(birth, random.choice(["%m/%d/%y", "%d-%b-%y"]))
    return Fault([grid.put(person, "date_of_birth", cell)], right=(birth.isoformat(),))


@kind("date_of_birth", who="child")
def two_digit_year_of_a_child(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    birth = person["date_of_birth"]
    return Fault([grid.put(person, "date_of_birth", _text(birth, "%m/%d/%y"))], right=(birth.isoformat(),))


@kind("date_of_birth")
def year_alone(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    year = person["date_of_birth"].year
    return Fault([grid.put(person, "date_of_birth", random.choice([year, str(year)]))])


@kind("date_of_birth")
def serial_number_of_a_day(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    number = (person["date_of_birth"] - date(1899, 12, 30)).days
    if number < 10_000:
        return None
    cell = random.choice([number, str(number), float(number)])
    return Fault([grid.put(person, "date_of_birth", cell)], right=(person["date_of_birth"].isoformat(),), safe=True)


@kind("date_of_birth", alone=True)
def serial_number_of_a_workbook_from_1904(
    grid: Grid, person: Person, people: list[Person], random: Random
) -> Fault | None:
    number = (person["date_of_birth"] - date(1904, 1, 1)).days
    if number < 10_000:
        return None
    grid.from_1904 = True
    return Fault([grid.put(person, "date_of_birth", number)])


@kind("date_of_birth")
def birth_date_with_midnight(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    birth = person["date_of_birth"]
    cell = f"{birth.isoformat()}{random.choice([' 00:00:00', 'T00:00:00', ' 00:00'])}"
    return Fault([grid.put(person, "date_of_birth", cell)], right=(birth.isoformat(),), safe=True)


@kind("date_of_birth")
def birth_date_with_a_time(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    """Of another clock it may be the day before or after: nothing is to be proposed."""
    at = grid.put(person, "date_of_birth", f"{person['date_of_birth'].isoformat()}T{random.choice(['04', '19'])}:00")
    return Fault([at])


@kind("date_of_birth", who="employee")
def month_named(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    birth = person["date_of_birth"]
    cell = _text(birth, random.choice(["%B %d, %Y", "%d-%b-%Y", "%d %B %Y", "%b. %d %Y"]))
    return Fault([grid.put(person, "date_of_birth", cell)], right=(birth.isoformat(),), safe=True)


@kind("date_of_birth", who="employee")
def birth_date_with_dots_day_over_12(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    birth = person["date_of_birth"]
    if birth.day <= 12:
        return None
    return Fault([grid.put(person, "date_of_birth", birth.strftime("%d.%m.%Y"))], right=(birth.isoformat(),))


@kind("date_of_birth", who="employee")
def birth_date_run_together(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    cell = person["date_of_birth"].strftime("%Y%m%d")
    at = grid.put(person, "date_of_birth", random.choice([cell, int(cell)]))
    return Fault([at], right=(person["date_of_birth"].isoformat(),))


@kind("date_of_birth")
def birth_date_with_letter_O(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    text = str(written(person["date_of_birth"], "us" if grid.dates == "cell" else grid.dates))
    if "0" not in text:
        return None
    at = grid.put(person, "date_of_birth", text.replace("0", "O", 1))
    return Fault([at], right=(person["date_of_birth"].isoformat(),))


@kind("date_of_birth")
def birth_date_with_an_apostrophe(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    birth = person["date_of_birth"]
    cell = "'" + str(written(birth, "us" if grid.dates == "cell" else grid.dates))
    return Fault([grid.put(person, "date_of_birth", cell)], (PROBLEM, READ), right=(birth.isoformat(),), safe=True)


@kind("date_of_birth", who="adult")
def born_a_century_late(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    birth = person["date_of_birth"]
    if birth.year < 1930 or (birth.month, birth.day) == (2, 29):
        return None
    late = birth.replace(year=birth.year + 100)
    return Fault([grid.put(person, "date_of_birth", written(late, grid.dates))], right=(birth.isoformat(),))


@kind("date_of_birth", who="child")
def child_born_next_year(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    return Fault([grid.put(person, "date_of_birth", written(date(2026, 3, 14), grid.dates))])


cell_kind("birth date before 1900", "date_of_birth", ["02/14/1880", "1898-05-06", date(1899, 5, 6)])
cell_kind("31 February", "date_of_birth", ["02/31/1990", "1990-02-31", "02/30/1990", "1990-06-31"])
cell_kind("29 February of no leap year", "date_of_birth", ["02/29/1990", "1990-02-29"])
cell_kind("month 13 or 0", "date_of_birth", ["13/32/1990", "1990-00-12", "00/12/1990", "1990-13-40"])
cell_kind("age instead of a birth date", "date_of_birth", [35, "41", "52 yrs", 29.0])
cell_kind("no birth date", "date_of_birth", ["n/a", "unknown", "TBD", "see HR"])
cell_kind("birth date blank", "date_of_birth", [None, "", "  "])
cell_kind("year of three or five digits", "date_of_birth", ["02/14/199", "02/14/19900", "199-02-14"])
cell_kind("hire date not available", "hired_on", ["n/a", "TBD", "unknown"], ("",))
cell_kind("hire date of a year alone", "hired_on", ["2019", 2019], ("",))
cell_kind("hire date of words", "hired_on", ["last spring", "see file"])


@kind("hired_on", who="employee")
def hired_before_birth(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    day = person["date_of_birth"] - timedelta(days=400)
    at = grid.put(person, "hired_on", written(day, grid.dates))
    return Fault([at, grid.at(person, "date_of_birth")], (PROBLEM, CHECK))


@kind("hired_on", who="employee")
def hired_as_a_child(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    day = person["date_of_birth"] + timedelta(days=366 * random.randint(2, 12))
    at = grid.put(person, "hired_on", written(day, grid.dates))
    return Fault([at, grid.at(person, "date_of_birth")], (PROBLEM, CHECK))


@kind("hired_on", who="employee")
def hired_in_a_far_future(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    at = grid.put(person, "hired_on", written(date(2052, 4, 1), grid.dates))
    return Fault([at], (PROBLEM, CHECK))


@kind("terminated_on", "hired_on", who="employee")
def ended_before_hired(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    at = grid.put(person, "terminated_on", written(person["hired_on"] - timedelta(days=90), grid.dates))
    return Fault([at, grid.at(person, "hired_on")], also=_elections(grid, person))


@kind("terminated_on", "election", who="employee")
def ended_but_enrolling(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if person["election"] != "enroll":
        return None
    at = grid.put(person, "terminated_on", written(date(2025, 7, 1), grid.dates))
    return Fault([at, grid.at(person, "election")], (PROBLEM, CHECK))


def _elections(grid: Grid, person: Person) -> list[Any]:
    return [grid.at(person, name) for name in ("terminated_on", "election") if grid.has(person, name)]


@kind("date_of_birth", who="child")
def child_over_26(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    parent = people[0]["date_of_birth"]
    if parent.year > 1972:
        return None
    day = date(1996, 1, 1) + timedelta(days=random.randint(0, 1000))
    at = grid.put(person, "date_of_birth", written(day, grid.dates))
    also = [] if not grid.has(person, "relationship") else [grid.at(person, "relationship")]
    return Fault([at, *also], (CHECK,), (None, "disabled_child"))


@kind("date_of_birth", who="child")
def child_older_than_the_parent(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    day = people[0]["date_of_birth"] - timedelta(days=random.randint(100, 3000))
    at = grid.put(person, "date_of_birth", written(day, grid.dates))
    both = [(one, name) for one in (person, people[0]) for name in ("date_of_birth", "relationship")]
    return Fault([at, *(grid.at(one, name) for one, name in both if grid.has(one, name))], (PROBLEM, CHECK), ANY)


@kind("date_of_birth", who="spouse")
def spouse_is_a_child(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    at = grid.put(person, "date_of_birth", written(date(2014, 3, random.randint(1, 28)), grid.dates))
    also = [grid.at(person, "relationship")] if grid.has(person, "relationship") else []
    return Fault([at, *also], (PROBLEM, CHECK), ANY)


@kind("date_of_birth", who="employee")
def employee_is_a_child(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    at = grid.put(person, "date_of_birth", written(date(2015, 3, random.randint(1, 28)), grid.dates))
    names = ("relationship", "hired_on")
    own = [grid.at(person, name) for name in names if grid.has(person, name)]
    family = [grid.at(one, name) for one in people for name in ("relationship", "date_of_birth") if grid.has(one, name)]
    return Fault([at, *own[:1]], (PROBLEM, CHECK), ANY, also=[*own, *family])
