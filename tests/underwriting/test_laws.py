"""Laws that hold for every group, and not only for the scenarios."""

from __future__ import annotations

import json
import random
from datetime import date
from itertools import product
from typing import Any

import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from smallgroup.census.fields import BY_NAME
from smallgroup.group import read_group
from smallgroup.underwriting import Decision, Finding, Inputs, decide, decision_text, edition, replay, underwrite
from smallgroup.underwriting.contradictions import contradicting
from smallgroup.underwriting.facts import facts_of
from tests.underwriting.cases import AS_OF, GUIDE, ORDINARY, members

FILE = read_group(ORDINARY)
ANSWERS: list[dict[str, Any]] = [
    {"election": "enroll"}, {"election": "decline"}, {"election": None},
    *({"election": "waive", "waiver_reason": reason} for reason in BY_NAME["waiver_reason"].words),
]  # fmt: skip
PEOPLE = st.lists(
    st.builds(
        lambda answer, said: {**said, **answer},
        st.sampled_from(ANSWERS),
        st.fixed_dictionaries(
            {},
            optional={
                "hours_per_week": st.sampled_from([None, 29_99, 30_00, 40_00]),
                "worker_type": st.sampled_from([None, *BY_NAME["worker_type"].words]),
                "paid_on": st.sampled_from([None, *BY_NAME["paid_on"].words]),
                "status": st.sampled_from([None, *BY_NAME["status"].words]),
                "hired_on": st.sampled_from([None, date(2025, 8, 2), date(2025, 8, 3), date(2025, 10, 2)]),
                "related_to_owner": st.sampled_from([None, *BY_NAME["related_to_owner"].words]),
                "ownership_percent": st.sampled_from([None, 0, 50_00, 100_00]),
            },
        ),
    ),
    min_size=1,
    max_size=9,
)
FILES = st.sampled_from(
    [
        read_group(
            ORDINARY, what_if={"application.offers_1099": offers, "group.entity": entity, "group.taxed_as": taxed}
        )
        for offers, (entity, taxed) in product(
            ("true", "false", "null"),
            (("corporation", "s_corporation"), ("llc", "null"), ("sole_proprietor", "null"), ("llp", "partnership")),
        )
    ]
)


def decided(people: list[dict[str, Any]], file: Any = FILE) -> Decision:
    """Decide, unless the example contradicts itself, which is refused."""
    frame = members(people)
    assume(not list(contradicting(file, frame, guideline=GUIDE, as_of=AS_OF)))
    return underwrite(file, frame, guideline=GUIDE, as_of=AS_OF)


def outcomes(decision: Decision) -> dict[str, str]:
    return {finding.clause: finding.outcome for finding in decision.findings}


def participation(decision: Decision) -> Finding:
    return next(finding for finding in decision.findings if finding.clause == "participation")


BETTER = {"not met": 0, "refer": 1, "needs evidence": 1, "met": 2}


@given(PEOPLE, FILES)
@settings(max_examples=60, deadline=None)
def test_one_more_enrolled_employee_never_lowers_participation(people: list[dict[str, Any]], file: Any) -> None:
    """Of those who declined, one enrolls: participation is at least as good in every reading."""
    declining = [place for place, person in enumerate(people) if person["election"] == "decline"]
    before = participation(decided([*people, {"election": "decline"}], file))
    after = participation(decided([*people, {"election": "enroll"}], file))
    for place in declining[:1]:
        changed = [
            *people[:place],
            {**people[place], "election": "enroll"},
            *people[place + 1 :],
            {"election": "enroll"},
        ]
        after = participation(decided(changed, file))
    assert BETTER[after.outcome] >= BETTER[before.outcome]


