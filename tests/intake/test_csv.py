"""A .csv file as programs write it: encodings, delimiters, quotes, ragged rows."""

from __future__ import annotations

from datetime import date

import pytest

from smallgroup.errors import Refused
from smallgroup.intake import census_file
from smallgroup.intake.child import Limits
from smallgroup.intake.spreadsheet import sheets_of

AS_OF = date(2025, 9, 12)
TEXT = "family_id,relationship,date_of_birth,last_name\nF1,employee,1990-02-28,Muñoz\nF1,child,2015-03-01,\n"


@pytest.fixture
def read(tmp_path):
    def census(content: str | bytes, encoding: str = "utf-8"):
        file = tmp_path / "census.csv"
        file.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        return census_file(file, as_of=AS_OF)

    return census


@pytest.fixture
def refused(read):
    def sentence(content: str | bytes) -> str:
        with pytest.raises(Refused) as refusal:
            read(content)
        (problem,) = refusal.value.problems
        return str(problem)

    return sentence


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(read, encoding):
    found = read(TEXT, encoding)
    assert found.members["last_name"].to_list() == ["Muñoz", None]
    assert found.members["row"].to_list() == [2, 3]
    assert (found.sheet, found.notices) == ("census.csv", ())


def test_windows_text_is_read_with_a_notice(read):
    found = read(TEXT, "cp1252")
    assert found.members["last_name"][0] == "Muñoz"
    assert "read as Windows-1252" in found.notices[0]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_delimiters(read, sign):
    assert read(TEXT.replace(",", sign)).members.height == 2


@pytest.mark.parametrize("name", ["census.tsv", "census.txt", "CENSUS.TSV"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_other_suffixes_of_text(tmp_path, name, encoding):
    file = tmp_path / name
    file.write_bytes(TEXT.replace(",", "\t").encode(encoding))
    assert census_file(file, as_of=AS_OF).members["last_name"].to_list() == ["Muñoz", None]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_the_line_before_the_header_in_any_encoding(read, end, encoding):
    found = read(("sep=|\n" + TEXT.replace(",", "|")).replace("\n", end), encoding)
    assert found.members["row"].to_list() == [3, 4]


def test_a_title_with_commas_does_not_hide_the_delimiter(read):
    assert read("Bakery, Atlanta, GA, census of 2025\n" + TEXT.replace(",", ";")).members.height == 2


def test_the_line_that_excel_writes_before_the_header(read):
    found = read("sep=;\n" + TEXT.replace(",", ";"))
    assert found.members["row"].to_list() == [3, 4]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(read, end):
    assert read(TEXT.replace("\n", end)).members["row"].to_list() == [2, 3]


def test_line_ends_that_differ(read):
    assert read(TEXT.replace("\n", "\r", 1)).members["row"].to_list() == [2, 3]


def test_quotes_and_line_breaks_inside_cells_keep_the_row_numbers(read):
    content = 'family_id,relationship,"date_of\n_birth",last_name\n1,employee,1990-02-28,"Lee, ""Ann""\nJr."\n'
    found = read(content + '1,child,2015-03-01, "Lee, B."\n')
    assert found.members["last_name"].to_list() == ['Lee, "Ann"\nJr.', "Lee, B."]
    assert found.members["row"].to_list() == [2, 3]


def test_a_header_with_a_line_break_matches(read):
    assert read('family_id,relationship,"date of\nbirth"\n1,employee,1990-02-28\n').members.height == 1


def test_short_rows_and_trailing_commas(read):
    found = read(TEXT + "F2,employee,1990-01-01\n,,,\n\n,,,\n")
    assert found.members.height == 3
    assert found.notices == ("3 blank rows after the last member were skipped.",)


def test_a_comma_too_many(refused):
    assert "row 3: there is a value in column E, without a header, to the right" in refused(
        TEXT.replace("2015-03-01,", "2015-03-01,Lee,Ben")
    )


def test_a_quotation_mark_that_is_never_closed(refused):
    sentence = refused(TEXT.replace("Muñoz", '"Muñoz'))
    assert sentence.startswith("Census file census.csv, row 2: a quotation mark is opened and never closed")


def test_text_after_a_closing_quotation_mark(refused):
    assert "row 2: there is text after a closing quotation mark" in refused(TEXT.replace("Muñoz", '"Mu"ñoz'))


@pytest.mark.parametrize("content", [b"\x00\x01\x02" * 50, b"%PDF-1.7\x00\x0c", b"\xff\xfe\x00", b"a\x81\x8d,\x07"])
def test_what_is_not_text(refused, content):
    assert "the file is not text" in refused(content)


def test_an_empty_and_a_blank_file(refused):
    assert refused("").startswith("Census file census.csv: it is empty.")
    assert "there are no members in it" in refused("\n\n  \n")
    assert "there are no members" in refused("family_id,relationship,date_of_birth\n")


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (Limits(rows=2), "more than 2 rows"),
        (Limits(cells=6), "more than 6 cells"),
        (Limits(columns=3), "row 1 has 4 cells; a census has at most 3 columns"),
        (Limits(file_bytes=10), "at most 0 MB are read"),
    ],
)
def test_limits(tmp_path, limits, why):
    file = tmp_path / "census.csv"
    file.write_text(TEXT)
    with pytest.raises(Refused, match=why):
        sheets_of(file, limits=limits)


def test_commas_of_formatted_columns_are_no_columns(tmp_path):
    file = tmp_path / "census.csv"
    file.write_text("a,b,c,d,,,\n1,2,3,4,,,\n")
    (sheet,), _ = sheets_of(file, limits=Limits(columns=4))
    assert len(sheet.columns) == 4


def test_a_row_of_very_many_cells(refused):
    assert "a census has at most 256 columns" in refused("x," * 1_000_000 + "x")
