"""Papers held against the census: who is on one and not on the other, and what to ask. Pure: it opens no file.

A wage report has no hours, so it never proves that anybody works full time.
"""

from smallgroup.audit.quarter import WageReportTerms, WageTerms, due_on, quarter_days, quarter_due, quarter_of
from smallgroup.audit.reconcile import (
    Annotation,
    Match,
    NotOnCensus,
    NotOnReport,
    NotToldApart,
    Proposal,
    Reconciliation,
    reconcile,
)
from smallgroup.audit.wage_report import WageReport, WageRow, parse_wage_report

__all__ = [
    "Annotation", "Match", "NotOnCensus", "NotOnReport", "NotToldApart", "Proposal", "Reconciliation", "WageReport",
    "WageReportTerms", "WageRow", "WageTerms", "due_on", "parse_wage_report", "quarter_days", "quarter_due",
    "quarter_of", "reconcile",
]  # fmt: skip
