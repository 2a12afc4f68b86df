"""A broker brings a group: prospect, application, census, papers, check, submission, and what the carrier asks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.web.e2e.conftest import ROOT

Begin = Callable[..., Any]
MEND = "Example Umbrella Menders LLC"


def test_a_group_from_prospect_to_answers(visit: Begin, tmp_path: Path) -> None:
    broker = visit()
    page = broker.page
    broker.sign_in("broker@example.com")
    broker.look("groups")
    page.get_by_role("button", name="New prospect").click()
    page.get_by_label("Legal name").fill(MEND)
    page.get_by_label("County of the business, GA").fill("Fulton")
    page.get_by_label("Expected effective date").fill("2025-10-01")
    page.get_by_role("button", name="Write it down").click()
    broker.look("group of a prospect")
    group = page.url

    text = (ROOT / "examples" / "group.yaml").read_text()
    written = tmp_path / "group.yaml"
    text = text.replace("Example Crumb Bakery Inc", MEND).replace("compensation: covered", "compensation: none")
    written.write_text(text)
    tabs = page.get_by_role("navigation", name="Group")
    tabs.get_by_role("link", name="Application").click()
    page.get_by_label("A group.yaml, instead of what is here").set_input_files(written)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("link", name="Waiting period").click()
    broker.look("group section")
    page.get_by_role("button", name="Save", exact=True).click()

    page.goto(f"{group}census/")
    page.get_by_label("The census: any layout").set_input_files(ROOT / "examples" / "census.xlsx")
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("heading", name="Revisions").wait_for()
    if page.get_by_role("button", name="Take it").count():
        page.get_by_role("button", name="Take it").click()
    assert page.get_by_role("cell", name="census.xlsx").is_visible()
    broker.look("group census")

    page.goto(f"{group}papers/")
    good, bad = tmp_path / "license.pdf", tmp_path / "photo.pdf"
    good.write_bytes(b"%PDF-1.4\n% an invented license\n%%EOF\n")
    bad.write_bytes(b"MZ this is no paper")
    page.get_by_label("What it is", exact=True).select_option("business_license")
    page.get_by_label("Files, one or several").set_input_files([good, bad])
    page.get_by_role("button", name="Hand in").click()
    broker.complaints.clear()  # the browser notes the 422 itself
    assert page.get_by_text("photo.pdf").first.is_visible()
    broker.look("group papers")

    page.goto(f"{group}check/")
    assert page.get_by_text("Something is missing: it can be submitted").is_visible()
    page.get_by_role("button", name="Submit to the carrier").click()
    asked = page.get_by_role("region", name="What it waits for")
    broker.look("group asked")
    asked.get_by_role("link", name="Answer it under Workers' compensation").click()
    page.get_by_label("Workers' compensation insurance").select_option(label="covered")
    page.get_by_role("button", name="Save", exact=True).click()
    assert page.get_by_text("New since it was last sent: the application").is_visible()
    page.get_by_role("button", name="Answer and send again").click()
    assert page.get_by_text("was sent again").is_visible()

    for path in ("/quotes/", "/coverage/renewals/", "/coverage/"):
        broker.go(path)
        assert page.get_by_role("heading", level=1).is_visible()
    broker.look("broker's covered groups")


def test_a_group_fits_a_phone(visit: Begin) -> None:
    broker = visit(phone=True)
    broker.sign_in("agency@example.com")
    broker.page.get_by_role("link", name="Example Anchor Boats Inc").click()
    address = broker.page.url
    for part in ("", "application/", "application/workforce/", "census/", "papers/", "check/", "case/"):
        broker.page.goto(address + part)
        wide = broker.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
        assert not wide, part
    broker.look("group phone")
    broker.go("/accounts/people/")
    assert not broker.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
    broker.look("people phone")
