"""Laws of the whole guide: each fact of the application taken away in turn, papers, cures, and what is settled."""

from __future__ import annotations

import random
from datetime import date
from typing import Any, get_args

import polars as pl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from smallgroup.census.fields import BY_NAME
from smallgroup.errors import Refused
from smallgroup.group import GroupFile, read_group
from smallgroup.group.application import Document, DocumentKind
from smallgroup.underwriting import Decision, edition, underwrite
from smallgroup.underwriting.contradictions import contradicting
from smallgroup.underwriting.facts import facts_of
from smallgroup.underwriting.folding import DECISIONS
from tests.underwriting.cases import AS_OF, GUIDE, ORDINARY, members

WORKFORCE = [{"month": f"2024-{month:02d}", "full_time": 12, "part_time_hours": []} for month in range(1, 13)]
SISTER = {"legal_name": "Sister Example Inc", "ein": "00-0000002", "applying": False, "eligible": 8, "enrolling": 1,
          "waiving": 1, "workforce": [{**month, "full_time": 45} for month in WORKFORCE]}  # fmt: skip

# Each fact of the application, and values that it may have: the deleted fact may have been any of them.
VALUES: dict[str, list[Any]] = {
    "group.entity": ["corporation", "llc", "partnership", "sole_proprietor"],
    "group.taxed_as": ["c_corporation", "s_corporation", "partnership", "sole_proprietor"],
    "group.activity": ["none", "farm", "church", "nonprofit"],
    "group.formed_on": ["2015-05-01", "2024-01-01", "2024-01-02", "2025-08-20"],
    "group.first_payroll_on": ["2015-06-01", "2025-09-01", "2025-09-20"],
    "group.employees_total": [1, 2, 3, 15],
    "group.address.county": ["Fulton", "Chatham"],
    "group.address.state": ["GA", "AL"],
    "group.address.kind": ["physical", "po_box", "registered_agent", "home", "virtual_office"],
    "group.business_license": [{"expires_on": "2025-09-30"}, {"expires_on": "2025-10-01"}],
    "group.secretary_of_state": ["active_compliant", "active_noncompliance", "inactive", "not_registered"],
    "group.workers_compensation": ["covered", "partial", "not_required", "none"],
    "group.purpose_attested": [True, False],
    "group.affiliates": [[], *([{**SISTER, "relation": relation}] for relation in
                               ("controlled_group", "combined_return", "subsidiary", "common_ownership_other"))],
    "application.waiting_period": [{"kind": "first_of_month_following", "days": 60},
                                   {"kind": "first_of_month_following", "days": 90}, {"kind": "days", "days": 90}],
    "application.hours_required": [30, 35, 40],
    "application.offers_at_open_enrollment": [True, False],
    "application.offers_to_new_hires": [True, False],
    "application.excluded_classes": [[], ["managers"], ["part_time"]],
    "application.classes": [[], [{"name": "Union", "basis": "union", "usual_practice": True}],
                            [{"name": "Healthy", "basis": "health", "usual_practice": True}]],
    "application.offers_1099": [True, False],
    "application.contribution": [{"employee": {"percent": 50, "of": "plan_chosen"}},
                                 {"employee": {"percent": 49, "of": "plan_chosen"}}],
    "workforce": [WORKFORCE, [{**month, "full_time": 51} for month in WORKFORCE]],
    "expected": [{"full_time": 3}, {"full_time": 0}],
}  # fmt: skip
PEOPLE = st.lists(
    st.fixed_dictionaries(
        {"election": st.sampled_from(["enroll", "enroll", "decline"])},
        optional={
            "hours_per_week": st.sampled_from([29_99, 30_00, 40_00]),
            "worker_type": st.sampled_from(["w2", "1099", "corporate_owner"]),
            "related_to_owner": st.sampled_from(["none", "self", "spouse", "child"]),
            "ownership_percent": st.sampled_from([50_00, 100_00]),
            "weekly_pay": st.sampled_from([0, 200_00, 900_00]),
            "county": st.sampled_from(["Fulton", "Chatham"]),
            "works_in_area_percent": st.sampled_from([49_99, 50_00]),
            "status": st.sampled_from(["active", "paid_leave", "unpaid_leave"]),
        },
    ).map(lambda one: {"ownership_percent": 100_00, **one} if one.get("worker_type") == "corporate_owner" else one),
    min_size=1,
    max_size=5,
)
DECIDED = ("met", "not met")


def file_of(facts: dict[str, Any]) -> GroupFile | None:
    """The ordinary group with these facts; None where they contradict each other, which is refused."""
    try:
        return read_group(ORDINARY, what_if={path: _yaml(value) for path, value in facts.items()})
    except Refused:
        return None


