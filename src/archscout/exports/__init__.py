"""The winner out: a network as plain PyTorch code, as weights, or as ONNX."""

from archscout.exports.code import export_code
from archscout.exports.files import Exported
from archscout.exports.forms import export
from archscout.exports.onnx import export_onnx
from archscout.exports.weights import export_weights

__all__ = ["Exported", "export", "export_code", "export_onnx", "export_weights"]
