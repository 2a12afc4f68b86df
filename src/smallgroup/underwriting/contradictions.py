"""What the application says twice in two ways, or the census denies: told at once, and nothing is assumed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl

from smallgroup.dates import spoken
from smallgroup.errors import Problem
from smallgroup.group.application import GroupFile
from smallgroup.rulebook import Guideline


def contradicting(file: GroupFile, members: pl.DataFrame, *, guideline: Guideline, as_of: date) -> Iterator[Problem]:
    """Every contradiction of one group. Somebody has to say which side is right."""
    yield from _effective_day(file, guideline, as_of)
    yield from _workforce(file)
    yield from _affiliates(file)
    yield from _taxes(file)
    yield from _plans(file)
    yield from _days(file)
    yield from _months(file)
    yield from _unborn(file, members)
    yield from _gone(file, members)
    yield from _owned(members)
    yield from _alongside(file, members)
    yield from _of_1099(file, members)
    yield from _classes(file, members)


def _rows(members: pl.DataFrame, *names: str) -> Iterator[tuple[Any, ...]]:
    """Columns as rows, in Python: for one group a frame's filter takes longer than its members."""
    return zip(*(members[name].to_list() for name in names), strict=True)


def _effective_day(file: GroupFile, guideline: Guideline, as_of: date) -> Iterator[Problem]:
    heading = guideline.headings.get("general_information")
    if heading is None or "effective_days" not in heading.terms:
        return
    days: tuple[int, ...] = heading.value("effective_days", as_of, tuple[int, ...])
    effective = file.effective_date
    if effective.day not in days:
        allowed = " or ".join(map(str, days))
        yield Problem(
            "application.effective_date",
            f"{spoken(effective)} is no day on which this carrier starts coverage; it starts on day {allowed} of a "
            "month.",
            "Ask for such a day.",
            seen=effective.isoformat(),
            field="application.effective_date",
        )


def _workforce(file: GroupFile) -> Iterator[Problem]:
    """A business that was there all year has twelve months, or none that are told yet."""
    year = file.effective_date.year - 1
    told = {month.month.month for month in file.workforce or () if month.month.year == year}
    formed = file.group.formed_on
    if not told:
        return
    if formed is not None and formed <= date(year, 1, 1):
        wanted, since = range(1, 13), f"the business was formed on {spoken(formed)}"
    else:  # Of a business that came later, or may have, only a month between two that are told is missing.
        wanted, since = range(min(told), max(told) + 1), "the months around it are there"
    missing = ", ".join(f"{year}-{month:02d}" for month in wanted if month not in told)
    if missing:
        yield Problem(
            "workforce",
            f"{len(told)} of the 12 months of {year} are told, and {since}; missing: {missing}.",
            "Add the missing months; one that is not over yet with projected: true.",
            field="workforce",
        )


def _affiliates(file: GroupFile) -> Iterator[Problem]:
    """A company that is named twice, or is the group itself, would be counted twice."""
    seen: dict[str, str] = {}
    for name, ein, where in (
        (file.group.legal_name, file.group.ein, "the group itself"),
        *((one.legal_name, one.ein, f"affiliate {place}") for place, one in enumerate(file.group.affiliates or (), 1)),
    ):
        for kind, key in (("EIN", ein), ("name", name and name.strip().casefold())):
            if key is None:
                continue
            first = seen.setdefault(f"{kind} {key}", where)
            if first != where:
                yield Problem(
                    f"group.affiliates, {where}",
                    f"it has the {kind} of {first}: a company that is counted twice, or an affiliate of itself.",
                    "Name each other company once, with its own EIN.",
                    field="group.affiliates",
                )
                break


_CORPORATE = ("c_corporation", "s_corporation")
# A partnership may elect to be taxed as a corporation; an LLC may be taxed in any way but as exempt by itself.
_TAXED = {
    "sole_proprietor": ("sole_proprietor",), "partnership": ("partnership", *_CORPORATE),
    "llp": ("partnership", *_CORPORATE), "corporation": (*_CORPORATE, "exempt"),
    "nonprofit_corporation": ("exempt", "c_corporation"),
}  # fmt: skip


def _taxes(file: GroupFile) -> Iterator[Problem]:
    """A legal form is taxed in the ways that it can be."""
    entity, taxed_as = file.group.entity, file.group.taxed_as
    possible = _TAXED.get(entity or "")
    if possible and taxed_as is not None and taxed_as not in possible:
        ways = " or ".join(way.replace("_", " ") for way in possible)
        yield Problem(
            "group.taxed_as",
            f"{_words(entity)} is not taxed as {_words(taxed_as)}; it is taxed as {ways}.",
            "Correct the legal form or how it is taxed.",
            seen=taxed_as,
            field="group.taxed_as",
        )


def _words(word: str | None) -> str:
    said = (word or "").replace("_", " ")
    return f"an {said}" if said[:1] in "aeiou" or said in ("llp", "s corporation") else f"a {said}"


