"""zen-engine: the seven clauses as one JDM decision graph, compiled once and evaluated group by group.

Its input is the same row of measures, with dots in the names written as underscores; a null stays a null. The
graph is a single expression node, the fastest shape of those tried, and a batch is one call for many groups.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any

import polars as pl
import zen

from benchmarks.numpy_limit import CLAUSES, LEAST_HOURS, OVER_FIFTY, SEASONAL_MONTHS

NAME = f"zen-engine {version('zen-engine')}"
ENDLESS = 1_000_000_000

Context = dict[str, Any]


def at_least(count: str) -> str:
    return f"({count}_at_least ?? 0)"


def at_most(count: str) -> str:
    return f"({count}_at_most ?? {ENDLESS})"


def _participation() -> dict[str, str]:
    """Each reading for sure (`y0` …) and in some case (`m0` …), from two counts."""
    pairs = [
        (part + suffix, rest + suffix)
        for suffix in ("", "_without_1099")
        for rest in ("declines", "declines_or_unlisted")
        for part in ("enrolled", "enrolled_or_alongside")
    ]
    readings = {f"y{n}": f"{at_least(part)} >= {at_most(rest)}" for n, (part, rest) in enumerate(pairs)}
    return readings | {f"m{n}": f"{at_most(part)} >= {at_least(rest)}" for n, (part, rest) in enumerate(pairs)}


def _code(yes: str, may: str, some_yes: str | None = None, all_may: str | None = None) -> str:
    code = f"({yes}) ? 0 : ({may}) ? 3 : 1"
    return code if some_yes is None else f"(({some_yes}) and not ({all_may})) ? 2 : ({code})"


def _applicable(yes: str, may: str, code: str) -> str:
    return f"({yes}) ? ({code}) : ({may}) ? 3 : 4"


def expressions() -> dict[str, str]:
    """Key → expression, in order; a later one reads an earlier one as `$.key`."""
    size = f"average_hours < {OVER_FIFTY}"
    whole_year = "months_known_at_least == 12"
    seasonal_yes = (
        f"{whole_year} and {at_most('months_over')} <= {SEASONAL_MONTHS} "
        f"and {at_most('months_over_without_seasonal')} <= 0"
    )
    seasonal_may = (
        f"(months_known_at_least == null or {whole_year}) and {at_least('months_over')} <= {SEASONAL_MONTHS} "
        f"and {at_least('months_over_without_seasonal')} <= 0"
    )
    read = {
        "by": f"{at_least('w2_full_time_not_partner')} > (household_possible ?? {ENDLESS})",
        "bs": f"{at_least('w2_full_time_not_partner')} > (spouses_possible ?? {ENDLESS})",
        "cy": f"{at_least('w2_full_time')} >= 1", "cm": f"{at_most('w2_full_time')} >= 1",
        "ry": f"$.by or ($.cy and ({at_least('w2_full_time_outside')} >= 1 or one_household == false))",
        "rm": f"$.by or ($.cm and ({at_most('w2_full_time_outside')} >= 1 or one_household != true))",
        "ly": "$.cy or $.bs", "lm": "$.cm or $.bs",
        **_participation(),
        "ey": "somebody_enrolls == true", "em": "somebody_enrolls != false",
        "ay": f"{at_most('enrolling_1099')} <= {at_least('enrolling_w2')}",
        "am": f"{at_least('enrolling_1099')} <= {at_most('enrolling_w2')}",
        "sy": f"2 * {at_most('enrolling_1099')} <= {at_least('enrolling_w2')}",
        "sm": f"2 * {at_least('enrolling_1099')} <= {at_most('enrolling_w2')}",
        "of": f"offers_1099 == true or {at_least('enrolling_1099')} > 0",
        "nb": f"offers_1099 == false or {at_most('workers_1099')} == 0",
    }  # fmt: skip
    some = " or ".join(f"$.y{n}" for n in range(8))
    every = " and ".join(f"$.m{n}" for n in range(8))
    outcomes = {
        "c0": f"average_hours == null ? 3 : average_hours >= {LEAST_HOURS} ? 0 : 1",
        "c1": f"average_hours == null ? 3 : {size} ? 0 : {_code(seasonal_yes, seasonal_may)}",
        "c2": _code("$.ry", "$.rm", "$.ry or $.ly", "$.rm and $.lm"),
        "c3": _applicable(
            f"{at_least('elections')} >= 1", f"{at_most('elections')} >= 1",
            _code("$.ey and $.y0", "$.em and $.m0", f"$.ey and ({some})", f"$.em and {every}"),
        ),
        "c4": _code(f"{at_most('contribution_short')} <= 0", f"{at_least('contribution_short')} <= 0"),
        "c5": f"{at_most('enrolling_1099')} > 0 ? ({_code('$.ay', '$.am', '$.ay or $.sy', '$.am and $.sm')}) : 4",
        "c6": _applicable(
            "$.of", "not $.nb", _code("has_form_1099_validation == true", "has_form_1099_validation == null")
        ),
    }  # fmt: skip
    codes = [f"$.c{n}" for n in range(7)]
    declines = "($.c0 == 1 and existed_all_year == true) or $.c1 == 1 or $.c2 == 1"
    refers = " or ".join(f"{code} == 2" for code in codes)
    pends = " or ".join(f"{code} == 1 or {code} == 3" for code in codes)
    decision = {"decision": f"({declines}) ? 0 : ({refers}) ? 1 : ({pends}) ? 2 : 3"}
    return read | outcomes | decision


def _graph() -> str:
    rows = [{"id": key, "key": key, "value": value} for key, value in expressions().items()]
    nodes = [
        {"id": "in", "type": "inputNode", "name": "measures"},
        {"id": "clauses", "type": "expressionNode", "name": "clauses", "content": {"expressions": rows}},
        {"id": "out", "type": "outputNode", "name": "outcomes"},
    ]
    edges = [
        {"id": f"{one}-{other}", "type": "edge", "sourceId": one, "targetId": other}
        for one, other in (("in", "clauses"), ("clauses", "out"))
    ]
    return json.dumps({"nodes": nodes, "edges": edges})


class Zen:
    """One engine with the decision compiled."""

    def __init__(self) -> None:
        content = zen.ZenDecisionContent(_graph())
        self._decision = zen.ZenEngine().create_decision(content)
        self._engine = zen.ZenEngine({"loader": lambda key: content})
        self._decision.validate()

    def decide_one(self, context: Context) -> dict[str, Any]:
        return self._decision.evaluate(context)["result"]

    def decide_each(self, contexts: list[Context]) -> list[dict[str, Any]]:
        evaluate = self._decision.evaluate
        return [evaluate(context)["result"] for context in contexts]

    def decide_batch(self, contexts: list[Context]) -> list[dict[str, Any]]:
        requests = [{"key": "clauses", "context": context} for context in contexts]
        return [answer["data"]["result"] for answer in self._engine.evaluate_batch(requests)]


def contexts(measured: pl.DataFrame) -> list[Context]:
    return measured.rename(lambda name: name.replace(".", "_")).to_dicts()


def codes(results: list[dict[str, Any]]) -> dict[str, list[int]]:
    """The same codes as everybody's, by clause."""
    keys = {**{clause: f"c{n}" for n, clause in enumerate(CLAUSES)}, "decision": "decision"}
    return {name: [int(result[key]) for result in results] for name, key in keys.items()}
