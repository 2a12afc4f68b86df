"""A group's life after approval: enrolled, started, changed by day, ended; each verb right and wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from django.db import DatabaseError, connection, transaction

from smallgroup.dates import add_days
from smallgroup.errors import Refused
from smallgroup.web.audit_log.models import AuditLine, first_bad_line
from smallgroup.web.coverage import endings, final_census, participation, verbs
from smallgroup.web.coverage.calendar import daily
from smallgroup.web.coverage.models import Change, ContractYear, Enrollment
from smallgroup.web.groups.models import Group, Stage
from tests.web.covered import (
    CENSUS,
    END,
    HIRE,
    MARRY,
    STARTS,
    as_csv,
    changed,
    enroll,
    make_approved,
    make_bakery,
    make_enrolled,
)

pytestmark = pytest.mark.django_db
Day = Callable[[date], None]
NOW = date(2025, 10, 10)


def ids(group: Group, on: date) -> set[str]:
    return {row["member_id"] for row in verbs.roster(group, on, by="a test", why="a test")}


def row(group: Group, member_id: str, on: date) -> dict[str, Any]:
    return next(one for one in verbs.roster(group, on, by="a test", why="a test") if one["member_id"] == member_id)


# --- enrollment ------------------------------------------------------------------------------------------------


def test_the_final_census_becomes_the_groups_from_the_effective_date(people: Any) -> None:
    group = make_enrolled(people)
    assert (group.stage, group.anniversary) == (Stage.ENROLLED, date(2026, 10, 1))
    revision = group.censuses.order_by("-number").first()
    assert revision is not None
    assert revision.holds_from == STARTS
    assert revision.original is not None
    assert revision.original.open() == CENSUS
    (year,) = group.years.all()
    assert (year.starts_on, year.renews_on, year.census) == (STARTS, date(2026, 10, 1), revision)
    assert first_bad_line() is None


def test_what_differs_is_said_by_member_with_both_sums(people: Any) -> None:
    group = make_approved(people)

    def other(frame: pl.DataFrame) -> pl.DataFrame:
        kept = frame.filter(pl.col("member_id") != "16-2")
        return kept.with_columns(
            plan_id=pl.when(pl.col("member_id") == "2-1").then(pl.lit("KP-GA-BRONZE-1")).otherwise("plan_id")
        )

    made = verbs.hand_in_final(group, as_csv(other), "final.csv", by=people.ada)
    found = final_census.held_against(made, by=people.ada)
    assert found.rerate is not None
    assert not found.worse
    told = {one.member_id: one.causes for one in found.rerate.members if one.causes}
    assert told["16-2"] == ("left",)
    assert told["2-1"][0].startswith("other plan: KP-GA-GOLD-1")
    assert found.rerate.before - found.rerate.after == -found.rerate.difference > 0
    assert group.stage == Stage.APPROVED


def test_a_clause_that_is_no_longer_met_is_for_the_carrier_to_accept(people: Any) -> None:
    group = make_approved(people)

    def few(frame: pl.DataFrame) -> pl.DataFrame:
        stay = ["1", "2", "3", "4", "6"]
        leaves = (pl.col("election") == "enroll") & ~pl.col("family_id").is_in(stay)
        return frame.with_columns(
            election=pl.when(leaves).then(pl.lit("decline")).otherwise(pl.col("election").cast(pl.String)),
            plan_id=pl.when(leaves).then(None).otherwise("plan_id"),
        )

    made = verbs.hand_in_final(group, as_csv(few), "final.csv", by=people.ada)
    found = final_census.held_against(made, by=people.ada)
    assert "participation" in [one["clause"] for one in found.worse]
    assert found.participation is not None
    assert "must enroll" in found.participation["cure"]
    with pytest.raises(Refused, match="no longer met: Participation"):
        enroll(made, people.ada)
    group.refresh_from_db()
    assert group.stage == Stage.APPROVED
    assert not ContractYear.objects.exists()
    enroll(made, people.uma, because="The missing ones enroll within the month.")
    made.refresh_from_db()
    assert made.accepted_because.startswith("The missing ones")


def test_an_older_upload_is_not_enrolled_and_nothing_twice(people: Any, day: Any) -> None:
    group = make_approved(people)
    old = verbs.hand_in_final(group, CENSUS, "old.xlsx", by=people.ada)
    day(datetime(2025, 9, 12, 16, 1, tzinfo=UTC))  # the clock of the tests stands, and of one moment neither is newer
    new = verbs.hand_in_final(group, CENSUS, "new.xlsx", by=people.ann)
    with pytest.raises(Refused, match="another one was uploaded since"):
        enroll(old, people.ada)
    enroll(new, people.ada)
    with pytest.raises(Refused, match="it is enrolled, so it cannot become enrolled"):
        enroll(new, people.ann)
    assert ContractYear.objects.count() == 1


def test_only_an_approved_group_hands_in_a_final_census(people: Any) -> None:
    with pytest.raises(Refused, match="only an approved group"):
        verbs.hand_in_final(make_bakery(people), CENSUS, "final.xlsx", by=people.ada)
    with pytest.raises(Refused, match="birth"):
        verbs.hand_in_final(make_approved(people), b"family_id,relationship\n1,employee\n", "x.csv", by=people.ada)
    assert not Enrollment.objects.exists()


def test_an_enrollment_is_taken_back_until_coverage_starts(people: Any, day: Day) -> None:
    group = make_enrolled(people)
    verbs.take_back_enrollment(group, by=people.ada)
    group.refresh_from_db()
    assert (group.stage, group.anniversary, group.years.count()) == (Stage.APPROVED, None, 0)
    made = group.enrollments.get()
    enroll(made, people.ada)
    day(STARTS)
    with pytest.raises(Refused, match="its coverage has started"):
        verbs.take_back_enrollment(group, by=people.ada)
    assert group.years.count() == 1


def test_coverage_starts_on_its_day_once(people: Any, day: Day) -> None:
    group = make_enrolled(people)
    assert verbs.start_coverage(add_days(STARTS, -1)) == (0, 0)
    day(STARTS)
    assert "coverage started for 1 groups" in daily()
    assert "coverage started for 0 groups" in daily()
    group.refresh_from_db()
    assert group.stage == Stage.ACTIVE
    assert AuditLine.objects.filter(who=verbs.CLOCK, verb="move").count() == 1


def test_what_was_written_of_coverage_is_never_changed(people: Any, day: Day) -> None:
    group = make_enrolled(people)
    day(NOW)
    verbs.start_coverage(NOW)
    changed(group, "end", END, people.ada, today=NOW)
    for rows, fields in ((Change.objects.all(), {"reason": "x"}), (group.years.all(), {"number": 9})):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            rows.update(**fields)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        group.years.all().delete()


# --- changes by day --------------------------------------------------------------------------------------------


@pytest.fixture
def active(people: Any, day: Day) -> Group:
    group = make_enrolled(people)
    day(NOW)
    verbs.start_coverage(NOW)
    group.refresh_from_db()
    return group


def test_a_new_hire_is_covered_from_the_day_that_the_waiting_period_says(people: Any, active: Group) -> None:
    made = changed(active, "hire", HIRE, people.ada, today=NOW)
    # Day 60 of the employment is December 4, and the first of the month after it is day 87.
    assert (made.holds_from, made.member_id) == (date(2026, 1, 1), "24-1")
    assert "24-1" not in ids(active, date(2025, 12, 31))
    assert "24-1" in ids(active, date(2026, 1, 1))
    assert row(active, "24-1", date(2026, 1, 1))["hours_per_week"] == 4000
    assert "Juniper" not in str(list(AuditLine.objects.values()))


def test_a_first_day_that_is_typed_is_held_to_the_ninety_days(people: Any, active: Group) -> None:
    from smallgroup.group import read_group
    from smallgroup.web.coverage.forms import asked

    text = active.years.get().application.text
    file = read_group("\n".join(line for line in text.splitlines() if "waiting_period" not in line))
    late = {**HIRE, "from": "2026-01-05"}
    with pytest.raises(Refused, match="after January 4, 2026, day 91"):
        asked("hire", late, file, today=NOW)
    assert asked("hire", {**HIRE, "from": "2026-01-04"}, file, today=NOW).holds_from == date(2026, 1, 4)
    with pytest.raises(Refused, match="before the day of hire"):
        asked("hire", {**HIRE, "from": "2025-10-05"}, file, today=NOW)


def test_an_end_takes_the_family_or_leaves_the_employee_as_one_who_declined(people: Any, active: Group) -> None:
    changed(active, "end", {"member_id": "3-1", "reason": "end_of_employment", "last_day": "2025-10-31"}, people.ada,
            today=NOW)  # fmt: skip
    assert {"3-1", "3-8"} <= ids(active, date(2025, 10, 31))
    assert not {one for one in ids(active, date(2025, 11, 1)) if one.startswith("3-")}
    changed(active, "end", {"member_id": "14-1", "reason": "voluntary", "last_day": "2025-10-31"}, people.ada,
            today=NOW)  # fmt: skip
    assert [one for one in sorted(ids(active, date(2025, 11, 1))) if one.startswith("14-")] == ["14-1"]
    assert row(active, "14-1", date(2025, 11, 1))["election"] == "decline"
    changed(active, "end", {"member_id": "11-1", "reason": "other_coverage", "waiver_reason": "spouse_group",
                            "last_day": "2025-11-30"}, people.ada, today=NOW)  # fmt: skip
    assert row(active, "11-1", date(2025, 12, 1))["waiver_reason"] == "spouse_group"


def test_a_marriage_an_election_and_a_correction(people: Any, active: Group) -> None:
    changed(active, "dependent", MARRY, people.ada, today=NOW)
    assert "2-2" in ids(active, date(2025, 10, 20))
    assert "2-2" not in ids(active, date(2025, 10, 19))
    changed(active, "elect", {"member_id": "5-1", "reason": "loss_of_coverage", "election": "enroll",
                              "plan_id": "KP-GA-GOLD-1", "from": "2025-10-12"}, people.ada, today=NOW)  # fmt: skip
    assert row(active, "5-1", date(2025, 10, 12))["plan_id"] == "KP-GA-GOLD-1"
    changed(active, "correct", {"member_id": "2-2", "reason": "name", "last_name": "Sample", "from": "2025-10-25"},
            people.ada, today=NOW)  # fmt: skip
    assert [row(active, "2-2", date(2025, 10, on))["last_name"] for on in (20, 25)] == ["Example", "Sample"]


def test_a_change_that_is_dated_back_reaches_the_days_after_it(people: Any, active: Group) -> None:
    changed(active, "end", {"member_id": "10-1", "reason": "voluntary", "last_day": "2025-11-30"}, people.ada,
            today=NOW)  # fmt: skip
    changed(active, "end", END, people.ada, today=NOW)
    assert row(active, "10-1", date(2025, 11, 30))["election"] == "enroll"
    assert row(active, "10-1", date(2025, 12, 1))["election"] == "decline"
    assert "2-1" in ids(active, date(2025, 10, 31))
    assert "2-1" not in ids(active, date(2025, 12, 1))
    whys = list(active.censuses.order_by("number").values_list("holds_from", "why"))[-2:]
    assert whys == [(date(2025, 11, 1), "End of coverage, member 2-1"),
                    (date(2025, 12, 1), "End of coverage, member 2-1 (from 2025-11-01)")]  # fmt: skip


def test_the_last_change_is_undone_by_a_further_revision(people: Any, active: Group) -> None:
    before = active.censuses.count()
    made = changed(active, "end", END, people.ada, today=NOW)
    other = changed(active, "dependent", {**MARRY, "member_id": "6-1"}, people.ada, today=NOW)
    with pytest.raises(Refused, match="not the last one that stands"):
        verbs.undo_change(made, by=people.ada)
    verbs.undo_change(other, by=people.ann)
    verbs.undo_change(made, by=people.ann)
    assert "2-1" in ids(active, date(2025, 11, 1))
    assert "6-2" not in ids(active, date(2025, 11, 1))
    assert [one.kind for one in active.changes.order_by("number")] == ["end", "dependent", "undo", "undo"]
    assert active.censuses.count() > before + 3
    with pytest.raises(Refused):
        verbs.undo_change(made, by=people.ada)
    again = changed(active, "dependent", {**MARRY, "member_id": "6-1"}, people.ada, today=NOW)
    assert again.member_id == "6-3", "an id is never given to somebody else"


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("hire", {**HIRE, "hired_on": "2025-06-01"}, "outside of October 1, 2025"),
        ("hire", {**HIRE, "hired_on": "2026-06-01"}, "outside of October 1, 2025"),
        ("hire", {**HIRE, "hired_on": "2025-02-29"}, "not a day that exists"),
        ("hire", {**HIRE, "first_name": "123-45-6789"}, "which is not wanted here"),
        ("hire", {**HIRE, "hours_per_week": "400"}, "not a number of hours in a week"),
        ("hire", {**HIRE, "plan_id": "KP-GA-NONE"}, "none of the plans that the group offers"),
        ("hire", {**HIRE, "election": "waive"}, "nothing of the list is chosen"),
        ("hire", {**HIRE, "first_name": "Barley", "last_name": "", "date_of_birth": ""}, "it is empty"),
        ("dependent", {**MARRY, "from": "1970-01-01"}, "before the birth"),
        ("dependent", {**MARRY, "from": "2025-09-30"}, "outside of October 1, 2025"),
        ("dependent", {**MARRY, "from": "2026-03-01"}, "outside of October 1, 2025"),
        ("dependent", {**MARRY, "member_id": "3-1"}, "has a spouse or partner"),
        ("dependent", {**MARRY, "member_id": "5-1"}, "they are not enrolled"),
        ("dependent", {**MARRY, "relationship": "child"}, "coverage as a child ends at 26"),
        ("dependent", {**MARRY, "member_id": "nobody"}, "not on the roster of that day"),
        ("elect", {"member_id": "2-1", "reason": "marriage", "election": "enroll", "plan_id": "KP-GA-GOLD-1",
                   "from": "2025-10-12"}, "enrolled on October 12, 2025 already"),
        ("end", {**END, "last_day": "2025-09-29"}, "outside of October 1, 2025"),
        ("end", {**END, "reason": "divorce"}, "this is the employee"),
        ("end", {**END, "reason": "other_coverage"}, "says which coverage it is"),
        ("end", {"member_id": "5-1", "reason": "voluntary", "last_day": "2025-10-31"}, "they are not enrolled"),
        ("end", {**END, "reason": "boredom"}, "nothing of the list is chosen"),
        ("correct", {"member_id": "2-1", "reason": "mistake", "from": "2025-10-12"}, "nothing is filled in"),
    ],
)  # fmt: skip
def test_what_does_not_fit_gets_a_sentence_and_nothing_changes(
    people: Any, active: Group, kind: str, data: dict[str, str], said: str
) -> None:
    before = active.censuses.count()
    with pytest.raises(Refused, match=said) as refused:
        changed(active, kind, data, people.ada, today=NOW)
    assert "1990" not in str(refused.value)
    assert "6789" not in str(refused.value)
    assert active.censuses.count() == before
    assert not active.changes.exists()


def test_a_change_that_a_later_one_hangs_on_is_refused(people: Any, active: Group) -> None:
    changed(active, "dependent", {**MARRY, "from": "2025-12-01"}, people.ada, today=NOW)
    with pytest.raises(Refused, match="they are not enrolled on December 1, 2025"):
        changed(active, "end", END, people.ada, today=NOW)
    assert active.changes.count() == 1


def test_of_two_writers_the_second_is_told(people: Any, active: Group) -> None:
    changed(active, "end", END, people.ada, today=NOW, seen=0)
    with pytest.raises(Refused, match="somebody has changed it since"):
        changed(active, "end", {**END, "member_id": "6-1"}, people.ann, today=NOW, seen=0)
    assert active.changes.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_have_one_winner(threads_db: None, people: Any, day: Day) -> None:
    group = make_enrolled(people)
    day(NOW)
    verbs.start_coverage(NOW)
    group.refresh_from_db()
    won: list[str] = []
    gate = threading.Barrier(2)

    def write(member_id: str) -> None:
        gate.wait(10)
        try:
            changed(group, "end", {**END, "member_id": member_id}, people.ada, today=NOW, seen=0)
            won.append(member_id)
        except Refused:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(one,)) for one in ("2-1", "6-1")]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert len(won) == 1
    assert group.changes.count() == 1


# --- participation ---------------------------------------------------------------------------------------------


def months(group: Group, on: date) -> list[participation.MonthCounts]:
    year = verbs.year_on(group, on)
    assert year is not None
    return participation.months_of_year(
        year.application.text, year, lambda day: verbs.roster(group, day, by="a test", why="a test"), as_of=on
    )


def test_each_month_is_counted_as_the_rules_count(people: Any, active: Group) -> None:
    counted = months(active, NOW)
    assert len(counted) == 12
    first = counted[0]
    assert (first.eligible, first.waivers, first.enrolled, first.needed, first.below) == (20, 4, 14, 8, False)
    assert [one.ahead for one in counted] == [False] + [True] * 11
    # Maple is past the waiting period from November on and has not answered: it is said, and not assumed.
    assert counted[1].enrolled is None
    assert counted[1].below is False
    changed(active, "elect", {"member_id": "19-1", "reason": "waiting_over", "election": "decline",
                              "from": "2025-11-01"}, people.ada, today=NOW)  # fmt: skip
    assert (months(active, NOW)[1].eligible, months(active, NOW)[1].enrolled) == (21, 14)


def test_too_few_is_told_before_it_happens_with_its_cure(people: Any, active: Group) -> None:
    changed(active, "elect", {"member_id": "19-1", "reason": "waiting_over", "election": "decline",
                              "from": "2025-11-01"}, people.ada, today=NOW)  # fmt: skip
    for member_id in ("2-1", "6-1", "9-1", "10-1", "17-1"):
        changed(active, "end", {"member_id": member_id, "reason": "voluntary", "last_day": "2025-10-31"}, people.ada,
                today=NOW)  # fmt: skip
    assert not any(one.below for one in months(active, NOW))
    changed(active, "end", {"member_id": "18-1", "reason": "voluntary", "last_day": "2025-11-30"}, people.ada,
            today=NOW)  # fmt: skip
    november, december = months(active, NOW)[1:3]
    assert (november.below, december.below, december.short) == (False, True, 1)
    assert participation.warning(december).startswith(
        "You will be 1 short on December 1, 2025. 2 more employees must enroll"
    )
    assert december.cure.endswith("That is by every reading; 1 more is enough by the first.")
    active.refresh_from_db()
    assert active.stage == Stage.ACTIVE


# --- the end ---------------------------------------------------------------------------------------------------


def test_a_group_ends_after_its_last_day_and_takes_it_back_until_then(people: Any, active: Group, day: Day) -> None:
    last = date(2025, 12, 31)
    ending = endings.end_group(active, last, "own_wish", by=people.ada, as_carrier=False)
    with pytest.raises(Refused, match="its end is told already"):
        endings.end_group(active, last, "own_wish", by=people.ada, as_carrier=False)
    endings.undo_end(ending, by=people.ann, as_carrier=False)
    with pytest.raises(Refused, match="taken back already"):
        endings.undo_end(ending, by=people.ann, as_carrier=False)
    ending = endings.end_group(active, last, "own_wish", by=people.ada, as_carrier=False)
    active.refresh_from_db()
    assert (active.stage, active.ended_on) == (Stage.ACTIVE, last)
    assert ids(active, last)
    assert not ids(active, add_days(last, 1))
    with pytest.raises(Refused, match="outside of"):
        changed(active, "end", {**END, "last_day": "2026-01-31"}, people.ada, today=NOW)
    day(add_days(last, 1))
    assert verbs.start_coverage(add_days(last, 1)) == (0, 1)
    active.refresh_from_db()
    assert active.stage == Stage.ENDED
    with pytest.raises(Refused, match="its coverage ended on December 31"):
        endings.undo_end(ending, by=people.ada, as_carrier=False)


@pytest.mark.parametrize(
    ("last", "reason", "as_carrier", "said"),
    [
        ("2025-09-30", "own_wish", False, "coverage is not ended before it starts"),
        ("2025-10-09", "own_wish", False, "nor in the past"),
        ("2025-09-30", "non_payment", True, "before October 1, 2025"),
        ("2025-11-30", "own_wish", True, "none of those"),
        ("2025-11-30", "non_payment", False, "none of those"),
        ("2025-11-30", "participation", True, "acts at the renewal only"),
        ("2025-12-31", "product_ends", True, "notice of 90 days"),
        ("2026-03-31", "market_exit", True, "notice of 180 days"),
        ("2027-01-01", "own_wish", False, "more than a year ahead"),
    ],
)
def test_an_end_that_cannot_be(
    people: Any, active: Group, last: str, reason: str, as_carrier: bool, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        endings.end_group(active, date.fromisoformat(last), reason, by=people.uma, as_carrier=as_carrier)
    active.refresh_from_db()
    assert active.ended_on is None
    assert not active.endings.exists()


def test_the_carriers_end_is_the_carriers_to_take_back(people: Any, active: Group) -> None:
    ending = endings.end_group(active, date(2025, 10, 5), "non_payment", by=people.uma, as_carrier=True)
    active.refresh_from_db()
    assert active.stage == Stage.ENDED, "premiums that were not paid end it in the past"
    with pytest.raises(Refused, match="ended on October 5"):
        endings.undo_end(ending, by=people.uma, as_carrier=True)


def test_the_end_on_the_anniversary_for_participation(people: Any, active: Group) -> None:
    ending = endings.end_group(active, date(2026, 9, 30), "participation", by=people.uma, as_carrier=True)
    with pytest.raises(Refused, match="by the other side"):
        endings.undo_end(ending, by=people.ada, as_carrier=False)
    endings.undo_end(ending, by=people.uma, as_carrier=True)
