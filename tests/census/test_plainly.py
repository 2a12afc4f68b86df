"""A census that is read by whole columns is the one that is read cell by cell; what is not plain is not read so."""

from __future__ import annotations

import csv
import io
from dataclasses import fields
from datetime import date
from pathlib import Path
from random import Random

import pytest

from smallgroup import intake
from smallgroup.census.read import Census, read_census
from smallgroup.errors import Refused
from smallgroup.intake import census_file, csv_text, plain_text, spreadsheet
from smallgroup.intake.child import Limits, Unreadable
from tests.census.corpus import cells, days, people, sheets  # noqa: F401 (each adds its kinds)
from tests.census.corpus.files import save
from tests.census.corpus.grid import LAYOUTS, clean
from tests.census.corpus.kinds import KINDS
from tests.census.corpus.score import several, single

AS_OF = date(2025, 9, 12)


@pytest.fixture(autouse=True)
def whatever_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_text, "WORTH_IT", 0)


def carefully(path: Path) -> Census | None:
    """The census as `read_census` gives it; None where it refuses."""
    try:
        told = list(csv_text.lines(str(path), path.name, Limits()))
        sheets, notices = spreadsheet.understood(told, path.name)
        census = read_census(sheets, file=path.name, as_of=AS_OF)
    except (Refused, Unreadable):
        return None
    return census if not notices else Census(**{**_parts(census), "notices": notices + census.notices})


def _parts(census: Census) -> dict[str, object]:
    return {field.name: getattr(census, field.name) for field in fields(census)}


def taken(path: Path) -> bool:
    """Whether the file is read by whole columns; then it is held against the careful way."""
    found = plain_text.plain_census(path, as_of=AS_OF)
    if found is None:
        return False
    wanted = carefully(path)
    assert wanted is not None, "refused, and yet taken"
    one, other = _parts(found), _parts(wanted)
    members, expected = one.pop("members"), other.pop("members")
    assert members.schema == expected.schema  # type: ignore[attr-defined]
    assert members.equals(expected)  # type: ignore[attr-defined]
    assert one == other
    return True


def staff(seed: int, families: int = 14) -> list[list[str]]:
    """The header and the rows of a clean census with every field of the plain layout."""
    grid = clean("plain", seed, families=families)
    text = io.StringIO()
    csv.writer(text).writerows(grid.rows)
    return list(csv.reader(io.StringIO(text.getvalue())))


def text_of(rows: list[list[str]], sign: str = ",", end: str = "\n") -> str:
    return "".join(sign.join(row) + end for row in rows)


def file_of(folder: Path, content: str | bytes) -> Path:
    path = folder / "census.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# --- whatever is in it ----------------------------------------------------------------------------


def test_each_kind_of_fault_in_each_layout(tmp_path: Path) -> None:
    took: dict[str, set[bool]] = {}
    for layout in LAYOUTS:
        for kind in KINDS.values():
            one = single(kind, layout, 11)
            if one is not None:
                took.setdefault(layout, set()).add(taken(save(one[0], tmp_path, "one", workbook=False)))
        for turn in range(12):
            took[layout].add(taken(save(several(layout, turn)[0], tmp_path, "several", workbook=False)))
            took[layout].add(taken(save(clean(layout, turn), tmp_path, "clean", workbook=False)))
    assert took.pop("plain") == {True, False}
    assert set.union(*took.values()) == {False}


ODD = [
    "", " ", " x", "x ", "#N/A", "Err:502", "123-45-6789", "a 123-45-6789", "1990-02-31", "2/28/1990", "13/13/1990",
    "2/3/90", "1990-2-3", "+990-02-03", " 990-02-03", "1990-02- 3", "0000-01-01", "0001-01-01", "2099-01-01",
    "20200101", "45000", "7.0", "1-1", "2", "spouse", "employee", "EE", "E", "Child", "cousin", "waive", "decline",
    "'=a", "O'Hara", 'a "b"', "é", "MuÃ±oz", "Straße", "\u00a0", "\u200bx", "\x1f", "\x0b", "x\x85", "1234567",
    "12 34-567", "168", "100", "0", "0.5", "50%", "$1,000", "yes", "w2", "30303", "00000", "303", "30303-1234",
    "1999-01-01", "2012-05-05", "1890-01-01", "٣", "total", "family_id", "3.", "999999999999", "M0001", "F001",
]  # fmt: skip


def test_odd_cells(tmp_path: Path) -> None:
    dice, took = Random(3), 0
    for turn in range(700):
        rows = staff(turn % 7)
        for _ in range(dice.choice([1, 1, 2])):
            row = dice.choice([*rows[1:], rows[-1]])
            row[dice.randrange(len(row))] = dice.choice(ODD)
        keep = [0, *dice.sample(range(len(rows[0])), dice.randrange(4, len(rows[0])))]
        if dice.random() < 0.5:
            rows = [[row[at] for at in sorted({*keep, 2, 5})] for row in rows]
        took += taken(file_of(tmp_path, text_of(rows, dice.choice(",,;\t|"), dice.choice(["\n", "\r\n"]))))
    assert 60 < took < 500


