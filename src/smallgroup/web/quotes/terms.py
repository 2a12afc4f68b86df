"""The terms of a quote: what is chosen of county, date, plans and contribution; and the application made of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from smallgroup import money
from smallgroup.dates import first_of_next_month, months_after
from smallgroup.errors import Problem, Refused
from smallgroup.group.application import Address, Application, Contribution, Flat, Group, GroupFile, PercentOf
from smallgroup.group.write import group_text
from smallgroup.rating.area import rating_area
from smallgroup.rulebook import Guideline, guideline_in_force
from smallgroup.web import rates

if TYPE_CHECKING:
    from django.http import QueryDict

    from smallgroup.rating.area_rates import AreaRates, Plan
    from smallgroup.rating.rate_table import RateTable

MONTHS = 12
MOST_CENTS = 100_000_00  # a month, for one family: more is a slip of the hand
METALS = ("Catastrophic", "Bronze", "Silver", "Gold", "Platinum")
_ZIP = re.compile(r"\d{5}(-\d{4})?")


@dataclass(frozen=True, slots=True)
class Terms:
    """As typed: `employee` and `dependents` are amounts whose unit, `percent` or `dollars`, stands beside them.

    `plans` and `metals` narrow what is offered; both empty, every plan of the area is.
    """

    legal_name: str = ""
    county: str = ""
    zip: str = ""
    effective_date: str = ""
    plans: tuple[str, ...] = ()
    metals: tuple[str, ...] = ()
    employee: str = "50"
    employee_unit: str = "percent"
    dependents: str = "0"
    dependents_unit: str = "percent"

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "plans": list(self.plans), "metals": list(self.metals)}

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> Terms:
        found = {name: told[name] for name in cls.__slots__ if name in told}
        return cls(**{**found, "plans": tuple(told.get("plans", ())), "metals": tuple(told.get("metals", ()))})

    @classmethod
    def of_form(cls, form: QueryDict) -> Terms:
        texts = {name: " ".join((form.get(name) or "").split())[:200] for name in cls.__slots__}
        lists = {name: [one[:60] for one in dict.fromkeys(form.getlist(name)[:500])] for name in ("plans", "metals")}
        return cls.of_json({**texts, **lists})


@dataclass(frozen=True, slots=True)
class Asked:
    """Terms that hold together: the application, and which plans of the area are offered."""

    terms: Terms
    file: GroupFile
    text: str
    guideline: Guideline
    rates: AreaRates
    offered: tuple[str, ...]


def asked(terms: Terms, *, as_of: date) -> Asked:
    """Raises Refused with everything that is wrong with the terms, all at once."""
    guideline, problems = guideline_in_force(as_of), list[Problem]()
    effective = _effective(terms, problems)
    if terms.zip and not _ZIP.fullmatch(terms.zip):
        problems.append(Problem("ZIP code", f"{terms.zip[:12]!r} is no ZIP code.", "Write five digits, such as 30303."))
    address, area = Address(county=terms.county or None, state=guideline.state, zip=terms.zip or None), None
    if not terms.county:
        problems.append(Problem("County", "the rates hang on the county of the business address.", "Choose it."))
    else:
        try:
            area = rating_area(guideline, address, as_of)
        except Refused as refused:
            problems += [Problem("County", one.why, one.fix) for one in refused.problems]
    employee = _part("The employer's part for employees", terms.employee, terms.employee_unit, problems)
    dependents = _part("The employer's part for dependents", terms.dependents, terms.dependents_unit, problems)
    if not terms.employee:
        problems.append(Problem("The employer's part for employees", "it is not said.", "Write it; 0 is an answer."))
    found, offered = None, tuple[str, ...]()
    if effective is not None and area is not None:
        try:
            found = rates.area_rates(guideline.state, area, effective)
        except Refused as refused:
            problems += refused.problems
        if found is not None and not (found.plans or found.refused):
            have = [day for day, there in days(guideline.state, as_of) if there]
            first = f"The nearest day with rates is {have[0]:%B} {have[0].day}, {have[0].year}." if have else (
                "Ask whoever runs this portal to import them.")  # fmt: skip
            problems.append(Problem("Effective date", "there are no rates for this day in this rating area.", first))
        elif found is not None:
            offered = _offered(terms, found, problems)
    if problems or found is None or effective is None:
        raise Refused(problems)
    file = GroupFile(
        group=Group(legal_name=terms.legal_name or None, address=address),
        application=Application(
            effective_date=effective, plans=offered if terms.plans or terms.metals else None,
            contribution=Contribution(employee=employee, dependents=dependents) if employee else None,
        ),
    )  # fmt: skip
    return Asked(terms, file, group_text(file), guideline, found, offered)


def _effective(terms: Terms, problems: list[Problem]) -> date | None:
    where = "Effective date"
    try:
        day = date.fromisoformat(terms.effective_date)
    except ValueError:
        said = f"{terms.effective_date[:20]!r} is no day." if terms.effective_date else "it is not chosen."
        problems.append(Problem(where, said, "Choose the first of a month."))
        return None
    if day.day != 1 or not 2014 <= day.year <= 2100:
        problems.append(Problem(where, "coverage starts on the first of a month.", "Choose the first of a month."))
        return None
    return day


def _part(where: str, text: str, unit: str, problems: list[Problem]) -> PercentOf | Flat | None:
    text = text.strip().removesuffix("%").lstrip("$").replace(",", "").strip()
    if not text:
        return None
    try:
        if "." in text and len(text.partition(".")[2]) > 4:
            raise ValueError(f"{text[:20]!r} has more decimals than a contribution has. Write at most four.")
        if unit == "percent":
            return PercentOf(percent=money.percent(text))
        if unit == "dollars":
            amount = money.cents(text)
            if not 0 <= amount <= MOST_CENTS:
                raise ValueError(f"it is from $0.00 to {money.pretty(MOST_CENTS)} a month.")
            return Flat(dollars=amount)
    except ValueError as error:
        problems.append(Problem(where, str(error), ""))
        return None
    problems.append(Problem(where, f"{text[:20]} could be percent or dollars.", "Choose which."))
    return None


def _offered(terms: Terms, found: AreaRates, problems: list[Problem]) -> tuple[str, ...]:
    known = {plan.plan_id: plan for plan in found.plans}
    refused = {one.plan_id for one in found.refused}
    for plan_id in terms.plans:
        if plan_id not in known and plan_id not in refused:
            problems.append(Problem("Plans", found.why_absent(plan_id), ""))
    chosen = [
        plan_id for plan_id in sorted(known.keys() | refused)
        if (not terms.plans or plan_id in terms.plans)
        and (not terms.metals or (plan_id in known and metal_of(known[plan_id]) in terms.metals))
    ]  # fmt: skip
    if not chosen:
        problems.append(Problem("Plans", "no plan is left by what is chosen.", "Choose another metal, or more plans."))
    return tuple(chosen)


def metal_of(plan: Plan) -> str:
    return (plan.metal or "Other").capitalize()


# --- what there is to choose from ------------------------------------------------------------------


@lru_cache(maxsize=32)
def counties(guideline: Guideline, as_of: date) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """The counties of the state by rating area, as the guideline lists them."""
    heading = guideline.headings.get("rating_areas")
    if heading is None:
        return ()
    areas = heading.value("areas", as_of, dict[int, tuple[str, ...]])
    return tuple((area, tuple(sorted(names))) for area, names in sorted(areas.items()))


def days(state: str | None, as_of: date) -> list[tuple[date, bool]]:
    """The firsts of the coming months, and whether there are rates for any; those with rates come first."""
    firsts = [months_after(first_of_next_month(as_of), ahead) for ahead in range(MONTHS)]
    try:
        table = rates.rate_table(state)
    except Refused:
        return [(day, False) for day in firsts]
    known = _days_known(table, tuple(firsts))
    return [(day, True) for day in firsts if day in known] + [(day, False) for day in firsts if day not in known]


@lru_cache(maxsize=32)
def _days_known(table: RateTable, firsts: tuple[date, ...]) -> frozenset[date]:
    spans = table.rows.select("effective_from", "effective_to").unique()
    return frozenset(
        day for day in firsts
        if spans.filter((pl.col("effective_from") <= day) & (pl.col("effective_to") >= day)).height
    )  # fmt: skip


def plans(terms: Terms, *, as_of: date) -> list[tuple[str, Sequence[Plan]]]:
    """The plans to choose from by metal: of the county and day where both are known, else none."""
    try:
        day = date.fromisoformat(terms.effective_date)
        chosen = guideline_in_force(as_of)
        area = rating_area(chosen, Address(county=terms.county, state=chosen.state), as_of)
        found = rates.area_rates(chosen.state, area, day)
    except (ValueError, Refused):
        return []
    by_metal: dict[str, list[Plan]] = {}
    for plan in found.plans:
        by_metal.setdefault(metal_of(plan), []).append(plan)
    order = {metal: at for at, metal in enumerate(METALS)}
    return sorted(by_metal.items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0]))
