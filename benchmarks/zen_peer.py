"""zen-engine: all clauses as one JDM decision, compiled once and evaluated for each group.

Its input is the same row of measures, with the dots of the names written as underscores, a null as a null, and a day
as a number of days, since its expressions have no arithmetic of dates that is as fast. The expression node answers a
key a clause, and the decision from those keys; one batch call for many groups beats a call for each.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from itertools import pairwise
from typing import Any

import polars as pl
import zen

from benchmarks.outcomes import CLAUSES, OUTCOMES_OF_ALL

NAME = f"zen-engine {version('zen-engine')}"
ENDLESS = 1_000_000_000
LEAST, OVER_FIFTY = 1 * 12 * 120_00, 51 * 12 * 120_00

Context = dict[str, Any]
Result = dict[str, Any]


class Zen:
    """One engine with the decision compiled."""

    def __init__(self) -> None:
        decision = {"nodes": _nodes(expressions()), "edges": _edges("in", "clauses", "out")}
        content = zen.ZenDecisionContent(json.dumps(decision))
        self._decision = zen.ZenEngine().create_decision(content)
        self._decision.validate()
        loader = {"type": "static", "content": {"clauses": decision}}
        self._engine = zen.ZenEngine({"loader": loader})

    def decide_one(self, context: Context) -> Result:
        return self._decision.evaluate(context)["result"]

    def decide_each(self, contexts: list[Context]) -> list[Result]:
        evaluate = self._decision.evaluate
        return [evaluate(context)["result"] for context in contexts]

    def decide_batch(self, contexts: list[Context]) -> list[Result]:
        requests = [{"key": "clauses", "context": context} for context in contexts]
        return [answer["data"]["result"] for answer in self._engine.evaluate_batch(requests)]


def contexts(measured: pl.DataFrame) -> list[Context]:
    plain = measured.rename(lambda name: name.replace(".", "_"))
    days = pl.selectors.date()
    next_first = pl.col("complete_on").dt.month_start().dt.offset_by("1mo")
    return plain.with_columns(
        complete_early=pl.col("complete_on").dt.day() <= 15,
        next_month=next_first.cast(pl.Int32),
        month_after=next_first.dt.offset_by("1mo").cast(pl.Int32),
    ).with_columns(days.cast(pl.Int32)).to_dicts()  # fmt: skip


def codes(results: list[Result]) -> dict[str, list[int]]:
    """The same codes as everybody's, by clause."""
    return {name: [int(result[_key(name)]) for result in results] for name in OUTCOMES_OF_ALL}


def _key(clause: str) -> str:
    return clause.replace("-", "_")


def _nodes(outcomes: dict[str, str]) -> list[dict[str, Any]]:
    rows = [{"id": key, "key": key, "value": expression} for key, expression in outcomes.items()]
    return [
        {"id": "in", "type": "inputNode", "name": "measures"},
        {"id": "clauses", "type": "expressionNode", "name": "clauses", "content": {"expressions": rows}},
        {"id": "out", "type": "outputNode", "name": "outcomes"},
    ]


def _edges(*ids: str) -> list[dict[str, str]]:
    return [{"id": f"{a}-{b}", "type": "edge", "sourceId": a, "targetId": b} for a, b in pairwise(ids)]


# What a clause is written with ------------------------------------------------------------------------------------
# A condition is a pair of expressions: it holds for sure, and it holds in some case.

Pair = tuple[str, str]


def fact(name: str) -> Pair:
    return f"{name} == true", f"{name} != false"


def told(name: str, condition: str) -> Pair:
    """A condition of one value that may be null."""
    return f"({name} != null and {condition})", f"({name} == null or {condition})"


def least(count: str) -> str:
    return f"({count}_at_least ?? 0)"


def most(count: str) -> str:
    return f"({count}_at_most ?? {ENDLESS})"


def some(count: str) -> Pair:
    return f"{least(count)} >= 1", f"{most(count)} >= 1"


def none(count: str) -> Pair:
    return f"{most(count)} <= 0", f"{least(count)} <= 0"


