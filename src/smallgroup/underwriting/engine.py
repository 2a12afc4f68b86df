"""The engine: facts → measures → readings as columns → outcomes → decision, for one group or for millions.

Expressions are built once an edition (a guideline on a day) and run eagerly in four stages: predicates of people,
measures of groups, readings, outcomes. Nesting the stages in one select costs several times as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache
from itertools import product
from typing import Any

import polars as pl

from smallgroup.rulebook import Guideline
from smallgroup.underwriting import measures
from smallgroup.underwriting.clause import OUTCOMES, Clause
from smallgroup.underwriting.common_law_employee import common_law_employee
from smallgroup.underwriting.contribution import ContributionTerms, contribution
from smallgroup.underwriting.employees_1099 import form_1099_validation, share_of_1099
from smallgroup.underwriting.employer_size import SizeTerms, hours_terms, size_at_least_one, size_at_most_fifty
from smallgroup.underwriting.participation import ParticipationTerms, participation

# The order of the guide.
CLAUSES = (
    size_at_least_one, size_at_most_fifty, common_law_employee, participation, contribution, share_of_1099,
    form_1099_validation,
)  # fmt: skip

DECISIONS = ("decline", "refer", "pend", "approve")
MET, NOT_MET, REFER, NEEDS_EVIDENCE, NOT_APPLICABLE = range(len(OUTCOMES))
DECLINE, REFERRED, PEND, APPROVE = range(len(DECISIONS))


@dataclass(frozen=True)
class Edition:
    """The clauses of a guideline as they hold on a day, with their expressions built."""

    guideline: Guideline
    on: date
    clauses: tuple[Clause, ...]
    counting: measures.CountingTerms
    hours: measures.HoursTerms

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
        return measures.derived(self.hours)

    @cached_property
    def reading_columns(self) -> list[pl.Expr]:
        """Stage three. For each clause: whether it applies, its readings, and whether "not met" declines."""
        columns = []
        for clause in self.clauses:
            columns.append(clause.applies.alias(f"{clause.id}.applies"))
            columns += [reading.holds.alias(f"{clause.id}.{n}") for n, reading in enumerate(clause.readings)]
            if clause.text.if_not_met == "decline_if_established":
                columns.append(pl.col("existed_all_year").fill_null(False).alias(f"{clause.id}.declines"))
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
        return [
            outcome(f"{clause.id}.applies", [f"{clause.id}.{n}" for n in range(len(clause.readings))]).alias(clause.id)
            for clause in self.clauses
        ]

    @cached_property
    def decision_column(self) -> pl.Expr:
        """The fold over every clause: the heaviest weight decides, never stopping at the first."""
        weights = []
        for clause in self.clauses:
            result = pl.col(clause.id)
            weight = _weights(clause, declines=clause.text.if_not_met == "decline")
            if clause.text.if_not_met == "decline_if_established":
                declines = pl.col(f"{clause.id}.declines")
                not_met = pl.when(declines).then(pl.lit(DECLINE, pl.UInt8)).otherwise(pl.lit(PEND, pl.UInt8))
            else:
                not_met = pl.lit(weight[NOT_MET], pl.UInt8)
            weights.append(
                pl.when(result == NOT_MET).then(not_met)
                .when(result == REFER).then(pl.lit(weight[REFER], pl.UInt8))
                .when(result == NEEDS_EVIDENCE).then(pl.lit(weight[NEEDS_EVIDENCE], pl.UInt8))
                .otherwise(pl.lit(APPROVE, pl.UInt8))
            )  # fmt: skip
        return pl.min_horizontal(weights).alias("decision")

    def measure(
        self, groups: pl.DataFrame, people: pl.DataFrame, months: pl.DataFrame
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Stages one and two: (measures, one row a group; people with their predicates)."""
        return measures.measure(
            groups, people, months,
            people_stages=self.people_stages, of_people=self.of_people,
            of_months=self.of_months,
            derived_measures=self.derived_measures,
        )  # fmt: skip

    def decide(self, measured: pl.DataFrame) -> pl.DataFrame:
        """Stages three and four over measures: readings, one outcome a clause, and the decision, as codes."""
        readings = measured.select(self.reading_columns)
        outcomes = readings.with_columns(self.outcome_columns)
        return outcomes.with_columns(self.decision_column)

    def decide_one(self, measured: pl.DataFrame) -> dict[str, Any]:
        """The same of one group, with its comparisons.

        The readings are the same expressions; the outcomes are looked up in a table that `outcome` itself filled,
        which spares two thirds of this stage.
        """
        results = measured.select_seq(self.reading_columns + self.comparison_columns).row(0, named=True)
        decision = APPROVE
        for clause in self.clauses:
            readings = [results[f"{clause.id}.{place}"] for place in range(len(clause.readings))]
            code = outcome_of(results[f"{clause.id}.applies"], readings)
            declines = results.get(f"{clause.id}.declines", clause.text.if_not_met == "decline")
            results[clause.id] = code
            decision = min(decision, _weights(clause, declines=declines)[code])
        results["decision"] = decision
        return results


