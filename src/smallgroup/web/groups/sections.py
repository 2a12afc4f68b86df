"""The parts of the application, each a small form of its own; and where an open question is answered."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from smallgroup.errors import Refused
from smallgroup.group import GroupFile, read_group
from smallgroup.group.papers import PAPERS
from smallgroup.rulebook import guideline_in_force
from smallgroup.web.answers import rates_of
from smallgroup.web.groups.forms import Asking, Tree, Words, hints, text_of


@dataclass(frozen=True)
class Section:
    """`paths` are those of group.yaml; the form asks for everything under them."""

    id: str
    title: str
    help: str
    paths: tuple[str, ...]


_SECTIONS = (
    Section("business", "The business", "Who the employer is. What you do not know yet may stay empty: not known is "
            "never taken for no.",
            ("group.legal_name", "group.ein", "group.entity", "group.taxed_as", "group.activity",
             "group.personal_service", "group.naics", "group.formed_on", "group.first_payroll_on",
             "group.employees_total", "group.purpose_attested", "group.public_agency")),
    Section("address", "Business address", "The county of the principal business address decides the rating area of "
            "the whole group.", ("group.address",)),
    Section("license", "License and registration", "Either one shows that the business is what it says.",
            ("group.business_license", "group.secretary_of_state")),
    Section("compensation", "Workers' compensation", "Georgia law asks for it from three employees on.",
            ("group.workers_compensation",)),
    Section("affiliates", "Affiliated companies", "Companies of the same owners count together, whether or not they "
            "apply. Tick that there are none, if so.", ("group.affiliates",)),
    Section("peo", "Professional employer organization", "Only for a group that works through one: leave it empty "
            "otherwise.", ("group.peo",)),
    Section("coverage", "Other coverage", "Another carrier beside this one, and what is in force today.",
            ("group.other_carrier", "group.existing_coverage")),
    Section("start", "Start of coverage", "Everything has to be complete by the effective date.",
            ("application.effective_date", "application.complete_on")),
    Section("waiting", "Waiting period", "How long a new hire waits for coverage; by law at most ninety days.",
            ("application.waiting_period",)),
    Section("offer", "Who is offered coverage", "The hours an employee works to be offered coverage, and to whom it is "
            "offered.",
            ("application.hours_required", "application.offers_at_open_enrollment", "application.offers_to_new_hires",
             "application.offers_1099", "application.excluded_classes")),
    Section("classes", "Classes with plans of their own", "Only where groups of employees are offered different "
            "plans. Tick that there are none, if so.", ("application.classes",)),
    Section("plans", "Plans", "Those that are filed in the rating area of the group.", ("application.plans",)),
    Section("contribution", "Contribution", "What the employer pays a month: a percentage of a plan's premium, or a "
            "sum in dollars.", ("application.contribution",)),
    Section("workforce", "Workforce by month", "The staff of the preceding calendar year, month by month: it decides "
            "whether the employer is small. A business that is younger says what it expects.",
            ("workforce", "expected")),
    Section("renewal", "Contract months", "For a renewal only: how many were eligible, waived and enrolled in each "
            "month of the contract.", ("contract",)),
)  # fmt: skip

NOT_ASKED = ("application.documents", "audit")
"""Papers are handed in on a page of their own, and an audit is asked for by the carrier."""


def sections() -> tuple[Section, ...]:
    """All of them, and in the last whatever the records hold that none of them asks for."""
    asked = {path for one in _SECTIONS for path in one.paths} | set(NOT_ASKED)
    rest = []
    for key, hint in hints(GroupFile).items():
        inner = hints(hint) if dataclasses.is_dataclass(hint) else None
        paths = [key] if inner is None else [f"{key}.{name}" for name in inner]
        rest += [path for path in paths if path not in asked]
    return (*_SECTIONS, Section("more", "More", "What else the rules ask.", tuple(rest))) if rest else _SECTIONS


_HOURS = "A number for each, by commas; 0 where nobody does."
WORDS = {
    "group.legal_name": Words("Legal name", "As the Secretary of State has it."),
    "group.ein": Words("EIN", "The federal employer number, as 58-0000000."),
    "group.entity": Words("Legal form"),
    "group.taxed_as": Words("Taxed as", "An LLC chooses; for the others it may stay empty."),
    "group.activity": Words("Farm, church or nonprofit"),
    "group.personal_service": Words("Personal service corporation", "Its owners do the work that it sells."),
    "group.naics": Words("NAICS code", "Six digits, as 311811."),
    "group.formed_on": Words("Formed on"),
    "group.first_payroll_on": Words("First payroll on"),
    "group.employees_total": Words("All employees", "Everybody: part-time, officers, owners on the payroll."),
    "group.purpose_attested": Words("Not formed to buy insurance", "The owner attests that it was not mainly so."),
    "group.public_agency": Words("A public agency"),
    "group.address": Words("Principal business address"),
    "group.address.kind": Words("What is there"),
    "group.address.county": Words("County", "It decides the rating area."),
    "group.address.zip": Words("ZIP code"),
    "group.business_license": Words("Business license"),
    "group.business_license.issued_by": Words("Issued by", "The city or county."),
    "group.business_license.expires_on": Words("Valid to"),
    "group.secretary_of_state": Words("With the Secretary of State"),
    "group.workers_compensation": Words("Workers' compensation insurance"),
    "group.affiliates": Words("Affiliated companies"),
    "group.affiliates.ein": Words("EIN"),
    "group.affiliates.relation": Words("How it is related"),
    "group.affiliates.applying": Words("It applies too"),
    "group.affiliates.workforce": Words("Its workforce by month"),
    "group.peo": Words("The PEO"),
    "group.peo.premium_paid_by": Words("Who pays the premium"),
    "group.peo.contract_in_name_of": Words("In whose name the contract is"),
    "group.peo.signed_by": Words("Who signs"),
    "group.other_carrier": Words("Another carrier beside this one"),
    "group.other_carrier.enrolled": Words("Enrolled there"),
    "group.existing_coverage": Words("Coverage in force today"),
    "group.existing_coverage.ends_on": Words("Ends on"),
    "application.effective_date": Words("Effective date", "The day on which coverage starts: the first of a month."),
    "application.complete_on": Words("Complete on", "The day on which all papers were in."),
    "application.waiting_period": Words("Waiting period"),
    "application.waiting_period.kind": Words("Coverage starts"),
    "application.waiting_period.days": Words("Days to wait", "Counted with the day of hire as day 1."),
    "application.waiting_period.orientation": Words("Orientation period before it"),
    "application.hours_required": Words("Hours a week", "At least so many, to be offered coverage."),
    "application.offers_at_open_enrollment": Words("Offered to all at open enrollment"),
    "application.offers_to_new_hires": Words("Offered to new hires after it"),
    "application.offers_1099": Words("Offered to 1099 workers"),
    "application.excluded_classes": Words("Classes left out", "One a line; tick the box if nobody is left out."),
    "application.classes": Words("Classes"),
    "application.classes.basis": Words("Told apart by", "As full-time or part-time, location, union, hire date."),
    "application.classes.usual_practice": Words("This is usual practice"),
    "application.classes.plans": Words("Plans", "One a line."),
    "application.plans": Words("Plans offered"),
    "application.contribution": Words("Contribution"),
    "application.contribution.employee": Words("For each employee"),
    "application.contribution.dependents": Words("For their dependents", "0 percent says that nothing is paid; empty "
                                                 "says that it is not known."),
    "application.contribution.employee.percent": Words("Percent"),
    "application.contribution.dependents.percent": Words("Percent"),
    "application.contribution.employee.of": Words("Of which premium"),
    "application.contribution.dependents.of": Words("Of which premium"),
    "application.contribution.employee.of.reference_plan": Words("Or of this plan", "The id of one plan."),
    "application.contribution.dependents.of.reference_plan": Words("Or of this plan", "The id of one plan."),
    "application.contribution.employee.dollars": Words("Or a sum in dollars", "As 250.00; never over the premium."),
    "application.contribution.dependents.dollars": Words("Or a sum in dollars", "One sum a family."),
    "workforce": Words("The preceding calendar year"),
    "expected": Words("Expected, for a business that did not exist all of that year"),
    "expected.full_time": Words("Full-time staff"),
    "expected.part_time_hours_per_month": Words("Part-time hours a month", _HOURS),
    "contract": Words("The contract"),
    "contract.months": Words("Months"),
}  # fmt: skip
for _path in ("workforce", "group.affiliates.workforce"):
    WORDS |= {
        f"{_path}.month": Words("Month"),
        f"{_path}.full_time": Words("Full-time"),
        f"{_path}.part_time_hours": Words("Part-time hours", _HOURS),
        f"{_path}.seasonal_full_time": Words("Of these seasonal, full-time"),
        f"{_path}.seasonal_part_time_hours": Words("Of these seasonal, hours"),
        f"{_path}.projected": Words("Projected"),
    }

SAID = {
    "llc": "limited liability company (LLC)", "llp": "limited liability partnership (LLP)",
    "c_corporation": "C corporation", "s_corporation": "S corporation", "exempt": "tax exempt",
    "po_box": "a post office box", "physical": "the business itself", "home": "a home", "virtual_office":
    "a virtual office", "registered_agent": "a registered agent", "active_compliant": "active and compliant",
    "active_noncompliance": "active, not compliant", "partial": "covered in part", "not_required":
    "not required by law", "common_ownership_other": "other common ownership", "peo": "the PEO", "group": "the group",
    "group_principal": "a principal of the group", "first_of_month_following": "the first of the month after the wait",
    "first_of_month_coincident_or_following": "the first of the month on or after the end of the wait",
    "days": "the day after the wait", "date_of_hire": "on the date of hire", "one_month": "one month",
}  # fmt: skip

_SECTION_OF = {
    "size": "workforce", "small-employer": "workforce", "formed-for": "business", "business-address": "address",
    "service-area": "address", "business-license": "license", "workers-comp": "compensation",
    "no-excluded": "offer", "plans-by": "classes", "dual": "coverage", "keep-existing": "coverage", "peo": "peo",
    "contribution": "contribution", "waiting": "waiting", "effective": "start", "offer-to": "offer",
    "participation-maintained": "renewal", "share-of-1099": "offer",
}  # fmt: skip


def section_for(clause: str) -> str | None:
    """The section in which a clause's question is answered; None where the census answers it."""
    return next((section for begins, section in _SECTION_OF.items() if clause.startswith(begins)), None)


