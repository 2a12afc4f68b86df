"""People and one invented group in the portal, for every test of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client

from smallgroup.intake.rate_store import RateStore
from smallgroup.intake.rates_file import rates_file
from smallgroup.web import clock
from smallgroup.web.accounts.models import Membership, Organization, Role, User

EXAMPLES = Path(__file__).parents[2] / "examples"
TODAY = date(2025, 9, 12)


@pytest.fixture(scope="session", autouse=True)
def _rates() -> None:
    """The sample's rates, imported as an administrator would."""
    store = RateStore(settings.DATA / "rates")
    store.import_(rates_file(EXAMPLES / "rates.csv", state="GA"), source_name="rates.csv", imported_on=TODAY)


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The portal's clock stands at noon of a day; `day(date)` sets another."""
    held = {"now": datetime(TODAY.year, TODAY.month, TODAY.day, 16, tzinfo=UTC)}
    monkeypatch.setattr(clock, "now", lambda: held["now"])

    def to(when: date | datetime) -> None:
        held["now"] = when if isinstance(when, datetime) else datetime(when.year, when.month, when.day, 16, tzinfo=UTC)

    return to


@pytest.fixture(autouse=True)
def _nobody_counted_yet() -> None:
    """What throttles has counted nothing before a test."""
    cache.clear()


@dataclass
class People:
    """Who there is: `ada` sells at Oak Agency, `bo` may only read there, `gil` is of Oak's general agency, `eve` of an
    agency that has nothing to do with them, `uma` underwrites, `sam` supervises, `rex` reads at the carrier."""

    carrier: Organization
    general: Organization
    oak: Organization
    elm: Organization
    users: dict[str, User]

    def __getattr__(self, name: str) -> User:
        try:
            return self.users[name]
        except KeyError:
            raise AttributeError(name) from None

    def client(self, name: str | None) -> Client:
        client = Client()
        if name is not None:
            client.force_login(self.users[name])
        return client


PLACES = {
    "ada": ("oak", Role.BROKER), "ann": ("oak", Role.ADMIN), "bo": ("oak", Role.READER),
    "gil": ("general", Role.BROKER), "eve": ("elm", Role.ADMIN), "uma": ("carrier", Role.UNDERWRITER),
    "sam": ("carrier", Role.SUPERVISOR), "rex": ("carrier", Role.READER), "cal": ("carrier", Role.ADMIN),
}  # fmt: skip


@pytest.fixture
def threads_db(transactional_db: None) -> Iterator[None]:
    """For tests of several connections: real transactions. Their tables are emptied afterwards, which the triggers
    refuse; they are laid again with the next migration signal, which the emptying itself sends."""
    yield
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
            for name, table in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name} ON {table}")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")


@pytest.fixture
def people(db: None) -> People:
    kinds = Organization.Kind
    carrier = Organization.objects.create(name="Example Carrier", kind=kinds.CARRIER)
    general = Organization.objects.create(name="Example General Agency", kind=kinds.GENERAL_AGENCY)
    oak = Organization.objects.create(name="Oak Agency", kind=kinds.AGENCY, general_agency=general)
    elm = Organization.objects.create(name="Elm Agency", kind=kinds.AGENCY)
    rooms = {"carrier": carrier, "general": general, "oak": oak, "elm": elm}
    users = {}
    for name, (place, role) in PLACES.items():
        users[name] = User.objects.create_user(f"{name}@example.com", "a long enough word", name=name.capitalize())
        Membership.objects.create(user=users[name], organization=rooms[place], role=role)
        if place == "carrier":
            _second_factor(users[name])
    return People(carrier, general, oak, elm, users)


def _second_factor(user: User) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(user, generate_totp_secret())
