"""A wage report on disk (a spreadsheet, a .csv or a text PDF) → `WageReport`. Read in a limited child process."""

from __future__ import annotations

from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Final

from smallgroup.intake.child import Limits

if TYPE_CHECKING:
    from smallgroup.audit.wage_report import WageReport

PAPER: Final = "wage report"
LIMITS: Final = Limits(paper=PAPER, rows=20_000)
# Laying out a page of text is a hundred times the work of reading a page of cells.
PDF_LIMITS: Final = Limits(paper=PAPER, cpu_seconds=20, wall_seconds=22.0, rows=20_000)


def wage_report_file(path: str | PathLike[str]) -> WageReport:
    """The wage report in a spreadsheet, .csv or .pdf file: the one way in.

    Raises Refused with every problem of the file; no message holds a Social Security number or names the folder.
    """
    from smallgroup.intake import process

    process.warm_up()  # the reader starts while this process loads Polars
    from smallgroup.audit.wage_report import parse_wage_report
    from smallgroup.intake.spreadsheet import sheets_of

    sheets, notices = sheets_of(path, limits=LIMITS, pdf=PDF_LIMITS)
    report = parse_wage_report(sheets, file=Path(path).name)
    return replace(report, notices=(*notices, *report.notices)) if notices else report
