"""Closing: only the difference is posted, once, with its cause, and a closed period stays as it is."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from smallgroup.errors import Refused
from smallgroup.ledger import Ledger, close, forecast, statement, verify
from smallgroup.rewards.position import Position
from tests.ledger.cases import (
    FEBRUARY,
    JANUARY,
    MARCH,
    PEOPLE,
    always,
    holds,
    line,
    owed,
    paid,
    payee,
    position,
    reason,
    shut,
    transfers,
)  # fmt: skip


def test_the_first_close_posts_what_is_earned_with_its_count(ledger: Ledger) -> None:
    done = shut(ledger, position(
        line("b1", "g1", 250_00, units=10, counted="105"),
        line("b2", "g1", 125_00, units=10, counted="45/2", share="1/2"),
        line("b2", "g2", 0),
        line("b3", "g3", 1, units=None, counted=None, share=None),
    ))  # fmt: skip
    assert (done.statements, done.earned, done.voided, done.clawed_back, done.posted) == (3, 375_01, 0, 0, 375_01)
    assert transfers(ledger, "debit", "credit", "cents", "action", "because") == [
        ("expense:base", "owed:b1", 250_00, "earned", "10 of 105 counted"),
        ("expense:base", "owed:b2", 125_00, "earned", "10 of 45/2 counted, share 1/2"),
        ("expense:base", "owed:b3", 1, "earned", "earned"),
    ]
    holds(ledger)
    assert verify(ledger).entries == 4


def test_a_later_close_posts_only_what_differs(ledger: Ledger) -> None:
    shut(ledger, position(line("b1", "g1", 100_00), line("b2", "g2", 300_00)))
    first, second = line("b1", "g1", 100_00), line("b2", "g2", 350_00, units=12)
    done = shut(ledger, position(first, second, as_of=FEBRUARY), "2026-02")
    assert (done.statements, done.posted) == (1, 50_00)
    assert transfers(ledger, "broker_id", "cents", "because")[2:] == [
        ("b2", 50_00, "12 of the group count, before 10")
    ]  # fmt: skip
    nothing = shut(ledger, position(first, second, as_of=MARCH), "2026-03")
    assert (nothing.statements, nothing.posted) == (0, 0)
    holds(ledger)


def test_a_group_that_ended_too_soon_says_so_and_moves_the_others(ledger: Ledger) -> None:
    """The worked example: 105 members with a group of 10; without it the broker falls from 105 to 95."""
    shut(ledger, position(
        line("b1", "g1", 9_500_00, units=95, counted="105"), line("b1", "g7", 1_000_00, units=10, counted="105"),
    ))  # fmt: skip
    later = position(
        line("b1", "g1", 5_250_00, units=95, counted="95"), as_of=FEBRUARY,
        reasons=[
            reason("g7", "g7 ended on 2026-01-31, 61 days after it began."),
            reason("g7", "of a member only", member="m1"), reason("g7", "of another broker", broker="b9"),
            reason("g7", "of another program", program="other"),
        ],
    )  # fmt: skip
    done = shut(ledger, later, "2026-02")
    assert (done.voided, done.clawed_back) == (5_250_00, 0)
    assert transfers(ledger, "debit", "credit", "group_id", "cents", "action", "rule", "because")[2:] == [
        ("owed:b1", "expense:base", "g1", 4_250_00, "void", "base.production",
         "the count went from 105 to 95: g7 is out (base.rescission)"),
        ("owed:b1", "expense:base", "g7", 1_000_00, "void", "base.rescission",
         "g7 ended on 2026-01-31, 61 days after it began."),
    ]  # fmt: skip
    assert owed(ledger) == {"b1": 5_250_00}


def test_a_tier_that_is_lost_names_the_count(ledger: Ledger) -> None:
    """The line of the tier is gone without a reason of its own; the broker's other lines know the new count."""
    shut(ledger, position(
        line("b1", "g1", 2_500_00, kind="tier", units=95), line("b1", "g1", 900_00, units=95),
        line("b1", "g7", 100_00, units=10),
    ))  # fmt: skip
    shut(ledger, position(
        line("b1", "g1", 850_00, units=95, counted="95"), as_of=FEBRUARY, reasons=[reason("g7", "g7 ended.")],
    ), "2026-02")  # fmt: skip
    assert dict(transfers(ledger, "kind", "because", entry_kind="statement")[3:5]) == {
        "production": "the count went from 105 to 95: g7 is out (base.rescission)",
        "tier": "the count went from 105 to 95: g7 is out (base.rescission)",
    }


