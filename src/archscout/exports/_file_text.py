"""The text of an exported file: facts, the sources of its layers, then what was chosen.

All that comes from a user (names of classes, paths, words on the training) is written as a
literal or as a comment without line breaks, never as code.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from archscout.errors import SettingsError
from archscout.exports._definitions import Definitions, Import
from archscout.exports._imports import check_imports, import_lines, packages_of
from archscout.exports._literals import WIDTH, columns, comment, literal, quoted
from archscout.exports._shipped import load_weights
from archscout.exports._source import Source

CODE, PARITY = "network.py", "parity.safetensors"

_USAGE = """
Needs only {needs}. Run as a script, it checks itself against stored logits:

    network = build()  # with the weights that lie beside this file
    logits = network(images)  # images (n, 3, h, w)
"""

_WEIGHTS = 'WEIGHTS = Path(__file__).resolve().parent / "weights.safetensors"'

_BUILD = '''
def build(weights: str | Path | None = WEIGHTS) -> {name}:
    """Make this network in evaluation mode and load its weights; None keeps fresh ones."""
    network = {name}(
{arguments}
    )
    if weights is not None:
        load_weights(network, weights)
    return network.eval()
'''

_PREPARE = '''
def prepare(pixels: Tensor) -> Tensor:
    """Map images of bytes ``(n, 3, h, w)`` to what the network was trained on."""
    mean, std = (torch.tensor(values).reshape(-1, 1, 1) for values in (MEAN, STD))
    return (pixels.float() / 255 - mean) / std
'''

_CHECK = '''
def check_parity(folder: Path) -> float:
    """Compare with the logits that archscout stored for two random images.

    Returns:
        The largest difference, as a share of the largest stored logit if that is above one.
    """
    network = build(folder / "weights.safetensors")
    stored = read_safetensors(folder / "parity.safetensors")
    with torch.no_grad():
        logits = network(stored["images"])
    scale = stored["logits"].abs().max().clamp(min=1.0)
    return float((logits - stored["logits"]).abs().max() / scale)


if __name__ == "__main__":
    difference = check_parity(Path(__file__).resolve().parent)
    # Other processors add up in another order, which changes the last digits.
    agrees = difference <= 1e-4
    print(f"The logits {'agree' if agrees else 'DIFFER'}: largest difference {difference:.1e}.")
    raise SystemExit(0 if agrees else 1)
'''

# What the parts above define and need.
_OWN = ("WEIGHTS", "CLASS_NAMES", "RESOLUTION", "MEAN", "STD", "build", "prepare", "check_parity")
_NEEDED: tuple[Import, ...] = (
    ("pathlib", "Path", "Path"),
    ("torch", "", "torch"),
    ("torch", "Tensor", "Tensor"),
)


def file_text(source: Source, arguments: Mapping[str, Any]) -> str:
    """The whole file.

    Args:
        source: what is exported.
        arguments: what the class of its network is made with, plain values.

    Raises:
        SettingsError: if the class cannot be put into one file, or a value is not plain.
    """
    network = type(source.network)
    packages = packages_of(network)
    definitions, shipped = Definitions(packages), Definitions({"archscout"})
    definitions.take(network)
    shipped.take(load_weights)
    taken = sorted(definitions.names.keys() & {*_OWN, *shipped.names})
    if taken:
        raise SettingsError(
            f"{definitions.names[taken[0]]} defines {taken[0]}, a name that the exported file "
            "needs for itself: rename it"
        )
    imports = {*definitions.imports, *shipped.imports, *_NEEDED}
    given = [f"        {literal(v, 8, f'{name}=')}," for name, v in arguments.items()]
    parts = [
        _opening(source, imports) + "\n\n" + import_lines(imports),
        *definitions.texts(),
        "\n".join([*_constants(source), _WEIGHTS]),
        _BUILD.format(name=network.__name__, arguments="\n".join(given)),
        *([_PREPARE] if source.saved.mean else []),
        *shipped.texts(),
        _CHECK,
    ]
    text = _joined(parts)
    check_imports(text, packages)
    return text


def _joined(parts: Iterable[str]) -> str:
    """One file: two empty lines around classes and functions, one elsewhere."""
    text, function = "", False
    for part in parts:
        stripped = part.strip("\n")
        before, function = function, bool(re.match(r"(#.*\n)*(@|class |def |async )", stripped))
        text += ("\n\n\n" if before or function else "\n\n") * bool(text) + stripped
    return text + "\n"


def _opening(source: Source, imports: Collection[Import]) -> str:
    """The docstring, which no user's text may enter, and the facts as comments."""
    module = sys.modules[type(source.network).__module__]
    title = inspect.getdoc(module) or f"A network of class {type(source.network).__name__}."
    title = title.replace("\\", "\\\\").replace('"""', "'''")
    tops = {origin.split(".")[0] for origin, _, _ in imports} - {"torch"}
    others = sorted(tops - sys.stdlib_module_names)
    usage = _USAGE.format(needs=" and ".join(["PyTorch", *others]))
    lines = [
        f'"""{title.strip()}',
        f'{usage}"""',
        "",
        *(comment(name, value) for name, value in facts(source).items()),
    ]
    return "\n".join(lines)


def facts(source: Source) -> dict[str, str]:
    """Where the network comes from, a name and one line each; what is not known is left out."""
    saved = source.saved
    texts = {
        "images": saved.images,
        "training": saved.training,
        "made on": saved.date,
        "made by archscout": saved.version,
    }
    numbers = {"accuracy in percent": saved.accuracy, "seed": saved.seed}
    return {
        "written by": f"archscout {quoted(source.writer)}",
        "run": quoted(source.origin),
        "space": quoted(saved.space),
        "architecture": saved.architecture if saved.architecture.isprintable() else "",
        "settings": json.dumps(dict(saved.settings)),
        "weights": source.weights_in_words,
        **{name: quoted(text) for name, text in texts.items() if text},
        **{name: repr(number) for name, number in numbers.items() if number is not None},
    }


def _constants(source: Source) -> list[str]:
    saved = source.saved
    lines = []
    if saved.class_names:
        lines += ["CLASS_NAMES = (", *map(_class_name, saved.class_names), ")"]
    if saved.resolution:
        lines.append(f"RESOLUTION = {saved.resolution}")
    if saved.mean:
        lines += [f"MEAN = {saved.mean!r}", f"STD = {saved.std!r}"]
    return lines


def _class_name(name: str) -> str:
    line = f"    {quoted(name)},"
    # Ruff does not complain of one long word, and complains of an exemption without need.
    too_long = columns(line) > WIDTH and len(line.split()) > 1
    return f"{line}  # noqa: E501" if too_long else line
