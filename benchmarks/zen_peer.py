"""zen-engine: the seven clauses as one JDM decision, compiled once and evaluated for each group.

Its input is the same row of measures, with the dots of the names written as underscores; a null stays a null. Of
the shapes tried, a single expression node that answers in eight keys is the fastest, and one batch call for many
groups beats a call for each. A bare compiled expression, without the engine around it, is its floor.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from itertools import pairwise
from typing import Any

import polars as pl
import zen

from benchmarks.numpy_limit import CLAUSES, LEAST_HOURS, OVER_FIFTY, SEASONAL_MONTHS

NAME = f"zen-engine {version('zen-engine')}"
ENDLESS = 1_000_000_000
OUTCOMES = (*CLAUSES, "decision")

Context = dict[str, Any]
Result = dict[str, Any]


class Zen:
    """One engine with the decision compiled."""

    def __init__(self) -> None:
        outcomes = expressions()
        decision = {"nodes": _nodes(outcomes), "edges": _edges("in", "clauses", "out")}
        content = zen.ZenDecisionContent(json.dumps(decision))
        self._decision = zen.ZenEngine().create_decision(content)
        self._decision.validate()
        loader = {"type": "static", "content": {"clauses": decision}}
        self._engine = zen.ZenEngine({"loader": loader})
        self._bare = zen.compile_expression("{" + ", ".join(f"{key}: {e}" for key, e in outcomes.items()) + "}")

    def decide_one(self, context: Context) -> Result:
        return self._decision.evaluate(context)["result"]

    def decide_each(self, contexts: list[Context]) -> list[Result]:
        evaluate = self._decision.evaluate
        return [evaluate(context)["result"] for context in contexts]

    def decide_batch(self, contexts: list[Context]) -> list[Result]:
        requests = [{"key": "clauses", "context": context} for context in contexts]
        return [answer["data"]["result"] for answer in self._engine.evaluate_batch(requests)]

    def bare_expression(self, contexts: list[Context]) -> list[Result]:
        evaluate = self._bare.evaluate
        return [evaluate(context) for context in contexts]


def contexts(measured: pl.DataFrame) -> list[Context]:
    return measured.rename(lambda name: name.replace(".", "_")).to_dicts()


def codes(results: list[Result]) -> dict[str, list[int]]:
    """The same codes as everybody's, by clause."""
    return {name: [int(result[key]) for result in results] for name, key in zip(OUTCOMES, KEYS, strict=True)}


KEYS = tuple(f"c{place}" for place in range(len(OUTCOMES)))


def _nodes(outcomes: dict[str, str]) -> list[dict[str, Any]]:
    rows = [{"id": key, "key": key, "value": expression} for key, expression in outcomes.items()]
    return [
        {"id": "in", "type": "inputNode", "name": "measures"},
        {"id": "clauses", "type": "expressionNode", "name": "clauses", "content": {"expressions": rows}},
        {"id": "out", "type": "outputNode", "name": "outcomes"},
    ]


def _edges(*ids: str) -> list[dict[str, str]]:
    return [{"id": f"{a}-{b}", "type": "edge", "sourceId": a, "targetId": b} for a, b in pairwise(ids)]


# The clauses ------------------------------------------------------------------------------------------------------
# A reading is two conditions: it holds for sure, and it holds in some case.


def at_least(count: str) -> str:
    return f"({count}_at_least ?? 0)"


def at_most(count: str) -> str:
    return f"({count}_at_most ?? {ENDLESS})"


def expressions() -> dict[str, str]:
    """The codes of the clauses in their order, and of the decision, by key."""
    clauses = [*_size(), _common_law(), _participation(), _contribution(), _share_of_1099(), _form()]
    least, fifty, common_law = clauses[:3]
    declines = f"({least} == 1 and existed_all_year == true) or {fifty} == 1 or {common_law} == 1"
    refers = " or ".join(f"{code} == 2" for code in clauses[2:6])
    pends = " or ".join(f"({code} == 1 or {code} == 3)" for code in clauses)
    decision = f"({declines}) ? 0 : ({refers}) ? 1 : ({pends}) ? 2 : 3"
    return dict(zip(KEYS, [*clauses, decision], strict=True))


