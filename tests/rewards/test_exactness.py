"""What would pass 64 bits is refused in a sentence, and what is left of a cent has one place to go."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from smallgroup.errors import Refused
from smallgroup.rewards.attribution import apportioned, rounded_apart
from smallgroup.rewards.earn import Earned, earn
from smallgroup.rewards.read_sales import read_sales
from smallgroup.rulebook.program import Program, chosen_programs
from tests.rewards.books import PRODUCTION, frames, rows_of

FINE = {"ADA": "1/500000003", "BEN": "500000002/500000003"}
AS_OF = date(2026, 1, 31)


def earned(book: dict[str, Any], program: Program | None = None) -> Earned:
    return earn(read_sales(frames(rows_of(book))), [program or chosen_programs([PRODUCTION])[0]], AS_OF)


def paying(cents: int) -> Program:
    """Cents for each member, and members that are split."""
    (program,) = chosen_programs([PRODUCTION])
    assert program.tiers is not None
    *first, last = program.tiers.steps
    tiers = replace(program.tiers, steps=(*first, replace(last, each=cents)))
    return replace(program, tiers=tiers, settings=replace(program.settings, split="members"), doubts=())


def test_fine_shares_are_exact() -> None:
    lines = earned({"groups": [{"members": 300, "brokers": FINE}]}).lines
    assert lines["cents"].to_list() == [7_875_00]  # the other share is of no cent


def test_a_decided_amount_that_cannot_be_split_exactly_is_refused() -> None:
    decided = {"kind": "amount", "program": PRODUCTION, "group_id": "G1", "amount": "90000000.00"}
    with pytest.raises(Refused, match="too large to be computed exactly"):
        earned({"groups": [{"brokers": FINE}], "adjustments": [decided]})


def test_members_that_a_tier_cannot_multiply_exactly_are_refused() -> None:
    book = {"groups": [{"members": 300, "brokers": FINE}]}
    assert earned(book, paying(25_00)).total
    with pytest.raises(Refused, match="too large to be computed exactly"):
        earned(book, paying(1_000_000_000_00))


def test_of_equal_remainders_the_first_rows_have_the_cent() -> None:
    rows = pl.DataFrame({"of": [1, 1, 1, 2, 2], "whole": [5, 5, 5, 3, 3], "weight": [1, 1, 1, 1, 1]})
    assert apportioned(rows, whole="whole", weight="weight", by="of").to_list() == [2, 2, 1, 2, 1]


def test_halves_of_a_cent_add_up_to_the_exact_sum() -> None:
    rows = pl.DataFrame({"of": [1, 1, 2, 2, 2], "exact": [1, 3, 1, 1, 1]})
    assert rounded_apart(rows, numerator="exact", denominator=2, by="of").to_list() == [1, 1, 1, 1, 0]
