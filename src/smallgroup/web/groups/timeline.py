"""What happened to a group, the latest first: from its audit lines and its cases, in words for the agency.

Of the carrier's people it names the role and nobody; of what the rules found, only what the agency has to know.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from smallgroup.dates import spoken
from smallgroup.web.accounts.models import Membership, Organization, Role, User
from smallgroup.web.audit_log.models import AuditLine
from smallgroup.web.cases.models import DecisionRecord, Note, PaperRequest
from smallgroup.web.groups.models import Stage

if TYPE_CHECKING:
    from smallgroup.web.groups.models import Group

MOST = 200
_LATER = (Stage.ENROLLED, Stage.ACTIVE, Stage.ENDED)


@dataclass(frozen=True)
class Event:
    at: datetime
    what: str
    who: str
    text: str = ""


def events(group: Group) -> list[Event]:
    found = [*_of_the_log(group), *_of_the_cases(group)]
    return sorted(found, key=lambda event: event.at, reverse=True)[:MOST]


_SAID = {
    ("make", "group"): "The group was written down",
    ("submit", "case"): "Submitted to the carrier",
    ("answer", "case"): "Answered, and sent again",
    ("withdraw", "case"): "Withdrawn",
    ("bring back", "case"): "The withdrawal was undone",
    ("hand in", "paper"): "A paper was handed in",
    ("take back", "paper"): "A paper was taken back",
    ("put back", "paper"): "A paper was put back",
    ("give", "group"): "Another broker",
}
_DECIDED = {"approve": "Approved", "decline": "Declined", "pend": "Something is missing", "refer": "Referred"}
_BY_RULES = {
    "approve": "Checked by the rules: nothing is missing", "pend": "Checked by the rules: something is missing",
    "refer": "A person at the carrier looks at it", "decline": "A person at the carrier looks at it",
}  # fmt: skip


def _of_the_log(group: Group) -> Iterable[Event]:
    lines = list(AuditLine.objects.filter(group_id=str(group.pk)).order_by("-id")[: MOST * 3])
    names = _names({line.who for line in lines})
    for line in lines:
        said, told = _SAID.get((line.verb, line.kind)), line.told
        if (line.verb, line.kind) in (("revise", "application"), ("revise", "census")):
            said = f"{line.kind.capitalize()}, revision {told.get('number')}"
        if (line.verb, line.kind) == ("move", "group") and told.get("to") in _LATER:
            said = f"The group is {Stage(told['to']).label.lower()}"
        if said:
            text = str(told.get("paper", "")).replace("_", " ") if line.kind == "paper" else ""
            yield Event(datetime.fromisoformat(line.at), said, names.get(line.who, line.who), text)


def _of_the_cases(group: Group) -> Iterable[Event]:
    decisions = list(DecisionRecord.objects.filter(case__group=group).select_related("made_by"))
    requests = list(PaperRequest.objects.filter(case__group=group))
    notes = list(Note.objects.filter(case__group=group, to_broker=True))
    makers = {*(one.made_by_id for one in decisions), *(one.made_by_id for one in requests),
              *(one.made_by_id for one in notes)}  # fmt: skip
    names = _names({str(one) for one in makers if one})
    for decided in decisions:
        if decided.maker == DecisionRecord.Maker.RULES:
            yield Event(decided.made_at, _BY_RULES.get(decided.decision, decided.decision), "the rules")
        else:
            yield Event(decided.made_at, _DECIDED.get(decided.decision, decided.decision),
                        names.get(str(decided.made_by_id), "the carrier"))  # fmt: skip
    for request in requests:
        count = len(request.items)
        what = "1 thing is asked for" if count == 1 else f"{count} things are asked for"
        yield Event(request.made_at, what, names.get(str(request.made_by_id), "the carrier"),
                    f"by {spoken(request.due_on)}")  # fmt: skip
    for note in notes:
        yield Event(note.made_at, "A note to you", names.get(str(note.made_by_id), "the carrier"), note.text)


def _names(ids: set[str]) -> dict[str, str]:
    """Who they are: an agency's people by name, the carrier's by their role."""
    known = [UUID(one) for one in ids if len(one) == 36 and one.count("-") == 4]
    found = {str(user.pk): str(user) for user in User.objects.filter(pk__in=known)}
    carriers = Membership.objects.filter(user__in=known, organization__kind=Organization.Kind.CARRIER)
    for one in carriers.order_by("id"):
        role = Role(one.role)
        of_role = f"the carrier ({role.label.lower()})"
        found[str(one.user_id)] = "an underwriter" if role == Role.UNDERWRITER else of_role
    return found
