"""The five tables of a folder of sales, as texts → Sales, or every problem at once, by file, row and column."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from typing import Any

import polars as pl

from smallgroup import dates, money
from smallgroup.errors import Problem, Refused, did_you_mean
from smallgroup.rewards.sales import (
    ADJUSTED,
    BROKERS,
    CONDITIONS,
    COUNTS,
    DOES_NOT_COUNT,
    HELD_CONDITIONS,
    MEMBERS,
    SALES,
    Sales,
)

MOST_TOLD = 100
"""How many cells of one column are told; of the rest only their number."""
_OPEN_END = date(9999, 12, 31)
_FINEST = 1_000_000_000
_MOST_CENTS = 1_000_000_000_00

_NEEDED = {
    "sales": ("group_id", "state", "effective_date", "channel"),
    "members": ("group_id", "member_id", "effective_date"),
    "splits": ("group_id", "broker_id", "share", "from_date"),
    "brokers": ("broker_id", "license_state", "licensed_from", "appointment_state", "appointed_from",
                "agreement_from", "good_standing_from"),
    "adjustments": ("kind", "decided_by", "decided_on", "why"),
}  # fmt: skip
_MAY_BE_EMPTY = {"license_state", "licensed_from", "appointment_state", "appointed_from", "agreement_from",
                 "good_standing_from"}  # fmt: skip
_IN_MEMBERS = {name: kind for name, kind in MEMBERS.items() if name not in ("group", "is_copy")}
COLUMNS: dict[str, dict[str, Any]] = {
    "sales": SALES,
    "members": {"group_id": pl.String, **_IN_MEMBERS},
    "splits": {"group_id": pl.String, "broker_id": pl.String, "share": pl.Object, "from_date": pl.Date,
               "to_date": pl.Date},
    "brokers": {**BROKERS, "license_state": pl.String, "licensed_from": pl.Date, "licensed_to": pl.Date,
                "appointment_state": pl.String, "appointed_from": pl.Date, "appointed_to": pl.Date,
                "agreement_from": pl.Date, "agreement_to": pl.Date, "good_standing_from": pl.Date,
                "good_standing_to": pl.Date},
    "adjustments": ADJUSTED,
}  # fmt: skip


def read_sales(tables: Mapping[str, pl.DataFrame]) -> Sales:
    """`tables` holds sales, members, splits and brokers, and may hold adjustments; every cell is text, or null.

    A column that may be unknown may be left out whole. Raises Refused with every problem of every table.
    """
    problems: list[Problem] = []
    read = {name: _Table(name, tables.get(name), problems) for name in COLUMNS}
    if problems:
        raise Refused(problems)
    typed = {name: table.typed() for name, table in read.items()}
    sales, brokers = _sales(read["sales"], typed["sales"]), _brokers(read["brokers"], typed["brokers"])
    _places(read["members"], typed["members"], sales, "group_id", "sales.csv")
    members = _members(read["members"], typed["members"], sales)
    splits, whole = _splits(read["splits"], typed["splits"], sales, brokers)
    conditions = _conditions(read["brokers"], typed["brokers"], brokers)
    adjustments = _adjustments(read["adjustments"], typed["adjustments"], sales, brokers)
    if problems:
        raise Refused(problems)
    _refuse_too_fine(whole)
    return Sales(sales.drop("row"), members, splits, whole, brokers, conditions, adjustments)


@dataclass
class _Table:
    """One table of texts, and the problems that are found in it."""

    name: str
    texts: pl.DataFrame | None
    problems: list[Problem]
    shares: list[Fraction] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.texts is None:
            if self.name != "adjustments":
                self.problems.append(Problem(self.file, "there is no such file.", f"Add {self.file} to the folder."))
            return
        known = COLUMNS[self.name]
        for column in self.texts.columns:
            twice, mark, _ = column.rpartition("_duplicated_")
            if mark and twice in known:
                self.problems.append(Problem(f"{self.file}, row 1", f"the column {twice} stands twice.", "Keep one.",
                                             seen=twice, row=1, column=twice))  # fmt: skip
            elif column not in known:
                self.problems.append(Problem(f"{self.file}, row 1", f"the column {column!r} is not known.",
                                             did_you_mean(column, list(known)), seen=column, row=1))  # fmt: skip
        for column in _NEEDED[self.name]:
            if column not in self.texts.columns:
                self.problems.append(Problem(f"{self.file}, row 1", f"the column {column} is missing.",
                                             "It is needed: add it.", row=1, column=column))  # fmt: skip

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    def typed(self) -> pl.DataFrame:
        """The table with every column typed; `row` is the row as a spreadsheet counts it. Shares stay texts."""
        known = COLUMNS[self.name]
        if self.texts is None:
            empty = {name: pl.Series(name, [], dtype=_as_read(kind)) for name, kind in known.items()}
            return pl.DataFrame({**empty, "row": pl.Series("row", [], dtype=pl.Int64)})
        texts = self.texts
        found: dict[str, pl.Series] = {}
        for name, kind in known.items():
            if name not in texts.columns:
                found[name] = pl.Series(name, [None], dtype=_as_read(kind)).new_from_index(0, texts.height)
                continue
            text = texts[name].str.strip_chars()
            text = text.set(text == "", None) if (text == "").any() else text
            found[name] = self._column(name, kind, text)
            if name in _NEEDED[self.name] and name not in _MAY_BE_EMPTY:
                self.tell(text.is_null(), name, lambda _: "the cell is empty.", "It is needed: fill it in.")
        rows = pl.Series("row", range(2, texts.height + 2), dtype=pl.Int64)
        return pl.DataFrame([*found.values(), rows])

    def _column(self, name: str, kind: Any, text: pl.Series) -> pl.Series:
        if kind is pl.String:
            return text
        each = text.unique().drop_nulls().sort()
        values: dict[str, Any] = {}
        wrong: dict[str, tuple[str, str]] = {}
        read = _reader(name, kind)
        for one in each:
            try:
                values[one] = read(one)
            except ValueError as error:
                why, _, fix = str(error).partition("\n")
                wrong[one] = (why, fix)
        if wrong:
            seen = text.is_in(list(wrong))
            self.tell(seen, name, lambda place: wrong[text[place]][0], lambda place: wrong[text[place]][1], text)
        dtype = _as_read(kind)
        if not values:
            return pl.Series(name, [None], dtype=dtype).new_from_index(0, len(text))
        return text.replace_strict(list(values), list(values.values()), default=None, return_dtype=dtype).alias(name)

    def empty(self, typed: pl.DataFrame, column: str) -> pl.Series:
        """Whether nothing is written in a cell. What is written and cannot be read is told already."""
        null = typed[column].is_null()
        if self.texts is None or column not in self.texts.columns or not null.any():
            return null
        return (self.texts[column].str.strip_chars() == "").fill_null(True)

    def tell(
        self,
        bad: pl.Series,
        column: str,
        why: Callable[[int], str],
        fix: str | Callable[[int], str],
        seen: pl.Series | None = None,
    ) -> None:
        """A problem for each row that is marked, up to MOST_TOLD of them."""
        places = bad.fill_null(False).arg_true()
        for place in places[:MOST_TOLD]:
            row = place + 2
            advice = fix if isinstance(fix, str) else fix(place)
            self.problems.append(Problem(
                f"{self.file}, row {row}, {column}", why(place), advice,
                seen=None if seen is None else str(seen[place]), row=row, column=column,
            ))  # fmt: skip
        if len(places) > MOST_TOLD:
            self.problems.append(Problem(f"{self.file}, {column}", f"so it is in {len(places) - MOST_TOLD:,} more "
                                         "rows.", "Correct the column."))  # fmt: skip


def _as_read(kind: Any) -> Any:
    return pl.String if kind is pl.Object else kind


def _reader(name: str, kind: Any) -> Callable[[str], Any]:
    if kind is pl.Date:
        return dates.day
    if kind is pl.Boolean:
        return _yes_no
    if kind is pl.Int64:
        return _amount
    if kind is pl.Object:
        return _share_as_read
    words = list(kind.categories)

    def word(text: str) -> str:
        if text in words:
            return text
        raise ValueError(f"{text!r} is not known here.\n{did_you_mean(text, words)}")

    return word


def _yes_no(text: str) -> bool:
    if text.lower() in ("yes", "true"):
        return True
    if text.lower() in ("no", "false"):
        return False
    raise ValueError(f"{text!r} is neither yes nor no.\nWrite yes or no.")


def _amount(text: str) -> int:
    """Cents. An amount that no reward comes near is refused, so that no sum of them can pass 64 bits."""
    cents = money.cents(text) if len(text) <= 20 else _MOST_CENTS + 1
    if abs(cents) > _MOST_CENTS:
        raise ValueError(f"it is more than {money.pretty(_MOST_CENTS)}.\nCheck the amount.")
    return cents


def _share_as_read(text: str) -> str:
    share(text)
    return text


def share(text: str) -> Fraction:
    """`0.5`, `1/3`, `33.34%` or `1`, exactly. Raises ValueError with a sentence."""
    try:
        found = Fraction(text.removesuffix("%").strip()) / (100 if text.endswith("%") else 1)
        plain = all(letter in "0123456789./% " for letter in text)
    except (ValueError, ZeroDivisionError):
        plain = False
    if not plain:
        raise ValueError(f"{text!r} is not a share.\nWrite it exactly, as 0.5, 1/3 or 33.34%.")
    if not 0 < found <= 1:
        raise ValueError(f"{text!r} is not a share of one whole.\nWrite a part of 1, as 0.5, 1/3 or 33.34%.")
    return found


def _twice(table: _Table, ids: pl.Series, what: str) -> None:
    if ids.n_unique() == len(ids):
        return
    first = {id: place + 2 for place, id in reversed(list(enumerate(ids)))}
    again = ids.is_duplicated() & ids.is_not_null() & ~ids.is_first_distinct()
    table.tell(again, ids.name, lambda place: f"{what} {ids[place]} stands in row {first[ids[place]]} already.",
               "Keep one row.", ids)  # fmt: skip


def _two_letters(table: _Table, state: pl.Series) -> None:
    table.tell(~state.str.contains(r"^[A-Z]{2}$"), state.name, lambda place: f"{state[place]!r} is not a state.",
               "Write its two letters, as CA.", state)  # fmt: skip


def _sales(table: _Table, typed: pl.DataFrame) -> pl.DataFrame:
    _twice(table, typed["group_id"], "the group")
    _two_letters(table, typed["state"])
    known = typed["termination_known_on"]
    table.tell(known.is_not_null() & table.empty(typed, "last_covered_day"), "last_covered_day",
               lambda place: f"the termination was known on {known[place]}, but not the last day of coverage.",
               "Write the last day of coverage, or take termination_known_on out.")  # fmt: skip
    return typed.sort("group_id")


def _places(table: _Table, typed: pl.DataFrame, whole: pl.DataFrame, column: str, file: str) -> pl.Series:
    """The row numbers in another table. Tells of an id that is not there."""
    index = whole.select(pl.col(column), pl.int_range(pl.len(), dtype=pl.UInt32).alias("place")).unique(
        column, keep="first", maintain_order=True
    )
    place = typed.select(column).join(index, on=column, how="left", maintain_order="left")["place"]
    ids = typed[column]
    known = whole[column].drop_nulls().to_list()[:10_000]
    what = "group" if column == "group_id" else "broker"
    table.tell(place.is_null() & ids.is_not_null(), column,
               lambda at: f"the {what} {ids[at]} is not in {file}.",
               lambda at: did_you_mean(ids[at], known) if known else f"Add it to {file}.", ids)  # fmt: skip
    return place


def _members(table: _Table, typed: pl.DataFrame, sales: pl.DataFrame) -> pl.DataFrame:
    before = len(table.problems)
    group = _places_quietly(typed, sales, "group_id")
    begins = sales["effective_date"].gather(group)
    own = typed["effective_date"]
    table.tell(own < begins, "effective_date",
               lambda at: f"coverage of member {typed['member_id'][at]} begins on {own[at]}, before that of the group "
               f"{typed['group_id'][at]}, {begins[at]}.",
               "Correct the day of the member, or that of the group.")  # fmt: skip
    found = typed.select(group.alias("group"), *_IN_MEMBERS)
    if len(table.problems) > before:
        return found
    return found.with_columns(_copies(found))


def _places_quietly(typed: pl.DataFrame, whole: pl.DataFrame, column: str) -> pl.Series:
    index = whole.select(pl.col(column), pl.int_range(pl.len(), dtype=pl.UInt32).alias("place")).unique(
        column, keep="first", maintain_order=True
    )
    return typed.select(column).join(index, on=column, how="left", maintain_order="left")["place"]


def _copies(members: pl.DataFrame) -> pl.Series:
    """Marks rows that say of a member what another row says. One stays: of those that were not voided (ended before
    they began), of those for medical coverage without continuation, the one of the earliest day."""
    pair = members.select(pl.struct("group", "member_id").hash().alias("pair"))["pair"]
    again = pair.is_duplicated()  # by hash, so that few rows are looked at closely
    copies = pl.Series("is_copy", [False]).new_from_index(0, members.height)
    if not again.any():
        return copies
    voided = pl.col("ended_on") < pl.col("effective_date")
    special = (pl.col("coverage") == "dental_only").fill_null(False) | (pl.col("continuation") != "none")
    few = members.with_row_index("at").filter(again).sort(
        "group", "member_id", voided.fill_null(False), special.fill_null(False), "effective_date",
        "coverage", "continuation", "ended_on", "role", nulls_last=False,
    )  # fmt: skip
    copied = few.filter(~pl.struct("group", "member_id").is_first_distinct())
    return copies.scatter(copied["at"], True)


def _brokers(table: _Table, typed: pl.DataFrame) -> pl.DataFrame:
    for column in ("name", "payee_id", "payee_kind", "tax_id_on_file"):
        several = typed.group_by("broker_id").agg(pl.col(column).n_unique().alias("n")).filter(pl.col("n") > 1)
        ids = typed["broker_id"]
        odd = ids.is_in(several["broker_id"].implode()) & ids.is_first_distinct()
        table.tell(odd, column, partial(_differ, ids, column), "Write the same in every row of the broker.")
    found = typed.select(*BROKERS).unique("broker_id", keep="first", maintain_order=True).sort("broker_id")
    # Who is paid by nobody else is counted and paid alone.
    return found.with_columns(pl.coalesce("payee_id", "broker_id").alias("payee_id"))


def _differ(ids: pl.Series, column: str, at: int) -> str:
    return f"the rows of broker {ids[at]} differ in {column}."


def _ends_early(starts: pl.Series, ends: pl.Series, at: int) -> str:
    return f"it ends on {ends[at]}, before it starts on {starts[at]}."


def _conditions(table: _Table, typed: pl.DataFrame, brokers: pl.DataFrame) -> pl.DataFrame:
    place = _places_quietly(typed, brokers, "broker_id")
    named = {"licensed": ("licensed", "license_state"), "appointed": ("appointed", "appointment_state"),
             "agreement": ("agreement", None), "good_standing": ("good_standing", None)}  # fmt: skip
    found = []
    for condition in CONDITIONS:
        stem, state = named[condition]
        starts, ends = typed[f"{stem}_from"], typed[f"{stem}_to"]
        table.tell(table.empty(typed, f"{stem}_from") & ends.is_not_null(), f"{stem}_from",
                   lambda _: "there is an end, and no start.", "Write the first day.")  # fmt: skip
        table.tell(ends < starts, f"{stem}_to", partial(_ends_early, starts, ends), "Correct one of the days.")
        if state:
            _two_letters(table, typed[state])
            table.tell(starts.is_not_null() & typed[state].is_null(), state, lambda _: "the state is not said.",
                       "Write its two letters, as CA.")  # fmt: skip
        found.append(typed.select(
            place.alias("broker"), pl.lit(condition, HELD_CONDITIONS["condition"]).alias("condition"),
            (pl.col(state) if state else pl.lit(None, pl.String)).alias("state"),
            from_date=f"{stem}_from", to_date=f"{stem}_to",
        ).filter(pl.col("from_date").is_not_null()))  # fmt: skip
    return pl.concat(found).unique().sort(pl.all())


def _splits(table: _Table, typed: pl.DataFrame, sales: pl.DataFrame, brokers: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Shares as parts of one whole, the least common denominator of all of them."""
    group = _places(table, typed, sales, "group_id", "sales.csv")
    broker = _places(table, typed, brokers, "broker_id", "brokers.csv")
    starts, ends = typed["from_date"], typed["to_date"]
    table.tell(ends < starts, "to_date", partial(_ends_early, starts, ends), "Correct one of the days.")
    texts = typed["share"].unique().drop_nulls()
    exact = {text: share(text) for text in texts}
    whole = math.lcm(*(one.denominator for one in exact.values())) if exact else 1
    parts = {text: int(one * min(whole, _FINEST)) for text, one in exact.items()}
    part = typed["share"].replace_strict(list(parts), list(parts.values()), default=None, return_dtype=pl.Int64) \
        if parts else pl.Series([None], dtype=pl.Int64).new_from_index(0, typed.height)  # fmt: skip
    found = pl.DataFrame({"group": group, "broker": broker, "part": part, "from_date": starts, "to_date": ends})
    # A row that cannot be read is told already, and would be missing from a sum.
    if whole <= _FINEST and not any(one.where.startswith(table.file) for one in table.problems):
        _refuse_shares(table, found, whole, sales, brokers)
    return found, whole


