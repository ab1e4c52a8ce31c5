"""Layers that the networks of several spaces share, in PyTorch alone.

Source: MobileNetV2 (Sandler et al., CVPR 2018, arXiv 1801.04381) for the inverted residual.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from torch import Tensor, nn

Activation = Callable[[], nn.Module]


class ReLUConvNorm(nn.Sequential):
    """ReLU, convolution without bias, batch norm."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, affine: bool = True
    ) -> None:
        super().__init__(
            nn.ReLU(),
            nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False),
            nn.BatchNorm2d(outputs, affine=affine),
        )


class ConvolutionNorm(nn.Sequential):
    """Convolution without bias, batch norm and, if there is one, an activation.

    Args:
        inputs: channels of the input.
        outputs: channels of the output.
        kernel: odd side of the kernel; half of it is padded.
        stride: step of the kernel.
        groups: groups of channels; as many as channels for a depthwise convolution.
        activation: makes the activation; None for none.
        eps: what the batch norm adds to the variance.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        *,
        stride: int = 1,
        groups: int = 1,
        activation: Activation | None = None,
        eps: float = 1e-5,
    ) -> None:
        layers: list[nn.Module] = [
            nn.Conv2d(
                inputs, outputs, kernel, stride, padding=kernel // 2, groups=groups, bias=False
            ),
            nn.BatchNorm2d(outputs, eps=eps),
        ]
        if activation is not None:
            layers.append(activation())
        super().__init__(*layers)


class InvertedResidual(nn.Module):
    """MobileNetV2 block: widen, depthwise convolution, narrow; added to its input if it fits.

    Args:
        inputs: channels of the input.
        outputs: channels of the output.
        kernel: odd side of the depthwise kernel.
        expansion: how many times wider the middle is; 1 leaves the first convolution out.
        stride: step of the depthwise convolution.
        activation: makes the two activations.
        eps: what the batch norms add to the variance.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        kernel: int,
        expansion: int,
        stride: int,
        activation: Activation,
        eps: float = 1e-5,
    ) -> None:
        super().__init__()
        hidden = expansion * inputs
        layers: list[nn.Module] = []
        if expansion != 1:
            layers.append(ConvolutionNorm(inputs, hidden, 1, activation=activation, eps=eps))
        depthwise = ConvolutionNorm(
            hidden, hidden, kernel, stride=stride, groups=hidden, activation=activation, eps=eps
        )
        self.body = nn.Sequential(*layers, depthwise, ConvolutionNorm(hidden, outputs, 1, eps=eps))
        self.residual = stride == 1 and inputs == outputs

    def forward(self, features: Tensor) -> Tensor:
        """Map ``(n, inputs, h, w)`` to ``(n, outputs, h / stride, w / stride)``, rounded up."""
        result: Tensor = self.body(features)
        return features + result if self.residual else result


Block = Mapping[str, int] | None
"""Kernel, outputs and stride of a block, and its expansion if it has one; None for a skip."""


def make_block(
    inputs: int, block: Block, *, activation: Activation, eps: float = 1e-5
) -> nn.Module:
    """Make a block: the identity for a skip, without expansion a convolution and its norm."""
    if block is None:
        return nn.Identity()
    if "expansion" not in block:
        return ConvolutionNorm(inputs, block["outputs"], block["kernel"], stride=block["stride"])
    return InvertedResidual(inputs, **block, activation=activation, eps=eps)


def make_blocks(
    inputs: int, blocks: Sequence[Block], *, activation: Activation, eps: float = 1e-5
) -> nn.Sequential:
    """Make a chain of blocks; each has as many inputs as the one before has outputs."""
    made = []
    for block in blocks:
        made.append(make_block(inputs, block, activation=activation, eps=eps))
        inputs = inputs if block is None else block["outputs"]
    return nn.Sequential(*made)
