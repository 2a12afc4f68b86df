"""The README shows what the program says today, and its Python example runs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```\n\$ \.venv/bin/smallgroup (.*)\n([\s\S]*?)\n```", README)


@pytest.mark.parametrize(("words", "shown"), BLOCKS, ids=[words for words, _ in BLOCKS])
def test_transcript(words: str, shown: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "smallgroup", *shlex.split(words)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    said = "\n".join(line.rstrip() for line in done.stdout.splitlines())
    assert said.startswith(shown.removesuffix("\n…"))


def test_there_are_transcripts_of_the_decision_the_quote_and_the_progress() -> None:
    assert [words.split()[0] for words, _ in BLOCKS] == ["underwrite", "quote", "rewards"]


def test_the_python_example_runs() -> None:
    example = re.search(r"```python\n([\s\S]*?)```", README)
    assert example
    done = subprocess.run(
        [sys.executable, "-c", example.group(1)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("approve [('size-at-least-one', 'met')")


def test_every_file_that_the_table_names_is_there() -> None:
    table = README.split("## To change X")[1]
    for name in re.findall(r"`((?:src|tests|docs)/[^`<]*?)`", table):
        assert (ROOT / name).exists(), name


def test_the_sample_files_are_what_their_scripts_write(tmp_path: Path) -> None:
    """census.xlsx holds the same cells; rates.csv has a test of its own."""
    import openpyxl

    sys.path.insert(0, str(ROOT / "examples"))
    try:
        import make_census
    finally:
        sys.path.pop(0)
    make_census.write(tmp_path / "census.xlsx")
    cells = [
        [tuple(row) for row in openpyxl.load_workbook(path, read_only=True).active.iter_rows(values_only=True)]  # type: ignore[union-attr]
        for path in (tmp_path / "census.xlsx", ROOT / "examples" / "census.xlsx")
    ]
    assert cells[0] == cells[1]
