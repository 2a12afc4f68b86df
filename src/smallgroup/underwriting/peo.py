"""Groups with a professional employer organization, a PEO (guide, page 4)."""

from __future__ import annotations

from datetime import date

import polars as pl

from smallgroup.rulebook import Guideline
from smallgroup.underwriting.clause import Case, Clause, Cure, plain

_NO_PEO = "The group has no professional employer organization."


def peo_premium(guideline: Guideline, on: date) -> Clause:
    """The premium comes from the group, not from the PEO (page 4)."""

    def because(case: Case, outcome: str) -> str:
        return {
            "not applicable": _NO_PEO,
            "met": "The group pays the premium itself.",
            "not met": "The PEO pays the premium.",
        }.get(outcome, "It is not known whether the group or the PEO pays the premium.")

    return plain(
        guideline.heading("peo"), "peo-premium", pl.col("peo_group_pays"), because,
        cure=lambda case: Cure("Pay the premium from an account of the group."),
        applies=pl.col("peo"), of_people=False,
    )  # fmt: skip


def peo_contract(guideline: Guideline, on: date) -> Clause:
    """Contract and papers are in the group's name, and signed by a principal of the group (page 4)."""

    def because(case: Case, outcome: str) -> str:
        return {
            "not applicable": _NO_PEO,
            "met": "The contract and the papers are the group's, signed by its principal.",
            "not met": "The contract or a paper is in the PEO's name, or signed by the PEO.",
        }.get(outcome, "It is not known in whose name the contract is, or who signed it.")

    return plain(
        guideline.heading("peo"), "peo-contract", pl.col("peo_in_group_name"), because,
        cure=lambda case: Cure("Sign the contract and every paper anew, in the group's name, by its principal."),
        applies=pl.col("peo"), of_people=False,
    )  # fmt: skip


def peo_considered(guideline: Guideline, on: date) -> Clause:
    """A PEO group may be considered: a person does, until the guideline's owner settles it (page 4)."""

    def because(case: Case, outcome: str) -> str:
        return {
            "not applicable": _NO_PEO,
            "met": "The guideline's owner has settled that a PEO group is considered like any other.",
        }.get(
            outcome, "The group has a professional employer organization: whether it is considered, a person decides."
        )

    return plain(
        guideline.heading("peo"), "peo-considered", pl.lit(False), because, applies=pl.col("peo"), of_people=False
    )
