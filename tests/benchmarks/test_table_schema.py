import pytest
from hypothesis import given
from hypothesis import strategies as st

from archscout.benchmarks._schema import Column, infer_column, infer_schema
from archscout.benchmarks._select import select
from archscout.errors import SettingsError, TableError, UnknownNameError


@pytest.mark.parametrize(
    ("name", "metric", "unit", "direction", "split", "epochs", "run", "dataset"),
    [
        ("cifar10_valid_12ep", "accuracy", "percent", "maximize", "valid", 12, None, "cifar10"),
        ("imagenet16_120_valid_200ep_run2", "accuracy", "percent", "maximize", "valid", 200, 2,
         "imagenet16_120"),
        ("cifar10_test_200ep", "accuracy", "percent", "maximize", "test", 200, None, "cifar10"),
        ("cifar10_train_seconds_200ep", "seconds", "s", "minimize", "train", 200, None, "cifar10"),
        ("cifar10_latency_s", "latency", "s", "minimize", "", None, None, "cifar10"),
        ("cifar10_mflops", "flops", "mflops", "minimize", "", None, None, "cifar10"),
        ("arch", "architecture", "text", "maximize", "", None, None, ""),
        ("value", "value", "score", "maximize", "valid", None, None, ""),
        ("accuracy", "accuracy", "percent", "maximize", "valid", None, None, ""),
        ("Val-Acc (fraction)", "accuracy", "fraction", "maximize", "valid", None, None, ""),
        ("test_acc_seed0", "accuracy", "percent", "maximize", "test", None, 0, ""),
        ("test_acc_mean", "accuracy", "percent", "maximize", "test", None, None, ""),
        ("valid_loss_ep36", "loss", "loss", "minimize", "valid", 36, None, ""),
        ("seconds", "seconds", "s", "minimize", "", None, None, ""),
    ],
)  # fmt: skip
def test_names_that_say_what_they_hold(name, metric, unit, direction, split, epochs, run, dataset):
    column = infer_column(name)
    assert column == Column(name, metric, unit, direction, split, epochs, run, dataset)


@pytest.mark.parametrize(
    "name", ["index", "test_acc_std", "rank", "notes", "", "train", "train_time_ms", "max_accuracy"]
)
def test_names_that_hold_no_measurement(name):
    assert infer_column(name) is None


@given(st.text(max_size=40))
def test_any_name_is_read_without_an_error(name):
    column = infer_column(name)
    assert column is None or column.name == name


def test_a_column_refuses_unknown_splits_and_directions():
    with pytest.raises(SettingsError, match="split='dev'"):
        Column("a", split="dev")
    with pytest.raises(SettingsError, match="direction='up'"):
        Column("a", direction="up")


def choose(names, **settings):
    wanted = {"dataset": None, "metric": "accuracy", "split": "valid", "epochs": None, **settings}
    return select(infer_schema(names), source="t.csv", **wanted)


def names(group):
    return [column.name for column in group.all]


TWO_LENGTHS = ["arch", "valid_12ep", "test_12ep", "valid_200ep", "test_200ep", "valid_200ep_run0",
               "train_seconds_200ep"]  # fmt: skip


def test_the_longest_training_is_the_default_and_others_can_be_asked_for():
    longest = choose(TWO_LENGTHS)
    assert (longest.epochs, names(longest.search)) == (200, ["valid_200ep", "valid_200ep_run0"])
    assert names(longest.test) == ["test_200ep"]
    short = choose(TWO_LENGTHS, epochs=12)
    assert (names(short.search), names(short.test)) == (["valid_12ep"], ["test_12ep"])
    assert short.seconds_factor == pytest.approx(12 / 200)
    with pytest.raises(TableError, match=r"no values at epochs=100: choose one of 12, 200"):
        choose(TWO_LENGTHS, epochs=100)


def test_test_values_of_another_training_length_do_not_stand_in():
    assert choose(["arch", "valid_200ep", "test_12ep"]).test is None


def test_searching_by_test_values_leaves_none_sealed():
    chosen = choose(["arch", "valid", "test"], split="test")
    assert names(chosen.search) == ["test"]
    assert chosen.test is None


def test_a_plain_value_stands_for_accuracy_only_where_there_is_none():
    assert names(choose(["arch", "value"]).search) == ["value"]
    assert names(choose(["arch", "value", "accuracy"]).search) == ["accuracy"]
    both = choose(["arch", "value", "test"])
    assert (names(both.search), names(both.test)) == (["value"], ["test"])


def test_data_sets():
    two = ["arch", "cifar10_valid", "cifar100_valid", "cifar100_latency_s"]
    with pytest.raises(TableError, match=r"several data sets.*cifar10, cifar100"):
        choose(two)
    with pytest.raises(TableError, match=r"no data set 'cifar1O': did you mean 'cifar10'\?"):
        choose(two, dataset="cifar1O")
    chosen = choose(two, dataset="cifar100")
    assert names(chosen.search) == ["cifar100_valid"]
    assert [column.name for column in chosen.costs] == ["cifar100_latency_s"]
    assert choose(["arch", "valid"], dataset="mine").dataset == "mine"


def test_other_metrics():
    chosen = choose(["arch", "valid", "cifar10_latency_ms"], metric="latency")
    assert chosen.search.all[0].unit == "ms"
    with pytest.raises(
        TableError, match=r"no column of valid latenzy.*did you mean metric='latency"
    ):
        choose(["arch", "valid", "latency_ms"], metric="latenzy")


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (["arch", "test"], r"no column of valid accuracy, .*\(test\)"),
        (["arch", "notes"], "no column of valid accuracy"),
        (["valid"], "0 columns of architectures, expected one"),
        (["arch", "cell", "valid"], r"2 columns of architectures \(arch, cell\)"),
        (["arch", "valid", "accuracy"], r"several columns .*\(valid, accuracy\)"),
        (["arch", "valid_run0", "valid_seed0"], "several columns"),
    ],
)
def test_none_or_several_fitting_columns(columns, words):
    with pytest.raises(TableError, match=words):
        choose(columns)


def test_unknown_split():
    with pytest.raises(UnknownNameError, match="did you mean 'valid'"):
        choose(["arch", "valid"], split="vaild")
