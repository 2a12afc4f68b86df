"""Where the census stands in a workbook: its sheet, its header row, and the field of each column."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from smallgroup.census.derived import DERIVED, MAPPABLE
from smallgroup.census.fields import BY_NAME, FIELDS, Field
from smallgroup.census.matching import (
    NAMED,
    SYNONYM,
    Free,
    Match,
    Undecided,
    fits,
    header_key,
    header_words,
    match,
    name_of,
)
from smallgroup.census.privacy import (
    any_ssn,
    health_header,
    mostly_ssn,
    redacted,
    shown,
    ssn_header,
    words_of,
)
from smallgroup.census.sheet import SPACE, Cell, Sheet, blank, column_letter
from smallgroup.census.totals import without_totals
from smallgroup.census.unfold import Unfolded, unfold
from smallgroup.census.values import SSN_ADVICE, key_of
from smallgroup.errors import Problem, Proposal, did_you_mean, nearest

PLAIN = "plain"
EXCHANGE = "exchange template v1.1"
BY_PERSON = "one row per person"
BY_FAMILY = "one row per family"

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

KNOWN_FIELDS: dict[str, Field] = BY_NAME | DERIVED | {OWNER.name: OWNER, ADDRESS_KIND.name: ADDRESS_KIND}


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
    matches: list[Match] = field(default_factory=list)
    unfolded: Unfolded | None = None  # where the file has one row a family
    origin: str = ""

    def where(self, at: int | None = None, label: str | None = None) -> str:
        """`Census, sheet 'Staff', row 7, birth date`, for the row at position `at`."""
        parts = [f"Census file {self.origin}" if self.origin else "Census"]
        if self.shown_sheet is not None:
            parts.append(f"sheet '{self.shown_sheet}'")
        if at is not None:
            parts.append(self.sheet.row_said(self.sheet.numbers[at]))
        if label:
            parts.append(label)
        return ", ".join(parts)

    def problem(self, at: int, column: Column | None, why: str, fix: str, *, label: str | None = None,
                seen: str | None = None, name: str | None = None,
                proposal: Proposal | None = None) -> None:  # fmt: skip
        """Note what is wrong at a cell, or at a whole row where `column` is None."""
        if self.unfolded is not None and column is not None:
            index = self.unfolded.moved.get((at, column.index), column.index)
            column = None if index is None else self.columns[index]
            if label and at in self.unfolded.persons:
                label = f"{label} of {self.unfolded.persons[at]}"
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


def find_table(
    sheets: Sequence[Sheet], *, file: str, mapping: Mapping[str, str], remembered: Mapping[str, str], as_of: date
) -> Table | Problem:
    """The census in the workbook, with what is wrong with its columns; a Problem when there is none.

    `remembered` is what was confirmed of headers before, by `header_key`: it holds where such a column is.
    """
    said = dict(mapping)
    for sheet in sheets:
        said |= _recalled(sheet, mapping, remembered)
    found = [place for sheet in sheets if (place := _header(sheet, said)) is not None]
    if not found:
        return Problem(
            where=f"Census file {file}", why="there are no members in it: it is empty.",
            fix=f"Give it a header row with {_required()}, and a row for each member.",
        )  # fmt: skip
    complete = [place for place in found if place.complete]
    if not complete:  # nobody's own names: then the names that are known for them
        found = [place for sheet in sheets if (place := _header(sheet, said, loosely=True)) is not None]
        complete = [place for place in found if place.complete]
    if len(complete) > 1:
        names = ", ".join(f"'{shown(place.sheet.name)}'" for place in complete)
        return Problem(
            where=f"Census file {file}", why=f"more than one sheet looks like a census: {names}.",
            fix="Keep one census in the file; it is not clear which of them is meant.",
        )  # fmt: skip
    best = complete[0] if complete else max(found, key=lambda place: place.score)
    table = _table(best, said, shown_sheet=shown(best.sheet.name) if len(sheets) > 1 else None)
    _assign(table, mapping, remembered, as_of)
    return table


def likeness(sheets: Sequence[Sheet]) -> tuple[bool, int]:
    """Whether the sheets hold a census by its header, and how many fields its best header names.

    It tells the census among several tables; whether it can be read is another matter.
    """
    score = 0
    for loosely in (False, True):
        for sheet in sheets:
            place = _header(sheet, {}, loosely=loosely)
            if place is not None and place.complete:
                return True, place.score
            score = max(score, place.score if place is not None else 0)
    return False, score


@dataclass(frozen=True, slots=True)
class _Place:
    """A row that may be the header: its keys by column, and how many of them are known."""

    sheet: Sheet
    at: int
    keys: tuple[str, ...]
    layout: str
    score: int
    complete: bool


def _header(sheet: Sheet, mapping: Mapping[str, str], *, loosely: bool = False) -> _Place | None:
    """The row of the sheet that looks most like a header; None when the sheet is blank."""
    best: _Place | None = None
    for at in range(min(len(sheet.numbers), _HEADER_WITHIN)):
        place = _judge(sheet, at, mapping, loosely=loosely)
        if place is not None and (best is None or place.score > best.score):
            best = place
    return best


def _judge(sheet: Sheet, at: int, mapping: Mapping[str, str], *, loosely: bool) -> _Place | None:
    row = sheet.row(at)
    if all(blank(cell) for cell in row):
        return None
    keys = _keys(sheet, at)
    layout = EXCHANGE if {_squeezed(mark) for mark in _EXCHANGE_MARKS} <= set(keys) else PLAIN
    mapped = {_key(column): name for column, name in mapping.items()}
    fields = {name for key in keys if (name := mapped.get(key) or _field_of(key, layout))}
    if not loosely or layout == EXCHANGE:
        required = {item.name for item in FIELDS if item.required}
        return _Place(sheet, at, keys, layout, len(fields), required <= fields)
    fields |= {name for cell in row if isinstance(cell, str) and len(cell) <= 80 and (name := name_of(cell))}
    complete = {"relationship", "date_of_birth"} <= fields
    if not complete and sum(isinstance(cell, str) and not blank(cell) for cell in row) > 1:
        complete = _unfolded(sheet, at, keys, mapping) is not None
        score = len(fields) + 3 if complete else len(fields)
        return _Place(sheet, at, keys, BY_FAMILY if complete else BY_PERSON, score, complete)
    return _Place(sheet, at, keys, BY_PERSON, len(fields), complete)


def _keys(sheet: Sheet, at: int) -> tuple[str, ...]:
    return tuple(_key(cell) if isinstance(cell, str) else "" for cell in sheet.row(at))


def _unfolded(sheet: Sheet, at: int, keys: Sequence[str], mapping: Mapping[str, str]) -> Unfolded | None:
    if "relationship" in mapping.values():
        return None
    mapped = {_key(header) for header in mapping}
    return unfold(sheet, at, mapped={index for index, key in enumerate(keys) if key in mapped})


def _recalled(sheet: Sheet, mapping: Mapping[str, str], remembered: Mapping[str, str]) -> dict[str, str]:
    """The headers of the sheet for which something is remembered, unless `mapping` says something of them."""
    if not remembered:
        return {}
    said = {header_key(header) for header in mapping}
    found: dict[str, str] = {}
    for at in range(min(len(sheet.numbers), _HEADER_WITHIN)):
        for cell in sheet.row(at):
            if isinstance(cell, str) and (key := header_key(cell)) in remembered and key not in said:
                name = remembered[key]
                if name in MAPPABLE and name not in mapping.values():
                    found[cell.strip(SPACE)] = name
    return found


def _table(place: _Place, mapping: Mapping[str, str], *, shown_sheet: str | None) -> Table:
    sheet, notices = place.sheet, list[str]()
    fields = {index: _field_of(key, place.layout) for index, key in enumerate(place.keys)}
    if place.layout != EXCHANGE:
        headers = sheet.row(place.at)
        fields = {index: name or (name_of(head) if isinstance(head := headers[index], str) else None)
                  for index, name in fields.items()}  # fmt: skip
    first = place.at + 1
    if place.layout == EXCHANGE and _labels(sheet, first, place.keys):
        first += 1
    elif place.layout != EXCHANGE and _repeats(sheet, first, fields):
        notices.append(f"Row {sheet.numbers[first]} holds labels of the columns, and was skipped.")
        first += 1
    sheet, left = without_totals(sheet, first, fields)
    notices += left
    unfolded = _unfolded(sheet, place.at, place.keys, mapping) if place.layout == BY_FAMILY else None
    if unfolded is not None:
        sheet = unfolded.sheet
    columns = tuple(Column(index, "" if blank(cell) else shown(cell)) for index, cell in enumerate(sheet.row(place.at)))
    return Table(sheet, shown_sheet, place.layout, place.at, first, columns, notices=notices, unfolded=unfolded,
                 origin=place.sheet.origin)  # fmt: skip


def _repeats(sheet: Sheet, at: int, fields: Mapping[int, str | None]) -> bool:
    """Whether the row under the header names the columns once more, and is nobody's data."""
    if at >= len(sheet.numbers):
        return False
    same = 0
    for index, name in fields.items():
        cell = sheet.columns[index][at]
        if name == "date_of_birth" and (not isinstance(cell, str) or any(sign.isdigit() for sign in cell)):
            return False
        same += name is not None and isinstance(cell, str) and name_of(cell) == name
    return same >= 2 and "date_of_birth" in fields.values()


