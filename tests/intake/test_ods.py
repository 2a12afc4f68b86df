"""An .ods file as LibreOffice writes it, and as somebody writes it who means harm."""

from __future__ import annotations

import struct
import zipfile
from contextlib import suppress
from datetime import date

import pytest
from odf.office import Annotation
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableProperties
from odf.table import CoveredTableCell, Table, TableCell, TableRow, TableRowGroup
from odf.text import P

from smallgroup.errors import Refused
from smallgroup.intake import census_file
from smallgroup.intake.child import Limits
from smallgroup.intake.spreadsheet import sheets_of

AS_OF = date(2025, 9, 12)
HEADER = ["family_id", "relationship", "date_of_birth"]
ANN = ["F1", "employee", date(1990, 2, 28)]


def cell(value, **attributes):
    """A cell as LibreOffice writes it, with the text that it shows."""
    if value is None:
        return TableCell(**attributes)
    if isinstance(value, bool):
        kind = {"valuetype": "boolean", "booleanvalue": str(value).lower()}
    elif isinstance(value, (int, float)):
        kind = {"valuetype": "float", "value": str(value)}
    elif isinstance(value, date):
        kind = {"valuetype": "date", "datevalue": value.isoformat()}
    else:
        kind = {"valuetype": "string"}
    made = TableCell(**(kind | attributes))
    made.addElement(P(text=str(value)))
    return made


def row(*cells, **attributes):
    made = TableRow(**attributes)
    for one in cells:
        made.addElement(one if hasattr(one, "qname") else cell(one))
    return made


def table(*rows, name="Staff", **attributes):
    made = Table(name=name, **attributes)
    for one in rows:
        made.addElement(one if hasattr(one, "qname") else row(*one))
    return made


@pytest.fixture
def saved(tmp_path):
    def save(*tables, name="census.ods", **parts: bytes):
        """Write the tables, with parts of the archive added or replaced: `content=` is content.xml."""
        book = OpenDocumentSpreadsheet()
        hidden = Style(name="hidden", family="table")
        hidden.addElement(TableProperties(display="false"))
        book.automaticstyles.addElement(hidden)
        for one in tables:
            book.spreadsheet.addElement(one)
        file = tmp_path / name
        book.save(file)
        if parts:
            with zipfile.ZipFile(file) as old:
                whole = {one: old.read(one) for one in old.namelist()}
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
                for one, content in (
                    whole | {n.replace("content", "content.xml"): c for n, c in parts.items()}
                ).items():
                    new.writestr(one, content)
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


def test_cells_keep_their_kind(saved):
    moment = cell("1990-02-28 08:30", valuetype="date", datevalue="1990-02-28T08:30:00")
    percents = [TableCell(valuetype="percentage", value=value) for value in ("0.3334", "1")]
    other = [TableCell(valuetype="currency", value="5"), TableCell(valuetype="time", timevalue="PT08H30M00S")]
    cells = [None, "x", 12, 12.5, True, date(1990, 2, 28), moment, *percents, *other]
    (sheet,), notices = sheets_of(saved(table(HEADER, ANN, [], cells)))
    day = date(1990, 2, 28)
    assert sheet.row(2) == (None, "x", 12, 12.5, True, day, day, "33.34%", "100%", 5, "08:30:00")
    assert [type(one) for one in sheet.row(2)[2:5]] == [int, float, bool]
    assert (sheet.name, list(sheet.numbers), sheet.last_row, notices) == ("Staff", [1, 2, 4], 4, ())


def test_a_census_and_a_million_blank_formatted_rows(saved):
    blank = row(cell(None, numbercolumnsrepeated=1024), numberrowsrepeated=1_048_000)
    found = census_file(saved(table(HEADER, ANN, blank)), as_of=AS_OF)
    assert found.members["date_of_birth"].to_list() == [date(1990, 2, 28)]
    assert (found.sheet, found.notices) == ("Staff", ())


