"""Counts between two numbers: Kleene's logic, and never an answer that some completion contradicts."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallgroup.underwriting.measures import Tally, counted, term
from smallgroup.underwriting.quantity import share_at_least, share_at_most, sure

TRUTH = (True, False, None)


def test_kleene_and_or_not_on_all_27_cases() -> None:
    """a & (b | ~c), by the tables of three-valued logic: false beats null in "and", true beats null in "or"."""

    def number(value: bool | None) -> float:
        return 0.5 if value is None else float(value)

    cases = list(product(TRUTH, repeat=3))
    frame = pl.DataFrame(cases, schema={"a": pl.Boolean, "b": pl.Boolean, "c": pl.Boolean}, orient="row")
    got = frame.select(pl.col("a") & (pl.col("b") | ~pl.col("c"))).to_series().to_list()
    wanted = [min(number(a), max(number(b), 1 - number(c))) for a, b, c in cases]
    assert [number(value) for value in got] == wanted


@pytest.mark.parametrize(("every", "some", "told"), [(True, True, True), (False, True, None), (False, False, False)])
def test_sure(every: bool, some: bool, told: bool | None) -> None:
    frame = pl.DataFrame({"every": [every], "some": [some]})
    assert frame.select(sure(pl.col("every"), pl.col("some"))).item() is told


ROWS = st.lists(st.tuples(st.sampled_from(TRUTH), st.sampled_from(TRUTH)), max_size=7)
SHARES = st.fractions(min_value=0, max_value=1, max_denominator=12)


def completions(rows: list[tuple[bool | None, bool | None]]) -> list[list[tuple[bool, bool]]]:
    """Every way to fill the unknowns in; a row is not in both."""
    choices = [
        [(part, rest) for part, rest in product((True, False), repeat=2)
         if one in (None, part) and other in (None, rest) and not (part and rest)]
        for one, other in rows
    ]  # fmt: skip
    return [list(filled) for filled in product(*choices)]


@given(ROWS, SHARES, st.booleans())
def test_a_share_is_decided_just_when_no_completion_disagrees(
    rows: list[tuple[bool | None, bool | None]], share: Fraction, at_least: bool
) -> None:
    rows = [row for row in rows if row != (True, True)]
    # A row in one count is known to be out of the other, as a person who enrolls does not decline.
    rows = [(one, False) if one else (False, other) if other else (one, other) for one, other in rows]
    frame = pl.DataFrame(rows, schema={"part": pl.Boolean, "rest": pl.Boolean}, orient="row")
    measured = Tally({"part": pl.col("part"), "rest": pl.col("rest")}, {}).over(frame)
    compare = share_at_least if at_least else share_at_most
    told = measured.select(compare(counted("part"), counted("rest"), share)).item()
    answers = set()
    for filled in completions(rows):
        part, rest = sum(one for one, _ in filled), sum(other for _, other in filled)
        lies, bound = part * share.denominator, (part + rest) * share.numerator
        answers.add(lies >= bound if at_least else lies <= bound)
    if told is not None:
        assert answers == {told}
    else:
        assert len(answers) == 2, "unknown, though every completion agrees"


def test_a_total_is_null_only_when_a_row_that_matters_is_unknown() -> None:
    frame = pl.DataFrame({"value": [1, None, 5, 7], "where": [True, False, True, None]})
    sums = Tally({}, {"sum": term(pl.col("value"), pl.col("where"))})
    for rows, wanted in ((frame.head(3), 6), (frame, None), (frame.head(0), 0)):
        assert sums.over(rows).item() == wanted
    both = pl.concat([frame.head(3).with_columns(group=0), frame.with_columns(group=1)])
    assert sums.over_each(both, "group").rows() == [(0, 6), (1, None)]


def test_a_comparison_keeps_its_rows_where_nothing_is_known_of_any_group() -> None:
    nothing = pl.DataFrame({f"n.{end}": pl.Series([None], dtype=pl.UInt32) for end in ("at_least", "at_most")})
    book = pl.concat([nothing, nothing])
    for compared in (counted("n") <= 0, counted("n") >= 1):
        assert book.with_columns(told=compared)["told"].to_list() == [None, None]
