"""The one way to a PDF: a template of this package, and what it is told as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from smallgroup.errors import Problem, Refused
from smallgroup.papers.letters import is_none, rare_signs, readable, spelled

if TYPE_CHECKING:
    import typst

_TEMPLATES = Path(__file__).parent / "templates"
_NO_LETTER = "could not be displayed"

STANDARD: Final = "ua-1"
"""PDF/UA-1: tagged, with a title, a language and an order to be read in; the compiler refuses what is not."""


def needs_typst() -> None:
    """Raises Refused when the compiler is not installed."""
    if find_spec("typst") is None:
        raise Refused(Problem("PDF", "it is made with typst, which is not installed.", "Install smallgroup[pdf]."))


def printed(template: str, told: Mapping[str, Any], *, dated: date) -> bytes:
    """The PDF of a template. `dated` is the day that the file names as its creation.

    Nothing is read but the templates, and nothing is fetched: what is told comes in as JSON, so a text of it is a text
    and no markup, and only the fonts inside the compiler are used. Raises Refused when the compiler is not installed.
    """
    needs_typst()
    import typst

    said = readable(told, _lacking)
    try:
        return _compiled(template, said, dated)
    except typst.TypstError as error:
        if _NO_LETTER not in error.message:
            raise
    # Two signs that each have a letter, and no font has both: an accent on a letter of another script.
    return _compiled(template, spelled(said, rare_signs(said)), dated)


def _compiled(template: str, told: Mapping[str, Any], dated: date) -> bytes:
    import typst

    return typst.compile(
        _TEMPLATES / template, root=_TEMPLATES, font_paths=_fonts(), ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(told)}, pdf_standards=[STANDARD],
        timestamp=datetime.combine(dated, time(), UTC),
    )  # fmt: skip


@cache
def _fonts() -> typst.Fonts:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


_known: dict[str, bool] = {}


def _lacking(signs: frozenset[str]) -> list[str]:
    """Those that no font has a letter for. All at once first, then halves: most papers have none."""
    new = sorted(signs - _known.keys())
    pending = [new] if new else []
    while pending:
        some = pending.pop()
        shown = not any(map(is_none, some)) and _can_show(frozenset(some))
        if shown or len(some) == 1:
            _known.update(dict.fromkeys(some, shown))
        else:
            pending += [some[: len(some) // 2], some[len(some) // 2 :]]
    return sorted(sign for sign in signs if not _known[sign])


def _can_show(signs: frozenset[str]) -> bool:
    """Whether the fonts have a letter for each of some signs."""
    import typst

    told = {"signs": " ".join(f"a{sign}" for sign in sorted(signs))}
    try:
        _compiled("signs.typ", told, date(2000, 1, 1))
    except typst.TypstError as error:
        if _NO_LETTER in error.message:
            return False
        raise
    return True
