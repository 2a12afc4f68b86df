"""What cannot be taken ends in sentences, all of them at once: where, what was seen, why, and what to do."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from smallgroup.cli import main
from smallgroup.errors import Problem, Refused
from smallgroup.rewards.earn import earn
from smallgroup.rewards.read_sales import COLUMNS, MOST_TOLD, read_sales, share
from smallgroup.rewards.readings import readings
from smallgroup.rewards.report import earned_as_json
from smallgroup.rulebook.program import chosen_programs, one_version_a_day, program_file, read_program
from tests.rewards.books import LEVEL_UP, PRODUCTION, Rows, frames, rows_of
from tests.rewards.test_scenarios import AS_OF

ROOT = Path(__file__).parents[2]
LEVEL_UP_TEXT = (ROOT / f"src/smallgroup/rulebook/data/california/programs/{LEVEL_UP}.yaml").read_text("utf-8")
Run = Callable[..., tuple[int, str, str]]

BOOK: dict[str, Any] = {
    "groups": [
        {"members": 3, "brokers": {"ADA": "1/2", "BEN": "1/2"}},
        {"members": 2, "brokers": [{"broker_id": "ADA", "to_date": "2025-12-31"},
                                   {"broker_id": "BEN", "from_date": "2026-01-01"}]},
    ],
    "adjustments": [{"kind": "exclude", "group_id": "G1"}],
}  # fmt: skip


def problems_of(rows: Rows, edit: Callable[[dict[str, pl.DataFrame]], Any] | None = None) -> tuple[Problem, ...]:
    tables = frames(rows)
    if edit:
        edit(tables)
    with pytest.raises(Refused) as told:
        read_sales(tables)
    return told.value.problems


def changed(table: str, row: int, **cells: Any) -> Rows:
    """The book, with cells of a row (as a spreadsheet counts it) changed."""
    rows = rows_of(BOOK)
    rows[table][row - 2] |= cells
    return rows


CELLS: list[tuple[str, int, str, Any, str]] = [
    # needed, and empty
    *((table, 2, column, None, "the cell is empty. It is needed: fill it in.") for table, column in (
        ("sales", "group_id"), ("sales", "state"), ("sales", "effective_date"), ("sales", "channel"),
        ("members", "group_id"), ("members", "member_id"), ("members", "effective_date"),
        ("splits", "group_id"), ("splits", "broker_id"), ("splits", "share"), ("splits", "from_date"),
        ("brokers", "broker_id"),
        ("adjustments", "kind"), ("adjustments", "decided_by"), ("adjustments", "decided_on"), ("adjustments", "why"),
    )),
    ("sales", 3, "channel", "   ", "the cell is empty."),
    # days
    ("sales", 2, "effective_date", "2025-02-30", "30 February does not exist."),
    ("sales", 2, "effective_date", "2025-02-29", "29 February 2025 does not exist."),
    ("sales", 3, "effective_date", "9/1/2025", "'9/1/2025' is not a date. Write it as YYYY-MM-DD"),
    ("sales", 3, "effective_date", "45901", "'45901' is not a date."),
    ("sales", 3, "effective_date", "2025-09-01T00:00:00", "is not a date."),
    ("sales", 2, "reported_on", "2025-13-01", "There is no month 13."),
    ("sales", 2, "last_prior_contract_end", "0000-01-01", "There is no year 0."),
    ("sales", 2, "origin_left_on", "soon", "'soon' is not a date."),
    ("sales", 2, "last_covered_day", "2025-11-31", "31 November does not exist."),
    ("members", 4, "effective_date", "2025-9-1", "'2025-9-1' is not a date."),
    ("members", 2, "ended_on", "open", "'open' is not a date."),
    ("splits", 3, "from_date", "always", "'always' is not a date."),
    ("splits", 3, "to_date", "9999-99-99", "There is no month 99."),
    ("brokers", 2, "licensed_from", "yes", "'yes' is not a date."),
    ("brokers", 3, "good_standing_to", "2025-06-31", "31 June does not exist."),
    ("adjustments", 2, "decided_on", "January", "'January' is not a date."),
    # words
    ("sales", 2, "channel", "dirct", "'dirct' is not known here. Did you mean direct?"),
    ("sales", 2, "channel", "Direct", "'Direct' is not known here. Did you mean direct?"),
    ("sales", 2, "market", "mid", "'mid' is not known here."),
    ("sales", 2, "prior_contract", "no", "'no' is not known here."),
    ("sales", 2, "prior_kp_through", "calchoice", "Did you mean californiachoice?"),
    ("sales", 2, "origin", "guild", "'guild' is not known here. Known: none, exchange, association"),
    ("sales", 2, "origin_was_kp", "Y", "'Y' is not known here."),
    ("sales", 2, "only_carrier", "true", "'true' is not known here. Known: yes, no, unknown."),
    ("sales", 2, "public_agency", "maybe", "'maybe' is not known here."),
    ("sales", 2, "state", "California", "'California' is not a state. Write its two letters, as CA."),
    ("sales", 2, "state", "ca", "'ca' is not a state."),
    ("members", 2, "role", "child", "'child' is not known here. Known: subscriber, dependent."),
    ("members", 2, "coverage", "dental", "Did you mean dental_only?"),
    ("members", 2, "continuation", "COBRA!", "'COBRA!' is not known here."),
    ("brokers", 2, "payee_kind", "firm", "'firm' is not known here. Known: person, agency."),
    ("brokers", 2, "tax_id_on_file", "95-1", "'95-1' is neither yes nor no. Write yes or no."),
    ("brokers", 2, "license_state", "Calif", "'Calif' is not a state."),
    ("brokers", 2, "appointment_state", "ca", "'ca' is not a state."),
    ("adjustments", 2, "kind", "exlude", "Did you mean exclude?"),
    # shares
    *(("splits", 2, "share", text, said) for text, said in (
        ("half", "'half' is not a share. Write it exactly, as 0.5, 1/3 or 33.34%."),
        ("1/0", "'1/0' is not a share."), ("50 percent", "'50 percent' is not a share."), ("1e-1", "is not a share."),
        ("0,5", "'0,5' is not a share."), ("½", "'½' is not a share."), ("1/2/2", "'1/2/2' is not a share."),
        ("%", "'%' is not a share."), ("+1", "'+1' is not a share."), ("-1/2", "'-1/2' is not a share."),
        ("nan", "'nan' is not a share."), ("1_0%", "'1_0%' is not a share."), ("٥٠%", "is not a share."),
        ("0", "'0' is not a share of one whole."), ("0%", "'0%' is not a share of one whole."),
        ("50", "'50' is not a share of one whole. Write a part of 1"), ("101%", "is not a share of one whole."),
        ("1/" + "9" * 5000, "is not a share."),
    )),
    # ids of other tables
    ("members", 2, "group_id", "G9", "the group G9 is not in sales.csv. Known: G1, G2."),
    ("splits", 2, "group_id", "XX", "the group XX is not in sales.csv."),
    ("splits", 2, "broker_id", "ADAH", "the broker ADAH is not in brokers.csv. Did you mean ADA?"),
    ("adjustments", 2, "group_id", "G1x", "the group G1x is not in sales.csv. Did you mean G1?"),
    ("adjustments", 2, "broker_id", "ZOE", "the broker ZOE is not in brokers.csv."),
    # facts that contradict each other
    ("members", 2, "effective_date", "2025-08-31",
     "coverage of member 001 begins on 2025-08-31, before that of the group G1, 2025-09-01."),
    ("splits", 4, "to_date", "2019-12-31", "it ends on 2019-12-31, before it starts on 2020-01-01."),
    ("sales", 3, "group_id", "G1", "the group G1 stands in row 2 already. Keep one row."),
]  # fmt: skip
NAMES = [f"{table}.{column} {str(value)[:20]}" for table, _, column, value, _ in CELLS]


@pytest.mark.parametrize(("table", "row", "column", "value", "said"), CELLS, ids=NAMES)
def test_a_cell_that_is_wrong_is_told_by_file_row_and_column(
    table: str, row: int, column: str, value: Any, said: str
) -> None:
    problems = problems_of(changed(table, row, **{column: value}))
    where = f"{table}.csv, row {row}, {column}"
    mine = [one for one in problems if one.where == where]
    assert len(mine) == 1, list(map(str, problems))
    assert said in str(mine[0])
    assert (mine[0].row, mine[0].column) == (row, column)
    if value and value.strip() and mine[0].seen is not None:
        assert mine[0].seen == value
    # What follows from it is told of other cells only: the id of a group that is gone is then not known elsewhere.
    others = {one.where for one in problems} - {where}
    if column not in ("group_id", "broker_id"):
        assert not others


@pytest.mark.parametrize("table", ["sales", "members", "splits", "brokers"])
def test_a_table_that_is_not_there(table: str) -> None:
    problems = problems_of(rows_of(BOOK), lambda tables: tables.pop(table))
    assert [str(one) for one in problems] == [f"{table}.csv: there is no such file. Add {table}.csv to the folder."]


def test_adjustments_may_be_absent() -> None:
    tables = frames(rows_of(BOOK))
    del tables["adjustments"]
    assert read_sales(tables).adjustments.is_empty()


NEEDED = {
    "sales": ["group_id", "state", "effective_date", "channel"],
    "members": ["group_id", "member_id", "effective_date"],
    "splits": ["group_id", "broker_id", "share", "from_date"],
    "brokers": ["broker_id", "license_state", "licensed_from", "appointment_state", "appointed_from",
                "agreement_from", "good_standing_from"],
    "adjustments": ["kind", "decided_by", "decided_on", "why"],
}  # fmt: skip


@pytest.mark.parametrize("table", COLUMNS)
def test_needed_columns_that_are_missing_are_told_at_once_and_the_others_may_be_left_out(table: str) -> None:
    problems = problems_of(rows_of(BOOK), lambda tables: tables.update({table: tables[table].drop(NEEDED[table])}))
    assert [str(one) for one in problems] == [
        f"{table}.csv, row 1: the column {column} is missing. It is needed: add it." for column in NEEDED[table]
    ]
    tables = frames(rows_of({"groups": [{"members": 3}], "adjustments": [{"kind": "exclude", "group_id": "G1"}]}))
    keep = [*NEEDED[table], *(["group_id"] if table == "adjustments" else [])]
    tables[table] = tables[table].select(keep)
    assert earn(read_sales(tables), chosen_programs(()), AS_OF).total == 0


def test_a_column_that_is_not_known_is_told_with_the_nearest_name() -> None:
    def edit(tables: dict[str, pl.DataFrame]) -> None:
        tables["sales"] = tables["sales"].rename({"origin_was_kp": "origin_was_kq"})
        tables["splits"] = tables["splits"].with_columns(pl.lit("x").alias("shares"))
        tables["members"] = tables["members"].with_columns(pl.lit("123-45-6789").alias("SSN"))

    said = [str(one) for one in problems_of(rows_of(BOOK), edit)]
    assert len(said) == 3
    assert "sales.csv, row 1: the column 'origin_was_kq' is not known. Did you mean origin_was_kp?" in said
    assert "splits.csv, row 1: the column 'shares' is not known. Did you mean share?" in said
    assert any(one.startswith("members.csv, row 1: the column 'SSN' is not known.") for one in said)


def test_every_table_is_told_at_once() -> None:
    rows = rows_of(BOOK)
    rows["sales"][0]["channel"] = "phone"
    rows["sales"][1]["state"] = "Nevada"
    rows["members"][2]["role"] = "boss"
    rows["splits"][3]["share"] = "all"
    rows["brokers"][1]["tax_id_on_file"] = "perhaps"
    rows["adjustments"][0]["decided_on"] = "today"
    assert [one.where for one in problems_of(rows)] == [
        "sales.csv, row 2, channel", "members.csv, row 4, role", "splits.csv, row 5, share",
        "brokers.csv, row 3, tax_id_on_file", "adjustments.csv, row 2, decided_on", "sales.csv, row 3, state",
    ]  # fmt: skip


def test_a_column_that_is_wrong_throughout_is_told_a_hundred_times_and_then_counted() -> None:
    rows = rows_of({"groups": [{"members": 250}]})
    for row in rows["members"]:
        row["role"] = "boss"
    problems = problems_of(rows)
    assert len(problems) == MOST_TOLD + 1
    assert str(problems[-1]) == "members.csv, role: so it is in 150 more rows. Correct the column."


def split_rows(*spans: tuple[str, str, str, str | None]) -> Rows:
    names = ("broker_id", "share", "from_date", "to_date")
    record = [dict(zip(names, span, strict=True)) for span in spans]
    return rows_of({"groups": [{"members": 2, "brokers": record}, {}]})


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ([("ADA", "1/2", "2020-01-01", None)], "the shares on 2020-01-01 add to 1/2, not to 1."),
        ([("ADA", "1/2", "2020-01-01", None), ("BEN", "2/3", "2020-01-01", None)],
         "the shares on 2020-01-01 add to 7/6, not to 1."),
        ([("ADA", "33.33%", "2020-01-01", None), ("BEN", "33.33%", "2020-01-01", None),
          ("CAL", "33.33%", "2020-01-01", None)], "the shares on 2020-01-01 add to 9999/10000, not to 1."),
        # Whole on the first day, and not after the first broker has left.
        ([("ADA", "1/2", "2020-01-01", "2025-08-31"), ("BEN", "1/2", "2020-01-01", None)],
         "the shares on 2025-09-01 add to 1/2, not to 1."),
        # Two whole ones overlap for a day.
        ([("ADA", "1", "2020-01-01", "2025-09-01"), ("BEN", "1", "2025-09-01", None)],
         "the shares on 2025-09-01 add to 2, not to 1."),
        ([("ADA", "1", "2020-01-01", None), ("BEN", "1/2", "2026-01-01", None)],
         "the shares on 2026-01-01 add to 3/2, not to 1."),
        ([("ADA", "1/2", "2020-01-01", None), ("ADA", "1/2", "2020-01-01", None)],
         "broker ADA has two rows for 2020-01-01. Keep one of them."),
        ([("ADA", "1", "2020-01-01", "2025-09-30"), ("ADA", "1", "2025-09-30", None)],
         "broker ADA has two rows for 2025-09-30."),
    ],
)  # fmt: skip
def test_shares_add_to_one_on_every_day(spans: list[tuple[str, str, str, str | None]], said: str) -> None:
    problems = problems_of(split_rows(*spans))
    assert any(said in str(one) for one in problems), list(map(str, problems))
    assert {one.where for one in problems} == {"splits.csv, group G1"}


@pytest.mark.parametrize(
    "spans",
    [
        [("ADA", "1", "2020-01-01", "2025-08-31"), ("BEN", "1", "2025-09-01", None)],
        [("ADA", "1", "2020-01-01", "2025-08-30"), ("BEN", "1", "2025-09-01", None)],  # a day with nobody
        [("ADA", "50%", "2020-01-01", None), ("BEN", "0.25", "2020-01-01", None), ("CAL", "1/4", "2020-01-01", None)],
        [("ADA", "1", "2020-01-01", "2020-01-01"), ("ADA", "1/3", "2020-01-02", None),
         ("BEN", "2/3", "2020-01-02", None)],
        [("ADA", "1", "0001-01-01", "9999-12-31")],
    ],
)  # fmt: skip
def test_shares_that_add_up_are_taken(spans: list[tuple[str, str, str, str | None]]) -> None:
    assert read_sales(frames(split_rows(*spans))).splits.height == len(spans) + 1


def test_a_group_without_any_broker_of_record() -> None:
    rows = rows_of(BOOK)
    rows["splits"] = [row for row in rows["splits"] if row["group_id"] == "G1"]
    assert [str(one) for one in problems_of(rows)] == [
        (
            "splits.csv, group G2: it has no broker of record on any day. "
            "Add a row with the broker, the share and the first day."
        )
    ]


@pytest.mark.parametrize("text", ["0.5", "1/2", "50%", "50 %", "2/4", ".5", "50.00%"])
def test_a_half_is_written_in_many_ways(text: str) -> None:
    assert share(text) * 2 == 1


def test_shares_that_are_too_fine_to_be_exact_are_refused() -> None:
    for fine in ("1/999999937", "1/" + "9" * 3000):
        book = {"groups": [{"brokers": {"ADA": fine, "BEN": str(1 - share(fine))}},
                           {"brokers": {"ADA": "1/" + "7" * 3000 + "1", "BEN": "1/3"}}]}  # fmt: skip
        with pytest.raises(Refused, match="too fine to be computed exactly"):
            read_sales(frames(rows_of(book)))


@pytest.mark.parametrize("stem", ["licensed", "appointed", "agreement", "good_standing"])
def test_intervals_that_are_turned_round_or_have_no_start(stem: str) -> None:
    rows = changed("brokers", 3, **{f"{stem}_to": "2019-12-31"})
    assert [str(one) for one in problems_of(rows)] == [
        (
            f"brokers.csv, row 3, {stem}_to: it ends on 2019-12-31, before it starts on 2020-01-01. "
            "Correct one of the days."
        )
    ]
    rows = changed("brokers", 3, **{f"{stem}_from": None, f"{stem}_to": "2019-12-31"})
    assert [str(one) for one in problems_of(rows)] == [
        f"brokers.csv, row 3, {stem}_from: there is an end, and no start. Write the first day."
    ]


@pytest.mark.parametrize("column", ["license_state", "appointment_state"])
def test_a_license_of_no_state(column: str) -> None:
    problems = problems_of(changed("brokers", 2, **{column: None}))
    assert [str(one) for one in problems] == [
        f"brokers.csv, row 2, {column}: the state is not said. Write its two letters, as CA."
    ]


@pytest.mark.parametrize(("column", "value"), [("payee_id", "P-OTHER"), ("payee_kind", "agency"), ("name", "Ada B"),
                                               ("tax_id_on_file", "no")])  # fmt: skip
def test_rows_of_one_broker_that_differ(column: str, value: str) -> None:
    rows = rows_of({**BOOK, "brokers": {"ADA": {"licensed": [{"to": "2025-01-01"}, {"from": "2025-02-01"}]}}})
    rows["brokers"][1][column] = value
    assert [str(one) for one in problems_of(rows)] == [
        (
            f"brokers.csv, row 2, {column}: the rows of broker ADA differ in {column}. "
            "Write the same in every row of the broker."
        )
    ]


def test_a_termination_that_is_known_has_its_last_day() -> None:
    problems = problems_of(changed("sales", 2, termination_known_on="2025-12-01"))
    assert [one.where for one in problems] == ["sales.csv, row 2, last_covered_day"]
    assert "the termination was known on 2025-12-01, but not the last day of coverage." in str(problems[0])


AMOUNT = {"kind": "amount", "program": PRODUCTION, "group_id": "G1"}


@pytest.mark.parametrize(
    ("said", "column", "why"),
    [
        ({"kind": "exclude"}, "group_id", "it is not said what is excluded. Name a group, a broker, or both."),
        ({"kind": "include"}, "group_id", "include is of a group. Name the group."),
        ({"kind": "settle", "reading": "counts"}, "group_id", "settle is of a group."),
        ({"kind": "amount", "program": PRODUCTION, "amount": "1.00"}, "group_id", "amount is of a group."),
        ({"kind": "other_program_reward", "amount": "1.00"}, "group_id", "other_program_reward is of a group."),
        ({"kind": "amount", "program": PRODUCTION, "group_id": "G1"}, "amount", "amount needs its amount."),
        ({"kind": "other_program_reward", "group_id": "G1"}, "amount", "needs its amount. Write it as 250.00."),
        ({"kind": "exclude", "group_id": "G1", "amount": "1.00"}, "amount", "exclude has no amount. Take it out."),
        ({"kind": "settle", "group_id": "G1", "amount": "1", "reading": "counts"}, "amount", "settle has no amount."),
        ({"kind": "other_program_reward", "group_id": "G1", "amount": "-0.01"}, "amount", "cannot be below nothing."),
        ({**AMOUNT, "amount": "$5"}, "amount", "'$5' is not an amount"),
        ({**AMOUNT, "amount": "5.005"}, "amount", "is not an amount"),
        ({**AMOUNT, "amount": "1,000.00"}, "amount", "is not an amount"),
        ({**AMOUNT, "amount": "1e3"}, "amount", "is not an amount"),
        ({**AMOUNT, "amount": "92233720368547758"}, "amount",
         "it is more than $1,000,000,000.00. Check the amount."),
        ({**AMOUNT, "amount": "9" * 5000}, "amount", "it is more than"),
        ({"kind": "amount", "group_id": "G1", "amount": "5.00"}, "program", "amount needs its program."),
        ({"kind": "settle", "group_id": "G1"}, "reading", "None settles nothing. Write counts or does_not_count."),
        ({"kind": "settle", "group_id": "G1", "reading": "yes"}, "reading", "'yes' settles nothing."),
        ({"kind": "exclude", "group_id": "G1", "reading": "counts"}, "reading", "exclude has no reading. Take it out."),
        ({"kind": "include", "group_id": "G1", "broker_id": "ADA"}, "broker_id", "include is of a whole group"),
        ({"kind": "settle", "group_id": "G1", "broker_id": "ADA", "reading": "counts"}, "broker_id",
         "settle is of a whole group, and not of one of its brokers. Take the broker out."),
    ],
)  # fmt: skip
def test_decisions_of_every_wrong_kind(said: dict[str, Any], column: str, why: str) -> None:
    problems = problems_of(rows_of({**BOOK, "adjustments": [said]}))
    assert [one.where for one in problems] == [f"adjustments.csv, row 2, {column}"]
    assert why in str(problems[0])


def test_a_decision_about_a_program_that_there_is_not() -> None:
    sales = read_sales(frames(rows_of({**BOOK, "adjustments": [
        {"kind": "exclude", "group_id": "G1", "program": "kp-ca-total-replacment"}]})))  # fmt: skip
    with pytest.raises(
        Refused, match=r"'kp-ca-total-replacment' is no program\. Did you mean kp-ca-total-replacement\?"
    ):
        earn(sales, chosen_programs(()), AS_OF)


def test_what_another_program_has_brought_may_name_that_program() -> None:
    sales = read_sales(frames(rows_of({**BOOK, "adjustments": [
        {"kind": "other_program_reward", "group_id": "G1", "program": "dental-2025", "amount": "5.00"}]})))  # fmt: skip
    assert earn(sales, chosen_programs(()), AS_OF).total == 0


def test_books_without_any_row_earn_nothing() -> None:
    assert earn(read_sales(frames({})), chosen_programs(()), AS_OF).total == 0
    rows = rows_of(BOOK)
    for table in ("members", "splits", "brokers", "adjustments"):
        tables = frames(rows)
        tables[table] = tables[table].clear()
        if table in ("members", "adjustments"):
            assert earned_as_json(earn(read_sales(tables), chosen_programs(()), AS_OF))["total"] == "0.00"
        else:
            with pytest.raises(Refused, match=r"no broker of record|Add it to brokers\.csv"):
                read_sales(tables)


# ---- program files


def program_text(*pairs: tuple[str, str]) -> str:
    text = LEVEL_UP_TEXT.replace(f"id: {LEVEL_UP}\n", "id: mine\n")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("to: 49}", "to: 48}", "no tier holds for 49 units: nothing may fall between."),
        ("to: 49}", "to: 40}", "no tier holds for 41 to 49 units: nothing may fall between."),
        ("to: 49}", "to: 50}", "two tiers hold for 50 units: close the earlier with to: 49."),
        ("from: 50, to: 99,", "from: 50,", "two tiers hold for 100 units: close the earlier with to: 99."),
        ("    - {from: 1, to: 49}\n", "", "the first tier is from 50 units, so 1 to 49 have none."),
        ("{from: 1, to: 49}", "{from: 0, to: 49}", "the first tier is from 0 units"),
        ("from: 150,", "from: 150, to: 500,", "no tier holds for 501 units or more: leave the last one open."),
        ("once: 5000.00", "each: 5000.00", "the tier from 100 pays each, which a cumulative program does not."),
        ("once: 5000.00", "once: 50.000", "is not an amount in dollars and cents"),
        ("once: 5000.00", "once: 99999999999999.00", "tiers.steps[2].once is more than 100,000,000,000."),
        ("mode: cumulative", "mode: highest", "'highest' is not known here."),
        ("unit: member", "unit: memebr", "Did you mean member?"),
        ("rescission_days: 90", "rescision_days: 90", "Did you mean rescission_days?"),
        ("rescission_days: 90", "rescission_days: ninety", "'ninety' is not a whole number."),
        ("rescission_days: 90", "rescission_days: 4000", "rescission_days is 4,000, more than 3,660."),
        ("rescission_days: 90", "rescission_days: 90\nrescission_days: 60", "the key is given twice"),
        ("to: 2026-01-01", "to: 2025-08-31", "it ends on 2025-08-31, before it begins on 2025-09-01."),
        ("to: 2026-01-01", "to: 2025-09-31", "31 September does not exist."),
        ("  state: R17\n", "", "rules does not name state."),
        ("  good_standing: R13\n", "", "rules does not name good_standing."),
        ("setting: look_back", "setting: lookback", "which is no setting. Did you mean look_back?"),
        ("others: [180 days, 183 days]", "others: [half a year]", "look_back is 'half a year'. Write it as 6 months"),
        ("others: [members]", "others: [member]", "'member' is not known here. Did you mean members?"),
        ("settings:\n", "settings:\n  look_back: 99999999999 months\n", "Write it as 6 months, or 180 days."),
        ("channels: [direct,", "channels: [telephone,", "'telephone' is not known here."),
        ("carrier: Kaiser Permanente", "carrier:", "a value is needed here."),
        ("tiers:\n", "tiers: []\nold_tiers:\n", "is not known"),
        ("id: mine", "id: &x mine", "an anchor stands here."),
        ("id: mine", "\t- id: mine", "this is not YAML"),
    ],
)  # fmt: skip
def test_a_program_file_that_is_wrong(old: str, new: str, said: str) -> None:
    with pytest.raises(Refused) as told:
        read_program(program_text((old, new)), file="mine.yaml")
    assert said in str(told.value)
    assert all(one.where.startswith("mine.yaml") for one in told.value.problems)


def test_everything_that_is_wrong_with_a_program_is_told_at_once() -> None:
    text = program_text(("unit: member", "unit: head"), ("state: CA", "county: CA"), ("to: 2026-01-01", "to: soon"))
    with pytest.raises(Refused) as told:
        read_program(text, file="mine.yaml")
    assert len(told.value.problems) == 4  # the state is missing, and the county not known


def test_two_versions_never_hold_on_one_day() -> None:
    first = read_program(program_text(), file="first.yaml")
    for from_, both in (("2025-12-31", True), ("2026-01-01", True), ("2026-01-02", False)):
        later = read_program(program_text(("from: 2025-09-01", f"from: {from_}"), ("to: 2026-01-01", "to: 2026-06-30"),
                                          ('"2025-09"', '"2026"')), file="second.yaml")  # fmt: skip
        if not both:
            assert one_version_a_day([later, first]) == (first, later)
            continue
        with pytest.raises(Refused, match=f"the versions 2025-09 and 2026 both hold on {from_}") as told:
            one_version_a_day([later, first])
        assert f"Close 2025-09 with to: the day before {from_}" in str(told.value)


def test_two_versions_one_after_the_other_are_each_for_their_own_days() -> None:
    """R32: a program may change at any time. A sale is paid by the version of its day."""
    first = read_program(program_text(("to: 2026-01-01", "to: 2025-10-31")), file="first.yaml")
    second = read_program(program_text(("from: 2025-09-01", "from: 2025-11-01"), ("once: 2500.00", "once: 1000.00")),
                          file="second.yaml")  # fmt: skip
    book = {"groups": [{"members": 50, "effective_date": "2025-10-31"},
                       {"members": 50, "effective_date": "2025-11-01", "brokers": "BEN"}]}  # fmt: skip
    earned = earn(read_sales(frames(rows_of(book))), one_version_a_day([first, second]), AS_OF)
    assert [one["total"] for one in earned_as_json(earned)["brokers"]] == ["2500.00", "1000.00"]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xff\xfe\x00", "it is not text in UTF-8"), (b"", "a value is needed here"), (b"[1, 2]", "a list stands where"),
     (b"id: " + b"[" * 5000, "mine.yaml")],
)  # fmt: skip
def test_a_program_file_of_odd_bytes(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    with pytest.raises(Refused) as told:
        program_file(path)
    assert said in str(told.value)


def test_a_program_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"nowhere.yaml: it cannot be read: No such file or directory\."):
        program_file(tmp_path / "nowhere.yaml")


def test_a_doubt_may_have_any_name_and_a_year_that_begins_with_its_program_has_used_nothing() -> None:
    text = program_text(("id: B1,", "id: who,"), ("id: B10,", "id: D-7,"), ("from: 2025-09-01", "from: 2025-01-01"),
                        ("  counted_for: payee", "  counted_for: payee\n  period: since_january"))  # fmt: skip
    program = read_program(text, file="mine.yaml")
    sales = read_sales(frames(rows_of({"groups": [{"members": 50}]})))
    assert earn(sales, [program], AS_OF).total == 2500_00
    order = dict.fromkeys(one.doubt for one in readings(sales, [program], AS_OF))
    assert list(order) == ["B3", "B5", "B6", "B7", "B9", "B12", "B14", "D-7", "who"]


# ---- the command line


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)

    def go(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["smallgroup", "rewards", "earn", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), said.out, said.err

    return go


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    written = tmp_path / "sales"
    written.mkdir()
    rows = rows_of(BOOK)
    for name, table in rows.items():
        with (written / f"{name}.csv").open("w", newline="") as opened:
            writer = csv.DictWriter(opened, list(COLUMNS[name]))
            writer.writeheader()
            writer.writerows(table)
    return written


def replaced(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))


def spoiled() -> Iterator[Any]:
    def case(name: str, file: str, said: str, edit: Callable[[Path], Any]) -> Any:
        return pytest.param(file, said, edit, id=name)

    yield case("no file", "members.csv", "There is no such file.", Path.unlink)
    yield case("empty", "members.csv", "The file is empty.", lambda path: path.write_bytes(b""))
    yield case(
        "a byte order mark alone", "splits.csv", "The file is empty.", lambda path: path.write_bytes(b"\xef\xbb\xbf")
    )
    yield case(
        "zero bytes", "sales.csv", "not text in UTF-8 or Windows-1252", lambda path: path.write_bytes(b"a,b\n\x00\x01")
    )
    yield case("a workbook", "sales.csv", "it is an Excel workbook", lambda path: path.write_bytes(b"PK\x03\x04abc"))
    yield case(
        "a line without comma", "sales.csv", "its first line has no comma", lambda path: path.write_bytes(b"hello\n")
    )
    yield case("a folder", "sales.csv", "This is a folder.", lambda path: (path.unlink(), path.mkdir()))
    yield case("an open quotation mark", "sales.csv", "a quotation mark is not closed",
               lambda path: path.write_bytes(path.read_bytes() + b'"G9,x\n'))  # fmt: skip
    yield case("too many cells", "splits.csv", "Row 6 has 9 cells, and the header has 5.",
               lambda path: path.write_bytes(path.read_bytes() + b"1,2,3,4,5,6,7,8,9\n"))  # fmt: skip
    yield case("a column twice", "sales.csv", "sales.csv, row 1: the column state stands twice. Keep one.",
               lambda path: replaced(path, b"legal_name", b"state"))  # fmt: skip
    yield case("a word", "sales.csv", "sales.csv, row 2, channel: 'drect' is not known here. Did you mean direct?",
               lambda path: replaced(path, b"direct", b"drect"))  # fmt: skip
    yield case("a day", "members.csv", "members.csv, row 2, effective_date: 31 September does not exist.",
               lambda path: replaced(path, b"2025-09-01", b"2025-09-31"))  # fmt: skip
    yield case("before the group", "members.csv", "before that of the group G1, 2025-09-01.",
               lambda path: replaced(path, b"2025-09-01", b"2025-08-31"))  # fmt: skip
    yield case("shares", "splits.csv", "splits.csv, group G1: the shares on 2020-01-01 add to 5/6, not to 1.",
               lambda path: replaced(path, b"1/2", b"1/3"))  # fmt: skip
    yield case("a decision", "adjustments.csv", "adjustments.csv, row 2, group_id: the group G7 is not in sales.csv.",
               lambda path: replaced(path, b"G1", b"G7"))  # fmt: skip


@pytest.mark.parametrize(("file", "said", "edit"), list(spoiled()))
def test_a_folder_that_is_wrong_ends_in_status_1(
    run: Run, folder: Path, file: str, said: str, edit: Callable[[Path], Any]
) -> None:
    edit(folder / file)
    status, out, err = run(folder, "--as-of", "2026-06-30")
    assert (status, out) == (1, "")
    assert err.startswith("Refused: ")
    assert said in err
    assert file in err
    assert str(folder.parent) not in err
    status, out, err = run(folder, "--as-of", "2026-06-30", "--json")
    assert (status, err) == (1, "")
    answer = json.loads(out)
    assert list(answer) == ["errors"]
    assert any(said in one["sentence"] for one in answer["errors"])
    keys = {"sentence", "where", "seen", "why", "fix", "sheet", "row", "column", "field", "cell", "proposal"}
    assert set(answer["errors"][0]) == keys


def test_letters_of_windows_and_a_byte_order_mark_are_read(run: Run, folder: Path) -> None:
    replaced(folder / "adjustments.csv", b"as the file says", b"caf\xe9")
    (folder / "sales.csv").write_bytes(b"\xef\xbb\xbf" + (folder / "sales.csv").read_bytes())
    status, out, _ = run(folder, "--as-of", "2026-06-30", "--json")
    assert status == 0
    assert "caf\\u00e9" in out


def test_the_folder_the_day_the_program_and_its_file_are_told_at_once(run: Run, folder: Path) -> None:
    (folder / "mine.yaml").write_text(program_text(("to: 49}", "to: 48}")))
    replaced(folder / "sales.csv", b"direct", b"drect")
    words = (folder, "--as-of", "2026-02-30", "--program-file", folder / "mine.yaml", "--program-file",
             folder / "nowhere.yaml")  # fmt: skip
    status, out, err = run(*words)
    assert (status, out) == (1, "")
    for part in ("4 things are wrong", "'drect'", "30 February does not exist", "no tier holds for 49 units",
                 "nowhere.yaml: it cannot be read"):  # fmt: skip
        assert part in err


@pytest.mark.parametrize("more", [(), ("--json",), ("--readings",), ("--readings", "--json")])
def test_a_program_that_there_is_not_and_a_second_file_for_the_same_day(
    run: Run, folder: Path, more: tuple[str, ...]
) -> None:
    as_of = ("--as-of", "2026-06-30")
    status, out, err = run(folder, *as_of, "--program", "kp-ca-level-up-2026", *more)
    assert status == 1
    assert "'kp-ca-level-up-2026' is not known. Did you mean kp-ca-level-up-2025?" in (out if "--json" in more else err)
    (folder / "mine.yaml").write_text(LEVEL_UP_TEXT)
    status, out, err = run(folder, *as_of, "--program-file", folder / "mine.yaml", *more)
    assert status == 1
    assert "both hold on 2025-09-01" in (out if "--json" in more else err)
    assert (err if "--json" in more else out) == ""


def test_no_such_folder_and_a_file_in_its_place(run: Run, folder: Path) -> None:
    for path, why in ((folder / "nowhere", "there is no such folder."), (folder / "sales.csv", "it is a file.")):
        status, out, err = run(path, "--as-of", "2026-06-30")
        assert (status, out) == (1, "")
        assert f"{path.name}: {why} Name the folder that sales.csv lies in." in err


def test_without_a_day_the_usage_is_told(run: Run, folder: Path) -> None:
    assert run(folder)[0] == 2


def test_a_book_that_is_right_says_what_it_wants_on_both_doors(run: Run, folder: Path) -> None:
    status, out, err = run(folder, "--as-of", "2026-06-30", "--readings", "--json")
    assert (status, err) == (0, "")
    answer = json.loads(out)
    assert {"programs", "as_of", "brokers", "exclusions", "referrals", "readings"} <= set(answer)
    rows = rows_of(BOOK)
    assert {name: value for name, value in answer.items() if name != "readings"} == json.loads(
        json.dumps(earned_as_json(earn(read_sales(frames(rows)), chosen_programs(()), date(2026, 6, 30))))
    )


def test_members_without_a_role_count_where_members_do_and_are_refused_where_subscribers_do() -> None:
    rows = rows_of({"groups": [{"members": 25}]})
    for row in rows["members"]:
        row["role"] = None
    sales = read_sales(frames(rows))
    as_of = date(2026, 1, 31)
    assert earn(sales, chosen_programs([PRODUCTION]), as_of).total == 1000_00
    with pytest.raises(Refused, match="25 members have no role, and sharp-ca-2025 counts subscribers"):
        earn(sales, chosen_programs(["sharp-ca-2025"]), as_of)


def test_a_broker_without_a_payee_is_counted_and_paid_alone() -> None:
    rows = rows_of({"groups": [{"members": 25}]})
    for row in rows["brokers"]:
        row["payee_id"] = None
    brokers = read_sales(frames(rows)).brokers
    assert brokers["payee_id"].to_list() == brokers["broker_id"].to_list()
