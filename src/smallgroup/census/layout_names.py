"""The names that a layout itself gives to its columns: those that need no matching."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache

from smallgroup.census.fields import BY_NAME
from smallgroup.census.sheet import SPACE, Sheet
from smallgroup.census.table import ADDRESS_KIND, BY_FAMILY, BY_PERSON, EXCHANGE, OWNER, PLAIN
from smallgroup.census.values import key_of

# Other plain names of a column. Only names with one meaning: "family" may be an id or a status.
_ALSO_CALLED = {
    "dob": "date_of_birth", "birth_date": "date_of_birth", "birthdate": "date_of_birth", "gender": "sex",
    "zip_code": "zip", "hire_date": "hired_on", "date_of_hire": "hired_on",
    "termination_date": "terminated_on", "smoker": "tobacco", "tobacco_use": "tobacco",
}  # fmt: skip

EXCHANGE_FIELDS = {
    "employer_assigned_family_id": "family_id", "employee_relationship": "relationship",
    "last_name": "last_name", "first_name": "first_name", "dob": "date_of_birth", "gender": "sex",
    "hire_date": "hired_on", "termination_date": "terminated_on", "is_business_owner": OWNER.name,
    "benefit_group": "class", "kind": ADDRESS_KIND.name, "zip": "zip",
}  # fmt: skip
_FAMILY_MARK, _RELATIONSHIP_MARK = "employerassignedfamilyid", "employeerelationship"
_TEMPLATE_KEYS = frozenset(key.replace("_", "") for key in EXCHANGE_FIELDS)


def squeezed(name: str) -> str:
    return name.replace("_", "")


def exchange_marks(keys: Collection[str]) -> bool:
    """Whether these are the template's headers: both of its own, or its family id among six others."""
    return _FAMILY_MARK in keys and (_RELATIONSHIP_MARK in keys or len(_TEMPLATE_KEYS & set(keys)) > 6)


@lru_cache(maxsize=4096)
def column_key(header: str) -> str:
    """A header as it is compared: no case, space, dash, underscore, nor the star of a required column."""
    return squeezed(key_of(header.strip(SPACE + "*:")))


def keys_of(sheet: Sheet, at: int) -> tuple[str, ...]:
    return tuple(column_key(cell) if isinstance(cell, str) else "" for cell in sheet.row(at))


def _names(layout: str) -> Iterator[tuple[str, str]]:
    if layout == EXCHANGE:
        yield from EXCHANGE_FIELDS.items()
        return
    yield from ((name, name) for name in BY_NAME)
    yield from _ALSO_CALLED.items()


_FIELD_OF = {
    layout: {squeezed(key): name for key, name in _names(layout)} for layout in (PLAIN, BY_PERSON, BY_FAMILY, EXCHANGE)
}


def field_of(key: str, layout: str) -> str | None:
    return _FIELD_OF[layout].get(key)


def free_field(key: str, layout: str, mapped: set[str]) -> str | None:
    name = field_of(key, layout)
    return None if name in mapped else name
