"""What the underwriters' forms do. Each names the version that its writer saw; who comes second is shown the case as it
is now (409), with what they wrote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from smallgroup import dates
from smallgroup.errors import Problem, Refused
from smallgroup.web import clock
from smallgroup.web.accounts.access import Person, door, person_of, signed_in
from smallgroup.web.accounts.models import User
from smallgroup.web.cases import deciding, letters, working
from smallgroup.web.cases.models import Case, Override, SettledReading
from smallgroup.web.cases.verbs import Overtaken, by_rules, document_of, run_rules
from smallgroup.web.cases.views import case_of, show, user_of

Verb = Callable[[Case, User], str]


def _act(request: HttpRequest, key: UUID, do: Verb, *, verb: str = "underwrite") -> HttpResponse:
    person = person_of(request)
    case = case_of(person, key, verb)
    try:
        said = do(case, user_of(person))
    except Refused as refused:
        status = 409 if isinstance(refused, Overtaken) else 422
        return show(request, person, case_of(person, key), problems=refused.problems, status=status)
    if said:
        messages.success(request, said)
    return redirect("case", key)


def _given(request: HttpRequest, name: str) -> str:
    """A field of the form, or, for an undo, of the address."""
    return str(request.POST.get(name, request.GET.get(name, "")))


def _seen(request: HttpRequest) -> int:
    text = _given(request, "seen")
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise Refused(Problem("The form", "it does not say which state of the case it was about.",
                              "Open the case anew and send it again."))  # fmt: skip
    return int(text)


def a_day(text: str, where: str) -> date | None:
    """A day of a form; None where it is empty. Raises Refused."""
    if not text.strip():
        return None
    try:
        return dates.day(text)
    except ValueError as error:
        raise Refused(Problem(where, str(error), "", seen=text)) from None


def _undo(request: HttpRequest, text: str, to: str) -> None:
    request.session["undo"] = {"text": text, "to": to}


@require_POST
@signed_in
def assign(request: HttpRequest, key: UUID) -> HttpResponse:
    person = person_of(request)

    def do(case: Case, by: User) -> str:
        to = _person(_given(request, "to"), by)
        before = case.assigned_to_id
        supervises = person.at_carrier("supervise")
        working.assign(case, seen=_seen(request), to=to, by=by, supervises=supervises)
        if before != (to.pk if to else None) and (supervises or before is None or to is None):
            back = f"?to={before or ''}&seen={case.version + 1}"
            _undo(request, f"Case {case.number} is assigned to {to or 'nobody'}.",
                  reverse("case_assign", args=[key]) + back)  # fmt: skip
        return ""

    return _act(request, key, do)


def _person(text: str, by: User) -> User | None:
    """`me`, nobody (empty), or an underwriter's id. Raises Refused."""
    if text in ("", "me"):
        return by if text else None
    try:
        return working.underwriters().get(pk=UUID(text))
    except (User.DoesNotExist, ValueError):
        raise Refused(Problem("Assigned to", "there is no such underwriter.", "Choose one of the list.")) from None


@require_POST
@signed_in
def days(request: HttpRequest, key: UUID) -> HttpResponse:
    def do(case: Case, by: User) -> str:
        due_on = a_day(_given(request, "due_on"), "The due day") or case.due_on
        follow_up = a_day(_given(request, "follow_up_on"), "The follow-up day")
        was = f"?due_on={case.due_on}&follow_up_on={case.follow_up_on or ''}&seen={case.version + 1}"
        working.set_days(case, seen=_seen(request), due_on=due_on, follow_up_on=follow_up, by=by)
        _undo(request, "The days are set.", reverse("case_days", args=[key]) + was)
        return ""

    return _act(request, key, do)


@require_POST
@signed_in
def note(request: HttpRequest, key: UUID) -> HttpResponse:
    def do(case: Case, by: User) -> str:
        to_broker = _given(request, "to_broker") == "yes"
        working.add_note(case, text=_given(request, "text"), to_broker=to_broker, by=by)
        return "The broker can read your note." if to_broker else "Your note is kept, for the carrier alone."

    return _act(request, key, do)


@require_POST
@signed_in
def rules(request: HttpRequest, key: UUID) -> HttpResponse:
    def do(case: Case, by: User) -> str:
        return f"The rules have decided again: {run_rules(case, by=by, answered=False).engine}."

    return _act(request, key, do)


@require_POST
@signed_in
def judge(request: HttpRequest, key: UUID, paper: UUID) -> HttpResponse:
    def do(case: Case, by: User) -> str:
        held = door(case.group.papers.filter(removed_at=None), paper)
        status = _given(request, "status")
        working.judge_paper(held, by=by, status=status, reason=_given(request, "reason"))
        _undo(request, f"{held.name} is {status}; the rules have decided again.",
              reverse("case_judge_undo", args=[key, paper]))  # fmt: skip
        return ""

    return _act(request, key, do)


