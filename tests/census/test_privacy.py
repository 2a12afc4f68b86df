"""Social Security numbers are dropped and never shown; a column about health is refused."""

from datetime import date

import pytest

from smallgroup.census.privacy import redacted, shown, without_ssns
from smallgroup.census.read import read_census
from smallgroup.census.sheet import Sheet
from smallgroup.errors import Refused

SSN = "123-45-6789"
HEADER = ["family_id", "relationship", "date_of_birth"]
ANN = ["F1", "employee", "1990-02-28"]


@pytest.mark.parametrize("header", ["SSN", "Social Security Number", "Employee SSN", "SSN / TIN", "Number"])
def test_a_column_of_ssns_is_dropped_and_said_so(census, header):
    found = census([[*HEADER, header], [*ANN, SSN]])
    (notice,) = found.notices
    assert f"'{header}' (column D)" in notice
    assert "was dropped" in notice
    assert SSN not in repr(found) + str(found.members.rows())


def test_ssns_as_member_ids_are_dropped_for_row_numbers(census):
    found = census([[*HEADER, "member_id"], [*ANN, SSN]])
    assert found.members["member_id"].to_list() == ["2"]
    assert "looks like Social Security numbers" in found.notices[0]


def test_ssns_as_family_ids_are_refused_without_showing_one(problems):
    (problem,) = problems([HEADER, [SSN, "employee", "1990-02-28"]])
    assert problem.field == "family_id"
    assert SSN not in repr(problem)


def test_an_ssn_among_names_is_refused_without_showing_it(problems):
    rows = [[*HEADER, "last_name"], [*ANN, f"Lee {SSN}"], ["F1", "child", "2015-01-01", "Lee"]]
    (problem,) = problems(rows)
    assert (problem.row, problem.field) == (2, "last_name")
    assert SSN not in repr(problem)


def test_an_ssn_column_cannot_be_mapped(problems):
    (problem,) = problems([[*HEADER, "SSN"], [*ANN, SSN]], {"SSN": "member_id"})
    assert "cannot be member_id" in problem.why


@pytest.mark.parametrize("cell", [SSN, "123456789", 123456789, "123 45 6789"])
@pytest.mark.parametrize("field", ["date_of_birth", "relationship", "hours_per_week", "weekly_pay", "tobacco", "zip"])
def test_no_message_shows_an_ssn_that_slipped_into_another_column(problems, field, cell):
    header = [*HEADER, *([field] if field not in HEADER else [])]
    row = dict(zip(header, [*ANN, None], strict=False)) | {field: cell}
    others = [["F2", *ANN[1:], None], ["F3", *ANN[1:], None]]
    if field == "zip":
        others = [[*other[:3], "30303"] for other in others]
    said = repr(problems([header, list(row.values()), *(other[: len(header)] for other in others)]))
    for secret in (SSN, "123456789", "123 45 6789", "12345-6789"):
        assert secret not in said


def test_a_file_without_a_header_does_not_put_ssns_into_messages():
    sheet = Sheet.of_rows([["Ann", SSN, "1990-02-28"], ["Ben", "987-65-4321", "1991-02-28"]])
    with pytest.raises(Refused) as refused:
        read_census([sheet], file="x.csv", as_of=date(2025, 9, 12))
    assert SSN not in repr(refused.value.problems)
    assert "987-65-4321" not in repr(refused.value.problems)


@pytest.mark.parametrize(
    "header",
    ["Diagnosis", "Pre-existing conditions", "Medical history", "Pregnant?", "Claims last year", "Height",
     "Weight (lb)", "Health status", "health questions", "BMI", "medicalHistory", "DiagnosisCode"],
)  # fmt: skip
def test_a_column_about_health_is_refused_and_named(problems, header):
    (problem,) = problems([[*HEADER, header], [*ANN, None]])
    assert f"'{header}' (column D)" in problem.why
    assert "guaranteed by law" in problem.fix


def test_a_health_column_cannot_be_mapped_away(problems):
    (problem,) = problems([[*HEADER, "Diagnosis"], [*ANN, "x"]], {"Diagnosis": "class"})
    assert "looks like somebody's health" in problem.why


@pytest.mark.parametrize("header", ["Medical", "Dental", "Health plan", "Job title", "Weighting"])
def test_enrolment_ticks_are_not_health(census, header):
    assert census([[*HEADER, header], [*ANN, "x"]]).notices == (f"Not used: '{header}' (column D).",)


def test_a_disabled_child_is_a_relationship(census):
    rows = [HEADER, ANN, ["F1", "disabled child", "1992-01-01"]]
    assert census(rows).members["relationship"][1] == "disabled_child"


def test_what_is_shown_is_short_and_on_one_line():
    assert shown("a\nb\x1b[31m") == "a b [31m"
    assert len(shown("x" * 500)) <= 60
    assert redacted("ssn 123-45-6789, 1234567890") == "ssn ###-##-####, 1234567890"


def test_a_copy_holds_no_ssn_and_keeps_every_other_cell_in_its_place():
    rows = [
        ["Staff of 2025: leave the SSN out", None, None, None, 2025],
        ["family_id", "SSN", "last_name", "note", "zip"],
        ["1", "123456789", "Lee", f"was {SSN}", "30303"],
        ["2", 123456789, "Roe", "x", 30303],
        ["3", "none", "Doe", None, "30303"],
    ]
    kept, left = without_ssns(Sheet.of_rows(rows))
    assert left == ("'SSN' (column B)",)
    assert [kept.row(at) for at in range(5)] == [
        (*rows[0],), (*rows[1],), ("1", None, "Lee", "was ###-##-####", "30303"), ("2", None, "Roe", "x", 30303),
        ("3", "none", "Doe", None, "30303"),
    ]  # fmt: skip


def test_the_template_keeps_its_labels_and_loses_its_ssns():
    rows = [["Census Template", None, "1.1"], ["dob", "ssn", "zip"],
            ["Date of Birth", "SSN / TIN (Required for EE & enter without dashes)", "Zip"],
            ["1990-02-28", "123456789", "30303"]]  # fmt: skip
    kept, _ = without_ssns(Sheet.of_rows(rows))
    assert kept.columns[1] == [None, "ssn", rows[2][1], None]
