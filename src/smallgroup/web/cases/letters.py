"""Letters of a case: what is asked for, sent and kept; and a decision on paper, for the broker and for the client.

A letter to a client is told facts and law: what is wanted, from whom, by when. No reading, number or page of the guide
and nobody's data is handed to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction

from smallgroup.dates import spoken
from smallgroup.errors import Problem, Refused
from smallgroup.web import clock
from smallgroup.web.audit_log.models import record
from smallgroup.web.cases.calendar import schedule
from smallgroup.web.cases.models import Case, DecisionRecord, PaperRequest, State
from smallgroup.web.cases.verbs import by_rules, changed, document_of, must_be_open
from smallgroup.web.clock import ZONE
from smallgroup.web.vault.models import seal

if TYPE_CHECKING:
    from smallgroup.web.accounts.models import User

PDF, TEXT = "application/pdf", "text/plain; charset=utf-8"
COPIES = ("broker", "client")
_NO_HEALTH = "No question here is about anybody's health: small employers are accepted whatever it is (45 CFR 147.104)."


@dataclass(frozen=True)
class Letter:
    """What is about to be sent: its items, the day, the words, and the bytes that are kept."""

    items: tuple[dict[str, Any], ...]
    due_on: date
    text: str
    body: bytes
    media_type: str


def key_of(item: Mapping[str, Any]) -> str:
    """What names an item in a form: its kind of paper, or a short hash of the answer that is asked for."""
    return str(item["paper"] or hashlib.sha256(item["what"].encode()).hexdigest()[:12])


def proposed_day(case: Case, today: date) -> date:
    return schedule(today).papers_by(today, case.effective_date)


def letter_of(case: Case, document: Mapping[str, Any], keys: Sequence[str], due_on: date | None, today: date) -> Letter:
    """The letter that asks for the chosen items. Raises Refused: nothing chosen, an unknown item, a day that passed."""
    by_key = {key_of(one): one for one in document["wanting"]}
    problems = []
    if not keys:
        problems.append(Problem("The letter", "nothing is chosen.", "Tick what is to be asked for."))
    if any(key not in by_key for key in keys):
        problems.append(Problem("The letter", "something that was chosen is not open any more.",
                                "Look at what is missing now, and choose again."))  # fmt: skip
    if due_on is None or due_on <= today:
        problems.append(Problem("The day", "it has passed, or it is no day." if due_on else "it is not given.",
                                "Give a day after today, as YYYY-MM-DD."))  # fmt: skip
    if problems or due_on is None:
        raise Refused(problems)
    items = tuple({**one, "by": due_on.isoformat()} for key, one in by_key.items() if key in keys)
    text = _text(case, items, due_on)
    body, media_type = _printed_request(case, document, items, today) or (text.encode(), TEXT)
    return Letter(items, due_on, text, body, media_type)


def _text(case: Case, items: Sequence[Mapping[str, Any]], due_on: date) -> str:
    effective = spoken(case.effective_date)
    lines = [f"{case.group}: group health coverage from {effective}", "",
             f"To start coverage on {effective} we still need the following by {spoken(due_on)}:", ""]  # fmt: skip
    for number, one in enumerate(items, 1):
        what = one["what"][0].upper() + one["what"][1:].rstrip(".")
        law = f" ({one['law']})" if one["law"] else ""
        lines.append(f"{number}. {what}{law}. From: {one['from']}.")
        if one["change"]:
            lines.append(f"   What would do: {one['change']}")
    lines += ["", "Please keep any existing coverage until you have a written acceptance.", _NO_HEALTH]
    return "\n".join(lines) + "\n"


def _printed_request(
    case: Case, document: Mapping[str, Any], items: Sequence[Mapping[str, Any]], today: date
) -> tuple[bytes, str] | None:
    """The PDF; None where this installation makes none."""
    try:
        from smallgroup.papers import request_letter
        from smallgroup.papers.printing import needs_typst

        needs_typst()
    except (ImportError, Refused):
        return None
    # Whoever asks for papers has not refused: what the rules alone would say is not for the client.
    told = {**document, "decision": "pend", "wanting": list(items)}
    return request_letter(told, group=str(case.group), effective_date=case.effective_date, dated=today), PDF


@transaction.atomic
def ask_for_papers(
    case: Case, *, seen: int, keys: Sequence[str], due_on: date | None, by: User
) -> PaperRequest:
    """Send one letter for what is chosen: it is kept, and the case waits for the broker. Raises Refused, Overtaken."""
    changed(case, seen)
    held = Case.objects.select_related("group").get(pk=case.pk)
    must_be_open(held)
    document = document_of(by_rules(held), by=by, why="a letter that asks for papers")
    letter = letter_of(held, document, keys, due_on, clock.today())
    sent = PaperRequest.objects.create(
        case=held, items=list(letter.items), due_on=letter.due_on, application_id=held.application_id, made_by=by,
        letter=seal(letter.body, kind="request", media_type=letter.media_type), made_at=clock.now(),
    )  # fmt: skip
    Case.objects.filter(pk=held.pk).update(state=State.PENDED, follow_up_on=letter.due_on)
    record(by, "ask for papers", "request", sent.pk, group_id=held.group_id, due_on=letter.due_on,
           items=[key_of(one) for one in letter.items])  # fmt: skip
    return sent


def decision_pdf(decided: DecisionRecord, *, copy: str, by: User) -> bytes:
    """A decision as its letter. Raises Refused where this installation makes no PDF."""
    try:
        from smallgroup.papers import decision_letter
    except ImportError:
        raise Refused(Problem("The letter", "this installation makes no PDF.", "Install smallgroup[pdf].")) from None
    document = document_of(decided, by=by, why=f"the {copy} letter of a decision")
    told = {**document, "decision": decided.decision}
    if decided.decision == "approve":
        told["wanting"] = []  # what an override sets aside is not asked for any more
    group = decided.case.group
    return decision_letter(
        told, group=str(group), effective_date=decided.case.effective_date, copy="client" if copy == "client"
        else "broker", dated=decided.made_at.astimezone(ZONE).date(),
    )  # fmt: skip
