"""What a day brings by itself, for all groups."""

from __future__ import annotations

from smallgroup.web import clock
from smallgroup.web.coverage import renewals, verbs


def daily() -> str:
    """Coverage starts and ends, approved renewals are written, checklists are counted; a sentence says how many."""
    today = clock.today()
    started, ended = verbs.start_coverage(today)
    renewed = renewals.renew_approved()
    counted = renewals.count_due(today)
    return (f"{today}: coverage started for {started:,} groups and ended for {ended:,}; {renewed:,} renewed; "
            f"{counted:,} checklists counted.")  # fmt: skip
