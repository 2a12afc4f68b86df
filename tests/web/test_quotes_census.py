"""A census on its way to a quote: refused with a sentence, mended in place, undone, and seen by nobody else."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from smallgroup.web.audit_log.models import AuditLine
from smallgroup.web.quotes import uploads
from smallgroup.web.quotes.edits import Edit, Work, difference, edited
from smallgroup.web.quotes.models import CensusDraft
from smallgroup.web.vault.models import Sealed
from tests.web.quoting import HEADER, census, do, drafted, messy, page, people_rows, seen, send, workbook

pytestmark = pytest.mark.django_db


def test_the_page_teaches_and_offers_a_sample_and_a_template(people: Any) -> None:
    client = people.client(None)
    text = page(client, "/quotes/quick/")
    assert "Drop the census" in text
    assert "Try the sample census" in text
    sheet = client.get("/quotes/quick/census-template.xlsx")
    assert sheet.headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert zipfile.is_zipfile(io.BytesIO(sheet.content))
    address = client.post("/quotes/quick/", {"sample": "yes"}).headers["Location"]
    assert "23 employees" in page(client, address)


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(census())) as whole, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bad:
        for item in whole.namelist():
            data = whole.read(item)
            if item.endswith("sheet1.xml"):
                data = data.replace(b"<sheetData>", b"<sheetData>" + b"<row></row>" * 30_000_000)
            bad.writestr(item, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("photo.xlsx", b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(500), "photo.xlsx"),
        ("empty.xlsx", b"", "empty"),
        ("staff.docx", b"PK\x03\x04" + bytes(100), "staff.docx"),
        ("bomb.xlsx", None, "bomb.xlsx"),
    ],
)
def test_a_file_that_is_no_census_is_refused_on_the_same_page(
    people: Any, name: str, data: bytes | None, said: str
) -> None:
    client = people.client(None)
    answer = send(client, _bomb() if data is None else data, name)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert said in text
    assert 'role="alert"' in text
    assert "Drop the census" in text
    assert not CensusDraft.objects.exists()
    assert not Sealed.objects.exists()
    assert drafted(client)  # and the page works on


def test_a_file_that_is_too_large_is_refused_before_it_is_kept(
    people: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "UPLOAD_BYTES", 2**20)
    answer = send(people.client(None), bytes(3 * 2**20))
    assert answer.status_code == 422
    assert "larger than 1 MB" in answer.content.decode()


def test_no_file_at_all_is_said(people: Any) -> None:
    answer = people.client(None).post("/quotes/quick/")
    assert answer.status_code == 422
    assert "no file came" in answer.content.decode()


def test_without_the_token_of_the_form_nothing_is_taken(people: Any) -> None:
    from django.test import Client

    assert send(Client(enforce_csrf_checks=True), census()).status_code == 403
    assert not CensusDraft.objects.exists()


def test_who_sends_too_often_is_told_and_who_signed_in_is_not_counted(
    people: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "UPLOADS", 2)
    client, ada = people.client(None), people.client("ada")
    assert [send(client, census()).status_code for _ in range(3)] == [302, 302, 429]
    assert "Wait a few minutes" in send(client, census()).content.decode()
    assert [send(ada, census()).status_code for _ in range(3)] == [302, 302, 302]


def test_every_fault_stands_at_its_cell_and_no_ssn_anywhere(people: Any, caplog: pytest.LogCaptureFixture) -> None:
    client = people.client(None)
    address = drafted(client, messy())
    text = page(client, address)
    assert "3 things to look at" in text
    assert [found for found in ("cell-E5", "cell-D6", "cell-H7") if f'name="{found}"' in text] == [
        "cell-E5", "cell-D6", "cell-H7"
    ]  # fmt: skip
    assert "is not a relationship that is known" in text
    assert "000-12" not in text
    assert "Social Security numbers: it was dropped" in text
    assert re.search(r"<td>100</td>|class=\"right\">100<", text)  # the score of a column that bears a field's own name
    assert "Emploee" not in caplog.text


def test_cells_are_mended_in_place_and_undone_step_by_step(people: Any) -> None:
    client = people.client(None)
    data = messy()
    address = drafted(client, data)
    text = do(client, address, "cells", cell_E5="1975-03-31", cell_H7="spouse_group")
    assert "1 thing to look at" in text
    text = do(client, address, re.search(r'value="(fix-\d+)"', text).group(1))  # type: ignore[union-attr]
    assert "The census is clear" in text
    assert "1 waive" in text
    text = do(client, address, "undo")
    assert "Emploee" in text
    text = do(client, address, "undo")
    assert "3 things to look at" in text
    assert "Undo" not in text
    draft = CensusDraft.objects.get()
    assert Sealed.objects.count() == 2  # the file, untouched, and the last list of edits
    assert draft.original.open() == data


def test_what_was_typed_is_kept_when_a_proposal_is_pressed(people: Any) -> None:
    client = people.client(None)
    address = drafted(client, messy())
    text = page(client, address)
    button = re.search(r'value="(fix-\d+)"', text).group(1)  # type: ignore[union-attr]
    text = do(client, address, button, cell_E5="1975-03-31", cell_H7="spouse_group")
    assert "The census is clear" in text


def test_all_safe_proposals_are_one_click(people: Any) -> None:
    rows = people_rows(6)
    rows[0][4], rows[1][8], rows[2][3] = "1950 03 04", "40 hours", "Emploee"
    client = people.client(None)
    address = drafted(client, workbook(("Staff", [HEADER, *rows])))
    text = page(client, address)
    assert "3 things to look at" in text
    assert "Accept 2 safe proposals" in text
    after = do(client, address, "safe")
    assert "1 thing to look at" in after
    assert "Accept" not in after
    assert "Emploee" in after
    assert "3 things to look at" in do(client, address, "undo")


def test_a_column_is_what_a_person_says_it_is(people: Any) -> None:
    rows = [["Name of the person", "Kin", "Came to the world"], *(
        [f"Pat Example{n}", "Employee", f"198{n}-01-02"] for n in range(5)
    )]  # fmt: skip
    client = people.client(None)
    address = drafted(client, workbook(("People", rows)))
    assert "look at" in page(client, address)
    text = do(client, address, "columns", field_1="relationship", field_2="date_of_birth")
    assert "The census is clear" in text
    assert "You said so." in text


def test_of_two_sheets_one_is_chosen(people: Any) -> None:
    data = workbook(("May", [HEADER, *people_rows(4)]), ("June", [HEADER, *people_rows(7)]))
    client = people.client(None)
    address = drafted(client, data)
    assert "more than one sheet" in page(client, address)
    assert "7 employees" in do(client, address, "columns", sheet="June")


def test_two_windows_the_second_is_told(people: Any) -> None:
    client = people.client(None)
    address = drafted(client, messy())
    old = seen(page(client, address))
    do(client, address, "cells", cell_E5="1975-03-31")
    answer = client.post(address, {"seen": old, "do": "cells", "cell-H7": "spouse_group"})
    assert answer.status_code == 422
    assert "another window" in answer.content.decode()


def test_a_draft_is_nobody_elses(people: Any) -> None:
    mine = people.client(None)
    address = drafted(mine)
    for other in (people.client(None), people.client("ada"), people.client("uma")):
        for path in (address, f"{address}terms/"):
            assert other.get(path).status_code == 404
        for path in (address, f"{address}totals/", f"{address}save/"):
            assert other.post(path).status_code == 404
    line = AuditLine.objects.get(kind="draft", verb="make")
    assert line.who == "nobody"


def test_a_draft_ends_on_its_day(people: Any, day: Any) -> None:
    from datetime import date

    client = people.client(None)
    address = drafted(client)
    day(date(2025, 10, 13))
    assert client.get(address).status_code == 404


def test_two_hundred_people_are_paged_and_small(people: Any) -> None:
    rows = people_rows(200)
    rows[150][3] = "Emploee"
    client = people.client(None)
    address = drafted(client, workbook(("Staff", [HEADER, *rows])))
    faulty = client.get(address).content
    assert faulty.count(b"<tr>") < 40
    whole = client.get(f"{address}?show=all&page=8").content
    assert b"Example190" in whole
    assert max(len(faulty), len(whole)) < 150_000
    assert "200 employees" in do(client, address, "cells", cell_D152="employee")
    assert len(client.get(f"{address}terms/").content) < 150_000


def test_edits_are_what_makes_one_sheet_of_the_other() -> None:
    from datetime import date

    from smallgroup.census.sheet import Sheet

    before = (Sheet.of_rows([["A", "B"], ["x", 1], [None, True]], name="S"),)
    after = (Sheet.of_rows([["A", "B"], ["x", date(2020, 1, 2)], ["y", 1]], name="S"),)
    edits = difference(before, after)
    assert [edit.cell for edit in edits] == ["A3", "B2", "B3"]
    work = Work({"A": "zip"}, "S", (edits,))
    again = Work.of_bytes(work.as_bytes())
    assert again == work
    assert edited(before, again.steps)[0].columns == after[0].columns
    assert edited(before, ((Edit("S", 99, 0, "z"), Edit("T", 2, 0, "z")),)) == before


def test_a_row_whose_fault_no_column_shows_is_open_to_be_mended(people: Any) -> None:
    client = people.client(None)
    lines = ["First,Last,Relation,DOB,Home Zip,Election", "Ash,Sample,Employee,1980-02-28,30303,enroll",
             "Birch,Sample,Employee,1982-04-05,30303,waive"]  # fmt: skip
    began = client.post("/quotes/quick/", {"census": SimpleUploadedFile("messy.csv", "\n".join(lines).encode())})
    page = client.get(began.url).content.decode()
    assert "or a whole row" in page
    assert ('name="cell-F3"' in page, 'name="cell-F2"' in page) == (True, False)
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen
    client.post(began.url, {"do": "cells", "seen": seen[1], "cell-F3": "decline"})
    assert "The census is clear" in client.get(began.url).content.decode()
