"""Every scenario of tests/rewards/scenarios, through the same door that a folder of sales goes through."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from smallgroup import money
from smallgroup.errors import Refused
from smallgroup.rewards.earn import earn
from smallgroup.rewards.read_sales import read_sales
from smallgroup.rewards.readings import readings
from smallgroup.rewards.report import earned_as_json
from smallgroup.rulebook.program import Program, chosen_programs, read_program
from tests.rewards.books import LEVEL_UP, PRODUCTION, frames, rows_of

FOLDER = Path(__file__).parent / "scenarios"
AS_OF = date(2026, 6, 30)
KEYS = {
    "scenario", "rules", "as_of", "groups", "brokers", "adjustments", "programs", "program_file", "earns", "total",
    "by_kind", "lines", "excludes", "refers", "unpriced", "needs_evidence", "capped", "next_tier", "status", "counted",
    "readings", "refused", "todo",
}  # fmt: skip
LISTS = {"excludes": "exclusions", "refers": "referrals", "unpriced": "unpriced", "needs_evidence": "needs_evidence"}
RULES = {
    *(f"R{number}" for number in (*range(1, 20), 25, 26, 27, 29, 30, 32, 33, 34, 35, 37)),
    *(f"B{number}" for number in (*range(1, 11), 12, 13, 14)),
}
"""The rules that decide what is earned. The others are about telling, paying and reporting."""


def scenarios() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.yaml")):
        for one in yaml.safe_load(path.read_text("utf-8")):
            marks = [pytest.mark.xfail(strict=True, reason=one["todo"])] if "todo" in one else []
            yield pytest.param(one, id=f"{path.stem}: {one['scenario']}", marks=marks)


def programs_of(scenario: dict[str, Any]) -> tuple[Program, ...]:
    if "program_file" in scenario:
        return (read_program(scenario["program_file"], file="program.yaml"),)
    return chosen_programs(scenario.get("programs", [PRODUCTION, LEVEL_UP]))


def read_as(programs: tuple[Program, ...], doubt: str, side: str) -> list[Program]:
    """The programs with one doubt read otherwise, in those that have that reading of it."""
    read = [
        next((one.read_as(it, side) for it in one.doubts if it.id == doubt and side in it.others), one)
        for one in programs
    ]
    assert read != list(programs), f"no program reads {doubt} as {side}"
    return read


@pytest.mark.parametrize("scenario", list(scenarios()))
def test_scenario(scenario: dict[str, Any]) -> None:
    as_of = scenario.get("as_of", AS_OF)
    tables = frames(rows_of(scenario))
    if "refused" in scenario:
        with pytest.raises(Refused) as told:
            earn(read_sales(tables), programs_of(scenario), as_of)
        assert scenario["refused"] in str(told.value)
        return
    sales, programs = read_sales(tables), programs_of(scenario)
    said = earned_as_json(earn(sales, programs, as_of))
    brokers = {one["broker_id"]: one for one in said["brokers"]}
    paid = {id: one["total"] for id, one in brokers.items() if one["total"] != "0.00"}
    assert paid == scenario["earns"]
    assert said["total"] == money.dollars(sum(map(money.cents, paid.values())))
    if "total" in scenario:
        assert said["total"] == scenario["total"]
    lines = [{"broker": id, **line} for id, one in brokers.items() for line in one["earnings"]]
    if "by_kind" in scenario:
        kinds = {line["kind"]: 0 for line in lines}
        for line in lines:
            kinds[line["kind"]] += money.cents(line["amount"])
        assert {kind: money.dollars(cents) for kind, cents in kinds.items()} == scenario["by_kind"]
    if "lines" in scenario:
        told = [", ".join(line[name] for name in ("broker", "group_id", "kind", "amount")) for line in lines]
        assert sorted(told) == sorted(scenario["lines"])
    for key, of_json in LISTS.items():
        agree(scenario.get(key, []), said[of_json], key)
    capped = [{"group": one["group_id"], "before": one["before"], "after": one["after"]} for one in said["capped"]]
    assert capped == scenario.get("capped", [])
    for broker, wanted in scenario.get("next_tier", {}).items():
        ahead = brokers[broker]["next_tier"]
        assert (ahead is None) == (wanted is None)
        assert {name: ahead[name] for name in wanted or {}} == (wanted or {})
    for key, of_json in (("status", "status"), ("counted", "counted_members")):
        found = {broker: brokers[broker][of_json] for broker in scenario.get(key, {})}
        assert found == scenario.get(key, {})
    for doubt, sides in scenario.get("readings", {}).items():
        totals = {side: money.dollars(earn(sales, read_as(programs, doubt, side), as_of).total) for side in sides}
        assert totals == sides


def agree(wanted: list[dict[str, Any]], said: list[dict[str, Any]], what: str) -> None:
    """Every wanted reason is told, of so many members as `count` says, and none that is not wanted."""
    names = {"group": "group_id", "member": "member_id", "broker": "broker_id", "rule": "rule"}
    left = [dict(pair) for pair in dict.fromkeys(
        tuple((name, one.get(name)) for name in ("group_id", "member_id", "broker_id", "rule", "because"))
        for one in said)]  # fmt: skip
    for one in wanted:
        fits = [it for it in left if all(it[names[key]] == value for key, value in one.items() if key in names)
                and one.get("because", "") in it["because"]]  # fmt: skip
        assert len(fits) == one.get("count", 1), f"{what}: {one} fits {fits} of {left}"
        left = [it for it in left if it not in fits]
    assert not left, f"{what}: told beside what was wanted: {left}"


def test_every_scenario_says_only_what_the_runner_reads() -> None:
    names = []
    for param in scenarios():
        scenario = param.values[0]
        names.append(scenario["scenario"])
        assert set(scenario) <= KEYS, scenario["scenario"]
        assert ("refused" in scenario) != ("earns" in scenario), scenario["scenario"]
    assert len(set(names)) == len(names)


def test_every_rule_that_decides_what_is_earned_has_a_scenario() -> None:
    named = {rule for param in scenarios() for rule in param.values[0]["rules"]}
    assert named == RULES


def test_the_readings_that_are_listed_are_those_of_one_doubt_at_a_time() -> None:
    sales = read_sales(frames(rows_of({"groups": [{}, {"brokers": {"ADA": "1/2", "BEN": "1/2"}}]})))
    programs = chosen_programs([PRODUCTION, LEVEL_UP])
    listed = readings(sales, programs, AS_OF)
    for one in listed:
        read = programs if one.taken else read_as(programs, one.doubt, one.side)
        assert one.total == earn(sales, read, AS_OF).total, (one.doubt, one.side)
    ids = [one.doubt for one in listed]
    assert ids == sorted(ids, key=lambda id: int(id.removeprefix("B")))