def both(*pairs: Pair) -> Pair:
    return tuple(f"({' and '.join(side)})" for side in zip(*pairs, strict=True))  # type: ignore[return-value]


def either(*pairs: Pair) -> Pair:
    return tuple(f"({' or '.join(side)})" for side in zip(*pairs, strict=True))  # type: ignore[return-value]


def negated(pair: Pair) -> Pair:
    return f"not ({pair[1]})", f"not ({pair[0]})"


def sure(condition: str) -> Pair:
    return condition, condition


def read(*readings: Pair) -> str:
    """The default's code, or 2 where one reading surely holds and another surely fails."""
    yes, may = readings[0]
    code = f"({yes}) ? 0 : ({may}) ? 3 : 1"
    if len(readings) == 1:
        return f"({code})"
    some_yes, all_may = either(*readings)[0], both(*readings)[1]
    return f"(({some_yes} and not {all_may}) ? 2 : {code})"


def where(applies: Pair, code: str) -> str:
    return f"(({applies[0]}) ? {code} : ({applies[1]}) ? 3 : 4)"


def to_a_person(reading: Pair) -> str:
    return f"(({reading[0]}) ? 0 : ({reading[1]}) ? 3 : 2)"


def in_window(code: str) -> str:
    return f"((in_open_window == true and somebody_enrolls == true and {code} != 0) ? 4 : {code})"


# The clauses ------------------------------------------------------------------------------------------------------


def expressions() -> dict[str, str]:
    """The code of each clause in their order, and of the decision, by key; `$.` is a key that stands before."""
    clauses = {
        **_size(), **_common_law(), **_employer(), **_participation(), **_enrolling(), **_in_general(), **_audit(),
        **_law(),
    }  # fmt: skip
    assert list(clauses) == list(CLAUSES)
    return {**{_key(name): code for name, code in clauses.items()}, "decision": _decision()}


def _reached(side: str, floor: str = f"{LEAST}") -> Pair:
    hours = f"average_hours{side}"
    enough = f"{hours} != null and {hours} >= {floor}"
    return f"({enough})", f"({hours} == null or affiliates_open{side} or {hours} >= {floor})"


def _below(side: str) -> Pair:
    hours = f"average_hours{side}"
    seasonal = both(
        told("months_known_at_least", "months_known_at_least == 12"),
        (f"{most('months_over' + side)} <= 4", f"{least('months_over' + side)} <= 4"),
        none("months_over_without_seasonal" + side),
    )
    return (
        f"({hours} != null and not affiliates_open{side} and ({hours} < {OVER_FIFTY} or {seasonal[0]}))",
        f"({hours} == null or {hours} < {OVER_FIFTY} or {seasonal[1]})",
    )


def _size() -> dict[str, str]:
    readings = []
    for side in ("", "_narrow"):
        counted = _reached(side)
        fewest, others = (
            _reached(side, f"{LEAST} * (1 + {end('s_corporation_shareholders')})") for end in (most, least)
        )
        corporation = "taxed_as_s_corporation"
        left_out = (
            f"({corporation} == true ? {fewest[0]} : ({corporation} == false and {counted[0]}))",
            f"({corporation} == true ? {others[1]} : ({corporation} == null or {counted[1]}))",
        )
        readings += [counted, left_out]
    return {"size-at-least-one": read(*readings), "size-at-most-fifty": read(_below(""), _below("_narrow"))}


def _common_law() -> dict[str, str]:
    found = {}
    for clause, candidates, outside, not_partner in (
        ("employee-on-first-day", "w2_candidates", "w2_outside", "w2_not_partner"),
        ("common-law-employee", "w2_full_time", "w2_full_time_outside", "w2_full_time_not_partner"),
    ):
        beyond_household, beyond_spouse = (
            sure(f"{least(not_partner)} > ({possible} ?? {ENDLESS})")
            for possible in ("household_possible", "spouses_possible")
        )
        somebody = some(candidates)
        regulation = either(
            both(somebody, either(some(outside), negated(fact("one_household")))), beyond_household
        )  # fmt: skip
        found[clause] = read(regulation, either(somebody, beyond_spouse))
    return found


