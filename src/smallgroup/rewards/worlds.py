"""The sales that one broker's money hangs on, and the same sales several times over with one thing changed in each."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallgroup.rewards.sales import Sales


def around(sales: Sales, broker: int) -> Sales:
    """Only what can change a cent of a broker: every group of the brokers that are paid together with it, and of
    those with whom they share a group. Ids stay, rows are numbered anew."""
    payees = sales.brokers.select("payee_id").with_row_index("broker")
    splits = sales.splits.select("group", "broker").unique()
    mine = _groups_of(splits, payees, payees.filter(pl.col("broker") == broker))
    near = _groups_of(splits, payees, splits.join(mine, on="group", how="semi").join(payees, on="broker"))
    return only(sales, near["group"].sort(), keep=broker)


def _groups_of(splits: pl.DataFrame, payees: pl.DataFrame, those: pl.DataFrame) -> pl.DataFrame:
    paid_together = payees.join(those.select("payee_id").unique(), on="payee_id", how="semi")
    return splits.join(paid_together, on="broker", how="semi").select("group").unique()


def only(sales: Sales, groups: pl.Series, *, keep: int) -> Sales:
    """The sales of some groups, by their rows in order; brokers without any of them are left out, but for `keep`."""
    row = pl.DataFrame({"group": groups}).with_row_index("new")
    theirs = sales.splits.join(row, on="group", how="semi")["broker"]
    kept = theirs.append(pl.Series([keep], dtype=theirs.dtype)).unique().sort()
    brokers = pl.DataFrame({"broker": kept}).with_row_index("new")
    wanted = pl.Series([False]).new_from_index(0, sales.sales.height).scatter(groups, True)
    members = sales.members.filter(wanted.gather(sales.members["group"]))
    ids, names = sales.sales["group_id"].gather(groups), sales.brokers["broker_id"].gather(kept)
    return Sales(
        sales.sales[groups],
        _renumbered(members, "group", row),
        _renumbered(_renumbered(sales.splits, "group", row), "broker", brokers),
        sales.whole,
        sales.brokers[kept],
        _renumbered(sales.conditions, "broker", brokers),
        sales.adjustments.filter(
            pl.col("group_id").is_null() | pl.col("group_id").is_in(ids.implode()),
            pl.col("broker_id").is_null() | pl.col("broker_id").is_in(names.implode()),
        ),
    )  # fmt: skip


def _renumbered(frame: pl.DataFrame, column: str, rows: pl.DataFrame) -> pl.DataFrame:
    joined = frame.join(rows, on=column, maintain_order="left").with_columns(pl.col("new").alias(column))
    return joined.drop("new")


def without_each(sales: Sales, groups: Sequence[int]) -> Sales:
    """The sales once as they are, and once for each of some groups as if its coverage had ended on its first day.

    The rows of world n are n × as many further on; ids carry the number of their world.
    """
    worlds = len(groups) + 1
    height, brokers = sales.sales.height, sales.brokers.height

    def many(frame: pl.DataFrame, **steps: int) -> pl.DataFrame:
        copies = pl.concat([frame] * worlds)
        world = pl.int_range(pl.len(), dtype=pl.Int64) // max(frame.height, 1)
        return copies.with_columns(
            *((pl.col(name) + world * step).cast(pl.UInt32) for name, step in steps.items()),
            *(pl.format("{}#{}", world.cast(pl.String).str.zfill(6), name).alias(name)
              for name in ("group_id", "broker_id", "payee_id") if name in frame.columns),
        )  # fmt: skip

    ended = pl.Series([group + (n + 1) * height for n, group in enumerate(groups)], dtype=pl.UInt32)
    every = many(sales.sales)
    first = every["effective_date"].gather(ended)
    every = every.with_columns(
        every["last_covered_day"].scatter(ended, first),
        every["termination_known_on"].scatter(ended, pl.Series([None] * len(groups), dtype=pl.Date)),
    )
    return Sales(
        every, many(sales.members, group=height), many(sales.splits, group=height, broker=brokers), sales.whole,
        many(sales.brokers), many(sales.conditions, broker=brokers), many(sales.adjustments),
    )  # fmt: skip
