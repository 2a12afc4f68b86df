"""Which members count: one row a group and day of coverage, and of the rest the rule that leaves each out."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from smallgroup.rewards import periods
from smallgroup.rewards.sales import Sales
from smallgroup.rulebook.program import Program


@dataclass(frozen=True, slots=True)
class Counted:
    """`credits`: group, on (the day of coverage), units. `left_out`: group, member_id, reason, rule, because."""

    credits: pl.DataFrame
    left_out: pl.DataFrame


def counted(sales: Sales, program: Program) -> Counted:
    """The members (or subscribers) of every group that count under a program, before the group itself is judged."""
    members, settings, rules = sales.members, program.settings, program.rules
    begins = sales.sales["effective_date"].gather(members["group"])
    subscribers_only = program.unit in ("subscriber", "employee")
    own, ended = members["effective_date"], members["ended_on"]
    # In the order in which a reason is told, where a member has several.
    reasons: list[tuple[pl.Series, str, pl.Expr]] = []
    if settings.special_members == "left_out":
        special = rules.get("special_members", rules["member"])
        reasons += [
            (members["coverage"] == "dental_only", special, pl.lit("covered for dental only, and not medically")),
            (members["continuation"].is_in(["cobra", "cal_cobra"]), special, pl.lit("on continuation coverage")),
        ]
    reasons += [
        (members["is_copy"], rules["member"], pl.lit("a second row for the same member, who counts once")),
        (ended < own, rules["member"],
         pl.format("ended on {}, before coverage began on {}", "ended_on", "effective_date")),
    ]  # fmt: skip
    late = own != begins
    if settings.late_adds == "left_out":
        reasons.append(
            (
                late,
                rules["late_add"],
                pl.format("a late add: covered from {}, and the group from {}", "effective_date", "begins"),
            )
        )
    else:
        outside = late & ~_inside(own, program)
        reasons.append(
            (
                outside,
                rules["window"],
                pl.format("a late add: covered from {}, outside of " + program.days, "effective_date"),
            )
        )
    if settings.ended_members == "left_out" and program.rescission_days is not None:
        early = pl.DataFrame({"d": own, "e": ended}).select(
            periods.rescinded(program, pl.col("d"), pl.col("e")).alias("early"))["early"]  # fmt: skip
        reasons.append((early, rules["rescission"], pl.format("ended on {}, within {} days of {}", "ended_on",
                        pl.lit(program.rescission_days), "effective_date")))  # fmt: skip
    if program.enrolled_months:
        least = pl.DataFrame({"d": own}).select(pl.col("d").dt.offset_by(f"{program.enrolled_months}mo"))["d"]
        reasons.append((ended.dt.offset_by("1d") < least, rules["member"],
                        pl.format("ended on {}, less than {} month after {}", "ended_on",
                                  pl.lit(program.enrolled_months), "effective_date")))  # fmt: skip
    if program.snapshot == "period_end":
        last = pl.DataFrame({"d": begins}).select(periods.last_day(program, pl.col("d")).alias("d"))["d"]
        reasons.append((ended < last, rules["member"],
                        pl.format("ended on {}, before the last day of what is counted together",
                                  "ended_on")))  # fmt: skip

    out = None
    for bad, _, _ in reasons:
        bad = bad.fill_null(False)
        out = bad if out is None else out | bad
    assert out is not None
    eligible = members["role"] == "subscriber" if subscribers_only else None
    keep = ~out if eligible is None else ~out & eligible
    by = ["group", "effective_date"] if settings.late_adds == "counted" else ["group"]
    credits = members.select(by).filter(keep).group_by(by).agg(pl.len().cast(pl.Int64).alias("units"))
    if settings.late_adds == "counted":
        credits = credits.rename({"effective_date": "on"}).sort("group", "on")
    else:
        credits = credits.sort("group")
        credits = credits.select("group", sales.sales["effective_date"].gather(credits["group"]).alias("on"), "units")
    told = out if eligible is None else out & eligible
    return Counted(credits, _told(members, begins, told, reasons))


def _inside(days: pl.Series, program: Program) -> pl.Series:
    inside = days >= program.from_
    return inside if program.to is None else inside & (days <= program.to)


def _told(
    members: pl.DataFrame, begins: pl.Series, out: pl.Series, reasons: list[tuple[pl.Series, str, pl.Expr]]
) -> pl.DataFrame:
    few = members.select("group", "member_id", "effective_date", "ended_on", begins.alias("begins"))
    marks = [bad.fill_null(False).alias(f"?{place}") for place, (bad, _, _) in enumerate(reasons)]
    few = few.with_columns(marks).filter(out)
    rule, because = pl.lit(None, pl.String), pl.lit(None, pl.String)
    for place in reversed(range(len(reasons))):
        marked = pl.col(f"?{place}")
        rule = pl.when(marked).then(pl.lit(reasons[place][1])).otherwise(rule)
        because = pl.when(marked).then(reasons[place][2]).otherwise(because)
    return few.select("group", "member_id", rule=rule, because=because).sort("group", "member_id", "rule", "because")
