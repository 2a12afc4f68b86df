"""Where a group stands by the rules, as it is now: what is open, what is missing, and what it would cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smallgroup.census.fields import SCHEMA
from smallgroup.errors import Problem, Refused
from smallgroup.rulebook import guideline_in_force
from smallgroup.underwriting.wanting import Wanted, wanting
from smallgroup.web import clock
from smallgroup.web.answers import Answer, answer
from smallgroup.web.cases import verbs as cases
from smallgroup.web.cases.models import OPEN_STATES, Case, Paper
from smallgroup.web.groups.sections import section_for, sections
from smallgroup.web.groups.verbs import open_census

if TYPE_CHECKING:
    from smallgroup.web.accounts.models import User
    from smallgroup.web.groups.models import ApplicationRevision, CensusRevision, Group


@dataclass(frozen=True)
class Ask:
    """One thing that is still missing, with the clauses that wait for it and where it is answered."""

    wanted: Wanted
    titles: tuple[str, ...]
    section: str | None
    in_census: bool

    @property
    def section_title(self) -> str:
        return next((one.title for one in sections() if one.id == self.section), "")


@dataclass(frozen=True)
class Standing:
    """What the rules say now; or `problems`, which keep them from saying anything."""

    application: ApplicationRevision | None
    census: CensusRevision | None
    found: Answer | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def asks(self) -> tuple[Ask, ...]:
        if self.found is None:
            return ()
        titles = {one.clause: one.title for one in self.found.decision.findings}
        return tuple(_ask(one, titles) for one in wanting(self.found.decision))

    @property
    def missing_papers(self) -> tuple[str, ...]:
        return tuple(one.wanted.paper for one in self.asks if one.wanted.paper)

    @property
    def findings(self) -> list[dict[str, Any]]:
        return [one.as_json() for one in self.found.decision.findings] if self.found else []

    @property
    def premiums(self) -> dict[str, Any] | None:
        return self.found.quote.as_json() if self.found and self.found.quote else None


def _ask(wanted: Wanted, titles: dict[str, str]) -> Ask:
    known = [section for clause in wanted.clauses if (section := section_for(clause))]
    section = None if wanted.paper or not known else known[0]
    return Ask(wanted, tuple(titles[clause] for clause in wanted.clauses), section, not wanted.paper and not known)


def standing(group: Group, *, by: User, why: str, with_quote: bool = False) -> Standing:
    """Run the rules on the newest application, census and papers. Reading the census is a line of the audit log."""
    application = group.applications.order_by("-number").first()
    census = group.censuses.select_related("members").order_by("-number").first()
    problems = []
    if application is None:
        problems.append(Problem("The application", "there is none yet.", "Fill it in, or upload a group.yaml."))
    if census is None:
        problems.append(Problem("The census", "there is none yet.", "Upload it: any spreadsheet with usual headers."))
    if application is None or census is None:
        return Standing(application, census, None, tuple(problems))
    today = clock.today()
    case = open_case(group)
    chosen = guideline_in_force(today)
    members = open_census(census, by=by, why=why).select(*SCHEMA)
    try:
        found = answer(
            cases.full_text(application, papers_of(group)), members, as_of=today, guideline_id=chosen.id,
            layer=cases.layer_of(case, chosen.id) if case else None, with_quote=with_quote,
        )  # fmt: skip
    except Refused as refused:
        return Standing(application, census, None, refused.problems)
    return Standing(application, census, found)


def papers_of(group: Group) -> list[Paper]:
    return list(group.papers.filter(removed_at=None).select_related("file", "made_by").defer("file__body")
                .order_by("made_at"))  # fmt: skip


def open_case(group: Group) -> Case | None:
    found: Case | None = group.cases.filter(state__in=OPEN_STATES).order_by("-number").first()
    return found


def problems_with_sections(problems: Sequence[Problem]) -> list[tuple[Problem, str | None]]:
    """Each with the section of the application in which it is corrected, where there is one."""
    return [
        (one, next((section.id for section in sections() for path in section.paths
                    if (one.field or "").startswith(path)), None))
        for one in problems
    ]  # fmt: skip
