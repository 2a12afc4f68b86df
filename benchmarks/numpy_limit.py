"""The limit: the seven clauses written by hand in NumPy for the same columns, one pass, block by block.

What a careful engineer would write who gives up everything else: the numbers of July 2025 stand in the code, no
reading has a name, and nothing explains itself. A reading that may be unknown is two booleans: it holds for sure
("yes"), and it holds in some case ("may"). NumPy has no null, so a null is a value that leads to the same answer:
a count of nothing known lies between 0 and ENDLESS. Blocks stay in a core's cache, and threads share them out.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

MET, NOT_MET, REFER, NEEDS_EVIDENCE, NOT_APPLICABLE = range(5)
DECLINE, REFERRED, PEND, APPROVE = range(4)

ENDLESS = 1 << 29  # twice it is still an int32
LEAST_HOURS = 1 * 12 * 120_00
OVER_FIFTY = 51 * 12 * 120_00
SEASONAL_MONTHS = 4
BLOCK = 32_768

Column = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.uint8]


def arrays(measured: pl.DataFrame) -> dict[str, Column]:
    """The columns of a frame of measures in NumPy; a boolean that may be null becomes two, `.yes` and `.may`."""
    columns: dict[str, Column] = {}
    for name, dtype in measured.schema.items():
        column = measured[name]
        if dtype == pl.Boolean:
            columns[f"{name}.yes"] = column.fill_null(False).to_numpy()
            columns[f"{name}.may"] = column.fill_null(True).to_numpy()
        elif name.endswith(".at_least"):
            columns[name] = column.fill_null(0).to_numpy()
        elif name == "average_hours":
            columns[name] = column.fill_null(-1).to_numpy()
        else:
            columns[name] = column.fill_null(ENDLESS).to_numpy()
    columns["months_known"] = measured["months_known.at_least"].is_not_null().to_numpy()
    return columns


def decide(columns: Mapping[str, Column], threads: int) -> dict[str, Codes]:
    """One code a clause, and the decision, for every group."""
    rows = len(columns["average_hours"])
    codes = {name: np.empty(rows, np.uint8) for name in (*CLAUSES, "decision")}

    def one(start: int) -> None:
        here = slice(start, start + BLOCK)
        _block({name: column[here] for name, column in columns.items()}, {name: c[here] for name, c in codes.items()})

    starts = range(0, rows, BLOCK)
    if threads == 1 or len(starts) == 1:
        for start in starts:
            one(start)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(one, starts))
    return codes


CLAUSES = (
    "size-at-least-one", "size-at-most-fifty", "common-law-employee", "participation", "contribution", "share-of-1099",
    "form-1099-validation",
)  # fmt: skip


def _block(c: Mapping[str, Column], codes: Mapping[str, Codes]) -> None:
    # A code is made of masks by arithmetic on bytes: no branches, and no passes of where().
    hours = c["average_hours"]
    hours_unknown = hours < 0
    small = hours < LEAST_HOURS
    not_small = small & ~hours_unknown
    codes["size-at-least-one"][:] = _code(not_small, hours_unknown)

    seasonal_yes = (
        c["months_known"] & (c["months_known.at_least"] == 12)
        & (c["months_over.at_most"] <= SEASONAL_MONTHS) & (c["months_over_without_seasonal.at_most"] <= 0)
    )  # fmt: skip
    seasonal_may = (
        (~c["months_known"] | (c["months_known.at_least"] == 12))
        & (c["months_over.at_least"] <= SEASONAL_MONTHS) & (c["months_over_without_seasonal.at_least"] <= 0)
    )  # fmt: skip
    over = hours >= OVER_FIFTY
    large = over & ~seasonal_may
    codes["size-at-most-fifty"][:] = _code(large, hours_unknown | (over & seasonal_may & ~seasonal_yes))

    sure = c["w2_full_time_not_partner.at_least"]
    beyond_household, beyond_spouse = sure > c["household_possible"], sure > c["spouses_possible"]
    candidate_yes, candidate_may = c["w2_full_time.at_least"] >= 1, c["w2_full_time.at_most"] >= 1
    outside_yes = (c["w2_full_time_outside.at_least"] >= 1) | ~c["one_household.may"]
    outside_may = (c["w2_full_time_outside.at_most"] >= 1) | ~c["one_household.yes"]
    regulation_yes = (candidate_yes & outside_yes) | beyond_household
    regulation_may = (candidate_may & outside_may) | beyond_household
    literal_yes, literal_may = candidate_yes | beyond_spouse, candidate_may | beyond_spouse
    codes["common-law-employee"][:] = _read(
        regulation_yes, regulation_may, regulation_yes | literal_yes, regulation_may & literal_may
    )

    some_yes = default_yes = all_may = default_may = None
    for suffix in ("", "_without_1099"):
        enrolls_yes, enrolls_may = c[f"somebody_enrolls{suffix}.yes"], c[f"somebody_enrolls{suffix}.may"]
        for rest in (f"declines{suffix}", f"declines_or_unlisted{suffix}"):
            for part in (f"enrolled{suffix}", f"enrolled_or_alongside{suffix}"):
                yes = (c[f"{part}.at_least"] >= c[f"{rest}.at_most"]) & enrolls_yes
                may = (c[f"{part}.at_most"] >= c[f"{rest}.at_least"]) & enrolls_may
                if some_yes is None or all_may is None:
                    default_yes, default_may, some_yes, all_may = yes, may, yes.copy(), may.copy()
                else:
                    some_yes |= yes
                    all_may &= may
    codes["participation"][:] = _where_applicable(
        c["elections.at_least"] >= 1, c["elections.at_most"] >= 1,
        _read(default_yes, default_may, some_yes, all_may),
    )  # fmt: skip

    short = c["contribution_short.at_least"] > 0
    codes["contribution"][:] = _code(short, ~short & (c["contribution_short.at_most"] > 0))

    fewest, most = c["enrolling_1099.at_least"], c["enrolling_1099.at_most"]
    fewest_staff, most_staff = c["enrolling_w2.at_least"], c["enrolling_w2.at_most"]
    all_yes, all_may = most <= fewest_staff, fewest <= most_staff
    staff_yes, staff_may = 2 * most <= fewest_staff, 2 * fewest <= most_staff
    applies = most > 0
    codes["share-of-1099"][:] = _where_applicable(
        applies, applies, _read(all_yes, all_may, all_yes | staff_yes, all_may & staff_may)
    )

    # Offered for sure; else not offered for sure, or nobody to offer it to; else open.
    offered = c["offers_1099.yes"] | (fewest > 0)
    nobody = ~c["offers_1099.may"] | (c["workers_1099.at_most"] == 0)
    paper = c["has_form_1099_validation.yes"]
    filed = _code(~c["has_form_1099_validation.may"], ~paper & c["has_form_1099_validation.may"])
    codes["form-1099-validation"][:] = _where_applicable(offered, offered | ~nobody, filed)

    refer = pend = None
    for clause in CLAUSES:
        code = codes[clause]
        open_or_not_met = (code == NOT_MET) | (code == NEEDS_EVIDENCE)
        pend = open_or_not_met if pend is None else pend | open_or_not_met
        if clause in ("common-law-employee", "participation", "share-of-1099"):
            referred = code == REFER
            refer = referred if refer is None else refer | referred
    decline = (not_small & c["existed_all_year.yes"]) | large | (codes["common-law-employee"] == NOT_MET)
    # Approve is 3; each heavier reason takes it down.
    decision = np.where(pend, np.uint8(PEND), np.uint8(APPROVE))
    np.copyto(decision, np.uint8(REFERRED), where=refer)
    np.copyto(decision, np.uint8(DECLINE), where=decline)
    codes["decision"][:] = decision


def _code(not_met: Mask, unknown: Mask) -> Codes:
    """MET, but NOT_MET or NEEDS_EVIDENCE where these masks say so; they never say both."""
    return not_met.view(np.uint8) + NEEDS_EVIDENCE * unknown.view(np.uint8)


def _read(yes: Mask, may: Mask, some_yes: Mask, all_may: Mask) -> Codes:
    """The default reading's code, or REFER where one reading surely holds and another surely fails."""
    code = _code(~may, may & ~yes)
    np.copyto(code, np.uint8(REFER), where=some_yes & ~all_may)
    return code


def _where_applicable(yes: Mask, may: Mask, code: Codes) -> Codes:
    np.copyto(code, np.uint8(NEEDS_EVIDENCE), where=~yes)
    np.copyto(code, np.uint8(NOT_APPLICABLE), where=~may)
    return code
