"""Text in, exact out: YAML whose scalars stay the text that a person typed until a record's types read them.

A record is a frozen dataclass; its annotations are the schema. A key given twice, a key that is not known, an
anchor or a tag is an error, and every error of the file is reported at once, by line and path.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import yaml

from smallgroup import dates, money
from smallgroup.errors import Problem, Refused, did_you_mean

Cents = Annotated[int, "cents"]
Percent = Annotated[Fraction, "percent"]
Ratio = Annotated[Fraction, "ratio"]
Month1st = Annotated[date, "month"]
"""A calendar month, `2024-01`, kept as its first day."""
MonthDay = Annotated[tuple[int, int], "month_day"]
"""A day of any year, `11-15`, as (month, day)."""
Hundredths = Annotated[int, "hundredths"]
"""An exact count of hundredths: `37.5` hours → 3750."""

Record = TypeVar("Record")
_LIMIT = 4_000_000
TRIED = 0
"""The line of a value that stands in no file, but was given to be tried."""


class Given(typing.NamedTuple):
    """A node of the file as typed: `value` is None, text, a list of Given, or a dict of text → Given."""

    value: Any
    line: int


@dataclasses.dataclass(slots=True)
class _Reader:
    """Walks a node along an annotation, collecting problems."""

    file: str
    problems: list[Problem]

    def refuse(self, path: str, line: int, why: str, fix: str = "", seen: str | None = None) -> None:
        stands = f"{self.file}, line {line}" + (f", {path}" if path else "")
        place = f"--what-if {path}" if line == TRIED else stands
        self.problems.append(Problem(place, why, fix, seen=seen, row=line or None, field=path or None))

    def read(self, annotation: Any, given: Given, path: str) -> Any:
        origin = get_origin(annotation)
        if origin in (Union, types.UnionType):
            options = [option for option in get_args(annotation) if option is not type(None)]
            if given.value is None:
                if len(options) == len(get_args(annotation)):
                    self.refuse(path, given.line, "a value is needed here.", "Write it, or take the key out.")
                return None
            return self._read_union(options, given, path)
        if given.value is None:
            self.refuse(path, given.line, "a value is needed here.", "Write it, or take the key out.")
            return None
        if dataclasses.is_dataclass(annotation):
            return self._read_record(annotation, given, path)
        if origin is tuple:
            return self._read_list(get_args(annotation)[0], given, path)
        if origin in (dict, Mapping):
            return self._read_mapping(get_args(annotation), given, path)
        return self._read_scalar(annotation, origin, given, path)

    def _read_union(self, options: list[Any], given: Given, path: str) -> Any:
        """A union is told apart by its shape: records by their keys, a list, or a scalar."""
        shape = type(given.value)
        fits = [option for option in options if _shape(option) is shape]
        if len(fits) > 1 and shape is dict:
            fits = sorted(fits, key=lambda option: -len(given.value.keys() & _fields(option).keys()))
        if not fits:
            self.refuse(path, given.line, f"{_kind(given)} does not belong here.", f"Write {_wanted(options)}.")
            return None
        return self.read(fits[0], given, path)

    def _read_record(self, record: Any, given: Given, path: str) -> Any:
        if not isinstance(given.value, dict):
            self.refuse(path, given.line, f"{_kind(given)} stands where keys are wanted.",
                        f"Known keys: {', '.join(_fields(record))}.")  # fmt: skip
            return None
        known = _fields(record)
        values: dict[str, Any] = {}
        before = len(self.problems)
        for key, inner in given.value.items():
            inside = f"{path}.{key}" if path else key
            if key not in known:
                self.refuse(inside, inner.line, f"the key {key!r} is not known here.", did_you_mean(key, list(known)))
            elif inner.value is None and known[key].optional:
                continue
            else:
                values[known[key].name] = self.read(known[key].annotation, inner, inside)
        for key, field in known.items():
            if field.required and key not in given.value:
                inside = f"{path}.{key}" if path else key
                self.refuse(inside, given.line, "this key is missing.", "It is needed: add it.")
        if len(self.problems) > before:
            return None
        try:
            return record(**values)
        except ValueError as error:
            self.refuse(path, given.line, str(error))
            return None

    def _read_list(self, item: Any, given: Given, path: str) -> Any:
        if not isinstance(given.value, list):
            self.refuse(path, given.line, f"{_kind(given)} stands where a list is wanted.", "Write it in [ ].")
            return ()
        return tuple(self.read(item, inner, f"{path}[{place}]") for place, inner in enumerate(given.value))

    def _read_mapping(self, args: tuple[Any, Any], given: Given, path: str) -> Any:
        if not isinstance(given.value, dict):
            self.refuse(path, given.line, f"{_kind(given)} stands where keys are wanted.")
            return {}
        return {
            self._read_scalar(args[0], get_origin(args[0]), Given(key, inner.line), path): self.read(
                args[1], inner, f"{path}.{key}"
            )
            for key, inner in given.value.items()
        }

    def _read_scalar(self, annotation: Any, origin: Any, given: Given, path: str) -> Any:
        if not isinstance(given.value, str):
            self.refuse(path, given.line, f"{_kind(given)} stands where one value is wanted.")
            return None
        text = given.value
        if origin is Literal:
            words = get_args(annotation)
            if text in words:
                return text
            self.refuse(path, given.line, f"{text!r} is not known here.", did_you_mean(text, words), seen=text)
            return None
        try:
            return _SCALARS[_scalar_name(annotation)](text)
        except ValueError as error:
            self.refuse(path, given.line, str(error), seen=text)
            return None


class _Field(typing.NamedTuple):
    name: str
    annotation: Any
    required: bool
    optional: bool


@cache
def _fields(record: Any) -> dict[str, _Field]:
    """Key as written → field. A trailing underscore keeps a key that Python reserves (`from_` is `from`)."""
    hints = typing.get_type_hints(record, include_extras=True)
    found = {}
    for field in dataclasses.fields(record):
        if not field.init:
            continue
        has_default = field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
        hint = hints[field.name]
        optional = type(None) in get_args(hint) or has_default
        found[field.name.rstrip("_")] = _Field(field.name, hint, not has_default, optional)
    return found


def _shape(annotation: Any) -> type:
    origin = get_origin(annotation)
    if dataclasses.is_dataclass(annotation) or origin in (dict, Mapping):
        return dict
    return list if origin is tuple else str


def _kind(given: Given) -> str:
    if isinstance(given.value, dict):
        return "a block of keys"
    return "a list" if isinstance(given.value, list) else f"{given.value!r}"


def _wanted(options: list[Any]) -> str:
    said = []
    for option in options:
        if dataclasses.is_dataclass(option):
            said.append(f"the keys {', '.join(_fields(typing.cast(Any, option)))}")
        elif get_origin(option) is tuple:
            said.append("a list, in [ ]")
        elif get_origin(option) is Literal:
            said.append(" or ".join(map(str, get_args(option))))
        else:
            said.append(_scalar_name(option))
    return ", or ".join(said)


def _scalar_name(annotation: Any) -> str:
    if get_origin(annotation) is Annotated:
        return str(get_args(annotation)[1])
    return str(annotation.__name__)


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError(f"{text!r} is not a whole number.")
    return int(text)


def _yes_no(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"{text!r} is neither true nor false.")
    return text == "true"


def _hundredths(text: str) -> int:
    whole, point, part = text.partition(".")
    if not (whole.isascii() and whole.isdigit()) or (point and not (part.isascii() and part.isdigit())):
        raise ValueError(f"{text!r} is not a number. Write it as 37.5.")
    if len(part) > 2:
        raise ValueError(f"{text!r} has more than two decimals.")
    return int(whole) * 100 + int(part.ljust(2, "0") or 0)


def _month(text: str) -> date:
    try:
        return dates.day(f"{text}-01")
    except ValueError:
        raise ValueError(f"{text!r} is not a month. Write it as YYYY-MM, for example 2024-01.") from None


def _month_day(text: str) -> tuple[int, int]:
    found = dates.day(f"2024-{text}")
    return found.month, found.day


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("the text is empty. Write it, or take the key out.")
    return text.strip()


_SCALARS: dict[str, Callable[[str], Any]] = {
    "str": _text, "int": _whole, "bool": _yes_no, "date": dates.day,
    "cents": money.cents, "percent": money.percent, "ratio": money.ratio, "hundredths": _hundredths,
    "month": _month, "month_day": _month_day,
}  # fmt: skip


@contextmanager
def _collect(file: str) -> Iterator[_Reader]:
    reader = _Reader(file, [])
    yield reader
    if reader.problems:
        raise Refused(reader.problems)


def parse(text: str, *, file: str) -> Given:
    """YAML text → the tree as typed. `file` is the name for sentences.

    Raises Refused: not YAML, a key given twice, an anchor, an alias or a tag, over 4 MB.
    """
    if len(text) > _LIMIT:
        raise Refused(Problem(file, "it is over 4 MB, far more than such a file holds.", "Check the file."))
    # The C parser is several times faster; the pure one is kept for platforms without it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        if "&" in text or "*" in text or "!" in text:
            _refuse_references(text, loader, file)
        node = yaml.compose(text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        why = getattr(error, "problem", None) or "it cannot be read"
        raise Refused(Problem(f"{file}{line}", f"this is not YAML: {why}.", "Correct the line.")) from None
    except RecursionError:
        raise Refused(Problem(file, "it is nested too deep.", "Check the brackets.")) from None
    with _collect(file) as reader:
        return _given(node, reader, "")


def _refuse_references(text: str, loader: Any, file: str) -> None:
    """An anchor, an alias or a tag lets a short file mean a long one, or another type than the one typed."""
    for event in yaml.parse(text, Loader=loader):
        kind = "an alias" if isinstance(event, yaml.AliasEvent) else None
        kind = kind or ("an anchor" if getattr(event, "anchor", None) else None)
        kind = kind or ("a tag" if getattr(event, "tag", None) else None)
        if kind:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise Refused(Problem(f"{file}, line {line}", f"{kind} stands here.", "Write the value out in full."))


def _given(node: Any, reader: _Reader, path: str) -> Given:
    if node is None:
        return Given(None, 1)
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        empty = not node.style and node.value in ("", "~", "null")
        return Given(None if empty else node.value, line)
    if isinstance(node, yaml.SequenceNode):
        return Given([_given(item, reader, f"{path}[{place}]") for place, item in enumerate(node.value)], line)
    found: dict[str, Given] = {}
    for key_node, value_node in node.value:
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
        key_line = key_node.start_mark.line + 1
        if key is None:
            reader.refuse(path, key_line, "a key must be one word.", "Write it as key: value.")
            continue
        inside = f"{path}.{key}" if path else key
        if key in found:
            reader.refuse(inside, key_line, f"the key is given twice (first on line {found[key].line}).", "Keep one.")
            continue
        value = _given(value_node, reader, inside)
        found[key] = Given(value.value, key_line if isinstance(value_node, yaml.ScalarNode) else value.line)
    return Given(found, line)


def read_as(record: type[Record], given: Given, *, file: str, path: str = "") -> Record:
    """The tree, or a part of it, as a record of that type. Raises Refused with every problem at once."""
    with _collect(file) as reader:
        value = reader.read(record, given, path)
    return typing.cast(Record, value)


def read(record: type[Record], text: str, *, file: str) -> Record:
    """YAML text → a record. Raises Refused with every problem at once."""
    return read_as(record, parse(text, file=file), file=file)
