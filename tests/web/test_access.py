"""Every address × every person: what each may do. An address that is missing here fails.

What each gets stands in `access_table.py`; a request that is refused writes nothing, and a GET nothing but the audit
log's line that somebody read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from smallgroup.web.audit_log.models import AuditLine
from tests.web.access_table import NAMES, SIGN_IN, TABLE, Things

pytestmark = pytest.mark.django_db

ALLAUTH = ("account_", "mfa_")  # allauth's own pages, which its own tests hold
OURS = {one._meta.db_table for one in apps.get_models() if one.__module__.startswith("smallgroup.")}
AUDIT = AuditLine._meta.db_table
WRITES = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
DROPS_NOTHING = "POST census_drop"  # a file that waits is known to one session: here there is none to drop


def addresses(patterns: Any = None) -> Iterator[URLPattern]:
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns)
        elif not str(pattern.name).startswith(ALLAUTH):
            yield pattern


def address_of(line: str) -> str:
    """`POST case_settle, for all` → `case_settle`."""
    return line.partition(",")[0].split()[1]


def test_every_address_is_in_the_table() -> None:
    known, told = {str(one.name) for one in addresses()}, {address_of(line) for line in TABLE}
    assert known - told == set(), "an address without a line in TABLE"
    assert told - known == set(), "a line for an address that is not there"


class Asking:
    """The same request for one person after another, each to the same things as they were."""

    def __init__(self, people: Any, line: str):
        self.people, self.method, self.name = people, line.split()[0].lower(), address_of(line)
        arguments, form, self.answers = TABLE[line]
        self.things = Things(people)
        self._form: Callable[[Things], dict[str, Any]] = form if callable(form) else lambda _: form
        self.arguments = arguments(self.things)
        self._form(self.things)  # what it asks for is made before the first request, and not taken back with it

    def of(
        self, who: str | None, *, method: str = "", arguments: list[Any] | None = None
    ) -> tuple[int | str, set[str]]:
        """What they get, and the tables of ours that were written to; all of it taken back."""
        cache.clear()  # nobody is throttled for what another sent
        path = reverse(self.name, args=self.arguments if arguments is None else arguments)
        with transaction.atomic():
            client = self.people.client(who)
            with CaptureQueriesContext(connection) as queries:
                page = getattr(client, method or self.method)(path, {} if method else self._form(self.things))
            transaction.set_rollback(True)
        wrote = {found.group(1) for one in queries if (found := WRITES.match(one["sql"]))} & OURS
        led = page.status_code == 302 and page["Location"].startswith(reverse("account_login"))
        return (SIGN_IN if led else page.status_code), wrote


@pytest.mark.parametrize("line", TABLE)
def test_who_may(people: Any, line: str) -> None:
    asking = Asking(people, line)
    for who in NAMES:
        answer, wrote = asking.of(who)
        assert answer == asking.answers[who], f"{who} at {line}"
        if answer in (403, 404, SIGN_IN):
            assert wrote == set(), f"{who} was refused, and something was written"
        if asking.method == "get":
            assert wrote <= {AUDIT}, f"{who}: a GET changes nothing"
        elif answer == 302 and line != DROPS_NOTHING:
            assert wrote, f"{who} may, and nothing was done"
    may = [who for who in NAMES if asking.answers[who] not in (403, 404, SIGN_IN)]
    if asking.method == "post":
        answer, wrote = asking.of(may[0], method="get")
        assert answer in ((200, 405) if f"GET {asking.name}" in TABLE else (405,)), "a GET does not do what a POST does"
        assert wrote <= {AUDIT}
    what_is_not_there_is_404(asking, may)


def what_is_not_there_is_404(asking: Asking, may: list[str | None]) -> None:
    """For everybody; and of several things that must belong together, where one alone is another."""
    if asking.arguments:
        for who in ("ada", "bo", "eve", "uma", "sam"):
            assert asking.of(who, arguments=[absent(one) for one in asking.arguments]) == (404, set()), who
    for at, one in enumerate(asking.arguments):
        if may and isinstance(one, (int, UUID)):
            other = [*asking.arguments[:at], absent(one), *asking.arguments[at + 1 :]]
            assert asking.of(may[0], arguments=other) == (404, set()), f"argument {at + 1}"


def absent(argument: Any) -> Any:
    return 999_999 if isinstance(argument, int) else uuid4() if isinstance(argument, UUID) else "nothing"


def test_a_view_is_for_those_who_signed_in_unless_it_says_so() -> None:
    """A view that was left open by mistake has no mark."""
    for pattern in addresses():
        inner: Any = pattern.callback
        marks = set()
        while inner is not None:
            marks.add(getattr(inner, "open_to", None))
            inner = getattr(inner, "__wrapped__", None)
        assert marks & {"anybody", "signed in"}, pattern.name


def test_nobody_is_a_client_without_a_session() -> None:
    assert Client().get(reverse("people"))["Location"].startswith(reverse("account_login"))
