"""Who is paid for a group: the brokers of record on its day, and whether each met the conditions on that day."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from smallgroup.rewards import periods
from smallgroup.rewards.sales import Sales
from smallgroup.rulebook.program import Program

_IN_STATE = ("licensed", "appointed")


@dataclass(frozen=True, slots=True)
class Paid:
    """`pairs`: group, broker, on, part (of `Sales.whole`), one row for each day on which members count. `reasons`:
    group, broker (null: nobody is), rule, because."""

    pairs: pl.DataFrame
    reasons: pl.DataFrame


def paid(sales: Sales, program: Program, credits: pl.DataFrame) -> Paid:
    """`credits` has group and on: the days on which members of groups count."""
    days = credits.select("group").unique(maintain_order=True)
    day = sales.sales["effective_date"].gather(days["group"])
    days = days.with_columns(day.alias("day"))
    if program.snapshot == "period_end":
        days = days.with_columns(day=periods.last_day(program, pl.col("day")))
    every = sales.splits.join(days, on="group")
    now = (pl.col("from_date") <= pl.col("day")) & (pl.col("day") <= pl.col("to_date")).fill_null(True)
    of_record = every.filter(now)
    reasons = [_not_of_record(sales, program, every.filter(~now), of_record, days)]
    if program.settings.split == "not_eligible":
        shared = of_record["group"].is_duplicated() if of_record.height else pl.Series([], dtype=pl.Boolean)
        split = of_record.filter(shared)
        reasons.append(
            split.select(
                "group",
                pl.lit(None, pl.UInt32).alias("broker"),
                rule=pl.lit(program.rules.get("split", "split")),
                because=pl.lit("the commission is split, which this program does not reward"),
            ).unique()
        )
        of_record = of_record.filter(~shared)
    pairs = credits.select("group", "on").join(of_record.select("group", "broker", "part"), on="group",
                                               maintain_order="left")  # fmt: skip
    if program.snapshot == "period_end":
        pairs = pairs.drop("on").unique(maintain_order=True).join(days, on="group", maintain_order="left")
        pairs = pairs.rename({"day": "on"})
    asked = pairs.select("broker", "on").unique(maintain_order=True)
    for condition in program.broker_conditions:
        held = _held(sales, program, condition, asked)
        failed = asked.join(held, on=["broker", "on"], how="anti")
        if failed.is_empty():
            continue
        lost = pairs.join(failed, on=["broker", "on"], how="semi")
        reasons.append(lost.select(
            "group", "broker", rule=pl.lit(program.rules[condition]),
            because=pl.format(_SAYS[condition], "on", pl.lit(program.state)),
        ))  # fmt: skip
    for one in _excluded(sales, program):
        reasons.append(pairs.join(one, on=[name for name in ("group", "broker") if name in one.columns]).select(
            "group", "broker", rule=pl.lit("decided"), because="because"))  # fmt: skip
    told = pl.concat(reasons).unique().sort("group", "broker", "rule", "because", nulls_last=False)
    failing = told.filter(pl.col("broker").is_not_null() & (pl.col("rule") != program.rules["broker_of_record"]))
    if failing.height:
        if program.settings.late_adds == "counted":
            bad = pl.concat([asked.join(_held(sales, program, condition, asked), on=["broker", "on"], how="anti")
                             for condition in program.broker_conditions] or [asked.clear()])  # fmt: skip
            pairs = pairs.join(bad, on=["broker", "on"], how="anti", maintain_order="left")
            failing = failing.filter(pl.col("rule") == "decided")
        pairs = pairs.join(failing, on=["group", "broker"], how="anti", maintain_order="left")
    if program.snapshot == "period_end":
        pairs = pairs.drop("on").join(credits.select("group", "on"), on="group", maintain_order="left")
    return Paid(pairs.select("group", "broker", "on", "part"), told)


_SAYS = {
    "good_standing": "the broker was not in good standing on {}",
    "appointed": "the broker was not appointed on {} in {}",
    "agreement": "the broker had no signed agreement in force on {}",
    "licensed": "the broker had no license on {} in {}",
}


def _held(sales: Sales, program: Program, condition: str, asked: pl.DataFrame) -> pl.DataFrame:
    spans = sales.conditions.filter(pl.col("condition") == condition)
    if condition in _IN_STATE:
        spans = spans.filter(pl.col("state") == program.state)
    inside = (pl.col("from_date") <= pl.col("on")) & (pl.col("on") <= pl.col("to_date")).fill_null(True)
    return asked.join(spans, on="broker").filter(inside).select("broker", "on").unique()


def _not_of_record(
    sales: Sales, program: Program, others: pl.DataFrame, of_record: pl.DataFrame, days: pl.DataFrame
) -> pl.DataFrame:
    """Brokers of another day, and groups that had none on theirs."""
    rule = pl.lit(program.rules["broker_of_record"])
    of_another_day = others.join(of_record, on=["group", "broker"], how="anti").select(
        "group", "broker", rule=rule,
        because=pl.when(pl.col("from_date") > pl.col("day"))
        .then(pl.format("broker of record from {} on, and not on {}", "from_date", "day"))
        .otherwise(pl.format("broker of record to {}, and not on {}", "to_date", "day")),
    )  # fmt: skip
    nobody = days.join(of_record, on="group", how="anti").select(
        "group", pl.lit(None, pl.UInt32).alias("broker"), rule=rule,
        because=pl.format("nobody was broker of record on {}", "day"),
    )  # fmt: skip
    return pl.concat([of_another_day, nobody])


def _excluded(sales: Sales, program: Program) -> list[pl.DataFrame]:
    """Brokers whom a person left out: of one group, or of all."""
    said = sales.adjustments.filter(
        (pl.col("kind") == "exclude") & pl.col("broker_id").is_not_null()
        & (pl.col("program").is_null() | (pl.col("program") == program.id))
    ).with_columns(because=pl.format("excluded by {} on {}: {}", "decided_by", "decided_on", "why"))  # fmt: skip
    if said.is_empty():
        return []
    brokers = sales.brokers.select("broker_id").with_row_index("broker")
    groups = sales.sales.select("group_id").with_row_index("group")
    said = said.join(brokers, on="broker_id").join(groups, on="group_id", how="left", nulls_equal=False)
    everywhere = said.filter(pl.col("group_id").is_null()).select("broker", "because")
    return [everywhere, said.filter(pl.col("group").is_not_null()).select("group", "broker", "because")]
