"""The key ring: the newest key seals, every key opens."""

from __future__ import annotations

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


def ring() -> MultiFernet:
    return _ring(tuple(settings.VAULT_KEYS))


def newest_ring() -> MultiFernet:
    """The newest key alone."""
    return _ring(tuple(settings.VAULT_KEYS[:1]))


def opens(ring: MultiFernet, text: str) -> bool:
    try:
        ring.decrypt(text.encode())
    except InvalidToken:
        return False
    return True


def newest_id() -> str:
    """The id of the key that seals: what stands before the colon, which is no secret."""
    return str(settings.VAULT_KEYS[0]).partition(":")[0]


@lru_cache(maxsize=8)
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    """Raises RuntimeError where a key is not an id, a colon, and a Fernet key; the key itself is not shown."""
    found = []
    for place, text in enumerate(keys, start=1):
        _, colon, key = text.partition(":")
        try:
            found.append(Fernet(key if colon else ""))
        except ValueError:
            raise RuntimeError(f"Key {place} of SMALLGROUP_KEYS is not ID:KEY.") from None
    return MultiFernet(found)
