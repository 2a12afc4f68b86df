from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def group_list(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/said.html", {"title": "group_list", "text": ""})
