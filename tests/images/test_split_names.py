"""Names of parts of a data set, as published data sets and file managers have them."""

from __future__ import annotations

import pytest

from archscout.images._split_names import find_splits, split_of


@pytest.mark.parametrize(
    ("train", "validation", "test"),
    [
        ("train", "val", "test"),
        ("Train", "Valid", "Test"),
        ("TRAINING", "VALIDATION", "TESTING"),
        ("seg_train", "seg_dev", "seg_test"),
        ("flowers_train", "flowers_valid", "flowers_test"),
        ("train_images", "val_images", "test_images"),
        ("train-images-64", "eval-images-64", "test-images-64"),
        ("imagesTr", "imagesVal", "imagesTs"),
        ("train2017", "val2017", "test2017"),
        ("training_set", "validation_set", "test_set"),
        ("trainset", "valset", "testset"),
        ("Train Data", "Dev Data", "Test Data"),
        ("tr", "dev", "te"),
        ("trn", "val", "tst"),
        ("train_images", "validation", "test"),
        ("Цветы_train", "Цветы_val", "Цветы_test"),
        ("train", "dev", "eval"),
        ("1_train", "2_val", "3_test"),
        ("train2014", "val2017", "test1"),
        ("Train", "Validate", "Tests"),
        ("train", "val", "holdout"),
    ],
)
def test_usual_names(train: str, validation: str, test: str) -> None:
    said = split_of(train)
    assert said is not None
    # Short words count only where nothing else is beside them.
    found = find_splits([test, train, validation, *([] if said.short else ["readme"])])
    assert found is not None
    assert found.names == {"train": [train], "validation": [validation], "test": [test]}
    assert len(found.sets) == 1


@pytest.mark.parametrize(
    "names",
    [
        ["cat", "dog"],
        ["bus", "car", "train"],
        ["train"],
        ["test", "val"],
        ["invalid", "valid"],
        ["strain_1", "strain_2"],
        ["trained", "tested"],
        # Languages and their like: short words count only where all names say a part.
        ["de", "fr", "te", "tr"],
        ["ts", "js", "tr"],
    ],
)
def test_classes_are_no_parts(names: list[str]) -> None:
    assert find_splits(names) is None


def test_what_is_beside_and_what_is_not_clear_is_told() -> None:
    found = find_splits(["seg_train", "seg_test", "seg_pred"])
    assert found is not None
    assert found.others == ["seg_pred"]
    both = find_splits(["trainA", "trainB", "testA", "testB"])
    assert both is not None
    assert both.names["train"] == ["trainA", "trainB"]
    assert len(both.sets) == 2
    twice = find_splits(["train", "val", "dev", "test"])
    assert twice is not None
    assert twice.names["validation"] == ["dev", "val"]


def test_several_words_say_no_part() -> None:
    assert split_of("train_test") is None
    assert split_of("") is None
    assert split_of("...") is None
