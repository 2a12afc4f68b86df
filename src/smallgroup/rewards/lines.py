"""Counts → cents by group, broker and kind: the tiers, put to groups by exact shares, and split among brokers."""

from __future__ import annotations

from datetime import date

import polars as pl

from smallgroup.rewards import gates, tiers
from smallgroup.rewards.attribution import apportioned, refuse_overflow, rounded_apart
from smallgroup.rewards.sales import Sales
from smallgroup.rulebook.program import Program

LINES: dict[str, pl.DataType | type[pl.DataType]] = {
    "program": pl.String, "group": pl.UInt32, "broker": pl.UInt32, "kind": pl.String, "rule": pl.String,
    "cents": pl.Int64, "units": pl.Int64, "counted": pl.Int64, "part": pl.Int64,
}  # fmt: skip


def earned_lines(
    sales: Sales, program: Program, credited: pl.DataFrame, counters: pl.DataFrame, scale: int, sizes: pl.Series
) -> pl.DataFrame:
    """Cents by group, broker and kind. `sizes` is how large each group is, in the order of the groups."""
    assert program.tiers is not None
    key = ["counter", "period"]
    passing = counters.filter(gates.passes(program, scale))
    one_by_one = program.settings.split != "members"
    # By group first, then to its brokers; where members were split before, each broker's part stands by itself.
    by_group = credited.unique([*key, "group"], maintain_order=True) if one_by_one else credited
    by_group = by_group.join(passing.rename({"units": "counted"}), on=key, maintain_order="left")
    parts: list[pl.DataFrame] = []
    mode = program.tiers.mode
    if mode in ("group_band", "band_by_groups"):
        cents = _group_by_group(sales, program, by_group, scale, sizes)
        parts.append(_with(by_group, program.tiers.kind, program.tiers.rule, cents))
    else:
        for (kind, rule), amount in tiers.amounts(program.tiers, pl.col("counted"), scale).items():
            if program.settings.period == "since_january":
                now, before = (tiers.amounts(program.tiers, units, scale)[kind, rule]
                               for units in (pl.col("counted") + pl.col("used"), pl.col("used")))  # fmt: skip
                amount = now - before
            if program.settings.attribution == "by_date":
                cents = _by_date(sales, program, by_group, kind, rule, scale)
                reached = by_group.with_columns(cents.alias("cents"))
            else:
                whole = (2 * amount + scale) // (2 * scale)
                reached = by_group.with_columns(whole.alias("whole")).filter(pl.col("whole") > 0)
                cents = apportioned(reached, whole="whole", weight="units", by=key, order=["group", "broker"])
                reached = reached.with_columns(cents.alias("cents"))
            parts.append(_with(reached, kind, rule, reached["cents"]))
    if program.win_back is not None:
        parts.append(_won_back(sales, program, by_group, scale))
    found = pl.concat(parts).filter(pl.col("cents") != 0)
    if one_by_one:
        found = _split(found.drop("broker", "part"), credited, sales.whole, key)
    return found.select(pl.lit(program.id).alias("program"), *(pl.col(name) for name in LINES if name != "program"))


def _with(frame: pl.DataFrame, kind: str, rule: str, cents: pl.Series) -> pl.DataFrame:
    return frame.select(
        "counter", "period", "group", "broker", "part", "units", "counted", pl.lit(kind).alias("kind"),
        pl.lit(rule).alias("rule"), cents.cast(pl.Int64).alias("cents"),
    )  # fmt: skip


def _group_by_group(
    sales: Sales, program: Program, by_group: pl.DataFrame, scale: int, sizes: pl.Series
) -> pl.Series:  # fmt: skip
    """Each group by its size. Where members were split, its size is still that of the whole group, and a lump sum is
    paid by the part."""
    assert program.tiers is not None
    groups = pl.col("groups")
    by_group = by_group.with_columns(sizes.gather(by_group["group"]).alias("size"))
    if program.settings.by_groups == "later_groups":
        begins = sales.sales["effective_date"].gather(by_group["group"])
        order = by_group.select("counter", "period", "group").with_columns(begins.alias("begins")).unique()
        nth = order.sort("counter", "period", "begins", "group").with_columns(
            nth=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("counter", "period")
        )  # fmt: skip
        by_group = by_group.join(nth, on=["counter", "period", "group"], how="left", maintain_order="left")
        groups = pl.col("nth")
    part = pl.col("part") if program.settings.split == "members" else pl.lit(scale, pl.Int64)
    amount = tiers.of_each_group(program.tiers, size=pl.col("size"), units=pl.col("units"), groups=groups, part=part)
    exact = by_group.select(amount.alias("c"))["c"]
    return (2 * exact + scale) // (2 * scale)