def test_odd_bytes(tmp_path: Path) -> None:
    dice, took = Random(4), 0
    signs = [bytes([sign]) for sign in b"\n\r\t ,;|\"'-/.:#@0159aZ\x00\x0b\x1c\x80\xc3\xff"]
    signs += [b"\r\n", b"\n\n", b",,", b""]
    for turn in range(700):
        data = text_of(staff(turn % 7, 6), ",", dice.choice(["\n", "\r\n"])).encode()
        for _ in range(dice.choice([1, 1, 2, 3])):
            at = dice.choice([dice.randrange(len(data)), len(data) - dice.randrange(1, 40), dice.randrange(250)])
            data = data[:at] + dice.choice(signs) + data[at + dice.randrange(2) :]
        took += taken(file_of(tmp_path, data))
    assert 60 < took < 500


def test_rows_in_another_order(tmp_path: Path) -> None:
    dice, took = Random(5), 0
    for turn in range(150):
        rows = staff(turn % 7)
        for _ in range(dice.choice([1, 2])):
            row = rows.pop(dice.randrange(1, len(rows)))
            if dice.random() < 0.6:
                rows.insert(dice.randrange(1, len(rows)), row)
            if dice.random() < 0.2:
                rows.insert(dice.randrange(1, len(rows)), [*row])
        took += taken(file_of(tmp_path, text_of(rows)))
    assert 10 < took < 140


# --- one thing at a time --------------------------------------------------------------------------

PLAIN = ["family_id", "relationship", "first_name", "last_name", "date_of_birth"]


def plain_rows(families: int) -> list[list[str]]:
    rows = [PLAIN]
    for family in range(1, families + 1):
        born = f"19{60 + family % 30}-03-1{family % 10}"
        rows.append([str(family), "employee", f"Ada{chr(97 + family % 26)}", f"Example{family}", born])
        rows.append([str(family), "child", "Bram", f"Example{family}", f"20{10 + family % 14}-02-03"])
    return rows


ROWS = plain_rows(40)
TEXT = text_of(ROWS)
YES = {
    "as it is": TEXT,
    "no end of the last line": TEXT.removesuffix("\n"),
    "CRLF": text_of(ROWS, ",", "\r\n"),
    "CRLF and no end": text_of(ROWS, ",", "\r\n").removesuffix("\r\n"),
    "byte-order mark": "\ufeff" + TEXT,
    "semicolons": text_of(ROWS, ";"),
    "tabs": text_of(ROWS, "\t"),
    "one row": text_of(ROWS[:2]),
    "other headers of the layout": TEXT.replace("date_of_birth", "DOB", 1).replace("first_name", "First Name", 1),
    "capitals and short words": TEXT.replace("employee", "EE").replace("child", "Son"),
    "days with slashes": text_of([PLAIN, *([*row[:4], "2/3/1990" if row[1] == "employee" else "12/31/2010"]
                                           for row in ROWS[1:])]),
    "accents": TEXT.replace("Bram", "Zoé"),
    "a blank before": TEXT.replace(",Bram", ", Bram"),
    "an apostrophe inside": TEXT.replace("Example7,", "O'Hara,"),
    "no first name": TEXT.replace("Bram", ""),
    "a child of 30": TEXT.replace("2012-02-03", "1995-02-03", 1).replace("1962", "1942"),
}  # fmt: skip
NO = {
    "trailing blank lines": TEXT + "\n\n",
    "a trailing blank line": TEXT + "\n",
    "a blank line": TEXT.replace("\n3,", "\n\n3,", 1),
    "a row of commas": TEXT + ",,,,\n",
    "quotes": TEXT.replace("Bram", '"Bram"', 1),
    "a short row at the end": TEXT + "99,employee\n",
    "a long row at the end": TEXT + "99,employee,Ada,Example,1990-01-01,x\n",
    "a short row and a long one": TEXT + "98,employee,Ada,1990-01-01\n99,employee,Ada,Example,1990-01-01,\n",
    "a short row and a blank line": TEXT + "98,employee,Ada,1990-01-01\n\n99,employee,Ada,Example,1990-01-01\n",
    "lines end in both ways": TEXT.replace("\n", "\r\n", 3),
    "CR before a delimiter": text_of(ROWS, ",", "\r\n").replace("Bram", "Bram\r", 1),
    "CR before one delimiter, and not at one end": text_of(ROWS, ",", "\r\n").replace("Bram", "Bram\r", 1)[:-2] + "\n",
    "CR in a cell": text_of(ROWS, ",", "\r\n").replace("Bram", "Br\ram", 1),
    "CR alone": TEXT.replace("\n", "\r"),
    "CR in the last row": text_of(ROWS, ",", "\r\n").removesuffix("9\r\n") + "\r9\n",
    "NUL": TEXT.removesuffix("3\n") + "\x00\n",
    "cp1252": TEXT.replace("Bram", "Zoé", 1).encode("cp1252"),
    "UTF-16": TEXT.encode("utf-16"),
    "a Social Security number in the last row": TEXT + "123-45-6789,employee,Ada,Example,1990-01-01\n",
    "a number as a name in the last row": TEXT + "99,employee,Ada,123 45 6789,1990-01-01\n",
    "a birth to come in the last row": TEXT + "99,employee,Ada,Example,2025-09-13\n",
    "a birth long ago in the last row": TEXT + "99,employee,Ada,Example,1900-01-01\n",
    "no such day in the last row": TEXT + "99,employee,Ada,Example,1990-02-30\n",
    "another form in the last row": TEXT + "99,employee,Ada,Example,1/2/1990\n",
    "no birth in the last row": TEXT + "99,employee,Ada,Example,\n",
    "a child of nobody at the end": TEXT + "99,child,Ada,Example,2020-01-01\n",
    "a second employee at the end": TEXT + "40,employee,Ada,Example,1990-01-01\n",
    "two partners at the end": TEXT + "40,spouse,Ada,Example,1990-01-01\n40,domestic_partner,Eve,Example,1990-01-01\n",
    "a child twice at the end": TEXT + "40,child,bram,Example40,2022-02-03\n",
    "a family of before at the end": TEXT + "1,child,Cleo,Example1,2020-01-01\n",
    "an unknown word at the end": TEXT + "99,cousin,Ada,Example,1990-01-01\n",
    "a letter at the end": TEXT + "99,E,Ada,Example,1990-01-01\n",
    "a total at the end": TEXT + "Total,80,,,\n",
    "the header again": TEXT + ",".join(PLAIN) + "\n",
    "header only": text_of(ROWS[:1]),
    "nothing": "", "one sign": "\n", "two": "\r\n",
    "header only, no end": ",".join(PLAIN),
    "sep line": "sep=,\n" + TEXT,
    "a title": "Our staff,,,,\n" + TEXT,
    "a column of its own": text_of([[*row, "x"] for row in ROWS]),
    "a column twice": text_of([[*row, row[0]] for row in ROWS]),
    "no column for the family": text_of([row[1:] for row in ROWS]),
    "a mark before a formula": TEXT.replace("Bram", "'=1", 1),
    "a very long cell": TEXT.replace("Bram", "B" * 200_000, 1),
}  # fmt: skip


