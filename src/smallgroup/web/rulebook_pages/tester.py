"""A clause tried on an invented group: the facts that a person types → the finding, with every reading's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import yaml

from smallgroup import dates
from smallgroup.census.fields import SCHEMA
from smallgroup.group import GroupFile, read_group
from smallgroup.rating.area_rates import AreaRates, Plan
from smallgroup.rating.bands import BANDS
from smallgroup.underwriting.decide import Finding, found_in
from smallgroup.underwriting.facts import facts_of
from smallgroup.web.rulebook_pages.tester_fields import FIELDS, MOST, Field, fields_of

if TYPE_CHECKING:
    from smallgroup.underwriting import Edition

Values = Mapping[str, Any]
HMO, OUT_OF_AREA = "EXAMPLE-HMO", "EXAMPLE-OUT-OF-AREA"
_ORDINARY: dict[str, Any] = {
    "relationship": "employee", "date_of_birth": date(1985, 6, 1), "worker_type": "w2", "related_to_owner": "none",
    "hours_per_week": 40_00, "status": "active", "hired_on": date(2012, 1, 9), "weekly_pay": 900_00,
    "county": "Fulton", "works_in_area_percent": 100_00, "election": "enroll",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A field as the form shows it: what stands in it, whether it is marked as not known, and what is wrong."""

    field: Field
    text: str
    unknown: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """The form, and the answer unless something in the form is wrong. `not_known` are the labels of what is open."""

    shown: tuple[Shown, ...]
    finding: Finding | None
    not_known: tuple[str, ...] = ()


def try_clause(in_force: Edition, clause_id: str, typed: Mapping[str, str], unknown: frozenset[str]) -> Tried:
    """Answer for what was typed, by field; what was not typed has its start. A field that is wrong says why."""
    effective = dates.first_of_next_month(in_force.on)
    fields = fields_of(clause_id, in_force.on, effective)
    shown, values = [], {}
    for field in fields:
        text = typed.get(field.key, field.start).strip()
        open_ = field.may_be_unknown and (field.key in unknown or not text)
        why = ""
        try:
            values[field.key] = None if open_ else _value(field, text)
        except ValueError as error:
            why = str(error)
        shown.append(Shown(field, text, open_, why))
    if any(one.why for one in shown) or not fields:
        return Tried(tuple(shown), None)
    finding = answer(in_force, clause_id, values)
    not_known = tuple(one.field.label for one in shown if one.unknown)
    return Tried(tuple(shown), finding, not_known)


def _value(field: Field, text: str) -> Any:
    """What was typed, as a value. Raises ValueError with a sentence."""
    if field.kind == "day":
        day = dates.day(text)
        if not 2014 <= day.year <= 2100 and field.key in ("effective_date", "complete_on"):
            raise ValueError("Write a day from 2014, when these rules began, to 2100.")
        return day
    if field.kind in ("choice", "yes_no"):
        known = [word for word, _ in field.words] or ["yes", "no"]
        if text not in known:
            raise ValueError(f"{text[:40]!r} is none of the choices. Choose one from the list.")
        return text == "yes" if field.kind == "yes_no" else text
    most = {"number": 168 if field.unit == "hours" else 9_999, "percent": 100}.get(
        field.kind, 12 if field.unit == "months" else MOST
    )
    if not (text.isascii() and text.isdigit() and len(text) <= 4) or int(text) > most:
        raise ValueError(f"{text[:20]!r} is no whole number from 0 to {most:,}. Write one, or mark it as not known.")
    return int(text)


def answer(in_force: Edition, clause_id: str, values: Values) -> Finding:
    """What the clause says of the invented group with these facts; None is not known.

    A number of people that is not known may be any: the counts then lie between those with none and with very many of
    them, so that a reading is decided only where each of these numbers agrees.
    """
    effective = values.get("effective_date") or dates.first_of_next_month(in_force.on)
    starts = {key: _start(field, in_force.on, effective) for key, field in FIELDS.items() if field.measure is None}
    known = {**starts, **values}
    file = read_group(yaml.safe_dump(_application(known), sort_keys=False), file="The tester's group")
    open_people = [key for key, field in FIELDS.items() if field.row is not None and known[key] is None]
    few = _measured(in_force, file, known, dict.fromkeys(open_people, 0))
    measured, people, notes = few
    if open_people:
        many, _, _ = _measured(in_force, file, known, dict.fromkeys(open_people, MOST))
        measured = _between(measured, many)
    measured = _laid_over(measured, values).with_columns_seq(**in_force.derived_measures)
    _, findings = found_in(in_force, measured, people, notes, file)
    return next(one for one in findings if one.clause == clause_id)


