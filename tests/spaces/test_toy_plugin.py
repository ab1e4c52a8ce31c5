"""A space from outside the package: one folder and one declaration, asked by every room."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from archscout.cli._app import app
from archscout.errors import MissingMethodError, UnknownNameError
from archscout.pipelines.unlabeled._searched import check_space
from archscout.proxies import make_proxy
from archscout.reports import cell_svg
from archscout.reports._content import noun
from archscout.spaces import (
    Limit,
    SearchSpace,
    SpacePlugin,
    Variable,
    declarations,
    plugin_of,
)
from archscout.strategies.proxy_search import evolve, plan_of
from archscout.study._loop import search
from archscout.supernets import make_supernet
from archscout.supernets.angle import make_angle
from archscout.testing import check_space as check_conformance
from archscout.training._presets import reduced_training
from toy_chain import PLUGIN
from toy_chain.space import ToyChain

SPACE = ToyChain()
PLACE = "toy_chain:PLUGIN"


def test_the_space_conforms() -> None:
    check_conformance(SPACE, np.random.default_rng(0), networks=2)


def test_its_supernet_hands_over_weights() -> None:
    supernet = make_supernet(SPACE, channels=4, generator=torch.Generator().manual_seed(0)).eval()
    arch = SPACE.parse("layer0=conv3,layer1=conv5,layer2=conv3,layer3=conv3")
    images = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    alone = supernet.inherit(arch)
    assert torch.allclose(alone(images), supernet(images, supernet.path_of(arch)))
    with pytest.raises(Exception, match="did you mean 'channels'"):
        make_supernet(SPACE, channel=4)


def test_its_angle_is_that_of_its_vector() -> None:
    first, second = (
        make_supernet(SPACE, channels=4, generator=torch.Generator().manual_seed(seed))
        for seed in (0, 1)
    )
    arch = SPACE.parse("layer0=conv3,layer1=cut,layer2=conv5,layer3=cut")
    names = ["stem.weight", "classifier.weight", "blocks.0.conv3.weight", "blocks.2.conv5.weight"]
    a, b = (torch.cat([net.state_dict()[n].flatten() for n in names]) for net in (first, second))
    wanted = torch.arccos(torch.nn.functional.cosine_similarity(a, b, dim=0)).item()
    angle = make_angle(first, first.state_dict(), second.state_dict())
    assert angle.angles([arch])[0] == pytest.approx(wanted, abs=1e-5)
    assert make_proxy("angle", SPACE, angle=angle).score([arch])[0] == angle.angles([arch])[0]


def test_parameters_before_a_cut_do_not_live() -> None:
    dead = SPACE.parse("layer0=conv5,layer1=conv3,layer2=cut,layer3=conv3")
    same = SPACE.parse("layer0=cut,layer1=cut,layer2=cut,layer3=conv3")
    live = make_proxy("live-params", SPACE).score([dead, same])
    assert live.tolist() == [SPACE.params(same)] * 2
    assert SPACE.params(dead) > SPACE.params(same)


def test_it_is_drawn_by_itself_and_called_what_it_says() -> None:
    arch = SPACE.parse("layer0=conv3,layer1=cut,layer2=conv5,layer3=cut")
    assert cell_svg(SPACE, arch).startswith('<svg class="toy"')
    limited = SPACE.within(Limit("params", most=SPACE.params(arch)))
    assert cell_svg(limited, arch) == cell_svg(SPACE, arch)
    result = search(SPACE, lambda one: float(sum(one.choices)), "random", labels=3)
    assert noun(result) == "chain"


def test_limits_and_evolution_know_it() -> None:
    most = float(np.median(SPACE.params_table(SPACE.all_choices())))
    small = SPACE.within(Limit("params", most=most))
    assert plan_of(small).population == 8
    best = evolve(small, lambda rows: rows.sum(axis=1), np.random.default_rng(0))
    assert SPACE.params(best.best) <= most


def test_its_training_is_its_own() -> None:
    training = reduced_training(SPACE)
    assert (training.epochs, training.learning_rate) == (2, 0.2)
    check_space(PLACE, "unlabeled")
    check_space(PLACE, "supernet")


@pytest.mark.slow
def test_commands_take_it_by_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (40, 8, 8, 3), dtype=np.uint8)
    np.savez("pictures.npz", images=pixels, labels=np.arange(40) % 2)
    common = ["pictures.npz", "--resolution", "8", "--space", PLACE]
    few = ["--epochs", "1", "--trust", "0", "--no-true-labels", "--max-params", "2k"]
    done = CliRunner().invoke(app, ["search-unlabeled", *common, *few, "--out", "a", "--json"])
    assert done.exit_code == 0, done.output
    assert '<svg class="toy"' in Path("a/report.html").read_text(encoding="utf-8")
    found = json.loads(done.stdout)["found"]
    assert "parameters on live paths" in [row["way"] for row in found]
    arch = found[0]["architecture"]
    few = ["--strategy", "random", "--first", "4", "--each", "2", "--rounds", "1"]
    few += ["--epochs-per-round", "1", "--final-epochs", "1", "--out", "c", "--json"]
    done = CliRunner().invoke(app, ["search-supernet", *common, *few])
    assert done.exit_code == 0, done.output
    assert '<svg class="toy"' in Path("c/report.html").read_text(encoding="utf-8")
    again = ["train", arch, *common, "--epochs", "1", "--channels", "4", "--out", "b", "--json"]
    done = CliRunner().invoke(app, again)
    assert done.exit_code == 0, done.output
    done = CliRunner().invoke(app, ["export", "b", "--to", "code", "--space", PLACE])
    assert done.exit_code == 0, done.output
    text = Path("b/export/network.py").read_text(encoding="utf-8")
    assert "class Cut(nn.Module)" in text
    assert "def draw(" not in text


def test_a_space_that_declares_nothing_has_no_supernet_and_says_so() -> None:
    class Bare(SearchSpace):
        name = "bare"
        variables = (Variable("width", (8, 16)),)

    plugin = plugin_of(Bare())
    assert (plugin.name, plugin.noun, plugin.has("supernet")) == ("bare", "architecture", False)
    assert isinstance(plugin.load("space")(), Bare)
    with pytest.raises(MissingMethodError, match="space 'bare' has no drawing: name one"):
        plugin.load("drawing")
    with pytest.raises(UnknownNameError, match="no supernet is named 'bare'"):
        make_supernet(Bare())


def test_a_class_under_another_name_does_not_inherit_the_declaration() -> None:
    class Other(ToyChain):
        name = "other-chain"

    assert not plugin_of(Other()).has("drawing")
    assert plugin_of(SPACE) is PLUGIN


def test_declaring_loads_nothing() -> None:
    code = (
        "import sys; from archscout.spaces import declarations; found = declarations();"
        "parts = ('.space', '.network', '.supernet', '.table', '.trainings', '.drawing');"
        "loaded = [m for m in sys.modules if m.startswith('archscout.spaces') and "
        "m.endswith(parts)]; sys.exit(str(loaded) if loaded or 'torch' in sys.modules else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("plugin", declarations(), ids=lambda plugin: plugin.name)
@pytest.mark.slow
def test_every_part_that_is_declared_is_there(plugin: SpacePlugin) -> None:
    parts = ("space", "supernet", "angle", "live", "drawing", "trainings", "network_for")
    for part in parts:
        if plugin.has(part):
            assert plugin.load(part) is not None
    for entry in plugin.benchmarks.values():
        assert callable(entry.load())
    assert plugin.side(plugin.reduced) > 0
    if plugin.searches and plugin.has("supernet"):
        make_supernet(plugin.name, **plugin.reduced)
        reduced_training(plugin.name)
