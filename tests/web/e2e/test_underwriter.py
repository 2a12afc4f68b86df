"""An underwriter's day: the queue, a paper judged, a letter, an override that a second person confirms, two windows."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

Begin = Callable[..., Any]
BOATS = "Example Anchor Boats Inc"


def test_a_case_from_the_queue_to_an_override(visit: Begin, tmp_path: Path) -> None:
    broker, underwriter, supervisor = visit(), visit(), visit()
    paper = tmp_path / "certificate.pdf"
    paper.write_bytes(b"%PDF-1.4\n% an invented certificate\n%%EOF\n")
    broker.sign_in("broker@example.com")
    broker.page.get_by_role("link", name=BOATS).click()
    broker.page.get_by_role("link", name="Papers", exact=True).click()
    broker.page.get_by_label("What it is", exact=True).select_option("workers_compensation_certificate")
    broker.page.get_by_label("Files, one or several").set_input_files(paper)
    broker.page.get_by_role("button", name="Hand in").click()
    broker.page.get_by_role("link", name="certificate.pdf").wait_for()

    page = underwriter.page
    underwriter.sign_in("underwriter@example.com")
    assert page.get_by_role("heading", name="Cases", level=1).is_visible()
    underwriter.look("queue")
    page.get_by_role("link", name=BOATS).click()
    underwriter.look("case")
    page.get_by_role("link", name="Members", exact=True).or_(page.get_by_role("button", name="Members")).click()
    page.get_by_role("region", name="Members of the census").wait_for()
    page.get_by_role("button", name="Accept certificate.pdf").click()
    page.get_by_role("button", name="Take the judgment back on certificate.pdf").wait_for()

    page.get_by_role("button", name="See the letter before it goes").click()
    underwriter.look("letter to be sent")
    page.get_by_role("button", name="Send it").click()
    page.get_by_role("link", name="The letter of September 12, 2025").first.wait_for()

    page.get_by_label("Approve").check()
    page.get_by_label("Reason", exact=True).last.fill("The certificate came by mail.")
    page.get_by_role("button", name="Decide", exact=True).click()
    page.get_by_role("heading", name="An override waits for a second person").wait_for()
    assert page.get_by_role("button", name="Confirm: approve").count() == 0
    case = page.url

    supervisor.sign_in("supervisor@example.com")
    supervisor.page.goto(case)
    supervisor.look("override")
    supervisor.page.get_by_label("Why", exact=True).first.fill("I have seen it too.")
    supervisor.page.get_by_role("button", name="Confirm: approve").click()
    supervisor.page.get_by_role("link", name="The whole history").click()
    supervisor.look("history of a case")
    supervisor.page.get_by_role("button", name=re.compile("Make it anew ?, decision 1$")).click()
    supervisor.page.get_by_text("the same to the byte").wait_for()

    broker.go("/groups/")
    broker.page.get_by_role("link", name=BOATS).click()
    assert broker.page.get_by_role("link", name="Enroll it now").is_visible()


def test_two_windows_on_one_case(visit: Begin) -> None:
    one, other = visit(), visit()
    one.sign_in("underwriter@example.com")
    other.sign_in("supervisor@example.com")
    for somebody in (one, other):
        somebody.go("/cases/")
        somebody.page.get_by_role("link", name="Example Sawdust Carpentry Inc").click()
    other.page.get_by_label("Assigned to").select_option(label="Sam Supervisor")
    other.page.get_by_role("button", name="Assign", exact=True).click()
    other.page.get_by_text("is assigned to Sam Supervisor").wait_for()
    one.page.get_by_label("Refer: somebody else").check()
    one.page.get_by_label("Reason", exact=True).last.fill("These words are not lost.")
    one.page.get_by_role("button", name="Decide", exact=True).click()
    one.page.get_by_text("Nothing of what you sent was done").wait_for()
    one.complaints.clear()  # the browser notes the 409 itself
    assert one.page.get_by_role("blockquote").filter(has_text="These words are not lost.").is_visible()
    one.look("case overtaken")


def test_the_carrier_administrator_looks_and_does_not_decide(visit: Begin) -> None:
    somebody = visit(phone=True)
    somebody.sign_in("carrier@example.com")
    somebody.go("/cases/")
    somebody.page.get_by_role("link", name="Example Crumb Bakery Inc").click()
    assert somebody.page.get_by_role("button", name="Decide", exact=True).count() == 0
    assert not somebody.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
    somebody.look("case for the administrator phone")
