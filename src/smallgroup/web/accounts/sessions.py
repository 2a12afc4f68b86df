"""When a sign-in ends, and who has to bring a second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from smallgroup.web import clock
from smallgroup.web.accounts.access import person_of

Answer = Callable[[HttpRequest], HttpResponse]
_EVERY_SECONDS = 30  # how often the last sign of life is written down


class SessionEnds:
    """A sign-in ends after 15 minutes without a request, and after 12 hours in any case."""

    def __init__(self, answer: Answer):
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            at, session = int(clock.now().timestamp()), request.session
            began, seen = session.setdefault("began", at), session.get("seen", at)
            if at - began >= settings.SESSION_COOKIE_AGE or at - seen >= settings.SESSION_IDLE_SECONDS:
                logout(request)
                request.person = None  # type: ignore[attr-defined]
                request.session["ended"] = True
            elif at - seen >= _EVERY_SECONDS or "seen" not in session:
                session["seen"] = at
        return self.answer(request)


class SecondFactor:
    """Underwriters sign in with a second factor: without one they are led to set it up, and nowhere else.

    Whoever has one is asked for it at every sign-in, by allauth itself.
    """

    _OPEN = ("/accounts/2fa/", "/accounts/logout/", "/accounts/reauthenticate/", "/static/")

    def __init__(self, answer: Answer):
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not request.path.startswith(self._OPEN):
            from allauth.mfa.utils import is_mfa_enabled

            if person_of(request).needs_second_factor and not is_mfa_enabled(request.user):
                messages.info(request, "Your role needs a second factor. Set one up to go on.")
                return cast(HttpResponse, redirect("mfa_activate_totp"))
        return self.answer(request)
