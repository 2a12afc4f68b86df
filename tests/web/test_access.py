"""Every address × every person: what each may do. An address that is missing here fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from smallgroup.web import clock
from smallgroup.web.accounts import verbs as accounts
from smallgroup.web.accounts.models import Membership, Role
from smallgroup.web.audit_log.models import AuditLine
from smallgroup.web.cases.models import SettledReading
from smallgroup.web.coverage.models import Enrollment
from smallgroup.web.groups.models import Group
from tests.web.covered import make_enrolled

pytestmark = pytest.mark.django_db

NAMES = (None, "ada", "ann", "bo", "gil", "eve", "uma", "sam", "rex", "cal")
"""Nobody, and the people of conftest."""
ALLAUTH = ("account_", "mfa_")  # allauth's own pages, which its own tests hold


def addresses(patterns: Any = None, before: str = "") -> Iterator[tuple[str, str]]:
    """(name, route) of every address."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, before + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield str(pattern.name), before + str(pattern.pattern)


class Things:
    """One of each, all of Oak Agency's, made new for every test."""

    def __init__(self, people: Any):
        self.people = people
        oak, ann = people.oak, people.ann
        self.invitation, self.token = accounts.invite(oak, email="new@example.com", role=Role.STAFF, by=ann)
        self.membership = Membership.objects.get(user=people.bo)
        self.settled = SettledReading.objects.create(
            guideline="kp-ga-2025-07", clause="participation", doubt="1099 workers", reading="left out", why="A test.",
            by=people.sam, on=clock.today(),
        )  # fmt: skip

    @cached_property
    def covered(self) -> Group:
        return make_enrolled(self.people)

    @cached_property
    def enrollment(self) -> Enrollment:
        return self.covered.enrollments.get()


def who(**status: int) -> dict[str | None, int]:
    """Status by person; `rest` is everybody else, `nobody` who has not signed in."""
    rest = status.pop("rest")
    nobody = status.pop("nobody", 302)
    return {None: nobody, **dict.fromkeys(NAMES[1:], rest), **status}


EVERYBODY = who(rest=200, nobody=200)
SIGNED_IN = who(rest=200)
OF_COVERED = who(rest=200, eve=404)
SELLS_COVERED = who(rest=403, eve=404, ada=302, ann=302, gil=302)
FORM_OF_COVERED = who(rest=403, eve=404, ada=200, ann=200, gil=200)
TOLD_WHY_NOT = who(rest=403, eve=404, ada=422, ann=422, gil=422)
OF_OAK_ADMIN = who(rest=404, ann=302, ada=403, bo=403)

TABLE: dict[str, tuple[str, Callable[[Things], list[Any]], dict[str, Any], dict[str | None, int]]] = {
    # name: (method, arguments, form, who gets which status)
    "front": ("GET", lambda t: [], {}, EVERYBODY),
    "home": ("GET", lambda t: [], {}, who(rest=302, nobody=302, rex=200, cal=200)),
    "people": ("GET", lambda t: [], {}, SIGNED_IN),
    "invite": ("POST", lambda t: [t.people.oak.pk], {"email": "a@example.com", "role": "staff"}, OF_OAK_ADMIN),
    "membership_end": ("POST", lambda t: [t.membership.pk], {}, OF_OAK_ADMIN),
    "membership_back": ("POST", lambda t: [t.membership.pk], {}, who(rest=404, ann=422, ada=403, bo=403)),
    "invitation_withdraw": ("POST", lambda t: [t.invitation.pk], {}, OF_OAK_ADMIN),
    "join": ("GET", lambda t: [t.token], {}, EVERYBODY),
    "quote_start": ("GET", lambda t: [], {}, EVERYBODY),
    "quote_list": ("GET", lambda t: [], {}, EVERYBODY),
    "group_list": ("GET", lambda t: [], {}, EVERYBODY),
    "coverage_list": ("GET", lambda t: [], {}, SIGNED_IN),
    "renewal_list": ("GET", lambda t: [], {}, SIGNED_IN),
    "coverage": ("GET", lambda t: [t.covered.pk], {}, OF_COVERED),
    "roster": ("GET", lambda t: [t.covered.pk], {}, OF_COVERED),
    "participation": ("GET", lambda t: [t.covered.pk], {}, OF_COVERED),
    "renewal": ("GET", lambda t: [t.covered.pk], {}, OF_COVERED),
    "roster_change": ("GET", lambda t: [t.covered.pk, "end"], {}, FORM_OF_COVERED),
    "roster_undo": ("POST", lambda t: [t.covered.pk], {}, TOLD_WHY_NOT),
    "coverage_end": ("GET", lambda t: [t.covered.pk], {}, {**FORM_OF_COVERED, "uma": 200, "sam": 200}),
    "coverage_end_undo": ("POST", lambda t: [t.covered.pk], {}, {**TOLD_WHY_NOT, "uma": 422, "sam": 422}),
    "renewal_submit": ("POST", lambda t: [t.covered.pk], {}, TOLD_WHY_NOT),
    "enroll": ("GET", lambda t: [t.covered.pk], {}, FORM_OF_COVERED),
    "enroll_undo": ("POST", lambda t: [t.covered.pk], {}, SELLS_COVERED),
    "enrollment": ("GET", lambda t: [t.enrollment.pk], {}, OF_COVERED),
    "enrollment_confirm": ("POST", lambda t: [t.enrollment.pk], {}, {**TOLD_WHY_NOT, "uma": 422, "sam": 422}),
    "case_queue": ("GET", lambda t: [], {}, EVERYBODY),
    "rulebook": ("GET", lambda t: [], {}, EVERYBODY),
    "rulebook_clause": ("GET", lambda t: ["kp-ga-2025-07", "participation"], {}, EVERYBODY),
    "rulebook_compare": ("GET", lambda t: [], {}, EVERYBODY),
    "rulebook_groups_csv": ("GET", lambda t: [], {}, who(rest=403, uma=422, sam=422, rex=422, cal=422)),
    "rulebook_unsettle": ("POST", lambda t: [t.settled.pk], {}, who(rest=404, uma=403, sam=302, rex=403, cal=403)),
    "rulebook_settle_again": ("POST", lambda t: [t.settled.pk], {}, who(rest=404, uma=403, sam=422, rex=403, cal=403)),
}


