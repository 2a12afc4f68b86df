"""Units → dollars: the modes of a program as Polars expressions, in whole cents.

Units may be parts of members: then they are counted in `scale` parts of one, and every amount is exact in as many
parts of a cent.
"""

from __future__ import annotations

from fractions import Fraction

import polars as pl

from smallgroup.rulebook.program import ByGroups, Program, Step, Tiers


def amounts(tiers: Tiers, units: pl.Expr, scale: int = 1) -> dict[tuple[str, str], pl.Expr]:
    """(kind, rule) → cents × scale for a count of units × scale: the modes that look at the whole count."""
    found: dict[tuple[str, str], pl.Expr] = {}
    for step in tiers.steps:
        if not step.pays:
            continue
        name = (step.kind or tiers.kind, step.rule or tiers.rule)
        amount = _of_step(tiers, step, units, scale)
        found[name] = found[name] + amount if name in found else amount
    return found


def _of_step(tiers: Tiers, step: Step, units: pl.Expr, scale: int) -> pl.Expr:
    reached = units >= step.from_ * scale
    nothing = pl.lit(0, pl.Int64)
    if tiers.mode == "retroactive":
        here = reached if step.to is None else reached & (units < (step.to + 1) * scale)
        return pl.when(here).then(units * (step.each or 0)).otherwise(nothing)
    amount = pl.when(reached).then(pl.lit((step.once or 0) * scale, pl.Int64)).otherwise(nothing)
    if step.each:
        last = units if step.to is None else pl.min_horizontal(units, pl.lit(step.to * scale, pl.Int64))
        inside = last - (step.from_ - 1) * scale
        amount = amount + pl.when(inside > 0).then(inside * step.each).otherwise(nothing)
    return amount


def of_each_group(tiers: Tiers, *, size: pl.Expr, units: pl.Expr, groups: pl.Expr, part: pl.Expr) -> pl.Expr:
    """Cents × scale of one group: the modes that look at each group alone.

    `size` finds the band, `units` (× scale) are paid, `groups` is how many there are, and `part` (× scale) is what is
    paid of a sum for the group as a whole.
    """
    amount = pl.lit(0, pl.Int64)
    for step in tiers.steps:
        here = size >= step.from_
        if step.to is not None:
            here &= size <= step.to
        pays = units * step.each if step.each else _by_groups(step.by_groups, groups) * part
        amount = pl.when(here).then(pays).otherwise(amount)
    return amount


def _by_groups(bands: tuple[ByGroups, ...], groups: pl.Expr) -> pl.Expr:
    amount = pl.lit(0, pl.Int64)
    for band in bands:
        amount = pl.when(groups >= band.from_).then(pl.lit(band.once, pl.Int64)).otherwise(amount)
    return amount


def dollars_for(program: Program, units: Fraction) -> int:
    """The cents of a count by itself, for a ladder: what `units` would pay. Half a cent goes up."""
    assert program.tiers is not None
    scale = units.denominator
    exact = pl.select(n=pl.lit(units.numerator, pl.Int64)).select(
        pl.sum_horizontal(*amounts(program.tiers, pl.col("n"), scale).values())
    ).item()  # fmt: skip
    return int((2 * exact + scale) // (2 * scale))
