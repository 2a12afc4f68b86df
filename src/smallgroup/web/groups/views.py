"""The list of an agency's groups, a new one, and a group's own page."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from smallgroup.errors import Problem, Refused
from smallgroup.web import clock
from smallgroup.web.accounts.access import MAY, door, must, person_of, signed_in
from smallgroup.web.accounts.models import Organization, User
from smallgroup.web.groups import forms, lists, sections, verbs
from smallgroup.web.groups.doors import group_to_change, group_to_read, shown, user_of
from smallgroup.web.groups.models import Group, Stage, agencies_of
from smallgroup.web.groups.standing import papers_of
from smallgroup.web.groups.timeline import events

STEPS = (Stage.PROSPECT, Stage.SUBMITTED, Stage.APPROVED, Stage.ENROLLED, Stage.ACTIVE)


@require_GET
@signed_in
def group_list(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    found = lists.groups_for(person, request.GET)
    page = "groups/_list.html" if getattr(request, "htmx", False) else "groups/list.html"
    may = any(person.for_agency("sell", one) for one in found.agencies)
    return render(request, page, {"found": found, "nav": "groups", "sorts": lists.SORTS, "may_sell": may})


@require_http_methods(["GET", "POST"])
@signed_in
def group_new(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    places = [one for one in agencies_of(person).order_by("kind", "name") if person.for_agency("sell", one)]
    must(bool(places))
    typed = {key: request.POST.get(key, "") for key in ("legal_name", "county", "zip", "effective", "agency")}
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        place: Organization = places[0]
        if typed["agency"]:
            place = door(agencies_of(person), typed["agency"], may=lambda one: person.for_agency("sell", one))
        try:
            group = verbs.begin_group(
                organization=place, by=user_of(request), legal_name=typed["legal_name"],
                state=sections.state_of(clock.today()), county=typed["county"], zip_code=typed["zip"],
                effective=typed["effective"],
            )  # fmt: skip
        except Refused as refused:
            problems = refused.problems
        else:
            same = Group.objects.filter(organization=place, legal_name__iexact=group.legal_name).exclude(pk=group.pk)
            if same.exists():
                messages.warning(request, f"{place} has another group named {group}. Look whether it is the same.")
            messages.success(request, f"{group} is written down. Next: its census, and the rest of the application.")
            return redirect("group_page", group.pk)
    at = {"group.legal_name": "legal_name", "group.address.county": "county", "group.address.zip": "zip",
          "application.effective_date": "effective"}  # fmt: skip
    wrong = {at[one.field]: one for one in problems if one.field in at}
    context = {
        "nav": "groups", "places": places, "typed": typed, "wrong": wrong, "counties": sections.counties(clock.today()),
        "others": [one for one in problems if one.field not in at], "state": sections.state_of(clock.today()),
    }  # fmt: skip
    return render(request, "groups/new.html", context, status=422 if problems else 200)


@require_GET
@signed_in
def group_page(request: HttpRequest, group: UUID) -> HttpResponse:
    held = group_to_read(request, group)
    revision = held.applications.order_by("-number").first()
    tree = forms.tree_of(revision.text) if revision else {}
    filled = [(one, *filled_in(one, tree)) for one in sections.sections()]
    case = held.cases.order_by("-number").first()
    return render(request, "groups/page.html", shown(
        request, held, "overview", revision=revision, filled=filled, case=case,
        census=held.censuses.order_by("-number").first(), papers=papers_of(held), events=events(held),
        quotes=held.quotes.order_by("-made_at"),
        steps=[(one, one == held.stage, STEPS.index(one) < _reached(held)) for one in STEPS],
        brokers=_brokers(held), complete=sum(bool(done) for _, done, _ in filled),
    ))  # fmt: skip


def filled_in(section: sections.Section, tree: forms.Tree) -> tuple[int, int]:
    parts, _ = forms.parts_of(section.paths, tree, forms.Asking(options={"application.plans": list}))
    counts = [forms.counted(part) for part in parts]
    return sum(done for done, _ in counts), sum(whole for _, whole in counts)


def _reached(group: Group) -> int:
    stage = Stage(group.stage)
    return STEPS.index(stage) if stage in STEPS else {Stage.QUOTED: 1, Stage.DECLINED: 2}.get(stage, len(STEPS))


def _brokers(group: Group) -> list[User]:
    places = [one for one in (group.organization_id, group.organization.general_agency_id) if one]
    sell = User.objects.filter(memberships__organization__in=places, memberships__ended_at=None,
                               memberships__role__in=MAY["sell"])  # fmt: skip
    return list(sell.distinct().order_by("name"))


@require_POST
@signed_in
def group_broker(request: HttpRequest, group: UUID) -> HttpResponse:
    held = group_to_change(request, group)
    before = held.broker
    to = _user(request.POST.get("broker", ""))
    seen = _user(request.POST.get("seen", ""))
    verbs.give_to(held, to, by=user_of(request), seen=seen)
    if to != before:
        request.session["undo"] = {
            "text": f"{held} is now {to}'s." if to else f"{held} is nobody's now.",
            "to": reverse("group_broker_back", args=[held.pk, before.pk if before else 0]),
        }  # fmt: skip
    return cast(HttpResponse, redirect("group_page", held.pk))


@require_POST
@signed_in
def group_broker_back(request: HttpRequest, group: UUID, broker: str) -> HttpResponse:
    held = group_to_change(request, group)
    verbs.give_to(held, _user(broker if broker != "0" else ""), by=user_of(request), seen=held.broker)
    return cast(HttpResponse, redirect("group_page", held.pk))


def _user(key: str) -> User | None:
    """Raises Refused for what is nobody."""
    if not key:
        return None
    try:
        return User.objects.get(pk=UUID(key))
    except (ValueError, User.DoesNotExist):
        raise Refused(Problem("Broker", "there is no such person.", "Choose one of the list.")) from None
