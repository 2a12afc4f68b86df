"""Another carrier's terms under the same clause: participation by size or by enrollment, and rounded down."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from smallgroup.group import read_group
from smallgroup.rulebook.heading import load_heading
from smallgroup.underwriting import Finding, underwrite
from tests.underwriting.cases import AS_OF, GUIDE, ORDINARY, members

TERMS = """
about: {heading: Participation, document: An invented carrier's guide, page: 1}
clauses:
  participation: {title: Participation, rules: [U25], summary: By size., ask: More enrollments., if_not_met: pend}
  participation-maintained: {title: Month by month, rules: [U26], summary: Shown., if_not_met: advise}
  waiver-proof: {title: Proof, rules: [U49], summary: Shown., if_not_met: advise}
minimum:
  - from: 2025-01-01
    value:
      - {from: 1, share: 3/5}
      - {from: 5, share: 1/4}
      - {from: 12, share: 1/2}
bands_by: [{from: 2025-01-01, value: %s}]
rounding: [{from: 2025-01-01, value: %s}]
listed_waivers: [{from: 2025-01-01, value: [spouse_group]}]
unlisted_waivers: [{from: 2025-01-01, value: [medicaid]}]
marketplace_share: [{from: 2025-01-01, value: 7/10}]
full_time_hours: [{from: 2025-01-01, value: "30"}]
"""


def found(tmp_path: Path, rounding: str, people: list[dict[str, Any]], *, bands_by: str = "eligible") -> Finding:
    path = tmp_path / "participation.yaml"
    path.write_text(TERMS % (bands_by, rounding))
    headings = {**GUIDE.headings, "participation": load_heading(path, "An invented carrier's guide")}
    other = replace(GUIDE, id=f"invented-{bands_by}-{rounding}", headings=headings)
    decision = underwrite(read_group(ORDINARY), members(people), guideline=other, as_of=AS_OF)
    return next(finding for finding in decision.findings if finding.clause == "participation")


def enough(enrolled: int, counts: int, rounding: str, bands_by: str) -> bool:
    """Three fifths below five, a quarter from five on, half from twelve; exact, or the number wanted rounded down."""
    size = counts if bands_by == "eligible" else enrolled
    wanted = counts * (Fraction(1, 2) if size >= 12 else Fraction(1, 4) if size >= 5 else Fraction(3, 5))
    return enrolled >= 1 and enrolled >= (int(wanted) if rounding == "down" else wanted)


@pytest.mark.parametrize("bands_by", ["eligible", "enrolled"])
@pytest.mark.parametrize("rounding", ["none", "down"])
def test_every_small_group_against_the_rule_said_plainly(tmp_path: Path, rounding: str, bands_by: str) -> None:
    for enrolled, declined in product(range(8), range(8)):
        counts = enrolled + declined
        if not counts:
            continue
        people = [{"election": "enroll"}] * enrolled + [{"election": "decline"}] * declined
        finding = found(tmp_path, rounding, people, bands_by=bands_by)
        wanted = "met" if enough(enrolled, counts, rounding, bands_by) else "not met"
        assert finding.outcome == wanted, (enrolled, declined)
        if finding.outcome == "not met":
            assert finding.cure is not None
            more = finding.cure.numbers["enroll_more"]
            assert isinstance(more, int)
            fewest = next(one for one in range(1, declined + 1) if enough(enrolled + one, counts, rounding, bands_by))
            assert more == fewest, (enrolled, declined)


def test_a_band_is_certain_only_when_both_ends_lie_in_it(tmp_path: Path) -> None:
    """Four or five count, as one person's hours are unknown: 2 of 4 is below three fifths, 2 of 5 above a quarter."""
    people: list[dict[str, Any]] = [{"election": "enroll"}] * 2 + [{"election": "decline"}] * 2
    assert found(tmp_path, "none", people).outcome == "not met"
    unsure = {"election": "decline", "hours_per_week": None}
    assert found(tmp_path, "none", [*people, unsure]).outcome == "needs evidence"
    assert found(tmp_path, "none", [*people, {"election": "enroll"}, unsure]).outcome == "met"


def test_a_band_by_enrollment_is_certain_only_when_both_ends_lie_in_it(tmp_path: Path) -> None:
    """Four or five of twelve enroll, as one election is not known: four are too few, five above a quarter."""
    people: list[dict[str, Any]] = [{"election": "enroll"}] * 4 + [{"election": "decline"}] * 7
    unsure = {"election": None}
    assert found(tmp_path, "none", [*people, {"election": "decline"}], bands_by="enrolled").outcome == "not met"
    assert found(tmp_path, "none", [*people, unsure], bands_by="enrolled").outcome == "needs evidence"
    assert found(tmp_path, "none", [*people, {"election": "enroll"}], bands_by="enrolled").outcome == "met"