def test_a_date_that_does_not_exist(saved, refused):
    born = cell("1990-02-31", valuetype="date", datevalue="1990-02-31")
    assert "31 February does not exist" in refused(saved(table(HEADER, ["F1", "employee", born])))


def test_rows_and_cells_that_are_repeated(saved):
    people = row("F1", "child", date(2015, 3, 1), numberrowsrepeated=2)
    (sheet,), _ = sheets_of(saved(table(row(cell("x", numbercolumnsrepeated=3)), [], people, ANN)))
    assert list(sheet.numbers) == [1, 3, 4, 5]
    assert sheet.row(0) == ("x", "x", "x")
    assert sheet.row(2) == ("F1", "child", date(2015, 3, 1))


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "Err:502"])
def test_an_error_is_told_and_no_blank_cell(saved, refused, error):
    wrong = cell(error, formula="of:=NA()", valuetype="string", stringvalue="")
    header = [*HEADER, "last_name"]
    assert f"the formula in this cell ends in the error {error}" in refused(saved(table(header, [*ANN, wrong])))


def test_a_formula_without_a_value_and_one_with(saved, refused):
    born = cell(date(1990, 2, 28), formula="of:=[.C9]")
    assert census_file(saved(table(HEADER, ["F1", "employee", born])), as_of=AS_OF).members.height == 1
    born = cell(None, formula="of:=[.C9]")
    assert "was saved without its value" in refused(saved(table(HEADER, ["F1", "employee", born])))


def test_several_sheets_and_a_hidden_one(saved):
    file = saved(table(HEADER, ANN), table(["Ask Ann"], name="Notes"), table(["x"], name="Lists", stylename="hidden"))
    found = census_file(file, as_of=AS_OF)
    assert (found.sheet, found.notices) == ("Staff", ("Not read, because hidden: 'Lists'.",))


def test_a_merged_family(saved):
    first = row(cell("F1", numberrowsspanned=2, numbercolumnsspanned=1), "employee", date(1990, 2, 28))
    second = row(CoveredTableCell(), "child", date(2015, 3, 1))
    found = census_file(saved(table(["Bakery"], HEADER, first, second)), as_of=AS_OF)
    assert found.members["family_id"].to_list() == ["F1", "F1"]
    assert found.notices == ("Merged cells A3:A4: the family of the first row was taken for the rows below it.",)


# --- what is no .ods


def test_an_ods_under_another_name(saved, refused):
    for suffix in (".xls", ".xlsb"):
        said = f"it is named {suffix} but is an OpenDocument spreadsheet (.ods). Name it .ods."
        assert refused(saved(table(HEADER, ANN), name=f"census{suffix}")) == f"Census file census{suffix}: {said}"


def test_a_file_with_a_password(saved, refused):
    manifest = b"<manifest:manifest><manifest:encryption-data/>opendocument.spreadsheet</manifest:manifest>"
    file = saved(table(HEADER, ANN), **{"META-INF/manifest.xml": manifest})
    assert "the file is protected by a password" in refused(file)


def test_a_letter_is_no_spreadsheet(saved, refused):
    file = saved(table(HEADER, ANN), **{"META-INF/manifest.xml": b"<x>opendocument.text</x>"})
    assert "the file is damaged, or no .ods spreadsheet" in refused(file)


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.99])
def test_a_file_that_was_cut_off(saved, refused, kept):
    file = saved(table(HEADER, ANN))
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * kept)])
    assert "the file is damaged, or no .ods spreadsheet" in refused(file)


def test_a_part_that_was_cut_off(saved, refused):
    with zipfile.ZipFile(saved(table(HEADER, ANN))) as packed:
        content = packed.read("content.xml")
    assert "the file is damaged" in refused(saved(table(HEADER, ANN), content=content[: len(content) - 60]))


# --- harm


