"""Where the census stands in a workbook: its sheet, its header row, and the field of each column."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from smallgroup.census.fields import BY_NAME, FIELDS, Field
from smallgroup.census.privacy import (
    any_ssn,
    health_header,
    mostly_ssn,
    redacted,
    shown,
    ssn_header,
    words_of,
)
from smallgroup.census.sheet import SPACE, Sheet, blank, column_letter
from smallgroup.census.values import SSN_ADVICE, key_of
from smallgroup.errors import Problem, Proposal, did_you_mean, nearest

PLAIN = "plain"
EXCHANGE = "exchange template v1.1"

_HEADER_WITHIN = 30  # rows; titles and notes may stand above the header

# Other plain names of a column. Only names with one meaning: "family" may be an id or a status.
_ALSO_CALLED = {
    "dob": "date_of_birth", "birth_date": "date_of_birth", "birthdate": "date_of_birth", "gender": "sex",
    "zip_code": "zip", "hire_date": "hired_on", "date_of_hire": "hired_on",
    "termination_date": "terminated_on", "smoker": "tobacco", "tobacco_use": "tobacco",
}  # fmt: skip

OWNER = Field("is_business_owner", "yes_no", "business owner")
ADDRESS_KIND = Field("kind", "text", "kind of address")
_EXCHANGE_FIELDS = {
    "employer_assigned_family_id": "family_id", "employee_relationship": "relationship",
    "last_name": "last_name", "first_name": "first_name", "dob": "date_of_birth", "gender": "sex",
    "hire_date": "hired_on", "termination_date": "terminated_on", "is_business_owner": OWNER.name,
    "benefit_group": "class", "kind": ADDRESS_KIND.name, "zip": "zip",
}  # fmt: skip
_EXCHANGE_MARKS = ("employer_assigned_family_id", "employee_relationship")

KNOWN_FIELDS: dict[str, Field] = BY_NAME | {OWNER.name: OWNER, ADDRESS_KIND.name: ADDRESS_KIND}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the sheet: `header` as written, with nothing in it that must not be shown."""

    index: int
    header: str

    @property
    def named(self) -> str:
        """The header and the spreadsheet's letter: `DOB (F)`."""
        return f"{self.header} ({column_letter(self.index)})".lstrip()

    @property
    def quoted(self) -> str:
        """`'DOB' (column F)`: the same inside a sentence."""
        letter = column_letter(self.index)
        return f"'{self.header}' (column {letter})" if self.header else f"column {letter}, without a header"


@dataclass(slots=True)
class Table:
    """The census inside its sheet: data from position `first` on; `used` says which column holds a field."""

    sheet: Sheet
    shown_sheet: str | None  # the sheet's name where it helps: in a workbook of several sheets
    layout: str
    header_at: int
    first: int
    columns: tuple[Column, ...]
    used: dict[str, Column] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def where(self, at: int | None = None, label: str | None = None) -> str:
        """`Census, sheet 'Staff', row 7, birth date`, for the row at position `at`."""
        parts = ["Census"]
        if self.shown_sheet is not None:
            parts.append(f"sheet '{self.shown_sheet}'")
        if at is not None:
            parts.append(f"row {self.sheet.numbers[at]}")
        if label:
            parts.append(label)
        return ", ".join(parts)

    def problem(self, at: int, column: Column | None, why: str, fix: str, *, label: str | None = None,
                seen: str | None = None, name: str | None = None,
                proposal: Proposal | None = None) -> None:  # fmt: skip
        """Note what is wrong at a cell, or at a whole row where `column` is None."""
        self.problems.append(
            Problem(
                where=self.where(at, label),
                why=why,
                fix=fix,
                seen=seen,
                sheet=self.sheet.name or None,
                row=self.sheet.numbers[at],
                column=column.named if column else None,
                field=name,
                proposal=proposal,
            )
        )

    @property
    def empty(self) -> bool:
        return self.first >= len(self.sheet.numbers)


def find_table(sheets: Sequence[Sheet], *, file: str, mapping: Mapping[str, str]) -> Table | Problem:
    """The census in the workbook, with what is wrong with its columns; a Problem when there is none."""
    found = [place for sheet in sheets if (place := _header(sheet, mapping)) is not None]
    if not found:
        return Problem(
            where=f"Census file {file}", why="there are no members in it: it is empty.",
            fix=f"Give it a header row with {_required()}, and a row for each member.",
        )  # fmt: skip
    complete = [place for place in found if place.complete]
    if len(complete) > 1:
        names = ", ".join(f"'{shown(place.sheet.name)}'" for place in complete)
        return Problem(
            where=f"Census file {file}", why=f"more than one sheet looks like a census: {names}.",
            fix="Keep one census in the file; it is not clear which of them is meant.",
        )  # fmt: skip
    best = complete[0] if complete else max(found, key=lambda place: place.score)
    table = _table(best, shown_sheet=shown(best.sheet.name) if len(sheets) > 1 else None)
    _assign(table, best.keys, mapping)
    return table


