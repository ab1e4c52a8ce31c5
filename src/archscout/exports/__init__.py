"""The winner out: a network as plain PyTorch code, as weights, or as ONNX."""

from archscout.exports._code import export_code
from archscout.exports._files import Exported
from archscout.exports._onnx import export_onnx
from archscout.exports._weights import export_weights
from archscout.exports.forms import export

__all__ = ["Exported", "export", "export_code", "export_onnx", "export_weights"]
