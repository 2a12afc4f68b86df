"""A case: a group that was submitted, with its papers, before the carrier's underwriters."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.contrib.postgres.indexes import GinIndex  # SQLite makes a plain index of it
from django.db import models

from smallgroup.web import clock
from smallgroup.web.accounts.models import User
from smallgroup.web.groups.models import ApplicationRevision, CensusRevision, Group
from smallgroup.web.unchanging import Unchanging
from smallgroup.web.vault.models import Sealed

if TYPE_CHECKING:
    from datetime import datetime

    from smallgroup.web.accounts.access import Person


def _now() -> datetime:
    """By the portal's clock, so that what is told in order was made in order on the sample's day too."""
    return clock.now()


class State(models.TextChoices):
    OPEN = "open", "In review"
    PENDED = "pended", "Waiting for the broker"
    REFERRED = "referred", "Referred"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


OPEN_STATES = (State.OPEN, State.PENDED, State.REFERRED)


class Kind(models.TextChoices):
    NEW = "new", "New group"
    RENEWAL = "renewal", "Renewal"


class Cases(models.QuerySet["Case"]):
    def seen_by(self, person: Person) -> Cases:
        if person.is_carrier:
            return self.all()
        ids = person.organizations("read")
        return self.filter(
            models.Q(group__organization__in=ids) | models.Q(group__organization__general_agency__in=ids)
        )


class Case(models.Model):
    """`version` grows with every change: a change names the version that it saw, so that of two people one wins
    and the other is told. `engine` is the latest decision of the rules, `state` what a person made of it. `sought` is
    the group's name in small letters, by which the queue is searched and sorted without looking at every group."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(unique=True)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="cases")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.NEW)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    engine = models.CharField(max_length=10, blank=True)
    open_clauses = models.JSONField(default=list)
    missing_papers = models.PositiveIntegerField(default=0)
    employees = models.PositiveIntegerField(default=0)
    application = models.ForeignKey(ApplicationRevision, on_delete=models.PROTECT, related_name="+")
    census = models.ForeignKey(CensusRevision, on_delete=models.PROTECT, related_name="+")
    effective_date = models.DateField()
    as_of = models.DateField()
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    due_on = models.DateField()
    follow_up_on = models.DateField(null=True, blank=True)
    assigned_to = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    decided_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    sought = models.CharField(max_length=200, blank=True)

    objects = Cases.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_on", "id"], name="open_cases_by_due_day",
                         condition=models.Q(state__in=["open", "pended", "referred"])),
            models.Index(fields=["assigned_to", "state"], name="cases_by_person"),
            models.Index(fields=["state", "due_on"], name="cases_by_state"),
            models.Index(fields=["due_on", "id"], name="cases_by_due_day"),
            models.Index(fields=["submitted_at", "id"], name="cases_by_age"),
            models.Index(fields=["employees", "id"], name="cases_by_employees"),
            GinIndex(fields=["open_clauses"], name="cases_by_clause"),
            models.Index(fields=["effective_date", "id"], name="open_cases_by_effective_date",
                         condition=models.Q(state__in=["open", "pended", "referred"])),
            models.Index(fields=["sought", "id"], name="open_cases_by_name",
                         condition=models.Q(state__in=["open", "pended", "referred"])),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"case {self.number}"


class Paper(models.Model):
    """A paper that was handed in for a group. What it is of and for is in group.yaml's words for documents."""

    class Status(models.TextChoices):
        RECEIVED = "received", "Received"
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Rejected"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=60)
    for_member = models.CharField(max_length=60, blank=True)
    period = models.CharField(max_length=20, blank=True)
    shows = models.JSONField(default=list)
    file = models.ForeignKey(Sealed, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    received_on = models.DateField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.RECEIVED)
    reason = models.CharField(max_length=500, blank=True)
    judged_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    judged_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=_now)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class DecisionRecord(models.Model):
    """A decision, of the rules or of a person, as it was made. Never changed.

    `document` is the JSON of `underwrite --json` with its inputs, so it can be replayed: of a person's decision, that
    of the rules which they had before them. `outcomes` has clause → outcome in clear. `made_by` is null where the
    rules decided. An override names the decision that it sets aside (`overrides`), who proposed it, and, in
    `made_by`, the second person who let it hold. `grounds` are the lawful grounds of a refusal.
    """

    class Maker(models.TextChoices):
        RULES = "rules", "The rules"
        PERSON = "person", "An underwriter"
        OVERRIDE = "override", "An override"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveIntegerField()
    maker = models.CharField(max_length=10, choices=Maker.choices)
    decision = models.CharField(max_length=10)
    reason = models.TextField(blank=True)
    document = models.ForeignKey(Sealed, on_delete=models.PROTECT, related_name="+")
    outcomes = models.JSONField(default=dict)
    guideline = models.CharField(max_length=60)
    engine_version = models.CharField(max_length=30)
    inputs_sha256 = models.CharField(max_length=64)
    overrides = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    grounds = models.JSONField(default=list)
    proposed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "number"], name="one_decision_a_number")]

    unchanging = Unchanging()

    def __str__(self) -> str:
        return f"decision {self.number} of {self.case_id}: {self.decision}"


class Override(models.Model):
    """A decision that differs from what the rules found, proposed by one person: it holds once a second confirms it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="overrides")
    rules = models.ForeignKey(DecisionRecord, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=10)
    reason = models.TextField()
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=_now)
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    confirmed = models.BooleanField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(answered_at=None), name="one_override_waits")
        ]

    def __str__(self) -> str:
        return f"override of {self.case_id}: {self.decision}"


class SettledReading(models.Model):
    """A doubtful text that a named person has decided between its readings: for one case, or for the guideline.

    Of a clause that leaves it to a person there is no doubt by name; there `reading` is `met`.
    """

    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="settled")
    guideline = models.CharField(max_length=60)
    clause = models.CharField(max_length=80)
    doubt = models.CharField(max_length=80, blank=True)
    reading = models.CharField(max_length=200)
    why = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    made_at = models.DateTimeField(default=_now)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "guideline", "clause", "doubt"], condition=models.Q(undone_at=None),
                name="one_reading_a_doubt",
            ),
            models.UniqueConstraint(
                fields=["guideline", "clause", "doubt"], condition=models.Q(undone_at=None, case=None),
                name="one_reading_a_doubt_for_all",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.doubt}: {self.reading}"


class PaperRequest(models.Model):
    """One letter that asked for papers: what, from whom, by when. Never changed.

    `items` are of a decision's `wanting`; `application` is the one that they were asked about.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="requests")
    items = models.JSONField()
    due_on = models.DateField()
    application = models.ForeignKey(ApplicationRevision, on_delete=models.PROTECT, related_name="+")
    letter = models.ForeignKey(Sealed, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    unchanging = Unchanging()

    def __str__(self) -> str:
        return f"request of {self.made_at:%Y-%m-%d}"


class Note(models.Model):
    """What somebody wrote about a case: for the carrier alone, or for the broker too. Never changed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField()
    to_broker = models.BooleanField(default=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=_now)

    unchanging = Unchanging()

    def __str__(self) -> str:
        return f"note {self.pk}"
