"""Pages of the underwriters: the queue, the calendar of cut-offs, a case on one page, and its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from smallgroup.errors import Problem, Refused
from smallgroup.rulebook import guideline_in_force
from smallgroup.underwriting import edition
from smallgroup.web import clock
from smallgroup.web.accounts.access import Person, door, must, person_of, signed_in
from smallgroup.web.accounts.models import Organization, User
from smallgroup.web.cases import calendar, queue
from smallgroup.web.cases.deciding import doubts_of, grounds_of
from smallgroup.web.cases.history import differences, timeline
from smallgroup.web.cases.letters import key_of, proposed_day
from smallgroup.web.cases.models import OPEN_STATES, Case, SettledReading, State
from smallgroup.web.cases.verbs import by_rules, document_of, layer_of
from smallgroup.web.cases.working import underwriters
from smallgroup.web.groups.models import Stage

if TYPE_CHECKING:
    from smallgroup.web.cases.models import DecisionRecord, Paper

SHOWN_LINES = 15
"""So many lines of the audit log stand on the page of a case; its history has all of them."""


@signed_in
def case_queue(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    must(person.at_carrier("read"))
    today = clock.today()
    problems: tuple[Problem, ...] = ()
    try:
        asked = queue.read(request.GET.dict())
    except Refused as refused:
        problems, asked = refused.problems, queue.Asked()
    return render(
        request, "cases/queue.html",
        {
            "nav": "cases", "page": queue.page_of(asked, person, today), "asked": asked, "problems": problems,
            "columns": {one["name"]: one for one in queue.columns(asked)}, "states": State.choices,
            "agencies": Organization.objects.filter(kind=Organization.Kind.AGENCY).order_by("name"),
            "clauses": _clauses(), "underwriters": underwriters() if person.at_carrier("supervise") else (),
            "narrowed": any(asked.given.get(one) for one in ("q", "who", "state", "month", "agency", "clause")),
        },
        status=422 if problems else 200,
    )  # fmt: skip


def _clauses() -> list[tuple[str, str]]:
    today = clock.today()
    return [(one.id, one.text.title) for one in edition(guideline_in_force(today), today).clauses]


@signed_in
def case_calendar(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    must(person.at_carrier("read"))
    today = clock.today()
    chosen = guideline_in_force(today)
    upcoming = calendar.upcoming(person, today)
    return render(
        request, "cases/calendar.html",
        {
            "nav": "cases", "dates": upcoming, "terms": calendar.schedule(today),
            "heading": chosen.heading("cut_offs"), "most": max([one.open_cases for one in upcoming] + [1]),
        },
    )  # fmt: skip


def case_of(person: Person, key: UUID, verb: str = "read") -> Case:
    """A case for the carrier's people: a stranger's is not there, and a broker's own is not theirs to work on."""
    cases = Case.objects.seen_by(person).select_related(
        "group__organization", "group__broker", "assigned_to", "submitted_by", "application", "census"
    )
    return door(cases, key, may=person.at_carrier(verb))


def user_of(person: Person) -> User:
    return cast(User, person.user)


@signed_in
def case_page(request: HttpRequest, key: UUID) -> HttpResponse:
    person = person_of(request)
    return show(request, person, case_of(person, key))


def show(
    request: HttpRequest, person: Person, case: Case, *, problems: Sequence[Problem] = (), status: int = 200
) -> HttpResponse:
    """The page of a case; after a refusal with what is in the way, and what its reader had written."""
    written = request.POST if problems else QueryDict()
    words = next((text for name in ("reason", "text", "why") if (text := written.get(name, "").strip())), "")
    told = {
        **_told(case, person), "nav": "cases", "problems": problems, "written": written, "words": words,
        "overtaken": status == 409,
    }  # fmt: skip
    return render(request, "cases/case.html", told, status=status)


