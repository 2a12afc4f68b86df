"""Which members count: one row a group and day of coverage, and of the rest the rule that leaves each out."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from smallgroup.rewards import periods
from smallgroup.rewards.sales import Sales
from smallgroup.rulebook.program import Program


def counted(sales: Sales, program: Program) -> pl.DataFrame:
    """group, on (the day of coverage), units: the members (or subscribers) of every group that count under a program,
    before the group itself is judged."""
    late = program.settings.late_adds == "counted"
    by = ["group", "effective_date"] if late else ["group"]
    left_out = pl.any_horizontal(bad.fill_null(False) for bad, _, _ in _reasons(program))
    kept = _members(sales).lazy().filter(_unit(program), ~left_out)
    units = kept.group_by(by).agg(pl.len().cast(pl.Int64).alias("units")).collect().sort(by)
    on = units["effective_date"] if late else sales.sales["effective_date"].gather(units["group"])
    return units.select("group", on.alias("on"), "units")


def left_out(sales: Sales, program: Program, groups: pl.Series) -> pl.DataFrame:
    """group, member_id, rule, because: who does not count, of the groups that are marked. Of several reasons the first
    is told."""
    rule, because = pl.lit(None, pl.String), pl.lit(None, pl.String)
    reasons = [(bad.fill_null(False), name, sentence) for bad, name, sentence in _reasons(program)]
    for bad, name, sentence in reversed(reasons):
        rule = pl.when(bad).then(pl.lit(name)).otherwise(rule)
        because = pl.when(bad).then(sentence).otherwise(because)
    out = _members(sales).filter(_unit(program), pl.any_horizontal(bad for bad, _, _ in reasons))
    return out.filter(groups.gather(out["group"])).select("group", "member_id", rule=rule, because=because)


def _members(sales: Sales) -> pl.DataFrame:
    begins = sales.sales["effective_date"].gather(sales.members["group"])
    return sales.members.with_columns(begins.alias("begins"))


def _unit(program: Program) -> pl.Expr:
    return pl.col("role") == "subscriber" if program.unit in ("subscriber", "employee") else pl.lit(True)


def _reasons(program: Program) -> Iterator[tuple[pl.Expr, str, pl.Expr]]:
    """What leaves a member out, its rule and its sentence, in the order in which they are told."""
    settings, rules = program.settings, program.rules
    own, ended, begins = pl.col("effective_date"), pl.col("ended_on"), pl.col("begins")
    if settings.special_members == "left_out":
        special = rules.get("special_members", rules["member"])
        yield pl.col("coverage") == "dental_only", special, pl.lit("covered for dental only, and not medically")
        yield pl.col("continuation").is_in(["cobra", "cal_cobra"]), special, pl.lit("on continuation coverage")
    yield pl.col("is_copy"), rules["member"], pl.lit("a second row for the same member, who counts once")
    yield ended < own, rules["member"], pl.format("ended on {}, before coverage began on {}", ended, own)
    if settings.late_adds == "left_out":
        yield (own != begins, rules["late_add"],
               pl.format("a late add: covered from {}, and the group from {}", own, begins))  # fmt: skip
    else:
        inside = own >= program.from_
        if program.to is not None:
            inside &= own <= program.to
        yield ((own != begins) & ~inside, rules["window"],
               pl.format("a late add: covered from {}, outside of " + program.days, own))  # fmt: skip
    if settings.ended_members == "left_out" and program.rescission_days is not None:
        days = program.rescission_days
        yield (periods.rescinded(program, own, ended), rules["rescission"],
               pl.format("ended on {}, within {} days of {}", ended, pl.lit(days), own))  # fmt: skip
    if program.enrolled_months:
        months = program.enrolled_months
        yield (ended.dt.offset_by("1d") < own.dt.offset_by(f"{months}mo"), rules["member"],
               pl.format("ended on {}, less than {} month after {}", ended, pl.lit(months), own))  # fmt: skip
    if program.snapshot == "period_end":
        yield (ended < periods.last_day(program, begins), rules["member"],
               pl.format("ended on {}, before the last day of what is counted together", ended))  # fmt: skip
