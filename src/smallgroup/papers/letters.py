"""Which letters a paper can show: texts as they are, but for signs that no font of the compiler has.

A sign without a letter form is written by its name in brackets, as [party popper], or by its number, as [U+682A]: a
PDF for everybody (PDF/UA) may not hold signs that nobody can see. Controls become spaces, and signs that turn the order
of what follows them are left out, so that no name can change how an amount is read.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

_TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SPACES = ("Cc", "Zl", "Zp")


def readable(value: Any, lacking: Callable[[frozenset[str]], Iterable[str]]) -> Any:
    """The same plain data in letters that can be shown; `lacking` says of some signs which cannot."""
    said = _each(value, _controlled)
    rare = frozenset(sign for text in _texts(said) for sign in text if not " " <= sign <= "~")
    return spelled(said, lacking(rare))


def spelled(value: Any, signs: Iterable[str]) -> Any:
    """The same plain data with some signs written by name."""
    names = {ord(sign): f"[{_name(sign)}]" for sign in signs}
    return _each(value, lambda text: text.translate(names)) if names else value


def rare_signs(value: Any) -> frozenset[str]:
    """Every sign beyond those of western European languages: what a paper can do without if it has to."""
    return frozenset(sign for text in _texts(value) for sign in text if sign > "\u024f")


def _each(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _each(one, change) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_each(one, change) for one in value]
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _controlled(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    kept = (sign for sign in unicodedata.normalize("NFC", text) if sign not in _TURNING)
    return "".join(" " if unicodedata.category(sign) in _SPACES else sign for sign in kept)


def is_none(sign: str) -> bool:
    """No character at all: half of one, for private use, or not assigned."""
    return unicodedata.category(sign) in ("Cs", "Co", "Cn")


def _name(sign: str) -> str:
    named = unicodedata.name(sign, "") if unicodedata.category(sign) in ("So", "Sk", "Sm", "Sc") else ""
    return named.lower() or f"U+{ord(sign):04X}"