def _labels(sheet: Sheet, at: int, keys: Sequence[str]) -> bool:
    """Whether the row under the machine headers is the template's row of labels, and nobody's data."""
    if at >= len(sheet.numbers) or "dob" not in keys:
        return False
    birth, relationship = (sheet.columns[keys.index(_squeezed(key))][at] for key in ("dob", "employee_relationship"))
    return (
        isinstance(birth, str) and not any(sign.isdigit() for sign in birth)
        and isinstance(relationship, str) and "relation" in relationship.casefold()
    )  # fmt: skip


def _assign(table: Table, mapping: Mapping[str, str], remembered: Mapping[str, str], as_of: date) -> None:
    """Give each column its field, and say what is wrong, dropped or not used."""
    keys = _keys(table.sheet, table.header_at)
    mapped = _mapped(table, keys, mapping)
    recalled = _of_before(table, keys, mapping, remembered, mapped)
    claims: dict[str, list[Column]] = {}
    unused: list[Column] = []
    free: list[Free] = []
    overridden = {*mapped.values(), *recalled.values()}
    people = table.unfolded.people if table.unfolded else {}
    added = table.unfolded.added if table.unfolded else frozenset()
    beyond = max((column.index for column in table.columns if column.header and column.index not in added), default=-1)
    for column, key in zip(table.columns, keys, strict=True):
        words = words_of(column.header)
        cells = table.sheet.columns[column.index][table.first :]
        name = mapped.get(column.index)
        if health_header(words):
            _refuse_health(table, column)
        elif ssn_header(words):
            _drop_ssn(table, column, mapped=name)
        elif column.index in people:
            of = people[column.index]
            why = f"the header {column.header!r} is a name of {KNOWN_FIELDS[of.field].label}, of {of.person}"
            _matched(table, column, of.field, SYNONYM, why)
        elif column.index in added:
            claims.setdefault(column.header, []).append(column)
        elif name is not None or (name := recalled.get(column.index)) is not None:
            claims.setdefault(name, []).append(column)
            said = "it was said with --map" if column.index in mapped else "it was confirmed before for this sender"
            _matched(table, column, name, NAMED, said, confirmed=True)
        elif (name := _free_field(key, table.layout, overridden)) is not None and not _other_status(name, cells):
            claims.setdefault(name, []).append(column)
            _matched(
                table, column, name, NAMED, f"the header {column.header!r} is a name of {KNOWN_FIELDS[name].label}"
            )
        elif any_ssn(cells):
            _drop_ssn(table, column, mapped=None)
        elif column.index > beyond:
            _refuse_beyond(table, column)
        elif column.header and table.layout != EXCHANGE:
            if table.unfolded is not None:
                cells = [cell for at, cell in enumerate(cells, table.first) if at not in table.unfolded.persons]
            free.append(Free(column.index, column.header, cells))
        elif column.header or any(not blank(cell) for cell in cells):
            unused.append(column)
    undecided = _match_free(table, free, claims, unused, as_of)
    for name, columns in claims.items():
        _claim(table, name, columns)
    if table.unfolded is not None:
        table.unfolded.share([table.used[name].index for name in ("family_id", "zip", "county") if name in table.used])
    _missing(table, {*claims, *undecided})
    table.matches.sort(key=lambda match: (len(match.column), match.column))
    unused.sort(key=lambda column: column.index)
    if unused:
        table.notices.append(f"Not used: {', '.join(column.quoted for column in unused)}.")


