"""What is computed of one row in Python is what Polars computes of it."""

from __future__ import annotations

import json
import random
from datetime import date
from itertools import product
from typing import Any, get_args

import polars as pl
import pytest

from smallgroup.group import read_group
from smallgroup.rulebook import guidelines
from smallgroup.underwriting import edition
from smallgroup.underwriting.engine import Edition, Federal
from smallgroup.underwriting.facts import facts_of
from smallgroup.underwriting.one_row import OneRow
from tests.underwriting.cases import AS_OF, GUIDE, ORDINARY, members

EDITIONS = [
    edition(guide, on, federal=federal)
    for guide, federal, on in product(guidelines(), get_args(Federal), (AS_OF, date(2026, 1, 2)))
]
NUMBERS = (None, 0, 1, 2, 3, 4, 12, 30_00, 40_00, 144_000, 145_000, 7_344_000, 100_000_000)
DAYS = (None, date(2025, 9, 1), date(2025, 9, 15), date(2025, 10, 1), date(2025, 11, 15), date(2024, 2, 29))


def expressions(in_force: Edition) -> dict[str, pl.Expr]:
    columns = {one.meta.output_name(): one for one in (*in_force.reading_columns, *in_force.comparison_columns)}
    return {**columns, **in_force.derived_measures}


def measures() -> pl.Schema:
    in_force = edition(GUIDE, AS_OF)
    facts = facts_of(read_group(ORDINARY), members([{}]), None, in_force)
    return in_force.measure(facts.groups, facts.people, facts.months)[0].schema


def words(in_force: Edition) -> list[str | None]:
    """Every word that an expression compares with."""

    def within(tree: Any) -> set[str]:
        if isinstance(tree, dict):
            found = {tree["String"]} if "String" in tree else set()
            return found.union(*map(within, tree.values()))
        return set().union(*map(within, tree)) if isinstance(tree, list) else set()

    trees = (json.loads(one.meta.serialize(format="json")) for one in expressions(in_force).values())
    return [None, *sorted(set().union(*map(within, trees)))]


def some_rows(schema: pl.Schema, said: list[str | None], number: int) -> pl.DataFrame:
    draw = random.Random(7)
    values: dict[type[pl.DataType], tuple[Any, ...]] = {
        pl.Boolean: (None, True, False), pl.Date: DAYS, pl.String: tuple(said),
    }  # fmt: skip
    return pl.DataFrame(
        {name: draw.choices(values.get(kind.base_type(), NUMBERS), k=number) for name, kind in schema.items()},
        schema=schema,
    )


@pytest.mark.parametrize("in_force", EDITIONS, ids=lambda one: f"{one.guideline.id}, {one.federal}, {one.on}")
def test_every_reading_and_measure_of_any_row_is_what_polars_makes_of_it(in_force: Edition) -> None:
    found = expressions(in_force)
    schema = measures()
    names = {name for one in found.values() for name in one.meta.root_names()}
    schema.update({name: pl.Boolean() for name in names if name.startswith("has_")})
    rows = some_rows(schema, words(in_force), 100)
    one_row = OneRow(found)
    assert not one_row.left_to_polars, "slow for one group: teach one_row.py what is left"
    together = rows.select(one.alias(name) for name, one in found.items()).rows(named=True)
    for place, row in enumerate(together):
        assert one_row.of(rows.slice(place, 1)) == row


def test_what_python_does_not_know_is_left_to_polars() -> None:
    frame = pl.DataFrame({"a": [3], "word": ["three"]})
    known = {
        "between": pl.col("a").is_between(2, 4) & (pl.col("a") > 3),
        "starts": pl.col("word").str.starts_with("th") | pl.lit(None, pl.Boolean),
        "word": pl.col("word"), "five": pl.lit(5),
    }  # fmt: skip
    one_row = OneRow(known)
    assert len(one_row.left_to_polars) == 2
    assert one_row.of(frame) == {"between": False, "starts": True, "word": "three", "five": 5}


def test_columns_that_are_null_have_the_types_of_polars() -> None:
    frame = pl.DataFrame({"a": [None], "b": [None]}, schema={"a": pl.UInt32, "b": pl.Boolean})
    found = {"sum": pl.col("a") + 1, "both": pl.col("b") & True, "less": pl.col("a").cast(pl.Int32) - 1}
    beside = OneRow(found).beside(frame)
    assert beside.equals(frame.with_columns(**found))
    assert beside.schema == frame.with_columns(**found).schema
