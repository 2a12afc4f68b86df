"""One life of a group, through everybody's hands: submitted, approved, enrolled, looked after, renewed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.web.e2e.conftest import ROOT

Begin = Callable[..., Any]
KITES = "Example Paper Kites Inc"


def approve(underwriter: Any, name: str) -> None:
    """The underwriter takes the case from the queue, and decides as the rules found."""
    page = underwriter.page
    underwriter.go("/cases/")
    page.get_by_role("link", name=name).click()
    page.get_by_role("button", name="Take it").click()
    page.get_by_label("Approve").check()
    page.get_by_label("Reason", exact=True).last.fill("Everything that the rules want is in.")
    page.get_by_role("button", name="Decide", exact=True).click()
    page.get_by_text("approve, decided by Uma Underwriter").wait_for()


def test_from_prospect_to_coverage(visit: Begin) -> None:
    broker, underwriter = visit(), visit()
    page = broker.page
    broker.sign_in("broker@example.com")
    broker.go("/groups/")
    page.get_by_role("link", name=KITES).click()
    group = page.url
    page.get_by_role("link", name="See what the rules say").click()
    broker.look("group checked")
    page.get_by_role("button", name="Submit to the carrier").click()
    assert page.get_by_text("Nothing is missing from you").is_visible()

    underwriter.sign_in("underwriter@example.com")
    approve(underwriter, KITES)
    assert underwriter.page.get_by_role("link", name="Its coverage").is_visible()
    for copy in ("Broker's copy", "Client's copy"):
        letter = underwriter.page.get_by_role("link", name=copy).first.get_attribute("href")
        assert underwriter.page.request.get(underwriter.portal.address + letter).body().startswith(b"%PDF")

    page.goto(group)
    page.get_by_role("link", name="Enroll it now").click()
    page.get_by_label("The final census").set_input_files(ROOT / "examples" / "census.xlsx")
    page.get_by_role("button", name="Read it").click()
    broker.look("final census")
    page.get_by_role("button", name=f"Enroll {KITES} with this census").click()
    assert page.get_by_text(f"{KITES} is enrolled.").is_visible()
    page.get_by_role("button", name="Roster by day").click()
    page.get_by_label("As of").fill("2025-10-01")
    page.get_by_role("button", name="Show").click()
    assert page.get_by_text("14 of 23 employees enrolled").is_visible()
    page.goto(group)
    assert page.get_by_role("listitem").filter(has_text="Enrolled").first.get_attribute("aria-current") == "step"
    broker.look("group enrolled")


def test_a_renewal_is_submitted_and_decided(visit: Begin) -> None:
    broker, underwriter = visit(), visit()
    page = broker.page
    broker.sign_in("broker@example.com")
    broker.go("/groups/")
    page.get_by_role("link", name="Example Acorn Books Inc").click()
    page.get_by_role("link", name="Its coverage").click()
    page.get_by_role("button", name="Participation by month").click()
    broker.look("participation of a life")
    page.go_back()
    page.get_by_role("button", name="Renewal").click()
    page.get_by_role("button", name="Submit the renewal").click()
    assert page.get_by_text("The renewal is before the carrier as case").is_visible()
    underwriter.sign_in("underwriter@example.com")
    underwriter.go("/cases/")
    underwriter.page.get_by_role("link", name="Example Acorn Books Inc").click()
    assert underwriter.page.get_by_text("Renewal, Fulton").is_visible()
    underwriter.page.get_by_role("link", name="Its coverage").click()
    assert underwriter.page.get_by_role("heading", level=1).inner_text().startswith("Example Acorn Books Inc")
    underwriter.look("coverage seen by the carrier")
