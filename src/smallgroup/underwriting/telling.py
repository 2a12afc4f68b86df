"""The rulebook in words: what a clause asks, its numbers with their days and citations, and how it can be read."""

from __future__ import annotations

from typing import Any

from smallgroup.rulebook import Guideline, Heading, law
from smallgroup.underwriting.clause import Clause

TO_A_PERSON = "left to a person"


def told(one: Clause, guideline: Guideline) -> dict[str, Any]:
    """A clause as `smallgroup clause --json` has it."""
    heading = heading_of(one, guideline)
    return {
        "clause": one.id,
        "title": one.text.title,
        "rules": list(one.text.rules),
        "guideline": guideline.id,
        "summary": one.text.summary,
        "citation": one.citation.as_json(),
        "if_not_met": one.text.if_not_met,
        "ground": one.text.ground,
        "numbers": numbers(heading),
        "doubts": doubts(one),
        "comparisons": [reading.name for reading in one.comparisons],
        "evidence": [{"kind": paper.kind, "wanted_at": paper.wanted_at} for paper in one.text.evidence],
        "ask": one.text.ask,
        "settled": [settled.as_json() for settled in one.settled],
        "file": f"src/smallgroup/rulebook/data/{heading.file}",
    }


def told_heading(one: Heading) -> dict[str, Any]:
    """A heading that holds numbers only, in the same words."""
    return {
        "clause": one.name, "title": one.about.heading, "rules": list(one.about.rules), "summary": None,
        "citation": one.citation.as_json(), "numbers": numbers(one), "doubts": [], "comparisons": [], "evidence": [],
        "settled": [], "if_not_met": None, "ground": None,
        "file": f"src/smallgroup/rulebook/data/{one.file}",
    }  # fmt: skip


def without_clauses(guideline: Guideline) -> list[Heading]:
    """The headings that hold numbers only, of the guide and of the law."""
    return [one for one in (*guideline.headings.values(), *law().headings.values()) if not one.clauses]


def heading_of(one: Clause, guideline: Guideline) -> Heading:
    """The heading of the guide, or of the law, that a clause stands under."""
    headings = [*guideline.headings.values(), *law().headings.values()]
    return next(each for each in headings if one.id in each.clauses)


def doubts(one: Clause) -> list[dict[str, Any]]:
    """Where the text can be read in two ways, with the sides that a reading takes; the default first."""
    axes: dict[str, list[str]] = {}
    for reading in one.readings:
        for axis, side in reading.axes.items():
            sides = axes.setdefault(axis, [])
            if side not in sides:
                sides.append(side)
    return [{"of": axis, "readings": sides} for axis, sides in axes.items()]


def open_doubts(one: Clause) -> list[dict[str, Any]]:
    """The doubts that nobody has settled, and what is left to a person."""
    found = [doubt for doubt in doubts(one) if len(doubt["readings"]) > 1]
    if one.text.if_not_met == "refer" and not one.settled:
        found.append({"of": TO_A_PERSON, "readings": []})
    return found


def numbers(heading: Heading) -> list[dict[str, Any]]:
    """Every edition of every number under a heading."""
    return [
        {"term": term, "value": plain(edition.value), "from": edition.from_.isoformat(),
         "to": edition.to.isoformat() if edition.to else None, "citation": edition.citation.as_json()}
        for term, editions in heading.terms.items() for edition in editions
    ]  # fmt: skip


def plain(given: Any) -> Any:
    """A value as typed, without its line numbers."""
    value = given.value
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return {key: plain(inner) for key, inner in value.items()} if isinstance(value, dict) else value


def spoken(value: Any) -> str:
    """A value in one line: `from 1 share 1/2`."""
    if isinstance(value, list):
        return ", ".join(map(spoken, value))
    return " ".join(f"{key} {spoken(inner)}" for key, inner in value.items()) if isinstance(value, dict) else str(value)