def _refuse_too_fine(whole: int) -> None:
    if whole > _FINEST:
        finest = f"{whole:,}" if whole < _FINEST**2 else f"more than {_FINEST**2:,}"
        why = f"the shares have {finest} as their least common denominator, too fine to be computed exactly."
        raise Refused(Problem("splits.csv, share", why, "Write them with fewer different denominators."))


def _refuse_shares(table: _Table, splits: pl.DataFrame, whole: int, sales: pl.DataFrame, brokers: pl.DataFrame) -> None:
    """On each day on which a group has a broker of record, the shares add to one, and nobody stands twice."""
    said = splits.with_columns(pl.col("to_date").fill_null(_OPEN_END))
    alone = (said["part"] == whole) & ~said["group"].is_duplicated()
    several = said.filter(~alone)
    turns = pl.concat([
        several.select("group", day="from_date"),
        several.filter(pl.col("to_date") < _OPEN_END).select("group", day=pl.col("to_date") + timedelta(days=1)),
    ]).unique()  # fmt: skip
    on_day = turns.join(several, on="group").filter(
        (pl.col("from_date") <= pl.col("day")) & (pl.col("day") <= pl.col("to_date"))
    )
    ids, names = sales["group_id"], brokers["broker_id"]
    twice = on_day.group_by("group", "day", "broker").len().filter(pl.col("len") > 1).sort("group", "day", "broker")
    for at, day, broker, _ in _first(twice):
        why = f"broker {names[broker]} has two rows for {day}."
        table.problems.append(Problem(f"splits.csv, group {ids[at]}", why, "Keep one of them."))
    sums = on_day.group_by("group", "day").agg(pl.col("part").sum()).filter(pl.col("part") != whole)
    # One problem a group: the first of its days.
    sums = sums.sort("group", "day").unique("group", keep="first", maintain_order=True)
    for at, day, part in _first(sums):
        why = f"the shares on {day} add to {Fraction(part, whole)}, not to 1."
        table.problems.append(Problem(f"splits.csv, group {ids[at]}", why, "Correct the shares, or their days."))
    without = sales.with_row_index("group").filter(~pl.col("group").is_in(said["group"].implode()))
    for group_id in without["group_id"][:MOST_TOLD]:
        table.problems.append(Problem(f"splits.csv, group {group_id}", "it has no broker of record on any day.",
                                      "Add a row with the broker, the share and the first day."))  # fmt: skip
    if without.height > MOST_TOLD:
        table.problems.append(Problem("splits.csv", f"so it is with {without.height - MOST_TOLD:,} more groups.", ""))