@given(PEOPLE, FILES, st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_the_order_of_rows_changes_nothing_not_even_a_sentence(
    people: list[dict[str, Any]], file: Any, seed: int
) -> None:
    frame = members(people)
    assume(not list(contradicting(file, frame, guideline=GUIDE, as_of=AS_OF)))
    shuffled = frame.sample(fraction=1, shuffle=True, seed=seed)
    one = underwrite(file, frame, guideline=GUIDE, as_of=AS_OF)
    other = underwrite(file, shuffled, guideline=GUIDE, as_of=AS_OF)
    assert decision_text(one) == decision_text(other)


@given(PEOPLE)
@settings(max_examples=25, deadline=None)
def test_replay_is_byte_identical(people: list[dict[str, Any]]) -> None:
    assume(not list(contradicting(FILE, members(people), guideline=GUIDE, as_of=AS_OF)))
    first = decide(Inputs(ORDINARY, members(people)), guideline_id=GUIDE.id, as_of=AS_OF)
    text = decision_text(first)
    assert decision_text(replay(json.loads(text), file="decision.json")) == text


@given(st.lists(PEOPLE, min_size=2, max_size=12), st.data())
@settings(max_examples=25, deadline=None)
def test_many_groups_at_once_are_decided_as_each_alone(groups: list[list[dict[str, Any]]], data: st.DataObject) -> None:
    """The very same expressions: a book of groups has, row by row, the outcomes that each group has by itself."""
    in_force = edition(GUIDE, AS_OF)
    files = [data.draw(FILES) for _ in groups]
    facts = [facts_of(file, members(people), None, in_force) for file, people in zip(files, groups, strict=True)]
    frames = [
        pl.concat([getattr(one, kind).with_columns(group=pl.lit(place, pl.Int64)) for place, one in enumerate(facts)])
        for kind in ("groups", "people", "months")
    ]
    people = frames[1].sample(fraction=1, shuffle=True, seed=1)
    measured, _ = in_force.measure(frames[0], people, frames[2])
    together = in_force.decide(measured).rows(named=True)
    for one, row in zip(facts, together, strict=True):
        alone, _ = in_force.measure(one.groups, one.people, one.months)
        assert in_force.decide(alone).row(0, named=True) == row
        assert row.items() <= in_force.decide_one(alone).items()


LAST_HIRE = date(2025, 8, 2)


@given(st.integers(0, 60), st.lists(st.integers(0, 250_00), max_size=6))
def test_the_hours_of_a_month_are_those_of_many_months(full_time: int, part_time: list[int]) -> None:
    in_force = edition(GUIDE, AS_OF)
    columns = {"full_time": [full_time], "part_time_hours": [part_time]}
    frame = pl.DataFrame(
        {**columns, **{f"seasonal_{name}": value for name, value in columns.items()}},
        schema_overrides={"part_time_hours": pl.List(pl.Int64), "seasonal_part_time_hours": pl.List(pl.Int64)},
    )
    laid = frame.with_columns(**in_force.month_stage)
    assert (
        laid["month_hours"].item() == laid["seasonal_hours"].item() == in_force.hours.equivalent(full_time, part_time)
    )


FILLINGS: dict[str, list[Any]] = {
    "hours_per_week": [0, 29_99, 30_00, 45_00],
    "worker_type": list(BY_NAME["worker_type"].words),
    "status": list(BY_NAME["status"].words),
    "election": ["enroll", "decline", "waive"],
    "related_to_owner": list(BY_NAME["related_to_owner"].words),
}
DECIDED = {"met", "not met", "not applicable"}


@given(PEOPLE, FILES, st.sampled_from(sorted(FILLINGS)), st.randoms(use_true_random=False))
@settings(max_examples=120, deadline=None)
def test_a_missing_fact_never_yields_an_outcome_that_a_completion_contradicts(
    people: list[dict[str, Any]], file: Any, fact: str, chance: random.Random
) -> None:
    """Take one fact away; whatever it was, what is still decided without it holds with it."""
    place = chance.randrange(len(people))
    person = {**people[place], fact: None}
    if fact == "election":
        person["waiver_reason"] = None
    known = [one["election"] for number, one in enumerate(people) if number != place]
    without = outcomes(decided([*people[:place], person, *people[place + 1 :]], file))
    for value in FILLINGS[fact]:
        filled = {**person, fact: value}
        if value == "waive":
            filled["waiver_reason"] = "spouse_group"
        completed = members([*people[:place], filled, *people[place + 1 :]])
        if _contradictory(filled, fact) or list(contradicting(file, completed, guideline=GUIDE, as_of=AS_OF)):
            continue
        found = outcomes(underwrite(file, completed, guideline=GUIDE, as_of=AS_OF))
        for clause, outcome in without.items():
            if clause == "participation" and not any(known):
                continue  # nobody else has answered: the first answer makes it a case and no longer a quote
            if outcome in DECIDED and found[clause] in DECIDED:
                assert (found[clause] == "not met") == (outcome == "not met"), (clause, fact, value)


def _contradictory(person: dict[str, Any], fact: str) -> bool:
    """What is no completion: an owner who owns nothing, which a census check refuses; an owner whose worker type says
    that they are none; and an answer of somebody in the waiting period who was not asked yet."""
    owner = person.get("worker_type") in ("sole_proprietor", "partner", "corporate_owner")
    waiting = fact == "election" and (person.get("hired_on") or date.min) > LAST_HIRE
    denied = fact == "related_to_owner" and person[fact] == "self" and not owner and not person.get("ownership_percent")
    return (owner and person.get("ownership_percent", 0) == 0) or waiting or denied
