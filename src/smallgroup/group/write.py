"""Records → group.yaml: the inverse of `read_group`, for programs that ask instead of letting people type."""

from __future__ import annotations

import dataclasses
import typing
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, get_args, get_origin

import yaml

from smallgroup import money
from smallgroup.group.application import GroupFile


def group_text(file: GroupFile) -> str:
    """The application as group.yaml has it: what is unknown is left out, and `read_group` gives the same records."""
    tree = _record(file)
    tree.setdefault("group", {})
    tree.setdefault("application", {})
    text: str = yaml.dump(tree, sort_keys=False, allow_unicode=True, width=10_000, Dumper=_Plain)
    return text


class _Plain(yaml.SafeDumper):
    """Never an anchor: the reader takes none."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _record(record: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(type(record), include_extras=True)
    found = {}
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if value is not None:
            found[field.name.rstrip("_")] = _value(value, hints[field.name])
    return found


def _value(value: Any, hint: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return _record(value)
    options = [option for option in _options(hint) if option is not type(None)]
    if isinstance(value, tuple):
        (item,) = {get_args(option)[0] for option in options if get_origin(option) is tuple}
        return [_value(one, item) for one in value]
    kinds = {str(get_args(option)[1]) for option in options if get_origin(option) is Annotated}
    if "month" in kinds:
        return f"{value:%Y-%m}"
    if kinds & {"cents", "hundredths"}:
        return money.dollars(value)
    if "percent" in kinds:
        return _hundred_times(value)
    if isinstance(value, bool):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def _options(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) not in (None, tuple, Annotated) else (hint,)


def _hundred_times(share: Fraction) -> str:
    """A share as its percentage, exactly. Raises ValueError where it has no end in decimals."""
    hundred = share * 100
    if 10**6 % hundred.denominator:
        raise ValueError(f"{share} is no percentage of at most six decimals.")
    whole, rest = divmod(hundred.numerator * (10**6 // hundred.denominator), 10**6)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")
