"""Filed rates: parsed, checked and looked up. A rate is never derived from a base and a factor.

`parse_rates` makes a table of the plain layout or of the CMS Rate PUF; no file is opened here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from smallgroup.dates import spoken
from smallgroup.errors import Problem
from smallgroup.rating.area_rates import (
    ASK,
    EMPTY,
    MISSING,
    OPEN_END,
    TOBACCO_NO,
    TOBACCO_UNKNOWN,
    TOBACCO_YES,
    AreaRates,
    Cents,
    Kind,
    LowestPriced,
    Plan,
    RateCells,
    RefusedPlan,
    rate_column,
    span,
)  # fmt: skip
from smallgroup.rating.rate_layouts import is_puf, read_plain, read_puf

__all__ = [
    "MISSING", "OPEN_END", "TOBACCO_NO", "TOBACCO_UNKNOWN", "TOBACCO_YES", "AreaRates", "Kind",
    "LowestPriced", "Plan", "RateTable", "RefusedPlan", "parse_rates", "rate_column",
]  # fmt: skip

ROWS: Final = pl.Schema({
    "plan": pl.Int32, "area": pl.Int32, "effective_from": pl.Date, "effective_to": pl.Date,
    "tobacco": pl.Int8, "band": pl.Int8, "cents": pl.Int64, "row": pl.Int32,
})  # fmt: skip

_EPOCH = date(1970, 1, 1)


class RateTable:
    """All filed rows of one state (or of a file that names none).

    `plans` is sorted by id. `rows` has the columns of ROWS and is sorted: `plan` is an index into `plans`,
    `effective_to` is inclusive (OPEN_END: no end), `tobacco` is EVERYBODY, NON_USERS or USERS, `band` an
    index into BANDS, `cents` null where the file left the rate empty, `row` the file's line where known.
    `notes` are sentences on what was left out while reading.
    """

    def __init__(
        self,
        plans: Sequence[Plan],
        rows: pl.DataFrame,
        *,
        bases: Mapping[str, str] | None = None,
        state: str | None = None,
        notes: Sequence[str] = (),
    ):
        order = sorted(range(len(plans)), key=lambda index: plans[index].plan_id)
        rank = np.empty(len(plans), np.int32)
        rank[order] = np.arange(len(plans))
        self.plans: tuple[Plan, ...] = tuple(plans[index] for index in order)
        self.bases: Mapping[str, str] = dict(sorted((bases or {}).items()))
        self.state = state
        self.notes = tuple(notes)
        renumbered = pl.Series("plan", rank[rows["plan"].to_numpy()], pl.Int32)
        self.rows = rows.with_columns(renumbered).match_to_schema(ROWS).sort(
            "area", "plan", "effective_from", "effective_to", "tobacco", "band", "cents", "row"
        )  # fmt: skip

    @property
    def basis(self) -> str | None:
        """What the rates rest on ("illustrative, not filed"): to be shown wherever rates are shown."""
        return "; ".join(dict.fromkeys(sorted(self.bases.values()))) or None

    def basis_of(self, plan_id: str) -> str | None:
        return self.bases.get(plan_id)

    @cached_property
    def index_of(self) -> Mapping[str, int]:
        return {plan.plan_id: index for index, plan in enumerate(self.plans)}

    @cached_property
    def sha256(self) -> str:
        """Of the content alone: the order of the rows, the notes and the file's name change nothing."""
        plans = [[p.plan_id, p.name, p.metal, p.kind, self.basis_of(p.plan_id)] for p in self.plans]
        digest = hashlib.sha256(json.dumps(["rates 1", self.state, plans]).encode())
        for column in self._columns.values():
            digest.update(column.astype("<i8").tobytes())
        return digest.hexdigest()

    @cached_property
    def _columns(self) -> dict[str, Cents]:
        """The rows as int64 arrays in their sorted order; days since 1970, an empty rate as EMPTY."""
        return {name: _int64(self.rows[name]) for name in ROWS if name != "row"}

    @cached_property
    def _slices(self) -> Mapping[int, slice]:
        areas, starts = np.unique(self._columns["area"], return_index=True)
        ends = [*starts[1:].tolist(), self.rows.height]
        return {int(a): slice(int(s), int(e)) for a, s, e in zip(areas, starts, ends, strict=True)}

    @property
    def areas(self) -> tuple[int, ...]:
        return tuple(self._slices)

    def areas_of(self, plan_id: str) -> tuple[int, ...]:
        """The rating areas in which a plan has any row."""
        mine = self._columns["plan"] == self.index_of[plan_id]
        return tuple(np.unique(self._columns["area"][mine]).tolist())

    def spans_of(self, plan_id: str, area: int) -> tuple[tuple[date, date], ...]:
        """The days on which a plan has rows in an area, as (first, last) pairs; neighbours are joined."""
        here = {name: column[self._slices[area]] for name, column in self._columns.items()}
        mine = here["plan"] == self.index_of[plan_id]
        spans: list[list[int]] = []
        pairs = zip(here["effective_from"][mine].tolist(), here["effective_to"][mine].tolist(), strict=True)
        for first, last in sorted(set(pairs)):
            if spans and first <= spans[-1][1] + 1:
                spans[-1][1] = max(spans[-1][1], last)
            else:
                spans.append([first, last])
        return tuple((_date(first), _date(last)) for first, last in spans)

    def in_area(self, area: int, on: date) -> AreaRates:
        """What may be charged in a rating area on a day. No plan at all when nothing is filed there."""
        here = {name: column[self._slices.get(area, slice(0))] for name, column in self._columns.items()}
        today = (on - _EPOCH).days
        live = (here["effective_from"] <= today) & (today <= here["effective_to"])
        found, group = np.unique(here["plan"][live], return_inverse=True)
        cells = RateCells(len(found), group, here["tobacco"][live], here["band"][live], here["cents"][live])
        broken = cells.faulty.any(axis=(1, 2))
        where = f"in rating area {area}"
        refused = [
            RefusedPlan(plan_id, f"{' '.join(cells.sentences(i, plan_id, where, f'on {spoken(on)}'))} {ASK}")
            for i in np.flatnonzero(broken).tolist()
            for plan_id in [self.plans[found[i]].plan_id]
        ]
        kept = cells.rate[~broken]
        no, yes = kept[:, 0], kept[:, 1]
        monthly = np.concatenate([no, yes, np.where(no == yes, no, MISSING)], axis=1)
        monthly.flags.writeable = False
        plans = tuple(self.plans[index] for index in found[~broken].tolist())
        return AreaRates(area, on, plans, monthly, tuple(refused), self)

    def gaps(self, *, file: str = "Rates") -> list[Problem]:
        """Every missing, zero, negative or doubled rate, over all plans × areas × effective intervals."""
        keys = ["area", "plan", "effective_from", "effective_to"]
        stretches = _stretches(self.rows.select(keys).unique())
        found = self.rows.join(stretches, on=keys)
        groups = stretches.select("area", "plan", "start", "end", "group").unique().sort("group")
        columns = (_int64(found[name]) for name in ("group", "tobacco", "band", "cents"))
        cells = RateCells(groups.height, *columns)
        problems = []
        for index in np.flatnonzero(cells.faulty.any(axis=(1, 2))).tolist():
            area, plan, start, end, _ = groups.row(index)
            plan_id = self.plans[plan].plan_id
            for why in cells.sentences(index, plan_id, f"in rating area {area}", span(start, end)):
                problems.append(Problem(where=f"{file}, plan {plan_id}", why=why, fix=ASK))
        return problems


