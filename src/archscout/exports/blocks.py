"""Texts of the layers that networks of MobileNetV2 blocks share.

Source: MobileNetV2 (Sandler et al., CVPR 2018, arXiv 1801.04381) for the block.
"""

from __future__ import annotations

_CONV_NORM = '''
class ConvNorm(nn.Sequential):
    """Convolution without bias, batch norm."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False),
            nn.BatchNorm2d(outputs{eps}),
        )
'''

_CONV_NORM_ACTIVATION = '''
class ConvNorm{activation}(nn.Sequential):
    """Convolution without bias, batch norm, {activation}."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, *, stride: int = 1, groups: int = 1
    ) -> None:
        pad = kernel // 2
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, padding=pad, groups=groups, bias=False),
            nn.BatchNorm2d(outputs{eps}),
            nn.{activation}(),
        )
'''

_INVERTED_RESIDUAL = '''
class InvertedResidual(nn.Module):
    """MobileNetV2 block: widen, depthwise convolution, narrow; added to its input if it fits."""

    def __init__(
        self, inputs: int, outputs: int, *, kernel: int, expansion: int, stride: int
    ) -> None:
        super().__init__()
        hidden = expansion * inputs
        self.body = nn.Sequential(
            ConvNorm{activation}(inputs, hidden, 1),
            ConvNorm{activation}(hidden, hidden, kernel, stride=stride, groups=hidden),
            ConvNorm(hidden, outputs, 1),
        )
        self.residual = stride == 1 and inputs == outputs

    def forward(self, features: Tensor) -> Tensor:
        """Map ``(n, inputs, h, w)`` to ``(n, outputs, h / stride, w / stride)``, rounded up."""
        result: Tensor = self.body(features)
        return features + result if self.residual else result
'''


def conv_norm(eps: str = "") -> str:
    """The class of a convolution with batch norm."""
    return _CONV_NORM.format(eps=eps)


def conv_norm_activation(activation: str, eps: str = "") -> str:
    """The class of a convolution with batch norm and an activation."""
    return _CONV_NORM_ACTIVATION.format(activation=activation, eps=eps)


def inverted_residual(activation: str) -> str:
    """The class of the block."""
    return _INVERTED_RESIDUAL.format(activation=activation)


def block_call(inputs: int, outputs: int, kernel: int, expansion: int, stride: int) -> str:
    """A block with its sizes."""
    sizes = f"kernel={kernel}, expansion={expansion}, stride={stride}"
    return f"InvertedResidual({inputs}, {outputs}, {sizes})"
