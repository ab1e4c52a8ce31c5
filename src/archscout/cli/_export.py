"""``archscout export``: the winner out, as code, weights or ONNX."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archscout.cli._console import print_json, print_pairs
from archscout.cli._options import (
    SEVERAL,
    JsonOption,
    OwnSpaceOption,
    Pairs,
    one_of,
    out_folder,
    pairs,
    read_settings,
    where,
)

FORMS = ("code", "weights", "onnx")


def run(
    *,
    run: Annotated[
        Path,
        typer.Argument(
            metavar="RUN",
            help="Folder of a trained network (network.json) or of a search (result.json).",
        ),
    ],
    to: Annotated[
        str,
        typer.Option(
            metavar="|".join(FORMS),
            help="A Python file that needs only PyTorch, a safetensors file, or an ONNX file.",
        ),
    ],
    out: Annotated[
        Path | None, out_folder("Folder of the files.", "export in the folder of the run")
    ] = None,
    force: Annotated[bool, where("--force", help="Replace files that exist.")] = False,
    settings: Annotated[
        Pairs,
        pairs(
            typer.Option,
            "--set",
            f"Size of the network for the best of a search, such as classes=100{SEVERAL}",
        ),
    ] = None,
    space: OwnSpaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a network as plain PyTorch code, weights or ONNX, and check it.

    What is written is run and compared with the network itself before it
    appears. The best of a search has no weights yet: its code and ONNX get
    freshly drawn ones and say so.
    """
    from archscout.exports.forms import export

    one_of("form of an export", to, FORMS)
    done = export(run, to, out, force=force, settings=read_settings(settings), space=space)
    if as_json:
        print_json(
            {
                "files": [str(file) for file in done.files],
                "trained": done.trained,
                "difference": done.difference,
                "warning": done.warning or None,
            }
        )
        return
    print_pairs(
        {
            "written": "\n".join(str(file) for file in done.files),
            "weights": "trained" if done.trained else "NOT TRAINED, freshly drawn",
            "check": f"logits differ by at most {done.difference:.1e}",
            "warning": done.warning or None,
        }
    )
