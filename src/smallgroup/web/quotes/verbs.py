"""What is done with a draft and a quote: each verb one function, one transaction, one audit line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from smallgroup.census.fields import SCHEMA
from smallgroup.errors import Problem, Refused
from smallgroup.web import census_work, clock
from smallgroup.web.audit_log.models import record
from smallgroup.web.groups.models import CensusRevision, Group, Stage
from smallgroup.web.groups.verbs import make_group, move, revise_application, revise_census
from smallgroup.web.quotes import pricing, reading
from smallgroup.web.quotes.edits import Work
from smallgroup.web.quotes.models import CensusDraft, Quote, QuoteRevision, new_token, token_hash
from smallgroup.web.quotes.terms import Terms, asked
from smallgroup.web.vault.models import Sealed, seal

if TYPE_CHECKING:
    from uuid import UUID

    from smallgroup.web.accounts.models import Organization, User

NOBODY = "nobody"
"""Who did it, in the audit log, where nobody had signed in."""
_BINARY, _JSON = "application/octet-stream", "application/json"


# --- drafts ----------------------------------------------------------------------------------------


@transaction.atomic
def make_draft(
    data: bytes, name: str, *, by: User | None, work: Work | None = None, terms: Terms | None = None,
    revises: QuoteRevision | None = None,
) -> CensusDraft:  # fmt: skip
    """Keep a file that was handed in, until it is a quote. Raises Refused where it cannot be read at all."""
    found = census_work.read_sheets(data, name)
    ends = _in_days(settings.ANONYMOUS_QUOTE_DAYS)
    draft = CensusDraft.objects.create(
        original=seal(data, kind="original", media_type=_BINARY, purge_on=ends), original_name=name[-200:],
        work=_sealed(work or Work(), ends), terms=(terms or Terms()).as_json(), purge_on=ends, made_by=by,
        made_at=clock.now(),
        quote=revises.quote if revises else None, seen=revises.number if revises else 0,
    )  # fmt: skip
    reading.sheets_known(draft, found)
    record(by or NOBODY, "make", "draft", draft.id)
    return draft


@transaction.atomic
def rework(draft: CensusDraft, work: Work, *, by: User | None) -> None:
    """What is changed in the draft's file, whole. Raises Refused where another window has changed it since."""
    sealed = _sealed(work, draft.purge_on)
    if CensusDraft.objects.filter(pk=draft.pk, work=draft.work_id).update(work=sealed) != 1:
        raise Refused(Problem("The census", "it was changed in another window since you opened this one.",
                              "Look at it as it is now, and change it again."))  # fmt: skip
    Sealed.objects.filter(pk=draft.work_id).delete()
    record(by or NOBODY, "change", "draft", draft.pk, steps=len(work.steps))


@transaction.atomic
def draft_of(revision: QuoteRevision, *, by: User | None) -> CensusDraft:
    """A draft to change a quote by, from one of its revisions: its file, its edits and its terms."""
    census = revision.census
    record(by or NOBODY, "read", "census", census.id, why="a quote is changed")
    original, work = census.original, revision.work
    if original is None or work is None:
        raise Refused(Problem("The census", "its file was not kept.", "Start a new quote with the file."))
    return make_draft(
        original.open(), census.original_name, by=by, work=Work.of_bytes(work.open()),
        terms=Terms.of_json(revision.terms), revises=revision,
    )  # fmt: skip


def _sealed(work: Work, purge_on: date | None) -> Sealed:
    return seal(work.as_bytes(), kind="edits", media_type=_JSON, purge_on=purge_on)


# --- quotes ----------------------------------------------------------------------------------------


@transaction.atomic
def save(draft: CensusDraft, terms: Terms, *, by: User | None, organization: Organization | None) -> tuple[Quote, str]:
    """A quote of the draft with its first revision, and the secret end of its private link, which is not kept.

    Raises Refused: something is wrong with the census, the terms or both.
    """
    today, token = clock.today(), new_token()
    lasts = settings.LINK_DAYS if organization else settings.ANONYMOUS_QUOTE_DAYS
    quote = Quote.objects.create(
        organization=organization, name=name_of(terms, draft), link_hash=token_hash(token),
        link_ends_on=_in_days(lasts), made_by=by, made_at=clock.now(),
        purge_on=None if organization else _in_days(settings.ANONYMOUS_QUOTE_DAYS),
    )  # fmt: skip
    _add_revision(quote, draft, terms, by=by, today=today)
    record(by or NOBODY, "make", "quote", quote.id)
    return quote, token


