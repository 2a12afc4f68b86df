"""Terms and a census → the result that a revision keeps, and the picture of it that a page draws. Names nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from smallgroup import money
from smallgroup.quoting import Quote
from smallgroup.rating.area_rates import AreaRates
from smallgroup.rating.premium import charged_members, family_totals
from smallgroup.web.answers import Answer, answer, result_of
from smallgroup.web.quotes.terms import Asked

OPEN = ("not met", "refer")
MOST_BARS = 60  # employees drawn one by one; more say nothing at this size


def answered(asked: Asked, members: pl.DataFrame, *, as_of: date) -> Answer:
    """The decision and the premiums. Raises Refused where there is no decision to be had."""
    return answer(
        asked.text, members, as_of=as_of, guideline_id=asked.guideline.id, plan_ids=asked.offered or None
    )  # fmt: skip


def kept(found: Answer, asked: Asked) -> dict[str, Any]:
    """The answer as a revision keeps it, with what each employee's family costs in one plan, from low to high."""
    result = result_of(found)
    if found.quote is not None and found.quote.plans:
        result["by_employee"] = _by_employee(found.quote, asked.rates)
    return result


def _by_employee(quote: Quote, rates: AreaRates) -> dict[str, Any]:
    """In the lowest-priced of the plans: (premium, employee's part) in cents a month, in the order of the premium."""
    lowest = min(quote.plans, key=lambda one: one.monthly.total).plan
    charged = charged_members(quote.members)
    families = int(charged.family.max()) + 1
    rows = np.full(families, rates.row_of[lowest.plan_id], np.int64)
    whole, paid = family_totals(rates, charged, rows, quote.contribution, None)
    pairs = [(total, None if part is None else total - part) for total, part in zip(whole, paid, strict=True) if total]
    return {"plan_id": lowest.plan_id, "name": lowest.name, "families": sorted(pairs, key=lambda pair: pair[0])}


# --- the picture -----------------------------------------------------------------------------------


def picture(result: Mapping[str, Any]) -> dict[str, Any]:
    """What the page of a result draws: plans with bars, employees, participation, and findings by what they want."""
    plans = sorted(result.get("plans") or (), key=lambda one: money.cents(one["monthly"]["total"]))
    findings = result["findings"]
    return {
        "result": result, "plans": _bars(plans), "chart": _chart(result.get("by_employee")),
        "lowest": plans[0] if plans else None, "highest": plans[-1] if plans else None,
        "participation": _participation(findings),
        "open": [one for one in findings if one["outcome"] in OPEN],
        "wanted": [one for one in findings if one["outcome"] == "needs evidence"],
        "met": sum(one["outcome"] == "met" for one in findings),
        "not_applicable": sum(one["outcome"] == "not applicable" for one in findings),
    }  # fmt: skip


