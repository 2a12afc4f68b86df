"""A statement: lines by program and group, what was taken back and why, and sums that are those of the ledger."""

from __future__ import annotations

import io

import pdfplumber

from smallgroup.money import cents, pretty
from smallgroup.papers import statement
from tests.papers.cases import line, statement_of, text


def test_opening_earned_taken_back_paid_and_closing() -> None:
    said = text(statement(statement_of(
        [line("G-2", "1234.50", share="1/2"), line("G-1", "100.00", program="other", hold_until="2026-04-01"),
         line("G-1", "-40.00", action="clawback", because="coverage ended February 1, 2026"),
         line("G-3", "-5.00", action="void", because="never took effect"), line("G-4", "7.00", action="reversal")],
        [{"entry_id": 3, "day": "2026-01-15", "action": "payment", "run": "2026-01 A", "amount": "500.00"},
         {"entry_id": 4, "day": "2026-01-20", "action": "return", "run": "2026-01 A", "amount": "-500.00"}],
        opening="1000000.00", closing="1001296.50",
    )))  # fmt: skip
    for words in (
        "January 2026", "Broker B-1", "As of January 31, 2026", "Opening balance $1,000,000.00", "Earned $1,334.50",
        "Taken back -$45.00", "Reversed entries $7.00", "Paid $0.00", "Closing balance $1,001,296.50",
        "G-2 Production R1 1/2 10 of 105 counted $1,234.50", "held until April 1, 2026",
        "G-1 Clawed back production coverage ended February 1, 2026 -$40.00", "All $1,196.50", "All $100.00",
        "G-3 Voided production never took effect -$5.00", "January 15, 2026 Payment 2026-01 A $500.00",
        "January 20, 2026 Return 2026-01 A -$500.00",
    ):  # fmt: skip
        assert words in " ".join(said.split()), words
    assert said.index("G-1 Production") < said.index("G-2 Production"), "by group"
    assert said.index("base") < said.index("other"), "by program"


def test_a_thousand_lines_each_once_and_the_header_on_every_page() -> None:
    lines = [line(f"GROUP-{n:04}", f"{n}.{n % 100:02}") for n in range(1000)]
    pdf = statement(statement_of(lines))
    said = text(pdf)
    for one in lines:
        assert said.count(f"{one['group_id']} Production R1 1 10 of 105 counted {pretty(cents(one['amount']))}\n") == 1
    assert pretty(sum(cents(one["amount"]) for one in lines)) in said
    with pdfplumber.open(io.BytesIO(pdf)) as pages:
        assert len(pages.pages) > 15
        for number, page in enumerate(pages.pages, 1):
            told = page.extract_text()
            assert "Group Earned for Rule Share Because Amount" in told
            assert f"Page {number} of {len(pages.pages)}" in told
            ends = {round(word["x1"]) for word in page.extract_words() if word["text"].startswith("$")}
            assert len(ends) == 1, "money is right-aligned"


def test_nothing_happened() -> None:
    assert "Nothing was earned, taken back or paid in this period." in text(statement(statement_of([])))