def _matched(table: Table, column: Column, name: str, score: int, why: str, *, confirmed: bool = False) -> None:
    letter = column_letter(column.index)
    table.matches.append(Match(letter, column.header, name, score, why, confirmed))


def _match_free(table: Table, free: Sequence[Free], claims: dict[str, list[Column]], unused: list[Column],
                as_of: date) -> set[str]:  # fmt: skip
    """Match the columns whose names are not the fields' own; the fields that stay undecided are returned."""
    taken = set(claims)
    by_name = {name_of(column.header) for column in free}
    if not {"first_name", "last_name"}.isdisjoint(taken | by_name):
        taken.add("full_name")
    found = match(free, taken=taken, as_of=as_of)
    undecided: set[str] = set()
    doubtful: set[int] = set()
    for one in found.undecided:
        _ask(table, one)
        undecided.update(one.fields)
        doubtful.update(one.columns)
    left = []
    fields = [one.field for one in found.taken.values()]
    no_family = "family_id" not in {*claims, *fields, *undecided}
    for column in (table.columns[one.index] for one in free if one.index not in doubtful):
        candidate = found.taken.get(column.index)
        name = candidate.field if candidate else None
        if candidate is None or name is None:
            left.append(column)
            continue
        if table.unfolded is not None and name == "employee_number" and fields.count(name) == 1 and no_family:
            name = "family_id"
        if name == "employee_number":
            left.append(column)
            continue
        claims.setdefault(name, []).append(column)
        _matched(table, column, name, candidate.score, candidate.why)
    ages = [column for column in left if set(header_words(column.header)) & {"age", "ages"}]
    if len(ages) == 1 and not {"date_of_birth"} & (set(claims) | undecided):
        left.remove(ages[0])
        claims["date_of_birth"] = ages
        _matched(table, ages[0], "date_of_birth", 60, f"the header {ages[0].header!r} is an age, and no column is for "
                                                     "the birth date")  # fmt: skip
    unused += left
    return undecided


