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
    """`pairs`: group, broker, on, units, part (of `Sales.whole`), one row for each day on which members count, in the
    order of groups and brokers. `reasons`: group, broker (null: nobody is), rule, because."""

    pairs: pl.DataFrame
    reasons: pl.DataFrame


def paid(sales: Sales, program: Program, credits: pl.DataFrame) -> Paid:
    """`credits` has group, on and units: the days on which members of groups count."""
    day = sales.sales["effective_date"]
    if program.snapshot == "period_end":
        begins = sales.sales.select("effective_date")
        day = begins.with_columns(day=periods.last_day(program, pl.col("effective_date")))["day"]
    count = pl.Series([False]).new_from_index(0, sales.sales.height).scatter(credits["group"], True)
    every = sales.splits.filter(count.gather(sales.splits["group"]))
    every = every.with_columns(day.gather(every["group"]).alias("day"))
    now = (pl.col("from_date") <= pl.col("day")) & (pl.col("day") <= pl.col("to_date")).fill_null(True)
    of_record = every.filter(now).sort("group", "broker")
    days = pl.DataFrame({"group": count.arg_true(), "day": day.filter(count)})
    reasons = [_not_of_record(program, every.filter(~now), of_record, days)]
    if program.settings.split == "not_eligible":
        shared = of_record["group"].is_duplicated()
        reasons.append(of_record.filter(shared).select(
            "group", broker=pl.lit(None, pl.UInt32), rule=pl.lit(program.rules.get("split", "split")),
            because=pl.lit("the commission is split, which this program does not reward"),
        ))  # fmt: skip
        of_record = of_record.filter(~shared)
    pairs = of_record.select("group", "broker", "part", "day").join(credits, on="group", maintain_order="left_right")
    if program.snapshot == "effective_date":
        pairs = pairs.with_columns(day="on")
    pairs = pairs.with_row_index("at")
    failing = [_without(sales, program, condition, pairs) for condition in program.broker_conditions]
    failing += _excluded(sales, program, pairs)
    reasons += [one.select("group", "broker", "rule", "because") for one in failing]
    for one in failing:
        pairs = pairs.filter(~pl.col("at").is_in(one["at"].implode()))
    return Paid(pairs.select("group", "broker", "on", "units", "part"), pl.concat(reasons).unique())


_SAYS = {
    "good_standing": "the broker was not in good standing on {{}}",
    "appointed": "the broker was not appointed on {{}} in {state}",
    "agreement": "the broker had no signed agreement in force on {{}}",
    "licensed": "the broker had no license on {{}} in {state}",
}


def _without(sales: Sales, program: Program, condition: str, pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs whose broker did not meet a condition on their day."""
    spans = sales.conditions.filter(pl.col("condition") == condition)
    if condition in _IN_STATE:
        spans = spans.filter(pl.col("state") == program.state)
    # Nearly everybody meets it all the time: the days of the others are looked at one by one.
    span = pairs.select(pl.col("day").min().alias("first"), pl.col("day").max().alias("last"))
    throughout = spans.join(span, how="cross").filter(
        pl.col("from_date") <= pl.col("first"), (pl.col("to_date") >= pl.col("last")).fill_null(True)
    )["broker"]  # fmt: skip
    few = pairs.filter(~pl.col("broker").is_in(throughout.implode()))
    inside = (pl.col("from_date") <= pl.col("day")) & (pl.col("day") <= pl.col("to_date")).fill_null(True)
    met = few.join(spans, on="broker").filter(inside)["at"]
    return few.filter(~pl.col("at").is_in(met.implode())).with_columns(
        rule=pl.lit(program.rules[condition]), because=pl.format(_SAYS[condition].format(state=program.state), "day")
    )


def _not_of_record(
    program: Program, others: pl.DataFrame, of_record: pl.DataFrame, days: pl.DataFrame
) -> pl.DataFrame:  # fmt: skip
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


def _excluded(sales: Sales, program: Program, pairs: pl.DataFrame) -> list[pl.DataFrame]:
    """The pairs whose broker a person left out: of one group, or of all."""
    said = sales.adjustments.filter(
        (pl.col("kind") == "exclude") & pl.col("broker_id").is_not_null()
        & (pl.col("program").is_null() | (pl.col("program") == program.id))
    ).with_columns(because=pl.format("excluded by {} on {}: {}", "decided_by", "decided_on", "why"))  # fmt: skip
    if said.is_empty():
        return []
    brokers = sales.brokers.select("broker_id").with_row_index("broker")
    groups = sales.sales.select("group_id").with_row_index("group")
    groups = groups.filter(pl.col("group_id").is_in(said["group_id"].drop_nulls().implode()))
    said = said.join(brokers, on="broker_id").join(groups, on="group_id", how="left")
    said = said.select("group", "broker", "because", rule=pl.lit("decided"))
    everywhere = said.filter(pl.col("group").is_null()).drop("group")
    of_one = said.filter(pl.col("group").is_not_null())
    return [pairs.join(everywhere, on="broker"), pairs.join(of_one, on=["group", "broker"])]