@dataclass(frozen=True, slots=True)
class _Place:
    """A row that may be the header: its keys by column, and how many of them are known."""

    sheet: Sheet
    at: int
    keys: tuple[str, ...]
    layout: str
    score: int
    complete: bool


def _header(sheet: Sheet, mapping: Mapping[str, str]) -> _Place | None:
    """The row of the sheet that looks most like a header; None when the sheet is blank."""
    best: _Place | None = None
    for at in range(min(len(sheet.numbers), _HEADER_WITHIN)):
        place = _judge(sheet, at, mapping)
        if place is not None and (best is None or place.score > best.score):
            best = place
    return best


def _judge(sheet: Sheet, at: int, mapping: Mapping[str, str]) -> _Place | None:
    row = sheet.row(at)
    if all(blank(cell) for cell in row):
        return None
    keys = tuple(_key(cell) if isinstance(cell, str) else "" for cell in row)
    layout = EXCHANGE if {_squeezed(mark) for mark in _EXCHANGE_MARKS} <= set(keys) else PLAIN
    mapped = {_key(column): name for column, name in mapping.items()}
    fields = {name for key in keys if (name := mapped.get(key) or _field_of(key, layout))}
    required = {item.name for item in FIELDS if item.required}
    return _Place(sheet, at, keys, layout, len(fields), required <= fields)


def _table(place: _Place, *, shown_sheet: str | None) -> Table:
    sheet = place.sheet
    headers = sheet.row(place.at)
    columns = tuple(Column(index, "" if blank(cell) else shown(cell)) for index, cell in enumerate(headers))
    first = place.at + 1
    if place.layout == EXCHANGE and _labels(sheet, first, place.keys):
        first += 1
    return Table(sheet, shown_sheet, place.layout, place.at, first, columns)


def _labels(sheet: Sheet, at: int, keys: Sequence[str]) -> bool:
    """Whether the row under the machine headers is the template's row of labels, and nobody's data."""
    if at >= len(sheet.numbers) or "dob" not in keys:
        return False
    birth, relationship = (sheet.columns[keys.index(_squeezed(key))][at] for key in ("dob", "employee_relationship"))
    return (
        isinstance(birth, str) and not any(sign.isdigit() for sign in birth)
        and isinstance(relationship, str) and "relation" in relationship.casefold()
    )  # fmt: skip


def _assign(table: Table, keys: Sequence[str], mapping: Mapping[str, str]) -> None:
    """Give each column its field, and say what is wrong, dropped or not used."""
    mapped = _mapped(table, keys, mapping)
    claims: dict[str, list[Column]] = {}
    unused: list[Column] = []
    overridden = set(mapped.values())
    beyond = max((column.index for column in table.columns if column.header), default=-1)
    for column, key in zip(table.columns, keys, strict=True):
        words = words_of(column.header)
        cells = table.sheet.columns[column.index][table.first :]
        name = mapped.get(column.index)
        if health_header(words):
            _refuse_health(table, column)
        elif ssn_header(words):
            _drop_ssn(table, column, mapped=name)
        elif (name := name or _free_field(key, table.layout, overridden)) is not None:
            claims.setdefault(name, []).append(column)
        elif any_ssn(cells):
            _drop_ssn(table, column, mapped=None)
        elif column.index > beyond:
            _refuse_beyond(table, column)
        elif column.header or any(not blank(cell) for cell in cells):
            unused.append(column)
    for name, columns in claims.items():
        _claim(table, name, columns)
    _missing(table, claims)
    if unused:
        table.notices.append(f"Not used: {', '.join(column.quoted for column in unused)}.")


def _claim(table: Table, name: str, columns: list[Column]) -> None:
    """Take the one column of a field, unless there are two, or it holds Social Security numbers."""
    known = KNOWN_FIELDS[name]
    if len(columns) > 1:
        table.problem(
            table.header_at, columns[1],
            f"there are {len(columns)} columns for {name}: {', '.join(column.quoted for column in columns)}.",
            "Keep one of them.", label=known.label, name=name,
        )  # fmt: skip
    column = columns[0]
    if known.kind != "text" or not mostly_ssn(table.sheet.columns[column.index][table.first :]):
        table.used[name] = column
    elif known.required:
        table.problem(
            table.header_at, column,
            f"the column {column.quoted} looks like Social Security numbers, which are not kept.",
            "Give each family another number, the same for all of its members.", label=known.label, name=name,
        )  # fmt: skip
    else:
        _drop_ssn(table, column, mapped=None)


