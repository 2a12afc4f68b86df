"""What is no contradiction and yet worth a look, each at its cell: nobody is refused for it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from smallgroup.census.checks import Finding, Rows, Values, said_of
from smallgroup.census.families import scattered
from smallgroup.census.privacy import shown
from smallgroup.dates import age_on, spoken
from smallgroup.errors import Proposal

CHILD_UNTIL = 26
"""The birthday on which a child's coverage as a child ends, unless they are disabled."""

YOUNGEST_AT_WORK, YOUNGEST_SPOUSE, YOUNGEST_PARENT = 14, 16, 12
LONG_WEEK = 80_00  # hundredths of an hour; a full-time month is more
WEEK_OF_A_RICH_YEAR = 10_000_00  # cents
LEAST_AN_HOUR = 2_13  # cents: the least that federal law lets anybody be paid, with tips
HIRED_AHEAD = timedelta(days=366)


def doubts(rows: Rows, as_of: date) -> Iterator[Finding]:
    """Everything worth a look, check by check."""
    yield from _grown_children(rows, as_of)
    yield from _too_young(rows, as_of)
    yield from _above_their_employee(rows)
    yield from _in_another_family(rows)
    yield from _in_two_families(rows)
    yield from _hire_dates(rows, as_of)
    yield from _left_and_enrolling(rows, as_of)
    yield from _of_a_month_or_a_year(rows)
    yield from _owners_of_more_than_all(rows)
    yield from _counties(rows)
    yield from _garbled(rows)


def _grown_children(rows: Rows, as_of: date) -> Iterator[Finding]:
    births = rows.of("date_of_birth")
    for at in (at for at, relationship in enumerate(rows.of("relationship")) if relationship == "child"):
        birth = births[at]
        if not isinstance(birth, date):
            continue
        age = age_on(birth, as_of)
        if age >= CHILD_UNTIL:
            yield Finding(
                at, "relationship",
                f"this child is {age} on {spoken(as_of)}; coverage as a child ends at {CHILD_UNTIL}.",
                "Check the birth date, and write disabled_child if the child is disabled.",
                Proposal("disabled_child", f"only a disabled child is covered from {CHILD_UNTIL} on.", safe=False),
            )  # fmt: skip


def _too_young(rows: Rows, as_of: date) -> Iterator[Finding]:
    """An employee or a spouse who is a child; a child hardly younger than the employee."""
    births, families = rows.of("date_of_birth"), rows.of("family_id")
    relationships = rows.of("relationship")
    employee = {
        family: (at, birth) for at, (family, relationship, birth) in enumerate(
            zip(families, relationships, births, strict=True))
        if relationship == "employee" and isinstance(family, str) and isinstance(birth, date)
    }  # fmt: skip
    for at, (family, relationship, birth) in enumerate(zip(families, relationships, births, strict=True)):
        if not isinstance(birth, date):
            continue
        least = {"employee": YOUNGEST_AT_WORK, "spouse": YOUNGEST_SPOUSE, "domestic_partner": YOUNGEST_SPOUSE}.get(
            str(relationship)
        )
        age = age_on(birth, as_of)
        if least is not None and age < least:
            yield Finding(at, "date_of_birth", f"this {said_of(relationship)} is {age} on {spoken(as_of)}.",
                          "Check the birth date and the relationship.")  # fmt: skip
        elif relationship == "child" and isinstance(family, str) and family in employee:
            parent, born = employee[family]
            if age_on(born, birth) < YOUNGEST_PARENT and age_on(born, as_of) >= YOUNGEST_AT_WORK:
                older = "older than" if birth < born else f"less than {YOUNGEST_PARENT} years younger than"
                yield Finding(at, "date_of_birth", f"this child is {older} the employee of row {rows.numbers[parent]}.",
                              "Check both birth dates and the family.")  # fmt: skip


def _above_their_employee(rows: Rows) -> Iterator[Finding]:
    """A dependent above their employee, in a file that otherwise lists each employee first."""
    families, relationships = rows.of("family_id"), rows.of("relationship")
    if _employees_first(families, relationships):
        return
    employee: dict[str, int] = {}
    dependents: dict[str, list[int]] = {}
    for at, (family, relationship) in enumerate(zip(families, relationships, strict=True)):
        if not isinstance(family, str) or not isinstance(relationship, str):
            continue
        if relationship == "employee":
            employee.setdefault(family, at)
        else:
            dependents.setdefault(family, []).append(at)
    early = {family: first for family, (first, *_) in dependents.items() if first < employee.get(family, 0)}
    if 2 * len(early) > len(dependents) - len(early):
        return
    elsewhere = scattered(families)
    for family in early:
        below = rows.numbers[employee[family]]
        for at in dependents[family]:
            if at < employee[family] and at not in elsewhere:
                yield Finding(
                    at, "relationship",
                    f"this {said_of(relationships[at])} stands above their employee, who is in row {below}.",
                    "Check that the family is right; the order itself changes nothing.",
                    Proposal(str(below), "the other families begin with their employee.", safe=False, kind="move row"),
                )  # fmt: skip


