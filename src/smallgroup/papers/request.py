"""What is asked of a client: what, from whom, by when and why. It names facts and law, never the carrier's guide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from smallgroup.citation import Citation
from smallgroup.papers.findings import Said
from smallgroup.papers.printing import printed
from smallgroup.papers.words import a_day, name_and_text, on, sentence
from smallgroup.underwriting.wanting import KEEP, LATER, NO_HEALTH, opening, refusal


def request_letter(
    decision: Mapping[str, Any], *, group: str, effective_date: date | None, due_on: date | None = None, dated: date
) -> bytes:
    """One letter that asks a client for what a decision, as `underwrite --json` has it, still waits for.

    `due_on` is the day of an audit, where there is one. Raises Refused when the compiler is not installed.
    """
    told = {
        "title": f"What we still need of {group}",
        "description": f"Group health coverage from {on(effective_date)}",
        "footer": f"Group health coverage from {on(effective_date)}, {on(dated)}",
        "group": group,
        "dated": on(dated),
        "wanted": asked(decision),
        "means": refused(decision) if decision["decision"] == "decline" else "",
        "opening": opens(decision, effective_date, due_on),
        "closing": closing(decision, due_on),
    }
    return printed("request.typ", told, dated=dated)


def refused(decision: Said) -> str:
    """The law on which a refusal rests."""
    return refusal(one["ground"] for one in decision["findings"] if one["outcome"] == "not met")


def opens(decision: Said, effective_date: date | None, due_on: date | None) -> str:
    missing = bool(decision["wanting"])
    return opening(decision["decision"], missing=missing, effective_date=effective_date, due_on=due_on)


def closing(decision: Said, due_on: date | None) -> list[str]:
    """What stands below it: what being late does, and that nobody's health is asked about."""
    moves = decision["wanting"] and decision["decision"] != "decline"
    return [*([] if due_on is not None else [f"{LATER} {KEEP}" if moves else KEEP]), NO_HEALTH]


def asked(decision: Said) -> list[dict[str, Any]]:
    """Each thing that a decision waits for; of a refusal only what would show that its facts are others."""
    findings = {one["clause"]: one for one in decision["findings"]}
    refusing = {clause for clause, one in findings.items() if one["outcome"] == "not met" and one["ground"]}
    wanted = [
        one for one in decision["wanting"]
        if decision["decision"] != "decline" or (one["paper"] is None and refusing & set(one["clauses"]))
    ]  # fmt: skip
    return [
        {
            "what": sentence(one["what"]),
            "said": name_and_text(
                ("From:", one["from"]),
                ("By:", a_day(one["by"]) if one["by"] and decision["decision"] != "decline" else None),
                ("Why:", _why(one, findings)),
                ("What would do:", one["change"]),
            ),
        }
        for one in wanted
    ]


def _why(one: Said, findings: Mapping[str, Said]) -> str:
    """The headings of the clauses that wait, with the law, or the whole citation where the text is for anyone."""
    said = []
    for clause in one["clauses"]:
        finding = findings[clause]
        cited = str(Citation(**finding["citation"])) if finding["audience"] == "anyone" else finding["law"]
        said.append(finding["title"] + (f" ({cited})" if cited else ""))
    return "; ".join(said)
