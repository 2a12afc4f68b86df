"""The plain layout: columns by name in any order, a header under titles, blank rows, mapping, sheets."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from smallgroup.census.fields import SCHEMA
from smallgroup.census.read import read_census
from smallgroup.census.sheet import Sheet, column_letter
from smallgroup.errors import Refused

AS_OF = date(2025, 9, 12)
HEADER = ["family_id", "relationship", "date_of_birth"]
ANN = ["F1", "employee", "1990-02-28"]
BEN = ["F1", "child", "2015-03-01"]


def test_the_frame_has_exactly_the_schema_and_the_row(census):
    found = census([HEADER, ANN, BEN])
    assert found.members.schema == {**SCHEMA, "row": pl.Int64()}
    assert found.members["row"].to_list() == [2, 3]
    assert found.members["relationship"].to_list() == ["employee", "child"]
    assert found.members["date_of_birth"].to_list() == [date(1990, 2, 28), date(2015, 3, 1)]
    assert found.members["zip"].to_list() == [None, None]
    assert (found.layout, found.notices) == ("plain", ())


def test_an_absent_member_id_is_the_row_number(census):
    assert census([HEADER, ANN, BEN]).members["member_id"].to_list() == ["2", "3"]
    rows = [[*HEADER, "member_id"], [*ANN, "A"], [*BEN, None]]
    assert census(rows).members["member_id"].to_list() == ["A", "3"]


def test_headers_match_without_case_spaces_dashes_and_stars(census):
    rows = [
        ["Date-Of Birth", " RELATIONSHIP *", "familyId", "Hours per week:"],
        ["1990-02-28", "EE", "1", "40"],
    ]
    members = census(rows).members
    assert members["family_id"].to_list() == ["1"]
    assert members["hours_per_week"].to_list() == [4000]


@pytest.mark.parametrize(
    ("header", "field", "cell"),
    [("DOB", "date_of_birth", "1990-02-28"), ("Birth date", "date_of_birth", "1990-02-28")],
)
def test_plain_other_names_of_the_birth_date(census, header, field, cell):
    assert census([["family_id", "relationship", header], ["1", "EE", cell]]).members[field].is_not_null().all()


def test_smoker_is_tobacco_and_not_health(census):
    assert census([[*HEADER, "Smoker"], [*ANN, "Y"]]).members["tobacco"].to_list() == [True]


def test_the_header_may_stand_below_titles(census):
    found = census([["Peachtree Bakery"], [None], ["Census of 2025"], HEADER, ANN])
    assert found.members["row"].to_list() == [5]


def test_blank_rows_are_skipped_with_a_notice(census):
    found = census([HEADER, ANN, [None, " ", ""], BEN, ["", None, None], [None] * 3])
    assert found.members["row"].to_list() == [2, 4]
    assert found.notices == (
        "1 blank row between the members was skipped.",
        "2 blank rows after the last member were skipped.",
    )


def test_blank_rows_that_intake_left_out_are_counted_too():
    sheet = Sheet("", [1, 2, 5], [["family_id", "F1", "F1"], ["relationship", "EE", "CH"],
                                  ["dob", "1990-02-28", "2015-03-01"]], last_row=300)  # fmt: skip
    found = read_census([sheet], file="x", as_of=AS_OF)
    assert found.members["row"].to_list() == [2, 5]
    assert found.notices == (
        "2 blank rows between the members were skipped.",
        "295 blank rows after the last member were skipped.",
    )


def test_a_column_that_is_not_used_is_named(census):
    assert census([[*HEADER, "Shoe size"], [*ANN, 44]]).notices == ("Not used: 'Shoe size' (column D).",)


def test_a_row_with_something_only_in_unused_columns_may_be_a_member(problems):
    (problem,) = problems([[*HEADER, "Name"], [*ANN, "Ann"], [None, None, None, "Ben"]])
    assert problem.row == 3
    assert "nothing in a column that is used" in problem.why


def test_a_value_right_of_the_last_header_is_a_shifted_row(problems):
    (problem,) = problems([HEADER, ANN, [*BEN, "Lee"]])
    assert (problem.row, problem.column) == (3, "(D)")
    assert "to the right of the last header" in problem.why


@pytest.mark.parametrize("sheets", [[], [Sheet.of_rows([])], [Sheet.of_rows([[None, " "]])]])
def test_an_empty_file(sheets):
    with pytest.raises(Refused, match="no members in it: it is empty"):
        read_census(sheets, file="census.csv", as_of=AS_OF)


@pytest.mark.parametrize("rows", [[HEADER], [HEADER, [None, None, " "]]])
def test_a_header_without_members(problems, rows):
    (problem,) = problems(rows)
    assert "there are no members" in problem.why


def test_missing_columns_name_the_nearest_header(problems):
    found = problems([["family_id", "Relashnp", "When"], ANN])
    assert [problem.field for problem in found] == ["relationship", "date_of_birth"]
    assert "'Relashnp' (column B)" in found[0].fix
    assert "Relashnp=relationship" in found[0].fix


def test_other_problems_are_reported_beside_a_missing_column(problems):
    found = problems([["family_id", "date_of_birth"], ["F1", "1990-02-31"]])
    assert {problem.field for problem in found} == {"relationship", "date_of_birth"}


def test_two_columns_for_one_field(problems):
    (problem,) = problems([[*HEADER, "DOB"], [*ANN, "1990-02-28"]])
    assert "there are 2 columns for date_of_birth" in problem.why
    assert problem.column == "DOB (D)"


def test_every_problem_at_once_in_the_order_of_the_rows(problems):
    found = problems(
        [
            [*HEADER, "zip", "hours_per_week"],
            ["F1", "employee", "1990-02-31", "2138", "200"],
            ["F1", "frend", "n/a", "30303", "-1"],
        ]
    )
    assert [(problem.row, problem.field) for problem in found] == [
        (2, "date_of_birth"), (2, "zip"), (2, "hours_per_week"),
        (3, "relationship"), (3, "date_of_birth"), (3, "hours_per_week"),
    ]  # fmt: skip


def test_the_sentence_of_the_style_guide(problems):
    rows = [HEADER, *([f"F{at}", "employee", "1990-01-01"] for at in range(5)), ["F9", "EE", "1990-02-31"]]
    (problem,) = problems(rows)
    assert str(problem) == (
        "Census, row 7, birth date: 31 February does not exist. Write it as YYYY-MM-DD, for example 1990-02-28."
    )
    assert problem.seen == "1990-02-31"


def test_the_sheet_is_named_where_there_are_several():
    staff = Sheet.of_rows([HEADER, ["F1", "employee", "n/a"]], name="Staff")
    with pytest.raises(Refused, match=r"^Census, sheet 'Staff', row 2, birth date: 'n/a' is not a date"):
        read_census([Sheet.of_rows([["Notes"]], name="Read me"), staff], file="x.xlsx", as_of=AS_OF)


def test_the_sheet_with_the_census_is_found():
    staff = Sheet.of_rows([HEADER, ANN], name="Staff")
    found = read_census([Sheet.of_rows([["family_id"]], name="Lists"), staff], file="x.xlsx", as_of=AS_OF)
    assert found.sheet == "Staff"


def test_two_sheets_that_look_like_a_census_are_not_guessed_between():
    sheets = [Sheet.of_rows([HEADER, ANN], name=name) for name in ("2024", "2025")]
    with pytest.raises(Refused, match="more than one sheet looks like a census: '2024', '2025'"):
        read_census(sheets, file="x.xlsx", as_of=AS_OF)


# --- mapping --------------------------------------------------------------------------------------


def test_a_mapping_names_columns_that_are_not_known(census):
    rows = [["Household", "Rel", "Born"], ANN]
    mapping = {"household": "family_id", "Rel": "relationship", "BORN": "date_of_birth"}
    assert census(rows, mapping).members["family_id"].to_list() == ["F1"]


def test_a_mapping_goes_before_the_known_name(census):
    found = census([[*HEADER, "Household"], [*ANN, "H7"]], {"Household": "family_id"})
    assert found.members["family_id"].to_list() == ["H7"]
    assert found.notices == ("Not used: 'family_id' (column A).",)


def test_unknown_columns_and_fields_of_a_mapping_name_the_nearest(problems):
    found = problems([[*HEADER, "Birthday"], [*ANN, "x"]], {"Brithday": "date_of_brith"})
    assert [problem.why for problem in found] == [
        "there is no field date_of_brith.",
        "there is no column 'Brithday' in the file.",
    ]
    assert [problem.fix for problem in found] == ["Did you mean date_of_birth?", "Did you mean Birthday?"]


def test_a_mapped_name_that_two_columns_have(problems):
    (problem,) = problems([[*HEADER, "Id", "ID"], [*ANN, "1", "2"]], {"id": "member_id"})
    assert problem.why == "columns D and E are both named 'id'."


def test_a_column_that_is_mapped_twice(problems):
    (problem,) = problems([[*HEADER, "Id"], [*ANN, "1"]], {"Id": "member_id", "ID": "plan_id"})
    assert problem.why == "the column is already mapped to member_id."


def test_two_columns_mapped_to_one_field(problems):
    (problem,) = problems([[*HEADER, "A", "B"], [*ANN, "1", "2"]], {"A": "member_id", "B": "member_id"})
    assert problem.why.startswith("there are 2 columns for member_id")


def test_column_letters():
    assert [column_letter(index) for index in (0, 25, 26, 701, 702, 16383)] == [
        "A",
        "Z",
        "AA",
        "ZZ",
        "AAA",
        "XFD",
    ]


def test_merged_areas_that_overlap_are_taken_once():
    """No spreadsheet program writes them; a hostile file must not cost a row for each of them."""
    rows = [["family_id", "relationship", "date_of_birth"], ["F1", "employee", "1990-02-28"]]
    rows += [[None, "child", "2015-03-01"]] * 3
    sheet = replace(Sheet.of_rows(rows), merged=((2, 0, 4, 0), (3, 0, 5, 0), (2, 0, 5, 0)))
    with pytest.raises(Refused) as refused:
        read_census([sheet], file="census.csv", as_of=AS_OF)
    (problem,) = refused.value.problems
    assert (problem.row, problem.field) == (5, "family_id")
