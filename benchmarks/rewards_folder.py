"""A book of sales on disk: in Parquet as it stands in memory, or as the folder of CSV files that people have."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import polars as pl

from benchmarks.rewards_sql import TABLES
from smallgroup.rewards.sales import CONDITIONS, Sales

_SPANS = {"licensed": "license", "appointed": "appointment"}


def write_parquet(sales: Sales, folder: Path) -> None:
    for name in TABLES:
        getattr(sales, name).write_parquet(folder / f"{name}.parquet")


def read_parquet(folder: Path, whole: int) -> Sales:
    return Sales(whole=whole, **{name: pl.read_parquet(folder / f"{name}.parquet") for name in TABLES})


def write_csv(sales: Sales, folder: Path) -> None:
    """What intake.sales_folder reads back as the same sales."""
    groups, brokers = sales.sales["group_id"], sales.brokers["broker_id"]
    shares = {part: str(Fraction(part, sales.whole)) for part in sales.splits["part"].unique()}
    amount = pl.col("amount")
    frames = {
        "sales": sales.sales,
        "members": sales.members.drop("is_copy").with_columns(groups.gather(sales.members["group"])).drop("group"),
        "splits": sales.splits.select(
            groups.gather(sales.splits["group"]), brokers.gather(sales.splits["broker"]), "from_date", "to_date",
            share=pl.col("part").replace_strict(list(shares), list(shares.values()), return_dtype=pl.String),
        ),
        "brokers": _broker_rows(sales),
        "adjustments": sales.adjustments.with_columns(
            pl.format("{}.{}", amount // 100, (amount % 100).cast(pl.String).str.zfill(2)).alias("amount")
        ),
    }  # fmt: skip
    for name, frame in frames.items():
        frame.write_csv(folder / f"{name}.csv")


def _broker_rows(sales: Sales) -> pl.DataFrame:
    """A row a broker, and one more for each further time that a condition was met."""
    facts = sales.brokers.with_row_index("broker")
    spans = sales.conditions.with_columns(nth=pl.int_range(pl.len()).over("broker", "condition"))
    rows = spans.select("broker", "nth").unique().sort("broker", "nth")
    for condition in CONDITIONS:
        stem = {"from_date": f"{condition}_from", "to_date": f"{condition}_to"}
        if condition in _SPANS:
            stem["state"] = f"{_SPANS[condition]}_state"
        of_this = spans.filter(pl.col("condition") == condition).select("broker", "nth", *stem).rename(stem)
        rows = rows.join(of_this, on=["broker", "nth"], how="left", maintain_order="left")
    return rows.join(facts, on="broker", maintain_order="left").drop("broker", "nth")