def _bars(plans: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Widths in thousandths of the dearest plan's."""
    if not plans:
        return []
    longest = max(money.cents(plans[-1]["monthly"]["total"]), 1)
    bars = []
    for one in plans:
        total, employer = one["monthly"]["total"], one["monthly"]["employer"]
        whole = money.cents(total) * 1000 // longest
        part = 0 if employer is None else money.cents(employer) * 1000 // longest
        bars.append({"plan": one, "part": part, "rest": whole - part})
    return bars


def _chart(told: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Bars of what each employee's family costs: the whole premium, and in it what the employee pays."""
    if not told or not told["families"]:
        return None
    pairs = told["families"]
    step = -(-len(pairs) // MOST_BARS)
    drawn, highest = pairs[::step], max(pairs[-1][0], 1)
    bars = [
        {"x": at * 10, "y": 100 - total * 100 // highest, "height": total * 100 // highest,
         "part_y": 100 - (part or 0) * 100 // highest, "part": (part or 0) * 100 // highest}
        for at, (total, part) in enumerate(drawn)
    ]  # fmt: skip
    shares = sorted(part for _, part in pairs if part is not None)
    return {
        "bars": bars, "width": len(bars) * 10, "plan": told["name"] or told["plan_id"], "count": len(pairs),
        "low": pairs[0][0], "middle": pairs[(len(pairs) - 1) // 2][0], "high": pairs[-1][0],
        "own_low": shares[0] if shares else None, "own_high": shares[-1] if shares else None,
    }  # fmt: skip


def _participation(findings: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """How many enroll of those who count, and the line that they must reach: of the reading that asks most."""
    one = next((finding for finding in findings if finding["clause"] == "participation"), None)
    if one is None or one["outcome"] == "not applicable":
        return None
    drawn = {"finding": one, "line": None}
    readings = [reading["numbers"] for reading in one["readings"] if isinstance(
        reading["numbers"].get("must_enroll"), int)]  # fmt: skip
    if not readings:
        return drawn
    numbers = max(readings, key=lambda each: int(each["must_enroll"]))
    enrolled, counted = _interval(numbers.get("enrolled")), _interval(numbers.get("counted"))
    if enrolled is None or counted is None or counted[1] <= 0:
        return drawn
    whole = max(counted[1], numbers["must_enroll"])
    return drawn | {
        "line": numbers["must_enroll"] * 1000 // whole, "must": numbers["must_enroll"], "low": enrolled[0],
        "high": enrolled[1], "of": counted[1], "sure": enrolled[0] * 1000 // whole,
        "maybe": enrolled[1] * 1000 // whole,
    }  # fmt: skip


def _interval(value: Any) -> tuple[int, int] | None:
    if isinstance(value, int):
        return value, value
    if isinstance(value, Mapping) and isinstance(value.get("at_least"), int) and isinstance(value.get("at_most"), int):
        return value["at_least"], value["at_most"]
    return None


# --- two results side by side ----------------------------------------------------------------------


def summary(result: Mapping[str, Any], counted: Mapping[str, Any]) -> dict[str, Any]:
    """What a list shows."""
    totals = [money.cents(one["monthly"]["total"]) for one in result.get("plans") or ()]
    return {
        "employees": counted["employees"], "members": counted["members"], "plans": len(totals),
        "low": min(totals, default=None), "high": max(totals, default=None), "decision": result["decision"],
    }  # fmt: skip


def compared(
    results: Sequence[Mapping[str, Any]], terms: Sequence[Mapping[str, Any]], counts: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """What differs between two revisions: terms, people, premiums by plan, findings whose outcome is another."""
    one, other = results
    before = {plan["plan_id"]: plan for plan in one.get("plans") or ()}
    after = {plan["plan_id"]: plan for plan in other.get("plans") or ()}
    plans = []
    for plan_id in dict.fromkeys([*before, *after]):
        sides = [
            money.cents(side[plan_id]["monthly"]["total"]) if plan_id in side else None for side in (before, after)
        ]
        parts = [_employee(side.get(plan_id)) for side in (before, after)]
        plans.append({
            "plan": after.get(plan_id) or before[plan_id], "before": sides[0], "after": sides[1],
            "difference": None if None in sides else sides[1] - sides[0],  # type: ignore[operator]
            "employees_before": parts[0], "employees_after": parts[1],
        })  # fmt: skip
    was = {finding["clause"]: finding for finding in one["findings"]}
    return {
        "plans": sorted(plans, key=lambda each: (each["difference"] is None, -abs(each["difference"] or 0))),
        "terms": [(name, terms[0].get(name), terms[1].get(name)) for name in dict.fromkeys([*terms[0], *terms[1]])
                  if terms[0].get(name) != terms[1].get(name)],
        "counts": [(name, counts[0].get(name), counts[1].get(name)) for name in counts[1]
                   if counts[0].get(name) != counts[1].get(name)],
        "findings": [
            {"title": finding["title"], "before": was[finding["clause"]], "after": finding}
            for finding in other["findings"]
            if finding["clause"] in was and was[finding["clause"]]["outcome"] != finding["outcome"]
        ],
    }  # fmt: skip


def _employee(plan: Mapping[str, Any] | None) -> int | None:
    return None if plan is None or plan["monthly"]["employee"] is None else money.cents(plan["monthly"]["employee"])
