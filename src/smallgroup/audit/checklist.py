"""The recertification of a group: what its kind of business has to show, by when, and what is still missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from smallgroup.dates import add_days
from smallgroup.errors import Problem, Refused
from smallgroup.group.application import Audit, Contract, GroupFile
from smallgroup.group.papers import PAPERS, in_words
from smallgroup.quoting.anniversary import Notice, anniversary, renewal_notice
from smallgroup.rating.area_rates import AreaRates
from smallgroup.rulebook import Guideline, Layer
from smallgroup.underwriting import Decision, underwrite
from smallgroup.underwriting.decide import Finding
from smallgroup.underwriting.engine import edition
from smallgroup.underwriting.papers import paper_status
from smallgroup.underwriting.participation_shares import MonthFound, months_found


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleTerms:
    """By how many days before the anniversary the papers are due."""

    due_days_before_anniversary: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to show. `one_of` are sets of papers by kind, of which one complete set is enough; `of` are the members
    that it is about. `status` is shown, missing, open (a person looks at it), or `not asked for` in this audit."""

    what: str
    clause: str
    rules: tuple[str, ...]
    one_of: tuple[tuple[str, ...], ...]
    status: str
    because: str
    from_whom: str
    due_on: date
    of: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "what": self.what, "clause": self.clause, "rules": list(self.rules),
            "one_of": [list(papers) for papers in self.one_of], "of": list(self.of), "status": self.status,
            "because": self.because, "from": self.from_whom, "due_on": self.due_on.isoformat(),
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Recertification:
    """The audit of one group: the days, the checklist, the months of the contract, and the group as it renews."""

    anniversary: date
    due_on: date
    notice: Notice | None
    items: tuple[Item, ...]
    months: tuple[MonthFound, ...]
    decision: Decision

    @property
    def missing(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.status in ("missing", "open"))

    def as_json(self) -> dict[str, Any]:
        return {
            "anniversary": self.anniversary.isoformat(),
            "due_on": self.due_on.isoformat(),
            "notice": self.notice.as_json() if self.notice else None,
            "checklist": [item.as_json() for item in self.items],
            "participation_months": [month.as_json() for month in self.months],
            "decision": self.decision.decision,
            "findings": [finding.as_json() for finding in self.decision.findings],
        }


def as_renewal(file: GroupFile, as_of: date) -> GroupFile:
    """The application as it stands at its next anniversary, audited. Raises Refused without an effective date.

    A file that is for a renewal already (its contract began before its effective date) keeps its effective date.
    """
    original = file.contract.original_effective_date if file.contract else None
    started = original or file.effective_date
    renews_on = file.effective_date if started < file.effective_date else anniversary(started, as_of)
    contract = file.contract or Contract()
    return replace(
        file,
        application=replace(file.application, effective_date=renews_on),
        contract=replace(contract, original_effective_date=started),
        audit=file.audit or Audit(),
    )


def recertify(
    file: GroupFile,
    members: pl.DataFrame,
    *,
    guideline: Guideline,
    as_of: date,
    rates: AreaRates | None = None,
    layer: Layer | None = None,
) -> Recertification:
    """Recertify a group before its anniversary (guide, pages 3, 5 and 6).

    `rates` are those of the anniversary, where they are known. What is missing never ends coverage by itself: a
    missing paper is no lawful ground for a refusal to renew (45 CFR 147.106(b)).
    """
    renewed = as_renewal(file, as_of)
    renews_on = renewed.effective_date
    heading = guideline.headings.get("renewal_audit")
    if heading is None:
        raise Refused(Problem("guideline", f"{guideline.id} has no renewal audit.", "Name one that has, or add it."))
    before = heading.terms_on(ScheduleTerms, as_of).due_days_before_anniversary
    due_on = (file.audit.due_on if file.audit else None) or add_days(renews_on, -before)
    decision = underwrite(renewed, members, guideline=guideline, as_of=as_of, rates=rates, layer=layer)
    in_force = edition(guideline, as_of, layer=layer)
    months = renewed.contract.months if renewed.contract else ()
    return Recertification(
        anniversary=renews_on,
        due_on=due_on,
        notice=renewal_notice(guideline, renews_on, as_of),
        items=tuple(_items(renewed, decision, as_of, due_on)),
        months=tuple(months_found(months, in_force.participation)),
        decision=decision,
    )


def _items(file: GroupFile, decision: Decision, as_of: date, due_on: date) -> Sequence[Item]:
    """One item for each finding that papers prove, in the order of the guide."""
    items = []
    for finding in decision.findings:
        sets = _sets(finding)
        if not sets or finding.outcome == "not applicable":
            continue
        kinds = list(dict.fromkeys(kind for papers in sets for kind in papers))
        items.append(
            Item(
                what=finding.title, clause=finding.clause, rules=finding.rules, one_of=sets,
                status=_status(file, finding, sets, as_of, kinds), because=finding.because,
                from_whom=PAPERS[kinds[0]].from_whom, due_on=due_on, of=finding.of_members,
            )
        )  # fmt: skip
    return [item for place, item in enumerate(items) if not _proved_elsewhere(item, place, items)]


_ABOUT_PAPERS = ("wage-papers", "ownership-papers", "waiver-proof")


def _proved_elsewhere(item: Item, place: int, items: Sequence[Item]) -> bool:
    """Whether every paper that would do is asked for under another item already: nobody is asked twice. The clauses
    that are about papers come before those that papers also prove."""

    def goes_before(other: Item, at: int) -> bool:
        mine, theirs = item.clause in _ABOUT_PAPERS, other.clause in _ABOUT_PAPERS
        return theirs if mine != theirs else at < place

    return any(
        set(item.one_of) < set(other.one_of) or (set(item.one_of) == set(other.one_of) and goes_before(other, at))
        for at, other in enumerate(items)
        if other is not item
    )


def _sets(finding: Finding) -> tuple[tuple[str, ...], ...]:
    """Papers that prove a finding in an audit: the sets of the tables, or any one of those that it names."""
    if finding.paper_sets:
        return finding.paper_sets
    return tuple((paper.kind,) for paper in finding.evidence if paper.wanted_at == "audit")


def _status(file: GroupFile, finding: Finding, sets: Sequence[Sequence[str]], as_of: date, kinds: Sequence[str]) -> str:
    asked = file.audit.items if file.audit else ()
    if asked and not set(asked) & set(kinds):
        return "not asked for"
    if finding.clause == "waiver-proof":
        return "missing" if finding.of_members else "shown"
    if finding.paper_sets:
        return {"met": "shown", "not met": "missing"}.get(finding.outcome, "open")
    complete = any(all(_counts(file, kind, as_of) for kind in papers) for papers in sets)
    return "shown" if complete else "missing"


def _counts(file: GroupFile, kind: str, as_of: date) -> bool:
    """Whether a paper is in; of a license that ends before the anniversary there is nothing to show."""
    if kind == "business_license":
        expires = file.group.business_license.expires_on if file.group.business_license else None
        if expires is not None and expires < file.effective_date:
            return False
    return paper_status(file, kind, as_of) in ("received", "accepted")


def words(one_of: Sequence[Sequence[str]]) -> str:
    """The sets in words: `Form 8274 with the EIN certificate, or Form 990`."""
    return ", or ".join(" with ".join(in_words(kind) for kind in papers) for papers in one_of)
