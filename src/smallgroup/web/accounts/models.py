"""People and the organizations that they work for."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower


class Users(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **more: Any) -> User:
        user = self.model(email=email.strip().lower(), **more)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email=(email or "").strip().lower())


class User(AbstractBaseUser):
    """A person who signs in. What they may do hangs on their memberships, never on the person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    is_sample = models.BooleanField(default=False, help_text="An invented person of the sample data.")
    made_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = Users()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(Lower("email"), name="one_account_an_email")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)


class Organization(models.Model):
    """Who people work for. An agency may work through a general agency, which then sees its groups."""

    class Kind(models.TextChoices):
        AGENCY = "agency", "Agency"
        GENERAL_AGENCY = "general_agency", "General agency"
        CARRIER = "carrier", "Carrier"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    general_agency = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="agencies",
        limit_choices_to={"kind": Kind.GENERAL_AGENCY},
    )  # fmt: skip
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What somebody does in an organization. `access.py` says what each may do."""

    ADMIN = "admin", "Administrator"
    BROKER = "broker", "Broker"
    STAFF = "staff", "Staff"
    READER = "reader", "Reader"
    UNDERWRITER = "underwriter", "Underwriter"
    SUPERVISOR = "supervisor", "Underwriting supervisor"
    REWARDS = "rewards", "Rewards desk"


ROLES_OF = {
    Organization.Kind.AGENCY: (Role.ADMIN, Role.BROKER, Role.STAFF, Role.READER),
    Organization.Kind.GENERAL_AGENCY: (Role.ADMIN, Role.BROKER, Role.STAFF, Role.READER),
    Organization.Kind.CARRIER: (Role.ADMIN, Role.UNDERWRITER, Role.SUPERVISOR, Role.REWARDS, Role.READER),
}
SECOND_FACTOR = (Role.UNDERWRITER, Role.SUPERVISOR, Role.REWARDS)
"""Who signs in with a second factor, always; and so does a carrier's administrator, who makes these."""


class Membership(models.Model):
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    ended_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "organization"], condition=models.Q(ended_at=None), name="one_role_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()} at {self.organization}"


class Invitation(models.Model):
    """An invitation to join. Its link is shown once; what is kept is its hash."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=20, choices=Role.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.email} to {self.organization}"
