"""The rulebook in the portal: to leaf through, as of a day, and each clause tried."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from smallgroup.rulebook import guidelines
from smallgroup.underwriting import edition
from smallgroup.web.audit_log.models import AuditLine
from smallgroup.web.cases.models import SettledReading
from smallgroup.web.rulebook_pages import contents, verbs
from smallgroup.web.rulebook_pages.tester import because_of, try_clause
from smallgroup.web.rulebook_pages.tester_fields import BY_CLAUSE, FIELDS
from tests.web.conftest import TODAY

pytestmark = pytest.mark.django_db
GEORGIA = "kp-ga-2025-07"


def clause_page(clause: str, book: str = GEORGIA, **query: Any) -> Any:
    return Client().get(reverse("rulebook_clause", args=[book, clause]), query)


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


# To leaf through ------------------------------------------------------------------------------------------------


def test_every_clause_of_every_book_is_listed_in_the_order_of_the_document() -> None:
    page = Client().get(reverse("rulebook")).content.decode()
    places = []
    for book in contents.books():
        for one in contents.entries(book):
            places.append(page.index(reverse("rulebook_clause", args=[book.id, one.id])))
    assert places == sorted(places)
    assert len(places) > 50
    assert {one.id for one in contents.books()} == {GEORGIA, "illustration-ca", "us-federal", "us-california"}
    assert len(page) < 150_000


def test_the_list_has_every_clause_that_the_engine_runs() -> None:
    for book in guidelines():
        run = [one.id for one in edition(book, TODAY, federal="left out").clauses]
        assert [one.id for one in contents.entries(book) if one.text] == run


@pytest.mark.parametrize(
    ("query", "there", "not_there"),
    [
        ({"q": "U25"}, "Participation", "Business license"),
        ({"q": "1099 VALIDATION"}, "The 1099 Validation Form", "service area"),
        ({"heading": "peo"}, "Premium from the group", "Participation"),
        ({"book": "us-federal"}, "A small employer by law", "Business license"),
        ({"q": "medicaid", "book": GEORGIA}, "Participation", "California"),
    ],
)
def test_searching(query: dict[str, str], there: str, not_there: str) -> None:
    page = Client().get(reverse("rulebook"), query, headers={"HX-Request": "true"})
    assert there in text_of(page)
    assert not_there not in text_of(page)
    assert "<html" not in page.content.decode(), "a live search gets the list alone"
    assert there in text_of(Client().get(reverse("rulebook"), query)), "and the plain form the whole page"


def test_a_search_that_finds_nothing_says_what_to_do() -> None:
    said = text_of(Client().get(reverse("rulebook"), {"q": "<script>alert(1)</script>"}))
    assert "No clause has all of these words" in said
    assert "Show everything" in said


@pytest.mark.parametrize("book", [one.id for one in contents.books()])
def test_every_page_of_a_book(book: str) -> None:
    found = contents.book_of(book)
    assert found is not None
    for one in contents.entries(found):
        page = clause_page(one.id, book)
        assert page.status_code == 200
        assert len(page.content) < 150_000
        assert all(rule in text_of(page) for rule in one.rules)


def test_a_clause_tells_its_numbers_readings_papers_and_what_follows() -> None:
    said = text_of(clause_page("participation"))
    for part in ("At least half of the eligible employees enroll", "the decision waits until it is met", "16 readings",
                 "1099 workers", "counted where they are offered coverage", "7/10", "SHOP minimum participation rate",
                 "from July 1, 2025", "page 4", "the enrollment forms", "with the case, where somebody enrolls",
                 "federal marketplace", "Open questions"):  # fmt: skip
        assert part in said, part


def test_what_is_not_there_is_404() -> None:
    assert clause_page("nothing").status_code == clause_page("participation", "kp-xx").status_code == 404


# As of a day ----------------------------------------------------------------------------------------------------


def test_as_of_a_day_before_the_guideline_says_so() -> None:
    said = text_of(clause_page("participation", on="2025-06-30"))
    assert "Nothing to apply on June 30, 2025" in said
    assert "it holds from 2025-07-01" in said
    assert "Minimum has no value on June 30, 2025" in said
    assert "Try it" not in said
    assert "At least half of the eligible employees enroll" in said


def test_the_first_day_of_the_guideline() -> None:
    said = text_of(clause_page("participation", on="2025-07-01"))
    assert "Nothing to apply" not in said
    assert "Try it" in said


@pytest.mark.parametrize("typed", ["2025-02-30", "yesterday", "31/12/2025"])
def test_a_day_that_is_none_gets_a_sentence(typed: str) -> None:
    said = text_of(clause_page("participation", on=typed))
    assert "Write it as YYYY-MM-DD" in said
    assert "Today is shown instead" in said


# Tried ----------------------------------------------------------------------------------------------------------


def tried(clause: str, guideline: str = GEORGIA, unknown: tuple[str, ...] = (), **typed: str) -> Any:
    chosen = next(one for one in guidelines() if one.id == guideline)
    return try_clause(edition(chosen, TODAY), clause, typed, frozenset(unknown))


def test_every_clause_that_is_in_force_can_be_tried() -> None:
    for chosen in guidelines():
        clauses = {one.id for one in edition(chosen, TODAY).clauses}
        assert clauses <= set(BY_CLAUSE)
        for clause in clauses:
            found = tried(clause, chosen.id)
            assert found.finding is not None
            assert because_of(found)
    asked = {one if isinstance(one, str) else one[0] for each in BY_CLAUSE.values() for one in each}
    assert asked == set(FIELDS)


@pytest.mark.parametrize(
    ("clause", "typed", "outcome"),
    [
        ("participation", {"enroll": "0", "contractors": "0", "decline": "2"}, "not met"),
        ("participation", {"enroll": "1", "contractors": "0", "decline": "3", "spouse": "0", "parent": "0"}, "not met"),
        ("participation", {"enroll": "2", "contractors": "0", "decline": "3", "spouse": "9", "parent": "0"}, "met"),
        ("participation", {"enroll": "3", "contractors": "0", "decline": "4", "parent": "3"}, "refer"),
        ("share-of-1099", {"contractors": "4", "enroll": "4"}, "refer"),
        ("share-of-1099", {"contractors": "2", "enroll": "4"}, "met"),
        ("share-of-1099", {"contractors": "9", "enroll": "2"}, "not met"),
        ("contribution", {"percent": "50"}, "met"),
        ("contribution", {"percent": "49"}, "not met"),
        ("size-at-most-fifty", {"staff": "50", "part_time": "0"}, "met"),
        ("size-at-most-fifty", {"staff": "52", "part_time": "0"}, "not met"),
        ("workers-compensation", {"workers_compensation": "none", "employees_total": "3"}, "not met"),
        ("service-area", {"county": "Chatham"}, "refer"),
        ("peo-premium", {"peo": "no"}, "not applicable"),
        ("waiting-period", {"wait_days": "61"}, "not met"),
        ("business-address", {"address_kind": "po_box"}, "not met"),
        ("out-of-area-plan", {"outside": "1", "out_of_area_plan": "yes"}, "met"),
        ("out-of-area-plan", {"outside_hmo": "1", "out_of_area_plan": "yes"}, "not met"),
        ("owners-hours", {"owners_short": "1"}, "not met"),
        ("participation-maintained", {"months_below": "0", "months_good": "12"}, "met"),
        ("wage-papers", {"wages": "no", "wages_by_age": "yes"}, "refer"),
        ("open-window", {"complete_on": "2025-11-20", "effective_date": "2026-01-01"}, "met"),
    ],
)
def test_the_answer_is_the_engines(clause: str, typed: dict[str, str], outcome: str) -> None:
    assert tried(clause, **typed).finding.outcome == outcome


def test_a_boundary_of_participation_by_one_person() -> None:
    """5 of 10 is half; 4 of 10 is not, and one more would do."""
    base = {"contractors": "0", "spouse": "0", "parent": "0", "owners": "0"}
    assert tried("participation", enroll="5", decline="5", **base).finding.outcome == "met"
    found = tried("participation", enroll="3", decline="6", **base).finding  # and the owner, who enrolls
    assert found.outcome == "not met"
    assert "1 more employee must enroll" in found.cure.sentence
    assert {one.numbers["must_enroll"] for one in found.readings} == {5}


def test_what_is_not_known_needs_evidence_only_where_it_matters() -> None:
    found = tried("participation", unknown=("decline",))
    assert found.finding.outcome == "needs evidence"
    assert because_of(found) == "It turns on what is not known: W-2 employees who decline."
    assert tried("participation", unknown=("spouse",)).finding.outcome == "met"
    assert tried("contribution", percent="").finding.outcome == "needs evidence"


def test_every_field_can_be_not_known() -> None:
    chosen = next(one for one in guidelines() if one.id == GEORGIA)
    for clause in [one.id for one in edition(chosen, TODAY).clauses]:
        for one in tried(clause).shown:
            if one.field.may_be_unknown:
                found = tried(clause, unknown=(one.field.key,))
                assert found.not_known == (one.field.label,), (clause, one.field.key)
                assert found.finding is not None, (clause, one.field.key)


@pytest.mark.parametrize("typed", ["abc", "-1", "1.5", "101", "99999999999999999999", "٣", "1e2"])
def test_a_number_that_is_none_gets_a_sentence_at_its_field(typed: str) -> None:
    page = clause_page("participation", **{"try": "1", "enroll": typed})
    html = page.content.decode()
    assert re.search(r'id="why-enroll">[^<]*no whole number from 0 to 100', html)
    assert 'aria-invalid="true"' in html
    assert "One field needs" in text_of(page)


def test_a_choice_or_a_day_that_is_none_gets_a_sentence() -> None:
    wrong = tried("business-license", secretary_of_state="dancing", license_expires_on="2025-02-30")
    assert wrong.finding is None
    said = {one.field.key: one.why for one in wrong.shown if one.why}
    assert said["secretary_of_state"] == "'dancing' is none of the choices. Choose one from the list."
    assert said["license_expires_on"].startswith("30 February does not exist.")


def test_a_live_answer_comes_alone_with_the_sentences_of_the_fields() -> None:
    address = reverse("rulebook_clause", args=[GEORGIA, "participation"])
    page = Client().get(address, {"try": "1", "enroll": "x"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert 'id="why-enroll" hx-swap-oob="true"' in page


def test_on_another_day_the_group_is_of_that_day() -> None:
    found = try_clause(edition(guidelines()[-1], date(2025, 12, 1)), "participation", {"enroll": "0"}, frozenset())
    assert found.finding is not None
    assert found.finding.outcome in ("not applicable", "not met")


# Settled --------------------------------------------------------------------------------------------------------


@pytest.fixture
def settled(people: Any) -> SettledReading:
    return SettledReading.objects.create(
        guideline=GEORGIA, clause="participation", doubt="1099 workers", reading="left out", why="Our counsel says so.",
        by=people.sam, on=TODAY,
    )  # fmt: skip


@pytest.mark.parametrize(("name", "sees", "may"), [(None, False, False), ("ada", False, False), ("uma", True, False),
                                                   ("rex", True, False), ("sam", True, True)])  # fmt: skip
def test_who_sees_what_is_settled(
    people: Any, settled: SettledReading, name: str | None, sees: bool, may: bool
) -> None:
    page = people.client(name).get(reverse("rulebook_clause", args=[GEORGIA, "participation"]))
    assert ("Our counsel says so." in text_of(page)) is sees
    assert ("8 readings" in text_of(page)) is sees
    assert ("Open it again" in text_of(page)) is may


def test_a_supervisor_opens_it_again_and_takes_that_back(people: Any, settled: SettledReading) -> None:
    client = people.client("sam")
    page = client.post(reverse("rulebook_unsettle", args=[settled.pk]), follow=True)
    settled.refresh_from_db()
    assert settled.undone_at is not None
    assert "is no longer settled" in text_of(page)
    assert "16 readings" in text_of(page)
    page = client.post(reverse("rulebook_settle_again", args=[settled.pk]), follow=True)
    settled.refresh_from_db()
    assert settled.undone_at is None
    assert "8 readings" in text_of(page)
    assert list(AuditLine.objects.filter(kind="settled reading").values_list("verb", flat=True)) == [
        "undo settled reading", "settle again",
    ]  # fmt: skip


def test_of_two_supervisors_the_second_is_told(people: Any, settled: SettledReading) -> None:
    verbs.undo_settled(settled, by=people.sam)
    page = people.client("sam").post(reverse("rulebook_unsettle", args=[settled.pk]))
    assert page.status_code == 422
    assert "open again already" in text_of(page)
    SettledReading.objects.create(
        guideline=GEORGIA, clause="participation", doubt="1099 workers", why="No.", by=people.sam, on=TODAY,
        reading="counted where they are offered coverage",
    )  # fmt: skip
    page = people.client("sam").post(reverse("rulebook_settle_again", args=[settled.pk]))
    assert page.status_code == 422
    assert "it is settled by now" in text_of(page)


def test_what_is_settled_for_one_case_is_not_undone_here(people: Any) -> None:
    assert people.client("sam").post(reverse("rulebook_unsettle", args=[999])).status_code == 404
