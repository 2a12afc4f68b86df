"""Days: what is counted together (a window, a year, a quarter), the days of rescission, and until when is held."""

from __future__ import annotations

import polars as pl

from smallgroup.rulebook.program import Program


def number(days: pl.Series, period: str) -> pl.Series:
    """One number for each window (0), year (2025) or quarter (20253)."""
    year = days.dt.year().cast(pl.Int32)
    if period == "calendar_year":
        return year.alias("period")
    if period == "quarter":
        return (year * 10 + days.dt.quarter().cast(pl.Int32)).alias("period")
    return (year * 0).alias("period")


def named(period: int) -> str:
    """What a sentence calls a period, after a count: "" for the window, " of 2025", " of 2025-Q3"."""
    if not period:
        return ""
    return f" of {period // 10}-Q{period % 10}" if period > 9999 else f" of {period}"


def last_day(program: Program, day: pl.Expr) -> pl.Expr:
    """The last day of the period that a day falls in. The window of a program that looks at it has an end."""
    every = {"calendar_year": ("1y", "1y"), "quarter": ("1q", "3mo")}.get(program.settings.period)
    if every is None:
        return pl.lit(program.to)
    start, length = every
    return day.dt.truncate(start).dt.offset_by(length).dt.offset_by("-1d")


def rescinded(program: Program, begins: pl.Expr, last: pl.Expr) -> pl.Expr:
    """Whether coverage that began on a day and had this last day ended within the days of rescission."""
    limit = begins.dt.offset_by(f"{program.rescission_days or 0}d")
    without = last.dt.offset_by("1d")
    return {
        "first_day_without": without <= limit, "last_covered_day": last <= limit, "strictly_before": without < limit,
    }[program.settings.ninetieth]  # fmt: skip


def held_until(program: Program, begins: pl.Expr) -> pl.Expr:
    """The day before which a group's reward is not paid; null holds nothing."""
    days, pay = [pl.lit(None, pl.Date)], program.pay
    if pay is not None and pay.hold == "until_kept" and program.rescission_days is not None:
        after = {"strictly_before": 0, "first_day_without": 1, "last_covered_day": 2}[program.settings.ninetieth]
        days.append(begins.dt.offset_by(f"{program.rescission_days + after}d"))
    if pay is not None and pay.after_days:
        days.append(last_day(program, begins).dt.offset_by(f"{pay.after_days}d"))
    return pl.max_horizontal(days)
