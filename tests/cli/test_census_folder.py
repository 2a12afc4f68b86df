"""census check of many files: each on its own, in a stable order; one that harms its reader harms no other."""

from __future__ import annotations

import json
import os
import pty
import signal
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt
from tests.cli.conftest import Run

from smallgroup.intake import many_files, process, senders, spreadsheet
from smallgroup.intake.child import Limits
from smallgroup.intake.process import answer

HEADER = "family_id,relationship,date_of_birth"
GOOD = f"{HEADER}\n1,employee,1990-02-28\n1,child,2015-03-01\n"
BAD = f"{HEADER}\n1,employee,1990-02-31\n2,cousin,2015-03-01\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Good and bad files of several kinds, one of them in a folder below."""
    top = tmp_path / "sent"
    (top / "may").mkdir(parents=True)
    (top / "a.csv").write_text(GOOD)
    (top / "may" / "b.csv").write_text(BAD)
    book = openpyxl.Workbook()
    for row in GOOD.splitlines():
        book.active.append(row.split(","))
    book.save(top / "c.xlsx")
    old = xlwt.Workbook()
    sheet = old.add_sheet("Staff")
    for at, row in enumerate(GOOD.splitlines()):
        for column, cell in enumerate(row.split(",")):
            sheet.write(at, column, cell)
    old.save(str(top / "d.xls"))
    return top


def told(out: str) -> dict[str, Any]:
    """The object of each file, by its name, in the order of the lines."""
    return {one["file"]: one for one in map(json.loads, out.splitlines())}


def test_a_mixed_folder(run: Run, folder: Path) -> None:
    status, out, err = run("census", "check", folder)
    lines = out.splitlines()
    assert status == 1
    assert err == ""
    assert lines[0].split() == ["file", "layout", "members", "problems", "the", "first", "of", "them"]
    assert [line.split()[0] for line in lines[1:5]] == ["a.csv", "c.xlsx", "d.xls", "may/b.csv"]
    assert lines[1].split() == ["a.csv", "plain", "2", "nothing", "wrong"]
    assert lines[4].split()[1] == "2"
    assert "row 2, birth date: 31 February does not exist." in lines[4]
    assert lines[5] == "4 files: 3 with nothing wrong, with 6 members; 1 refused."


def test_nothing_is_wrong(run: Run, folder: Path) -> None:
    (folder / "may" / "b.csv").unlink()
    status, out, _ = run("census", "check", folder)
    assert status == 0
    assert "3 files: 3 with nothing wrong, with 6 members; 0 refused." in out


def test_json_is_a_line_a_file_and_as_that_of_a_single_file(run: Run, folder: Path) -> None:
    status, out, err = run("census", "check", folder, "--json")
    assert status == 1
    assert err == ""
    files = told(out)
    assert list(files) == ["a.csv", "c.xlsx", "d.xls", "may/b.csv"]
    assert files["a.csv"] == json.loads(run("census", "check", folder / "a.csv", "--json")[1])
    alone = json.loads(run("census", "check", folder / "may" / "b.csv", "--json")[1])
    assert files["may/b.csv"] == {"file": "may/b.csv", **alone}
    assert len(alone["errors"]) == 2


def test_files_by_name_each_once_and_in_their_order(run: Run, folder: Path) -> None:
    _, out, _ = run("census", "check", folder / "d.xls", folder / "a.csv", folder / "d.xls", "--json")
    assert list(told(out)) == ["d.xls", "a.csv"]
    _, out, _ = run("census", "check", folder / "d.xls", folder, "--json")
    assert list(told(out)) == ["d.xls", "a.csv", "c.xlsx", "may/b.csv"]


def test_two_files_of_one_name_are_told_apart(run: Run, folder: Path) -> None:
    (folder / "may" / "a.csv").write_text(GOOD)
    _, out, _ = run("census", "check", folder / "a.csv", folder / "may" / "a.csv", "--json")
    assert list(told(out)) == [str(folder / "a.csv"), str(folder / "may" / "a.csv")]


