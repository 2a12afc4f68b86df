"""What was confirmed of each sender's columns: a small JSON file in the data folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from smallgroup.errors import Problem, Refused
from smallgroup.whole import whole_file

_FILE = "senders.json"
_FORMAT = 1


def columns_of(folder: Path, sender: str) -> dict[str, str]:
    """The sender's columns, the key of a header → its field; empty for a sender that is not known."""
    return _load(folder).get(_key(sender), {})


def remember(folder: Path, sender: str, columns: Mapping[str, str]) -> None:
    """Add what was confirmed to what is known of the sender; the file is replaced whole or not at all."""
    if not columns:
        return
    known = _load(folder)
    key = _key(sender)
    mine = {header: field for header, field in known.get(key, {}).items() if field not in columns.values()}
    known[key] = dict(sorted({**mine, **columns}.items()))
    text = json.dumps({"format": _FORMAT, "senders": dict(sorted(known.items()))}, indent=2, ensure_ascii=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with whole_file(folder / _FILE) as out:
            out.write(f"{text}\n".encode())
    except OSError as error:
        why = f"what was confirmed cannot be kept: {error.strerror or type(error).__name__}."
        raise Refused(Problem(_FILE, why, "Name a folder that may be written with --data.")) from None


def _key(sender: str) -> str:
    key = " ".join(sender.split()).casefold()
    if not key:
        raise Refused(Problem("--sender", "the sender has no name.", "Give the name or address of who sends the file."))
    return key


def _load(folder: Path) -> dict[str, dict[str, str]]:
    try:
        found = json.loads((folder / _FILE).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        why = f"it cannot be read: {error.strerror or type(error).__name__}."
        raise Refused(Problem(_FILE, why, "Check the data folder.")) from None
    except ValueError:
        found = None
    senders = found.get("senders") if isinstance(found, dict) and found.get("format") == _FORMAT else None
    whole = isinstance(senders, dict) and all(
        isinstance(columns, dict) and all(isinstance(field, str) for field in columns.values())
        for columns in senders.values()
    )
    if not whole:
        why = "it is not what was written there."
        raise Refused(Problem(_FILE, why, "Delete it: the columns have to be confirmed once more."))
    assert isinstance(senders, dict)
    return senders
