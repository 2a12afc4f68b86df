"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from smallgroup import __version__
from smallgroup.web import clock
from smallgroup.web.accounts.access import NOBODY, person_of, told


def everywhere(request: HttpRequest) -> dict[str, Any]:
    known = person_of(request) if hasattr(request, "user") else NOBODY
    # What was just done and can be undone is offered once, on the next page.
    undo = request.session.pop("undo", None) if known.user is not None and not getattr(request, "htmx", False) else None
    return {
        "engine_version": __version__, "sample_day": settings.SAMPLE_DAY, "today": clock.today(), "undo": undo,
        **told(known),
    }  # fmt: skip
