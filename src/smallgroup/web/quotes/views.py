"""A quote's pages, two ways in: by its private link, for anybody who has it, and by its number, behind the door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from smallgroup.web.accounts.access import Person, door, must, person_of, signed_in
from smallgroup.web.accounts.models import User
from smallgroup.web.audit_log.models import record
from smallgroup.web.pages.refusals import said
from smallgroup.web.quotes import papers, pricing, uploads, verbs
from smallgroup.web.quotes.drafting import XLSX, download, may_revise, place_of, remember, to_new
from smallgroup.web.quotes.models import Quote, QuoteRevision


@dataclass(frozen=True, slots=True)
class Opened:
    """A quote, who has it before them, and how they came to it. `client`: only what a client may be shown."""

    quote: Quote
    person: Person
    token: str | None

    @property
    def may_change(self) -> bool:
        return may_revise(self.quote, self.person)

    @property
    def client(self) -> bool:
        """By the link of an agency's quote, who is not of the agency sees what is for anyone."""
        quote = self.quote
        return quote.organization is not None and not Quote.objects.seen_by(self.person).filter(pk=quote.pk).exists()

    def to(self, name: str) -> str:
        if self.token is not None:
            return reverse(f"quote_link_{name}", args=[self.token])
        return reverse(f"quote_{name}", args=[self.quote.pk])

    def revision(self, number: str | None) -> QuoteRevision:
        """The revision of that number, or the latest. Raises Http404."""
        wanted = int(number) if number and number.isdecimal() and len(number) < 9 else self.quote.latest
        found = self.quote.revisions.filter(number=wanted).select_related("census", "made_by").first()
        if found is None:
            raise Http404
        return found


View = Callable[[HttpRequest, Opened], HttpResponse]
Pair = tuple[Callable[..., HttpResponseBase], Callable[..., HttpResponseBase]]


def both(view: View) -> Pair:
    """The same page by the link and by the number."""

    def by_link(request: HttpRequest, token: str) -> HttpResponse:
        quote = verbs.by_link(token)
        if quote is None:
            return said(request, 404, "This link leads nowhere", "A private link holds for a time, until its quote is "
                        "deleted, or until a new link is made. Look whether all of it was copied, or ask whoever sent "
                        "it for a new one.")  # fmt: skip
        return view(request, Opened(quote, person_of(request), token))

    by_link.open_to = "anybody"  # type: ignore[attr-defined]

    @signed_in
    def by_number(request: HttpRequest, pk: UUID) -> HttpResponse:
        person = person_of(request)
        quote = door(Quote.objects.seen_by(person).select_related("organization"), pk)
        return view(request, Opened(quote, person, None))

    return by_link, by_number


def changing(view: View) -> Pair:
    """Of those who may change the quote, by POST."""

    @require_POST
    def guarded(request: HttpRequest, opened: Opened) -> HttpResponse:
        must(opened.may_change)
        return view(request, opened)

    return both(cast(View, guarded))


def _page(request: HttpRequest, opened: Opened) -> HttpResponse:
    quote, revision = opened.quote, opened.revision(request.GET.get("revision"))
    link = request.session.get("new_link")
    if link and link["quote"] == str(quote.pk):
        del request.session["new_link"]
    else:
        link = None
    result = revision.result
    if opened.client:
        result = {**result, "findings": [one for one in result["findings"] if one["audience"] == "anyone"]}
    places = verbs.NOBODY if opened.person.user is None else place_of(request, opened.person)
    return render(request, "quotes/quote.html", {
        "quote": quote, "revision": revision, "opened": opened, "link": link, "client": opened.client,
        "revisions": quote.revisions.order_by("-number").select_related("made_by").defer("result", "application"),
        "picture": pricing.picture(result), "counted": revision.census.counted, "nav": "quotes",
        "may_keep": quote.organization is None and places not in (None, verbs.NOBODY), "keeper": places,
        "has_pdf": papers.can_print(), "is_latest": revision.number == quote.latest,
        **{name: opened.to(name) for name in ("page", "compare", "xlsx", "pdf", "modify", "copy")},
    })  # fmt: skip


