"""Networks of somebody else's space leave archscout as code in the same way."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

import archscout
from archscout.errors import ArchscoutError
from archscout.exports import export, export_code
from archscout.spaces import load_space
from archscout.study._loop import search
from archscout.training._saved_network import SavedNetwork, load_network, make_network, save_network

SPACE = '''
"""Chains of equal layers."""

from archscout.spaces import SearchSpace, Variable


class Chains(SearchSpace):
    name = "chains"
    variables = (Variable("width", (4, 8)), Variable("depth", (1, 2)))

    def build(self, arch, classes=10, generator=None):
        from OWNchain_network import ChainNetwork

        return ChainNetwork(**self.network_arguments(arch, classes))

    def network_arguments(self, arch, classes=10):
        width, depth = arch.choices
        return dict(width=(4, 8)[width], depth=(1, 2)[depth], classes=classes)
'''
LAYERS = '''
import math

import torch
from torch import nn
from torch.nn import functional as F

import unwanted

# Twice as steep as usual,
# because the layer is thin.
_SLOPE = 2.0
"""What the inputs are multiplied with."""

UNUSED = unwanted.nothing


def steep(features: torch.Tensor) -> torch.Tensor:
    """Multiply."""
    return F.relu(_SLOPE * math.sqrt(1.0) * features)


class Layer(nn.Module):
    """A convolution."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 3, padding=1)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Map features."""
        return steep(self.convolution(features))
'''
NETWORK = '''"""A chain of layers.

Source: nobody.
"""

from __future__ import annotations

from torch import Tensor, nn

from HEREchain_layers import Layer


