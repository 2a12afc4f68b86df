"""Quotes: anybody's by a private link, or an agency's. A change is a new revision; nothing is overwritten."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.utils import timezone

from smallgroup.web.accounts.models import Organization, User
from smallgroup.web.groups.models import CensusRevision, Group
from smallgroup.web.unchanging import Unchanging
from smallgroup.web.vault.models import Sealed

if TYPE_CHECKING:
    from smallgroup.web.accounts.access import Person


def organizations_of(person: Person) -> models.QuerySet[Organization]:
    """Whose quotes they may read: their own organizations', and those of the agencies that work through these."""
    ids = person.organizations("read")
    return Organization.objects.filter(models.Q(pk__in=ids) | models.Q(general_agency__in=ids))


class Quotes(models.QuerySet["Quote"]):
    def seen_by(self, person: Person) -> Quotes:
        return self.filter(organization__in=organizations_of(person).values("pk"))


class Quote(models.Model):
    """`organization` is null for a quote made without signing in: who has its link may read and change it, until
    `link_ends_on`; after `purge_on` it is deleted with everything in it. The link of an agency's quote lets people
    read. `summary` is what a list shows of the latest revision: counts, premiums and the decision's word."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="quotes"
    )
    group = models.ForeignKey(Group, null=True, blank=True, on_delete=models.PROTECT, related_name="quotes")
    name = models.CharField(max_length=200)
    effective_date = models.DateField(null=True, blank=True)
    link_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    link_ends_on = models.DateField(null=True, blank=True)
    purge_on = models.DateField(null=True, blank=True, db_index=True)
    latest = models.PositiveIntegerField(default=0)
    summary = models.JSONField(default=dict)
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = Quotes.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organization", "-made_at"], name="quotes_by_day"),
            models.Index(fields=["organization", "name"], name="quotes_by_name"),
            models.Index(fields=["organization", "effective_date"], name="quotes_by_effective_date"),
        ]

    def __str__(self) -> str:
        return self.name

    def may_be_changed_by(self, person: Person) -> bool:
        return self.organization is not None and person.for_agency("sell", self.organization)


def new_token() -> str:
    """What a private link ends in. It is shown once and never kept: see `token_hash`."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class QuoteRevision(models.Model):
    """One state of a quote: its census, its terms, and what came out. Never changed.

    `terms` is what was chosen (county, ZIP, effective date, plans, contribution…), `application` the group.yaml
    that was made of them, `result` the answer of `quote --json` without its members: totals, shares and findings,
    which name nobody. `work` is what was changed in the census's file before it was read (`reading.Work`), sealed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    census = models.ForeignKey(CensusRevision, on_delete=models.PROTECT, related_name="quoted")
    work = models.ForeignKey(Sealed, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    terms = models.JSONField()
    application = models.TextField()
    result = models.JSONField()
    as_of = models.DateField()
    guideline = models.CharField(max_length=60)
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["quote", "number"], name="one_revision_a_number")]

    unchanging = Unchanging(
        may_delete="EXISTS (SELECT 1 FROM quotes_quote q WHERE q.id = OLD.quote_id AND q.organization_id IS NULL)"
    )

    def __str__(self) -> str:
        return f"revision {self.number} of {self.quote_id}"


class CensusDraft(models.Model):
    """A census on its way to a quote: the file as it came, untouched, and what was changed in it since.

    Both are sealed and are deleted after `purge_on`, with the draft: a quote keeps copies of its own. Who made it
    may open it: a person, or else the browser whose session names it. `quote` and `seen` are the quote and the
    revision that it was begun from, where it changes one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    original = models.ForeignKey(Sealed, on_delete=models.PROTECT, related_name="+")
    original_name = models.CharField(max_length=200)
    work = models.ForeignKey(Sealed, on_delete=models.PROTECT, related_name="+")
    terms = models.JSONField(default=dict)
    quote = models.ForeignKey(Quote, null=True, blank=True, on_delete=models.SET_NULL, related_name="drafts")
    seen = models.PositiveIntegerField(default=0)
    purge_on = models.DateField(db_index=True)
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"draft {self.id}"