def _size() -> tuple[str, str]:
    over, over_without = "months_over", "months_over_without_seasonal"
    whole_year = "months_known_at_least == 12"
    yes = f"{whole_year} and {at_most(over)} <= {SEASONAL_MONTHS} and {at_most(over_without)} <= 0"
    may = (
        f"(months_known_at_least == null or {whole_year}) and {at_least(over)} <= {SEASONAL_MONTHS} "
        f"and {at_least(over_without)} <= 0"
    )
    return (
        f"(average_hours == null ? 3 : average_hours >= {LEAST_HOURS} ? 0 : 1)",
        f"(average_hours == null ? 3 : average_hours < {OVER_FIFTY} ? 0 : {_code(yes, may)})",
    )


def _common_law() -> str:
    sure, candidates, outside = (f"w2_full_time{kind}" for kind in ("_not_partner", "", "_outside"))
    beyond_household = f"{at_least(sure)} > (household_possible ?? {ENDLESS})"
    beyond_spouse = f"{at_least(sure)} > (spouses_possible ?? {ENDLESS})"
    yes, may = f"{at_least(candidates)} >= 1", f"{at_most(candidates)} >= 1"
    outside_yes = f"({at_least(outside)} >= 1 or one_household == false)"
    outside_may = f"({at_most(outside)} >= 1 or one_household != true)"
    regulation_yes = f"({beyond_household} or ({yes} and {outside_yes}))"
    regulation_may = f"({beyond_household} or ({may} and {outside_may}))"
    literal_yes, literal_may = f"({yes} or {beyond_spouse})", f"({may} or {beyond_spouse})"
    return _code(
        regulation_yes, regulation_may, f"{regulation_yes} or {literal_yes}", f"{regulation_may} and {literal_may}"
    )


def _participation() -> str:
    pairs = [
        (part + suffix, rest + suffix, "somebody_enrolls" + suffix)
        for suffix in ("", "_without_1099")
        for rest in ("declines", "declines_or_unlisted")
        for part in ("enrolled", "enrolled_or_alongside")
    ]
    yes = [f"({somebody} == true and {at_least(part)} >= {at_most(rest)})" for part, rest, somebody in pairs]
    may = [f"({somebody} != false and {at_most(part)} >= {at_least(rest)})" for part, rest, somebody in pairs]
    code = _code(yes[0], may[0], f"({' or '.join(yes)})", f"({' and '.join(may)})")
    return _applicable(f"{at_least('elections')} >= 1", f"{at_most('elections')} >= 1", code)


def _contribution() -> str:
    return _code(f"{at_most('contribution_short')} <= 0", f"{at_least('contribution_short')} <= 0")


def _share_of_1099() -> str:
    contractors, staff = "enrolling_1099", "enrolling_w2"
    of_all = f"{at_most(contractors)} <= {at_least(staff)}", f"{at_least(contractors)} <= {at_most(staff)}"
    of_staff = f"2 * {at_most(contractors)} <= {at_least(staff)}", f"2 * {at_least(contractors)} <= {at_most(staff)}"
    code = _code(*of_all, f"{of_all[0]} or {of_staff[0]}", f"{of_all[1]} and {of_staff[1]}")
    return f"({at_most(contractors)} > 0 ? {code} : 4)"


def _form() -> str:
    offered = f"offers_1099 == true or {at_least('enrolling_1099')} > 0"
    nobody = f"offers_1099 == false or {at_most('workers_1099')} == 0"
    filed = _code("has_form_1099_validation == true", "has_form_1099_validation == null")
    return _applicable(offered, f"not ({nobody})", filed)


def _code(yes: str, may: str, some_yes: str | None = None, all_may: str | None = None) -> str:
    code = f"({yes}) ? 0 : ({may}) ? 3 : 1"
    return f"({code})" if some_yes is None else f"((({some_yes}) and not ({all_may})) ? 2 : {code})"


def _applicable(yes: str, may: str, code: str) -> str:
    return f"(({yes}) ? {code} : ({may}) ? 3 : 4)"
