"""What each broker's groups bring to what is counted together, and what that comes to."""

from __future__ import annotations

import polars as pl

from smallgroup.rewards.attribution import refuse_overflow
from smallgroup.rewards.sales import Sales
from smallgroup.rulebook.program import Program


def of_size(credits: pl.DataFrame, program: Program) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Groups of a size that counts, and the reasons of the others."""
    none = pl.DataFrame(schema={"group": pl.UInt32, "rule": pl.String, "because": pl.String})
    if program.group_size is None:
        return credits, none
    size, rule = program.group_size, program.group_size.rule
    units = credits.group_by("group", maintain_order=True).agg(pl.col("units").sum())
    wrong = pl.col("units") < size.at_least
    if size.at_most is not None:
        wrong |= pl.col("units") > size.at_most
    span = f"{size.at_least} to {size.at_most}" if size.at_most else f"{size.at_least} or more"
    out = units.filter(wrong).select(
        "group", rule=pl.lit(rule),
        because=pl.format("{} {}s: a group of {} counts", "units", pl.lit(program.unit), pl.lit(span)),
    )  # fmt: skip
    return credits.join(out, on="group", how="anti", maintain_order="left"), out


def credited(sales: Sales, program: Program, pairs: pl.DataFrame, scale: int) -> pl.DataFrame:
    """group, broker, counter, period, units (× scale), part: what each broker's groups bring to what is counted, in
    the order of groups and brokers."""
    settings, per_broker = program.settings, pairs
    if settings.late_adds == "counted":  # else a group has one day
        per_broker = pairs.group_by("group", "broker", "part").agg(pl.col("units").sum()).sort("group", "broker")
    if program.unit == "group":
        per_broker = per_broker.with_columns(units=pl.lit(1, pl.Int64))
    if scale > 1:
        refuse_overflow(per_broker, "units", "part")
        per_broker = per_broker.with_columns(units=pl.col("units") * pl.col("part"))
    payees = sales.brokers["payee_id"].rank("dense").cast(pl.UInt32) - 1
    counter = {
        "payee": payees.gather(per_broker["broker"]), "broker": per_broker["broker"], "group": per_broker["group"],
    }[settings.counted_for]  # fmt: skip
    begins = sales.sales["effective_date"].gather(per_broker["group"])
    return per_broker.select(
        "group", "broker", counter.cast(pl.UInt32).alias("counter"), _period(begins, settings.period), "units", "part"
    )


def by_group(credited: pl.DataFrame, program: Program) -> pl.DataFrame:
    """A group that two brokers of one payee have sold, once; unless its members were split between them."""
    if program.settings.split == "members":
        return credited
    # One number of two: to compare it takes a third of the time.
    both = pl.col("group").cast(pl.UInt64) * 2**32 + pl.col("counter")
    return credited.filter(both.is_first_distinct())


def _period(begins: pl.Series, period: str) -> pl.Series:
    """What is counted together besides the counter: one number a window, a year or a quarter."""
    year = begins.dt.year().cast(pl.Int32)
    if period == "calendar_year":
        return year.alias("period")
    if period == "quarter":
        return (year * 10 + begins.dt.quarter().cast(pl.Int32)).alias("period")
    return (year * 0).alias("period")


def counters(
    sales: Sales, program: Program, credited: pl.DataFrame, used: pl.DataFrame | None, credits: pl.DataFrame
) -> pl.DataFrame:
    """One row for what is counted together: counter, period, units (× scale), groups, and the units `used` before."""
    key = ["counter", "period"]
    groups = pl.col("group").n_unique() if program.settings.split == "members" else pl.len()
    sums = by_group(credited, program).group_by(key).agg(
        pl.col("units").sum(), groups.cast(pl.Int64).alias("groups")
    )  # fmt: skip
    if program.net_of_lost:
        lost = _lost(sales, program, credits)
        left = pl.col("units") - pl.col("lost").fill_null(0)
        sums = sums.join(lost, on="counter", how="left", maintain_order="left")
        sums = sums.with_columns(units=pl.max_horizontal(left, pl.lit(0, pl.Int64))).drop("lost")
    if used is not None:
        sums = sums.join(used, on="counter", how="left", maintain_order="left").with_columns(
            pl.col("used").fill_null(0)
        )
    else:
        sums = sums.with_columns(used=pl.lit(0, pl.Int64))
    return sums.sort(key)


def _lost(sales: Sales, program: Program, credits: pl.DataFrame) -> pl.DataFrame:
    """counter, lost: the units of groups whose coverage ended inside the window, at their broker of that day."""
    last = sales.sales.select(pl.col("last_covered_day").alias("day")).with_row_index("group")
    inside = pl.col("day") >= program.from_
    if program.to is not None:
        inside &= pl.col("day") <= program.to
    ended = last.filter(inside)
    units = credits.group_by("group").agg(pl.col("units").sum())
    of_record = (
        ended.join(units, on="group").join(sales.splits, on="group")
        .filter((pl.col("from_date") <= pl.col("day")) & (pl.col("day") <= pl.col("to_date")).fill_null(True))
    )  # fmt: skip
    payees = sales.brokers["payee_id"].rank("dense").cast(pl.UInt32) - 1
    counter = payees.gather(of_record["broker"]) if program.settings.counted_for == "payee" else of_record["broker"]
    told = of_record.with_columns(counter.cast(pl.UInt32).alias("counter")).unique(["counter", "group"])
    return told.group_by("counter").agg(pl.col("units").sum().alias("lost"))
