"""What is done with a quote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from smallgroup.web.audit_log.models import record
from smallgroup.web.groups.models import CensusRevision
from smallgroup.web.quotes.models import Quote
from smallgroup.web.vault.models import Sealed

if TYPE_CHECKING:
    from datetime import date


@transaction.atomic
def purge(today: date) -> int:
    """Delete the quotes of nobody whose day has come, with all that was sealed for them. How many."""
    passed = Quote.objects.filter(organization=None, purge_on__lt=today)
    names = list(passed.values_list("pk", flat=True))
    censuses = list(CensusRevision.objects.filter(quoted__quote__in=names, group=None).values_list("pk", flat=True))
    for quote in names:
        record("purge", "delete", "quote", quote)
    Quote.objects.filter(pk__in=names).delete()
    CensusRevision.objects.filter(pk__in=censuses, quoted=None).delete()
    Sealed.objects.filter(purge_on__lt=today).delete()
    return len(names)
