"""Pages for anybody: a census is handed in, mended in place, and priced while the terms are chosen."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from smallgroup.census.derived import MAPPABLE
from smallgroup.census.fields import SCHEMA
from smallgroup.errors import Problem, Refused
from smallgroup.rulebook import guideline_in_force
from smallgroup.web import clock, sample
from smallgroup.web.accounts.access import AGENTS, Person, person_of
from smallgroup.web.accounts.models import Organization
from smallgroup.web.quotes import pricing, reading, uploads, verbs
from smallgroup.web.quotes.edits import Work
from smallgroup.web.quotes.models import CensusDraft, Quote
from smallgroup.web.quotes.terms import METALS, Terms, asked, counties, days, plans

_CELL = re.compile(r"cell-([A-Z]{1,3}\d{1,7})")
_MOST_DRAFTS = 20  # remembered by one browser


def quote_start(request: HttpRequest) -> HttpResponse:
    """Where a quick quote begins; what is handed in becomes a draft. A refusal is said on this same page."""
    uploads.limit(request)
    return _start(request)


@csrf_protect
def _start(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    if request.method != "POST":
        return _start_page(request, ())
    try:
        uploads.not_too_often(request, person)
        if "sample" in request.POST:
            data, name = (sample.examples() / "census.xlsx").read_bytes(), "census.xlsx"
        else:
            data, name = uploads.the_file(request)
        draft = verbs.make_draft(data, name, by=person.user)
    except uploads.TooOften as refused:
        return _start_page(request, refused.problems, status=429)
    except Refused as refused:
        return _start_page(request, refused.problems, status=422)
    remember(request, draft)
    return redirect("quote_draft", draft.pk)


def _start_page(request: HttpRequest, problems: tuple[Problem, ...], status: int = 200) -> HttpResponse:
    return render(
        request, "quotes/start.html",
        {"problems": problems, "nav": "quote", "days_kept": settings.ANONYMOUS_QUOTE_DAYS}, status=status,
    )  # fmt: skip


def template(request: HttpRequest) -> HttpResponse:
    """An empty census in the plain layout."""
    import tempfile
    from pathlib import Path

    from smallgroup.intake.write_workbook import Page, save_workbook

    with tempfile.TemporaryDirectory(prefix="smallgroup-") as folder:
        path = Path(folder) / "census.xlsx"
        save_workbook(path, [Page("Census", [(1, tuple(SCHEMA))], widths=(14,) * len(SCHEMA))])
        data = path.read_bytes()
    return download(data, "census-template.xlsx", XLSX)


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(data: bytes, name: str, media_type: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def remember(request: HttpRequest, draft: CensusDraft) -> None:
    """This browser may open the draft, for as long as its session lasts."""
    known = [one for one in request.session.get("drafts", []) if one != str(draft.pk)]
    request.session["drafts"] = [*known, str(draft.pk)][-_MOST_DRAFTS:]


def _opened(request: HttpRequest, pk: UUID) -> CensusDraft:
    """The draft, for who made it: everybody else is told that there is none."""
    draft = CensusDraft.objects.filter(pk=pk, purge_on__gte=clock.today()).select_related("quote__organization").first()
    person = person_of(request)
    if draft is None:
        raise Http404
    own = person.user is not None and draft.made_by_id == person.user.pk
    if not own and str(pk) not in request.session.get("drafts", ()):
        raise Http404
    return draft


# --- the census ------------------------------------------------------------------------------------


def draft(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The census as it was understood, and every fault at its cell, to be mended there."""
    held = _opened(request, pk)
    read = reading.reading_of(held, as_of=clock.today())
    if request.method == "POST":
        _change(request, held, read)
        asked_for = {key: request.POST[key] for key in ("show", "page") if request.POST.get(key)}
        return redirect(f"{reverse('quote_draft', args=[pk])}{'?' if asked_for else ''}{urlencode(asked_for)}")
    columns = reading.columns_of(read)
    only_faulty = request.GET.get("show", "faulty" if read.problems else "all") == "faulty" and bool(read.problems)
    rows = reading.rows_of(read, columns, only_faulty=only_faulty, page=_number(request.GET.get("page")))
    if only_faulty and not rows["faulty"]:
        only_faulty = False
        rows = reading.rows_of(read, columns, only_faulty=False, page=_number(request.GET.get("page")))
    shown: dict[str, Any] = {
        "draft": held, "read": read, "columns": columns, "fields": reading.fields(), "table": rows,
        "only_faulty": only_faulty, "elsewhere": reading.elsewhere(read, columns), "nav": "quote",
        "sheets": [sheet.name for sheet in read.sheets] if len(read.sheets) > 1 else [],
    }  # fmt: skip
    if read.census is not None:
        from smallgroup.web.census_work import measures_of

        shown["counted"] = measures_of(read.census.members)
    return render(request, "quotes/draft.html", shown)