@require_POST
@signed_in
def judge_undo(request: HttpRequest, key: UUID, paper: UUID) -> HttpResponse:
    def do(case: Case, by: User) -> str:
        held = door(case.group.papers.filter(removed_at=None), paper)
        working.judge_again(held, by=by)
        return f"{held.name} is received, and waits to be looked at."

    return _act(request, key, do)


@require_POST
@signed_in
def settle(request: HttpRequest, key: UUID) -> HttpResponse:
    person = person_of(request)
    for_guideline = request.POST.get("for") == "guideline"

    def do(case: Case, by: User) -> str:
        settled = deciding.settle(
            case, seen=_seen(request), clause=_given(request, "clause"), doubt=_given(request, "doubt"),
            reading=_given(request, "reading"), why=_given(request, "why"), by=by, for_guideline=for_guideline,
        )  # fmt: skip
        _undo(request, f"The reading is settled{' for every case of the guideline' if for_guideline else ''}; the "
              "rules have decided again.", reverse("case_settle_undo", args=[key, settled.pk]))  # fmt: skip
        return ""

    return _act(request, key, do, verb="supervise" if for_guideline and person.is_carrier else "underwrite")


@require_POST
@signed_in
def settle_undo(request: HttpRequest, key: UUID, settled: int) -> HttpResponse:
    """For whoever settled it, or a supervisor; what holds for the guideline is a supervisor's."""
    person = person_of(request)

    def may(one: SettledReading) -> bool:
        return person.at_carrier("supervise") or (one.by == person.user and one.case_id is not None)

    def do(case: Case, by: User) -> str:
        held = SettledReading.objects.filter(Q(case=case) | Q(case=None)).select_related("case", "by")
        now = deciding.unsettle(door(held, settled, may=may), case, by=by)
        return f"It is in doubt again, and the rules have decided: {now.engine}."

    return _act(request, key, do)


@require_POST
@signed_in
def decide(request: HttpRequest, key: UUID) -> HttpResponse:
    def do(case: Case, by: User) -> str:
        kept = deciding.decide(
            case, seen=_seen(request), decision=_given(request, "decision"), reason=_given(request, "reason"), by=by
        )
        if isinstance(kept, Override):
            return (f"You propose to {kept.decision} it, where the rules found {case.engine}. It holds once a "
                    "supervisor other than you confirms it.")  # fmt: skip
        return f"Case {case.number}: {kept.decision}, decided by {by}."

    return _act(request, key, do)


@require_POST
@signed_in
def override(request: HttpRequest, key: UUID, override: int) -> HttpResponse:
    """A supervisor confirms or rejects it; its proposer may take it back."""
    person = person_of(request)
    confirm = _given(request, "answer") == "confirm"

    def may(one: Override) -> bool:
        return person.at_carrier("supervise") or (not confirm and one.proposed_by == person.user)

    def do(case: Case, by: User) -> str:
        held = door(case.overrides.select_related("case", "proposed_by"), override, may=may)
        deciding.answer_override(held, seen=_seen(request), confirm=confirm, why=_given(request, "why"), by=by)
        return "The override holds." if confirm else "The override does not hold."

    return _act(request, key, do)


@require_POST
@signed_in
def reopen(request: HttpRequest, key: UUID) -> HttpResponse:
    def do(case: Case, by: User) -> str:
        deciding.reopen(case, seen=_seen(request), reason=_given(request, "reason"), by=by)
        return f"Case {case.number} is open again."

    return _act(request, key, do, verb="supervise")


@signed_in
def ask(request: HttpRequest, key: UUID) -> HttpResponse:
    """What to ask for, and the letter as it would be sent; a POST sends it."""
    person = person_of(request)
    if request.method == "POST":

        def do(case: Case, by: User) -> str:
            sent = letters.ask_for_papers(
                case, seen=_seen(request), keys=request.POST.getlist("item"),
                due_on=a_day(_given(request, "due_on"), "The day"), by=by,
            )  # fmt: skip
            return f"Asked for by {dates.spoken(sent.due_on)}. The case waits for the broker."

        return _act(request, key, do)
    case = case_of(person, key, "underwrite")
    return _ask_page(request, person, case)


def _ask_page(request: HttpRequest, person: Person, case: Case) -> HttpResponse:
    today = clock.today()
    document = document_of(by_rules(case), by=user_of(person), why="a letter that asks for papers")
    keys = request.GET.getlist("item")
    problems: tuple[Problem, ...] = ()
    letter = None
    due = request.GET.get("due_on", "")
    if keys or due:
        try:
            letter = letters.letter_of(case, document, keys, a_day(due, "The day"), today)
        except Refused as refused:
            problems = refused.problems
    wanting = [{**one, "key": letters.key_of(one)} for one in document["wanting"]]
    told = {
        "nav": "cases", "case": case, "wanting": wanting, "chosen": keys or [one["key"] for one in wanting],
        "due_on": due or letters.proposed_day(case, today).isoformat(), "letter": letter, "problems": problems,
        "is_pdf": letter is not None and letter.media_type == letters.PDF, "seen": case.version,
    }  # fmt: skip
    return render(request, "cases/ask.html", told, status=422 if problems else 200)
