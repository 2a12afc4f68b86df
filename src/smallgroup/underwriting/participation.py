"""Participation (guide, page 4): at least half of those eligible enroll; other coverage leaves the calculation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import product

import polars as pl

from smallgroup.rulebook import Guideline
from smallgroup.underwriting.clause import (
    Candidate,
    Case,
    Clause,
    Cure,
    Numbers,
    Reading,
    Span,
    at,
    listed,
    people_word,
    plain,
)
from smallgroup.underwriting.measures import NOT_TAKING_PART, TAKING_PART, WITHOUT_1099, counted
from smallgroup.underwriting.participation_shares import (
    ParticipationTerms,
    band_of,
    enough,
    must_enroll,
    share_reached,
)
from smallgroup.underwriting.quantity import Count, share_at_least

# The doubts, each with the sides that a careful person could take (rulebook A6b, A9, A8); the first is the default.
_CONTRACTORS = ("1099 workers", ("counted where they are offered coverage", "left out"))
_UNLISTED = ("waivers that the text does not name", ("valid", "not valid"))
_AFFILIATES = ("other companies of the same owners that do not apply", ("left out", "counted"))
_ALONGSIDE = ("enrolled with the employer's other carrier", ("left out", "counted on both sides"))


@dataclass(frozen=True, slots=True)
class _Side:
    """The counts of one reading: who takes part, who does not, and who is outside of the calculation."""

    affiliates_count: bool
    contractors: bool
    unlisted_valid: bool
    alongside_counts: bool

    def _name(self, kind: str) -> str:
        return kind if self.contractors else kind + WITHOUT_1099

    @property
    def counted_part(self) -> Count:
        return self._with_affiliates(counted(self.part), "affiliates_enrolled")

    @property
    def counted_rest(self) -> Count:
        return self._with_affiliates(counted(self.rest), "affiliates_declined")

    def _with_affiliates(self, count: Count, theirs: str) -> Count:
        return count + Count(pl.col(theirs), pl.col(theirs)) if self.affiliates_count else count

    def beside(self, case: Case) -> int:
        """The employees of other companies that are counted too: who enrolls, and who declines."""
        return (case["affiliates_enrolled"] or 0) + (case["affiliates_declined"] or 0) if self.affiliates_count else 0

    @property
    def part(self) -> str:
        return self._name("enrolled_or_alongside" if self.alongside_counts else "enrolled")

    @property
    def rest(self) -> str:
        return self._name("declines" if self.unlisted_valid else "declines_or_unlisted")

    @property
    def waived(self) -> str:
        return self._name("waived" if self.unlisted_valid else "waived_listed")

    @property
    def somebody(self) -> pl.Expr:
        """With nobody enrolled there is nothing to take a share of."""
        return pl.col(self._name("somebody_enrolls"))

    def counts(self, case: Case, *, and_waived: bool = False) -> Span:
        """How many are counted, or offered coverage: of those eligible, all but who is outside.

        A person whose answer is not known may stand in several counts, and is one person all the same.
        """
        counts = [self.part, self.rest, *([self.waived] if and_waived else [])]
        outside = [] if and_waived else [self.waived]
        if self.contractors and not self.alongside_counts:
            outside.append("alongside")
        most = case.count(self._name("eligible")).at_most - case.count(*outside).at_least
        return Span(case.count(*counts).at_least, min(case.count(*counts).at_most, most))


_SIDES = tuple(
    _Side(affiliates, contractors, unlisted, alongside)
    for affiliates, contractors, unlisted, alongside in product(
        (False, True), (True, False), (True, False), (False, True)
    )
)
_DEFAULT = _SIDES[0]


def participation(guideline: Guideline, on: date) -> Clause:
    """At least half of the eligible employees enroll, in groups of every size (guide, page 4, Participation).

    Counted are those eligible for this effective date: in a class that is offered coverage, at work or on paid
    leave for the hours that the employer asks for, past the waiting period. Those with other qualifying coverage
    are outside. With nobody left to count nobody enrolls, and the clause is not met. Shares are exact.
    """
    heading = guideline.heading("participation")
    terms = heading.terms_on(ParticipationTerms, on)

    def reading(side: _Side) -> Reading:
        doubts = zip(
            (_CONTRACTORS, _UNLISTED, _ALONGSIDE, _AFFILIATES),
            (not side.contractors, not side.unlisted_valid, side.alongside_counts, side.affiliates_count),
            strict=True,
        )
        return Reading(
            side.somebody & enough(side.counted_part, side.counted_rest, terms),
            numbers=lambda case: _numbers(case, side, terms),
            axes={doubt: sides[taken] for (doubt, sides), taken in doubts},
        )

    return Clause(
        id="participation",
        text=heading.clauses["participation"],
        citation=heading.edition("minimum", on).citation,
        readings=tuple(reading(side) for side in _SIDES),
        comparisons=_comparisons(guideline, on, terms),
        applies=counted("elections") >= 1,
        because=lambda case, outcome: _because(case, outcome, terms),
        cure=lambda case: _by_the_first_reading(case, terms),
        cured_when=("not met", "refer"),
        candidates=lambda case: _candidates(case, terms),
    )


def participation_maintained(guideline: Guideline, on: date) -> Clause:
    """The share is kept up in every month of the contract; a month below it acts at the renewal only (page 4)."""

    def because(case: Case, outcome: str) -> str:
        months, below = case["contract_months"], case.count("months_below")
        if outcome == "not applicable":
            return "It acts at the renewal: this is a new group."
        if not months:
            return "It is not told how many were enrolled in the months of the contract."
        if outcome == "needs evidence":
            return f"Of {months} months of the contract, in {below} too few were enrolled: not all of them are known."
        which = f": {listed([*case['names_of_months_below']])}" if case["names_of_months_below"] else ""
        return f"Of {months} months of the contract, in {below} too few were enrolled{which}."

    return plain(
        guideline.heading("participation"), "participation-maintained",
        pl.when(pl.col("contract_months") > 0).then(counted("months_below") <= 0), because,
        lambda case: {"months": case["contract_months"], "below": case.count("months_below")},
        cure=lambda case: Cure("Restore the enrollment before the renewal, and show why it fell short."),
        applies=pl.col("is_renewal"), of_people=False,
    )  # fmt: skip


def waiver_proof(guideline: Guideline, on: date) -> Clause:
    """In an audit each waiver is proved; one that is not counts like an employee who declined (pages 4 and 5)."""
    heading = guideline.heading("participation")
    terms = heading.terms_on(ParticipationTerms, on)
    unproved = counted("waived_unproved")
    without = _DEFAULT.somebody & enough(counted(_DEFAULT.part), counted(_DEFAULT.rest) + unproved, terms)

    def because(case: Case, outcome: str) -> str:
        waived, open_ = case.count(_DEFAULT.waived), case.count("waived_unproved")
        if outcome == "not applicable":
            return "Nobody waives." if case["proofs_asked"] else "Wanted if an audit asks for it."
        if not open_.at_most:
            return f"The other coverage of all {waived} who waive is proved."
        still = "the share is reached without them" if outcome == "met" else "without them the share is not reached"
        verb = "is" if open_.at_most == 1 else "are"
        of_all = people_word(waived.at_most, "waiver", "waivers")
        return f"Of {of_all} {open_} {verb} not proved, and {still}: {listed(_unproved(case))}."

    return plain(
        heading, "waiver-proof", (unproved <= 0) | without, because,
        lambda case: {"waived": case.count(_DEFAULT.waived), "unproved": case.count("waived_unproved")},
        cure=lambda case: Cure(f"Send proof of the other coverage of {listed(_unproved(case))}."),
        cured_when=("not met", "needs evidence"),
        applies=pl.col("proofs_asked") & (counted(_DEFAULT.waived).at_most > 0), of_members=_unproved_ids,
    )  # fmt: skip


def _unproved(case: Case) -> list[str]:
    return [f"member {one}" for one in _unproved_ids(case)]


def _unproved_ids(case: Case) -> tuple[str, ...]:
    rows = case.people.filter((pl.col("waived_listed") | pl.col("waived_unlisted")) & ~pl.col("proof_shown"))
    return tuple(rows["member_id"])


def _comparisons(guideline: Guideline, on: date, terms: ParticipationTerms) -> tuple[Reading, ...]:
    side = _DEFAULT
    part, rest, waived = counted(side.part), counted(side.rest), counted(side.waived)
    marketplace = guideline.heading("participation").edition("marketplace_share", on).citation
    share = terms.minimum[0].share
    return (
        Reading(
            share_at_least(part + waived, rest, terms.marketplace_share),
            numbers=lambda case: {
                "enrolled_or_covered_elsewhere": case.count(side.part, side.waived),
                "offered": side.counts(case, and_waived=True),
                "minimum": terms.marketplace_share,
            },
            name="federal marketplace: valid waivers count as taking part",
            citation=marketplace,
        ),
        Reading(
            share_reached(part, rest, share, "down"),
            numbers=lambda case: {
                "enrolled": case.count(side.part),
                "must_enroll": must_enroll(side.counts(case).at_most, terms, down=True),
            },
            name="rounded down, as another carrier does",
        ),
        Reading(
            share_at_least(counted("enrolled_without_owners"), counted("declines_without_owners"), share),
            numbers=lambda case: {"enrolled": case.count("enrolled_without_owners")},
            name="owners left out, as the federal marketplace does",
            citation=marketplace,
        ),
        Reading(
            share_at_least(part, rest + counted("alongside"), share),
            numbers=lambda case: {"with_other_carrier": case.count("alongside")},
            name="those with the employer's other carrier counted as not taking part",
        ),
    )


def _numbers(case: Case, side: _Side, terms: ParticipationTerms) -> Numbers:
    taking_part, counts = case.count(side.part), side.counts(case)
    if side.beside(case):
        taking_part = taking_part + Span(*[case["affiliates_enrolled"] or 0] * 2)
        counts = counts + Span(*[side.beside(case)] * 2)
    return {
        "enrolled": taking_part,
        "counted": counts,
        "valid_waivers": case.count(side.waived),
        "eligible": case.count("eligible"),
        "share": (taking_part.exact, counts.exact) if taking_part.exact is not None and counts.exact else None,
        "minimum": band_of(counts.at_most, terms).share,
        "must_enroll": must_enroll(counts.at_most, terms),
    }


def _because(case: Case, outcome: str, terms: ParticipationTerms) -> str:
    if outcome == "not applicable":
        eligible = case.count("eligible").at_most
        return (
            f"Elections are not known yet: {must_enroll(eligible, terms)} of {eligible} eligible employees must "
            "enroll, fewer for each who waives with other qualifying coverage or is still in the waiting period."
        )
    taking_part, counts = case.count(_DEFAULT.part), _DEFAULT.counts(case)
    waived = case.count(_DEFAULT.waived)
    outside = f"{waived} with other qualifying coverage left out, " if waived.at_most else ""
    if counts.at_most == 0:
        said = f"{outside}nobody is left to count, and nobody enrolls. At least 1 employee must."
        return said[0].upper() + said[1:]
    said = f"{outside}{taking_part} of {counts} eligible employees enroll"
    if counts.exact and taking_part.exact is not None:
        said += f" ({_percent(taking_part.exact, counts.exact)})"
    said += f"; {at(band_of(counts.at_most, terms).share)} is wanted, so {must_enroll(counts.at_most, terms)}."
    if outcome == "needs evidence":
        unknown = _unknown(case)
        said += f" It turns on what is not known of {listed(unknown)}." if unknown else ""
    return said[0].upper() + said[1:]


def _unknown(case: Case) -> list[str]:
    """What is open: terms of the application, whose eligibility and for want of what, and who has not answered."""
    unanswered = case.people.filter(pl.col("election").is_null() & pl.col("eligible"))["member_id"]
    people = case.unknown("eligible", ("worker_type", "hours_per_week", "status"))
    terms = [("waiting_period", "latest_hire"), ("hours_required", "hours_required"), ("offers_1099", "offers_1099")]
    return [
        *(f"application.{key}" for key, fact in terms if case[fact] is None),
        *people,
        *(f"member {row['member_id']} (hire date)" for row in _hire_dates_missing(case)),
        *(f"member {member_id} (election)" for member_id in unanswered),
    ]


def _hire_dates_missing(case: Case) -> list[dict[str, object]]:
    """Those who did not enroll: whether they are past the waiting period hangs on the day of hire."""
    open_to_doubt = pl.col("declines").is_null() & pl.col("hired_on").is_null() & (pl.col("election") == "decline")
    return case.people.filter(open_to_doubt).to_dicts()


def _percent(part: int, whole: int) -> str:
    """Tenths of a percent, rounded down so that 49.99 % never reads as 50."""
    tenths = 1000 * part // whole
    return f"{tenths // 10}.{tenths % 10}%" if tenths % 10 else f"{tenths // 10}%"


def _candidates(case: Case, terms: ParticipationTerms) -> list[Candidate]:
    """One more employee enrolls, two more, … of those who declined and are W-2 employees, so that every reading counts
    them. The fewest who would have to show other coverage stand beside."""
    fewest = max(must_enroll(_DEFAULT.counts(case).at_most, terms) - case.count(_DEFAULT.part).at_least, 1)
    declined = case.count(NOT_A_1099_DECLINES).at_least
    found = []
    for more in range(1, declined + 1):
        cure = _cure(case, terms) if more == fewest else None
        said = cure or Cure(
            f"{people_word(more, 'more employee', 'more employees')} must enroll.", {"enroll_more": more}
        )
        found.append(Candidate(said, _if_enrolled(case, more)))
    return found


NOT_A_1099_DECLINES = "declines" + WITHOUT_1099


def _if_enrolled(case: Case, more: int) -> dict[str, int]:
    """The counts after so many of those who declined enroll."""
    changed: dict[str, int] = {}
    for name in (*TAKING_PART, "enrolled_without_owners"):
        for suffix in ("", WITHOUT_1099):
            if f"{name}{suffix}.at_least" in case.measures:
                for end in ("at_least", "at_most"):
                    changed[f"{name}{suffix}.{end}"] = case[f"{name}{suffix}.{end}"] + more
    for name in (*NOT_TAKING_PART, "declines_without_owners"):
        for suffix in ("", WITHOUT_1099):
            if f"{name}{suffix}.at_least" in case.measures:
                for end in ("at_least", "at_most"):
                    changed[f"{name}{suffix}.{end}"] = max(case[f"{name}{suffix}.{end}"] - more, 0)
    return changed


def _by_the_first_reading(case: Case, terms: ParticipationTerms) -> Cure | None:
    """What is left where no number of those who declined meets every reading."""
    cure = _cure(case, terms)
    if cure is None or case.count(NOT_A_1099_DECLINES).at_least < int(str(cure.numbers["enroll_more"])):
        return cure
    said = f"{cure.sentence} That is by the first reading; a person decides between the readings."
    return Cure(said, {**cure.numbers, "first_reading_only": True})


def _cure(case: Case, terms: ParticipationTerms) -> Cure | None:
    """The fewest more who must enroll, and beside it the fewest who would have to show other coverage."""
    enrolled = case.count(_DEFAULT.part).at_least
    counts = _DEFAULT.counts(case).at_most
    more = must_enroll(counts, terms) - enrolled
    if counts == 0:
        return Cure("1 employee must enroll.", {"enroll_more": 1})
    if more < 1:  # enough by the first reading, so another one asks for what nobody here can give
        return None
    said = f"{people_word(more, 'more employee', 'more employees')} must enroll"
    waivers = next(
        (w for w in range(1, counts - enrolled + 1) if enrolled and enrolled >= must_enroll(counts - w, terms)), None
    )
    if waivers is None:
        return Cure(f"{said}.", {"enroll_more": more})
    who = people_word(waivers, "of those who declined shows", "of those who declined show")
    return Cure(f"{said}, or {who} other qualifying coverage.", {"enroll_more": more, "waive_more": waivers})
