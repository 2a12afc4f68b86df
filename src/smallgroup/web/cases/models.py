"""A case: a group that was submitted, with its papers, before the carrier's underwriters."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models

from smallgroup.web.accounts.models import User
from smallgroup.web.groups.models import ApplicationRevision, CensusRevision, Group
from smallgroup.web.unchanging import Unchanging
from smallgroup.web.vault.models import Sealed

if TYPE_CHECKING:
    from smallgroup.web.accounts.access import Person


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
    and the other is told. `engine` is the latest decision of the rules, `state` what a person made of it."""

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

    objects = Cases.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_on", "id"], name="open_cases_by_due_day",
                         condition=models.Q(state__in=["open", "pended", "referred"])),
            models.Index(fields=["assigned_to", "state"], name="cases_by_person"),
            models.Index(fields=["state", "due_on"], name="cases_by_state"),
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
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class DecisionRecord(models.Model):
    """A decision, of the rules or of a person, as it was made. Never changed.

    `document` is the JSON of `underwrite --json` with its inputs, so it can be replayed; `outcomes` has clause →
    outcome in clear. `made_by` is null where the rules decided; `overrides` is the decision that it sets aside,
    which a second person has to make.
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
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "number"], name="one_decision_a_number")]

    unchanging = Unchanging()

    def __str__(self) -> str:
        return f"decision {self.number} of {self.case_id}: {self.decision}"


class SettledReading(models.Model):
    """A doubtful text that a named person has decided between its readings: for one case, or for the guideline."""

    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="settled")
    guideline = models.CharField(max_length=60)
    clause = models.CharField(max_length=80)
    doubt = models.CharField(max_length=80)
    reading = models.CharField(max_length=200)
    why = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    made_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.doubt}: {self.reading}"


class PaperRequest(models.Model):
    """One letter that asked for papers: what, from whom, by when. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="requests")
    items = models.JSONField()
    due_on = models.DateField()
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
    made_at = models.DateTimeField(auto_now_add=True)

    unchanging = Unchanging()

    def __str__(self) -> str:
        return f"note {self.pk}"
