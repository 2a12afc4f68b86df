"""A census in the plain layout whose cells are all in order → its members, by whole columns instead of by cells.

The law: what is accepted here is accepted by `read_census`, with the very same answer; whatever is not plainly right
is None, and read the careful way, which alone says what is wrong. So nothing is decided here: the header is recognized
and each different word is read by the careful way's own functions, and what could be worth a look is only found here,
generously: the families concerned are looked at by `doubts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from smallgroup.census import doubts
from smallgroup.census.checks import Rows
from smallgroup.census.fields import BY_NAME, OWNING_WORKERS, SCHEMA, Field
from smallgroup.census.layouts import find_table
from smallgroup.census.matching import NAMED
from smallgroup.census.read import Census, by_place, read_column, report_findings
from smallgroup.census.sheet import SPACE, Sheet
from smallgroup.census.table import PLAIN, Table
from smallgroup.census.values import OLDEST_AGE, Fault
from smallgroup.dates import age_on

_IDS = ("family_id", "member_id")
_NAMES = ("first_name", "last_name")
_PARTNERS = ("spouse", "domestic_partner")
_SSN_LENGTH = 11  # of ###-##-####
_ID_SIGNS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-\n"
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_ISO, _US = "%Y-%m-%d", "%m/%d/%Y"
_US_SHAPES = {b"0/0/0000", b"00/0/0000", b"0/00/0000", b"00/00/0000"}
_EPOCH = date(1970, 1, 1)

Words = tuple[pl.Series, Sequence[Any]]
"""A column of few different values: each row's place among them, null where the cell is empty; and they."""


def recognized(sheet: Sheet, *, as_of: date) -> Table | None:
    """The table of a census by its first rows, header and 30 more or all, if every column has a field's own name.

    Such a column has its field whatever stands under it, as long as that can be read.
    """
    table = find_table([sheet], file="", mapping={}, remembered={}, as_of=as_of)
    if not isinstance(table, Table) or table.problems or table.notices or table.without_relationship:
        return None
    own = table.layout == PLAIN and table.header_at == 0 and table.first == 1
    whole = len(table.used) == len(table.columns) == len(table.matches) and set(table.used) <= set(BY_NAME)
    needed = all(name in table.used for name, field in BY_NAME.items() if field.required)
    return table if own and whole and needed and all(one.score == NAMED for one in table.matches) else None


def census_of(table: Table, cells: pl.DataFrame, *, as_of: date) -> Census | None:
    """The census whose header `recognized` took, with the cells of all rows below it, an empty one null."""
    order = sorted(table.used, key=lambda name: table.used[name].index)
    cells = cells.rename(dict(zip(cells.columns, order, strict=True)))
    known = _at_once(cells, as_of)
    if known is None:
        return None
    names: dict[str, Words] = {}
    different = cells.select(
        pl.col(name).cast(pl.Categorical(pl.Categories.random())) for name in order if name not in known
    )
    for name in different.columns:
        words = _words(BY_NAME[name], different[name], as_of)
        if words is None:
            return None
        known[name] = pl.Series(words[1], dtype=BY_NAME[name].dtype).gather(words[0])
        if name in _NAMES:
            names[name] = words
    if any(BY_NAME[name].required and column.null_count() for name, column in known.items()):
        return None
    members = pl.DataFrame(known).with_columns(
        pl.int_range(2, cells.height + 2, dtype=pl.Int64).alias("row"),
        (pl.col("relationship") == "employee").cum_sum().cast(pl.Int64).alias("family"),
        *(_folded(*words).alias(name.removesuffix("_name")) for name, words in names.items()),
    )
    garbled = [_garbled(*words) for words in names.values()]
    proofs = dict(enumerate([*_in_order(), *_ids_apart(members), *_uncontradicted(members)]))
    seen = members.select(
        *(proof.alias(str(at)) for at, proof in proofs.items()),
        look=pl.any_horizontal(one.fill_null(False) for one in _worth_a_look(members, garbled, as_of)),
    )
    if not all(seen[str(at)][0] for at in proofs):
        return None
    found = _looked_at(members, seen["look"])
    numbers = found["row"].to_list()
    table = replace(table, sheet=_sheet_of(table.sheet, cells, numbers))
    rows = Rows(numbers, {name: found[name].to_list() for name in known})
    report_findings(table, doubts.doubts(rows, as_of), range(1, len(numbers) + 1), {})
    return Census(
        members=_frame(members, known), layout=table.layout, sheet=table.sheet.name, notices=(),
        to_check=tuple(sorted(table.problems, key=by_place(table))), matches=tuple(table.matches),
    )  # fmt: skip


# --- cells ----------------------------------------------------------------------------------------


