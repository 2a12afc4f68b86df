"""By when a recertification is due: before the anniversary, whatever the year."""

from __future__ import annotations

from datetime import date

from tests.underwriting.cases import GUIDE, ORDINARY, members

from smallgroup.audit.checklist import recertify
from smallgroup.group import read_group


def test_a_recertification_is_due_before_the_anniversary() -> None:
    found = recertify(read_group(ORDINARY), members([{}] * 6), guideline=GUIDE, as_of=date(2026, 7, 1))
    assert (found.anniversary, found.due_on) == (date(2026, 10, 1), date(2026, 9, 1))
    assert found.decision.effective_date == date(2026, 10, 1)
    assert {"wage-papers", "workers-compensation"} <= {item.clause for item in found.missing}


def test_a_day_that_the_audit_names_goes_before_the_schedule() -> None:
    file = read_group(ORDINARY, what_if={"audit": "{requested_on: 2026-07-01, due_on: 2026-08-15}"})
    assert recertify(file, members([{}] * 6), guideline=GUIDE, as_of=date(2026, 7, 1)).due_on == date(2026, 8, 15)
