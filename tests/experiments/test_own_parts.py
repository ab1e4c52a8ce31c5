"""Classes, objects, places, tables and spaces of one's own in comparisons and rankings."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archscout.benchmarks import TableBenchmark
from archscout.errors import ArchscoutError, SettingsError, StorageError
from archscout.experiments import BenchmarkSpec, compare, rank
from archscout.experiments._candidates import named_parts
from archscout.plugins import load_reference
from archscout.plugins._registry import _ADDED
from archscout.predictors import PREDICTORS, make_predictor
from archscout.strategies import STRATEGIES
from archscout.strategies.local_search import LocalSearch
from archscout.strategies.random_search import RandomSearch
from archscout.testing._toy import ToySpace

SPACE = ToySpace()
TABLE = TableBenchmark(SPACE, SPACE.all_choices(), np.arange(105.0) / 2, name="toy table")
CODE = """
import numpy as np
from archscout import Predictor, Strategy
from archscout.testing._toy import ToySpace


class Lab(ToySpace):
    name = "lab"


class Largest(Strategy):
    def __init__(self, space, rng, first=3):
        super().__init__(space, rng)
        self.seen, self.first = set(), first

    def ask(self, n=1):
        return self.sample_unseen(n, self.seen)

    def tell(self, archs, values):
        self.seen.update(archs)


