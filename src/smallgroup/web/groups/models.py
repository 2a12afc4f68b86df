"""A group's one life, from prospect to its end, and the revisions of what is said about it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models.functions import Lower

from smallgroup.web import clock
from smallgroup.web.accounts.models import Organization, User
from smallgroup.web.unchanging import Unchanging
from smallgroup.web.vault.models import Sealed

if TYPE_CHECKING:
    from datetime import datetime

    import polars as pl

    from smallgroup.web.accounts.access import Person


Kind = Organization.Kind


def _now() -> datetime:
    """By the portal's clock, so that what is told in order was made in order on the sample's day too."""
    return clock.now()


class Stage(models.TextChoices):
    """Where a group stands in its life; `life.py` says what leads from one to the next."""

    PROSPECT = "prospect", "Prospect"
    QUOTED = "quoted", "Quoted"
    SUBMITTED = "submitted", "Submitted"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    ENROLLED = "enrolled", "Enrolled"
    ACTIVE = "active", "Active"
    ENDED = "ended", "Ended"


class Groups(models.QuerySet["Group"]):
    def seen_by(self, person: Person) -> Groups:
        """An agency sees its own groups, a general agency those of its agencies, the carrier what was submitted."""
        seen = models.Q(organization__in=agencies_of(person))
        if person.is_carrier:
            from smallgroup.web.cases.models import Case

            seen |= models.Q(models.Exists(Case.objects.filter(group=models.OuterRef("pk"))))
        return self.filter(seen)

    def worked_by(self, person: Person) -> Groups:
        """Those of one's own agencies: what is not submitted yet, or not again, is nobody else's to see."""
        return self.filter(organization__in=agencies_of(person))


def agencies_of(person: Person) -> models.QuerySet[Organization]:
    """The agencies whose groups somebody may read: their own, and those of their general agency."""
    ids = person.organizations("read")
    return Organization.objects.filter(
        models.Q(pk__in=ids) | models.Q(general_agency__in=ids), kind__in=(Kind.AGENCY, Kind.GENERAL_AGENCY)
    )


class Group(models.Model):
    """A small employer, as an agency knows it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="groups")
    broker = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="groups")
    legal_name = models.CharField(max_length=200)
    state = models.CharField(max_length=2)
    county = models.CharField(max_length=60, blank=True)
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.PROSPECT, db_index=True)
    effective_date = models.DateField(null=True, blank=True)
    anniversary = models.DateField(null=True, blank=True, db_index=True)
    ended_on = models.DateField(null=True, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=_now)
    # The name as it is searched: the database makes it, so no writer can forget to.
    searched = models.GeneratedField(
        expression=Lower("legal_name"), output_field=models.CharField(max_length=200), db_persist=True
    )

    objects = Groups.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organization", "legal_name", "id"], name="groups_by_name"),
            models.Index(fields=["organization", "stage"], name="groups_by_stage"),  # narrow: they are counted by it
            # For who has nearly all of them: the first page is read in order, without sorting the rest.
            models.Index(fields=["legal_name", "id"], name="all_groups_by_name"),
            models.Index(fields=["effective_date", "id"], name="all_groups_by_effective_date"),
            models.Index(fields=["-made_at", "id"], name="all_groups_by_day"),
        ]

    def __str__(self) -> str:
        return self.legal_name

    def may_be_sold_by(self, person: Person) -> bool:
        return person.for_agency("sell", self.organization)


class ApplicationRevision(models.Model):
    """The application as it was at one moment, as group.yaml has it. Never changed; the latest one holds."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="applications")
    number = models.PositiveIntegerField()
    text = models.TextField()
    why = models.CharField(max_length=300, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=_now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["group", "number"], name="one_application_a_number")]

    unchanging = Unchanging()

    def __str__(self) -> str:
        return f"application {self.number} of {self.group_id}"


class CensusRevision(models.Model):
    """A census as it was at one moment: one sealed document, and in clear what was counted in it, naming nobody.

    `measures` has the counts that lists and queues show (`census_work.measures_of`). `original` is the file as it
    came, where one came. Without a group it belongs to a quote.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, null=True, blank=True, on_delete=models.PROTECT, related_name="censuses")
    number = models.PositiveIntegerField(null=True, blank=True)
    members = models.ForeignKey(Sealed, on_delete=models.PROTECT, related_name="+")
    original = models.ForeignKey(Sealed, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    original_name = models.CharField(max_length=200, blank=True)
    measures = models.JSONField(default=dict)
    notices = models.JSONField(default=list)
    holds_from = models.DateField(null=True, blank=True, help_text="For a group that is covered: its first day.")
    why = models.CharField(max_length=300, blank=True)
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=_now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["group", "number"], name="one_census_a_number")]

    # Of a quote that nobody signed in for; a group's census stays.
    unchanging = Unchanging(may_delete="OLD.group_id IS NULL")

    def __str__(self) -> str:
        return f"census {self.number or ''} {self.id}"

    def frame(self) -> pl.DataFrame:
        """Every member, in the columns of census.fields.SCHEMA and `row`. Opening it is a reading of personal data."""
        from smallgroup.web.census_work import frame_of

        return frame_of(self.members.open())

    @property
    def counted(self) -> dict[str, Any]:
        found: dict[str, Any] = self.measures
        return found
