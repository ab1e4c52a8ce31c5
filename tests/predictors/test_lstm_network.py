"""The network of the paper: its size, its decoder, its ascent."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch

from archscout.predictors._parts.forms import TokenForm
from archscout.predictors._parts.lstm_network import LSTMNetwork
from archscout.predictors._parts.network import encode_table
from archscout.predictors._parts.presets import PRESETS
from archscout.predictors.encoder_predictor_decoder import EncoderPredictorDecoder
from archscout.spaces import load_space

CELLS = load_space("nasbench201")


def make(allowed: torch.Tensor, hidden: int = 16, mlp_hidden: int = 8) -> LSTMNetwork:
    return LSTMNetwork(
        allowed=allowed,
        hidden=hidden,
        mlp_hidden=mlp_hidden,
        sigmoid=False,
        dropout=0.1,
        generator=torch.Generator().manual_seed(0),
    ).eval()


def size(network: torch.nn.Module) -> int:
    return sum(weight.numel() for weight in network.parameters())


@pytest.mark.parametrize(
    ("hidden", "mlp_hidden", "vocabulary", "length", "count"),
    [
        (64, 16, 7, 27, 123_928),
        (16, 64, 7, 27, 10_312),
        (16, 64, 8, 21, 10_361),
        (64, 16, 9, 35, 124_314),
    ],
)
def test_parameter_counts_of_the_paper(
    hidden: int, mlp_hidden: int, vocabulary: int, length: int, count: int
) -> None:
    allowed = torch.ones((length, vocabulary), dtype=torch.bool)
    assert size(make(allowed, hidden, mlp_hidden)) == count


@pytest.mark.parametrize(
    ("space", "preset", "count"),
    [
        ("nasbench101", "paper-2000", 123_928),
        ("nasbench101", "paper-300", 10_312),
        ("nasbench201", "paper-2000", 124_314),
        ("mobilenet", "paper-imagenet", 10_361),
    ],
)
def test_parameter_counts_of_the_presets(space: str, preset: str, count: int) -> None:
    loaded = load_space(space)
    # Two cells that every space can read without listing itself.
    texts = {
        "nasbench101": ["7:mp", "1:"],
        "nasbench201": ["334131", "000003"],
        "mobilenet": [" ".join(["1"] * 21), " ".join(["6"] * 21)],
    }[space]
    model = EncoderPredictorDecoder(
        loaded, np.random.default_rng(0), preset=replace(PRESETS[preset], epochs_first=1)
    )
    model.fit([loaded.parse(text) for text in texts], [1.0, 2.0])
    network = model.network_
    assert isinstance(network, LSTMNetwork)
    assert size(network) == count
    assert network.sigmoid == (preset != "paper-2000"), "only the second on NAS-Bench-101 does not"


def test_a_dropout_that_does_nothing_is_not_passed_to_the_lstms() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        network = make(torch.ones((6, 6), dtype=torch.bool))
    assert network.encoder.dropout == network.decoder.dropout == 0.0
    assert network.encoder.bidirectional
    assert not network.decoder.bidirectional


def test_making_one_leaves_the_global_generator_alone() -> None:
    before = torch.get_rng_state()
    allowed = torch.ones((6, 6), dtype=torch.bool)
    one, other = make(allowed), make(allowed)
    assert torch.equal(torch.get_rng_state(), before)
    for left, right in zip(one.parameters(), other.parameters(), strict=True):
        assert torch.equal(left, right)


def test_encoder_outputs_have_length_1_and_so_has_their_mean() -> None:
    form = TokenForm(CELLS, "tokens")
    table = encode_table(CELLS, CELLS.all_choices()[::500], form)
    network = make(torch.from_numpy(form.spec.allowed.copy()))
    outputs = network.embed(table, torch.arange(len(table)))
    assert outputs.shape == (1, len(table), 6, 16)
    assert torch.allclose(outputs.norm(dim=-1), torch.ones(1), atol=1e-5)
    arch = network.architecture_embedding(outputs)
    assert arch.shape == (1, len(table), 16)
    assert torch.allclose(arch.norm(dim=-1), torch.ones(1), atol=1e-5)


def test_a_small_ascent_raises_the_value() -> None:
    form = TokenForm(CELLS, "tokens")
    table = encode_table(CELLS, CELLS.all_choices()[::500], form)
    network = make(torch.from_numpy(form.spec.allowed.copy()))
    with torch.no_grad():
        start = network.embed(table, torch.arange(len(table)))
    for step in (0.1, 1.0):
        moved = network.ascend(start, step)
        assert torch.allclose(moved.norm(dim=-1), torch.ones(1), atol=1e-5)
        assert (network.value(moved) > network.value(start)).float().mean() > 0.9
    assert torch.allclose(network.ascend(start, 0.0), start, atol=1e-6)


@pytest.mark.parametrize(
    ("space", "kind"),
    [("nasbench201", "tokens"), ("nasbench201", "sequence"), ("nasbench101", "sequence")],
)
def test_the_decoder_never_writes_a_token_outside_the_mask(space: str, kind: str) -> None:
    allowed = torch.from_numpy(load_space(space).token_spec(kind).allowed.copy())
    network = make(allowed)
    generator = torch.Generator().manual_seed(1)
    for weight in network.parameters():
        weight.data += torch.randn(weight.shape, generator=generator)
    wild = torch.randn((1, 64, len(allowed), 16), generator=generator) * 10
    with torch.no_grad():
        written = network.write(wild)
    assert written.shape == (1, 64, len(allowed))
    assert allowed[torch.arange(len(allowed)), written].all()


def test_writing_token_by_token_agrees_with_reading_all_at_once() -> None:
    allowed = torch.ones((7, 5), dtype=torch.bool)
    network = make(allowed)
    outputs = torch.nn.functional.normalize(
        torch.randn((1, 9, 7, 16), generator=torch.Generator().manual_seed(2)), dim=-1
    )
    with torch.no_grad():
        written = network.write(outputs)[0]
        before = torch.cat([torch.zeros_like(written[:, :1]), written[:, :-1]], dim=1)
        scores, _ = network._decode(before, outputs[0], network._first_state(outputs[0]))
        likelihood = torch.log_softmax(scores, dim=-1)
        missed = network.reconstruction(outputs, written)
    assert torch.equal(scores.argmax(dim=-1), written)
    chosen = likelihood.gather(2, written[:, :, None])
    assert torch.allclose(missed, -chosen.mean())
