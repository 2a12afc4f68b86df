"""The limit: all clauses written by hand in NumPy for the same columns, one pass, block by block.

What a careful engineer would write who gives up everything else: the numbers of July 2025 stand in the code, no
reading has a name, and nothing explains itself. What may be unknown is two booleans: it holds for sure ("yes"), and
it holds in some case ("may"). NumPy has no null, so a null is a value that leads to the same answer: a count of
nothing known lies between 0 and ENDLESS. Blocks stay in a core's cache, and threads share them out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.outcomes import ADDRESSES, CLAUSES, OUTCOMES_OF_ALL, REGISTERED

MET, NOT_MET, REFER, NEEDS_EVIDENCE, NOT_APPLICABLE = range(5)
DECLINE, REFERRED, PEND, APPROVE = range(4)

ENDLESS = 1 << 29  # four times it is still a uint32
YEAR_OF_ONE = 12 * 120_00
OVER_FIFTY = 51 * YEAR_OF_ONE
SEASONAL_MONTHS = 4
LATEST_DAY = 91
NEVER = -(1 << 20)  # a day that is not known, long before any that is
BLOCK = 32_768

# Of each day from 1970 on the first of the month by which coverage starts that is complete on it.
_DAYS = np.arange("1970-01-01", "2100-01-01", dtype="datetime64[D]")
_FIRSTS = _DAYS.astype("datetime64[M]")
_EARLY = (_DAYS - _FIRSTS.astype("datetime64[D]")).astype(int) < 15
LATEST_START = (_FIRSTS + np.where(_EARLY, 1, 2)).astype("datetime64[D]").astype(np.int32)

Column = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.uint8]


def arrays(measured: pl.DataFrame) -> dict[str, Column]:
    """The columns of a frame of measures in NumPy: a boolean that may be null becomes two, `.yes` and `.may`, a word
    its place among the words, 0 where it is not known, and a date a number of days."""
    columns: dict[str, Column] = {}
    for name, dtype in measured.schema.items():
        column = measured[name]
        if dtype == pl.Boolean:
            yes = columns[f"{name}.yes"] = column.fill_null(False).to_numpy()
            columns[f"{name}.may"] = column.fill_null(True).to_numpy() if column.null_count() else yes
        elif dtype == pl.String:
            words = ("", *_WORDS[name])
            places = column.fill_null("").replace_strict(words, range(len(words)), default=len(words))
            columns[name] = places.cast(pl.UInt8).to_numpy()
        elif dtype == pl.Date:
            columns[name] = column.cast(pl.Int32).fill_null(NEVER).to_numpy()
        elif dtype == pl.Int64:  # hours, and days: none is below 0
            columns[name] = column.fill_null(-1).to_numpy()
        else:
            columns[name] = column.fill_null(0 if name.endswith(".at_least") else ENDLESS).to_numpy()
    columns["no_months"] = measured["months_known.at_least"].is_null().to_numpy()
    return columns


_WORDS = {
    "address_kind": ADDRESSES, "secretary_of_state": REGISTERED, "workers_compensation": ("covered",),
    "activity": ("farm",),
}  # fmt: skip


def decide(columns: Mapping[str, Column], threads: int) -> dict[str, Codes]:
    """One code a clause, and the decision, for every group."""
    rows = len(columns["average_hours"])
    codes = {name: np.empty(rows, np.uint8) for name in OUTCOMES_OF_ALL}

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


class Known(NamedTuple):
    """It holds for sure, and it holds in some case."""

    yes: Mask
    may: Mask

    def __and__(self, other: Known) -> Known:
        return Known(self.yes & other.yes, self.may & other.may)

    def __or__(self, other: Known) -> Known:
        return Known(self.yes | other.yes, self.may | other.may)

    def __invert__(self) -> Known:
        return Known(~self.may, ~self.yes)


def _block(c: Mapping[str, Column], codes: Mapping[str, Codes]) -> None:
    def fact(name: str) -> Known:
        return Known(c[f"{name}.yes"], c[f"{name}.may"])

    def some(name: str) -> Known:
        return Known(c[f"{name}.at_least"] > 0, c[f"{name}.at_most"] > 0)

    def none(name: str) -> Known:
        return Known(c[f"{name}.at_most"] == 0, c[f"{name}.at_least"] == 0)

    _size(c, codes, fact)
    _common_law(c, codes, fact, some)

    # Page 3, of the employer.
    codes["bona-fide-relationship"][:] = _where_applicable(
        some("w2_staff"), _to_a_person(_read(some("w2_unrelated") & none("w2_unpaid")))
    )
    formed, effective, paid = c["formed_on"], c["effective_date"], c["first_payroll_on"]
    long_ago, no_day = formed <= effective - 60, formed == NEVER
    on_payroll = paid <= c["received_on"]
    in_business = Known(long_ago & ~no_day, long_ago) | Known(on_payroll & (paid != NEVER), on_payroll)
    codes["formed-for-business"][:] = _to_a_person(_read(fact("purpose_attested") & in_business))
    kind = c["address_kind"]
    physical = (kind == 1) | (kind == 2)
    codes["business-address"][:] = _read(Known(physical, physical | (kind == 0)))
    codes["service-area"][:] = _to_a_person(_read(fact("inside_service_area")))
    expires, status = c["license_expires_on"], c["secretary_of_state"]
    licensed = (expires >= effective) | (status == 1)
    codes["business-license"][:] = _read(Known(licensed, licensed | (expires == NEVER) | (status == 0)))
    staff, policy, activity = c["employees_total"], c["workers_compensation"], c["activity"]
    covered = (policy == 1) | (activity == 1) | ((staff >= 0) & (staff < 3))
    codes["workers-compensation"][:] = _read(Known(covered, covered | (policy == 0) | (activity == 0) | (staff < 0)))
    left_out, hours = c["excluded_classes"], c["hours_required"]
    nobody = Known(left_out == 0, (left_out == 0) | (left_out == ENDLESS))
    lawful = (hours >= 30_00) & (hours <= 40_00)
    own = nobody & Known(lawful, lawful | (hours < 0))
    codes["no-excluded-classes"][:] = _read(own, own & none("between_hours"))
    classes = c["classes"]
    codes["plans-by-class"][:] = _where_applicable(
        Known((classes > 0) & (classes != ENDLESS), classes > 0), _read(none("unlawful_classes"))
    )
    other = fact("other_carrier")
    sure = other.yes | (c["alongside.at_least"] > 0)
    perhaps = (c["alongside.at_most"] > 0) & (c["enrolled.at_least"] < 1)
    beside = Known(sure, sure | perhaps)
    codes["dual-carrier"][:] = _where_applicable(beside & some("elections"), _read(some("enrolled")))
    peo = fact("peo")
    codes["peo-premium"][:] = _where_applicable(peo, _read(fact("peo_group_pays")))
    codes["peo-contract"][:] = _where_applicable(peo, _read(fact("peo_in_group_name")))
    codes["peo-considered"][:] = _where_applicable(peo, np.full(peo.yes.shape, REFER, np.uint8))

    # Page 4, of those who enroll.
    window = c["in_open_window.yes"] & c["somebody_enrolls.yes"]
    _participation(c, codes, fact, some, none)
    _set_aside(codes["participation"], window)
    codes["contribution"][:] = _read(none("contribution_short"))
    _set_aside(codes["contribution"], window)
    codes["working-hours"][:] = _read(none("short_of_hours"))
    codes["minimum-wage"][:] = _read(none("underpaid"))
    codes["out-of-area-plan"][:] = _read(
        none("outside") | (fact("offers_out_of_area_plan") & none("outside_in_other_plan"))
    )
    owners = c["enrolling_owners.at_most"] > 0
    codes["owners-hours"][:] = _where_applicable(Known(owners, owners), _read(none("owner_short")))
    fewest, most = c["enrolling_1099.at_least"], c["enrolling_1099.at_most"]
    fewest_staff, most_staff = c["enrolling_w2.at_least"], c["enrolling_w2.at_most"]
    codes["share-of-1099"][:] = _where_applicable(
        Known(most > 0, most > 0),
        _read(
            Known(most <= fewest_staff, fewest <= most_staff),
            Known(2 * most <= fewest_staff, 2 * fewest <= most_staff),
        ),
    )
    # Offered for sure; else not offered for sure, or nobody to offer it to; else open.
    offered = c["offers_1099.yes"] | (fewest > 0)
    nobody_there = ~c["offers_1099.may"] | (c["workers_1099.at_most"] == 0)
    form = c["has_form_1099_validation.yes"]
    applies = Known(offered, offered | ~nobody_there)
    codes["form-1099-validation"][:] = _where_applicable(applies, NEEDS_EVIDENCE * (~form).view(np.uint8))
    forms_missing = applies.yes & ~form

    # Page 5, in general; and of an audit.
    worst = c["waiting_worst_day"]
    waiting = _read(Known((worst <= LATEST_DAY) & (worst >= 0), worst <= LATEST_DAY))
    codes["waiting-period"][:] = waiting
    ends, complete = c["existing_coverage_ends_on"], c["complete_on"]
    kept = (ends == NEVER) | (ends >= effective - 1)
    codes["keep-existing-coverage"][:] = _where_applicable(fact("has_existing_coverage"), _read(Known(kept, kept)))
    in_time, no_day = complete <= effective, complete == NEVER
    codes["effective-date"][:] = _read(Known(in_time & ~no_day, in_time))
    codes["offer-to-all"][:] = _read(fact("offers_at_open_enrollment") & fact("offers_to_new_hires"))
    codes["wage-papers"][:] = _where_applicable(
        fact("wages_asked"), _read(fact("wages_shown"), fact("wages_shown_by_age"))
    )
    codes["ownership-papers"][:] = _where_applicable(
        fact("ownership_asked") & fact("ownership_to_show"), _read(none("owners_unproved"))
    )
    other_papers = fact("other_tax_papers")
    codes["other-tax-papers"][:] = _where_applicable(other_papers, np.full(kept.shape, REFER, np.uint8))

    # The law beside (the size is with the sizes).
    codes["waiting-period-by-law"][:] = waiting
    codes["open-window"][:] = _where_applicable(fact("in_open_window"), np.full(kept.shape, MET, np.uint8))
    owed = effective >= LATEST_START[np.maximum(complete, 0)]
    codes["effective-date-by-law"][:] = _read(Known(owed & ~no_day, owed | no_day))

    audited = c["audited.yes"]
    waits = {
        "bona-fide-relationship": audited,
        "formed-for-business": in_business.may & ~in_business.yes,
        "minimum-wage": audited,
        "working-hours": c["short_of_hours_enrolling.at_most"] > 0,
        "owners-hours": c["owner_short_enrolling.at_most"] > 0,
    }
    _decide(c, codes, forms_missing, waits)


def _size(c: Mapping[str, Column], codes: Mapping[str, Codes], fact: Callable[[str], Known]) -> None:
    no_months, whole = c["no_months"], c["months_known.at_least"] == 12
    s_corporation = fact("taxed_as_s_corporation")
    reached, below = [], []
    for side in ("", "_narrow"):
        hours, others = c[f"average_hours{side}"], c[f"affiliates_open{side}.yes"]
        unknown = hours < 0
        enough = hours >= YEAR_OF_ONE
        more = others | unknown  # what is not known could only add to it
        counted = Known(enough, enough | more)
        sure = hours >= YEAR_OF_ONE * (1 + c["s_corporation_shareholders.at_most"].astype(np.int64))
        perhaps = hours >= YEAR_OF_ONE * (1 + c["s_corporation_shareholders.at_least"].astype(np.int64))
        left_out = Known(
            (s_corporation.yes & sure) | (~s_corporation.may & enough),
            (s_corporation.may & ~s_corporation.yes) | more | np.where(s_corporation.yes, perhaps, enough),
        )
        reached += [counted, left_out]
        over, without = f"months_over{side}", f"months_over_without_seasonal{side}"
        seasonal_yes = whole & (c[f"{over}.at_most"] <= SEASONAL_MONTHS) & (c[f"{without}.at_most"] == 0)
        seasonal_may = (
            (whole | no_months) & (c[f"{over}.at_least"] <= SEASONAL_MONTHS) & (c[f"{without}.at_least"] == 0)
        )
        fewer = hours < OVER_FIFTY
        below.append(Known((fewer | seasonal_yes) & ~more, fewer | seasonal_may))
    codes["size-at-least-one"][:] = _read(*reached)
    codes["size-at-most-fifty"][:] = _read(*below)
    codes["small-employer-by-law"][:] = _read(reached[0] & below[0])


def _common_law(
    c: Mapping[str, Column], codes: Mapping[str, Codes], fact: Callable[[str], Known], some: Callable[[str], Known]
) -> None:
    household = fact("one_household")
    for clause, candidates, outside, not_partner in (
        ("employee-on-first-day", "w2_candidates", "w2_outside", "w2_not_partner"),
        ("common-law-employee", "w2_full_time", "w2_full_time_outside", "w2_full_time_not_partner"),
    ):
        sure = c[f"{not_partner}.at_least"]
        beyond_household, beyond_spouse = sure > c["household_possible"], sure > c["spouses_possible"]
        somebody = some(candidates)
        codes[clause][:] = _read(
            (somebody & (some(outside) | ~household)) | Known(beyond_household, beyond_household),
            somebody | Known(beyond_spouse, beyond_spouse),
        )


def _participation(
    c: Mapping[str, Column],
    codes: Mapping[str, Codes],
    fact: Callable[[str], Known],
    some: Callable[[str], Known],
    none: Callable[[str], Known],
) -> None:
    enrolled, declined = c["affiliates_enrolled"], c["affiliates_declined"]
    unknown = (enrolled == ENDLESS) | (declined == ENDLESS)
    readings = []
    for affiliates in (False, True):
        for suffix in ("", "_without_1099"):
            somebody = fact(f"somebody_enrolls{suffix}")
            for rest in (f"declines{suffix}", f"declines_or_unlisted{suffix}"):
                for part in (f"enrolled{suffix}", f"enrolled_or_alongside{suffix}"):
                    fewest, most = c[f"{part}.at_least"], c[f"{part}.at_most"]
                    fewest_rest, most_rest = c[f"{rest}.at_least"], c[f"{rest}.at_most"]
                    if affiliates:
                        reached = Known(
                            (fewest + enrolled >= most_rest + declined) & ~unknown,
                            (most + enrolled >= fewest_rest + declined) | unknown,
                        )
                    else:
                        reached = Known(fewest >= most_rest, most >= fewest_rest)
                    readings.append(somebody & reached)
    codes["participation"][:] = _where_applicable(some("elections"), _read(*readings))

    told, every_month = c["contract_months"] > 0, none("months_below")
    codes["participation-maintained"][:] = _where_applicable(
        fact("is_renewal"), _read(Known(told & every_month.yes, ~told | every_month.may))
    )
    waiver = c["proofs_asked.yes"] & (c["waived.at_most"] > 0)
    still = Known(
        c["enrolled.at_least"] >= c["declines.at_most"] + c["waived_unproved.at_most"],
        c["enrolled.at_most"] >= c["declines.at_least"] + c["waived_unproved.at_least"],
    )
    codes["waiver-proof"][:] = _where_applicable(
        Known(waiver, waiver), _read(none("waived_unproved") | (fact("somebody_enrolls") & still))
    )


# The decision -----------------------------------------------------------------------------------------------------

JUDGED = ("bona-fide-relationship", "formed-for-business", "service-area", "peo-considered", "other-tax-papers")
ADVICE = ("keep-existing-coverage", "open-window", "effective-date-by-law")
READ_IN_WAYS = (
    "size-at-least-one", "size-at-most-fifty", "employee-on-first-day", "common-law-employee", "no-excluded-classes",
    "participation", "share-of-1099", "wage-papers",
)  # fmt: skip


def _decide(
    c: Mapping[str, Column], codes: Mapping[str, Codes], forms_missing: Mask, waits: Mapping[str, Mask]
) -> None:
    """`waits`: of which groups the decision waits for a clause's evidence, where that is not all of them."""
    renewal, established = c["is_renewal.yes"], c["existed_all_year.yes"]
    refused = (codes["size-at-most-fifty"] == NOT_MET) | (codes["common-law-employee"] == NOT_MET)
    refused |= (codes["size-at-least-one"] == NOT_MET) & established
    elected = c["elections.at_least"] > 0
    pend = (
        forms_missing
        | ~c["has_employer_application.yes"]
        | (elected & c["somebody_enrolls.yes"] & ~c["has_enrollment_forms.yes"])
        | (elected & c["somebody_waives.yes"] & ~c["has_waiver_forms.yes"])
    )
    refer = refused & renewal
    for clause in CLAUSES:
        code = codes[clause]
        if clause in ADVICE:
            continue
        if clause in READ_IN_WAYS or clause in JUDGED:
            refer |= code == REFER
        # NOT_MET and NEEDS_EVIDENCE are the odd codes.
        if clause in waits:
            pend |= (code == NOT_MET) | ((code == NEEDS_EVIDENCE) & waits[clause])
        else:
            pend |= (code & 1).view(np.bool_)
    # Approve is 3; each heavier reason takes it down.
    decision = np.where(pend, np.uint8(PEND), np.uint8(APPROVE))
    np.copyto(decision, np.uint8(REFERRED), where=refer)
    np.copyto(decision, np.uint8(DECLINE), where=refused & ~renewal)
    codes["decision"][:] = decision


def _read(default: Known, *others: Known) -> Codes:
    """The default reading's code, or REFER where one reading surely holds and another surely fails."""
    # A code is made of masks by arithmetic on bytes: no branches, and no passes of where().
    yes, may = default
    code: Codes = (~may).view(np.uint8) + NEEDS_EVIDENCE * (may & ~yes).view(np.uint8)
    if others:
        some_yes, all_may = yes, may
        for other in others:
            some_yes, all_may = some_yes | other.yes, all_may & other.may
        np.copyto(code, np.uint8(REFER), where=some_yes & ~all_may)
    return code


def _where_applicable(applies: Known, code: Codes) -> Codes:
    np.copyto(code, np.uint8(NEEDS_EVIDENCE), where=~applies.yes)
    np.copyto(code, np.uint8(NOT_APPLICABLE), where=~applies.may)
    return code


def _to_a_person(code: Codes) -> Codes:
    """What a signal speaks against is left to a person's judgment."""
    np.copyto(code, np.uint8(REFER), where=code == NOT_MET)
    return code


def _set_aside(code: Codes, window: Mask) -> None:
    """In the open window a minimum that is not met does not apply."""
    np.copyto(code, np.uint8(NOT_APPLICABLE), where=window & (code != MET))
