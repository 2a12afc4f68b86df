"""The 51 age bands of 45 CFR 147.102(d) and (e), as they stand since January 1, 2018.

One band for ages 0 to 14, one for each year from 15 to 63, one for 64 and over. A band is an index 0 … 50
everywhere in the code; its text is `BANDS[index]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

BANDS: tuple[str, ...] = ("0-14", *map(str, range(15, 64)), "64+")
YOUNGEST_SINGLE_YEAR = 15
OLDEST = 64

_LAST = re.compile(r"64\s*(\+|and\s+(over|older|above|up))", re.IGNORECASE)
_BEFORE_2018 = re.compile(r"0\s*-\s*20|64|65\s*(\+|and\s+(over|older|above|up))", re.IGNORECASE)
_INDEX = {text: index for index, text in enumerate(BANDS)}


def band_of(age: int) -> int:
    """The band of an age in completed years: 14 → 0, 15 → 1, 63 → 49, 64 and over → 50.

    Raises ValueError for a negative age: nobody is rated before birth.
    """
    if age < 0:
        raise ValueError(f"An age of {age} does not exist.")
    return min(max(age - YOUNGEST_SINGLE_YEAR + 1, 0), OLDEST - YOUNGEST_SINGLE_YEAR + 1)


def read_band(text: str) -> int:
    """`"0-14"`, `"15"`, `"64+"`, `"64 and over"`, `"64 and older"` → the band's index.

    Raises ValueError with a sentence for anything else; of a band of before 2018 it says that they changed.
    """
    tidy = text.strip().replace("–", "-")
    if _LAST.fullmatch(tidy):
        return len(BANDS) - 1
    index = _INDEX.get(re.sub(r"\s*-\s*", "-", tidy))
    if index is not None:
        return index
    if _BEFORE_2018.fullmatch(tidy):
        raise ValueError(
            f"{text!r} is an age band of the years before 2018: the bands are now 0-14, 15 … 63, 64+. "
            "Use rates that were filed with the present bands."
        )
    raise ValueError(f"{text!r} is not an age band. Write it as 0-14, 15 … 63, or 64+.")


def spoken_bands(indexes: Iterable[int]) -> str:
    """(26,) → `"age 40"`, (0, 26, 27, 28) → `"ages 0-14, 40-42"`, all of them → `"every age"`."""
    wanted = sorted(set(indexes))
    if len(wanted) == len(BANDS):
        return "every age"
    runs: list[list[int]] = []
    for index in wanted:
        if runs and index == runs[-1][-1] + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    texts = [_run(run[0], run[-1]) for run in runs]
    one_year = len(wanted) == 1 and BANDS[wanted[0]].isdigit()
    return f"{'age' if one_year else 'ages'} {', '.join(texts)}"


def _run(first: int, last: int) -> str:
    if first == last:
        return BANDS[first]
    start = BANDS[first].split("-")[0]
    return f"{start}+" if last == len(BANDS) - 1 else f"{start}-{BANDS[last].split('-')[-1]}"
