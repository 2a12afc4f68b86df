"""Two versions compared: the text for anybody, the groups that would be decided otherwise for the carrier."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from smallgroup.rulebook import Layer, Settled, guidelines
from smallgroup.underwriting import Inputs, edition, underwrite
from smallgroup.underwriting.difference import difference
from smallgroup.underwriting.impact import counted_by
from smallgroup.web.audit_log.models import AuditLine, first_bad_line
from smallgroup.web.cases import verbs as cases
from smallgroup.web.cases.models import Case, SettledReading, State
from smallgroup.web.census_work import read_file
from smallgroup.web.groups.verbs import make_group, revise_application, revise_census
from smallgroup.web.rulebook_pages.models import MeasuredCase
from smallgroup.web.rulebook_pages.verbs import measure_all
from smallgroup.web.rulebook_pages.versions import Version, impact
from smallgroup.web.sample import hand_in_papers
from tests.web.conftest import EXAMPLES, TODAY
from tests.web.test_rulebook import text_of

pytestmark = pytest.mark.django_db
GEORGIA = "kp-ga-2025-07"
LEFT_OUT = "participation|1099 workers|left out"
PATH = "/rulebook/compare/"


def georgia() -> Any:
    return next(one for one in guidelines() if one.id == GEORGIA)


def settled(reading: str, doubt: str = "1099 workers", clause: str = "participation") -> Settled:
    return Settled(clause=clause, doubt=doubt, reading=reading, from_=TODAY, by="Sam", on=TODAY, why="A test.")


@pytest.fixture
def make_case(people: Any) -> Any:
    """A case of the sample's bakery, of which so many enroll; it turns on how its 1099 workers are counted."""
    data = (EXAMPLES / "census.xlsx").read_bytes()
    members = read_file(data, "census.xlsx", as_of=TODAY).members

    def made(name: str, *, change: Any = lambda members: members) -> Case:
        group = make_group(organization=people.oak, legal_name=name, state="GA", by=people.ada)
        text = (EXAMPLES / "group.yaml").read_text().replace("Example Crumb Bakery Inc", f'"{name}"')
        revise_application(group, text, by=people.ada)
        revise_census(group, change(members), by=people.ada)
        hand_in_papers(group, by=people.ada)
        return cases.submit(group, by=people.ada)

    return made


def of_nine(members: Any) -> Any:
    """Two 1099 workers enroll and so many W-2 employees that the share is reached with the 1099 workers only."""
    import polars as pl

    employee = (pl.col("relationship") == "employee") & (pl.col("election") == "enroll")
    w2 = employee & (pl.col("worker_type") == "w2")
    place = pl.when(w2).then(pl.col("member_id").rank("ordinal").over(w2))
    election = pl.when(w2 & (place > 5)).then(pl.lit("decline")).otherwise(pl.col("election").cast(pl.String))
    return members.with_columns(election.cast(members.schema["election"]).alias("election"))


# The text -------------------------------------------------------------------------------------------------------


def test_what_differs_between_a_guideline_and_itself_is_nothing() -> None:
    assert not difference(edition(georgia(), TODAY), edition(georgia(), date(2025, 12, 31)))
    assert "Nothing differs" in text_of(Client().get(PATH, {"from": GEORGIA, "to": GEORGIA}))


def test_a_number_of_the_law_that_changes_with_the_year_is_told() -> None:
    found = difference(edition(georgia(), TODAY), edition(georgia(), date(2026, 1, 1)))
    assert (found.changed, found.added, found.gone) == ((), (), ())
    assert {one.heading for one in found.numbers} == {"form_1099"}
    assert all(one.after.from_ == date(2026, 1, 1) for one in found.numbers)


def test_what_a_layer_settles_is_told_as_settled_and_nothing_else() -> None:
    layer = Layer(layer="x", guideline=GEORGIA, settled=(settled("left out"),))
    found = difference(edition(georgia(), TODAY), edition(georgia(), TODAY, layer=layer))
    (changed,) = found.changed
    assert (changed.after.id, changed.words, changed.readings) == ("participation", (), (16, 8))
    assert (found.numbers, found.added, found.gone) == ((), (), ())
    back = difference(edition(georgia(), TODAY, layer=layer), edition(georgia(), TODAY))
    assert [one.reading for one in back.changed[0].reopened] == ["left out"]


def test_numbers_are_told_from_old_to_new_with_where_they_stand() -> None:
    found = difference(edition(georgia(), TODAY), edition(guidelines()[0], TODAY))
    maximum = next(one for one in found.numbers if (one.heading, one.term) == ("employer_size", "maximum"))
    assert (maximum.before.value, maximum.after.value) == ("50", "100")
    assert maximum.before.citation != maximum.after.citation
    assert "business-license" in {one.id for one in found.gone}
    assert not found.added
    back = difference(edition(guidelines()[0], TODAY), edition(georgia(), TODAY))
    assert {one.id for one in back.added} == {one.id for one in found.gone}