def _in_business() -> Pair:
    recent = told("formed_on", "formed_on > effective_date - 60")
    return either(negated(recent), told("first_payroll_on", "first_payroll_on <= received_on"))


def _employer() -> dict[str, str]:
    compliant = told("secretary_of_state", "secretary_of_state == 'active_compliant'")
    left_out, hours = told("excluded_classes", "excluded_classes == 0"), "hours_required"
    own = both(left_out, told(hours, f"({hours} >= 3000 and {hours} <= 4000)"))
    named = f"other_carrier or {least('alongside')} > 0"
    beside = f"({named})", f"({named} or ({most('alongside')} > 0 and {least('enrolled')} < 1))"
    peo = fact("peo")
    return {
        "bona-fide-relationship": where(some("w2_staff"), to_a_person(both(some("w2_unrelated"), none("w2_unpaid")))),
        "formed-for-business": to_a_person(both(fact("purpose_attested"), _in_business())),
        "business-address": read(told("address_kind", "address_kind in ['physical', 'home']")),
        "service-area": to_a_person(fact("inside_service_area")),
        "business-license": read(either(told("license_expires_on", "license_expires_on >= effective_date"), compliant)),
        "workers-compensation": read(
            either(
                told("workers_compensation", "workers_compensation == 'covered'"),
                told("employees_total", "employees_total < 3"),
                told("activity", "activity == 'farm'"),
            )
        ),
        "no-excluded-classes": read(own, both(own, none("between_hours"))),
        "plans-by-class": where(told("classes", "classes >= 1"), read(none("unlawful_classes"))),
        "dual-carrier": where(both(beside, some("elections")), read(some("enrolled"))),
        "peo-premium": where(peo, read(fact("peo_group_pays"))),
        "peo-contract": where(peo, read(fact("peo_in_group_name"))),
        "peo-considered": where(peo, "2"),
    }


def _participation() -> dict[str, str]:
    readings = []
    affiliates = ("affiliates_enrolled", "affiliates_declined")
    unknown = " or ".join(f"{name} == null" for name in affiliates)
    for theirs in (False, True):
        for suffix in ("", "_without_1099"):
            for rest in ("declines", "declines_or_unlisted"):
                for part in ("enrolled", "enrolled_or_alongside"):
                    part_, rest_ = part + suffix, rest + suffix
                    reached = (f"{least(part_)} >= {most(rest_)}", f"{most(part_)} >= {least(rest_)}")
                    if theirs:
                        yes, may = (side.replace(" >=", " + affiliates_enrolled >=") for side in reached)
                        yes, may = f"{yes} + affiliates_declined", f"{may} + affiliates_declined"
                        reached = f"(not ({unknown}) and {yes})", f"({unknown} or {may})"
                    readings.append(both(fact("somebody_enrolls" + suffix), reached))
    unproved = "waived_unproved"
    without_proof = both(
        fact("somebody_enrolls"),
        (f"{least('enrolled')} >= {most('declines')} + {most(unproved)}",
         f"{most('enrolled')} >= {least('declines')} + {least(unproved)}"),
    )  # fmt: skip
    return {
        "participation": in_window(where(some("elections"), read(*readings))),
        "participation-maintained": where(
            sure("is_renewal"), f"(contract_months > 0 ? {read(none('months_below'))} : 3)"
        ),
        "waiver-proof": where(
            sure(f"proofs_asked and {most('waived')} > 0"), read(either(none(unproved), without_proof))
        ),
    }  # fmt: skip


