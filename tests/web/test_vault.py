"""What names people is sealed: unreadable without the key, bound to its row, and its keys can be changed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from smallgroup.web.keyring import kept_or_made, made_key
from smallgroup.web.vault.keys import ring
from smallgroup.web.vault.models import CannotOpen, Sealed, seal, seal_anew

pytestmark = pytest.mark.django_db
PLAIN = b"family_id,first_name\n1,Ada\n"


def test_what_is_sealed_opens_and_shows_nothing() -> None:
    sealed = seal(PLAIN, kind="census", media_type="text/csv")
    held = Sealed.objects.get(pk=sealed.pk)
    assert held.open() == PLAIN
    assert b"Ada" not in bytes(held.body)
    assert (held.size, len(held.sha256)) == (len(PLAIN), 64)


@pytest.mark.parametrize("column", ["body", "kind", "media_type", "sha256", "size"])
def test_a_document_is_never_changed(column: str) -> None:
    sealed = seal(PLAIN, kind="census", media_type="text/csv")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Sealed.objects.filter(pk=sealed.pk).update(**{column: {"body": b"x", "size": 1}.get(column, "x")})
    assert Sealed.objects.get(pk=sealed.pk).open() == PLAIN


def test_a_document_is_never_deleted_unless_it_was_to_be_purged() -> None:
    kept = seal(PLAIN, kind="census", media_type="text/csv")
    passing = seal(PLAIN, kind="census", media_type="text/csv", purge_on=date(2025, 10, 1))
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Sealed.objects.filter(pk=kept.pk).delete()
    assert Sealed.objects.filter(pk=passing.pk).delete()[0] == 1


def test_a_document_under_another_row_does_not_open() -> None:
    one, other = (seal(text, kind="census", media_type="text/csv") for text in (PLAIN, b"another"))
    one.body, one.wrapped_key = other.body, other.wrapped_key
    with pytest.raises(CannotOpen):
        one.open()


def test_keys_are_changed_and_the_old_one_can_go(settings: Any) -> None:
    old, new = settings.VAULT_KEYS[0], made_key()
    sealed = [seal(bytes([n]) * 50, kind="upload", media_type="x") for n in range(5)]
    bodies = {one.pk: bytes(one.body) for one in sealed}
    settings.VAULT_KEYS = [new, old]
    assert seal_anew() == 5
    assert seal_anew() == 0
    settings.VAULT_KEYS = [new]
    for one in Sealed.objects.all():
        assert bytes(one.body) == bodies[one.pk]
        assert len(one.open()) == 50
    settings.VAULT_KEYS = [old]
    with pytest.raises(CannotOpen, match="SMALLGROUP_KEYS"):
        Sealed.objects.first().open()  # type: ignore[union-attr]


def test_a_second_factor_is_sealed_too(people: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        (data,) = cursor.fetchone()
    from allauth.mfa.models import Authenticator

    held = Authenticator.objects.first()
    assert held is not None
    secret = ring().decrypt(held.data["secret"].encode()).decode()
    assert secret not in str(data)


def test_second_factors_go_under_the_new_key_too(people: Any, settings: Any) -> None:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.utils import decrypt

    held = {one.pk: decrypt(one.data["secret"]) for one in Authenticator.objects.all()}
    new = made_key()
    settings.VAULT_KEYS = [new, *settings.VAULT_KEYS]
    assert seal_anew() == len(held) > 0
    assert seal_anew() == 0
    settings.VAULT_KEYS = [new]
    assert {one.pk: decrypt(one.data["secret"]) for one in Authenticator.objects.all()} == held


def test_a_key_that_is_none_is_named_by_its_place(settings: Any) -> None:
    settings.VAULT_KEYS = [settings.VAULT_KEYS[0], "nonsense"]
    with pytest.raises(RuntimeError, match="Key 2 of SMALLGROUP_KEYS"):
        ring()


def test_keys_are_made_once_for_their_owner_only(tmp_path: Any) -> None:
    path = tmp_path / "new" / "keys"
    first = kept_or_made({}, "X", path, made_key)
    assert kept_or_made({}, "X", path, made_key) == first
    assert oct(path.stat().st_mode)[-3:] == "600"
    assert kept_or_made({"X": "a, b"}, "X", path, made_key) == ["a", "b"]
    (tmp_path / "empty").write_text("")
    with pytest.raises(RuntimeError, match="holds no key"):
        kept_or_made({"X_FILE": str(tmp_path / "empty")}, "X", path, made_key)
