"""What a decision still waits for: what, from whom, and the last day for this effective date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from smallgroup.dates import spoken
from smallgroup.group.papers import PAPERS

if TYPE_CHECKING:
    from smallgroup.underwriting.decide import Decision, Finding


KEEP = "Please keep any existing coverage until you have a written acceptance."
LATER = "What comes later moves the start of coverage to a later month."
NO_HEALTH = "No question here is about anybody's health: small employers are accepted whatever it is (45 CFR 147.104)."


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing: a paper by its kind, or, without one, an answer. `change` is what would meet it, where the facts are
    known and do not; `law` is what a client may be shown."""

    what: str
    from_whom: str
    clauses: tuple[str, ...]
    paper: str | None = None
    by: date | None = None
    law: str | None = None
    change: str | None = None

    def as_json(self) -> dict[str, object]:
        return {
            "what": self.what, "paper": self.paper, "from": self.from_whom, "clauses": list(self.clauses),
            "by": self.by.isoformat() if self.by else None, "law": self.law,
            "change": self.change,
        }  # fmt: skip


def wanting(decision: Decision) -> tuple[Wanted, ...]:
    """Each paper once, with every clause that waits for it; then what no paper answers, in the order of the guide.

    The last day is the effective date itself: what is complete on it is in time for it. An audit has a day of its own.
    """
    by = decision.due_on or decision.effective_date
    papers: dict[str, list[Finding]] = {}
    answers: list[Wanted] = []
    for finding in decision.findings:
        needed = [paper.kind for paper in finding.evidence if paper.needed]
        for kind in needed:
            papers.setdefault(kind, []).append(finding)
        waits = finding.outcome == "not met" or (finding.outcome == "needs evidence" and finding.pends)
        if waits and finding.ask and not (needed and finding.outcome == "needs evidence"):
            change = finding.cure.sentence if finding.cure and finding.outcome == "not met" else None
            if change and "reading" in change:
                change = None  # which of the readings it is by is not for the client
            answers.append(
                Wanted(finding.ask, "the employer", (finding.clause,), by=by, law=finding.law, change=change)
            )
    return (
        *(
            Wanted(PAPERS[kind].name, PAPERS[kind].from_whom, _ids(those), kind, by)
            for kind, those in papers.items()
        ),
        *_once(answers),
    )  # fmt: skip


def _ids(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(finding.clause for finding in findings)


def _once(answers: list[Wanted]) -> list[Wanted]:
    """The guide and the law may ask the same: it is asked for once."""
    asked: dict[str, Wanted] = {}
    for one in answers:
        first = asked.get(one.what)
        clauses = (*(first.clauses if first else ()), *one.clauses)
        law, change = (first and first.law) or one.law, (first and first.change) or one.change
        asked[one.what] = Wanted(one.what, one.from_whom, clauses, by=one.by, law=law, change=change)
    return list(asked.values())


def refusal(grounds: Iterable[str | None]) -> str:
    """The law on which a refusal rests, as a client is told."""
    return (
        f"The application cannot be accepted as a small employer's ({', '.join(dict.fromkeys(filter(None, grounds)))})."
    )


def opening(decision: str, *, missing: bool, effective_date: date | None, due_on: date | None) -> str:
    """The sentence above what a client is asked for; where nothing is, it says so."""
    effective = spoken(effective_date) if effective_date else "the effective date"
    if decision == "decline":
        return "If the facts are not as we have them, please send what shows it:"
    if not missing:
        if decision == "approve":
            return f"Nothing is missing for coverage from {effective}."
        return "Nothing is missing from you. A person at the carrier is looking at the application."
    if due_on:
        return f"For the yearly review of the group we need the following by {spoken(due_on)}:"
    return f"To start coverage on {effective} we still need the following, complete, by {effective}:"


def request_letter(decision: Decision, *, group: str) -> str:
    """One letter to the client with all that is missing: what, from whom, by when. It names facts and law only, never
    the carrier's guide."""
    wanted = wanting(decision)
    effective = spoken(decision.effective_date) if decision.effective_date else "the effective date"
    lines = [f"{group}: group health coverage from {effective}", ""]
    opens = opening(
        decision.decision, missing=bool(wanted), effective_date=decision.effective_date, due_on=decision.due_on
    )
    if decision.decision == "decline":
        refusing = [one for one in decision.findings if one.outcome == "not met" and one.ground]
        asks = dict.fromkeys(one.ask for one in refusing)
        lines += [refusal(one.ground for one in refusing), "", opens, *(f"- {ask}" for ask in asks)]
        return "\n".join(lines) + "\n"
    if not wanted:
        lines.append(f"{opens} {KEEP}" if decision.decision == "approve" else opens)
        return "\n".join(lines) + "\n"
    lines += [opens, ""]
    for number, one in enumerate(wanted, 1):
        what = one.what[0].upper() + one.what[1:].rstrip(".")
        law = f" ({one.law})" if one.law else ""
        lines.append(f"{number}. {what}{law}. From: {one.from_whom}.")
        if one.change:
            lines.append(f"   What would do: {one.change}")
    lines += [
        "",
        *([] if decision.due_on else [f"{LATER} {KEEP}"]),
        NO_HEALTH,
    ]
    return "\n".join(lines) + "\n"
