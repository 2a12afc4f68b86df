"""A group's coverage: its contract years, the changes of its roster by day, and its end. Nothing is overwritten."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models

from smallgroup.web import clock
from smallgroup.web.accounts.models import User
from smallgroup.web.cases.models import Case
from smallgroup.web.groups.models import ApplicationRevision, CensusRevision, Group
from smallgroup.web.unchanging import Unchanging
from smallgroup.web.vault.models import Sealed


def now() -> datetime:
    """On the portal's own clock, so that the sample tells its own days."""
    return clock.now()


class Enrollment(models.Model):
    """A final census that was uploaded for an approved group, to be held against the one that was approved.

    Uploading again makes another one. `confirmed_at` is when it became the group's census.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="enrollments")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    final = models.ForeignKey(Sealed, on_delete=models.PROTECT, related_name="+")
    original = models.ForeignKey(Sealed, on_delete=models.PROTECT, related_name="+")
    original_name = models.CharField(max_length=200)
    notices = models.JSONField(default=list)
    accepted_because = models.CharField(max_length=500, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now)

    unchanging = Unchanging(may_change=("accepted_because", "confirmed_at", "confirmed_by_id"))

    def __str__(self) -> str:
        return f"enrollment of {self.group_id}"


class ContractYear(models.Model):
    """One year of a group's contract: from `starts_on` to the day before `renews_on`, by the case that approved it.

    The first year's start is the original effective date, which every anniversary is counted from. A first year may
    be taken back before it starts.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="years")
    number = models.PositiveIntegerField()
    starts_on = models.DateField()
    renews_on = models.DateField()
    application = models.ForeignKey(ApplicationRevision, on_delete=models.PROTECT, related_name="+")
    census = models.ForeignKey(CensusRevision, on_delete=models.PROTECT, related_name="+")
    case = models.OneToOneField(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="year")
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["group", "number"], name="one_contract_year_a_number")]

    # A first year that has not begun is deleted when its enrollment is taken back: the group is approved again.
    unchanging = Unchanging(
        may_delete="EXISTS (SELECT 1 FROM groups_group g WHERE g.id = OLD.group_id AND g.stage = 'approved')"
    )

    def __str__(self) -> str:
        return f"year {self.number} of {self.group_id}"


class Change(models.Model):
    """One change of a roster that holds from a day: an addition, an election, an end, a correction; or the undoing of
    one. Never changed. `details` is the operation of roster.py, sealed; member ids alone stand in clear."""

    class Kind(models.TextChoices):
        HIRE = "hire", "New hire"
        ELECT = "elect", "Election"
        DEPENDENT = "dependent", "Dependent added"
        END = "end", "End of coverage"
        CORRECT = "correct", "Correction"
        UNDO = "undo", "Undone"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="changes")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    holds_from = models.DateField()
    member_id = models.CharField(max_length=60)
    reason = models.CharField(max_length=40, blank=True)
    details = models.ForeignKey(Sealed, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    undoes = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["group", "number"], name="one_change_a_number")]

    unchanging = Unchanging()

    def __str__(self) -> str:
        return f"change {self.number} of {self.group_id}"


class Ending(models.Model):
    """The end of a group's coverage, told ahead: after `last_day` the group has ended. Undone until then."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="endings")
    last_day = models.DateField()
    reason = models.CharField(max_length=40)
    told = models.CharField(max_length=500, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["group"], condition=models.Q(undone_at=None), name="one_ending_at_a_time")
        ]

    unchanging = Unchanging(may_change=("undone_at", "undone_by_id"))

    def __str__(self) -> str:
        return f"end of {self.group_id} after {self.last_day}"


class RenewalState(models.Model):
    """What the list of renewals shows of a group, as it was last counted: counts, and nobody."""

    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="renewal_state")
    renews_on = models.DateField()
    due_on = models.DateField()
    shown = models.PositiveIntegerField()
    missing = models.PositiveIntegerField()
    months_below = models.PositiveIntegerField()
    counted_on = models.DateField()

    def __str__(self) -> str:
        return f"renewal of {self.group_id} on {self.renews_on}"