def _told(case: Case, person: Person) -> dict[str, Any]:
    today, user = clock.today(), user_of(person)
    terms = calendar.schedule(today)
    rules = by_rules(case)
    document = document_of(rules, by=user, why="the page of the case")
    papers = list(case.group.papers.filter(removed_at=None).select_related("judged_by").order_by("-made_at"))
    settled = list(
        SettledReading.objects.filter(Q(case=case) | Q(case=None), guideline=rules.guideline, undone_at=None)
        .select_related("by").order_by("id")
    )  # fmt: skip
    supervises, is_open = person.at_carrier("supervise"), case.state in OPEN_STATES
    clauses = _clauses_told(document, rules, papers, settled)
    proved = {paper.pk for one in clauses for paper in one["papers"]}
    proposed = case.overrides.filter(answered_at=None).select_related("proposed_by").first()
    return {
        "case": case, "group": case.group, "rules": rules, "document": document, "is_open": is_open,
        "covered": case.group.stage in (Stage.APPROVED, Stage.ENROLLED, Stage.ACTIVE, Stage.ENDED),
        "works": is_open and person.at_carrier("underwrite"), "supervises": supervises, "user": user,
        "cut_off": calendar.cut_off(case.effective_date, today, terms),
        "overdue": calendar.overdue(case.due_on, today, terms) if is_open else "",
        "clauses": clauses, "other_papers": [one for one in papers if one.pk not in proved],
        "wanting": [{**one, "key": key_of(one)} for one in document["wanting"]],
        "ask_by": proposed_day(case, today), "requests": list(case.requests.select_related("made_by")
                                                              .order_by("-made_at")),
        "notes": list(case.notes.select_related("made_by").order_by("-made_at")),
        "timeline": timeline(case, most=SHOWN_LINES), "decisions": _decisions(case),
        "stale": is_open and layer_of(case, rules.guideline) != document["inputs"]["layer_yaml"],
        "proposed": proposed, "may_confirm": proposed is not None and supervises and proposed.proposed_by_id != user.pk,
        "underwriters": underwriters() if supervises else (),
        "has_wage_report": any(one.kind == "state_quarterly_wage_report" for one in papers),
        "grounds": grounds_of(document), "seen": case.version,
    }  # fmt: skip


def _clauses_told(
    document: Mapping[str, Any], rules: DecisionRecord, papers: Sequence[Paper], settled: Sequence[SettledReading]
) -> list[dict[str, Any]]:
    """Each finding with the papers that prove it, the doubts that a person may settle, and those that are settled."""
    doubts = doubts_of(rules, document)
    told = []
    for finding in document["findings"]:
        kinds = {one["kind"] for one in finding["evidence"]}
        waits = finding["outcome"] in ("not met", "refer", "needs evidence")
        waits |= any(one["needed"] for one in finding["evidence"])
        told.append({
            "finding": finding, "papers": [one for one in papers if one.kind in kinds], "is_open": waits,
            "doubts": doubts.get(finding["clause"], ()),
            "settled": [one for one in settled if one.clause == finding["clause"]],
        })  # fmt: skip
    return told


def _decisions(case: Case) -> list[DecisionRecord]:
    return list(case.decisions.select_related("made_by", "proposed_by", "overrides").order_by("-number"))


@signed_in
def case_history(request: HttpRequest, key: UUID) -> HttpResponse:
    """Every decision, the difference between two, and everything that was done. `?before=1&after=3` names the two."""
    person = person_of(request)
    case = case_of(person, key)
    decisions = _decisions(case)
    by_number = {str(one.number): one for one in decisions}
    after = by_number.get(request.GET.get("after", ""), decisions[0])
    before = by_number.get(request.GET.get("before", ""), decisions[min(1, len(decisions) - 1)])
    titles = dict(_clauses())
    return render(
        request, "cases/history.html",
        {
            "nav": "cases", "case": case, "decisions": decisions, "before": before, "after": after,
            "differences": [{"title": titles.get(one.clause, one.clause), "differs": one}
                            for one in differences(before, after)],
            "overrides": case.overrides.select_related("proposed_by", "answered_by").order_by("-proposed_at"),
            "timeline": timeline(case), "is_open": case.state in OPEN_STATES,
        },
    )  # fmt: skip
