"""Business license or Secretary of State (guide, pages 3 and 5): one of the two."""

from __future__ import annotations

from datetime import date

import polars as pl

from smallgroup.dates import spoken
from smallgroup.rulebook import Guideline
from smallgroup.underwriting.clause import Case, Clause, Cure, plain

_STATUS = {
    "active_compliant": "active and compliant with", "active_noncompliance": "active, but not compliant, with",
    "inactive": "inactive with", "not_registered": "not registered with",
}  # fmt: skip
_OFFICE = "the Secretary of State"


def business_license(guideline: Guideline, on: date) -> Clause:
    """A license that is valid on the effective date, or active and compliant with the Secretary of State (page 3).

    The last day of a license is a day on which it is valid. A sole proprietor is in no register and needs the license.
    """
    licensed = pl.col("license_expires_on") >= pl.col("effective_date")
    return plain(
        guideline.heading("business_license"),
        "business-license",
        licensed | (pl.col("secretary_of_state") == "active_compliant"),
        _because,
        lambda case: {"license_expires_on": case["license_expires_on"], "status": case["secretary_of_state"]},
        cure=lambda case: Cure(
            "Renew the business license to a day on or after the effective date"
            + ("." if case["entity"] == "sole_proprietor" else f", or become active and compliant with {_OFFICE}.")
        ),
        of_people=False,
    )


def _because(case: Case, outcome: str) -> str:
    expires, status = case["license_expires_on"], case["secretary_of_state"]
    registered = f"the business is {_STATUS[status]} {_OFFICE}" if status else None
    if case["entity"] == "sole_proprietor" and status in (None, "not_registered"):
        registered = f"a sole proprietor is not registered with {_OFFICE}"
    if outcome == "met" and status == "active_compliant":
        return f"The business is {_STATUS[status]} {_OFFICE}."
    effective = spoken(case["effective_date"])
    if outcome == "met":
        return f"The business license is valid to {spoken(expires)}, and so on the effective date, {effective}."
    said = [
        f"the business license ends on {spoken(expires)}, before the effective date, {effective}"
        if expires
        else "it is not known to what day a business license is valid",
        registered or f"it is not known whether the business is active and compliant with {_OFFICE}",
    ]
    text = ", and ".join(said)
    return f"{text[0].upper()}{text[1:]}."
