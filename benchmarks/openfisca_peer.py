"""OpenFisca: all clauses as formulas of a TaxBenefitSystem, vectorized over a population of groups.

The measures are its input variables, a formula each clause, the conditions that several clauses share, and the
decision. OpenFisca has no null, so an input that may be unknown is two booleans (it holds for sure, it holds in some
case), a count lies between two numbers, and a day, a word or a number that is not known has a value that is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import Simulation, SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from benchmarks.outcomes import CLAUSES, OUTCOMES_OF_ALL

NAME = f"openfisca-core {version('openfisca-core')}"
PERIOD = "2025-10"
# int32, as OpenFisca keeps whole numbers, so that a formula's result is not converted once more.
MET, NOT_MET, REFER, NEEDS_EVIDENCE, NOT_APPLICABLE = map(np.int32, range(5))
MANY = 10_000  # at most so many of anything; times a year of hours it is still an int32
UNKNOWN = -999_999
YEAR_OF_ONE = 12 * 120_00
WORDS = {
    "address_kind": ("home", "physical"), "secretary_of_state": ("active_compliant",),
    "workers_compensation": ("covered",), "activity": ("farm",),
}  # fmt: skip

Column = npt.NDArray[Any]
Pair = tuple[Column, Column]
Look = Callable[[str], Column]
Formula = Callable[[Look], Column]
GROUP = build_entity(key="group", plural="groups", label="An employer", is_person=True)


def plain(name: str) -> str:
    return name.replace(".", "_").replace("-", "_")


def outcome_of(clause: str) -> str:
    return f"{plain(clause)}_outcome"


class OpenFisca:
    """A system with its formulas; a simulation is made for each population, since it keeps what it computed."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._system = TaxBenefitSystem([GROUP])
        for name, column in columns.items():
            self._add(name, bool if column.dtype == np.bool_ else int)
        for name, formula in {**SHARED, **FORMULAS}.items():
            self._add(*((name, bool) if name in SHARED else (outcome_of(name), int)), formula)

    def _add(self, name: str, kind: type, formula: Formula | None = None) -> None:
        body: dict[str, Any] = {
            "value_type": kind, "entity": GROUP, "definition_period": DateUnit.MONTH, "label": name,
        }  # fmt: skip
        if formula is not None:
            body["formula"] = lambda group, period: formula(lambda other: group(other, period))
        self._system.add_variable(type(name, (Variable,), body))

    def simulation(self, columns: Mapping[str, Column]) -> Simulation:
        """A population with its measures set."""
        simulation = SimulationBuilder().build_default_simulation(self._system, len(columns["average_hours"]))
        for name, column in columns.items():
            simulation.set_input(name, PERIOD, column)
        return simulation

    def decide(self, simulation: Simulation) -> dict[str, Column]:
        return {name: simulation.calculate(outcome_of(name), PERIOD) for name in OUTCOMES_OF_ALL}


def inputs(measured: pl.DataFrame) -> dict[str, Column]:
    """The measures as OpenFisca's input variables."""
    columns: dict[str, Column] = {}
    for name, dtype in measured.schema.items():
        column, said = measured[name], plain(name)
        if dtype == pl.Boolean:
            columns[f"{said}_yes"] = column.fill_null(False).to_numpy()
            columns[f"{said}_may"] = column.fill_null(True).to_numpy()
        elif dtype == pl.String:
            words = ["", *WORDS[name]]
            number = column.fill_null("").replace_strict(words, [UNKNOWN, *range(1, len(words))], default=0)
            columns[said] = number.cast(pl.Int32).to_numpy()
        elif name.endswith((".at_least", ".at_most")):
            columns[said] = column.fill_null(0 if name.endswith("least") else MANY).cast(pl.Int32).to_numpy()
        elif name in ("household_possible", "spouses_possible"):
            columns[said] = column.fill_null(MANY).cast(pl.Int32).to_numpy()
        else:
            columns[said] = column.cast(pl.Int32).fill_null(UNKNOWN).to_numpy()
    columns["nothing_of_months"] = measured["months_known.at_least"].is_null().to_numpy()
    return columns


# What a formula is written with -----------------------------------------------------------------------------------


def _fact(v: Look, name: str) -> Pair:
    return v(f"{name}_yes"), v(f"{name}_may")


def _when_told(value: Column, holds: Column) -> Pair:
    told = value != UNKNOWN
    return told & holds, ~told | holds


def _some(v: Look, count: str) -> Pair:
    return v(f"{count}_at_least") >= 1, v(f"{count}_at_most") >= 1


def _none(v: Look, count: str) -> Pair:
    return v(f"{count}_at_most") <= 0, v(f"{count}_at_least") <= 0


def _all(*pairs: Pair) -> Pair:
    yes, may = zip(*pairs, strict=True)
    return np.logical_and.reduce(yes), np.logical_and.reduce(may)


