"""The principal business address (guide, page 3): a physical place, inside the service area."""

from __future__ import annotations

from datetime import date

import polars as pl

from smallgroup.rulebook import Guideline
from smallgroup.underwriting.clause import Case, Clause, Cure, plain
from smallgroup.underwriting.measures import one_of

_PLACES = ("physical", "home")
_WORDS = {
    "po_box": "a post-office box", "registered_agent": "that of a registered agent",
    "virtual_office": "a virtual office",
    "home": "the owner's home", "physical": "a physical location",
}  # fmt: skip


def business_address(guideline: Guideline, on: date) -> Clause:
    """The address is a physical business location; a home may be one, a post-office box may not (page 3)."""
    return plain(
        guideline.heading("business_address"),
        "business-address",
        one_of("address_kind", _PLACES),
        _address,
        lambda case: {"kind": case["address_kind"]},
        cure=lambda case: Cure("Give the street address at which the business is carried on."),
        of_people=False,
    )


def _address(case: Case, outcome: str) -> str:
    if outcome == "needs evidence":
        return "It is not known what kind of address the principal business address is."
    kind = _WORDS[case["address_kind"]]
    return f"The principal business address is {kind}{'.' if outcome == 'met' else ', which is no business location.'}"


def service_area(guideline: Guideline, on: date) -> Clause:
    """The address lies in a county of the service area; one outside of it goes to a person (page 3).

    The guide does not list the counties. The list at hand is that of filings of 2014 to 2016, and employees may live
    or work inside (45 CFR 147.104(c)(1)): so nobody is declined by it.
    """
    return plain(
        guideline.heading("business_address"),
        "service-area",
        pl.col("inside_service_area"),
        _area,
        lambda case: {"county": case["county"]},
        of_people=False,
    )


def _area(case: Case, outcome: str) -> str:
    county, state = case["county"], case["state"]
    if outcome == "needs evidence":
        missing = "county" if state else "state" if county else "county and the state"
        return f"The {missing} of the principal business address {'are' if ' ' in missing else 'is'} not known."
    where = ", ".join(filter(None, [county and f"{_plain(county)} County", state]))
    if outcome == "met":
        return f"{where} is in the service area."
    return f"{where} is not in the service area as filed in 2014 to 2016: a person looks at it."


def _plain(county: str) -> str:
    """The county as it was typed, without the word County."""
    name = county.strip()
    return name[: -len(" county")] if name.lower().endswith(" county") else name
