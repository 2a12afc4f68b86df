"""Paying: once, to the payee, less what is due from them, and again only after the bank sent it back."""

from __future__ import annotations

from datetime import date

import pytest

from smallgroup.errors import Refused
from smallgroup.ledger import (
    Ledger,
    Payee,
    balances,
    dispute,
    open_disputes,
    paid_by_group,
    paid_by_year,
    pay,
    payables_csv,
    payment_returned,
    payment_run,
    reverse,
    settle_dispute,
    statement,
    verify,
)  # fmt: skip
from tests.ledger.cases import (
    ACCOUNTS,
    FEBRUARY,
    JANUARY,
    MARCH,
    PEOPLE,
    holds,
    line,
    owed,
    paid,
    payee,
    position,
    shut,
    transfers,
)  # fmt: skip


def test_a_run_pays_each_payee_once(ledger: Ledger) -> None:
    shut(ledger, position(
        line("b1", "g1", 100_00), line("b2", "g1", 50_00), line("b3", "g2", 1), line("b4", "g3", 0),
        payees=[payee("b1"), payee("b2", "acme", kind="agency"), payee("b3", "acme", kind="agency"), payee("b4")],
    ))  # fmt: skip
    run = paid(ledger)
    assert [(one.payee_id, one.payee_kind, one.broker_ids, one.cents) for one in run.payments] == [
        ("acme", "agency", ("b2", "b3"), 50_01), ("b1", "person", ("b1",), 100_00),
    ]  # fmt: skip
    head = ledger.head()
    assert paid(ledger) == run == payment_run(ledger, "r1")
    assert paid(ledger, "r2").payments == ()
    assert owed(ledger) == {"b1": 0, "b2": 0, "b3": 0}
    assert verify(ledger, head=head).transfers == 6
    holds(ledger)


def test_another_run_of_the_same_name_is_refused(ledger: Ledger) -> None:
    shut(ledger, position(line("b1", "g1", 100_00)))
    paid(ledger)
    with pytest.raises(Refused, match="Payment run r1: It was made already"):
        paid(ledger, on=MARCH)
    with pytest.raises(Refused, match="Payment run r1: It was made already"):
        paid(ledger, hold={"b1": "asked to wait"})
    with pytest.raises(Refused, match="There is no such run"):
        payment_run(ledger, "r9")


def test_nothing_is_paid_before_its_day(ledger: Ledger) -> None:
    shut(ledger, position(line("b1", "g1", 100_00, hold=FEBRUARY), line("b1", "g2", 30_00, hold=MARCH)))
    assert paid(ledger, "january", JANUARY).payments == ()
    assert paid(ledger, "february", FEBRUARY).cents == 100_00
    assert paid(ledger, "march", MARCH).cents == 30_00


def test_who_cannot_be_paid_is_named_and_owed(ledger: Ledger) -> None:
    shut(ledger, position(
        line("b1", "g1", 100_00), line("b2", "g1", 50_00), line("b3", "g2", 25_00), line("b4", "g3", 10_00),
        line("b5", "g3", 5_00),
        payees=[payee("b1", tax_id=False), payee("b2"), payee("b3"), payee("b5", "p5")],
    ))  # fmt: skip
    run = paid(ledger, hold={"b2": "Garnishment pending."}, payees={"b2": ACCOUNTS["b2"], "p5": ACCOUNTS["b1"]})
    assert [(one.payee_id, one.cents, one.because.split(".")[0]) for one in run.unpaid] == [
        ("b1", 100_00, "There is no tax id on file"), ("b2", 50_00, "Garnishment pending"),
        ("b3", 25_00, "There is no bank account on file"), ("b4", 10_00, "Nobody is named as the payee of broker b4"),
    ]  # fmt: skip
    assert [one.payee_id for one in run.payments] == ["p5"]
    assert paid(ledger, hold={"b2": "Garnishment pending."}) == run
    shut(ledger, position(
        line("b1", "g1", 100_00), line("b2", "g1", 50_00), line("b3", "g2", 25_00), line("b4", "g3", 10_00),
        line("b5", "g3", 5_00), as_of=FEBRUARY,
        payees=[payee("b1"), payee("b4", "b1")],
    ), "2026-02")  # fmt: skip
    assert [(one.payee_id, one.cents) for one in paid(ledger, "r2").payments] == [
        ("b1", 110_00), ("b2", 50_00), ("b3", 25_00)
    ]  # fmt: skip


