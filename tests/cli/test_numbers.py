"""Numbers in options are those that people write."""

import pytest
import typer
from typer.testing import CliRunner

from archscout.cli._app import Commands
from archscout.cli._options import read_settings
from archscout.errors import SettingsError

app = typer.Typer(cls=Commands)


@app.command()
def show(
    labels: int = typer.Option(1, min=0, max=99),
    share: float = 0.5,
    seeds: list[int] = typer.Option([0]),  # noqa: B008
) -> None:
    typer.echo(f"{labels} {share} {seeds}")


@app.command()
def other(labels: int = 1) -> None:
    typer.echo(str(labels))


def run(*words):
    return CliRunner().invoke(app, ["show", *words])


def test_numbers_are_read():
    done = run("--labels", " +20", "--share", "5e-1", "--seeds", "3", "--seeds", "4")
    assert done.output == "20 0.5 [3, 4]\n"


@pytest.mark.parametrize("option", ["--labels", "--share", "--seeds"])
@pytest.mark.parametrize("text", ["9_1", "\uff19\uff11", "\u0663", "nan", "infinity", "1_0.5", ""])
def test_what_only_python_reads_as_a_number_is_refused(option, text):
    done = run(option, text)
    assert done.exit_code == 2
    assert f"{text!r} is no" in done.output
    assert CliRunner().invoke(app, ["other", "--labels", "9_1"]).exit_code == 2


def test_the_range_of_an_option_still_counts():
    assert run("--labels", "100").exit_code == 2


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "[1, NaN]"])
def test_settings_take_finite_numbers_only(word):
    with pytest.raises(SettingsError, match="expected a finite number"):
        read_settings([f"rate={word}"])
