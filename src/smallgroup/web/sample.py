"""The sample: invented organizations, people and groups, for somebody who wants to look before they load their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from django.db import transaction

from smallgroup.dates import add_days
from smallgroup.errors import Problem, Refused
from smallgroup.group import GroupFile, read_group
from smallgroup.group.papers import in_words
from smallgroup.group.write import group_text
from smallgroup.intake.rates_file import rates_file
from smallgroup.web import clock, rates
from smallgroup.web.accounts.models import Membership, Organization, Role, User
from smallgroup.web.audit_log.models import record
from smallgroup.web.cases import papers
from smallgroup.web.cases import verbs as cases
from smallgroup.web.census_work import keep_original, read_file
from smallgroup.web.coverage import sample as coverage_sample
from smallgroup.web.groups import verbs as groups
from smallgroup.web.groups.models import Group

DAY = date(2025, 9, 12)
"""The day on which the sample group was complete; its rates hold around it."""
PASSWORD = "sample words only"  # for invented people on this machine; `load` makes nobody else


@dataclass(frozen=True)
class SamplePerson:
    email: str
    name: str
    place: str
    role: Role


PEOPLE = (
    SamplePerson("broker@example.com", "Bea Broker", "agency", Role.BROKER),
    SamplePerson("agency@example.com", "Aki Agency", "agency", Role.ADMIN),
    SamplePerson("general@example.com", "Gil General", "general", Role.ADMIN),
    SamplePerson("underwriter@example.com", "Uma Underwriter", "carrier", Role.UNDERWRITER),
    SamplePerson("supervisor@example.com", "Sam Supervisor", "carrier", Role.SUPERVISOR),
    SamplePerson("carrier@example.com", "Cal Carrier", "carrier", Role.ADMIN),
)


def examples() -> Path:
    """The folder of examples: beside the code in a checkout. Raises Refused where it is not there."""
    folder = Path(__file__).parents[3] / "examples"
    if not (folder / "group.yaml").exists():
        raise Refused(Problem("The sample", "its files come with the source, and this is an installed copy.",
                              "Run it from a checkout, or start without --demo."))  # fmt: skip
    return folder


def load() -> bool:
    """Load the sample, once. Whether it was loaded now."""
    if User.objects.filter(is_sample=True).exists():
        return False
    folder = examples()
    rates.store().import_(
        rates_file(folder / "rates.csv", state="GA"), source_name="rates.csv (invented)", imported_on=clock.today()
    )
    with transaction.atomic():
        _load(folder)
    return True


def _load(folder: Path) -> None:
    kinds = Organization.Kind
    general = Organization.objects.create(name="Example General Agency", kind=kinds.GENERAL_AGENCY)
    places = {
        "general": general,
        "agency": Organization.objects.create(name="Example Oak Agency", kind=kinds.AGENCY, general_agency=general),
        "carrier": Organization.objects.create(name="Example Carrier", kind=kinds.CARRIER),
    }
    people = {}
    for one in PEOPLE:
        user = User.objects.create_user(one.email, PASSWORD, name=one.name, is_sample=True)
        Membership.objects.create(user=user, organization=places[one.place], role=one.role)
        _verified(user)
        if one.place == "carrier":
            _second_factor(user)
        people[one.email] = user
    broker = people["broker@example.com"]
    record(broker, "load", "sample", "1")
    text, data = (folder / "group.yaml").read_text(), (folder / "census.xlsx").read_bytes()
    census = read_file(data, "census.xlsx", as_of=clock.today())
    for name, change, submitted in _variants():
        file = change(read_group(text))
        file = replace(file, group=replace(file.group, legal_name=name))
        group = groups.make_group(organization=places["agency"], legal_name=name, state="GA", by=broker)
        groups.revise_application(group, group_text(file), by=broker)
        groups.revise_census(group, census.members, by=broker, notices=census.notices,
                             original=keep_original(data), original_name="census.xlsx")  # fmt: skip
        hand_in_papers(group, by=broker)
        if submitted is not None:
            cases.submit(group, by=broker, on=submitted)
    coverage_sample.load(places["agency"], broker, text, census)


def hand_in_papers(group: Group, *, by: User) -> None:
    """An invented paper for each one that the group's application names: what it says of papers proves nothing."""
    application = group.applications.order_by("-number").first()
    assert application is not None
    for document in read_group(application.text).application.documents or ():
        said = f"An invented {in_words(document.kind)} of {group.legal_name}, for the sample.\n"
        papers.hand_in(group, [(f"{document.kind}.txt", said.encode())], kind=document.kind, by=by)


def _variants() -> list[tuple[str, Callable[[GroupFile], GroupFile], date | None]]:
    """The bakery as it is, and with one thing otherwise: a queue has more than one color."""
    day = DAY

    def same(file: GroupFile) -> GroupFile:
        return file

    def no_license(file: GroupFile) -> GroupFile:
        kept = tuple(one for one in file.application.documents or () if one.kind != "business_license")
        return replace(file, application=replace(file.application, documents=kept),
                       group=replace(file.group, business_license=None))  # fmt: skip

    def no_compensation(file: GroupFile) -> GroupFile:
        return replace(file, group=replace(file.group, workers_compensation="none"))

    return [
        ("Example Crumb Bakery Inc", same, day),
        ("Example Sawdust Carpentry Inc", no_license, day),
        ("Example Anchor Boats Inc", no_compensation, add_days(day, -3)),
        ("Example Paper Kites Inc", same, None),
    ]


def _verified(user: User) -> None:
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


def _second_factor(user: User) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(user, generate_totp_secret())


def code_of(email: str) -> str:
    """The six digits that a sample person's second factor shows now. Raises Refused for anybody else."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
    from allauth.mfa.utils import decrypt

    user = User.objects.filter(email=email.strip().lower(), is_sample=True).first()
    factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first() if user else None
    if factor is None:
        raise Refused(Problem(email, "no sample person with a second factor has this address.",
                              "The codes of real people are on their own devices."))  # fmt: skip
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(decrypt(factor.data["secret"]), counter)))