def _by_date(
    sales: Sales, program: Program, by_group: pl.DataFrame, kind: str, rule: str, scale: int
) -> pl.Series:  # fmt: skip
    """What each group added when it came, in the order of effective dates."""
    assert program.tiers is not None
    begins = sales.sales["effective_date"].gather(by_group["group"])
    order = by_group.with_columns(begins.alias("begins")).with_row_index("at").sort(
        "counter", "period", "begins", "group", "broker")  # fmt: skip
    order = order.with_columns(after=pl.col("units").cum_sum().over("counter", "period") + pl.col("used"))
    # A net count may be below what came; nothing is added beyond it.
    order = order.with_columns(after=pl.min_horizontal("after", pl.col("counted") + pl.col("used")))
    amount = tiers.amounts(program.tiers, pl.col("after"), scale)[kind, rule]
    order = order.with_columns(upto=(2 * amount + scale) // (2 * scale))
    before = tiers.amounts(program.tiers, pl.col("used"), scale)[kind, rule]
    order = order.with_columns(start=(2 * before + scale) // (2 * scale))
    added = order.with_columns(
        added=pl.col("upto") - pl.col("upto").shift(1).over("counter", "period").fill_null(pl.col("start"))
    )
    return added.sort("at")["added"]


def _is_won_back(sales: Sales, left_since: date) -> pl.Series:
    """Of every group whether it had left since a day; null where that is not known."""
    prior, ended = pl.col("prior_contract"), pl.col("last_prior_contract_end")
    known = pl.when(prior == "unknown").then(None).otherwise(prior == "ended")
    return sales.sales.select((known & (ended >= left_since)).alias("back"))["back"]


def may_be_won_back(sales: Sales, program: Program, credited: pl.DataFrame) -> pl.DataFrame:
    """group, rule, because: groups that count, and of which it is not known whether they had left since the day."""
    schema = {"group": pl.UInt32, "rule": pl.String, "because": pl.String}
    if program.win_back is None:
        return pl.DataFrame(schema=schema)
    groups = credited.select("group").unique(maintain_order=True)
    unknown = groups.filter(_is_won_back(sales, program.win_back.left_since).gather(groups["group"]).is_null())
    said = f"it is not known whether the group had left since {program.win_back.left_since}: nothing is added for that"
    return unknown.select("group", rule=pl.lit(program.win_back.rule), because=pl.lit(said))


def _won_back(sales: Sales, program: Program, by_group: pl.DataFrame, scale: int) -> pl.DataFrame:
    assert program.win_back is not None
    back = _is_won_back(sales, program.win_back.left_since).fill_null(False)
    won = by_group.filter(back.gather(by_group["group"]))
    cents = (2 * won["units"] * program.win_back.each + scale) // (2 * scale)
    return _with(won, program.win_back.kind, program.win_back.rule, cents)


def _split(found: pl.DataFrame, credited: pl.DataFrame, whole: int, key: list[str]) -> pl.DataFrame:
    """Each group's cents to its brokers by their shares; what is left of a cent goes to the largest remainder."""
    shares = credited.select(*key, "group", "broker", "part")
    alone = shares.filter(pl.col("part") == whole)
    several = shares.filter(pl.col("part") != whole)
    simple = found.join(alone, on=[*key, "group"], maintain_order="left")
    if several.is_empty():
        return simple
    spread = found.join(several, on=[*key, "group"], maintain_order="left")
    refuse_overflow(spread, "cents", "part")
    spread = spread.with_columns(exact=pl.col("cents") * pl.col("part"))
    cents = rounded_apart(spread, numerator="exact", denominator=whole, by=["group", "kind"], order=["broker"])
    spread = spread.with_columns(cents.alias("cents")).drop("exact")
    return pl.concat([simple, spread.select(simple.columns)])


def decided_amounts(sales: Sales, program: Program, credited: pl.DataFrame, due: pl.DataFrame) -> pl.DataFrame:
    """Amounts that a person decided: of one broker, or of a group and then split; and the price of what has none."""
    said = sales.adjustments.filter((pl.col("kind") == "amount") & (pl.col("program") == program.id))
    none = pl.DataFrame(schema=LINES)
    if said.is_empty():
        return none
    groups = sales.sales.select("group_id").with_row_index("group")
    brokers = sales.brokers.select("broker_id").with_row_index("broker")
    said = said.join(groups, on="group_id").join(brokers, on="broker_id", how="left")
    if program.tiers is None:
        said = said.join(due.select("group").unique(), on="group", how="semi")
    said = said.with_row_index("nth").select("nth", "group", pl.col("broker").alias("named"), "amount")
    of = said.join(credited.select("group", "broker", "part", "units"), on="group")
    named = of.filter(pl.col("named") == pl.col("broker")).with_columns(cents="amount")
    shared = of.filter(pl.col("named").is_null())
    sign = pl.col("amount").sign()
    shared = shared.with_columns(exact=pl.col("amount").abs() * pl.col("part"))
    cents = rounded_apart(shared, numerator="exact", denominator=sales.whole, by=["nth"], order=["broker"])
    shared = shared.with_columns(cents.alias("cents")).with_columns(cents=pl.col("cents") * sign).drop("exact")
    every = pl.concat([named, shared.select(named.columns)])
    kind = program.title.lower() if program.tiers is None else "decided amount"
    return every.group_by("group", "broker", "part", "units").agg(pl.col("cents").sum()).select(
        pl.lit(program.id).alias("program"), "group", "broker", pl.lit(kind).alias("kind"),
        pl.lit("decided").alias("rule"), "cents", "units", pl.col("units").alias("counted"), "part",
    ).sort("group", "broker")  # fmt: skip
