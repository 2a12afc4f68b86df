"""Runs the command line in this process, as `smallgroup` would end: (status, standard output, standard error)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from smallgroup.cli import main

ROOT = Path(__file__).parents[2]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)

    def go(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["smallgroup", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), said.out, said.err

    return go


@pytest.fixture
def bakery(tmp_path: Path) -> Path:
    """The example group in a folder of its own; gives its group.yaml."""
    for name in ("group.yaml", "census.xlsx", "rates.csv"):
        (tmp_path / name).write_bytes((ROOT / "examples" / name).read_bytes())
    return tmp_path / "group.yaml"