@transaction.atomic
def revise(quote: Quote, draft: CensusDraft, terms: Terms, *, by: User | None) -> QuoteRevision:
    """The next revision of a quote. Raises Refused where somebody else has made one since the draft was begun."""
    held = Quote.objects.select_for_update().get(pk=quote.pk)
    if held.latest != draft.seen:
        raise Refused(Problem(held.name, f"somebody has changed this quote since you began: it is at revision "
                              f"{held.latest}, and you began from {draft.seen}.",
                              "Nothing of yours is lost: save it as a quote of its own, or open the quote "
                              "anew."))  # fmt: skip
    revision = _add_revision(held, draft, terms, by=by, today=clock.today())
    record(by or NOBODY, "revise", "quote", held.id, number=revision.number)
    return revision


def _add_revision(quote: Quote, draft: CensusDraft, terms: Terms, *, by: User | None, today: date) -> QuoteRevision:
    """In the caller's transaction. The census is sealed anew, so that a quote is alone in what it holds."""
    read = reading.reading_of(draft, as_of=today)
    if read.census is None:
        raise Refused(read.problems)
    terms_hold = asked(terms, as_of=today)
    members = read.census.members.select(*SCHEMA)
    found = pricing.answered(terms_hold, members, as_of=today)
    result = pricing.kept(found, terms_hold)
    last = quote.revisions.order_by("-number").select_related("census", "work").first() if quote.latest else None
    work = _sealed(read.work, quote.purge_on)
    if last is not None and last.work is not None and _same_census(last, draft, work):
        census = last.census
    else:
        original = seal(draft.original.open(), kind="original", media_type=_BINARY, purge_on=quote.purge_on)
        census = census_work.keep_census(
            read.census.members, group=None, by=by, notices=read.notices, original=original,
            original_name=draft.original_name,
        )  # fmt: skip
        Sealed.objects.filter(pk=census.members_id).update(purge_on=quote.purge_on)
    revision = QuoteRevision.objects.create(
        quote=quote, number=quote.latest + 1, census=census, work=work, terms=terms.as_json(),
        application=terms_hold.text, result=result, as_of=today, guideline=found.guideline.id, made_by=by,
        made_at=clock.now(),
    )  # fmt: skip
    changed = Quote.objects.filter(pk=quote.pk, latest=quote.latest).update(
        latest=revision.number, effective_date=found.file.effective_date, name=name_of(terms, draft),
        summary=pricing.summary(result, census.counted),
    )  # fmt: skip
    if changed != 1:
        raise Refused(Problem(quote.name, "somebody has changed this quote just now.", "Open it anew."))
    CensusDraft.objects.filter(pk=draft.pk).update(quote=quote, seen=revision.number, terms=terms.as_json())
    return revision


def _same_census(last: QuoteRevision, draft: CensusDraft, work: Sealed) -> bool:
    original = last.census.original
    return (
        original is not None and original.sha256 == draft.original.sha256
        and last.work is not None and last.work.sha256 == work.sha256
    )  # fmt: skip


def name_of(terms: Terms, draft: CensusDraft) -> str:
    return terms.legal_name or f"A group in {terms.county} County" if terms.county else draft.original_name or "A group"


@transaction.atomic
def copy(revision: QuoteRevision, *, by: User | None, organization: Organization | None) -> tuple[Quote, str]:
    """A quote of its own that begins as a revision of another stands."""
    draft = draft_of(revision, by=by)
    terms = Terms.of_json(revision.terms)
    terms = replace(terms, legal_name=f"{terms.legal_name} (copy)"[:200] if terms.legal_name else "")
    quote, token = save(draft, terms, by=by, organization=organization)
    Quote.objects.filter(pk=quote.pk).update(copied_from=revision.quote_id)
    _delete_drafts([draft.pk])
    return quote, token


@transaction.atomic
def keep(quote: Quote, *, organization: Organization, by: User) -> None:
    """Take a quote that nobody signed in for into an organization: it is kept from now on. Raises Refused."""
    if Quote.objects.filter(pk=quote.pk, organization=None).update(organization=organization, purge_on=None) != 1:
        raise Refused(Problem(quote.name, "an agency has taken it already.", "Make a copy of it."))
    Sealed.objects.filter(pk__in=_sealed_of([quote.pk])).update(purge_on=None)
    record(by, "keep", "quote", quote.pk)


