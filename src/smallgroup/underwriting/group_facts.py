"""What is known of the employer itself, as one row: the application's facts, typed as the clauses read them."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import polars as pl

from smallgroup import dates
from smallgroup.group.application import GroupFile, PlanClass, WaitingPeriod
from smallgroup.group.waiting import coverage_starts, last_hire_covered_on, orientation_over
from smallgroup.rating.area import plain_county
from smallgroup.rulebook import Guideline
from smallgroup.underwriting.classes import ClassTerms
from smallgroup.underwriting.papers import Kleene, all_of, papers_in

_PEO = re.compile(r"\bpeo\b", re.IGNORECASE)

OF_THE_GROUP: dict[str, Any] = {
    "effective_date": pl.Date, "received_on": pl.Date, "complete_on": pl.Date, "is_renewal": pl.Boolean,
    "latest_hire": pl.Date, "hours_required": pl.Int64, "offers_1099": pl.Boolean,
    "existed_all_year": pl.Boolean, "taxed_as_s_corporation": pl.Boolean,
    "formed_on": pl.Date, "first_payroll_on": pl.Date, "purpose_attested": pl.Boolean,
    "entity": pl.String, "address_kind": pl.String, "state": pl.String, "inside_service_area": pl.Boolean,
    "license_expires_on": pl.Date, "secretary_of_state": pl.String,
    "workers_compensation": pl.String, "employees_total": pl.Int64, "activity": pl.String,
    "excluded_classes": pl.UInt32, "classes": pl.UInt32,
    "unlawful_classes.at_least": pl.UInt32, "unlawful_classes.at_most": pl.UInt32,
    "other_carrier": pl.Boolean, "peo": pl.Boolean, "peo_group_pays": pl.Boolean, "peo_in_group_name": pl.Boolean,
    "waiting_worst_day": pl.Int64, "waiting_worst_day_naive": pl.Int64, "waits_after_orientation": pl.Boolean,
    "existing_coverage_ends_on": pl.Date,
    "offers_at_open_enrollment": pl.Boolean, "offers_to_new_hires": pl.Boolean,
    "audited": pl.Boolean,
}  # fmt: skip
"""One row a group. Hours are hundredths, unknown null. A PEO, another carrier or existing coverage that is not named
is none: group.yaml has no other way to say so."""


def of_the_group(file: GroupFile, guideline: Guideline, on: date, classes: ClassTerms | None) -> dict[str, Any]:
    """The row, by the names of OF_THE_GROUP. Raises Refused when there is no effective date."""
    application, group = file.application, file.group
    effective, waiting = file.effective_date, application.waiting_period
    license_, peo = group.business_license, group.peo
    worst, naive = worst_days(waiting) if waiting else (None, None)
    first_year = date(effective.year - 1, 1, 1)
    return {
        "effective_date": effective,
        # What is decided as of a day is in by that day.
        "received_on": application.complete_on or on,
        "complete_on": application.complete_on,
        "is_renewal": _is_renewal(file),
        "latest_hire": last_hire_covered_on(effective, waiting) if waiting else None,
        "hours_required": application.hours_required,
        "offers_1099": application.offers_1099,
        "existed_all_year": None if group.formed_on is None else group.formed_on <= first_year,
        "taxed_as_s_corporation": _is(group.tax_class, "s_corporation"),
        "formed_on": group.formed_on,
        "first_payroll_on": group.first_payroll_on,
        "purpose_attested": group.purpose_attested,
        "entity": group.entity,
        "address_kind": group.address.kind if group.address else None,
        "state": group.address.state if group.address else None,
        "inside_service_area": inside_service_area(file, guideline, on),
        "license_expires_on": license_.expires_on if license_ else None,
        "secretary_of_state": group.secretary_of_state,
        "workers_compensation": group.workers_compensation,
        "employees_total": group.employees_total,
        "activity": group.activity,
        **_classes(file, classes),
        "other_carrier": group.other_carrier is not None,
        "peo": peo is not None,
        "peo_group_pays": _is(peo.premium_paid_by if peo else None, "group"),
        "peo_in_group_name": all_of(
            (
                _is(peo.contract_in_name_of if peo else None, "group"),
                _is(peo.signed_by if peo else None, "group_principal"),
                _papers_signed(file, on) if peo else None,
            )
        ),
        "waiting_worst_day": worst,
        "waiting_worst_day_naive": naive,
        "waits_after_orientation": None if waiting is None else waiting.orientation != "none",
        "existing_coverage_ends_on": group.existing_coverage.ends_on if group.existing_coverage else None,
        "offers_at_open_enrollment": application.offers_at_open_enrollment,
        "offers_to_new_hires": application.offers_to_new_hires,
        "audited": file.audit is not None,
    }  # fmt: skip


def _is(value: str | None, wanted: str) -> Kleene:
    return None if value is None else value == wanted


def _is_renewal(file: GroupFile) -> bool:
    original = file.contract.original_effective_date if file.contract else None
    return original is not None and original < file.effective_date


def _papers_signed(file: GroupFile, on: date) -> Kleene:
    """No paper that has come in says that somebody of the PEO signed it."""
    return not any(paper.signed_by and _PEO.search(paper.signed_by) for paper in papers_in(file, on))


def inside_service_area(file: GroupFile, guideline: Guideline, on: date) -> Kleene:
    """Whether the principal business address lies in a county of the service area."""
    address = file.group.address
    if address is None or "service_area" not in guideline.headings:
        return None
    state = None if address.state is None else address.state.strip().upper() == guideline.state
    county = None if address.county is None else plain_county(address.county) in service_counties(guideline, on)
    return all_of((state, county))


@lru_cache(maxsize=32)
def service_counties(guideline: Guideline, on: date) -> frozenset[str]:
    counties = guideline.heading("service_area").value("counties", on, tuple[str, ...])
    return frozenset(plain_county(county) for county in counties)


# Classes --------------------------------------------------------------------------------------------------------


def _classes(file: GroupFile, terms: ClassTerms | None) -> dict[str, int | None]:
    named, left_out = file.application.classes, file.application.excluded_classes
    if terms is None:
        return {}
    judged = [_lawful(one, terms) for one in named or ()]
    lawful, unlawful = judged.count(True), judged.count(False)
    return {
        "excluded_classes": None if left_out is None else len(excluded(left_out, named or (), terms)),
        "classes": None if named is None else len(named),
        "unlawful_classes.at_least": None if named is None else unlawful,
        "unlawful_classes.at_most": None if named is None else len(judged) - lawful,
    }


def excluded(left_out: Collection[str], named: Collection[PlanClass], terms: ClassTerms) -> list[str]:
    """The classes that are left out: those said to be, but for part-timers and the like, and those without a plan."""
    outside = terms.classes_outside_of_the_offer
    said = [one for one in left_out if one.strip().lower().replace("-", "_").replace(" ", "_") not in outside]
    return said + [one.name for one in named if one.plans == ()]


def class_words(file: GroupFile, terms: ClassTerms | None) -> dict[str, list[str]]:
    """The classes by name, for sentences: left out, not of employment, and open."""
    if terms is None:
        return {}
    named = file.application.classes or ()
    judged = [(one.name, _lawful(one, terms)) for one in named]
    return {
        "excluded_names": excluded(file.application.excluded_classes or (), named, terms),
        "unlawful_names": [name for name, lawful in judged if lawful is False],
        "open_names": [name for name, lawful in judged if lawful is None],
    }


def _lawful(one: PlanClass, terms: ClassTerms) -> Kleene:
    return all_of((None if one.basis is None else one.basis in terms.lawful_bases, one.usual_practice))


# Waiting --------------------------------------------------------------------------------------------------------

_EIGHT_YEARS = range(8 * 365 + 2)


@lru_cache(maxsize=256)
def worst_days(waiting: WaitingPeriod) -> tuple[int, int]:
    """(by the law's counting, by the naive counting): the latest day of coverage over eight years of hires, the day of
    hire, or the day after orientation, being day 1 (45 CFR 147.116).

    The naive counting adds the days to the day of hire and takes the next first of a month after it, a day too late.
    """
    worst = naive = 0
    for place in _EIGHT_YEARS:
        hired = date(2017, 1, 1) + timedelta(days=place)
        start = orientation_over(hired, waiting)
        worst = max(worst, (coverage_starts(hired, waiting) - start).days + 1)
        counted = start + timedelta(days=waiting.days)
        if waiting.kind == "first_of_month_coincident_or_following":
            counted -= timedelta(days=1)
        if waiting.kind.startswith("first_of_month"):
            counted = dates.first_of_next_month(counted)
        naive = max(naive, (counted - start).days + 1)
    return worst, naive
