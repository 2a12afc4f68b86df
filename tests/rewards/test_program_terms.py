"""Terms of a program one by one, varied on a program of the rulebook: what no carrier's scenario reaches."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from smallgroup.errors import Refused
from smallgroup.rewards.earn import Earned, earn
from smallgroup.rewards.report import reasons_of
from smallgroup.rewards.standing import steps
from smallgroup.rewards.tiers import amounts, of_each_group
from smallgroup.rulebook.program import Program, known_programs, read_program
from tests.rewards.test_comparable_programs import PROGRAMS, counted, program, sales_of

ADA_AND_BEN = [{"broker": "ADA", "share": "1/2"}, {"broker": "BEN", "share": "1/2"}]


def group(id: str, effective: str, subscribers: int, **said: Any) -> dict[str, Any]:
    return {"id": id, "effective": effective, "subscribers": str(subscribers), "broker": "ADA", **said}


def earned(program: Program, *groups: dict[str, Any], on: str, **said: Any) -> Earned:
    return earn(sales_of(program, {"groups": list(groups), **said}), [program], date.fromisoformat(on))


def read_as(program: Program, **settings: str) -> Program:
    return replace(program, settings=replace(program.settings, **settings))  # type: ignore[arg-type]


def test_members_who_join_later_are_counted_once_at_the_close_of_a_quarter() -> None:
    one = read_as(program("health-net-ca-2020"), late_adds="counted")
    later = {"count": "3", "effective": "2020-08-01"}
    found = earned(one, group("G1", "2020-07-01", 10, members=[later]), on="2021-01-31")
    assert counted(found) == {"ADA": "13 in 1 of 2020-Q3"}


def test_the_close_is_that_of_the_window_where_the_window_is_counted() -> None:
    one = read_as(program("health-net-ca-2020"), period="window")
    gone = group("GONE", "2020-07-01", 5, last_day="2020-11-30")
    stays = group("STAYS", "2020-07-01", 7, last_day="2020-12-01")
    assert counted(earned(one, gone, stays, on="2021-01-31")) == {"ADA": "7 in 1"}
    assert counted(earned(one, stays, on="2020-11-30")) == {}, "the window is not over"


def test_a_loss_is_taken_off_the_quarter_that_it_falls_in() -> None:
    one = read_as(program("blue-shield-ca-specialty-2018"), period="quarter")
    groups = [group("A", "2018-01-01", 10), group("B", "2018-02-01", 10), group("C", "2018-04-01", 10),
              group("D", "2018-05-01", 10), group("OLD", "2015-01-01", 4, last_day="2018-05-31")]  # fmt: skip
    found = earned(one, *groups, on="2019-01-01")
    assert counted(found) == {"ADA": "20 in 2 of 2018-Q1, 16 in 2 of 2018-Q2"}
    assert found.total == 360_00


def test_a_loss_is_divided_where_members_are() -> None:
    one = read_as(program("blue-shield-ca-specialty-2018"), split="members")
    groups = [group("A", "2018-01-01", 10), group("B", "2018-02-01", 10),
              group("OLD", "2015-01-01", 5, last_day="2018-05-31", brokers=ADA_AND_BEN)]  # fmt: skip
    found = earned(one, *groups, on="2019-01-01")
    assert counted(found) == {"ADA": "35/2 in 2"}, "20 less half of 5"
    assert found.total == 175_00


def test_where_members_are_divided_a_group_keeps_its_size_and_is_paid_by_the_part() -> None:
    ccsb = read_as(program("ccsb-2025"), split="members")
    groups = [group(id, "2025-07-01", 30, brokers=ADA_AND_BEN) for id in ("G1", "G2", "G3")]
    found = earned(ccsb, *groups, on="2026-01-31")
    assert found.total == 3 * 4_000_00, "each of two is paid half of 4,000 for a group of 30"
    uhc = read_as(program("uhc-ca-2020"), split="members")
    assert earned(uhc, group("G1", "2020-07-01", 60, brokers=ADA_AND_BEN), on="2021-03-31").total == 60 * 50_00


def test_only_later_groups_are_raised_and_a_shared_one_is_one_group() -> None:
    one = read_as(program("ccsb-2025"), by_groups="later_groups", split="members")
    bright = {"ADA": {"payee": "BRIGHT"}, "BEN": {"payee": "BRIGHT"}}
    groups = [group(f"G{n}", f"2025-{n + 6:02}-01", 20, brokers=ADA_AND_BEN) for n in range(1, 7)]
    assert earned(one, *groups, on="2026-01-31", brokers=bright).total == 5 * 2_000_00 + 3_000_00


def test_each_group_alone_below_a_gate_is_told_by_group() -> None:
    one = read_as(program("sharp-ca-2025"), counted_for="group")
    found = earned(one, group("G1", "2025-04-01", 9), group("G2", "2025-04-01", 10), on="2025-12-31")
    assert found.total == 500_00
    told = [(said["group_id"], said["because"]) for said in reasons_of(found).to_dicts()]
    assert told == [("G1", "9 employees counted: nothing is earned below 10 employees")]


def test_below_a_gate_of_units_and_groups_both_are_told_and_the_quarter() -> None:
    one = replace(read_as(program("blue-shield-ca-specialty-2018"), period="quarter"), gate=replace(
        program("kp-wa-ifp-2021").gate, units=30, groups=2))  # type: ignore[type-var]  # fmt: skip
    found = earned(one, group("G1", "2018-07-01", 9), on="2019-01-01")
    told = reasons_of(found)["because"].to_list()
    assert told == ["9 members in 1 group counted for ADA of 2018-Q3: nothing is earned below 30 members and 2 groups"]


def test_below_a_gate_nothing_is_due_either() -> None:
    one = replace(program("blue-shield-ca-specialty-2018"), tiers=None)
    assert earned(one, group("G1", "2018-07-01", 9), on="2019-01-01").due.is_empty()
    assert earned(one, group("G1", "2018-07-01", 9), group("G2", "2018-07-01", 9), on="2019-01-01").due.height == 2


@pytest.mark.parametrize("one", [one for one in known_programs() if one.tiers], ids=lambda one: one.id)
def test_one_more_unit_never_lowers_what_tiers_pay(one: Program) -> None:
    assert one.tiers
    counts = pl.DataFrame({"n": range(400), "groups": [6] * 400})
    if one.tiers.mode in ("group_band", "band_by_groups"):
        n = pl.col("n")
        pays = of_each_group(one.tiers, size=n, units=n, groups=pl.col("groups"), part=pl.lit(1))
    else:
        pays = pl.sum_horizontal(*amounts(one.tiers, pl.col("n")).values())
    paid = counts.select(pays.alias("cents"))["cents"]
    assert paid[0] == 0
    assert (paid.diff().drop_nulls() >= 0).all()


def test_the_ladder_of_a_program_begins_at_its_gate() -> None:
    assert steps(program("sharp-ca-2025"))[:3] == [(10, 500_00), (20, 550_00), (30, 825_00)]


def test_nobody_is_told_of_a_gate_who_has_sold_nothing() -> None:
    one = program("ccsb-2025")
    found = earned(one, group("G1", "2025-07-01", 9), on="2026-01-31", brokers={"IDLE": {}})
    assert reasons_of(found)["broker_id"].to_list() == ["ADA"]


def test_an_open_question_is_named_by_the_doubt_or_else_by_the_rule() -> None:
    kaiser = next(one for one in known_programs() if one.id == "kp-ca-level-up-2025")
    for one, on, named in ((program("sharp-ca-2025"), "2025-04-01", "SHP new groups"), (kaiser, "2025-10-01", "B5")):
        found = earned(one, group("G1", on, 10, prior="unknown"), on="2026-03-01")
        assert found.referrals["rule"].to_list() == [named]


def test_a_large_group_is_told_of_where_only_small_ones_count() -> None:
    found = earned(program("sharp-ca-2025"), group("G1", "2025-04-01", 10, market="large"), on="2025-12-31")
    assert reasons_of(found)["because"].to_list() == ["sold in the large-group market"]


def test_an_amount_that_a_person_decided_stands_below_a_gate() -> None:
    """The gate is the program's, and the amount is not."""
    said = [{"kind": "amount", "program": "ccsb-2025", "group_id": "G1", "amount": "12.34"}]
    found = earned(program("ccsb-2025"), group("G1", "2025-07-01", 9), on="2026-01-31", adjustments=said)
    assert found.total == 12_34


