"""Another carrier's terms under the same clause: participation by size of the group, and rounded down."""

from __future__ import annotations

from dataclasses import replace
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
  participation: {title: Participation, rules: [U25], summary: By size., if_not_met: pend}
minimum:
  - from: 2025-01-01
    value:
      - {eligible_from: 1, share: 3/5}
      - {eligible_from: 5, share: 1/4}
rounding: [{from: 2025-01-01, value: %s}]
listed_waivers: [{from: 2025-01-01, value: [spouse_group]}]
unlisted_waivers: [{from: 2025-01-01, value: [medicaid]}]
marketplace_share: [{from: 2025-01-01, value: 7/10}]
full_time_hours: [{from: 2025-01-01, value: "30"}]
"""


def found(tmp_path: Path, rounding: str, people: list[dict[str, Any]]) -> Finding:
    path = tmp_path / "participation.yaml"
    path.write_text(TERMS % rounding)
    headings = {**GUIDE.headings, "participation": load_heading(path, "An invented carrier's guide")}
    other = replace(GUIDE, id=f"invented-{rounding}", headings=headings)
    decision = underwrite(read_group(ORDINARY), members(people), guideline=other, as_of=AS_OF)
    return next(finding for finding in decision.findings if finding.clause == "participation")


@pytest.mark.parametrize("rounding", ["none", "down"])
def test_every_small_group_against_the_rule_said_plainly(tmp_path: Path, rounding: str) -> None:
    for enrolled, declined in product(range(9), range(9)):
        counts = enrolled + declined
        if not counts:
            continue
        wanted = counts * 3 / 5 if counts < 5 else counts / 4
        must = max(1, int(wanted + 1e-9)) if rounding == "down" else wanted
        finding = found(tmp_path, rounding, [{"election": "enroll"}] * enrolled + [{"election": "decline"}] * declined)
        assert finding.outcome == ("met" if enrolled >= must and enrolled else "not met"), (enrolled, declined)
        if finding.outcome == "not met":
            assert finding.cure is not None
            more = finding.cure.numbers["enroll_more"]
            assert isinstance(more, int)
            cured = [{"election": "enroll"}] * (enrolled + more) + [{"election": "decline"}] * max(0, declined - more)
            assert found(tmp_path, rounding, cured).outcome == "met"


def test_a_band_is_certain_only_when_both_ends_lie_in_it(tmp_path: Path) -> None:
    """Four or five count, as one person's hours are unknown: 2 of 4 is below three fifths, 2 of 5 above a quarter."""
    people: list[dict[str, Any]] = [{"election": "enroll"}] * 2 + [{"election": "decline"}] * 2
    assert found(tmp_path, "none", people).outcome == "not met"
    unsure = {"election": "decline", "hours_per_week": None}
    assert found(tmp_path, "none", [*people, unsure]).outcome == "needs evidence"
    assert found(tmp_path, "none", [*people, {"election": "enroll"}, unsure]).outcome == "met"
