"""What the writer of a space hands to the file: classes, layers, and how images come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archscout.exports.text import block


@dataclass(frozen=True)
class Written:
    """The text of one network.

    Args:
        title: what it is, for the first line of the file.
        classes: texts of the classes that it needs, in the order of their use.
        layers: statements of ``Network.__init__``, each indented by eight blanks.
        forward: expression of the logits.
        before: statements before it, in which ``images`` are what came; indented by nothing.
    """

    title: str
    classes: Sequence[str]
    layers: Sequence[str]
    forward: str
    before: Sequence[str] = ()

    def text(self) -> str:
        """All classes, the network last, two empty lines between them."""
        network = "\n".join(
            [
                "class Network(nn.Module):",
                f'    """{self.title}."""',
                "",
                "    def __init__(self) -> None:",
                "        super().__init__()",
                *self.layers,
                "",
                "    def forward(self, images: Tensor) -> Tensor:",
                '        """Map images ``(n, 3, h, w)`` to logits ``(n, classes)``."""',
                *(f"        {line}" for line in self.before),
                f"        logits: Tensor = {self.forward}",
                "        return logits",
            ]
        )
        return "\n\n\n".join([*(text.strip("\n") for text in self.classes), network])


def sequence(name: str, modules: Sequence[str], kind: str = "Sequential") -> list[str]:
    """The statement that gives the network a sequence of modules."""
    if kind == "ModuleList":
        pad = " " * 8
        return [f"{pad}self.{name} = nn.ModuleList(", *block("[", modules, "]", 12), f"{pad})"]
    return block(f"self.{name} = nn.{kind}(", modules, ")", 8)


POOL = ["        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())"]
"""The statement of global pooling."""


def classifier(inputs: int, classes: int) -> list[str]:
    """The statement of the last layer."""
    return [f"        self.classifier = nn.Linear({inputs}, {classes})"]
