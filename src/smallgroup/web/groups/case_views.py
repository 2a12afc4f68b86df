"""A group checked before it is sent, sent, answered in place, withdrawn; and the carrier's letters and decision."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from smallgroup.dates import spoken
from smallgroup.errors import Problem, Refused
from smallgroup.underwriting import replay
from smallgroup.underwriting.wanting import request_letter
from smallgroup.web import clock
from smallgroup.web.accounts.access import door, signed_in
from smallgroup.web.audit_log.models import record
from smallgroup.web.cases import papers, verbs
from smallgroup.web.cases.models import OPEN_STATES, Case, DecisionRecord, Note, PaperRequest
from smallgroup.web.groups import sending
from smallgroup.web.groups.census_views import attachment
from smallgroup.web.groups.doors import group_to_change, group_to_read, shown, user_of
from smallgroup.web.groups.standing import open_case, papers_of, problems_with_sections, standing
from smallgroup.web.groups.timeline import events


@require_GET
@signed_in
def group_check(request: HttpRequest, group: UUID) -> HttpResponse:
    """What the rules say of what is there, before anybody at the carrier sees it."""
    held = group_to_read(request, group)
    now = standing(held, by=user_of(request), why="a check before submitting", with_quote=True)
    return render(request, "groups/check.html", shown(
        request, held, "check", now=now, problems=problems_with_sections(now.problems), case=open_case(held),
        marks=papers.SHOWS, open_findings=[one for one in now.findings if _is_open(one)],
    ))  # fmt: skip


def _is_open(finding: dict[str, object]) -> bool:
    return finding["outcome"] in ("not met", "refer", "needs evidence")


@require_POST
@signed_in
def group_submit(request: HttpRequest, group: UUID) -> HttpResponse:
    held = group_to_change(request, group)
    case = verbs.submit(held, by=user_of(request))
    by = spoken(case.due_on)
    messages.success(request, f"{held} is before the carrier as case {case.number}. It answers by {by}.")
    return cast(HttpResponse, redirect("group_case", held.pk))


@require_GET
@signed_in
def group_case(request: HttpRequest, group: UUID) -> HttpResponse:
    """Where the latest case stands, and what it waits for, each with the place to answer it."""
    held = group_to_read(request, group)
    case = held.cases.select_related("application", "census").order_by("-number").first()
    is_open = case is not None and case.state in OPEN_STATES
    now = standing(held, by=user_of(request), why="what the case waits for") if is_open else None
    every = papers_of(held)
    return render(request, "groups/case.html", shown(
        request, held, "case", case=case, is_open=is_open, now=now, events=events(held), marks=papers.SHOWS,
        problems=problems_with_sections(now.problems) if now else (),
        changes=_not_sent(case, now) if case and now else [],
        papers=every, rejected=[one for one in every if one.status == "rejected"],
        requests=list(PaperRequest.objects.filter(case__group=held).order_by("-made_at")),
        notes=list(Note.objects.filter(case__group=held, to_broker=True).order_by("-made_at")),
        decisions=list(DecisionRecord.objects.filter(case__group=held).exclude(maker=DecisionRecord.Maker.RULES)
                       .select_related("case").order_by("-made_at")),
    ))  # fmt: skip


def _not_sent(case: Case, now: object) -> list[str]:
    """What has changed here since the case was last sent."""
    said = []
    application = case.group.applications.order_by("-number").first()
    census = case.group.censuses.order_by("-number").first()
    if application and application.pk != case.application_id:
        said.append(f"the application, revision {application.number}")
    if census and census.pk != case.census_id:
        said.append(f"the census, revision {census.number}")
    decided = case.decisions.order_by("-number").first()
    new = case.group.papers.filter(removed_at=None, made_at__gt=decided.made_at).count() if decided else 0
    if new:
        said.append("1 paper" if new == 1 else f"{new} papers")
    return said


@require_POST
@signed_in
def case_answer(request: HttpRequest, group: UUID, case: UUID) -> HttpResponse:
    held = group_to_change(request, group)
    after = sending.answer_pends(door(held.cases.all(), case), by=user_of(request), seen=_seen(request))
    missing = after.missing_papers
    still = f" {missing} paper{'s are' if missing > 1 else ' is'} still missing." if missing else ""
    messages.success(request, f"Case {after.number} was sent again: {after.get_state_display().lower()}.{still}")
    return cast(HttpResponse, redirect("group_case", held.pk))


@require_POST
@signed_in
def case_withdraw(request: HttpRequest, group: UUID, case: UUID) -> HttpResponse:
    held = group_to_change(request, group)
    one = door(held.cases.all(), case)
    sending.withdraw(one, by=user_of(request), seen=_seen(request))
    request.session["undo"] = {"text": f"Case {one.number} was withdrawn.",
                               "to": reverse("group_bring_back", args=[held.pk, one.pk])}  # fmt: skip
    return cast(HttpResponse, redirect("group_page", held.pk))


@require_POST
@signed_in
def case_bring_back(request: HttpRequest, group: UUID, case: UUID) -> HttpResponse:
    held = group_to_change(request, group)
    sending.bring_back(door(held.cases.all(), case), by=user_of(request))
    return cast(HttpResponse, redirect("group_case", held.pk))


@require_GET
@signed_in
def case_letter(request: HttpRequest, group: UUID, letter: UUID) -> HttpResponse:
    """The letter that asked for papers, as it was sent."""
    held = group_to_read(request, group)
    asked = door(PaperRequest.objects.filter(case__group=held).select_related("letter", "case"), letter)
    record(user_of(request), "read", "letter", asked.pk, group_id=held.pk, why="downloaded")
    suffix = {"application/pdf": "pdf", "text/html": "html"}.get(asked.letter.media_type, "txt")
    name = f"request of {asked.made_at:%Y-%m-%d}, case {asked.case.number}.{suffix}"
    return attachment(asked.letter.open(), name, asked.letter.media_type)


@require_GET
@signed_in
def case_decision(request: HttpRequest, group: UUID, decision: UUID) -> HttpResponse:
    """The decision as a client may have it: facts and law, no reading and no number of the carrier's guide."""
    held = group_to_read(request, group)
    made = DecisionRecord.objects.filter(case__group=held).exclude(maker=DecisionRecord.Maker.RULES)
    decided = door(made.select_related("document", "case"), decision)
    document = verbs.document_of(decided, by=user_of(request), why="the client's copy")
    text = client_copy(decided, document, str(held))
    return attachment(text.encode(), f"decision of {decided.made_at:%Y-%m-%d}, case {decided.case.number}.txt",
                      "text/plain; charset=utf-8")  # fmt: skip


_NO_HEALTH = "No question here is about anybody's health: small employers are accepted whatever it is (45 CFR 147.104)."


def client_copy(decided: DecisionRecord, document: dict[str, object], group: str) -> str:
    effective = spoken(decided.case.effective_date)
    said = {
        "approve": f"The application is approved: coverage from {effective}.",
        "decline": f"The application for coverage from {effective} is declined.",
    }.get(decided.decision, f"The application for coverage from {effective} waits for more.")
    on = spoken(decided.made_at.astimezone(clock.ZONE).date())
    head = [f"{group}: group health coverage from {effective}", "", f"Decided on {on}. {said}"]
    if decided.decision == "approve":
        return "\n".join([*head, "", _NO_HEALTH, ""])
    letter = request_letter(replay(document, file="The decision"), group=group)
    return "\n".join([*head, "", *letter.splitlines()[2:], ""])


def _seen(request: HttpRequest) -> int:
    text = request.POST.get("seen", "")
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise Refused(Problem("The case", "the page that sent this does not say which state of it was seen.",
                              "Load it anew, and send it again."))  # fmt: skip
    return int(text)
