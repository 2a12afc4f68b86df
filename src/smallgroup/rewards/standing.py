"""Where a broker stands: what counts, the next tier, what it is worth, and until when each group is at risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import polars as pl

from smallgroup import money
from smallgroup.rewards.earn import Earned, OneProgram
from smallgroup.rewards.tiers import dollars_for
from smallgroup.rulebook.program import Program


@dataclass(frozen=True, slots=True)
class NextTier:
    """The next step that pays more: at how many units, how many are missing, and the cents that the step itself adds.
    `gain` is what reaching it adds, with what the units on the way pay."""

    program: str
    at: int
    short: int
    worth: int
    gain: int

    def as_json(self) -> dict[str, Any]:
        return {"at": self.at, "members_short": self.short, "worth": money.dollars(self.worth),
                "gain": money.dollars(self.gain), "program": self.program}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of a ladder: from how many units, what it adds, and whether it is reached."""

    at: int
    worth: int
    reached: bool

    def as_json(self) -> dict[str, Any]:
        return {"at": self.at, "worth": money.dollars(self.worth), "reached": self.reached}


def steps(program: Program) -> list[tuple[int, int]]:
    """The thresholds of a program that looks at a whole count, each with the cents that reaching it adds."""
    if program.tiers is None or program.tiers.mode in ("group_band", "band_by_groups"):
        return []
    least = program.gate.units if program.gate else 0
    found = []
    for step in program.tiers.steps:
        at = max(step.from_, least)
        if program.tiers.mode == "retroactive":
            if step.to is not None and step.to < least:
                continue  # below the gate: no count stands in it
            worth = dollars_for(program, Fraction(at)) - (dollars_for(program, Fraction(at - 1)) if at > least else 0)
        else:
            worth = step.once or 0
        if worth > 0:
            found.append((at, worth))
    return found


def ladder(program: Program, units: Fraction) -> list[Rung]:
    return [Rung(at, worth, units >= at) for at, worth in steps(program)]


def next_tier(program: Program, units: Fraction, groups: int = 0) -> NextTier | None:
    """The next threshold above a count, or None on the highest."""
    ahead = [(at, worth) for at, worth in steps(program) if units < at]
    if not ahead:
        return None
    at, worth = ahead[0]
    gain = dollars_for(program, Fraction(at)) - (dollars_for(program, units) if passes(program, units, groups) else 0)
    return NextTier(program.id, at, -((units - at).numerator // (units - at).denominator), worth, gain)


def nearest_tier(standing: Sequence[tuple[Program, Fraction, int]]) -> NextTier | None:
    """The nearest of several programs' next tiers; its gain is what as many more units add in all of them.

    `standing` has each program with its units and groups.
    """
    ahead = [tier for program, units, groups in standing if (tier := next_tier(program, units, groups))]
    if not ahead:
        return None
    nearest = min(ahead, key=lambda tier: tier.short)
    gain = sum(_worth(program, units + nearest.short, groups) - _worth(program, units, groups)
               for program, units, groups in standing)  # fmt: skip
    return replace(nearest, gain=gain)


def _worth(program: Program, units: Fraction, groups: int) -> int:
    if not steps(program) or not passes(program, units, groups):
        return 0
    return dollars_for(program, units)


def passes(program: Program, units: Fraction, groups: int) -> bool:
    """Whether a count passes the gate of a program."""
    gate = program.gate
    return gate is None or (units >= gate.units and groups >= gate.groups)


def counter_of(earned: Earned, one: OneProgram, broker: int) -> int | None:
    """The row of what is counted together with the sales of a broker; None where each group counts alone."""
    counted_for = one.program.settings.counted_for
    if counted_for == "group":
        return None
    if counted_for == "broker":
        return broker
    payees = earned.sales.brokers["payee_id"].rank("dense")
    return int(payees[broker]) - 1


def units_of(earned: Earned, one: OneProgram, broker: int) -> tuple[Fraction, int]:
    """The units and groups that the tiers of a broker look at, of the latest period."""
    counter = counter_of(earned, one, broker)
    rows = one.counters.filter(pl.col("counter") == counter) if counter is not None else one.counters.clear()
    if rows.is_empty():
        return Fraction(0), 0
    last = rows.sort("period").row(-1, named=True)
    return Fraction(last["units"] + last["used"], one.scale), last["groups"]


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A group that counts and may still be rescinded: through which day, and the days that are left."""

    group_id: str
    until: date
    days_left: int
    programs: tuple[str, ...]
    units: int

    def as_json(self) -> dict[str, Any]:
        return {"group_id": self.group_id, "until": self.until.isoformat(), "days_left": self.days_left,
                "programs": list(self.programs), "units": self.units}  # fmt: skip


def at_risk(earned: Earned, broker: int | None = None) -> list[AtRisk]:
    """Groups whose days of rescission are not over yet, by their last day; of one broker, or of all."""
    found: dict[int, tuple[date, list[str], int]] = {}
    for one in earned.of:
        days = one.program.rescission_days
        if days is None:
            continue
        mine = one.credits if broker is None else one.credits.filter(pl.col("broker") == broker)
        begins = earned.sales.sales["effective_date"].gather(mine["group"])
        for group, starts, units in zip(mine["group"], begins, mine["units"], strict=True):
            until = starts + timedelta(days=days)
            if until >= earned.as_of:
                seen = found.setdefault(group, (until, [], units // one.scale))
                if one.program.id not in seen[1]:
                    seen[1].append(one.program.id)
    ids = earned.sales.sales["group_id"]
    told = [AtRisk(ids[group], until, (until - earned.as_of).days, tuple(programs), units)
            for group, (until, programs, units) in found.items()]  # fmt: skip
    return sorted(told, key=lambda one: (one.until, one.group_id))
