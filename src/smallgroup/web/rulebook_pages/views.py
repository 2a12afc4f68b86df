"""The rulebook for anybody: to leaf through, clause by clause, to try, and to compare."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from smallgroup import dates
from smallgroup.errors import NotInForce, Problem, Refused
from smallgroup.underwriting import telling
from smallgroup.underwriting.difference import difference
from smallgroup.web import clock
from smallgroup.web.accounts.access import Person, door, must, person_of, signed_in
from smallgroup.web.audit_log.models import record
from smallgroup.web.cases.models import SettledReading
from smallgroup.web.rulebook_pages import contents, verbs
from smallgroup.web.rulebook_pages.layers import settled_in
from smallgroup.web.rulebook_pages.tester import because_of, try_clause
from smallgroup.web.rulebook_pages.versions import Impact, Version, asked_version, choices, impact

if TYPE_CHECKING:
    from datetime import date

    from smallgroup.rulebook import Guideline
    from smallgroup.underwriting import Edition
    from smallgroup.underwriting.clause import Clause

SHOWN = 100
"""So many groups stand on the page; the CSV has all of them."""
_LONGEST = 160


@require_GET
def rulebook(request: HttpRequest) -> HttpResponse:
    query, heading = request.GET.get("q", "").strip()[:200], request.GET.get("heading", "")
    every = contents.books()
    chosen = contents.book_of(request.GET.get("book", ""))
    looked_in = (chosen,) if chosen else every
    shelves = [(book, list(contents.found(book, query, heading))) for book in looked_in]
    headings = {one.heading.name: one.heading.about.heading for book in every for one in contents.entries(book)}
    told = {
        "nav": "rulebook", "books": every, "chosen": chosen, "query": query, "heading": heading,
        "headings": sorted(headings.items(), key=lambda one: one[1]),
        "shelves": [(book, found) for book, found in shelves if found],
        "found": sum(len(found) for _, found in shelves), "searched": bool(query or heading or chosen),
    }  # fmt: skip
    page = "rulebook/_clauses.html" if getattr(request, "htmx", False) else "rulebook/rulebook.html"
    return render(request, page, told)


rulebook.open_to = "anybody"  # type: ignore[attr-defined]


@require_GET
def rulebook_clause(request: HttpRequest, book_id: str, clause_id: str) -> HttpResponse:
    """One clause as it holds on a day, and its tester. The tester's own requests get the answer alone."""
    entry = _entry(book_id, clause_id)
    person, today = person_of(request), clock.today()
    on, on_wrong = _day(request.GET.get("on", ""), today)
    held, not_in_force = _edition(entry.book, on, _settled(entry.book, on, person))
    clause = next((one for one in held.clauses if one.id == entry.id), None) if held else None
    told: dict[str, Any] = {"nav": "rulebook", "entry": entry, "on": on, "as_of": on.isoformat()}
    if entry.text and held and clause:
        told |= _tried(request, held, clause)
        if getattr(request, "htmx", False):
            return render(request, "rulebook/_answer.html", told)
    return render(request, "rulebook/clause.html", {
        **told, **_around(entry), "today": today, "on_wrong": on_wrong, "typed_on": request.GET.get("on", ""),
        "not_in_force": not_in_force, "numbers": _numbers(entry, on), "clause": clause,
        "citation": clause.citation if clause else entry.heading.citation,
        "doubts": telling.doubts(clause) if clause else (), "open": telling.open_doubts(clause) if clause else (),
        "settled": _settled_rows(entry, person), "file": f"src/smallgroup/rulebook/data/{entry.heading.file}",
    })  # fmt: skip


rulebook_clause.open_to = "anybody"  # type: ignore[attr-defined]


def _entry(book_id: str, clause_id: str) -> contents.Entry:
    book = contents.book_of(book_id)
    entry = contents.entry_of(book, clause_id) if book else None
    if entry is None:
        raise Http404
    return entry


def _day(text: str, today: date) -> tuple[date, str]:
    """(the day that was typed, or today; what is wrong with it)."""
    try:
        return (dates.day(text) if text.strip() else today), ""
    except ValueError as error:
        return today, str(error)


def _edition(book: Guideline, on: date, settled: tuple[Any, ...]) -> tuple[Edition | None, tuple[Problem, ...]]:
    try:
        return contents.in_force(book, on, settled), ()
    except NotInForce as refused:
        return None, refused.problems


def _settled(book: Guideline, on: date, person: Person) -> tuple[Any, ...]:
    """What the carrier has settled is the carrier's own matter."""
    return settled_in(book, on) if person.is_carrier and book.carrier else ()


def _settled_rows(entry: contents.Entry, person: Person) -> list[SettledReading]:
    if not person.is_carrier:
        return []
    held = SettledReading.objects.filter(guideline=entry.book.id, clause=entry.id, case=None, undone_at=None)
    return list(held.select_related("by").order_by("id"))


def _around(entry: contents.Entry) -> dict[str, Any]:
    """The entries before and after it in the book."""
    every = contents.entries(entry.book)
    place = every.index(entry)
    after = every[place + 1] if place + 1 < len(every) else None
    return {"before": every[place - 1] if place else None, "after": after}


def _numbers(entry: contents.Entry, on: date) -> list[dict[str, Any]]:
    """Every number with its editions; which of them holds on the day, and where none does, since when one is known."""
    told = []
    for term, editions in entry.heading.terms.items():
        said = [(one, telling.spoken(telling.plain(one.value)).replace("_", " ")) for one in editions]
        rows = [
            {"value": value, "long": len(value) > _LONGEST, "from": one.from_, "to": one.to, "citation": one.citation,
             "holds": one.holds_on(on)}
            for one, value in said
        ]  # fmt: skip
        told.append({"term": term.replace("_", " "), "editions": rows, "none": not any(one["holds"] for one in rows),
                     "first": editions[0].from_})  # fmt: skip
    return told


