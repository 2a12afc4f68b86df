"""Whole cents, put to many by exact shares: what is left over goes to the largest remainders, then by id."""

from __future__ import annotations

import polars as pl

from smallgroup.errors import Problem, Refused

_LARGEST = 2**62


def refuse_overflow(frame: pl.DataFrame, *factors: str | int) -> None:
    """Raises Refused where a product of columns and numbers could pass 64 bits, instead of wrapping without a word."""
    product = 1
    for factor in factors:
        largest = factor if isinstance(factor, int) else frame.select(pl.col(factor).abs().max()).item()
        product *= max(1, int(largest or 0))
    refuse_large(product)


def refuse_large(number: int) -> None:
    """Raises Refused where a number could pass 64 bits."""
    if number > _LARGEST:
        raise Refused(Problem("amounts", "they are too large to be computed exactly.", "Check the amounts, the number "
                              "of members, and the denominators of the shares."))  # fmt: skip


def apportioned(frame: pl.DataFrame, *, whole: str, weight: str, by: str) -> pl.Series:
    """Each row's part of `whole`, in the order of the rows, which decides between equal remainders.

    `whole` is Int64 and the same in every row of a group of rows (`by`); `weight` is Int64, not negative, and not
    zero in all of them. The parts of a group add up to its whole.
    """
    refuse_overflow(frame, whole, weight)
    all_weights = pl.col(weight).sum().over(by)
    product = pl.col(whole) * pl.col(weight)
    cut = frame.select(by, total=pl.col(whole), part=product // all_weights, rest=product % all_weights)
    return _with_remainders(cut, by)


def rounded_apart(frame: pl.DataFrame, *, numerator: str, denominator: int, by: str) -> pl.Series:
    """Each row's numerator/denominator in whole numbers, so that the rows of a group add up to their exact sum, which
    is rounded half up. Numerators are not negative. The order of the rows decides between equal remainders."""
    exact = pl.col(numerator)
    cut = frame.select(by, part=exact // denominator, rest=exact % denominator,
                       total=(2 * exact.sum().over(by) + denominator) // (2 * denominator))  # fmt: skip
    return _with_remainders(cut, by)


def _with_remainders(cut: pl.DataFrame, by: str) -> pl.Series:
    """`part`, and one more for as many of the largest `rest` of a group of rows as are left of its `total`."""
    left = pl.col("total") - pl.col("part").sum().over(by)
    short = cut.select(by, "rest", left=left).with_row_index("at").filter(pl.col("left") > 0)
    short = short.sort(by, "rest", descending=[False, True], maintain_order=True)
    # In sorted rows the place in a group of rows is counted from where it starts, several times faster than a window.
    row = pl.int_range(pl.len())
    start = pl.when(pl.col(by) != pl.col(by).shift()).then(row).forward_fill().fill_null(0)
    lucky = short.filter(row - start < pl.col("left"))["at"]
    return cut["part"].scatter(lucky, cut["part"].gather(lucky) + 1)
