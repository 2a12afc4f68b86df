"""What is written as group.yaml reads back as the same records."""

from __future__ import annotations

import dataclasses
import typing
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallgroup.group import GroupFile, read_group
from smallgroup.group.write import group_text

EXAMPLE = Path(__file__).parents[2] / "examples" / "group.yaml"
WORDS = st.text("abcdefghij kl'\"#:&*!-{}[],0123456789éß\u4e2d", min_size=1, max_size=12).map(str.strip).filter(bool)
DAYS = st.dates(date(2014, 1, 1), date(2099, 12, 31))
OF_KIND = {
    "cents": st.integers(0, 10**7), "hundredths": st.integers(0, 10**5),
    "percent": st.integers(0, 10**6).map(lambda n: Fraction(n, 10**6)),
    "month": DAYS.map(lambda day: day.replace(day=1)),
}  # fmt: skip


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Any value that a record's annotation allows."""
    origin = get_origin(hint)
    if origin is Annotated:
        return OF_KIND[str(get_args(hint)[1])]
    if origin is Literal:
        return st.sampled_from(get_args(hint))
    if origin is tuple:
        return st.lists(values_of(get_args(hint)[0]), max_size=2).map(tuple)
    if origin is not None:
        return st.one_of([st.none() if one is type(None) else values_of(one) for one in get_args(hint)])
    if dataclasses.is_dataclass(hint):
        return records_of(hint)
    return {str: WORDS, int: st.integers(0, 999), bool: st.booleans(), date: DAYS}[hint]


def records_of(record: Any) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(record, include_extras=True)
    fields = {field.name: values_of(hints[field.name]) for field in dataclasses.fields(record)}

    def made(values: dict[str, Any]) -> Any:
        try:
            return record(**values)
        except ValueError:
            return None

    return st.fixed_dictionaries(fields).map(made).filter(lambda found: found is not None)


def test_the_example_is_the_same_after_writing() -> None:
    file = read_group(EXAMPLE.read_text())
    assert read_group(group_text(file)) == file


@given(records_of(GroupFile))
def test_every_application_reads_back(file: GroupFile) -> None:
    assert read_group(group_text(file)) == file


def test_what_has_no_decimals_to_its_end_is_no_percentage() -> None:
    from smallgroup.group import Contribution, PercentOf

    file = read_group(EXAMPLE.read_text()).with_contribution(Contribution(employee=PercentOf(percent=Fraction(1, 3))))
    with pytest.raises(ValueError, match="percentage"):
        group_text(file)
