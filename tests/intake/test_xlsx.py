"""A .xlsx file as spreadsheet programs write it, and as somebody writes it who means harm."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from smallgroup.errors import Refused
from smallgroup.intake import census_file
from smallgroup.intake.child import Limits
from smallgroup.intake.spreadsheet import sheets_of

AS_OF = date(2025, 9, 12)
HEADER = ["family_id", "relationship", "date_of_birth"]
ANN = ["F1", "employee", date(1990, 2, 28)]
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def book():
    made = openpyxl.Workbook()
    made.active.title = "Staff"
    made.active.append(HEADER)
    made.active.append(ANN)
    return made


@pytest.fixture
def saved(tmp_path):
    def save(book, **parts: bytes):
        """Write the workbook, with parts replaced: `sheet=` is the XML of the first sheet."""
        packed = io.BytesIO()
        book.save(packed)
        file = tmp_path / "census.xlsx"
        with zipfile.ZipFile(packed) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                new.writestr(name, parts["sheet"] if name == SHEET and "sheet" in parts else old.read(name))
            for name, content in parts.items():
                if name != "sheet":
                    new.writestr(name, content)
        return file

    return save


@pytest.fixture
def refused():
    def sentence(file) -> str:
        with pytest.raises(Refused) as refusal:
            census_file(file, as_of=AS_OF)
        return "\n".join(map(str, refusal.value.problems))

    return sentence


def sheet_xml(rows: str, before: str = "") -> bytes:
    return (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"{before}<sheetData>{rows}</sheetData></worksheet>"
    ).encode()


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


HEADER_ROW = "<row r='1'>" + "".join(text_cell(f"{'ABC'[at]}1", name) for at, name in enumerate(HEADER)) + "</row>"
ANN_ROW = f"<row r='2'>{text_cell('A2', 'F1')}{text_cell('B2', 'employee')}{text_cell('C2', '1990-02-28')}</row>"


# --- values


def test_cells_keep_their_kind(book, saved):
    morning = datetime.fromisoformat("1990-02-28T08:30")
    book.active.append(["x", 12, 12.5, True, date(1990, 2, 28), morning, None, "=1+1"])
    (sheet,), notices = sheets_of(saved(book))
    assert sheet.row(2) == ("x", 12, 12.5, True, date(1990, 2, 28), date(1990, 2, 28))
    assert sheet.unvalued == {(3, 7)}
    assert (sheet.name, list(sheet.numbers), notices) == ("Staff", [1, 2, 3], ())


def test_a_percent_is_read_as_the_spreadsheet_shows_it(book, saved):
    staff = book.active
    staff["D1"], staff["D2"] = "ownership_percent", 0.3334
    staff["D2"].number_format = "0.00%"
    assert census_file(saved(book), as_of=AS_OF).members["ownership_percent"].to_list() == [3334]


def test_dates_of_the_1904_calendar(book, saved):
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    assert census_file(saved(book), as_of=AS_OF).members["date_of_birth"].to_list() == [date(1990, 2, 28)]


def test_blank_formatted_rows_are_no_members(book, saved):
    for row in range(3, 403):
        for column in range(1, 4):
            book.active.cell(row, column).number_format = "@"
    found = census_file(saved(book), as_of=AS_OF)
    assert found.members.height == 1
    assert found.notices == ("400 blank rows after the last member were skipped.",)


@pytest.mark.parametrize("field", ["date_of_birth", "zip"])
def test_a_formula_without_a_value(book, saved, refused, field):
    staff = book.active
    staff["D1"], staff["D2"] = "zip", "30303"
    staff["C3" if field == "date_of_birth" else "D2"] = "=A1"
    staff["A3"], staff["B3"], staff["C3"] = "F2", "employee", staff["C3"].value or date(1990, 2, 28)
    assert "the formula in this cell was saved without its value. Open the file in a spreadsheet" in refused(
        saved(book)
    )


def test_a_formula_with_a_value(book, saved):
    row = ANN_ROW.replace(text_cell("C2", "1990-02-28"), '<c r="C2" t="str"><f>A1</f><v>1990-02-28</v></c>')
    empty = '<row r="3"><c r="A3" t="str"><f>""</f><v></v></c></row>'
    found = census_file(saved(book, sheet=sheet_xml(HEADER_ROW + row + empty)), as_of=AS_OF)
    assert found.members["date_of_birth"].to_list() == [date(1990, 2, 28)]


def test_several_sheets_and_a_hidden_one(book, saved, refused):
    book.create_sheet("Notes").append(["Ask Ann"])
    book.create_sheet("Lists").sheet_state = "hidden"
    found = census_file(saved(book), as_of=AS_OF)
    assert (found.sheet, found.notices) == ("Staff", ("Not read, because hidden: 'Lists'.",))
    book["Staff"]["C2"] = "1990-02-31"
    assert "Census, sheet 'Staff', row 2, birth date: 31 February does not exist." in refused(saved(book))


def test_a_wrong_dimension_hides_no_member(book, saved):
    xml = sheet_xml(HEADER_ROW + ANN_ROW, before='<dimension ref="A1:A1"/>')
    assert census_file(saved(book, sheet=xml), as_of=AS_OF).members.height == 1


# --- merged cells


@pytest.fixture
def families(book):
    """Two families in merged cells under a merged title: rows 4 to 6 and 7 to 8."""
    made = openpyxl.Workbook()
    staff = made.active
    staff.append(["Bakery, 2025"])
    staff.append([])
    staff.append([*HEADER, "last_name", "election"])
    for family, rows in (("F1", ("employee", "spouse", "child")), ("F2", ("employee", "child"))):
        for at, relationship in enumerate(rows):
            born = date(2015 if relationship == "child" else 1990, 2, 28)
            staff.append([None if at else family, relationship, born, None if at else "Lee", None if at else "enroll"])
    staff.append([])
    for area in ("A1:E2", "A4:A6", "A7:A8", "D4:D6", "D7:D8", "E4:E6"):
        staff.merge_cells(area)
    return made


def test_a_merged_family_id_and_name_hold_for_the_rows_below(families, saved):
    found = census_file(saved(families), as_of=AS_OF)
    assert found.members["family_id"].to_list() == ["F1", "F1", "F1", "F2", "F2"]
    assert found.members["last_name"].to_list() == ["Lee"] * 5
    assert found.members["election"].to_list() == ["enroll", None, None, "enroll", None]
    assert found.notices == (
        "Merged cells A4:A6, A7:A8: the family of the first row was taken for the rows below it.",
        "Merged cells D4:D6, D7:D8: the last name of the first row was taken for the rows below it.",
        "Merged cells E4:E6: the election was taken for the first row only.",
    )


def test_merged_cells_over_blank_rows_make_no_members(families, saved):
    families.active.unmerge_cells("A7:A8")
    families.active["A8"] = "F2"
    families.active.merge_cells("A8:A30")
    found = census_file(saved(families), as_of=AS_OF)
    assert found.members["row"].to_list() == [4, 5, 6, 7, 8]
    assert not any("A8" in notice for notice in found.notices)


def test_a_birth_date_is_never_spread(families, saved, refused):
    families.active.merge_cells("C4:C5")
    assert "row 5, birth date: the birth date is missing" in refused(saved(families))


def test_a_block_of_merged_cells_is_not_spread(families, saved, refused):
    families.active.unmerge_cells("A4:A6")
    families.active.unmerge_cells("D4:D6")
    families.active["D5"] = families.active["D6"] = "Lee"
    families.active.merge_cells("A4:B6")
    assert "row 5" in refused(saved(families))


# --- what is no spreadsheet


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (
            b"family_id,relationship\n",
            "it is named .xlsx but is no .xlsx spreadsheet. If it is text, name it .csv.",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
            "the file is damaged, or no .xlsx spreadsheet (ValueError).",
        ),
        (b"PK\x03\x04" + bytes(500), "the file is damaged, or no .xlsx spreadsheet."),
        (b"", "it is empty."),
    ],
)
def test_a_file_that_is_no_xlsx(tmp_path, refused, content, why):
    file = tmp_path / "census.xlsx"
    file.write_bytes(content)
    assert refused(file).startswith(f"Census file census.xlsx: {why}")


def test_a_packed_file_that_is_no_spreadsheet(tmp_path, refused):
    file = tmp_path / "census.xlsx"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("letter.txt", "Dear Ann")
    assert "the file is damaged, or no spreadsheet" in refused(file)


def test_a_damaged_file(book, saved, refused):
    file = saved(book)
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 0xFF
    file.write_bytes(content)
    assert "the file is damaged" in refused(file)


def test_other_files(tmp_path, refused):
    (tmp_path / "census.pdf").write_bytes(b"%PDF")
    (tmp_path / "census").write_bytes(b"x")
    (tmp_path / "packed.csv").write_bytes(b"PK\x03\x04")
    assert "it is named .pdf but is no PDF" in refused(tmp_path / "census.pdf")
    assert "a file without a suffix is not read" in refused(tmp_path / "census")
    assert "it is named .csv but is a packed file" in refused(tmp_path / "packed.csv")
    assert "it is a folder" in refused(tmp_path)
    assert "it is not a regular file" in refused("/dev/null")
    sentence = refused(tmp_path / "nowhere.xlsx")
    assert sentence == "Census file nowhere.xlsx: there is no such file. Check its name and folder."
    assert str(tmp_path) not in sentence


def test_a_file_of_more_than_25_mb(tmp_path, refused):
    file = tmp_path / "census.csv"
    with file.open("wb") as sparse:
        sparse.truncate(26 * 2**20)
    assert "it has 26.0 MB; at most 25 MB are read" in refused(file)


def test_a_suffix_in_capitals(book, saved):
    file = saved(book)
    assert census_file(file.rename(file.with_suffix(".XLSX")), as_of=AS_OF).members.height == 1


# --- harm


def test_one_cell_far_away(book, saved, refused):
    far = f"<row r='1048576'>{text_cell('XFD1048576', 'x')}</row>"
    file = saved(book, sheet=sheet_xml(HEADER_ROW + ANN_ROW + far, before='<dimension ref="A1:XFD1048576"/>'))
    assert file.stat().st_size < 10_000
    sentence = refused(file)
    assert "cell XFD1048576 is far outside a census of at most 200,000 rows and 256 columns" in sentence
    assert sentence.startswith("Census file census.xlsx, sheet 'Staff', row 1048576: ")


def test_a_far_cell_that_is_only_formatted_is_nothing(book, saved):
    far = "<row r='1048576'><c r='XFD1048576' s='0'/></row>"
    file = saved(book, sheet=sheet_xml(HEADER_ROW + ANN_ROW + far))
    assert census_file(file, as_of=AS_OF).members.height == 1


def test_a_bomb_whose_directory_tells_the_truth(book, saved, refused):
    file = saved(book, **{"xl/media/bomb.bin": bytes(26 * 2**20)})
    assert file.stat().st_size < 100_000
    assert "the file unpacks to more than 25 MB" in refused(file)


def test_a_bomb_whose_directory_lies(book, saved, refused):
    file = saved(book, **{"xl/media/bomb.bin": bytes(26 * 2**20)})
    small = struct.pack("<I", 1000)
    content = file.read_bytes().replace(struct.pack("<I", 26 * 2**20), small)
    file.write_bytes(content)
    with zipfile.ZipFile(file) as packed:
        assert packed.getinfo("xl/media/bomb.bin").file_size == 1000
    assert "the file unpacks to more than 25 MB" in refused(file)


def test_a_directory_that_lies_a_little(book, saved, refused):
    file = saved(book, **{"xl/media/note.bin": bytes(77_777)})
    file.write_bytes(file.read_bytes().replace(struct.pack("<I", 77_777), struct.pack("<I", 1000)))
    assert "its directory gives a wrong size for one of its parts" in refused(file)


def test_an_entity_bomb(book, saved, refused):
    entities = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10}">' for at in range(1, 10))
    doctype = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "lol">{entities}]>'
    xml = sheet_xml(f"<row r='1'>{text_cell('A1', '&e9;')}</row>").replace(b'<?xml version="1.0"?>', doctype.encode())
    assert "the file is damaged, or no spreadsheet (EntitiesForbidden)" in refused(saved(book, sheet=xml))


def test_rows_or_cells_out_of_order_are_refused_and_not_dropped(book, saved, refused):
    assert "row 1 stands after row 2" in refused(saved(book, sheet=sheet_xml(ANN_ROW + HEADER_ROW)))
    twice = ANN_ROW.replace("</row>", text_cell("A2", "F9") + "</row>")
    assert "row 2: the cells of this row are out of order" in refused(saved(book, sheet=sheet_xml(HEADER_ROW + twice)))


def test_more_memory_than_the_child_has(book, saved):
    long = f"<row r='1'>{text_cell('A1', 'x' * 20_000_000)}</row>"
    with pytest.raises(Refused, match="reading it takes more memory than any census needs"):
        sheets_of(saved(book, sheet=sheet_xml(long)), limits=Limits(memory_bytes=50 * 2**20))
    assert sheets_of(saved(book))[0][0].row(1) == ("F1", "employee", date(1990, 2, 28))


def test_a_file_that_takes_too_long(book, saved):
    with pytest.raises(Refused, match="takes longer than any census needs"):
        sheets_of(saved(book), limits=Limits(wall_seconds=0))


def test_cells_are_limited_over_all_sheets(book, saved):
    book.create_sheet("More").append([1, 2, 3])
    with pytest.raises(Refused, match="more than 8 cells"):
        sheets_of(saved(book), limits=Limits(cells=8))


def test_a_file_without_a_visible_sheet(book, saved, refused):
    book.create_sheet("Other")
    file = saved(book)
    with zipfile.ZipFile(file) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    listed = parts["xl/workbook.xml"].replace(b'state="visible"', b'state="hidden"')
    with zipfile.ZipFile(file, "w") as packed:
        for name, content in (parts | {"xl/workbook.xml": listed}).items():
            packed.writestr(name, content)
    assert "there is no visible sheet" in refused(file)