TEXT = (PROGRAMS / "ccsb-2025.yaml").read_text("utf-8")


@pytest.mark.parametrize(("old", "new", "says"), [
    ("{rule: CCSB 2b, groups: 3}", "{rule: CCSB 2b}", "this gate asks for nothing"),
    ("at_least: 5, at_most: 100", "at_least: 5, at_most: 4", "no group has 5 or more and 4 or fewer"),
    ("counted_for: payee", "counted_for: group\nnet_of_lost: true", "counts each alone"),
    ("illustration: true", "amounts: illustrative", "cannot be run unasked"),
    ("to: 2026-01-01", "snapshot: period_end", "it has none"),
    ("to: 2026-01-01", "pay: {rule: X, after_days: 60}", "it has none"),
    ("{from: 1, to: 4}", "{from: 1, to: 3}", "no tier holds for 4 units"),
    ("mode: band_by_groups", "mode: marginal", "pays by_groups, which a marginal program does not"),
    ("size: {", "sizes: {", "the key 'group_sizes' is not known"),
])  # fmt: skip
def test_a_program_that_cannot_be_meant_is_refused(old: str, new: str, says: str) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new)
    if "net_of_lost" in new:  # the key stands in no block of its own
        text = TEXT.replace(old, "counted_for: group") + "\nnet_of_lost: true\n"
    with pytest.raises(Refused) as refused:
        read_program(text, file="ccsb.yaml")
    assert says in str(refused.value)


