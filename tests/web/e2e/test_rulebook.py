"""The rulebook in a browser: leafing, a clause tried live and without JavaScript, and two versions compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Begin = Callable[..., Any]
CLAUSE = "/rulebook/kp-ga-2025-07/participation/"


def wide(somebody: Any) -> bool:
    return bool(somebody.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"))


@pytest.mark.parametrize("phone", [False, True])
def test_leafing_and_searching(visit: Begin, phone: bool) -> None:
    somebody = visit(phone=phone)
    somebody.go("/rulebook/")
    somebody.look(f"rulebook{' phone' if phone else ''}")
    assert not wide(somebody)
    somebody.page.get_by_label("Search").fill("workers' comp")
    somebody.page.get_by_role("link", name="Business license or Secretary of State").wait_for(state="detached")
    somebody.page.get_by_role("link", name="Workers' compensation").click()
    assert somebody.page.get_by_role("heading", level=1).inner_text() == "Workers' compensation"
    assert not wide(somebody)


@pytest.mark.parametrize("phone", [False, True])
def test_a_clause_is_tried_live(visit: Begin, phone: bool) -> None:
    somebody = visit(phone=phone)
    somebody.go(CLAUSE)
    somebody.look(f"rulebook clause{' phone' if phone else ''}")
    assert not wide(somebody)
    page = somebody.page
    assert "met" in page.locator("#answer h3").inner_text()
    field = page.get_by_label("W-2 employees who decline", exact=True)
    field.fill("40")
    page.locator("#answer").get_by_text("What would change it").wait_for()
    assert field.evaluate("one => one === document.activeElement"), "the field keeps the focus"
    field.fill("many")
    page.locator("#why-decline").get_by_text("no whole number").wait_for()
    field.fill("3")
    page.get_by_label("not known: W-2 employees who decline").check()
    page.locator("#answer").get_by_text("It turns on what is not known").wait_for()
    assert page.locator("#why-decline").inner_text() == ""
    somebody.look(f"rulebook clause tried{' phone' if phone else ''}")


def test_a_clause_is_tried_without_javascript(visit: Begin) -> None:
    somebody = visit(scripts=False)
    somebody.go(CLAUSE)
    somebody.page.get_by_label("W-2 employees who decline", exact=True).fill("40")
    somebody.page.get_by_role("button", name="Answer").click()
    assert "not met" in somebody.page.locator("#answer h3").inner_text()
    assert somebody.page.get_by_label("W-2 employees who decline", exact=True).input_value() == "40"


def test_another_day(visit: Begin) -> None:
    somebody = visit()
    somebody.go(CLAUSE + "?on=2025-06-30")
    assert somebody.page.get_by_text("Nothing to apply on June 30, 2025").is_visible()
    somebody.look("rulebook clause not in force")


def test_comparing_as_a_carrier(visit: Begin) -> None:
    somebody = visit()
    somebody.go("/rulebook/compare/")
    somebody.look("rulebook compare empty")
    somebody.page.get_by_role("link", name="the guideline as it is, and with").click()
    assert somebody.page.get_by_text("1 changed").is_visible()
    somebody.look("rulebook compare settled")
    somebody.sign_in("supervisor@example.com")
    somebody.go("/rulebook/compare/?from=kp-ga-2025-07&to=illustration-ca&groups=1")
    assert somebody.page.get_by_role("heading", name="Groups decided otherwise").is_visible()
    somebody.look("rulebook compare groups")
    with somebody.page.expect_download() as began:
        somebody.page.get_by_role("button", name="Download all as CSV").click()
    assert began.value.suggested_filename == "groups-decided-otherwise.csv"