def _at_once(cells: pl.DataFrame, as_of: date) -> dict[str, pl.Series] | None:
    """The columns of ids that are read as they stand, and those of dates; None where a date is out of order.

    An id stands for itself if it has letters, digits and dashes only, too few for a Social Security number. The
    dates of a column are all of one form. Both are seen in all of its texts together.
    """
    dates = [name for name in cells.columns if BY_NAME[name].kind == "date"]
    ids = [name for name in _IDS if name in cells.columns]
    joined = cells.select(pl.col(*dates, *ids).str.join("\n"))
    forms = {name: _form(joined[name][0], cells.height - cells[name].null_count()) for name in dates}
    if None in forms.values():
        return None
    # To remember the days seen takes longer than to read them anew, but for the form with slashes.
    known = cells.select(
        pl.col(name).str.to_date(form, strict=False, cache=form != _ISO) for name, form in forms.items() if form
    ).to_dict()
    if not all(_are_days(known[name], cells[name].null_count()) for name in dates):
        return None
    least, most = known["date_of_birth"].min(), known["date_of_birth"].max()
    if not isinstance(least, date) or not isinstance(most, date) or most > as_of or age_on(least, as_of) > OLDEST_AGE:
        return None
    for name in ids:
        longest, odd = cells[name].str.len_bytes().max(), joined[name][0].encode().translate(None, _ID_SIGNS)
        if isinstance(longest, int) and longest < _SSN_LENGTH and not odd:
            known[name] = cells[name].rechunk()
    return known


def _form(joined: str, count: int) -> str | None:
    """How so many dates, a line each, are all written; None where not."""
    shapes = joined.encode().translate(_DIGITS)
    if not count or shapes + b"\n" == b"0000-00-00\n" * count:
        return _ISO
    return _US if set(shapes.split(b"\n")) <= _US_SHAPES else None


def _are_days(days: pl.Series, empty: int) -> bool:
    """Whether all cells but those that are empty are days; no calendar has a year 0."""
    least = days.to_physical().min()
    return days.null_count() == empty and (not isinstance(least, int) or least >= (date.min - _EPOCH).days)


def _words(field: Field, column: pl.Series, as_of: date) -> Words | None:
    """Each different text of a column of categories is read once, by the careful way."""
    codes = column.to_physical()
    firsts = codes.arg_unique().sort()
    firsts = firsts.filter(codes.gather(firsts).is_not_null())
    if codes.gather(firsts).to_list() != [*range(firsts.len())]:
        return None  # the categories are numbered in another order than they come
    texts = column.gather(firsts).cast(pl.String).to_list()
    if "\r" in "".join(texts):
        return None  # the careful way takes it for the end of a line
    if field.name == "relationship" and any(len(text.strip(SPACE)) == 1 for text in texts):
        return None  # what a single letter means hangs on the whole column
    values = read_column(texts, field, as_of) if texts else []
    return None if any(isinstance(value, Fault) for value in values) else (codes, values)


def _folded(codes: pl.Series, values: Sequence[Any]) -> pl.Series:
    """A number for each name, the same for names that differ in capitals only; null for none. Int64."""
    keys = [None if value is None else value.casefold() for value in values]
    number = {key: at for at, key in enumerate(dict.fromkeys(keys)) if key is not None}
    return pl.Series([None if key is None else number[key] for key in keys], dtype=pl.Int64).gather(codes)


def _garbled(codes: pl.Series, values: Sequence[Any]) -> pl.Series:
    """Where a name looks as if a program had garbled it."""
    found = [value is not None and doubts.GARBLED.search(value) is not None for value in values]
    return pl.Series(found, dtype=pl.Boolean).gather(codes)


# --- rows -----------------------------------------------------------------------------------------


def _in_order() -> list[pl.Expr]:
    """That each family stands together, its one employee first, with one partner at most."""
    begins = pl.col("family_id").ne_missing(pl.col("family_id").shift())
    employee = pl.col("relationship") == "employee"
    partners = pl.col("family").filter(pl.col("relationship").is_in(_PARTNERS))
    return [
        (begins == employee).all(),
        pl.col("family_id").filter(employee).n_unique() == employee.sum(),
        ~(partners == partners.shift()).any(),
    ]


def _ids_apart(members: pl.DataFrame) -> list[pl.Expr]:
    """That everybody has a member id of their own, or nobody has one."""
    member = pl.col("member_id")
    return [member.is_null().all() | (member.is_not_null().all() & (member.n_unique() == pl.len()))] * (
        "member_id" in members.columns
    )


