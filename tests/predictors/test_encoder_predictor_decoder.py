"""The encoder-predictor-decoder learns, writes what it read, and avoids the known traps."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from archscout.errors import SettingsError, UnknownNameError
from archscout.predictors import encoder_predictor_decoder as module
from archscout.predictors._parts.network import Table
from archscout.predictors._parts.presets import Preset
from archscout.predictors._parts.scaling import LinearScores
from archscout.predictors._parts.training import Batch, train
from archscout.predictors.encoder_predictor_decoder import EncoderPredictorDecoder
from archscout.spaces import load_space
from archscout.stats import kendall_tau
from archscout.testing._toy import ToySpace

SPACE = ToySpace()
ROWS = np.random.default_rng(0).permutation(SPACE.all_choices())


@pytest.fixture(params=["flow", "lstm"])
def preset(request: pytest.FixtureRequest) -> Preset:
    chosen: Preset = request.getfixturevalue(request.param)
    return chosen


def make(preset: Preset, *, warm_start: bool = True, seed: int = 0) -> EncoderPredictorDecoder:
    rng = np.random.default_rng(seed)
    return EncoderPredictorDecoder(SPACE, rng, preset=preset, warm_start=warm_start)


def value_of(rows: NDArray[np.int8], worth: NDArray[np.float64]) -> NDArray[np.float64]:
    return 90 + worth[np.arange(rows.shape[1]), rows].sum(axis=1)


class Phase:
    """What one phase of training was given, and the weights before and after."""

    def __init__(self, network: torch.nn.Module) -> None:
        self.before = self.weights(network)
        self.after: list[torch.Tensor] = []
        self.batches: list[Batch] = []

    @staticmethod
    def weights(network: torch.nn.Module) -> list[torch.Tensor]:
        return [weight.detach().clone() for weight in network.parameters()]


@pytest.fixture
def phases(monkeypatch: pytest.MonkeyPatch) -> list[Phase]:
    """Every phase of training, in order."""
    seen: list[Phase] = []

    def spy(network, table, batches, steps, preset):  # type: ignore[no-untyped-def]
        phase = Phase(network)
        seen.append(phase)

        def watched():  # type: ignore[no-untyped-def]
            for batch in batches:
                phase.batches.append(batch)
                yield batch

        train(network, table, watched(), steps, preset)
        phase.after = Phase.weights(network)

    monkeypatch.setattr(module, "train", spy)
    return seen


# --- it works ---------------------------------------------------------------------------------
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["flow", "lstm"])
def test_it_ranks_architectures_that_it_never_saw(
    kind: str, request: pytest.FixtureRequest, worth: NDArray[np.float64]
) -> None:
    small: Preset = request.getfixturevalue(kind)
    preset = replace(small, hidden=16, steps_first=80, epochs_first=120, learning_rate=2e-2)
    model = make(preset).fit(ROWS[:40], value_of(ROWS[:40], worth), ROWS[40:])
    predicted = model.predict(ROWS[40:])
    assert kendall_tau(predicted.mean, value_of(ROWS[40:], worth)) > 0.4
    assert (predicted.spread > 0).all() == (kind == "flow"), "one member alone has no spread"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["flow", "lstm"])
def test_without_an_ascent_it_writes_what_it_read(
    kind: str, request: pytest.FixtureRequest, worth: NDArray[np.float64]
) -> None:
    small: Preset = request.getfixturevalue(kind)
    preset = replace(
        small, hidden=24, steps_first=120, epochs_first=150, learning_rate=2e-2, trade_off=0.1,
        members=1, dropout=0.0,
    )  # fmt: skip
    model = make(preset).fit(ROWS[:30], value_of(ROWS[:30], worth))
    written = model.climb(ROWS[:30], 0.0)
    assert len(written) > 25
    read = set(map(tuple, ROWS[:30].tolist()))
    assert np.mean([tuple(row) in read for row in written.tolist()]) > 0.8


def test_climbing_gives_valid_architectures_of_every_member(preset: Preset) -> None:
    model = make(preset).fit(ROWS[:20], np.arange(20.0))
    for step in (0.0, 0.3, 50.0):
        written = model.climb(ROWS[:10], step)
        assert written.dtype == np.int8
        assert len(written) <= 10 * preset.members
        assert SPACE.valid(written).all()
    assert model.climb(ROWS[:0], 1.0).shape == (0, 4)
    listed = model.climb(SPACE.architectures(ROWS[:3]), 0.3)
    assert np.array_equal(listed, model.climb(ROWS[:3], 0.3))


def test_scores_of_values_and_of_members_are_on_one_scale(preset: Preset) -> None:
    values = np.linspace(60, 95, 20)
    model = make(preset).fit(ROWS[:20], values)
    scores = model.member_scores(ROWS[20:60])
    assert scores.shape == (preset.members, 40)
    means = model.predict(ROWS[20:60]).mean
    assert np.allclose(model.scores_of(means), scores.mean(axis=0), atol=1e-6)
    assert (np.diff(model.scores_of(values)) > 0).all()


def test_members_differ_and_a_label_keeps_its_weights(flow: Preset, phases: list[Phase]) -> None:
    model = make(flow).fit(ROWS[:12], np.arange(12.0), ROWS[40:])
    model.fit(ROWS[:16][::-1], np.arange(16.0), ROWS[40:])
    first = phases[0].batches[0].weights[:, :12]
    again = phases[1].batches[0].weights[:, :16].flip(1)[:, :12]
    assert torch.equal(first, again), "a label's weights were drawn anew"
    assert len(first.unique()) == 36
    plain = make(replace(flow, resample=False)).fit(ROWS[:12], np.arange(12.0))
    assert phases[2].batches[0].weights.eq(1).all()
    assert plain.predict(ROWS[20:]).spread.min() > 0


def test_names_and_order_of_calls_are_checked(preset: Preset) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'fast'"):
        EncoderPredictorDecoder(SPACE, np.random.default_rng(0), preset="fats").check()
    labels = (ROWS[:5], np.arange(5.0))
    for early in (
        lambda: make(preset).predict(ROWS),
        lambda: make(preset).climb(ROWS, 1.0),
        lambda: make(preset).scores_of(np.ones(3)),
        lambda: make(preset).fit_control(*labels, 100),
        lambda: make(preset).fit_pseudo(*labels, ROWS[5:9], np.ones(4)),
    ):
        with pytest.raises(SettingsError, match="call fit first"):
            early()


# --- the traps ----------------------------------------------------------------------------------
@pytest.mark.slow
def test_trap_weights_are_carried_over_from_phase_to_phase(
    preset: Preset, phases: list[Phase]
) -> None:
    model = make(preset, warm_start=True)
    for count in (10, 14):
        values = np.arange(float(count))
        model.fit(ROWS[:count], values, ROWS[40:])
        model.fit_pseudo(ROWS[:count], values, ROWS[40:], model.predict(ROWS[40:]).mean)
    assert len(phases) == 4
    for one, following in itertools.pairwise(phases):
        assert all(map(torch.equal, one.after, following.before))
        assert not all(map(torch.equal, following.before, following.after))


@pytest.mark.slow
def test_without_warm_start_each_fit_begins_anew(preset: Preset, phases: list[Phase]) -> None:
    model = make(preset, warm_start=False)
    for _ in range(2):
        model.fit(ROWS[:10], np.arange(10.0))
    assert not all(map(torch.equal, phases[0].after, phases[1].before))
    assert len(phases[0].batches) == len(phases[1].batches)


@pytest.mark.slow
def test_trap_pseudo_labels_are_made_without_dropout_and_stay_fixed(
    preset: Preset, phases: list[Phase]
) -> None:
    model = make(replace(preset, dropout=0.5)).fit(ROWS[:10], np.arange(10.0), ROWS[40:])
    guesses = model.predict(ROWS[40:]).mean
    assert np.array_equal(guesses, model.predict(ROWS[40:]).mean), "dropout was on"
    model.fit_pseudo(ROWS[:10], np.arange(10.0), ROWS[40:], guesses)
    wanted = np.concatenate([model.scores_of(np.arange(10.0)), model.scores_of(guesses)])
    met: set[int] = set()
    for batch in phases[-1].batches:
        rows = batch.rows.numpy()
        met |= set(rows.tolist())
        # Members keep their distance from the common guess, which is their mean.
        assert np.allclose(batch.scores.mean(dim=0).numpy(), wanted[rows], atol=1e-5)
        assert batch.weights.ne(0).all()
    assert len(met) > 30


def test_a_common_guess_does_not_make_the_members_agree(flow: Preset, phases: list[Phase]) -> None:
    model = make(flow).fit(ROWS[:10], np.arange(10.0), ROWS[40:])
    members = model.member_scores(ROWS[40:])
    guesses = model.predict(ROWS[40:]).mean
    model.fit_pseudo(ROWS[:10], np.arange(10.0), ROWS[40:], guesses)
    for batch in phases[-1].batches:
        pseudo = batch.rows >= 10
        told = batch.scores[:, pseudo].numpy()
        apart = members[:, batch.rows[pseudo].numpy() - 10]
        assert np.allclose(told - told.mean(axis=0), apart - apart.mean(axis=0), atol=1e-5)
        assert np.ptp(told, axis=0).max() > 0.01


@pytest.mark.slow
def test_labels_are_repeated_among_the_pseudo_labels(lstm: Preset, phases: list[Phase]) -> None:
    preset = replace(lstm, upsample=7, epochs_more=3, batch=16)
    model = make(preset).fit(ROWS[:10], np.arange(10.0), ROWS[40:])
    assert {int(row) for batch in phases[0].batches for row in batch.rows} == set(range(10))
    model.fit_pseudo(ROWS[:10], np.arange(10.0), ROWS[40:], np.ones(65))
    rows = torch.cat([batch.rows for batch in phases[1].batches])
    assert torch.bincount(rows).tolist() == [21] * 10 + [3] * 65


@pytest.mark.slow
@pytest.mark.parametrize("labels", [5, 16, 17, 40])
@pytest.mark.parametrize("others", [1, 31, 65])
def test_trap_the_control_takes_the_very_same_number_of_steps(
    preset: Preset, labels: int, others: int, phases: list[Phase]
) -> None:
    # 16 a batch, so that neither labels nor unlabeled architectures fill whole batches.
    preset = replace(preset, batch=16, upsample=3, epochs_first=2, epochs_more=1)
    values = np.arange(float(labels))
    with_them = make(preset).fit(ROWS[:labels], values, ROWS[40 : 40 + others])
    with_them.fit_pseudo(ROWS[:labels], values, ROWS[40 : 40 + others], np.ones(others))
    control = make(preset).fit(ROWS[:labels], values)
    control.fit_control(ROWS[:labels], values, others)
    assert control.steps_ == with_them.steps_ == len(phases[0].batches) + len(phases[1].batches)
    seen = {int(row) for phase in phases[2:] for batch in phase.batches for row in batch.rows}
    assert seen <= set(range(labels))


@pytest.mark.slow
def test_trap_z_scores_come_from_the_labels_and_stay_for_carried_over_weights(
    lstm: Preset,
) -> None:
    preset = replace(lstm, target="z-score")
    model = make(preset, warm_start=True).fit(ROWS[:8], np.arange(8.0), ROWS[20:])
    scaling = model.scaling_
    assert isinstance(scaling, LinearScores)
    assert (scaling.shift, scaling.width) == (3.5, np.arange(8.0).std())
    model.fit(ROWS[:9], np.append(np.arange(8.0), 100.0), ROWS[20:])
    assert model.scaling_ is scaling
    fresh = make(preset, warm_start=False).fit(ROWS[:8], np.arange(8.0))
    fresh.fit(ROWS[:8], np.arange(8.0) * 2)
    assert isinstance(fresh.scaling_, LinearScores)
    assert fresh.scaling_.shift == 7.0


@pytest.mark.slow
def test_trap_min_max_labels_saturate_the_sigmoid_and_predictions_stay_finite(
    lstm: Preset,
) -> None:
    # A single outlier pushes all others to the end of the range.
    values = np.append(np.full(11, 94.0) + np.arange(11) * 1e-6, 0.0)
    preset = replace(lstm, target="min-max", epochs_first=40, learning_rate=0.3)
    model = make(preset).fit(ROWS[:12], values)
    for weight in model.network_.regress.parameters():  # type: ignore[union-attr]
        weight.data += 200  # as far into the flat part as single precision goes
    predicted = model.predict(ROWS)
    assert np.isfinite(predicted.mean).all()
    assert predicted.mean.min() >= 0.0
    assert predicted.mean.max() <= 94.1
    model.fit_pseudo(ROWS[:12], values, ROWS[12:], predicted.mean[12:])
    assert np.isfinite(model.predict(ROWS).mean).all()
    assert SPACE.valid(model.climb(ROWS[:12], 1.0)).all()


def test_trap_unlabeled_architectures_are_no_labels(flow: Preset, phases: list[Phase]) -> None:
    make(flow).fit(ROWS[:10], np.arange(10.0), ROWS[40:])
    for batch in phases[0].batches:
        others = batch.rows >= 10
        assert others.any()
        assert not batch.weights[:, others].any()
        assert batch.weights[:, ~others].all()


def test_pseudo_labels_must_fit_their_architectures(preset: Preset) -> None:
    model = make(preset).fit(ROWS[:10], np.arange(10.0))
    before = model.predict(ROWS).mean
    for pseudo, words in (
        (np.ones(4), "got 5 unlabeled architectures and pseudo-labels of shape"),
        (np.array([1.0, 2.0, np.nan, 4.0, 5.0]), "pseudo-label 2 is nan"),
        (["good"] * 5, "expected one number"),
    ):
        with pytest.raises(SettingsError, match=words):
            model.fit_pseudo(ROWS[:10], np.arange(10.0), ROWS[20:25], pseudo)  # type: ignore[arg-type]
    assert np.array_equal(model.predict(ROWS).mean, before), "a refused call taught something"


@pytest.mark.slow
def test_a_cached_table_predicts_what_an_encoded_one_does(flow: Preset) -> None:
    cells = load_space("nasbench201")
    rows = cells.sample_choices(np.random.default_rng(0), 40)
    model = EncoderPredictorDecoder(cells, np.random.default_rng(0), preset=flow)
    model.fit(rows, np.arange(40.0))
    before = model.predict(rows).mean
    model.predict(cells.all_choices())
    picked = model._tables.encode(rows)
    assert isinstance(picked, Table)
    assert model._tables._kept.holds
    assert np.allclose(model.predict(rows).mean, before, atol=1e-4)