def test_the_page_for_anybody() -> None:
    page = Client().get(PATH, {"from": GEORGIA, "to": "illustration-ca"})
    said = text_of(page)
    assert "Numbers changed" in said
    assert "Clauses gone" in said
    assert len(page.content) < 150_000
    assert "decided otherwise" not in said
    assert "settled" not in text_of(Client().get(PATH)).split("Compare")[0]
    page = Client().get(PATH, {"from": GEORGIA, "to": GEORGIA, "to_settle": LEFT_OUT})
    assert "1099 workers: left out" in text_of(page)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"from": "kp", "to": GEORGIA}, "This guideline is not known"),
        ({"from": "us-federal", "to": GEORGIA}, "This guideline is not known"),
        ({"from": GEORGIA, "to": GEORGIA, "to_on": "2025-02-30"}, "does not exist"),
        ({"from": GEORGIA, "to": GEORGIA, "from_on": "2024-01-01"}, "it is not in force on 2024-01-01"),
        ({"from": GEORGIA, "to": GEORGIA, "to_settle": "participation|1099 workers|x"}, "has no such reading"),
        ({"from": GEORGIA, "to": GEORGIA, "to_settle": "x"}, "has no such reading"),
        ({"from": GEORGIA}, "This guideline is not known"),
    ],
)
def test_a_wrong_side_gets_a_sentence(query: dict[str, str], said: str) -> None:
    page = Client().get(PATH, query)
    assert page.status_code == 422
    assert said in text_of(page)


# The groups -----------------------------------------------------------------------------------------------------


def test_measures_are_kept_with_each_decision_and_name_nobody(people: Any, make_case: Any) -> None:
    case = make_case("Example Crumb Bakery Inc")
    rows = {one.guideline: one for one in MeasuredCase.objects.filter(case=case)}
    assert set(rows) == {one.id for one in guidelines()}
    kept = rows[GEORGIA].measures
    assert kept["enrolled.at_least"] == 14
    assert kept["effective_date"] == "2025-10-01"
    assert len(json.dumps(kept)) < 5000
    members = read_file((EXAMPLES / "census.xlsx").read_bytes(), "census.xlsx", as_of=TODAY).members
    for name in ("first_name", "last_name", "date_of_birth"):
        for value in members[name].drop_nulls().to_list():
            assert f'"{value}"' not in json.dumps(kept, default=str)
    with pytest.raises(DatabaseError):
        MeasuredCase.objects.update(guideline="x")


def test_who_would_be_decided_otherwise_is_as_if_decided_anew(people: Any, make_case: Any) -> None:
    """Each case, decided under both versions by `underwrite` from its sealed inputs, flips where the rows say so."""
    made = [make_case("Example Crumb Bakery Inc"), make_case("Example Turning Bakery Inc", change=of_nine)]
    sides = [Version(georgia(), TODAY), Version(georgia(), TODAY, (settled("left out"),))]
    found = impact(*sides)
    assert (found.compared, found.unmeasured) == (2, 0)
    expected = []
    for case in made:
        inputs = Inputs.from_json(json.loads(case.decisions.get().document.open())["inputs"])
        was, now = (
            underwrite(inputs.file, inputs.members, guideline=georgia(), as_of=TODAY, rates=inputs.rates,
                       layer=one.edition.layer)
            for one in sides
        )  # fmt: skip
        if was.decision != now.decision:
            changed = [
                (one.clause, one.outcome, other.outcome)
                for one, other in zip(was.findings, now.findings, strict=True)
                if one.outcome != other.outcome
            ]
            expected.append((case.number, was.decision, now.decision, tuple(changed)))
    got = [(one.number, one.flip.before, one.flip.after, one.flip.clauses) for one in found.flipped]
    assert got == expected
    assert [one[0] for one in got] == [made[1].number]
    assert found.by_clause == (("participation", 1),)


def test_what_is_settled_for_a_case_alone_stays_so(people: Any, make_case: Any) -> None:
    case = make_case("Example Turning Bakery Inc", change=of_nine)
    sides = Version(georgia(), TODAY), Version(georgia(), TODAY, (settled("left out"),))
    assert len(impact(*sides).flipped) == 1
    SettledReading.objects.create(
        case=case, guideline=GEORGIA, clause="participation", doubt="1099 workers", on=TODAY, by=people.uma,
        reading="counted where they are offered coverage", why="They are employees in all but name.",
    )  # fmt: skip
    assert impact(*sides).flipped == ()


def test_another_guideline_is_compared_on_its_own_counts(people: Any, make_case: Any) -> None:
    make_case("Example Crumb Bakery Inc")
    found = impact(Version(georgia(), TODAY), Version(guidelines()[0], TODAY))
    assert found.compared == 1
    assert found.flipped[0].flip.after == "pend"
    assert ("share-of-1099", "met", "not met") in found.flipped[0].flip.clauses
    assert ("business-license", "met", None) in found.flipped[0].flip.clauses


