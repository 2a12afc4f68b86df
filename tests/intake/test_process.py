"""Whatever becomes of a child, the parent goes on: a reason, no zombie, no half result."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from smallgroup.intake import process, spreadsheet
from smallgroup.intake.child import Limits
from smallgroup.intake.process import NoAnswer, answer

SHORT = Limits(wall_seconds=1.0)
HEADER = "family_id,relationship,date_of_birth\n"


def children_of_servers():
    """Processes that a fork server of this process has started and that are still there, zombies included."""
    servers = [process._server[1]._forkserver_pid] if process._server else []
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            try:
                with open(f"/proc/{entry}/stat") as stat:
                    parent = int(stat.read().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent in servers:
                found.append(int(entry))
    return found


@pytest.fixture(autouse=True)
def _nothing_is_left():
    """After each test the next file is read as if nothing had been, and no child is left."""
    yield
    assert answer(list, [b"still here"], limits=Limits()) == [b"still here"]
    deadline = time.monotonic() + 2
    while children_of_servers() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert children_of_servers() == []


def test_the_lines_of_the_work():
    assert answer(list, [b"1", b"2"], limits=Limits()) == [b"1", b"2"]


def test_a_child_that_is_killed():
    with pytest.raises(NoAnswer, match="died it was ended by SIGKILL"):
        answer(signal.raise_signal, signal.SIGKILL, limits=Limits())


def test_a_child_that_aborts():
    with pytest.raises(NoAnswer, match="SIGABRT"):
        answer(os.abort, limits=Limits())


def test_a_child_that_exits_without_an_answer():
    with pytest.raises(NoAnswer, match="it ended with status 7"):
        answer(os._exit, 7, limits=Limits())


def test_a_child_that_wants_too_much_memory():
    assert answer(bytes, 2**30, limits=Limits()) == [b'{"failed":"memory"}']


def test_a_child_that_hangs():
    with pytest.raises(NoAnswer, match="time"):
        answer(time.sleep, 60, limits=SHORT)


def test_a_child_that_computes_for_ever():
    with pytest.raises(NoAnswer, match="time"):
        answer(sum, range(10**12), limits=Limits(cpu_seconds=1))


def test_a_child_that_never_stops_talking():
    with pytest.raises(NoAnswer, match="size"):
        answer(iter, [b"x" * 2**20] * 3, limits=Limits(answer_bytes=2**21))


def test_what_goes_wrong_is_told_by_name_alone():
    assert answer(int, "123-45-6789", limits=Limits()) == [b'{"failed":"ValueError"}']


def test_a_fork_server_that_was_killed_is_started_again():
    answer(list, [b"x"], limits=Limits())
    os.kill(process._server[1]._forkserver_pid, signal.SIGKILL)
    assert answer(list, [b"again"], limits=Limits()) == [b"again"]


@pytest.mark.parametrize(
    "lines",
    [
        [b"not json"],
        [b"[]"],
        [b'{"sheet":"S","numbers":[1],"columns":1,"last_row":1,"unvalued":[]}'],
        [b'{"sheet":"S","numbers":[1],"columns":1,"last_row":1,"unvalued":[]}', b"[1,2]"],
        [b'{"sheet":"S","numbers":[1],"columns":1,"last_row":1,"unvalued":[]}', b"[[]]"],
        [b'{"sheet":"S","numbers":[1],"columns":1,"last_row":1,"unvalued":[]}', b"[NaN]"],
        [b'{"sheet":"S","numbers":[1],"columns":1,"last_row":1,"unvalued":[]}', b'[{"date":"x"}]'],
        [b'{"sheet":"S","numbers":[1],"columns":1,"last_row":1,"unvalued":[]}', b'[{"call":"x"}]'],
        [b'{"sheet":"S","numbers":[2,1],"columns":0,"last_row":1,"unvalued":[]}'],
        [b'{"sheet":"S","numbers":["1"],"columns":0,"last_row":1,"unvalued":[]}'],
        [b'{"sheet":"S","numbers":[1],"columns":0,"last_row":1,"unvalued":[["A","B"]]}'],
        [b'{"sheet":"S","numbers":[1],"columns":0,"last_row":1,"unvalued":[],"merged":[[1,2]]}'],
        [b'{"sheet":"S","numbers":[1],"columns":0,"last_row":1,"unvalued":[],"merged":{}}'],
        [b"[" * 100_000],
    ],
)
def test_an_answer_that_makes_no_sense(lines):
    with pytest.raises(NoAnswer, match="garbled"):
        spreadsheet.understood(lines, "census.csv")


def run(script, *args, **options):
    """Run a script, from its text or as `args` say, in an interpreter of its own that finds the package."""
    places = os.pathsep.join(place for place in sys.path if place)
    done = subprocess.run(
        [sys.executable, *args], input=textwrap.dedent(script), capture_output=True, text=True, timeout=60,
        env={"PYTHONPATH": places, "PATH": os.defpath}, check=False, **options,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done


SCRIPT = """
from datetime import date
print("begun")
from smallgroup.intake import census_file
print(census_file("census.csv", as_of=date(2025, 9, 12)).members.height)
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "census.csv").write_text(f"{HEADER}F1,employee,1990-02-28\n")
    (tmp_path / "unguarded.py").write_text(SCRIPT)
    return tmp_path


@pytest.mark.parametrize("args", [["-"], ["-c", SCRIPT], ["unguarded.py"], ["-m", "unguarded"]])
def test_a_script_without_a_guard_runs_once(folder, args):
    done = run(SCRIPT if args == ["-"] else "", *args, cwd=folder)
    assert done.stdout == "begun\n1\n"
    assert done.stderr == ""


def test_after_a_fork_of_the_application_and_from_threads(folder):
    script = """
    import os
    from concurrent.futures import ThreadPoolExecutor
    from datetime import date
    from smallgroup.intake import census_file

    def read(_=None):
        return census_file("census.csv", as_of=date(2025, 9, 12)).members.height

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(16))) == [1] * 16
    """
    run(script, "-", cwd=folder)
    script = """
    import os
    from smallgroup.intake import process
    from smallgroup.intake.child import Limits

    def read():
        return process.answer(list, [b"1"], limits=Limits())

    assert read() == [b"1"]
    child = os.fork()
    if child == 0:
        os._exit(0 if read() == [b"1"] else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert read() == [b"1"]
    """
    run(script, "-", cwd=folder)


def test_importing_starts_nothing_and_loads_nothing_heavy():
    script = """
    import sys
    import smallgroup.intake, smallgroup.intake.process
    assert smallgroup.intake.process._server is None
    assert not {"polars", "openpyxl", "numpy"} & set(sys.modules)
    """
    run(script, "-")


def test_the_child_has_neither_polars_nor_numpy():
    work = "[name.encode() for name in ('openpyxl', 'polars', 'numpy') if __import__('sys').modules.get(name)]"
    assert answer(eval, work, limits=Limits()) == [b"openpyxl"]
