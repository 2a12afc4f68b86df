"""The names that every contender shares: the clauses in the guide's order, the outcomes that each can have, words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

WORDS = ("met", "not met", "refer", "needs evidence", "not applicable")
DECISIONS = ("decline", "refer", "pend", "approve")

# M met, N not met, R refer, E needs evidence, X not applicable. A clause that is read in one way refers nobody, one
# that is left to a person's judgment is never "not met", and one that always applies is never "not applicable" …
# but for the two minimums that the open window sets aside.
CLAUSES: dict[str, str] = {
    "size-at-least-one": "MNRE",
    "size-at-most-fifty": "MNRE",
    "employee-on-first-day": "MNRE",
    "common-law-employee": "MNRE",
    "bona-fide-relationship": "MREX",
    "formed-for-business": "MRE",
    "business-address": "MNE",
    "service-area": "MRE",
    "business-license": "MNE",
    "workers-compensation": "MNE",
    "no-excluded-classes": "MNRE",
    "plans-by-class": "MNEX",
    "dual-carrier": "MNEX",
    "peo-premium": "MNEX",
    "peo-contract": "MNEX",
    "peo-considered": "RX",
    "participation": "MNREX",
    "participation-maintained": "MNEX",
    "waiver-proof": "MNEX",
    "contribution": "MNEX",
    "working-hours": "MNE",
    "minimum-wage": "MNE",
    "out-of-area-plan": "MNE",
    "owners-hours": "MNEX",
    "share-of-1099": "MNREX",
    "form-1099-validation": "MEX",
    "waiting-period": "MNE",
    "keep-existing-coverage": "MNX",
    "effective-date": "MNE",
    "offer-to-all": "MNE",
    "wage-papers": "MNREX",
    "ownership-papers": "MNEX",
    "other-tax-papers": "RX",
    "small-employer-by-law": "MNE",
    "waiting-period-by-law": "MNE",
    "open-window": "MEX",
    "effective-date-by-law": "MNE",
}
OUTCOMES_OF_ALL = (*CLAUSES, "decision")

ADDRESSES = ("physical", "home", "po_box", "registered_agent", "virtual_office")
REGISTERED = ("active_compliant", "active_noncompliance", "inactive", "not_registered")


def check_same(ours: pl.DataFrame, theirs: Mapping[str, Sequence[int] | Any], who: str) -> None:
    """Every outcome code and every decision is the same, for every group."""
    for name in OUTCOMES_OF_ALL:
        other = pl.Series(theirs[name])
        differ = (ours[name].cast(pl.Int64) != other.cast(pl.Int64)).arg_true()
        if len(differ):
            place = differ[0]
            raise AssertionError(
                f"{who} and the engine differ on {name} in {len(differ)} of {ours.height} groups; in group {place} "
                f"they say {other[place]}, the engine {ours[name][place]}"
            )


def check_all_occur(decided: pl.DataFrame) -> None:
    """Every outcome that a clause can have, and every decision, is there: so none goes unchecked."""
    for clause, letters in CLAUSES.items():
        found = "".join("MNREX"[code] for code in decided[clause].unique().sort())
        assert set(found) == set(letters), f"{clause}: of {letters} the book has {found}"
    assert decided["decision"].n_unique() == len(DECISIONS), decided["decision"].value_counts()