def test_a_payee_of_two_brokers_needs_the_tax_id_of_both(ledger: Ledger) -> None:
    shut(ledger, position(
        line("b1", "g1", 100_00), line("b2", "g1", 50_00),
        payees=[payee("b1", "acme", kind="agency"), payee("b2", "acme", kind="agency", tax_id=False)],
    ))  # fmt: skip
    run = paid(ledger)
    assert (run.payments, run.unpaid[0].cents) == ((), 150_00)


def test_a_clawback_is_taken_off_the_next_payment(ledger: Ledger) -> None:
    shut(ledger, position(line("b1", "g1", 100_00), line("b1", "g2", 20_00)))
    paid(ledger)
    shut(ledger, position(line("b1", "g2", 20_00), line("b1", "g3", 30_00), as_of=FEBRUARY), "2026-02")
    short = paid(ledger, "r2")
    assert short.payments == ()
    assert [(one.cents, one.because) for one in short.unpaid] == [
        (-70_00, "-$70.00 is carried forward, and taken off what is earned next.")
    ]  # fmt: skip
    shut(ledger, position(line("b1", "g2", 20_00), line("b1", "g3", 130_00), as_of=MARCH), "2026-03")
    run = paid(ledger, "r3", MARCH)
    assert run.cents == 30_00
    assert transfers(ledger, "debit", "credit", "group_id", "cents")[-2:] == [
        ("cash", "owed:b1", "g1", 100_00), ("owed:b1", "cash", "g3", 130_00),
    ]  # fmt: skip
    found = balances(ledger, ["broker_id", "program", "group_id"])
    assert found.rows() == [
        ("b1", "base", "g1", 100_00, 100_00, 0, 0, 0), ("b1", "base", "g2", 20_00, 0, 20_00, 0, 0),
        ("b1", "base", "g3", 130_00, 0, 130_00, 0, 0),
    ]  # fmt: skip
    holds(ledger)


def test_a_payment_that_came_back_is_owed_and_paid_again(ledger: Ledger) -> None:
    earned = line("b1", "g1", 100_00), line("b1", "g2", 1), line("b2", "g1", 5_00)
    shut(ledger, position(*earned))
    first = paid(ledger)
    back = payment_returned(ledger, run="r1", payee_id="b1", on=MARCH, code="R03", made_by="Ann")
    assert payment_returned(ledger, run="r1", payee_id="b1", on=MARCH, code="R03", made_by="Cy") == back
    assert owed(ledger) == {"b1": 100_01, "b2": 0}
    assert [one.returned for one in payment_run(ledger, "r1").payments] == [True, False]
    assert paid(ledger).cents == first.cents  # the run again pays nothing
    again = paid(ledger, "r2", MARCH)
    assert [(one.payee_id, one.cents) for one in again.payments] == [("b1", 100_01)]
    with pytest.raises(Refused, match="It came back already"):
        payment_returned(ledger, run="r1", payee_id="b1", on=MARCH, code="R04", made_by="Ann")
    with pytest.raises(Refused, match="There is no such payment"):
        payment_returned(ledger, run="r1", payee_id="b9", on=MARCH, code="R03", made_by="Ann")
    with pytest.raises(Refused, match="It is of 2026-03-31, after 2026-02-28"):
        payment_returned(ledger, run="r2", payee_id="b1", on=FEBRUARY, code="R03", made_by="Ann")
    with pytest.raises(Refused, match="It is undone already, by the return"):
        reverse(ledger, first.payments[0].entry_id, why="typo", day=MARCH, **PEOPLE)
    shut(ledger, position(*earned, as_of=MARCH), "2026-03")
    told = statement(ledger, "b1", "2026-03")
    assert [(one.run, one.action, one.cents) for one in told.paid] == [
        ("r1", "payment", 100_01), ("r1", "return", -100_01), ("r2", "payment", 100_01),
    ]  # fmt: skip
    assert (told.opening, told.closing) == (100_01, 0)
    holds(ledger)


