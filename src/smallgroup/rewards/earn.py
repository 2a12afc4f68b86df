"""Facts, a program version and a day → what everybody has earned: credits → counts → tiers → groups → splits → caps.

A pure function, as expressions over whole columns: it runs alike over ten sales and over a book of them. Of one
program the stages are: which members count (members.py), which groups (eligibility.py), for whom (brokers.py), how
much (tiers.py), and through which group (attribution.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import groupby

import polars as pl

from smallgroup.errors import Problem, Refused, did_you_mean
from smallgroup.rewards import counting, gates, members
from smallgroup.rewards.brokers import paid
from smallgroup.rewards.caps import capped
from smallgroup.rewards.eligibility import Told, judged
from smallgroup.rewards.lines import LINES, decided_amounts, earned_lines, may_be_won_back
from smallgroup.rewards.sales import Sales
from smallgroup.rulebook.program import Program

_SAID: dict[str, pl.DataType | type[pl.DataType]] = {
    "program": pl.String, "group": pl.UInt32, "member_id": pl.String, "broker": pl.UInt32, "rule": pl.String,
    "because": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class OneProgram:
    """What one version gives. `scale` is how many parts of a unit `counted` and the counters are in.

    `credits`: group, broker, counter, period, units, part. `counters`: what is counted together, with what it comes
    to; its row is named by counter (the row of a payee, a broker or a group) and period. `due`: groups whose reward
    has no amount.
    """

    program: Program
    scale: int
    credits: pl.DataFrame
    counters: pl.DataFrame
    lines: pl.DataFrame
    due: pl.DataFrame
    _tell: Callable[[], Told]

    @cached_property
    def _told(self) -> Told:
        return self._tell()

    @property
    def reasons(self) -> pl.DataFrame:
        return self._told.reasons

    @property
    def referrals(self) -> pl.DataFrame:
        return self._told.referrals

    @property
    def open(self) -> pl.DataFrame:
        return self._told.open


@dataclass(frozen=True, slots=True)
class Earned:
    """What everybody has earned as of a day under some programs.

    `lines` are the earnings in whole cents, after the caps; `reasons` tell what does not count, `referrals` what a
    person has to decide, `open` what a paper would show, `due` what is due without a known amount, and `caps` which
    groups a cap has cut. `group` and `broker` are rows of `sales`.
    """

    sales: Sales
    as_of: date
    of: tuple[OneProgram, ...]
    lines: pl.DataFrame
    caps: pl.DataFrame

    @property
    def reasons(self) -> pl.DataFrame:
        return _said((one.program.id, one.reasons) for one in self.of)

    @property
    def referrals(self) -> pl.DataFrame:
        return _said((one.program.id, one.referrals) for one in self.of)

    @property
    def open(self) -> pl.DataFrame:
        return _said((one.program.id, one.open) for one in self.of)

    @property
    def due(self) -> pl.DataFrame:
        return _said((one.program.id, one.due) for one in self.of)

    @property
    def total(self) -> int:
        """Cents."""
        return int(self.lines["cents"].sum())


def _said(frames: Iterable[tuple[str, pl.DataFrame]]) -> pl.DataFrame:
    """What several programs say, with the columns that each leaves out."""
    said = [
        frame.with_columns(pl.lit(id).alias("program"), *(
            pl.lit(None, kind).alias(name) for name, kind in _SAID.items() if name not in (*frame.columns, "program")
        )).select(*_SAID)
        for id, frame in frames
    ]  # fmt: skip
    return pl.concat([pl.DataFrame(schema=_SAID), *said])


def earn(sales: Sales, programs: Iterable[Program], as_of: date, *, other: pl.DataFrame | None = None) -> Earned:
    """Everything that is earned by what was known on a day.

    `other` (group_id, cents) is what programs that are not among these have brought a group already; it takes its
    part of a cap over all programs. Raises Refused where a decision names a program that there is not, and where
    amounts are too large to be exact.
    """
    programs = tuple(sorted(programs, key=lambda one: (one.id, one.from_)))
    known = sales.known_on(as_of)
    _refuse_unknown_programs(known, programs)
    _refuse_unknown_roles(known, programs)
    memo: dict[object, pl.DataFrame] = {}
    of = tuple(_one(known, program, as_of, memo) for program in programs)
    lines, caps = capped(_in_order(of), known, programs, other)
    lines = lines.filter(pl.col("cents") != 0)  # a share of a cent that went to somebody else
    return Earned(known, as_of, of, lines, caps)


def _in_order(of: Sequence[OneProgram]) -> pl.DataFrame:
    """The lines by program, broker, group and kind. Of a book they are many, and comparing words is slow: kinds are
    sorted where they are not in order, and broker and group as one number."""
    found = [pl.DataFrame(schema=LINES)]
    for _, same in groupby(of, key=lambda one: one.program.id):
        lines = pl.concat([one.lines for one in same])
        if not lines["kind"].is_sorted():
            lines = lines.sort("kind", maintain_order=True)
        both = pl.col("broker").cast(pl.UInt64) * 2**32 + pl.col("group")
        found.append(lines.sort(both, maintain_order=True))
    return pl.concat(found)


def _refuse_unknown_programs(sales: Sales, programs: Sequence[Program]) -> None:
    from smallgroup.rulebook.program import known_programs

    known = sorted({one.id for one in (*programs, *known_programs())})
    # What another program has brought may name that program, of which nothing else is known here.
    ours = sales.adjustments.filter(pl.col("kind") != "other_program_reward")
    named = ours["program"].drop_nulls().unique().sort()
    problems = [Problem("adjustments.csv, program", f"{one!r} is no program.", did_you_mean(one, known), seen=one)
                for one in named if one not in known]  # fmt: skip
    if problems:
        raise Refused(problems)


def _refuse_unknown_roles(sales: Sales, programs: Sequence[Program]) -> None:
    """A program of subscribers cannot count members of whom it is not known whether they are."""
    of_subscribers = [one.id for one in programs if one.unit in ("subscriber", "employee")]
    unknown = sales.members["role"].null_count()
    if of_subscribers and unknown:
        why = f"{unknown:,} members have no role, and {', '.join(of_subscribers)} counts subscribers."
        raise Refused(Problem("members.csv, role", why, "Write subscriber or dependent.", column="role"))


def _one(sales: Sales, program: Program, as_of: date, memo: dict[object, pl.DataFrame]) -> OneProgram:
    settings = program.settings
    verdict = judged(sales, program, as_of)
    of_members = _counted(sales, program, memo)
    counts = verdict.counts | verdict.rescinded if settings.rescinded == "own_part" else verdict.counts
    credits = of_members.filter(counts.gather(of_members["group"]))
    credits, new = counting.long_enough(credits, program, as_of)
    sizes = counting.sizes(sales, _by_size(sales, program, credits, memo))
    credits, small = counting.of_size(credits, program, sizes)
    credits, beyond = counting.at_most(credits, program)
    payment = paid(sales, program, credits)
    scale = sales.whole if settings.split == "members" else 1
    credited = counting.credited(sales, program, payment.pairs, scale)
    used = _used(sales, program, as_of, memo)
    lost, told_lost = counting.lost(sales, program, scale)
    counters = counting.counters(program, credited, used, lost)
    if program.tiers is None:
        passing = counters.filter(gates.passes(program, scale))
        due = credited.join(passing, on=["counter", "period"], how="semi").select("group", "broker").with_columns(
            rule=pl.lit(program.rules.get("only_carrier", program.rules["member"])),
            because=pl.lit("due; the document gives no amount"),
        )  # fmt: skip
        lines = pl.DataFrame(schema=LINES)
    else:
        due = credited.select("group", "broker").clear().with_columns(rule=pl.lit(""), because=pl.lit(""))
        lines = earned_lines(sales, program, credited, counters, scale, sizes)
    lines = pl.concat([lines, decided_amounts(sales, program, credited, due)])
    if settings.rescinded == "own_part":
        lines = lines.filter(~verdict.rescinded.gather(lines["group"]))
    if program.tiers is None and lines.height:
        due = due.join(lines, on=["group", "broker"], how="anti")

    def tell() -> Told:
        of_groups = verdict.tell()
        # Members are named of groups that count; of the others the reason of the group says it all.
        reasons = pl.concat([
            of_groups.reasons, new, small, beyond, payment.reasons, members.left_out(sales, program, counts),
            gates.below(sales, program, credited, counters, scale), told_lost,
        ], how="diagonal").select("group", "member_id", "broker", "rule", "because")  # fmt: skip
        order = ["group", "rule", "because"]
        return Told(reasons.sort(pl.all(), nulls_last=False), of_groups.referrals.sort(order),
                    pl.concat([of_groups.open, may_be_won_back(sales, program, credited)]).sort(order))  # fmt: skip

    return OneProgram(program, scale, credited, counters, lines, due.sort("group", "broker"), tell)


def _counted(sales: Sales, program: Program, memo: dict[object, pl.DataFrame]) -> pl.DataFrame:
    """Members are counted once for all programs that count them alike."""
    settings = program.settings
    late = settings.late_adds == "counted"
    key = (
        program.unit in ("subscriber", "employee"), settings.special_members, settings.ended_members, late,
        program.enrolled_months, program.rescission_days, settings.ninetieth,
        (program.from_, program.to) if late else None,
        (settings.period, program.to) if program.snapshot == "period_end" else None,
    )  # fmt: skip
    if key not in memo:
        memo[key] = members.counted(sales, program)
    return memo[key]


def _by_size(
    sales: Sales, program: Program, credits: pl.DataFrame, memo: dict[object, pl.DataFrame]
) -> pl.DataFrame:  # fmt: skip
    """The credits that the size of a group is measured by: those that are paid, or those of another unit; none where
    no size is looked at."""
    by_band = program.tiers is not None and program.tiers.mode in ("group_band", "band_by_groups")
    if program.group_size is None and not by_band:
        return credits.clear()
    if program.size_unit is None:
        return credits
    return _counted(sales, replace(program, unit=program.size_unit, size_unit=None), memo)


def _used(sales: Sales, program: Program, as_of: date, memo: dict[object, pl.DataFrame]) -> pl.DataFrame | None:
    """What sales since January had counted before the window began, by counter."""
    if program.settings.period != "since_january" or program.from_ == date(program.from_.year, 1, 1):
        return None
    before = replace(
        program, from_=date(program.from_.year, 1, 1), to=date.fromordinal(program.from_.toordinal() - 1),
        settings=replace(program.settings, period="window"),
    )  # fmt: skip
    earlier = _one(sales, before, as_of, memo)
    return earlier.counters.select("counter", used="units")
