import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from archscout.errors import ArchscoutError, SettingsError
from archscout.study._executors import JobFailure, run_in_processes, usable_cores


def square(number):
    return number * number


def where_and_how(_):
    import numpy as np

    np.ones((4, 4)) @ np.ones((4, 4))
    return os.getpid(), os.environ["OMP_NUM_THREADS"], os.environ["MKL_NUM_THREADS"]


def warns_of_tables(_):
    return logging.getLogger("archscout.benchmarks._build").isEnabledFor(logging.WARNING)


class PickyError(Exception):
    """Cannot be made again from its arguments, as many exceptions cannot."""

    def __init__(self, *, detail):
        super().__init__(detail)


def misbehave(job):
    if job == "raise":
        raise PickyError(detail="no good")
    if job == "settings":
        raise SettingsError("got this, expected that")
    if job == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if job == "exit":
        raise SystemExit(3)
    if job == "unsendable":
        return threading.Lock()
    return job


def die_once(marker):
    if marker and not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "recovered"


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_order_is_kept_and_every_end_is_reported(workers):
    seen = {}
    got = run_in_processes(square, range(7), workers, on_done=seen.__setitem__)
    assert got == [n * n for n in range(7)]
    assert seen == dict(enumerate(got))


def test_no_jobs():
    assert run_in_processes(square, [], 2) == []


def test_one_worker_stays_in_this_process():
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("MKL_NUM_THREADS", "1")
    assert run_in_processes(where_and_how, [0], 1)[0][0] == os.getpid()


@pytest.mark.slow
def test_workers_have_one_thread_and_this_process_keeps_its_own(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    for pid, omp, mkl in run_in_processes(where_and_how, [0, 1], 2):
        assert pid != os.getpid()
        assert (omp, mkl) == ("1", "1")
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "MKL_NUM_THREADS" not in os.environ


def test_workers_do_not_repeat_what_the_parent_said_of_a_table():
    assert run_in_processes(warns_of_tables, [0, 1], workers=2) == [False, False]
    assert run_in_processes(warns_of_tables, [0], workers=1) == [True]


def test_a_failing_or_dying_job_is_named_and_the_rest_goes_on():
    jobs = ["a", "die", "raise", "b", "settings", "exit", "unsendable", "c"]
    ended = []
    got = run_in_processes(
        misbehave, jobs, 2, on_done=lambda place, _: ended.append(place), name="job {}".format
    )
    assert [got[0], got[3], got[7]] == ["a", "b", "c"]
    assert sorted(ended) == list(range(8))
    failures = {job: result for job, result in zip(jobs, got, strict=True) if result != job}
    assert set(failures) == {"die", "raise", "settings", "exit", "unsendable"}
    for job, failure in failures.items():
        assert isinstance(failure, JobFailure)
        assert failure.name == f"job {job}"
    assert "killed" in failures["die"].message
    assert failures["raise"].message == "PickyError: no good"
    assert "in misbehave" in failures["raise"].details
    assert isinstance(failures["settings"].error, SettingsError)
    assert str(failures["settings"]) == "job settings: got this, expected that"


@pytest.mark.slow
def test_a_process_that_dies_once_gets_a_second_chance(tmp_path):
    got = run_in_processes(die_once, ["", str(tmp_path / "died"), ""], 2)
    assert (tmp_path / "died").exists()
    assert got == ["recovered"] * 3


def test_failures_in_this_process_are_the_same():
    got = run_in_processes(misbehave, ["raise", "x"], 1)
    assert isinstance(got[0], JobFailure)
    assert got[1] == "x"


def test_workers_must_be_positive():
    with pytest.raises(SettingsError, match="workers=0"):
        run_in_processes(square, [1], 0)
    assert usable_cores() >= 1


def test_an_error_in_on_done_ends_everything():
    def refuse(place, result):
        raise ArchscoutError("stop here")

    with pytest.raises(ArchscoutError, match="stop here"):
        run_in_processes(time.sleep, [0, 600, 600], 2, on_done=refuse)


SCRIPT = """
import os, sys, time
from pathlib import Path
from archscout.study._executors import run_in_processes

def sleep(job):
    Path(sys.argv[1], f"{os.getpid()}.part").write_text("")
    Path(sys.argv[1], f"{os.getpid()}.part").rename(Path(sys.argv[1], str(os.getpid())))
    time.sleep(600)

if GUARD:
    run_in_processes(sleep, [1, 2, 3, 4], 2)
"""


def alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks processes up in /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_outlives_its_parent(tmp_path, how):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.replace("GUARD", "__name__ == '__main__'"))
    pids = tmp_path / "pids"
    pids.mkdir()
    command = [sys.executable, str(script), str(pids)]
    # A background job of a shell is started with interrupts ignored; the script needs them.
    parent = subprocess.Popen(
        command,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    try:
        wait_until(lambda: len([p for p in pids.iterdir() if p.name.isdigit()]) == 2, parent)
        workers = [int(p.name) for p in pids.iterdir()]
        parent.send_signal(how)
        assert parent.wait() != 0
        wait_until(lambda: not any(alive(pid) for pid in workers))
    finally:
        parent.kill()
        parent.wait()


@pytest.mark.slow
@pytest.mark.parametrize("as_file", [True, False])
def test_a_script_needs_neither_a_guard_nor_a_file(tmp_path, as_file):
    script = (
        "from archscout.study._executors import run_in_processes\n"
        "def double(job):\n    return 2 * job\n"
        "print(run_in_processes(double, [1, 2], 2))\n"
    )
    (tmp_path / "script.py").write_text(script)
    command = [sys.executable, str(tmp_path / "script.py") if as_file else "-"]
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[2, 4]\n", "")


def wait_until(condition, running=None):
    """Wait for a state, however long the machine takes; only a dead process ends it early."""
    while not condition():
        assert running is None or running.poll() is None, "the process ended before"
        time.sleep(0.05)
