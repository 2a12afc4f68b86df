"""A wage report held against a census: everybody in one place, nobody matched by guess."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallgroup.audit import Reconciliation, WageReport, WageRow, parse_wage_report, reconcile
from smallgroup.census.fields import ELECTIONS, PAID_ON, SCHEMA, WORKER_TYPES
from smallgroup.census.sheet import Sheet
from smallgroup.errors import Refused
from smallgroup.rulebook import guideline
from smallgroup.underwriting.employee_eligibility import wage_terms

AS_OF = date(2025, 9, 12)
START, END = date(2025, 4, 1), date(2025, 6, 30)
TERMS = wage_terms(AS_OF)


def census(*people: dict[str, Any]) -> pl.DataFrame:
    """A checked census of employees on a W-2, each an ordinary one but for what is said."""
    rows = []
    for place, said in enumerate(people, start=1):
        last, _, first = said.pop("name", "").partition(", ")
        person = {
            "family_id": f"F{place}", "member_id": f"M{place}", "relationship": "employee", "worker_type": "w2",
            "last_name": last or None, "first_name": first or None, "date_of_birth": date(1985, 10, 1),
            "hours_per_week": 40_00, "hired_on": date(2020, 1, 6), "election": "enroll", "status": "active",
        } | said  # fmt: skip
        rows.append({name: person.get(name) for name in SCHEMA})
    return pl.DataFrame(rows, schema=SCHEMA)


def report(*people: tuple[str, int], quarter: str | None = "2025-Q2") -> WageReport:
    rows = [
        WageRow(row=number, name=name, last_name="", first_name="", ssn_last4=None, wages=wages)
        for number, (name, wages) in enumerate(people, start=2)
    ]
    return WageReport(quarter=quarter, rows=tuple(rows))


def held(members: pl.DataFrame, paper: WageReport, **said: Any) -> Reconciliation:
    given = {
        "as_of": AS_OF, "quarter_start": None, "quarter_end": None, "wage_terms": TERMS, "full_time_hours": 30,
    } | said  # fmt: skip
    return reconcile(members, paper, **given)


def one_match(said: dict[str, Any], wages: int, **options: Any) -> tuple[str, bool, str]:
    found = held(census({"name": "Example, Pat"} | said), report(("EXAMPLE, PAT", wages)), **options)
    (match,) = found.matched
    return match.status, match.query, match.because


@pytest.mark.parametrize(
    ("wages", "status", "query"),
    [
        (2827_49, "wages below full time", True),
        (2827_50, "full time possible", False),
        (2827_51, "full time possible", False),
    ],
)
def test_thirteen_weeks_of_thirty_hours_at_the_minimum_wage(wages: int, status: str, query: bool) -> None:
    assert one_match({}, wages)[:2] == (status, query)


def test_low_wages_are_a_question_with_its_sum() -> None:
    assert one_match({}, 2827_49)[2] == (
        "$2,827.49 in the quarter, $0.01 less than full time at the minimum wage: 13 weeks of 30 hours at $7.25 come "
        "to $2,827.50. A part of a quarter, tips or section 125 deductions may explain it."
    )


@pytest.mark.parametrize(("hours", "query"), [(29_99, False), (30_00, True), (30_01, True), (None, True)])
def test_low_wages_of_part_time_staff_are_no_question(hours: int | None, query: bool) -> None:
    assert one_match({"hours_per_week": hours}, 100_00)[:2] == ("wages below full time", query)


@pytest.mark.parametrize(
    ("hired", "status"),
    [
        (date(2025, 3, 31), "wages below full time"),
        (date(2025, 4, 1), "wages below full time"),
        (date(2025, 4, 2), "part of the quarter"),
        (date(2025, 6, 30), "part of the quarter"),
        (date(2025, 7, 1), "dates disagree"),
        (None, "wages below full time"),
    ],
)
def test_hired_inside_the_quarter(hired: date | None, status: str) -> None:
    assert one_match({"hired_on": hired}, 100_00)[0] == status


@pytest.mark.parametrize(
    ("left", "status"),
    [
        (date(2025, 3, 31), "dates disagree"),
        (date(2025, 4, 1), "part of the quarter"),
        (date(2025, 6, 29), "part of the quarter"),
        (date(2025, 6, 30), "wages below full time"),
        (date(2025, 7, 1), "wages below full time"),
    ],
)
def test_terminated_inside_the_quarter(left: date, status: str) -> None:
    assert one_match({"terminated_on": left}, 100_00)[0] == status


def test_a_part_of_the_quarter_is_no_question_and_dates_that_disagree_are() -> None:
    assert one_match({"hired_on": date(2025, 5, 5)}, 100_00)[1:] == (
        False, "Hired on May 5, 2025; $100.00 in the quarter are the wages of a part of it.",
    )  # fmt: skip
    assert one_match({"hired_on": date(2025, 7, 1)}, 100_00)[1]


def test_days_that_are_given_go_before_those_of_the_report_and_without_any_it_is_said() -> None:
    assert one_match({"hired_on": date(2025, 4, 2)}, 1, quarter_start=date(2025, 4, 3))[0] == "wages below full time"
    found = held(census({"name": "Example, Pat", "hired_on": date(2025, 5, 5)}),
                 report(("EXAMPLE, PAT", 1), quarter=None))  # fmt: skip
    assert found.matched[0].status == "wages below full time"
    assert (found.quarter, found.stale) == (None, None)
    assert "The days of the quarter are not known" in found.notices[-1]


@pytest.mark.parametrize(
    ("worker", "paid", "expected"),
    [
        ("w2", "w2", True), ("w2", None, True), ("corporate_owner", "w2", True), ("corporate_owner", "k1", False),
        ("corporate_owner", None, None), ("1099", "1099", False), ("partner", "k1", False),
        ("sole_proprietor", "draw", False), ("retiree", None, False), ("cobra", None, False), (None, "w2", True),
        (None, "1099", False), (None, None, None),
    ],
)  # fmt: skip
def test_who_is_expected_on_a_wage_report(worker: str | None, paid: str | None, expected: bool | None) -> None:
    members = census({"name": "Example, Pat", "worker_type": worker, "paid_on": paid}, {"name": "Sample, Kim"})
    absent = held(members, report(("SAMPLE, KIM", 1))).not_on_report
    assert [(one.member_id, one.expected, one.query) for one in absent] == [("M1", expected, expected is not False)]
    present = held(members, report(("SAMPLE, KIM", 3000_00), ("EXAMPLE, PAT", 3000_00))).matched[0]
    assert (present.status, present.query) == (
        ("not expected on it", True) if expected is False else ("full time possible", False)
    )


@pytest.mark.parametrize(
    ("said", "query", "because"),
    [
        ({}, True, "On the census as a W-2 employee, and no wages are reported: ask for proof of employment."),
        ({"hired_on": date(2025, 7, 1)}, False, "Hired on July 1, 2025, after the quarter ended."),
        ({"hired_on": END}, True, "On the census as a W-2 employee"),
        ({"terminated_on": date(2025, 3, 31)}, False, "Left on March 31, 2025, before the quarter began."),
        ({"terminated_on": START}, True, "On the census as a W-2 employee"),
        ({"status": "unpaid_leave"}, True, "On unpaid leave, which explains it if no wages were paid all quarter"),
        ({"last_name": None, "first_name": None}, True, "The census gives no name"),
    ],
)
def test_on_the_census_and_not_on_the_report(said: dict[str, Any], query: bool, because: str) -> None:
    members = census({"name": "Sample, Kim"}, {"name": "Example, Pat"} | said)
    (one,) = held(members, report(("SAMPLE, KIM", 1))).not_on_report
    assert (one.member_id, one.expected, one.query) == ("M2", True, query)
    assert one.because.startswith(because)


@pytest.mark.parametrize(("wages", "possible"), [(2827_49, False), (2827_50, True), (2827_51, True)])
def test_on_the_report_and_not_on_the_census(wages: int, possible: bool) -> None:
    found = held(census({"name": "Sample, Kim"}), report(("SAMPLE, KIM", 1), ("SPECIMEN, LEE", wages)))
    (one,) = found.not_on_census
    assert (one.row, one.name, one.wages, one.full_time_possible) == (3, "SPECIMEN, LEE", wages, possible)
    assert ("participation" in one.because) == possible


def test_a_near_name_is_proposed_with_its_score_and_not_matched() -> None:
    found = held(census({"name": "Example, Pat"}, {"name": "Sample, Kim"}),
                 report(("EXAMPEL, PAT", 3000_00), ("SAMPLE, KIM", 3000_00)))  # fmt: skip
    assert [one.member_id for one in found.matched] == ["M2"]
    (one,) = found.proposed
    assert (one.member_id, one.row) == ("M1", 2)
    assert 80 <= one.score < 100
    assert not found.not_on_report
    assert not found.not_on_census
    assert found.annotations[0].code == "?"


def test_each_person_and_each_row_is_proposed_once_the_nearest_first() -> None:
    found = held(census({"name": "Example, Pat"}, {"name": "Example, Patt"}), report(("EXAMPLE, PATTT", 1)))
    assert [(one.member_id, one.row) for one in found.proposed] == [("M2", 2)]
    assert [one.member_id for one in found.not_on_report] == ["M1"]


def test_more_people_of_a_name_on_one_side_are_not_told_apart() -> None:
    found = held(census({"name": "Example, Pat"}), report(("EXAMPLE, PAT", 1), ("Pat Example", 2)))
    assert (found.matched, found.not_on_census) == ((), ())
    (one,) = found.not_told_apart
    assert (one.member_ids, one.rows, one.names) == (("M1",), (2, 3), ("EXAMPLE, PAT", "Pat Example"))
    assert one.because.startswith("1 person on the census and 2 rows of the report share a name")
    assert found.queries == 2


@pytest.mark.parametrize(
    ("wages", "told", "status", "query"),
    [
        ((3000_00, 3000_00), 3000_00, "full time possible", False),
        ((3000_00, 4000_00), None, "full time possible", False),
        ((3000_00, 1000_00), None, "not told apart", True),
        ((1000_00, 2000_00), None, "wages below full time", True),
    ],
)
def test_as_many_of_a_name_on_both_sides_are_there_whoever_is_who(
    wages: tuple[int, int], told: int | None, status: str, query: bool
) -> None:
    found = held(census({"name": "Example, Pat"}, {"name": "Example, Pat"}),
                 report(*(("EXAMPLE, PAT", paid) for paid in wages)))  # fmt: skip
    assert [(one.member_id, one.rows, one.wages, one.status, one.query) for one in found.matched] == [
        ("M1", (2, 3), told, status, query), ("M2", (2, 3), told, status, query),
    ]  # fmt: skip


def test_father_and_son_are_told_apart_by_the_suffix_that_both_sides_write() -> None:
    members = census({"name": "Example Sr, Pat"}, {"name": "Example Jr, Pat"})
    found = held(members, report(("EXAMPLE JR, PAT", 1), ("EXAMPLE SR, PAT", 2)))
    assert [(one.member_id, one.rows) for one in found.matched] == [("M1", (3,)), ("M2", (2,))]


def test_a_census_without_names_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        held(census({}, {}), report(("EXAMPLE, PAT", 1)))
    assert str(refused.value) == (
        "Census: it has no names of employees, and a wage report is matched by name. "
        "Add the columns last_name and first_name."
    )


def test_dependents_do_not_matter() -> None:
    members = census({"name": "Sample, Kim"}, {"name": "Example, Pat", "relationship": "spouse"})
    found = held(members, report(("EXAMPLE, PAT", 1), ("SAMPLE, KIM", 1)))
    assert [one.row for one in found.not_on_census] == [2]
    assert not found.not_on_report


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "FT"), ({"hours_per_week": 30_00}, "FT"), ({"hours_per_week": 29_99}, "PT"),
        ({"hours_per_week": None}, "?"), ({"election": "waive"}, "WV"), ({"election": "decline"}, "D"),
        ({"terminated_on": AS_OF}, "T"), ({"terminated_on": date(2025, 9, 13)}, "FT"),
        ({"worker_type": "1099"}, "1099"), ({"worker_type": "retiree"}, "R"), ({"worker_type": "cobra"}, "COBRA"),
        ({"status": "unpaid_leave"}, "L"), ({"status": "paid_leave"}, "FT"), ({"member_id": "new"}, "W"),
        ({"name": "Nobody, Nemo"}, "not on census"),
    ],
)  # fmt: skip
def test_the_code_beside_a_name(said: dict[str, Any], code: str) -> None:
    members = census({"name": "Example, Pat"} | said)
    (one,) = held(members, report(("EXAMPLE, PAT", 3000_00)), waiting={"new"}).annotations
    assert (one.row, one.name, one.code) == (2, "EXAMPLE, PAT", code)
    assert one.member_id == (None if code == "not on census" else members["member_id"][0])


@pytest.mark.parametrize(
    ("quarter", "as_of", "stale"),
    [
        ("2025-Q1", date(2025, 7, 31), False), ("2025-Q1", date(2025, 8, 1), True),
        ("2025-Q2", date(2025, 8, 1), False), ("2025-Q3", date(2025, 8, 1), False),
        ("2024-Q4", date(2025, 7, 31), True),
    ],
)  # fmt: skip
def test_an_older_quarter_than_was_due_is_stale(quarter: str, as_of: date, stale: bool) -> None:
    found = held(census({"name": "Example, Pat"}), report(("EXAMPLE, PAT", 1), quarter=quarter), as_of=as_of)
    assert found.stale is stale
    assert any("The report is stale" in notice for notice in found.notices) == stale
    assert any("is not whole" in notice for notice in found.notices) == (quarter == "2025-Q3")


def test_where_no_due_dates_are_known_nothing_is_stale() -> None:
    found = held(census({"name": "Example, Pat"}), report(("EXAMPLE, PAT", 1)), as_of=date(2025, 6, 1))
    assert (found.quarter_wanted, found.stale) == (None, None)
    named = held(census({"name": "Example, Pat"}), report(("EXAMPLE, PAT", 1)), as_of=date(2025, 6, 1),
                 guideline=guideline("kp-ga-2025-07"))  # fmt: skip
    assert (named.quarter_wanted, named.stale) == ("2025-Q1", False)


def test_as_json_has_money_as_text() -> None:
    found = held(census({"name": "Example, Pat"}, {"name": "Sample, Kim"}),
                 report(("EXAMPLE, PAT", 2827_50), ("SPECIMEN, LEE", 7)))  # fmt: skip
    told = json.loads(json.dumps(found.as_json()))
    assert told["full_time_wages"] == "2827.50"
    assert told["matched"][0]["wages"] == "2827.50"
    assert told["matched"][0]["member_id"] == "M1"
    assert told["not_on_census"][0]["wages"] == "0.07"
    assert told["counts"] == {
        "matched": 1, "proposed": 0, "not_told_apart": 0, "not_on_report": 1, "not_on_census": 1, "queries": 2,
        "full_time_possible": 1,
    }  # fmt: skip


# --- laws -----------------------------------------------------------------------------------------

LAST = st.sampled_from(["Example", "Exampel", "De Sample", "Desample", "Specimen", "Nobody-Test", "O'Test", ""])
FIRST = st.sampled_from(["Pat", "Patt", "Pat Q", "Kim", "Mary Ann", "Lee", "José", ""])
SUFFIX = st.sampled_from(["", " Jr", " Sr"])
DAY = st.one_of(st.none(), st.dates(date(2025, 1, 1), date(2025, 12, 31)))


@st.composite
def people(draw: st.DrawFn) -> dict[str, Any]:
    last, first = draw(LAST), draw(FIRST)
    return {
        "last_name": last + draw(SUFFIX) if last else None, "first_name": first or None,
        "worker_type": draw(st.sampled_from([*WORKER_TYPES, None])), "paid_on": draw(st.sampled_from([*PAID_ON, None])),
        "hours_per_week": draw(st.sampled_from([20_00, 30_00, 40_00, None])), "hired_on": draw(DAY),
        "terminated_on": draw(DAY), "election": draw(st.sampled_from([*ELECTIONS, None])),
    }  # fmt: skip


@st.composite
def names(draw: st.DrawFn) -> str:
    last, first, suffix = draw(LAST) or "Nobody", draw(FIRST) or "Lee", draw(SUFFIX)
    return draw(st.sampled_from([f"{last}{suffix}, {first}", f"{first} {last}{suffix}".upper(), f"{last} {first}"]))


WAGES = st.one_of(st.integers(0, 9_999_99), st.sampled_from([2827_49, 2827_50, 2827_51]))
CENSUS = st.lists(people(), min_size=1, max_size=9).map(lambda found: census({"name": "Anchor, Anna"}, *found))
REPORT = st.lists(st.tuples(names(), WAGES), max_size=9).map(lambda found: report(*found))


@given(CENSUS, REPORT)
def test_everybody_is_in_exactly_one_place(members: pl.DataFrame, paper: WageReport) -> None:
    found = held(members, paper)
    placed = [
        *(one.member_id for one in found.matched), *(one.member_id for one in found.proposed),
        *(one.member_id for one in found.not_on_report),
        *(member for one in found.not_told_apart for member in one.member_ids),
    ]  # fmt: skip
    assert sorted(placed) == sorted(members["member_id"])
    together = {one.rows for one in found.matched}
    rows = [
        *(row for rows in together for row in rows), *(one.row for one in found.proposed),
        *(one.row for one in found.not_on_census), *(row for one in found.not_told_apart for row in one.rows),
    ]  # fmt: skip
    assert sorted(rows) == [row.row for row in paper.rows]
    assert sum(len(rows) for rows in together) == len(found.matched)
    assert [one.row for one in found.annotations] == [row.row for row in paper.rows]


@given(CENSUS, REPORT, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(members: pl.DataFrame, paper: WageReport, chance: Any) -> None:
    rows = list(paper.rows)
    chance.shuffle(rows)
    order = list(range(members.height))
    chance.shuffle(order)
    shuffled = WageReport(quarter=paper.quarter, rows=tuple(rows))
    assert held(members[order], shuffled) == held(members, paper)


@given(CENSUS, REPORT, st.integers(0, 50_000))
def test_more_wages_never_lower_a_standing(members: pl.DataFrame, paper: WageReport, more: int) -> None:
    rank = {"wages below full time": 0, "full time possible": 1}
    raised = WageReport(
        quarter=paper.quarter,
        rows=tuple(
            WageRow(row=row.row, name=row.name, last_name="", first_name="", ssn_last4=None, wages=row.wages + more)
            for row in paper.rows
        ),
    )
    before = {one.member_id: one.status for one in held(members, paper).matched}
    after = {one.member_id: one.status for one in held(members, raised).matched}
    assert before.keys() == after.keys()
    for member, status in before.items():
        if status in rank and after[member] in rank:
            assert rank[after[member]] >= rank[status]


NUMBERS = st.from_regex(r"[0-9]{3}-?[0-9]{2}-?[0-9]{4}", fullmatch=True)
CELLS = st.one_of(NUMBERS, NUMBERS.map(lambda text: int(text.replace("-", ""))), st.none(), st.text(max_size=6))


@given(st.lists(st.tuples(CELLS, names() | CELLS, WAGES | CELLS), min_size=1, max_size=6))
def test_no_nine_digits_in_any_output(rows: list[tuple[Any, Any, Any]]) -> None:
    paid = [(ssn, name, wages / 100 if isinstance(wages, int) else wages) for ssn, name, wages in rows]
    sheet = Sheet.of_rows([("SSN", "Employee Name", "Gross Wages"), *paid])
    try:
        paper = parse_wage_report([sheet], file="wages.csv")
    except Refused as refused:
        said = json.dumps([problem.as_json() for problem in refused.problems])
    else:
        kept = [(row.name, row.last_name, row.first_name, row.ssn_last4) for row in paper.rows]
        said = json.dumps([kept, held(census({"name": "Example, Pat"}), paper).as_json()])
    assert not re.search(r"(?<!\d)\d{3}-?\d{2}-?\d{4}(?!\d)", said), said
