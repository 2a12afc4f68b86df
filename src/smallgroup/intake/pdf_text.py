"""In the child: a wage report that is a text PDF → lines of the answer.

A PDF has no cells, only words at places. A line of text that holds a person becomes a row of three cells: the
Social Security number, the name, the wages. What could be meant in two ways is refused, never guessed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

from smallgroup.intake.child import Limits, Unreadable, line_of, sheet_lines

MOST_PAGES = 60
HEADER = ("SSN", "Employee Name", "Gross Wages")

_SSN = r"(?P<ssn>\d{3}-\d{2}-\d{4}|\d{3} \d{2} \d{4}|\d{9}|[*xX#]{3}[- ]?[*xX#]{2}[- ]?\d{4}|[*xX#]+-?\d{4})"
_AMOUNT = r"\$?\s?\(?-?\$?\d[\d,]*\.\d{2}\)?(?![\d.])"
_NUMBERED = r"(?:\d{1,3}[.)]\s+)?"
_NAME = r"(?P<name>[^\W\d_][^\d$]*?)"
_SSN_FIRST = re.compile(rf"{_NUMBERED}{_SSN}\s+(?P<rest>.*)")
_NAME_FIRST = re.compile(rf"{_NUMBERED}{_NAME}\s+{_SSN}(?P<rest>(?:\s.*)?)")
_NAME_ONLY = re.compile(rf"{_NUMBERED}{_NAME}\s+(?P<rest>{_AMOUNT}(?:\s+{_AMOUNT})*)")
_AMOUNTS = re.compile(rf"(?<![\d,.]){_AMOUNT}")
_TOTAL = re.compile(r"(?:grand |page |report |sub-?)?totals?\b", re.IGNORECASE)
_WAGES = re.compile(r"\b(?:wages?|gross|page)\b", re.IGNORECASE)
_LABEL = re.compile(
    r"\b(?:tax(?:es|able)?|wages?|due|interest|penalty|assessment|balance|amount|rate|contributions?|payments?|excess|"
    r"gross|net|total|fee|account|quarter|number|line|page)\b",
    re.IGNORECASE,
)
_OTHER = re.compile(r"\b(?:tax(?:es|able)?|excess|non-?taxable)\b", re.IGNORECASE)
_ADVICE = "Send the spreadsheet or the CSV file that your payroll program writes."

Row = tuple[str | None, str | None, str | None]
Found = tuple[str | None, str | None, list[str]]
"""The number, the name, and every amount of a line."""


def lines(path: str, name: str, limits: Limits) -> Iterator[bytes]:
    """The people of the PDF as one sheet, whose row numbers are the lines of its text, counted through its pages.

    Raises Unreadable with a sentence.
    """
    texts = _texts(path, limits)
    numbers, rows, left = _people(texts)
    if not rows:
        raise Unreadable(
            "no line of it holds a name and wages.",
            f"{_ADVICE} If it is a form that was filled in on a screen, print it to a PDF and send that.",
        )
    if left:
        said = ", ".join(map(str, left[:10])) + (", …" if len(left) > 10 else "")
        word = "Line" if len(left) == 1 else "Lines"
        yield line_of({"notice": f"{word} {said} of the PDF: an amount without a person, not read."})
    yield from sheet_lines(name, numbers, list(zip(*rows, strict=True)), last_row=numbers[-1])


def _texts(path: str, limits: Limits) -> list[str]:
    """The lines of text on all pages."""
    sys.dont_write_bytecode = True  # a child may write no file
    try:
        import pdfplumber
    except ModuleNotFoundError:
        raise Unreadable(
            "reading a PDF needs pdfplumber, which is not installed.", "Run pip install smallgroup[intake]."
        ) from None
    try:
        with pdfplumber.open(path) as book:
            if len(book.pages) > MOST_PAGES:
                raise Unreadable(f"it has more than {MOST_PAGES} pages.", "Send only the pages that name the people.")
            found: list[str] = []
            pictures = []
            for number, page in enumerate(book.pages, start=1):
                texts = [text for text in (page.extract_text() or "").split("\n") if text.strip()]
                if not texts and (page.images or page.curves):
                    pictures.append(number)
                found += texts
                if len(found) > limits.rows:
                    raise Unreadable(f"there are more than {limits.rows:,} lines.", _ADVICE)
                page.close()
    except (Unreadable, MemoryError):
        raise
    except Exception as error:
        cause: Any = error  # pdfplumber wraps what its parser raises
        while cause.args and isinstance(cause.args[0], BaseException):
            cause = cause.args[0]
        if isinstance(cause, MemoryError):
            raise cause from None
        raise _unreadable(type(cause).__name__) from None
    if not found:
        raise Unreadable("it is a picture: there is no text in it.", f"{_ADVICE[:-1]}, or the PDF that it prints.")
    if pictures:
        pages = f"page {pictures[0]} is a picture" if len(pictures) == 1 else f"{len(pictures)} pages are pictures"
        raise Unreadable(f"{pages} without text, so people on it would be missing.", _ADVICE)
    return found


def _unreadable(kind: str) -> Unreadable:
    """The sentence for an error of that name; its own text may quote the file, and is not told."""
    if "Password" in kind or "Encrypt" in kind:
        return Unreadable("it is protected by a password.", "Save it without one.")
    return Unreadable(f"the PDF is damaged ({kind}).", f"Save it again, or better: {_ADVICE[0].lower()}{_ADVICE[1:]}")


def _people(texts: list[str]) -> tuple[list[int], list[Row], list[int]]:
    """Rows with their line numbers, header included; and the lines with an amount that are nobody's.

    Where lines carry Social Security numbers, a person has one, or a comma in the name; where none does, a line
    without an amount must speak of wages. The lines above the first
    person are titles; our header stands under them, and so their numbers are less by one.
    """
    texts = [" ".join(text.split()) for text in texts]
    numbered = any(_with_ssn(text) for text in texts)
    people: dict[int, Row] = {}
    left = []
    for number, text in enumerate(texts, start=1):
        found = _with_ssn(text) or _without_ssn(text, numbered=numbered)
        if found is not None:
            ssn, name, amounts = found
            if len(amounts) > 1:
                why = f"line {number} has {len(amounts)} amounts, and it is not clear which is the gross wages."
                raise Unreadable(why, _ADVICE)
            people[number] = (ssn, name, amounts[0].strip() if amounts else None)
        elif _AMOUNTS.search(text):
            left.append(number)
    if all(row[1] is not None and _TOTAL.match(row[1]) for row in people.values()):
        return [], [], left
    if not numbered and not any(_WAGES.search(text) and not _AMOUNTS.search(text) for text in texts):
        return [], [], left  # names beside amounts, and nothing says that they are wages
    first = min(people)
    titles: list[Row] = [(text, None, None) for text in texts[: first - 1]]
    return [*range(first), *people], [*titles, HEADER, *people.values()], left


def _with_ssn(text: str) -> Found | None:
    """The person of a line with a Social Security number; a part that is missing stays empty, and is told later."""
    if match := _SSN_FIRST.fullmatch(text):
        name = _AMOUNTS.sub("", match.group("rest")).strip(" .$")
    elif match := _NAME_FIRST.fullmatch(text):
        name = match.group("name")
    else:
        return None
    ssn, amounts = match.group("ssn"), _AMOUNTS.findall(match.group("rest"))
    if ssn.isdigit() and not amounts:
        return None  # nine digits without wages are an account, not a person
    return ssn, name or None, amounts


def _without_ssn(text: str, *, numbered: bool) -> Found | None:
    """A total of wages; or the person of a line that has a name and one amount."""
    amounts = _AMOUNTS.findall(text)
    if len(amounts) == 1 and _TOTAL.match(text):
        rest = _TOTAL.sub("", text, count=1)
        return (None, text[: text.rindex(amounts[0])].strip(), amounts) if _of_wages(rest) else None
    match = _NAME_ONLY.fullmatch(text)
    if match is None or _LABEL.search(name := match.group("name")):
        return None
    return (None, name, amounts) if "," in name or (not numbered and len(name.split()) > 1) else None


def _of_wages(rest: str) -> bool:
    """Whether what follows the word Total is about wages paid, or about nothing else."""
    return (_WAGES.search(rest) is not None and not _OTHER.search(rest)) or not _LABEL.search(rest)
