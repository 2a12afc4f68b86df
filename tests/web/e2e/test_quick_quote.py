"""Anybody comes with a messy spreadsheet, mends it, sees prices, saves, and opens the private link elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl import Workbook

Begin = Callable[..., Any]
CHAIRS = "Example Driftwood Chairs LLC"


def messy(folder: Path) -> Path:
    """Title rows, a day that does not exist, a typo, a ZIP code without its zero, a reason with no column, a total."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        [CHAIRS],
        ["Census for quoting, all of it invented"],
        [],
        ["Emp #", "First", "Last", "Relation", "DOB", "Home Zip", "Hire date", "Hrs/wk", "Election"],
        ["1", "Ash", "Sample", "Employee", "02/31/1980", "30303", "2019-05-01", "40", "enroll"],
        ["1", "Birch", "Sample", "Spuose", "1982-04-05", "30303", "", "", ""],
        ["2", "Cedar", "Invented", "Employee", "1975-07-09", "7030", "2018-03-04", "40", "enroll"],
        ["3", "Dogwood", "Pretend", "Employee", "1990-12-13", "30309", "2020-01-02", "38", "waive"],
        ["4", "Elm", "Made-Up", "Employee", "1991-06-30", "30318", "2021-09-01", "40", "enroll"],
        ["Total", "", "", "4 employees"],
    ):
        sheet.append(row)
    path = folder / "messy.xlsx"
    book.save(path)
    return path


def things(page: Any, number: int) -> None:
    """Wait until the page says so."""
    said = {0: "The census is clear", 1: "1 thing to look at"}.get(number, f"{number} things to look at")
    page.get_by_role("heading", name=said, level=1).wait_for()


def test_from_a_messy_spreadsheet_to_a_private_link(visit: Begin, tmp_path: Path) -> None:
    somebody = visit()
    page = somebody.page
    somebody.go("/quotes/quick/")
    somebody.look("quick quote")
    page.get_by_label("Drop the census here").set_input_files(messy(tmp_path))
    things(page, 4)
    assert page.get_by_text("Row 10 ('Total') is a total and no member").is_visible()
    somebody.look("quick quote census")
    page.get_by_label("birth date, row 5").fill("02/28/1980")
    page.get_by_role("button", name="Take over what I typed").click()
    things(page, 3)
    page.get_by_role("button", name="Write spouse").click()
    things(page, 2)
    page.get_by_role("button", name="Undo the last change").click()
    things(page, 3)
    page.get_by_role("button", name="Write spouse").click()
    things(page, 2)
    page.get_by_role("button", name="Write 07030").click()
    things(page, 1)
    # Nobody's column holds why coverage is waived: the whole row is open, and the election can be written otherwise.
    page.get_by_label("election, row 8").fill("decline")
    page.get_by_role("button", name="Take over what I typed").click()
    things(page, 0)
    page.get_by_role("button", name="On to terms and prices").click()
    page.get_by_label("Legal name").fill(CHAIRS)
    page.get_by_label("County of the business").select_option("Fulton")
    page.get_by_role("heading", name="Premiums a month, if everybody took the plan").wait_for()
    assert "“Waiting period”" in page.locator("#totals").inner_text()
    assert "application." not in page.locator("#totals").inner_text()
    page.get_by_label("Percent for each employee").press("ArrowRight")
    assert page.get_by_label("Amount for each employee").input_value() == "51"
    somebody.look("quick quote terms")
    page.get_by_role("button", name="Save the quote").click()
    link = page.get_by_role("textbox", name="Private link").input_value()
    somebody.look("quote")
    with page.expect_download() as began:
        page.get_by_role("button", name="Proposal (PDF)").click()
    assert Path(began.value.path()).read_bytes().startswith(b"%PDF")

    other = visit(phone=True)
    other.page.goto(link)
    assert other.page.get_by_role("heading", level=1).inner_text() == CHAIRS
    assert not other.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
    other.page.get_by_role("button", name="Change the terms").click()
    other.page.get_by_label("Amount for dependents").fill("25")
    other.page.get_by_role("button", name="Save as revision 2").click()
    other.page.get_by_role("link", name="Compare revisions").click()
    assert other.page.get_by_role("row", name="Dependents 0 25").is_visible()
    other.look("quote compared phone")


def test_a_link_that_leads_nowhere(visit: Begin) -> None:
    somebody = visit()
    assert somebody.go("/quotes/q/a-link-that-was-cut-short/").status == 404
    assert somebody.page.get_by_role("heading", name="This link leads nowhere").is_visible()
