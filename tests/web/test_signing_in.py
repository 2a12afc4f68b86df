"""Signing in, staying signed in, and what every answer carries."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from smallgroup.web.accounts.models import Membership, Role, User
from smallgroup.web.audit_log.models import AuditLine

pytestmark = pytest.mark.django_db
WORD = "a long enough word"
START = datetime(2025, 9, 12, 13, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_throttle_from_before() -> None:
    cache.clear()


def sign_in(client: Client, email: str, word: str = WORD) -> Any:
    return client.post(reverse("account_login"), {"login": email, "password": word})


def test_a_broker_signs_in_and_out(people: Any) -> None:
    client = Client()
    assert sign_in(client, "ADA@example.com").status_code == 302
    assert client.get(reverse("people")).status_code == 200
    assert client.get(reverse("account_logout")).status_code == 200  # a page that asks: no GET changes anything
    assert client.get(reverse("people")).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(reverse("people")).status_code == 302


@pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com"])
def test_a_wrong_password_says_the_same_for_everybody(people: Any, email: str) -> None:
    page = sign_in(Client(), email, "a wrong long word")
    assert page.status_code == 200
    assert "are not correct" in page.content.decode()


def test_after_five_wrong_passwords_even_the_right_one_waits(people: Any) -> None:
    client = Client()
    for _ in range(5):
        sign_in(client, "ada@example.com", "a wrong long word")
    page = sign_in(client, "ada@example.com")
    assert page.status_code in (200, 429)
    assert client.get(reverse("people")).status_code == 302


def test_whoever_was_deactivated_cannot_sign_in(people: Any) -> None:
    User.objects.filter(pk=people.ada.pk).update(is_active=False)
    client = Client()
    sign_in(client, "ada@example.com")
    assert client.get(reverse("people")).status_code == 302


@pytest.mark.parametrize(("minutes", "still_in"), [(14, True), (15, False), (16, False)])
def test_a_sign_in_ends_after_fifteen_idle_minutes(people: Any, day: Any, minutes: int, still_in: bool) -> None:
    day(START)
    client = people.client("ada")
    assert client.get(reverse("people")).status_code == 200
    day(START + timedelta(minutes=minutes))
    assert client.get(reverse("people")).status_code == (200 if still_in else 302)


def test_a_sign_in_ends_after_twelve_hours_in_any_case(people: Any, day: Any) -> None:
    day(START)
    client = people.client("ada")
    for minutes in range(0, 12 * 60, 10):
        day(START + timedelta(minutes=minutes))
        assert client.get(reverse("people")).status_code == 200
    day(START + timedelta(hours=12))
    assert client.get(reverse("people")).status_code == 302


@pytest.mark.parametrize("name", ["uma", "sam", "cal"])
def test_carrier_people_without_a_second_factor_are_led_to_it(people: Any, name: str) -> None:
    people.users[name].authenticator_set.all().delete()
    client = people.client(name)
    page = client.get(reverse("case_queue"))
    assert (page.status_code, page["Location"]) == (302, reverse("mfa_activate_totp"))
    assert client.post(reverse("people")).status_code == 302


def test_who_has_a_second_factor_is_asked_for_it(people: Any) -> None:
    client = Client()
    page = sign_in(client, "uma@example.com")
    assert (page.status_code, page["Location"]) == (302, reverse("mfa_authenticate"))
    assert client.get(reverse("people")).status_code == 302


def test_there_is_no_open_sign_up(db: None) -> None:
    page = Client().post(
        reverse("account_signup"), {"email": "new@example.com", "password1": WORD, "password2": WORD}
    )
    assert page.status_code in (200, 403)
    assert not User.objects.exists()


def test_an_invitation_makes_the_account_once(people: Any) -> None:
    ann = people.client("ann")
    ann.post(reverse("invite", args=[people.oak.pk]), {"email": "New@Example.com ", "role": "staff"})
    link = ann.get(reverse("people")).context["shown"]
    assert link not in ann.get(reverse("people")).content.decode()  # shown once
    path = link.removeprefix("http://testserver")
    newcomer = Client()
    assert newcomer.get(path).status_code == 200
    weak = newcomer.post(path, {"name": "", "password": "short"})
    assert weak.status_code == 422
    assert "Name" in weak.content.decode()
    assert "Password" in weak.content.decode()
    assert newcomer.post(path, {"name": "Nia New", "password": WORD}).status_code == 302
    made = Membership.objects.get(user__email="new@example.com")
    assert (made.organization, made.role) == (people.oak, Role.STAFF)
    assert newcomer.get(reverse("people")).status_code == 200
    assert Client().get(path).status_code == 404
    assert {"invite", "join"} <= set(AuditLine.objects.values_list("verb", flat=True))


@pytest.mark.parametrize("role", ["underwriter", "supervisor", "king"])
def test_nobody_is_invited_to_a_role_of_another_kind(people: Any, role: str) -> None:
    page = people.client("ann").post(reverse("invite", args=[people.oak.pk]), {"email": "x@example.com", "role": role})
    assert page.status_code == 422


def test_an_invitation_ends(people: Any, day: Any) -> None:
    ann = people.client("ann")
    ann.post(reverse("invite", args=[people.oak.pk]), {"email": "new@example.com", "role": "staff"})
    path = ann.get(reverse("people")).context["shown"].removeprefix("http://testserver")
    day(datetime(2025, 9, 19, 15, 59, tzinfo=UTC))
    assert Client().get(path).status_code == 200
    day(datetime(2025, 9, 19, 16, 0, tzinfo=UTC))
    assert Client().get(path).status_code == 404


def test_the_last_administrator_cannot_leave_and_an_end_can_be_undone(people: Any) -> None:
    ann = people.client("ann")
    own = Membership.objects.get(user=people.ann)
    assert ann.post(reverse("membership_end", args=[own.pk])).status_code == 422
    adas = Membership.objects.get(user=people.ada)
    ann.post(reverse("membership_end", args=[adas.pk]))
    assert "no organization any more" in people.client("ada").get(reverse("home")).content.decode()
    page = ann.get(reverse("people"))
    assert page.context["undo"]["to"] == reverse("membership_back", args=[adas.pk])
    ann.post(reverse("membership_back", args=[adas.pk]))
    adas.refresh_from_db()
    assert adas.ended_at is None


def test_every_answer_carries_the_headers(people: Any) -> None:
    for path in ("/", reverse("account_login"), "/nothing/", reverse("people")):
        page = people.client("ada").get(path)
        policy = page["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert page["X-Frame-Options"] == "DENY"
        assert page["X-Content-Type-Options"] == "nosniff"
        assert page["Referrer-Policy"] == "same-origin"


def test_a_form_without_its_token_changes_nothing(people: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.ann)
    page = client.post(reverse("invite", args=[people.oak.pk]), {"email": "x@example.com", "role": "staff"})
    assert page.status_code == 403
    assert not people.oak.invitations.exists()


def test_check_deploy_finds_nothing(tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"], "SMALLGROUP_DATA": str(tmp_path), "SMALLGROUP_HOSTS": "portal.example",
        "DJANGO_SETTINGS_MODULE": "smallgroup.web.settings", "PYTHONPATH": os.pathsep.join(sys.path),
    }  # fmt: skip
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "INFO"]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert (found.returncode, "no issues" in found.stdout) == (0, True), found.stdout + found.stderr