@pytest.mark.parametrize(
    ("before", "after", "because"),
    [
        ({"share": "1"}, {"share": "1/2"}, "share 1/2, before 1"),
        ({"units": 10}, {"units": 9}, "9 of the group count, before 10"),
        ({"share": "1"}, {"share": "2/3", "units": 9}, "share 2/3, before 1; 9 of the group count, before 10"),
        ({"counted": "105"}, {"counted": "95"}, "the count went from 105 to 95"),
        ({"rule": "base.old"}, {"rule": "base.new"}, "by base.new, before by base.old"),
        ({}, {}, "$100.00 became $50.00"),
    ],
)  # fmt: skip
def test_each_cause_is_named(ledger: Ledger, before: dict[str, str], after: dict[str, str], because: str) -> None:
    shut(ledger, position(line("b1", "g1", 100_00, **before)))  # type: ignore[arg-type]
    shut(ledger, position(line("b1", "g1", 50_00, **after), as_of=FEBRUARY), "2026-02")  # type: ignore[arg-type]
    assert transfers(ledger, "because")[1:] == [(because,)]


def test_a_cap_says_its_reason_where_nothing_else_changed(ledger: Ledger) -> None:
    shut(ledger, position(line("b1", "g1", 100_00)))
    capped = reason("g1", "The group's rewards reach $50,000.00.", rule="base.cap")
    shut(ledger, position(line("b1", "g1", 50_00), as_of=FEBRUARY, reasons=[capped]), "2026-02")
    assert transfers(ledger, "because")[1:] == [("The group's rewards reach $50,000.00.",)]


def test_all_sales_of_a_broker_can_fall_away_for_one_reason(ledger: Ledger) -> None:
    shut(ledger, position(line("b1", "g1", 100_00), line("b1", "g2", 100_00)))
    shut(ledger, position(as_of=FEBRUARY, reasons=[reason(None, "No license in January.", broker="b1")]), "2026-02")
    assert transfers(ledger, "because", "action")[2:] == [("No license in January.", "void")] * 2
    shut(ledger, position(line("b1", "g1", 100_00), as_of=MARCH), "2026-03")
    assert transfers(ledger, "because", "action")[4:] == [("counts again: 10 of 105", "earned")]
    assert owed(ledger) == {"b1": 100_00}


def test_what_was_paid_is_clawed_back_and_what_was_not_is_voided(ledger: Ledger) -> None:
    shut(ledger, position(line("b1", "g1", 100_00)))
    paid(ledger)
    shut(ledger, position(line("b1", "g1", 130_00, units=13), as_of=FEBRUARY), "2026-02")
    done = shut(ledger, position(line("b1", "g1", 60_00, units=6), as_of=MARCH), "2026-03")
    assert (done.voided, done.clawed_back) == (30_00, 40_00)
    assert transfers(ledger, "action", "cents")[-2:] == [("void", 30_00), ("clawback", 40_00)]
    assert owed(ledger) == {"b1": -40_00}
    gone = shut(ledger, position(as_of=date(2026, 4, 30)), "2026-04")
    assert (gone.voided, gone.clawed_back) == (0, 60_00)  # never more than stands
    assert owed(ledger) == {"b1": -100_00}
    assert shut(ledger, position(as_of=date(2026, 5, 31)), "2026-05").statements == 0  # and once
    holds(ledger)


