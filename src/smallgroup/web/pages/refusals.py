"""What a person sees when something cannot be done: a page with a sentence, never a traceback."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable

from django.db import DatabaseError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseNotFound
from django.shortcuts import render

from smallgroup.errors import Problem, Refused
from smallgroup.web.vault.models import CannotOpen

_log = logging.getLogger("smallgroup.web")


class Refusals:
    """`Refused`, wherever it comes from, is a page with all of its sentences: status 422, or 409 for a race.

    A full disk or a busy database is a sentence too (503), and nothing was kept of what was begun.
    """

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]):
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refused):
            return refused(request, error.problems)
        if isinstance(error, CannotOpen):
            _log.error("%s", error)
            return said(request, 500, "It cannot be opened", str(error))
        if isinstance(error, OSError) and error.errno == 28:
            return said(request, 507, "The disk is full", "Nothing of this was kept. Tell whoever runs this portal, "
                        "and try again.")  # fmt: skip
        if isinstance(error, OperationalError | sqlite3.OperationalError):
            full = "full" in str(error)
            _log.error("database: %s", type(error).__name__)
            return said(
                request, 507 if full else 503, "The disk is full" if full else "The database does not answer",
                "Nothing of this was kept. " + ("Tell whoever runs this portal, and try again." if full else
                                                "Try again in a minute."),
            )  # fmt: skip
        if isinstance(error, DatabaseError) and "never changed" in str(error):
            return said(request, 409, "It cannot be changed", "What is written there is kept as it was.")
        return None


def refused(request: HttpRequest, problems: tuple[Problem, ...], status: int = 422) -> HttpResponse:
    page = "pages/_problems.html" if getattr(request, "htmx", False) else "pages/refused.html"
    return render(request, page, {"problems": problems}, status=status)


def said(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(request, "pages/said.html", {"title": title, "text": text}, status=status)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponseForbidden(
        said(request, 403, "Not yours to do", "You may look at this, but your role does not let you do that. Ask an "
             "administrator of your organization.").content
    )  # fmt: skip


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponseNotFound(
        said(request, 404, "Nothing here", "There is nothing at this address, or it is not yours to see.").content
    )


def failed(request: HttpRequest) -> HttpResponse:
    """Our own failure: said so. It looks nothing up, since what failed may be what it would look up."""
    return HttpResponse(
        "<!doctype html><html lang=en><title>Our failure</title><h1>Our failure</h1><p>Something went wrong in the "
        "portal itself, not in what you did. Nothing of this step was kept. It has been noted.</p>"
        "<p><a href=/>To the first page</a></p></html>",
        status=500,
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return said(request, 403, "This page was too old", "Its form belongs to another sign-in, or cookies are off. "
                "Go back, load the page anew and send it again.")  # fmt: skip
