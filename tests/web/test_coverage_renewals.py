"""Renewals: the list, the checklist, both bills, the case, and the next contract year."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from smallgroup.errors import Refused
from smallgroup.group import read_group
from smallgroup.intake.rate_store import RateStore
from smallgroup.intake.rates_file import rates_file
from smallgroup.web.audit_log.models import AuditLine
from smallgroup.web.cases.models import Case, Kind, Paper, State
from smallgroup.web.coverage import endings, renewals, verbs
from smallgroup.web.coverage.calendar import daily
from smallgroup.web.coverage.models import RenewalState
from smallgroup.web.groups.models import Group, Stage
from smallgroup.web.vault.models import seal
from tests.web.conftest import EXAMPLES
from tests.web.covered import STARTS, approve, changed, make_bakery, make_enrolled

pytestmark = pytest.mark.django_db
Day = Callable[[date], None]
NEAR = date(2026, 7, 1)


@pytest.fixture
def near(people: Any, day: Day) -> Group:
    """Covered since October 1, 2025; it is July 1, 2026, 92 days before the anniversary."""
    group = make_enrolled(people)
    day(NEAR)
    verbs.start_coverage(NEAR)
    group.refresh_from_db()
    return group


@pytest.fixture
def two_years_of_rates(settings: Any, tmp_path: Path) -> None:
    """The example's rates, and a year of plainly invented ones after them, ten dollars more each."""
    settings.DATA = tmp_path
    store = RateStore(tmp_path / "rates")
    store.import_(rates_file(EXAMPLES / "rates.csv", state="GA"), source_name="rates.csv", imported_on=NEAR)
    head, *lines = (EXAMPLES / "rates.csv").read_text().splitlines()
    dearer = []
    for line in lines:
        if ",3,2025-07-01," not in line:
            continue
        fields = line.replace(",2025-07-01,2026-06-30,", ",2026-07-01,2027-06-30,").split(",")
        fields[9] = f"{float(fields[9]) + 10:.2f}"
        dearer.append(",".join(fields))
    after = tmp_path / "after.csv"
    after.write_text("\n".join([head, *dearer]) + "\n")
    store.import_(rates_file(after, state="GA"), source_name="after.csv (invented)", imported_on=NEAR)


def test_the_checklist_says_what_is_shown_and_what_is_missing(people: Any, near: Group) -> None:
    found = renewals.prepare(near, by=people.ada)
    assert (found.year.renews_on, found.found.due_on) == (date(2026, 10, 1), date(2026, 9, 1))
    assert {"wage-papers", "business-license"} <= {item.clause for item in found.found.missing}
    assert found.wages is None
    assert found.wages_unknown == "No wage report has been handed in."
    assert AuditLine.objects.filter(verb="read", kind="census", who=str(people.ada.pk)).exists()


def test_a_wage_report_that_was_handed_in_is_held_against_the_roster(people: Any, near: Group) -> None:
    data = (EXAMPLES / "wage_report.csv").read_bytes()
    Paper.objects.create(
        group=near, kind="state_quarterly_wage_report", period="2026-Q2", name="wage_report.csv", received_on=NEAR,
        file=seal(data, kind="paper", media_type="text/csv"), made_by=people.ada,
    )  # fmt: skip
    found = renewals.prepare(near, by=people.ada)
    assert found.wages is not None
    assert found.wages.matched
    assert AuditLine.objects.filter(verb="read", kind="paper").count() == 1


def test_without_rates_of_the_next_year_a_sentence_and_the_rest(people: Any, near: Group) -> None:
    found = renewals.prepare(near, by=people.ada)
    assert found.bills is None
    assert found.bill_unknown.startswith("No rates are imported for October 1, 2026")


def test_both_bills_by_member(people: Any, near: Group, two_years_of_rates: None) -> None:
    found = renewals.prepare(near, by=people.ada)
    assert found.bills is not None, found.bill_unknown
    assert found.bills.difference > 0
    one = next(one for one in found.bills.members if one.member_id == "6-1")
    # Born January 30, 1961: 64 on both days, the oldest band, so the ten dollars alone.
    assert one.causes == ("new rates",)
    assert one.difference == 10_00
    assert found.bills.notice is not None
    assert found.bills.notice.by == date(2026, 8, 2)


def test_a_renewal_is_submitted_approved_and_becomes_the_next_year(people: Any, near: Group) -> None:
    case = renewals.submit_renewal(near, by=people.ada)
    assert (case.kind, case.effective_date) == (Kind.RENEWAL, date(2026, 10, 1))
    near.refresh_from_db()
    assert (near.stage, near.effective_date, near.anniversary) == (Stage.ACTIVE, STARTS, date(2026, 10, 1))
    contract = read_group(case.application.text).contract
    assert contract is not None
    assert contract.original_effective_date == STARTS
    assert [one.month for one in contract.months] == [date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 1)] + [
        date(2026, month, 1) for month in range(1, 8)
    ]
    assert case.census.holds_from == date(2026, 10, 1)
    with pytest.raises(Refused, match="before the carrier already"):
        renewals.submit_renewal(near, by=people.gil)
    assert renewals.renew_approved() == 0
    approve(case, people)
    assert renewals.renew_approved() == 1
    assert renewals.renew_approved() == 0
    near.refresh_from_db()
    assert (near.anniversary, near.effective_date) == (date(2027, 10, 1), date(2026, 10, 1))
    assert [(one.number, one.starts_on) for one in near.years.all()] == [(1, STARTS), (2, date(2026, 10, 1))]
    first = verbs.year_on(near, NEAR)
    assert first is not None
    assert first.number == 1, "until the anniversary the first year is in force"
    with pytest.raises(Refused, match="submitted from"):
        renewals.submit_renewal(near, by=people.ada)


