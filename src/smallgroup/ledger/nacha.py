"""The payment file that a bank takes: NACHA, 94 characters to a line, ten lines to a block.

Agencies are paid in a batch of corporate credits (CCD), persons in one of consumer credits (PPD). A balanced file has
in each batch the one debit that pays for its credits.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time

from smallgroup.errors import Problem, Refused
from smallgroup.ledger.ledger import Ledger, refused
from smallgroup.ledger.pay import CHECKING, Payee, Payment, account_problems, payment_run
from smallgroup.money import pretty

MOST = 99_999_999_99  # cents: an entry has ten digits
_BATCHES = (("agency", "CCD"), ("person", "PPD"))
_CREDIT = {CHECKING: "22", "savings": "32"}
_DEBIT = {CHECKING: "27", "savings": "37"}
_SPELLED = str.maketrans({
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d",
    "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ı": "i", "’": "'", "‘": "'", "–": "-", "—": "-",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Originator:
    """Who pays, and from where. `company_id` is what the bank calls us, often 1 and the nine digits of the EIN.

    The account is debited in a balanced file. `destination` is the routing number of the bank that takes the file, and
    `origin` how the file names us, where they are not the account's bank and the company id.
    """

    name: str
    company_id: str
    bank_name: str
    routing_number: str
    account_number: str = field(repr=False)
    account_kind: str = CHECKING
    description: str = "BROKER PAY"
    destination: str | None = None
    origin: str | None = None


def nacha(
    ledger: Ledger, run: str, *, origin: Originator, payees: Mapping[str, Payee], created: date, at: time,
    modifier: str = "A", balanced: bool = True,
) -> str:  # fmt: skip
    """The file of a posted run, the same again for the same arguments; lines end with a line feed.

    `modifier` (A–Z, 0–9) tells several files of one day apart.
    Raises Refused when there is no such run, when it paid nobody, and when a payee's account is missing or impossible.
    """
    posted = payment_run(ledger, run)
    _refuse_unusable(posted.payments, origin, payees, run, balanced)
    odfi, company = origin.routing_number[:8], _text(origin.company_id, 10)
    lines = [_file_header(origin, created, at, modifier)]
    debits = credits = hashed = trace = batches = 0
    for kind, entry_class in _BATCHES:
        paid = [one for one in posted.payments if one.payee_kind == kind]
        if not paid:
            continue
        batches += 1
        entries = []
        for one in paid:
            trace += 1
            payee = payees[one.payee_id]
            code, routing, account = _CREDIT[payee.account_kind], payee.routing_number, payee.account_number
            entries.append(_entry(code, routing, account, one.cents, one.payee_id, payee.name, odfi, trace))
        service, debit, credit = "220", 0, sum(one.cents for one in paid)
        if balanced:
            trace += 1
            service, debit = "200", credit
            code, routing, account = _DEBIT[origin.account_kind], origin.routing_number, origin.account_number
            entries.append(_entry(code, routing, account, debit, origin.company_id, origin.name, odfi, trace))
        batch_hash = sum(int(line[3:11]) for line in entries)
        header = (
            f"5{service}{_text(origin.name, 16)}{_text('', 20)}{company}{entry_class}{_text(origin.description, 10)}"
            f"{posted.on:%y%m%d}{posted.on:%y%m%d}   1{odfi}{batches:07d}"
        )
        control = (
            f"8{service}{len(entries):06d}{_ten(batch_hash)}{debit:012d}{credit:012d}{company}{_text('', 25)}"
            f"{odfi}{batches:07d}"
        )
        lines += [header, *entries, control]
        debits, credits, hashed = debits + debit, credits + credit, hashed + batch_hash
    blocks = -(-(len(lines) + 1) // 10)
    lines.append(f"9{batches:06d}{blocks:06d}{trace:08d}{_ten(hashed)}{debits:012d}{credits:012d}{_text('', 39)}")
    lines += ["9" * 94] * (blocks * 10 - len(lines))
    return "".join(f"{line}\n" for line in lines)


def _file_header(origin: Originator, created: date, at: time, modifier: str) -> str:
    destination = origin.destination or origin.routing_number
    ours = origin.origin or origin.company_id
    return (
        f"101{destination:>10}{_ascii(ours):>10}{created:%y%m%d}{at:%H%M}{modifier}094101"
        f"{_text(origin.bank_name, 23)}{_text(origin.name, 23)}{_text('', 8)}"
    )


def _entry(code: str, routing: str, account: str, cents: int, id_: str, name: str, odfi: str, trace: int) -> str:
    return (
        f"6{code}{routing}{_text(account.replace(' ', ''), 17)}{cents:010d}{_text(id_, 15)}{_text(name, 22)}"
        f"  0{odfi}{trace:07d}"
    )


def _ten(total: int) -> str:
    """The last ten digits: an entry hash is cut on its left."""
    return f"{total % 10**10:010d}"


def _text(said: str, width: int) -> str:
    return _ascii(said)[:width].ljust(width)


def _ascii(said: str) -> str:
    """Upper case without accents; what no plain letter stands for becomes a space. A line break would be a new line."""
    plain = unicodedata.normalize("NFKD", said.translate(_SPELLED))
    kept = (letter for letter in plain if not unicodedata.combining(letter))
    return "".join(letter if " " <= letter <= "~" else " " for letter in kept).upper()


def _refuse_unusable(
    payments: Sequence[Payment], origin: Originator, payees: Mapping[str, Payee], run: str, balanced: bool
) -> None:
    if not payments:
        raise refused(f"Payment run {run}", "It paid nobody.", "There is no file to send.")
    problems = account_problems("Originator", origin.routing_number, origin.account_number, origin.account_kind)
    for one in payments:
        where = f"Payment run {run}, payee {one.payee_id}"
        if one.payee_id not in payees:
            problems.append(Problem(where, "There is no bank account.", "Give the account to which it is paid."))
            continue
        problems += payees[one.payee_id].problems(where)
        if one.cents > MOST:
            fix = "Pay it by wire, or in several runs."
            problems.append(Problem(where, f"{pretty(one.cents)} has more than ten digits.", fix))
    for kind, entry_class in _BATCHES:
        total = sum(one.cents for one in payments if one.payee_kind == kind)
        if balanced and total > MOST:
            why = f"The {entry_class} batch is of {pretty(total)}, and one debit has ten digits at most."
            problems.append(Problem(f"Payment run {run}", why, "Pay it in several runs, or send it unbalanced."))
    if problems:
        raise Refused(problems)
