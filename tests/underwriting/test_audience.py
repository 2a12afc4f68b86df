"""The guide is for the broker: what a client is shown names facts and law, never the guide or its carrier."""

from __future__ import annotations

import re
from typing import Any

import pytest

from smallgroup.group import read_group
from smallgroup.rulebook import law
from smallgroup.underwriting import underwrite
from smallgroup.underwriting.wanting import request_letter
from tests.underwriting.cases import AS_OF, GUIDE, ORDINARY, members

MISSING = {
    "nothing": {},
    "every paper": {"application.documents": "[]"},
    "most of the application": {
        "application.contribution": "null", "application.waiting_period": "null", "group.business_license": "null",
        "group.secretary_of_state": "null", "group.workers_compensation": "null", "group.address": "null",
        "application.offers_1099": "true", "workforce": "null",
    },
    "a PEO": {"group.peo": "{premium_paid_by: peo, contract_in_name_of: peo, signed_by: peo}"},
}  # fmt: skip


@pytest.mark.parametrize("changes", MISSING.values(), ids=MISSING)
@pytest.mark.parametrize("election", ["enroll", "decline", None])
def test_a_letter_names_facts_and_law_and_never_the_guide(changes: dict[str, str], election: str | None) -> None:
    people: list[dict[str, Any]] = [{"election": election}] * 6
    file = read_group(ORDINARY, what_if=changes)
    letter = request_letter(underwrite(file, members(people), guideline=GUIDE, as_of=AS_OF), group="Ordinary Inc")
    assert not re.search(r"guide|kaiser|broker|underwrit|page \d", letter, re.IGNORECASE), letter


def test_what_rests_on_the_guide_is_for_brokers_and_the_law_for_anyone() -> None:
    findings = underwrite(read_group(ORDINARY), members([{}] * 6), guideline=GUIDE, as_of=AS_OF).findings
    lawful = {clause for heading in law().headings.values() for clause in heading.clauses}
    assert {one.clause for one in findings if one.audience == "anyone"} == lawful
    assert {one.audience for one in findings if one.clause not in lawful} == {"broker"}
