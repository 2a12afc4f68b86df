"""What is proposed for a wrong cell: the right value at the right cell, safe only where nothing else can be meant."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallgroup.census.read import read_census
from smallgroup.census.repair import masked, repaired
from smallgroup.census.sheet import Sheet
from smallgroup.errors import Refused

AS_OF = date(2025, 9, 12)
HEADER = ["family_id", "relationship", "date_of_birth"]
ANN = ["F001", "employee", "1980-02-28"]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def told(problem):
    proposal = problem.proposal
    return (problem.cell, proposal.new, proposal.safe) if proposal else (problem.cell, None)


def read(sheets):
    return read_census(sheets, file="x.csv", as_of=AS_OF)


# --- dates


@pytest.mark.parametrize(
    ("cell", "new", "safe"),
    [
        ("1945/06/01", "1945-06-01", True),
        ("1945.06.01", "1945-06-01", True),
        ("1945-6-1", "1945-06-01", True),
        ("1945-06-01 00:00:00", "1945-06-01", True),
        ("1945-06-01T00:00:00", "1945-06-01", True),
        ("June 1, 1945", "1945-06-01", True),
        ("1-Jun-1945", "1945-06-01", True),
        ("1st June 1945", "1945-06-01", True),
        ("06 / 01 / 1945", "1945-06-01", True),
        ("06-28-1945", "1945-06-28", True),
        ("06.06.1945", "1945-06-06", True),
        ("06-01-1945", "1945-06-01", False),
        ("01.06.1945", "1945-01-06", False),
        ("31/12/1990", "1990-12-31", False),
        ("31.12.1990", "1990-12-31", False),
        ("1990-31-12", "1990-12-31", False),
        ("19450601", "1945-06-01", False),
        (19450601, "1945-06-01", False),
        ("06/01/45", "1945-06-01", False),
        ("1-Jun-45", "1945-06-01", False),
        ("31.12.90", "1990-12-31", False),
        ("06/01/02", "2002-06-01", False),
        (16589, "1945-06-01", False),
        ("16589", "1945-06-01", False),
        (date(2045, 6, 1), "1945-06-01", False),
        ("2045-06-01", "1945-06-01", False),
        ("06/01/2045", "1945-06-01", False),
        ("'06/01/1945", "1945-06-01", True),
        ("06/O1/1945", "1945-06-01", False),
    ],
)
def test_a_birth_date_of_an_employee(problems, cell, new, safe):
    (problem,) = problems([HEADER, ["F1", "employee", cell]])
    assert told(problem) == ("C2", new, safe)


@pytest.mark.parametrize(
    "cell",
    ["1985", "n/a", "June 1945", "1990-02-31", "02/30/1990", "99/99/1990", "06/01/15", "123-45-6789", "June 31, 1945",
     "1945-06-01T08:30", "2125-06-01", 99999, 1985, True, "06/01/1845 x"],
)  # fmt: skip
def test_a_birth_date_for_which_nothing_is_proposed(problems, cell):
    (problem,) = problems([HEADER, ["F1", "employee", cell]])
    assert problem.proposal is None


@pytest.mark.parametrize(
    ("relationship", "cell", "new"),
    [("child", "06/01/15", "2015-06-01"), ("child", "06/01/98", "1998-06-01"), ("spouse", "06/01/45", "1945-06-01"),
     ("spouse", "06/01/15", None), ("child", "02/29/00", "2000-02-29"), ("spouse", "12/31/25", "1925-12-31")],
)  # fmt: skip
def test_the_century_by_the_relationship(problems, relationship, cell, new):
    (problem,) = problems([HEADER, ["F1", "employee", "1960-01-01"], ["F1", relationship, cell]])
    assert told(problem) == (("C3", new, False) if new else ("C3", None))


def test_two_possible_centuries_give_the_likelier_and_say_so(problems):
    (problem,) = problems([HEADER, ANN, ["F001", "child", "06/01/25"]])
    assert problem.proposal.new == "2025-06-01"
    assert problem.proposal.why.endswith("the 2000s are the likelier century, but the one before is possible.")


def test_a_serial_among_dates_is_safe_and_alone_it_is_not(problems):
    dates = [[f"F{at}", "employee", date(1980, 1, at)] for at in range(2, 6)]
    (problem,) = problems([HEADER, *dates, ["F9", "employee", 16589]])
    assert told(problem) == ("C6", "1945-06-01", True)
    found = problems([HEADER, dates[0], ["F8", "employee", 16588], ["F9", "employee", 16589]])
    assert [one.proposal.safe for one in found] == [False, False]


def test_a_serial_that_may_be_a_zip_code_is_not_safe(problems):
    rows = [[*HEADER, "zip"], *([f"F{at}", "employee", date(1980, 1, at), "30303"] for at in range(2, 6))]
    (problem,) = problems([*rows, ["F9", "employee", 30303, None]])
    assert told(problem) == ("C6", "1982-12-18", False)
    found = problems([*rows, ["F9", "employee", 30304, "Ann"]])
    assert found[0].proposal.safe is False


def test_a_serial_in_a_workbook_that_counts_from_1904_is_not_guessed():
    rows = [HEADER, *([f"F{at}", "employee", date(1980, 1, at)] for at in range(2, 6)), ["F9", "employee", 16589]]
    with pytest.raises(Refused) as refused:
        read([replace(Sheet.of_rows(rows), from_1904=True)])
    assert refused.value.problems[0].proposal is None


@pytest.mark.parametrize(
    ("cell", "new"),
    [("n/a", ""), ("None", ""), ("-", ""), ("1985", ""), (2019, ""), ("4/1/19", "2019-04-01"), ("4/1/79", None)],
)
def test_an_optional_date(refused_cell, cell, new):
    proposal = refused_cell("hired_on", cell).proposal
    assert (proposal and (proposal.new, proposal.safe)) == (None if new is None else (new, False))


def test_dates_with_slashes_stay_month_and_day(census):
    assert census([HEADER, ["F1", "employee", "03/04/1990"]]).members["date_of_birth"][0] == date(1990, 3, 4)


# --- words, numbers, ZIP codes


@pytest.mark.parametrize(
    ("field", "cell", "new", "safe"),
    [
        ("sex", "Woman", "female", True),
        ("sex", "femal", "female", False),
        ("status", "activ", "active", False),
        ("election", "enrroll", "enroll", False),
        ("paid_on", "none", "", False),
        ("tobacco", "1", "yes", False),
        ("tobacco", 0, "no", False),
        ("tobacco", "non-smoker", "no", False),
        ("hours_per_week", "40h", "40", True),
        ("hours_per_week", "37.5 hrs/week", "37.5", True),
        ("hours_per_week", "N/A", "", False),
        ("weekly_pay", "1250 USD", "1250", True),
        ("weekly_pay", "USD 1,250.00", "1250.00", True),
        ("weekly_pay", "$1,250.00 per week", "1250.00", True),
        ("ownership_percent", "50 percent", "50%", True),
        ("ownership_percent", 0.5, "50%", False),
        ("weekly_pay", "12,50", "12.50", False),
        ("weekly_pay", "1.250,00", "1250.00", False),
        ("hours_per_week", "37,5", "37.5", True),
        ("zip", "3O303", "30303", False),
        ("zip", "n/a", "", False),
    ],
)
def test_another_cell(refused_cell, field, cell, new, safe):
    assert told(refused_cell(field, cell)) == ("D2", new, safe)


@pytest.mark.parametrize(
    ("field", "cell"),
    [("status", "inactive"), ("sex", "emale"), ("sex", "unknown sex"), ("worker_type", "1098"), ("tobacco", "part"),
     ("tobacco", "not"), ("hours_per_week", "30-40"), ("hours_per_week", "40+"), ("weekly_pay", "€1250"),
     ("weekly_pay", "60000 per year"), ("weekly_pay", "123456789"),
     ("zip", "21381234"), ("zip", "30303O"), ("weekly_pay", "123-45-6789")],
)  # fmt: skip
def test_nothing_is_proposed_for(refused_cell, field, cell):
    assert refused_cell(field, cell).proposal is None


@pytest.mark.parametrize("cell", ["ex-spouse", "dependent", "S", "non-employee", "partner"])
def test_a_relationship_that_is_its_opposite_or_unclear_gets_no_proposal(problems, cell):
    (problem,) = problems([HEADER, ANN, ["F001", cell, "2015-02-28"]])
    assert problem.proposal is None


@pytest.mark.parametrize(
    ("cell", "others", "new", "safe"),
    [
        ("2138", ["02139", "02140"], "02138", True),
        (2138, ["02139", 30303], "02138", True),
        ("2138-1234", ["02139"], "02138-1234", True),
        ("501", ["00544"], "00501", False),
        ("2138", [None], "02138", False),
        ("2138", ["30303"], "02138", False),
        ("2138", ["02139", "21380"], "02138", False),
        ("2138", ["02139", "12138"], "02138", False),
    ],
)
def test_a_zip_code_that_lost_its_zero(problems, cell, others, new, safe):
    rows = [[f"F{at}", "employee", "1980-01-01", other] for at, other in enumerate(others)]
    (problem,) = problems([[*HEADER, "zip"], ["F", "employee", "1980-01-01", cell], *rows])
    assert told(problem) == ("D2", new, safe)


# --- families


@pytest.mark.parametrize(
    ("rows", "new"),
    [
        ([ANN, ["F01", "child", "2015-01-01"]], "F001"),
        ([ANN, ["f-001", "child", "2015-01-01"]], "F001"),
        ([ANN, [None, "child", "2015-01-01"]], "F001"),
        ([ANN, ["X9", "child", "2015-01-01"], ["F001", "child", "2016-01-01"]], "F001"),
        ([ANN, ["F777", "child", "2015-01-01"]], None),
        ([["F01", "child", "2015-01-01"], ANN], "F001"),
        ([[None, "child", "2015-01-01"], ANN], "F001"),
        ([ANN, [None, "employee", "1981-01-01"]], None),
    ],
)
def test_the_family_of_a_dependent_whose_own_breaks(problems, rows, new):
    (problem,) = problems([HEADER, *rows])
    at = next(at for at, row in enumerate(rows, start=2) if row[0] != "F001")
    assert told(problem) == ((f"A{at}", new, False) if new else (f"A{at}", None))


def test_no_family_is_proposed_that_may_be_an_ssn(problems):
    (problem,) = problems([HEADER, ["123456789", "employee", "1980-01-01"], ["123456780", "child", "2015-01-01"]])
    assert problem.proposal is None


def test_a_spouse_listed_twice(problems):
    names = [*HEADER, "first_name"]
    spouse = ["F001", "spouse", "1981-01-01", "Kim"]
    (problem,) = problems([names, [*ANN, "Ann"], spouse, spouse])
    assert (problem.cell, problem.proposal.kind, problem.proposal.safe) == ("B4", "remove row", False)
    for other in (["F001", "spouse", "1981-01-01", "Lee"], ["F001", "spouse", "1982-01-01", "Kim"]):
        (problem,) = problems([names, [*ANN, "Ann"], spouse, other])
        assert problem.proposal is None


def test_a_child_of_26_is_to_be_checked_and_nobody_is_refused(census):
    rows = [HEADER, ANN, ["F001", "child", "1999-09-13"], ["F001", "child", "1999-09-12"],
            ["F001", "disabled_child", "1990-01-01"]]  # fmt: skip
    found = census(rows)
    assert found.members.height == 4
    assert [told(problem) for problem in found.to_check] == [("B4", "disabled_child", False)]


def test_a_dependent_above_their_employee_is_to_be_checked(census):
    rows = [HEADER]
    for at in range(3):
        rows += [[f"E{at}", "employee", "1980-01-01"], [f"E{at}", "child", "2015-01-01"]]
    rows += [["F001", "child", "2015-01-01"], ["F001", "spouse", "1980-01-01"], ANN]
    found = census(rows).to_check
    assert [(one.cell, one.proposal.kind, one.proposal.new) for one in found] == [
        ("B8", "move row", "10"), ("B9", "move row", "10"),
    ]  # fmt: skip
    done = repaired([Sheet.of_rows(rows)], read, "all")
    assert [row[1] for row in zip(*done.sheets[0].columns, strict=True)][7:] == ["employee", "child", "spouse"]
    assert done.to_check == ()


# --- laws

births = st.integers(0, 18_000).map(lambda days: date(1958, 1, 1) + timedelta(days=days))
SAFE_FORMS = {
    "slashes, year first": lambda day: f"{day.year}/{day.month:02d}/{day.day:02d}",
    "dots, year first": lambda day: f"{day.year}.{day.month}.{day.day}",
    "month in words": lambda day: f"{MONTHS[day.month - 1]} {day.day}, {day.year}",
    "day before month in words": lambda day: f"{day.day}-{MONTHS[day.month - 1]}-{day.year}",
    "midnight": lambda day: f"{day.isoformat()} 00:00:00",
    "serial": lambda day: (day - date(1899, 12, 30)).days,
}
OTHER_FORMS = {
    "two digits": lambda day: day.strftime("%m/%d/%y"),
    "dots, day first": lambda day: day.strftime("%d.%m.%Y"),
    "dashes, day first": lambda day: day.strftime("%d-%m-%Y"),
    "dashes, month first": lambda day: day.strftime("%m-%d-%Y"),
    "run together": lambda day: day.strftime("%Y%m%d"),
    "year": lambda day: str(day.year),
}


def staff(days):
    return [HEADER, *([f"F{at}", "employee", day] for at, day in enumerate(days))]


@given(st.lists(births, min_size=3, max_size=6), st.sampled_from(sorted(SAFE_FORMS)), st.integers(0, 5))
def test_a_birth_date_in_another_form_is_found_at_its_cell_and_proposed_safely(days, form, at):
    at %= len(days)
    rows = staff(days)
    rows[at + 1] = [*rows[at + 1][:2], SAFE_FORMS[form](days[at])]
    with pytest.raises(Refused) as refused:
        read([Sheet.of_rows(rows)])
    (problem,) = refused.value.problems
    assert told(problem) == (f"C{at + 2}", days[at].isoformat(), True)
    done = repaired([Sheet.of_rows(rows)], read, "safe")
    assert done.census.members["date_of_birth"].to_list() == days
    assert [change.cell for change in done.changes] == [f"C{at + 2}"]


@given(
    st.lists(st.tuples(births, st.sampled_from(["as it is", *SAFE_FORMS, *OTHER_FORMS])), min_size=1, max_size=8),
    st.sampled_from(["safe", "all"]),
)
def test_safe_proposals_never_make_another_birth_date_of_one(given_days, accept):
    forms = {**SAFE_FORMS, **OTHER_FORMS, "as it is": lambda day: day}
    rows = staff([forms[form](day) for day, form in given_days])
    done = repaired([Sheet.of_rows(rows)], read, accept)
    safe = {change.cell for change in done.changes if change.safe}
    said = repr(done.changes)
    assert not any(
        day.isoformat() in said or str(row[2]) in said
        for (day, _), row in zip(given_days, rows[1:], strict=True)
        if len(str(row[2])) > 4
    )
    for at, (day, _) in enumerate(given_days):
        now, before = done.sheets[0].columns[2][at + 1], rows[at + 1][2]
        if f"C{at + 2}" in safe or isinstance(before, date):
            assert now == day
        elif accept == "safe":
            assert now == before


@given(st.lists(births, min_size=3, max_size=5), st.integers(0, 4))
def test_a_year_in_two_digits_and_a_swapped_day_are_proposed_and_never_safe(days, at):
    at %= len(days)
    for form in ("%m/%d/%y", "%d/%m/%Y"):
        if form == "%d/%m/%Y" and days[at].day <= 12:
            continue
        rows = staff(days)
        rows[at + 1] = [*rows[at + 1][:2], days[at].strftime(form)]
        with pytest.raises(Refused) as refused:
            read([Sheet.of_rows(rows)])
        assert [told(one) for one in refused.value.problems] == [(f"C{at + 2}", days[at].isoformat(), False)]


CORRUPTIONS = {
    # field: (what is right, what it becomes, whether the way back is safe)
    "zip": [("02139", "2139", True), ("02139", 2139, True), ("02139-0001", "2139-0001", True)],
    "sex": [("female", "woman", True), ("male", "malle", False)],
    "hours_per_week": [("40", "40 hours", True), ("37.5", "37.5h", True)],
    "weekly_pay": [("1250.00", "USD 1,250.00", True)],
    "tobacco": [("yes", 1, False), ("no", "f", False)],
    "family_id": [(None, "f-10", False), (None, None, False)],
    "relationship": [("spouse", "spuose", False), ("child", "stepson", True)],
}


@given(st.sampled_from([(name, *one) for name, ones in CORRUPTIONS.items() for one in ones]), st.integers(2, 4))
def test_a_census_wrong_in_one_known_way_is_proposed_back(corruption, families):
    name, right, wrong, safe = corruption
    header = [*HEADER, "zip", "sex", "hours_per_week", "weekly_pay", "tobacco"]
    rows = []
    for at in range(families):
        rows.append([f"F10{at}", "employee", "1980-01-01", "02138", "female", "40", "900.00", "no"])
        rows.append([f"F10{at}", "spouse", "1981-01-01", "02139", "male", None, None, "no"])
    place, cell = 3, header.index(name)
    target = rows[place]
    if name == "relationship" and right == "child":
        target[2] = "2015-01-01"
    if name == "family_id":
        right = target[0]
        wrong = f"{wrong}1" if wrong else None
    target[cell] = right
    assert read([Sheet.of_rows([header, *rows])]).members.height == 2 * families
    target[cell] = wrong
    with pytest.raises(Refused) as refused:
        read([Sheet.of_rows([header, *rows])])
    (problem,) = refused.value.problems
    letter = "ABCDEFGH"[cell]
    assert told(problem) == (f"{letter}{place + 2}", right, safe)
    done = repaired([Sheet.of_rows([header, *rows])], read, "all")
    assert done.problems == ()
    assert [change.cell for change in done.changes] == [f"{letter}{place + 2}"]
    kept = repaired([Sheet.of_rows([header, *rows])], read, "safe")
    assert (kept.problems == ()) == safe


@given(st.text(max_size=30))
def test_a_masked_birth_date_holds_its_year_at_most(text):
    kept = [sign for sign in masked(text) if sign.isalnum()]
    assert len(kept) % 4 == 0
    assert all(sign.isascii() and sign.isdecimal() for sign in kept)


@pytest.mark.parametrize(
    ("cell", "said"),
    [("1945-06-01", "1945-##-##"), ("06/01/45", "##/##/##"), ("June 1, 1945", "#### #, 1945"), ("16589", "#####"),
     ("19450601", "########")],
)  # fmt: skip
def test_masks(cell, said):
    assert masked(cell) == said
