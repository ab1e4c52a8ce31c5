"""MobileNet: 21 MobileNetV2 blocks with free kernels and expansions, some of them skipped.

Source: the space of ProxylessNAS (Cai et al., ICLR 2019, arXiv 1812.00332) as SemiNAS (Luo et
al., NeurIPS 2020, arXiv 2002.10389) and random-label search (Zhang et al., CVPR 2021, arXiv
2101.11834) use it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from archscout.spaces._blocks import block_costs
from archscout.spaces._blocks.block_chain import skips_last
from archscout.spaces._blocks.building import builds_drawn
from archscout.spaces.base import Architecture, Architectures, SearchSpace, Variable
from archscout.spaces.mobilenet import PLUGIN
from archscout.spaces.mobilenet import _costs as mobilenet_costs
from archscout.spaces.mobilenet import _text as mobilenet_text
from archscout.spaces.mobilenet._costs import Widths

if TYPE_CHECKING:
    import torch

_BLOCKS = tuple(f"kernel{kernel}_expand{ratio}" for kernel, ratio in mobilenet_text.BLOCKS)
# A stage's blocks but its first have equal inputs and outputs.
_RUNS = tuple(
    slice(start + 1, start + blocks)
    for start, blocks in zip(mobilenet_text.STARTS, mobilenet_text.STAGES, strict=True)
)


def _variable(position: int) -> Variable:
    may_skip = position not in mobilenet_text.STARTS
    return Variable(f"block{position}", (*_BLOCKS, "skip") if may_skip else _BLOCKS)


class MobileNet(SearchSpace):
    """The MobileNet space: 6^6 x 7^15, about 2.2e17 architectures.

    A network is a stem, a fixed block, six stages of 4, 4, 4, 4, 4 and 1 blocks, a last
    convolution and a classifier. An architecture is one of six MobileNetV2 blocks (kernel 3,
    5 or 7, expansion 3 or 6) for each of the 21; all but the first of a stage may be skipped
    instead, which has the last option index, 6. Encodings:

    - ``"onehot"``: ``(n, 141)`` float32, the options of a block side by side.
    - ``"tokens"``: ``(n, 21)`` int64, one token a block: the integers of SemiNAS, 1 to 7 with 7
      for the skip; 0 is the start.

    The space cannot be listed: ``len`` and `all_choices` raise `TypeError`.

    Examples:
        >>> space = MobileNet()
        >>> arch = space.parse("6 5 1 7 4 2 5 3 5 2 5 3 3 5 7 3 1 6 3 3 6")
        >>> space.params(arch), space.macs(arch)
        (6319360, 598952544)
    """

    name = "mobilenet"
    plugin = PLUGIN
    variables = tuple(map(_variable, range(mobilenet_text.POSITIONS)))
    encodings = ("onehot", "tokens")
    cost_groups = tuple((block,) for block in range(mobilenet_text.POSITIONS))
    learnable = frozenset(variables[0].options)

    # --- text -----------------------------------------------------------------------------
    def parse(self, text: str, notation: str | None = None) -> Architecture:
        """Read 21 integers, parted by spaces or commas, in either published notation.

        SemiNAS writes 1 to 6 for the blocks and 7 for a skip; random-label search 0 to 5 and -1.
        A 0 or -1 tells the second, a 6 or 7 the first. **A text of nothing but 1 to 5 fits both
        and is read as SemiNAS's**, which `format` prints: for the other one pass ``notation``
        or begin the text with ``random-label:``.

        Args:
            text: the integers.
            notation: ``"seminas"``, ``"random-label"``, or None to tell it as above.

        Raises:
            ParseError: if the text is no architecture; it names the place and what was expected.
            UnknownNameError: if there is no such notation.

        Examples:
            >>> space = MobileNet()
            >>> space.format(space.parse("2 0 -1 2 2 0 2 4 0 4 4 2 4 2 4 2 0 0 0 2 2"))
            '3 1 7 3 3 1 3 5 1 5 5 3 5 3 5 3 1 1 1 3 3'
        """
        return Architecture(self.name, mobilenet_text.parse_blocks(text, notation))

    def format(self, arch: Architecture, notation: str = "seminas") -> str:
        """Print the 21 integers; ``notation`` is ``"seminas"`` or ``"random-label"``."""
        return mobilenet_text.format_blocks(self.as_choices([arch])[0].tolist(), notation)

    # --- identity ---------------------------------------------------------------------------
    def canonical_id(self, arch: Architecture) -> str:
        """Name the network: behind the first block of a stage, skips are moved to its end.

        The blocks there all have one form, so it makes no difference which of them is skipped
        once the network is trained alone. In a supernet it does: there they have weights of
        their own.

        Examples:
            >>> space = MobileNet()
            >>> space.canonical_id(space.parse("6 7 1 7" + " 1" * 17))[:7]
            '6 1 7 7'
        """
        moved = skips_last(self.as_choices([arch]), _RUNS, mobilenet_text.SKIP)
        return mobilenet_text.format_blocks(moved[0].tolist())

    # --- costs and the network ----------------------------------------------------------------
    def params_table(
        self, archs: Architectures, widths: Widths | str = "final", classes: int = 1000
    ) -> NDArray[np.int64]:
        """Exact numbers of trainable parameters of the networks that `build` makes, ``(n,)``.

        Args:
            archs: architectures, or choices ``(n, positions)``.
            widths: ``"final"``, ``"search"`` or
                `Widths <archscout.spaces.mobilenet._costs.Widths>`.
            classes: outputs of the classifier.

        Raises:
            SettingsError: if a setting is out of range.
            UnknownNameError: if there are no widths of that name.
        """
        return self._costs(archs, widths, classes, 1)[:, 0]

    def macs_table(
        self,
        archs: Architectures,
        widths: Widths | str = "final",
        classes: int = 1000,
        resolution: int = 224,
    ) -> NDArray[np.int64]:
        """Exact multiply-adds of convolutions and the classifier for one image, ``(n,)``.

        The classifier's bias does not count.

        Args:
            archs: architectures, or choices ``(n, positions)``.
            widths: ``"final"``, ``"search"`` or `Widths`.
            classes: outputs of the classifier.
            resolution: height and width of the image.

        Raises:
            SettingsError: if a setting is out of range.
            UnknownNameError: if there are no widths of that name.
        """
        return self._costs(archs, widths, classes, resolution)[:, 1]

    def _costs(
        self, archs: Architectures, widths: Widths | str, classes: int, resolution: int
    ) -> NDArray[np.int64]:
        channels = mobilenet_costs.widths_of(widths)
        sizes = block_costs.check_whole({"classes": classes, "resolution": resolution})
        tables = mobilenet_costs.price_tables(channels, **sizes)
        return block_costs.add_up(self.as_choices(archs), *tables)

    @builds_drawn
    def build(
        self,
        arch: Architecture,
        widths: Widths | str = "final",
        classes: int = 1000,
        generator: torch.Generator | None = None,
    ) -> torch.nn.Module:
        """Build the PyTorch network: images ``(n, 3, h, w)`` to logits ``(n, classes)``.

        Args:
            arch: the architecture.
            widths: ``"final"``, ``"search"`` or `Widths`.
            classes: outputs of the classifier.
            generator: draws the initial weights; None leaves them to PyTorch's own state.

        Raises:
            SettingsError: if a setting is out of range.
            UnknownNameError: if there are no widths of that name.
        """
        from archscout.spaces.mobilenet._network import MobileNetNetwork

        return MobileNetNetwork(**self.network_arguments(arch, widths, classes))

    def network_arguments(
        self, arch: Architecture, widths: Widths | str = "final", classes: int = 1000
    ) -> dict[str, Any]:
        """What `build` makes the class of its networks with, as plain values."""
        sizes = block_costs.check_whole({"classes": classes})
        channels = mobilenet_costs.widths_of(widths)
        layout, choices = mobilenet_costs.places(channels), self.as_choices([arch])[0].tolist()
        return {
            "stem": channels.stem,
            "first": channels.first,
            "blocks": list(map(mobilenet_costs.block_of, choices, layout)),
            "last": channels.last,
            **sizes,
        }
