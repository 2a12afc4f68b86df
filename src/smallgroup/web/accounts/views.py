"""People: who belongs to an organization, invitations, and joining by one."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from smallgroup.errors import Refused
from smallgroup.web.accounts import verbs
from smallgroup.web.accounts.access import Person, door, person_of, signed_in
from smallgroup.web.accounts.models import ROLES_OF, Invitation, Membership, Organization, User
from smallgroup.web.pages.refusals import refused


def _own(person: Person) -> QuerySet[Organization]:
    return Organization.objects.filter(pk__in=person.organizations("read"))


def _manages(person: Person, organization: Organization) -> bool:
    return organization.pk in person.organizations("manage people")


@signed_in
def people(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    rooms = [
        {
            "organization": one, "manages": _manages(person, one),
            "memberships": one.memberships.filter(ended_at=None).select_related("user").order_by("user__name"),
            "invitations": one.invitations.filter(accepted_at=None, withdrawn_at=None).order_by("-made_at"),
            "roles": ROLES_OF[Organization.Kind(one.kind)], "agencies": one.agencies.order_by("name"),
        }
        for one in _own(person).select_related("general_agency").order_by("name")
    ]  # fmt: skip
    shown = request.session.pop("invitation_link", None)
    return render(request, "accounts/people.html", {"rooms": rooms, "shown": shown, "nav": "people"})


@require_POST
@signed_in
def invite(request: HttpRequest, organization: UUID) -> HttpResponse:
    person = person_of(request)
    held = door(_own(person), organization, may=lambda one: _manages(person, one))
    made, secret = verbs.invite(
        held, email=request.POST.get("email", ""), role=request.POST.get("role", ""), by=_user(person)
    )
    request.session["invitation_link"] = request.build_absolute_uri(reverse("join", args=[secret]))
    messages.success(request, f"{made.email} is invited. Send them the link below: it is shown only now.")
    return redirect("people")


@require_POST
@signed_in
def end(request: HttpRequest, membership: int) -> HttpResponse:
    person = person_of(request)
    theirs = Membership.objects.filter(organization__in=_own(person), ended_at=None).select_related(
        "organization", "user"
    )
    held = door(theirs, membership, may=lambda one: _manages(person, one.organization))
    verbs.end(held, by=_user(person))
    request.session["undo"] = {"text": f"{held.user} has left {held.organization}.",
                               "to": reverse("membership_back", args=[held.pk])}  # fmt: skip
    return redirect("people")


@require_POST
@signed_in
def role(request: HttpRequest, membership: int) -> HttpResponse:
    person = person_of(request)
    held = _managed(person, membership)
    before = request.POST.get("seen", "")
    verbs.change_role(held, request.POST.get("role", ""), by=_user(person), seen=before)
    held.refresh_from_db()
    if held.role != before:
        request.session["undo"] = {"text": f"{held.user} is {held.get_role_display()} now.",
                                   "to": reverse("membership_role_back", args=[held.pk, before])}  # fmt: skip
    return redirect("people")


@require_POST
@signed_in
def role_back(request: HttpRequest, membership: int, role: str) -> HttpResponse:
    person = person_of(request)
    held = _managed(person, membership)
    verbs.change_role(held, role, by=_user(person), seen=held.role)
    return redirect("people")


def _managed(person: Person, membership: int) -> Membership:
    theirs = Membership.objects.filter(organization__in=_own(person), ended_at=None)
    return door(theirs.select_related("organization", "user"), membership,
                may=lambda one: _manages(person, one.organization))  # fmt: skip


@require_POST
@signed_in
def back(request: HttpRequest, membership: int) -> HttpResponse:
    person = person_of(request)
    theirs = Membership.objects.filter(organization__in=_own(person)).select_related("organization", "user")
    verbs.take_back(door(theirs, membership, may=lambda one: _manages(person, one.organization)), by=_user(person))
    return redirect("people")


@require_POST
@signed_in
def withdraw(request: HttpRequest, invitation: UUID) -> HttpResponse:
    person = person_of(request)
    theirs = Invitation.objects.filter(organization__in=_own(person)).select_related("organization")
    verbs.withdraw(door(theirs, invitation, may=lambda one: _manages(person, one.organization)), by=_user(person))
    return redirect("people")


def join(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind an invitation's link."""
    invitation = verbs.invitation_of(token)
    if invitation is None:
        raise Http404
    user = person_of(request).user
    if request.method == "POST":
        try:
            joined = verbs.join(
                invitation, name=request.POST.get("name", ""), password=request.POST.get("password", ""), signed_in=user
            )
        except Refused as problem:
            return refused(request, problem.problems)
        if user is None:
            login(request, joined, backend="allauth.account.auth_backends.AuthenticationBackend")
        messages.success(request, f"Welcome. You are {invitation.get_role_display()} at {invitation.organization}.")
        return redirect("home")
    known = User.objects.filter(email=invitation.email).exists()
    return render(request, "accounts/join.html", {"invitation": invitation, "known": known})


join.open_to = "anybody"  # type: ignore[attr-defined]


def _user(person: Person) -> User:
    return cast(User, person.user)