def _plans(file: GroupFile) -> Iterator[Problem]:
    """A class is offered plans that the group offers."""
    offered = file.application.plans
    for one in file.application.classes or ():
        for plan in one.plans or ():
            if offered is not None and plan not in offered:
                yield Problem(
                    f"application.classes, {one.name}",
                    f"plan {plan} is not among application.plans.",
                    "Offer the plan, or take it from the class.",
                    field="application.classes",
                )


def _days(file: GroupFile) -> Iterator[Problem]:
    formed, paid = file.group.formed_on, file.group.first_payroll_on
    if formed is not None and paid is not None and paid < formed:
        yield Problem(
            "group.first_payroll_on",
            f"{spoken(paid)} is before the business was formed, {spoken(formed)}.",
            "Correct one of the two days.",
            field="group.first_payroll_on",
        )


def _months(file: GroupFile) -> Iterator[Problem]:
    """Months of the contract add up, and the days of a contract and of an audit follow each other."""
    for one in file.contract.months if file.contract else ():
        told = (one.enrolled or 0) + (one.valid_waivers or 0)
        if one.eligible is not None and told > one.eligible:
            yield Problem(
                f"contract.months, {one.month:%Y-%m}",
                f"{one.enrolled or 0} enrolled and {one.valid_waivers or 0} waivers are more than the {one.eligible} "
                "eligible.",
                "Correct the month.",
                field="contract.months",
            )
    original = file.contract.original_effective_date if file.contract else None
    if original is not None and original > file.effective_date:
        yield Problem(
            "contract.original_effective_date",
            f"{spoken(original)} is after the effective date, {spoken(file.effective_date)}.",
            "Correct one of the two days.",
            field="contract.original_effective_date",
        )
    audit = file.audit
    if audit and audit.due_on and audit.requested_on and audit.due_on < audit.requested_on:
        yield Problem(
            "audit.due_on",
            f"{spoken(audit.due_on)} is before the audit was requested, {spoken(audit.requested_on)}.",
            "Correct one of the two days.",
            field="audit.due_on",
        )


def _gone(file: GroupFile, members: pl.DataFrame) -> Iterator[Problem]:
    """Nobody enrolls who left before the effective date; on continuation they may."""
    rows = _rows(members, "member_id", "terminated_on", "election", "relationship", "worker_type")
    for member, left_on, election, relationship, worker in rows:
        gone = left_on is not None and left_on < file.effective_date
        if not gone or election != "enroll" or relationship != "employee" or worker == "cobra":
            continue
        yield Problem(
            f"Census, member {member}, election",
            "they enroll, but left before the effective date.",
            "Correct the termination date or the election; on continuation the worker type is cobra.",
            field="election",
        )


def _owned(members: pl.DataFrame) -> Iterator[Problem]:
    shares = [one for one in members["ownership_percent"].to_list() if one]
    if sum(shares) > 100_00:
        yield Problem(
            "Census, ownership percent",
            f"{sum(shares) / 100:g} percent of the business are owned.",
            "Correct the shares: they make 100 percent at most.",
            field="ownership_percent",
        )


def _alongside(file: GroupFile, members: pl.DataFrame) -> Iterator[Problem]:
    told = file.group.other_carrier.enrolled if file.group.other_carrier else None
    if told is None:
        return
    waiving = members["waiver_reason"].to_list().count("other_carrier_same_employer")
    if waiving > told:
        yield Problem(
            "group.other_carrier.enrolled",
            f"{told} are told to be with the other carrier, and {waiving} on the census waive for it.",
            "Correct the number or the waivers.",
            field="group.other_carrier.enrolled",
        )


def _unborn(file: GroupFile, members: pl.DataFrame) -> Iterator[Problem]:
    births = _rows(members, "member_id", "date_of_birth")
    for member in (member for member, birth in births if birth is not None and birth > file.effective_date):
        yield Problem(
            f"Census, member {member}, birth date",
            f"it is after the effective date, {spoken(file.effective_date)}.",
            "Leave the member out until birth, or correct the date.",
            field="date_of_birth",
        )


def _of_1099(file: GroupFile, members: pl.DataFrame) -> Iterator[Problem]:
    if file.application.offers_1099 is not False:
        return
    for member, worker, election in _rows(members, "member_id", "worker_type", "election"):
        if worker != "1099" or election != "enroll":
            continue
        yield Problem(
            f"Census, member {member}, election",
            "a 1099 worker enrolls, but application.offers_1099 is false.",
            "Offer coverage to 1099 workers, or correct the worker type or the election.",
            field="election",
        )


def _classes(file: GroupFile, members: pl.DataFrame) -> Iterator[Problem]:
    """Where the application names classes, the census uses those names."""
    named = {one.name for one in file.application.classes or ()}
    if not named:
        return
    for word in sorted({one for one in members["class"].to_list() if one is not None}):
        if word not in named:
            yield Problem(
                "Census, class",
                f"{word!r} is no class of the application, which names {', '.join(sorted(named))}.",
                "Use one of those names, or add the class to application.classes.",
                seen=word,
                field="class",
            )
