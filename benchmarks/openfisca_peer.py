"""OpenFisca: the seven clauses as formulas of a TaxBenefitSystem, vectorized over a population of groups.

The measures are its input variables; each reading is two formulas (it holds for sure, it holds in some case), each
clause and the decision one. OpenFisca has no null: the default of a variable stands for it, as in numpy_limit.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import Simulation, SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from benchmarks.numpy_limit import CLAUSES, LEAST_HOURS, OVER_FIFTY, SEASONAL_MONTHS

NAME = f"openfisca-core {version('openfisca-core')}"
PERIOD = "2025-10"

Column = npt.NDArray[Any]
Formula = Callable[[Callable[[str], Column]], Column]
GROUP = build_entity(key="group", plural="groups", label="An employer", is_person=True)


def plain(name: str) -> str:
    return name.replace(".", "_").replace("-", "_")


class OpenFisca:
    """A system with its formulas; a simulation is made for each population, since it keeps what it computed."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._system = TaxBenefitSystem([GROUP])
        for name, column in columns.items():
            self._add(plain(name), bool if column.dtype == np.bool_ else int)
        for name, formula in _formulas().items():
            self._add(name, int if name in OUTCOMES.values() else bool, formula)

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
            simulation.set_input(plain(name), PERIOD, column)
        return simulation

    def decide(self, simulation: Simulation) -> dict[str, Column]:
        return {name: simulation.calculate(variable, PERIOD) for name, variable in OUTCOMES.items()}


def inputs(columns: Mapping[str, Column]) -> dict[str, Column]:
    """The columns of numpy_limit.arrays in the types that OpenFisca keeps, whose whole numbers are int32."""
    return {name: column if column.dtype == np.bool_ else column.astype(np.int32) for name, column in columns.items()}


OUTCOMES = {name: plain(name) for name in (*CLAUSES, "decision")}
# int32, so that a formula's result is not converted once more.
MET, NOT_MET, REFER, NEEDS_EVIDENCE, NOT_APPLICABLE = map(np.int32, range(5))


def _formulas() -> dict[str, Formula]:
    """Every formula by name; `v` looks up another variable of the same groups and month."""
    formulas: dict[str, Formula] = {}
    for n, (part, rest, somebody) in enumerate(_PAIRS):
        formulas[f"participation_{n}_yes"] = _reaches(part, "at_least", rest, "at_most", f"{somebody}_yes")
        formulas[f"participation_{n}_may"] = _reaches(part, "at_most", rest, "at_least", f"{somebody}_may")
    formulas |= {
        "seasonal_only_yes": lambda v: (
            v("months_known") & (v("months_known_at_least") == 12)
            & (v("months_over_at_most") <= SEASONAL_MONTHS) & (v("months_over_without_seasonal_at_most") <= 0)
        ),
        "seasonal_only_may": lambda v: (
            (~v("months_known") | (v("months_known_at_least") == 12))
            & (v("months_over_at_least") <= SEASONAL_MONTHS) & (v("months_over_without_seasonal_at_least") <= 0)
        ),
        "regulation_yes": lambda v: (
            ((v("w2_full_time_at_least") >= 1) & ((v("w2_full_time_outside_at_least") >= 1) | ~v("one_household_may")))
            | (v("w2_full_time_not_partner_at_least") > v("household_possible"))
        ),
        "regulation_may": lambda v: (
            ((v("w2_full_time_at_most") >= 1) & ((v("w2_full_time_outside_at_most") >= 1) | ~v("one_household_yes")))
            | (v("w2_full_time_not_partner_at_least") > v("household_possible"))
        ),
        "literal_yes": lambda v: (
            (v("w2_full_time_at_least") >= 1) | (v("w2_full_time_not_partner_at_least") > v("spouses_possible"))
        ),
        "literal_may": lambda v: (
            (v("w2_full_time_at_most") >= 1) | (v("w2_full_time_not_partner_at_least") > v("spouses_possible"))
        ),
        "half_of_all_yes": lambda v: v("enrolling_1099_at_most") <= v("enrolling_w2_at_least"),
        "half_of_all_may": lambda v: v("enrolling_1099_at_least") <= v("enrolling_w2_at_most"),
        "half_of_staff_yes": lambda v: 2 * v("enrolling_1099_at_most") <= v("enrolling_w2_at_least"),
        "half_of_staff_may": lambda v: 2 * v("enrolling_1099_at_least") <= v("enrolling_w2_at_most"),
        "size_at_least_one": lambda v: _outcome(
            v("average_hours") >= LEAST_HOURS, (v("average_hours") >= LEAST_HOURS) | (v("average_hours") < 0)
        ),
        "size_at_most_fifty": lambda v: np.where(
            v("average_hours") < 0, NEEDS_EVIDENCE,
            _outcome(
                (v("average_hours") < OVER_FIFTY) | v("seasonal_only_yes"),
                (v("average_hours") < OVER_FIFTY) | v("seasonal_only_may"),
            ),
        ),
        "common_law_employee": lambda v: _outcome_of(v, ["regulation", "literal"]),
        "participation": lambda v: _applicable(
            v("elections_at_least") >= 1, v("elections_at_most") >= 1,
            _outcome_of(v, [f"participation_{n}" for n in range(len(_PAIRS))]),
        ),
        "contribution": lambda v: _outcome(v("contribution_short_at_most") <= 0, v("contribution_short_at_least") <= 0),
        "share_of_1099": lambda v: np.where(
            v("enrolling_1099_at_most") > 0, _outcome_of(v, ["half_of_all", "half_of_staff"]), NOT_APPLICABLE
        ),
        "form_1099_validation": _form,
        "decision": _decision,
    }  # fmt: skip
    return formulas