def test_what_is_disputed_waits(ledger: Ledger) -> None:
    shut(ledger, position(line("b1", "g1", 100_00), line("b1", "g1", 5_00, kind="tier"), line("b1", "g2", 1_00)))
    about = {"broker_id": "b1", "program": "base", "group_id": "g1"}
    first = dispute(ledger, **about, on=JANUARY, why="Not the broker of record.", made_by="Ann")
    assert dispute(ledger, **about, on=JANUARY, why="Not the broker of record.", made_by="Ann") == first
    with pytest.raises(Refused, match="disputed already"):
        dispute(ledger, **about, on=FEBRUARY, why="Something else.", made_by="Ann")
    assert [(one.group_id, one.since) for one in open_disputes(ledger)] == [("g1", JANUARY)]
    assert paid(ledger).cents == 1_00
    with pytest.raises(Refused, match="It is in dispute since 2026-01-31"):
        settle_dispute(ledger, **about, on=date(2026, 1, 1), why="It is.", made_by="Bo")
    settled = settle_dispute(ledger, **about, on=FEBRUARY, why="It is.", made_by="Bo")
    assert settle_dispute(ledger, **about, on=FEBRUARY, why="It is.", made_by="Bo") == settled
    with pytest.raises(Refused, match="settled already"):
        settle_dispute(ledger, **about, on=MARCH, why="It is.", made_by="Bo")
    with pytest.raises(Refused, match="Nothing of it is disputed"):
        settle_dispute(ledger, "b2", "base", "g1", on=MARCH, why="It is.", made_by="Bo")
    assert open_disputes(ledger) == ()
    assert paid(ledger, "r2").cents == 105_00
    assert dispute(ledger, **about, on=FEBRUARY, why="Once more.", made_by="Ann") > settled
    assert verify(ledger).entries == 9


def test_what_was_posted_is_reversed_once_and_exactly(ledger: Ledger) -> None:
    shut(ledger, position(line("b1", "g1", 33_34), line("b1", "g2", 66_66), line("b2", "g1", 10_00)))
    undo = reverse(ledger, 1, why="Closed by mistake.", day=FEBRUARY, **PEOPLE)
    assert reverse(ledger, 1, why="Closed by mistake.", day=FEBRUARY, **PEOPLE) == undo
    assert transfers(ledger, "debit", "credit", "group_id", "cents", "action")[-2:] == [
        ("owed:b1", "expense:base", "g1", 33_34, "reversal"), ("owed:b1", "expense:base", "g2", 66_66, "reversal"),
    ]  # fmt: skip
    assert owed(ledger) == {"b1": 0, "b2": 10_00}
    for entry_id, says in [
        (1, "It is reversed already"), (undo, "It undoes another entry"), (3, "A closing moves no money"),
        (99, "There is no such entry"),
    ]:  # fmt: skip
        with pytest.raises(Refused, match=says):
            reverse(ledger, entry_id, why="Another reason.", day=FEBRUARY, **PEOPLE)
    with pytest.raises(Refused, match="Ann made it and checked it"):
        reverse(ledger, 2, why="x", day=FEBRUARY, made_by="Ann", checked_by="ANN ")
    shut(ledger, position(line("b1", "g1", 33_34), line("b2", "g1", 10_00), as_of=FEBRUARY), "2026-02")
    assert owed(ledger) == {"b1": 33_34, "b2": 10_00}
    holds(ledger)


def test_what_a_later_close_took_back_is_not_taken_back_again(ledger: Ledger) -> None:
    shut(ledger, position(line("b1", "g1", 100_00), line("b1", "g2", 5_00)))
    shut(ledger, position(line("b1", "g1", 60_00), line("b1", "g2", 5_00), as_of=FEBRUARY), "2026-02")
    with pytest.raises(Refused) as refused:
        reverse(ledger, 1, why="Closed by mistake.", day=FEBRUARY, **PEOPLE)
    assert str(refused.value) == (
        "Ledger, entry 1, base, broker b1, group g1, production: Of the $100.00 that it posted only $60.00 stands. "
        "Close the next period with what is earned after all."
    )
    reverse(ledger, 3, why="It was right.", day=FEBRUARY, **PEOPLE)
    assert owed(ledger, "group_id") == {"g1": 100_00, "g2": 5_00}
    reverse(ledger, 1, why="Closed by mistake.", day=FEBRUARY, **PEOPLE)
    assert owed(ledger, "group_id") == {"g1": 0, "g2": 0}


