"""Two revisions of a census, member by member: who joined, who left, and what changed of the others."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from smallgroup.census.fields import BY_NAME, SCHEMA
from smallgroup.dates import spoken
from smallgroup.money import dollars, pretty

Member = dict[str, Any]
_NO_FACT = ("family_id", "member_id")
"""Ids that a file without any is given by its rows: another order of the rows changes nobody."""


@dataclass(frozen=True)
class Changed:
    """One member in both, with each field that differs: its label, before, after."""

    who: str
    relationship: str
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Difference:
    joined: tuple[tuple[str, str], ...]
    left: tuple[tuple[str, str], ...]
    changed: tuple[Changed, ...]
    same: int


def difference(before: pl.DataFrame, after: pl.DataFrame) -> Difference:
    """Members are the same by name and birth date; else by the ids of the file where the birth date or the first name
    is the same too; else, without names, by family, relationship and birth date. Each is matched once."""
    old, new = before.select(*SCHEMA).to_dicts(), after.select(*SCHEMA).to_dicts()
    pairs: list[tuple[Member, Member]] = []
    for key in (_named, _born_as, _called_as, _nameless):
        old, new, found = _matched(old, new, key)
        pairs += found
    changed = [
        Changed(_who(now), _words(now["relationship"]), fields) for was, now in pairs if (fields := _fields(was, now))
    ]
    return Difference(
        tuple((_who(one), _words(one["relationship"])) for one in new),
        tuple((_who(one), _words(one["relationship"])) for one in old), tuple(changed), len(pairs) - len(changed),
    )  # fmt: skip


def _named(member: Member) -> Hashable:
    first, last = member["first_name"], member["last_name"]
    return (first.casefold(), last.casefold(), member["date_of_birth"]) if first and last else None


def _born_as(member: Member) -> Hashable:
    return member["family_id"], member["member_id"], member["relationship"], member["date_of_birth"]


def _called_as(member: Member) -> Hashable:
    first = member["first_name"]
    return (member["family_id"], member["member_id"], member["relationship"], first.casefold()) if first else None


def _nameless(member: Member) -> Hashable:
    return None if member["first_name"] else (member["family_id"], member["relationship"], member["date_of_birth"])


def _matched(old: Sequence[Member], new: Sequence[Member], key: Callable[[Member], Hashable]
             ) -> tuple[list[Member], list[Member], list[tuple[Member, Member]]]:  # fmt: skip
    waiting: dict[Hashable, list[Member]] = {}
    for one in old:
        if key(one) is not None:
            waiting.setdefault(key(one), []).append(one)
    pairs, joined, taken = [], [], set()
    for one in new:
        held = waiting.get(key(one)) if key(one) is not None else None
        if held:
            match = held.pop(0)
            taken.add(id(match))
            pairs.append((match, one))
        else:
            joined.append(one)
    return [one for one in old if id(one) not in taken], joined, pairs


def _fields(was: Member, now: Member) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (BY_NAME[name].label, _said(name, was[name]), _said(name, now[name]))
        for name in SCHEMA
        if name not in _NO_FACT and was[name] != now[name]
    )


def _who(member: Member) -> str:
    name = " ".join(part for part in (member["first_name"], member["last_name"]) if part)
    return name or f"member {member['member_id']} of family {member['family_id']}"


def _words(text: str) -> str:
    return text.replace("_", " ")


def _said(name: str, value: Any) -> str:
    if value is None:
        return "not known"
    kind = BY_NAME[name].kind
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return spoken(value)
    if kind == "cents":
        return pretty(value)
    return dollars(value).removesuffix(".00") if kind == "hundredths" else _words(str(value))
