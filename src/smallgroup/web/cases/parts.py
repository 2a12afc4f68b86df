"""Parts of a case that are opened on demand, each with a line of the audit log: members, premiums, wages, papers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from smallgroup.errors import Problem, Refused
from smallgroup.web import clock
from smallgroup.web.accounts.access import door, person_of, signed_in
from smallgroup.web.audit_log.models import record
from smallgroup.web.cases import letters
from smallgroup.web.cases.doing import a_day
from smallgroup.web.cases.history import replayed
from smallgroup.web.cases.models import Case, DecisionRecord, Paper
from smallgroup.web.cases.verbs import answer_for, by_rules, document_of
from smallgroup.web.cases.views import case_of, user_of
from smallgroup.web.census_work import on_disk
from smallgroup.web.groups.verbs import open_census

if TYPE_CHECKING:
    from smallgroup.audit import Reconciliation
    from smallgroup.web.accounts.models import User

_COLUMNS = (
    "family_id", "member_id", "relationship", "first_name", "last_name", "date_of_birth", "zip", "county",
    "worker_type", "hours_per_week", "hired_on", "election", "waiver_reason", "plan_id",
)  # fmt: skip
WAGE_REPORT = "state_quarterly_wage_report"
# What a browser may show in its own window; by what the file begins with, never by what it is called.
_SHOWN = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def _part(request: HttpRequest, case: Case, name: str, told: dict[str, Any], status: int = 200) -> HttpResponse:
    """A part of the page; without JavaScript it is a page of its own."""
    page = f"cases/_{name}.html" if getattr(request, "htmx", False) else "cases/part.html"
    told = {"case": case, "nav": "cases", "part": f"cases/_{name}.html", **told}
    return render(request, page, told, status=status)


@signed_in
def members(request: HttpRequest, key: UUID) -> HttpResponse:
    person = person_of(request)
    case = case_of(person, key)
    frame = open_census(case.census, by=user_of(person), why="the members of a case")
    columns = [name for name in _COLUMNS if name in frame.columns and frame[name].null_count() < frame.height]
    rows = [[_plain(name, row[name]) for name in columns] for row in frame.select(columns).to_dicts()]
    return _part(request, case, "members", {"columns": columns, "rows": rows, "title": "Members"})


def _plain(name: str, value: Any) -> str:
    from smallgroup.census.fields import BY_NAME
    from smallgroup.money import dollars

    if value is None:
        return ""
    return dollars(value) if BY_NAME[name].kind in ("hundredths", "cents") else str(value)


@signed_in
def premiums(request: HttpRequest, key: UUID) -> HttpResponse:
    person = person_of(request)
    case = case_of(person, key)
    problems: tuple[Problem, ...] = ()
    quote = None
    try:
        answer = answer_for(case, by=user_of(person), why="the premiums of a case", with_quote=True)
        quote, problems = answer.quote.as_json() if answer.quote else None, answer.unpriced
    except Refused as refused:
        problems = refused.problems
    return _part(request, case, "premiums", {"quote": quote, "problems": problems, "title": "Premiums"})


@signed_in
def wages(request: HttpRequest, key: UUID) -> HttpResponse:
    """The wage report that was handed in, held against the census. `?paper=` names another than the latest."""
    person = person_of(request)
    case = case_of(person, key)
    reports = case.group.papers.filter(kind=WAGE_REPORT, removed_at=None).order_by("-made_at")
    chosen = request.GET.get("paper")
    paper = door(reports, chosen) if chosen else reports.first()
    told: dict[str, Any] = {"paper": paper, "reports": reports, "title": "Wage report against the census"}
    if paper is None:
        why = "no state quarterly wage report has come in."
        told["problems"] = (Problem("The wage report", why, "Ask the broker for it."),)
        return _part(request, case, "wages", told, status=404)
    try:
        told["held"] = reconciled(case, paper, by=user_of(person))
    except Refused as refused:
        told["problems"] = refused.problems
    return _part(request, case, "wages", told, status=422 if "problems" in told else 200)


def reconciled(case: Case, paper: Paper, *, by: User) -> Reconciliation:
    """Raises Refused where the report cannot be read, or the census has no names."""
    from smallgroup.audit import reconcile
    from smallgroup.intake.wage_report_file import wage_report_file
    from smallgroup.rulebook import guideline_in_force
    from smallgroup.underwriting.employee_eligibility import wage_terms

    record(by, "read", "paper", paper.pk, group_id=case.group_id, why="held against the census")
    with on_disk(paper.file.open(), paper.name) as path:
        report = wage_report_file(path)
    people = open_census(case.census, by=by, why="a wage report is held against it")
    chosen = guideline_in_force(case.as_of)
    return reconcile(
        people, report, as_of=case.as_of, quarter_start=None, quarter_end=None, wage_terms=wage_terms(case.as_of),
        full_time_hours=chosen.heading("participation").value("full_time_hours", case.as_of, int), guideline=chosen,
    )  # fmt: skip


def _file(body: bytes, name: str, *, media_type: str | None = None) -> HttpResponse:
    """A file to be looked at where a browser can, else to be saved; never to be run, and never kept on the way."""
    shown = media_type or next((kind for start, kind in _SHOWN.items() if body.startswith(start)), None)
    response = HttpResponse(body, content_type=shown or "application/octet-stream")
    safe = _UNSAFE.sub("_", name).strip("._")[-100:] or "paper"
    response["Content-Disposition"] = f'{"inline" if shown else "attachment"}; filename="{safe}"'
    response["Cache-Control"] = "no-store"
    return response


@signed_in
def paper_file(request: HttpRequest, key: UUID, paper: UUID) -> HttpResponse:
    person = person_of(request)
    case = case_of(person, key)
    held = door(case.group.papers.filter(removed_at=None).select_related("file"), paper)
    record(user_of(person), "read", "paper", held.pk, group_id=case.group_id, why="opened from the case")
    return _file(held.file.open(), held.name)


@signed_in
def request_file(request: HttpRequest, key: UUID, request_key: UUID) -> HttpResponse:
    person = person_of(request)
    case = case_of(person, key)
    sent = door(case.requests.select_related("letter"), request_key)
    record(user_of(person), "read", "request", sent.pk, group_id=case.group_id, why="opened from the case")
    ending = "pdf" if sent.letter.media_type == letters.PDF else "txt"
    return _file(sent.letter.open(), f"case-{case.number}-request.{ending}", media_type=sent.letter.media_type)


@signed_in
def draft_file(request: HttpRequest, key: UUID) -> HttpResponse:
    """The letter that would be sent, as it would be kept; nothing is kept yet."""
    person = person_of(request)
    case = case_of(person, key, "underwrite")
    document = document_of(by_rules(case), by=user_of(person), why="a letter that asks for papers")
    due_on = a_day(request.GET.get("due_on", ""), "The day")
    letter = letters.letter_of(case, document, request.GET.getlist("item"), due_on, clock.today())
    ending = "pdf" if letter.media_type == letters.PDF else "txt"
    return _file(letter.body, f"case-{case.number}-draft.{ending}", media_type=letter.media_type)


def _decided(case: Case, number: int) -> DecisionRecord:
    held = case.decisions.filter(number=number).select_related("document", "case__group")
    return door(held, held.values_list("pk", flat=True).first())


@require_POST
@signed_in
def replay_decision(request: HttpRequest, key: UUID, number: int) -> HttpResponse:
    person = person_of(request)
    case = case_of(person, key)
    decided = _decided(case, number)
    told = {"decided": decided, "replayed": replayed(decided, by=user_of(person)), "title": "A decision made anew"}
    return _part(request, case, "replayed", told)


@signed_in
def decision_file(request: HttpRequest, key: UUID, number: int, copy: str) -> HttpResponse:
    person = person_of(request)
    case = case_of(person, key)
    decided = _decided(case, number)
    problems = []
    if copy not in letters.COPIES:
        problems.append(Problem("The letter", f"there is no {copy!r} copy.", "Ask for broker or client."))
    if decided.maker == DecisionRecord.Maker.RULES:
        problems.append(Problem("The letter", "what the rules find is no answer of the carrier.",
                                "A person decides first; their decision has a letter."))  # fmt: skip
    if problems:
        raise Refused(problems)
    body = letters.decision_pdf(decided, copy=copy, by=user_of(person))
    return _file(body, f"case-{case.number}-decision-{number}-{copy}.pdf", media_type=letters.PDF)
