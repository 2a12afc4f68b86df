"""Another state and other carriers' terms as data alone: scenarios, and every small group against the rule in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from smallgroup.errors import NotInForce, Refused
from smallgroup.group import read_group
from smallgroup.group.application import Address
from smallgroup.rating.area import rating_area
from smallgroup.rating.charged import family_terms
from smallgroup.rulebook import Guideline, guideline, guideline_in_force
from smallgroup.underwriting import Decision, Finding, edition, underwrite
from smallgroup.underwriting.clause import OUTCOMES
from smallgroup.underwriting.engine import Federal
from smallgroup.underwriting.facts import facts_of
from smallgroup.underwriting.measures import WITHOUT_1099
from tests.underwriting.cases import members

FOLDER = Path(__file__).parent / "scenarios_illustration"
ORDINARY = (FOLDER / "ordinary.yaml").read_text("utf-8")
CALIFORNIA = guideline("illustration-ca")
GEORGIA = guideline("kp-ga-2025-07")
AS_OF = date(2025, 9, 12)


def scenarios() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.yaml")):
        if path.name != "ordinary.yaml":
            for one in yaml.safe_load(path.read_text("utf-8")):
                yield pytest.param(one, id=one["scenario"])


def decided(
    people: list[dict[str, Any]], *, as_of: date = AS_OF, federal: Federal = "laid over", **changes: Any
) -> Decision:
    typed = {
        path: yaml.safe_dump(value, default_flow_style=True, sort_keys=False).removesuffix("...\n")
        for path, value in changes.items()
    }
    file = read_group(ORDINARY, what_if=typed)
    each = [{"county": None, **line} for line in people for _ in range(line.get("count", 1))]
    return underwrite(file, members(each), guideline=CALIFORNIA, as_of=as_of, federal=federal)


def of(decision: Decision, clause: str) -> Finding:
    return next(finding for finding in decision.findings if finding.clause == clause)


@pytest.mark.parametrize("scenario", list(scenarios()))
def test_scenario(scenario: dict[str, Any]) -> None:
    changes = dict(scenario.get("changes") or {})
    if "workforce" in scenario:
        year, hours = scenario.get("year", 2024), scenario.get("part_time_hours", [])
        changes["workforce"] = [
            {"month": f"{year}-{month:02d}", "full_time": scenario["workforce"], "part_time_hours": list(hours)}
            for month in range(1, 13)
        ]
    decision = decided(
        scenario.get("people") or [{"count": 15, "election": "enroll"}], as_of=scenario.get("as_of", AS_OF),
        federal=scenario.get("federal", "laid over"), **changes,
    )  # fmt: skip
    for clause, wanted in scenario["finds"].items():
        wanted = wanted if isinstance(wanted, dict) else {"outcome": wanted}
        said = of(decision, clause).as_json()
        assert (said["outcome"], said["because"]) == (wanted["outcome"], said["because"])
        for name, number in wanted.get("numbers", {}).items():
            assert said["readings"][0]["numbers"][name] == number, name
        for part, holds in wanted.get("readings", {}).items():
            assert {one["holds"] for one in said["readings"] if part in one["name"]} == {holds}, part
        assert wanted.get("because", "") in said["because"]
        assert wanted.get("cure", "") in (said["cure"] or "")
    if "decision" in scenario:
        assert decision.decision == scenario["decision"], [(f.clause, f.outcome) for f in decision.findings]


def enough(enrolled: int, eligible: int) -> bool:
    """Five or more enroll and are a quarter of those eligible, rounded down; or one to four, and three fifths are."""
    share = Fraction(1, 4) if enrolled >= 5 else Fraction(3, 5)
    return enrolled >= 1 and enrolled >= int(share * eligible)


COUNTS = ("enrolled", "enrolled_or_alongside"), ("declines", "declines_or_unlisted")


def test_every_group_of_up_to_forty_against_the_rule_in_words() -> None:
    """One group under every number of those who enroll and who decline, in one pass."""
    in_force = edition(CALIFORNIA, AS_OF)
    facts = facts_of(read_group(ORDINARY), members([{"county": None}] * 2), None, in_force)
    measured, _ = in_force.measure(facts.groups, facts.people, facts.months)
    pairs = [(enrolled, eligible) for eligible in range(1, 41) for enrolled in range(eligible + 1)]
    changes = [
        {
            f"{name}{suffix}.{end}": number
            for names, number in zip(COUNTS, (enrolled, eligible - enrolled), strict=True)
            for name in names for suffix in ("", WITHOUT_1099) for end in ("at_least", "at_most")
        }
        for enrolled, eligible in pairs
    ]  # fmt: skip
    found = [OUTCOMES[code] for code in in_force.tried(measured, changes)["participation"]]
    wanted = ["met" if enough(*pair) else "not met" for pair in pairs]
    assert found == wanted


@pytest.mark.parametrize("eligible", range(1, 41))
def test_the_fewest_who_must_enroll_and_one_fewer(eligible: int) -> None:
    """From the application and the census on; and the cure is the fewest that the rule in words wants."""
    fewest = next(number for number in range(1, eligible + 1) if enough(number, eligible))
    for enrolled, outcome in ((fewest, "met"), (fewest - 1, "not met")):
        people = [{"count": enrolled, "election": "enroll"}, {"count": eligible - enrolled, "election": "decline"}]
        finding = of(decided(people), "participation")
        assert finding.outcome == outcome, (eligible, enrolled)
        if outcome == "not met":
            assert finding.cure is not None
            assert finding.cure.numbers["enroll_more"] == 1


@pytest.mark.parametrize("enrolled", range(1, 12))
def test_as_many_fewer_1099_workers_as_the_cure_says_and_none_is_left(enrolled: int) -> None:
    contractor = {"election": "enroll", "worker_type": "1099", "paid_on": "1099"}
    staff = {"count": 20, "election": "enroll"}
    offered = {"application.offers_1099": True}
    finding = of(decided([staff, {"count": enrolled, **contractor}], **offered), "share-of-1099")
    assert finding.outcome == "not met"
    assert finding.cure is not None
    assert finding.cure.numbers == {"fewer_1099": enrolled}
    assert of(decided([staff], **offered), "share-of-1099").outcome == "not applicable"


def test_a_heading_that_is_not_there_has_no_clauses() -> None:
    found = {finding.clause for finding in decided([{"count": 15, "election": "enroll"}]).findings}
    georgia = {clause for heading in GEORGIA.headings.values() for clause in heading.clauses}
    written = {clause for heading in CALIFORNIA.headings.values() for clause in heading.clauses}
    assert written <= georgia, "a clause needs code, which is shared"
    assert found - written == {"small-employer-by-law", "waiting-period-by-law", "open-window", "effective-date-by-law"}
    assert georgia - found, "the illustration says less than the guide"


def test_it_is_never_in_force_by_itself() -> None:
    assert CALIFORNIA.illustration
    assert guideline_in_force(AS_OF).id == GEORGIA.id
    with pytest.raises(NotInForce):
        decided([{"count": 15, "election": "enroll"}], as_of=date(2024, 12, 31))


def test_every_number_names_a_public_page_and_no_page_of_the_guide() -> None:
    for heading in CALIFORNIA.headings.values():
        assert heading.about.document, heading.file
        for editions in heading.terms.values():
            for one in editions:
                assert one.citation.document not in (CALIFORNIA.title, CALIFORNIA.document)
                assert one.citation.page is None


def test_california_has_58_counties_of_which_one_is_split() -> None:
    areas = CALIFORNIA.heading("rating_areas").value("areas", AS_OF, dict[int, tuple[str, ...]])
    counties = [county for names in areas.values() for county in names]
    assert len(counties) == len(set(counties)) == 57
    assert sorted(areas) == [*range(1, 15), 17, 18, 19]


@pytest.mark.parametrize(("county", "area"), [("Alameda", 6), ("contra costa county", 5), ("San Diego", 19)])
def test_rating_area(county: str, area: int) -> None:
    assert rating_area(CALIFORNIA, Address(county=county, state="CA"), AS_OF) == area


@pytest.mark.parametrize(
    ("address", "why"),
    [
        (Address(county="Los Angeles", state="CA"), "lies in more than one rating area, by ZIP code"),
        (Address(county="Alamida", state="CA"), "Did you mean Alameda"),
        (Address(county="Fulton", state="GA"), "'GA' is not CA, the state of illustration-ca"),
    ],
)
def test_an_address_without_an_area_is_told_in_a_sentence(address: Address, why: str) -> None:
    with pytest.raises(Refused, match=why):
        rating_area(CALIFORNIA, address, AS_OF)


@pytest.mark.parametrize(
    ("heading", "asks"),
    [
        ("rating_areas", lambda other: rating_area(other, Address(county="Alameda"), AS_OF)),
        ("rating", lambda other: family_terms(other, AS_OF)),
    ],
)
def test_a_guideline_without_it_prices_nothing_and_says_so(heading: str, asks: Callable[[Guideline], object]) -> None:
    without = {name: one for name, one in CALIFORNIA.headings.items() if name != heading}
    other = replace(CALIFORNIA, id=f"without-{heading}", headings=without)
    with pytest.raises(Refused, match=rf"(?i)add {heading}\.yaml to the guideline"):
        asks(other)
    people = members([{"county": None}] * 4)
    assert underwrite(read_group(ORDINARY), people, guideline=other, as_of=AS_OF).decision == "approve"