def _start(field: Field, on: date, effective: date) -> Any:
    days = {"complete_on": on, "effective_date": effective, "existing_ends_on": effective,
            "license_expires_on": date(effective.year + 1, 12, 31)}  # fmt: skip
    return days.get(field.key) or _value(field, field.start)


def _measured(
    in_force: Edition, file: GroupFile, known: Values, of_open: Mapping[str, int]
) -> tuple[pl.DataFrame, pl.DataFrame, Mapping[str, Any]]:
    facts = facts_of(file, _census({**known, **of_open}), _rates(file), in_force)
    measured, people = in_force.measure(facts.groups, facts.people, facts.months)
    return measured, people, facts.notes


def _census(known: Values) -> pl.DataFrame:
    rows, number = [], count(1)
    owners = (known["owners"] or 0) + (known["owners_short"] or 0)
    for key, field in FIELDS.items():
        if field.row is None:
            continue
        for _ in range(known[key]):
            member = str(next(number))
            share = {"ownership_percent": 100_00 // owners} if key.startswith("owners") else {}
            rows.append({**_ORDINARY, **field.row, **share, "family_id": member, "member_id": member})
    return pl.DataFrame({name: [row.get(name) for row in rows] for name in SCHEMA}, schema=SCHEMA)


def _rates(file: GroupFile) -> AreaRates:
    """Two invented plans, so that it is known which of those offered is the out-of-area one."""
    plans = (Plan(HMO, "Example HMO", "silver", "hmo"), Plan(OUT_OF_AREA, "Example PPO", "silver", "ooa_ppo"))
    monthly = np.array([[400_00] * (3 * len(BANDS)), [500_00] * (3 * len(BANDS))], np.int64)
    return AreaRates(1, file.effective_date, plans, monthly, (), absent={})


def _between(few: pl.DataFrame, many: pl.DataFrame) -> pl.DataFrame:
    """Counts from the fewest to the most; a sum that hangs on how many they are is not known."""
    low, high, row = few.row(0, named=True), many.row(0, named=True), {}
    for name, value in low.items():
        if value == high[name]:
            row[name] = value
        elif name.endswith((".at_least", ".at_most")):
            row[name] = min(value, high[name]) if name.endswith(".at_least") else max(value, high[name])
        else:
            row[name] = None
    return pl.DataFrame([row], schema=few.schema)


def _laid_over(measured: pl.DataFrame, values: Values) -> pl.DataFrame:
    """The row with the measures that a person typed as they are."""
    row = measured.row(0, named=True)
    for key, value in values.items():
        name = FIELDS[key].measure
        if name in row:
            row[name] = value
        elif name is not None and f"{name}.at_least" in row:
            row[f"{name}.at_least"], row[f"{name}.at_most"] = (0, MOST) if value is None else (value, value)
    return pl.DataFrame([row], schema=measured.schema)


def _application(v: Values) -> dict[str, Any]:
    """group.yaml of the invented group."""
    effective: date = v["effective_date"]
    plans = None if v["out_of_area_plan"] is None else [HMO, *([OUT_OF_AREA] if v["out_of_area_plan"] else [])]
    kinds = ["employer_application", "enrollment_forms", "waiver_forms", "business_license"]
    kinds += ["form_1099_validation"] * bool(v["form_1099"]) + ["proof_of_other_coverage"] * bool(v["proofs"])
    tree: dict[str, Any] = {
        "group": {
            "legal_name": "Example Crumb Bakery Inc", "taxed_as": v["taxed_as"], "activity": v["activity"],
            "entity": {"sole_proprietor": "sole_proprietor", "partnership": "partnership"}.get(
                v["taxed_as"] or "", "corporation"
            ) if v["taxed_as"] else None,
            "personal_service": False, "formed_on": v["formed_on"], "first_payroll_on": v["first_payroll_on"],
            "employees_total": v["employees_total"], "purpose_attested": v["purpose_attested"],
            "address": {"county": v["county"], "state": "GA" if v["county"] else None, "kind": v["address_kind"]},
            "business_license": {"issued_by": "City of Atlanta", "expires_on": v["license_expires_on"]},
            "secretary_of_state": v["secretary_of_state"], "workers_compensation": v["workers_compensation"],
            "public_agency": False, "affiliates": _affiliates(v, effective.year - 1),
            "peo": {
                "premium_paid_by": v["peo_pays"], "contract_in_name_of": v["peo_contract"], "signed_by": v["peo_signed"]
            } if v["peo"] else None,
            "other_carrier": {"name": "Example Mutual"} if v["other_carrier"] else None,
            "existing_coverage": {"carrier": "Example Mutual", "ends_on": v["existing_ends_on"]}
            if v["existing"] else None,
        },
        "application": {
            "effective_date": effective, "complete_on": v["complete_on"],
            "waiting_period": {"kind": v["wait"], "days": v["wait_days"], "orientation": v["orientation"]}
            if None not in (v["wait"], v["wait_days"], v["orientation"]) else None,
            "hours_required": v["hours_required"], "offers_at_open_enrollment": v["offers_open"],
            "offers_to_new_hires": v["offers_new"],
            "excluded_classes": None if v["left_out"] is None else ["drivers"] if v["left_out"] else [],
            "classes": _CLASSES[v["classes"]], "plans": plans,
            "contribution": None if v["percent"] is None
            else {"employee": {"percent": v["percent"], "of": "lowest_priced_plan"}},
            "offers_1099": v["offers_1099"],
            "documents": [{"kind": kind, "status": "received"} for kind in kinds],
        },
        "workforce": _workforce(v, effective.year - 1),
        "contract": _contract(v, effective) if v["renewal"] else None,
        "audit": {"requested_on": None, "items": []} if v["audit"] else None,
    }  # fmt: skip
    return _typed(tree)  # type: ignore[no-any-return]


_CLASSES: dict[str | None, Any] = {
    None: None, "none": [],
    "location": [{"name": "Macon", "basis": "location", "usual_practice": True, "plans": [HMO]}],
    "health": [{"name": "the ill", "basis": "health", "usual_practice": True, "plans": [HMO]}],
}  # fmt: skip


def _typed(value: Any) -> Any:
    """As somebody types it: without what is not known, and numbers and days as text."""
    if isinstance(value, dict):
        return {key: _typed(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_typed(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def _months(year: int) -> list[str]:
    return [f"{year}-{month:02d}" for month in range(1, 13)]


def _workforce(v: Values, year: int) -> list[dict[str, Any]] | None:
    if None in (v["staff"], v["part_time"], v["seasonal"], v["season"]):
        return None
    return [
        {
            "month": month, "full_time": v["staff"] + (v["seasonal"] if place < v["season"] else 0),
            "part_time_hours": [80] * v["part_time"], "seasonal_full_time": v["seasonal"] * (place < v["season"]),
        }
        for place, month in enumerate(_months(year))
    ]  # fmt: skip


def _affiliates(v: Values, year: int) -> list[dict[str, Any]] | None:
    staff, enroll, decline = v["sister_staff"], v["sister_enroll"], v["sister_decline"]
    if None in (staff, enroll, decline):
        return None
    if not (staff or enroll or decline):
        return []
    return [{
        "legal_name": "Example Sister Inc", "relation": "controlled_group", "applying": False,
        "eligible": enroll + decline, "enrolling": enroll, "waiving": 0,
        "workforce": [{"month": month, "full_time": staff, "part_time_hours": []} for month in _months(year)],
    }]  # fmt: skip


def _contract(v: Values, effective: date) -> dict[str, Any]:
    good, below = v["months_good"], v["months_below"]
    months = [] if None in (good, below) else [8] * good + [4] * below
    start = effective.replace(year=effective.year - 2, day=1)
    return {
        "original_effective_date": start,
        "months": [
            {"month": f"{dates.months_after(start, place):%Y-%m}", "eligible": 10, "valid_waivers": 0,
             "enrolled": enrolled}
            for place, enrolled in enumerate(months)
        ],
    }  # fmt: skip


def because_of(tried: Tried) -> str:
    """The finding's sentence; where it turns on a number of people that is not known, the sentence of that."""
    finding = tried.finding
    if finding is None:
        return ""
    if finding.outcome == "needs evidence" and tried.not_known:
        said = "; ".join(label[0].lower() + label[1:] if label[1:2].islower() else label for label in tried.not_known)
        return f"It turns on what is not known: {said}."
    return finding.because


