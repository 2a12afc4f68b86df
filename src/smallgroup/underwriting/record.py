"""What a decision keeps of its inputs, so that anybody can make it again years later; nobody's name is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from smallgroup import dates, money
from smallgroup.census.fields import BY_NAME, SCHEMA
from smallgroup.errors import Problem, Refused
from smallgroup.group import GroupFile, read_group
from smallgroup.rating.area_rates import AreaRates, Plan
from smallgroup.rating.bands import BANDS
from smallgroup.rulebook import Layer, guideline, read_layer
from smallgroup.underwriting.decide import Decision, underwrite
from smallgroup.underwriting.engine import Federal

_NOT_KEPT = ("first_name", "last_name", "sex")


@dataclass(frozen=True)
class Inputs:
    """The inputs of one decision: the application as typed, a checked census, and the rates, if they are known."""

    group_yaml: str
    members: pl.DataFrame
    rates: AreaRates | None = None
    what_if: Mapping[str, str] | None = None
    layer_yaml: str | None = None
    federal: Federal = "laid over"

    @property
    def file(self) -> GroupFile:
        return read_group(self.group_yaml, what_if=self.what_if)

    def as_json(self) -> dict[str, Any]:
        """Plain data: the census in the plain layout, in the order of its ids; of the rates those that decide, which
        are the plans offered and those that the contribution is measured by."""
        application = self.file.application
        plans = dict.fromkeys(application.plans or ())
        plans |= dict.fromkeys(application.contribution.reference_plans if application.contribution else ())
        return {
            "group_yaml": self.group_yaml,
            "what_if": dict(self.what_if or {}),
            "layer_yaml": self.layer_yaml,
            "federal_law": self.federal,
            "census": _census_json(self.members),
            "rates": None if self.rates is None else _rates_json(self.rates.only(plans)),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Inputs:
        rates = None if kept["rates"] is None else _rates(kept["rates"])
        return cls(
            kept["group_yaml"], _census(kept["census"]), rates, kept["what_if"], kept["layer_yaml"], kept["federal_law"]
        )

    @property
    def layer(self) -> Layer | None:
        return None if self.layer_yaml is None else read_layer(self.layer_yaml)


def decide(inputs: Inputs, *, guideline_id: str, as_of: date) -> Decision:
    """Underwrite from what is kept, so that what is decided is what can be replayed."""
    kept = inputs.as_json()
    again = Inputs.from_json(kept)
    return underwrite(
        again.file, again.members, guideline=guideline(guideline_id), as_of=as_of, rates=again.rates, inputs=kept,
        federal=again.federal, layer=again.layer,
    )  # fmt: skip


def replay(decision: Mapping[str, Any], *, file: str) -> Decision:
    """Make a decision again from its own record.

    Raises Refused when the record is no decision, or its inputs are not those that were hashed.
    """
    try:
        kept, claimed = decision["inputs"], decision["inputs_sha256"]
        guideline_id, as_of = decision["guideline"], dates.day(decision["as_of"])
        inputs = Inputs.from_json(kept)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Refused(Problem(file, "this is not a decision of smallgroup underwrite --json.",
                              "Give the file that it printed.")) from None  # fmt: skip
    found = Decision("", guideline_id, as_of, (), kept).inputs_sha256
    if found != claimed:
        raise Refused(Problem(file, "its inputs were changed after the decision: they no longer have the hash that "
                              "it names.", "Use the record as it was printed.", seen=found))  # fmt: skip
    return decide(inputs, guideline_id=guideline_id, as_of=as_of)


def decision_text(decision: Decision) -> str:
    """The bytes that `underwrite --json` prints and `replay` compares."""
    return json.dumps(decision.as_json(), indent=2) + "\n"


def _census_json(members: pl.DataFrame) -> list[dict[str, str]]:
    rows = members.select(name for name in SCHEMA if name not in _NOT_KEPT).sort("family_id", "member_id").to_dicts()
    return [{name: _written(name, value) for name, value in row.items() if value is not None} for row in rows]


def _written(name: str, value: Any) -> str:
    kind = BY_NAME[name].kind
    if kind in ("hundredths", "cents"):
        return money.dollars(value)
    if kind == "yes_no":
        return "yes" if value else "no"
    return value.isoformat() if kind == "date" else str(value)


def _census(rows: list[dict[str, str]]) -> pl.DataFrame:
    columns = {name: [_read(name, row.get(name)) for row in rows] for name in SCHEMA}
    return pl.DataFrame(columns, schema=SCHEMA)


def _read(name: str, text: str | None) -> Any:
    if text is None:
        return None
    kind = BY_NAME[name].kind
    if kind in ("hundredths", "cents"):
        return money.cents(text)
    if kind == "yes_no":
        return text == "yes"
    return dates.day(text) if kind == "date" else text


def _rates_json(rates: AreaRates) -> dict[str, Any]:
    bands = len(BANDS)
    plans = []
    for plan, row in zip(rates.plans, rates.monthly, strict=True):
        one_rate = bool((row[:bands] == row[bands : 2 * bands]).all())
        plans.append({
            "plan_id": plan.plan_id, "name": plan.name, "metal": plan.metal, "kind": plan.kind,
            "monthly": [money.dollars(int(cents)) for cents in (row[:bands] if one_rate else row)],
        })  # fmt: skip
    return {"area": rates.area, "on": rates.on.isoformat(), "plans": plans, "absent": dict(rates.absent)}


def _rates(kept: Mapping[str, Any]) -> AreaRates:
    plans = tuple(Plan(one["plan_id"], one["name"], one["metal"], one["kind"]) for one in kept["plans"])
    monthly = np.empty((len(plans), 3 * len(BANDS)), np.int64)
    for row, one in enumerate(kept["plans"]):
        cents = [money.cents(text) for text in one["monthly"]]
        monthly[row] = cents if len(cents) == monthly.shape[1] else cents * 3
    return AreaRates(kept["area"], dates.day(kept["on"]), plans, monthly, (), absent=kept["absent"])
