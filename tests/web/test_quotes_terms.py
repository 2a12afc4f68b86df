"""The terms of a quote and what they come to, live: the same cents as the command line, and every wrong one said."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from smallgroup.quoting import quote
from smallgroup.web import rates
from smallgroup.web.census_work import read_file
from smallgroup.web.quotes.terms import Terms, asked, days
from tests.web.conftest import EXAMPLES, TODAY
from tests.web.quoting import TERMS, census, drafted, page

pytestmark = pytest.mark.django_db


def totals(client: Any, draft: str, **terms: Any) -> Any:
    return client.post(f"{draft}totals/", {**TERMS, **terms}, HTTP_HX_REQUEST="true")


def test_the_totals_are_those_of_the_rules_to_the_cent(people: Any) -> None:
    client = people.client(None)
    data = (EXAMPLES / "census.xlsx").read_bytes()
    draft = drafted(client, data)
    text = totals(client, draft).content.decode()
    terms_hold = asked(Terms.of_json(TERMS), as_of=TODAY)
    members = read_file(data, "census.xlsx", as_of=TODAY).members
    expected = quote(terms_hold.file, members, terms_hold.rates, guideline=terms_hold.guideline, as_of=TODAY)
    assert len(expected.plans) == 44
    for one in expected.plans:
        for cents in (one.monthly.total, one.monthly.employer, one.monthly.employee):
            assert cents is not None
            assert f"${cents // 100:,}.{cents % 100:02d}" in text
    assert "Participation" in text
    assert "must" in text
    assert "<svg" in text


def test_the_page_works_without_javascript(people: Any) -> None:
    client = people.client(None)
    draft = drafted(client)
    text = page(client, f"{draft}terms/")
    assert "October 1, 2025" in text
    assert "the rates hang on the county" in text
    answer = client.post(f"{draft}terms/", {**TERMS, "do": "update", "metals": ["Gold", "Silver"]})
    assert answer.headers["Location"] == f"{draft}terms/"
    text = page(client, f"{draft}terms/")
    assert re.search(r'value="Gold" checked', text)
    assert "Illustrative Gold 1" in text
    shown = text[text.index('id="totals"') :]
    assert "Bronze" not in shown
    back = client.post(f"{draft}terms/", {**TERMS, "do": "back", "employee": "61"})
    assert back.headers["Location"] == draft
    assert 'value="61"' in page(client, f"{draft}terms/")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"employee": "101"}, "over 100 percent"),
        ({"employee": "50", "employee_unit": ""}, "50 could be percent or dollars"),
        ({"employee": "half"}, "is not a percentage"),
        ({"employee": "33.33333333"}, "more decimals"),
        ({"employee": "99999999999999999999", "employee_unit": "dollars"}, "a month"),
        ({"employee": ""}, "it is not said"),
        ({"dependents": "-3", "dependents_unit": "dollars"}, "a month"),
        ({"county": "Atlantis"}, "not a county of GA"),
        ({"county": ""}, "Choose it"),
        ({"effective_date": "2031-01-01"}, "no rates for this day"),
        ({"effective_date": "2025-10-15"}, "first of a month"),
        ({"effective_date": "soon"}, "is no day"),
        ({"zip": "30"}, "five digits"),
        ({"plans": ["KP-GA-TIN-1"]}, "KP-GA-TIN-1 is not in the rates"),
        ({"metals": ["Tin"]}, "no plan is left"),
    ],
)
def test_wrong_terms_are_said_beside_the_form_and_nothing_is_saved(
    people: Any, changed: dict[str, Any], said: str
) -> None:
    from smallgroup.web.quotes.models import Quote

    client = people.client(None)
    draft = drafted(client)
    assert said in totals(client, draft, **changed).content.decode()
    answer = client.post(f"{draft}save/", {**TERMS, **changed})
    assert answer.status_code == 422
    assert not Quote.objects.exists()


def test_all_that_is_wrong_is_said_at_once(people: Any) -> None:
    client = people.client(None)
    text = totals(client, drafted(client), county="", zip="3", employee="200", effective_date="").content.decode()
    assert "4 things are in the way" in text


def test_dollars_and_percent(people: Any) -> None:
    client = people.client(None)
    draft = drafted(client, census(2))
    text = totals(client, draft, employee="$250.00", employee_unit="dollars", dependents="").content.decode()
    assert "$500.00" in text
    assert "%" not in text[text.index("Premiums a month") : text.index("By employee")]


def test_when_everybody_waives_nobody_is_priced_and_it_is_said(people: Any) -> None:
    client = people.client(None)
    draft = drafted(client, census(4, election="waive", reason="spouse_group"))
    text = totals(client, draft).content.decode()
    assert "everybody waives or declines" in text
    made = client.post(f"{draft}save/", TERMS)
    assert made.status_code == 302
    assert "everybody waives or declines" in page(client, made.headers["Location"])


def test_a_finding_that_is_not_met_says_what_would_change_it(people: Any) -> None:
    client = people.client(None)
    sample = (EXAMPLES / "census.xlsx").read_bytes()
    text = totals(client, drafted(client, sample), employee="10", plans=["KP-GA-SILVER-1"]).content.decode()
    assert "In the way" in text
    assert "What would change this:" in text


def test_another_county_brings_its_own_plans(people: Any) -> None:
    client = people.client(None)
    draft = drafted(client)
    assert "hx-swap-oob" in totals(client, draft).content.decode()
    known = f"{TERMS['county']} {TERMS['effective_date']}"
    assert "hx-swap-oob" not in totals(client, draft, plans_of=known).content.decode()


def test_days_with_rates_come_first(people: Any) -> None:
    found = days("GA", TODAY)
    assert found[0] == (date(2025, 10, 1), True)
    have = [there for _, there in found]
    assert have == sorted(have, reverse=True)
    assert not have[-1]
    assert len(found) == 12
    assert rates.rate_table("GA") is rates.rate_table("GA")  # read once


def test_terms_wait_for_a_clear_census(people: Any) -> None:
    from tests.web.quoting import messy

    client = people.client(None)
    draft = drafted(client, messy())
    assert client.get(f"{draft}terms/").headers["Location"] == draft
    assert client.post(f"{draft}save/", TERMS).status_code == 422