def _any(*pairs: Pair) -> Pair:
    yes, may = zip(*pairs, strict=True)
    return np.logical_or.reduce(yes), np.logical_or.reduce(may)


def _not(pair: Pair) -> Pair:
    return ~pair[1], ~pair[0]


def _sure(holds: Column) -> Pair:
    return holds, holds


def _outcome(*readings: Pair, not_met: np.int32 = NOT_MET) -> Column:
    yes, may = readings[0]
    found = np.where(yes, MET, np.where(may, NEEDS_EVIDENCE, not_met))
    if len(readings) == 1:
        return found
    return np.where(_any(*readings)[0] & ~_all(*readings)[1], REFER, found)


def _if(applies: Pair, outcome: Column | np.int32) -> Column:
    return np.where(applies[0], outcome, np.where(applies[1], NEEDS_EVIDENCE, NOT_APPLICABLE))


def _set_aside(v: Look, outcome: Column) -> Column:
    return np.where(v("in_open_window_yes") & v("somebody_enrolls_yes") & (outcome != MET), NOT_APPLICABLE, outcome)


# What several clauses share: one variable for sure, and one for some case ------------------------------------------


def _reached(v: Look, side: str, at_least: Column | int = YEAR_OF_ONE) -> Pair:
    hours = v(f"average_hours{side}")
    yes, may = _when_told(hours, hours >= at_least)
    return yes, may | v(f"affiliates_open{side}_yes")


def _without_shareholders(v: Look, side: str) -> Pair:
    counted, corporation = _reached(v, side), _fact(v, "taxed_as_s_corporation")
    least, most = (1 + v(f"s_corporation_shareholders_{end}") for end in ("at_least", "at_most"))
    yes, may = _reached(v, side, YEAR_OF_ONE * most)[0], _reached(v, side, YEAR_OF_ONE * least)[1]
    return (
        np.where(corporation[0], yes, ~corporation[1] & counted[0]),
        np.where(corporation[0], may, corporation[1] | counted[1]),
    )


def _below(v: Look, side: str) -> Pair:
    hours, known = v(f"average_hours{side}"), v("months_known_at_least")
    over = f"months_over{side}"
    seasonal = _all(
        ((known == 12), (known == 12) | v("nothing_of_months")),
        (v(f"{over}_at_most") <= 4, v(f"{over}_at_least") <= 4),
        _none(v, f"months_over_without_seasonal{side}"),
    )
    yes, may = _any(_sure(hours < 51 * YEAR_OF_ONE), seasonal)
    told = hours != UNKNOWN
    return told & yes & ~v(f"affiliates_open{side}_yes"), ~told | may


SHARED: dict[str, Formula] = {
    f"{what}{side}_{end}": lambda v, pair=pair, side=side, which=which: pair(v, side)[which]  # type: ignore[misc]
    for what, pair in (("reached", _reached), ("below", _below))
    for side in ("", "_narrow")
    for which, end in enumerate(("yes", "may"))
}


# The clauses --------------------------------------------------------------------------------------------------------


def _common_law(candidates: str, outside: str, not_partner: str) -> Formula:
    def formula(v: Look) -> Column:
        somebody, sure = _some(v, candidates), v(f"{not_partner}_at_least")
        regulation = _all(somebody, _any(_some(v, outside), _not(_fact(v, "one_household"))))
        return _outcome(
            _any(regulation, _sure(sure > v("household_possible"))), _any(somebody, _sure(sure > v("spouses_possible")))
        )

    return formula


def _in_business(v: Look) -> Pair:
    formed, paid = v("formed_on"), v("first_payroll_on")
    recent = _when_told(formed, formed > v("effective_date") - 60)
    return _any(_not(recent), _when_told(paid, paid <= v("received_on")))


def _formed(v: Look) -> Column:
    return _outcome(_all(_fact(v, "purpose_attested"), _in_business(v)), not_met=REFER)


def _license(v: Look) -> Column:
    expires, status = v("license_expires_on"), v("secretary_of_state")
    return _outcome(_any(_when_told(expires, expires >= v("effective_date")), _when_told(status, status == 1)))


def _compensation(v: Look) -> Column:
    policy, staff, activity = v("workers_compensation"), v("employees_total"), v("activity")
    return _outcome(
        _any(_when_told(policy, policy == 1), _when_told(staff, staff < 3), _when_told(activity, activity == 1))
    )


def _classes(v: Look) -> Column:
    left_out, hours = v("excluded_classes"), v("hours_required")
    lawful = _when_told(hours, (hours >= 30_00) & (hours <= 40_00))
    own = _all(_when_told(left_out, left_out == 0), lawful)
    return _outcome(own, _all(own, _none(v, "between_hours")))