def _compare(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Two revisions side by side; the last two where none are chosen."""
    latest = opened.quote.latest
    one = opened.revision(request.GET.get("from") or str(max(latest - 1, 1)))
    other = opened.revision(request.GET.get("to"))
    results = [revision.result for revision in (one, other)]
    if opened.client:
        results = [{**result, "findings": [f for f in result["findings"] if f["audience"] == "anyone"]}
                   for result in results]  # fmt: skip
    return render(request, "quotes/compare.html", {
        "quote": opened.quote, "one": one, "other": other, "page": opened.to("page"), "nav": "quotes",
        "compare": opened.to("compare"), "numbers": range(1, latest + 1), "client": opened.client,
        **pricing.compared(results, (one.terms, other.terms), (one.census.counted, other.census.counted)),
    })  # fmt: skip


def _xlsx(request: HttpRequest, opened: Opened) -> HttpResponse:
    revision = opened.revision(request.GET.get("revision"))
    return download(papers.workbook(opened.quote, revision, client=opened.client), "quote.xlsx", XLSX)


def _pdf(request: HttpRequest, opened: Opened) -> HttpResponse:
    revision = opened.revision(request.GET.get("revision"))
    if not papers.can_print():
        raise Http404
    record(opened.person.user or verbs.NOBODY, "read", "census", revision.census_id, why="a proposal is printed")
    copy = "client" if opened.client or request.GET.get("copy") == "client" else "broker"
    return download(papers.proposal(opened.quote, revision, copy=copy), f"proposal-{copy}.pdf", "application/pdf")


def _modify(request: HttpRequest, opened: Opened) -> HttpResponse:
    """A draft to change the quote by; the quote itself stays as it is until it is saved."""
    uploads.not_too_often(request, opened.person)
    draft = verbs.draft_of(opened.revision(request.POST.get("revision")), by=opened.person.user)
    remember(request, draft)
    if opened.token is not None:
        request.session["links"] = {**request.session.get("links", {}), str(opened.quote.pk): opened.token}
    return redirect("quote_draft" if request.POST.get("do") == "census" else "quote_terms", draft.pk)


def _copy(request: HttpRequest, opened: Opened) -> HttpResponse:
    uploads.not_too_often(request, opened.person)
    revision = opened.revision(request.POST.get("revision"))
    organization = place_of(request, opened.person) if opened.quote.organization else None
    made, token = verbs.copy(revision, by=opened.person.user, organization=organization)
    messages.success(request, "This is the copy. The quote that it was made from is as it was.")
    return to_new(request, made, token)


page, compare, xlsx, pdf = both(_page), both(_compare), both(_xlsx), both(_pdf)
modify, copy = changing(_modify), changing(_copy)


@require_POST
@signed_in
def keep(request: HttpRequest, token: str) -> HttpResponse:
    """Take a quote that nobody signed in for into one's own organization."""
    person, quote = person_of(request), verbs.by_link(token)
    if quote is None:
        raise Http404
    organization = place_of(request, person)
    must(organization is not None)
    verbs.keep(quote, organization=cast(Any, organization), by=_user(person))
    messages.success(request, f"It is kept: it belongs to {organization} now.")
    return redirect("quote_page", quote.pk)


@require_POST
@signed_in
def archive(request: HttpRequest, pk: UUID) -> HttpResponse:
    person, quote = _own(request, pk)
    verbs.archive(quote, by=_user(person))
    request.session["undo"] = {"text": f"{quote.name} is in the archive.", "to": reverse("quote_back", args=[pk])}
    return redirect("quote_list")


@require_POST
@signed_in
def back(request: HttpRequest, pk: UUID) -> HttpResponse:
    person, quote = _own(request, pk)
    verbs.take_back(quote, by=_user(person))
    return redirect("quote_list")


@require_POST
@signed_in
def renew_link(request: HttpRequest, pk: UUID) -> HttpResponse:
    person, quote = _own(request, pk)
    address = request.build_absolute_uri(
        reverse("quote_link_page", args=[verbs.renew_link(quote, by=_user(person))])
    )
    request.session["new_link"] = {"quote": str(pk), "to": address}
    return redirect("quote_page", pk)


@require_POST
@signed_in
def make_group(request: HttpRequest, pk: UUID) -> HttpResponse:
    person, quote = _own(request, pk)
    group = verbs.make_group_of(quote, by=_user(person))
    messages.success(request, f"{group} is a group now, with the census and the terms of the quote.")
    return redirect("group_page", group.pk)


def _own(request: HttpRequest, pk: UUID) -> tuple[Person, Quote]:
    person = person_of(request)
    seen = Quote.objects.seen_by(person).select_related("organization")
    return person, door(seen, pk, may=lambda one: one.may_be_changed_by(person))


def _user(person: Person) -> User:
    return cast(User, person.user)
