"""Counts → cents by group, broker and kind: the tiers, put to groups by exact shares, and split among brokers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from operator import itemgetter

import polars as pl

from smallgroup.rewards import counting, gates, tiers
from smallgroup.rewards.attribution import apportioned, refuse_large, refuse_overflow, rounded_apart
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
    _refuse_large(program, counters, scale)
    passing = counters.filter(gates.passes(program, scale)).rename({"units": "counted"}).with_row_index("together")
    by_group = counting.by_group(credited, program).join(passing, on=["counter", "period"], maintain_order="left")
    by_group = by_group.sort("together", maintain_order=True).with_row_index("of")
    # By group first, then to its brokers; where members were split before, each broker's part stands by itself.
    rows, one_by_one = by_group, program.settings.split != "members"
    if one_by_one:
        rows = credited.drop("units").join(by_group.select("of", "group", "counter", "units", "counted"),
                                           on=["group", "counter"], maintain_order="left")  # fmt: skip
    parts = [pl.DataFrame(schema=LINES)]
    for kind, rule, cents in sorted(_of_groups(sales, program, by_group, scale, sizes), key=itemgetter(0, 1)):
        lines = rows.with_columns(cents.gather(rows["of"]).alias("cents")).filter(pl.col("cents") != 0)
        if one_by_one:
            lines = lines.with_columns(_split(lines, sales.whole))
        said = {"program": program.id, "kind": kind, "rule": rule}
        parts.append(lines.select(pl.lit(said[name]).alias(name) if name in said else name for name in LINES))
    return pl.concat(parts)


def _refuse_large(program: Program, counters: pl.DataFrame, scale: int) -> None:
    """What the tiers multiply, doubled to round: of all units by every step at the most."""
    assert program.tiers is not None
    steps = program.tiers.steps
    each = sum(step.each or 0 for step in steps) + (program.win_back.each if program.win_back else 0)
    once = sum((step.once or 0) + sum(band.once for band in step.by_groups) for step in steps)
    units = counters.select((pl.col("units") + pl.col("used")).max()).item() or 0
    refuse_large(2 * (units * each + scale * once))


def _of_groups(
    sales: Sales, program: Program, by_group: pl.DataFrame, scale: int, sizes: pl.Series
) -> Iterator[tuple[str, str, pl.Series]]:  # fmt: skip
    """Kind, rule, and the cents of each group in the order of the rows. `together` is what is counted together."""
    assert program.tiers is not None
    if program.tiers.mode in ("group_band", "band_by_groups"):
        yield program.tiers.kind, program.tiers.rule, _group_by_group(sales, program, by_group, scale, sizes)
    else:
        for (kind, rule), amount in tiers.amounts(program.tiers, pl.col("counted"), scale).items():
            if program.settings.period == "since_january":
                now, before = (tiers.amounts(program.tiers, units, scale)[kind, rule]
                               for units in (pl.col("counted") + pl.col("used"), pl.col("used")))  # fmt: skip
                amount = now - before
            if program.settings.attribution == "by_date":
                yield kind, rule, _by_date(sales, program, by_group, kind, rule, scale)
            else:
                whole = by_group.with_columns(whole=(2 * amount + scale) // (2 * scale))
                yield kind, rule, apportioned(whole, whole="whole", weight="units", by="together")
    if program.win_back is not None:
        yield program.win_back.kind, program.win_back.rule, _won_back(sales, program, by_group, scale)


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


def _won_back(sales: Sales, program: Program, by_group: pl.DataFrame, scale: int) -> pl.Series:
    assert program.win_back is not None
    back = _is_won_back(sales, program.win_back.left_since).fill_null(False)
    cents = (2 * by_group["units"] * program.win_back.each + scale) // (2 * scale)
    return cents * back.gather(by_group["group"]).cast(pl.Int64)


def _split(lines: pl.DataFrame, whole: int) -> pl.Series:
    """Each group's cents to its brokers by their shares; what is left of a cent goes to the largest remainder.

    Equal shares take turns: brokers who share several groups alike differ by a cent at the most over all of them.
    """
    several = lines["part"] != whole
    shared = lines.filter(several)
    refuse_overflow(shared, "cents", 2 * whole)  # doubled to round, and the parts add up to the whole at most
    shared = shared.select("group", "broker", exact=pl.col("cents") * pl.col("part"))
    cents = rounded_apart(shared, numerator="exact", denominator=whole, by="group")
    shared = shared.with_columns(cents.alias("cents")).with_row_index("at").sort("group", "broker")
    alike = shared.group_by("group", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("of"), pl.col("exact").min().alias("least"), pl.col("exact").max().alias("most"),
        pl.col("cents").sum().alias("total"), pl.col("broker").cast(pl.String).str.join(" ").alias("who"),
    ).filter(pl.col("least") == pl.col("most"))  # fmt: skip
    left = pl.col("total") - pl.col("of") * (pl.col("least") // whole)
    alike = alike.select("group", "of", "who", left=left).filter(pl.col("left") > 0)
    first = (pl.col("left").cum_sum().over("who") - pl.col("left")) % pl.col("of")
    turns = shared.join(alike.select("group", "of", "left", first=first), on="group", maintain_order="left")
    place = pl.int_range(pl.len(), dtype=pl.Int64).over("group")
    lucky = (place + pl.col("of") - pl.col("first")) % pl.col("of") < pl.col("left")
    turned = turns.select("at", cents=pl.col("exact") // whole + lucky.cast(pl.Int64))
    return lines["cents"].scatter(several.arg_true(), cents.scatter(turned["at"], turned["cents"]))


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
    shared = of.filter(pl.col("named").is_null()).sort("nth", "broker")
    sign = pl.col("amount").sign()
    refuse_overflow(shared, "amount", 2 * sales.whole)
    shared = shared.with_columns(exact=pl.col("amount").abs() * pl.col("part"))
    cents = rounded_apart(shared, numerator="exact", denominator=sales.whole, by="nth")
    shared = shared.with_columns(cents.alias("cents")).with_columns(cents=pl.col("cents") * sign).drop("exact")
    every = pl.concat([named, shared.select(named.columns)])
    kind = program.title.lower() if program.tiers is None else "decided amount"
    return every.group_by("group", "broker", "part", "units").agg(pl.col("cents").sum()).select(
        pl.lit(program.id).alias("program"), "group", "broker", pl.lit(kind).alias("kind"),
        pl.lit("decided").alias("rule"), "cents", "units", pl.col("units").alias("counted"), "part",
    ).sort("group", "broker")  # fmt: skip
