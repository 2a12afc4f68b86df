"""One group underwritten: every finding, with its readings, its numbers and what would change it; and the decision."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from smallgroup import __version__
from smallgroup.citation import Citation
from smallgroup.dates import spoken
from smallgroup.errors import Problem, Refused
from smallgroup.group.application import GroupFile
from smallgroup.rating.area_rates import AreaRates
from smallgroup.rulebook import Guideline
from smallgroup.underwriting.clause import OUTCOMES, Case, Clause, Cure, Reading, numbers_json
from smallgroup.underwriting.engine import DECISIONS, Edition, edition
from smallgroup.underwriting.facts import facts_of, paper_status

NO_CENSUS = "There is no census yet, so nothing is known of the employees."


@dataclass(frozen=True, slots=True)
class ReadingFound:
    """A reading, or a comparison, of one group: `holds` is None where a fact is missing."""

    name: str
    holds: bool | None
    numbers: Mapping[str, Any]
    citation: Citation | None = None

    def as_json(self) -> dict[str, Any]:
        cited = {"citation": self.citation.as_json()} if self.citation else {}
        return {"name": self.name, "holds": self.holds, "numbers": dict(self.numbers), **cited}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A paper that proves a clause: wanted with the case (`issue`) or in an audit; missing, received, … ."""

    kind: str
    wanted_at: str
    status: str

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "wanted_at": self.wanted_at, "status": self.status}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one clause says of one group."""

    clause: str
    title: str
    rules: tuple[str, ...]
    outcome: str
    because: str
    readings: tuple[ReadingFound, ...]
    comparisons: tuple[ReadingFound, ...]
    citation: Citation
    evidence: tuple[Evidence, ...]
    cure: Cure | None
    ground: str | None
    audience: str

    def as_json(self) -> dict[str, Any]:
        """The finding as the command line's contract has it."""
        return {
            "clause": self.clause,
            "title": self.title,
            "rules": list(self.rules),
            "outcome": self.outcome,
            "because": self.because,
            "readings": [reading.as_json() for reading in self.readings],
            "comparisons": [comparison.as_json() for comparison in self.comparisons],
            "citation": self.citation.as_json(),
            "evidence": [paper.as_json() for paper in self.evidence],
            "cure": self.cure.sentence if self.cure else None,
            "cure_numbers": numbers_json(self.cure.numbers) if self.cure else None,
            "ground": self.ground,
            "audience": self.audience,
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision that can be made again: same inputs, same guideline, same engine, same bytes."""

    decision: str
    guideline: str
    as_of: date
    findings: tuple[Finding, ...]
    inputs: Mapping[str, Any] = field(repr=False)
    engine: str = __version__

    @property
    def inputs_sha256(self) -> str:
        return hashlib.sha256(canonical(self.inputs)).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """The contract of `underwrite --json`, with the inputs that `replay` needs."""
        return {
            "decision": self.decision,
            "guideline": self.guideline,
            "engine": self.engine,
            "as_of": self.as_of.isoformat(),
            "inputs_sha256": self.inputs_sha256,
            "findings": [finding.as_json() for finding in self.findings],
            "inputs": dict(self.inputs),
        }


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spaces: what is hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def underwrite(
    file: GroupFile,
    members: pl.DataFrame,
    *,
    guideline: Guideline,
    as_of: date,
    rates: AreaRates | None = None,
    inputs: Mapping[str, Any] | None = None,
) -> Decision:
    """Underwrite one group.

    `members` is a checked census (census.SCHEMA), `rates` those of the group's area on its effective date, where
    they are known. `inputs` is what the decision keeps so that it can be made again (see record.py). Nothing is
    read but the arguments: no clock, no file.

    Raises Refused when there is no effective date, or the application and the census contradict each other;
    NotInForce when the guideline has no edition on `as_of`.
    """
    contradictions = list(contradicting(file, members))
    if contradictions:
        raise Refused(contradictions)
    in_force = edition(guideline, as_of)
    facts = facts_of(file, members, rates, in_force)
    measured, people = in_force.measure(facts.groups, facts.people, facts.months)
    results = in_force.decide_one(measured)
    case = Case({**measured.row(0, named=True), **facts.notes}, people)
    findings = tuple(_finding(in_force, clause, case, results, file) for clause in in_force.clauses)
    return Decision(DECISIONS[results["decision"]], guideline.id, as_of, findings, inputs or {})


def contradicting(file: GroupFile, members: pl.DataFrame) -> Iterator[Problem]:
    """What the application says and the census denies. Nothing is assumed: somebody has to say which is right."""
    youngest = members["date_of_birth"].max()
    unborn = isinstance(youngest, date) and youngest > file.effective_date
    for member in members.filter(pl.col("date_of_birth") > file.effective_date)["member_id"] if unborn else ():
        yield Problem(
            f"Census, member {member}, birth date",
            f"it is after the effective date, {spoken(file.effective_date)}.",
            "Leave the member out until birth, or correct the date.",
            field="date_of_birth",
        )
    if file.application.offers_1099 is False:
        enrolled = members.filter((pl.col("worker_type") == "1099") & (pl.col("election") == "enroll"))
        for member in enrolled["member_id"]:
            yield Problem(
                f"Census, member {member}, election",
                "a 1099 worker enrolls, but application.offers_1099 is false.",
                "Offer coverage to 1099 workers, or correct the worker type or the election.",
                field="election",
            )


def _finding(in_force: Edition, clause: Clause, case: Case, results: Mapping[str, Any], file: GroupFile) -> Finding:
    outcome = OUTCOMES[results[clause.id]]
    nobody = clause.of_people and case.people.is_empty()
    applies = outcome != "not applicable"
    readings = [
        (reading, results[f"{clause.id}.{place}"], {} if nobody else numbers_json(reading.numbers(case)))
        for place, reading in enumerate(clause.readings)
    ]
    return Finding(
        clause=clause.id,
        title=clause.text.title,
        rules=clause.text.rules,
        outcome=outcome,
        because=NO_CENSUS if nobody else clause.because(case, outcome),
        readings=tuple(_in_play(clause, readings)) if applies else (),
        comparisons=tuple(
            ReadingFound(
                one.name,
                results[f"{clause.id}.comparison.{place}"],
                {} if nobody else numbers_json(one.numbers(case)),
                one.citation,
            )
            for place, one in enumerate(clause.comparisons)
        )
        if applies
        else (),
        citation=clause.citation,
        evidence=tuple(
            Evidence(paper.kind, paper.wanted_at, paper_status(file, paper.kind, in_force.on))
            for paper in clause.text.evidence
        )
        if applies
        else (),
        cure=clause.cure(case) if outcome in clause.cured_when else None,
        ground=clause.text.ground,
        audience=in_force.guideline.audience,
    )


def _in_play(clause: Clause, readings: list[tuple[Reading, bool | None, dict[str, Any]]]) -> list[ReadingFound]:
    """The readings that differ for this group, named by the doubts that make them differ.

    A doubt is in play when two readings that differ in it alone have other numbers or another answer.
    """
    if len(readings) == 1:
        return [ReadingFound(readings[0][0].name, *readings[0][1:], readings[0][0].citation)]
    playing = [
        axis
        for axis, pairs in clause.differing_in_one.items()
        if any(readings[one][1:] != readings[other][1:] for one, other in pairs)
    ]
    default = readings[0][0].axes
    resting = [axis for axis in default if axis not in playing]
    found: list[ReadingFound] = []
    for reading, holds, numbers in readings:
        if all(reading.axes[axis] == default[axis] for axis in resting):
            name = "; ".join(f"{axis}: {reading.axes[axis]}" for axis in playing) or reading.name
            found.append(ReadingFound(name, holds, numbers, reading.citation))
    return found
