"""Quotes: by a private link or behind the door; revisions, races, copies, kept, grouped, purged."""

from __future__ import annotations

import io
import threading
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from openpyxl import load_workbook

from smallgroup.errors import Refused
from smallgroup.web.audit_log.models import AuditLine, first_bad_line
from smallgroup.web.groups.models import CensusRevision, Group, Stage
from smallgroup.web.quotes import verbs
from smallgroup.web.quotes.models import CensusDraft, Quote, QuoteRevision
from smallgroup.web.quotes.terms import Terms
from smallgroup.web.vault.models import Sealed
from tests.web.quoting import TERMS, census, changed, do, drafted, page, saved

pytestmark = pytest.mark.django_db
LATER = date(2025, 10, 13)


def test_anybody_saves_a_quote_and_comes_back_by_its_link(people: Any) -> None:
    client = people.client(None)
    address = saved(client)
    assert address.startswith("/quotes/q/")
    text = page(client, address)
    assert "The private link to this quote." in text
    assert "October 12, 2025" in text
    assert f"http://testserver{address}" in text
    assert "The private link to this quote." not in page(client, address)  # once
    assert "Example Orchard LLC" in page(people.client(None), address)
    quote = Quote.objects.get()
    token = address.split("/")[3]
    assert token not in str(Quote.objects.filter(pk=quote.pk).values().get())
    assert (quote.organization, quote.link_ends_on, quote.purge_on) == (None, date(2025, 10, 12), date(2025, 10, 12))
    assert "Example0" not in str(quote.revisions.values("result", "terms", "application").get())
    assert set(Sealed.objects.values_list("purge_on", flat=True)) == {date(2025, 10, 12)}
    assert first_bad_line() is None


def test_no_line_of_the_log_holds_a_link() -> None:
    import logging

    from smallgroup.web.log_lines import NoSecrets

    token = "x" * 43
    said = ("Not Found", f"/quotes/q/{token}/")
    line = logging.LogRecord("django.request", logging.WARNING, "", 0, "%s: %s", said, None)
    assert NoSecrets().filter(line)
    assert line.getMessage() == "Not Found: /quotes/q/…/"
    plain = logging.LogRecord("django.request", logging.WARNING, "", 0, "%s: %s", ("Not Found", "/quotes/"), None)
    assert NoSecrets().filter(plain)
    assert plain.getMessage() == "Not Found: /quotes/"
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["no secrets"]


@pytest.mark.parametrize("tail", ["", "compare/", "quote.xlsx", "proposal.pdf"])
def test_a_link_that_has_ended_is_nothing(people: Any, day: Any, tail: str) -> None:
    client = people.client(None)
    address = saved(client)
    day(LATER)
    assert client.get(f"{address}{tail}").status_code == 404
    assert client.post(f"{address}modify/").status_code == 404


def test_a_change_is_a_revision_and_nothing_is_overwritten(people: Any) -> None:
    client = people.client(None)
    address = saved(client)
    answer = changed(client, address, employee="80", metals=["Gold"])
    assert answer.headers["Location"] == address
    first, second = QuoteRevision.objects.order_by("number")
    assert (first.terms["employee"], second.terms["employee"]) == ("50", "80")
    assert first.census == second.census  # the same file with the same edits is the same census
    assert "Revision 2 of 2" in page(client, address)
    assert "Revision 1 of 2" in page(client, f"{address}?revision=1")
    assert client.get(f"{address}?revision=3").status_code == 404
    assert client.get(f"{address}?revision=x").status_code == 200
    with pytest.raises(Exception, match="never changed"):
        QuoteRevision.objects.filter(pk=first.pk).update(as_of=date(2020, 1, 1))


def test_a_census_that_was_changed_is_another_census(people: Any) -> None:
    client = people.client(None)
    address = saved(client)
    draft = client.post(f"{address}modify/", {"do": "census"}).headers["Location"]
    assert "The census is clear" in page(client, draft)
    read = page(client, draft)
    assert "Undo" not in read
    from tests.web.quoting import seen

    held = CensusDraft.objects.get(pk=draft.split("/")[3])
    from smallgroup.web.quotes.edits import Edit, Work

    verbs.rework(held, Work().with_step([Edit("Staff", 2, 6, "decline")]), by=None)
    assert seen(page(client, draft)) != seen(read)
    assert client.post(f"{draft}save/", {**TERMS, "do": "revise"}).status_code == 302
    first, second = QuoteRevision.objects.select_related("census").order_by("number")
    assert (first.census.measures["enroll"], second.census.measures["enroll"]) == (6, 5)
    text = page(client, f"{address}compare/")
    assert "Enroll" in text
    # And the next change begins from the edits as they were.
    again = client.post(f"{address}modify/", {"do": "census"}).headers["Location"]
    assert "1 decline" in page(client, again)
    assert "6 enroll" in do(client, again, "undo")


