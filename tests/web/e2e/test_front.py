"""What anybody sees, and signing in as each role."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Begin = Callable[..., Any]


@pytest.mark.parametrize("phone", [False, True])
def test_the_first_page(visit: Begin, phone: bool) -> None:
    somebody = visit(phone=phone)
    somebody.go("/")
    assert somebody.page.get_by_role("heading", level=1).inner_text().startswith("A census in")
    wide = somebody.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
    assert not wide, "the page is wider than the screen"
    somebody.look(f"front{' phone' if phone else ''}")


def test_the_first_page_by_keyboard(visit: Begin) -> None:
    somebody = visit()
    somebody.go("/")
    somebody.page.keyboard.press("Tab")
    assert somebody.page.evaluate("document.activeElement.textContent") == "To the content"
    somebody.page.keyboard.press("Enter")
    assert somebody.page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("email", ["broker@example.com", "general@example.com", "underwriter@example.com"])
def test_signing_in(visit: Begin, email: str) -> None:
    somebody = visit()
    somebody.go("/accounts/login/")
    somebody.look("sign in")
    somebody.sign_in(email)
    assert somebody.page.get_by_role("button", name="Sign out").is_visible()
    somebody.go("/accounts/people/")
    somebody.look(f"people {email.partition('@')[0]}")
    somebody.page.get_by_role("button", name="Sign out").click()
    assert somebody.page.get_by_role("link", name="Sign in").is_visible()


def test_a_page_that_is_not_there(visit: Begin) -> None:
    somebody = visit()
    assert somebody.go("/nothing/").status == 404
    somebody.complaints.clear()  # the browser notes the 404 itself
    somebody.look("nothing here")
