"""What every supernet does: its paths compute what the networks alone compute, and no more."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from tiny_supernets import FORMS, images, shake, tiny

from archscout.errors import ParseError, SettingsError, UnknownNameError
from archscout.spaces._blocks.supernet import Supernet, deal
from archscout.supernets import SUPERNETS, make_supernet

pytestmark = pytest.mark.parametrize("form", FORMS)


def _trained(form: str) -> Supernet:
    """A supernet whose norms saw some paths, so that weights and statistics are no defaults."""
    supernet = tiny(form)
    shake(supernet, seed=1)
    with torch.no_grad():
        for path in supernet.draw_paths(np.random.default_rng(2), 12):
            supernet(images(form), path)
    return supernet


@pytest.mark.slow
@pytest.mark.parametrize("training", [False, True])
def test_a_path_computes_what_the_network_alone_computes(form: str, training: bool) -> None:
    supernet = _trained(form).train(training)
    for arch in supernet.space.sample(np.random.default_rng(3), 8):
        alone = supernet.inherit(arch)
        assert alone.training == training
        with torch.no_grad():
            expected = alone(images(form))
            got = supernet(images(form), supernet.path_of(arch))
        torch.testing.assert_close(got, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.slow
def test_the_network_alone_is_a_copy(form: str) -> None:
    supernet = _trained(form)
    before = {name: tensor.clone() for name, tensor in supernet.state_dict().items()}
    alone = supernet.inherit(supernet.space.sample(np.random.default_rng(0), 1)[0])
    with torch.no_grad():
        for weight in alone.parameters():
            weight.zero_()
    assert all(torch.equal(before[n], t) for n, t in supernet.state_dict().items())


@pytest.mark.slow
def test_weights_on_the_path_get_gradients_and_no_others(form: str) -> None:
    supernet = tiny(form)
    archs = supernet.space.sample(np.random.default_rng(0), 50)
    # In NAS-Bench-201 a cell without none has no dead edges.
    arch = next(a for a in archs if supernet.space.name != "nasbench201" or 0 not in a.choices)
    supernet(images(form), supernet.path_of(arch)).square().sum().backward()
    begins = supernet.weight_names(arch)
    expected = set()
    for name, _ in supernet.build(arch).named_parameters():
        begin = next((b for b in begins if name.startswith(b)), "")
        expected.add(begins.get(begin, "") + name[len(begin) :])
    weights = dict(supernet.named_parameters())
    with_gradients = {name for name, weight in weights.items() if weight.grad is not None}
    assert with_gradients == expected & set(weights)
    assert 0 < len(with_gradients) < len(weights)


@pytest.mark.slow
def test_the_settings_make_the_same_supernet(form: str) -> None:
    supernet = tiny(form)
    settings = json.loads(json.dumps(supernet.settings))
    assert settings == supernet.settings
    again = make_supernet(supernet.space, generator=torch.Generator().manual_seed(0), **settings)
    assert again.path_shape == supernet.path_shape
    for (name, one), (other_name, other) in zip(
        supernet.state_dict().items(), again.state_dict().items(), strict=True
    ):
        assert name == other_name
        assert torch.equal(one, other), name


@pytest.mark.slow
def test_initial_weights_come_from_the_generator_alone(form: str) -> None:
    torch.manual_seed(5)
    one = tiny(form)
    torch.manual_seed(6)
    other, third = tiny(form), tiny(form, seed=1)
    weights = [torch.cat([w.flatten() for w in s.parameters()]) for s in (one, other, third)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


@pytest.mark.slow
@pytest.mark.parametrize("sampling", ["uniform", "fair"])
def test_draws_repeat_and_are_paths(form: str, sampling: str) -> None:
    supernet = tiny(form)
    n = 4 * supernet.round_size(sampling)
    first, second = (supernet.draw_paths(np.random.default_rng(7), n, sampling) for _ in range(2))
    assert first.dtype == np.int8
    assert first.shape == (n, *supernet.path_shape)
    assert np.array_equal(first, second)
    for path in first:
        supernet.check_path(path)
    assert supernet.draw_paths(np.random.default_rng(7), 0, sampling).shape[0] == 0


@pytest.mark.slow
def test_fair_rounds_use_every_operation_once(form: str) -> None:
    supernet = tiny(form)
    size = supernet.round_size("fair")
    paths = supernet.draw_paths(np.random.default_rng(0), 5 * size, "fair")
    for one_round in paths.reshape(5, size, -1):
        for position in one_round.T:
            chosen = position[position > 0] if supernet.space.name == "darts" else position
            # In DARTS an edge is chosen through the whole round or not at all.
            assert len(chosen) in (0, size)
            assert len(set(chosen.tolist())) == len(chosen)
    assert not np.array_equal(paths[:size], paths[size : 2 * size])
    with pytest.raises(SettingsError, match=f"a multiple of {size}"):
        supernet.draw_paths(np.random.default_rng(0), size + 1, "fair")


@pytest.mark.slow
def test_paths_of_a_batch_are_those_of_its_architectures(form: str) -> None:
    supernet = tiny(form)
    choices = supernet.space.sample_choices(np.random.default_rng(0), 6)
    paths = supernet.paths_of(choices)
    assert paths.dtype == np.int8
    for arch, path in zip(supernet.space.architectures(choices), paths, strict=True):
        assert np.array_equal(supernet.path_of(arch), path)


@pytest.mark.slow
def test_bad_paths_and_names_are_refused(form: str) -> None:
    supernet = tiny(form)
    path = supernet.draw_paths(np.random.default_rng(0), 1)[0]
    with pytest.raises(ParseError, match="a path of shape"):
        supernet(images(form), path[:-1])
    path[-1, -1] = supernet.option_counts[-1, -1]
    with pytest.raises(ParseError, match=f"got operation {path[-1, -1]} at place"):
        supernet(images(form), path)
    with pytest.raises(UnknownNameError, match="did you mean 'uniform'"):
        supernet.draw_paths(np.random.default_rng(0), 1, "unifrom")
    with pytest.raises(SettingsError, match="did you mean 'classes'"):
        make_supernet(supernet.space, class_=3)


def test_dealing_is_a_permutation_for_each_decision(form: str) -> None:
    operations = 3 + len(form) % 3
    dealt = deal(np.random.default_rng(0), operations, rounds=400, decisions=2)
    rounds = dealt.reshape(400, operations, 2)
    assert (np.sort(rounds, axis=1) == np.arange(operations)[:, None]).all()
    # Independent decisions agree in one draw of as many as there are operations.
    assert np.mean(rounds[..., 0] == rounds[..., 1]) == pytest.approx(1 / operations, abs=0.05)


def test_every_registered_supernet_is_tested(form: str) -> None:
    assert {space for space, _, _ in FORMS.values()} == set(SUPERNETS.names())
