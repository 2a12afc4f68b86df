"""docs/open-questions.md names every doubt that is computed, and the example layer settles some of them."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from smallgroup.errors import Refused
from smallgroup.rulebook import guideline, read_layer
from smallgroup.underwriting import Inputs, decide, edition
from tests.underwriting.cases import AS_OF, GUIDE, ORDINARY, members

ROOT = Path(__file__).parents[1]
PAGE = " ".join((ROOT / "docs" / "open-questions.md").read_text("utf-8").split())
LAYER = (ROOT / "examples" / "layer.yaml").read_text("utf-8")
CONTRACTORS = [{"worker_type": "1099", "paid_on": "1099"}] * 4


REWARD_READINGS = [f"B{number}" for number in range(1, 15) if number != 8]  # B8 is told with B3


@pytest.mark.parametrize("number", [*(f"A{number}" for number in range(1, 24)), "A6b", *REWARD_READINGS])
def test_every_doubtful_reading_is_told(number: str) -> None:
    assert re.search(rf"\*\*{number}\. ", PAGE)


@pytest.mark.parametrize("clause", edition(GUIDE, AS_OF).clauses, ids=lambda clause: clause.id)
def test_every_doubt_that_is_computed_is_named_with_its_clause(clause: object) -> None:
    for doubt in dict.fromkeys(axis for reading in clause.readings for axis in reading.axes):  # type: ignore[attr-defined]
        assert f"`{doubt}`" in PAGE
        assert f"`{clause.id}`" in PAGE  # type: ignore[attr-defined]


def test_what_the_rulebook_wants_confirmed_is_listed() -> None:
    for heading in GUIDE.headings.values():
        if heading.about.confirm_with_carrier:
            assert f"`{heading.name}.yaml`" in PAGE
    for term in ("effective_days", "recently_formed_days", "hours_to", "due_days_before_anniversary"):
        assert f"`{term}`" in PAGE
    assert "120-2-10-.12(9)" in PAGE


def test_the_example_layer_settles_what_would_be_referred() -> None:
    people = members([{}] * 6 + CONTRACTORS)
    offered = {"application.offers_1099": "true"}
    day = date(2025, 9, 12)
    plain = decide(Inputs(ORDINARY, people, None, offered), guideline_id=GUIDE.id, as_of=day)
    laid = decide(Inputs(ORDINARY, people, None, offered, LAYER), guideline_id=GUIDE.id, as_of=day)
    of_1099 = [next(one for one in each.findings if one.clause == "share-of-1099") for each in (plain, laid)]
    assert [one.outcome for one in of_1099] == ["refer", "met"]
    assert [one.by for one in of_1099[1].settled] == ["Ada Example, head of small-group underwriting (invented)"]
    assert laid.layer == "example-settlements"


def test_the_example_layer_holds_from_its_days_on() -> None:
    layer = read_layer(LAYER)
    before, after = (edition(GUIDE, day, layer=layer) for day in (date(2025, 7, 31), date(2025, 10, 1)))
    assert not any(clause.settled for clause in before.clauses)
    settled = {clause.id for clause in after.clauses if clause.settled}
    assert settled == {"participation", "share-of-1099", "peo-considered"}
    assert "workers_compensation_certificate" not in before.issue_papers
    assert "workers_compensation_certificate" in after.issue_papers


def test_the_form_of_1099_workers_may_be_put_off_to_an_audit() -> None:
    """A clause of its own asks for it, whenever it is wanted as a paper."""
    layer = LAYER.split("settled:")[0] + (
        "papers:\n  - {clause: form-1099-validation, kind: form_1099_validation, wanted_at: audit, from: 2025-08-01, "
        "by: Ada Example, on: 2025-07-28, why: An example}\n"
    )
    inputs = Inputs(ORDINARY, members([{}] * 6), None, {"application.offers_1099": "true"}, layer)
    decision = decide(inputs, guideline_id=GUIDE.id, as_of=AS_OF)
    finding = next(one for one in decision.findings if one.clause == "form-1099-validation")
    assert (finding.outcome, [paper.needed for paper in finding.evidence]) == ("needs evidence", [False])


def test_the_example_layer_is_refused_over_another_guideline() -> None:
    with pytest.raises(Refused, match="it is for kp-ga-2025-07, not for illustration-ca"):
        edition(guideline("illustration-ca"), AS_OF, layer=read_layer(LAYER))
