"""Every scenario of tests/scenarios, through the same doors that a broker's files go through."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from smallgroup.census.read import read_census
from smallgroup.census.sheet import Sheet
from smallgroup.errors import Refused
from smallgroup.group import read_group
from smallgroup.money import dollars
from smallgroup.rating.area_rates import AreaRates
from smallgroup.rating.bands import BANDS
from smallgroup.rating.curve import illustrative_rate
from smallgroup.rating.rate_table import parse_rates
from smallgroup.rulebook import guideline, law
from smallgroup.underwriting import Decision, Inputs, decide
from smallgroup.underwriting.wanting import wanting

FOLDER = Path(__file__).parent / "scenarios"
ORDINARY = (FOLDER / "ordinary.yaml").read_text("utf-8")
AS_OF = date(2025, 9, 12)
PERSON = {
    "relationship": "employee", "date_of_birth": "1985-10-01", "county": "Fulton", "worker_type": "w2",
    "paid_on": "w2", "ownership_percent": "0", "related_to_owner": "none", "hours_per_week": "40",
    "status": "active", "hired_on": "2020-01-06",
}  # fmt: skip
OTHER_FIELDS = (
    "terminated_on", "election", "waiver_reason", "plan_id", "works_in_area_percent", "zip", "weekly_pay", "class",
)  # fmt: skip
KEYS = {
    "scenario", "rules", "as_of", "changes", "people", "layer", "federal", "finds", "open", "wanting", "decision",
    "refused", "todo",
}  # fmt: skip


def scenarios() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.yaml")):
        if path.name != "ordinary.yaml":
            for one in yaml.safe_load(path.read_text("utf-8")):
                marks = [pytest.mark.xfail(strict=True, reason=one["todo"])] if "todo" in one else []
                yield pytest.param(one, id=f"{path.stem}: {one['scenario']}", marks=marks)


@cache
def rates() -> AreaRates:
    rows = [
        {"plan_id": plan, "name": plan, "metal": "", "kind": kind, "rating_area": "3", "effective_from": "2025-07-01",
         "effective_to": "", "tobacco": "", "age_band": band,
         "monthly_rate": dollars(illustrative_rate(base, int(band.split("-")[-1].rstrip("+")), AS_OF))}
        for plan, kind, base in (("LOW", "hmo", 300_00), ("HIGH", "hmo", 500_00), ("OUTSIDE", "ooa_ppo", 600_00))
        for band in BANDS
    ]  # fmt: skip
    return parse_rates(pl.DataFrame(rows), file="rates").in_area(3, date(2025, 10, 1))


def census(people: list[dict[str, Any]], as_of: date) -> pl.DataFrame:
    columns = ["family_id", *PERSON, *OTHER_FIELDS]
    rows = []
    for line in people:
        said = {key: value for key, value in line.items() if key != "count"}
        for _ in range(line.get("count", 1)):
            person = {**PERSON, **said, "family_id": len(rows) + 2}
            rows.append([None if person.get(name) is None else str(person[name]) for name in columns])
    return read_census([Sheet.of_rows([columns, *rows])], file="people", as_of=as_of).members


def decided(scenario: dict[str, Any]) -> Decision:
    as_of = scenario.get("as_of", AS_OF)
    changes = {path: typed(value) for path, value in (scenario.get("changes") or {}).items()}
    read_group(ORDINARY, what_if=changes)
    people = scenario.get("people") or [{"count": 15, "election": "enroll"}]
    layer = typed(scenario["layer"]) if "layer" in scenario else None
    federal = scenario.get("federal", "laid over")
    inputs = Inputs(ORDINARY, census(people, as_of), rates(), changes, layer, federal)
    return decide(inputs, guideline_id=guideline("kp-ga-2025-07").id, as_of=as_of)


def typed(value: Any) -> str:
    return yaml.safe_dump(value, default_flow_style=True, sort_keys=False).removesuffix("...\n")


@pytest.mark.parametrize("scenario", list(scenarios()))
def test_scenario(scenario: dict[str, Any]) -> None:
    if "refused" in scenario:
        with pytest.raises(Refused) as told:
            decided(scenario)
        assert scenario["refused"] in str(told.value)
        return
    decision = decided(scenario)
    found = {finding.clause: finding for finding in decision.findings}
    for clause, wanted in scenario["finds"].items():
        finding = found[clause]
        wanted = wanted if isinstance(wanted, dict) else {"outcome": wanted}
        said = finding.as_json()
        assert (finding.outcome, finding.because) == (wanted["outcome"], finding.because)
        if "numbers" in wanted:
            numbers = said["readings"][0]["numbers"]
            assert {name: numbers[name] for name in wanted["numbers"]} == wanted["numbers"]
        for kind in ("readings", "comparisons"):
            for part, holds in wanted.get(kind, {}).items():
                matching = [one for one in said[kind] if part in one["name"]]
                assert matching, f"no {kind} names {part!r}: {[one['name'] for one in said[kind]]}"
                assert {one["holds"] for one in matching} == {holds}
        assert wanted.get("because", "") in finding.because
        if "cure" in wanted:
            assert said["cure"] is None if wanted["cure"] is None else wanted["cure"] in (said["cure"] or "")
    if "open" in scenario:
        assert [f.clause for f in decision.findings if f.outcome not in ("met", "not applicable")] == scenario["open"]
    if "wanting" in scenario:
        assert [one.paper for one in wanting(decision) if one.paper] == scenario["wanting"]
    if "decision" in scenario:
        assert decision.decision == scenario["decision"], [(f.clause, f.outcome) for f in decision.findings]


def test_every_scenario_says_only_what_the_runner_reads() -> None:
    for param in scenarios():
        scenario = param.values[0]
        assert set(scenario) <= KEYS, scenario["scenario"]
        assert ("refused" in scenario) != ("finds" in scenario), scenario["scenario"]


def test_every_scenario_names_its_rules_and_tests_a_clause_that_holds_one_of_them() -> None:
    headings = (*guideline("kp-ga-2025-07").headings.values(), *law().headings.values())
    rules = {name: text.rules for heading in headings for name, text in heading.clauses.items()}
    for param in scenarios():
        scenario = param.values[0]
        if "refused" in scenario:
            continue
        held = {rule for clause in scenario["finds"] for rule in rules[clause]}
        assert set(scenario["rules"]) & held, scenario["scenario"]


def test_a_clean_ordinary_group_is_approved_and_nothing_is_referred() -> None:
    people = [
        {"count": 1, "election": "enroll", "worker_type": "corporate_owner", "ownership_percent": 100,
         "related_to_owner": "self"},
        {"count": 11, "election": "enroll"}, {"count": 3, "election": "waive", "waiver_reason": "spouse_group"},
        {"count": 1, "election": "decline"},
    ]  # fmt: skip
    decision = decided({"people": people})
    assert decision.decision == "approve"
    assert "refer" not in {finding.outcome for finding in decision.findings}
    # Pay is not on the census: that alone is open, for an audit to show, and pends nobody.
    waiting = {finding.clause for finding in decision.findings if finding.outcome == "needs evidence"}
    assert waiting == {"bona-fide-relationship", "minimum-wage"}
