"""What each person may do at each address: one line for each address and method, and the things that it is about.

The rules of the house: who has not signed in is led to sign in; a stranger is told that there is nothing (404); a
reader that it is not theirs to change (403). A group, its papers and quotes are the agency's (and its general agency's)
alone; the carrier has pages of its own, which tell an agency's people of their own case that these are not theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict

from smallgroup.web import clock
from smallgroup.web.accounts import verbs as accounts
from smallgroup.web.accounts.models import Invitation, Membership, Role
from smallgroup.web.cases import deciding, verbs, working
from smallgroup.web.cases import papers as handed
from smallgroup.web.cases.models import Case, DecisionRecord, Override, Paper, PaperRequest, SettledReading
from smallgroup.web.coverage.models import Enrollment
from smallgroup.web.groups import sending
from smallgroup.web.groups.models import Group
from smallgroup.web.quotes import papers
from smallgroup.web.quotes import verbs as quotes
from smallgroup.web.quotes.models import CensusDraft, Quote
from smallgroup.web.quotes.terms import Terms
from smallgroup.web.vault.models import seal
from tests.web import quoting
from tests.web.cases_made import make_case, make_paper
from tests.web.conftest import EXAMPLES
from tests.web.covered import make_enrolled
from tests.web.groups import bakery_of

NAMES = (None, "ada", "ann", "bo", "gil", "eve", "uma", "sam", "rex", "cal")
"""Nobody, and the people of conftest."""
SIGN_IN = "sign in"
"""What somebody gets who is led to sign in."""
READING = {"clause": "share-of-1099", "doubt": "they may be half of", "reading": "all who enroll, 1099 workers too",
           "why": "So it is meant."}  # fmt: skip


class Things:
    """One of each, all of Oak Agency's; made when a line asks for it."""

    def __init__(self, people: Any):
        self.people = people

    # --- accounts and rulebook

    @cached_property
    def invited(self) -> tuple[Invitation, str]:
        return accounts.invite(self.people.oak, email="new@example.com", role=Role.STAFF, by=self.people.ann)

    @cached_property
    def membership(self) -> Membership:
        return Membership.objects.get(user=self.people.bo)

    @cached_property
    def ended(self) -> Membership:
        accounts.end(self.membership, by=self.people.ann)
        return self.membership

    @cached_property
    def for_all(self) -> SettledReading:
        """A reading that holds for the guideline."""
        return self._settled(None, self.people.sam)

    def _settled(self, case: Case | None, by: Any) -> SettledReading:
        return SettledReading.objects.create(
            case=case, guideline="kp-ga-2025-07", clause="participation", doubt="1099 workers", reading="left out",
            why="A test.", by=by, on=clock.today(),
        )  # fmt: skip

    # --- quotes

    @cached_property
    def draft(self) -> CensusDraft:
        """Ada's."""
        return quotes.make_draft(quoting.census(), "staff.xlsx", by=self.people.ada)

    @cached_property
    def terms(self) -> Terms:
        return Terms.of_form(QueryDict(urlencode(quoting.TERMS)))

    @cached_property
    def quoted(self) -> tuple[Quote, str]:
        """The agency's, and the secret end of its link."""
        return quotes.save(self.draft, self.terms, by=self.people.ada, organization=self.people.oak)

    @cached_property
    def archived(self) -> Quote:
        quotes.archive(self.quoted[0], by=self.people.ada)
        return self.quoted[0]

    @cached_property
    def nobodys(self) -> str:
        """The secret end of the link of a quote that nobody signed in for."""
        draft = quotes.make_draft(quoting.census(), "staff.xlsx", by=None)
        return quotes.save(draft, self.terms, by=None, organization=None)[1]

    # --- groups

    @cached_property
    def bakery(self) -> Group:
        """A prospect."""
        return bakery_of(self.people)

    @cached_property
    def sent(self) -> Case:
        """The bakery before the carrier, which sees it on its own pages only."""
        return verbs.submit(self.bakery, by=self.people.ada)

    @cached_property
    def submitted(self) -> Group:
        return self.sent.group

    @cached_property
    def withdrawn(self) -> Case:
        sending.withdraw(self.sent, by=self.people.ada, seen=self.sent.version)
        return self.sent

    @cached_property
    def paper(self) -> Paper:
        return make_paper(self.sent, "business_license", self.people)

    @cached_property
    def taken_back(self) -> Paper:
        handed.take_back(self.paper, by=self.people.ada)
        return self.paper

    @cached_property
    def decision(self) -> DecisionRecord:
        """A person's."""
        deciding.decide(self.sent, seen=self.sent.version, decision="approve", reason="Fine.", by=self.people.uma)
        return self.sent.decisions.get(maker=DecisionRecord.Maker.PERSON)

    @cached_property
    def letter(self) -> PaperRequest:
        return PaperRequest.objects.create(
            case=self.sent, items=[], due_on=clock.today(), application=self.sent.application, made_at=clock.now(),
            letter=seal(b"A letter.", kind="request", media_type="text/plain; charset=utf-8"), made_by=self.people.uma,
        )  # fmt: skip

    @cached_property
    def covered(self) -> Group:
        return make_enrolled(self.people)

    @cached_property
    def enrollment(self) -> Enrollment:
        return self.covered.enrollments.get()

    # --- cases

    @cached_property
    def referred(self) -> Case:
        return make_case(self.people, "refer")

    @cached_property
    def pended(self) -> Case:
        return make_case(self.people, "pend")

    @cached_property
    def wages(self) -> Paper:
        body = (EXAMPLES / "wage_report.csv").read_bytes()
        return make_paper(self.referred, "state_quarterly_wage_report", self.people, body=body, name="wages.csv")

    @cached_property
    def judged(self) -> Paper:
        working.judge_paper(self.wages, by=self.people.uma, status="accepted")
        return self.wages

    @cached_property
    def settled(self) -> SettledReading:
        """By Uma, for the case."""
        return self._settled(self.referred, self.people.uma)

    @cached_property
    def proposed(self) -> Override:
        """By Uma."""
        deciding.decide(self.pended, seen=self.pended.version, decision="approve", reason="Seen.", by=self.people.uma)
        return self.pended.overrides.get()

    def seen(self, case: Case) -> dict[str, Any]:
        return {"seen": Case.objects.get(pk=case.pk).version}


