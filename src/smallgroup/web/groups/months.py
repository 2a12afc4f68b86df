"""Months of a workforce out of a spreadsheet: pasted as they are copied there, or typed as lines."""

from __future__ import annotations

import re

from smallgroup.errors import Problem

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LINE = re.compile(r"([a-z]{3,9}\.?[\s,'-]*\d{2,4}|[\d/-]+)(?:[\s,;:]+(.*))?", re.ASCII | re.IGNORECASE)
_KEYS = ("full_time", "part_time_hours", "seasonal_full_time", "seasonal_part_time_hours")
MOST = 60


def pasted(text: str) -> tuple[list[dict[str, object]], list[Problem]]:
    """Lines of: month, full-time, part-time hours (several by blanks, commas or semicolons), and of these seasonal.

    Columns are those of the spreadsheet (tabs), or bars; without either, all numbers after the second are part-time
    hours. A first line without a month is a header and is left. What is wrong is told with the number of its line.
    """
    rows: list[dict[str, object]] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for number, line in enumerate(text.splitlines()[: MOST * 2], start=1):
        if not line.strip():
            continue
        cells = _cells(line.strip())
        month = _month(cells[0])
        if month is None:
            if not rows and not problems and not any(map(str.isdigit, line)):
                continue
            fix = "Begin the line with it, as 2024-01 or Jan 2024."
            problems.append(_wrong(number, f"{cells[0][:30]!r} is no month.", fix))
            continue
        if month in seen:
            problems.append(_wrong(number, f"{month} is there twice.", "Keep one line a month."))
            continue
        seen.add(month)
        row: dict[str, object] = {"month": month}
        for key, cell in zip(_KEYS, cells[1:], strict=False):
            if key.endswith("hours"):
                parts = [one for one in re.split(r"[,;\s]+", cell) if one]
                if parts or key == "part_time_hours":
                    row[key] = [] if parts in (["0"], ["-"], []) else parts
            elif cell:
                row[key] = cell.removesuffix(".0")
        row.setdefault("part_time_hours", [])
        rows.append(row)
    return rows, problems


def _cells(line: str) -> list[str]:
    if "\t" in line or "|" in line:
        return [cell.strip().strip('"') for cell in re.split(r"[\t|]", line)]
    match = _LINE.fullmatch(line)
    if match is None:
        return [line]
    first, *rest = [one for one in re.split(r"[,;\s]+", match[2] or "") if one] or [""]
    return [match[1], first, " ".join(rest)]


def _wrong(number: int, why: str, fix: str) -> Problem:
    return Problem(f"Line {number}", why, fix, field="workforce")


def _month(text: str) -> str | None:
    """`2024-01`, `1/2024`, `1/31/2024`, `2024-01-31`, `January 2024`, `Jan-24` → `2024-01`."""
    text = text.strip().strip('"').casefold()
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})(?:-\d{1,2})?(?: .*)?", text, re.ASCII):
        return _written(match[1], match[2])
    if match := re.fullmatch(r"(\d{1,2})/(?:\d{1,2}/)?(\d{4})", text, re.ASCII):
        return _written(match[2], match[1])
    match = re.fullmatch(r"([a-z]{3,9})\.?[\s,'-]*(\d{4}|\d{2})", text, re.ASCII)
    if match is None or match[1][:3] not in _NAMES:
        return None
    return _written(match[2] if len(match[2]) == 4 else f"20{match[2]}", str(_NAMES.index(match[1][:3]) + 1))


def _written(year: str, month: str) -> str | None:
    return f"{year}-{int(month):02d}" if 1 <= int(month) <= 12 else None
