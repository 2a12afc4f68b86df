"""docs/coverage.md is made of the code: it is not stale, every name in it is there, and every rule is proved."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def coverage() -> Any:
    spec = importlib.util.spec_from_file_location("make_coverage", ROOT / "docs" / "make_coverage.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # a dataclass looks its module up
    spec.loader.exec_module(module)
    return module.Coverage()


def test_nothing_is_missing_or_named_wrongly(coverage: Any) -> None:
    assert coverage.faults() == []


def test_there_are_62_rules_and_24_readings_and_each_is_told(coverage: Any) -> None:
    every = [f"U{number}" for number in range(1, 63)]
    assert [rule.id for rule in coverage.rules] == every == [*coverage.told["rules"]]
    assert {f"A{number}" for number in range(1, 24)} | {"A6b"} <= set(coverage.told["readings"])


def test_there_are_37_reward_rules_and_14_readings_and_each_is_told(coverage: Any) -> None:
    assert [rule.id for rule in coverage.reward_rules] == [f"R{number}" for number in range(1, 38)]
    assert {f"B{number}" for number in range(1, 15)} == set(coverage.told["reward_readings"])


def test_every_rule_has_a_scenario_or_a_test_of_its_own(coverage: Any) -> None:
    assert [rule.id for rule in (*coverage.rules, *coverage.reward_rules) if rule.waits] == []


def test_the_page_is_not_stale(coverage: Any) -> None:
    written = (ROOT / "docs" / "coverage.md").read_text("utf-8")
    assert written == coverage.page(), "docs/coverage.md is stale: run make docs"
