"""Exported code: it computes what the network computes, needs only torch, and trusts nobody."""

from __future__ import annotations

import ast
import dataclasses
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from archscout.cli._app import app
from archscout.errors import ArchscoutError, SettingsError, StorageError
from archscout.exports import _code as export_module
from archscout.exports import export_code
from archscout.exports._code import network_text
from archscout.exports._source import read_source
from archscout.spaces import load_space
from archscout.training._saved_network import SavedNetwork, load_network, save_network

from .conftest import SIZES, write_run

TEXTS = {
    "nasbench201": [
        "000000",  # zeros everywhere
        "333333",
        "111111",  # no module in the cell
        "444444",
        "000333",
        "003003",  # a convolution of zeros, which gives more than zeros
        "004113",
        "300001",  # a convolution that leads nowhere, an output of zeros behind a skip
        "333100",
        "314020",
    ],
    "nasbench101": ["1:", "7:c3", "7:mp"],
    "mobilenet": ["6 7 7 7 " * 5 + "1"],
    "nasbench-macro": ["00000000", "22222222", "10200100"],
    "darts": [],
}


def texts(space: str) -> list[str]:
    """Texts that are written down, and two drawn at random."""
    loaded = load_space(space)
    drawn = loaded.sample(np.random.default_rng(5), 2)
    return [*TEXTS[space], *map(loaded.format, drawn)]


CASES = [(space, text) for space in SIZES for text in texts(space)]


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("exported", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.parametrize(("space", "text"), CASES)
def test_the_code_computes_what_the_network_computes(tmp_path: Path, space: str, text: str) -> None:
    folder = write_run(tmp_path, space, text)
    done = export_code(folder)
    _, expected = load_network(folder)
    network = load(done.files[0]).build()
    generator = torch.Generator().manual_seed(7)
    for n, side in ((1, 32), (3, 64)):
        images = torch.randn(n, 3, side, side, generator=generator)
        torch.testing.assert_close(network(images), expected(images), rtol=0, atol=1e-5)
    assert network.state_dict().keys() == expected.state_dict().keys()
    assert done.trained


@pytest.mark.slow
@pytest.mark.parametrize("space", ["darts", "mobilenet"])
def test_the_large_layouts_too(tmp_path: Path, space: str) -> None:
    """The stem of ImageNet networks, and blocks that are added to their input everywhere."""
    sizes: dict[str, dict[str, Any]] = {
        "darts": {"network": "imagenet", "channels": 4, "cells": 1, "classes": 3},
        "mobilenet": {
            "widths": {"stem": 4, "first": 4, "stages": [4] * 6, "last": 8},
            "classes": 3,
        },
    }
    text = texts(space)[-1]
    folder = write_run(tmp_path, space, text, settings=sizes[space], resolution=64)
    assert export_code(folder).difference <= 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("space", SIZES)
def test_the_networks_of_these_tests_look_at_their_images(tmp_path: Path, space: str) -> None:
    """Else the comparisons above would say nothing."""
    _, network = load_network(write_run(tmp_path, space, texts(space)[-1]))
    one, other = network(torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0)))
    assert (one - other).abs().max() > 1e-2