def test_a_payment_is_reversed_as_it_was_posted(ledger: Ledger) -> None:
    shut(ledger, position(line("b1", "g1", 100_00)))
    run = paid(ledger)
    reverse(ledger, run.payments[0].entry_id, why="Never sent.", day=FEBRUARY, **PEOPLE)
    assert owed(ledger) == {"b1": 100_00}
    with pytest.raises(Refused, match="It is undone already"):
        payment_returned(ledger, run="r1", payee_id="b1", on=MARCH, code="R03", made_by="Ann")
    holds(ledger)


def test_what_is_reported_of_a_year(ledger: Ledger) -> None:
    """A payment that came back in January was no income of December."""
    shut(ledger, position(
        line("b1", "g1", 100_00), line("b1", "g2", 20_00), line("b2", "g2", 7_00), as_of=date(2025, 11, 30),
    ), "2025-11")  # fmt: skip
    paid(ledger, "r1", date(2025, 12, 30))
    payment_returned(ledger, run="r1", payee_id="b2", on=date(2026, 1, 5), code="R02", made_by="Ann")
    shut(ledger, position(line("b1", "g1", 90_00), line("b1", "g2", 50_00), line("b2", "g2", 7_00)), "2026-01")
    paid(ledger, "r2", JANUARY)
    assert paid_by_year(ledger, 2025).rows() == [("b1", 120_00, 0, 120_00), ("b2", 7_00, 7_00, 0)]
    assert paid_by_year(ledger, 2026).rows() == [("b1", 20_00, 0, 20_00), ("b2", 7_00, 0, 7_00)]
    assert paid_by_group(ledger, 2025).rows() == [("g1", "b1", "b1", 100_00), ("g2", "b1", "b1", 20_00)]
    assert paid_by_group(ledger, 2026).rows() == [
        ("g1", "b1", "b1", -10_00), ("g2", "b1", "b1", 30_00), ("g2", "b2", "b2", 7_00),
    ]  # fmt: skip
    assert paid_by_year(ledger, 2024).is_empty()


def test_an_impossible_account_is_refused_before_anything_is_paid(ledger: Ledger) -> None:
    shut(ledger, position(line("b1", "g1", 100_00), line("b2", "g1", 100_00)))
    wrong = {"b1": Payee("Bea", "021000022", "1"), "b2": Payee("Lu", "12345678", "1" * 18, "brokerage")}
    says = "its last digit does not fit the first eight"
    with pytest.raises(Refused) as refused:
        pay(ledger, run="r1", on=FEBRUARY, payees=wrong, **PEOPLE)
    assert [str(problem) for problem in refused.value.problems] == [
        f"Payee b1: The routing number 021000022 is mistyped: {says}. Copy it from a check.",
        "Payee b2: A routing number has nine digits. Copy it from a check.",
        "Payee b2: An account number has up to 17 digits. Copy it from a check.",
        "Payee b2: 'brokerage' is no kind of account. Write checking or savings.",
    ]
    assert "123456789" not in repr(ACCOUNTS["b1"])
    assert owed(ledger) == {"b1": 100_00, "b2": 100_00}


def test_two_people_pay(ledger: Ledger) -> None:
    with pytest.raises(Refused, match="Let somebody else check it"):
        pay(ledger, run="r1", on=FEBRUARY, made_by="Ann", checked_by="ann")
    with pytest.raises(Refused, match="It is not said which run it is"):
        paid(ledger, " ")


def test_the_payables_of_a_run(ledger: Ledger) -> None:
    shut(ledger, position(
        line("b1", "g1", 100_00), line("b2", "g1", 5), payees=[payee("b1", "acme, inc", kind="agency"), payee("b2")]
    ))  # fmt: skip
    paid(ledger)
    assert payables_csv(ledger, "r1") == (
        "run,paid_on,entry,payee_id,payee_kind,broker_ids,amount\n"
        'r1,2026-02-28,4,"acme, inc",agency,b1,100.00\n'
        "r1,2026-02-28,5,b2,person,b2,0.05\n"
    )