def asking(tree: Tree, today: date) -> Asking:
    """The choices and rows that depend on the group: plans of its area, counties of its state, months of its year."""
    effective = _effective(tree)
    year = (effective or today).year - 1
    months = [{"month": f"{year}-{month:02d}"} for month in range(1, 13)]
    return Asking(
        WORDS,
        {"application.plans": lambda: plans_for(tree, today), "group.address.county": lambda: counties(today)},
        {"workforce": months},
        SAID,
    )


def plans_for(tree: Tree, today: date) -> list[tuple[str, str]]:
    """The plans that are filed in the group's area on its day; none where one of both is not known yet."""
    try:
        file = read_group(text_of(tree), file="The application")
        found = rates_of(file, guideline_in_force(today), today)
    except Refused:
        return []
    if found is None:
        return []
    return [(one.plan_id, f"{one.name or one.plan_id}" + (f", {one.metal}" if one.metal else ""))
            for one in found.plans]  # fmt: skip


def why_no_plans(tree: Tree, today: date) -> str:
    """Why there are no plans to choose from, in a sentence; empty where there are."""
    try:
        file = read_group(text_of(tree), file="The application")
        if rates_of(file, guideline_in_force(today), today) is None:
            return "Plans hang on the county of the business address and on the effective date: fill those in first."
    except Refused as refused:
        return " ".join(f"{one.why} {one.fix}" for one in refused.problems)
    return ""


def counties(today: date) -> list[tuple[str, str]]:
    chosen = guideline_in_force(today)
    if "rating_areas" not in chosen.headings:
        return []
    areas = chosen.heading("rating_areas").value("areas", today, dict[int, tuple[str, ...]])
    return [(one, one) for one in sorted(county for names in areas.values() for county in names)]


def state_of(today: date) -> str:
    return guideline_in_force(today).state or ""


def paper_choices(missing: Sequence[str]) -> list[tuple[str, str]]:
    """Every kind of paper in words, those that are missing first."""
    kinds = [*missing, *(kind for kind in PAPERS if kind not in missing)]
    return [(kind, PAPERS[kind].name + (", which is missing" if kind in missing else "")) for kind in kinds]


def _effective(tree: Tree) -> date | None:
    try:
        return date.fromisoformat(str((tree.get("application") or {}).get("effective_date")))
    except (ValueError, AttributeError):
        return None


