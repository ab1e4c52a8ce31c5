"""The winner out: a network as plain PyTorch code, as weights, or as ONNX."""

from archscout.export.code import export_code
from archscout.export.files import Exported
from archscout.export.onnx import export_onnx
from archscout.export.weights import export_weights

__all__ = ["Exported", "export_code", "export_onnx", "export_weights"]