def test_of_two_browsers_that_change_one_revision_the_second_is_told(people: Any) -> None:
    one, other = people.client(None), people.client(None)
    address = saved(one)
    drafts = [client.post(f"{address}modify/").headers["Location"].removesuffix("terms/") for client in (one, other)]
    assert one.post(f"{drafts[0]}save/", {**TERMS, "employee": "60", "do": "revise"}).status_code == 302
    second = other.post(f"{drafts[1]}save/", {**TERMS, "employee": "70", "do": "revise"})
    assert second.status_code == 422
    assert "somebody has changed this quote" in second.content.decode()
    assert Quote.objects.get().latest == 2
    as_new = other.post(f"{drafts[1]}save/", {**TERMS, "employee": "70", "do": "new"})
    assert as_new.status_code == 302
    assert Quote.objects.count() == 2


def test_two_revisions_at_the_very_same_moment(threads_db: None) -> None:
    draft = verbs.make_draft(census(), "staff.xlsx", by=None)
    quote, _ = verbs.save(draft, Terms.of_json(TERMS), by=None, organization=None)
    revision = quote.revisions.get()
    drafts = [verbs.draft_of(revision, by=None) for _ in range(2)]
    outcomes: list[str] = []

    def write(number: int) -> None:
        try:
            made = verbs.revise(quote, drafts[number], Terms.of_json({**TERMS, "employee": str(60 + number)}), by=None)
            outcomes.append(str(made.number))
        except Refused:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["2", "told"]
    assert Quote.objects.get().latest == 2


def test_revisions_are_compared(people: Any) -> None:
    client = people.client(None)
    address = saved(client)
    changed(client, address, employee="10", metals=["Gold"], county="Chatham")
    text = page(client, f"{address}compare/")
    for said in ("Employee", "Chatham", "not offered", "Contribution", "became"):
        assert said in text
    assert page(client, f"{address}compare/?from=2&to=1")
    assert client.get(f"{address}compare/?from=7").status_code == 404


def test_a_copy_is_a_quote_of_its_own(people: Any, day: Any) -> None:
    client = people.client(None)
    address = saved(client)
    day(date(2025, 10, 1))
    copied = client.post(f"{address}copy/").headers["Location"]
    assert copied != address
    assert "Example Orchard LLC (copy)" in page(client, copied)
    day(LATER)
    assert verbs.purge(LATER) == 1
    assert client.get(address).status_code == 404
    assert "Example Orchard LLC (copy)" in page(client, copied)
    revision = QuoteRevision.objects.select_related("census__members").get()
    assert revision.census.frame().height == 6  # its census was not the other's
    assert Quote.objects.get().copied_from is None


def test_what_nobody_kept_is_deleted_whole(people: Any, day: Any) -> None:
    client, ada = people.client(None), people.client("ada")
    changed(client, saved(client), employee="70")
    drafted(client)
    kept = saved(ada)
    before = Sealed.objects.filter(purge_on=None).count()
    assert before == 3  # the agency's census, its file and its edits
    assert verbs.purge(date(2025, 10, 12)) == 0
    day(LATER)
    assert verbs.purge(LATER) == 1
    assert Sealed.objects.count() == before
    assert (Quote.objects.count(), CensusRevision.objects.count(), CensusDraft.objects.count()) == (1, 1, 0)
    assert page(people.client("ada"), kept)
    assert verbs.purge(LATER) == 0
    assert AuditLine.objects.filter(who="purge", verb="delete").count() == 1
    assert first_bad_line() is None


def test_an_agent_keeps_a_quote_that_nobody_signed_in_for(people: Any, day: Any) -> None:
    client, ada = people.client(None), people.client("ada")
    address = saved(client)
    assert "Keep it for Oak Agency" in page(ada, address)
    mine = ada.post(f"{address}keep/").headers["Location"]
    quote = Quote.objects.get()
    assert (quote.organization, quote.purge_on) == (people.oak, None)
    revision = quote.revisions.get()
    sealed = Sealed.objects.filter(pk__in=[revision.work_id, revision.census.members_id, revision.census.original_id])
    assert set(sealed.values_list("purge_on", flat=True)) == {None}
    assert people.client("eve").post(f"{address}keep/").status_code == 422  # taken
    day(LATER)
    verbs.purge(LATER)
    assert page(people.client("ada"), mine)