def _change(request: HttpRequest, held: CensusDraft, read: reading.Reading) -> None:
    """What the form's button says; what was typed into cells is never lost by pressing another."""
    form, by = request.POST, person_of(request).user
    if form.get("seen") != str(held.work_id):
        raise Refused(Problem("The census", "it was changed in another window since you opened this one.",
                              "Look at it as it is now, and change it again."))  # fmt: skip
    do = form.get("do", "cells")
    work = read.work
    if do == "undo":
        work = work.undone()
    elif do == "columns":
        work = _said_of_columns(form, read)
    else:
        cells = {found.group(1): text[:500] for name, text in form.items()
                 if isinstance(text, str) and (found := _CELL.fullmatch(name))}  # fmt: skip
        work = work.with_step(reading.typed(read, cells))
        problem = _number(do.removeprefix("fix-"), 0) if do.startswith("fix-") else None
        if problem is not None and problem < len(read.problems):
            work = work.with_step(reading.accepted(read, read.problems[problem]))
        elif do == "safe":
            work = work.with_step(reading.all_safe(read, name=held.original_name, as_of=clock.today()))
    if work != read.work:
        verbs.rework(held, work, by=by)


def _said_of_columns(form: Any, read: reading.Reading) -> Work:
    mapping = {
        column["header"]: form.get(f"field-{column['index']}", "") for column in reading.columns_of(read)
        if form.get(f"field-{column['index']}", "") in MAPPABLE and column["header"]
    }  # fmt: skip
    sheet = form.get("sheet", "")
    if sheet != read.work.sheet:
        return replace(read.work, mapping={}, sheet=sheet if sheet in {one.name for one in read.sheets} else "")
    return replace(read.work, mapping=mapping)


def _number(text: str | None, default: int = 1) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 7 else default


# --- terms and totals ------------------------------------------------------------------------------


