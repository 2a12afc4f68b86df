"""Participation month by month: who is eligible, waives and enrolls on the first day of each month of a contract year.

Each month's roster is underwritten as of its own day, so the counts and the cure are those of the rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from smallgroup.dates import months_after, spoken
from smallgroup.errors import Refused
from smallgroup.group import GroupFile, read_group
from smallgroup.group.application import Contract, ContractMonth
from smallgroup.rulebook import guideline_in_force
from smallgroup.underwriting import Finding, edition, underwrite
from smallgroup.underwriting.participation_shares import months_found
from smallgroup.web.coverage.roster import Row, frame_of_rows

if TYPE_CHECKING:
    from smallgroup.web.coverage.models import ContractYear

RosterOn = Callable[[date], list[Row]]


@dataclass(frozen=True)
class MonthCounts:
    """A month as it is counted on its first day of coverage. A count is None where somebody's answer is not known.

    `below` says whether too few are enrolled; `short` is by how many; `cure` what would change it.
    """

    day: date
    eligible: int | None
    waivers: int | None
    enrolled: int | None
    needed: int | None
    below: bool | None
    because: str
    cure: str = ""
    ahead: bool = False

    @property
    def short(self) -> int:
        return max((self.needed or 0) - (self.enrolled or 0), 0) if self.below else 0

    @property
    def as_contract_month(self) -> ContractMonth:
        return ContractMonth(
            month=self.day.replace(day=1), eligible=self.eligible, valid_waivers=self.waivers, enrolled=self.enrolled
        )


def days_of(year: ContractYear) -> list[date]:
    """The first day of each month of a contract year."""
    return [months_after(year.starts_on, month) for month in range(12)]


def counted_on(text: str, rows: list[Row], day: date, *, as_of: date) -> MonthCounts:
    """One roster on one day. Raises Refused where the rules cannot count it."""
    file = _for_counting(read_group(text, file="The application"), day)
    guideline = guideline_in_force(as_of)
    decision = underwrite(file, frame_of_rows(rows).drop("row"), guideline=guideline, as_of=as_of)
    finding = next(one for one in decision.findings if one.clause == "participation")
    numbers = finding.readings[0].numbers
    counted, waivers, enrolled = (_exact(numbers.get(name)) for name in ("counted", "valid_waivers", "enrolled"))
    month = ContractMonth(
        month=day.replace(day=1), valid_waivers=waivers, enrolled=enrolled,
        eligible=None if counted is None or waivers is None else counted + waivers,
    )  # fmt: skip
    (found,) = months_found([month], edition(guideline, as_of).participation)
    below = found.below
    if below is None:  # somebody has not answered, and yet it may be certain
        holds = finding.readings[0].holds
        below = None if holds is None else not holds
    needed = found.must_enroll if found.must_enroll is not None else _exact(numbers.get("must_enroll"))
    month_found = MonthCounts(day, month.eligible, waivers, enrolled, needed, below, finding.because, ahead=day > as_of)
    return replace(month_found, cure=_cure(finding, month_found.short)) if below else month_found


def _cure(finding: Finding, short: int) -> str:
    """The cure of the rules, which meets every reading; and how many are enough by the first, where they are fewer."""
    if finding.cure is None:
        return ""
    more = finding.cure.numbers.get("enroll_more")
    if isinstance(more, int) and more > short:
        return f"{finding.cure.sentence} That is by every reading; {short} more is enough by the first."
    return finding.cure.sentence


def months_of_year(text: str, year: ContractYear, roster_on: RosterOn, *, as_of: date) -> list[MonthCounts]:
    """Each month of a contract year, those ahead by what is known today; without a roster, none."""
    found = []
    for day in days_of(year):
        rows = roster_on(day)
        if rows:
            found.append(counted_on(text, rows, day, as_of=as_of))
    return found


def warning(month: MonthCounts, *, ended: str = "") -> str:
    """`If the coverage of member 4-1 ends on October 31, 2025, you will be 1 short from November 1, 2025: …`

    For a month that is below the line; `ended` is what would bring it there, where that is not sure yet.
    """
    cure = f" {month.cure}" if month.cure else ""
    on = spoken(month.day)
    if ended:
        return f"If {ended}, you will be {month.short} short from {on}.{cure}"
    return f"You {'will be' if month.ahead else 'were'} {month.short} short on {on}.{cure}"


def ending_in_words(member_id: str, last_day: date) -> str:
    return f"the coverage of member {member_id} ends on {spoken(last_day)}"


def _for_counting(file: GroupFile, day: date) -> GroupFile:
    """The application as of a day of its contract: as of a group that is covered, which no window of new groups
    concerns; the workforce of the year before is of another question."""
    covered = Contract(original_effective_date=months_after(day, -12))
    return replace(
        file, application=replace(file.application, effective_date=day), workforce=None, expected=None, audit=None,
        contract=covered,
    )  # fmt: skip


def _exact(number: Any) -> int | None:
    return number if isinstance(number, int) else None


def not_counted(refused: Refused) -> str:
    return " ".join(map(str, refused.problems))
