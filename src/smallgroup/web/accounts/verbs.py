"""Who joins an organization and who leaves it: each verb one function, one transaction, one audit line."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from smallgroup.errors import Problem, Refused
from smallgroup.web import clock
from smallgroup.web.accounts.models import ROLES_OF, Invitation, Membership, Organization, Role, User
from smallgroup.web.audit_log.models import record

INVITATION_DAYS = 7


@transaction.atomic
def invite(organization: Organization, *, email: str, role: str, by: User | None) -> tuple[Invitation, str]:
    """An invitation, and the secret that its link ends in: it is not kept. Raises Refused."""
    email, problems = email.strip().lower(), []
    try:
        validate_email(email)
    except ValidationError:
        problems.append(Problem("E-mail", f"{email!r} is no e-mail address.", "Write it as name@example.com."))
    if role not in ROLES_OF[Organization.Kind(organization.kind)]:
        problems.append(Problem("Role", f"{role!r} is no role at {organization.name}.", "Choose one of the list."))
    if Membership.objects.filter(organization=organization, user__email=email, ended_at=None).exists():
        problems.append(Problem("E-mail", f"{email} is of {organization.name} already.", "Change the role there."))
    if problems:
        raise Refused(problems)
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        organization=organization,
        email=email,
        role=role,
        token_hash=_hash(secret),
        invited_by=by,
        expires_at=clock.now() + timedelta(days=INVITATION_DAYS),
    )
    record(by or "command line", "invite", "invitation", invitation.id, organization=organization.id, role=role)
    return invitation, secret


def invitation_of(secret: str) -> Invitation | None:
    """The invitation that still holds, by its link's secret."""
    return (
        Invitation.objects.filter(
            token_hash=_hash(secret), accepted_at=None, withdrawn_at=None, expires_at__gt=clock.now()
        )
        .select_related("organization", "invited_by")
        .first()
    )


@transaction.atomic
def join(invitation: Invitation, *, name: str, password: str, signed_in: User | None = None) -> User:
    """Take an invitation up: with a new account, or with the account of the same e-mail that is signed in.

    Raises Refused: an account of that e-mail is there and not signed in, a weak password, no name; or the
    invitation was taken up or withdrawn in the meantime.
    """
    taken = Invitation.objects.filter(
        pk=invitation.pk, accepted_at=None, withdrawn_at=None, expires_at__gt=clock.now()
    ).update(accepted_at=clock.now())
    if taken != 1:
        raise Refused(Problem("The invitation", "it was taken up, withdrawn, or has ended.", "Ask for a new one."))
    user = User.objects.filter(email=invitation.email).first()
    if user is not None and user != signed_in:
        raise Refused(
            Problem(
                "The invitation", "there is an account with this e-mail address.", "Sign in, then open the link again."
            )
        )
    if user is None:
        user = _new_user(invitation.email, name, password)
    try:
        with transaction.atomic():
            Membership.objects.create(user=user, organization=invitation.organization, role=invitation.role)
    except IntegrityError:
        raise Refused(
            Problem("The invitation", "you belong to that organization already.", "Go on as you are.")
        ) from None
    Invitation.objects.filter(pk=invitation.pk).update(accepted_by=user)
    record(user, "join", "organization", invitation.organization_id, role=invitation.role)
    return user


def _new_user(email: str, name: str, password: str) -> User:
    from allauth.account.models import EmailAddress

    problems = [] if name.strip() else [Problem("Name", "it is empty.", "Write the name that others will see.")]
    try:
        validate_password(password, User(email=email, name=name))
    except ValidationError as error:
        problems += [Problem("Password", " ".join(error.messages), "Choose another.")]
    if problems:
        raise Refused(problems)
    user = User.objects.create_user(email, password, name=name.strip())
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


@transaction.atomic
def withdraw(invitation: Invitation, *, by: User) -> None:
    if Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None).update(
        withdrawn_at=clock.now()
    ):
        record(by, "withdraw", "invitation", invitation.id, organization=invitation.organization_id)


@transaction.atomic
def end(membership: Membership, *, by: User) -> None:
    """Somebody leaves. Raises Refused where nobody would be left to manage the organization."""
    # Locked as a whole, so that two administrators cannot end each other at one moment.
    held = Organization.objects.select_for_update().get(pk=membership.organization_id)
    others = held.memberships.filter(role=Role.ADMIN, ended_at=None).exclude(pk=membership.pk)
    if membership.role == Role.ADMIN and not others.exists():
        raise Refused(
            Problem("Administrators", f"nobody else manages {held.name}.", "Make somebody else an administrator first.")
        )
    if Membership.objects.filter(pk=membership.pk, ended_at=None).update(ended_at=clock.now()):
        record(by, "end", "membership", membership.pk, organization=held.id, of=membership.user_id)


@transaction.atomic
def change_role(membership: Membership, role: str, *, by: User, seen: str) -> None:
    """Another role in the same organization. Raises Refused: no role there, nobody left to manage it, or somebody
    else has changed it since."""
    held = Organization.objects.select_for_update().get(pk=membership.organization_id)
    if role not in ROLES_OF[Organization.Kind(held.kind)]:
        raise Refused(Problem("Role", f"{role!r} is no role at {held.name}.", "Choose one of the list."))
    others = held.memberships.filter(role=Role.ADMIN, ended_at=None).exclude(pk=membership.pk)
    if seen == Role.ADMIN and role != Role.ADMIN and not others.exists():
        raise Refused(
            Problem("Administrators", f"nobody else manages {held.name}.", "Make somebody else an administrator first.")
        )
    if Membership.objects.filter(pk=membership.pk, role=seen, ended_at=None).update(role=role) != 1:
        raise Refused(
            Problem("Role", "somebody else has changed it since you opened this page.", "Look at it as it is now.")
        )
    record(by, "change role", "membership", membership.pk, organization=held.id, of=membership.user_id, role=role,
           before=seen)  # fmt: skip


@transaction.atomic
def take_back(membership: Membership, *, by: User) -> None:
    """Undo an end. Raises Refused where they have joined again since."""
    if Membership.objects.filter(user=membership.user, organization=membership.organization, ended_at=None).exists():
        raise Refused(Problem(str(membership.user), "they belong to it again already.", "Nothing is left to undo."))
    Membership.objects.filter(pk=membership.pk).update(ended_at=None)
    record(by, "take back", "membership", membership.pk, organization=membership.organization_id, of=membership.user_id)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def found_organization(name: str, kind: str, email: str) -> tuple[Invitation, str]:
    """The first administrator of an organization, invited from the command line. Raises Refused."""
    if kind not in Organization.Kind.values:
        raise Refused(Problem("--kind", f"{kind!r} is none.", f"Known: {', '.join(Organization.Kind.values)}."))
    organization, made = Organization.objects.get_or_create(name=name.strip(), kind=kind)
    if made:
        record("command line", "found", "organization", organization.id)
    return invite(organization, email=email, role=Role.ADMIN, by=None)
