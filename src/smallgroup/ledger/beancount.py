"""The whole ledger as a beancount file, so that anybody can check it with a program that is not ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from itertools import groupby

from smallgroup.ledger.ledger import Ledger
from smallgroup.money import dollars

_LEGAL = re.compile(r"[A-Z0-9][A-Za-z0-9-]*")
_NOT_LEGAL = re.compile(r"[^A-Za-z0-9-]+")
_ROOTS = {"expense": "Expenses:Rewards", "owed": "Liabilities:Owed"}


def beancount(ledger: Ledger) -> str:
    """Every entry that moved money is a transaction, every transfer two of its postings, in US dollars.

    `expense:<program>` is Expenses:Rewards:…, `owed:<broker>` is Liabilities:Owed:…, `cash` is Assets:Cash. A name that
    is not legal there is spelled so that no two become one; the `open` line has it as it is.
    """
    return "\n".join(_lines(ledger)) + "\n"


def account(name: str) -> str:
    """Our name of an account → beancount's; different names stay different."""
    root, _, own = name.partition(":")
    if not own:
        return f"Assets:{root.capitalize()}"
    if not _LEGAL.fullmatch(own) or own.startswith("X-"):
        plain = _NOT_LEGAL.sub("-", own)
        # Names that only what was replaced would tell apart are told apart by their hash.
        clear = plain == own and not own.startswith("X-")
        own = f"X-{plain}" if clear else f"X-{plain}-{sha256(own.encode()).hexdigest()[:12]}"
    return f"{_ROOTS[root]}:{own}"


def _lines(ledger: Ledger) -> Iterator[str]:
    db = ledger.database
    yield 'option "title" "Broker rewards"'
    yield 'option "operating_currency" "USD"'
    yield ""
    for name, day in db.rows(
        "SELECT a.name, MIN(e.day) FROM (SELECT entry_id, debit AS name FROM ledger_transfer "
        "UNION SELECT entry_id, credit FROM ledger_transfer) AS a JOIN ledger_entry e ON e.id = a.entry_id "
        "GROUP BY a.name ORDER BY a.name"
    ):
        yield f"{day} open {account(name)} USD"
        yield f"  name: {_quoted(name)}"
    rows = db.rows(
        "SELECT e.id, e.day, e.kind, e.subject, e.batch, t.debit, t.credit, t.cents, t.action, t.program, t.group_id, "
        "t.kind, t.rule, t.because FROM ledger_entry e JOIN ledger_transfer t ON t.entry_id = e.id ORDER BY t.id"
    )
    for (id_, day, kind, subject, batch), transfers in groupby(rows, key=lambda row: row[:5]):
        yield ""
        yield f"{day} * {_quoted(subject or '')} {_quoted(' '.join(filter(None, (kind, batch))))}"
        yield f"  entry: {id_}"
        for *_, debit, credit, cents, action, program, group, of_kind, rule, because in transfers:
            yield f"  {account(debit)}  {dollars(cents)} USD"
            yield f"  {account(credit)}  {dollars(-cents)} USD"
            about = {
                "action": action, "program": program, "group": group, "kind": of_kind, "rule": rule, "because": because
            }  # fmt: skip
            yield from (f"    {key}: {_quoted(value)}" for key, value in about.items() if value is not None)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