def test_closed_cases_are_left_out(people: Any, make_case: Any) -> None:
    case = make_case("Example Turning Bakery Inc", change=of_nine)
    sides = Version(georgia(), TODAY), Version(georgia(), TODAY, (settled("left out"),))
    for state, compared in ((State.APPROVED, 1), (State.DECLINED, 0), (State.WITHDRAWN, 0), (State.PENDED, 1)):
        Case.objects.filter(pk=case.pk).update(state=state)
        assert impact(*sides).compared == compared


def test_a_new_decision_is_measured_anew_and_the_last_row_counts(people: Any, make_case: Any) -> None:
    case = make_case("Example Turning Bakery Inc", change=of_nine)
    members = read_file((EXAMPLES / "census.xlsx").read_bytes(), "census.xlsx", as_of=TODAY).members
    revision = revise_census(case.group, members, by=people.ada)
    Case.objects.filter(pk=case.pk).update(census=revision)
    cases.run_rules(case, by=people.ada)
    sides = Version(georgia(), TODAY), Version(georgia(), TODAY, (settled("left out"),))
    assert MeasuredCase.objects.filter(case=case, guideline=GEORGIA).count() == 2
    assert impact(*sides).flipped == ()


def test_cases_from_before_are_measured_once_with_a_line_in_the_log(
    people: Any, make_case: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("smallgroup.web.rulebook_pages.verbs.keep_measures", lambda *given: None)
    make_case("Example Crumb Bakery Inc")
    found = impact(Version(georgia(), TODAY), Version(georgia(), TODAY))
    assert (found.compared, found.unmeasured) == (0, 1)
    assert (measure_all(), measure_all()) == (1, 0)
    found = impact(Version(georgia(), TODAY), Version(georgia(), TODAY))
    assert (found.compared, found.unmeasured) == (1, 0)
    line = AuditLine.objects.get(who="the portal's keeper")
    assert (line.verb, line.kind) == ("read", "decision")
    assert first_bad_line() is None


def test_a_row_is_read_only_by_editions_that_count_alike() -> None:
    now = edition(georgia(), TODAY)
    assert counted_by(now) == counted_by(edition(georgia(), date(2026, 5, 1)))
    assert counted_by(now) != counted_by(edition(guidelines()[0], TODAY))
    other = replace(now, counting=replace(now.counting, full_time_hours=20))
    assert counted_by(now) != counted_by(other)


ASKED = {"from": GEORGIA, "to": GEORGIA, "to_settle": LEFT_OUT, "groups": "1"}


@pytest.mark.parametrize(
    ("name", "sees"), [(None, False), ("ada", False), ("gil", False), ("uma", True), ("rex", True)]
)
def test_who_sees_the_groups(people: Any, make_case: Any, name: str | None, sees: bool) -> None:
    make_case("Example Turning Bakery Inc", change=of_nine)
    said = text_of(people.client(name).get(PATH, ASKED))
    assert ("Example Turning Bakery Inc" in said) is sees
    assert ("1 of 1 open and active cases would be decided otherwise" in said) is sees
    lines = AuditLine.objects.filter(verb="compare", kind="guideline")
    assert lines.count() == int(sees)
    if sees:
        assert lines.get().told["flipped"] == 1
        assert "Bakery" not in lines.get().detail


def test_the_csv_has_every_group_and_no_formula(people: Any, make_case: Any) -> None:
    case = make_case("=cmd() Bakery Inc", change=of_nine)
    page = people.client("sam").get(reverse("rulebook_groups_csv"), ASKED)
    header, row = csv.reader(io.StringIO(page.content.decode()))
    assert header[:2] == ["case", "group"]
    assert row[:3] == [str(case.number), "'=cmd() Bakery Inc", "Referred"]
    assert row[3] == "refer"
    assert row[5].startswith("participation: refer to ")
    assert people.client("sam").get(reverse("rulebook_groups_csv"), {"from": "x"}).status_code == 422


def test_the_number_of_queries_does_not_grow_with_the_cases(
    people: Any, make_case: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        make_case(f"Example Bakery {number} Inc")
    with django_assert_max_num_queries(5):
        assert impact(Version(georgia(), TODAY), Version(georgia(), TODAY)).compared == 3


def test_with_what_the_carrier_has_settled(people: Any, make_case: Any) -> None:
    make_case("Example Turning Bakery Inc", change=of_nine)
    SettledReading.objects.create(guideline=GEORGIA, clause="participation", doubt="1099 workers", reading="left out",
                                  why="Counsel.", by=people.sam, on=TODAY)  # fmt: skip
    asked = {"from": GEORGIA, "to": GEORGIA, "to_settled": "1", "groups": "1"}
    assert "Counsel." in text_of(people.client("uma").get(PATH, asked))
    assert "Counsel." not in text_of(people.client("ada").get(PATH, asked))