def _first(frame: pl.DataFrame) -> Iterable[tuple[Any, ...]]:
    return frame.head(MOST_TOLD).iter_rows()


def _adjustments(table: _Table, typed: pl.DataFrame, sales: pl.DataFrame, brokers: pl.DataFrame) -> pl.DataFrame:
    _places(table, typed, sales, "group_id", "sales.csv")
    _places(table, typed, brokers, "broker_id", "brokers.csv")
    kind, amount, reading = typed["kind"].cast(pl.String), typed["amount"], typed["reading"]
    priced = kind.is_in(["amount", "other_program_reward"])
    table.tell(priced & table.empty(typed, "amount"), "amount", lambda at: f"{kind[at]} needs its amount.",
               "Write it as 250.00.")  # fmt: skip
    table.tell(~priced & amount.is_not_null(), "amount", lambda at: f"{kind[at]} has no amount.", "Take it out.")
    table.tell((kind == "other_program_reward") & (amount < 0), "amount",
               lambda at: "what another program paid cannot be below nothing.", "Correct it.")  # fmt: skip
    settles = kind == "settle"
    wrong = settles & ~reading.is_in([COUNTS, DOES_NOT_COUNT]).fill_null(False)
    table.tell(wrong, "reading", lambda at: f"{reading[at]!r} settles nothing.",
               f"Write {COUNTS} or {DOES_NOT_COUNT}.", reading)  # fmt: skip
    table.tell((kind == "amount") & typed["program"].is_null(), "program", lambda _: "amount needs its program.",
               "Name the program that pays it.")  # fmt: skip
    whole = kind.is_in(["include", "settle"]) & typed["broker_id"].is_not_null()
    table.tell(whole, "broker_id", lambda at: f"{kind[at]} is of a whole group, and not of one of its brokers.",
               "Take the broker out.", typed["broker_id"])  # fmt: skip
    table.tell(~settles & reading.is_not_null(), "reading", lambda at: f"{kind[at]} has no reading.", "Take it out.",
               reading)  # fmt: skip
    by_group = kind.is_in(["include", "settle", "other_program_reward", "amount"])
    table.tell(by_group & typed["group_id"].is_null(), "group_id", lambda at: f"{kind[at]} is of a group.",
               "Name the group.")  # fmt: skip
    bare = (kind == "exclude") & typed["group_id"].is_null() & typed["broker_id"].is_null()
    table.tell(bare, "group_id", lambda at: "it is not said what is excluded.", "Name a group, a broker, or both.")
    return typed.select(*ADJUSTED).sort(pl.all())
