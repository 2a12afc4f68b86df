"""Another program reads the ledger, and comes to the same balances."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from smallgroup.ledger import Ledger, balances, beancount, dispute, payment_returned, reverse
from smallgroup.ledger.beancount import account
from tests.ledger.cases import FEBRUARY, JANUARY, MARCH, PEOPLE, line, paid, position, reason, shut

loader = pytest.importorskip("beancount.loader", reason="beancount is not installed")
realization = pytest.importorskip("beancount.core.realization")


def _loaded(ledger: Ledger) -> tuple[list[Any], dict[str, Decimal]]:
    entries, errors, _ = loader.load_string(beancount(ledger))
    assert errors == []
    root = realization.realize(entries)
    held = {real.account: real.balance.get_currency_units("USD").number for real in realization.iter_children(root)}
    return entries, held


def test_it_loads_and_agrees(ledger: Ledger) -> None:
    odd = 'Zoë "Z" \\ & co/1'
    shut(ledger, position(
        line("b1", "g1", 100_00), line("B1", "g1", 7), line(odd, "g1", 30_00), line("b1", "g2", 20_01, kind="tier"),
        reasons=[reason("g9", 'It said "no"\nand left.')],
    ))  # fmt: skip
    run = paid(ledger)
    payment_returned(ledger, run="r1", payee_id=odd, on=MARCH, code="R03", made_by="Ann")
    shut(ledger, position(
        line("b1", "g2", 20_01, kind="tier"), line(odd, "g1", 15_00), as_of=FEBRUARY,
        reasons=[reason("g1", 'The client said "no" \\ and left.', broker="b1")],
    ), "2026-02")  # fmt: skip
    reverse(ledger, next(one.entry_id for one in run.payments if one.payee_id == "B1"), why="x", day=MARCH, **PEOPLE)
    dispute(ledger, "b1", "base", "g1", on=JANUARY, why="Contested.", made_by="Ann")
    entries, held = _loaded(ledger)
    found = balances(ledger, ["broker_id"])
    assert dict(found.select("broker_id", "owed").iter_rows()) == {"b1": -100_00, "B1": 0, odd: 15_00}
    for broker, owed in found.select("broker_id", "owed").iter_rows():
        assert held[account(f"owed:{broker}")] in (Decimal(-owed) / 100, None if owed else Decimal(0))
    earned, rescinded, paid_out, back = (found[name].sum() for name in ("earned", "rescinded", "paid", "returned"))
    assert held[account("expense:base")] == Decimal(earned - rescinded) / 100
    assert held["Assets:Cash"] == Decimal(back - paid_out) / 100
    posted = [entry for entry in entries if type(entry).__name__ == "Transaction"]
    assert len(posted) == len(ledger.database.rows("SELECT DISTINCT entry_id FROM ledger_transfer"))
    metas = [
        posting.meta for entry in posted for posting in entry.postings if posting.meta and "because" in posting.meta
    ]
    assert {"action", "program", "group", "kind", "rule", "because"} <= set(metas[0])
    assert 'The client said "no" \\ and left.' in {meta["because"] for meta in metas}


def test_an_empty_ledger_is_an_empty_file(ledger: Ledger) -> None:
    entries, _ = _loaded(ledger)
    assert entries == []


def test_different_names_stay_different_and_legal() -> None:
    names = ["b1", "B1", "X-b1", "x-b1", "X-X-b1", "a_b", "a-b", "a b", "é", "ê", "1", "", "-", "level_up", "Level-Up"]
    found = [account(f"owed:{name}") for name in names if name]
    assert len(set(found)) == len(found)
    assert all(re.fullmatch(r"Liabilities:Owed:[A-Z0-9][A-Za-z0-9-]*", one) for one in found)
    assert (account("cash"), account("expense:Base"), account("owed:b1")) == (
        "Assets:Cash", "Expenses:Rewards:Base", "Liabilities:Owed:X-b1"
    )  # fmt: skip
