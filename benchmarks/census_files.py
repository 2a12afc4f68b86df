"""Invented census files for the benchmarks: families in the plain layout, in every kind of file that is read."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from random import Random

import openpyxl
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

AS_OF = date(2026, 1, 2)
COLUMNS = (
    "family_id", "member_id", "relationship", "first_name", "last_name", "date_of_birth", "sex", "zip",
    "hours_per_week", "status", "hired_on", "election",
)  # fmt: skip
NEEDED = ("family_id", "relationship", "first_name", "last_name", "date_of_birth")
DATES = ("date_of_birth", "hired_on")
KINDS = (".xlsx", ".csv", ".xls", ".ods")
REFUSED = 20
"""Of so many files one has cells that are wrong."""

_FIRST = [start + end for start in ("Al", "Ber", "Cor", "Dan", "Fra", "Jan", "Kar", "Lin") for end in ("a", "on", "is")]
_LAST = [start + end for start in ("Sam", "Ex", "Tri", "Brook", "Field", "Hill") for end in ("ple", "ley", "ton", "er")]


def people(number: int, seed: int, columns: Sequence[str] = COLUMNS) -> list[list[str]]:
    """So many people, family by family, each employee first, as rows of texts.

    Nobody is older than a parent, or hired as a child: few of them are worth a second look.
    """
    dice = Random(seed)
    rows: list[list[str]] = []
    places = [COLUMNS.index(name) for name in columns]
    for family in count(1):
        last = dice.choice(_LAST)
        who = ["employee", *(["spouse"] if dice.random() < 0.45 else []), *["child"] * dice.choice([0, 0, 1, 2])]
        own = dice.uniform(20, 64)  # the employee's age
        for at, relationship in enumerate(who, start=1):
            works = relationship == "employee"
            child = relationship == "child"
            age = own if works else dice.uniform(0, min(25, own - 18)) if child else dice.uniform(20, 64)
            hired = dice.randrange(100, min(8_000, int((own - 16) * 365)))
            row = [
                str(family), f"{family}-{at}", relationship, dice.choice(_FIRST), last,
                (AS_OF - timedelta(days=1 + int(age * 365.25))).isoformat(), dice.choice(["female", "male"]),
                f"303{dice.randrange(40):02}", *(("40", "active") if works else ("", "")),
                (AS_OF - timedelta(days=hired)).isoformat() if works else "",
                "enroll" if works else "",
            ]  # fmt: skip
            rows.append([row[place] for place in places])
            if len(rows) == number:
                return rows
    raise AssertionError("unreachable")


def write(path: Path, rows: Sequence[Sequence[str]], columns: Sequence[str] = COLUMNS) -> Path:
    """The rows under their header, in the kind of file that the name says; in a spreadsheet a date is a date."""
    table = [list(columns), *rows]
    if path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows(table)
    elif path.suffix == ".xlsx":
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("Census")
        dated = [column in DATES for column in columns]
        for row in table:
            sheet.append([_cell(text, a_date) for text, a_date in zip(row, dated, strict=True)])
        book.save(path)
    elif path.suffix == ".xls":
        old = xlwt.Workbook()
        page = old.add_sheet("Census")
        for at, row in enumerate(table):
            for place, text in enumerate(row):
                page.write(at, place, text)
        old.save(str(path))
    else:
        document, listed = OpenDocumentSpreadsheet(), Table(name="Census")
        for row in table:
            line = TableRow()
            for text in row:
                cell = TableCell(valuetype="string") if text else TableCell()
                if text:
                    cell.addElement(P(text=text))
                line.addElement(cell)
            listed.addElement(line)
        document.spreadsheet.addElement(listed)
        document.save(str(path))
    return path


def _cell(text: str, a_date: bool) -> object:
    if a_date and text[:1].isdigit():
        return date.fromisoformat(text)
    return text or None


def folder(where: Path, files: int) -> Path:
    """So many censuses of 5 to 50 people, of every kind in turn, some of them with wrong cells."""
    where.mkdir()
    for at in range(files):
        rows = people(Random(at).randrange(5, 51), at)
        if at % REFUSED == REFUSED - 1:
            rows[1][2], rows[2][5] = "cousin", "1990-02-31"
        write(where / f"group-{at:04}{KINDS[at // 3 % len(KINDS)]}", rows)
    return where
