"""An .xls file as old spreadsheet programs write it, and as somebody writes it who means harm."""

from __future__ import annotations

import io
import struct
import sys
from contextlib import suppress
from datetime import date, datetime, time

import openpyxl
import pytest
import xlwt

from smallgroup.errors import Refused
from smallgroup.intake import calamine_book, census_file
from smallgroup.intake.child import Limits, Unreadable
from smallgroup.intake.spreadsheet import sheets_of

AS_OF = date(2025, 9, 12)
HEADER = ["family_id", "relationship", "date_of_birth"]
DAY = xlwt.easyxf(num_format_str="YYYY-MM-DD")
PERCENT = xlwt.easyxf(num_format_str='0.00" of 100"%')


@pytest.fixture
def book():
    made = xlwt.Workbook()
    staff = made.add_sheet("Staff", cell_overwrite_ok=True)
    for column, name in enumerate(HEADER):
        staff.write(0, column, name)
    write(staff, 1, "F1", "employee", date(1990, 2, 28))
    return made


def write(sheet, row, *cells):
    for column, cell in enumerate(cells):
        if cell is not None:
            sheet.write(row, column, cell, *([DAY] if isinstance(cell, date) else []))


@pytest.fixture
def saved(tmp_path):
    def save(book, name="census.xls", old=b"", new=b""):
        """Write the workbook, with bytes of it replaced wherever they stand."""
        written = io.BytesIO()
        book.save(written)
        content = written.getvalue()
        assert old in content
        file = tmp_path / name
        file.write_bytes(content.replace(old, new) if old else content)
        return file

    return save


@pytest.fixture
def refused():
    def sentence(file) -> str:
        with pytest.raises(Refused) as refusal:
            census_file(file, as_of=AS_OF)
        return "\n".join(map(str, refusal.value.problems))

    return sentence


# --- values


def test_cells_keep_their_kind(book, saved):
    staff = book.get_sheet(0)
    write(staff, 3, None, "x", 12, 12.5, True, date(1990, 2, 28), datetime.fromisoformat("1990-02-28T08:30"))
    staff.write(3, 7, time(8, 30), xlwt.easyxf(num_format_str="HH:MM"))
    staff.write(3, 8, 0.3334, PERCENT)
    staff.write(3, 9, 1, PERCENT)
    staff.write(3, 10, 30303)
    (sheet,), notices = sheets_of(saved(book))
    day = date(1990, 2, 28)
    assert sheet.row(2) == (None, "x", 12, 12.5, True, day, day, "08:30:00", "33.34%", "100%", 30303)
    assert [type(cell) for cell in sheet.row(2)[2:5]] == [int, float, bool]
    assert (sheet.name, list(sheet.numbers), sheet.last_row, notices) == ("Staff", [1, 2, 4], 4, ())


def test_a_census(book, saved):
    write(book.get_sheet(0), 2, "F1", "child", date(2015, 3, 1))
    found = census_file(saved(book, "census.XLS"), as_of=AS_OF)
    assert found.members["date_of_birth"].to_list() == [date(1990, 2, 28), date(2015, 3, 1)]
    assert found.members["row"].to_list() == [2, 3]
    assert (found.sheet, found.notices) == ("Staff", ())


def test_a_whole_percent_is_a_hundred_and_not_one(book, saved):
    staff = book.get_sheet(0)
    staff.write(0, 3, "ownership_percent")
    staff.write(1, 3, 1, PERCENT)
    assert census_file(saved(book), as_of=AS_OF).members["ownership_percent"].to_list() == [10000]


def test_dates_of_the_1904_calendar(book, saved):
    book.dates_1904 = True
    born = (date(1990, 2, 28) - date(1904, 1, 1)).days
    book.get_sheet(0).write(1, 2, born, DAY)
    assert census_file(saved(book), as_of=AS_OF).members["date_of_birth"].to_list() == [date(1990, 2, 28)]


def test_an_error_is_told_and_no_blank_cell(book, saved, refused):
    staff = book.get_sheet(0)
    staff.write(0, 3, "terminated_on")
    staff.row(1).set_cell_error(3, 0x2A)
    assert "the formula in this cell ends in the error #N/A" in refused(saved(book))


def test_formulas_of_a_program_that_does_not_calculate(book, saved, refused):
    staff = book.get_sheet(0)
    staff.write(2, 0, "F2")
    staff.write(2, 1, "employee")
    staff.write(2, 2, xlwt.Formula("C2"))
    assert "row 3, birth date: the formula in this cell was saved without its value" in refused(saved(book))


