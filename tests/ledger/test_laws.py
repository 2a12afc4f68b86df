"""What holds of every history: whatever was closed, paid, returned and reversed, in whatever order."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from smallgroup.errors import Refused
from smallgroup.ledger import Ledger, balances, open_ledger, payment_returned, payment_run, reverse, statement, verify
from tests.ledger.cases import PEOPLE, holds, line, paid, payee, position, shut

KEYS = [("b1", "g1"), ("b1", "g2"), ("b2", "g1"), ("b3", "g3")]
PAYEES = [payee("b1", "acme", kind="agency"), payee("b2", "acme", kind="agency"), payee("b3")]
FIRST = date(2026, 1, 1)

_cents = st.sampled_from([0, 0, 1, 33_33, 100_00, 7_500_00])
_holds = st.sampled_from([None, None, None, FIRST + timedelta(days=60), FIRST + timedelta(days=400)])
EARNS, NOTHING = (100_00, None, "1", "105"), (0, None, "1", "105")
_line = st.tuples(_cents, _holds, st.sampled_from(["1", "1/2"]), st.sampled_from(["24", "105"]))
_verb = st.one_of(
    st.tuples(st.just("close"), st.lists(_line, min_size=len(KEYS), max_size=len(KEYS))),
    st.tuples(st.just("pay"), st.none()),
    st.tuples(st.just("return"), st.sampled_from(["acme", "b3"])),
    st.tuples(st.just("reverse"), st.integers(1, 12)),
)


def _earned(lines: list[tuple[int, date | None, str, str]]) -> list[dict[str, Any]]:
    return [
        line(broker, group, cents, hold=hold, share=share, counted=counted)
        for (broker, group), (cents, hold, share, counted) in zip(KEYS, lines, strict=True) if cents
    ]  # fmt: skip


@example([("close", [EARNS] * 4), ("close", [NOTHING] * 4), ("reverse", 1)])
@given(st.lists(_verb, max_size=10))
def test_every_history_adds_up(history: list[tuple[str, Any]]) -> None:
    earned: dict[tuple[str, str], int] = {}
    told: list[tuple[str, Any]] = []
    with open_ledger(":memory:") as ledger:
        for step, (verb, about) in enumerate(history):
            day = FIRST + timedelta(days=31 * step)
            before = ledger.head()
            if verb == "close":
                lines = _earned(about)
                period = f"2026-{step + 1:02d}"
                shut(ledger, position(*lines, as_of=day, payees=PAYEES), period)
                earned = {(one["broker_id"], one["group_id"]): one["cents"] for one in lines}
                standing = balances(ledger, ["broker_id", "group_id"])
                found = {(broker, group): e - r for broker, group, e, r, *_ in standing.iter_rows()}
                assert {key: cents for key, cents in found.items() if cents} == earned  # the position, and all of it
                told += [(period, statement(ledger, broker, period)) for broker in ("b1", "b2", "b3")]
            elif verb == "pay":
                run = paid(ledger, f"r{step}", day)
                assert all(payment.cents > 0 for payment in run.payments)
                assert paid(ledger, f"r{step}", day) == run
                assert paid(ledger, f"again{step}", day).payments == ()
            elif verb == "return":
                _returned(ledger, about, day)
            else:
                try:
                    reverse(ledger, about, why="law", day=day, **PEOPLE)
                except Refused:
                    assert ledger.head() == before
            _nothing_below_zero(ledger)
        holds(ledger)
        verify(ledger, head=before if history else None)
        for period, one in told:
            assert statement(ledger, one.broker_id, period) == one


def _returned(ledger: Ledger, payee_id: str, day: date) -> None:
    runs = [
        run for (run,) in ledger.database.rows("SELECT batch FROM ledger_entry WHERE kind = 'run' ORDER BY id DESC")
    ]
    for run in runs:
        open_payments = [one for one in payment_run(ledger, run).payments if not one.returned]
        if payee_id in [one.payee_id for one in open_payments]:
            payment_returned(ledger, run=run, payee_id=payee_id, on=day, code="R03", made_by="Ann")
            return


def _nothing_below_zero(ledger: Ledger) -> None:
    """Promise 11: of no key more is taken back than was posted."""
    found = balances(ledger, ["program", "broker_id", "group_id", "kind"])
    assert (found["earned"] - found["rescinded"] >= 0).all()
