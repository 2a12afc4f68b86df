"""A browser that makes quotes, for the tests of them. Everybody is invented."""

from __future__ import annotations

import io
import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

HEADER = ["EE #", "First name", "Last name", "Relation", "DOB", "Zip", "Election", "Waiver reason", "Hours per week"]
TERMS = {
    "legal_name": "Example Orchard LLC", "county": "Fulton", "zip": "30303", "effective_date": "2025-10-01",
    "employee": "50", "employee_unit": "percent", "dependents": "25", "dependents_unit": "percent",
}  # fmt: skip


def people_rows(count: int, **changed: str) -> list[list[Any]]:
    return [
        [n + 1, "Pat", f"Example{n}", "Employee", f"{1965 + n % 35}-0{1 + n % 9}-11", "30303",
         changed.get("election", "enroll"), changed.get("reason", ""), 40]
        for n in range(count)
    ]  # fmt: skip


def workbook(*sheets: tuple[str, list[list[Any]]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def census(count: int = 6, **changed: str) -> bytes:
    return workbook(("Staff", [HEADER, *people_rows(count, **changed)]))


def messy() -> bytes:
    """Title rows, a blank row, a misspelled word, a day that is none, a waiver without a reason, an SSN column."""
    rows = people_rows(5)
    rows[0][4], rows[1][3], rows[2][6] = "31/31/1975", "Emploee", "waive"
    rows = [[*row, f"000-12-345{at}"] for at, row in enumerate(rows)]
    return workbook(("Staff", [["Example Orchard LLC"], ["Census, August"], [], [*HEADER, "SSN"], *rows]))


def send(client: Client, data: bytes, name: str = "staff.xlsx") -> Any:
    return client.post("/quotes/quick/", {"census": SimpleUploadedFile(name, data)})


def drafted(client: Client, data: bytes | None = None, name: str = "staff.xlsx") -> str:
    """The address of a draft."""
    answer = send(client, census() if data is None else data, name)
    assert answer.status_code == 302, answer.content.decode()
    address: str = answer.headers["Location"]
    return address


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def seen(text: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', text)
    assert found
    return found.group(1)


def do(client: Client, address: str, what: str, **cells: str) -> str:
    """Press a button on the census's page, with something typed; the page that follows."""
    typed = {name.replace("_", "-"): text for name, text in cells.items()}
    form = {"seen": seen(page(client, address)), "do": what, **typed}
    answer = client.post(address, form)
    assert answer.status_code == 302, answer.content.decode()
    return page(client, answer.headers["Location"])


def saved(client: Client, data: bytes | None = None, **terms: str) -> str:
    """The address of a new quote: its private link, or its number where an agent made it."""
    answer = client.post(f"{drafted(client, data)}save/", {**TERMS, **terms})
    assert answer.status_code == 302, answer.content.decode()
    address: str = answer.headers["Location"]
    return address


def changed(client: Client, quote: str, **terms: str) -> Any:
    """Change a quote's terms and save a revision of it."""
    begun = client.post(f"{quote}modify/", {"do": "terms"})
    assert begun.status_code == 302, begun.status_code
    draft = begun.headers["Location"].removesuffix("terms/")
    return client.post(f"{draft}save/", {**TERMS, **terms, "do": "revise"})
