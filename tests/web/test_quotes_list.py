"""An agency's list of quotes: its own, searched, filtered, sorted, paged, with a constant number of queries."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from smallgroup.web import clock
from smallgroup.web.quotes.models import Quote
from tests.web.quoting import page, saved

pytestmark = pytest.mark.django_db


def many(people: Any, count: int) -> None:
    summary = {"employees": 5, "members": 9, "plans": 2, "low": 10_00, "high": 20_00, "decision": "pend"}
    Quote.objects.bulk_create(
        Quote(
            organization=people.oak if n % 5 else people.elm, name=f"Example {n:03d} LLC", made_by=people.ada,
            effective_date=date(2025, 10 + n % 3, 1), latest=1, summary=summary, made_at=clock.now(),
        )
        for n in range(count)
    )  # fmt: skip


def test_an_empty_list_teaches(people: Any) -> None:
    text = page(people.client("ada"), "/quotes/")
    assert "No quotes yet" in text
    assert "Start a quote" in text
    assert "Start a quote" not in page(people.client("bo"), "/quotes/")


def test_who_sees_which(people: Any) -> None:
    many(people, 10)
    saved(people.client(None))  # nobody's: in no list
    for who, count in (("ada", 8), ("bo", 8), ("gil", 8), ("eve", 2), ("uma", 0)):
        text = page(people.client(who), "/quotes/")
        assert text.count('<th scope="row">') == count, who
    assert people.client(None).get("/quotes/").status_code == 302


def test_it_is_searched_filtered_and_sorted(people: Any) -> None:
    many(people, 60)
    ada = people.client("ada")
    assert page(ada, "/quotes/").count('<th scope="row">') == 25
    assert "Page 1 of 2, 48 quotes" in page(ada, "/quotes/")
    assert page(ada, "/quotes/?page=2").count('<th scope="row">') == 23
    assert page(ada, "/quotes/?q=example+01").count('<th scope="row">') == 8
    month = page(ada, "/quotes/?month=2025-11")
    assert month.count('<th scope="row">') == 16
    assert "November 1, 2025" in month
    assert "October 1, 2025" not in month
    assert page(ada, f"/quotes/?broker={people.ann.pk}").count('<th scope="row">') == 0
    by_name = page(ada, "/quotes/?sort=name")
    assert by_name.index("Example 001") < by_name.index("Example 002") < by_name.index("Example 026")
    assert "No quote is like that" in page(ada, "/quotes/?q=nothing+of+it")
    for odd in ("month=2025-99", "month=x", "broker=x", "sort=x", "page=999", "page=x"):
        assert page(ada, f"/quotes/?{odd}").count('<th scope="row">') > 0, odd


def test_the_number_of_queries_does_not_grow(people: Any, django_assert_max_num_queries: Any) -> None:
    many(people, 3)
    ada = people.client("ada")
    page(ada, "/quotes/")
    with django_assert_max_num_queries(8):
        page(ada, "/quotes/")
    many(people, 60)
    with django_assert_max_num_queries(8):
        page(ada, "/quotes/")
