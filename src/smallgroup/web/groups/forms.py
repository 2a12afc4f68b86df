"""The application as forms, made of its own records: a field that the records gain appears here by itself.

Between the records and the browser stands a tree of plain text, as group.yaml has it: what was typed goes into the
tree as typed, the strict reader judges it, and each of its sentences goes back to the field of its path.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from django.http import QueryDict

from smallgroup import strict
from smallgroup.errors import Problem, Refused
from smallgroup.group import GroupFile, read_group
from smallgroup.group.write import group_text

Tree = Any
"""None, text, a list of trees, or a dict of them: what a person typed, and no more."""
BLANK_ROWS = 2
_INDEX = re.compile(r"\[\d+\]")
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
_NOTHING = ("0", "none", "-", "no")


@dataclass(frozen=True)
class Words:
    """What a field is called, and what helps to fill it in."""

    label: str
    help: str = ""


@dataclass(frozen=True)
class Box:
    """One field. `widget` is text, number, date, choice, lines or many."""

    path: str
    words: Words
    widget: str
    value: Any
    options: tuple[tuple[str, str], ...] = ()
    none: bool | None = None
    problems: tuple[Problem, ...] = ()
    kind = "box"

    @property
    def id(self) -> str:
        return "f-" + re.sub(r"\W+", "-", self.path).strip("-")


@dataclass(frozen=True)
class Block:
    """A record inside the record: its fields under one heading."""

    path: str
    words: Words
    parts: tuple[Part, ...]
    problems: tuple[Problem, ...] = ()
    kind = "block"


@dataclass(frozen=True)
class Rows:
    """A list of records, with blank ones after the last. `plain` fit into a table, a row a record."""

    path: str
    words: Words
    rows: tuple[Block, ...]
    plain: bool
    none: bool
    problems: tuple[Problem, ...] = ()
    kind = "rows"

    @property
    def columns(self) -> tuple[Part, ...]:
        return self.rows[0].parts


Part = Box | Block | Rows


@dataclass(frozen=True)
class Asking:
    """What the forms need beside the records: words by path, choices by path, and rows that are offered blank."""

    words: Mapping[str, Words] = field(default_factory=dict)
    options: Mapping[str, Callable[[], Sequence[tuple[str, str]]]] = field(default_factory=dict)
    offered: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)


# Reading and writing the tree ------------------------------------------------------------------------------------


def tree_of(text: str) -> dict[str, Tree]:
    """group.yaml → its tree, as typed. Raises Refused."""
    found = _plain(strict.parse(text, file="The application"))
    return found if isinstance(found, dict) else {}


def _plain(given: strict.Given) -> Tree:
    if isinstance(given.value, dict):
        return {key: _plain(inner) for key, inner in given.value.items()}
    return [_plain(inner) for inner in given.value] if isinstance(given.value, list) else given.value


def text_of(tree: Mapping[str, Tree]) -> str:
    """The tree → group.yaml as the records have it. Raises Refused with every problem, each with its path."""
    whole = {"group": {}, "application": {}, **tree}
    typed = yaml.safe_dump(whole, sort_keys=False, allow_unicode=True, width=10_000)
    try:
        return group_text(read_group(typed, file="The application"))
    except ValueError as error:
        raise Refused(Problem("The application", str(error), "Write it with fewer decimals.")) from None


def at(tree: Tree, path: str) -> Tree:
    for key in path.split("."):
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def put(tree: Mapping[str, Tree], path: str, value: Tree) -> dict[str, Tree]:
    """The tree with a value at a path; None takes it out."""
    key, _, rest = path.partition(".")
    made = dict(tree)
    if rest:
        inner = made.get(key)
        below = put(inner if isinstance(inner, dict) else {}, rest, value)
        made[key] = below
    elif value is None:
        made.pop(key, None)
    else:
        made[key] = value
    return made


def flat(tree: Tree, path: str = "") -> dict[str, str]:
    """Path → text, for every value: how two revisions are compared."""
    if isinstance(tree, dict):
        return {key: text for name, inner in tree.items()
                for key, text in flat(inner, f"{path}.{name}" if path else name).items()}  # fmt: skip
    if isinstance(tree, list):
        if not tree:
            return {path: "none"}
        if not any(isinstance(inner, dict | list) for inner in tree):
            return {path: ", ".join(map(str, tree))}
        return {key: text for place, inner in enumerate(tree) for key, text in flat(inner, f"{path}[{place}]").items()}
    return {} if tree is None else {path: str(tree)}


# The records -----------------------------------------------------------------------------------------------------


def hint_at(path: str) -> Any:
    """The annotation of `group.address`, or of `workforce`."""
    record: Any = GroupFile
    for key in path.split("."):
        if not dataclasses.is_dataclass(record):
            record = _shape(record).record
        record = hints(record)[key]
    return record


def hints(record: Any) -> dict[str, Any]:
    """Key as group.yaml writes it → annotation."""
    found = typing.get_type_hints(record, include_extras=True)
    return {one.name.rstrip("_"): found[one.name] for one in dataclasses.fields(record)}


def _defaults(record: Any) -> dict[str, Any]:
    return {one.name.rstrip("_"): one.default for one in dataclasses.fields(record)
            if one.default is not dataclasses.MISSING and one.default is not None}  # fmt: skip


@dataclass(frozen=True)
class _Shape:
    records: tuple[Any, ...]
    item: Any
    scalar: Any

    @property
    def record(self) -> Any:
        return self.records[0] if self.records else self.item


def _shape(hint: Any) -> _Shape:
    """A union taken apart: the records, the item of the list, and the scalar that it may be."""
    options = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    options = tuple(one for one in options if one is not type(None))
    lists = [get_args(one)[0] for one in options if get_origin(one) is tuple]
    records = tuple(one for one in options if dataclasses.is_dataclass(one))
    rest = [one for one in options if one not in records and get_origin(one) is not tuple]
    return _Shape(records, lists[0] if lists else None, rest[0] if rest else None)


def _fields(records: Iterable[Any]) -> dict[str, Any]:
    return {key: hint for record in records for key, hint in hints(record).items()}


# What was sent → the tree ----------------------------------------------------------------------------------------


def typed(post: QueryDict, path: str, asking: Asking) -> Tree:
    """What was typed for a path. A row with nothing in it but what was offered is none."""
    return _typed(hint_at(path), post, path, asking)


def _typed(hint: Any, post: QueryDict, path: str, asking: Asking) -> Tree:
    shape = _shape(hint)
    if dataclasses.is_dataclass(shape.item):
        return _typed_rows(shape.item, post, path, asking)
    if shape.records:
        found = {key: _typed(inner, post, f"{path}.{key}", asking) for key, inner in _fields(shape.records).items()}
        found = {key: value for key, value in found.items() if value is not None}
        if found or shape.scalar is None:
            return found or None
    if shape.item is not None:
        return _typed_list(shape, post, path, asking)
    text = post.get(path, "").strip()
    if not text:
        return None
    return text if shape.scalar is str or get_origin(shape.scalar) is Literal else _number(text)


def _number(text: str) -> str:
    """`$1,234.50` as people write it; what is no number stays as it is, for the reader to judge."""
    bare = text.removeprefix("$").strip()
    return bare.replace(",", "") if _THOUSANDS.fullmatch(bare) else bare


def _typed_rows(record: Any, post: QueryDict, path: str, asking: Asking) -> Tree:
    begins = re.compile(re.escape(path) + r"\[(\d{1,4})\]\.")
    places = sorted({int(match.group(1)) for key in post if (match := begins.match(key))})
    offered = {key for row in asking.offered.get(_INDEX.sub("", path), ()) for key in row}
    rows = []
    for place in places:
        row = _typed(record, post, f"{path}[{place}]", asking)
        if row is not None and row.keys() - offered:
            rows.append(row)
    return rows or ([] if post.get(f"{path}.none") else None)


def _typed_list(shape: _Shape, post: QueryDict, path: str, asking: Asking) -> Tree:
    if _INDEX.sub("", path) in asking.options:
        chosen = [one.strip() for one in post.getlist(path) if one.strip()]
        return chosen or None
    text = post.get(path, "").strip()
    if _is_number(shape.item):
        if not text:
            return None
        if text.casefold() in _NOTHING:
            return []
        parts = [one for one in re.split(r"[,;\s]+", text) if one]
        return parts[0] if len(parts) == 1 and shape.scalar is not None else parts
    parts = [one.strip() for one in re.split(r"[\n;]", text) if one.strip()]
    return parts or ([] if post.get(f"{path}.none") else None)


def _is_number(hint: Any) -> bool:
    return get_origin(hint) is Annotated or hint is int


# The tree → what is shown ----------------------------------------------------------------------------------------


def parts_of(
    paths: Sequence[str], tree: Mapping[str, Tree], asking: Asking, problems: Sequence[Problem] = ()
) -> tuple[tuple[Part, ...], tuple[Problem, ...]]:
    """The fields of a form with what they hold, each with its problems; and those that belong to no field."""
    made = tuple(_part(hint_at(path), at(tree, path), path, asking, {}) for path in paths)
    known = {one.path for part in made for one in walked(part)}
    placed: dict[str, list[Problem]] = {}
    homeless = []
    for problem in problems:
        home = next((path for path in _ancestors(problem.field or "") if path in known), None)
        if home is None:
            homeless.append(problem)
        else:
            placed.setdefault(home, []).append(problem)
    if placed:
        made = tuple(_part(hint_at(path), at(tree, path), path, asking, placed) for path in paths)
    return made, tuple(homeless)


def walked(part: Part) -> Iterator[Part]:
    yield part
    for inner in part.parts if isinstance(part, Block) else part.rows if isinstance(part, Rows) else ():
        yield from walked(inner)


def _ancestors(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path[: max(path.rfind("."), path.rfind("["), 0)]


def _part(hint: Any, value: Tree, path: str, asking: Asking, placed: Mapping[str, list[Problem]], default: Any = None
          ) -> Part:  # fmt: skip
    shape, bare = _shape(hint), _INDEX.sub("", path)
    words = asking.words.get(bare) or Words(bare.rpartition(".")[2].replace("_", " ").capitalize())
    problems = tuple(placed.get(path, ()))
    if dataclasses.is_dataclass(shape.item):
        return _rows(shape.item, value, path, words, asking, placed)
    if shape.records:
        inner = value if isinstance(value, dict) else {}
        defaults = {key: one for record in shape.records for key, one in _defaults(record).items()}
        parts: list[Part] = []
        if shape.scalar is not None:
            scalar = value if isinstance(value, str) else None
            parts.append(_box(shape.scalar, scalar, path, words, asking, problems, default))
        parts += [
            _part(below, inner.get(key), f"{path}.{key}", asking, placed, defaults.get(key))
            for key, below in _fields(shape.records).items()
        ]
        return Block(path, words, tuple(parts), problems)
    if shape.item is not None:
        return _list_box(shape, value, path, words, asking, problems)
    return _box(shape.scalar, value, path, words, asking, problems, default)


def _rows(record: Any, value: Tree, path: str, words: Words, asking: Asking, placed: Mapping[str, list[Problem]]
          ) -> Rows:  # fmt: skip
    held = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    offered: list[Mapping[str, Tree]] = [
        row for row in asking.offered.get(_INDEX.sub("", path), ())
        if not any(all(one.get(key) == told for key, told in row.items()) for one in held)
    ]  # fmt: skip
    if _INDEX.sub("", path) in asking.offered:
        held = sorted([*held, *map(dict, offered)], key=lambda row: str(row.get("month", "")))
    else:
        held = [*held, *({} for _ in range(BLANK_ROWS if held else 1))]
    rows = []
    for place, row in enumerate(held):
        below = f"{path}[{place}]"
        defaults = _defaults(record)
        parts = tuple(
            _part(hint, row.get(key), f"{below}.{key}", asking, placed, defaults.get(key))
            for key, hint in hints(record).items()
        )
        rows.append(Block(below, Words(f"{words.label}, {place + 1}"), parts, tuple(placed.get(below, ()))))
    plain = all(isinstance(part, Box) for part in rows[0].parts) if rows else True
    return Rows(path, words, tuple(rows), plain, value == [], tuple(placed.get(path, ())))


def _list_box(shape: _Shape, value: Tree, path: str, words: Words, asking: Asking, problems: tuple[Problem, ...]
              ) -> Box:  # fmt: skip
    bare = _INDEX.sub("", path)
    if bare in asking.options:
        chosen = [str(one) for one in value] if isinstance(value, list) else []
        options = tuple(asking.options[bare]())
        unknown = tuple((one, f"{one}, which has no rates here") for one in chosen if one not in dict(options))
        return Box(path, words, "many", chosen, (*options, *unknown), problems=problems)
    if _is_number(shape.item):
        shown = value if isinstance(value, str) else ", ".join(map(_bare, value)) if value else value
        return Box(path, words, "text", "0" if shown == [] else shown or "", problems=problems)
    lines = "\n".join(map(str, value)) if isinstance(value, list) else value or ""
    return Box(path, words, "lines", lines, none=value == [], problems=problems)


def _box(hint: Any, value: Tree, path: str, words: Words, asking: Asking, problems: tuple[Problem, ...], default: Any
         ) -> Box:  # fmt: skip
    text = value if isinstance(value, str) else ""
    if hint is bool:
        # A default stands only where the record itself has one: everywhere else unknown is unknown.
        unsaid = "no" if default is False else "not known"
        return _choice(path, words, text, (("true", "yes"), ("false", "no")), unsaid, problems)
    if get_origin(hint) is Literal:
        unsaid = "not known" if default is None else f"not said: {_said(str(default), asking)}"
        options = tuple((one, _said(one, asking)) for one in get_args(hint))
        return _choice(path, words, text, options, unsaid, problems)
    if hint is date:
        # What is no day would vanish in a field for days, so it is shown as text.
        return Box(path, words, "date" if not text or _is_day(text) else "text", text, problems=problems)
    if _is_number(hint):
        return Box(path, words, "number", _bare(text), problems=problems)
    options = tuple(asking.options[bare]()) if (bare := _INDEX.sub("", path)) in asking.options else ()
    return Box(path, words, "text", text, options, problems=problems)


def _choice(path: str, words: Words, text: str, options: tuple[tuple[str, str], ...], unsaid: str,
            problems: tuple[Problem, ...]) -> Box:  # fmt: skip
    known = ("", *(one for one, _ in options))
    other = () if text in known else ((text, text),)
    return Box(path, words, "choice", text, (("", unsaid), *options, *other), problems=problems)


def _said(word: str, asking: Asking) -> str:
    return asking.said.get(word) or word.replace("_", " ")


def _bare(text: Any) -> str:
    """`80.00` is shown as `80`, and `62.50` as `62.5`."""
    return re.sub(r"(?<=\d)\.?0+$", "", str(text)) if re.fullmatch(r"\d+\.\d\d", str(text)) else str(text)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


def unfit(tree: Mapping[str, Tree], paths: Sequence[str]) -> Iterator[Problem]:
    """A record that was filled in as two kinds at once, as a contribution in percent and in dollars."""
    for path in paths:
        yield from _unfit(hint_at(path), at(tree, path), path)


def _unfit(hint: Any, value: Tree, path: str) -> Iterator[Problem]:
    shape = _shape(hint)
    if not isinstance(value, dict) or not shape.records:
        return
    known = [set(hints(record)) for record in shape.records]
    if len(known) > 1 and not any(value.keys() <= keys for keys in known):
        ways = " or ".join(" and ".join(sorted(keys)) for keys in known)
        yield Problem(path, "it is filled in in two ways at once.", f"Fill in {ways}, and leave the other empty.",
                      field=path)  # fmt: skip
        return
    for key, inner in _fields(shape.records).items():
        yield from _unfit(inner, value.get(key), f"{path}.{key}")


def counted(part: Part) -> tuple[int, int]:
    """How many of its fields are filled in, of how many; a list counts as one."""
    if isinstance(part, Rows):
        filled = any(box.value for row in part.rows for box in walked(row) if isinstance(box, Box))
        return int(part.none or filled), 1
    if isinstance(part, Block):
        counts = [counted(one) for one in part.parts]
        return sum(one for one, _ in counts), sum(all_ for _, all_ in counts)
    return int(bool(part.value) or bool(part.none)), 1


def without_blank(part: Part) -> Part:
    """A list without the rows that are only offered."""
    if not isinstance(part, Rows):
        return part
    return replace(part, rows=tuple(row for row in part.rows if counted(row)[0]))