def test_a_renewal_that_was_declined_leaves_the_year_as_it_is(people: Any, near: Group) -> None:
    case = renewals.submit_renewal(near, by=people.ada)
    Case.objects.filter(pk=case.pk).update(state=State.DECLINED)
    assert renewals.renew_approved() == 0
    assert near.years.count() == 1


def test_a_change_after_the_submission_reaches_the_anniversary(people: Any, near: Group) -> None:
    renewals.submit_renewal(near, by=people.ada)
    changed(near, "end", {"member_id": "2-1", "reason": "end_of_employment", "last_day": "2026-07-31"}, people.ada,
            today=NEAR)  # fmt: skip
    rows = verbs.roster(near, date(2026, 10, 1), by="a test", why="a test")
    assert "2-1" not in {row["member_id"] for row in rows}


def test_too_early_and_after_an_end(people: Any, near: Group, day: Day) -> None:
    day(date(2026, 5, 1))
    with pytest.raises(Refused, match="from June 3, 2026 on"):
        renewals.submit_renewal(near, by=people.ada)
    day(NEAR)
    endings.end_group(near, date(2026, 8, 31), "closed", by=people.ada, as_carrier=False)
    with pytest.raises(Refused, match="coverage ends on August 31"):
        renewals.submit_renewal(near, by=people.ada)
    assert not Case.objects.filter(kind=Kind.RENEWAL).exists()


def test_a_group_that_was_covered_already_is_brought_in_with_its_years(people: Any, day: Day) -> None:
    group = make_bakery(people)
    year = verbs.bring_in(group, starts_on=date(2024, 2, 29), by=people.ada)
    group.refresh_from_db()
    # 2025 has no February 29, so its anniversary is March 1; that of 2028 is February 29 again.
    assert [one.starts_on for one in group.years.all()] == [date(2024, 2, 29), date(2025, 3, 1)]
    assert (year.renews_on, group.anniversary, group.stage) == (date(2026, 3, 1), date(2026, 3, 1), Stage.ACTIVE)
    day(date(2028, 3, 10))
    later = make_bakery(people, name="Example Leap Bakery Inc")
    years = verbs.bring_in(later, starts_on=date(2024, 2, 29), by=people.ada).group.years.all()
    assert [one.starts_on for one in years][-1] == date(2028, 2, 29)
    with pytest.raises(Refused, match="cannot become active"):
        verbs.bring_in(group, starts_on=date(2024, 2, 29), by=people.ada)
    with pytest.raises(Refused, match="day in the past"):
        verbs.bring_in(make_bakery(people, name="Example Other"), starts_on=date(2028, 4, 1), by=people.ada)


def test_an_anniversary_on_a_day_that_the_carrier_has_not_is_a_sentence(people: Any) -> None:
    group = make_bakery(people)
    verbs.bring_in(group, starts_on=date(2024, 2, 10), by=people.ada)
    client = people.client("ada")
    page = client.get(f"/coverage/{group.pk}/participation/")
    assert page.status_code == 200
    assert b"no day on which this carrier starts coverage" in page.content


def test_daily_counts_the_checklists_that_are_near(people: Any, near: Group) -> None:
    assert "1 checklists counted" in daily()
    state, found = RenewalState.objects.get(group=near), renewals.prepare(near, by=people.ada)
    assert (state.missing, state.shown) == (len(found.found.missing), found.shown)
    assert "0 checklists counted" in daily()


@pytest.mark.parametrize(
    ("today", "bucket"),
    [(date(2026, 6, 3), "120"), (date(2026, 7, 3), "90"), (date(2026, 8, 2), "60"), (date(2026, 9, 1), "30"),
     (date(2026, 10, 1), "30"), (date(2026, 10, 2), "past")],
)  # fmt: skip
def test_the_list_has_each_group_where_its_anniversary_lies(
    people: Any, near: Group, day: Day, today: date, bucket: str
) -> None:
    day(today)
    client = people.client("ada")
    for word in ("30", "60", "90", "120", "past"):
        page = client.get("/coverage/renewals/", {"days": word})
        assert (str(near).encode() in page.content) is (word == bucket), word
    day(date(2026, 6, 2))
    assert str(near).encode() not in people.client("ada").get("/coverage/renewals/").content


def test_the_list_asks_the_same_number_of_questions_however_long(
    people: Any, near: Group, django_assert_max_num_queries: Any
) -> None:
    renewals.count_due(NEAR)
    for number in range(30):
        Group.objects.create(organization=people.oak, legal_name=f"Example {number}", state="GA", stage=Stage.ACTIVE,
                             anniversary=date(2026, 9, 1), broker=people.ada, made_by=people.ada)  # fmt: skip
    client = people.client("ada")
    client.get("/coverage/renewals/")
    with django_assert_max_num_queries(13):
        page = client.get("/coverage/renewals/")
    assert page.content.count(b'<th scope="row">') == 31
    with django_assert_max_num_queries(8):
        client.get("/coverage/")