def test_blank_formatted_rows_are_no_members(book, saved):
    for row in range(2, 402):
        for column in range(3):
            book.get_sheet(0).write(row, column, None, DAY)
    found = census_file(saved(book), as_of=AS_OF)
    assert found.members.height == 1
    assert found.notices == ("400 blank rows after the last member were skipped.",)


def test_several_sheets_and_hidden_ones(book, saved):
    book.add_sheet("Notes").write(0, 0, "Ask Ann")
    book.add_sheet("Lists").visibility = 1
    book.add_sheet("Secret").visibility = 2
    found = census_file(saved(book), as_of=AS_OF)
    assert (found.sheet, found.notices) == ("Staff", ("Not read, because hidden: 'Lists', 'Secret'.",))


def test_titles_above_and_merged_families(saved):
    made = xlwt.Workbook()
    staff = made.add_sheet("Staff")
    staff.write_merge(0, 1, 0, 4, "Bakery, 2025")
    write(staff, 3, *HEADER)
    staff.write_merge(4, 6, 0, 0, "F1")
    for row, relationship in enumerate(("employee", "spouse", "child"), start=4):
        staff.write(row, 1, relationship)
        staff.write(row, 2, date(1990 + row, 2, 28), DAY)
    found = census_file(saved(made), as_of=AS_OF)
    assert found.members["family_id"].to_list() == ["F1"] * 3
    assert "Merged cells A5:A7: the family of the first row was taken for the rows below it." in found.notices


# --- what is no .xls


@pytest.mark.parametrize("name", ["census.xlsx", "census.ods", "census.xlsb"])
def test_an_xls_under_another_name(book, saved, refused, name):
    suffix = name.removeprefix("census")
    said = f"it is named {suffix} but is an old Excel workbook (.xls). Name it .xls."
    assert refused(saved(book, name)) == f"Census file {name}: {said}"


def test_an_xls_named_as_text(book, saved, refused):
    assert "it is named .csv but is an old Office file. Name it .xls" in refused(saved(book, "census.csv"))


def test_an_xlsx_named_xls(tmp_path, refused):
    file = tmp_path / "census.xls"
    openpyxl.Workbook().save(file)
    said = "it is named .xls but is an Excel workbook (.xlsx). Name it .xlsx."
    assert refused(file) == f"Census file census.xls: {said}"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<html><table><tr><td>family_id</td></tr></table></html>", "it is named .xls but is a web page (HTML)."),
        (b'<?xml version="1.0"?><Workbook/>', "it is named .xls but is an XML file."),
        (b"%PDF-1.7", "it is named .xls but is a PDF."),
        (b"family_id\trelationship\n", "it is named .xls but is no .xls spreadsheet. If it is text, name it .csv."),
        (b"PK\x03\x04" + bytes(500), "the file is damaged, or no .xls spreadsheet."),
        (b"", "it is empty."),
    ],
)
def test_a_file_that_is_no_xls(tmp_path, refused, content, why):
    file = tmp_path / "census.xls"
    file.write_bytes(content)
    assert refused(file).startswith(f"Census file census.xls: {why}")


def compound(stream_name: str) -> bytes:
    """A compound file whose one stream has this name."""
    written = io.BytesIO()
    xlwt.CompoundDoc.XlsDoc().save(written, bytes(5000))
    content = bytearray(written.getvalue())
    entry = content.index("Workbook".encode("utf-16-le"))
    name = stream_name.encode("utf-16-le") + bytes(2)
    content[entry : entry + 66] = name.ljust(64, b"\0") + struct.pack("<H", len(name))
    return bytes(content)


@pytest.mark.parametrize("suffix", ["xls", "xlsx", "xlsb"])
def test_a_workbook_with_a_password(tmp_path, refused, suffix):
    file = tmp_path / f"census.{suffix}"
    file.write_bytes(compound("EncryptedPackage"))
    said = "the file is protected by a password. Save it without one."
    assert refused(file) == f"Census file census.{suffix}: {said}"


def test_an_old_workbook_with_a_password(book, saved, refused):
    codepage, password = struct.pack("<HH", 0x42, 2), struct.pack("<HH", 0x2F, 2)
    assert "the file is protected by a password" in refused(saved(book, old=codepage, new=password))


def test_a_letter_is_no_spreadsheet(tmp_path, refused):
    file = tmp_path / "census.xls"
    file.write_bytes(compound("WordDocument"))
    assert "it is an old Office file, but no spreadsheet." in refused(file)


