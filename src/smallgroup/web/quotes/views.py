from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def quote_start(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/said.html", {"title": "quote_start", "text": ""})


def quote_list(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/said.html", {"title": "quote_list", "text": ""})
