"""Text in, exact out: what a YAML file may not do, and that everything wrong is told at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import pytest

from smallgroup import strict
from smallgroup.errors import Refused


@dataclass(frozen=True, kw_only=True)
class Inner:
    share: strict.Ratio | None = None
    dollars: strict.Cents | None = None


@dataclass(frozen=True, kw_only=True)
class Outer:
    name: str
    on: date | None = None
    hours: strict.Hundredths | None = None
    percent: strict.Percent | None = None
    sure: bool | None = None
    many: tuple[int, ...] = ()
    inner: Inner | None = None


def problems(text: str) -> list[str]:
    with pytest.raises(Refused) as refused:
        strict.read(Outer, text, file="a.yaml")
    return [str(problem) for problem in refused.value.problems]


def test_scalars_are_exact() -> None:
    read = strict.read(
        Outer, 'name: "007"\nhours: 37.5\npercent: 62.5\ninner: {share: 1/3, dollars: "0.10"}\nmany: [1, 2]', file="a"
    )
    assert read == Outer(name="007", hours=3750, percent=Fraction(5, 8), inner=Inner(share=Fraction(1, 3), dollars=10),
                         many=(1, 2))  # fmt: skip


@pytest.mark.parametrize("empty", ["null", "~", ""])
def test_null_is_unknown_and_not_a_text(empty: str) -> None:
    assert strict.read(Outer, f"name: x\non: {empty}", file="a").on is None
    assert strict.read(Outer, 'name: "null"', file="a").name == "null"


def test_all_errors_at_once_by_line_and_path() -> None:
    said = problems("nam: x\non: 2025-02-30\nhours: 1.234\nsure: yes\nmany: 3\ninner: {share: 0.5, dolars: 1}\n")
    assert len(said) == 8
    assert "a.yaml, line 1, nam: the key 'nam' is not known here. Did you mean name?" in said
    assert any("line 2, on: 30 February does not exist" in one for one in said)
    assert any("inner.dolars" in one and "Did you mean dollars?" in one for one in said)
    assert any("name: this key is missing" in one for one in said)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name: x\nname: y", "given twice"),
        ("name: &a x\non: *a", "an anchor"),
        ("name: !!python/object:os.system x", "a tag"),
        ("name: [", "not YAML"),
        ("- 1\n- 2", "stands where keys are wanted"),
        ("{{a: 1}: 2}", "a key must be one word"),
        ("name: " + "[" * 5000, "YAML"),
        ("", "a value is needed"),
        ("name: x\x00", "not YAML"),
    ],
)
def test_what_is_refused(text: str, why: str) -> None:
    assert any(why in one for one in problems(text)), problems(text)


def test_a_file_of_over_four_megabytes_is_refused() -> None:
    assert "over 4 MB" in problems("name: " + "x" * 4_000_001)[0]