def file(name: str, sample: str) -> Callable[[Things], dict[str, Any]]:
    """A form with one of the sample's files, new each time it is sent; of what is text its name is another."""
    body = (EXAMPLES / sample).read_bytes().replace(b"Crumb Bakery", b"Kites")
    return lambda t: {name: SimpleUploadedFile(sample, body)}


def who(*, nobody: int | str = SIGN_IN, rest: int, **answers: int) -> dict[str | None, int | str]:
    """Status by person; `rest` is everybody else, `nobody` who has not signed in."""
    return {None: nobody, **dict.fromkeys(NAMES[1:], rest), **answers}


ANYBODY, SIGNED_IN = who(nobody=200, rest=200), who(rest=200)
ANYBODY_DOES = who(nobody=302, rest=302)
# An agency's things: its people and its general agency's.
READS = who(rest=404, ada=200, ann=200, bo=200, gil=200)
FORM = {**READS, "bo": 403}
CHANGES = who(rest=404, ada=302, ann=302, bo=403, gil=302)
IN_THE_WAY = who(rest=404, ada=422, ann=422, bo=403, gil=422)
SELLERS = who(rest=403, ada=302, ann=302, gil=302, eve=302)  # for their own agency, whichever it is
ADMINISTERS = who(rest=404, ann=302, ada=403, bo=403)
ADAS = who(nobody=404, rest=404, ada=200)  # a draft is for who made it
# What is in force: the carrier reads it too.
OF_COVERED = who(rest=200, eve=404)
FORM_OF_COVERED = who(rest=403, eve=404, ada=200, ann=200, gil=200)
CHANGES_COVERED = who(rest=403, eve=404, ada=302, ann=302, gil=302)
COVERED_IN_THE_WAY = who(rest=403, eve=404, ada=422, ann=422, gil=422)
# The carrier's pages: an agency's people may not, of their own case; of another's they are told that there is none.
CARRIER_READS = who(rest=403, eve=404, uma=200, sam=200, rex=200, cal=200)
CARRIER_LISTS = {**CARRIER_READS, "eve": 403}
UNDERWRITERS_FORM = who(rest=403, eve=404, uma=200, sam=200)
UNDERWRITES = who(rest=403, eve=404, uma=302, sam=302)
SUPERVISES = {**UNDERWRITES, "uma": 403}
PRINTED = papers.can_print()

