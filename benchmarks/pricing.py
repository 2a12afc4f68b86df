"""(a) One group, 44 plans: every premium, split between the employer and the employees."""

from __future__ import annotations

import json
import statistics

from benchmarks.book import AS_OF, EFFECTIVE
from benchmarks.loops import Loops, Totals
from benchmarks.one_group import EMPLOYEES, MEMBERS, PLANS, OneGroup
from benchmarks.table import Row, Table
from benchmarks.timing import fresh_process, medians
from smallgroup.quoting import quote
from smallgroup.rating.charged import family_terms, with_charged
from smallgroup.rating.premium import Cents, Charged, charged_members, employer_totals, totals

LIMIT = 0.3e-3
PUBLISHED = "as published in the project's notes, another machine"


class Priced:
    """Our ways of pricing, from the most prepared to the least."""

    def __init__(self, group: OneGroup) -> None:
        self._group = group
        self._terms = family_terms(group.guideline, AS_OF)
        self._counted = self._count()

    def _count(self) -> Charged:
        return charged_members(with_charged(self._group.everybody, EFFECTIVE, self._terms))

    def counted_census(self) -> tuple[Cents, Cents, Cents]:
        return self._split(self._counted)

    def checked_members(self) -> tuple[Cents, Cents, Cents]:
        return self._split(self._count())

    def _split(self, charged: Charged) -> tuple[Cents, Cents, Cents]:
        premium = totals(self._group.rates, charged)
        employer = employer_totals(self._group.rates, charged, self._group.contribution, None)
        assert employer is not None
        return premium, employer, premium - employer

    def whole_quote(self) -> Totals:
        group = self._group
        answer = quote(group.file, group.everybody, group.rates, guideline=group.guideline, as_of=AS_OF)
        return [(one.monthly.total, one.monthly.employer or 0) for one in answer.plans]


def pricing(group: OneGroup, *, rounds: int, starts: int) -> Table:
    """Everybody returns the same cents before the clock starts."""
    ours, loops = Priced(group), Loops(group, EFFECTIVE)
    expected = loops.decimals()
    assert loops.counted() == expected
    assert ours.whole_quote() == expected
    for premium, employer, _ in (ours.counted_census(), ours.checked_members()):
        assert list(zip(premium.tolist(), employer.tolist(), strict=True)) == expected

    took = medians(
        {
            "counted": ours.counted_census, "members": ours.checked_members, "quote": ours.whole_quote,
            "decimals": loops.decimals, "integers": loops.counted,
        },
        rounds,
    )  # fmt: skip
    cold = [json.loads(fresh_process("-m", "benchmarks.cold")) for _ in range(starts)]
    first, imports, file = (statistics.median(run[part] for run in cold) for part in ("first", "imports", "file"))
    base = took["counted"]

    def row(what: str, seconds: float, note: str = "") -> Row:
        return Row(what, seconds, seconds / base, note=note)

    return Table(
        f"(a) {EMPLOYEES} employees, {MEMBERS} members, {PLANS} plans: premium, employer's and employees' parts",
        "ours",
        (
            Row("ours, warm, from the counted census", base, 1, "<= 0.3 ms", base <= LIMIT),
            row("ours, warm, from the checked members", took["members"], "ages, who is charged, then the same"),
            row("ours, warm, the whole quote", took["quote"], "plans, notes and refusals as records"),
            row("ours, first pricing of a new process", first, "from the checked members, imports done"),
            row("ours, cold: imports and first pricing", imports + first, f"and {file * 1e3:.0f} ms to read rates.csv"),
            row("Decimal loop, member by member", took["decimals"], "hand-written, from records"),
            row("integer loop, counted by age", took["integers"], "hand-written, from records"),
            row("quoting_tool, warm", 1.7e-3, PUBLISHED),
            row("quoting_tool, first call", 15e-3, PUBLISHED),
        ),
    )  # fmt: skip
