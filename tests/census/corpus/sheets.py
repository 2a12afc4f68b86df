"""Faults of the sheet: headers, totals, notes, merged cells, and the text of a .csv."""

from __future__ import annotations

from random import Random

from tests.census.corpus.grid import Grid, Row
from tests.census.corpus.kinds import ANY, NOTICE, PROBLEM, READ, Fault, kind
from tests.census.corpus.staff import Person

# --- rows that are nobody


def _at_the_end(grid: Grid, *cells: object) -> Row:
    row = Row([*cells])  # type: ignore[list-item]
    grid.rows.append(row)
    return row


@kind(alone=True)
def totals_row(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    count = sum(map(len, grid.families))
    row = _at_the_end(grid, *random.choice([["Total", count], ["Total employees", len(grid.families)],
                                            [f"{count} members"], ["TOTALS"]]))  # fmt: skip
    return Fault([(row, None)], (NOTICE,), says=(f"ow {grid.number(row)}",))


@kind(alone=True)
def note_under_the_last_member(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    notes = ["* = waived", "Prepared by Human Resources, September 2025", "Note: COBRA members are not listed.",
             "Confidential - for quoting only", "** dependents verified"]  # fmt: skip
    if random.random() < 0.5:
        grid.rows.append(Row([None] * 3))
    row = _at_the_end(grid, random.choice(notes))
    return Fault([(row, None)], (NOTICE,), says=(f"ow {grid.number(row)}",))


@kind(alone=True)
def notes_of_several_lines(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    first = _at_the_end(grid, "EE = employee only, ES = with spouse, EC = with children")
    second = _at_the_end(grid, "Please call with questions.")
    return Fault([(first, None)], (NOTICE,), also=[(second, None)],
                 says=(f"{grid.number(first)}", f"{grid.number(second)}"))  # fmt: skip


@kind(alone=True)
def a_person_under_the_note(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    """Nobody may be lost with a note: a lone birth date under the last member may be somebody's."""
    if grid.layout == "ideon":
        return None  # there a birth date is all that is needed
    row = _at_the_end(grid, *([None] * grid.at(person, "date_of_birth")[1]), "03/15/1985")
    return Fault([(row, None)], (PROBLEM,), ANY)


@kind(alone=True)
def header_repeated_in_the_middle(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    below = grid.row_of(people[0])
    if grid.rows.index(below) < grid.rows.index(grid.header) + 5:
        return None
    row = Row(grid.header)
    grid.rows.insert(grid.rows.index(below), row)
    return Fault([(row, None)], (NOTICE,), says=(f"{grid.number(row)}",))


@kind(alone=True)
def section_label_between_families(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    """A label may be half of a person: it is refused, or left with a notice, and never read."""
    below = grid.row_of(people[0])
    if grid.rows.index(below) < grid.rows.index(grid.header) + 5:
        return None
    row = Row([random.choice(["Night shift", "Warehouse:", "--- Location 2 ---"])])
    grid.rows.insert(grid.rows.index(below), row)
    also = [(grid.row_of(one), None) for one in people]
    return Fault([(row, None)], (NOTICE, PROBLEM), ANY, also=also, says=(f"{grid.number(row)}",))


@kind(alone=True)
def blank_rows_between_families(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    for family in grid.families[1:]:
        grid.rows.insert(grid.rows.index(grid.row_of(family[0])), Row([None, "", "  "]))
    return Fault([], (NOTICE,), says=(f"{len(grid.families) - 1} blank row", "skipped"))


@kind(alone=True)
def blank_rows_at_the_end(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    count = random.randint(100, 400)
    grid.rows += [Row([None, ""]) for _ in range(count)]
    return Fault([], (NOTICE,), says=(f"{count} blank rows after the last member",))


@kind("family_id", "relationship", who="employee", alone=True)
def merged_family_ids(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if len(people) < 2:
        return None
    for one in people[1:]:
        grid.put(one, "family_id", None)
    grid.merged.append((grid.row_of(people[0]), grid.row_of(people[-1]), grid.columns["family_id"]))
    return Fault([], (NOTICE,), says=("Merged cells", "family"))


@kind("family_id", who="employee", alone=True)
def merged_birth_dates(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    """A birth date is one person's: the others have none."""
    if len(people) < 2:
        return None
    at = [grid.put(one, "date_of_birth", None) for one in people[1:]]
    grid.merged.append((grid.row_of(people[0]), grid.row_of(people[-1]), grid.columns["date_of_birth"]))
    return Fault(at, right=[None] * len(at), each=True)


# --- headers


def _column(grid: Grid, name: str) -> int | None:
    if grid.by_person:
        return grid.columns.get(name)
    return next((at for (_, field), (_, at) in grid.place.items() if field == name), None)


@kind(alone=True)
def header_misspelled(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if grid.layout not in ("plain", "subscriber", "free"):
        return None
    name, typo = random.choice([("date_of_birth", "Date of Brith"), ("relationship", "Relatonship"),
                                ("relationship", "Relationhsip"), ("date_of_birth", "Birht Date")])  # fmt: skip
    index = grid.columns[name]
    grid.header[index] = typo
    return Fault([(grid.header, index), (grid.header, None)], (READ, PROBLEM), ANY, also=[(None, None)])


@kind(alone=True)
def header_over_two_rows(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if grid.layout not in ("plain", "persons", "subscriber"):
        return None
    above = Row()
    for index, header in enumerate(grid.header):
        first, _, rest = str(header).replace("_", " ").partition(" ")
        above.append(first if rest else None)
        grid.header[index] = rest or first
    grid.rows.insert(grid.rows.index(grid.header), above)
    return Fault([(None, None), (grid.header, None), (above, None)], (READ, PROBLEM), ANY)


@kind(alone=True)
def header_twice(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if not grid.by_person:
        return None
    name = random.choice(["date_of_birth", "relationship"])
    index = grid.columns[name]
    for row in grid.rows[grid.rows.index(grid.header) :]:
        row += [None] * (len(grid.header) - len(row))
    for row in grid.rows[grid.rows.index(grid.header) :]:
        row.append(row[index] if row is grid.header or random.random() < 0.9 else None)
    return Fault([(grid.header, index), (grid.header, len(grid.header) - 1)])


@kind(alone=True)
def birth_dates_missing(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if not grid.by_person:
        return None
    index = grid.columns["date_of_birth"]
    for row in grid.rows[grid.rows.index(grid.header) :]:
        del row[index : index + 1]
    return Fault([(grid.header, None), (None, None)], (PROBLEM,), ANY, also=[(None, None)])


@kind(alone=True)
def relationships_missing(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    """With dependents among them, nobody may be taken for an employee."""
    if not grid.by_person:
        return None
    index = grid.columns["relationship"]
    for row in grid.rows[grid.rows.index(grid.header) :]:
        del row[index : index + 1]
    return Fault([(grid.header, None), (None, None)], (PROBLEM,), ANY, also=[(None, None)])


@kind("relationship", alone=True)
def employees_only_without_a_relationship(
    grid: Grid, person: Person, people: list[Person], random: Random
) -> Fault | None:
    if grid.layout in ("exchange", "persons", "free") or not grid.by_person:
        return None
    gone = [one for family in grid.families for one in family[1:]]
    index = grid.columns["relationship"]
    for one in gone:
        grid.rows.remove(grid.row_of(one))
    for row in grid.rows[grid.rows.index(grid.header) :]:
        del row[index : index + 1]
    return Fault([(grid.header, None), (None, None)], (NOTICE, PROBLEM), ANY, also=[(None, None)], gone=gone,
                 says=("employee",))  # fmt: skip


@kind(alone=True)
def column_that_is_not_known(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    header = random.choice(["Shoe size", "Parking spot", "T-Shirt", "Badge color"])
    start = grid.rows.index(grid.header)
    for row in grid.rows[start:]:
        row += [None] * (len(grid.header) - len(row))
    for row in grid.rows[start:]:
        row.append(random.choice(["red", "large", None]))
    grid.header[-1] = header
    return Fault([], (NOTICE,), says=("Not used", header))


def _with_ssns(grid: Grid, header: str, numbers: list[str]) -> None:
    start = grid.rows.index(grid.header)
    for row in grid.rows[start:]:
        row += [None] * (len(grid.header) - len(row))
    for at, row in enumerate(grid.rows[start:]):
        row.append(numbers[at % len(numbers)])
    grid.header[-1] = header


@kind(alone=True)
def ssn_column(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if grid.layout == "exchange":
        return None
    header = random.choice(["SSN", "Social Security #", "Emp SSN", "Soc Sec No"])
    number, numbers = random.choice([("123-45-6789", ["123-45-6789"]), ("123456789", ["123456789"]),
                                     ("12345678", ["12345678"])])  # fmt: skip
    _with_ssns(grid, header, numbers)
    return Fault([], (NOTICE,), says=(header,), hides=number)


@kind(alone=True)
def ssns_in_a_column_of_notes(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if grid.layout == "exchange":
        return None
    _with_ssns(grid, "Comments", ["SS 123-45-6789", ""])
    return Fault([], (NOTICE,), says=("Comments",), hides="123-45-6789")


# --- the text of a .csv


def _lines(text: str) -> list[str]:
    return text.split("\r\n")


@kind(alone=True)
def csv_quotation_mark_never_closed(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    at = grid.number(grid.row_of(person)) - 1

    def spoil(text: str) -> str:
        lines = _lines(text)
        lines[at] = '"' + lines[at]
        return "\r\n".join(lines)

    grid.spoil = spoil
    return Fault([(None, None), (grid.row_of(person), None)], (PROBLEM,), ANY, also=[(None, None)])


@kind("last_name", "relationship", "date_of_birth", alone=True)
def csv_comma_inside_a_name(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if not grid.by_person:
        return None
    row = grid.row_of(person)
    grid.put(person, "last_name", "Lee, Jr")
    grid.spoil = lambda text: text.replace('"Lee, Jr"', "Lee, Jr")
    return Fault([(row, None)], (PROBLEM,), ANY, also=[(grid.row_of(one), None) for one in people])


@kind("last_name", alone=True)
def csv_of_two_encodings(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    """One name in Windows-1252: the whole file is read so, and it is said."""
    for one in people if grid.by_person else [person]:
        if grid.has(one, "last_name"):
            grid.put(one, "last_name", "Peña")
    new = {(id(one), "last_name"): "Peña" for one in people if grid.has(one, "last_name")}
    grid.spoil = lambda text: text.encode("cp1252")
    return Fault([], (NOTICE,), says=("Windows-1252",), new=new)


@kind(alone=True)
def csv_of_another_kind(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    """Byte-order marks, semicolons, tabs and bars are no faults."""
    grid.delimiter = random.choice(";\t|")
    grid.encoding = random.choice(["utf-8-sig", "utf-16", "utf-8"])
    grid.spoil = lambda text: text
    return Fault([], (READ,))
