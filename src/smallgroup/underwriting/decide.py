"""One group underwritten: every finding, with its readings, its numbers and what would change it; and the decision."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from smallgroup import __version__
from smallgroup.citation import Citation
from smallgroup.dates import spoken
from smallgroup.errors import Refused
from smallgroup.group.application import GroupFile
from smallgroup.group.papers import in_words
from smallgroup.rating.area_rates import AreaRates
from smallgroup.rulebook import Guideline, Layer, Settled, law
from smallgroup.underwriting.clause import OUTCOMES, Case, Clause, Cure, Reading, no_candidates, numbers_json
from smallgroup.underwriting.contradictions import contradicting
from smallgroup.underwriting.engine import Edition, Federal, edition
from smallgroup.underwriting.facts import facts_of
from smallgroup.underwriting.federal import next_window, window_terms
from smallgroup.underwriting.folding import DECISIONS
from smallgroup.underwriting.outcomes import MET, NOT_APPLICABLE, outcome_of
from smallgroup.underwriting.papers import paper_status
from smallgroup.underwriting.wanting import wanting

WINDOW = (
    "The application was complete between November 15 and December 15, when the law does not let this minimum be "
    "applied (45 CFR 147.104(b)(1)(i)(B)); it acts again at the renewal."
)
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
    """A paper that proves a clause: wanted with the case (`issue`) or in an audit; missing, received, … .

    `needed` says whether the decision waits for it: it is wanted with the case, of this group, and has not come in.
    """

    kind: str
    wanted_at: str
    status: str
    needed: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind, "name": in_words(self.kind), "wanted_at": self.wanted_at, "status": self.status,
            "needed": self.needed,
        }  # fmt: skip


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
    ask: str = ""
    law: str | None = None
    settled: tuple[Settled, ...] = ()
    pends: bool = True
    paper_sets: tuple[tuple[str, ...], ...] = ()
    of_members: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether the decision waits for something here: an answer, a change, a paper or a person."""
        return self.outcome in ("not met", "refer", "needs evidence") or any(one.needed for one in self.evidence)

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
            "law": self.law,
            "settled": [one.as_json() for one in self.settled],
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision that can be made again: same inputs, same guideline, same engine, same bytes."""

    decision: str
    guideline: str
    as_of: date
    findings: tuple[Finding, ...]
    inputs: Mapping[str, Any] = field(repr=False)
    effective_date: date | None = None
    engine: str = __version__
    federal: Federal = "laid over"
    layer: str | None = None
    due_on: date | None = None

    @property
    def inputs_sha256(self) -> str:
        return hashlib.sha256(canonical(self.inputs)).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """The contract of `underwrite --json`, with the inputs that `replay` needs."""
        return {
            "decision": self.decision,
            "guideline": self.guideline,
            "layer": self.layer,
            "federal_law": self.federal,
            "engine": self.engine,
            "as_of": self.as_of.isoformat(),
            "inputs_sha256": self.inputs_sha256,
            "findings": [finding.as_json() for finding in self.findings],
            "wanting": [one.as_json() for one in wanting(self)],
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
    federal: Federal = "laid over",
    layer: Layer | None = None,
) -> Decision:
    """Underwrite one group.

    `members` is a checked census (census.SCHEMA), `rates` those of the group's area on its effective date, where
    they are known. `inputs` is what the decision keeps so that it can be made again (see record.py). Federal law is
    laid over the guide, left out, or shown alone; a layer holds what the guideline's owner has settled. Nothing is
    read but the arguments: no clock, no file.

    Raises Refused when there is no effective date, or the application and the census contradict each other;
    NotInForce when the guideline has no edition on `as_of`.
    """
    contradictions = list(contradicting(file, members, guideline=guideline, as_of=as_of))
    if contradictions:
        raise Refused(contradictions)
    in_force = edition(guideline, as_of, federal=federal, layer=layer)
    facts = facts_of(file, members, rates, in_force)
    measured, people = in_force.measure(facts.groups, facts.people, facts.months)
    results, findings = found_in(in_force, measured, people, facts.notes, file)
    return Decision(
        DECISIONS[results["decision"]], guideline.id, as_of, findings, inputs or {}, file.effective_date,
        federal=federal, layer=layer.layer if layer else None, due_on=file.audit.due_on if file.audit else None,
    )  # fmt: skip


def found_in(
    in_force: Edition, measured: pl.DataFrame, people: pl.DataFrame, notes: Mapping[str, Any], file: GroupFile
) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """(what the engine found of one group's row of measures; the same in words, a finding a clause)."""
    results = in_force.decide_one(measured)
    case = Case({**measured.row(0, named=True), **notes}, people)
    cures = _cures(in_force, case, results, measured)
    findings = (_finding(in_force, clause, case, results, file, cures.get(clause.id)) for clause in in_force.clauses)
    return results, tuple(findings)


def _cures(in_force: Edition, case: Case, results: Mapping[str, Any], measured: pl.DataFrame) -> dict[str, Cure]:
    """For each clause with candidates the first of each way that meets it in every reading; all are tried at once."""
    candidates = [
        (clause.id, candidate)
        for clause in in_force.clauses
        if clause.candidates is not no_candidates and OUTCOMES[results[clause.id]] in clause.cured_when
        for candidate in clause.candidates(case)
    ]
    if not candidates:
        return {}
    tried = in_force.tried(measured, [candidate.measures for _, candidate in candidates])
    found: dict[str, dict[str, Cure]] = {}
    for place, (clause_id, candidate) in enumerate(candidates):
        if tried[clause_id][place] in (MET, NOT_APPLICABLE):
            found.setdefault(clause_id, {}).setdefault(candidate.way, candidate.cure)
    return {clause_id: _either([*ways.values()]) for clause_id, ways in found.items()}


def _either(cures: Sequence[Cure]) -> Cure:
    """One of several cures: `X, or Y.`"""
    said = ", or ".join(cure.sentence.removesuffix(".") for cure in cures)
    return Cure(f"{said}.", {name: number for cure in cures for name, number in cure.numbers.items()})


def _finding(
    in_force: Edition, clause: Clause, case: Case, results: Mapping[str, Any], file: GroupFile, cure: Cure | None
) -> Finding:
    outcome = OUTCOMES[results[clause.id]]
    nobody = clause.of_people and case.people.is_empty()
    # A minimum that the open window sets aside is still shown with its readings.
    set_aside = clause.text.open_window and results["sets_aside"] and outcome == "not applicable"
    applies = outcome != "not applicable" or (set_aside and results[f"{clause.id}.applies"] is not False)
    papers_missing = bool(results.get(f"{clause.id}.missing"))
    readings = [
        (
            reading,
            results[f"{clause.id}.{place}"],
            numbers_json(reading.numbers(case)) if applies and not nobody else {},
        )
        for place, reading in enumerate(clause.readings)
    ]
    return Finding(
        clause=clause.id,
        title=clause.text.title,
        rules=clause.text.rules,
        outcome=outcome,
        because=_because(clause, case, outcome, results, nobody=nobody, set_aside=set_aside and applies),
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
            Evidence(
                paper.kind, paper.wanted_at, paper_status(file, paper.kind, in_force.on),
                papers_missing and paper.wanted_at == "issue" and not case[f"has_{paper.kind}"]
                and (paper.when is None or case[paper.when] is True),
            )
            for paper in clause.text.evidence
            if paper.when is None or case[paper.when] is not False
        )
        if applies
        else (),
        cure=_cured(in_force, clause, case, outcome, cure),
        ground=clause.text.ground,
        audience=clause_audience(in_force, clause),
        ask=clause.text.ask,
        law=clause.text.law,
        settled=clause.settled,
        paper_sets=case.measures.get(f"{clause.id}.sets") or (),
        of_members=clause.of_members(case) if applies else (),
        pends=clause.text.if_not_met != "advise" and bool(results.get(f"{clause.id}.waits", True)),
    )  # fmt: skip


