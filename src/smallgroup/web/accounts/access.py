"""Who somebody is in the portal, and what that lets them do: one table, and one door for each object.

A stranger to an object is told that there is none (404); who may read it and no more is told so (403).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase

from smallgroup.web.accounts.models import SECOND_FACTOR, Organization, Role

if TYPE_CHECKING:
    from smallgroup.web.accounts.models import Membership, User

P = ParamSpec("P")
M = TypeVar("M", bound=Model)
Kind = Organization.Kind
AGENTS = frozenset({Kind.AGENCY, Kind.GENERAL_AGENCY})

MAY: dict[str, frozenset[Role]] = {
    "read": frozenset(Role),
    "sell": frozenset({Role.ADMIN, Role.BROKER, Role.STAFF}),  # quotes, prospects, groups, papers, answers
    "manage people": frozenset({Role.ADMIN}),
    "underwrite": frozenset({Role.UNDERWRITER, Role.SUPERVISOR}),
    "supervise": frozenset({Role.SUPERVISOR}),  # override, settle a reading for the guideline, reassign
    "reward": frozenset({Role.REWARDS}),
}
"""Verb → the roles that may do it, each in their own organization."""


@dataclass(frozen=True)
class Person:
    """Who asks: a user with the memberships that hold, or nobody."""

    user: User | None
    memberships: tuple[Membership, ...] = ()

    @property
    def is_carrier(self) -> bool:
        return any(one.organization.kind == Kind.CARRIER for one in self.memberships)

    @property
    def is_agent(self) -> bool:
        return any(one.organization.kind in AGENTS for one in self.memberships)

    @property
    def needs_second_factor(self) -> bool:
        return any(
            one.role in SECOND_FACTOR or (one.role == Role.ADMIN and one.organization.kind == Kind.CARRIER)
            for one in self.memberships
        )

    def organizations(self, verb: str) -> list[UUID]:
        """The ids of the organizations in which they may do it."""
        return [one.organization_id for one in self.memberships if one.role in MAY[verb]]

    def at_carrier(self, verb: str) -> bool:
        return any(one.organization.kind == Kind.CARRIER and one.role in MAY[verb] for one in self.memberships)

    def for_agency(self, verb: str, organization: Organization) -> bool:
        """Whether they may do it for that agency: as its own people, or as its general agency's."""
        theirs = {organization.id, organization.general_agency_id}
        return any(
            one.organization_id in theirs and one.organization.kind in AGENTS and one.role in MAY[verb]
            for one in self.memberships
        )


NOBODY = Person(None)


def person_of(request: HttpRequest) -> Person:
    """Who asks, read once a request."""
    found: Person | None = getattr(request, "person", None)
    if found is None:
        user = request.user
        found = NOBODY
        if user.is_authenticated:
            held = user.memberships.filter(ended_at=None).select_related("organization")
            found = Person(user, tuple(held.order_by("id")))
        request.person = found  # type: ignore[attr-defined]
    return found


def signed_in(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """For people with an account: others are sent to sign in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if person_of(request).user is None:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    guarded.open_to = "signed in"  # type: ignore[attr-defined]
    return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], guarded)


def door(visible: QuerySet[M], key: object, *, may: bool | Callable[[M], bool] = True) -> M:
    """The one way to an object: out of what this person may see, or 404; and then they may, or 403."""
    try:
        found = visible.get(pk=key)
    except (ObjectDoesNotExist, ValueError, TypeError):
        raise Http404 from None
    if not (may(found) if callable(may) else may):
        raise PermissionDenied
    return found


def must(allowed: bool) -> None:
    """For what hangs on no single object. Raises PermissionDenied."""
    if not allowed:
        raise PermissionDenied


def told(person: Person) -> dict[str, Any]:
    """What the templates ask: who it is, and which parts of the portal are theirs."""
    return {
        "person": person, "is_carrier": person.is_carrier, "is_agent": person.is_agent,
        "may_underwrite": person.at_carrier("underwrite"), "may_supervise": person.at_carrier("supervise"),
    }  # fmt: skip
