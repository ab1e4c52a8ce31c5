"""What a user may have set in the process before archscout is called, one by one and together."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_info, threadpool_limits


@contextmanager
def _set(write: Callable[[Any], object], hostile: Any, before: Any) -> Iterator[None]:
    write(hostile)
    try:
        yield
    finally:
        write(before)


@contextmanager
def _anomaly() -> Iterator[None]:
    torch.set_anomaly_enabled(True, False)
    try:
        yield
    finally:
        torch.set_anomaly_enabled(False)


@contextmanager
def _warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@contextmanager
def _threads() -> Iterator[None]:
    before = torch.get_num_threads()
    with threadpool_limits(3, user_api="blas"):
        torch.set_num_threads(3)
        try:
            yield
        finally:
            torch.set_num_threads(before)


@contextmanager
def _newer_precision() -> Iterator[None]:
    place = torch.backends.mkldnn.matmul
    if not hasattr(place, "fp32_precision"):
        yield
        return
    before, place.fp32_precision = place.fp32_precision, "bf16"
    try:
        yield
    finally:
        place.fp32_precision = before


STATES: dict[str, Callable[[], AbstractContextManager[object]]] = {
    "float64": lambda: _set(torch.set_default_dtype, torch.float64, torch.float32),
    "no gradients": lambda: _set(torch.set_grad_enabled, False, True),
    "inference": torch.inference_mode,
    "device": lambda: _set(torch.set_default_device, "meta", None),
    "device block": lambda: torch.device("meta"),
    "autocast": lambda: torch.autocast("cpu", dtype=torch.bfloat16),
    "anomaly": _anomaly,
    "precision": lambda: _set(torch.set_float32_matmul_precision, "medium", "highest"),
    "newer precision": _newer_precision,
    "deterministic": lambda: _set(torch.use_deterministic_algorithms, True, False),
    "numpy": lambda: np.errstate(all="raise"),
    "numpy call": lambda: np.errstate(all="call", call=_refuse),
    "printing": lambda: np.printoptions(precision=1, threshold=3, suppress=True),
    "warnings": _warnings,
    "threads": _threads,
    "nothing": nullcontext,
}
"""Contexts by name; each puts back what it found."""

TOGETHER = [name for name in STATES if name != "newer precision"]


def _refuse(kind: str, flag: int) -> None:
    raise FloatingPointError(kind)


@contextmanager
def everything() -> Iterator[None]:
    """All of the states at once."""
    with ExitStack() as stack:
        for name in TOGETHER:
            stack.enter_context(STATES[name]())
        yield


def state_of_process() -> dict[str, Any]:
    """All that a call may not change, global random generators among it."""
    with torch.device("cpu"):
        generator = torch.get_rng_state().tolist()
    legacy = np.random.get_state()  # noqa: NPY002 - that nobody uses it is what is checked
    return {
        "dtype": torch.get_default_dtype(),
        "device": str(torch.get_default_device()),
        "gradients": torch.is_grad_enabled(),
        "inference": torch.is_inference_mode_enabled(),
        "autocast": torch.is_autocast_enabled("cpu"),
        "anomaly": (torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()),
        "precision": _precision(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "numpy": np.geterr(),
        "printing": np.get_printoptions(),
        "warnings": list(warnings.filters),
        "threads": torch.get_num_threads(),
        "blas": [(i["filepath"], i["num_threads"]) for i in threadpool_info() if _is_blas(i)],
        "torch": generator,
        "random": random.getstate(),
        "legacy": [np.asarray(part).tolist() for part in legacy],
    }


def _precision() -> object:
    try:
        older = torch.get_float32_matmul_precision()
    except RuntimeError:
        older = "mixed"
    matmul = getattr(torch.backends.mkldnn, "matmul", None)
    newer = getattr(matmul, "fp32_precision", "none")
    return older, "none" if newer == "ieee" else newer


def _is_blas(library: dict[str, Any]) -> bool:
    return library["user_api"] == "blas"
