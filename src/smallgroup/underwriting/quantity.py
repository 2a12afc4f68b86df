"""A count of which some rows are unknown lies between two whole numbers, and is compared so that no guess is made.

`at_least` counts the rows known to be in, `at_most` adds those that may be. A comparison is true or false when it
holds or fails for every count between them, and null otherwise: so an unknown fact matters exactly where it could
change the answer, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import polars as pl


@dataclass(frozen=True, slots=True)
class Count:
    """Two UInt32 expressions, wide enough for people times the denominator of a share, and never subtracted: an
    unsigned count would wrap. Neither is null where the group has rows at all.

    Two counts in one comparison may share unknown rows only where the worst case of one is the worst case of the
    other too (a row that may be a 1099 or a W-2 worker, in 1099 ≤ W-2); every clause here is of that kind.
    """

    at_least: pl.Expr
    at_most: pl.Expr

    def __add__(self, other: Count | int) -> Count:
        other = _count(other)
        return Count(self.at_least + other.at_least, self.at_most + other.at_most)

    def __mul__(self, factor: int) -> Count:
        assert factor >= 0
        return self if factor == 1 else Count(self.at_least * factor, self.at_most * factor)

    def __ge__(self, other: Count | int) -> pl.Expr:
        other = _count(other)
        return sure(self.at_least >= other.at_most, self.at_most >= other.at_least)

    def __le__(self, other: Count | int) -> pl.Expr:
        # The columns stand on the left: a literal there, beside a column that is null throughout, makes one row of
        # many in Polars 2.1.
        other = _count(other)
        return sure(self.at_most <= other.at_least, self.at_least <= other.at_most)


def _count(value: Count | int) -> Count:
    if isinstance(value, Count):
        return value
    return Count(pl.lit(value, pl.UInt32), pl.lit(value, pl.UInt32))


def sure(in_every_case: pl.Expr, in_some_case: pl.Expr) -> pl.Expr:
    """true where it holds in every case, false where it holds in none, null between.

    Kleene "or" makes it two operations: every | (some & null) is true, null or false.
    """
    return in_every_case | (in_some_case & pl.lit(None, pl.Boolean))


def share_at_least(part: Count, rest: Count, share: Fraction) -> pl.Expr:
    """part / (part + rest) ≥ share, by cross-multiplication; 0 / 0 holds, so a clause says what nobody means.

    `part` and `rest` count different rows, so that the fewest of one go with the most of the other.
    """
    return part * (share.denominator - share.numerator) >= rest * share.numerator


def share_at_most(part: Count, rest: Count, share: Fraction) -> pl.Expr:
    """part / (part + rest) ≤ share, by cross-multiplication; 0 / 0 holds."""
    return part * (share.denominator - share.numerator) <= rest * share.numerator