def test_what_is_no_census_is_left_and_said(run: Run, folder: Path) -> None:
    for name in ("letter.docx", "LICENSE", ".hidden.csv", "~$c.xlsx"):
        (folder / name).write_text("x")
    _, out, _ = run("census", "check", folder)
    assert "- Left, for no census is read from such files: 2 (.docx, no suffix)." in out
    assert "hidden" not in out
    assert "~$" not in out


def test_an_empty_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    status, out, err = run("census", "check", tmp_path / "none")
    assert status == 1
    assert out == ""
    kinds = ".xlsx, .xls, .xlsb, .ods, .csv, .tsv, .txt, .pdf, .tif, .tiff, .png, .jpg, .jpeg or .eml"
    assert f"Folder none: there is no census in it. Put {kinds} into it." in err


def test_files_that_cannot_be_read(run: Run, folder: Path) -> None:
    (folder / "gone.csv").symlink_to(folder / "nowhere.csv")
    (folder / "itself.csv").symlink_to(folder / "itself.csv")
    os.mkfifo(folder / "pipe.csv")
    (folder / "empty.csv").touch()
    status, out, _ = run("census", "check", folder, "--json")
    assert status == 1
    why = {name: one["errors"][0]["why"] for name, one in told(out).items() if one["errors"]}
    assert why == {
        "empty.csv": "it is empty.", "gone.csv": "there is no such file.", "itself.csv": "it cannot be opened.",
        "may/b.csv": "31 February does not exist.", "pipe.csv": "it is not a regular file.",
    }  # fmt: skip


def test_a_link_to_a_folder_above_is_not_followed(run: Run, folder: Path) -> None:
    (folder / "may" / "above").symlink_to(folder)
    _, out, _ = run("census", "check", folder, "--json")
    assert len(told(out)) == 4


