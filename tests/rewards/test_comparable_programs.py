"""Programs of other carriers, by the scenarios of comparable/: one file a program, with its arithmetic in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from smallgroup import money
from smallgroup.rewards import periods
from smallgroup.rewards.earn import Earned, earn
from smallgroup.rewards.read_sales import read_sales
from smallgroup.rewards.readings import readings
from smallgroup.rewards.report import earned_as_json, lines_of, reasons_of
from smallgroup.rewards.sales import Sales
from smallgroup.rewards.standing import counter_of
from smallgroup.rulebook.program import Program, chosen_programs, known_programs

FOLDER = Path(__file__).parent / "comparable"
PROGRAMS = Path(__file__).parents[2] / "src/smallgroup/rulebook/data/comparable/programs"
KEYS = {
    "scenario", "arithmetic", "as_of", "brokers", "groups", "adjustments", "earned", "by_broker", "by_group",
    "by_kind", "counted", "told", "due", "open", "referred", "held_until", "readings", "runs",
}  # fmt: skip
GROUP_KEYS = {
    "id", "effective", "subscribers", "dependents", "broker", "brokers", "channel", "market", "state", "prior",
    "prior_end", "last_day", "members",
}  # fmt: skip
MEMBER_KEYS = {"count", "role", "coverage", "continuation", "effective", "ended_on"}


def scenarios() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.yaml")):
        for one in yaml.load(path.read_text("utf-8"), yaml.BaseLoader):
            yield pytest.param(path.stem, one, id=f"{path.stem}: {one['scenario']}")


def program(id: str) -> Program:
    (found,) = chosen_programs([id])
    return found


def sales_of(program: Program, scenario: dict[str, Any]) -> Sales:
    """The facts of a scenario; what it does not say is ordinary for the program."""
    tables: dict[str, list[dict[str, str | None]]] = {name: [] for name in ("sales", "members", "splits", "brokers")}
    named = {}
    for group in scenario["groups"]:
        assert set(group) <= GROUP_KEYS, set(group) - GROUP_KEYS
        _add_group(tables, program, group)
        named.update(dict.fromkeys(one["broker_id"] for one in tables["splits"]))
    for broker in [*named, *(one for one in scenario.get("brokers", {}) if one not in named)]:
        said = scenario.get("brokers", {}).get(broker, {})
        day = said.get("from", "2010-01-01")
        tables["brokers"].append({
            "broker_id": broker, "name": broker, "payee_id": said.get("payee", broker), "payee_kind": "agency",
            "tax_id_on_file": "yes", "license_state": program.state, "licensed_from": "2010-01-01",
            "licensed_to": said.get("licensed_to"), "appointment_state": program.state, "appointed_from": day,
            "agreement_from": day, "good_standing_from": day,
        })  # fmt: skip
    if "adjustments" in scenario:
        told = {"decided_by": "Desk", "decided_on": "2015-01-01", "why": "decided"}
        tables["adjustments"] = [{**told, **one} for one in scenario["adjustments"]]
    texts = {name: pl.DataFrame(rows, infer_schema_length=None).cast(pl.String) for name, rows in tables.items()}
    return read_sales(texts)


def _add_group(tables: dict[str, list[dict[str, str | None]]], program: Program, group: dict[str, Any]) -> None:
    id, begins = group["id"], group["effective"]
    tables["sales"].append({
        "group_id": id, "state": group.get("state", program.state), "market": group.get("market", "small"),
        "effective_date": begins, "channel": group.get("channel", program.channels[0]),
        "prior_contract": group.get("prior", "never"), "last_prior_contract_end": group.get("prior_end"),
        "prior_kp_through": "none", "origin": "none", "last_covered_day": group.get("last_day"),
    })  # fmt: skip
    plain = [{"role": "subscriber", "count": group.get("subscribers", "0")},
             {"role": "dependent", "count": group.get("dependents", "0")}]  # fmt: skip
    number = 0
    for said in [*plain, *group.get("members", [])]:
        assert set(said) <= MEMBER_KEYS, set(said) - MEMBER_KEYS
        for _ in range(int(said.get("count", "1"))):
            number += 1
            tables["members"].append({
                "group_id": id, "member_id": f"{number:04d}", "role": said.get("role", "subscriber"),
                "coverage": said.get("coverage", "medical"), "continuation": said.get("continuation", "none"),
                "effective_date": said.get("effective", begins), "ended_on": said.get("ended_on"),
            })  # fmt: skip
    of_record = group.get("brokers") or [{"broker": group["broker"]}]
    for one in of_record:
        tables["splits"].append({
            "group_id": id, "broker_id": one["broker"], "share": one.get("share", "1"),
            "from_date": one.get("from", "2010-01-01"), "to_date": one.get("to"),
        })  # fmt: skip


def as_of(program: Program, scenario: dict[str, Any]) -> date:
    """The day of the scenario, else one on which the window is long over."""
    if "as_of" in scenario:
        return date.fromisoformat(scenario["as_of"])
    assert program.to is not None
    return program.to + timedelta(days=150)


@pytest.mark.parametrize(("id", "scenario"), list(scenarios()))
def test_scenario(id: str, scenario: dict[str, Any]) -> None:
    assert set(scenario) <= KEYS, set(scenario) - KEYS
    assert scenario["arithmetic"].strip(), "every scenario says its arithmetic in words"
    one = program(id)
    sales = sales_of(one, scenario)
    if "runs" in scenario:
        _check_runs(sales, one, scenario["runs"])
        return
    earned = earn(sales, [one], as_of(one, scenario))
    _check(earned, scenario)
    if "readings" in scenario:
        told = {(total.doubt, total.side): money.dollars(total.total)
                for total in readings(sales, [one], as_of(one, scenario))}  # fmt: skip
        for doubt, sides in scenario["readings"].items():
            assert {side: told[doubt, side] for side in sides} == sides


def _check_runs(sales: Sales, program: Program, runs: list[dict[str, str]]) -> None:
    """Each run pays what is earned by its day, less what the earlier runs have paid."""
    paid = 0
    for run in runs:
        total = earn(sales, [program], date.fromisoformat(run["as_of"])).total
        assert money.dollars(total - paid) == run["pays"], run
        paid = total


def _check(earned: Earned, scenario: dict[str, Any]) -> None:
    lines = lines_of(earned)
    assert money.dollars(earned.total) == scenario["earned"]
    assert lines["cents"].sum() == earned.total
    for key, column in (("by_broker", "broker_id"), ("by_group", "group_id"), ("by_kind", "kind")):
        if key in scenario:
            sums = lines.group_by(column).agg(pl.col("cents").sum())
            assert {name: money.dollars(cents) for name, cents in sums.iter_rows()} == scenario[key]
    if "counted" in scenario:
        assert counted(earned) == scenario["counted"]
    reasons = reasons_of(earned).to_dicts()
    for told in scenario.get("told", []):
        said = [one["because"] for one in reasons
                if all(told.get(name) in (None, one[f"{name}_id"]) for name in ("group", "member", "broker"))
                and told["rule"] == one["rule"]]  # fmt: skip
        assert any(told["because"] in because for because in said), (told, reasons)
    for key, frame in (("due", earned.due), ("open", earned.open), ("referred", earned.referrals)):
        found = sorted(reasons_of(earned, frame)["group_id"].unique())
        assert found == scenario.get(key, []), key
    if "held_until" in scenario:
        assert {group: str(day) for group, day in lines.select("group_id", "hold_until").iter_rows()} == scenario[
            "held_until"]  # fmt: skip


def counted(earned: Earned) -> dict[str, str]:
    """What is counted together for whom, as a sentence of numbers: "24 in 3 groups", quarter by quarter."""
    (one,) = earned.of
    found: dict[str, str] = {}
    for place, broker in enumerate(earned.sales.brokers["broker_id"]):
        mine = one.counters.filter(pl.col("counter") == counter_of(earned, one, place)).sort("period")
        said = [f"{Fraction(row['units'], one.scale)} in {row['groups']}{periods.named(row['period'])}"
                for row in mine.iter_rows(named=True)]  # fmt: skip
        if said:
            found[broker] = ", ".join(said)
    return found


@pytest.mark.parametrize("path", sorted(PROGRAMS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_program_is_an_illustration_with_scenarios(path: Path) -> None:
    assert program(path.stem).illustration, "it is run only where it is named"
    assert path.stem in {file.stem for file in FOLDER.glob("*.yaml")}


def test_none_of_them_runs_unasked() -> None:
    assert not [one.id for one in chosen_programs([]) if one.illustration]
    assert len([one for one in known_programs() if one.illustration]) >= 7


def test_amounts_for_show_are_told_of() -> None:
    one = program("kp-wa-ifp-2021")
    group = {"id": "H1", "effective": "2021-01-01", "subscribers": "30", "broker": "ADA"}
    said = earned_as_json(earn(sales_of(one, {"groups": [group]}), [one], date(2021, 6, 30)))
    (version,) = said["versions"]
    assert (version["amounts"], version["illustration"]) == ("illustrative", True)