@pytest.mark.parametrize(
    ("far", "name"),
    [
        (row(cell(None, numbercolumnsrepeated=16383), "x"), "XFD1048577"),
        (row("x"), "A1048577"),
    ],
)
def test_one_cell_far_away(saved, refused, far, name):
    blank = row(numberrowsrepeated=1_048_575)
    sentence = refused(saved(table(HEADER, blank, far)))
    assert f"cell {name} is far outside a census of at most 200,000 rows and 256 columns" in sentence


@pytest.mark.parametrize(("rows", "columns"), [(1_048_576, 1), (1, 16384), (100_000, 200)])
def test_one_cell_that_is_repeated_without_end(saved, refused, rows, columns):
    many = row(cell("x", numbercolumnsrepeated=columns), numberrowsrepeated=rows)
    file = saved(table(HEADER, many))
    assert file.stat().st_size < 20_000
    sentence = refused(file)
    assert "is far outside a census" in sentence or "more than 5,000,000 cells" in sentence


@pytest.mark.parametrize("count", [2**31, 2**32, 2**63, 2**70, -1, "x"])
def test_blank_cells_repeated_by_an_absurd_number(saved, count):
    file = saved(table(HEADER, ANN, row(cell(None, numbercolumnsrepeated=count), numberrowsrepeated=count)))
    with suppress(Refused):  # and nothing else
        assert sheets_of(file)[0][0].row(1) == tuple(ANN)


def test_a_bomb_whose_directory_tells_the_truth(saved, refused):
    file = saved(table(HEADER, ANN), **{"Pictures/bomb.png": bytes(26 * 2**20)})
    assert file.stat().st_size < 100_000
    assert "the file unpacks to more than 25 MB" in refused(file)


def test_a_bomb_whose_directory_lies(saved, refused):
    file = saved(table(HEADER, ANN), **{"Pictures/bomb.png": bytes(26 * 2**20)})
    file.write_bytes(file.read_bytes().replace(struct.pack("<I", 26 * 2**20), struct.pack("<I", 1000)))
    assert "the file unpacks to more than 25 MB" in refused(file)


def test_an_entity_bomb(saved, refused):
    with zipfile.ZipFile(saved(table(HEADER, ["&e9;", "employee", date(1990, 2, 28)]))) as packed:
        content = packed.read("content.xml").decode()
    entities = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10}">' for at in range(1, 10))
    head, _, body = content.partition("?>")
    bomb = f'{head}?><!DOCTYPE x [<!ENTITY e0 "lol">{entities}]>{body.replace("&amp;e9;", "&e9;")}'
    assert "the file is damaged, or no .ods spreadsheet (EntitiesForbidden)" in refused(
        saved(table(HEADER, ANN), content=bomb.encode())
    )


def test_a_table_inside_a_cell_hides_no_row(saved, refused):
    inner = TableCell(valuetype="string")
    inner.addElement(table(["x"], name="Inner"))
    assert "sheet 'Staff': row 3 has a table inside a cell." in refused(saved(table(HEADER, ANN, [inner], ANN)))


def test_a_note_on_a_cell_and_a_grouped_row(saved):
    noted = cell("F1")
    note = Annotation()
    note.addElement(P(text="ask Ann"))
    noted.insertBefore(note, noted.firstChild)
    group = TableRowGroup()
    group.addElement(row("F1", "child", date(2015, 3, 1)))
    (sheet,), _ = sheets_of(saved(table(HEADER, [noted, *ANN[1:]], group)))
    assert sheet.row(1) == tuple(ANN)
    assert list(sheet.numbers) == [1, 2, 3]


def test_a_link_is_never_followed(saved):
    linked = cell("x", formula="of:=['http://192.0.2.1/a.ods'#$Sheet1.A1]")
    (sheet,), _ = sheets_of(saved(table(HEADER, ANN, [linked])))
    assert sheet.row(2) == ("x", None, None)


def test_cells_are_limited_over_all_sheets(saved):
    file = saved(table(HEADER, ANN), table([1, 2, 3], name="More"))
    with pytest.raises(Refused, match="more than 8 cells"):
        sheets_of(file, limits=Limits(cells=8))