def _ask(table: Table, one: Undecided) -> None:
    """The problem of columns that nothing tells apart."""
    columns = [table.columns[index] for index in one.columns]
    quoted = " and ".join(column.quoted for column in columns)
    if len(columns) > 1:
        name = one.fields[0]
        why = f"the columns {quoted} could both be {KNOWN_FIELDS[name].label}."
        if len(columns) > 2:
            why = why.replace("both", "all")
        if len({_key(column.header) for column in columns}) < len(columns):
            fix = "Give them different headers: it is not clear which is meant."
        else:
            fix = f"Say which is meant: --map {_shell(columns[0].header)}={name}."
        table.problem(table.header_at, columns[-1], why, fix, label=KNOWN_FIELDS[name].label, name=name)
        return
    meanings = " or ".join(KNOWN_FIELDS[name].label for name in one.fields)
    advice = " or ".join(f"--map {_shell(columns[0].header)}={name}" for name in one.fields)
    table.problem(
        table.header_at, columns[0], f"the column {quoted} could be {meanings}.", f"Say which: {advice}.",
        name=one.fields[0],
    )  # fmt: skip


def _shell(header: str) -> str:
    return header if header.isalnum() else f'"{header}"'


def _other_status(name: str, cells: Sequence[Cell]) -> bool:
    """Whether a column named status holds words of which some are not its own: those of something else."""
    if name != "status" or fits("status", cells) in (None, 1.0):
        return False
    return any(fits(other, cells) == 1 for other in ("relationship", "enrollment_tier", "enrollment_status"))


def _of_before(table: Table, keys: Sequence[str], mapping: Mapping[str, str], remembered: Mapping[str, str],
               mapped: Mapping[int, str]) -> dict[int, str]:  # fmt: skip
    """Column index → field, for what was confirmed before of a column that is here once; it is said in a notice."""
    found: dict[int, str] = {}
    headers = [header_key(column.header) for column in table.columns]
    for column, key in zip(table.columns, headers, strict=True):
        name = remembered.get(key)
        if name is None or not key or headers.count(key) > 1 or column.index in mapped or name not in MAPPABLE:
            continue
        words = words_of(column.header)
        if name in mapping.values() or name in found.values() or health_header(words) or ssn_header(words):
            continue
        found[column.index] = name
        table.notices.append(f"{column.quoted} is read as {name}, as confirmed before for this sender.")
    return found


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
        if known.name == "family_id" and table.layout != EXCHANGE:
            continue  # families are taken from the order of the rows
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
        if name not in MAPPABLE:
            wrong.append((f"there is no field {shown(name)}.", did_you_mean(key_of(name), MAPPABLE)))
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


_FIELD_OF = {
    layout: {_squeezed(key): name for key, name in _names(layout)} for layout in (PLAIN, BY_PERSON, BY_FAMILY, EXCHANGE)
}


def _field_of(key: str, layout: str) -> str | None:
    return _FIELD_OF[layout].get(key)


def _free_field(key: str, layout: str, mapped: set[str]) -> str | None:
    name = _field_of(key, layout)
    return None if name in mapped else name