def _uncontradicted(members: pl.DataFrame) -> list[pl.Expr]:
    """That `checks` would say nothing of the rows, besides their families and ids."""
    has, wrong = set(members.columns), list[pl.Expr]()
    if has & {"election", "waiver_reason"}:
        waives = pl.col("election").eq_missing("waive") if "election" in has else pl.lit(False)
        reason = pl.col("waiver_reason").is_not_null() if "waiver_reason" in has else pl.lit(False)
        wrong.append(waives != reason)
    if has >= {"worker_type", "ownership_percent"}:
        wrong.append(pl.col("worker_type").is_in(OWNING_WORKERS) & (pl.col("ownership_percent") == 0))
    if has >= {"hired_on", "terminated_on"}:
        wrong.append(pl.col("terminated_on") < pl.col("hired_on"))
    if "first" in has:
        child = pl.col("relationship").is_in(("child", "disabled_child")) & pl.col("first").is_not_null()
        who = (pl.col("family") * 2**20 + pl.col("first")) * 2**17 + pl.col("date_of_birth").to_physical()
        wrong.append(who.filter(child).is_duplicated())
    return [~one.any() for one in wrong]


def _worth_a_look(members: pl.DataFrame, garbled: Sequence[pl.Series], as_of: date) -> list[pl.Expr]:
    """Every row of which `doubts` could say something, and some more: a year is 365 days or 366, as is more."""
    has, birth = set(members.columns), pl.col("date_of_birth").to_physical()
    employee, child = pl.col("relationship") == "employee", pl.col("relationship") == "child"
    partner = pl.col("relationship").is_in(_PARTNERS)
    today = (as_of - _EPOCH).days
    parent = pl.when(employee).then(birth).forward_fill()
    look = [
        child & ((today - birth >= doubts.CHILD_UNTIL * 365) | (birth - parent < doubts.YOUNGEST_PARENT * 366)),
        employee & (today - birth < doubts.YOUNGEST_AT_WORK * 366),
        partner & (today - birth < doubts.YOUNGEST_SPOUSE * 366),
        *map(pl.lit, garbled),
    ]
    if has >= {"first", "last"}:  # numbers of names below 2 ** 20, and days of 120 years
        person = (pl.col("first") * 2**20 + pl.col("last")) * 2**16 + (today - birth)
        look.append(person.is_not_null() & person.is_duplicated())
    if "hired_on" in has:
        hired = pl.col("hired_on").to_physical()
        look += [hired - today > doubts.HIRED_AHEAD.days, hired - birth < doubts.YOUNGEST_AT_WORK * 366]
    if has >= {"terminated_on", "election"}:
        look.append((pl.col("terminated_on") <= as_of) & (pl.col("election") == "enroll"))
    if "hours_per_week" in has:
        look.append(pl.col("hours_per_week") > doubts.LONG_WEEK)
    if "weekly_pay" in has:
        look.append(pl.col("weekly_pay") > doubts.WEEK_OF_A_RICH_YEAR)
        if "hours_per_week" in has:
            look.append(pl.col("weekly_pay") * 100 < pl.col("hours_per_week") * doubts.LEAST_AN_HOUR)
    if "ownership_percent" in has:
        look.append((pl.col("ownership_percent") > 0) & (pl.col("ownership_percent").sum() > 100_00))
    if has >= {"county", "zip"}:
        look.append(pl.col("county").drop_nulls().n_unique().over(pl.col("zip").str.head(5)) > 1)
    return look


def _looked_at(members: pl.DataFrame, look: pl.Series) -> pl.DataFrame:
    """The rows that are worth a look, and the employees of their families."""
    families = members["family"].filter(look).unique()
    employees = (members["relationship"] == "employee").arg_true().gather(families - 1)
    return members[pl.concat([look.arg_true(), employees]).unique().sort()]


def _sheet_of(sample: Sheet, cells: pl.DataFrame, numbers: Sequence[int]) -> Sheet:
    """The header and these rows, under their own numbers."""
    held = cells[[number - 2 for number in numbers]]
    below = [column.fill_null("").to_list() for column in held]
    columns = [[head[0], *column] for head, column in zip(sample.columns, below, strict=True)]
    return replace(sample, numbers=[1, *numbers], columns=columns, last_row=cells.height + 1)


def _frame(members: pl.DataFrame, columns: dict[str, pl.Series]) -> pl.DataFrame:
    """The members as `Census` has them."""
    made: dict[str, pl.Expr] = {
        name: pl.col(name) if name in columns else pl.lit(None, dtype).alias(name) for name, dtype in SCHEMA.items()
    }
    number = pl.col("row").cast(pl.String)
    made["member_id"] = (pl.coalesce("member_id", number) if "member_id" in columns else number).alias("member_id")
    return members.select(*made.values(), "row")