def _employees_first(families: Values, relationships: Values) -> bool:
    """Whether the first row of each family is its employee's, where all families and relationships are known."""
    if set(map(type, families)) != {str} or set(map(type, relationships)) != {str}:
        return False
    first = dict(zip(reversed(families), reversed(relationships), strict=True))
    return set(first.values()) == {"employee"}


def _in_another_family(rows: Rows) -> Iterator[Finding]:
    """A dependent of one family in the midst of another."""
    families, relationships = rows.of("family_id"), rows.of("relationship")
    for at, around in scattered(families).items():
        if relationships[at] == "employee" or not isinstance(relationships[at], str):
            continue
        yield Finding(
            at, "family_id",
            f"this {said_of(relationships[at])} is in family {shown(str(families[at]))}, but stands in the midst of "
            f"family {shown(around)}.",
            "Check which of the two is right.",
            Proposal(around, "the rows above and below are of this family.", safe=False)
            if shown(around) == around else None,
        )  # fmt: skip


def _in_two_families(rows: Rows) -> Iterator[Finding]:
    """The same names and birth date in two families: two parents who both list a child, or one person twice."""
    births, families = rows.of("date_of_birth"), rows.of("family_id")
    seen: dict[tuple[str, str, date], int] = {}
    for at, (first, last, birth) in enumerate(zip(rows.of("first_name"), rows.of("last_name"), births, strict=True)):
        if not isinstance(first, str) or not isinstance(last, str) or not isinstance(birth, date):
            continue
        before = seen.setdefault((first.casefold(), last.casefold(), birth), at)
        if before != at and families[before] != families[at] and isinstance(families[at], str):
            yield Finding(
                at, "first_name",
                f"the member of row {rows.numbers[before]}, in another family, has the same names and birth date.",
                "Check whether it is one person, and whether both families are meant.",
            )  # fmt: skip


def _hire_dates(rows: Rows, as_of: date) -> Iterator[Finding]:
    if not rows.has("hired_on"):
        return
    for at, (hired, birth) in enumerate(zip(rows.of("hired_on"), rows.of("date_of_birth"), strict=True)):
        if not isinstance(hired, date):
            continue
        if hired > as_of + HIRED_AHEAD:
            yield Finding(at, "hired_on", f"{spoken(hired)} is more than a year after {spoken(as_of)}.",
                          "Check the year.")  # fmt: skip
        elif isinstance(birth, date) and age_on(birth, hired) < YOUNGEST_AT_WORK:
            when = "before birth" if hired < birth else f"at {age_on(birth, hired)}"
            yield Finding(at, "hired_on", f"this is a hire {when}.", "Check the hire date and the birth date.")


def _left_and_enrolling(rows: Rows, as_of: date) -> Iterator[Finding]:
    if not rows.has("terminated_on") or not rows.has("election"):
        return
    for at, (left, election, worker, relationship) in enumerate(
        zip(rows.of("terminated_on"), rows.of("election"), rows.of("worker_type"), rows.of("relationship"), strict=True)
    ):
        if (
            isinstance(left, date) and left <= as_of and election == "enroll" and relationship == "employee"
            and worker not in ("cobra", "retiree")
        ):  # fmt: skip
            yield Finding(
                at, "terminated_on", f"employment ended on {spoken(left)}, but this employee enrolls.",
                "Check the date and the election; of one on continuation, the worker type is cobra.",
            )  # fmt: skip


