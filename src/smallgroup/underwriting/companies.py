"""The workforce, month by month, of the group and of other companies of the same owners (A4)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from smallgroup.group.application import Affiliate, GroupFile, Month
from smallgroup.underwriting.measures import AFFILIATES, GROUP, HoursTerms

_COMBINED = ("combined_return", "subsidiary")
_BY_LAW = ("controlled_group", "affiliated_service_group")


def _counts(affiliate: Affiliate, side: str) -> bool | None:
    """Whether a company counts with the group (A4): by default every company that 26 USC 414(b), (c), (m) and (o)
    joins to it; by the narrow reading subsidiaries and those that could file a combined return. Common ownership of
    another kind may or may not be a controlled group: its ownership has to be looked at."""
    if affiliate.relation in _COMBINED:
        return True
    if affiliate.relation in _BY_LAW:
        return side == ""
    return None if side == "" or affiliate.relation is None else False


def other_companies(file: GroupFile, year: int) -> dict[str, Any]:
    """Whether hours of other companies are open, and how many of their employees enroll and decline where those that
    do not apply would be counted too; null while it is not stated whether there are other companies."""
    affiliates = file.group.affiliates
    if affiliates is None:
        return {**{f"affiliates_open{side}": True for side in AFFILIATES}}
    if not affiliates:
        return {
            "other_companies": False, "affiliates_enrolled": 0, "affiliates_declined": 0,
            **{f"affiliates_open{side}": False for side in AFFILIATES},
        }  # fmt: skip
    new = file.group.formed_on is not None and file.group.formed_on > date(year, 1, 1)
    openings = {}
    for side in AFFILIATES:
        counting = [(one, _counts(one, side)) for one in affiliates]
        openings[f"affiliates_open{side}"] = any(
            counts is None or (counts and (new or len(_of_year(one.workforce, year)) < 12)) for one, counts in counting
        )
    beside = [one for one in affiliates if not one.applying and _counts(one, "") is not False]
    known = all(
        _counts(one, "") and None not in (one.applying, one.eligible, one.enrolling, one.waiving) for one in beside
    )
    if not known:
        return {"other_companies": True, **openings}
    enrolled = sum(one.enrolling or 0 for one in beside)
    declined = sum(max((one.eligible or 0) - (one.waiving or 0) - (one.enrolling or 0), 0) for one in beside)
    return {"other_companies": True, **openings, "affiliates_enrolled": enrolled, "affiliates_declined": declined}


def _of_year(workforce: Collection[Month] | None, year: int) -> dict[int, Month]:
    return {month.month.month: month for month in workforce or () if month.month.year == year}


def months_of(file: GroupFile, year: int, hours: HoursTerms) -> list[dict[str, Any]]:
    """The months of the preceding calendar year, with those of other companies that count added to them."""

    def of(one: Month) -> tuple[int, int]:
        return (
            hours.equivalent(one.full_time, one.part_time_hours),
            hours.equivalent(one.seasonal_full_time, one.seasonal_part_time_hours),
        )

    companies = {
        kind: [
            _of_year(one.workforce, year) for one in file.group.affiliates or () if one.relation in kinds
        ]
        for kind, kinds in (("combined", _COMBINED), ("common", _BY_LAW))
    }  # fmt: skip
    rows = []
    for number, month in _of_year(file.workforce, year).items():
        added = {kind: [of(theirs[number]) for theirs in each if number in theirs] for kind, each in companies.items()}
        own = [of(month), *added["combined"]]
        rows.append(
            {
                GROUP: 0,
                "month": month.month,
                "month_hours": sum(one for one, _ in own),
                "seasonal_hours": sum(one for _, one in own),
                "common_control_hours": sum(one for one, _ in added["common"]),
                "common_control_seasonal_hours": sum(one for _, one in added["common"]),
                "projected": month.projected,
            }
        )
    return rows