@pytest.mark.parametrize("kept", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_file_that_was_cut_off(book, saved, refused, kept):
    for row in range(2, 200):
        write(book.get_sheet(0), row, f"F{row}", "employee", date(1990, 2, 28))
    file = saved(book)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * kept)])
    assert "the file is damaged, or no .xls spreadsheet" in refused(file)


def test_a_sheet_that_ends_too_early(book, saved, refused):
    """Rows that are cut off are members who would be missing."""
    file = saved(book)
    content = file.read_bytes()
    end = content.rindex(b"\x0a\0\0\0")
    file.write_bytes(content[:end] + bytes(4) + content[end + 4 :])
    assert "the file is damaged, or no .xls spreadsheet" in refused(file)


# --- harm


def test_one_cell_far_away(book, saved, refused):
    book.get_sheet(0).write(65535, 255, "x")
    sentence = refused(saved(book))
    assert sentence.startswith("Census file census.xls, sheet 'Staff', row 65536: cell IV65536 makes the sheet span")


def test_a_cell_beyond_every_column(book, saved, refused):
    book.get_sheet(0).write(40000, 7, 4.5)
    old, new = struct.pack("<HHHHH", 0x027E, 10, 40000, 7, 0x11), struct.pack("<HHHHH", 0x027E, 10, 40000, 9999, 0x11)
    assert "cell NTP40001 is far outside a census" in refused(saved(book, old=old, new=new))


def test_cells_out_of_order_are_refused_and_not_dropped(book, saved, refused):
    write(book.get_sheet(0), 2, 4.5, 5.5)
    book.get_sheet(0).write(2, 4, True)
    old, new = struct.pack("<HHHH", 0x0205, 8, 2, 4), struct.pack("<HHHH", 0x0205, 8, 0, 4)
    assert "row 1: the cells of this row are out of order" in refused(saved(book, old=old, new=new))


def test_every_byte_may_be_wrong(book, saved):
    """Whatever is changed in the file, there is a census or a sentence, and the process lives on."""
    write(book.get_sheet(0), 2, "F2", "employee", date(1991, 2, 28))
    file = saved(book)
    content = file.read_bytes()
    for at in [*range(30, 80, 4), *range(512, len(content), len(content) // 60)]:
        broken = bytearray(content)
        broken[at : at + 4] = b"\xff\xff\xff\x7f"
        file.write_bytes(broken)
        with suppress(Refused):  # and nothing else
            sheets_of(file)


def test_a_link_is_never_followed(book, saved):
    """A formula has the value with which it was saved, and no other."""
    book.get_sheet(0).write(4, 4, xlwt.Formula('HYPERLINK("http://192.0.2.1/x";"y")'))
    (sheet,), _ = sheets_of(saved(book))
    assert sheet.unvalued == {(5, 4)}


def test_a_sheet_of_macros_is_not_read(book, saved):
    book.add_sheet("Auto_Open").write(0, 0, "=EXEC()")
    plain, macro = (bytes([0, kind, 9, 0]) + b"Auto_Open" for kind in (0, 1))
    (sheet,), notices = sheets_of(saved(book, old=plain, new=macro))
    assert (sheet.name, notices) == ("Staff", ("Not read, because no worksheet: 'Auto_Open'.",))


def test_limits_hold(book, saved):
    with pytest.raises(Refused, match=r"more than 5 cells|span more than 5 cells"):
        sheets_of(saved(book), limits=Limits(cells=5))
    with pytest.raises(Refused, match="cell A2 is far outside a census of at most 1 rows"):
        sheets_of(saved(book), limits=Limits(rows=1))


def test_a_missing_library_is_a_sentence(book, saved, monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(Unreadable, match=r"reading an \.xls file needs python-calamine, which is not installed"):
        list(calamine_book.lines(str(saved(book)), ".xls", Limits()))


def test_a_reader_that_aborts_is_a_sentence(book, saved, capfd):
    """Without our own look at the cells calamine asks for the whole span at once, and ends its process."""
    book.get_sheet(0).write(65535, 255, "x")
    with pytest.raises(Refused, match=r"its reader stopped in the middle.*SIGABRT"):
        sheets_of(saved(book), limits=Limits(cells=10**9, memory_bytes=256 * 2**20))
    assert capfd.readouterr().err == ""
    assert sheets_of(saved(xlwt_of_one_cell()))[0][0].row(0) == ("x",)


def xlwt_of_one_cell():
    made = xlwt.Workbook()
    made.add_sheet("Staff").write(0, 0, "x")
    return made
