"""NAS-Bench-Macro: 6,561 chains of eight layers, each a skip or one of two MobileNetV2 blocks.

Source: NAS-Bench-Macro (Su et al., CVPR 2021, doi 10.1109/cvpr46437.2021.01082).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from archscout.errors import ParseError
from archscout.spaces._blocks import block_costs
from archscout.spaces._blocks.block_chain import skips_last
from archscout.spaces._blocks.building import builds_drawn
from archscout.spaces.base import Architecture, Architectures, SearchSpace, Variable
from archscout.spaces.nasbench_macro import PLUGIN
from archscout.spaces.nasbench_macro import _costs as nasbench_macro_costs
from archscout.spaces.nasbench_macro._costs import SKIP, STAGES

if TYPE_CHECKING:
    import torch

_LAYERS = sum(STAGES)
_OPTIONS = ("skip", "kernel3_expand3", "kernel5_expand6")
# A stage's layers but its first have equal inputs and outputs.
_RUNS = tuple(slice(sum(STAGES[:i]) + 1, sum(STAGES[: i + 1])) for i in range(len(STAGES)))
_FORM = "eight digits from 0 to 2 such as '22212220'"


class NASBenchMacro(SearchSpace):
    """The NAS-Bench-Macro space.

    A network is a stem, stages of 2, 3 and 3 layers, a last convolution and a classifier. An
    architecture is one option for each of the eight layers: 0 a skip, 1 a MobileNetV2 block of
    kernel 3 and expansion 3, 2 one of kernel 5 and expansion 6. The first layer of a stage
    halves the resolution and doubles the channels; a skip there is a 1x1 convolution. Encodings:

    - ``"onehot"``: ``(n, 24)`` float32, three options a layer side by side.
    - ``"tokens"``: ``(n, 8)`` int64, one token a layer: option index plus 1, 0 is the start.

    Examples:
        >>> space = NASBenchMacro()
        >>> arch = space.parse("22212220")
        >>> space.params(arch), space.macs(arch)
        (1985514, 85164544)
    """

    name = "nasbench-macro"
    plugin = PLUGIN
    variables = tuple(Variable(f"layer{layer}", _OPTIONS) for layer in range(_LAYERS))
    encodings = ("onehot", "tokens")
    cost_groups = tuple((layer,) for layer in range(_LAYERS))
    learnable = frozenset(_OPTIONS) - {"skip"}

    # --- text -----------------------------------------------------------------------------
    def parse(self, text: str) -> Architecture:
        """Read an architecture from eight digits such as ``22212220``.

        Raises:
            ParseError: if the text is no architecture; it names the place and what was expected.

        Examples:
            >>> NASBenchMacro().parse("22212220").choices
            (2, 2, 2, 1, 2, 2, 2, 0)
        """
        if not isinstance(text, str):
            raise ParseError(f"got an architecture of type {type(text).__name__}, expected {_FORM}")
        digits = text.strip()
        if len(digits) != _LAYERS:
            short = digits if len(digits) <= 40 else digits[:37] + "..."
            raise ParseError(f"got {short!r}, expected {_FORM}")
        for place, digit in enumerate(digits, start=1):
            if digit not in "012":
                raise ParseError(
                    f"got {digits!r} with {digit!r} at place {place}: expected {_FORM}"
                )
        return Architecture(self.name, tuple(map(int, digits)))

    def format(self, arch: Architecture) -> str:
        """Print the eight digits."""
        return "".join(map(str, self.as_choices([arch])[0].tolist()))

    # --- identity ---------------------------------------------------------------------------
    def canonical_id(self, arch: Architecture) -> str:
        """Name the network: behind the first layer of a stage, skips are moved to its end.

        There are 3,969 networks, and the published table has one measurement for each of them.

        Examples:
            >>> space = NASBenchMacro()
            >>> space.canonical_id(space.parse("00202001"))
            '00220010'
        """
        return str(self.canonical_ids([arch])[0])

    def canonical_ids(self, archs: Architectures) -> NDArray[np.str_]:
        """`canonical_id` of every architecture, ``(n,)``."""
        moved = skips_last(self.as_choices(archs), _RUNS, SKIP)
        return np.array(["".join(map(str, row)) for row in moved.tolist()], dtype=np.str_)

    # --- costs and the network ----------------------------------------------------------------
    def params_table(
        self, archs: Architectures, classes: int = 10, channels: int = 32
    ) -> NDArray[np.int64]:
        """Exact numbers of trainable parameters of the networks that `build` makes, ``(n,)``.

        Args:
            archs: architectures, or choices ``(n, positions)``.
            classes: outputs of the classifier.
            channels: channels of the stem; the stages have two, four and eight times as many.

        Raises:
            SettingsError: if a setting is out of range.
        """
        return self._costs(archs, classes, channels, 1)[:, 0]

    def macs_table(
        self, archs: Architectures, classes: int = 10, channels: int = 32, resolution: int = 32
    ) -> NDArray[np.int64]:
        """Exact multiply-adds of convolutions and the classifier for one image, ``(n,)``.

        The classifier's bias does not count, as in the published table.

        Args:
            archs: architectures, or choices ``(n, positions)``.
            classes: outputs of the classifier.
            channels: channels of the stem.
            resolution: height and width of the image.

        Raises:
            SettingsError: if a setting is out of range.
        """
        return self._costs(archs, classes, channels, resolution)[:, 1]

    def _costs(
        self, archs: Architectures, classes: int, channels: int, resolution: int
    ) -> NDArray[np.int64]:
        sizes = {"channels": channels, "classes": classes, "resolution": resolution}
        tables = nasbench_macro_costs.price_tables(**block_costs.check_whole(sizes))
        return block_costs.add_up(self.as_choices(archs), *tables)

    @builds_drawn
    def build(
        self,
        arch: Architecture,
        classes: int = 10,
        channels: int = 32,
        generator: torch.Generator | None = None,
    ) -> torch.nn.Module:
        """Build the PyTorch network: images ``(n, 3, h, w)`` to logits ``(n, classes)``.

        Args:
            arch: the architecture.
            classes: outputs of the classifier.
            channels: channels of the stem.
            generator: draws the initial weights; None leaves them to PyTorch's own state.

        Raises:
            SettingsError: if a setting is out of range.
        """
        from archscout.spaces.nasbench_macro._network import NASBenchMacroNetwork

        return NASBenchMacroNetwork(**self.network_arguments(arch, classes, channels))

    def network_arguments(
        self, arch: Architecture, classes: int = 10, channels: int = 32
    ) -> dict[str, Any]:
        """What `build` makes the class of its networks with, as plain values."""
        sizes = block_costs.check_whole({"classes": classes, "channels": channels})
        layout = nasbench_macro_costs.places(sizes["channels"])
        choices = self.as_choices([arch])[0].tolist()
        return {
            "stem": sizes["channels"],
            "blocks": list(map(nasbench_macro_costs.block_of, choices, layout)),
            "last": nasbench_macro_costs.LAST,
            "classes": sizes["classes"],
        }
