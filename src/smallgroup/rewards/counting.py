"""What each broker's groups bring to what is counted together, and what that comes to."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from smallgroup.rewards import periods
from smallgroup.rewards.attribution import refuse_overflow
from smallgroup.rewards.sales import Sales
from smallgroup.rulebook.program import Program

_REASONS: dict[str, pl.DataType | type[pl.DataType]] = {"group": pl.UInt32, "rule": pl.String, "because": pl.String}


def long_enough(credits: pl.DataFrame, program: Program, as_of: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Members who have been covered for as long as is wanted by a day, and the reasons of the others."""
    if not program.enrolled_months:
        return credits, pl.DataFrame(schema=_REASONS)
    months = program.enrolled_months
    over = pl.col("on").dt.offset_by(f"{months}mo") > as_of + timedelta(days=1)
    out = credits.filter(over).select(
        "group", rule=pl.lit(program.rules["member"]),
        because=pl.format("covered from {}, not yet {} month{} on {}", "on", pl.lit(months),
                          pl.lit("" if months == 1 else "s"), pl.lit(str(as_of))),
    )  # fmt: skip
    return credits.filter(~over), out


def sizes(sales: Sales, credits: pl.DataFrame) -> pl.Series:
    """How large each group is, in the order of the groups."""
    every = sales.sales.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("group"))
    sums = credits.group_by("group").agg(pl.col("units").sum())
    return every.join(sums, on="group", how="left", maintain_order="left")["units"].fill_null(0)


def of_size(credits: pl.DataFrame, program: Program, sizes: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Groups of a size that counts, and the reasons of the others."""
    if program.group_size is None:
        return credits, pl.DataFrame(schema=_REASONS)
    size, rule = program.group_size, program.group_size.rule
    groups = credits.select("group").unique(maintain_order=True)
    of_each = groups.with_columns(size=sizes.gather(groups["group"]))
    wrong = pl.col("size") < size.at_least
    if size.at_most is not None:
        wrong |= pl.col("size") > size.at_most
    span = f"{size.at_least} to {size.at_most}" if size.at_most else f"{size.at_least} or more"
    unit = program.size_unit or program.unit
    out = of_each.filter(wrong).select(
        "group", rule=pl.lit(rule),
        because=pl.format("{} {}: a group of {} counts", "size", pl.when(pl.col("size") == 1).then(pl.lit(unit))
                          .otherwise(pl.lit(f"{unit}s")), pl.lit(span)),
    )  # fmt: skip
    return credits.join(out, on="group", how="anti", maintain_order="left"), out


def at_most(credits: pl.DataFrame, program: Program) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The most units of each group that count, the earliest first, and the groups that have more."""
    if program.most_of_group is None:
        return credits, pl.DataFrame(schema=_REASONS)
    most, rule = program.most_of_group.units, program.most_of_group.rule
    upto = pl.col("units").cum_sum().over("group", order_by="on")
    kept = pl.min_horizontal(upto, pl.lit(most, pl.Int64)) - pl.min_horizontal(
        upto - pl.col("units"), pl.lit(most, pl.Int64))  # fmt: skip
    out = credits.group_by("group", maintain_order=True).agg(pl.col("units").sum()).filter(pl.col("units") > most)
    said = pl.format("{} {}s: {} of one group count", "units", pl.lit(program.unit), pl.lit(most))
    return credits.with_columns(units=kept), out.select("group", rule=pl.lit(rule), because=said)


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
        "group", "broker", counter.cast(pl.UInt32).alias("counter"), periods.number(begins, settings.period), "units",
        "part",
    )  # fmt: skip


def by_group(credited: pl.DataFrame, program: Program) -> pl.DataFrame:
    """A group that two brokers of one payee have sold (or lost), once; unless its members were split between them."""
    if program.settings.split == "members":
        return credited
    # One number of two: to compare it takes a third of the time.
    both = pl.col("group").cast(pl.UInt64) * 2**32 + pl.col("counter")
    return credited.filter(both.is_first_distinct())