def _missing(table: Table, claimed: Collection[str]) -> None:
    """A problem for each required field that no column is for, with the header that is nearest to it."""
    headers = {column.header: column for column in table.columns if column.header}
    taken = {column.index for column in table.used.values()}
    free = [header for header, column in headers.items() if column.index not in taken]
    wanted = {name: key for key, name in _EXCHANGE_FIELDS.items()} if table.layout == EXCHANGE else {}
    for known in FIELDS:
        if not known.required or known.name in claimed:
            continue
        column_name = wanted.get(known.name, known.name)
        near = nearest(column_name, free) or nearest(known.label, free)
        advice = f"Name a column {column_name}."
        if near is not None:
            advice = (
                f"The nearest header is {headers[near].quoted}: "
                f"if it is meant, name it {column_name}, or map it: --map {near}={known.name}."
            )
        table.problem(table.header_at, None, f"there is no column for {known.label}.", advice, name=known.name)


def _mapped(table: Table, keys: Sequence[str], mapping: Mapping[str, str]) -> dict[int, str]:
    """Column index → field, for what the caller mapped; what cannot be is a problem."""
    mapped: dict[int, str] = {}
    headers = [column.header for column in table.columns if column.header]
    for header, name in mapping.items():
        places = [index for index, key in enumerate(keys) if key and key == _key(header)]
        name = name.strip()
        wrong: list[tuple[str, str]] = []
        if name not in BY_NAME:
            wrong.append((f"there is no field {shown(name)}.", did_you_mean(key_of(name), tuple(BY_NAME))))
        if not places:
            why = f"there is no column {shown(header)!r} in the file."
            wrong.append((why, did_you_mean(header, headers)))
        elif len(places) > 1:
            letters = " and ".join(column_letter(index) for index in places)
            wrong.append((f"columns {letters} are both named {shown(header)!r}.", "Rename one of them."))
        elif places[0] in mapped:
            wrong.append((f"the column is already mapped to {mapped[places[0]]}.", "Keep one of the two."))
        said = f"{shown(header)}={shown(name)}"
        for why, fix in wrong:
            table.problems.append(
                Problem(f"{table.where()}, mapping {said}", why, redacted(fix), seen=said, column=shown(header))
            )
        if not wrong:
            mapped[places[0]] = name
    return mapped


def _refuse_health(table: Table, column: Column) -> None:
    table.problem(
        table.header_at, column,
        f"the column {column.quoted} looks like somebody's health.",
        "Delete the column: acceptance is guaranteed by law, so nobody may ask for it or send it.",
    )  # fmt: skip


def _drop_ssn(table: Table, column: Column, *, mapped: str | None) -> None:
    if mapped is not None:
        table.problem(
            table.header_at, column,
            f"the column {column.quoted} looks like Social Security numbers and cannot be {mapped}.",
            SSN_ADVICE, name=mapped,
        )  # fmt: skip
        return
    table.notices.append(
        f"The column {column.quoted} looks like Social Security numbers: it was dropped, and nothing of it is kept."
    )


def _refuse_beyond(table: Table, column: Column) -> None:
    """A value to the right of the last header: most often a comma too many, which shifts the row."""
    cells = table.sheet.columns[column.index]
    at = next((at for at in range(table.first, len(cells)) if not blank(cells[at])), None)
    if at is not None:
        table.problem(
            at, column,
            f"there is a value in {column.quoted}, to the right of the last header.",
            "Check whether the row has a cell too many (a comma inside a name, for example), "
            "or give the column a header.",
        )  # fmt: skip


def _required() -> str:
    names = [item.name for item in FIELDS if item.required]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _squeezed(name: str) -> str:
    return name.replace("_", "")


def _key(header: str) -> str:
    """A header as it is compared: no case, space, dash, underscore, nor the star of a required column."""
    return _squeezed(key_of(header.strip(SPACE + "*:")))


def _names(layout: str) -> Iterator[tuple[str, str]]:
    if layout == EXCHANGE:
        yield from _EXCHANGE_FIELDS.items()
        return
    yield from ((name, name) for name in BY_NAME)
    yield from _ALSO_CALLED.items()


_FIELD_OF = {layout: {_squeezed(key): name for key, name in _names(layout)} for layout in (PLAIN, EXCHANGE)}


def _field_of(key: str, layout: str) -> str | None:
    return _FIELD_OF[layout].get(key)


def _free_field(key: str, layout: str, mapped: set[str]) -> str | None:
    name = _field_of(key, layout)
    return None if name in mapped else name
