"""The keys: from the environment, from a file that it names, or made once into the data folder."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path


def made_secret() -> str:
    return secrets.token_urlsafe(64)


def made_key() -> str:
    """A key of the vault: an id, a colon, and what Fernet wants."""
    from cryptography.fernet import Fernet

    return f"{secrets.token_hex(4)}:{Fernet.generate_key().decode()}"


def kept_or_made(environment: Mapping[str, str], name: str, path: Path, make: Callable[[], str]) -> list[str]:
    """The keys called `name`, newest first.

    In a file they stand a line each. Raises RuntimeError where a file is named that holds none.
    """
    if environment.get(name):
        return [one.strip() for one in environment[name].split(",") if one.strip()]
    named = environment.get(f"{name}_FILE")
    place = Path(named) if named else path
    if not named and not place.exists():
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Two processes that start at once: the first to link its file wins, and both read that one.
        fresh = place.with_name(f".{place.name}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make() + "\n")
        try:
            os.link(fresh, place)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    keys = [line.strip() for line in place.read_text().splitlines() if line.strip()]
    if not keys:
        raise RuntimeError(f"{name}_FILE names {place.name}, which holds no key.")
    return keys