@pytest.mark.slow
def test_the_code_needs_only_torch(run: Path, tmp_path: Path) -> None:
    done = export_code(run)
    moved = tmp_path / "elsewhere"
    shutil.copytree(done.files[0].parent, moved)
    watch = (
        "import runpy, sys\n"
        "try:\n    runpy.run_path(sys.argv[1], run_name='__main__')\n"
        "except SystemExit as end:\n    code = end.code\n"
        "print(sorted(n for n in sys.modules if n.split('.')[0] in ('archscout', 'safetensors')))\n"
        "raise SystemExit(code)\n"
    )
    # Without an import of archscout on the path: -I ignores the environment and this folder.
    command = [sys.executable, "-I", "-c", watch, str(moved / "network.py")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "The logits agree" in ended.stdout
    assert ended.stdout.endswith("[]\n")
    imported = {
        name.name.split(".")[0]
        for node in ast.walk(ast.parse(done.files[0].read_text()))
        if isinstance(node, ast.Import)
        for name in node.names
    }
    assert imported == {"json", "torch"}


@pytest.mark.slow
def test_the_written_check_sees_other_weights(run: Path) -> None:
    done = export_code(run)
    from archscout.training._weights_file import read_weights, write_weights

    tensors, _ = read_weights(done.files[1])
    tensors["classifier.bias"] += 0.01
    write_weights(done.files[1], tensors)
    assert load(done.files[0]).check_parity(done.files[0].parent) > 1e-3


@pytest.mark.slow
def test_weights_load_strictly(run: Path, tmp_path: Path) -> None:
    other = write_run(tmp_path / "other", "nasbench201", "333131")
    first, second = export_code(run), export_code(other)
    module = load(first.files[0])
    with pytest.raises(RuntimeError, match=r"Unexpected key.*edges\.2"):
        module.load_weights(module.build(None), second.files[1])


@pytest.mark.slow
def test_code_that_computes_something_else_is_not_written(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = network_text(read_source(run))
    wrong = text.replace("padding=1, bias=False", "padding=1, padding_mode='reflect', bias=False")
    assert wrong != text
    monkeypatch.setattr(export_module, "network_text", lambda source: wrong)
    with pytest.raises(ArchscoutError, match="this is a bug in archscout, or"):
        export_code(run)
    assert not (run / "export").exists()
    fewer = text.replace('        "nor_conv_3x3",', '        "none",')
    monkeypatch.setattr(export_module, "network_text", lambda source: fewer)
    with pytest.raises(ArchscoutError, match=r"does not run \(RuntimeError: .*Unexpected key"):
        export_code(run)
    assert not (run / "export").exists()


def test_nothing_is_taken_along_that_the_network_does_not_need(tmp_path: Path) -> None:
    """Neither the layers of other spaces nor what draws initial weights."""
    needed = {
        "nasbench201": {"ReLUConvNorm", "Zero", "make_operation", "Cell", "Reduction"},
        "nasbench101": {"ConvNormReLU", "make_operation", "Cell"},
    }
    for space, names in needed.items():
        folder = write_run(tmp_path / space, space, TEXTS[space][1])
        tree = ast.parse(network_text(read_source(folder)))
        kinds = (ast.ClassDef, ast.FunctionDef)
        found = [node.name for node in tree.body if isinstance(node, kinds)]
        network = "NASBench201Network" if space == "nasbench201" else "NASBench101Network"
        end = ["build", "read_safetensors", "load_weights", "check_parity"]
        assert found[-5:] == [network, *end]
        assert set(found[:-5]) == names


def test_what_was_chosen_stands_below_the_layers_as_plain_values(run: Path) -> None:
    tree = ast.parse(network_text(read_source(run)))
    build = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "build")
    call = next(node for node in ast.walk(build) if isinstance(node, ast.Call))
    assert {part.arg: ast.literal_eval(part.value) for part in call.keywords} == {
        "operations": [
            "nor_conv_3x3",
            "nor_conv_3x3",
            "avg_pool_3x3",
            "skip_connect",
            "nor_conv_3x3",
            "skip_connect",
        ],
        "classes": 3,
        "channels": 4,
        "cells": 1,
    }


@pytest.mark.slow
@pytest.mark.parametrize(("space", "text"), CASES[:: max(1, len(CASES) // 8)])
def test_the_code_is_in_the_style_of_the_project(tmp_path: Path, space: str, text: str) -> None:
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    if ruff is None:
        pytest.skip("ruff is not installed")
    names = ("cat", 'a "b" c', "it's", "\\", "x" * 120, "x y" * 40, "猫" * 60, "\u202e", "é\n", "")
    folder = write_run(
        tmp_path,
        space,
        text,
        settings={**SIZES[space], "classes": len(names)},
        class_names=names,
        mean=(0.4914, 0.4822, 0.4465),
        std=(0.1, 0.1, 0.1),
        images="/pictures/" + "very-long-name/" * 20,
    )
    written = tmp_path / "network.py"
    written.write_text(network_text(read_source(folder)), encoding="utf-8")
    config = str(Path(__file__).parents[2] / "pyproject.toml")
    for words in (["format", "--diff"], ["check", "--extend-ignore", "T201"]):
        command = [ruff, *words, "--no-cache", "--config", config, str(written)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stdout


EVIL = (
    'a"""\nimport os\nos.abort()\n"""',
    "a'''\nraise SystemExit\n'''",
    '"; raise SystemExit  # ',
    "\\",
    '\\"',
    "coding: utf-7 +AGE-",
    "\x00\x1b[2J\r\nraise SystemExit",
    "\u2028raise SystemExit\u2029\x0craise SystemExit",
    "{{ 7 * 7 }} {0} %s",
    "\ud800",
)


@pytest.mark.slow
@pytest.mark.parametrize("evil", EVIL)
def test_words_of_users_stay_words(tmp_path: Path, evil: str) -> None:
    facts = {"images": evil, "training": evil, "version": evil, "date": evil}
    folder = write_run(
        tmp_path / "run", "nasbench201", "334131", class_names=(evil, "x", evil), **facts
    )
    done = export_code(folder)
    module = load(done.files[0])
    assert read_source(folder).saved.class_names == module.CLASS_NAMES
    plain = dataclasses.replace(read_source(folder).saved, class_names=("x", "y", "z"), images="x")
    source = dataclasses.replace(read_source(folder), saved=plain)
    trees = [ast.parse(text) for text in (done.files[0].read_text("utf-8"), network_text(source))]
    kinds = [[type(node) for node in ast.walk(tree)] for tree in trees]
    assert kinds[0] == kinds[1]


def test_an_evil_folder_name_stays_a_comment(tmp_path: Path) -> None:
    folder = tmp_path / 'x"""\nraise SystemExit\n"""'
    write_run(folder, "nasbench201", "334131")
    assert load(export_code(folder, tmp_path / "out").files[0]).build


def test_pixels_are_prepared_as_they_were_in_training(tmp_path: Path) -> None:
    folder = write_run(tmp_path, "nasbench201", "334131", mean=(0.5, 0.4, 0.3), std=(0.1, 0.2, 0.5))
    module = load(export_code(folder).files[0])
    pixels = torch.full((1, 3, 2, 2), 255, dtype=torch.uint8)
    prepared = module.prepare(pixels)[0, :, 0, 0]
    torch.testing.assert_close(prepared, torch.tensor([5.0, 3.0, 1.4]))
    assert module.RESOLUTION == 32


def test_the_header_says_where_it_comes_from(run: Path) -> None:
    text = export_code(run).files[0].read_text()
    assert "# written by: archscout" in text
    assert f'# run: "{run.name}"' in text
    assert str(run.parent) not in text
    assert '# settings: {"classes": 3, "channels": 4, "cells": 1}' in text
    assert "# weights: trained" in text
    assert "|nor_conv_3x3~0|+" in text


def test_the_same_run_gives_the_same_bytes(run: Path, tmp_path: Path) -> None:
    first, second = export_code(run, tmp_path / "a"), export_code(run, tmp_path / "b")
    for one, other in zip(first.files, second.files, strict=True):
        assert one.read_bytes() == other.read_bytes()


@pytest.mark.slow
def test_other_files_are_not_replaced_unasked(run: Path, tmp_path: Path) -> None:
    done = export_code(run)
    export_code(run)  # The same again replaces nothing.
    done.files[2].write_text("mine")
    with pytest.raises(SettingsError, match=r"parity\.safetensors' exists already and differs"):
        export_code(run)
    assert done.files[2].read_text() == "mine"
    export_code(run, force=True)
    assert done.files[2].read_bytes()[:4] != b"mine"
    with pytest.raises(SettingsError, match="that of the run itself"):
        export_code(run, run, force=True)
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(SettingsError, match="cannot write into the folder"):
        export_code(run, file)


def test_weights_of_a_diverged_training_are_not_exported(tmp_path: Path) -> None:
    folder = write_run(tmp_path, "nasbench201", "334131")
    saved, network = load_network(folder)
    network.get_parameter("classifier.bias").data[0] = float("nan")
    save_network(folder, saved, network.state_dict())
    with pytest.raises(ArchscoutError, match="not finite: its training diverged"):
        export_code(folder)


def test_an_untrained_network_says_so(tmp_path: Path) -> None:
    names = tuple("abcdefg")
    sizes = {"channels": 4, "cells": 1}
    saved = SavedNetwork("nasbench201", "334131", sizes, resolution=16, class_names=names)
    save_network(tmp_path, saved)
    done = export_code(tmp_path)
    assert not done.trained
    text = done.files[0].read_text()
    assert "# weights: NOT TRAINED" in text
    assert "        classes=7,\n" in text  # As many outputs as there are classes.


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="nothing is at"):
        export_code(tmp_path / "missing")
    with pytest.raises(StorageError, match=r"neither network\.json nor result\.json"):
        export_code(tmp_path)


def test_a_network_that_cannot_learn_is_written_with_a_warning(tmp_path: Path) -> None:
    sizes = {"channels": 4, "cells": 1}
    for text, warns in (("444444", True), ("300000", True), ("000300", False)):
        folder = tmp_path / text
        save_network(folder, SavedNetwork("nasbench201", text, sizes, resolution=8))
        done = CliRunner().invoke(app, ["export", str(folder), "--to", "code"])
        assert done.exit_code == 0
        assert ("nothing to learn with" in done.output) == warns
        assert bool(export_code(folder).warning) == warns
