"""What is asked of a whole column, or of a whole file, gives what is given cell by cell and row by row."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random

import pytest

from smallgroup.census import checks, doubts, read
from smallgroup.census.fields import BY_NAME
from smallgroup.census.values import at_once, reader
from smallgroup.errors import Refused
from smallgroup.intake import csv_text, spreadsheet
from smallgroup.intake.child import Limits

AS_OF = date(2026, 1, 2)
HEADER = ["family_id", "member_id", "relationship", "last_name", "date_of_birth", "zip", "hired_on"]
ODD = ["", " ", " x", "x ", "#N/A", "Err:502", "123-45-6789", "1990-02-31", "2/28/1990", "13/13/1990", "2/3/90",
       "45000", "7.0", "1-1", "2", "spouse", "employee", "child", "cousin", "'=a", "it's", 'a "b"', "é", "\u00a0",
       "0000-01-01", "2099-01-01", "20200101", "1/1/1990\n2/2/1991", "1990-01-01\n1991-01-01"]  # fmt: skip


def test_a_plain_column_is_read_at_once() -> None:
    birth, ids = BY_NAME["date_of_birth"], BY_NAME["member_id"]
    assert at_once(birth, ["1990-02-28", ""], as_of=AS_OF) == [date(1990, 2, 28), None]
    assert at_once(birth, ["2/28/1990", "2/28/1990"], as_of=AS_OF) == [date(1990, 2, 28)] * 2
    assert at_once(ids, ["1-1", " 2 ", " ", ""], as_of=AS_OF) == ["1-1", "2", None, None]
    assert at_once(ids, ["1-1", "2.0"], as_of=AS_OF) is None


@pytest.mark.parametrize("name", [name for name, field in BY_NAME.items() if field.kind in ("text", "date")])
def test_each_odd_text_is_read_as_alone(name: str) -> None:
    field = BY_NAME[name]
    alone = reader(field, as_of=AS_OF)
    for usual in (["1990-02-28"], ["2/28/1990"], ["A1"], []):
        for odd in ODD:
            texts = [*usual, odd]
            found = at_once(field, texts, as_of=AS_OF)
            assert found is None or found == [alone(text) for text in texts]


def census(dice: Random) -> str:
    """A census of a few families, most often with something wrong in it."""
    rows = []
    for family in range(1, dice.randrange(2, 9)):
        for at, who in enumerate(["employee", *dice.choices(["spouse", "child"], k=dice.randrange(3))]):
            rows.append([str(family), f"{family}-{at}", who, "Example", f"19{dice.randrange(60, 99)}-03-01", "30303",
                         "2020-01-01" if at == 0 else ""])  # fmt: skip
    for _ in range(dice.choice([0, 0, 1, 2])):
        dice.choice(rows)[dice.randrange(len(HEADER))] = dice.choice(ODD[:-2])
    if dice.random() < 0.2:
        dice.shuffle(rows)
    if dice.random() < 0.1:
        rows.append(list(dice.choice(rows)))
    sign, end = dice.choice(",,;\t|"), dice.choice(["\n", "\n", "\r\n", "\r"])
    text = end.join(sign.join(row) for row in [HEADER, *rows]) + dice.choice(["", end, end + end])
    return f"sep={sign}{end}{text}" if dice.random() < 0.05 else text


def answer(path: Path) -> object:
    sheets, notices = spreadsheet.understood(list(csv_text.lines(str(path), "c.csv", Limits())), "c.csv")
    try:
        found = read.read_census(sheets, file="c.csv", as_of=AS_OF)
    except Refused as refused:
        return refused.problems, refused.to_check
    return found.members.rows(), found.members.schema, found.notices, found.to_check, found.matches, notices


def test_a_census_reads_as_row_by_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dice, path = Random(1), tmp_path / "c.csv"
    straight: list[bool] = []
    split = csv_text._straight

    def noted(*given: object) -> object:
        found = split(*given)  # type: ignore[arg-type]
        straight.append(found is not None)
        return found

    kinds = set()
    for _ in range(400):
        path.write_bytes(census(dice).encode())
        with monkeypatch.context() as fast:
            fast.setattr(csv_text, "_straight", noted)
            quick = answer(path)
        with monkeypatch.context() as slow:
            slow.setattr(csv_text, "_straight", lambda *_: None)
            slow.setattr(read, "at_once", lambda *_, **__: None)
            slow.setattr(checks, "_one_each", lambda *_: False)
            slow.setattr(doubts, "_employees_first", lambda *_: False)
            assert answer(path) == quick
        assert isinstance(quick, tuple)
        kinds.add(len(quick))
    assert kinds == {2, 6}  # some are refused, some are read
    assert 100 < sum(straight) < 400