@pytest.mark.parametrize("name", YES)
def test_what_is_plain_is_taken(name: str, tmp_path: Path) -> None:
    assert taken(file_of(tmp_path, YES[name]))


@pytest.mark.parametrize("name", NO)
def test_what_is_not_plain_is_left_to_the_careful_way(name: str, tmp_path: Path) -> None:
    assert not taken(file_of(tmp_path, NO[name]))


def test_member_ids(tmp_path: Path) -> None:
    rows = [["member_id", *ROWS[0]], *([f"M{at}", *row] for at, row in enumerate(ROWS[1:]))]
    assert taken(file_of(tmp_path, text_of(rows)))
    assert not taken(file_of(tmp_path, text_of([*rows[:-1], ["M0", *rows[-1][1:]]])))
    assert not taken(file_of(tmp_path, text_of([*rows[:-1], ["", *rows[-1][1:]]])))
    assert taken(file_of(tmp_path, text_of([rows[0], *(["", *row[1:]] for row in rows[1:])])))


def test_too_many_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = file_of(tmp_path, text_of(plain_rows(100_000)[:200_001]))
    assert path.read_bytes().count(b"\n") == 200_001
    assert plain_text.plain_census(path, as_of=AS_OF) is None


def test_what_is_worth_a_look_is_found_far_down(tmp_path: Path) -> None:
    rows = plain_rows(600)
    rows[1001][2:] = rows[1011][2:]  # an employee in two families
    rows[1102][4] = "1961-01-01"  # a child older than the employee
    path = file_of(tmp_path, text_of(rows))
    assert taken(path)
    found = plain_text.plain_census(path, as_of=AS_OF)
    assert found is not None
    assert [problem.row for problem in found.to_check] == [1012, 1103, 1103]


# --- where it is tried ----------------------------------------------------------------------------


def test_a_plain_file_starts_no_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = file_of(tmp_path, TEXT)
    wanted = census_file(path, mapping={"family_id": "family_id"}, as_of=AS_OF)  # what is said is read the careful way
    monkeypatch.setattr(intake, "_sheets_of", None)
    found = census_file(path, as_of=AS_OF)
    assert found.members.equals(wanted.members)
    assert found.sheet == wanted.sheet == "census.csv"
    with pytest.raises(TypeError):
        census_file(path, remembered={"x": "family_id"}, as_of=AS_OF)


def test_a_small_file_is_read_carefully(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = file_of(tmp_path, TEXT)
    monkeypatch.setattr(plain_text, "WORTH_IT", path.stat().st_size + 1)
    assert plain_text.plain_census(path, as_of=AS_OF) is None


def test_what_is_no_file_is_left_to_the_careful_way(tmp_path: Path) -> None:
    assert plain_text.plain_census(tmp_path / "none.csv", as_of=AS_OF) is None
    assert plain_text.plain_census(tmp_path, as_of=AS_OF) is None
    assert plain_text.plain_census(file_of(tmp_path, TEXT).rename(tmp_path / "census.pdf"), as_of=AS_OF) is None
