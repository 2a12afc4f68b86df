"""What a person may change in a clause's tester: facts of an invented group, in a person's words, by clause.

A field's start is the text that stands in the form; empty is "not known".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Kind = Literal["count", "number", "percent", "day", "choice", "yes_no"]
MOST = 100
"""The largest number that a field takes; a number of people that is not known is tried from 0 to this."""


@dataclass(frozen=True, slots=True)
class Field:
    """`row` of a number of people is how their rows of the census differ from an ordinary employee's. `measure` is
    laid straight over the row of measures. The application has no way to say that some things are not known."""

    key: str
    label: str
    kind: Kind
    start: str = ""
    unit: str = ""
    words: tuple[tuple[str, str], ...] = ()
    row: Mapping[str, Any] | None = None
    measure: str | None = None
    may_be_unknown: bool = True


def _people(key: str, label: str, start: int = 0, **row: Any) -> Field:
    return Field(key, label, "count", str(start), "people", row=row)


def _choice(key: str, label: str, start: str, *words: tuple[str, str]) -> Field:
    return Field(key, label, "choice", start, words=words)


_OWNER = {"worker_type": "corporate_owner", "paid_on": "w2", "related_to_owner": "self"}
_WAIVES = {"election": "waive"}

FIELDS: dict[str, Field] = {field.key: field for field in (
    # people
    _people("enroll", "W-2 employees who enroll", 10),
    _people("decline", "W-2 employees who decline", 3, election="decline"),
    _people("spouse", "W-2 employees who waive: on a spouse's group plan", 4, **_WAIVES, waiver_reason="spouse_group"),
    _people("parent", "W-2 employees who waive: on a parent's group plan", 1, **_WAIVES, waiver_reason="parent_group"),
    _people("alongside", "W-2 employees in the employer's other carrier's plan", 0, **_WAIVES,
            waiver_reason="other_carrier_same_employer"),
    _people("silent", "W-2 employees who have not answered yet", 0, election=None),
    _people("contractors", "1099 workers who enroll", 2, worker_type="1099"),
    _people("contractors_decline", "1099 workers who decline", 0, worker_type="1099", election="decline"),
    _people("owners", "Owners on the W-2 payroll, who enroll", 1, **_OWNER),
    _people("owner_spouses", "Spouses of an owner on the W-2 payroll, who enroll", 0, related_to_owner="spouse"),
    _people("owners_short", "Owners who enroll and work 20 hours a week", 0, **_OWNER, hours_per_week=20_00),
    _people("relatives", "W-2 employees who are the owner's children", 0, related_to_owner="child"),
    _people("part_timers", "W-2 employees of 20 hours a week, not enrolling", 2, hours_per_week=20_00,
            election="decline"),
    _people("short", "W-2 employees of 20 hours a week who enroll", 0, hours_per_week=20_00),
    _people("hours_open", "W-2 employees who enroll and whose hours are not on the census", 0, hours_per_week=None),
    _people("unpaid", "W-2 employees who enroll and are paid nothing", 0, weekly_pay=0),
    _people("low_paid", "W-2 employees who enroll at $5 an hour", 0, weekly_pay=200_00),
    _people("between", "W-2 employees of 32 hours a week who decline", 0, hours_per_week=32_00, election="decline"),
    _people("outside", "Employees who live outside of the service area, in the out-of-area plan", 0, county="Chatham",
            works_in_area_percent=0, plan_id="EXAMPLE-OUT-OF-AREA"),
    _people("outside_hmo", "Employees who live outside of the service area, in another plan", 0, county="Chatham",
            works_in_area_percent=0, plan_id="EXAMPLE-HMO"),
    # size
    Field("staff", "Full-time employees, in each month of the year before", "count", "12", "people"),
    Field("part_time", "Part-timers of 80 hours a month, beside them", "count", "2", "people"),
    Field("seasonal", "Seasonal full-time staff, in a season's month", "count", "0", "people"),
    Field("season", "Months of the season", "count", "0", "months"),
    Field("sister_staff", "Full-time employees of another company under common control", "count", "0", "people"),
    Field("sister_enroll", "Eligible employees of the owners' other company, not applying, who would enroll", "count",
          "0", "people"),
    Field("sister_decline", "Eligible employees of that company who would decline", "count", "0", "people"),
    # the business
    _choice("taxed_as", "Taxed as", "s_corporation", ("sole_proprietor", "a sole proprietor"),
            ("partnership", "a partnership"), ("c_corporation", "a C corporation"),
            ("s_corporation", "an S corporation"), ("exempt", "exempt")),
    Field("formed_on", "Formed on", "day", "2019-03-04"),
    Field("first_payroll_on", "First payroll on", "day", "2019-04-01"),
    Field("purpose_attested", "It is attested that it was not formed mainly to buy insurance", "yes_no", "yes"),
    _choice("address_kind", "The address is", "physical", ("physical", "a place of business"), ("po_box", "a PO box"),
            ("registered_agent", "a registered agent's"), ("home", "a home"), ("virtual_office", "a virtual office")),
    _choice("county", "County of the business", "Fulton", ("Fulton", "Fulton, in the service area"),
            ("Chatham", "Chatham, outside of it")),
    Field("license_expires_on", "The business license expires on", "day"),
    _choice("secretary_of_state", "The Secretary of State has it as", "active_compliant",
            ("active_compliant", "active, compliant"), ("active_noncompliance", "active, not compliant"),
            ("inactive", "inactive"), ("not_registered", "not registered")),
    _choice("workers_compensation", "Workers' compensation", "covered", ("covered", "all are covered"),
            ("partial", "some are covered"), ("not_required", "said not to be required"), ("none", "none")),
    Field("employees_total", "Everybody employed, part-timers and officers too", "number", "21", "people"),
    _choice("activity", "It is", "none", ("none", "an ordinary business"), ("farm", "a farm"), ("church", "a church"),
            ("nonprofit", "a nonprofit")),
    Field("left_out", "A class of employees is left out of the offer", "yes_no", "no"),
    Field("hours_required", "Hours a week that the employer asks for", "number", "30", "hours"),
    _choice("classes", "Classes of employees with plans of their own", "none", ("none", "none"),
            ("location", "by location, the usual practice"), ("health", "by who is ill")),
    Field("other_carrier", "Another carrier's plan is offered beside this one", "yes_no", "no", may_be_unknown=False),
    Field("peo", "The group is with a PEO (professional employer organization)", "yes_no", "no", may_be_unknown=False),
    _choice("peo_pays", "The premium is paid by", "group", ("group", "the group"), ("peo", "the PEO")),
    _choice("peo_contract", "The contract is in the name of", "group", ("group", "the group"), ("peo", "the PEO")),
    _choice("peo_signed", "The papers are signed by", "group_principal", ("group_principal", "the group's principal"),
            ("peo", "the PEO")),
    # the terms
    Field("percent", "The employer pays, of the lowest-priced plan", "percent", "50", "%"),
    Field("offers_1099", "Coverage is offered to 1099 workers", "yes_no", "yes"),
    Field("form_1099", "The 1099 validation form has come in", "yes_no", "yes", may_be_unknown=False),
    Field("out_of_area_plan", "The out-of-area plan is among those offered", "yes_no", "no"),
    _choice("wait", "Coverage starts", "first_of_month_following",
            ("first_of_month_following", "on the first of the month after the wait"),
            ("first_of_month_coincident_or_following", "on the first of the month on or after the end of the wait"),
            ("days", "right after the wait"), ("date_of_hire", "on the day of hire")),
    Field("wait_days", "The wait", "number", "60", "days"),
    _choice("orientation", "Orientation before it", "none", ("none", "none"), ("one_month", "one month")),
    Field("existing", "The group has coverage now", "yes_no", "no", may_be_unknown=False),
    Field("existing_ends_on", "It ends on", "day"),
    Field("effective_date", "Coverage is to start on", "day", may_be_unknown=False),
    Field("complete_on", "All materials were in on", "day"),
    Field("offers_open", "It is offered again at each open enrollment", "yes_no", "yes"),
    Field("offers_new", "It is offered to new hires", "yes_no", "yes"),
    # renewals and audits
    Field("renewal", "It is a renewal", "yes_no", "no", may_be_unknown=False),
    Field("months_good", "Months of the contract in which 8 of 10 enrolled", "count", "11", "months"),
    Field("months_below", "Months of the contract in which 4 of 10 enrolled", "count", "1", "months"),
    Field("audit", "The group is audited", "yes_no", "no", may_be_unknown=False),
    Field("proofs", "The proofs of other coverage have come in", "yes_no", "no", may_be_unknown=False),
    Field("wages", "The papers that came show wages and hours, by the first reading", "yes_no", "yes",
          measure="wages_shown"),
    Field("wages_by_age", "They show them, if a new business is one under twelve months", "yes_no", "yes",
          measure="wages_shown_by_age"),
    Field("owners_enroll", "An owner enrolls", "yes_no", "yes", measure="ownership_to_show"),
    Field("unproved", "Enrolling owners whose ownership no paper shows", "count", "0", "people",
          measure="owners_unproved"),
    Field("other_tax", "Another tax paper has come in", "yes_no", "yes", measure="other_tax_papers",
          may_be_unknown=False),
)}  # fmt: skip

_SIZE = ("staff", "part_time", "seasonal", "season", "sister_staff")
_WORKERS = ("enroll", "decline", "part_timers", "owners", "owner_spouses", "taxed_as")
_AUDITED = (("audit", "yes"),)
Asked = str | tuple[str, str]

BY_CLAUSE: dict[str, tuple[Asked, ...]] = {
    # clause: its fields, some with a start of their own
    "size-at-least-one": (*_SIZE, "taxed_as", "owners", "formed_on"),
    "size-at-most-fifty": (*_SIZE, "formed_on"),
    "small-employer-by-law": (*_SIZE, "formed_on"),
    "employee-on-first-day": _WORKERS,
    "common-law-employee": _WORKERS,
    "bona-fide-relationship": ("enroll", "relatives", "unpaid", "owners"),
    "formed-for-business": ("formed_on", "first_payroll_on", "purpose_attested", "complete_on", "effective_date"),
    "business-address": ("address_kind",),
    "service-area": ("county",),
    "business-license": ("license_expires_on", "secretary_of_state", "effective_date"),
    "workers-compensation": ("workers_compensation", "employees_total", "activity"),
    "no-excluded-classes": ("left_out", "hours_required", "between"),
    "plans-by-class": ("classes",),
    "dual-carrier": (("other_carrier", "yes"), "enroll", "alongside", "decline"),
    "peo-premium": (("peo", "yes"), "peo_pays"),
    "peo-contract": (("peo", "yes"), "peo_contract", "peo_signed"),
    "peo-considered": (("peo", "yes"),),
    "participation": (
        "enroll", "decline", "spouse", "parent", "silent", "contractors", "contractors_decline", "offers_1099",
        "alongside", "sister_enroll", "sister_decline",
    ),
    "participation-maintained": (("renewal", "yes"), "months_good", "months_below"),
    "waiver-proof": (*_AUDITED, "proofs", "enroll", "decline", "spouse", "parent"),
    "contribution": ("percent", "enroll"),
    "working-hours": ("enroll", "short", "hours_open"),
    "minimum-wage": ("enroll", "low_paid"),
    "out-of-area-plan": ("out_of_area_plan", "outside", "outside_hmo"),
    "owners-hours": ("owners", "owners_short"),
    "share-of-1099": ("contractors", "enroll", "offers_1099"),
    "form-1099-validation": ("contractors", "contractors_decline", "offers_1099", "form_1099"),
    "waiting-period": ("wait", "wait_days", "orientation"),
    "waiting-period-by-law": ("wait", "wait_days", "orientation"),
    "keep-existing-coverage": (("existing", "yes"), "existing_ends_on", "effective_date"),
    "effective-date": ("complete_on", "effective_date"),
    "effective-date-by-law": ("complete_on", "effective_date"),
    "open-window": ("complete_on", "effective_date", "enroll"),
    "offer-to-all": ("offers_open", "offers_new"),
    "wage-papers": (*_AUDITED, "wages", "wages_by_age"),
    "ownership-papers": (*_AUDITED, "owners_enroll", "unproved", "taxed_as"),
    "other-tax-papers": ("other_tax",),
}  # fmt: skip


def fields_of(clause_id: str, on: date, effective: date) -> tuple[Field, ...]:
    """The fields of a clause with their starts; of a clause that is not listed, none."""
    from dataclasses import replace

    starts = {
        "complete_on": on.isoformat(), "effective_date": effective.isoformat(),
        "license_expires_on": date(effective.year + 1, 1, 1).replace(month=12, day=31).isoformat(),
        "existing_ends_on": effective.isoformat(),
    }  # fmt: skip
    found = []
    for asked in BY_CLAUSE.get(clause_id, ()):
        key, start = (asked, None) if isinstance(asked, str) else asked
        field = FIELDS[key]
        found.append(replace(field, start=start or starts.get(key, field.start)))
    return tuple(found)