def _stretches(intervals: pl.DataFrame) -> pl.DataFrame:
    """The days of each plan and area, cut wherever a rate begins or ends: within a piece nothing changes.

    → the intervals, once for each piece they cover, with its `start`, `end` (inclusive) and number `group`.
    """
    keys = ["area", "plan"]
    after = pl.col("effective_to").replace(OPEN_END, None).dt.offset_by("1d")
    begins = intervals.select(*keys, start="effective_from")
    after_end = intervals.select(*keys, start=after.fill_null(OPEN_END))
    cuts = pl.concat([begins, after_end]).unique().sort(*keys, "start")
    following = pl.col("start").shift(-1).over(keys)
    pieces = cuts.select(
        *keys, "start",
        end=pl.when(following == OPEN_END).then(following).otherwise(following.dt.offset_by("-1d")),
    ).drop_nulls("end")  # fmt: skip
    covered = intervals.join(pieces, on=keys).filter(pl.col("start").is_between("effective_from", "effective_to"))
    number = covered.select(*keys, "start").unique().sort(*keys, "start").with_row_index("group")
    return covered.join(number, on=[*keys, "start"]).with_columns(pl.col("group").cast(pl.Int64))


def _int64(column: pl.Series) -> Cents:
    """A column as int64; a date as days since 1970, a null as EMPTY."""
    if column.dtype == pl.Date:
        column = column.cast(pl.Int32)
    return column.cast(pl.Int64).fill_null(EMPTY).to_numpy()


def _date(days: int) -> date:
    return _EPOCH + timedelta(days=days)


def parse_rates(
    frame: pl.DataFrame, *, file: str, state: str | None = None, attributes: pl.DataFrame | None = None
) -> RateTable:
    """A frame of texts, in the plain layout or that of the CMS Rate PUF → the table.

    `file` is the name used in messages. `state` selects rows of a PUF that holds several states. `attributes`
    is the CMS Plan Attributes PUF, which supplies name, metal and kind. Raises Refused with every problem at
    once; a missing, zero, negative or doubled rate is none of them (see `RateTable.gaps`).
    """
    if is_puf(frame):
        read = read_puf(frame, file=file, state=state, attributes=attributes)
    else:
        read = read_plain(frame, file=file, state=state)
    return RateTable(read.plans, read.rows, bases=read.bases, state=read.state, notes=read.notes)
