"""Where one broker stands on a day: earned, counted, the ladder of tiers, and what each group still puts at risk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from smallgroup import money
from smallgroup.rewards.earn import earn
from smallgroup.rewards.sales import Sales
from smallgroup.rewards.standing import AtRisk, NextTier, Rung, at_risk, ladder, nearest_tier, next_tier, units_of
from smallgroup.rewards.worlds import around, without_each
from smallgroup.rulebook.program import Program

_MOST_ROWS = 2_000_000


@dataclass(frozen=True, slots=True)
class OfProgram:
    """What a program counts of a broker, and what it pays by now, in cents; None where the document gives no amount.
    `due` is how many groups wait for one."""

    program: str
    title: str
    counted: Fraction
    groups: int
    cents: int | None
    due: int
    rungs: tuple[Rung, ...]
    next_tier: NextTier | None

    def as_json(self) -> dict[str, Any]:
        return {
            "program": self.program, "title": self.title, "counted": said(self.counted), "groups": self.groups,
            "earned": None if self.cents is None else money.dollars(self.cents), "due_and_unpriced": self.due,
            "tiers": [rung.as_json() for rung in self.rungs],
            "next_tier": self.next_tier.as_json() if self.next_tier else None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Progress:
    """`at_risk` has each group that counts and may still be rescinded, with the cents that the broker would lose."""

    broker_id: str
    as_of: date
    programs: tuple[OfProgram, ...]
    at_risk: tuple[tuple[AtRisk, int], ...]
    held: tuple[str, ...]
    next_tier: NextTier | None

    @property
    def cents(self) -> int:
        return sum(one.cents or 0 for one in self.programs)

    def as_json(self) -> dict[str, Any]:
        return {
            "broker_id": self.broker_id, "as_of": self.as_of.isoformat(), "total": money.dollars(self.cents),
            "status": "provisional" if self.at_risk else "final",
            "next_tier": self.next_tier.as_json() if self.next_tier else None,
            "programs": [one.as_json() for one in self.programs],
            "at_risk": [{**risk.as_json(), "amount": money.dollars(cents)} for risk, cents in self.at_risk],
            "held": list(self.held),
        }  # fmt: skip


def said(units: Fraction) -> int | str:
    """A count as people write it: 60, or "45/2"."""
    return int(units) if units.denominator == 1 else str(units)


def progress(
    sales: Sales, programs: Iterable[Program], broker: int, as_of: date, *, known_on: date | None = None
) -> Progress:
    """Where the broker of a row stands. With `known_on` a forecast: how it will be on `as_of` if nothing becomes known
    after that day. A forecast writes nothing, and is what `earn` finds later from the same facts.
    """
    programs = tuple(programs)
    id = sales.brokers["broker_id"][broker]
    near = around(sales if known_on is None else sales.known_on(known_on), broker)
    me = near.brokers["broker_id"].to_list().index(id)
    now = earn(near, programs, as_of)
    mine = now.lines.filter(pl.col("broker") == me)
    paid = dict(mine.group_by("program").agg(pl.col("cents").sum()).iter_rows())
    due = dict(now.due.filter(pl.col("broker") == me).group_by("program").len().iter_rows())
    told, standing = [], []
    for one in now.of:
        program = one.program
        units, groups = units_of(now, one, me)
        cents = paid.pop(program.id, None if program.tiers is None else 0)
        standing.append((program, units, groups))
        told.append(OfProgram(program.id, program.title, units, groups, cents, due.pop(program.id, 0),
                              tuple(ladder(program, units)), next_tier(program, units, groups)))  # fmt: skip
    risks = at_risk(now, me)
    ids = near.sales["group_id"]
    of_me = near.splits.filter(pl.col("broker") == me)["group"]
    held = now.referrals.filter(pl.col("group").is_in(of_me.implode()))["group"].unique().sort()
    return Progress(
        id, as_of, tuple(told), tuple(zip(risks, _lost(near, programs, me, as_of, risks, mine), strict=True)),
        tuple(ids.gather(held)), nearest_tier(standing),
    )  # fmt: skip


def _lost(
    near: Sales, programs: tuple[Program, ...], me: int, as_of: date, risks: list[AtRisk], mine: pl.DataFrame
) -> list[int]:
    """What the broker would lose if a group ended now: each group in a world of its own, many worlds in one run."""
    ids = {id: row for row, id in enumerate(near.sales["group_id"])}
    groups = [ids[risk.group_id] for risk in risks]
    total = int(mine["cents"].sum())
    at_once = max(1, _MOST_ROWS // max(near.members.height, 1))
    found: list[int] = []
    for start in range(0, len(groups), at_once):
        some = groups[start : start + at_once]
        lines = earn(without_each(near, some), programs, as_of).lines
        world = lines.with_columns(world=pl.col("broker") // near.brokers.height).filter(
            pl.col("broker") % near.brokers.height == me
        )
        left = dict(world.group_by("world").agg(pl.col("cents").sum()).iter_rows())
        found += [total - left.get(n + 1, 0) for n in range(len(some))]
    return found
