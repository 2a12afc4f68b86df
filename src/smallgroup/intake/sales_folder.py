"""A folder of sales on disk → `Sales`."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from smallgroup.errors import Problem, Refused
from smallgroup.intake.csv_table import csv_table
from smallgroup.rewards.read_sales import COLUMNS, read_sales
from smallgroup.rewards.sales import Sales


def sales_folder(folder: Path) -> Sales:
    """Reads sales.csv, members.csv, splits.csv and brokers.csv, and adjustments.csv where it is there.

    Raises Refused with every problem of every file.
    """
    if not folder.is_dir():
        why = "it is a file." if folder.exists() else "there is no such folder."
        raise Refused(Problem(folder.name, why, "Name the folder that sales.csv lies in."))
    tables: dict[str, pl.DataFrame] = {}
    problems: list[Problem] = []
    for name in COLUMNS:
        path = folder / f"{name}.csv"
        if name == "adjustments" and not path.exists():
            continue
        try:
            tables[name] = csv_table(path)
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(problems)
    return read_sales(tables)