def terms(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The terms, and beside them what they come to."""
    held = _opened(request, pk)
    today = clock.today()
    read = reading.reading_of(held, as_of=today)
    if read.census is None:
        messages.warning(request, "Some cells are to be mended first: nothing is priced of what is not clear.")
        return redirect("quote_draft", pk)
    chosen = Terms.of_json(held.terms)
    if request.method == "POST":
        chosen = Terms.of_form(request.POST)
        CensusDraft.objects.filter(pk=held.pk).update(terms=chosen.as_json())
        if request.POST.get("do") == "back":
            return redirect("quote_draft", pk)
        return redirect("quote_terms", pk)
    state = guideline_in_force(today).state
    choices = days(state, today)
    if not chosen.effective_date and choices:
        chosen = replace(chosen, effective_date=choices[0][0].isoformat())
    if not chosen.county:
        chosen = replace(chosen, county=_county_of(read, today))
    person = person_of(request)
    return render(request, "quotes/terms.html", {
        "draft": held, "read": read, "terms": chosen, "counties": counties(guideline_in_force(today), today),
        "days": choices, "plans": plans(chosen, as_of=today), "metals": METALS, "nav": "quote",
        "organizations": _places(person), "may_revise": may_revise(held.quote, person),
        **_totals(read, chosen),
    })  # fmt: skip


def _county_of(read: reading.Reading, today: date) -> str:
    """The county in which most of the employees live, where the census says it; a person looks at it anyway."""
    if read.census is None:
        return ""
    from smallgroup.rating.area import plain_county

    found = read.census.members["county"].drop_nulls()
    if found.is_empty():
        return ""
    most = plain_county(str(found.mode().sort()[0]))
    names = (name for _, group in counties(guideline_in_force(today), today) for name in group)
    return next((name for name in names if plain_county(name) == most), "")


@require_POST
def totals(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The part of the page that moves: what the terms come to."""
    held = _opened(request, pk)
    read = reading.reading_of(held, as_of=clock.today())
    chosen = Terms.of_form(request.POST)
    shown: dict[str, Any] = _totals(read, chosen)
    if request.POST.get("plans_of", "") != f"{chosen.county} {chosen.effective_date}":  # another area has other plans
        shown |= {"terms": chosen, "plans": plans(chosen, as_of=clock.today()), "moved": True}
    return render(request, "quotes/_totals.html", shown)


def _totals(read: reading.Reading, chosen: Terms) -> dict[str, Any]:
    today = clock.today()
    try:
        if read.census is None:
            raise Refused(read.problems)
        terms_hold = asked(chosen, as_of=today)
        found = pricing.answered(terms_hold, read.census.members.select(*SCHEMA), as_of=today)
    except Refused as refused:
        return {"problems": refused.problems}
    return {"picture": pricing.picture(pricing.kept(found, terms_hold)), "unpriced": found.unpriced}


def _places(person: Person) -> list[Organization]:
    return [one.organization for one in person.memberships
            if one.organization.kind in AGENTS and one.organization_id in person.organizations("sell")]  # fmt: skip


def place_of(request: HttpRequest, person: Person) -> Organization | None:
    """The organization that a quote is made for: the one that was chosen, the only one, or none."""
    places = _places(person)
    chosen = request.POST.get("organization")
    return next((one for one in places if str(one.pk) == chosen), places[0] if places else None)


def may_revise(quote: Quote | None, person: Person) -> bool:
    return quote is not None and (quote.organization is None or quote.may_be_changed_by(person))


@require_POST
def save(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A quote of the draft, or the next revision of the one that it was begun from."""
    held, person = _opened(request, pk), person_of(request)
    chosen = Terms.of_form(request.POST)
    CensusDraft.objects.filter(pk=held.pk).update(terms=chosen.as_json())
    quote = held.quote
    if request.POST.get("do") == "revise" and quote is not None and may_revise(quote, person):
        revision = verbs.revise(quote, held, chosen, by=person.user)
        messages.success(request, f"Saved as revision {revision.number}. What was before is kept.")
        token = request.session.get("links", {}).get(str(quote.pk))
        if quote.organization is None and token:
            return redirect("quote_link_page", token)
        return redirect("quote_page", quote.pk)
    organization = place_of(request, person)
    made, token = verbs.save(held, chosen, by=person.user, organization=organization)
    return to_new(request, made, token)


def to_new(request: HttpRequest, quote: Quote, token: str) -> HttpResponse:
    """To a quote that was just made, which shows its link this once."""
    links = {**request.session.get("links", {}), str(quote.pk): token}
    request.session["links"] = dict(list(links.items())[-_MOST_DRAFTS:])
    address = request.build_absolute_uri(reverse("quote_link_page", args=[token]))
    request.session["new_link"] = {"quote": str(quote.pk), "to": address}
    if quote.organization_id is None:
        return redirect("quote_link_page", token)
    return redirect("quote_page", quote.pk)


quote_start = csrf_exempt(quote_start)  # the limit stands before the form is read; `_start` then checks the token
_OPEN: tuple[Any, ...] = (quote_start, template, draft, terms, totals, save)
for _view in _OPEN:
    _view.open_to = "anybody"
