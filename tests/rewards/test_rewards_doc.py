"""docs/rewards.md tells of every key of a program, and its examples are read."""

from __future__ import annotations

import dataclasses
import io
import re
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import polars as pl
import pytest

from smallgroup.intake.sales_folder import sales_folder
from smallgroup.rewards.sales import ADJUSTMENTS
from smallgroup.rulebook import program as record
from smallgroup.rulebook.program import known_programs, read_program

ROOT = Path(__file__).parents[2]
DOC = (ROOT / "docs" / "rewards.md").read_text("utf-8")
CODE = set(re.findall(r"`([^`\n]+)`", DOC)) | {one.split(".")[-1] for one in re.findall(r"`([\w.]+)`", DOC)}
RECORDS = [
    one for one in vars(record).values() if dataclasses.is_dataclass(one) and one.__module__ == record.__name__
]  # fmt: skip


def words(hint: Any) -> set[str]:
    """The words that a key may have."""
    if str(get_origin(hint)) == "typing.Literal":
        return set(get_args(hint))
    return set().union(*map(words, get_args(hint))) if get_origin(hint) is not None else set()


@pytest.mark.parametrize("of", RECORDS, ids=lambda of: of.__name__)
def test_every_key_and_every_word_is_told(of: Any) -> None:
    hints = get_type_hints(of)
    keys = {field.name.rstrip("_") for field in dataclasses.fields(of)}
    said = set().union(*(words(hint) for hint in hints.values()))
    assert not keys - CODE, "keys that docs/rewards.md does not name"
    assert not said - CODE, "words that docs/rewards.md does not name"


def test_the_rules_that_are_needed_are_told() -> None:
    assert set(record._RULES) <= CODE


def test_the_example_is_a_program() -> None:
    text = re.search(r"```yaml\n([\s\S]*?)```", DOC)
    assert text
    assert read_program(text.group(1), file="example").id == "example-ca-2026"


def test_every_kind_of_adjustment_is_told_and_the_example_is_read(tmp_path: Path) -> None:
    text = re.search(r"```csv\n([\s\S]*?)```", DOC)
    assert text
    assert set(pl.read_csv(io.StringIO(text.group(1)))["kind"]) == set(ADJUSTMENTS)
    assert set(ADJUSTMENTS) <= CODE
    for path in (ROOT / "examples" / "sales").glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "adjustments.csv").write_text(text.group(1), "utf-8")
    assert sales_folder(tmp_path).adjustments.height == 6


def test_every_program_is_in_the_table_of_what_is_proved() -> None:
    assert {one.id for one in known_programs()} <= CODE
