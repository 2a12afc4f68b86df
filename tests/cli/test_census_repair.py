"""census check --fixed, --accept, --log and census convert: what is written, what is never written."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cli.conftest import ROOT, Run

from smallgroup.census.fields import FIELDS
from smallgroup.census.layout_rows import rows_of
from smallgroup.census.read import read_census
from smallgroup.census.sheet import Sheet
from smallgroup.intake import census_file
from smallgroup.intake.child import Limits
from smallgroup.intake.csv_text import _rows, delimiter_of
from smallgroup.intake.write_workbook import Page, save_csv, save_workbook

AS_OF = date(2025, 9, 12)
ON = ("--as-of", "2025-09-12")
SSN = "123-45-6789"
HEADER = ["family_id", "relationship", "last_name", "date_of_birth", "zip", "sex", "SSN"]
WRONG = [
    ["F001", "employee", "=cmd|' /C calc'!A0", "06/01/45", "02138", "Woman", SSN],
    ["F001", "spouse", "Lee", "1950/03/04", "2138", "F", "123456789"],
    ["F001", "spouse", "Lee", "1950-03-04", "2138", "F", None],
    ["F002", "employee", "Roe", "31/12/1990", "02139", "M", None],
    ["F02", "child", "Roe", date(2015, 6, 15), "02139", "M", None],
    ["F002", "child", "Old", date(1990, 1, 1), "02139", "M", None],
    ["F003", "emploi", "Doe", "1985-02-31", "02139", "M", None],
]


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["+1 404 555 0100", "-x", "@y", 3])
    staff = book.create_sheet("Staff")
    for row in [HEADER, *WRONG]:
        staff.append(row)
    staff["C2"].data_type = "s"
    path = tmp_path / "staff.xlsx"
    book.save(path)
    return path


def test_each_fault_with_its_cell_and_its_proposal(run: Run, wrong: Path) -> None:
    status, out, err = run("census", "check", wrong, *ON)
    assert (status, out) == (1, "")
    lines = err.splitlines()
    at = next(at for at, line in enumerate(lines) if line.endswith("[D3]"))
    assert lines[at].startswith("- Census, sheet 'Staff', row 3, birth date: '1950/03/04' is not a date.")
    assert lines[at + 1] == "  proposed: 1950-03-04 (safe): the year is in full and stands first."
    assert "  proposed: 1945-06-01 (to be confirmed): the year is in two digits;" in err
    assert "123456789" not in err
    assert SSN not in err
    told = json.loads(run("census", "check", wrong, *ON, "--json")[1])
    by_cell = {problem["cell"]: problem["proposal"] for problem in told["errors"]}
    assert by_cell["E3"] == {"new": "02138", "why": "a number loses its leading zero.", "safe": True, "kind": "write"}
    assert by_cell["D8"] is None
    assert [problem["cell"] for problem in told["to_check"]] == ["B7"]


def test_the_fixed_copy_has_colors_comments_and_proposals_in_place(run: Run, wrong: Path, tmp_path: Path) -> None:
    before = wrong.read_bytes()
    status, out, _ = run("census", "check", wrong, *ON, "--fixed", "fixed.xlsx")
    assert status == 1
    assert "The column 'SSN' (column G) looks like Social Security numbers: it was left out." in out
    assert wrong.read_bytes() == before
    book = openpyxl.load_workbook(tmp_path / "fixed.xlsx")
    assert book.sheetnames == ["Proposals", "Notes", "Staff"]
    staff = book["Staff"]
    assert staff["D3"].value == "1950/03/04"
    assert staff["D3"].fill.start_color.rgb == "FFF4B6B0"
    assert "Proposed: 1950-03-04 (safe)" in staff["D3"].comment.text
    assert staff["B7"].fill.start_color.rgb == "FFFFE699"
    assert staff["A3"].comment is None
    assert staff["D6"].value.date() == date(2015, 6, 15)
    assert [staff.cell(row, 7).value for row in range(1, 9)] == ["SSN", *[None] * 7]
    assert (staff["C2"].value, staff["C2"].data_type, staff["C2"].quotePrefix) == (WRONG[0][2], "s", True)
    for cell in book["Notes"][1][:3]:
        assert (cell.data_type, cell.quotePrefix) == ("s", True)
    header, *rows = book["Proposals"].values
    assert header == ("cell", "seen", "proposed", "why", "safe")
    proposed = {row[0]: (row[2], row[4]) for row in rows}
    assert proposed["Staff!D2"] == ("1945-06-01", "no")
    assert proposed["Staff!E3"] == ("02138", "yes")
    assert proposed["Staff!A6"] == ("F002", "no")
    said = "".join(str(cell.value) + str(cell.comment) for sheet in book for row in sheet.iter_rows() for cell in row)
    assert SSN not in said
    assert "123456789" not in said


def test_safe_proposals_are_applied_logged_and_the_rest_is_reported(run: Run, wrong: Path, tmp_path: Path) -> None:
    status, out, err = run("census", "check", wrong, *ON, "--accept", "safe", "--fixed", "f.xlsx", "--log", "log.csv")
    assert status == 1
    staff = openpyxl.load_workbook(tmp_path / "f.xlsx")["Staff"]
    assert (staff["D3"].value.date(), staff["E3"].value, staff["F2"].value) == (date(1950, 3, 4), "02138", "female")
    assert staff["D3"].fill.start_color.rgb == "FFC6E0B4"
    assert staff["D2"].value == "06/01/45"
    log = list(csv.DictReader((tmp_path / "log.csv").open(encoding="utf-8-sig")))
    assert {(line["cell"], line["old"], line["new"]) for line in log} == {
        ("D3", "1950/##/##", "1950-##-##"), ("E3", "2138", "02138"), ("E4", "2138", "02138"), ("F2", "Woman", "female"),
    }  # fmt: skip
    assert "[D2]" in err
    assert "4 proposals were applied." in out
    assert "remove the row" in err  # the spouse twice, which only shows once both birth dates are read


def test_all_proposals_and_then_nothing_is_wrong(run: Run, wrong: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(wrong)
    book["Staff"]["D8"], book["Staff"]["B8"] = "1985-02-28", "employe"
    book["Staff"]["C2"].data_type = "s"
    book.save(wrong)
    status, out, _ = run("census", "check", wrong, *ON, "--accept", "all", "--fixed", "fixed.xlsx", "--log", "log.csv")
    assert status == 0
    assert "3 employees and 3 dependents." in out
    found = census_file(tmp_path / "fixed.xlsx", as_of=AS_OF)
    assert found.sheet == "Staff"
    assert found.members["date_of_birth"].to_list() == [
        date(1945, 6, 1), date(1950, 3, 4), date(1990, 12, 31), date(2015, 6, 15), date(1990, 1, 1), date(1985, 2, 28),
    ]  # fmt: skip
    assert found.members["row"].to_list() == [2, 3, 5, 6, 7, 8]
    assert found.members["relationship"][4] == "child"  # that a child is disabled is for a person to say
    log = (tmp_path / "log.csv").read_text("utf-8-sig")
    said = log + out + "".join(str(row) for row in openpyxl.load_workbook(tmp_path / "fixed.xlsx")["Changes"].values)
    for whole in ("06/01/45", "1945-06-01", "1950/03/04", "31/12/1990", "1990-12-31", SSN, "123456789"):
        assert whole not in said
    told = json.loads(run("census", "check", wrong, *ON, "--accept", "all", "--log", "log.csv", "--force", "--json")[1])
    assert (told["errors"], len(told["changes"]), told["members"]) == ([], 9, 6)
    assert run("census", "check", "fixed.xlsx", *ON)[0] == 0
    again = run("census", "check", "fixed.xlsx", *ON, "--fixed", "again.xlsx")
    assert again[0] == 0
    assert openpyxl.load_workbook(tmp_path / "again.xlsx").sheetnames == ["Proposals", "Notes", "Staff"]


def test_a_serial_number_in_a_workbook_that_counts_from_1904_gets_no_proposal(run: Run, tmp_path: Path) -> None:
    for epoch, proposed in ((openpyxl.utils.datetime.CALENDAR_MAC_1904, False), (None, True)):
        book = openpyxl.Workbook()
        if epoch is not None:
            book.epoch = epoch
        book.active.append(["family_id", "relationship", "date_of_birth"])
        for at in range(4):
            book.active.append([f"F{at}", "employee", date(1980, 1, 1 + at)])
        book.active.append(["F9", "employee", 29221])
        book.save(tmp_path / "mac.xlsx")
        (problem,) = json.loads(run("census", "check", "mac.xlsx", *ON, "--json")[1])["errors"]
        assert (problem["cell"], problem["proposal"] is not None) == ("C6", proposed)


def test_nothing_is_written_over(run: Run, wrong: Path, tmp_path: Path) -> None:
    before = wrong.read_bytes()
    (tmp_path / "there.xlsx").write_text("mine")
    (tmp_path / "link.xlsx").symlink_to(wrong)
    for out, said in (("there.xlsx", "--force"), ("staff.xlsx", "never changed"), ("link.xlsx", "never changed"),
                      ("x.xls", "Name it .xlsx"), ("nowhere/x.xlsx", "cannot be written")):  # fmt: skip
        force = ("--force",) if "never" in said else ()
        status, _, err = run("census", "check", wrong, *ON, "--fixed", out, *force)
        assert (status, said in err) == (1, True)
        if out != "x.xls":
            assert run("census", "convert", wrong, out, *force)[0] == 1
    assert (tmp_path / "there.xlsx").read_text() == "mine"
    assert wrong.read_bytes() == before
    assert run("census", "check", wrong, *ON, "--fixed", "there.xlsx", "--force")[0] == 1
    assert (tmp_path / "there.xlsx").read_bytes().startswith(b"PK")
    assert not list(tmp_path.glob(".*part*"))


def test_accept_needs_a_place_and_a_log_needs_accept(run: Run, wrong: Path) -> None:
    assert run("census", "check", wrong, "--accept", "safe")[0] == 2
    assert run("census", "check", wrong, "--log", "log.csv")[0] == 2


# --- convert


@pytest.mark.parametrize("out", ["staff.xlsx", "staff.csv"])
def test_the_example_in_the_plain_layout(run: Run, tmp_path: Path, out: str) -> None:
    source = ROOT / "examples" / "census.xlsx"
    status, said, _ = run("census", "convert", source, out, *ON)
    assert status == 0
    assert said.startswith(f"Written: {out}, 38 members in the plain layout.")
    before, after = (census_file(path, as_of=AS_OF) for path in (source, tmp_path / out))
    assert after.members.drop("row").equals(before.members.drop("row"))


@pytest.mark.parametrize("out", ["staff.xlsx", "staff.csv"])
def test_the_example_in_the_exchange_template(run: Run, tmp_path: Path, out: str) -> None:
    source = ROOT / "examples" / "census.xlsx"
    told = json.loads(run("census", "convert", source, out, "--to", "exchange", *ON, "--json")[1])
    assert any("no place for" in notice and "election" in notice for notice in told["notices"])
    found = census_file(tmp_path / out, as_of=AS_OF)
    assert (found.layout, found.members["row"][0]) == ("exchange template v1.1", 4)
    before = census_file(source, as_of=AS_OF)
    assert found.members.select(told["held"]).equals(before.members.select(told["held"]))


def test_a_formula_is_a_text_and_reads_back(run: Run, tmp_path: Path) -> None:
    names = ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "''-x", "'Brien"]
    rows = [["family_id", "relationship", "dob", "last_name"],
            *([f"F{at}", "employee", "1980-01-01", name] for at, name in enumerate(names))]  # fmt: skip
    save_csv(tmp_path / "in.csv", rows)
    for out in ("out.xlsx", "out.csv"):
        assert run("census", "convert", "in.csv", out, *ON)[0] == 0
        assert census_file(tmp_path / out, as_of=AS_OF).members["last_name"].to_list() == names
    for cell in openpyxl.load_workbook(tmp_path / "out.xlsx")["Census"]["E"][1:5]:
        assert (cell.data_type, cell.quotePrefix) == ("s", True)
    for line in list(csv.reader((tmp_path / "out.csv").open(encoding="utf-8-sig")))[1:]:
        assert not line[4].startswith(("=", "+", "-", "@"))


def test_a_census_with_faults_is_not_converted(run: Run, wrong: Path, tmp_path: Path) -> None:
    assert run("census", "convert", wrong, "out.csv", *ON)[0] == 1
    assert not (tmp_path / "out.csv").exists()


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=8).map(
    lambda text: text.replace("#", "").strip(" \t\r\n\v\f\u00a0\u200b\ufeff") or "x"
)
VALUES = {
    "text": st.none() | texts,
    "date": st.none() | st.dates(date(1950, 1, 1), date(2025, 9, 1)),
    "cents": st.none() | st.integers(0, 10**9),
    "yes_no": st.none() | st.booleans(),
}


_BORN = [
    (date(1950, 1, 1), date(1968, 12, 31)), (date(1969, 1, 1), date(1987, 12, 31)),
    (date(1988, 1, 1), date(2006, 12, 31)), (date(2007, 1, 1), date(2025, 9, 1)),
]  # fmt: skip
"""Each person in years of their own: a child of one name and birth date in a family is one child listed twice."""


@st.composite
def members(draw: st.DrawFn) -> pl.DataFrame:
    """A census that reads without a fault: families of an employee and children."""
    people = []
    for at in range(draw(st.integers(1, 4))):
        relationship = "employee" if at == 0 or draw(st.booleans()) else "child"
        family = f"F{at}" if relationship == "employee" else people[-1]["family_id"]
        person: dict[str, object] = {}
        for field in FIELDS:
            if field.kind == "word":
                person[field.name] = draw(st.none() | st.sampled_from(field.words))
            elif field.kind == "hundredths":
                person[field.name] = draw(st.none() | st.integers(0, 10_000))
            else:
                person[field.name] = draw(VALUES[field.kind])
        person |= {"family_id": family, "member_id": f"M{at}", "relationship": relationship, "row": at + 2,
                   "date_of_birth": draw(st.dates(*_BORN[at])), "terminated_on": None,
                   "worker_type": None, "zip": draw(st.sampled_from([None, "02138", "30303", "30303-1234"])),
                   "waiver_reason": "medicaid" if person["election"] == "waive" else None}  # fmt: skip
        people.append(person)
    return pl.DataFrame(people, schema={**{field.name: field.dtype for field in FIELDS}, "row": pl.Int64()})


@settings(max_examples=60)
@given(members(), st.sampled_from(["plain", "exchange"]), st.sampled_from([".xlsx", ".csv"]))
def test_what_is_converted_reads_back_as_it_was(tmp_path_factory, people, to, suffix) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("convert") / f"census{suffix}"
    written = rows_of(people, to)
    if suffix == ".csv":
        save_csv(path, written.rows)
        text = path.read_text("utf-8-sig").replace("\r\n", "\n")
        numbers, rows = _rows(text, delimiter_of(text), Limits())
        assert numbers[:-1] == list(range(1, len(rows) + 1))
        sheet = Sheet.of_rows(rows)
    else:
        save_workbook(path, [Page("Census", list(enumerate(written.rows, start=1)))])
        book = openpyxl.load_workbook(path)
        cells = [[cell.date() if hasattr(cell, "date") else cell for cell in row] for row in book.active.values]
        sheet = Sheet.of_rows(cells)
    found = read_census([sheet], file=path.name, as_of=AS_OF + timedelta(days=1))
    assert found.members.select(written.held).rows() == people.select(written.held).rows()


def test_merged_areas_are_written(tmp_path: Path) -> None:
    save_workbook(tmp_path / "merged.xlsx", [Page("Staff", [(1, ["a", "b"]), (3, ["c"])], merged=[(1, 0, 3, 0)])])
    staff = openpyxl.load_workbook(tmp_path / "merged.xlsx")["Staff"]
    assert [str(area) for area in staff.merged_cells.ranges] == ["A1:A3"]
