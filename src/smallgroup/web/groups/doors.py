"""The way to a group for those of its agency, and what every page of it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.http import HttpRequest

from smallgroup.web.accounts.access import door, person_of
from smallgroup.web.groups.models import Group

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from smallgroup.web.accounts.models import User


def group_to_read(request: HttpRequest, key: UUID) -> Group:
    """404 to strangers, and to the carrier: what is not submitted is the agency's alone."""
    return door(_theirs(request), key)


def group_to_change(request: HttpRequest, key: UUID) -> Group:
    """And 403 to those who may only read."""
    person = person_of(request)
    return door(_theirs(request), key, may=lambda group: group.may_be_sold_by(person))


def _theirs(request: HttpRequest) -> QuerySet[Group]:
    return Group.objects.worked_by(person_of(request)).select_related("organization__general_agency", "broker")


def user_of(request: HttpRequest) -> User:
    return cast("User", person_of(request).user)


def shown(request: HttpRequest, group: Group, tab: str, **more: Any) -> dict[str, Any]:
    """The context of a group's page."""
    return {"nav": "groups", "group": group, "tab": tab, "may_sell": group.may_be_sold_by(person_of(request)), **more}