@transaction.atomic
def renew_link(quote: Quote, *, by: User) -> str:
    """A new private link; the old one ends."""
    token = new_token()
    Quote.objects.filter(pk=quote.pk).update(link_hash=token_hash(token), link_ends_on=_in_days(settings.LINK_DAYS))
    record(by, "renew link", "quote", quote.pk)
    return token


@transaction.atomic
def archive(quote: Quote, *, by: User) -> None:
    Quote.objects.filter(pk=quote.pk, archived_at=None).update(archived_at=clock.now())
    record(by, "archive", "quote", quote.pk)


@transaction.atomic
def take_back(quote: Quote, *, by: User) -> None:
    """Out of the archive again."""
    Quote.objects.filter(pk=quote.pk).update(archived_at=None)
    record(by, "take back", "quote", quote.pk)


@transaction.atomic
def make_group_of(quote: Quote, *, by: User) -> Group:
    """A group with the quote's application and census as they are now. Raises Refused: nameless, or a group already."""
    held = Quote.objects.select_for_update(of=("self",)).select_related("organization").get(pk=quote.pk)
    revision = held.revisions.select_related("census__members", "census__original").get(number=held.latest)
    terms, organization = Terms.of_json(revision.terms), held.organization
    if held.group_id is not None:
        raise Refused(Problem(held.name, "there is a group of it already.", "Open the group."))
    if organization is None or not terms.legal_name:
        raise Refused(Problem(held.name, "a group needs the legal name of the business.",
                              "Change the quote, and write the legal name."))  # fmt: skip
    census = revision.census
    record(by, "read", "census", census.id, why="a group is made of a quote")
    group = make_group(
        organization=organization, legal_name=terms.legal_name, state=_state_of(revision), county=terms.county, by=by,
        broker=held.made_by or by,
    )  # fmt: skip
    why = f"from the quote, revision {revision.number}"
    revise_application(group, revision.application, by=by, why=why)
    original = None
    if census.original is not None:
        original = census_work.keep_original(census.original.open(), media_type=census.original.media_type)
    revise_census(
        group, census.frame(), by=by, notices=census.notices, original=original, original_name=census.original_name,
        why=why,
    )  # fmt: skip
    move(group, Stage.QUOTED, come_from=(Stage.PROSPECT,), by=by, why=why)
    Quote.objects.filter(pk=held.pk).update(group=group)
    record(by, "make group", "quote", held.pk, group_id=group.pk)
    return group


def _state_of(revision: QuoteRevision) -> str:
    from smallgroup.rulebook import guideline

    return guideline(revision.guideline).state or ""


def by_link(token: str) -> Quote | None:
    """The quote behind a private link, while the link holds."""
    return Quote.objects.filter(link_hash=token_hash(token), link_ends_on__gte=clock.today()).select_related(
        "organization"
    ).first()  # fmt: skip


# --- the end ---------------------------------------------------------------------------------------


@transaction.atomic
def purge(today: date) -> int:
    """Delete the quotes of nobody and the drafts whose day has come, with all that was sealed. How many quotes."""
    quotes = list(Quote.objects.filter(organization=None, purge_on__lt=today).values_list("pk", flat=True))
    drafts = list(CensusDraft.objects.filter(purge_on__lt=today).values_list("pk", flat=True))
    censuses = list(CensusRevision.objects.filter(quoted__quote__in=quotes, group=None).values_list("pk", flat=True))
    sealed = _sealed_of(quotes)
    for quote in quotes:
        record("purge", "delete", "quote", quote)
    Quote.objects.filter(pk__in=quotes).delete()
    CensusRevision.objects.filter(pk__in=censuses).delete()
    Sealed.objects.filter(pk__in=sealed).delete()
    _delete_drafts(drafts)
    reading.forget()
    return len(quotes)


def _sealed_of(quotes: list[UUID]) -> list[UUID]:
    """Every document that these quotes hold."""
    rows = QuoteRevision.objects.filter(quote__in=quotes).values_list(
        "work", "census__members", "census__original"
    )
    return list({one for row in rows for one in row if one is not None})


def _delete_drafts(drafts: list[UUID]) -> None:
    rows = CensusDraft.objects.filter(pk__in=drafts).values_list("original", "work")
    sealed = {one for row in rows for one in row}
    CensusDraft.objects.filter(pk__in=drafts).delete()
    Sealed.objects.filter(pk__in=sealed).delete()


def _in_days(days: int) -> date:
    return clock.today() + timedelta(days=days)
