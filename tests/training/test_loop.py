"""The training loop: it learns, it is deterministic, and it goes on exactly."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tiny_networks import TinySupernet, make_images, make_network, same, state_of
from torch import nn
from torch.nn.functional import cross_entropy

from archscout.errors import SettingsError, StorageError, TrainingError
from archscout.images.augment import channel_statistics
from archscout.training._inputs import Inputs, rng_of
from archscout.training._loop import train
from archscout.training._path_sampling import PoolPaths, SupernetPaths
from archscout.training.evaluate import accuracy
from archscout.training.settings import TrainSettings

IMAGES = make_images()
QUICK = TrainSettings(epochs=3, batch=16, precision="float32", seed=2)


def train_tiny(network=None, settings=QUICK, images=IMAGES, **options):
    network = network or make_network()
    return network, train(network, images, images.targets, settings, **options)


def train_paths(settings=QUICK, sampling="uniform", **options):
    supernet = TinySupernet()
    paths = SupernetPaths(supernet, sampling)
    return supernet, train(supernet, IMAGES, IMAGES.targets, settings, paths=paths, **options)


@pytest.mark.slow
def test_it_learns_what_can_be_learnt():
    settings = QUICK.change(epochs=30, learning_rate=0.1)
    network, done = train_tiny(settings=settings)
    assert done.losses[-1] < done.losses[0] / 2
    statistics = channel_statistics(IMAGES.pixels)
    assert accuracy(network, IMAGES.pixels, IMAGES.targets, statistics) > 90
    assert not network.training
    assert done.finished
    assert done.updates == 90


def test_one_step_is_the_textbook_update():
    settings = QUICK.change(epochs=1, batch=64, crop=0, flip=False, nesterov=False)
    network, reference = make_network(), make_network()
    _, done = train_tiny(network, settings)
    inputs = Inputs(IMAGES, IMAGES.targets, settings, torch.device("cpu"))
    rows = inputs.batches(rng_of(settings.seed, 1, 0))[0]
    optimizer = torch.optim.SGD(
        reference.parameters(), settings.learning_rate, 0.9, weight_decay=settings.weight_decay
    )
    loss = cross_entropy(reference(inputs.augmented(rows, 0)), inputs.targets(0)[rows])
    loss.backward()
    optimizer.step()
    assert done.losses[0] == pytest.approx(loss.item(), rel=1e-5)
    for name, value in reference.state_dict().items():
        torch.testing.assert_close(network.state_dict()[name], value)


def test_equal_seeds_give_equal_bits_and_others_do_not():
    first, second = (train_paths()[0].state_dict() for _ in range(2))
    assert same(first, second)
    other = train_paths(QUICK.change(seed=3))[0].state_dict()
    assert not same(first, other)


def test_it_does_not_touch_global_generators():
    network = make_network()
    before = torch.get_rng_state()
    train_tiny(network)
    assert torch.equal(torch.get_rng_state(), before)


def test_what_is_off_the_path_does_not_move():
    supernet = TinySupernet()
    before = state_of(supernet)
    pool = PoolPaths(np.array([[[0]]], dtype=np.int8))
    train(supernet, IMAGES, IMAGES.targets, QUICK, paths=pool)
    after = supernet.state_dict()
    for name in before:
        on_path = not name.startswith("choices.1")
        assert torch.equal(before[name], after[name]) != on_path, name


def test_weights_off_the_path_stay_after_they_had_momentum(tmp_path):
    supernet = TinySupernet()

    def go(choice, stop):
        pool = PoolPaths(np.array([[[choice]]], dtype=np.int8))
        train(supernet, IMAGES, IMAGES.targets, QUICK, paths=pool, folder=tmp_path, stop_after=stop)
        return state_of(supernet)

    first = go(0, 1)
    supernet.load_state_dict(TinySupernet().state_dict())  # The folder has the rest.
    second = go(1, 2)
    assert torch.equal(first["choices.0.0.weight"], second["choices.0.0.weight"])
    assert not torch.equal(first["choices.1.0.weight"], second["choices.1.0.weight"])


def test_a_fair_round_sums_gradients_into_one_update():
    settings = QUICK.change(epochs=1, batch=64, crop=0, flip=False, nesterov=False, weight_decay=0)
    supernet, done = train_paths(settings, "fair")
    reference = TinySupernet()
    inputs = Inputs(IMAGES, IMAGES.targets, settings, torch.device("cpu"))
    rows = inputs.batches(rng_of(settings.seed, 1, 0))[0]
    reference.train()
    paths = SupernetPaths(reference, "fair").draw(rng_of(settings.seed, 2, 0), 1)[0]
    losses = [
        cross_entropy(reference(inputs.augmented(rows, 0), path), inputs.targets(0)[rows])
        for path in paths
    ]
    sum(losses).backward()
    torch.optim.SGD(reference.parameters(), settings.learning_rate).step()
    assert done.updates == 1
    assert done.losses[0] == pytest.approx(sum(losses).item() / 3, rel=1e-5)
    for name, weight in reference.named_parameters():
        torch.testing.assert_close(dict(supernet.named_parameters())[name], weight)


def test_targets_may_differ_between_epochs():
    asked = []

    class Source:
        def targets(self, epoch):
            asked.append(epoch)
            return IMAGES.targets

    train(make_network(), IMAGES, Source(), QUICK)
    assert set(asked) == {0, 1, 2}


@pytest.mark.parametrize("count", [2, 3, 17, 33])
def test_no_batch_is_a_single_image(count):
    images = IMAGES.subset(np.arange(count))
    _, done = train_tiny(images=images, settings=QUICK.change(epochs=1))
    inputs = Inputs(images, images.targets, QUICK, torch.device("cpu"))
    batches = inputs.batches(np.random.default_rng(0))
    assert min(map(len, batches)) >= 2
    assert max(map(len, batches)) <= QUICK.batch
    assert sorted(torch.cat(batches).tolist()) == list(range(count))
    assert np.isfinite(done.losses).all()


def test_a_part_goes_on_exactly(tmp_path):
    whole, done = train_paths()
    for stop in (1, 2):
        _, part = train_paths(folder=tmp_path, stop_after=stop)
        assert not part.finished
    resumed, rest = train_paths(folder=tmp_path)
    assert same(whole.state_dict(), resumed.state_dict())
    assert rest.losses == done.losses
    assert (rest.resumed, rest.finished, rest.updates) == (2, True, 9)


def test_a_finished_training_is_read_back(tmp_path):
    first, done = train_paths(folder=tmp_path)
    again, stored = train_paths(folder=tmp_path)
    assert same(first.state_dict(), again.state_dict())
    assert stored.losses == done.losses
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "final.safetensors",
        "initial.safetensors",
    ]


def test_initial_and_asked_for_weights_are_kept(tmp_path):
    before = state_of(TinySupernet())
    one_epoch, _ = train_paths(QUICK, folder=tmp_path / "part", stop_after=1)
    train_paths(folder=tmp_path / "whole", keep_epochs=[1])
    assert same(load_file(tmp_path / "whole/initial.safetensors"), before)
    assert same(load_file(tmp_path / "whole/epoch-1.safetensors"), one_epoch.state_dict())


@pytest.mark.parametrize(
    "other",
    [
        {"settings": QUICK.change(learning_rate=0.5)},
        {"network": make_network(seed=9)},
        {"images": make_images(seed=9)},
        {"about": {"architecture": "another"}},
    ],
)
def test_a_folder_of_another_training_is_refused(tmp_path, other):
    train_tiny(folder=tmp_path, stop_after=1)
    with pytest.raises(StorageError, match=r"belongs to another training .*name another folder"):
        train_tiny(folder=tmp_path, **other)


@pytest.mark.slow
def test_threads_are_no_other_training(tmp_path):
    train_tiny(folder=tmp_path, stop_after=1)
    _, done = train_tiny(folder=tmp_path, settings=QUICK.change(threads=2))
    assert done.resumed == 1


def test_a_loss_that_is_not_finite_stops_with_advice(tmp_path):
    settings = QUICK.change(learning_rate=1e30, epochs=20)
    with pytest.raises(TrainingError, match="lower learning rate"):
        train_tiny(settings=settings, folder=tmp_path, checkpoint_seconds=0)
    assert not (tmp_path / "final.safetensors").exists()


def test_weights_that_the_last_update_broke_are_noticed():
    settings = QUICK.change(learning_rate=1e39, epochs=1, batch=64)
    with pytest.raises(TrainingError, match="not finite"):
        train_tiny(settings=settings)


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        (np.zeros(7, np.int64), "7"),
        (np.zeros(40), "float64"),
        (np.full(40, 3), "expected 0 to 2"),
        (np.full(40, -1), "expected 0 to 2"),
    ],
)
def test_targets_that_do_not_fit_are_refused(targets, said):
    with pytest.raises(SettingsError, match=said):
        train(make_network(), IMAGES, targets, QUICK)


def test_one_image_is_too_few():
    with pytest.raises(SettingsError, match="at least 2"):
        train_tiny(images=IMAGES.subset(np.arange(1)))


def test_progress_tells_every_epoch_and_counts_down():
    told = []
    train_tiny(on_progress=told.append)
    ends = [progress for progress in told if progress.step == progress.steps]
    assert [progress.epoch for progress in ends] == [1, 2, 3]
    assert ends[-1].seconds_left == 0
    assert all(progress.images_per_second > 0 for progress in told)
    assert ends[0].learning_rate > ends[-1].learning_rate


def test_bfloat16_keeps_weights_in_float32():
    network, done = train_tiny(settings=QUICK.change(precision="bfloat16"))
    assert done.precision == "bfloat16"
    assert {weight.dtype for weight in network.parameters()} == {torch.float32}
    assert isinstance(network[0], nn.Conv2d)