def _dual_carrier(v: Look) -> Column:
    sure = v("other_carrier_yes") | (v("alongside_at_least") > 0)
    perhaps = (v("alongside_at_most") > 0) & (v("enrolled_at_least") < 1)
    return _if(_all((sure, sure | perhaps), _some(v, "elections")), _outcome(_some(v, "enrolled")))


def _participation(v: Look) -> Column:
    enrolled, declined = v("affiliates_enrolled"), v("affiliates_declined")
    told = (enrolled != UNKNOWN) & (declined != UNKNOWN)
    alone, with_others = [], []
    for suffix in ("", "_without_1099"):
        somebody = _fact(v, f"somebody_enrolls{suffix}")
        for rest in ("declines", "declines_or_unlisted"):
            for part in ("enrolled", "enrolled_or_alongside"):
                ours = v(f"{part}{suffix}_at_least"), v(f"{part}{suffix}_at_most")
                theirs = v(f"{rest}{suffix}_at_most"), v(f"{rest}{suffix}_at_least")
                alone.append(_all(somebody, (ours[0] >= theirs[0], ours[1] >= theirs[1])))
                yes, may = (one + enrolled >= other + declined for one, other in zip(ours, theirs, strict=True))
                with_others.append(_all(somebody, (told & yes, ~told | may)))
    return _set_aside(v, _if(_some(v, "elections"), _outcome(*alone, *with_others)))


def _maintained(v: Look) -> Column:
    told, (yes, may) = v("contract_months") > 0, _none(v, "months_below")
    return _if(_fact(v, "is_renewal"), _outcome((told & yes, ~told | may)))


def _waiver_proof(v: Look) -> Column:
    without = (
        v("enrolled_at_least") >= v("declines_at_most") + v("waived_unproved_at_most"),
        v("enrolled_at_most") >= v("declines_at_least") + v("waived_unproved_at_least"),
    )
    reading = _any(_none(v, "waived_unproved"), _all(_fact(v, "somebody_enrolls"), without))
    return _if(_sure(v("proofs_asked_yes") & (v("waived_at_most") > 0)), _outcome(reading))


def _share_of_1099(v: Look) -> Column:
    fewest, most = v("enrolling_1099_at_least"), v("enrolling_1099_at_most")
    staff, more_staff = v("enrolling_w2_at_least"), v("enrolling_w2_at_most")
    return _if(
        _sure(most > 0), _outcome((most <= staff, fewest <= more_staff), (2 * most <= staff, 2 * fewest <= more_staff))
    )


def _offered_1099(v: Look) -> Pair:
    offered = v("offers_1099_yes") | (v("enrolling_1099_at_least") > 0)
    nobody = ~v("offers_1099_may") | (v("workers_1099_at_most") == 0)
    return offered, offered | ~nobody


def _waiting(v: Look) -> Column:
    worst = v("waiting_worst_day")
    return _outcome(_when_told(worst, worst <= 91))


def _keep(v: Look) -> Column:
    ends = v("existing_coverage_ends_on")
    return _if(
        _fact(v, "has_existing_coverage"), _outcome(_sure((ends == UNKNOWN) | (ends >= v("effective_date") - 1)))
    )


def _in_time(v: Look) -> Column:
    complete = v("complete_on")
    return _outcome(_when_told(complete, complete <= v("effective_date")))


def _by_law(v: Look) -> Column:
    complete = v("complete_on")
    day = np.where(complete == UNKNOWN, 0, complete).astype("M8[D]")
    month = day.astype("M8[M]")
    early = (day - month.astype("M8[D]")).astype(np.int32) < 15
    latest = (month + np.where(early, 1, 2)).astype("M8[D]").astype(np.int32)
    return _outcome(_when_told(complete, v("effective_date") >= latest))


def _between(v: Look, name: str, low: int, high: int) -> Column:
    value = v(name)
    return _outcome(_when_told(value, (value >= low) & (value <= high)))


