"""Expressions computed on one row, in plain Python where that says what Polars says.

Polars takes microseconds to start on each operation, and the readings of one group have hundreds of them. The
expressions are those that a book runs: their trees are read once, parts that are the same become one step, and what
is none of these few operations is left to Polars. A test holds the two against each other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from operator import add, eq, ge, gt, le, lt, mul, sub
from typing import Any

import polars as pl

Kleene = bool | None
Operation = Callable[..., Any]


def _and(one: Kleene, other: Kleene) -> Kleene:
    return False if one is False or other is False else None if one is None or other is None else True


def _or(one: Kleene, other: Kleene) -> Kleene:
    return True if one is True or other is True else None if one is None or other is None else False


def _fill_null(one: Any, other: Any) -> Any:
    return other if one is None else one


def _when(predicate: Kleene, then: Any, otherwise: Any) -> Any:
    return then if predicate is True else otherwise


def _if_known(operation: Operation) -> Operation:
    """Of what is not known nothing follows."""
    return lambda *values: None if None in values else operation(*values)


_EPOCH, _FIRST = date(1970, 1, 1).toordinal(), date.min.toordinal()

# By the names that they have in the tree of an expression.
_BINARY: dict[str, Operation] = {
    "And": _and, "Or": _or,
    **{name: _if_known(operation) for name, operation in {
        "Eq": eq, "GtEq": ge, "Gt": gt, "LtEq": le, "Lt": lt, "Plus": add, "Minus": sub, "Multiply": mul,
    }.items()},
}  # fmt: skip
_BOOLEAN: dict[str, Operation] = {
    "Not": _if_known(lambda one: not one),
    "IsNull": lambda one: one is None,
    "IsNotNull": lambda one: one is not None,
}
_TEMPORAL = {
    "Month": _if_known(lambda day: day.month),
    "Day": _if_known(lambda day: day.day),
    "MonthStart": _if_known(lambda day: day.replace(day=1)),
}
_CASTS = {  # whole numbers, and days counted in them
    "Int32": _if_known(lambda one: one.toordinal() - _EPOCH if isinstance(one, date) else one),
    "Date": _if_known(lambda days: date.fromordinal(max(days + _EPOCH, _FIRST))),  # Polars has days before the year 1
}


class OneRow:
    """Some expressions by name, ready to be computed on any frame of one row.

    Every column, literal, step, and part that is left to Polars has a place among the values of a run.
    """

    def __init__(self, expressions: Mapping[str, pl.Expr]) -> None:
        self.expressions = expressions
        self._places: dict[tuple[Any, ...], int] = {}
        self._columns: dict[int, str] = {}
        self._literals: dict[int, Any] = {}
        self.left_to_polars: dict[int, pl.Expr] = {}
        self._steps: dict[int, tuple[Operation, tuple[int, ...]]] = {}
        self._schema: pl.Schema | None = None
        self._results = {
            name: self._of_tree(json.loads(one.meta.undo_aliases().meta.serialize(format="json")))
            for name, one in expressions.items()
        }

    def of(self, frame: pl.DataFrame) -> dict[str, Any]:
        """The values of the expressions by name."""
        row = frame.row(0, named=True)
        values: list[Any] = [None] * len(self._places)
        for place, name in self._columns.items():
            values[place] = row[name]
        for place, value in self._literals.items():
            values[place] = value
        if self.left_to_polars:
            left = frame.select_seq(one.alias(str(place)) for place, one in self.left_to_polars.items()).row(0)
            for place, value in zip(self.left_to_polars, left, strict=True):
                values[place] = value
        value_of = values.__getitem__
        for place, (operation, places) in self._steps.items():
            values[place] = operation(*map(value_of, places))
        return {name: values[place] for name, place in self._results.items()}

    def beside(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with the expressions as columns, of the types that Polars gives them."""
        if self._schema is None:
            self._schema = frame.select(**self.expressions).schema
        return pl.concat([frame, pl.DataFrame([self.of(frame)], schema=self._schema)], how="horizontal")

    def _of_tree(self, tree: Any) -> int:
        """The place of a part of an expression."""
        match tree:
            case {"Column": str(name)}:
                return self._place(self._columns, ("column", name), lambda: name)
            case {"Literal": _}:
                literal = json.dumps(tree)
                return self._place(self._literals, ("literal", literal), lambda: pl.select(_read(literal)).item())
            case {"BinaryExpr": {"left": left, "op": str(op), "right": right}} if op in _BINARY:
                return self._step(_BINARY[op], left, right)
            case {"Function": {"input": [one], "function": {"Boolean": str(op)}}} if op in _BOOLEAN:
                return self._step(_BOOLEAN[op], one)
            case {"Function": {"input": [one, other], "function": "FillNull"}}:
                return self._step(_fill_null, one, other)
            case {"Function": {"input": [day], "function": {"TemporalExpr": str(op)}}} if op in _TEMPORAL:
                return self._step(_TEMPORAL[op], day)
            case {"Cast": {"expr": one, "dtype": {"Literal": str(dtype)}, "options": "Strict"}} if dtype in _CASTS:
                return self._step(_CASTS[dtype], one)
            case {"Ternary": {"predicate": predicate, "truthy": then, "falsy": otherwise}}:
                return self._step(_when, predicate, then, otherwise)
        other_part = json.dumps(tree)
        return self._place(self.left_to_polars, ("left", other_part), lambda: _read(other_part))

    def _step(self, operation: Operation, *trees: Any) -> int:
        places = tuple(map(self._of_tree, trees))
        return self._place(self._steps, (operation, *places), lambda: (operation, places))

    def _place(self, kind: dict[int, Any], key: tuple[Any, ...], make: Callable[[], Any]) -> int:
        """The place of what has this key, which is made where it is met first."""
        if key not in self._places:
            self._places[key] = len(self._places)
            kind[self._places[key]] = make()
        return self._places[key]


def _read(tree: str) -> pl.Expr:
    return pl.Expr.deserialize(tree.encode(), format="json")
