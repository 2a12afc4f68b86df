"""group.yaml → records, or every error at once."""

from __future__ import annotations

from collections.abc import Mapping

from smallgroup import strict
from smallgroup.errors import Problem, Refused
from smallgroup.group.application import GroupFile


def read_group(text: str, *, file: str = "group.yaml", what_if: Mapping[str, str] | None = None) -> GroupFile:
    """Read an application. `what_if` replaces values by their path: `application.hours_required` → `"32"`.

    Raises Refused with every problem at once; a key that is not known names the nearest known one.
    """
    tree = strict.parse(text, file=file)
    for path, value in (what_if or {}).items():
        tree = _replaced(tree, path.split("."), value, path)
    return strict.read_as(GroupFile, tree, file=file)


def _replaced(given: strict.Given, keys: list[str], value: str, path: str) -> strict.Given:
    """The tree with one value changed. A path into a list, or through a value, is refused."""
    if not keys:
        return _tried(strict.parse(value, file=f"--what-if {path}"))
    inner = given.value if given.value is not None else {}
    if not isinstance(inner, dict):
        raise Refused(Problem(f"--what-if {path}", f"{keys[0]!r} leads into a value that has no keys.",
                              "Name a path such as application.contribution.employee.percent."))  # fmt: skip
    below = inner.get(keys[0], strict.Given(None, given.line))
    return strict.Given({**inner, keys[0]: _replaced(below, keys[1:], value, path)}, given.line)


def _tried(given: strict.Given) -> strict.Given:
    """The value, and all that is in it, marked as standing in no file."""
    value = given.value
    if isinstance(value, dict):
        value = {key: _tried(inner) for key, inner in value.items()}
    elif isinstance(value, list):
        value = [_tried(inner) for inner in value]
    return strict.Given(value, strict.TRIED)
