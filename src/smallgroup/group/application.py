"""The records of group.yaml. Each key is one field; unknown is None, never a default.

There is no field for anybody's health, and there will be none: acceptance is guaranteed by law.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Literal

from smallgroup.errors import Problem, Refused
from smallgroup.strict import Cents, Hundredths, Month1st, Percent

Entity = Literal["sole_proprietor", "partnership", "llp", "llc", "corporation", "nonprofit_corporation", "association"]
TaxClass = Literal["sole_proprietor", "partnership", "c_corporation", "s_corporation", "exempt"]
DocumentKind = Literal[
    "employer_application", "enrollment_forms", "waiver_forms", "proof_of_other_coverage", "business_license",
    "secretary_of_state_printout", "workers_compensation_certificate", "state_quarterly_wage_report",
    "payroll_report", "payroll_attestation", "form_1099_validation", "form_941", "determination_letter_501c",
    "form_1065_k1", "form_1120s_k1", "schedule_e", "partnership_agreement", "form_1120w", "form_1040es",
    "form_8832", "form_w2", "form_990", "form_8274", "ein_certificate", "schedule_f", "form_1040", "schedule_c",
    "schedule_se", "ownership_schedule", "owner_hours_statement", "other_tax_document",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The principal business address. Its county decides the rating area of the whole group."""

    street: str | None = None
    city: str | None = None
    county: str | None = None
    state: str | None = None
    zip: str | None = None
    kind: Literal["physical", "po_box", "registered_agent", "home", "virtual_office"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class License:
    issued_by: str | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Affiliate:
    """Another company of the same owners, whether or not it applies for coverage."""

    legal_name: str | None = None
    ein: str | None = None
    relation: (
        Literal[
            "controlled_group", "affiliated_service_group", "combined_return", "subsidiary", "common_ownership_other"
        ]
        | None
    ) = None
    applying: bool | None = None
    eligible: int | None = None
    enrolling: int | None = None
    waiving: int | None = None
    workforce: tuple[Month, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfessionalEmployerOrganization:
    premium_paid_by: Literal["group", "peo"] | None = None
    contract_in_name_of: Literal["group", "peo"] | None = None
    signed_by: Literal["group_principal", "peo"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCarrier:
    name: str | None = None
    enrolled: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingCoverage:
    carrier: str | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The employer."""

    legal_name: str | None = None
    ein: str | None = None
    entity: Entity | None = None
    taxed_as: TaxClass | None = None
    activity: Literal["none", "farm", "church", "nonprofit"] | None = None
    personal_service: bool | None = None
    naics: str | None = None
    formed_on: date | None = None
    first_payroll_on: date | None = None
    employees_total: int | None = None
    address: Address | None = None
    business_license: License | None = None
    secretary_of_state: Literal["active_compliant", "active_noncompliance", "inactive", "not_registered"] | None = None
    workers_compensation: Literal["covered", "partial", "not_required", "none"] | None = None
    purpose_attested: bool | None = None
    public_agency: bool | None = None
    affiliates: tuple[Affiliate, ...] | None = None
    peo: ProfessionalEmployerOrganization | None = None
    other_carrier: OtherCarrier | None = None
    existing_coverage: ExistingCoverage | None = None

    @property
    def tax_class(self) -> TaxClass | None:
        """How the business is taxed: as said, else as its legal form leaves no choice; an LLC leaves one."""
        if self.taxed_as is not None:
            return self.taxed_as
        settled: dict[str, TaxClass] = {
            "sole_proprietor": "sole_proprietor", "partnership": "partnership", "llp": "partnership",
            "nonprofit_corporation": "exempt",
        }  # fmt: skip
        return settled.get(self.entity or "")

    @property
    def owners_are_partners(self) -> bool | None:
        """Whether an owner is a sole proprietor or a partner, and not a shareholder; unknown is None."""
        if self.tax_class is None:
            return False if self.entity == "corporation" else None
        return self.tax_class in ("sole_proprietor", "partnership")


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPeriod:
    """How long a new hire waits. `days` is counted with the day of hire as day 1."""

    kind: Literal["first_of_month_following", "first_of_month_coincident_or_following", "days", "date_of_hire"]
    days: int = 0
    orientation: Literal["none", "one_month"] = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePlan:
    reference_plan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentOf:
    """A share of a plan's premium; without `of`, of the plan that the employee chose."""

    percent: Percent
    of: Literal["plan_chosen", "lowest_priced_plan"] | ReferencePlan = "plan_chosen"

    def __post_init__(self) -> None:
        if self.percent > 1:
            raise ValueError("a contribution of over 100 percent is not possible. Write 0 to 100.")

    def __str__(self) -> str:
        of = {"plan_chosen": "the plan chosen", "lowest_priced_plan": "the lowest-priced plan"}.get(str(self.of))
        if isinstance(self.of, ReferencePlan):
            of = f"plan {self.of.reference_plan}"
        return f"{_percent(self.percent)} of {of}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """A sum in dollars, never more than the premium itself."""

    dollars: Cents

    def __str__(self) -> str:
        from smallgroup.money import pretty

        return pretty(self.dollars)


def _percent(share: Fraction) -> str:
    hundred = share * 100
    return f"{hundred.numerator}%" if hundred.denominator == 1 else f"{float(hundred):g}%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What the employer pays a month: for each employee, and for their dependents.

    A flat sum for dependents is one sum a family. `dependents: {percent: 0}` says that nothing is paid; leaving
    it out says that it is not known.
    """

    employee: PercentOf | Flat
    dependents: PercentOf | Flat | None = None

    @property
    def reference_plans(self) -> tuple[str, ...]:
        """The plans that a percentage is measured by, which need not be among those offered."""
        ofs = [part.of for part in (self.employee, self.dependents) if isinstance(part, PercentOf)]
        return tuple(of.reference_plan for of in ofs if isinstance(of, ReferencePlan))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanClass:
    name: str
    basis: str | None = None
    usual_practice: bool | None = None
    plans: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A paper that came in."""

    kind: DocumentKind
    for_: str | None = None
    period: str | None = None
    shows: tuple[Literal["hours", "ytd_deductions", "professional"], ...] = ()
    signed_by: str | None = None
    received_on: date | None = None
    status: Literal["received", "accepted", "rejected"] = "received"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What is asked for, and on what terms."""

    effective_date: date | None = None
    complete_on: date | None = None
    waiting_period: WaitingPeriod | None = None
    hours_required: Hundredths | None = None
    offers_at_open_enrollment: bool | None = None
    offers_to_new_hires: bool | None = None
    excluded_classes: tuple[str, ...] | None = None
    classes: tuple[PlanClass, ...] | None = None
    plans: tuple[str, ...] | None = None
    contribution: Contribution | None = None
    offers_1099: bool | None = None
    documents: tuple[Document, ...] | None = None

    def __post_init__(self) -> None:
        for name in ("effective_date", "complete_on"):
            day: date | None = getattr(self, name)
            if day is not None and not 2014 <= day.year <= 2100:
                raise ValueError(f"{name} is in {day.year}. Write a day from 2014, when these rules began, to 2100.")
        if self.plans is not None and len(set(self.plans)) < len(self.plans):
            raise ValueError("a plan is named twice in plans. Name each plan once.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One calendar month of the workforce. Seasonal staff are in the totals, and named beside them."""

    month: Month1st
    full_time: int
    part_time_hours: tuple[Hundredths, ...]
    seasonal_full_time: int = 0
    seasonal_part_time_hours: tuple[Hundredths, ...] = ()
    projected: bool = False

    def __post_init__(self) -> None:
        if self.seasonal_full_time > self.full_time:
            raise ValueError("more seasonal full-time staff than full-time staff. Seasonal staff are in the total.")
        pool = list(self.part_time_hours)
        for hours in self.seasonal_part_time_hours:
            if hours not in pool:
                raise ValueError(
                    "seasonal_part_time_hours names hours that part_time_hours does not hold. "
                    "Seasonal staff are in the total: list them in both."
                )
            pool.remove(hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a business that did not exist all of the preceding year reasonably expects of this one."""

    full_time: int
    part_time_hours_per_month: tuple[Hundredths, ...] | Hundredths = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractMonth:
    month: Month1st
    eligible: int | None = None
    valid_waivers: int | None = None
    enrolled: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    original_effective_date: date | None = None
    months: tuple[ContractMonth, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    requested_on: date | None = None
    due_on: date | None = None
    items: tuple[DocumentKind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFile:
    """group.yaml, whole."""

    group: Group
    application: Application
    workforce: tuple[Month, ...] | None = None
    expected: Expected | None = None
    contract: Contract | None = None
    audit: Audit | None = None

    def __post_init__(self) -> None:
        months = [month.month for month in self.workforce or ()]
        twice = sorted({month for month in months if months.count(month) > 1})
        if twice:
            raise ValueError(f"workforce names {twice[0]:%Y-%m} twice. Keep one entry a month.")

    @property
    def effective_date(self) -> date:
        """The day on which coverage starts. Raises Refused while it is not known."""
        if self.application.effective_date is None:
            raise Refused(
                Problem(
                    "application.effective_date",
                    "it is missing: ages, rates and the preceding calendar year hang on it.",
                    "Add it, for example effective_date: 2025-10-01.",
                    field="application.effective_date",
                )
            )
        return self.application.effective_date

    def with_contribution(self, contribution: Contribution) -> GroupFile:
        """The same file with another contribution, as a quote tries one."""
        return replace(self, application=replace(self.application, contribution=contribution))
