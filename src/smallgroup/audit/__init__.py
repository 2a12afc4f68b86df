"""Recertification and renewal audit: the checklist, and papers held against the census. Pure: it opens no file.

A wage report has no hours, so it never proves that anybody works full time.
"""

from smallgroup.audit.checklist import Item, Recertification, as_renewal, recertify
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
    "Annotation", "Item", "Match", "NotOnCensus", "NotOnReport", "NotToldApart", "Proposal", "Recertification",
    "Reconciliation", "WageReport", "WageRow", "as_renewal", "parse_wage_report", "recertify", "reconcile",
]  # fmt: skip
