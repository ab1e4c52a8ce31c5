"""Streams that are closed, narrow terminals, early interrupts, names and completion."""

from __future__ import annotations

import fcntl
import functools
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from typer.testing import CliRunner

from archscout.cli import app
from archscout.cli._naming import run_folder
from archscout.study._loop import search
from archscout.testing._toy import ToySpace

SEARCH = ["search", "--strategy", "random", "--labels", "5"]
COMMAND = [sys.executable, "-m", "archscout"]
# Each of these starts a process: one of a kind belongs to the daily round.
slow = functools.partial(pytest.param, marks=pytest.mark.slow)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("closed", ["1>&-", slow("2>&-"), slow("0<&-"), slow("0<&- 1>&- 2>&-")])
def test_closed_streams_lose_nothing(closed: str) -> None:
    line = f"{sys.executable} -m archscout {' '.join(SEARCH)} --out here {closed}"
    assert subprocess.run(["sh", "-c", line], check=False).returncode == 0
    assert {"journal.log", "report.html", "result.json"} <= set(os.listdir("here"))
    assert b"best:" not in Path("here/journal.log").read_bytes()


@pytest.mark.parametrize("words", [["--help"], ["list"], slow(["search", "-h"])])
def test_a_reader_that_leaves_is_no_fault(words: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as stdout:
        done = subprocess.run(
            [*COMMAND, *words], stdout=stdout, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("words", [["--version"], slow(["list", "--json"]), slow(["search", "-h"])])
def test_a_full_stdout_is_one_sentence(words: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*COMMAND, *words], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"stdout: No space left on device" in done.stderr


@pytest.mark.parametrize(
    "variable", ["FORCE_COLOR", slow("TTY_COMPATIBLE"), slow("CLICOLOR_FORCE")]
)
def test_no_variable_puts_the_bar_into_a_file(variable: str) -> None:
    done = subprocess.run(
        [*COMMAND, *SEARCH], capture_output=True, env={**os.environ, variable: "1"}, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("module", ["signal", "archscout.cli", "typer", "archscout.benchmarks"])
def test_an_early_interrupt_is_one_line(module: str) -> None:
    code = (
        "import sys\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}:\n            raise KeyboardInterrupt\n"
        "sys.modules.pop('signal', None)\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "from archscout._entry import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *SEARCH], capture_output=True, text=True, check=False
    )
    assert done.returncode == 130
    assert done.stderr == "archscout: stopped.\n"


def test_the_installed_command_is_the_small_one() -> None:
    code = "import sys, archscout._entry; print('typer' in sys.modules, 'rich' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"


def in_terminal(columns: int, *args: str, **variables: str) -> str:
    """What a command shows in a terminal of so many columns.

    The child's environment is given whole: readline sets ``COLUMNS`` where `os.environ` does not
    show it, and what other tests or the caller's shell set decides about widths and colours too.
    """
    widths_and_colours = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE")
    environment = {key: value for key, value in os.environ.items() if key not in widths_and_colours}
    environment |= {"TERM": "xterm-256color", **variables}
    child, terminal = pty.fork()
    if child == 0:
        os.read(0, 1)  # until the width is set
        os.execve(sys.executable, [*COMMAND, *args], environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    os.write(terminal, b"\n")
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.waitpid(child, 0)
    return shown.decode(errors="replace")


@pytest.mark.parametrize("columns", [20, slow(40), slow(80)])
def test_a_narrow_terminal_shows_every_value(columns: int) -> None:
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", in_terminal(columns, *SEARCH, "--out", "narrow"))
    text = " ".join(shown.replace("│", " ").split())
    for words in ("of 15,625 in the table", "5 of 5", "narrow/report.html", "from the table"):
        assert words in text
    assert ("│" in shown) == (columns >= 60)


def test_a_narrow_terminal_shows_every_row_of_a_list() -> None:
    shown = in_terminal(20, "list", "spaces")
    assert "nasbench201" in shown
    assert "mobilenet" in shown


def test_flags_show_no_type_and_completion_is_offered() -> None:
    for command in ([], ["search"], ["train"], ["export"]):
        shown = CliRunner().invoke(app, [*command, "--help"]).stdout
        assert "<bool>" not in shown
        assert "BOOLEAN" not in shown
    assert "--install-completion" in CliRunner().invoke(app, ["--help"]).stdout


def test_completion_answers() -> None:
    words = {
        "_ARCHSCOUT_COMPLETE": "complete_bash",
        "COMP_WORDS": "archscout se",
        "COMP_CWORD": "1",
    }
    code = "import sys; sys.argv[0] = 'archscout'; from archscout._entry import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **words, "_ARCHSCOUT_COMPLETE": "complete_bash"},
        check=False,
    )
    assert {"search", "search-unlabeled", "search-supernet"} <= set(done.stdout.split())


def test_an_answer_to_fish_is_one_line() -> None:
    asked = {"_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    asked["_TYPER_COMPLETE_ARGS"] = "archscout search --st"
    code = "import sys; sys.argv[0] = 'archscout'; from archscout._entry import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **asked, "_ARCHSCOUT_COMPLETE": "complete_fish"},
        check=False,
    )
    assert done.stdout.startswith("--strategy\t"), done
    assert all(line.startswith("--st") for line in done.stdout.splitlines())


@pytest.mark.parametrize("storage", ["~/s.log", "sqlite:///~/s.db"])
def test_a_tilde_in_a_storage_is_the_home_folder_in_python_too(
    storage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    search(ToySpace(), lambda arch: float(sum(arch.choices)), "random", labels=2, storage=storage)
    assert (home / storage.rpartition("/")[2]).is_file()
    assert not Path("~").exists()


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    done = CliRunner().invoke(app, [*SEARCH, "--out", "~/x", "--storage", "~/labels.log"])
    assert done.exit_code == 0, done.output
    assert (home / "x" / "result.json").is_file()
    assert (home / "labels.log").is_file()
    assert CliRunner().invoke(app, ["report", "~/x"]).exit_code == 0
    assert not Path("~").exists()


def test_long_texts_get_folders_of_their_own() -> None:
    genotype = "Genotype(normal=[" + "('sep_conv_3x3', 0), " * 8
    first, second = (run_folder("train", "darts", f"{genotype}('skip', {n})]") for n in (1, 2))
    assert first != second
    assert max(len(first.name), len(second.name)) < 120
    assert run_folder("a b") != run_folder("a-b")
    assert run_folder("x", "choose=top/uniform") != run_folder("x", "choose=top uniform")