FORMULAS: dict[str, Formula] = {
    "size-at-least-one": lambda v: _outcome(
        _fact(v, "reached"), _without_shareholders(v, ""), _fact(v, "reached_narrow"),
        _without_shareholders(v, "_narrow"),
    ),
    "size-at-most-fifty": lambda v: _outcome(_fact(v, "below"), _fact(v, "below_narrow")),
    "employee-on-first-day": _common_law("w2_candidates", "w2_outside", "w2_not_partner"),
    "common-law-employee": _common_law("w2_full_time", "w2_full_time_outside", "w2_full_time_not_partner"),
    "bona-fide-relationship": lambda v: _if(
        _some(v, "w2_staff"), _outcome(_all(_some(v, "w2_unrelated"), _none(v, "w2_unpaid")), not_met=REFER)
    ),
    "formed-for-business": _formed,
    "business-address": lambda v: _between(v, "address_kind", 1, 2),
    "service-area": lambda v: _outcome(_fact(v, "inside_service_area"), not_met=REFER),
    "business-license": _license,
    "workers-compensation": _compensation,
    "no-excluded-classes": _classes,
    "plans-by-class": lambda v: _if(
        _when_told(v("classes"), v("classes") >= 1), _outcome(_none(v, "unlawful_classes"))
    ),
    "dual-carrier": _dual_carrier,
    "peo-premium": lambda v: _if(_fact(v, "peo"), _outcome(_fact(v, "peo_group_pays"))),
    "peo-contract": lambda v: _if(_fact(v, "peo"), _outcome(_fact(v, "peo_in_group_name"))),
    "peo-considered": lambda v: _if(_fact(v, "peo"), REFER),
    "participation": _participation,
    "participation-maintained": _maintained,
    "waiver-proof": _waiver_proof,
    "contribution": lambda v: _set_aside(v, _outcome(_none(v, "contribution_short"))),
    "working-hours": lambda v: _outcome(_none(v, "short_of_hours")),
    "minimum-wage": lambda v: _outcome(_none(v, "underpaid")),
    "out-of-area-plan": lambda v: _outcome(
        _any(_none(v, "outside"), _all(_fact(v, "offers_out_of_area_plan"), _none(v, "outside_in_other_plan")))
    ),
    "owners-hours": lambda v: _if(_sure(v("enrolling_owners_at_most") > 0), _outcome(_none(v, "owner_short"))),
    "share-of-1099": _share_of_1099,
    "form-1099-validation": lambda v: _if(
        _offered_1099(v), np.where(v("has_form_1099_validation_yes"), MET, NEEDS_EVIDENCE)
    ),
    "waiting-period": _waiting,
    "keep-existing-coverage": _keep,
    "effective-date": _in_time,
    "offer-to-all": lambda v: _outcome(_all(_fact(v, "offers_at_open_enrollment"), _fact(v, "offers_to_new_hires"))),
    "wage-papers": lambda v: _if(
        _fact(v, "wages_asked"), _outcome(_fact(v, "wages_shown"), _fact(v, "wages_shown_by_age"))
    ),
    "ownership-papers": lambda v: _if(
        _all(_fact(v, "ownership_asked"), _fact(v, "ownership_to_show")), _outcome(_none(v, "owners_unproved"))
    ),
    "other-tax-papers": lambda v: _if(_fact(v, "other_tax_papers"), REFER),
    "small-employer-by-law": lambda v: _outcome(_all(_fact(v, "reached"), _fact(v, "below"))),
    "waiting-period-by-law": lambda v: v(outcome_of("waiting-period")),
    "open-window": lambda v: _if(_fact(v, "in_open_window"), MET),
    "effective-date-by-law": _by_law,
    "decision": lambda v: _decision(v),
}  # fmt: skip

_ADVICE = {"keep-existing-coverage", "open-window", "effective-date-by-law"}


def _waits(v: Look) -> dict[str, Column]:
    """Of which groups the decision waits for a clause's evidence, where that is not all of them."""
    yes, may = _in_business(v)
    return {
        "bona-fide-relationship": v("audited_yes"),
        "formed-for-business": ~yes & may,
        "minimum-wage": v("audited_yes"),
        "working-hours": v("short_of_hours_enrolling_at_most") > 0,
        "owners-hours": v("owner_short_enrolling_at_most") > 0,
    }


def _decision(v: Look) -> Column:
    codes = {name: v(outcome_of(name)) for name in CLAUSES if name not in _ADVICE}
    refused = (codes["size-at-most-fifty"] == NOT_MET) | (codes["common-law-employee"] == NOT_MET)
    refused |= (codes["size-at-least-one"] == NOT_MET) & v("existed_all_year_yes")
    renewal, elected = v("is_renewal_yes"), v("elections_at_least") > 0
    lacking = [
        ~v("has_employer_application_yes"),
        elected & v("somebody_enrolls_yes") & ~v("has_enrollment_forms_yes"),
        elected & v("somebody_waives_yes") & ~v("has_waiver_forms_yes"),
        _offered_1099(v)[0] & ~v("has_form_1099_validation_yes"),
    ]
    refers = np.logical_or.reduce([code == REFER for code in codes.values()])
    pends = np.logical_or.reduce([code == NOT_MET for code in codes.values()] + lacking)
    waits = _waits(v)
    open_ = np.logical_or.reduce(
        [(code == NEEDS_EVIDENCE) & waits.get(name, True) for name, code in codes.items()]
    )  # fmt: skip
    decline, refer, pend, approve = map(np.int32, range(4))
    return np.where(
        refused & ~renewal, decline,
        np.where(refers | refused, refer, np.where(pends | open_, pend, approve)),
    )  # fmt: skip
