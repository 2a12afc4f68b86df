"""An agency's quotes: searched, filtered, sorted, a page at a time; nothing sealed is opened."""

from __future__ import annotations

import re
from datetime import date

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from smallgroup.dates import months_after
from smallgroup.web.accounts.access import person_of, signed_in
from smallgroup.web.accounts.models import User
from smallgroup.web.quotes.models import Quote

A_PAGE = 25
SORTS = {
    "newest": ("-made_at", "Newest first"), "oldest": ("made_at", "Oldest first"), "name": ("name", "By name"),
    "effective": ("effective_date", "By effective date"),
}  # fmt: skip
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@signed_in
def quote_list(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    asked = request.GET
    search, sort = " ".join(asked.get("q", "").split())[:100], asked.get("sort", "newest")
    found = Quote.objects.seen_by(person).select_related("organization", "made_by", "group")
    found = found.filter(archived_at__isnull=asked.get("archived") != "yes")
    if search:
        found = found.filter(name__icontains=search)
    if month := _MONTH.fullmatch(asked.get("month", "")):
        first = date(int(month.group(1)), int(month.group(2)), 1)
        found = found.filter(effective_date__gte=first, effective_date__lt=months_after(first, 1))
    brokers = User.objects.filter(
        memberships__organization__in=person.organizations("read")
    ).distinct().order_by("name")  # fmt: skip
    chosen = next((one for one in brokers if str(one.pk) == asked.get("broker")), None)
    if chosen is not None:
        found = found.filter(made_by=chosen)
    order = SORTS.get(sort, SORTS["newest"])[0]
    page = Paginator(found.order_by(order, "pk"), A_PAGE).get_page(asked.get("page"))
    return render(request, "quotes/list.html", {
        "page": page, "brokers": brokers, "sorts": [(key, label) for key, (_, label) in SORTS.items()], "sort": sort,
        "search": search, "month": asked.get("month", ""), "broker": chosen, "nav": "quotes",
        "archived": asked.get("archived") == "yes", "filtered": bool(search or month or chosen),
        "may_sell": bool(person.organizations("sell")),
    })  # fmt: skip
