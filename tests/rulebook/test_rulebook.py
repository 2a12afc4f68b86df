"""The rulebook: every number has a day and a citation, and a day without a number is told."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from smallgroup.errors import NotInForce, Refused
from smallgroup.rating.bands import BANDS
from smallgroup.rating.curve import factors
from smallgroup.rulebook import guideline, guideline_in_force, guidelines, law
from smallgroup.rulebook.heading import load_heading
from smallgroup.underwriting import edition

IN_FORCE = date(2025, 7, 1)


def test_the_guideline_holds_from_its_release_on() -> None:
    assert guideline_in_force(IN_FORCE).id == "kp-ga-2025-07"
    with pytest.raises(NotInForce, match="none is in force on 2025-06-30; kp-ga-2025-07 holds from 2025-07-01"):
        guideline_in_force(date(2025, 6, 30))


def test_an_unknown_guideline_names_the_nearest() -> None:
    with pytest.raises(Refused, match="Did you mean kp-ga-2025-07"):
        guideline("kp-ga-2025")


def test_a_value_holds_within_its_days_or_not_at_all() -> None:
    with pytest.raises(NotInForce) as refused:
        guideline("kp-ga-2025-07").heading("participation").value("minimum", date(2024, 12, 31), str)
    assert str(refused.value) == (
        "participation.minimum: it has no value on 2024-12-31; known from 2025-07-01. "
        "Add that edition, with its citation, to georgia/participation.yaml."
    )


def test_every_term_and_clause_says_where_it_stands() -> None:
    for one in (*guidelines(), law()):
        for heading in one.headings.values():
            for editions in heading.terms.values():
                for value in editions:
                    assert value.citation.document
                    assert value.citation.heading
                    if one.carrier and heading.about.document is None and value.citation.document == one.title:
                        assert value.citation.page, f"{heading.file} names no page"
            for clause in heading.clauses.values():
                assert clause.rules


def test_every_clause_of_the_rulebook_is_computed_and_every_computed_clause_is_in_the_rulebook() -> None:
    one = guideline("kp-ga-2025-07")
    written = {clause for heading in one.headings.values() for clause in heading.clauses}
    assert written == {clause.id for clause in edition(one, IN_FORCE, federal="left out").clauses}


def test_georgia_has_159_counties_in_16_areas_and_a_service_area_among_them() -> None:
    one = guideline("kp-ga-2025-07")
    areas = one.heading("rating_areas").value("areas", IN_FORCE, dict[int, tuple[str, ...]])
    counties = [county for names in areas.values() for county in names]
    assert sorted(areas) == list(range(1, 17))
    assert len(counties) == len(set(counties)) == 159
    service = one.heading("service_area").value("counties", IN_FORCE, tuple[str, ...])
    assert len(service) == 32
    assert set(service) <= set(counties)
    assert one.heading("service_area").about.confirm_with_carrier


def test_the_age_curve_as_printed() -> None:
    curve = dict(zip(BANDS, factors(IN_FORCE), strict=True))
    printed = {"0-14": "0.765", "15": "0.833", "20": "0.970", "21": "1", "40": "1.278", "50": "1.786", "55": "2.230",
               "63": "2.952", "64+": "3"}  # fmt: skip
    assert {band: curve[band] for band in printed} == {band: Fraction(text) for band, text in printed.items()}
    assert list(curve.values()) == sorted(curve.values()), "the curve never falls with age"
    assert factors(date(2017, 12, 31))[0] == Fraction("0.635")


def write(folder: Path, terms: str) -> Path:
    path = folder / "participation.yaml"
    path.write_text(f"about: {{heading: Participation, page: 4}}\n{terms}")
    return path


def test_two_editions_on_one_day_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, 'share:\n  - {from: 2025-01-01, value: "1"}\n  - {from: 2026-01-01, value: "2"}\n')
    with pytest.raises(Refused, match="two editions hold on 2026-01-01"):
        load_heading(path, "A guide")


def test_an_edition_ends_on_its_last_day_and_the_next_begins(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        'share:\n  - {from: 2025-01-01, to: 2025-12-31, value: "1"}\n  - {from: 2026-01-01, page: 7, value: "2"}\n',
    )
    heading = load_heading(path, "A guide")
    assert [heading.value("share", day, int) for day in (date(2025, 12, 31), date(2026, 1, 1))] == [1, 2]
    assert [heading.edition("share", day).citation.page for day in (date(2025, 12, 31), date(2026, 1, 1))] == [4, 7]


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ("share: 5", "a term is a list of editions"),
        ("share:\n  - {from: 2025-01-01}", "an edition needs its value"),
        ("share:\n  - {value: 5}", "from: this key is missing"),
        ("clauses:\n  x: {title: X, rules: [U1], summary: S, if_not_met: decline}", "needs its lawful ground"),
    ],
)
def test_a_file_that_is_not_whole_does_not_load(tmp_path: Path, terms: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        load_heading(write(tmp_path, terms), "A guide")
