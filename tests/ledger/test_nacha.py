"""The payment file, line by line; its hashes and totals are computed here anew from its entries."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from smallgroup.errors import Refused
from smallgroup.ledger import Ledger, Originator, Payee, nacha, open_ledger, payment_returned, write_whole
from smallgroup.ledger.pay import routing_check_digit
from tests.ledger.cases import ACCOUNTS, FEBRUARY, MARCH, line, paid, payee, position, shut

US = Originator(
    name="Peachtree Health Plan of Georgia", company_id="1580000000", bank_name="First Bank of Ünited Towns",
    routing_number="061000104", account_number="7007007", description="BROKER PAY",
)  # fmt: skip
WHEN = {"created": date(2026, 2, 27), "at": time(9, 5)}


@pytest.fixture
def run(ledger: Ledger) -> Ledger:
    shut(ledger, position(
        line("b1", "g1", 100_00), line("b2", "g1", 2_345_67), line("b3", "g2", 1),
        payees=[payee("b1"), payee("b2"), payee("b3", "acme", kind="agency")],
    ))  # fmt: skip
    paid(ledger, payees=ACCOUNTS)
    return ledger


def _proved(text: str) -> tuple[int, int, int]:
    """Debits, credits and entries of a file whose every control adds up."""
    lines = text.split("\n")
    assert lines.pop() == ""
    assert {len(one) for one in lines} == {94}
    assert text.isascii()
    assert len(lines) % 10 == 0
    padding = [one for one in lines if one == "9" * 94]
    assert lines[len(lines) - len(padding) :] == padding
    header, *body, control = lines[: len(lines) - len(padding)]
    assert (header[0], header[34:40], control[0]) == ("1", "094101", "9")
    debits = credits = hashed = count = batches = 0
    trace = ""
    entries: list[str] = []
    for one in body:
        if one[0] == "5":
            batch, entries = one, []
            batches += 1
        elif one[0] == "6":
            entries.append(one)
            assert one[79:94] > trace
            trace = one[79:94]
            assert one[79:87] == batch[79:87]
            digits = [int(digit) for digit in one[3:12]]
            assert sum(d * w for d, w in zip(digits, [3, 7, 1] * 3, strict=True)) % 10 == 0
        else:
            assert one[0] == "8"
            credit = sum(int(each[29:39]) for each in entries if each[1:3] in ("22", "32"))
            debit = sum(int(each[29:39]) for each in entries if each[1:3] in ("27", "37"))
            routed = sum(int(each[3:11]) for each in entries)
            assert (one[1:4], one[44:54], one[79:87], one[87:94]) == (
                batch[1:4],
                batch[40:50],
                batch[79:87],
                batch[87:94],
            )
            assert (int(one[4:10]), int(one[10:20]), int(one[20:32]), int(one[32:44])) == (
                len(entries), routed % 10**10, debit, credit
            )  # fmt: skip
            assert batch[1:4] == ("200" if debit else "220")
            debits, credits, hashed, count = debits + debit, credits + credit, hashed + routed, count + len(entries)
    assert (int(control[1:7]), int(control[7:13]), int(control[13:21])) == (batches, len(lines) // 10, count)
    assert (int(control[21:31]), int(control[31:43]), int(control[43:55])) == (hashed % 10**10, debits, credits)
    return debits, credits, count


def test_the_whole_file(run: Ledger) -> None:
    assert nacha(run, "r1", origin=US, payees=ACCOUNTS, balanced=False, **WHEN).split("\n") == [
        "101 06100010415800000002602270905A094101FIRST BANK OF UNITED TOPEACHTREE HEALTH PLAN O        ",
        "5220PEACHTREE HEALTH                    1580000000CCDBROKER PAY260228260228   1061000100000001",
        "622091000019000987654321     0000000001ACME           ACME BENEFITS, LLC      0061000100000001",
        "82200000010009100001000000000000000000000001158000000" + "0" + " " * 25 + "061000100000001",
        "5220PEACHTREE HEALTH                    1580000000PPDBROKER PAY260228260228   1061000100000002",
        "622021000021123456789        0000010000B1             BEA MARTINEZ            0061000100000002",
        "63201140153355-1234          0000234567B2             LUKASZ O'NEIL           0061000100000003",
        "82200000020003240155000000000000000000244567158000000" + "0" + " " * 25 + "061000100000002",
        "9000002000001000000030012340156000000000000000000244568" + " " * 39,
        "9" * 94,
        "",
    ]  # fmt: skip


def test_every_control_adds_up(run: Ledger) -> None:
    assert _proved(nacha(run, "r1", origin=US, payees=ACCOUNTS, balanced=False, **WHEN)) == (0, 2_445_68, 3)


def test_a_balanced_file_debits_what_it_credits(run: Ledger) -> None:
    text = nacha(run, "r1", origin=US, payees=ACCOUNTS, **WHEN)
    assert _proved(text) == (2_445_68, 2_445_68, 5)
    assert "627061000104" + "7007007".ljust(17) + "0000244567" in text


def test_the_file_can_be_made_again(run: Ledger) -> None:
    """After a crash between posting and writing, and after a payment came back: it is what was sent."""
    text = nacha(run, "r1", origin=US, payees=ACCOUNTS, **WHEN)
    payment_returned(run, run="r1", payee_id="b1", on=MARCH, code="R03", made_by="Ann")
    paid(run, "r2", MARCH)
    assert nacha(run, "r1", origin=US, payees=ACCOUNTS, **WHEN) == text
    again = nacha(run, "r2", origin=US, payees=ACCOUNTS, modifier="B", **WHEN)
    assert _proved(again) == (100_00, 100_00, 2)
    assert again[33] == "B"


@pytest.mark.parametrize("payments", [1, 5, 6, 7, 8, 16, 17])
def test_blocks_are_full(payments: int, tmp_path: Path) -> None:
    with open_ledger(":memory:") as ledger:
        shut(ledger, position(*(line(f"b{n:02d}", "g1", n + 1) for n in range(payments))))
        paid(ledger)
        accounts = {f"b{n:02d}": Payee(f"Broker {n}", "021000021", str(n + 1)) for n in range(payments)}
        total = sum(range(payments + 1))
        assert _proved(nacha(ledger, "r1", origin=US, payees=accounts, **WHEN)) == (total, total, payments + 1)


def test_the_entry_hash_keeps_its_last_ten_digits() -> None:
    with open_ledger(":memory:") as ledger:
        shut(ledger, position(*(line(f"b{n:03d}", "g1", 1) for n in range(150))))
        paid(ledger)
        account = Payee("Broker", "9" * 8 + str(routing_check_digit("9" * 8)), "1")
        text = nacha(ledger, "r1", origin=US, payees={f"b{n:03d}": account for n in range(150)}, balanced=False, **WHEN)
        assert 150 * 99_999_999 > 10**10
        _proved(text)


def test_what_cannot_be_sent_is_named_all_at_once(run: Ledger) -> None:
    wrong = {**ACCOUNTS, "b1": Payee("Bea", "021000027", "1")}
    del wrong["acme"]
    bad_us = Originator("We", "1", "Bank", "061000105", "1")
    with pytest.raises(Refused) as refused:
        nacha(run, "r1", origin=bad_us, payees=wrong, **WHEN)
    assert [problem.where for problem in refused.value.problems] == [
        "Originator", "Payment run r1, payee acme", "Payment run r1, payee b1"
    ]  # fmt: skip
    paid(run, "empty", MARCH)
    with pytest.raises(Refused, match="It paid nobody"):
        nacha(run, "empty", origin=US, payees=ACCOUNTS, **WHEN)


def test_an_amount_of_more_than_ten_digits_is_refused() -> None:
    with open_ledger(":memory:") as ledger:
        shut(ledger, position(line("b1", "g1", 99_999_999_99), line("b2", "g2", 100_000_000_00)))
        paid(ledger)
        with pytest.raises(Refused) as refused:
            nacha(ledger, "r1", origin=US, payees=ACCOUNTS, balanced=False, **WHEN)
        assert [str(problem) for problem in refused.value.problems] == [
            "Payment run r1, payee b2: $100,000,000.00 has more than ten digits. Pay it by wire, or in several runs."
        ]
        with pytest.raises(Refused, match="The PPD batch is of"):
            nacha(ledger, "r1", origin=US, payees=ACCOUNTS, **WHEN)


@pytest.mark.parametrize("name", ["Zoë\nZ", "日本", "Ｗide", "a\t\x00b", "O\u2028P", "x" * 200, ""])
def test_no_name_breaks_a_line(name: str) -> None:
    with open_ledger(":memory:") as ledger:
        shut(ledger, position(line("b1", "g1", 1)))
        paid(ledger)
        _proved(nacha(ledger, "r1", origin=US, payees={"b1": Payee(name, "021000021", "1 2-3")}, **WHEN))


def test_check_digits_of_known_banks() -> None:
    for known in ("021000021", "011401533", "091000019", "061000104", "122105155", "322271627"):
        assert routing_check_digit(known[:8]) == int(known[8])


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "payments.ach"
    write_whole(path, "old\n")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "new \ud800")
    assert path.read_text() == "old\n"
    write_whole(path, "new\n")
    assert path.read_bytes() == b"new\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_run_of_february(run: Ledger) -> None:
    assert f"{FEBRUARY:%y%m%d}" in nacha(run, "r1", origin=US, payees=ACCOUNTS, **WHEN).split("\n")[1]
