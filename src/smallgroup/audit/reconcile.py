"""A wage report held against a census: who is missing on either side, and whose wages are too low for full time.

Nobody is matched by guess: a name that is the same is a match, a name that is near is proposed for a person to
confirm, and several people of one name are named together. A wage report has no hours, so nothing here proves that
somebody works full time; low wages are a question to the employer, never a failure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from smallgroup.audit.names import Name, near_to
from smallgroup.audit.standing import Employee, Quarter, Status, absence, code, employees_of, standing
from smallgroup.audit.wage_report import WageReport, WageRow
from smallgroup.errors import NotInForce
from smallgroup.group.quarters import quarter_days, quarter_due, report_terms
from smallgroup.money import dollars
from smallgroup.rulebook import Guideline, guideline_in_force
from smallgroup.underwriting.employee_eligibility import WageTerms

NEAR = 80
"""From this nearness on, of 100, two names are proposed as one person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An employee of the census who is on the report.

    `rows` has more than one row where as many people on the report have the name as on the census; `wages` is then
    None unless theirs are all the same.
    """

    member_id: str
    rows: tuple[int, ...]
    name: str
    wages: int | None
    status: Status
    query: bool
    because: str

    def as_json(self) -> dict[str, object]:
        return {
            "member_id": self.member_id, "rows": list(self.rows), "name": self.name,
            "wages": None if self.wages is None else dollars(self.wages), "status": self.status,
            "query": self.query, "because": self.because,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An employee and a row whose names are near, for a person to confirm. `score` is at most 100."""

    member_id: str
    row: int
    name: str
    wages: int
    score: int

    def as_json(self) -> dict[str, object]:
        return {
            "member_id": self.member_id, "row": self.row, "name": self.name, "wages": dollars(self.wages),
            "score": self.score,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NotToldApart:
    """People of one name, not as many on the census as on the report: who is who, a person must say."""

    member_ids: tuple[str, ...]
    rows: tuple[int, ...]
    names: tuple[str, ...]
    because: str

    def as_json(self) -> dict[str, object]:
        return {
            "member_ids": list(self.member_ids), "rows": list(self.rows), "names": list(self.names),
            "because": self.because,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOnReport:
    """An employee of the census who is not on the report. `expected` is None where their pay is not known."""

    member_id: str
    expected: bool | None
    query: bool
    because: str

    def as_json(self) -> dict[str, object]:
        return {
            "member_id": self.member_id, "expected": self.expected, "query": self.query, "because": self.because,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOnCensus:
    """Somebody who was paid wages and is not on the census: perhaps an eligible employee who was left out."""

    row: int
    name: str
    wages: int
    full_time_possible: bool
    because: str

    def as_json(self) -> dict[str, object]:
        return {
            "row": self.row, "name": self.name, "wages": dollars(self.wages),
            "full_time_possible": self.full_time_possible, "because": self.because,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """What an underwriter writes beside a name on the report."""

    row: int
    name: str
    code: str
    means: str
    member_id: str | None = None

    def as_json(self) -> dict[str, object]:
        return {
            "row": self.row, "name": self.name, "code": self.code, "means": self.means, "member_id": self.member_id,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """Every employee of the census and every row of the report, each in one place.

    `quarter_wanted` is the last quarter whose report is overdue, None where no due dates are known; `stale` says
    that the report is of an earlier one, None where that is not known.
    """

    quarter: str | None
    quarter_wanted: str | None
    stale: bool | None
    full_time_wages: int
    matched: tuple[Match, ...]
    proposed: tuple[Proposal, ...]
    not_told_apart: tuple[NotToldApart, ...]
    not_on_report: tuple[NotOnReport, ...]
    not_on_census: tuple[NotOnCensus, ...]
    annotations: tuple[Annotation, ...]
    notices: tuple[str, ...]

    @property
    def queries(self) -> int:
        """How many people somebody must be asked about."""
        asked = sum(one.query for one in self.matched) + sum(one.query for one in self.not_on_report)
        return asked + len(self.proposed) + len(self.not_on_census) + sum(len(one.rows) for one in self.not_told_apart)

    @property
    def counts(self) -> dict[str, int]:
        statuses = Counter(one.status.replace(" ", "_") for one in self.matched)
        return {
            "matched": len(self.matched), "proposed": len(self.proposed),
            "not_told_apart": len(self.not_told_apart),
            "not_on_report": sum(one.expected is not False for one in self.not_on_report),
            "not_on_census": len(self.not_on_census), "queries": self.queries, **dict(sorted(statuses.items())),
        }  # fmt: skip

    def as_json(self) -> dict[str, object]:
        return {
            "quarter": self.quarter, "quarter_wanted": self.quarter_wanted, "stale": self.stale,
            "full_time_wages": dollars(self.full_time_wages), "counts": self.counts,
            "matched": [one.as_json() for one in self.matched],
            "proposed": [one.as_json() for one in self.proposed],
            "not_told_apart": [one.as_json() for one in self.not_told_apart],
            "not_on_report": [one.as_json() for one in self.not_on_report],
            "not_on_census": [one.as_json() for one in self.not_on_census],
            "annotations": [one.as_json() for one in self.annotations],
            "notices": list(self.notices),
        }  # fmt: skip


def reconcile(
    members: pl.DataFrame,
    report: WageReport,
    *,
    as_of: date,
    quarter_start: date | None,
    quarter_end: date | None,
    wage_terms: WageTerms,
    full_time_hours: int,
    waiting: Collection[str] = (),
    guideline: Guideline | None = None,
) -> Reconciliation:
    """The report held against the employees of a checked census.

    Days of the quarter that are not given are those of the report's own quarter. `waiting` names the members who
    are in their waiting period, which the application decides; `guideline` is the one whose state's due dates hold.
    Raises Refused when the census has no names.
    """
    people = employees_of(members)
    if report.quarter is not None:
        start, end = quarter_days(report.quarter)
        quarter_start, quarter_end = quarter_start or start, quarter_end or end
    full_time = wage_terms.weeks_in_a_quarter * full_time_hours * wage_terms.hourly
    quarter = Quarter(
        quarter_start, quarter_end, full_time, full_time_hours, wage_terms.weeks_in_a_quarter, wage_terms.hourly
    )
    matched: list[Match] = []
    apart: list[NotToldApart] = []
    left_people = [person for person in people if person.name is None]
    left_rows = [row for row in report.rows if row.compared is None]
    for same_people, same_rows in _same_names(people, report.rows):
        if not same_rows:
            left_people += same_people
        elif not same_people:
            left_rows += same_rows
        elif len(same_people) == len(same_rows) and _all_alike(same_people, same_rows):
            matched += [_match(person, same_rows, quarter) for person in same_people]
        else:
            apart.append(_not_told_apart(same_people, same_rows))
    order = {person.member_id: place for place, person in enumerate(people)}
    left_people.sort(key=lambda person: order[person.member_id])
    proposed = _proposals(left_people, left_rows)
    taken = {one.member_id for one in proposed}
    near = {one.row for one in proposed}
    absent = [_absent(person, quarter) for person in left_people if person.member_id not in taken]
    strangers = [_stranger(row, quarter) for row in left_rows if row.row not in near]
    wanted = _wanted(as_of, guideline)
    stale = None if report.quarter is None or wanted is None else report.quarter < wanted
    return Reconciliation(
        quarter=report.quarter, quarter_wanted=wanted, stale=stale, full_time_wages=full_time,
        matched=tuple(sorted(matched, key=lambda one: order[one.member_id])),
        proposed=tuple(sorted(proposed, key=lambda one: order[one.member_id])),
        not_told_apart=tuple(sorted(apart, key=lambda one: one.rows)), not_on_report=tuple(absent),
        not_on_census=tuple(sorted(strangers, key=lambda one: one.row)),
        annotations=tuple(_annotations(people, report, matched, proposed, apart, quarter, waiting, as_of)),
        notices=(*report.notices, *_about_quarter(report, wanted, quarter, as_of)),
    )  # fmt: skip


def _same_names(people: Sequence[Employee], rows: Sequence[WageRow]) -> Iterator[tuple[list[Employee], list[WageRow]]]:
    """The people and rows whose names are the same, together with all that share a name with any of them."""
    named: list[tuple[Name, Employee | WageRow]] = [
        *((person.name, person) for person in people if person.name is not None),
        *((name, row) for row in sorted(rows, key=lambda row: row.row) if (name := row.compared) is not None),
    ]
    by_key: dict[tuple[str, str], list[int]] = {}
    for at, (name, _) in enumerate(named):
        for key in name.keys:
            by_key.setdefault(key, []).append(at)
    seen: set[int] = set()
    for start in range(len(named)):
        if start in seen:
            continue
        seen.add(start)
        together, frontier = [start], [start]
        while frontier:
            name, kind = named[frontier.pop()]
            for at in sorted({at for key in name.keys for at in by_key[key]} - seen):
                other, other_kind = named[at]
                if type(kind) is not type(other_kind) and name.same_as(other):
                    seen.add(at)
                    together.append(at)
                    frontier.append(at)
        chosen = [named[at][1] for at in sorted(together)]
        yield (
            [one for one in chosen if isinstance(one, Employee)],
            [one for one in chosen if isinstance(one, WageRow)],
        )


def _all_alike(people: Sequence[Employee], rows: Sequence[WageRow]) -> bool:
    """Whether everybody's name is that of every row, so that none of them is somebody else for certain."""
    named = [row.compared for row in rows]
    return all(
        person.name is not None and name is not None and person.name.same_as(name)
        for person in people
        for name in named
    )


def _match(person: Employee, rows: Sequence[WageRow], quarter: Quarter) -> Match:
    """The employee with the wages of the row; of several rows, what holds whichever of them it is."""
    standings = [standing(person, row.wages, quarter) for row in rows]
    status, query, because = standings[0]
    wages = rows[0].wages if len({row.wages for row in rows}) == 1 else None
    if wages is None:
        because = (
            f"{len(rows)} people of this name are on the census and as many on the report, in rows "
            f"{_listed([row.row for row in rows])}: whose wages are whose is not told apart."
        )
        if len({one for one, _, _ in standings}) > 1:
            status, query = "not told apart", True
    return Match(
        member_id=person.member_id, rows=tuple(row.row for row in rows), name=rows[0].name, wages=wages,
        status=status, query=query, because=because,
    )  # fmt: skip


def _not_told_apart(people: Sequence[Employee], rows: Sequence[WageRow]) -> NotToldApart:
    on_census = "1 person" if len(people) == 1 else f"{len(people)} people"
    on_report = "1 row" if len(rows) == 1 else f"{len(rows)} rows"
    return NotToldApart(
        member_ids=tuple(person.member_id for person in people),
        rows=tuple(row.row for row in rows),
        names=tuple(sorted({row.name for row in rows})),
        because=(
            f"{on_census} on the census and {on_report} of the report share a name, and cannot be told apart. "
            "Say who is who, or give both their full names."
        ),
    )


def _proposals(people: Sequence[Employee], rows: Sequence[WageRow]) -> list[Proposal]:
    """The nearest pairs first, each person and each row once; of equals, the lowest member id and row."""
    named = [(row, name) for row in rows if (name := row.compared) is not None]
    names = [name for _, name in named]
    pairs = [
        (-score, place, named[at][0].row, person, named[at][0])
        for place, person in enumerate(people)
        if person.name is not None
        for at, score in near_to(person.name, names, least=NEAR).items()
    ]
    found: dict[str, Proposal] = {}
    taken: set[int] = set()
    for negative, _, number, person, row in sorted(pairs, key=lambda pair: pair[:3]):
        if person.member_id not in found and number not in taken:
            taken.add(number)
            found[person.member_id] = Proposal(
                member_id=person.member_id, row=number, name=row.name, wages=row.wages, score=-negative
            )
    return list(found.values())


def _absent(person: Employee, quarter: Quarter) -> NotOnReport:
    if person.expected is False:
        because = f"The census says {person.called}: no wages are expected on the report."
        return NotOnReport(member_id=person.member_id, expected=False, query=False, because=because)
    query, because = absence(person, quarter)
    return NotOnReport(member_id=person.member_id, expected=person.expected, query=query, because=because)


def _stranger(row: WageRow, quarter: Quarter) -> NotOnCensus:
    possible = row.wages >= quarter.full_time_wages
    because = (
        "Paid enough for full time, and not on the census: an eligible employee left out would change participation."
        if possible
        else "Not on the census: somebody part time, who left, or who worked a part of the quarter; ask."
    )
    return NotOnCensus(row=row.row, name=row.name, wages=row.wages, full_time_possible=possible, because=because)


def _annotations(
    people: Sequence[Employee], report: WageReport, matched: Sequence[Match], proposed: Sequence[Proposal],
    apart: Sequence[NotToldApart], quarter: Quarter, waiting: Collection[str], as_of: date,
) -> Iterator[Annotation]:  # fmt: skip
    by_id = {person.member_id: person for person in people}
    codes: dict[int, set[tuple[str, str, str]]] = {}
    for one in matched:
        person = by_id[one.member_id]
        said = code(person, quarter.full_time_hours, waiting=one.member_id in waiting, as_of=as_of)
        for row in one.rows:
            codes.setdefault(row, set()).add((*said, one.member_id))
    confirm = {one.row for one in proposed} | {row for one in apart for row in one.rows}
    for wage_row in sorted(report.rows, key=lambda row: row.row):
        found = codes.get(wage_row.row, set())
        if len({(word, means) for word, means, _ in found}) == 1:
            word, means, member_id = next(iter(found))
            member = member_id if len(found) == 1 else None
        elif found or wage_row.row in confirm:
            word, means, member = "?", "to be confirmed who this is", None
        else:
            word, means, member = "not on census", "not on the census", None
        yield Annotation(row=wage_row.row, name=wage_row.name, code=word, means=means, member_id=member)


def _wanted(as_of: date, guideline: Guideline | None) -> str | None:
    try:
        chosen = guideline or guideline_in_force(as_of)
        return quarter_due(as_of, report_terms(chosen, as_of)) if "wage_report" in chosen.headings else None
    except NotInForce:
        return None


def _about_quarter(report: WageReport, wanted: str | None, quarter: Quarter, as_of: date) -> Iterator[str]:
    if report.quarter is not None and wanted is not None and report.quarter < wanted:
        yield f"The report is stale: it is of {report.quarter}, and that of {wanted} was due. Ask for {wanted}."
    if quarter.end is not None and quarter.end >= as_of:
        yield f"The quarter ends on {quarter.end.isoformat()}, so a report made by {as_of.isoformat()} is not whole."
    if quarter.start is None or quarter.end is None:
        yield "The days of the quarter are not known, so nobody's hire or termination could be held against it."


def _listed(numbers: Sequence[int]) -> str:
    return f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