def _yaml(value: Any) -> str:
    return yaml.safe_dump(value, default_flow_style=True, sort_keys=False).removesuffix("...\n")


def found(file: GroupFile | None, people: pl.DataFrame) -> dict[str, str] | None:
    if file is None or list(contradicting(file, people, guideline=GUIDE, as_of=AS_OF)):
        return None
    decision = underwrite(file, people, guideline=GUIDE, as_of=AS_OF)
    return {finding.clause: finding.outcome for finding in decision.findings}


@pytest.mark.parametrize("fact", sorted(VALUES))
@given(PEOPLE, st.randoms(use_true_random=False))
@settings(max_examples=8, deadline=None)
def test_each_fact_taken_away_leaves_nothing_decided_that_a_completion_denies(
    fact: str, people: list[dict[str, Any]], chance: random.Random
) -> None:
    """Every other fact is drawn; this one is deleted. What is met or not met without it is never the opposite, nor
    referred, with any of its values."""
    census = members(people)
    facts = {path: chance.choice(values) for path, values in VALUES.items()}
    without = found(file_of({**facts, fact: None}), census)
    if without is None:
        return
    for value in VALUES[fact]:
        completed = found(file_of({**facts, fact: value}), census)
        for clause, outcome in without.items() if completed else ():
            if outcome in DECIDED and completed[clause] in DECIDED:
                assert completed[clause] == outcome, (clause, fact, value)


KINDS = get_args(DocumentKind)
RANK = {name: place for place, name in enumerate(DECISIONS)}
PAPERS = st.lists(
    st.builds(
        Document,
        kind=st.sampled_from(KINDS),
        period=st.sampled_from([None, "2025-Q1", "2025-Q2"]),
        shows=st.sampled_from([(), ("professional", "ytd_deductions", "hours")]),
        status=st.sampled_from(["received", "accepted", "rejected"]),
    ),
    max_size=8,
)


@given(PAPERS, st.integers(0, 100), st.booleans())
@settings(max_examples=80, deadline=None)
def test_removing_a_paper_never_improves_a_decision(papers: list[Document], place: int, audited: bool) -> None:
    """But for a paper that a person has to look at, which nothing but a person can take for good."""
    from dataclasses import replace

    from smallgroup.group.application import Audit

    papers = [paper for paper in papers if paper.kind not in ("other_tax_document", "form_1120w")]
    if not papers:
        return
    file = read_group(ORDINARY, what_if={"application.documents": "[]"})
    file = replace(file, audit=Audit() if audited else None)
    census = members([{"worker_type": "corporate_owner", "ownership_percent": 100_00, "related_to_owner": "self"},
                      *[{} for _ in range(6)], {"election": "waive", "waiver_reason": "spouse_group"}])  # fmt: skip

    def decided(those: list[Document]) -> Decision:
        changed = replace(file, application=replace(file.application, documents=tuple(those)))
        return underwrite(changed, census, guideline=GUIDE, as_of=AS_OF)

    fewer = [*papers[: place % len(papers)], *papers[place % len(papers) + 1 :]]
    assert RANK[decided(fewer).decision] <= RANK[decided(papers).decision]


@given(st.lists(st.sampled_from(["enroll", "decline", "spouse_group", "medicaid", "other_employer"]), min_size=1,
                max_size=14), st.integers(0, 2))  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_a_cure_applied_meets_participation(answers: list[str], contractors: int) -> None:
    """So many of those who declined enroll, as the cure says, and the clause is met in every reading."""
    file = read_group(ORDINARY, what_if={"application.offers_1099": "true"})
    people: list[dict[str, Any]] = [
        {"election": answer} if answer in BY_NAME["election"].words else {"election": "waive", "waiver_reason": answer}
        for answer in answers
    ]
    people += [{"worker_type": "1099", "paid_on": "1099", "election": "decline"}] * contractors

    def participation() -> Any:
        decision = underwrite(file, members(people), guideline=GUIDE, as_of=AS_OF)
        return next(finding for finding in decision.findings if finding.clause == "participation")

    finding = participation()
    more = (finding.cure.numbers.get("enroll_more") if finding.cure else None) or 0
    declining = [one for one in people if one["election"] == "decline" and one.get("worker_type") != "1099"]
    if not isinstance(more, int) or more < 1 or more > len(declining) or finding.cure.numbers.get("first_reading_only"):
        return  # the law's window is all that helps, or only other coverage does, or a person
    for one in declining[: more - 1]:
        one["election"] = "enroll"
    if finding.outcome == "not met":
        assert participation().outcome != "met", "a smaller change would have met it"
    declining[more - 1]["election"] = "enroll"
    assert participation().outcome == "met"