def test_by_the_link_of_an_agencys_quote_a_client_reads_what_is_for_anyone(people: Any) -> None:
    ada, client = people.client("ada"), people.client(None)
    mine = saved(ada)
    text = page(ada, mine)
    assert "Every reading" in text
    link = text[text.index("http://testserver") + len("http://testserver") :].split('"')[0]
    assert Quote.objects.get().link_ends_on == date(2025, 12, 11)
    shown = page(client, link)
    assert "Example Orchard LLC" in shown
    assert "Every reading" not in shown
    assert "A small employer by law" in shown
    assert "Workers&#x27; compensation" not in shown
    findings = load_workbook(io.BytesIO(client.get(f"{link}quote.xlsx").content))["Findings"]
    assert {row[0] for row in findings.iter_rows(min_row=2, values_only=True)} <= {
        "A small employer by law", "Ninety days of waiting, by law", "November 15 to December 15",
        "The day by which coverage starts, by law",
    }  # fmt: skip


def test_who_may_not_change_a_quote_is_not_asked_to(people: Any) -> None:
    mine = saved(people.client("ada"))
    assert "Change the terms" in page(people.client("ada"), mine)
    assert "Change the terms" not in page(people.client("bo"), mine)


def test_an_archived_quote_is_taken_back_by_one_click(people: Any) -> None:
    ada = people.client("ada")
    mine = saved(ada)
    ada.post(f"{mine}archive/")
    text = page(ada, "/quotes/")
    assert "Example Orchard LLC is in the archive." in text
    assert f'action="{mine}back/"' in text
    assert "Example Orchard LLC</a>" not in page(ada, "/quotes/")
    assert "Example Orchard LLC</a>" in page(ada, "/quotes/?archived=yes")
    ada.post(f"{mine}back/")
    assert "Example Orchard LLC</a>" in page(ada, "/quotes/")


def test_a_new_link_ends_the_old_one(people: Any) -> None:
    ada = people.client("ada")
    mine = saved(ada)
    old = page(ada, mine).split("http://testserver")[1].split('"')[0]
    ada.post(f"{mine}link/")
    new = page(ada, mine).split("http://testserver")[1].split('"')[0]
    client = people.client(None)
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200


def test_a_group_is_made_of_a_quote_once(people: Any) -> None:
    ada = people.client("ada")
    mine = saved(ada)
    assert ada.post(f"{mine}group/").status_code == 302
    group = Group.objects.get()
    assert (group.stage, group.legal_name, group.county, group.state) == (
        Stage.QUOTED, "Example Orchard LLC", "Fulton", "GA"
    )  # fmt: skip
    assert group.effective_date == date(2025, 10, 1)
    assert group.applications.get().text == QuoteRevision.objects.get().application
    revision = group.censuses.select_related("members", "original").get()
    assert revision.frame().height == 6
    assert revision.members.purge_on is None
    assert ada.post(f"{mine}group/").status_code == 422
    assert Group.objects.count() == 1
    nameless = saved(ada, legal_name="")
    assert ada.post(f"{nameless}group/").status_code == 422
    assert Group.objects.count() == 1


def test_no_cell_of_the_workbook_is_a_formula(people: Any) -> None:
    client = people.client(None)
    address = saved(client, legal_name="=HYPERLINK(\"http://example.com\")")
    book = load_workbook(io.BytesIO(client.get(f"{address}quote.xlsx").content))
    assert book["Quote"]["B1"].data_type == "s"
    assert book["Quote"]["B1"].quotePrefix
    assert book["Plans"].max_row == 45
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}


def test_a_proposal_is_printed_where_papers_are_installed(people: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from smallgroup.web.quotes import papers

    client = people.client(None)
    address = saved(client)
    with monkeypatch.context() as without:  # an undo of all would set the clock of the fixture back too
        without.setattr(papers, "can_print", lambda: False)
        assert client.get(f"{address}proposal.pdf").status_code == 404
        assert "PDF" not in page(client, address)
    if papers.can_print():
        answer = client.get(f"{address}proposal.pdf")
        assert answer.content.startswith(b"%PDF")
        assert "PDF" in page(client, address)
        assert AuditLine.objects.filter(verb="read", kind="census").exists()


def test_settings_say_how_long(people: Any) -> None:
    assert (settings.ANONYMOUS_QUOTE_DAYS, settings.LINK_DAYS) == (30, 90)
