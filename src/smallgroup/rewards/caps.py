"""The most that one group brings, over several programs or in one; what is over it is lost, by exact shares."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallgroup.rewards.attribution import apportioned
from smallgroup.rewards.sales import Sales
from smallgroup.rulebook.program import Program


def capped(
    lines: pl.DataFrame, sales: Sales, programs: Sequence[Program], other: pl.DataFrame | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines under the most that one group brings, and the groups that were cut: group, before, after, rule."""
    cut: list[pl.DataFrame] = []
    for program in programs:
        cap = program.cap
        if cap is not None and not cap.across_programs:
            lines, these = _under(lines, pl.col("program") == program.id, cap.cents, cap.rule, None)
            cut.append(these)
    over_all = sorted({(one.cap.cents, one.cap.rule) for one in programs if one.cap and one.cap.across_programs})
    for cents, rule in over_all:
        ids = [one.id for one in programs if one.cap and one.cap.across_programs]
        taken = _taken(sales, other)
        lines, these = _under(lines, pl.col("program").is_in(ids), cents, rule, taken)
        cut.append(these)
    schema = {"group": pl.UInt32, "before": pl.Int64, "after": pl.Int64, "rule": pl.String}
    return lines, pl.concat([pl.DataFrame(schema=schema), *cut])


def _taken(sales: Sales, other: pl.DataFrame | None) -> pl.DataFrame:
    """group, taken: what other programs have brought each group."""
    groups = sales.sales.select("group_id").with_row_index("group")
    said = sales.adjustments.filter(pl.col("kind") == "other_program_reward").select("group_id", cents="amount")
    both = said if other is None else pl.concat([said, other.select("group_id", "cents")])
    return both.join(groups, on="group_id").group_by("group").agg(pl.col("cents").sum().alias("taken"))


def _under(
    lines: pl.DataFrame, which: pl.Expr, cents: int, rule: str, taken: pl.DataFrame | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    earned = which & (pl.col("cents") > 0)
    sums = lines.select("group", "cents", earned.alias("earned")).filter("earned").group_by("group").agg(
        pl.col("cents").sum().alias("before")
    )  # fmt: skip
    if taken is not None:
        sums = sums.join(taken, on="group", how="left").with_columns(pl.col("taken").fill_null(0))
    else:
        sums = sums.with_columns(taken=pl.lit(0, pl.Int64))
    sums = sums.with_columns(after=pl.max_horizontal(cents - pl.col("taken"), pl.lit(0, pl.Int64)))
    over = sums.filter(pl.col("before") > pl.col("after")).sort("group")
    told = over.select("group", "before", "after", pl.lit(rule).alias("rule"))
    if over.is_empty():
        return lines, told
    hit = lines.with_row_index("at").join(over, on="group").filter(earned).sort("group", "broker", "program", "kind")
    # To the brokers first, so that equal shares stay equal, and then to the kinds of each.
    brokers = hit.group_by("group", "broker", "after", maintain_order=True).agg(pl.col("cents").sum())
    brokers = brokers.with_columns(apportioned(brokers, whole="after", weight="cents", by="group").alias("less"))
    brokers = brokers.select("group", "broker", "less").with_row_index("nth")
    hit = hit.join(brokers, on=["group", "broker"], maintain_order="left")
    less = apportioned(hit, whole="less", weight="cents", by="nth")
    lines = lines.with_columns(lines["cents"].scatter(hit["at"], less))
    return lines, told
