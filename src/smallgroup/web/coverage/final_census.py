"""The final census of a group beside the approved one: who differs, both sums, and the clauses that changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smallgroup.census.fields import SCHEMA
from smallgroup.errors import Refused
from smallgroup.group import read_group
from smallgroup.quoting import quoted_to_final
from smallgroup.rulebook import guideline_in_force
from smallgroup.web.answers import answer, rates_of
from smallgroup.web.audit_log.models import record
from smallgroup.web.cases.verbs import full_text, layer_of
from smallgroup.web.census_work import frame_of
from smallgroup.web.groups.verbs import open_census

if TYPE_CHECKING:
    from smallgroup.quoting import Rerate
    from smallgroup.web.accounts.models import User
    from smallgroup.web.coverage.models import Enrollment

OPEN = ("not met", "refer", "needs evidence")


@dataclass(frozen=True)
class Compared:
    """`changed` are findings with another outcome than before, as JSON with `was`; `worse` are those of them that were
    not open and now are. `participation` is shown whatever it says. `unpriced` says why there are no sums."""

    rerate: Rerate | None
    unpriced: str
    changed: list[dict[str, Any]]
    participation: dict[str, Any] | None
    members: int

    @property
    def worse(self) -> list[dict[str, Any]]:
        return [one for one in self.changed if one["outcome"] in OPEN and one["was"] not in OPEN]


def held_against(enrollment: Enrollment, *, by: User) -> Compared:
    """Both censuses, underwritten and priced on one day and at one guideline. Reading them is in the audit log.

    Raises Refused where the final census contradicts the application.
    """
    case = enrollment.case
    before = open_census(case.census, by=by, why="held against the final census").select(*SCHEMA)
    record(by, "read", "final census", enrollment.pk, group_id=enrollment.group_id, why="held against the approved one")
    kept = frame_of(enrollment.final.open())
    final = kept.select(*SCHEMA)
    guideline = guideline_in_force(case.as_of)
    text = full_text(case.application, list(case.group.papers.filter(removed_at=None).order_by("made_at")))
    layer = layer_of(case, guideline.id)
    then, now = (
        answer(text, members, as_of=case.as_of, guideline_id=guideline.id, layer=layer, with_quote=False).decision
        for members in (before, final)
    )
    was = {one.clause: one.outcome for one in then.findings}
    changed = [
        {**one.as_json(), "was": was.get(one.clause, "not applicable")}
        for one in now.findings if one.outcome != was.get(one.clause)
    ]  # fmt: skip
    participation = next((one.as_json() for one in now.findings if one.clause == "participation"), None)
    rerated, unpriced = None, ""
    try:
        rates = rates_of(read_group(text, file="The application"), guideline, case.as_of)
        if rates is None or not rates.plans:
            unpriced = f"There are no rates for {case.effective_date.isoformat()}, so the two sums are not known."
        else:
            rerated = quoted_to_final(
                before, final, rates, rated_on=case.effective_date, guideline=guideline, as_of=case.as_of
            )
    except Refused as refused:
        unpriced = " ".join(map(str, refused.problems))
    return Compared(rerated, unpriced, changed, participation, kept.height)
