"""What a census must not hold: Social Security numbers are dropped and never shown, health is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from smallgroup.census.sheet import SPACE, Cell, Sheet, blank, column_letter

_DASHED = re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)")
_ANY_FORM = re.compile(r"(?<!\d)\d{3}[- .]?\d{2}[- .]?\d{4}(?!\d)")

_SSN_WORDS = {"ssn", "ssns", "itin", "tin"}
_HEALTH_WORDS = {
    "diagnosis", "diagnoses", "diagnosed", "condition", "conditions", "preexisting", "pregnant", "pregnancy",
    "claim", "claims", "height", "weight", "bmi", "disease", "diseases", "illness", "illnesses", "medication",
    "medications", "surgery", "surgeries", "hospitalization", "hospitalizations", "hospitalized", "cancer",
    "diabetes", "diabetic", "icd", "icd9", "icd10", "genetic",
}  # fmt: skip
# "medical" alone is the tick for medical coverage; with one of these words it asks about health.
_HEALTH_PAIRS = {"history", "question", "questions", "questionnaire", "problem", "problems", "issues"}


def holds_ssn(text: str) -> bool:
    """Whether ###-##-#### stands anywhere in the text."""
    return "-" in text and _DASHED.search(text) is not None


def redacted(text: str) -> str:
    """The text with anything that could be a Social Security number masked, dashes or not."""
    return _ANY_FORM.sub("###-##-####", text)


def shown(cell: Cell) -> str:
    """A cell as a message may quote it: no Social Security number, one line, at most 60 characters."""
    text = str(cell).upper() if isinstance(cell, bool) else str(cell)
    text = redacted("".join(sign if sign.isprintable() else " " for sign in text.strip(SPACE)))
    return text if len(text) <= 60 else text[:57] + "…"


def words_of(header: str) -> list[str]:
    """`"Pre-existing conditions?"` → pre, existing, conditions; `"medicalHistory"` → medical, history."""
    return re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header).casefold())


def ssn_header(words: Sequence[str]) -> bool:
    """Whether a header, split into its words, announces Social Security numbers."""
    joined = "".join(words)
    return (
        not _SSN_WORDS.isdisjoint(words)
        or {"soc", "sec"} <= set(words)
        or "socialsecurity" in joined
        or joined.startswith("ssn")
    )


def health_header(words: Sequence[str]) -> bool:
    """Whether a header, split into its words, asks about somebody's health."""
    if not _HEALTH_WORDS.isdisjoint(words) or words == ["health"]:
        return True
    if "health" in words and "status" in words:
        return True
    return not _HEALTH_PAIRS.isdisjoint(words) and ("medical" in words or "health" in words)


def any_ssn(cells: Sequence[Cell]) -> bool:
    """Whether ###-##-#### stands in any of the cells."""
    all_text = set(map(type, cells)) <= {str}  # then nothing is picked out: most columns are, of a .csv file all
    texts = cast("Sequence[str]", cells) if all_text else [cell for cell in cells if isinstance(cell, str)]
    return holds_ssn("\n".join(texts))


def mostly_ssn(cells: Sequence[Cell]) -> bool:
    """Whether at least half of the cells that hold something are dashed Social Security numbers."""
    if not any_ssn(cells):
        return False
    held = [cell for cell in cells if not blank(cell)]
    found = (isinstance(cell, str) and _DASHED.fullmatch(cell.strip(SPACE)) is not None for cell in held)
    return 2 * sum(found) >= len(held)


_HEADER_WITHIN, _HEADER_CELLS = 40, 3  # rows that may be a header, and how many cells tell one from a note


def without_ssns(sheet: Sheet) -> tuple[Sheet, tuple[str, ...]]:
    """The sheet as a copy may hold it, and the columns that were left out of it, as `'SSN' (column H)`.

    Under a header that announces Social Security numbers no figure is kept; elsewhere a dashed one is masked.
    """
    columns: list[Sequence[Cell]] = []
    left: list[str] = []
    headers = [
        at for at in range(min(len(sheet.numbers), _HEADER_WITHIN))
        if sum(not blank(cell) for cell in sheet.row(at)) >= min(_HEADER_CELLS, len(sheet.columns))
    ]  # fmt: skip
    for index, column in enumerate(sheet.columns):
        titles = (at for at in headers if isinstance(title := column[at], str) and ssn_header(words_of(title)))
        start = next(titles, None)
        if start is not None:
            kept: Sequence[Cell] = [
                cell if at <= start or not any(sign.isdigit() for sign in str(cell)) else None
                for at, cell in enumerate(column)
            ]
            left.append(f"'{shown(column[start])}' (column {column_letter(index)})")
        elif any_ssn(column):
            kept = [redacted(cell) if isinstance(cell, str) and holds_ssn(cell) else cell for cell in column]
        else:
            kept = column
        columns.append(kept)
    return replace(sheet, columns=tuple(columns)), tuple(left)
