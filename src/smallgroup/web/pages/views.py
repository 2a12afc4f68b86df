"""The first page, and where somebody who signs in begins."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from smallgroup.web.accounts.access import person_of, signed_in


def front(request: HttpRequest) -> HttpResponse:
    """For anybody: what this is, the quick quote, and the rulebook."""
    return render(request, "pages/front.html")


front.open_to = "anybody"  # type: ignore[attr-defined]


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """To one's own work: the queue, or the groups."""
    person = person_of(request)
    if person.at_carrier("underwrite"):
        return cast(HttpResponse, redirect("case_queue"))
    if person.is_agent:
        return cast(HttpResponse, redirect("group_list"))
    return render(request, "pages/home.html")