def _tried(request: HttpRequest, held: Edition, clause: Clause) -> dict[str, Any]:
    typed = {key: value for key in request.GET if isinstance(value := request.GET.get(key), str)}
    sent = "try" in request.GET
    unknown = request.GET.getlist("unknown") if sent else []
    tried = try_clause(held, clause.id, typed if sent else {}, frozenset(unknown))
    finding = tried.finding
    return {
        "tried": tried, "finding": finding.as_json() if finding else None, "because": because_of(tried),
        "wrong": sum(bool(one.why) for one in tried.shown), "clause_readings": len(clause.readings),
        "whatever": tried.not_known if finding and finding.outcome != "needs evidence" else (),
    }  # fmt: skip


# Comparing ------------------------------------------------------------------------------------------------------


def _sides(request: HttpRequest) -> tuple[Version | None, Version | None, dict[str, str]]:
    today, carrier = clock.today(), person_of(request).is_carrier
    before, wrong = asked_version(request.GET, "from", today, may_see_settled=carrier)
    after, more = asked_version(request.GET, "to", today, may_see_settled=carrier)
    return before, after, {**wrong, **more}


@require_GET
def rulebook_compare(request: HttpRequest) -> HttpResponse:
    """What differs between two versions; for the carrier's people, also which cases would be decided otherwise."""
    asked = "from" in request.GET or "to" in request.GET
    guidelines = [one for one in contents.books() if one.carrier]
    before, after, wrong = _sides(request) if asked else (None, None, {})
    person = person_of(request)
    told: dict[str, Any] = {
        "nav": "rulebook", "guidelines": guidelines, "asked": asked, "wrong": wrong, "get": request.GET,
        "chosen_settle": request.GET.getlist("to_settle"), "before": before, "after": after,
        "today_iso": clock.today().isoformat(), "choices": _choices(request, after, guidelines[0]),
        "asked_query": request.GET.urlencode(),
    }  # fmt: skip
    if before and after:
        told["difference"] = difference(before.edition, after.edition)
        told["titles"] = {one.id: one.text.title for one in (*before.edition.clauses, *after.edition.clauses)}
        if person.is_carrier and request.GET.get("groups"):
            told["impact"] = found = _impact(person, before, after)
            told["flipped"] = found.flipped[:SHOWN]
    return render(request, "rulebook/compare.html", told, status=422 if wrong else 200)


rulebook_compare.open_to = "anybody"  # type: ignore[attr-defined]


def _choices(request: HttpRequest, after: Version | None, otherwise: Guideline) -> list[tuple[str, str]]:
    """What could be settled in the second version; while there is none, in the guideline in use."""
    try:
        return choices(after or Version(contents.book_of(request.GET.get("to", "")) or otherwise, clock.today()))
    except NotInForce:
        return []


def _impact(person: Person, before: Version, after: Version) -> Impact:
    """Whose decision would be another. That somebody looked is a line of the audit log."""
    found = impact(before, after)
    record(
        person.user or "nobody", "compare", "guideline", after.guideline.id,
        before=f"{before.guideline.id} {before.on}",
        after=f"{after.guideline.id} {after.on}",
        settled=[f"{one.clause}: {one.reading}" for one in after.settled], compared=found.compared,
        flipped=len(found.flipped),
    )  # fmt: skip
    return found


@signed_in
@require_GET
def rulebook_groups_csv(request: HttpRequest) -> HttpResponse:
    """The cases that are decided otherwise, one a row, for the carrier's people."""
    person = person_of(request)
    must(person.is_carrier)
    before, after, wrong = _sides(request)
    if before is None or after is None:
        raise Refused([Problem(key.replace("_", " "), why, "") for key, why in wrong.items()])
    found = _impact(person, before, after)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="groups-decided-otherwise.csv"'
    answer["Cache-Control"] = "no-store"
    out = csv.writer(answer)
    out.writerow(["case", "group", "state", "decision_before", "decision_after", "clauses"])
    for one in found.flipped:
        clauses = "; ".join(f"{name}: {was or 'no such clause'} to {now or 'no such clause'}"
                            for name, was, now in one.flip.clauses)  # fmt: skip
        out.writerow([one.number, _no_formula(one.group), one.state, one.flip.before, one.flip.after, clauses])
    return answer


def _no_formula(text: str) -> str:
    """A name that a spreadsheet would take for a formula gets an apostrophe."""
    return f"'{text}" if text.lstrip()[:1] in ("=", "+", "-", "@") or text[:1] in ("\t", "\r") else text


# Settled readings -----------------------------------------------------------------------------------------------


def _settled_reading(request: HttpRequest, pk: int) -> SettledReading:
    person = person_of(request)
    visible = SettledReading.objects.filter(case=None) if person.is_carrier else SettledReading.objects.none()
    return door(visible, pk, may=person.at_carrier("supervise"))


@signed_in
@require_POST
def rulebook_unsettle(request: HttpRequest, pk: int) -> HttpResponse:
    one = _settled_reading(request, pk)
    verbs.undo_settled(one, by=cast(Any, person_of(request).user))
    request.session["undo"] = {
        "text": f"“{one.doubt}: {one.reading}” is no longer settled.", "to": reverse("rulebook_settle_again", args=[pk])
    }  # fmt: skip
    return redirect("rulebook_clause", one.guideline, one.clause)


@signed_in
@require_POST
def rulebook_settle_again(request: HttpRequest, pk: int) -> HttpResponse:
    one = _settled_reading(request, pk)
    verbs.settle_again(one, by=cast(Any, person_of(request).user))
    return redirect("rulebook_clause", one.guideline, one.clause)
