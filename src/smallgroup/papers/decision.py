"""The letter with a decision: the broker's copy with findings, readings, numbers and papers; the client's in plain
words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from smallgroup.papers.findings import Copy, Said, findings_told, wanted
from smallgroup.papers.printing import printed
from smallgroup.papers.request import asked, closing, opens, refused
from smallgroup.papers.words import HOLDS, a_day, numbers, on, sentence

_FEDERAL = {"laid over": "laid over the guideline", "left out": "left out", "alone": "alone"}


def decision_letter(
    decision: Mapping[str, Any], *, group: str, effective_date: date | None, copy: Copy = "broker",
    due_on: date | None = None, dated: date,
) -> bytes:  # fmt: skip
    """The PDF of a decision, as `underwrite --json` has it, for a group by its name.

    The client's copy is told what is needed, from whom and why; no finding, reading or number of the guide is handed
    to it. `due_on` is the day of an audit, where there is one. Raises Refused when the compiler is not installed.
    """
    shared = {
        "title": f"Decision on {group}",
        "description": f"Group health coverage from {on(effective_date)}, {copy} copy",
        "footer": f"Decision, {copy} copy, {on(dated)}, inputs {decision['inputs_sha256'][:12]}",
        "group": group,
        "means": _means(decision, effective_date),
    }
    if copy == "client":
        told = {
            **shared,
            "dated": on(dated),
            "facts": [
                ("Coverage asked for from", on(effective_date)), ("Rules", decision["guideline"]),
                ("Version", decision["engine"]), ("As of", a_day(decision["as_of"])),
                ("Hash of the inputs", decision["inputs_sha256"]),
            ],
            "opening": opens(decision, effective_date, due_on),
            "wanted": asked(decision),
            "closing": closing(decision, due_on),
        }  # fmt: skip
    else:
        told = {**shared, **_for_broker(decision, effective_date, dated)}
    return printed(f"decision-{copy}.typ", told, dated=dated)


def _means(decision: Said, effective_date: date | None) -> str:
    """The decision in words that everybody may read."""
    if decision["decision"] == "decline":
        return refused(decision)
    return {
        "approve": f"By what was known on {a_day(decision['as_of'])}, the group qualifies for coverage from "
        f"{on(effective_date)}.",
        "pend": "The application cannot be decided yet: something is missing.",
        "refer": "A person at the carrier decides this application.",
    }[decision["decision"]]


def _for_broker(decision: Said, effective_date: date | None, dated: date) -> dict[str, Any]:
    waiting = {clause for one in decision["wanting"] for clause in one["clauses"]}
    layer = [("Layer", decision["layer"])] if decision["layer"] else []
    return {
        "decision": sentence(decision["decision"]),
        "facts": [
            ("Effective date", on(effective_date)), ("As of", a_day(decision["as_of"])), ("Date", on(dated)),
            ("Guideline", decision["guideline"]), *layer,
            ("Federal law", _FEDERAL[decision["federal_law"]]), ("Engine version", decision["engine"]),
            ("Hash of the inputs", decision["inputs_sha256"]),
        ],
        "wanted": [[sentence(one["what"]), one["from"], a_day(one["by"])] for one in decision["wanting"]],
        "findings": findings_told(decision["findings"], "broker", waiting),
        "numbers": _numbers(decision),
        "papers": _papers(decision),
    }  # fmt: skip


def _numbers(decision: Said) -> list[list[str]]:
    """Every reading of a clause that applies, and every comparison, with its numbers."""
    rows = []
    for one in decision["findings"]:
        for kind in ("readings", "comparisons"):
            for reading in one[kind]:
                told = numbers(reading["numbers"])
                name = sentence(reading["name"]) + (" (comparison)" if kind == "comparisons" else "")
                if told or len(one["readings"]) > 1:
                    rows.append([one["title"], name, HOLDS[reading["holds"]], told])
    return rows


def _papers(decision: Said) -> list[list[str]]:
    """Each paper once, as the finding has it that waits for it, if one does."""
    papers: dict[tuple[str, str, str], bool] = {}
    for one in decision["findings"]:
        for paper in one["evidence"]:
            key = (sentence(paper["name"]), wanted(paper), paper["status"])
            papers[key] = papers.get(key, False) or paper["needed"]
    return [[*key, "yes" if needed else "no"] for key, needed in papers.items()]
