"""Angles against vectors that are written out, element by element, for each architecture."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tiny_supernets import FORMS, shake, tiny
from written_vectors import State, vector_of

from archscout.errors import SettingsError, UnknownNameError
from archscout.spaces._blocks.supernet import Supernet
from archscout.spaces.base import Architecture, SearchSpace
from archscout.supernets.angle import make_angle

OPTIONS = [{}, {"pooling": False}, {"norms": False}, {"norms": False, "skips": False}]


def _states(form: str) -> tuple[Supernet, State, State]:
    supernet = tiny(form)
    initial = {name: tensor.clone() for name, tensor in supernet.state_dict().items()}
    shake(supernet, seed=1)
    return supernet, initial, supernet.state_dict()


_SPECIAL = {
    # All alike; then one path alone, all but one dead, none alive behind live edges.
    "nasbench201": [
        "000000",
        "111111",
        "222222",
        "333333",
        "444444",
        "000300",
        "000100",
        "300040",
        "020001",
        "304003",
        "330000",
        "033000",
        "003030",
        "400140",
    ],
    "mobilenet": ["1 7 7 7 " * 5 + "1", "6 " * 21, "1 2 3 4 " * 5 + "5"],
    "nasbench-macro": ["00000000", "11111111", "22222222", "10202010"],
}


def _architectures(supernet: Supernet) -> list[Architecture]:
    space = supernet.space
    special = [space.parse(text) for text in _SPECIAL.get(space.name, [])]
    if space.name == "darts":
        # Of one operation each, on all kinds of pairs of inputs.
        for operation in range(7):
            row = space.sample_choices(np.random.default_rng(operation), 1)
            row[:, space.option_counts == 7] = operation
            special += space.architectures(row)
    return special + space.sample(np.random.default_rng(0), 24)


@pytest.mark.slow
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("form", FORMS)
def test_angles_are_those_of_written_out_vectors(form: str, options: dict[str, bool]) -> None:
    supernet, initial, final = _states(form)
    archs = _architectures(supernet)
    angles = make_angle(supernet, initial, final, **options).angles(archs)
    assert angles.shape == (len(archs),)
    expected = []
    for arch in archs:
        first, second = (vector_of(supernet, state, arch, options) for state in (initial, final))
        cosine = first @ second / (first.norm() * second.norm())
        expected.append(float(torch.arccos(cosine)) if len(first) else 0.0)
    np.testing.assert_allclose(angles, expected, rtol=0, atol=1e-9)
    assert len(set(np.round(angles, 6))) > 15


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_weights_that_did_not_move_have_no_angle(form: str) -> None:
    supernet, initial, _ = _states(form)
    angles = make_angle(supernet, initial, initial).angles(_architectures(supernet))
    assert np.isfinite(angles).all()  # Rounding may lift the cosine above one.
    assert angles.max() < 1e-7
    # Only lengths changed: rounding lifts some of these cosines above one.
    for factor in (0.3, 1.1, 1.7, -1.0):
        scaled = {name: weight * factor for name, weight in initial.items()}
        bare = make_angle(supernet, initial, scaled, pooling=False, norms=False, skips=False)
        angles = bare.angles(_architectures(supernet))
        full = angles[angles > 0.1] if factor < 0 else angles
        assert full == pytest.approx(np.pi if factor < 0 else 0.0, abs=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_batches_paths_and_forms_of_weights_agree(form: str) -> None:
    supernet, initial, final = _states(form)
    angle = make_angle(supernet, initial, final)
    choices = supernet.space.sample_choices(np.random.default_rng(0), 9)
    angles = angle.angles(choices)
    assert np.array_equal(angle.angles(choices[::-1])[::-1], angles)
    assert np.array_equal(angle.angles_of_paths(supernet.paths_of(choices)), angles)
    assert angle.angles(choices[:0]).shape == (0,)
    arrays = make_angle(
        supernet,
        {n: w.numpy() for n, w in initial.items()},
        {n: w.numpy() for n, w in final.items()},
    )
    assert np.array_equal(arrays.angles(choices), angles)


def test_chunks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    supernet, initial, final = _states("nasbench201")
    angle = make_angle(supernet, initial, final)
    choices = supernet.space.sample_choices(np.random.default_rng(0), 50)
    whole = angle.angles(choices)
    monkeypatch.setattr("archscout.supernets.angle._CHUNK", 7)
    assert np.array_equal(angle.angles(choices), whole)


def test_a_cell_that_is_dead_anywhere_has_no_angle() -> None:
    supernet, initial, final = _states("nasbench201")
    path = supernet.draw_paths(np.random.default_rng(0), 1)
    angle = make_angle(supernet, initial, final)
    assert angle.angles_of_paths(path)[0] > 0
    path[0, 3] = 0
    assert angle.angles_of_paths(path)[0] == 0


def test_bad_weights_are_refused() -> None:
    supernet, initial, final = _states("nasbench201")
    name = "body.0.edges.0.nor_conv_1x1.1.weight"
    missing = {n: w for n, w in final.items() if n != name}
    with pytest.raises(SettingsError, match=f"the final weights have no '{name}'"):
        make_angle(supernet, initial, missing)
    with pytest.raises(SettingsError, match="got 16 initial and 8 final weights"):
        make_angle(supernet, initial, final | {name: final[name][:2]})
    with pytest.raises(SettingsError, match="NaN or infinity"):
        make_angle(supernet, initial, final | {name: final[name] * np.nan})
    supernet.space = type("Space", (SearchSpace,), {"name": "nasbench202"})()
    with pytest.raises(UnknownNameError, match="did you mean 'nasbench201'"):
        make_angle(supernet, initial, final)