def test_every_address_is_in_the_table() -> None:
    known = {name for name, _ in addresses() if not name.startswith(ALLAUTH)}
    assert known - set(TABLE) == set(), "an address without a line in TABLE"
    assert set(TABLE) - known == set(), "a line for an address that is not there"


def rows() -> dict[str, int]:
    """How many rows every table of ours has: a refused request changes none."""
    ours = [one for one in apps.get_models() if one.__module__.startswith("smallgroup.") and one is not AuditLine]
    return {model.__name__: model._default_manager.count() for model in ours}


@pytest.mark.parametrize("address", sorted(TABLE))
@pytest.mark.parametrize("name", NAMES)
def test_who_may(people: Any, address: str, name: str | None) -> None:
    method, arguments, form, status = TABLE[address]
    things = Things(people)
    path, client = reverse(address, args=arguments(things)), people.client(name)
    before = rows()
    page = client.get(path) if method == "GET" else client.post(path, form)
    assert page.status_code == status[name], f"{name} at {path}"
    if name is None and status[None] == 302:
        assert page["Location"].startswith(reverse("account_login"))
    if page.status_code in (403, 404) or name is None:
        assert rows() == before
    if method == "POST":
        assert client.get(path).status_code in (302, 405), "a GET must not do what a POST does"


OF_SOMETHING = sorted(name for name, route in addresses() if "<" in route and not name.startswith(ALLAUTH))


@pytest.mark.parametrize("address", OF_SOMETHING)
def test_what_is_not_there_is_404_for_everybody(people: Any, address: str) -> None:
    method, arguments, form, _ = TABLE[address]
    things = arguments(Things(people))
    other = [999_999 if isinstance(one, int) else "nothing" if isinstance(one, str) else uuid4() for one in things]
    for name in ("ann", "sam", "eve"):
        client = people.client(name)
        path = reverse(address, args=other)
        page = client.get(path) if method == "GET" else client.post(path, form)
        assert page.status_code == 404


def test_a_view_is_for_those_who_signed_in_unless_it_says_so() -> None:
    """A view that was left open by mistake has no mark."""

    def walk(patterns: Any) -> Iterator[URLPattern]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns)
            else:
                yield pattern

    for pattern in walk(get_resolver().url_patterns):
        if not str(pattern.name).startswith(ALLAUTH):
            inner = pattern.callback
            marks = set()
            while inner is not None:
                marks.add(getattr(inner, "open_to", None))
                inner = getattr(inner, "__wrapped__", None)
            assert marks & {"anybody", "signed in"}, pattern.name


def test_nobody_is_a_client_without_a_session() -> None:
    assert Client().get(reverse("people"))["Location"].startswith(reverse("account_login"))
