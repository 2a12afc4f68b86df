"""A rate file on disk → `RateTable`."""

from __future__ import annotations

from pathlib import Path

from smallgroup.intake.csv_table import csv_table
from smallgroup.rating.rate_table import RateTable, parse_rates


def rates_file(path: Path, *, state: str | None = None, attributes: Path | None = None) -> RateTable:
    """Reads a CSV of rates in the plain layout or that of the CMS Rate PUF (UTF-8, or else Windows-1252).

    `state` chooses one of a PUF that holds several; `attributes` is the CMS Plan Attributes PUF, for name,
    metal and kind. Raises Refused with every problem of the file. A gap is none: see `RateTable.gaps`.
    """
    frame = csv_table(path)
    plans = csv_table(attributes) if attributes is not None else None
    return parse_rates(frame, file=path.name, state=state, attributes=plans)
