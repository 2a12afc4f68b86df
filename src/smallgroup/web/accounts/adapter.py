"""What allauth asks of us: no open sign-up, and the secrets of second factors sealed."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """An account is made by an invitation, and only so."""
        return False


class SealedSecrets(DefaultMFAAdapter):  # type: ignore[misc]
    """A copied database gives nobody's second factor away."""

    def encrypt(self, text: str) -> str:
        from smallgroup.web.vault.keys import ring

        return ring().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        from smallgroup.web.vault.keys import ring

        return ring().decrypt(encrypted_text.encode()).decode()