class ChainNetwork(nn.Module):
    """Layers, pooling, classifier."""

    def __init__(self, width: int, depth: int, classes: int) -> None:
        super().__init__()
        sizes = [3] + [width] * depth
        self.layers = nn.Sequential(*map(Layer, sizes[:-1], sizes[1:]))
        self.classifier = nn.Linear(width, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Map images."""
        return self.classifier(self.layers(images).mean(dim=(2, 3)))
'''
FILES = {"chain_space.py": SPACE, "chain_network.py": NETWORK, "chain_layers.py": LAYERS}
OWN = ("archscout", "chained", "chain_layers", "chain_network", "chain_space", "unwanted")
PACKAGE, BESIDE = "chained.chain_space:Chains", "chain_space:Chains"
Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Write the space, some text changed, and save a network of it."""
    before = set(sys.modules)

    def write(place: str = PACKAGE, *changes: tuple[str, str, str]) -> Path:
        home = tmp_path / "code"
        own, package = "", ""
        files = dict(FILES)
        if place == PACKAGE:
            home, own, package = home / "chained", "chained.", "."
            files["__init__.py"] = "from .chain_layers import Layer\n"
        home.mkdir(parents=True)
        for name, old, new in changes:
            assert old in files[name]
            files[name] = files[name].replace(old, new)
        for name, text in files.items():
            (home / name).write_text(text.replace("OWN", own).replace("HERE", package))
        (tmp_path / "code" / "unwanted.py").write_text("nothing = None\n")
        monkeypatch.syspath_prepend(str(tmp_path / "code"))
        load_space(place)
        saved = SavedNetwork(place, "width=8,depth=2", {"classes": 3}, resolution=8)
        save_network(tmp_path / "run", saved, make_network(saved).state_dict())
        return tmp_path / "run"

    yield write
    for name in set(sys.modules) - before:
        if name.split(".")[0] in OWN[1:]:
            del sys.modules[name]


def build_alone(file: Path, monkeypatch: pytest.MonkeyPatch) -> torch.nn.Module:
    """Build the network of a file where neither archscout nor the space can be imported."""
    spec = importlib.util.spec_from_file_location("exported", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with monkeypatch.context() as patch:
        for name in {*OWN, *(n for n in sys.modules if n.split(".")[0] in OWN)}:
            patch.setitem(sys.modules, name, None)
        spec.loader.exec_module(module)
    network = module.build()
    assert isinstance(network, torch.nn.Module)
    return network


@pytest.mark.parametrize("place", [PACKAGE, BESIDE])
def test_a_network_of_an_own_space_becomes_one_file(
    make: Make, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make(place)
    done = export_code(run)
    text = done.files[0].read_text()
    assert text.startswith('"""A chain of layers.\n\nSource: nobody.\n\nNeeds only PyTorch.')
    above = "# Twice as steep as usual,\n# because the layer is thin.\n"
    assert f'{above}_SLOPE = 2.0\n"""What the inputs are multiplied with."""\n' in text
    assert "from torch.nn import functional as F\n" in text
    assert "unwanted" not in text
    assert text.index("def steep") < text.index("class Layer") < text.index("class ChainNetwork")
    assert "ChainNetwork(\n        width=8,\n        depth=2,\n        classes=3,\n    )" in text
    images = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    _, expected = load_network(run)
    network = build_alone(done.files[0], monkeypatch)
    torch.testing.assert_close(network(images), expected(images))


def test_names_that_a_package_hands_on_are_found(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make(PACKAGE, ("chain_network.py", "from HEREchain_layers", "from HERE"))
    done = export_code(run)
    assert "class Layer" in done.files[0].read_text()
    assert build_alone(done.files[0], monkeypatch)


def test_packages_that_are_not_taken_along_are_named(make: Make) -> None:
    run = make(
        PACKAGE,
        ("chain_layers.py", "import math", "import numpy as np"),
        ("chain_layers.py", "math.sqrt", "np.sqrt"),
    )
    text = export_code(run).files[0].read_text()
    assert "Needs only PyTorch and numpy." in text
    assert "import numpy as np\nimport torch\n" in text


IMPORT = "from HEREchain_layers import Layer\n"
REFUSED = {
    "an import inside": (
        "needs chained.chain_layers inside a function",
        ("chain_layers.py", '"""Map features."""', "import chained.chain_layers"),
    ),
    "another name": (
        "imports Layer as Thin: .* calls them the same",
        ("chain_network.py", IMPORT, IMPORT.replace("Layer\n", "Layer as Thin\n")),
        ("chain_network.py", "map(Layer,", "map(Thin,"),
    ),
    "one name for two": (
        "both define _SLOPE, which one file cannot",
        ("chain_network.py", IMPORT, f"{IMPORT}_SLOPE = 1\n"),
        ("chain_network.py", "* depth", "* depth * _SLOPE"),
    ),
    "a name of the file": (
        "defines load_weights, a name that the exported file needs",
        ("chain_layers.py", "steep(", "load_weights("),
    ),
    "a class in a function": (
        "does not define made.<locals>.ChainNetwork at its top",
        ("chain_network.py", "class ChainNetwork", "def made():\n  class ChainNetwork"),
        ("chain_network.py", "\n    ", "\n      "),
        ("chain_network.py", "dim=(2, 3)))", "dim=(2, 3)))\n  return ChainNetwork\n"),
        ("chain_space.py", "ChainNetwork(", "made()("),
        ("chain_space.py", "import ChainNetwork", "import made"),
    ),
    "no class of its own": (
        "the network is a Sequential of torch, which has no source in the space",
        ("chain_space.py", "\nfrom archscout", "\nfrom torch import nn\nfrom archscout"),
        ("chain_space.py", "return ChainNetwork(", "return nn.Sequential(ChainNetwork("),
        ("chain_space.py", "(arch, classes))", "(arch, classes)))"),
    ),
    "a value that is not plain": (
        "got an int64 .*give plain values in network_arguments",
        ("chain_space.py", "\nfrom archscout", "\nimport numpy\nfrom archscout"),
        ("chain_space.py", "classes=classes)", "classes=numpy.int64(classes))"),
    ),
    "arguments of another network": (
        "the written code does not run .*network_arguments of its space",
        ("chain_space.py", "**self.network_arguments(arch, classes)", "8, 2, classes"),
        ("chain_space.py", "depth=(1, 2)", "depth=(3, 3)"),
    ),
    "no arguments": (
        r"write the method network_arguments\(arch\)",
        ("chain_space.py", "network_arguments", "arguments_of"),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_one_file_is_refused(make: Make, case: str) -> None:
    message, *changes = REFUSED[case]
    run = make(PACKAGE, *changes)
    with pytest.raises(ArchscoutError, match=message):
        export_code(run)
    assert not (run / "export").exists()


@pytest.mark.slow
def test_a_search_of_an_own_space_is_exported_by_a_command_that_names_its_place(
    make: Make, tmp_path: Path
) -> None:
    make(PACKAGE)
    result = search(load_space(PACKAGE), lambda arch: sum(arch.choices), "random", labels=4)
    result.save(tmp_path / "found")

    def command(*words: str) -> subprocess.CompletedProcess[str]:
        words = ("export", str(tmp_path / "found"), "--to", "code", "--set", "classes=5", *words)
        paths = [str(tmp_path / "code"), str(Path(archscout.__file__).parents[1])]
        return subprocess.run(
            [sys.executable, "-m", "archscout", *words],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            capture_output=True,
            text=True,
            check=False,
        )

    refused, done = command(), command("--space", PACKAGE)
    assert refused.returncode == 2
    assert "reading a record runs no code" in " ".join(refused.stderr.split())
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "found" / "export" / "network.py").read_text()
    assert "classes=5" in text
    assert "# weights: NOT TRAINED" in text


@pytest.mark.slow
def test_weights_and_onnx_of_an_own_space(make: Make) -> None:
    run = make(BESIDE)
    assert export(run, "weights", space=BESIDE).difference == 0
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    assert export(run, "onnx", space=BESIDE).difference <= 1e-4