@pytest.mark.parametrize("contractors", range(1, 6))
@pytest.mark.parametrize("staff", range(5))
def test_a_cure_applied_meets_the_share_of_1099(contractors: int, staff: int) -> None:
    """Fewer 1099 workers, or more W-2 employees, as the cure says; one less is not enough."""
    file = read_group(ORDINARY, what_if={"application.offers_1099": "true"})

    def share(w2: int, of_1099: int) -> Any:
        people = [{}] * w2 + [{"worker_type": "1099", "paid_on": "1099"}] * of_1099 + [{"election": "decline"}]
        decision = underwrite(file, members(people), guideline=GUIDE, as_of=AS_OF)
        return next(one for one in decision.findings if one.clause == "share-of-1099")

    finding = share(staff, contractors)
    if finding.outcome == "met":
        return
    fewer = finding.cure.numbers["fewer_1099"]
    assert share(staff, contractors - fewer).outcome in ("met", "not applicable")
    assert share(staff, contractors - fewer + 1).outcome in ("not met", "refer")
    more = finding.cure.numbers.get("more_w2")
    if more is not None:
        assert share(staff + more, contractors).outcome == "met"
        assert share(staff + more - 1, contractors).outcome in ("not met", "refer")


CURES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    # clause, what is wrong, what the cure says to do
    ("effective-date", {"application.complete_on": "2025-10-02"}, {"application.effective_date": "2025-11-01"}),
    ("waiting-period", {"application.waiting_period": {"kind": "days", "days": 91}},
     {"application.waiting_period": {"kind": "first_of_month_following", "days": 60}}),
    ("business-license",
     {"group.business_license": {"expires_on": "2025-09-30"}, "group.secretary_of_state": "inactive"},
     {"group.business_license": {"expires_on": "2025-10-01"}}),
    ("workers-compensation", {"group.workers_compensation": "none"}, {"group.workers_compensation": "covered"}),
    ("no-excluded-classes", {"application.excluded_classes": ["managers"]}, {"application.excluded_classes": []}),
    ("no-excluded-classes", {"application.hours_required": 29}, {"application.hours_required": 30}),
    ("offer-to-all", {"application.offers_to_new_hires": False}, {"application.offers_to_new_hires": True}),
    ("contribution", {"application.contribution": {"employee": {"percent": 49, "of": "lowest_priced_plan"}}},
     {"application.contribution": {"employee": {"percent": 50, "of": "lowest_priced_plan"}}}),
    ("peo-premium", {"group.peo": {"premium_paid_by": "peo"}}, {"group.peo": {"premium_paid_by": "group"}}),
    ("business-address", {"group.address.kind": "po_box"}, {"group.address.kind": "physical"}),
]  # fmt: skip


@pytest.mark.parametrize(("clause", "wrong", "cured"), CURES, ids=[f"{one[0]}: {next(iter(one[2]))}" for one in CURES])
def test_a_cure_applied_meets_its_clause(clause: str, wrong: dict[str, Any], cured: dict[str, Any]) -> None:
    census = members([{}] * 6)

    def finding(facts: dict[str, Any]) -> Any:
        file = file_of(facts)
        assert file is not None
        decision = underwrite(file, census, guideline=GUIDE, as_of=AS_OF)
        return next(one for one in decision.findings if one.clause == clause)

    before = finding(wrong)
    assert before.outcome == "not met"
    assert before.cure is not None
    assert finding({**wrong, **cured}).outcome == "met"


def test_many_changes_at_once_are_each_alone() -> None:
    """A grid of changes is a frame: each of its rows has the outcomes of that change by itself."""
    in_force = edition(GUIDE, AS_OF)
    people = members([{}] * 4 + [{"election": "decline"}] * 9)
    facts = facts_of(read_group(ORDINARY), people, None, in_force)
    measured, _ = in_force.measure(facts.groups, facts.people, facts.months)
    changes = [{"employees_total": staff, "hours_required": hours, "effective_date": date(2025, month, 1)}
               for staff in (1, 3) for hours in (29_99, 30_00, 41_00) for month in (9, 10, 12)]  # fmt: skip
    together = in_force.tried(measured, changes)
    for place, change in enumerate(changes):
        alone = in_force.tried(measured, [change])
        assert alone.row(0) == together.row(place)
    assert len(set(together.rows())) >= 3
