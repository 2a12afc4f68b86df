"""An agency's quotes: searched, filtered, sorted, a page at a time; nothing sealed is opened."""

from __future__ import annotations

import re
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, cast

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from smallgroup.dates import months_after
from smallgroup.web.accounts.access import person_of, signed_in
from smallgroup.web.accounts.models import User
from smallgroup.web.quotes.models import Quote, organizations_of

if TYPE_CHECKING:
    _Paginator = Paginator[Quote]
else:
    _Paginator = Paginator  # at run time it takes no parameter

A_PAGE = 25
MOST = 2_000
SORTS = {
    "newest": ("-made_at", "Newest first"), "oldest": ("made_at", "Oldest first"), "name": ("name", "By name"),
    "effective": ("effective_date", "By effective date"),
}  # fmt: skip
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


class Pages(_Paginator):
    """The first `MOST` rows: nobody leafs further, and to count or skip all of a large table takes long."""

    @cached_property
    def count(self) -> int:
        return cast("QuerySet[Quote]", self.object_list).order_by()[: MOST + 1].count()

    @property
    def is_cut(self) -> bool:
        return self.count > MOST

    @cached_property
    def num_pages(self) -> int:
        return max(1, -(-min(self.count, MOST) // self.per_page))


@signed_in
def quote_list(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    asked = request.GET
    search, sort = " ".join(asked.get("q", "").split())[:100], asked.get("sort", "newest")
    # By their ids and not by a join: of one agency the rows then come out of the index in their order.
    theirs = list(organizations_of(person).values_list("pk", flat=True))
    whose = {"organization": theirs[0]} if len(theirs) == 1 else {"organization__in": theirs}
    found = Quote.objects.filter(**whose, archived_at__isnull=asked.get("archived") != "yes")
    found = found.select_related("organization", "made_by")
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
    page = Pages(found.order_by(order, "pk"), A_PAGE).get_page(asked.get("page"))
    return render(request, "quotes/list.html", {
        "page": page, "brokers": brokers, "sorts": [(key, label) for key, (_, label) in SORTS.items()], "sort": sort,
        "search": search, "month": asked.get("month", ""), "broker": chosen, "nav": "quotes",
        "archived": asked.get("archived") == "yes", "filtered": bool(search or month or chosen),
        "may_sell": bool(person.organizations("sell")),
    })  # fmt: skip
