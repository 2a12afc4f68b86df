"""Which names are the same, and which are only near."""

from __future__ import annotations

import pytest

from smallgroup.audit.names import Name, name_of, nearness, split_name, whole_name
from smallgroup.audit.reconcile import NEAR


def census(text: str) -> Name:
    """`Last|First`, as the two columns of a census."""
    last, _, first = text.partition("|")
    name = name_of(last or None, first or None)
    assert name is not None
    return name


def report(text: str) -> Name:
    name = whole_name(text)
    assert name is not None
    return name


@pytest.mark.parametrize(
    ("on_census", "on_report"),
    [
        ("Example|Pat", "EXAMPLE, PAT"),
        ("Example|Pat", "Pat Example"),
        ("Example|Pat", "Example Pat"),
        ("Muñoz|José", "MUNOZ, JOSE"),
        ("Straße|Zoë", "STRASSE, ZOE"),
        ("O'Neil|Pat", "ONEIL, PAT"),
        ("O’Neil|Pat", "O'Neil, Pat"),
        ("Smith-Jones|Pat", "SMITH JONES, PAT"),
        ("De La Cruz|Pat", "DELACRUZ, PAT"),
        ("Smith Jones|Pat", "Pat Smith Jones"),
        ("Example|Mary Ann", "EXAMPLE, MARYANN"),
        ("Example Jr|Pat", "EXAMPLE, PAT"),
        ("Example|Pat", "EXAMPLE JR., PAT"),
        ("Example|Pat", "Pat Example, Jr."),
        ("Example II|Pat", "EXAMPLE, PAT II"),
        ("Example|Pat Jr", "EXAMPLE JR, PAT"),
        ("Example|Pat", "EXAMPLE, PAT Q"),
        ("Example|Pat Q.", "Pat Q. Example"),
        ("Example|Pat Q", "EXAMPLE, PAT"),
        ("Example, Pat|", "EXAMPLE, PAT"),
        ("|Pat Example", "EXAMPLE, PAT"),
        ("a " * 40_000 + "|", "A " * 40_000),
    ],
)
def test_the_same_name(on_census: str, on_report: str) -> None:
    assert census(on_census).same_as(report(on_report))
    assert report(on_report).same_as(census(on_census))


@pytest.mark.parametrize(
    ("on_census", "on_report"),
    [
        ("James|Thomas", "THOMAS, JAMES"),  # the order is known on both sides
        ("Example Jr|Pat", "EXAMPLE SR, PAT"),
        ("Example|Pat Q", "EXAMPLE, PAT R"),
        ("Example|Pat", "EXAMPLE, PATRICIA"),
        ("Example|Pat", "EXAMPEL, PAT"),
        ("Example|Pat", "EXAMPLE, P"),
        ("Example|Ann Marie", "EXAMPLE, ANN"),
        ("Marie|Anna", "Ann Amarie"),
    ],
)
def test_not_the_same_name(on_census: str, on_report: str) -> None:
    assert not census(on_census).same_as(report(on_report))
    assert not report(on_report).same_as(census(on_census))


@pytest.mark.parametrize(
    ("on_census", "on_report"),
    [
        ("Example|Pat", "EXAMPEL, PAT"), ("James|Thomas", "THOMAS, JAMES"), ("Example|Katherine", "EXAMPLE, KATHRYN"),
        ("Specimen|Robert", "SPECIMEN, BOB"), ("Example|Ann Marie", "EXAMPLE, ANN"), ("Example|Pat", "EXAMPLE, P"),
    ],
)  # fmt: skip
def test_near_enough_to_propose(on_census: str, on_report: str) -> None:
    assert nearness(census(on_census), report(on_report)) >= NEAR


@pytest.mark.parametrize(
    ("on_census", "on_report"),
    [("Example|Pat", "SAMPLE, KIM"), ("Specimen|Lee", "SAMPLE, KIM"), ("Lee|Ann", "KIM, SUE")],
)
def test_too_far_to_propose(on_census: str, on_report: str) -> None:
    assert nearness(census(on_census), report(on_report)) < NEAR


@pytest.mark.parametrize("text", ["", " ", "!?", ",", "- -", "12", "1, 2"])
def test_without_a_letter_there_is_no_name(text: str) -> None:
    assert whole_name(text) is None
    assert name_of(text, None) is None
    assert name_of(None, None) is None


@pytest.mark.parametrize(
    ("text", "last", "first"),
    [
        ("EXAMPLE, PAT Q", "EXAMPLE", "PAT Q"), ("Pat Q Example", "Example", "Pat Q"), ("Pat Example, Jr.", "Example",
         "Pat"), ("Pat Example Jr", "Example", "Pat"), ("Example", "Example", ""), ("Example,", "Example", ""),
    ],
)  # fmt: skip
def test_the_parts_as_shown(text: str, last: str, first: str) -> None:
    assert split_name(text) == (last, first)
