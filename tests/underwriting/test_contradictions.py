"""An application and a census that contradict each other are told so, all in one pass, and nothing is decided."""

from __future__ import annotations

import pytest

from smallgroup.errors import Refused
from smallgroup.group import read_group
from smallgroup.underwriting import underwrite
from tests.underwriting.cases import AS_OF, GUIDE, ORDINARY, members

CONTRACTOR = {"worker_type": "1099", "paid_on": "1099"}


def test_1099_workers_enroll_whom_nothing_is_offered() -> None:
    people = members([{}, CONTRACTOR, CONTRACTOR, {**CONTRACTOR, "election": "decline"}])
    with pytest.raises(Refused) as refused:
        underwrite(read_group(ORDINARY), people, guideline=GUIDE, as_of=AS_OF)
    assert [problem.where for problem in refused.value.problems] == [
        "Census, member 001, election", "Census, member 002, election",
    ]  # fmt: skip


@pytest.mark.parametrize("offers", ["true", "null"])
def test_where_it_is_offered_or_not_known_there_is_no_contradiction(offers: str) -> None:
    file = read_group(ORDINARY, what_if={"application.offers_1099": offers})
    underwrite(file, members([{}, CONTRACTOR]), guideline=GUIDE, as_of=AS_OF)
