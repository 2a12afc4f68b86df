"""What happened to a case: the audit log in words, two decisions side by side, and a decision made anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from smallgroup.dates import spoken
from smallgroup.errors import Refused
from smallgroup.underwriting import decision_text, replay
from smallgroup.web.accounts.models import User
from smallgroup.web.audit_log.models import AuditLine, record
from smallgroup.web.cases.models import DecisionRecord

if TYPE_CHECKING:
    from smallgroup.web.cases.models import Case

_SAID = {
    ("submit", "case"): "put it before the carrier", ("run rules", "case"): "let the rules decide",
    ("read", "census"): "read the census", ("read", "decision"): "read a decision", ("read", "paper"): "opened a paper",
    ("read", "request"): "opened a letter", ("judge", "paper"): "judged a paper", ("assign", "case"): "assigned it",
    ("set days", "case"): "set its days", ("write", "note"): "wrote a note", ("approve", "case"): "approved it",
    ("decline", "case"): "declined it", ("pend", "case"): "pended it", ("refer", "case"): "referred it",
    ("reopen", "case"): "opened it again", ("propose override", "case"): "proposed an override",
    ("confirm override", "case"): "confirmed an override", ("reject override", "case"): "rejected an override",
    ("ask for papers", "request"): "asked for papers", ("settle", "reading"): "settled a reading",
    ("take back", "reading"): "took a settled reading back", ("move", "group"): "moved the group",
    ("hand in", "paper"): "handed a paper in",
    ("replay", "decision"): "made a decision anew", ("revise", "census"): "revised the census",
    ("revise", "application"): "revised the application",
}  # fmt: skip
_WORDS = {"due_on": "due on", "follow_up_on": "look again on"}
_TOLD = ("decision", "status", "to", "due_on", "follow_up_on", "clause", "number")


@dataclass(frozen=True)
class Happened:
    """One line of the audit log, as people say it."""

    at: datetime
    who: str
    what: str
    detail: str


def timeline(case: Case, *, most: int | None = None) -> list[Happened]:
    """What was done since the case was submitted, the newest first: three queries.

    Of the last few, those in which somebody only read something are left out.
    """
    first = AuditLine.objects.filter(object_id=str(case.pk), verb="submit").values_list("id", flat=True).first()
    lines = AuditLine.objects.filter(group_id=str(case.group_id), id__gte=first or 0).order_by("-id")
    rows = list(lines.exclude(verb__in=("read", "replay"))[:most] if most else lines)
    ids = {one.who for one in rows} | {one.told["to"] for one in rows if one.verb == "assign" and one.told.get("to")}
    names = {str(user.pk): str(user) for user in User.objects.filter(pk__in=[one for one in ids if len(one) == 36])}
    return [
        Happened(
            datetime.fromisoformat(one.at), names.get(one.who, one.who),
            _SAID.get((one.verb, one.kind), f"{one.verb}: {one.kind}"), _detail(one, names),
        )
        for one in rows
    ]  # fmt: skip


def _detail(line: AuditLine, names: Mapping[str, str]) -> str:
    said = line.told
    if line.verb == "assign":
        return f"to {names.get(said['to'], said['to'])}" if said.get("to") else "to nobody"
    told = [f"{_WORDS.get(key, key)} {_day_or_word(said[key])}" for key in _TOLD if said.get(key)]
    return ", ".join([*told, *([str(said["why"])] if said.get("why") else [])])


def _day_or_word(value: object) -> str:
    try:
        return spoken(date.fromisoformat(str(value)))
    except ValueError:
        return str(value)


@dataclass(frozen=True)
class Differs:
    clause: str
    before: str
    after: str


def differences(before: DecisionRecord, after: DecisionRecord) -> list[Differs]:
    """The clauses whose outcome is another, from what both decisions keep in clear."""
    clauses = dict.fromkeys([*before.outcomes, *after.outcomes])
    found = [Differs(one, before.outcomes.get(one, "none"), after.outcomes.get(one, "none")) for one in clauses]
    return [one for one in found if one.before != one.after]


@dataclass(frozen=True)
class Replayed:
    """A decision made again from its own record: the same to the byte, or what differs; `why_not` where it cannot."""

    same: bool
    differs: tuple[str, ...] = ()
    why_not: str = ""


def replayed(decided: DecisionRecord, *, by: User) -> Replayed:
    """Make a decision of the rules again, from the inputs that it keeps, by the engine of today."""
    record(by, "replay", "decision", decided.pk, group_id=decided.case.group_id, number=decided.number)
    kept = decided.document.open()
    document = json.loads(kept)
    try:
        again = replay(document, file=f"decision {decided.number}")
    except Refused as refused:
        return Replayed(False, why_not=" ".join(map(str, refused.problems)))
    if decision_text(again).encode() == kept:
        return Replayed(True)
    return Replayed(False, tuple(_differing(document, again.as_json())))


def _differing(kept: Mapping[str, Any], made: Mapping[str, Any]) -> list[str]:
    """Where two documents differ: a key, or a clause with the parts of its finding that are others."""
    said = [f"{key}: {kept.get(key)} → {made.get(key)}" for key in ("decision", "engine", "guideline", "as_of")
            if kept.get(key) != made.get(key)]  # fmt: skip
    before, after = ({one["clause"]: one for one in each["findings"]} for each in (kept, made))
    for clause in dict.fromkeys([*before, *after]):
        one, other = before.get(clause, {}), after.get(clause, {})
        parts = [name for name in dict.fromkeys([*one, *other]) if one.get(name) != other.get(name)]
        if parts:
            said.append(f"{clause}: {', '.join(parts)}")
    others = [key for key in kept if key not in ("decision", "engine", "guideline", "as_of", "findings")
              and kept[key] != made.get(key)]  # fmt: skip
    return [*said, *others] or ["the order or spelling of the document, and nothing that it says"]