def test_the_same_close_again_gives_the_same_answer_and_posts_nothing(ledger: Ledger) -> None:
    earned = position(line("b1", "g1", 100_00), line("b2", "g2", 1_00))
    done, head = shut(ledger, earned), ledger.head()
    assert shut(ledger, earned) == done
    shut(ledger, position(as_of=FEBRUARY), "2026-02")
    assert shut(ledger, earned) == done  # also after a later one
    assert ledger.head() != head
    assert verify(ledger, head=head).transfers == 4
    with pytest.raises(Refused, match="A closed period never changes; close the next one"):
        shut(ledger, position(line("b1", "g1", 100_01), line("b2", "g2", 1_00)))
    with pytest.raises(Refused, match="as of 2026-01-31"):
        shut(ledger, position(line("b1", "g1", 100_00), line("b2", "g2", 1_00), as_of=FEBRUARY))


def test_a_close_again_is_computed_on_what_others_had_then(ledger: Ledger) -> None:
    """What another program posted since must not make the same close look like another one."""
    seen = []

    def base(others: pl.DataFrame) -> Position:
        seen.append(others.rows())
        return position(line("b1", "g1", 100_00 + others["cents"].sum()))

    arguments = {"period": "2026-01", "programs": ["base"], "as_of": JANUARY, **PEOPLE}
    shut(ledger, position(line("b1", "g1", 7_00, program="more"), programs=("more",)))
    done = close(ledger, base, **arguments)  # type: ignore[arg-type]
    shut(ledger, position(line("b1", "g1", 9_00, program="third"), programs=("third",)))
    assert close(ledger, base, **arguments) == done  # type: ignore[arg-type]
    assert seen == [[("g1", 7_00)]] * 2


def test_periods_are_closed_in_order(ledger: Ledger) -> None:
    shut(ledger, position(line("b1", "g1", 100_00), as_of=FEBRUARY), "2026-02")
    head = ledger.head()
    with pytest.raises(Refused, match=r"Closing 2026-01 of base: 2026-02 is closed already"):
        shut(ledger, position(line("b1", "g1", 100_00), as_of=MARCH), "2026-01")
    with pytest.raises(Refused, match="It is closed already, of base"):
        shut(ledger, position(as_of=MARCH, programs=("base", "more")), "2026-02")
    with pytest.raises(Refused, match="the close before it was as of 2026-02-28"):
        shut(ledger, position(line("b1", "g1", 100_00), as_of=JANUARY), "2026-03")
    for period in ("2026-13", "2026-1", "January", ""):
        with pytest.raises(Refused, match="Write it as YYYY-MM"):
            shut(ledger, position(), period)
    with pytest.raises(Refused, match="No program is named"):
        shut(ledger, position(programs=()))
    assert ledger.head() == head


@pytest.mark.parametrize(("made_by", "checked_by"), [("Ann", " ann "), ("Ann", ""), ("  ", "Bo"), ("ß", "SS")])
def test_two_people_close_a_period(ledger: Ledger, made_by: str, checked_by: str) -> None:
    with pytest.raises(Refused):
        close(
            ledger, always(position()), period="2026-01", programs=["base"], as_of=JANUARY, made_by=made_by,
            checked_by=checked_by,
        )  # fmt: skip
    assert verify(ledger).entries == 0


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (position(line("b1", "g1", -1)), "A position has no debts"),
        (position(line("b1", "g1", 1), line("b1", "g1", 2)), "several lines of this kind"),
        (position(line("b1", "g1", 1, program="more")), "not of this program"),
        (position(programs=("more",)), "It is a position of more, not of base"),
        (position(as_of=MARCH), "as of 2026-03-31, not as of 2026-01-31"),
        (position({**line("b1", "g1", 1), "group_id": None}), "lacks its key"),
        (position({**line("b1", "g1", 1), "cents": None}), "lacks its key or its cents"),
        (position(payees=[payee("b1"), payee("b1", "acme")]), "There are several payees"),
        (position(payees=[payee("b1", "acme"), payee("b2", "acme", kind="agency")]), "kind is agency and person"),
        (position(payees=[payee("b1", kind="robot")]), "kind is robot"),
    ],
)  # fmt: skip
def test_a_position_that_contradicts_itself_is_refused(ledger: Ledger, wrong: Position, says: str) -> None:
    with pytest.raises(Refused, match=says):
        close(ledger, always(wrong), period="2026-01", programs=["base"], as_of=JANUARY, **PEOPLE)
    assert verify(ledger).entries == 0


