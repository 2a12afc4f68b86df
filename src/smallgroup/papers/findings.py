"""Findings on paper: what is open first, in full; what is met in a line each; what does not apply by its title."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

from smallgroup.papers.words import HOLDS, Footnotes, a_day, counted, name_and_text, numbers, sentence

Copy = Literal["broker", "client"]
Said = Mapping[str, Any]

_OPEN = ("not met", "refer", "needs evidence")


def for_copy(findings: Sequence[Said], copy: Copy) -> list[Said]:
    """The findings that the reader of a copy may be shown: a client those that are for anyone."""
    return [one for one in findings if copy == "broker" or one["audience"] == "anyone"]


def findings_told(
    findings: Sequence[Said], copy: Copy, waiting: Collection[str] | None = None
) -> dict[str, Any] | None:  # fmt: skip
    """None where there are none. `waiting` are the clauses that the decision waits for, where that is known."""
    shown = for_copy(findings, copy)
    if not shown:
        return None
    notes = Footnotes()
    # A minimum that the open window sets aside does not apply, and yet says why.
    open_ = [one for outcome in _OPEN for one in shown if one["outcome"] == outcome]
    met = [one for one in shown if one["outcome"] == "met"]
    set_aside = [one for one in shown if one["outcome"] == "not applicable" and one["readings"]]
    beside = [one["title"] for one in shown if one["outcome"] == "not applicable" and not one["readings"]]
    return {
        "open": [_open(one, copy, notes, waiting) for one in open_]
        + [_open(one, copy, notes, None) for one in set_aside],
        "met": [{"title": one["title"], "because": one["because"], "note": _note(one, notes)} for one in met],
        "met_title": f"Met, {counted(len(met), 'clause', 'clauses')}",
        "beside": "; ".join(beside) + "." if beside else "",
    }


def _note(one: Said, notes: Footnotes) -> dict[str, Any]:
    return notes.note(one["citation"], one["ground"] if one["outcome"] == "not met" else None)


def _open(one: Said, copy: Copy, notes: Footnotes, waiting: Collection[str] | None) -> dict[str, Any]:
    idle = one["outcome"] == "needs evidence" and waiting is not None and one["clause"] not in waiting
    for_client = copy == "client"
    because, cure = one["because"], one["cure"]
    if for_client and one["outcome"] == "refer":
        because = "A person at the carrier decides this."
    if for_client and (one["outcome"] == "refer" or (cure and "reading" in cure)):
        cure = None  # which of the readings it is by is not for the client
    return {
        "title": one["title"],
        "outcome": one["outcome"],
        "waits": " (the decision does not wait for it)" if idle else "",
        "because": because,
        "said": name_and_text(("What would change it:", cure), *(() if for_client else _settled(one))),
        "readings": [] if for_client else readings_told(one),
        "papers": [] if for_client else _papers(one),
        "note": _note(one, notes),
    }


def readings_told(one: Said) -> list[str]:
    """The readings of a finding that is referred, each with the numbers in which they differ."""
    if one["outcome"] != "refer" or len(one["readings"]) < 2:
        return []
    first = one["readings"][0]["numbers"]
    differing = [name for name in first if any(each["numbers"].get(name) != first[name] for each in one["readings"])]
    said = []
    for reading in one["readings"]:
        told = numbers(reading["numbers"], [name for name in differing if name in reading["numbers"]])
        said.append(f"{sentence(reading['name'])}: {HOLDS[reading['holds']]}{f' ({told})' if told else ''}")
    return said


def _settled(one: Said) -> list[tuple[str, str]]:
    said = []
    for each in one["settled"]:
        doubt = f"{each['doubt']}: " if each["doubt"] else ""
        said.append((f"Settled by {each['by']} on {a_day(each['on'])}:", f"{doubt}{each['reading']}. {each['why']}"))
    return said


def _papers(one: Said) -> list[str]:
    lacking = [
        paper for paper in one["evidence"]
        if paper["needed"] or (paper["status"] in ("missing", "rejected") and one["outcome"] == "needs evidence")
    ]  # fmt: skip
    return [f"{sentence(paper['name'])}: {paper['status']}, wanted {wanted(paper)}" for paper in lacking]


def wanted(paper: Said) -> str:
    return "with the case" if paper["wanted_at"] == "issue" else "in an audit"
