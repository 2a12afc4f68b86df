"""How readings make an outcome: the same table for one group and for millions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import product

import polars as pl

from smallgroup.underwriting.clause import OUTCOMES

MET, NOT_MET, REFER, NEEDS_EVIDENCE, NOT_APPLICABLE = range(len(OUTCOMES))


def outcome(applies: str, readings: Sequence[str]) -> pl.Expr:
    """The outcome of a clause from its readings, the default first.

    Two readings that are decided and differ refer the case. A reading that is null for want of a fact blocks no
    default that is decided; a default that is null needs evidence, whatever the others say.
    """
    default = pl.col(readings[0])
    decided = pl.when(default).then(pl.lit(MET, pl.UInt8)).when(~default).then(pl.lit(NOT_MET, pl.UInt8))
    result = decided.otherwise(pl.lit(NEEDS_EVIDENCE, pl.UInt8))
    if len(readings) > 1:
        holds = [pl.col(name) for name in readings]
        some_hold = pl.any_horizontal(holds).fill_null(False)
        some_fail = ~pl.all_horizontal(holds).fill_null(True)
        result = pl.when(some_hold & some_fail).then(pl.lit(REFER, pl.UInt8)).otherwise(result)
    return (
        pl.when(pl.col(applies)).then(result)
        .when(~pl.col(applies)).then(pl.lit(NOT_APPLICABLE, pl.UInt8))
        .otherwise(pl.lit(NEEDS_EVIDENCE, pl.UInt8))
    )  # fmt: skip


Kleene = bool | None


@cache
def _outcome_table() -> dict[tuple[Kleene, ...], int]:
    """(applies, default, one more reading, another) → code, filled by the expression that a book runs."""
    names = ["applies", "r0", "r1", "r2"]
    mixes = list(product((True, False, None), repeat=4))
    frame = pl.DataFrame(mixes, schema=dict.fromkeys(names, pl.Boolean), orient="row")
    codes = frame.select(outcome("applies", names[1:])).to_series()
    return dict(zip(mixes, codes, strict=True))


def outcome_of(applies: Kleene, readings: Sequence[Kleene]) -> int:
    """The outcome's code of one group. Of many readings it matters which is the default, and what the others say."""
    default = readings[0]
    holds = True if True in readings else default
    fails = False if False in readings else default
    return _outcome_table()[applies, default, holds, fails]
