"""Each column of a census gets its field, and what is wrong, dropped or not used is said."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from smallgroup.census.derived import MAPPABLE
from smallgroup.census.fields import FIELDS
from smallgroup.census.header_words import SYNONYM, header_key, header_words, name_of
from smallgroup.census.layout_names import EXCHANGE_FIELDS, column_key, free_field, keys_of
from smallgroup.census.looks import fits
from smallgroup.census.matching import NAMED, Free, Match, Undecided, match
from smallgroup.census.privacy import any_ssn, health_header, mostly_ssn, redacted, shown, ssn_header, words_of
from smallgroup.census.sheet import Cell, blank, column_letter
from smallgroup.census.table import EXCHANGE, KNOWN_FIELDS, Column, Table
from smallgroup.census.values import SSN_ADVICE, key_of
from smallgroup.errors import Problem, did_you_mean, nearest


def assign(table: Table, mapping: Mapping[str, str], remembered: Mapping[str, str], as_of: date) -> None:
    """Give each column its field, and say what is wrong, dropped or not used."""
    keys = keys_of(table.sheet, table.header_at)
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
        elif (name := free_field(key, table.layout, overridden)) is not None and not _other_status(name, cells):
            claims.setdefault(name, []).append(column)
            _matched(
                table, column, name, NAMED, f"the header {column.header!r} is a name of {KNOWN_FIELDS[name].label}"
            )
        elif any_ssn(cells) and (name_of(column.header) is None or mostly_ssn(cells)):
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
        if len({column_key(column.header) for column in columns}) < len(columns):
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
    wanted = {name: key for key, name in EXCHANGE_FIELDS.items()} if table.layout == EXCHANGE else {}
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
        if known.name == "relationship" and table.layout != EXCHANGE:
            table.without_relationship = table.problems.pop()


def _mapped(table: Table, keys: Sequence[str], mapping: Mapping[str, str]) -> dict[int, str]:
    """Column index → field, for what the caller mapped; what cannot be is a problem."""
    mapped: dict[int, str] = {}
    headers = [column.header for column in table.columns if column.header]
    for header, name in mapping.items():
        places = [index for index, key in enumerate(keys) if key and key == column_key(header)]
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