def _of_a_month_or_a_year(rows: Rows) -> Iterator[Finding]:
    """Hours of a month and pay of a year or of an hour, in the columns of a week."""
    all_hours = rows.of("hours_per_week")
    if rows.has("hours_per_week"):
        for at, hours in enumerate(all_hours):
            if isinstance(hours, int) and hours > LONG_WEEK:
                yield Finding(at, "hours_per_week", f"more than {LONG_WEEK // 100} hours a week.",
                              "Check that these are the hours of a week, not of a month.")  # fmt: skip
    if not rows.has("weekly_pay"):
        return
    for at, (pay, hours) in enumerate(zip(rows.of("weekly_pay"), all_hours, strict=True)):
        if not isinstance(pay, int):
            continue
        if pay > WEEK_OF_A_RICH_YEAR:
            yield Finding(at, "weekly_pay", "more than $10,000 a week.",
                          "Check that this is the pay of a week, not of a month or a year.")  # fmt: skip
        elif isinstance(hours, int) and 0 < pay * 100 < hours * LEAST_AN_HOUR:
            yield Finding(at, "weekly_pay", "less than $2.13 for each hour of the week.",
                          "Check that this is the pay of a week, not of an hour.")  # fmt: skip


def _owners_of_more_than_all(rows: Rows) -> Iterator[Finding]:
    if not rows.has("ownership_percent"):
        return
    shares = [(at, share) for at, share in enumerate(rows.of("ownership_percent")) if isinstance(share, int) and share]
    whole = sum(share for _, share in shares)
    if whole > 100_00:
        last = shares[-1][0]
        others = ", ".join(str(rows.numbers[at]) for at, _ in shares[:-1][:10])
        yield Finding(
            last, "ownership_percent",
            f"with row {others} the owners own {whole // 100}.{whole % 100:02d} percent together.".replace(".00 ", " "),
            "Check the shares; what a couple owns together is written once.",
        )  # fmt: skip


def _counties(rows: Rows) -> Iterator[Finding]:
    """At one ZIP code, a county that is nearly another's, or that is not the family's."""
    if not rows.has("county") or not rows.has("zip"):
        return
    at_zip: dict[str, Counter[str]] = {}
    of_family: dict[tuple[object, str], Counter[str]] = {}
    places: list[tuple[int, str, str, object]] = []
    for at, (county, zip_code, family) in enumerate(
        zip(rows.of("county"), rows.of("zip"), rows.of("family_id"), strict=True)
    ):
        if isinstance(county, str) and isinstance(zip_code, str):
            places.append((at, county, zip_code[:5], family))
            at_zip.setdefault(zip_code[:5], Counter())[county] += 1
            if isinstance(family, str):
                of_family.setdefault((family, zip_code[:5]), Counter())[county] += 1
    for at, county, zip_code, household in places:
        here, own = at_zip[zip_code], of_family.get((household, zip_code), Counter())
        if len(here) == 1:
            continue
        meant = next((other for other, count in here.most_common() if count > 2 * here[county]
                      and _misspelled(county, other)), None)  # fmt: skip
        if meant is not None:
            yield Finding(
                at, "county", f"other members at ZIP code {zip_code} have the county {shown(meant)}.",
                "Check the spelling.", Proposal(meant, "it is the nearest county at this ZIP code.", safe=False),
            )  # fmt: skip
        elif any(here[county] > 2 * here[other] and _misspelled(other, county) for other in own):
            continue  # it is said at the cell that is misspelled
        elif len(own) > 1 and own[county] == min(own.values()) and not _same_place(own):
            others = " and ".join(shown(other) for other in own if other != county)
            yield Finding(at, "county", f"others of this family at the same ZIP code have {others}.",
                          "Check the county: most ZIP codes lie in one.")  # fmt: skip


def _plain(county: str) -> str:
    return re.sub(r"\b(?:county|co|parish)\b|[\W_]", "", county.casefold())


def _same_place(counties: Counter[str]) -> bool:
    return len({_plain(county) for county in counties}) == 1


def _misspelled(county: str, other: str) -> bool:
    from rapidfuzz.distance import OSA

    one, two = _plain(county), _plain(other)
    return one != two and min(len(one), len(two)) >= 4 and OSA.distance(one, two) <= 2


GARBLED = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
    "\u2013-\u203a\u20ac\u2122]"
)


def _garbled(rows: Rows) -> Iterator[Finding]:
    """`"MuÃ±oz"`: UTF-8 that a program took for Windows-1252."""
    for name in ("first_name", "last_name"):
        if not rows.has(name):
            continue
        for at, text in enumerate(rows.of(name)):
            if not isinstance(text, str) or text.isascii() or not GARBLED.search(text):
                continue
            try:
                meant = text.encode("cp1252").decode("utf-8")
            except UnicodeError:
                continue
            yield Finding(
                at, name, f"{shown(text)!r} looks like a name that a program has garbled.", "Check the name.",
                Proposal(meant, "it is the same text read as UTF-8.", safe=False),
            )  # fmt: skip
