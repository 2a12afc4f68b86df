"""The end of a group's coverage: its own wish, or one of the grounds on which the law lets a carrier end it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from smallgroup.dates import add_days, spoken
from smallgroup.errors import Problem, Refused
from smallgroup.web import clock
from smallgroup.web.audit_log.models import record
from smallgroup.web.coverage.models import Ending
from smallgroup.web.coverage.verbs import COVERED, live_ending, start_coverage, year_on
from smallgroup.web.groups.models import Group

if TYPE_CHECKING:
    from smallgroup.web.accounts.models import User

NON_PAYMENT_DAYS_BACK = 90
"""How far an end for premiums that were not paid may be dated back: this installation's own."""
OWN_REASONS = {
    "own_wish": "The group no longer wants the coverage",
    "other_carrier": "The group has coverage with another carrier",
    "closed": "The business has closed or was sold",
    "moved_away": "The business has moved out of the service area",
}
LAWFUL_GROUNDS = {
    "non_payment": "Premiums were not paid (45 CFR 147.106(b)(1))",
    "fraud": "Fraud or an intentional misrepresentation of a material fact (45 CFR 147.106(b)(2))",
    "participation": "Participation or contribution rules were not kept (45 CFR 147.106(b)(3))",
    "product_ends": "The product is no longer offered (45 CFR 147.106(b)(4), (c))",
    "market_exit": "The carrier leaves the market (45 CFR 147.106(b)(4), (d))",
    "no_one_in_area": "Nobody lives, resides or works in the service area any more (45 CFR 147.106(b)(5))",
    "association": "Membership in the association has ceased (45 CFR 147.106(b)(6))",
}
"""The only grounds on which a carrier may end coverage."""
NOTICE_DAYS = {"product_ends": 90, "market_exit": 180}


@transaction.atomic
def end_group(group: Group, last_day: date, reason: str, *, by: User, as_carrier: bool, told: str = "") -> Ending:
    """Coverage ends after a day. A carrier ends it on the lawful grounds only, and within their days.

    Raises Refused: no such reason, a day before coverage or in the past, too little notice, an end that stands.
    """
    held = Group.objects.select_for_update().get(pk=group.pk)
    reasons = LAWFUL_GROUNDS if as_carrier else OWN_REASONS
    year, today = year_on(held, clock.today()), clock.today()
    if held.stage not in COVERED or year is None:
        raise Refused(Problem(str(held), f"it is {held.get_stage_display().lower()}, and has no coverage to end.", ""))
    problems = []
    if reason not in reasons:
        problems.append(Problem("Reason", "it is none of those on which this coverage can end.", "Choose one."))
    start = held.years.get(number=1).starts_on
    earliest = max(start, add_days(today, -NON_PAYMENT_DAYS_BACK if reason == "non_payment" else 0))
    if last_day < earliest:
        problems.append(Problem("Last day", f"{spoken(last_day)} is before {spoken(earliest)}: coverage is not ended "
                                "before it starts, nor in the past, but for premiums that were not paid (45 CFR "
                                "147.128).", "Choose a later day."))  # fmt: skip
    if last_day > add_days(today, 366):
        problems.append(Problem("Last day", f"{spoken(last_day)} is more than a year ahead.", "Choose an earlier day."))
    notice = NOTICE_DAYS.get(reason)
    if notice and last_day < add_days(today, notice):
        problems.append(Problem("Last day", f"this ground wants notice of {notice} days, so not before "
                                f"{spoken(add_days(today, notice))}.", "Choose that day or a later one."))  # fmt: skip
    if reason == "participation" and add_days(last_day, 1) != held.anniversary:
        problems.append(Problem("Last day", "participation acts at the renewal only, so coverage ends on the day "
                                f"before the anniversary, {spoken(held.anniversary or last_day)}.",
                                "Choose it."))  # fmt: skip
    if live_ending(held):
        problems.append(Problem(str(held), "its end is told already.", "Undo that end first."))
    if problems:
        raise Refused(problems)
    ending = Ending.objects.create(group=held, last_day=last_day, reason=reason, told=told.strip()[:500], made_by=by)
    Group.objects.filter(pk=held.pk).update(ended_on=last_day)
    record(by, "end", "group", held.pk, group_id=held.pk, last_day=last_day, reason=reason)
    start_coverage(today, group=held)
    return ending


@transaction.atomic
def undo_end(ending: Ending, *, by: User, as_carrier: bool) -> None:
    """Take an end back, until its last day is over. What the carrier ended, the carrier takes back."""
    held = Group.objects.select_for_update().get(pk=ending.group_id)
    if ending.last_day < clock.today():
        raise Refused(Problem(str(held), f"its coverage ended on {spoken(ending.last_day)}.",
                              "A new application brings it back."))  # fmt: skip
    if (ending.reason in LAWFUL_GROUNDS) != as_carrier:
        raise Refused(Problem(str(held), "its end was told by the other side.", "Ask them to take it back."))
    done = Ending.objects.filter(pk=ending.pk, undone_at=None).update(undone_at=clock.now(), undone_by=by)
    if done != 1:
        raise Refused(Problem(str(held), "its end was taken back already.", ""))
    Group.objects.filter(pk=held.pk).update(ended_on=None)
    record(by, "undo end", "group", held.pk, group_id=held.pk)
