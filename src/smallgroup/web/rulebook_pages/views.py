from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def rulebook(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/said.html", {"title": "rulebook", "text": ""})
