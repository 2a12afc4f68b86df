"""The year of a contract: to which day its rates are guaranteed, when they may change, and when that must be told.

Premiums change on the anniversary only. Somebody who joins or leaves in between changes the bill, by a rate that was
guaranteed, and no birthday changes anything before the anniversary (45 CFR 147.102).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from smallgroup.citation import Citation
from smallgroup.dates import add_days, months_after
from smallgroup.rulebook import Guideline


@dataclass(frozen=True, slots=True)
class Notice:
    """The last day on which the policyholder can be told of an increase, and the rule that sets it."""

    by: date
    days: int
    citation: Citation

    def in_time(self, told_on: date) -> bool:
        return told_on <= self.by

    def as_json(self) -> dict[str, object]:
        return {"by": self.by.isoformat(), "days": self.days, "citation": self.citation.as_json()}


def anniversary(original_effective_date: date, on: date) -> date:
    """The first anniversary that is not before a day; the day on which coverage began is none itself.

    Coverage that began on 29 February has its anniversary on 1 March of a common year, after a whole year.
    """
    years = max(on.year - original_effective_date.year, 1)
    found = months_after(original_effective_date, 12 * years)
    return found if found >= on else months_after(original_effective_date, 12 * (years + 1))


def rates_guaranteed_to(guideline: Guideline, effective_date: date, as_of: date) -> date | None:
    """The last day of the initial rate guarantee; None where the guideline speaks of none."""
    heading = guideline.headings.get("rate_guarantee")
    if heading is None:
        return None
    return add_days(months_after(effective_date, heading.value("months", as_of, int)), -1)


def renewal_notice(guideline: Guideline, renews_on: date, as_of: date) -> Notice | None:
    """By when an increase must be told; None where the guideline's state is not known to ask for a notice."""
    heading = guideline.headings.get("renewal_notice")
    if heading is None:
        return None
    edition = heading.edition("notice_days", as_of)
    days: int = heading.value("notice_days", as_of, int)
    return Notice(add_days(renews_on, -days), days, edition.citation)
