"""One row a family → one row a person, each cell remembering where it stands in the file."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from smallgroup.census.header_words import name_of
from smallgroup.census.privacy import health_header, ssn_header, words_of
from smallgroup.census.sheet import Cell, Sheet, blank

_PARTNERS = {
    "spouse": "spouse", "sp": "spouse", "spouses": "spouse", "husband": "spouse", "wife": "spouse",
    "partner": "domestic_partner",
}  # fmt: skip
_CHILDREN = {"child", "ch", "children", "kid", "son", "daughter"}
_DEPENDENTS = {"dep", "dependent", "dependents", "depn", "dpnd"}
_OF_A_PERSON = {
    "date_of_birth", "first_name", "last_name", "full_name", "sex", "tobacco", "relationship", "member_id", "zip",
}  # fmt: skip
_IDEON = {"fips_code", "last_used_tobacco", "location_id", "same_household", "cobra", "retiree"}


@dataclass(frozen=True, slots=True)
class Of:
    """Whose column it is, and what it says of them."""

    person: str  # "spouse", "child 2"
    relationship: str  # as it is read: "dependent" is not clear, and refused at its cell
    field: str


@dataclass(frozen=True, slots=True)
class Unfolded:
    """The sheet by person. It has the file's columns in their places, then those that only it has.

    `people` are the columns of dependents, whose cells were moved; `moved` says from which column the cell at
    (position, column) came, None for one that the file does not have; `unvalued` are formulas without a value,
    by position and column.
    """

    sheet: Sheet
    columns: list[list[Cell]]  # those of the sheet
    people: dict[int, Of]
    moved: dict[tuple[int, int], int | None]
    unvalued: frozenset[tuple[int, int]]
    added: frozenset[int]
    persons: dict[int, str]  # position → "spouse"; absent for employees
    heads: dict[int, int]  # position of a dependent → that of the employee

    def share(self, columns: Sequence[int]) -> None:
        """What these columns say of the employee, they say of the family, but of who has it said of them."""
        for index in columns:
            cells = self.columns[index]
            for at, head in self.heads.items():
                if blank(cells[at]):
                    cells[at] = cells[head]


@lru_cache(maxsize=4096)
def of_a_dependent(header: str) -> Of | None:
    """`"Spouse DOB"`, `"Dep 2 Birth Dt"`, `"dependents[0].relationship"` → whose, and what."""
    words = words_of(re.sub(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])", " ", header))
    if health_header(words) or ssn_header(words):
        return None
    at = next((at for at, word in enumerate(words) if word in _PARTNERS or word in _CHILDREN | _DEPENDENTS), None)
    if at is None:
        return None
    who, rest = words[at], [*words[:at], *words[at + 1 :]]
    number = next((word for word in rest if word.isdigit()), None)
    if number is not None:
        rest.remove(number)
    if who == "partner" and "domestic" in rest:
        rest.remove("domestic")
    field = name_of(" ".join(rest)) if rest else None
    if field not in _OF_A_PERSON:
        return None
    if who in _PARTNERS:
        return Of("partner" if who == "partner" else "spouse", _PARTNERS[who], field)
    if who in _CHILDREN:
        return Of(f"child {number or ''}".strip(), "child", field)
    return Of(f"dependent {number or ''}".strip(), "dependent", field)


def unfold(sheet: Sheet, header_at: int, *, mapped: Collection[int], required: bool = True) -> Unfolded | None:
    """The sheet with a row for each person; None when it has no columns for the birth dates of dependents.

    `mapped` are the columns whose field was said: they stay where they are.
    """
    headers = [cell if isinstance(cell, str) else "" for cell in sheet.row(header_at)]
    people = {
        index: of for index, header in enumerate(headers) if index not in mapped and (of := of_a_dependent(header))
    }
    people = _apart(people)
    others = {index: header for index, header in enumerate(headers) if header and index not in people}
    fields = {index: name for index, header in others.items() if (name := name_of(header)) is not None}
    if "relationship" in fields.values():
        return None  # it has a row for each person
    if not any(of.field == "date_of_birth" for of in people.values()):
        keys = {"_".join(words_of(header)) for header in others.values()}
        if len(keys & _IDEON) < 2 or "date_of_birth" not in fields.values():
            return None  # Ideon's members without dependents: a row is an employee
        people = {}
    slots: dict[str, int] = {}
    for index, name in fields.items():
        slots.setdefault(name, index)
    has_spouse = any(of.relationship in ("spouse", "domestic_partner") for of in people.values())
    return _rows(sheet, header_at, people, slots, has_spouse=has_spouse)


def _apart(people: dict[int, Of]) -> dict[int, Of]:
    """A second `Child DOB` is of a second child: nobody's cells take the place of another's."""
    seen: dict[tuple[str, str], int] = {}
    found: dict[int, Of] = {}
    for index, of in people.items():
        count = seen[of.person, of.field] = seen.get((of.person, of.field), 0) + 1
        found[index] = of if count == 1 else Of(f"{of.person} ({count})", of.relationship, of.field)
    return found


def _rows(sheet: Sheet, header_at: int, people: dict[int, Of], slots: dict[str, int], *, has_spouse: bool) -> Unfolded:
    width = len(sheet.columns)
    names = ["relationship", "member_id" if "member_id" not in slots else "", *(of.field for of in people.values())]
    added = {
        name: width + at for at, name in enumerate(dict.fromkeys(name for name in names if name and name not in slots))
    }
    slots = slots | added
    columns: list[list[Cell]] = [list(column[: header_at + 1]) for column in sheet.columns]
    columns += [[*([None] * header_at), name] for name in added]
    numbers = list(sheet.numbers[: header_at + 1])
    moved: dict[tuple[int, int], int | None] = {}
    unvalued: set[tuple[int, int]] = set()
    persons: dict[int, str] = {}
    heads: dict[int, int] = {}
    groups: dict[str, dict[str, int]] = {}
    relationships: dict[str, str] = {}
    ids = slots["member_id"]
    for index, of in people.items():
        groups.setdefault(of.person, {})[of.field] = index
        relationships[of.person] = of.relationship
    births = {person: group.get("date_of_birth", next(iter(group.values()))) for person, group in groups.items()}
    order = sorted(groups, key=lambda person: (relationships[person] in ("child", "dependent"), births[person]))

    for at in range(header_at + 1, len(sheet.numbers)):
        cells = sheet.row(at)
        number = sheet.numbers[at]
        empty = {index for index, cell in enumerate(cells) if blank(cell) and (number, index) not in sheet.unvalued}
        row: list[Cell] = [None if index in people else cell for index, cell in enumerate(cells)] + [None] * len(added)
        listed = len(empty) < len(cells)
        if listed:
            row[slots["relationship"]] = "employee"
            if "member_id" in added:
                row[slots["member_id"]] = str(number)
        _append(columns, row)
        here = head = len(numbers)
        numbers.append(number)
        for index in range(width):
            if (number, index) in sheet.unvalued and index not in people:
                unvalued.add((here, index))
        for index in added.values():
            moved[here, index] = None
        if "date_of_birth" in slots and "date_of_birth" not in added:
            moved[here, slots["relationship"]] = slots["date_of_birth"]
        if not listed:
            continue
        for person in order:
            group = groups[person]
            if all(index in empty for index in group.values()):
                continue
            row = [None] * (width + len(added))
            here = len(numbers)
            for index in added.values():
                moved[here, index] = births[person]
            for name, index in group.items():
                row[slots[name]] = cells[index]
                moved[here, slots[name]] = index
                if (number, index) in sheet.unvalued:
                    unvalued.add((here, slots[name]))
            if "relationship" not in group:
                said = relationships[person]
                row[slots["relationship"]] = "child" if said == "dependent" and has_spouse else said
            if "member_id" not in group:
                row[ids] = f"{number}-{'-'.join(words_of(person))}"
            if "date_of_birth" not in group and "date_of_birth" in slots:
                moved[here, slots["date_of_birth"]] = births[person]
            _append(columns, row)
            numbers.append(number)
            persons[here] = person
            heads[here] = head
    sheet_by_person = Sheet(
        sheet.name, numbers, columns, frozenset(), sheet.last_row, pages=sheet.pages, confidence=sheet.confidence,
        from_1904=sheet.from_1904,
    )  # fmt: skip
    return Unfolded(
        sheet_by_person, columns, people, moved, frozenset(unvalued), frozenset(added.values()), persons, heads
    )


def _append(columns: list[list[Cell]], row: Sequence[Cell]) -> None:
    for column, cell in zip(columns, row, strict=True):
        column.append(cell)
