"""A wage report as payroll programs write it: where the columns are, exact cents, totals, and no number kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from smallgroup.audit import WageReport, parse_wage_report
from smallgroup.census.sheet import Cell, Sheet
from smallgroup.errors import Problem, Refused

SSN = "123-45-6789"
HEADER = ["SSN", "Last Name", "First Name", "Gross Wages"]


def parse(*rows: Sequence[Cell], name: str = "wages.csv") -> WageReport:
    return parse_wage_report([Sheet.of_rows(rows, name=name)], file=name)


def problems(*rows: Sequence[Cell]) -> tuple[Problem, ...]:
    with pytest.raises(Refused) as refused:
        parse(*rows)
    return refused.value.problems


def wages(cell: Cell) -> int:
    return parse(HEADER, [None, "Example", "Pat", cell]).rows[0].wages


def why_not(cell: Cell) -> str:
    (problem,) = problems(HEADER, [None, "Example", "Pat", cell])
    assert (problem.row, problem.column, problem.field) == (2, "Gross Wages (D)", "wages")
    return str(problem)


def test_the_layout_of_the_form() -> None:
    report = parse(
        ["EMPLOYER'S QUARTERLY TAX AND WAGE REPORT"],
        ["Employer Name", "Example Crumb Bakery Inc"],
        ["Quarter Ending", "06/30/2025"],
        [],
        ["Social Security Number", "Employee Name", "Total Reportable Gross Wages Paid This Quarter"],
        [SSN, "EXAMPLE, PAT", "$12,345.67"],
        [],
        ["987-65-4321", "SAMPLE, KIM", "2,827.50"],
        [None, "Total Gross Wages Paid This Quarter", "$15,173.17"],
    )
    assert report.quarter == "2025-Q2"
    assert [(row.row, row.name, row.last_name, row.first_name, row.ssn_last4, row.wages) for row in report.rows] == [
        (6, "EXAMPLE, PAT", "EXAMPLE", "PAT", "6789", 1234567),
        (8, "SAMPLE, KIM", "SAMPLE", "KIM", "4321", 282750),
    ]
    assert report.total == 1517317
    assert report.notices == (
        "Social Security Number (A) holds Social Security numbers: only the last four digits are kept.",
    )


@pytest.mark.parametrize(
    ("header", "row", "name"),
    [
        (["Last Name", "First Name", "Wages"], ["Example", "Pat", "1"], "Example, Pat"),
        (["LAST", "FIRST", "MI", "GROSS"], ["Example", "Pat", "Q", "1"], "Example, Pat Q"),
        (["LastName", "FirstName", "Suffix", "Gross Pay"], ["Example", "Pat", "Jr", "1"], "Example Jr, Pat"),
        (["Employee", "Total Wages"], ["Pat Example", "1"], "Pat Example"),
        (["Name (Last, First)", "Gross Earnings"], ["EXAMPLE, PAT", "1"], "EXAMPLE, PAT"),
        (["Employee Name", "Hours", "Taxable Wages", "Gross Wages"], ["Pat Example", "9", "8", "1"], "Pat Example"),
        (["Employee ID", "Employee", "Total Wages", "Total Reportable Gross Wages"], ["7", "Pat Example", "2", "1"],
         "Pat Example"),
    ],
)  # fmt: skip
def test_layouts_in_the_wild(header: list[Cell], row: list[Cell], name: str) -> None:
    (person,) = parse(header, row).rows
    assert (person.name, person.wages) == (name, 100)


def test_the_wages_stand_on_the_sheet_that_has_them() -> None:
    notes = Sheet.of_rows([["Notes"], ["Prepared by Kim Sample"]], name="Notes")
    wage_sheet = Sheet.of_rows([HEADER, [None, "Example", "Pat", "x"]], name="Wages")
    with pytest.raises(Refused, match=r"^Wage report, sheet 'Wages', row 2, gross wages: 'x' is not an amount"):
        parse_wage_report([notes, wage_sheet], file="wages.xlsx")
    with pytest.raises(Refused, match="more than one sheet looks like a wage report: 'Wages', 'Wages'"):
        parse_wage_report([wage_sheet, wage_sheet], file="wages.xlsx")


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([], "there is no header row with names and wages in it"),
        ([["Dear broker"], ["see attached"]], "there is no header row with names and wages in it"),
        (
            [["Name", "SSN"], ["Pat Example", SSN]],
            "row 1 looks like the header, and no column of it is for gross wages",
        ),
        ([["Name", "Taxable Wages"]], "row 1 looks like the header, and no column of it is for gross wages"),
        ([["SSN", "Gross Wages"]], "row 1 looks like the header, and no column of it is for names"),
    ],
)
def test_without_the_columns_one_sentence_says_which_are_needed(rows: list[list[Cell]], why: str) -> None:
    (problem,) = problems(*rows)
    assert why in problem.why
    assert "a header row with a name (Last Name and First Name, or Employee Name) and Gross Wages" in problem.fix


def test_two_columns_for_one_thing() -> None:
    (problem,) = problems(["Name", "Gross Wages", "Gross Wages"], ["Pat Example", "1", "2"])
    assert "there are 2 columns for gross wages: 'Gross Wages' (column B), 'Gross Wages' (column C)" in problem.why


def test_nobody_under_the_header() -> None:
    (problem,) = problems(HEADER)
    assert str(problem).startswith("Wage report, row 1: there is nobody on it")


@pytest.mark.parametrize(
    ("cell", "cents"),
    [
        ("2827.50", 282750), ("$2,827.50", 282750), ("$ 2,827.5", 282750), ("2827", 282700), (2827.5, 282750),
        (12345.670000000002, 1234567), (0, 0), ("0.00", 0), ("1,234,567.89", 123456789), (0.07, 7),
        ("10,000,000.00", 1_000_000_000),
    ],
)  # fmt: skip
def test_wages_are_exact_cents(cell: Cell, cents: int) -> None:
    assert wages(cell) == cents


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        (None, "the wages of this row are missing."),
        ("-5.00", "-5.00 is negative"),
        ("(5.00)", "(5.00) is negative"),
        (-5, "-5 is negative"),
        ("12.345", "12.345 has more than two decimals."),
        ("1,23.00", "'1,23.00' is not an amount in dollars and cents. Write it as 1250.00."),
        ("n/a", "'n/a' is not an amount"),
        ("(5.00", "'(5.00' is not an amount"),
        (True, "'TRUE' is not an amount"),
        (date(2025, 6, 30), "'2025-06-30' is not an amount"),
        ("#REF!", "'#REF!' is not an amount"),
        ("10000000.01", "10000000.01 is too much for one person's quarter."),
        (123456789, "###-##-#### is too much for one person's quarter."),
        (SSN, "'###-##-####' is not an amount"),
    ],
)
def test_what_is_no_wages_is_told_at_its_cell(cell: Cell, why: str) -> None:
    assert why_not(cell).startswith(f"Wage report, row 2, gross wages: {why}")


def test_a_formula_that_was_saved_without_its_value() -> None:
    sheet = Sheet("S", [1, 2], [["Name", "Pat Example"], ["Gross Wages", None]], frozenset({(2, 1)}))
    with pytest.raises(Refused, match="row 2, gross wages: the formula in this cell was saved without its value"):
        parse_wage_report([sheet], file="wages.xlsx")


def test_everything_that_is_wrong_is_told_at_once() -> None:
    found = problems(
        HEADER,
        ["12", "Example", "Pat", "x"],
        [None, None, None, "5.00"],
        [None, f"Lee {SSN}", "Ann", "1.00"],
        [None, "Sample", "Kim", None],
        [None, "!", "?", "1.00"],
        [None, "Total", None, "999.00"],
    )
    assert [(problem.row, problem.field) for problem in found] == [
        (2, "ssn"), (2, "wages"), (3, "last"), (4, "last"), (5, "wages"), (6, "last"),
    ]  # fmt: skip
    assert "there is no name in this row" in found[2].why
    assert "looks like a Social Security number, so it is not shown and not kept" in found[3].why


@pytest.mark.parametrize(
    ("cell", "last4"),
    [
        (SSN, "6789"), ("123456789", "6789"), ("123 45 6789", "6789"), (123456789, "6789"), (123456789.0, "6789"),
        (1020304, "0304"), ("***-**-6789", "6789"), ("XXX-XX-6789", "6789"), ("xxxxx6789", "6789"), ("6789", "6789"),
        (6789, "6789"), (89, "0089"), (None, None), ("Applied For", None), ("N/A", None),
    ],
)  # fmt: skip
def test_of_a_number_only_the_last_four_digits_are_kept(cell: Cell, last4: str | None) -> None:
    report = parse(HEADER, [cell, "Example", "Pat", "1.00"])
    assert report.rows[0].ssn_last4 == last4
    said = repr(report)
    assert SSN not in said
    assert "123456789" not in said
    full = last4 is not None and len("".join(sign for sign in str(cell) if sign.isdigit())) > 4
    assert bool(report.notices and "only the last four digits" in report.notices[0]) == full


@pytest.mark.parametrize("cell", ["12-3456789-0", "12345", "Pat 123456789", "12345678", date(2025, 1, 1)])
def test_a_number_that_is_none_is_refused_without_a_digit_of_it(cell: Cell) -> None:
    (problem,) = problems(HEADER, [cell, "Example", "Pat", "1.00"])
    assert "is neither a Social Security number nor its last four digits" in problem.why
    assert not any(sign.isdigit() for sign in problem.why)


def test_a_number_among_names_or_in_an_unknown_column_is_never_kept() -> None:
    (problem,) = problems(["Employee Name", "Gross Wages"], ["123456789 Pat Example", "1.00"])
    assert "123456789" not in repr(problem)
    report = parse(["Name", "Gross Wages", "Note"], ["Pat Example", "1.00", SSN])
    assert SSN not in repr(report)


@pytest.mark.parametrize("total", ["30.00", "$30.00", 30])
@pytest.mark.parametrize("word", ["Total", "TOTALS:", "Grand Total", "Report Total", "Total Gross Wages"])
def test_a_total_is_checked(word: str, total: Cell) -> None:
    people = [["Pat Example", "10.00"], ["Kim Sample", "20.00"]]
    assert len(parse(["Name", "Gross Wages"], *people, [word, total]).rows) == 2


@pytest.mark.parametrize(("said", "by"), [("29.99", "$0.01"), ("30.01", "$0.01"), ("40.00", "$10.00")])
def test_a_total_that_differs_names_both_figures(said: str, by: str) -> None:
    people = [["Pat Example", "10.00"], ["Kim Sample", "20.00"]]
    (problem,) = problems(["Name", "Gross Wages"], *people, ["Total", said])
    assert problem.row == 4
    assert problem.why == f"the total says ${said}, and the 2 rows add up to $30.00."
    assert by in problem.fix


def test_totals_of_pages_and_of_all() -> None:
    rows = [
        ["Name", "Gross Wages"], ["Pat Example", "10.00"], ["Total Wages for This Page", "10.00"],
        ["Name", "Gross Wages"], ["Kim Sample", "20.00"], ["Total Wages for This Page", "20.00"],
        ["Total Gross Wages Paid This Quarter", "30.00"], ["Total Employees", "2"],
    ]  # fmt: skip
    assert [row.row for row in parse(*rows).rows] == [2, 5]
    rows[5] = ["Total Wages for This Page", "21.00"]
    (problem,) = problems(*rows)
    assert "the total says $21.00, and the 1 row adds up to $20.00" in problem.why


def test_a_last_figure_without_a_word_is_the_total_only_if_it_is_the_sum() -> None:
    people = [["Pat Example", "10.00"], ["Kim Sample", "20.00"]]
    assert len(parse(["Name", "Gross Wages"], *people, [None, "30.00"]).rows) == 2
    (problem,) = problems(["Name", "Gross Wages"], *people, [None, "30.01"])
    assert "there is no name in this row" in problem.why


def test_a_name_that_starts_far_to_the_right_is_none() -> None:
    (problem,) = problems(["Name", "Gross Wages"], ["!" * 80 + "Pat Example", "1.00"])
    assert "is no name" in problem.why


def test_somebody_may_be_called_total() -> None:
    report = parse(HEADER, [SSN, "Total", "Pat", "10.00"])
    assert report.rows[0].name == "Total, Pat"


def test_a_total_without_a_figure_and_rows_beside_the_columns_are_said() -> None:
    report = parse(
        ["Name", "Gross Wages", "Note"], ["Pat Example", "1.00"], ["Total"], [None, None, "prepared by Kim Sample"]
    )
    assert report.notices[:2] == (
        "Row 3 is a total without a figure: nothing was checked.",
        "Row 4: nothing in a column that is read, so left out.",
    )


def test_two_rows_of_one_person_are_added() -> None:
    report = parse(
        HEADER,
        [SSN, "EXAMPLE", "PAT", "1000.00"],
        ["987-65-4321", "Example", "Pat", "5.00"],
        ["6789", "Example", "Pat", "0.50"],
    )
    assert [(row.row, row.wages) for row in report.rows] == [(2, 100050), (3, 500)]
    assert "Rows 2 and 4 are one person, by name and last four digits: their wages are added, $1,000.50." in (
        report.notices
    )


def test_without_numbers_two_rows_of_one_name_stay_two() -> None:
    report = parse(["Name", "Gross Wages"], ["Pat Example", "1.00"], ["Pat Example", "2.00"])
    assert [row.wages for row in report.rows] == [100, 200]


@pytest.mark.parametrize(
    ("title", "quarter"),
    [
        ("2025-Q2", "2025-Q2"), ("Q2 2025", "2025-Q2"), ("2nd Quarter 2025", "2025-Q2"), ("Q4/2024", "2024-Q4"),
        ("FIRST QUARTER, 2025", "2025-Q1"), ("Quarter: 3 Year: 2025", "2025-Q3"), ("2025 QTR 1", "2025-Q1"),
        ("Quarter Ending 06/30/2025", "2025-Q2"), ("Quarter ended: June 30, 2025", "2025-Q2"),
        ("Quarter Ending Month: December Year: 2025", "2025-Q4"), ("Quarter ending 2025-03-31", "2025-Q1"),
        ("Quarter Ending 9/2025", "2025-Q3"), ("Printed 06/30/2025", None), ("Quarter ending 05/31/2025", None),
        ("Q2 2025 and Q3 2025", None), ("2025-Q5", None), ("", None),
    ],
)  # fmt: skip
def test_the_quarter_of_the_title(title: str, quarter: str | None) -> None:
    report = parse([title], ["Name", "Gross Wages"], ["Pat Example", "1.00"])
    assert report.quarter == quarter
    assert bool(report.notices) == (quarter is None)


def test_the_quarter_of_a_date_cell_or_of_the_file_name() -> None:
    rows = [["Name", "Gross Wages"], ["Pat Example", "1.00"]]
    assert parse(["Quarter ending", date(2025, 6, 30)], *rows).quarter == "2025-Q2"
    assert parse(*rows, name="wage_report_2025-Q1.csv").quarter == "2025-Q1"