def counters(
    program: Program, credited: pl.DataFrame, used: pl.DataFrame | None, lost: pl.DataFrame
) -> pl.DataFrame:  # fmt: skip
    """One row for what is counted together: counter, period, units (× scale), groups, and the units `used` before."""
    key = ["counter", "period"]
    groups = pl.col("group").n_unique() if program.settings.split == "members" else pl.len()
    sums = by_group(credited, program).group_by(key).agg(
        pl.col("units").sum(), groups.cast(pl.Int64).alias("groups")
    )  # fmt: skip
    if program.net_of_lost:
        taken = by_group(lost, program).group_by(key).agg(pl.col("units").sum().alias("lost"))
        left = pl.col("units") - pl.col("lost").fill_null(0)
        sums = sums.join(taken, on=key, how="left", maintain_order="left")
        sums = sums.with_columns(units=pl.max_horizontal(left, pl.lit(0, pl.Int64))).drop("lost")
    if used is not None:
        sums = sums.join(used, on="counter", how="left", maintain_order="left").with_columns(
            pl.col("used").fill_null(0)
        )
    else:
        sums = sums.with_columns(used=pl.lit(0, pl.Int64))
    return sums.sort(key)


def lost(sales: Sales, program: Program, scale: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What is taken off new members where only the net of them counts, and the reasons that tell of it.

    group, broker, counter, period, units (× scale): a group that ended inside the window, at its broker of record on
    its last day of coverage, with those who were covered on that day.
    """
    if not program.net_of_lost:
        taken: dict[str, Any] = {"group": pl.UInt32, "broker": pl.UInt32, "counter": pl.UInt32, "period": pl.Int32,
                                 "units": pl.Int64}  # fmt: skip
        return pl.DataFrame(schema=taken), pl.DataFrame(schema={**_REASONS, "broker": pl.UInt32})
    last = sales.sales.select("state", "market", pl.col("last_covered_day").alias("day")).with_row_index("group")
    ended = last.filter(
        pl.col("day") >= program.from_,
        pl.lit(True) if program.to is None else pl.col("day") <= program.to,
        pl.col("state") == program.state,
        pl.col("market").cast(pl.String).is_in(list(program.markets)).fill_null(True),
    ).select("group", "day")
    members = sales.members.join(ended, on="group").filter(
        ~pl.col("is_copy"), pl.col("effective_date") <= pl.col("day"),
        (pl.col("ended_on") >= pl.col("day")).fill_null(True),
        pl.lit(program.unit not in ("subscriber", "employee")) | (pl.col("role") == "subscriber"),
        pl.lit(program.settings.special_members == "counted") | (
            (pl.col("coverage") != "dental_only").fill_null(True) & ~_continued().fill_null(False)),
    )  # fmt: skip
    units = members.group_by("group").agg(pl.len().cast(pl.Int64).alias("units"))
    at = (
        ended.join(units, on="group").join(sales.splits, on="group")
        .filter((pl.col("from_date") <= pl.col("day")) & (pl.col("day") <= pl.col("to_date")).fill_null(True))
        .sort("group", "broker")
    )  # fmt: skip
    told = at.select(
        "group", "broker", rule=pl.lit(program.rules.get("net", program.rules["member"])),
        because=pl.format("lost on {}: {} {}s are taken off the new ones", "day", "units", pl.lit(program.unit)),
    )  # fmt: skip
    payees = sales.brokers["payee_id"].rank("dense").cast(pl.UInt32) - 1
    counter = payees.gather(at["broker"]) if program.settings.counted_for == "payee" else at["broker"]
    part = pl.col("part") if program.settings.split == "members" else pl.lit(scale, pl.Int64)
    return at.select(
        "group", "broker", counter.cast(pl.UInt32).alias("counter"), periods.number(at["day"], program.settings.period),
        units=pl.col("units") * part,
    ), told  # fmt: skip


def _continued() -> pl.Expr:
    return pl.col("continuation").is_in(["cobra", "cal_cobra"])