Line = tuple[
    Callable[[Things], list[Any]], dict[str, Any] | Callable[[Things], dict[str, Any]], dict[str | None, int | str]
]
TABLE: dict[str, Line] = {
    # method and name, and of what where one line is not enough: (arguments, form, who gets what)
    "GET front": (lambda t: [], {}, ANYBODY),
    "GET home": (lambda t: [], {}, who(rest=302, rex=200, cal=200)),
    "GET people": (lambda t: [], {}, SIGNED_IN),
    "POST invite": (lambda t: [t.people.oak.pk], {"email": "a@example.com", "role": "staff"}, ADMINISTERS),
    "POST membership_end": (lambda t: [t.membership.pk], {}, ADMINISTERS),
    # Bo, who has left, is nobody there any more.
    "POST membership_back": (lambda t: [t.ended.pk], {}, {**ADMINISTERS, "bo": 404}),
    "POST membership_role": (lambda t: [t.membership.pk], {"role": "staff", "seen": "reader"}, ADMINISTERS),
    "POST membership_role_back": (lambda t: [t.membership.pk, "staff"], {}, ADMINISTERS),
    "POST invitation_withdraw": (lambda t: [t.invited[0].pk], {}, ADMINISTERS),
    "GET join": (lambda t: [t.invited[1]], {}, ANYBODY),
    "POST join": (lambda t: [t.invited[1]], {"name": "New", "password": "a long enough word"}, ANYBODY_DOES),
    "GET quote_start": (lambda t: [], {}, ANYBODY),
    "POST quote_start": (lambda t: [], file("census", "census.xlsx"), ANYBODY_DOES),
    "GET quote_template": (lambda t: [], {}, ANYBODY),
    "GET quote_draft": (lambda t: [t.draft.pk], {}, ADAS),
    "POST quote_draft": (
        lambda t: [t.draft.pk], lambda t: {"seen": t.draft.work_id, "cell-E2": "1975-03-31"}, {**ADAS, "ada": 302},
    ),
    "GET quote_terms": (lambda t: [t.draft.pk], {}, ADAS),
    "POST quote_terms": (lambda t: [t.draft.pk], quoting.TERMS, {**ADAS, "ada": 302}),
    "POST quote_totals": (lambda t: [t.draft.pk], quoting.TERMS, ADAS),
    "POST quote_save": (lambda t: [t.draft.pk], quoting.TERMS, {**ADAS, "ada": 302}),
    "GET quote_list": (lambda t: [], {}, SIGNED_IN),
    "GET quote_page": (lambda t: [t.quoted[0].pk], {}, READS),
    "GET quote_compare": (lambda t: [t.quoted[0].pk], {}, READS),
    "GET quote_xlsx": (lambda t: [t.quoted[0].pk], {}, READS),
    "GET quote_pdf": (lambda t: [t.quoted[0].pk], {}, READS if PRINTED else who(rest=404)),
    "POST quote_modify": (lambda t: [t.quoted[0].pk], {}, CHANGES),
    "POST quote_copy": (lambda t: [t.quoted[0].pk], {}, CHANGES),
    "POST quote_archive": (lambda t: [t.quoted[0].pk], {}, CHANGES),
    "POST quote_back": (lambda t: [t.archived.pk], {}, CHANGES),
    "POST quote_renew_link": (lambda t: [t.quoted[0].pk], {}, CHANGES),
    "POST quote_make_group": (lambda t: [t.quoted[0].pk], {}, CHANGES),
    # Who has the link reads; who has the link of a quote that nobody signed in for changes it too.
    "GET quote_link_page": (lambda t: [t.quoted[1]], {}, ANYBODY),
    "GET quote_link_page, nobody's": (lambda t: [t.nobodys], {}, ANYBODY),
    "GET quote_link_compare": (lambda t: [t.quoted[1]], {}, ANYBODY),
    "GET quote_link_xlsx": (lambda t: [t.quoted[1]], {}, ANYBODY),
    "GET quote_link_pdf": (lambda t: [t.quoted[1]], {}, ANYBODY if PRINTED else who(nobody=404, rest=404)),
    "POST quote_link_modify": (lambda t: [t.quoted[1]], {}, {**SELLERS, None: 403, "eve": 403}),
    "POST quote_link_modify, nobody's": (lambda t: [t.nobodys], {}, ANYBODY_DOES),
    "POST quote_link_copy": (lambda t: [t.quoted[1]], {}, {**SELLERS, None: 403, "eve": 403}),
    "POST quote_link_copy, nobody's": (lambda t: [t.nobodys], {}, ANYBODY_DOES),
    "POST quote_keep": (lambda t: [t.nobodys], {}, SELLERS),
    "GET group_list": (lambda t: [], {}, SIGNED_IN),
    "GET group_new": (lambda t: [], {}, who(rest=403, ada=200, ann=200, gil=200, eve=200)),
    "POST group_new": (lambda t: [], {"legal_name": "Example Kites Inc"}, SELLERS),
    "GET group_page": (lambda t: [t.submitted.pk], {}, READS),
    "GET group_page, a prospect": (lambda t: [t.bakery.pk], {}, READS),
    "POST group_broker": (
        lambda t: [t.submitted.pk], lambda t: {"broker": t.people.ann.pk, "seen": t.people.ada.pk}, CHANGES,
    ),
    "POST group_broker_back": (lambda t: [t.submitted.pk, str(t.people.ann.pk)], {}, CHANGES),
    "GET group_application": (lambda t: [t.submitted.pk], {}, READS),
    "GET application_download": (lambda t: [t.submitted.pk], {}, READS),
    "POST application_upload": (lambda t: [t.submitted.pk], file("file", "group.yaml"), CHANGES),
    "GET application_history": (lambda t: [t.submitted.pk], {}, READS),
    "GET application_section": (lambda t: [t.submitted.pk, "compensation"], {}, READS),
    "POST application_section": (
        lambda t: [t.submitted.pk, "compensation"], {"group.workers_compensation": "none", "seen": "1"}, CHANGES,
    ),
    "GET group_census": (lambda t: [t.submitted.pk], {}, READS),
    "POST census_upload": (lambda t: [t.submitted.pk], file("file", "census.xlsx"), CHANGES),
    "POST census_accept": (lambda t: [t.submitted.pk], {}, IN_THE_WAY),  # no file waits
    "POST census_drop": (lambda t: [t.submitted.pk], {}, CHANGES),
    "GET census_difference": (lambda t: [t.submitted.pk], {"before": "1", "after": "1"}, READS),
    "GET census_original": (lambda t: [t.submitted.pk, 1], {}, READS),
    "GET group_check": (lambda t: [t.submitted.pk], {}, READS),
    "GET group_papers": (lambda t: [t.submitted.pk], {}, READS),
    "POST paper_hand_in": (
        lambda t: [t.submitted.pk],
        lambda t: {"kind": "business_license", "files": SimpleUploadedFile("a.pdf", b"%PDF-1.7 invented")}, CHANGES,
    ),
    "GET paper_download": (lambda t: [t.submitted.pk, t.paper.pk], {}, READS),
    "POST paper_describe": (
        lambda t: [t.submitted.pk, t.paper.pk], {"kind": "form_941", "seen": "business_license"}, CHANGES,
    ),
    "POST paper_take_back": (lambda t: [t.submitted.pk, t.paper.pk], {}, CHANGES),
    "POST paper_put_back": (lambda t: [t.submitted.pk, t.taken_back.pk], {}, CHANGES),
    "POST group_submit": (lambda t: [t.bakery.pk], {}, CHANGES),
    "GET group_case": (lambda t: [t.submitted.pk], {}, READS),
    "POST group_answer": (lambda t: [t.submitted.pk, t.sent.pk], lambda t: t.seen(t.sent), CHANGES),
    "POST group_withdraw": (lambda t: [t.submitted.pk, t.sent.pk], lambda t: t.seen(t.sent), CHANGES),
    "POST group_bring_back": (lambda t: [t.submitted.pk, t.withdrawn.pk], {}, CHANGES),
    "GET group_letter": (lambda t: [t.submitted.pk, t.letter.pk], {}, READS),
    "GET group_decision": (lambda t: [t.submitted.pk, t.decision.pk], {}, READS),
    "GET coverage_list": (lambda t: [], {}, SIGNED_IN),
    "GET renewal_list": (lambda t: [], {}, SIGNED_IN),
    "GET coverage": (lambda t: [t.covered.pk], {}, OF_COVERED),
    "GET roster": (lambda t: [t.covered.pk], {}, OF_COVERED),
    "GET participation": (lambda t: [t.covered.pk], {}, OF_COVERED),
    "GET renewal": (lambda t: [t.covered.pk], {}, OF_COVERED),
    "GET roster_change": (lambda t: [t.covered.pk, "end"], {}, FORM_OF_COVERED),
    "POST roster_change": (lambda t: [t.covered.pk, "end"], {}, COVERED_IN_THE_WAY),
    "POST roster_undo": (lambda t: [t.covered.pk], {}, COVERED_IN_THE_WAY),
    "GET coverage_end": (lambda t: [t.covered.pk], {}, {**FORM_OF_COVERED, "uma": 200, "sam": 200}),
    "POST coverage_end": (lambda t: [t.covered.pk], {}, {**COVERED_IN_THE_WAY, "uma": 422, "sam": 422}),
    "POST coverage_end_undo": (lambda t: [t.covered.pk], {}, {**COVERED_IN_THE_WAY, "uma": 422, "sam": 422}),
    "POST renewal_submit": (lambda t: [t.covered.pk], {}, COVERED_IN_THE_WAY),
    "GET enroll": (lambda t: [t.covered.pk], {}, FORM_OF_COVERED),
    "POST enroll": (lambda t: [t.covered.pk], {}, COVERED_IN_THE_WAY),
    "POST enroll_undo": (lambda t: [t.covered.pk], {}, CHANGES_COVERED),
    "GET enrollment": (lambda t: [t.enrollment.pk], {}, OF_COVERED),
    "POST enrollment_confirm": (lambda t: [t.enrollment.pk], {}, {**COVERED_IN_THE_WAY, "uma": 422, "sam": 422}),
    "GET case_queue": (lambda t: [], {}, CARRIER_LISTS),
    "GET case_calendar": (lambda t: [], {}, CARRIER_LISTS),
    "GET case": (lambda t: [t.referred.pk], {}, CARRIER_READS),
    "GET case_history": (lambda t: [t.referred.pk], {}, CARRIER_READS),
    "GET case_members": (lambda t: [t.referred.pk], {}, CARRIER_READS),
    "GET case_premiums": (lambda t: [t.referred.pk], {}, CARRIER_READS),
    "GET case_wages": (lambda t: [t.referred.pk], lambda t: {"paper": t.wages.pk}, CARRIER_READS),
    "GET case_paper": (lambda t: [t.referred.pk, t.wages.pk], {}, CARRIER_READS),
    "GET case_request": (lambda t: [t.sent.pk, t.letter.pk], {}, CARRIER_READS),
    "POST case_replay": (lambda t: [t.referred.pk, 1], {}, CARRIER_READS),
    # What the rules found has no letter.
    "GET case_letter": (
        lambda t: [t.referred.pk, 1, "client"], {}, who(rest=403, eve=404, uma=422, sam=422, rex=422, cal=422),
    ),
    "GET case_ask": (lambda t: [t.pended.pk], {}, UNDERWRITERS_FORM),
    "POST case_ask": (
        lambda t: [t.pended.pk], lambda t: {**t.seen(t.pended), "item": "waiver_forms", "due_on": "2025-09-22"},
        UNDERWRITES,
    ),
    "GET case_ask_letter": (
        lambda t: [t.pended.pk], {"item": "waiver_forms", "due_on": "2025-09-22"}, UNDERWRITERS_FORM,
    ),
    "POST case_assign": (lambda t: [t.referred.pk], lambda t: {**t.seen(t.referred), "to": "me"}, UNDERWRITES),
    "POST case_days": (
        lambda t: [t.referred.pk], lambda t: {**t.seen(t.referred), "due_on": "2025-09-22"}, UNDERWRITES,
    ),
    "POST case_note": (lambda t: [t.referred.pk], {"text": "A word."}, UNDERWRITES),
    "POST case_rules": (lambda t: [t.referred.pk], {}, UNDERWRITES),
    "POST case_judge": (lambda t: [t.referred.pk, t.wages.pk], {"status": "accepted"}, UNDERWRITES),
    "POST case_judge_undo": (lambda t: [t.referred.pk, t.judged.pk], {}, UNDERWRITES),
    "POST case_settle": (lambda t: [t.referred.pk], lambda t: {**t.seen(t.referred), **READING}, UNDERWRITES),
    "POST case_settle, for all": (
        lambda t: [t.referred.pk], lambda t: {**t.seen(t.referred), **READING, "for": "guideline"}, SUPERVISES,
    ),
    "POST case_settle_undo": (lambda t: [t.referred.pk, t.settled.pk], {}, UNDERWRITES),
    "POST case_settle_undo, for all": (lambda t: [t.referred.pk, t.for_all.pk], {}, SUPERVISES),
    "POST case_decide": (
        lambda t: [t.referred.pk], lambda t: {**t.seen(t.referred), "decision": "pend", "reason": "One question."},
        UNDERWRITES,
    ),
    # Who proposed it takes it back; a second person, a supervisor, lets it hold.
    "POST case_override": (
        lambda t: [t.pended.pk, t.proposed.pk],
        lambda t: {**t.seen(t.pended), "answer": "reject", "why": "A mistake."}, UNDERWRITES,
    ),
    "POST case_override, to hold": (
        lambda t: [t.pended.pk, t.proposed.pk], lambda t: {**t.seen(t.pended), "answer": "confirm"}, SUPERVISES,
    ),
    "POST case_reopen": (
        lambda t: [t.decision.case.pk], lambda t: {**t.seen(t.sent), "reason": "The address was another."}, SUPERVISES,
    ),
    "GET rulebook": (lambda t: [], {}, ANYBODY),
    "GET rulebook_clause": (lambda t: ["kp-ga-2025-07", "participation"], {}, ANYBODY),
    "GET rulebook_compare": (lambda t: [], {}, ANYBODY),
    "GET rulebook_groups_csv": (lambda t: [], {}, who(rest=403, uma=422, sam=422, rex=422, cal=422)),
    "POST rulebook_unsettle": (lambda t: [t.for_all.pk], {}, who(rest=404, uma=403, sam=302, rex=403, cal=403)),
    "POST rulebook_settle_again": (
        lambda t: [t.for_all.pk], {}, who(rest=404, uma=403, sam=422, rex=403, cal=403),
    ),
}  # fmt: skip
