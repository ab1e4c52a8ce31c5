"""The parts of an exported file that do not depend on the space: header, loader, check.

All that comes from a user (names of classes, paths, words on the training) is written as a
literal or as a comment without line breaks, never as code.
"""

from __future__ import annotations

import json

from archscout.exports.source import Source
from archscout.exports.text import WIDTH, columns, comment, quoted
from archscout.exports.written import Written

CODE, PARITY = "network.py", "parity.safetensors"

_IMPORTS = """
from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import Tensor, nn
"""

_PREPARE = '''
def prepare(pixels: Tensor) -> Tensor:
    """Map images of bytes ``(n, 3, h, w)`` to what the network was trained on."""
    mean, std = (torch.tensor(values).reshape(-1, 1, 1) for values in (MEAN, STD))
    return (pixels.float() / 255 - mean) / std
'''

_LOADER = '''
def read_safetensors(path: Path) -> dict[str, Tensor]:
    """Read a safetensors file: the length of its header, the header as JSON, the numbers."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    types = {"F32": torch.float32, "I64": torch.int64}
    tensors = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        numbers = bytearray(data[start + first : start + last])
        flat = torch.frombuffer(numbers, dtype=types[entry["dtype"]])
        tensors[name] = flat.reshape(entry["shape"])
    return tensors


def load_weights(network: nn.Module, path: str | Path) -> None:
    """Load all weights of a safetensors file; an error says which name or shape differs."""
    network.load_state_dict(read_safetensors(Path(path)), strict=True)


def check_parity(folder: Path) -> float:
    """Compare with the logits that archscout stored for two random images.

    Returns:
        The largest difference, as a share of the largest stored logit if that is above one.
    """
    network = Network().eval()
    load_weights(network, folder / "weights.safetensors")
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


def file_text(source: Source, written: Written) -> str:
    """The whole exported file."""
    parts = [f"{_opening(source, written)}\n\n{_IMPORTS.strip()}"]
    constants = _constants(source)
    if constants:
        parts[0] += "\n\n" + "\n".join(constants)
    parts.append(written.text())
    if source.saved.mean:
        parts.append(_PREPARE.strip())
    parts.append(_LOADER.strip())
    return "\n\n\n".join(parts) + "\n"


def _opening(source: Source, written: Written) -> str:
    """The docstring, which no user's text may enter, and the facts as comments."""
    lines = [
        f'"""{written.title}.',
        "",
        "Needs only PyTorch. Run as a script, it checks itself against stored logits:",
        "",
        "    network = Network()",
        '    load_weights(network, "weights.safetensors")',
        "    logits = network.eval()(images)  # images (n, 3, h, w)",
        '"""',
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