class Sums(Predictor):
    def __init__(self, space, rng, sign=1.0):
        super().__init__(space, rng)
        self.sign = sign

    def _fit(self, choices, values, unlabeled):
        self.fitted_ = True

    def _predict(self, choices):
        sums = self.sign * choices.sum(axis=1).astype(float)
        return sums, np.zeros(len(sums))
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Loads what a file in the working directory defines."""
    (tmp_path / "own_parts.py").write_text(CODE)
    monkeypatch.chdir(tmp_path)
    return lambda name: load_reference(f"own_parts.py:{name}")


@pytest.fixture
def added() -> Iterator[None]:
    yield
    for kind in ("strategy", "predictor"):
        _ADDED.pop(kind, None)


def test_lines_are_called_by_what_stands_there(own: Callable[[str], Any]) -> None:
    sums = own("Sums")
    found = named_parts(
        ["forest", "own_parts.py:Sums", functools.partial(dict, a=1)], "part", "parts"
    )
    assert list(found) == ["forest", "own_parts.py:Sums", "dict"]
    assert found["own_parts.py:Sums"] == f"{Path.cwd()}/own_parts.py:Sums"
    ready = named_parts(sums(SPACE, np.random.default_rng(0), sign=-1.0), "predictor", "predictors")
    assert ready["Sums"](SPACE, np.random.default_rng(0)).sign == -1.0
    assert named_parts({"a": sums, "b": sums}, "part", "parts") == {"a": sums, "b": sums}
    with pytest.raises(SettingsError, match="'Sums' twice"):
        named_parts([sums, sums], "part", "parts")


def curves(comparison: Any) -> dict[str, list[float]]:
    return {
        str(name): rows["value"].tolist() for name, rows in comparison.labels.groupby("strategy")
    }


@pytest.mark.slow
def test_comparisons_take_classes_places_and_a_table_with_any_number_of_workers(
    own: Callable[[str], Any], added: None
) -> None:
    STRATEGIES.add("mine", LocalSearch)
    strategies = {
        "random": RandomSearch,
        "by name": "random",
        "by place": "own_parts.py:Largest",
        "by class": own("Largest"),
        "by partial": functools.partial(own("Largest"), first=5),
        "added": "mine",
    }
    alone, both = (
        compare(SPACE, TABLE, strategies, labels=6, seeds=2, workers=workers) for workers in (1, 2)
    )
    assert curves(alone) == curves(both)
    found = curves(both)
    assert found["random"] == found["by name"]
    assert found["by place"] == found["by class"] == found["by partial"]
    told = both.manifest["strategies"]
    assert told["by name"] == "random"
    assert told["by class"] == told["by place"]
    assert told["by class"].startswith("own_parts.py:Largest ")
    assert told["by partial"].startswith("own_parts.py:Largest(first=5) ")


@pytest.mark.slow
def test_rankings_take_classes_objects_and_places_with_any_number_of_workers(
    own: Callable[[str], Any], added: None
) -> None:
    sums = own("Sums")
    PREDICTORS.add("mine", sums)
    predictors = {
        "forest": "forest",
        "by class": sums,
        "by place": "own_parts.py:Sums",
        "added": "mine",
        "object": sums(SPACE, np.random.default_rng(0), sign=-1.0),
        "wrapped": "ensemble:own_parts.py:Sums",
    }
    alone, both = (
        rank(
            SPACE, TABLE, predictors, labels=8, seeds=1, workers=workers,
            settings={"forest": {"trees": 4}},
        )
        for workers in (1, 2)
    )  # fmt: skip
    taus = both.summary.set_index("predictor")["validation_kendall_tau"]
    assert taus.equals(alone.summary.set_index("predictor")["validation_kendall_tau"])
    assert taus["by class"] == taus["by place"] == taus["added"] == taus["wrapped"]
    assert taus["object"] == -taus["by class"]


@pytest.mark.slow
def test_tables_of_own_spaces_are_read_by_place_or_object(
    own: Callable[[str], Any], tmp_path: Path
) -> None:
    lab = own("Lab")()
    rows = [f'"{lab.format(arch)}",{number}' for number, arch in enumerate(lab)]
    (tmp_path / "lab.csv").write_text("\n".join(["arch,value", *rows, ""]))
    found = []
    for space, spec in (
        (lab, BenchmarkSpec.from_csv("lab.csv", space=lab)),
        (lab, BenchmarkSpec.from_csv("lab.csv", space="lab")),
        ("own_parts.py:Lab", BenchmarkSpec.from_csv("lab.csv", space="own_parts.py:Lab")),
        (lab, BenchmarkSpec.from_csv("lab.csv", space=lab).load()),
    ):
        comparison = compare(space, spec, ["random", "local"], labels=3, seeds=2, workers=2)
        assert comparison.space == "lab"
        found.append(curves(comparison))
    assert all(other == found[0] for other in found)


def test_changed_code_is_another_part(own: Callable[[str], Any], tmp_path: Path) -> None:
    ask = functools.partial(
        compare, SPACE, TABLE, {"random": "own_parts.py:Largest"}, labels=3, seeds=1, workers=1,
        out=tmp_path / "out",
    )  # fmt: skip
    before = ask()
    assert curves(ask()) == curves(before)
    (tmp_path / "own_parts.py").write_text(CODE + "\n# changed\n")
    with pytest.raises(StorageError, match=r"'own_parts.py:Largest \w{8}' there and 'own_parts"):
        ask()


@pytest.mark.slow
def test_classes_inside_of_functions_reach_workers_unless_they_hold_something() -> None:
    held = threading.Lock()

    class Local(RandomSearch):
        pass

    class Holding(RandomSearch):
        lock = held

    ask = functools.partial(compare, SPACE, TABLE, labels=2, seeds=2)
    assert curves(ask({"random": Local}, workers=2)) == curves(ask({"random": Local}, workers=1))
    with pytest.raises(SettingsError, match=r"random with seed \d.* cannot be sent .*workers=1"):
        ask({"random": Holding}, workers=2)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("optuna:tpi", "did you mean 'optuna:tpe'"),
        ("pathlib:Path", "expected a strategy"),
        ("no_such_module:X", "no module 'no_such_module'"),
    ],
)
def test_wrong_strategies(name: str, words: str) -> None:
    with pytest.raises(ArchscoutError, match=words):
        compare(SPACE, TABLE, ["random", name], labels=2, seeds=1, workers=1)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("psuedo:forest", "did you mean 'pseudo'"),
        ("pseudo:forrest", "did you mean 'forest'"),
        ("pseudo:pathlib:Path", "expected a predictor"),
        ("own_parts.py:Largest", "expected a predictor, a class of Predictor"),
    ],
)
def test_wrong_predictors(own: Callable[[str], Any], name: str, words: str) -> None:
    with pytest.raises(ArchscoutError, match=words):
        make_predictor(name, SPACE, np.random.default_rng(0))