def test_a_folder_that_may_not_be_read(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = os.scandir

    def denied(path: Any) -> Any:
        if os.fspath(path).endswith("may"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", denied)
    status, _, err = run("census", "check", folder)
    assert status == 1
    assert "Folder may: it cannot be read: Permission denied." in err


def harmful(work: Callable[..., Any], *args: Any, limits: Limits) -> list[bytes]:
    """Reads a file as always, but where its name says what it does to its reader."""
    name = Path(args[0]).name
    if name == "kills.csv":
        return answer(signal.raise_signal, signal.SIGKILL, limits=limits)
    if name == "hangs.csv":
        return answer(time.sleep, 60, limits=Limits(wall_seconds=2.0))
    return answer(work, *args, limits=limits)


def test_a_reader_that_is_killed_and_one_that_hangs(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "answer", harmful)
    (folder / "a.csv").rename(folder / "kills.csv")
    for name in ("b.csv", "hangs.csv", "z.csv"):
        (folder / name).write_text(GOOD)
    status, out, _ = run("census", "check", folder, "--json")
    files = told(out)
    assert status == 1
    assert "its reader stopped in the middle" in files["kills.csv"]["errors"][0]["why"]
    assert "reading it takes longer" in files["hangs.csv"]["errors"][0]["why"]
    assert [name for name, one in files.items() if not one["errors"]] == ["b.csv", "c.xlsx", "d.xls", "z.csv"]
    assert process._children == {}


def test_a_hanging_file_delays_only_its_own_place() -> None:
    slow, quick = Path("slow"), [Path(f"{at}") for at in range(20)]

    def read(path: Path) -> str:
        time.sleep(0.5 if path == slow else 0.001)
        return path.name

    assert [at for at, _ in many_files.read_many([slow, *quick], read, at_once=2)] == [*range(1, 21), 0]


def test_a_failure_of_ours_spares_the_other_files(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*words: Any, limits: Limits) -> list[bytes]:
        if Path(words[1]).name == "c.xlsx":
            raise KeyError("ours")
        return answer(*words, limits=limits)

    monkeypatch.setattr(spreadsheet, "answer", fails)
    status, out, err = run("census", "check", folder)
    assert status == 70
    assert "KeyError" in err
    assert "smallgroup failed on it, and it is not the file's fault: KeyError." in out
    assert "4 files: 2 with nothing wrong" in out


@pytest.mark.parametrize("words", [("--fixed", "x.xlsx"), ("--accept", "safe"), ("--log", "x.csv")])
def test_a_repair_is_of_one_file(run: Run, folder: Path, words: tuple[str, str]) -> None:
    for files in ([folder], [folder / "a.csv", folder / "c.xlsx"]):
        status, _, err = run("census", "check", *files, *words)
        assert status == 2
        assert "it is for a single file" in " ".join(err.replace("│", " ").split())


def test_what_was_said_is_kept_of_the_sender(run: Run, tmp_path: Path) -> None:
    for name in ("one.csv", "two.csv"):
        (tmp_path / name).write_text(GOOD.replace("family_id", "Unit"))
    files, who = (tmp_path / "one.csv", tmp_path / "two.csv"), ("--sender", "ann@example.com", "--data", tmp_path)
    assert run("census", "check", *files, "--map", "Unit=family_id", *who)[0] == 0
    assert senders.columns_of(tmp_path, "ann@example.com") == {"unit": "family_id"}
    assert "as confirmed before" in run("census", "check", *files, *who, "--json")[1]


def on_a_terminal(*words: object, until: bytes | None = None) -> tuple[int, str]:
    """The command in a terminal of its own; after `until` is seen, Ctrl-C is typed."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ |= {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "TERM": "xterm", "COLUMNS": "120"}
        os.execv(sys.executable, [sys.executable, "-m", "smallgroup", *map(str, words)])
    seen = b""
    while True:
        try:
            piece = os.read(terminal, 65_536)
        except OSError:  # the other side is closed
            break
        seen += piece
        if until is not None and until in seen:
            os.write(terminal, b"\x03")
            until = None
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), seen.decode()


def test_a_bar_on_a_terminal_and_none_in_a_pipe(run: Run, folder: Path) -> None:
    status, seen = on_a_terminal("census", "check", folder)
    assert status == 1
    assert "Checking" in seen
    assert "/4" in seen
    assert "files/s" in seen
    _, out, err = run("census", "check", folder)
    assert "Checking" not in out + err
    assert "\x1b" not in out + err


def test_ctrl_c_says_what_was_done(tmp_path: Path) -> None:
    for at in range(400):
        (tmp_path / f"{at:03}.csv").write_text(GOOD)
    began = time.monotonic()
    status, seen = on_a_terminal("census", "check", tmp_path, until=b"files/s")
    assert status == 130
    assert time.monotonic() - began < 60
    assert "Stopped: " in seen
    assert " of 400 files were checked." in seen
    assert "with nothing wrong" in seen
    assert "Traceback" not in seen
    assert "399.csv" not in seen


def test_ending_early_ends_the_children() -> None:
    def read(path: Path) -> object:
        if path.name == "quick":
            return answer(list, [b"1"], limits=Limits())
        with pytest.raises(process.NoAnswer):
            answer(time.sleep, 60, limits=Limits(wall_seconds=30.0))
        return None

    answers = many_files.read_many([Path("quick"), Path("hangs")], read, at_once=2)
    assert next(answers) == (0, [b"1"])
    began = time.monotonic()
    answers.close()
    assert time.monotonic() - began < 5
    assert process._children == {}


def test_the_day_of_today_is_no_birth_date_of_tomorrow(run: Run, folder: Path) -> None:
    status, out, _ = run("census", "check", folder / "a.csv", folder / "c.xlsx", "--as-of", date(2000, 1, 1))
    assert status == 1
    assert out.count("is in the future, after January 1, 2000") == 2
