"""The least that must be sold before anything is paid, and whom it leaves out, with the numbers."""

from __future__ import annotations

from fractions import Fraction

import polars as pl

from smallgroup.rewards import periods
from smallgroup.rewards.sales import Sales
from smallgroup.rulebook.program import Gate, Program


def passes(program: Program, scale: int) -> pl.Expr:
    """Over counters: whether what is counted together passes the gate."""
    gate = program.gate
    if gate is None:
        return pl.col("units") >= 0
    return (pl.col("units") >= gate.units * scale) & (pl.col("groups") >= gate.groups)


def below(
    sales: Sales, program: Program, credited: pl.DataFrame, counters: pl.DataFrame, scale: int
) -> pl.DataFrame:  # fmt: skip
    """group, broker, rule, because: every broker whose count is below the gate. `group` is null, but where each group
    counts alone."""
    schema = {"group": pl.UInt32, "broker": pl.UInt32, "rule": pl.String, "because": pl.String}
    if program.gate is None:
        return pl.DataFrame(schema=schema)
    alone = program.settings.counted_for == "group"
    whom = ["group", "broker"] if alone else ["broker"]
    failing = credited.select("counter", "period", *whom).unique().join(
        counters.filter(~passes(program, scale)), on=["counter", "period"]
    )  # fmt: skip
    payees = sales.brokers["payee_id"]
    rows = [
        {"group": row.get("group"), "broker": row["broker"], "rule": program.gate.rule, "because": _sentence(
            program, program.gate, Fraction(row["units"], scale), row["groups"], row["period"],
            payees[row["broker"]] if program.settings.counted_for == "payee" else None)}
        for row in failing.iter_rows(named=True)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def _sentence(program: Program, gate: Gate, units: Fraction, groups: int, period: int, payee: str | None) -> str:
    counts = [_many(units, program.unit)] if gate.units else []
    least = [_many(Fraction(gate.units), program.unit)] if gate.units else []
    if gate.groups:
        counts.append(_many(Fraction(groups), "group"))
        least.append(_many(Fraction(gate.groups), "group"))
    whose = f" for {payee}" if payee else ""
    return (f"{' in '.join(counts)} counted{whose}{periods.named(period)}: nothing is earned below "
            f"{' and '.join(least)}")  # fmt: skip


def _many(number: Fraction, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