def _enrolling() -> dict[str, str]:
    contractors, staff = "enrolling_1099", "enrolling_w2"
    offered = f"(offers_1099 == true or {least(contractors)} > 0)"
    nobody = f"(offers_1099 == false or {most('workers_1099')} == 0)"
    return {
        "contribution": in_window(read(none("contribution_short"))),
        "working-hours": read(none("short_of_hours")),
        "minimum-wage": read(none("underpaid")),
        "out-of-area-plan": read(
            either(none("outside"), both(fact("offers_out_of_area_plan"), none("outside_in_other_plan")))
        ),
        "owners-hours": where(sure(f"{most('enrolling_owners')} > 0"), read(none("owner_short"))),
        "share-of-1099": where(
            sure(f"{most(contractors)} > 0"),
            read(
                (f"{most(contractors)} <= {least(staff)}", f"{least(contractors)} <= {most(staff)}"),
                (f"2 * {most(contractors)} <= {least(staff)}", f"2 * {least(contractors)} <= {most(staff)}"),
            ),
        ),
        "form-1099-validation": where((offered, f"({offered} or not {nobody})"), "(has_form_1099_validation ? 0 : 3)"),
    }


def _in_general() -> dict[str, str]:
    ends = "existing_coverage_ends_on"
    return {
        "waiting-period": read(told("waiting_worst_day", "waiting_worst_day <= 91")),
        "keep-existing-coverage": where(
            fact("has_existing_coverage"), read(sure(f"({ends} == null or {ends} >= effective_date - 1)"))
        ),
        "effective-date": read(told("complete_on", "complete_on <= effective_date")),
        "offer-to-all": read(both(fact("offers_at_open_enrollment"), fact("offers_to_new_hires"))),
    }


def _audit() -> dict[str, str]:
    return {
        "wage-papers": where(fact("wages_asked"), read(fact("wages_shown"), fact("wages_shown_by_age"))),
        "ownership-papers": where(
            both(fact("ownership_asked"), fact("ownership_to_show")), read(none("owners_unproved"))
        ),
        "other-tax-papers": where(fact("other_tax_papers"), "2"),
    }


def _law() -> dict[str, str]:
    latest = "(complete_early ? next_month : month_after)"
    return {
        "small-employer-by-law": read(both(_reached(""), _below(""))),
        "waiting-period-by-law": "$.waiting_period",
        "open-window": where(fact("in_open_window"), "0"),
        "effective-date-by-law": read(told("complete_on", f"effective_date >= {latest}")),
    }


def _decision() -> str:
    judged = ("bona-fide-relationship", "formed-for-business", "service-area", "peo-considered", "other-tax-papers")
    advice = ("keep-existing-coverage", "open-window", "effective-date-by-law")
    in_business = _in_business()
    waits = {
        "bona-fide-relationship": "audited",
        "formed-for-business": f"not {in_business[0]} and {in_business[1]}",
        "minimum-wage": "audited",
        "working-hours": f"{most('short_of_hours_enrolling')} > 0",
        "owners-hours": f"{most('owner_short_enrolling')} > 0",
    }
    too_small = "($.size_at_least_one == 1 and existed_all_year == true)"
    refused = f"($.size_at_most_fifty == 1 or $.common_law_employee == 1 or {too_small})"
    refers = [f"$.{_key(name)} == 2" for name, letters in CLAUSES.items() if "R" in letters]
    missing = [
        "not has_employer_application",
        f"({least('elections')} >= 1 and somebody_enrolls == true and not has_enrollment_forms)",
        f"({least('elections')} >= 1 and somebody_waives == true and not has_waiver_forms)",
        f"((offers_1099 == true or {least('enrolling_1099')} > 0) and not has_form_1099_validation)",
    ]
    pends = []
    for name in CLAUSES:
        code = f"$.{_key(name)}"
        if name in waits:
            pends.append(f"({code} == 3 and {waits[name]})" + ("" if name in judged else f" or {code} == 1"))
        elif name not in (*advice, "peo-considered", "other-tax-papers"):
            pends.append(f"{code} == 1 or {code} == 3")
    return (
        f"({refused} and not is_renewal) ? 0 : ({' or '.join(refers)} or {refused}) ? 1 : "
        f"({' or '.join([*pends, *missing])}) ? 2 : 3"
    )
