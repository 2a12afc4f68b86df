"""Laws of rewards over books that are as nasty as can be, beside a second model in plain Python."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from smallgroup.rewards.earn import Earned, earn
from smallgroup.rewards.read_sales import read_sales
from smallgroup.rewards.report import earned_as_json, lines_of, reasons_of
from smallgroup.rulebook.program import Program, chosen_programs
from tests.rewards.books import LEVEL_UP, PRODUCTION, REPLACEMENT, Rows, frames, rows_of
from tests.rewards.naive import AS_TAKEN, OTHERS, naive
from tests.rewards.test_scenarios import read_as

MORE = int(os.environ.get("MORE_EXAMPLES", "1"))
"""How many times as many examples: for a long run by hand."""
BOTH = chosen_programs([PRODUCTION, LEVEL_UP])
ALL = chosen_programs([PRODUCTION, LEVEL_UP, REPLACEMENT])
LATER = date(2026, 6, 30)


def often(ordinary: Any, *odd: Any) -> st.SearchStrategy[Any]:
    """The ordinary one four times of five, and else one of the others."""
    return st.sampled_from([*[ordinary] * 4 * len(odd), *odd])


NAMES = ("ADA", "BEN", "CAL", "DOT")
CONDITION = often(
    {}, {"to": "2025-10-31"}, {"from": "2025-09-01", "to": "2025-09-01"}, {"from": "2025-12-31"}, None,
    [{"to": "2025-09-30"}, {"from": "2025-12-01"}], [{"state": "NV"}, {"state": "CA", "from": "2025-10-01"}],
    {"state": "NV"}, [{"to": "2025-11-30"}, {"from": "2025-11-15"}],
)  # fmt: skip
ONE_CONDITION = st.tuples(st.sampled_from(["licensed", "appointed", "agreement", "good_standing"]), CONDITION)
BROKERS = st.fixed_dictionaries({
    name: st.builds(
        lambda payee, odd: {"payee_id": payee, **dict([odd])}, often(f"P-{name}", "P-SHARED", "P-ADA"), ONE_CONDITION
    )
    for name in NAMES
})  # fmt: skip
DAYS = st.sampled_from([
    *["2025-09-01", "2025-10-01", "2025-12-01", "2026-01-01"] * 4, "2025-10-31", "2025-12-31", "2025-09-15",
    "2025-08-31", "2026-01-02", "2025-03-01", "2024-12-31",
])  # fmt: skip
PRIOR = often(
    {}, {"prior_contract": "unknown"}, {"prior_contract": None}, {"prior_contract": "in_force"},
    {"prior_contract": "ended"}, {"prior_contract": "never", "prior_kp_through": "direct"},
    *({"prior_contract": "ended", "last_prior_contract_end": day, "prior_kp_through": through}
      for day in ("2025-02-28", "2025-03-01", "2025-03-04", "2025-03-05", "2025-05-31", "2025-06-30", "2025-07-04")
      for through in ("none", "direct", "californiachoice", None)),
    {"prior_contract": "in_force", "prior_kp_through": "peo"}, {"prior_kp_through": "covered_california"},
    {"prior_kp_through": "unknown"},
)  # fmt: skip
ORIGIN = often(
    {}, {"origin": None}, {"origin": "union"}, {"origin": "none", "origin_left_on": "2025-08-31"},
    *({"origin": origin, "origin_left_on": day, "origin_was_kp": own}
      for origin in ("exchange", "trust_fund") for day in ("2025-02-28", "2025-03-01", "2025-05-31", "2025-09-15")
      for own in ("yes", "no", "unknown", None)),
)  # fmt: skip
PLACE = often({}, {"state": "NV"}, {"market": "large"}, {"market": None}, {"reported_on": "2025-12-15"},
              {"channel": "general_agency"}, {"channel": "californiachoice"})  # fmt: skip
RECORD = st.sampled_from([
    *["ADA", "BEN"] * 5, "CAL", {"ADA": "1/2", "BEN": "1/2"}, {"ADA": "1/3", "BEN": "1/3", "CAL": "1/3"},
    {"BEN": "1/3", "DOT": "2/3"}, {"ADA": "99%", "CAL": "0.01"}, {"BEN": "33.33%", "CAL": "33.33%", "DOT": "33.34%"},
    [{"broker_id": "ADA", "to_date": "2025-09-30"}, {"broker_id": "BEN", "from_date": "2025-10-01"}],
    [{"broker_id": "ADA", "from_date": "2025-10-01"}],
    [{"broker_id": "CAL", "to_date": "2025-11-30"}, {"broker_id": "CAL", "share": "1/7", "from_date": "2025-12-01"},
     {"broker_id": "DOT", "share": "6/7", "from_date": "2025-12-01"}],
])  # fmt: skip
SIZE = st.one_of(st.integers(0, 60), st.sampled_from([10, 10, 24, 25, 26, 49, 50, 75, 101, 150]), often(30, 1386))
ODD_MEMBERS = st.lists(
    st.sampled_from([
        {"count": 2, "coverage": "dental_only"}, {"count": 1, "continuation": "cobra"}, {"continuation": "cal_cobra"},
        {"member_id": "001"}, {"member_id": "001", "coverage": "dental_only"}, {"member_id": "X"},
        {"member_id": "X", "coverage": "dental_only"}, {"member_id": "X", "ended_on": "2025-02-28"},
        {"member_id": "X", "later": 31}, {"count": 3, "later": 1}, {"count": 24, "later": 30}, {"later": 61},
        {"later": 122}, {"coverage": None}, {"member_id": "X", "coverage": None, "continuation": "cobra"},
        {"count": 5, "role": "dependent"}, {"ended_on": "2025-12-15"}, {"ended_on": "2024-12-30"},
    ]), max_size=4,
)  # fmt: skip
ENDS = often(None, *range(86, 95), 0, -1, 200)


@st.composite
def groups(draw: Any, place: int) -> dict[str, Any]:
    begins = date.fromisoformat(draw(DAYS))
    members: list[dict[str, Any]] = [{"count": draw(SIZE)}]
    for said in draw(ODD_MEMBERS):
        odd = dict(said)
        if "later" in odd:
            odd["effective_date"] = (begins + timedelta(odd.pop("later"))).isoformat()
        members.append(odd)
    group = {
        "group_id": f"G{place}", "effective_date": begins.isoformat(), "members": members,
        "brokers": draw(RECORD), **draw(PRIOR), **draw(ORIGIN), **draw(PLACE),
    }  # fmt: skip
    ends = draw(ENDS)
    if ends is not None:
        group["last_covered_day"] = (begins + timedelta(ends)).isoformat()
        group["termination_known_on"] = draw(st.sampled_from([None, "2025-12-15", "2026-03-01"]))
    return group


@st.composite
def books(draw: Any, most: int = 8) -> dict[str, Any]:
    size = draw(st.integers(min(2, most), most))
    ids = [f"G{place}" for place in range(1, size + 1)]
    decision = st.builds(
        lambda said, group, program, day: {**said, "group_id": group, "decided_on": day}
        | ({"program": program} if program else {"program": PRODUCTION} if said["kind"] == "amount" else {}),
        st.sampled_from([
            {"kind": "exclude"}, {"kind": "include"}, {"kind": "exclude", "broker_id": "ADA"},
            {"kind": "settle", "reading": "counts"}, {"kind": "settle", "reading": "does_not_count"},
            {"kind": "amount", "amount": "100.01"}, {"kind": "amount", "amount": "-33.35"},
            {"kind": "amount", "amount": "47000.00"}, {"kind": "amount", "amount": "10.00", "broker_id": "BEN"},
            {"kind": "other_program_reward", "amount": "48999.99"}, {"kind": "other_program_reward", "amount": "60000"},
        ]), st.sampled_from(ids), st.sampled_from([None, PRODUCTION, LEVEL_UP]),
        st.sampled_from(["2025-11-01", "2026-01-05"]),
    )  # fmt: skip
    return {
        "groups": [draw(groups(place)) for place in range(1, size + 1)],
        "brokers": draw(BROKERS),
        "adjustments": draw(st.lists(decision, max_size=3)),
    }


AS_OF = often(LATER, date(2025, 12, 1), date(2025, 12, 15), date(2026, 1, 4), date(2026, 2, 28))


def earned_of(rows: Rows, as_of: date = LATER, programs: Sequence[Program] = BOTH) -> Earned:
    return earn(read_sales(frames(rows)), programs, as_of)


def as_text(rows: Rows, as_of: date = LATER) -> str:
    return json.dumps(earned_as_json(earned_of(rows, as_of, ALL)))


def cents_of(earned: Earned) -> dict[tuple[str, ...], int]:
    lines = lines_of(earned)
    key = lines.select("program", "broker_id", "group_id", "kind").iter_rows()
    return dict(zip(key, lines["cents"], strict=True))


READS = [("", "as taken"), *((doubt, side) for doubt, sides in OTHERS.items() for side in sides)]


def agree(book: dict[str, Any], as_of: date, doubt: str, side: str) -> None:
    rows = rows_of(book)
    programs = read_as(BOTH, doubt, side) if doubt else BOTH
    earned = earned_of(rows, as_of, programs)
    wanted = naive(rows, as_of, {doubt: side} if doubt else None)
    assert cents_of(earned) == wanted.cents
    reasons = reasons_of(earned).select("program", "group_id", "member_id", "broker_id", "rule")
    assert set(reasons.iter_rows()) == wanted.reasons
    referrals = reasons_of(earned, earned.referrals).select("program", "group_id", "rule")
    assert set(referrals.iter_rows()) == wanted.referrals
    event("pays" if wanted.cents else "pays nothing")
    if earned.caps.height:
        event("capped")


@settings(max_examples=20 * MORE)
@given(book=books(), as_of=AS_OF)
def test_what_is_earned_is_what_a_plain_model_of_the_rules_says(book: dict[str, Any], as_of: date) -> None:
    agree(book, as_of, "", "")


@pytest.mark.parametrize(("doubt", "side"), READS[1:], ids=[f"{doubt} {side}" for doubt, side in READS[1:]])
@settings(max_examples=5 * MORE)
@given(book=books(), as_of=AS_OF)
def test_so_it_is_under_every_other_reading(doubt: str, side: str, book: dict[str, Any], as_of: date) -> None:
    if doubt == "B3":
        # What two brokers of one payee share, where only one of them may be credited with a late add, nobody has said.
        book["brokers"] = {name: {**said, "payee_id": f"P-{name}"} for name, said in book["brokers"].items()}
    agree(book, as_of, doubt, side)


def test_the_plain_model_reads_what_the_programs_read() -> None:
    asked = {doubt.id: program.reads(doubt) for program in BOTH for doubt in program.doubts}
    assert asked == AS_TAKEN
    for doubt, sides in OTHERS.items():
        listed = [other for program in BOTH for one in program.doubts if one.id == doubt for other in one.others]
        assert set(listed) == set(sides)


# ---- laws of the rules themselves, without the second model

PLAIN = st.fixed_dictionaries({
    "members": st.integers(0, 60), "effective_date": st.sampled_from(["2025-09-01", "2025-10-15", "2026-01-01"]),
    "last_covered_day": often(None, "2025-10-31", "2026-05-31"), "brokers": st.sampled_from(["ADA", "BEN"]),
    "state": often("CA", "NV"), "origin": often("none", None),
})  # fmt: skip
PLAIN_BOOKS = st.fixed_dictionaries({
    "groups": st.lists(PLAIN, min_size=1, max_size=6),
    "brokers": st.sampled_from([{}, {"ADA": {"payee_id": "P"}, "BEN": {"payee_id": "P"}}]),
})  # fmt: skip


def without(rows: Rows, *groups: str) -> Rows:
    return {name: [row for row in table if row.get("group_id") not in groups] for name, table in rows.items()}


@settings(max_examples=12 * MORE)
@given(book=PLAIN_BOOKS, place=st.integers(0, 5))
def test_one_more_member_never_lowers_the_reward_of_anybody(book: dict[str, Any], place: int) -> None:
    group = book["groups"][place % len(book["groups"])]
    before = earned_of(rows_of(book))
    group["members"] += 1
    after = earned_of(rows_of(book))
    payees = before.sales.brokers.select("broker_id", "payee_id").rows()
    for payee in {payee for _, payee in payees}:
        mine = {broker for broker, of in payees if of == payee}
        paid = [sum(cents for key, cents in cents_of(one).items() if key[1] in mine) for one in (before, after)]
        assert paid[0] <= paid[1]


@settings(max_examples=8 * MORE)
@given(book=books(), as_of=AS_OF, seed=st.integers(0, 10**6))
def test_the_order_of_rows_changes_nothing_not_even_a_letter(book: dict[str, Any], as_of: date, seed: int) -> None:
    rows = rows_of(book)
    first = as_text(rows, as_of)
    shuffle = random.Random(seed).shuffle
    for table in rows.values():
        shuffle(table)
    assert as_text(rows, as_of) == first


@settings(max_examples=8 * MORE)
@given(book=books(), as_of=AS_OF)
def test_a_group_that_does_not_count_changes_nothing_by_being_there(book: dict[str, Any], as_of: date) -> None:
    rows = rows_of(book)
    earned = earned_of(rows, as_of)
    ids = earned.sales.sales["group_id"]
    counting = {ids[group] for one in earned.of for group in one.credits["group"]}
    idle = [id for id in ids if id not in counting]
    if idle and counting:
        event("some are idle")
        assert cents_of(earned_of(without(rows, *idle), as_of)) == cents_of(earned)


@settings(max_examples=8 * MORE)
@given(book=books(), place=st.integers(0, 7), ended=st.integers(-1, 89))
def test_a_rescinded_group_is_as_if_it_had_never_been_sold(book: dict[str, Any], place: int, ended: int) -> None:
    book["adjustments"] = [one for one in book["adjustments"] if one["kind"] != "include"]
    group = book["groups"][place % len(book["groups"])]
    begins = date.fromisoformat(group["effective_date"])
    group |= {"last_covered_day": (begins + timedelta(ended)).isoformat(), "termination_known_on": None}
    rows = rows_of(book)
    left = without(rows, group["group_id"])
    assert cents_of(earned_of(rows)) == (cents_of(earned_of(left)) if left["sales"] else {})


@settings(max_examples=8 * MORE)
@given(book=books(), record=st.sampled_from([
    {"ADA": "1/2", "BEN": "1/2"}, {"ADA": "1/3", "BEN": "1/3", "CAL": "1/3"},
    {"ADA": "1/7", "BEN": "5/14", "CAL": "33.33%", "DOT": "0.1667"},
]))  # fmt: skip
def test_the_parts_of_a_split_add_up_to_the_whole(book: dict[str, Any], record: dict[str, str]) -> None:
    alone = rows_of({**book, "brokers": {}, "groups": [{**one, "brokers": "ADA"} for one in book["groups"]]})
    shared = rows_of({**book, "brokers": {}, "groups": [{**one, "brokers": record} for one in book["groups"]]})
    for rows in (alone, shared):
        rows["adjustments"] = [one for one in rows["adjustments"] if one.get("broker_id") is None]
    # What a cap leaves of a group is put to kinds and brokers at once, so that only its sum is the same.
    sums: list[dict[tuple[str, ...], int]] = [{}, {}]
    for place, rows in enumerate((alone, shared)):
        earned = earned_of(rows)
        cut = {earned.sales.sales["group_id"][group] for group in earned.caps["group"]}
        for (program, _, group, kind), cents in cents_of(earned).items():
            key = (group,) if group in cut else (program, group, kind)
            sums[place][key] = sums[place].get(key, 0) + cents
    assert sums[0] == sums[1]


@settings(max_examples=8 * MORE)
@given(book=books(), as_of=AS_OF)
def test_no_group_brings_more_than_the_cap(book: dict[str, Any], as_of: date) -> None:
    book["groups"][0] |= {"members": 1990, "brokers": "ADA"}
    rows = rows_of(book)
    brought: dict[str, int] = {}
    for (_, _, group, _), cents in cents_of(earned_of(rows, as_of)).items():
        brought[group] = brought.get(group, 0) + max(cents, 0)
    assert all(cents <= 50_000_00 for cents in brought.values())
    event("reached" if 50_000_00 in brought.values() else "not reached")


@settings(max_examples=8 * MORE)
@given(book=books(), as_of=AS_OF)
def test_what_becomes_known_later_changes_nothing_before(book: dict[str, Any], as_of: date) -> None:
    rows = rows_of(book)
    told = cents_of(earned_of(rows, as_of))
    day = as_of.isoformat()
    for sale in rows["sales"]:
        if (sale.get("termination_known_on") or "") > day:
            sale |= {"last_covered_day": None, "termination_known_on": None}
    rows["adjustments"] = [one for one in rows["adjustments"] if one["decided_on"] <= day]
    rows = without(rows, *(one["group_id"] for one in rows["sales"] if (one.get("reported_on") or "") > day))
    rows = without(rows, *(one["group_id"] for one in rows["sales"] if one["effective_date"] > day))
    if rows["sales"]:
        assert cents_of(earned_of(rows, as_of)) == told


@settings(max_examples=6 * MORE)
@given(one=books(most=4), other=books(most=4))
def test_two_books_of_different_brokers_earn_together_what_they_earn_apart(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    first, second = rows_of(one), rows_of(other)
    for table in second.values():
        for row in table:
            row.update({key: f"A-{row[key]}" for key in ("group_id", "broker_id", "payee_id") if row.get(key)})
    both = {name: first[name] + second[name] for name in first}
    assert cents_of(earned_of(both)) == cents_of(earned_of(first)) | cents_of(earned_of(second))


@pytest.mark.parametrize("mode", [1, 2, 3])
def test_on_the_ladder_every_member_adds_or_nothing_changes(mode: int) -> None:
    """All counts from none to 160, as a book of 161 brokers, in one to three groups each."""
    groups = [
        {"group_id": f"G{count}-{part}", "members": count // mode + (part < count % mode), "brokers": f"N{count:03d}"}
        for count in range(161) for part in range(mode)
    ]  # fmt: skip
    paid: dict[str, int] = {f"N{count:03d}": 0 for count in range(161)}
    for (_, broker, _, _), cents in cents_of(earned_of(rows_of({"groups": groups}))).items():
        paid[broker] += cents
    steps = [later - earlier for earlier, later in zip(list(paid.values()), list(paid.values())[1:], strict=False)]
    wanted = {25: 1000_00, 50: 2525_00, 100: 5025_00, 150: 7525_00}
    assert steps == [wanted.get(count, 25_00 if count > 25 else 0) for count in range(1, 161)]