def _cured(in_force: Edition, clause: Clause, case: Case, outcome: str, tried: Cure | None) -> Cure | None:
    """What would change it; for a minimum that the law sets aside in a part of the year, also when that is."""
    if outcome not in clause.cured_when:
        return None
    cure = tried or clause.cure(case)
    helps = in_force.federal != "left out" and not case["is_renewal"] and case["somebody_enrolls"]
    if not clause.text.open_window or not helps:
        return cure
    opens, closes = next_window(max(case["received_on"], in_force.on), window_terms(in_force.on))
    said = (
        f"Or complete the application from {spoken(opens)} to {spoken(closes)}, when the law does not let this minimum "
        "be applied (45 CFR 147.104(b)(1)(i)(B))."
    )
    if cure is None:
        return Cure(said[3].upper() + said[4:], {"window_opens": opens, "window_closes": closes})
    return Cure(f"{cure.sentence} {said}", {**cure.numbers, "window_opens": opens, "window_closes": closes})


def clause_audience(in_force: Edition, clause: Clause) -> str:
    """The law is for anyone; what rests on the guide is for those whom the guide is for."""
    return "anyone" if clause.id in _ids_of_the_law() else in_force.guideline.audience


@cache
def _ids_of_the_law() -> frozenset[str]:
    return frozenset(name for heading in law().headings.values() for name in heading.clauses)


def _because(
    clause: Clause, case: Case, outcome: str, results: Mapping[str, Any], *, nobody: bool, set_aside: bool
) -> str:
    if nobody:
        return NO_CENSUS
    if not set_aside:
        return clause.because(case, outcome)
    holds = [results[f"{clause.id}.{place}"] for place in range(len(clause.readings))]
    alone = OUTCOMES[outcome_of(True, holds)]
    return f"{WINDOW} Without it: {clause.because(case, alone)}"


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
