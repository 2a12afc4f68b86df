"""What names people, kept sealed: census revisions, uploads, decisions, letters. Written once, never changed.

Each document is sealed by a key of its own, and that key by the ring's newest. A new ring key seals the small
keys anew (`seal_anew`); the documents themselves are never rewritten.
"""

from __future__ import annotations

import hashlib
import uuid
import zlib
from datetime import date

from cryptography.exceptions import InvalidTag
from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import models

from smallgroup.web.unchanging import Unchanging
from smallgroup.web.vault.keys import newest_id, newest_ring, opens, ring

_NONCE = bytes(12)  # each key seals one document only, so its nonce can be a constant


class CannotOpen(Exception):
    """The document was changed, or the key that sealed it is not on the ring."""


class Sealed(models.Model):
    """An immutable document. `sha256` is of its plain bytes; its size, kind and media type are no secret."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=30)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    body = models.BinaryField()
    wrapped_key = models.BinaryField()
    key_id = models.CharField(max_length=40, db_index=True)
    purge_on = models.DateField(null=True, blank=True, db_index=True)
    made_at = models.DateTimeField(auto_now_add=True)

    # Only what was sealed for a quote that nobody signed in for may ever be deleted, or be kept after all.
    unchanging = Unchanging(
        may_change=("wrapped_key", "key_id", "purge_on"), may_delete="OLD.purge_on IS NOT NULL"
    )

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    def open(self) -> bytes:
        """Its plain bytes. Raises CannotOpen."""
        try:
            key = ring().decrypt(bytes(self.wrapped_key))
            packed = AESGCM(key).decrypt(_NONCE, bytes(self.body), self._about())
        except (InvalidToken, InvalidTag):
            raise CannotOpen(f"The sealed {self.kind} {self.id} cannot be opened: it was changed, or the key that "
                             f"sealed it ({self.key_id}) is not among SMALLGROUP_KEYS.") from None  # fmt: skip
        return zlib.decompress(packed)

    def _about(self) -> bytes:
        """What is bound to the body, so that no row can pass another's off as its own."""
        return f"{self.id}|{self.kind}|{self.media_type}|{self.size}|{self.sha256}".encode()


def seal(plain: bytes, *, kind: str, media_type: str, purge_on: date | None = None) -> Sealed:
    """Keep a document, sealed, in the caller's transaction; for good, or until a day."""
    key = AESGCM.generate_key(bit_length=256)
    sealed = Sealed(
        kind=kind, media_type=media_type, size=len(plain), sha256=hashlib.sha256(plain).hexdigest(),
        wrapped_key=ring().encrypt(key), key_id=newest_id(), purge_on=purge_on,
    )  # fmt: skip
    sealed.body = AESGCM(key).encrypt(_NONCE, zlib.compress(plain, 6), sealed._about())
    sealed.save(force_insert=True)
    return sealed


def seal_anew() -> int:
    """Put every document's key, and the secrets of second factors, under the ring's newest key. How many were not."""
    done = _factors_anew()
    for sealed in Sealed.objects.exclude(key_id=newest_id()).defer("body").iterator(chunk_size=500):
        wrapped = ring().rotate(bytes(sealed.wrapped_key))
        done += Sealed.objects.filter(pk=sealed.pk, key_id=sealed.key_id).update(
            wrapped_key=wrapped, key_id=newest_id()
        )
    return done


def _factors_anew() -> int:
    """allauth keeps them as text of ours in a JSON field; which key it is under cannot be read off it."""
    from allauth.mfa.models import Authenticator

    newest, done = newest_ring(), 0
    for factor in Authenticator.objects.exclude(data={}).iterator(chunk_size=500):
        turned = {}
        for name, text in factor.data.items():
            if isinstance(text, str) and name in ("secret", "seed") and not opens(newest, text):
                turned[name] = ring().rotate(text.encode()).decode()
        if turned:
            done += Authenticator.objects.filter(pk=factor.pk).update(data=factor.data | turned)
    return done
