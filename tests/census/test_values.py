"""What each kind of cell may hold, and the sentence for what it may not."""

from datetime import date

import pytest

# --- dates


@pytest.mark.parametrize("cell", ["1990-02-28", " 1990-02-28 ", "2/28/1990", "02/28/1990", date(1990, 2, 28)])
def test_dates(with_column, cell):
    assert with_column("hired_on", cell) == date(1990, 2, 28)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("1990-02-31", "31 February does not exist."),
        ("1991-02-29", "29 February 1991 does not exist."),
        ("2/29/1991", "29 February 1991 does not exist."),
        ("1990-13-01", "There is no month 13."),
        ("28/02/1990", "There is no month 28. Dates with slashes are read month/day/year."),
        ("0000-01-01", "There is no year 0."),
        ("06/01/45", "'06/01/45' gives the year in two digits, which could be 1945 or 2045."),
        ("1985", "1985 is a year, not a day."),
        (1985, "1985 is a year, not a day."),
        ("n/a", "'n/a' is not a date."),
        ("1990-2-8", "'1990-2-8' is not a date."),
        ("Feb 28, 1990", "'Feb 28, 1990' is not a date."),
        (True, "TRUE is not a date."),
        (-4, "-4 is a number, not a date."),
        (10**12, "1000000000000 is a number, not a date."),
    ],
)
def test_what_is_not_a_date(refused_cell, cell, why):
    problem = refused_cell("hired_on", cell)
    assert problem.why == why
    assert "YYYY-MM-DD" in problem.fix


@pytest.mark.parametrize("cell", [33970, 33970.0, "33970"])
def test_a_spreadsheet_serial_names_the_date_it_may_mean_and_is_not_taken(problems, cell):
    (problem,) = problems([["family_id", "relationship", "date_of_birth"], ["F1", "employee", cell]])
    assert problem.why == "33970 is a number, not a date."
    assert problem.fix.startswith("If it is the spreadsheet serial of January 1, 1993, format the cell as a date")


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("2025-09-13", "September 13, 2025 is in the future, after September 12, 2025."),
        ("1904-09-12", "September 12, 1904 is more than 120 years before September 12, 2025."),
    ],
)
def test_birthdays_that_cannot_be(problems, cell, why):
    (problem,) = problems([["family_id", "relationship", "date_of_birth"], ["F1", "employee", cell]])
    assert problem.why == why


@pytest.mark.parametrize("cell", ["2025-09-12", "1904-09-13"])
def test_the_youngest_and_the_oldest(census, cell):
    assert census([["family_id", "relationship", "dob"], ["F1", "employee", cell]]).members.height == 1


def test_a_required_cell_that_is_empty(problems):
    found = problems([["family_id", "relationship", "dob", "zip"], [None, None, None, "30303"]])
    assert [problem.why for problem in found] == [
        "the family is missing.", "the relationship is missing.", "the birth date is missing.",
    ]  # fmt: skip


# --- words


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ("relationship", "EE", "employee"),
        ("sex", "M", "male"),
        ("sex", "Female", "female"),
        ("worker_type", "W-2", "w2"),
        ("worker_type", 1099, "1099"),
        ("worker_type", 1099.0, "1099"),
        ("worker_type", "Sole Proprietor", "sole_proprietor"),
        ("paid_on", "K-1", "k1"),
        ("status", "PAID LEAVE", "paid_leave"),
        ("election", "Enrolled", "enroll"),
        ("election", "declined", "decline"),
        ("tobacco", "Yes", True),
        ("tobacco", "n", False),
        ("tobacco", "FALSE", False),
        ("tobacco", True, True),
        ("tobacco", " ", None),
    ],
)
def test_words(census, with_column, field, cell, value):
    if field == "relationship":
        assert census([["family_id", field, "dob"], ["1", cell, "1990-02-28"]]).members[field][0] == value
    else:
        assert with_column(field, cell) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [("sp", "spouse"), ("Wife", "spouse"), ("Domestic-Partner", "domestic_partner"),
     ("dp", "domestic_partner"), ("ch", "child"), ("son", "child"), ("disabled child", "disabled_child")],
)  # fmt: skip
def test_relationships(census, cell, value):
    rows = [["family_id", "relationship", "dob"], ["1", "employee", "1990-02-28"], ["1", cell, "2015-02-28"]]
    assert census(rows).members["relationship"][1] == value


@pytest.mark.parametrize("cell", ["not", "part", "1", 1, 0, "on", "yess"])
def test_only_yes_and_no_are_yes_and_no(refused_cell, cell):
    problem = refused_cell("tobacco", cell)
    assert problem.why.endswith("is neither yes nor no.")
    assert problem.fix == "Write yes or no."


