"""A broker walks through the coverage of a group: the roster, a hire, an end that warns, participation, renewals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Begin = Callable[..., Any]


def test_a_broker_changes_a_roster_and_prepares_a_renewal(visit: Begin) -> None:
    somebody = visit()
    page = somebody.page
    somebody.sign_in("broker@example.com")
    somebody.go("/coverage/")
    somebody.look("covered groups")
    page.get_by_role("link", name="Example Tide Charts Inc").click()
    somebody.look("coverage")
    page.get_by_role("button", name="Add a new hire").click()
    page.get_by_label("Day of hire").fill("2025-09-08")
    page.get_by_label("First name").fill("Fennel")
    page.get_by_label("Last name").fill("Sample")
    page.get_by_label("Birth date").fill("1992-03-04")
    page.get_by_label("Plan, of one who enrolls").select_option("KP-GA-SILVER-1")
    somebody.look("a new hire")
    page.get_by_role("button", name="Show what it would do").click()
    assert page.get_by_text("45 CFR 147.116").is_visible()
    somebody.look("a new hire to confirm")
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Undo", exact=True).click()
    assert page.get_by_text("Undone: change").is_visible()
    page.get_by_role("button", name="Roster by day").click()
    somebody.look("roster")
    page.get_by_label("As of").fill("2025-11-01")
    page.get_by_role("button", name="Show").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Roster as of November 1, 2025"
    page.go_back()
    page.go_back()
    page.get_by_role("button", name="Participation by month").click()
    somebody.look("participation")
    somebody.go("/coverage/renewals/")
    somebody.look("renewals")
    page.get_by_role("link", name="Example Acorn Books Inc").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Renewal on November 1, 2025"
    somebody.look("renewal")


def test_renewals_on_a_phone_without_scripts(visit: Begin) -> None:
    somebody = visit(phone=True, scripts=False)
    somebody.sign_in("general@example.com")
    somebody.go("/coverage/renewals/")
    assert somebody.page.get_by_role("link", name="Example Acorn Books Inc").is_visible()


def test_pages_fit_a_phone(visit: Begin) -> None:
    somebody = visit(phone=True)
    somebody.sign_in("broker@example.com")
    somebody.go("/coverage/")
    somebody.page.get_by_role("link", name="Example Tide Charts Inc").click()
    address = somebody.page.url
    for part in ("", "participation/", "roster/", "change/end/", "end/"):
        somebody.page.goto(address + part)
        wide = somebody.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
        assert not wide, part
        somebody.look(f"coverage phone {part or 'page'}")
