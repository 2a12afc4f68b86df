"""The engine: facts → measures → readings as columns → outcomes → decision, for one group or for millions.

Expressions are built once an edition (a guideline on a day) and run eagerly in four stages: predicates of people,
measures of groups, readings, outcomes. Nesting the stages in one select costs several times as much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache, reduce
from operator import or_
from typing import Any, Literal

import polars as pl

from smallgroup.rulebook import Guideline, Layer, law
from smallgroup.underwriting import measures
from smallgroup.underwriting.bona_fide import bona_fide_relationship, formed_for_business
from smallgroup.underwriting.business_address import business_address, service_area
from smallgroup.underwriting.business_license import business_license
from smallgroup.underwriting.classes import ClassTerms, class_terms, no_excluded_classes, plans_by_class
from smallgroup.underwriting.clause import Clause
from smallgroup.underwriting.common_law_employee import common_law_employee, employee_on_first_day
from smallgroup.underwriting.contribution import ContributionTerms, contribution
from smallgroup.underwriting.dual_carrier import dual_carrier
from smallgroup.underwriting.employee_eligibility import (
    EligibilityTerms,
    minimum_wage,
    out_of_area_plan,
    owners_hours,
    wage_terms,
    working_hours,
)
from smallgroup.underwriting.employees_1099 import form_1099_validation, share_of_1099
from smallgroup.underwriting.employer_size import SizeTerms, hours_terms, size_at_least_one, size_at_most_fifty
from smallgroup.underwriting.federal import (
    effective_date_by_law,
    in_window,
    open_window,
    small_employer_by_law,
    waiting_period_by_law,
    window_terms,
)
from smallgroup.underwriting.folding import (
    APPROVE,
    DECLINE,
    PEND,
    REFERRED,
    missing,
    outcome_column,
    waits,
    weight,
)
from smallgroup.underwriting.general_information import (
    effective_date,
    keep_existing_coverage,
    offer_to_all,
    waiting_period,
)
from smallgroup.underwriting.one_row import OneRow
from smallgroup.underwriting.outcomes import (
    MET,
    NEEDS_EVIDENCE,
    NOT_APPLICABLE,
    NOT_MET,
    REFER,
    outcome_of,
)
from smallgroup.underwriting.papers import AuditTerms, audit_terms
from smallgroup.underwriting.participation import (
    participation,
    participation_maintained,
    waiver_proof,
)
from smallgroup.underwriting.participation_shares import ParticipationTerms
from smallgroup.underwriting.peo import peo_considered, peo_contract, peo_premium
from smallgroup.underwriting.renewal_audit import other_tax_papers, ownership_papers, wage_papers
from smallgroup.underwriting.settling import settled
from smallgroup.underwriting.workers_compensation import workers_compensation

Make = Callable[[Guideline, date], Clause]

# The order of the guide: the heading's file, and its clauses by id. A clause that a guideline does not write is none.
CLAUSES: dict[str, dict[str, Make]] = {
    "employer_size": {"size-at-least-one": size_at_least_one, "size-at-most-fifty": size_at_most_fifty},
    "common_law_employee": {
        "employee-on-first-day": employee_on_first_day, "common-law-employee": common_law_employee,
    },
    "bona_fide": {"bona-fide-relationship": bona_fide_relationship, "formed-for-business": formed_for_business},
    "business_address": {"business-address": business_address, "service-area": service_area},
    "business_license": {"business-license": business_license},
    "workers_compensation": {"workers-compensation": workers_compensation},
    "classes": {"no-excluded-classes": no_excluded_classes, "plans-by-class": plans_by_class},
    "dual_carrier": {"dual-carrier": dual_carrier},
    "peo": {"peo-premium": peo_premium, "peo-contract": peo_contract, "peo-considered": peo_considered},
    "participation": {
        "participation": participation, "participation-maintained": participation_maintained,
        "waiver-proof": waiver_proof,
    },
    "contribution": {"contribution": contribution},
    "employee_eligibility": {
        "working-hours": working_hours, "minimum-wage": minimum_wage, "out-of-area-plan": out_of_area_plan,
        "owners-hours": owners_hours,
    },
    "employees_1099": {"share-of-1099": share_of_1099, "form-1099-validation": form_1099_validation},
    "general_information": {
        "waiting-period": waiting_period, "keep-existing-coverage": keep_existing_coverage,
        "effective-date": effective_date, "offer-to-all": offer_to_all,
    },
    "renewal_audit": {
        "wage-papers": wage_papers, "ownership-papers": ownership_papers, "other-tax-papers": other_tax_papers,
    },
}  # fmt: skip
LAW: tuple[Make, ...] = (small_employer_by_law, waiting_period_by_law, open_window, effective_date_by_law)

Federal = Literal["laid over", "left out", "alone"]
"""Federal law beside the guide, left out, or by itself."""


@dataclass(frozen=True)
class Edition:
    """The clauses of a guideline as they hold on a day, with their expressions built.

    `layer` is what the guideline's owner has settled; the terms beside the clauses are those that facts are measured
    by.
    """

    guideline: Guideline
    on: date
    clauses: tuple[Clause, ...]
    counting: measures.CountingTerms
    hours: measures.HoursTerms
    participation: ParticipationTerms
    classes: ClassTerms | None
    audit: AuditTerms | None
    work_inside_percent: int
    federal: Federal = "laid over"
    layer: Layer | None = None

    @cached_property
    def people_stages(self) -> list[dict[str, pl.Expr]]:
        return measures.people(self.counting)

    @cached_property
    def of_people(self) -> measures.Tally:
        return measures.people_tally()

    @cached_property
    def month_stage(self) -> dict[str, pl.Expr]:
        """Lays out months whose part-timers are lists, as a book has them, before they are measured."""
        return measures.month_hours(self.hours)

    @cached_property
    def of_months(self) -> measures.Tally:
        return measures.month_tally(self.hours, self.counting.maximum_size)

    @cached_property
    def derived_measures(self) -> dict[str, pl.Expr]:
        window = pl.lit(False) if self.federal == "left out" else in_window(window_terms(self.on))
        return {**measures.derived(self.hours), "in_open_window": window}

    @cached_property
    def _derived(self) -> OneRow:
        return OneRow(self.derived_measures)

    @cached_property
    def issue_papers(self) -> tuple[str, ...]:
        """The kinds of paper that are wanted with the case, in the order of the clauses: the facts say of each
        whether it has come in, as `has_<kind>`."""
        return tuple(
            dict.fromkeys(
                paper.kind for clause in self.clauses for paper in clause.text.evidence if paper.wanted_at == "issue"
            )
        )

    @cached_property
    def reading_columns(self) -> list[pl.Expr]:
        """Stage three. For each clause: whether it applies, its readings, and whether a paper of it is missing; and
        of the group the facts that say what an outcome makes of the decision."""
        columns = [pl.col(name) for name in ("is_renewal", "in_open_window")]
        # With nobody enrolled there is no group to take, whatever the minimum.
        columns.append((pl.col("in_open_window") & pl.col("somebody_enrolls")).alias("sets_aside"))
        columns.append(pl.col("existed_all_year").fill_null(False).alias("established"))
        for clause in self.clauses:
            columns.append(clause.applies.alias(f"{clause.id}.applies"))
            columns += [reading.holds.alias(f"{clause.id}.{n}") for n, reading in enumerate(clause.readings)]
            for name, expression in (("missing", missing(clause)), ("waits", waits(clause))):
                if expression is not None:
                    columns.append(expression.alias(f"{clause.id}.{name}"))
        return columns

    @cached_property
    def comparison_columns(self) -> list[pl.Expr]:
        return [
            comparison.holds.alias(f"{clause.id}.comparison.{n}")
            for clause in self.clauses
            for n, comparison in enumerate(clause.comparisons)
        ]

    @cached_property
    def outcome_columns(self) -> list[pl.Expr]:
        """Stage four: one UInt8 a clause, an index into OUTCOMES."""
        return [outcome_column(clause).alias(clause.id) for clause in self.clauses]

    @cached_property
    def decision_column(self) -> pl.Expr:
        """The fold over every clause: the heaviest weight decides, never stopping at the first."""
        heavy: dict[int, list[pl.Expr]] = {DECLINE: [], REFERRED: [], PEND: []}
        renewal, established = pl.col("is_renewal"), pl.col("established")
        for clause in self.clauses:
            result, follows = pl.col(clause.id), clause.text.if_not_met
            not_met, unknown = result == NOT_MET, result == NEEDS_EVIDENCE
            if follows.startswith("decline"):
                refused = not_met & established if follows == "decline_if_established" else not_met
                heavy[DECLINE].append(refused & ~renewal)
                heavy[REFERRED].append(refused & renewal)
            if follows in ("pend", "decline_if_established"):
                heavy[PEND].append(not_met)
            heavy[REFERRED].append(result == REFER)
            if follows != "advise":
                heavy[PEND].append(unknown if waits(clause) is None else unknown & pl.col(f"{clause.id}.waits"))
            if missing(clause) is not None:
                heavy[PEND].append(pl.col(f"{clause.id}.missing"))
        chain: Any = pl
        for code, cases in heavy.items():
            if cases:
                chain = chain.when(_any_of(cases)).then(pl.lit(code, pl.UInt8))
        decision: pl.Expr = chain.otherwise(pl.lit(APPROVE, pl.UInt8))
        return decision.alias("decision")

    def measure(
        self, groups: pl.DataFrame, people: pl.DataFrame, months: pl.DataFrame
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Stages one and two: (measures, one row a group; people with their predicates)."""
        alone = groups.height == 1
        return measures.measure(
            groups, people, months,
            people_stages=self.people_stages,
            of_people=self.of_people if alone else self.of_people.only(self.measures_read),
            of_months=self.of_months if alone else self.of_months.only(self.measures_read),
            derived_measures=self._derived,
        )  # fmt: skip

    @cached_property
    def measures_read(self) -> frozenset[str]:
        """The measures that readings are made of. What only comparisons and sentences read, a book does without."""
        read = [*self.reading_columns, *self.derived_measures.values()]
        return frozenset(name for column in read for name in column.meta.root_names())

    def decide(self, measured: pl.DataFrame) -> pl.DataFrame:
        """Stages three and four over measures: readings, one outcome a clause, and the decision, as codes."""
        readings = measured.select(self.reading_columns)
        outcomes = readings.with_columns(self.outcome_columns)
        return outcomes.with_columns(self.decision_column)

    def decide_one(self, measured: pl.DataFrame) -> dict[str, Any]:
        """The same of one group, with its comparisons.

        The readings are the same expressions, computed as those of one row; the outcomes are looked up in a table that
        `outcome` itself filled.
        """
        results = self._readings_of_one.of(measured)
        decision = APPROVE
        for clause in self.clauses:
            readings = [results[f"{clause.id}.{place}"] for place in range(len(clause.readings))]
            code = outcome_of(results[f"{clause.id}.applies"], readings)
            if code == NOT_MET and clause.text.if_not_met == "refer":
                code = REFER
            if clause.text.open_window and results["sets_aside"] and code != MET:
                code = NOT_APPLICABLE
            results[clause.id] = code
            decision = min(decision, weight(clause, code, results))
        results["decision"] = decision
        return results

    @cached_property
    def _readings_of_one(self) -> OneRow:
        columns = (*self.reading_columns, *self.comparison_columns)
        return OneRow({column.meta.output_name(): column for column in columns})

    def tried(self, measured: pl.DataFrame, changes: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
        """The outcomes of one group under many changes of its measures at once: a row a change, at the cost of one.

        `changes` name measures and their new values; what a change leaves out stays as it is.
        """
        # Rows of their own: a row that is repeated Polars 2.1 keeps as one value, and then finds too short.
        known = measured.row(0, named=True)
        rows = pl.DataFrame(
            {name: [change.get(name, value) for change in changes] for name, value in known.items()},
            schema=measured.schema,
        )
        # What follows from the counts follows from the changed ones.
        return self.decide(rows.with_columns_seq(**self.derived_measures))


def _any_of(cases: list[pl.Expr]) -> pl.Expr:
    """Or, in pairs of pairs: Polars takes three times as long over a chain of so many."""
    while len(cases) > 1:
        cases = [reduce(or_, cases[place : place + 2]) for place in range(0, len(cases), 2)]
    return cases[0]


@lru_cache(maxsize=32)
def edition(guideline: Guideline, on: date, *, federal: Federal = "laid over", layer: Layer | None = None) -> Edition:
    """The clauses as they hold on a day, with what the guideline's owner has settled by then.

    Raises NotInForce where a number has no edition for the day, and Refused where a layer names what is not there.
    """
    waivers = guideline.heading("participation").terms_on(ParticipationTerms, on)
    counting = measures.CountingTerms(
        full_time_hours=waivers.full_time_hours,
        listed_waivers=waivers.listed_waivers,
        unlisted_waivers=waivers.unlisted_waivers,
        contribution_share=guideline.heading("contribution").terms_on(ContributionTerms, on).minimum_share,
        maximum_size=guideline.heading("employer_size").terms_on(SizeTerms, on).maximum,
        hourly_wage=wage_terms(on).hourly,
    )
    of_the_guide = [
        make(guideline, on)
        for heading, makes in CLAUSES.items()
        for id, make in makes.items()
        if heading in guideline.headings and id in guideline.heading(heading).clauses
    ]
    of_the_law = [make(law(), on) for make in LAW]
    chosen = {
        "laid over": of_the_guide + [_beside_the_guide(clause) for clause in of_the_law],
        "left out": of_the_guide, "alone": of_the_law,
    }[federal]  # fmt: skip
    eligibility = guideline.headings.get("employee_eligibility")
    return Edition(
        guideline, on, settled(chosen, guideline, layer, on), counting, hours_terms(on), waivers,
        class_terms(guideline, on), audit_terms(guideline, on),
        eligibility.terms_on(EligibilityTerms, on).work_inside_percent if eligibility else 50,
        federal, layer,
    )  # fmt: skip


def _beside_the_guide(clause: Clause) -> Clause:
    """A clause of the law beside the guide's own of the same matter, whose readings decide about a refusal."""
    if not clause.text.if_not_met.startswith("decline"):
        return clause
    return replace(clause, text=replace(clause.text, if_not_met="pend", ground=None))