def test_an_unknown_word_names_the_nearest_and_all(refused_cell):
    problem = refused_cell("status", "activ")
    assert problem.why == "'activ' is not a status that is known."
    assert problem.fix == "Did you mean active? Write one of: active, paid_leave, unpaid_leave."


@pytest.mark.parametrize("cell", ["dependent", "S", "partner", "family"])
def test_a_relationship_that_is_not_clear_is_not_guessed(problems, cell):
    rows = [["family_id", "relationship", "dob"], ["1", "employee", "1990-02-28"], ["1", cell, "2015-02-28"]]
    (problem,) = problems(rows)
    assert (problem.row, problem.field) == (3, "relationship")
    assert "employee, spouse, domestic_partner, child, disabled_child" in problem.fix


# --- ids, ZIP codes and other text


@pytest.mark.parametrize(
    ("cell", "value"), [("12.0", "12"), (12.0, "12"), (12, "12"), (" A\u00a0", "A"), ("0012", "0012")]
)
def test_ids(with_column, cell, value):
    assert with_column("member_id", cell) == value


def test_an_id_that_became_a_date_is_refused(refused_cell):
    assert "keeps this cell as the date 2025-01-02" in refused_cell("member_id", date(2025, 1, 2)).why


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("30303", "30303"),
        ("02138", "02138"),
        ("30303-1234", "30303-1234"),
        (30303, "30303"),
        (30303.0, "30303"),
    ],
)
def test_zip_codes(with_column, cell, value):
    assert with_column("zip", cell) == value


@pytest.mark.parametrize(
    ("cell", "proposal"),
    [("2138", "02138"), (2138, "02138"), (2138.0, "02138"), (501, "00501"), ("2138-1234", "02138-1234")],
)  # fmt: skip
def test_a_zip_that_lost_something_is_proposed_and_never_padded(refused_cell, cell, proposal):
    assert f"write {proposal}." in refused_cell("zip", cell).fix


@pytest.mark.parametrize("cell", ["ABCDE", "3030O", "12", "303033", "٣٠٣٠٣", 303031234, "21381234"])
def test_what_is_no_zip(refused_cell, cell):
    assert "Write five digits" in refused_cell("zip", cell).fix


def test_a_formula_that_ends_in_an_error(refused_cell):
    assert refused_cell("plan_id", "#N/A").why == "the formula in this cell ends in the error #N/A."


# --- numbers


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ("hours_per_week", "37.5", 3750),
        ("hours_per_week", 37.5, 3750),
        ("hours_per_week", 40, 4000),
        ("hours_per_week", 168, 16800),
        ("hours_per_week", 33.300000000000004, 3330),
        ("ownership_percent", "50%", 5000),
        ("ownership_percent", "33.34", 3334),
        ("ownership_percent", "0.5%", 50),
        ("ownership_percent", 100, 10000),
        ("works_in_area_percent", 0, 0),
        ("weekly_pay", "$1,250.00", 125000),
        ("weekly_pay", "1250", 125000),
        ("weekly_pay", 1250.1, 125010),
        ("weekly_pay", "0", 0),
    ],
)
def test_numbers_are_exact(with_column, field, cell, value):
    assert with_column(field, cell) == value


@pytest.mark.parametrize(
    ("field", "cell", "why"),
    [
        ("hours_per_week", "168.01", "more than the 168 hours of a week"),
        ("hours_per_week", "-1", "less than nothing"),
        ("hours_per_week", "37.125", "more than two decimals"),
        ("hours_per_week", "40h", "is not a number of hours"),
        ("hours_per_week", "1e1", "is not a number of hours"),
        ("hours_per_week", True, "is not a number of hours"),
        ("hours_per_week", "50%", "is not a number of hours"),
        ("ownership_percent", "100.5", "more than 100 percent"),
        ("ownership_percent", "33.333", "more than two decimals"),
        ("ownership_percent", "half", "is not a percentage"),
        ("ownership_percent", 0.5, "could be 0.5 percent, or 50 percent written as a fraction"),
        ("weekly_pay", "1250.005", "more than two decimals"),
        ("weekly_pay", "12,50", "is not an amount"),
        ("weekly_pay", "1250 USD", "is not an amount"),
        ("weekly_pay", "-5", "less than nothing"),
        ("weekly_pay", "99999999", "too much for one person's week"),
        ("weekly_pay", 1e300, "too much for one person's week"),
        ("weekly_pay", "9" * 400, "is not an amount"),
    ],
)
def test_what_is_not_a_number(refused_cell, field, cell, why):
    assert why in refused_cell(field, cell).why


def test_equal_in_python_is_not_equal_in_a_census(problems):
    """1, 1.0 and TRUE must not share an answer."""
    rows = [["family_id", "relationship", "dob", "tobacco"],
            ["1", "employee", "1990-01-01", True], ["2", "employee", "1990-01-01", 1]]  # fmt: skip
    (problem,) = problems(rows)
    assert problem.row == 3