def _weights(clause: Clause, *, declines: bool) -> tuple[int, ...]:
    """What each outcome of a clause makes of the decision, by the outcome's code."""
    return (APPROVE, DECLINE if declines else PEND, REFERRED, PEND, APPROVE)


def outcome(applies: str, readings: Sequence[str]) -> pl.Expr:
    """The outcome of a clause from its readings, the default first.

    Two readings that are decided and differ refer the case. A reading that is null for want of a fact blocks no
    default that is decided; a default that is null needs evidence, whatever the others say.
    """
    default = pl.col(readings[0])
    decided = pl.when(default).then(pl.lit(MET, pl.UInt8)).when(~default).then(pl.lit(NOT_MET, pl.UInt8))
    result = decided.otherwise(pl.lit(NEEDS_EVIDENCE, pl.UInt8))
    if len(readings) > 1:
        holds = [pl.col(name) for name in readings]
        some_hold = pl.any_horizontal(holds).fill_null(False)
        some_fail = ~pl.all_horizontal(holds).fill_null(True)
        result = pl.when(some_hold & some_fail).then(pl.lit(REFER, pl.UInt8)).otherwise(result)
    return (
        pl.when(pl.col(applies)).then(result)
        .when(~pl.col(applies)).then(pl.lit(NOT_APPLICABLE, pl.UInt8))
        .otherwise(pl.lit(NEEDS_EVIDENCE, pl.UInt8))
    )  # fmt: skip


Kleene = bool | None


@cache
def _outcome_table() -> dict[tuple[Kleene, ...], int]:
    """(applies, default, one more reading, another) → code, filled by the expression that a book runs."""
    names = ["applies", "r0", "r1", "r2"]
    mixes = list(product((True, False, None), repeat=4))
    frame = pl.DataFrame(mixes, schema=dict.fromkeys(names, pl.Boolean), orient="row")
    codes = frame.select(outcome("applies", names[1:])).to_series()
    return dict(zip(mixes, codes, strict=True))


def outcome_of(applies: Kleene, readings: Sequence[Kleene]) -> int:
    """The outcome's code of one group. Of many readings it matters which is the default, and what the others say."""
    default = readings[0]
    holds = True if True in readings else default
    fails = False if False in readings else default
    return _outcome_table()[applies, default, holds, fails]


@lru_cache(maxsize=32)
def edition(guideline: Guideline, on: date) -> Edition:
    """The clauses as they hold on a day. Raises NotInForce where a number has no edition for it."""
    waivers = guideline.heading("participation").terms_on(ParticipationTerms, on)
    counting = measures.CountingTerms(
        full_time_hours=waivers.full_time_hours,
        listed_waivers=waivers.listed_waivers,
        unlisted_waivers=waivers.unlisted_waivers,
        contribution_share=guideline.heading("contribution").terms_on(ContributionTerms, on).minimum_share,
        maximum_size=guideline.heading("employer_size").terms_on(SizeTerms, on).maximum,
    )
    return Edition(guideline, on, tuple(clause(guideline, on) for clause in CLAUSES), counting, hours_terms(on))