_PAIRS = [
    (part + suffix, rest + suffix, "somebody_enrolls" + suffix)
    for suffix in ("", "_without_1099")
    for rest in ("declines", "declines_or_unlisted")
    for part in ("enrolled", "enrolled_or_alongside")
]


def _reaches(part: str, part_end: str, rest: str, rest_end: str, somebody: str) -> Formula:
    return lambda v: v(somebody) & (v(f"{part}_{part_end}") >= v(f"{rest}_{rest_end}"))


def _outcome(yes: Column, may: Column) -> Column:
    return np.where(yes, MET, np.where(may, NEEDS_EVIDENCE, NOT_MET))


def _outcome_of(v: Callable[[str], Column], readings: list[str]) -> Column:
    yes, may = [v(f"{name}_yes") for name in readings], [v(f"{name}_may") for name in readings]
    differ = np.logical_or.reduce(yes) & ~np.logical_and.reduce(may)
    return np.where(differ, REFER, _outcome(yes[0], may[0]))


def _applicable(yes: Column, may: Column, outcome: Column) -> Column:
    return np.where(yes, outcome, np.where(may, NEEDS_EVIDENCE, NOT_APPLICABLE))


def _form(v: Callable[[str], Column]) -> Column:
    offered = v("offers_1099_yes") | (v("enrolling_1099_at_least") > 0)
    nobody = ~v("offers_1099_may") | (v("workers_1099_at_most") == 0)
    filed = _outcome(v("has_form_1099_validation_yes"), v("has_form_1099_validation_may"))
    return _applicable(offered, offered | ~nobody, filed)


def _decision(v: Callable[[str], Column]) -> Column:
    codes = [v(plain(name)) for name in CLAUSES]
    declines = (
        ((v("size_at_least_one") == NOT_MET) & v("existed_all_year_yes"))
        | (v("size_at_most_fifty") == NOT_MET) | (v("common_law_employee") == NOT_MET)
    )  # fmt: skip
    refers = np.logical_or.reduce([code == REFER for code in codes])
    pends = np.logical_or.reduce([(code == NOT_MET) | (code == NEEDS_EVIDENCE) for code in codes])
    decline, refer, pend, approve = map(np.int32, range(4))
    return np.where(declines, decline, np.where(refers, refer, np.where(pends, pend, approve)))