def test_the_order_of_the_rows_does_not_change_the_ledger(ledger: Ledger, tmp_path: pytest.TempPathFactory) -> None:
    from smallgroup.ledger import open_ledger

    earned = position(
        *(line(f"b{n % 7}", f"g{n}", 100 + n, units=n) for n in range(40)),
        reasons=[reason(f"g{n}", "out", member=f"m{n}") for n in range(50, 60)],
    )
    heads = set()
    for seed in range(3):
        shuffled = Position(
            earned.as_of, earned.programs, earned.lines.sample(fraction=1, shuffle=True, seed=seed),
            earned.reasons.sample(fraction=1, shuffle=True, seed=seed),
            earned.payees.sample(fraction=1, shuffle=True, seed=seed),
        )  # fmt: skip
        with open_ledger(f"{tmp_path}/order{seed}.db") as other:
            shut(other, shuffled)
            heads.add(other.head())
    shut(ledger, earned)
    assert heads == {ledger.head()}  # nor does the database


def test_any_batching_of_the_same_facts_ends_in_the_same_balance(ledger: Ledger) -> None:
    lines = [line(f"b{n % 3}", f"g{n}", 100 + n) for n in range(9)]
    for month in range(1, 10):
        shut(ledger, position(*lines[:month], as_of=date(2026, month, 28)), f"2026-{month:02d}")
    assert owed(ledger, "group_id") == {one["group_id"]: one["cents"] for one in lines}


def test_a_hold_that_moves_is_posted_for_what_is_not_paid(ledger: Ledger) -> None:
    shut(ledger, position(line("b1", "g1", 100_00, hold=FEBRUARY)))
    done = shut(ledger, position(line("b1", "g1", 100_00, hold=MARCH), as_of=FEBRUARY), "2026-02")
    assert (done.earned, done.voided, done.posted) == (100_00, 100_00, 0)
    assert transfers(ledger, "because")[1:] == [("held until 2026-03-31, before 2026-02-28",)] * 2
    assert paid(ledger, "early", FEBRUARY).cents == 0
    assert paid(ledger, "late", MARCH).cents == 100_00
    again = shut(ledger, position(line("b1", "g1", 100_00), as_of=MARCH), "2026-03")
    assert again.statements == 0  # it is paid: nothing to hold


def test_a_forecast_writes_nothing_and_equals_the_close(ledger: Ledger) -> None:
    shut(ledger, position(line("b1", "g1", 100_00), line("b2", "g2", 30_00)))
    head = ledger.head()
    later = position(line("b1", "g1", 80_00, units=8), line("b3", "g3", 5_00), as_of=FEBRUARY)
    expected = forecast(ledger, always(later), programs=["base"], as_of=FEBRUARY)
    assert ledger.head() == head
    shut(ledger, later, "2026-02")
    assert transfers(ledger, *expected.columns)[2:] == expected.rows()


def test_a_statement_never_changes(ledger: Ledger) -> None:
    shut(ledger, position(line("b1", "g1", 100_00, hold=MARCH), line("b1", "g2", 50_00)))
    first = statement(ledger, "b1", "2026-01")
    assert (first.opening, [one.cents for one in first.lines], first.paid, first.closing) == (
        0, [100_00, 50_00], (), 150_00
    )  # fmt: skip
    assert first.lines[0].hold_until == MARCH
    paid(ledger)
    shut(ledger, position(line("b1", "g1", 100_00, hold=MARCH), as_of=FEBRUARY), "2026-02")
    second = statement(ledger, "b1", "2026-02")
    assert (second.opening, [one.cents for one in second.lines], second.closing) == (150_00, [-50_00], 50_00)
    assert [(one.run, one.day, one.cents) for one in second.paid] == [("r1", FEBRUARY, 50_00)]
    shut(ledger, position(as_of=MARCH), "2026-03")
    assert statement(ledger, "b1", "2026-01") == first
    assert statement(ledger, "b1", "2026-02") == second
    assert statement(ledger, "b1", "2026-03").opening == second.closing
    assert statement(ledger, "nobody", "2026-03").lines == ()
    with pytest.raises(Refused, match=r"2026-04 is not closed. Choose among 2026-01 to 2026-03"):
        statement(ledger, "b1", "2026-04")
