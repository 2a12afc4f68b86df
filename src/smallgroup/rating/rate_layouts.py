"""The two layouts of a rate file → typed rows: the plain one, and the Rate PUF that CMS publishes.

Everything is text until it is read here. Every problem of a file is said at once, by row and column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from smallgroup.dates import day
from smallgroup.errors import Problem, Refused, did_you_mean
from smallgroup.rating.area_rates import EVERYBODY, NON_USERS, OPEN_END, USERS, Kind, Plan
from smallgroup.rating.bands import band_of, read_band

PLAIN_REQUIRED = ("plan_id", "rating_area", "effective_from", "effective_to", "age_band", "monthly_rate")
PLAIN_OPTIONAL = ("name", "metal", "kind", "tobacco", "basis")
PUF_REQUIRED = (
    "StateCode", "PlanId", "RatingAreaId", "RateEffectiveDate", "RateExpirationDate", "Tobacco", "Age",
    "IndividualRate", "IndividualTobaccoRate",
)  # fmt: skip
ATTRIBUTES_REQUIRED = ("PlanMarketingName", "MetalLevel", "PlanType")

# A column that is wrong throughout is told by this many of its rows, and the number of the others.
ROWS_NAMED = 100

_AREA = re.compile(r"(?:rating\s+area\s+)?([1-9]\d{0,2})", re.IGNORECASE)
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_AMOUNT = r"^-?\d{1,9}(?:\.\d{1,2})?$"
_TOO_FINE = re.compile(r"-?\d+\.\d{3,}")
_KINDS: dict[str, Kind] = {"hmo": "hmo", "ppo": "ppo", "ooa_ppo": "ooa_ppo"}
_PLAIN_TOBACCO = {"": EVERYBODY, "any": EVERYBODY, "no": NON_USERS, "yes": USERS}
_BY_TOBACCO = "Tobacco User/Non-Tobacco User"
_ALWAYS_GIVEN = {*PLAIN_REQUIRED, *PUF_REQUIRED}
_TYPED = ("row", "area", "effective_from", "effective_to", "tobacco", "band", "cents")


@dataclass(frozen=True, slots=True)
class TypedRates:
    """Typed rows, and what the file says of its plans.

    `rows`: plan (index into `plans`), area, effective_from, effective_to (OPEN_END: no end), tobacco, band,
    cents (null: left empty), row (line of the file).
    """

    plans: tuple[Plan, ...]
    rows: pl.DataFrame
    bases: Mapping[str, str]
    state: str | None
    notes: tuple[str, ...] = ()


def is_puf(frame: pl.DataFrame) -> bool:
    """Whether the columns are those of the CMS Rate PUF."""
    return "individualrate" in {_key(column) for column in frame.columns}


# The plain layout


def read_plain(frame: pl.DataFrame, *, file: str, state: str | None) -> TypedRates:
    """The plain layout, typed. It names no state, so all its rows belong to `state`. Raises Refused."""
    sheet = _Sheet(file, _numbered(frame))
    sheet.claim(PLAIN_REQUIRED, PLAIN_OPTIONAL, others_allowed=False)
    rows = sheet.typed(
        plan_id=sheet.read("plan_id", _plan_id, pl.String),
        name=sheet.read("name", _text, pl.String),
        metal=sheet.read("metal", _text, pl.String),
        kind=sheet.read("kind", _kind, pl.String),
        basis=sheet.read("basis", _text, pl.String),
        area=sheet.read("rating_area", _area, pl.Int32),
        effective_from=sheet.read("effective_from", day, pl.Date),
        effective_to=sheet.read("effective_to", _end(day), pl.Date),
        tobacco=sheet.read("tobacco", _plain_tobacco, pl.Int8),
        band=sheet.read("age_band", read_band, pl.Int8),
        cents=sheet.amounts("monthly_rate"),
    )
    sheet.check_ends(rows, "effective_to")
    sheet.check_same(rows, "name", "metal", "kind", "basis")
    sheet.refuse_if_any()
    facts = rows.select("plan_id", "name", "metal", "kind", "basis").unique("plan_id").sort("plan_id")
    plans = tuple(Plan(*row) for row in facts.drop("basis").iter_rows())
    bases = dict(facts.select("plan_id", "basis").drop_nulls().iter_rows())
    return TypedRates(plans, _by_plan_index(rows, plans), bases, state)


# The Rate PUF, and the Plan Attributes PUF that names its plans


def read_puf(frame: pl.DataFrame, *, file: str, state: str | None, attributes: pl.DataFrame | None) -> TypedRates:
    """The CMS Rate PUF as it is published, typed; the rows of one state. Raises Refused."""
    sheet = _Sheet(file, _numbered(frame))
    sheet.claim(PUF_REQUIRED, (), others_allowed=True)
    sheet.refuse_if_any()
    notes: list[str] = []
    state = sheet.choose_state(state)
    sheet.leave_out(
        pl.col("Age").str.strip_chars().str.to_lowercase() == "family option", notes,
        "{n} rows of the Family Option were left out: they hold rates by family tier, not by age.",
    )  # fmt: skip
    named = _Attributes.read(attributes) if attributes is not None else None
    if named is not None:
        sheet.leave_out(
            pl.col("PlanId").str.strip_chars().is_in(sorted(named.elsewhere)), notes,
            "{n} rows of plans for individuals or of dental plans were left out.",
        )  # fmt: skip
    sheet.refuse_if_empty()
    typed = sheet.typed(
        plan_id=sheet.read("PlanId", _plan_id, pl.String),
        area=sheet.read("RatingAreaId", _area, pl.Int32),
        effective_from=sheet.read("RateEffectiveDate", _puf_day, pl.Date),
        effective_to=sheet.read("RateExpirationDate", _end(_puf_day), pl.Date),
        tobacco=sheet.read("Tobacco", _puf_tobacco, pl.Int8),
        band=sheet.read("Age", read_band, pl.Int8),
        cents=sheet.amounts("IndividualRate"),
        with_tobacco=sheet.amounts("IndividualTobaccoRate"),
    )
    sheet.check_ends(typed, "RateExpirationDate")
    sheet.refuse_if_any()
    rows = _split_by_tobacco(typed)
    ids = rows["plan_id"].unique().sort().to_list()
    plans = tuple(named.plan(plan_id) if named else Plan(plan_id) for plan_id in ids)
    if named is not None:
        notes += named.notes(plans)
    return TypedRates(plans, _by_plan_index(rows, plans), {}, state, tuple(notes))


def _split_by_tobacco(typed: pl.DataFrame) -> pl.DataFrame:
    """A PUF row with two rates → two rows.

    An empty tobacco rate below age 21 is no gap: only those who may legally use tobacco may be rated for it
    (45 CFR 147.102(a)(1)(iv)), so the rate beside it is everybody's.
    """
    two = pl.col("tobacco") == NON_USERS
    young = two & pl.col("with_tobacco").is_null() & (pl.col("band") < band_of(21))
    typed = typed.with_columns(tobacco=pl.when(young).then(EVERYBODY).otherwise("tobacco").cast(pl.Int8))
    users = typed.filter(two).with_columns(tobacco=pl.lit(USERS, pl.Int8), cents="with_tobacco")
    return pl.concat([typed, users]).drop("with_tobacco")


@dataclass(frozen=True, slots=True)
class _Attributes:
    """What the Plan Attributes PUF says, by 14-character plan id.

    `elsewhere`: plans of the individual market and dental-only plans, which no small group is quoted.
    """

    plans: Mapping[str, Plan]
    other_kind: Mapping[str, str]
    elsewhere: frozenset[str]

    @classmethod
    def read(cls, frame: pl.DataFrame) -> _Attributes:
        sheet = _Sheet("Plan attributes", _numbered(frame))
        by_component = "standardcomponentid" in {_key(column) for column in frame.columns}
        id_column = "StandardComponentId" if by_component else "PlanId"
        required = (id_column, *ATTRIBUTES_REQUIRED)
        sheet.claim(required, ("MarketCoverage", "DentalOnlyPlan"), others_allowed=True)
        sheet.refuse_if_any()
        columns = ("PlanMarketingName", "MetalLevel", "PlanType", "MarketCoverage", "DentalOnlyPlan")
        rows = sheet.frame.select(
            pl.col(id_column).str.strip_chars().str.replace(r"-\d\d$", ""),
            *(pl.col(name).str.strip_chars().replace("", None) if name in sheet.frame.columns
              else pl.lit(None, pl.String).alias(name) for name in columns),
        ).unique(id_column, keep="first", maintain_order=True)  # fmt: skip
        plans: dict[str, Plan] = {}
        other_kind: dict[str, str] = {}
        elsewhere: set[str] = set()
        for plan_id, name, metal, kind, market, dental in rows.iter_rows():
            plans[plan_id] = Plan(plan_id, name, metal, _KINDS.get((kind or "").lower()))
            if kind and plans[plan_id].kind is None:
                other_kind[plan_id] = kind
            if (market or "").lower() == "individual" or (dental or "").lower() == "yes":
                elsewhere.add(plan_id)
        return cls(plans, other_kind, frozenset(elsewhere))

    def plan(self, plan_id: str) -> Plan:
        return self.plans.get(plan_id, Plan(plan_id))

    def notes(self, plans: tuple[Plan, ...]) -> list[str]:
        kinds = sorted({self.other_kind[plan.plan_id] for plan in plans if plan.plan_id in self.other_kind})
        notes = []
        if kinds:
            notes.append(
                f"Plans of type {', '.join(kinds)} keep an unknown kind: they are neither HMO nor PPO, and "
                "whether one may be the lowest-priced plan is for the carrier to say."
            )
        unnamed = sum(plan.plan_id not in self.plans for plan in plans)
        if unnamed:
            notes.append(f"{unnamed} plans are not in the plan attributes: name, metal and kind are unknown.")
        return notes


# One text → one value. Each raises ValueError with a sentence.


def _text(text: str) -> str | None:
    return text or None


def _plan_id(text: str) -> str:
    if not text:
        raise ValueError("There is no plan id. Write the carrier's plan id in each row.")
    return text


def _kind(text: str) -> Kind | None:
    if text and text.lower() not in _KINDS:
        raise ValueError(f"{text!r} is not a kind of plan. Write it as hmo, ppo or ooa_ppo, or not at all.")
    return _KINDS.get(text.lower())


def _area(text: str) -> int:
    match = _AREA.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a rating area. Write it as 3 or Rating Area 3.")
    return int(match.group(1))


def _plain_tobacco(text: str) -> int:
    if text.lower() not in _PLAIN_TOBACCO:
        raise ValueError(f"{text!r} does not say whose rate this is. Write it as no, yes, or any (for everybody).")
    return _PLAIN_TOBACCO[text.lower()]


def _puf_tobacco(text: str) -> int:
    if text.lower() == _BY_TOBACCO.lower():
        return NON_USERS
    if text.lower() != "no preference":
        raise ValueError(f"{text!r} is not a tobacco rule. Write it as No Preference or {_BY_TOBACCO}.")
    return EVERYBODY


def _puf_day(text: str) -> date:
    match = _US_DATE.fullmatch(text)
    if match is None:
        return day(text)
    month, number, year = match.groups()
    return day(f"{year}-{month:0>2}-{number:0>2}")


def _end(reader: Callable[[str], date]) -> Callable[[str], date]:
    return lambda text: reader(text) if text else OPEN_END


# Reading a whole column at once


@dataclass(slots=True)
class _Sheet:
    """A frame of texts, read column by column; `row` holds the line that the spreadsheet shows."""

    file: str
    frame: pl.DataFrame
    problems: list[Problem] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    def say(self, why: str, *, row: int | None = None, column: str | None = None, seen: str | None = None) -> None:
        """Note a problem; `column` is the name used here, and the header of the file is what is told."""
        header = self.headers.get(column, column) if column else None
        places = (self.file, f"row {row}" if row else None, header)
        why, fix = _why_and_fix(why)
        where = ", ".join(filter(None, places))
        self.problems.append(Problem(where, why, fix, seen=seen, row=row, column=header, field=column))

    def refuse_if_any(self) -> None:
        if self.problems:
            raise Refused(self.problems)

    def refuse_if_empty(self) -> None:
        if self.frame.is_empty():
            self.say("There is not one row of rates. Write the filed rates below the header.")
            self.refuse_if_any()

    def claim(self, required: tuple[str, ...], optional: tuple[str, ...], *, others_allowed: bool) -> None:
        """Give the columns the names used here, whatever their case; say which are missing or unknown."""
        known = {_key(name): name for name in (*required, *optional)}
        for header in self.frame.columns[1:]:
            name = known.get(_key(header))
            if name in self.headers:
                self.say(f"The column {name} is there twice. Keep one of them.", column=header)
            elif name is not None:
                self.headers[name] = header
            elif not others_allowed:
                advice = did_you_mean(header, [*required, *optional])
                self.say(f"The column {header!r} is not known. {advice}", column=header, seen=header)
        for name in required:
            if name not in self.headers:
                self.say(f"The column {name} is missing. Write it into the header, and its values below.")
        columns = {name: pl.col(header) for name, header in self.headers.items()}
        self.frame = self.frame.select("row", **columns)
        if not self.problems:
            self.refuse_if_empty()

    def _texts(self, column: str) -> pl.Series:
        if column not in self.frame.columns:
            return pl.Series(column, [""]).new_from_index(0, self.frame.height)
        return self.frame[column].str.strip_chars().fill_null("")

    def _say_rows(self, column: str, texts: pl.Series, bad: pl.Series, why: Callable[[str], str]) -> None:
        """Say of each bad row of a column what is wrong; of very many, the first ones and the number."""
        found = pl.DataFrame([self.frame["row"], texts.alias("seen")]).filter(bad)
        for row, seen in found.head(ROWS_NAMED).iter_rows():
            self.say(why(seen), row=row, column=column, seen=seen)
        if found.height > ROWS_NAMED:
            more = f"{found.height - ROWS_NAMED:,} more rows are wrong in this column."
            self.say(more, column=column)

    def read(self, column: str, reader: Callable[[str], object], kind: type[pl.DataType]) -> pl.Series:
        """A column through a reader of one text, each different text once. Bad cells become problems."""
        texts = self._texts(column)
        if column not in self.headers and column in _ALWAYS_GIVEN:
            return pl.Series([None], dtype=kind).new_from_index(0, self.frame.height)
        good: dict[str, object] = {}
        bad: dict[str, str] = {}
        for text in texts.unique().to_list():
            try:
                good[text] = reader(text)
            except ValueError as error:
                bad[text] = str(error)
        if bad:
            self._say_rows(column, texts, texts.is_in(list(bad)), bad.__getitem__)
        seen = pl.Series(list(good), dtype=pl.String)
        values = pl.Series(list(good.values()), dtype=kind)
        return texts.replace_strict(seen, values, default=None, return_dtype=kind)

    def amounts(self, column: str) -> pl.Series:
        """A column of dollars → cents; null where it is empty. From digits: no amount is ever a float."""
        texts = self._texts(column)
        good = texts.str.contains(_AMOUNT)
        if not good.all():
            self._say_rows(column, texts, ~good & (texts != ""), _not_an_amount)
        parts = texts.set(~good, "").str.split_exact(".", 1).struct
        whole = parts.field("field_0").str.strip_chars_start("-").cast(pl.Int64, strict=False)
        hundredths = parts.field("field_1").fill_null("").str.pad_end(2, "0").cast(pl.Int64, strict=False)
        return (whole * 100 + hundredths) * (1 - 2 * texts.str.starts_with("-").cast(pl.Int64))

    def typed(self, **columns: pl.Series) -> pl.DataFrame:
        return pl.DataFrame({"row": self.frame["row"].cast(pl.Int32), **columns})

    def check_ends(self, rows: pl.DataFrame, column: str) -> None:
        early = (rows["effective_to"] < rows["effective_from"]).fill_null(False)
        if early.any():
            self._say_rows(
                column, self._texts(column), early,
                lambda seen: f"{seen} comes before the day on which the rate begins. Write its last day.",
            )  # fmt: skip

    def check_same(self, rows: pl.DataFrame, *columns: str) -> None:
        """What is said of a plan must be the same in all its rows."""
        for column in columns:
            known = rows.filter(pl.col("plan_id").is_not_null())
            if known.select("plan_id", column).n_unique() == known["plan_id"].n_unique():
                continue
            differing = (
                known.select("plan_id", "row", seen=column, first=pl.col(column).first().over("plan_id"))
                .filter(pl.col("seen").ne_missing(pl.col("first")))
                .unique("plan_id", keep="first", maintain_order=True)
            )
            for plan_id, row, seen, first in differing.iter_rows():
                self.say(
                    f"Plan {plan_id} has {seen or 'nothing'} here, {first or 'nothing'} in an earlier row. "
                    "Write the same in all rows of a plan.",
                    row=row, column=column, seen=seen,
                )  # fmt: skip

    def choose_state(self, state: str | None) -> str | None:
        """Keep the rows of one state. Raises Refused when the file has several and none was chosen."""
        codes = self.frame["StateCode"].str.strip_chars().str.to_uppercase()
        known = codes.drop_nulls().unique().sort().to_list()
        if state is None and len(known) != 1:
            self.say(f"The file holds rates of {len(known)} states: {', '.join(known)}. Choose one with --state.")
        elif state is not None and state.upper() not in known:
            self.say(f"The file has no rates of {state.upper()}. Choose one of {', '.join(known)}.")
        self.refuse_if_any()
        chosen: str = state.upper() if state else known[0]
        self.frame = self.frame.filter(codes.eq_missing(chosen))
        return chosen

    def leave_out(self, which: pl.Expr, notes: list[str], note: str) -> None:
        kept = self.frame.filter(~which.fill_null(False))
        if kept.height < self.frame.height:
            notes.append(note.format(n=f"{self.frame.height - kept.height:,}"))
        self.frame = kept


def _by_plan_index(rows: pl.DataFrame, plans: tuple[Plan, ...]) -> pl.DataFrame:
    ids = pl.Series([plan.plan_id for plan in plans], dtype=pl.String)
    index = rows["plan_id"].replace_strict(ids, pl.Series(range(len(plans)), dtype=pl.Int32))
    return rows.select(*_TYPED, plan=index)


def _not_an_amount(text: str) -> str:
    if _TOO_FINE.fullmatch(text):
        return f"{text} has more than two decimals. Write it to the cent, as in 250.00."
    return f"{text!r} is not an amount in dollars and cents. Write it as 250.00."


def _numbered(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows that say anything at all, with the line of each: the header is line 1."""
    return frame.with_row_index("row", offset=2).filter(~pl.all_horizontal(pl.exclude("row").is_null()))


def _key(header: str) -> str:
    return re.sub(r"[^a-z0-9]", "", header.lower())


def _why_and_fix(sentences: str) -> tuple[str, str]:
    """The sentence on what is wrong, and the one on what to do, which begins with a verb."""
    match = re.search(r"(?<=[.?!]) (?=(?:Write|Use|Give|Keep|Choose|Did|Known|No known)\b)", sentences)
    return (sentences[: match.start()], sentences[match.end() :]) if match else (sentences, "")
