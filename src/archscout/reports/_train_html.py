"""The page of one network trained alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from archscout.errors import listed
from archscout.reports._charts import BLUE, Chart
from archscout.reports._manifest_rows import flat_rows
from archscout.reports._pages import Page
from archscout.reports._words import count, duration, value
from archscout.spaces import recorded_space

if TYPE_CHECKING:
    from archscout.results.trained import TrainedRecord
    from archscout.training._network_description import SavedNetwork

Facts = Mapping[str, Any]

_TICKS = 8  # where there are fewer epochs, each is marked: plotly would mark halves
# Facts of a manifest that the page has in other words.
_SAID = ("labels", "strategy", "seed", "versions archscout")


def render_training(record: TrainedRecord) -> str:
    """Make the page as text; everything that came from a run is escaped."""
    network, facts = record.network, record.to_dict()
    space, text = recorded_space(network.space), network.architecture
    page = Page("train", f"One network of {network.space}", f"Training of {text}")
    parts = page.parts
    page.head = [parts.code(text)]
    page.add_warnings(record)
    if not network.weights:
        page.head.append(parts.note("", "This network has no trained weights."))
    if tiles := _tiles(network, facts):
        page.section("", parts.tiles(tiles))
    page.section("The architecture", page.drawing(space, space.parse(text)))
    if facts["losses"]:
        rows = [(epoch, _loss(loss)) for epoch, loss in enumerate(facts["losses"], start=1)]
        table = parts.table("Loss of each epoch", ["epoch", "mean loss"], rows, ["number"] * 2)
        page.section(
            "Loss",
            page.figure(
                "loss",
                "Mean training loss of each epoch; the numbers are in the table below",
                _loss_chart(facts),
            ),
            parts.details(f"Show {count(len(rows), 'epoch')}", [table]),
        )
    page.section("Before you quote this", parts.items(_caveats(facts)))
    manifest = [row for row in flat_rows(facts["manifest"]) if row[0] not in _SAID]
    page.section(
        "How it was made", parts.pairs("How it was made", [*_rows(network, facts), *manifest])
    )
    return page.text()


def _loss_chart(facts: Facts) -> Chart | None:
    if len(facts["losses"]) < 2:
        return None
    epochs = list(range(1, len(facts["losses"]) + 1))
    few = [(epoch, str(epoch)) for epoch in epochs] if len(epochs) < _TICKS else None
    chart = Chart("epoch", "training loss", x_ticks=few, height=300)
    hover = [f"epoch {n}: {_loss(loss)}" for n, loss in zip(epochs, facts["losses"], strict=True)]
    chart.line(epochs, facts["losses"], "training loss", BLUE, hover=hover)
    return chart


def _tiles(network: SavedNetwork, facts: Facts) -> list[tuple[str, str, str]]:
    """Title, figure and what it is over."""
    tiles = []
    for title, accuracy, images, about in (
        ("Test accuracy", facts["test"], facts["test_images"], "looked at once, at the end"),
        ("Validation accuracy", facts["validation"], facts["validation_images"], "held out"),
    ):
        if accuracy is not None:
            over = f"of {count(images, 'image')}, {about}" if images else about
            tiles.append((title, value(accuracy, "percent"), over))
    if not tiles and network.accuracy is not None:
        tiles.append(("Accuracy", value(network.accuracy, "percent"), "on other images"))
    if facts["chance"] is not None:
        tiles.append(("Commonest class", value(facts["chance"], "percent"), "if always named"))
    if facts["parameters"]:
        tiles.append(("Parameters", f"{facts['parameters']:,}", "trained"))
    if facts["images_per_second"]:
        speed = f"{facts['images_per_second']:,.0f} images a second"
        tiles.append(("Time", duration(facts["seconds"]), speed))
    return tiles


def _caveats(facts: Facts) -> list[str]:
    said = ["This is one training with one seed; another seed ends elsewhere."]
    scored = [
        (accuracy, images)
        for accuracy, images in (
            (facts["test"], facts["test_images"]),
            (facts["validation"], facts["validation_images"]),
        )
        if accuracy is not None and images
    ]
    if scored:
        accuracy, images = scored[0]
        low, high = _interval(accuracy, images)
        said.append(
            f"Other images would give another accuracy: by the choice of {count(images, 'image')} "
            f"alone, {low:.1f} to {high:.1f} % are plausible (95 %, Wilson's interval)."
        )
        said.append(
            "Nothing was chosen by these images: the weights after the last epoch are the result."
        )
    elif facts["losses"]:
        said.append("No image was held out: how good the network is, is not known.")
    if facts["chance"] is not None and scored and scored[0][0] <= facts["chance"]:
        said.append("Always naming the commonest class is no worse on the same images.")
    return said


def _rows(network: SavedNetwork, facts: Facts) -> list[tuple[str, str]]:
    rows = [
        ("space", network.space),
        ("size", ", ".join(f"{key}={item}" for key, item in network.settings.items())),
        ("images", network.images),
        ("learnt from", count(facts["train_images"], "image") if facts["train_images"] else ""),
        ("resolution", f"{network.resolution} pixels" if network.resolution else ""),
        ("classes", listed(network.class_names, 20)),
        ("training", network.training),
        ("weights", network.weights or "none"),
        ("archscout", network.version),
        ("seed", "" if network.seed is None else str(network.seed)),
        ("date", network.date),
    ]
    return [(name, text) for name, text in rows if text]


def _interval(accuracy: float, images: int) -> tuple[float, float]:
    """Wilson's 95 % interval of an accuracy in percent; it is no point at 0 and at 100."""
    share, z = accuracy / 100, 1.96
    middle = share + z * z / (2 * images)
    half = z * math.sqrt(share * (1 - share) / images + (z / (2 * images)) ** 2)
    scale = 100 / (1 + z * z / images)
    return scale * (middle - half), scale * (middle + half)


def _loss(loss: float | None) -> str:
    return "–" if loss is None else f"{loss:.4f}"
