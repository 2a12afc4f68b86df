"""The queue: what is looked for, in which order, one page at a time; all of it stands in the address.

No list counts further than COUNTED, and none of a searched name counts at all: a page says that there are more
instead of looking at every case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from smallgroup.dates import first_of_next_month
from smallgroup.errors import Problem, Refused
from smallgroup.web.cases.calendar import CutOff, cut_off, overdue, schedule
from smallgroup.web.cases.models import OPEN_STATES, Case, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from smallgroup.web.accounts.access import Person
    from smallgroup.web.cases.models import Cases

PAGE = 50
COUNTED = 10_000
SORTS = {
    "due": ("due_on", "due day"), "number": ("number", "number"), "name": ("sought", "group"),
    "effective": ("effective_date", "effective date"), "employees": ("employees", "employees"),
    "age": ("submitted_at", "age"),
}  # fmt: skip
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True)
class Asked:
    """What the address asks for; empty is no filter. `state` empty is every open one, `all` every one."""

    text: str = ""
    who: str = ""
    state: str = ""
    month: date | None = None
    agency: UUID | None = None
    clause: str = ""
    sort: str = "due"
    descending: bool = False
    page: int = 1
    given: Mapping[str, str] = field(default_factory=dict)


def read(given: Mapping[str, str]) -> Asked:
    """The address's query. Raises Refused with everything in it that cannot be."""
    problems = []

    def wrong(what: str, why: str, fix: str) -> None:
        problems.append(Problem(f"The queue, {what}", why, fix))

    said = {key: given.get(key, "").strip() for key in ("q", "who", "state", "month", "agency", "clause", "sort",
                                                        "page")}  # fmt: skip
    states = ["", "all", *State.values]
    if said["state"] not in states:
        wrong("state", f"{said['state']!r} is none.", f"Choose one: {', '.join(states[1:])}.")
    month, agency, page = None, None, 1
    if said["month"]:
        if _MONTH.fullmatch(said["month"]) and said["month"] > "0001":
            month = date(int(said["month"][:4]), int(said["month"][5:]), 1)
        else:
            wrong("effective month", f"{said['month']!r} is no month.", "Write it as 2025-10.")
    if said["agency"]:
        try:
            agency = UUID(said["agency"])
        except ValueError:
            wrong("agency", "it is not known.", "Choose one of the list.")
    if said["who"] not in ("", "mine", "nobody") and not _is_id(said["who"]):
        wrong("assigned to", f"{said['who']!r} is nobody here.", "Choose mine, nobody, or a person.")
    if said["page"]:
        if said["page"].isascii() and said["page"].isdigit() and 1 <= int(said["page"][:9]) <= COUNTED // PAGE:
            page = int(said["page"])
        else:
            wrong("page", f"{said['page'][:20]!r} is none.", f"Pages go from 1 to {COUNTED // PAGE}; narrow the "
                  "search, or sort the other way.")  # fmt: skip
    # What waits is shown by its due day; among what is closed the newest stands first.
    order = said["sort"] or ("-number" if said["state"] in ("all", "approved", "declined", "withdrawn") else "due")
    sort = order.removeprefix("-")
    if sort not in SORTS:
        wrong("sort", f"{sort!r} is no column.", f"Choose one: {', '.join(SORTS)}.")
    if problems:
        raise Refused(problems)
    return Asked(
        said["q"][:200], said["who"], said["state"], month, agency, said["clause"][:80], sort,
        order.startswith("-"), page, said,
    )  # fmt: skip


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def found(asked: Asked, person: Person) -> Cases:
    """The cases that are asked for, in no order yet."""
    cases = Case.objects.seen_by(person)
    if asked.state == "":
        cases = cases.filter(state__in=OPEN_STATES)
    elif asked.state != "all":
        cases = cases.filter(state=asked.state)
    if asked.who:
        who = {"mine": person.user.pk if person.user else None, "nobody": None}
        cases = cases.filter(assigned_to=who.get(asked.who, asked.who))
    if asked.month:
        cases = cases.filter(effective_date__gte=asked.month, effective_date__lt=first_of_next_month(asked.month))
    if asked.agency:
        cases = cases.filter(group__organization=asked.agency)
    if asked.clause and connection.vendor == "postgresql":
        cases = cases.filter(open_clauses__contains=[asked.clause])
    elif asked.clause:  # SQLite cannot look into JSON so
        cases = cases.alias(clauses=Cast("open_clauses", TextField())).filter(clauses__contains=f'"{asked.clause}"')
    if asked.text:
        named = Q(sought__contains=asked.text.lower())
        number = asked.text.removeprefix("#")
        if number.isascii() and number.isdigit() and len(number) < 10:
            named |= Q(number=int(number))
        cases = cases.filter(named)
    return cases


@dataclass(frozen=True)
class Row:
    """A case of the queue, with what the calendar says of it."""

    case: Case
    cut_off: CutOff
    age: int
    overdue: str


@dataclass(frozen=True)
class Page:
    """`total` is None where it was not counted to the end."""

    rows: tuple[Row, ...]
    asked: Asked
    total: int | None
    more: bool

    @property
    def told(self) -> str:
        """Which of how many: `1 to 50 of 90`, `1 to 50 of more than 10,000`, `1 to 50, and there are more`."""
        here = f"{self.first:,} to {self.last:,}"
        if self.total is not None:
            return f"{here} of {self.total:,}"
        return f"{here}, and there are more" if self.asked.text else f"{here} of more than {COUNTED:,}"

    @property
    def first(self) -> int:
        return (self.asked.page - 1) * PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def next_page(self) -> int | None:
        return self.asked.page + 1 if self.more and self.asked.page < COUNTED // PAGE else None


def page_of(asked: Asked, person: Person, today: date) -> Page:
    """One page: its ids by an index alone, then its rows; and a count where the page itself does not show it."""
    cases = found(asked, person)
    column = SORTS[asked.sort][0]
    order = [column] if column == "number" else [column, "id"]
    ordered = cases.order_by(*(f"-{one}" if asked.descending else one for one in order))
    start = (asked.page - 1) * PAGE
    ids = list(ordered.values_list("pk", flat=True)[start : start + PAGE + 1])
    more = len(ids) > PAGE
    total: int | None = start + len(ids)
    if more and asked.text:
        total = None
    elif more or (not ids and start):
        counted = cases.order_by().values("pk")[: COUNTED + 1].count()
        total = counted if counted <= COUNTED else None
    terms = schedule(today)
    by_id = Case.objects.select_related("group__organization", "assigned_to").in_bulk(ids[:PAGE])
    rows = tuple(
        Row(
            one, cut_off(one.effective_date, today, terms), max(terms.between(_day(one), today), 0),
            overdue(one.due_on, today, terms) if one.state in OPEN_STATES else "",
        )
        for one in map(by_id.__getitem__, ids[:PAGE])
    )  # fmt: skip
    return Page(rows, asked, total, more)


def _day(case: Case) -> date:
    from smallgroup.web.clock import ZONE

    return case.submitted_at.astimezone(ZONE).date()


def columns(asked: Asked) -> list[dict[str, Any]]:
    """The headings that sort: a second click on one sorts the other way."""
    told = []
    for name, (_, label) in SORTS.items():
        here = asked.sort == name
        turned = f"-{name}" if here and not asked.descending else name
        direction = ("descending" if asked.descending else "ascending") if here else ""
        told.append({"name": name, "label": label, "sort": turned, "direction": direction})
    return told
