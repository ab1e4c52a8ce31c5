"""The known state inside, the user's outside, whatever happens in between."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import scipy.linalg
import torch
from threadpoolctl import threadpool_info

from archscout._common.own_state import given, guard, own_state, users_state
from hostile_states import STATES, everything, state_of_process

OWN = {
    "dtype": torch.float32,
    "device": "cpu",
    "gradients": True,
    "inference": False,
    "autocast": False,
    "anomaly": (False, True),
    "precision": ("highest", "none"),
    "numpy": {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"},
    "threads": 1,
}


def check_own() -> None:
    """What is known inside is as it is said."""
    inside = state_of_process()
    assert {name: inside[name] for name in OWN} == OWN
    assert {threads for _, threads in inside["blas"]} == {1}
    assert torch.ones(1, requires_grad=True).exp().backward() is None


@pytest.mark.parametrize("name", STATES)
def test_inside_is_known_and_outside_is_the_users(name: str) -> None:
    assert scipy.linalg  # Brings a BLAS of its own.
    with STATES[name]():
        before = state_of_process()
        with own_state():
            check_own()
            with own_state(one_thread=False):
                check_own()
            check_own()
        assert state_of_process() == before


def test_everything_at_once_also_after_an_exception() -> None:
    @own_state()
    def fail() -> None:
        check_own()
        raise KeyboardInterrupt

    with everything():
        before = state_of_process()
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                fail()
            assert state_of_process() == before


def test_code_of_the_user_inside_has_the_users_state() -> None:
    seen = []
    with everything():
        before = state_of_process()
        with own_state(), own_state(one_thread=False):
            check_own()
            given(lambda: seen.append(state_of_process()))()
            check_own()
            with users_state(), own_state():
                check_own()
            with pytest.raises(ZeroDivisionError):
                given(_fail)(seen)
            check_own()
        assert [*seen, state_of_process()] == [before] * 3
    assert given(None) is None


def test_what_code_of_the_user_leaves_behind_is_kept() -> None:
    def leave() -> None:
        torch.set_grad_enabled(False)
        torch.set_default_dtype(torch.float64)
        torch.set_default_device("meta")
        np.seterr(all="raise")

    try:
        with own_state():
            given(leave)()
            check_own()
        left = state_of_process()
        assert not left["gradients"]
        assert (left["dtype"], left["device"]) == (torch.float64, "meta")
        assert left["numpy"]["under"] == "raise"
    finally:
        torch.set_grad_enabled(True)
        torch.set_default_dtype(torch.float32)
        torch.set_default_device(None)
        np.seterr(divide="warn", over="warn", under="ignore", invalid="warn")


def test_a_device_that_is_named_holds_for_doors_inside() -> None:
    with own_state(device="meta"):
        with own_state():
            assert torch.ones(1).device.type == "meta"
        with users_state():
            assert torch.ones(1).device.type == "cpu"
        assert torch.ones(1).device.type == "meta"
    assert torch.ones(1).device.type == "cpu"


def test_the_last_of_two_threads_puts_back_what_the_process_shares() -> None:
    entered, leave, after = threading.Event(), threading.Event(), []

    def other() -> None:
        with own_state():
            entered.set()
            assert leave.wait(60)
            after.append((torch.get_default_dtype(), _blas_threads()))
        after.append((torch.get_default_dtype(), _blas_threads()))

    with STATES["float64"](), STATES["threads"]():
        thread = threading.Thread(target=other)
        with own_state():
            thread.start()
            assert entered.wait(60)
        assert torch.get_default_dtype() == torch.float32
        leave.set()
        thread.join(60)
        assert after == [(torch.float32, {1}), (torch.float64, {3})]
        assert torch.get_num_threads() == 3


def test_methods_of_this_package_are_guarded_and_those_of_others_freed() -> None:
    class Base:
        def __init_subclass__(cls) -> None:
            guard(cls, "ask", "missing")

    def ask(self: object) -> str:
        """Says what an overflow does."""
        return np.geterr()["over"]

    ours = type("Ours", (Base,), {"__module__": "archscout.some", "ask": ask})
    theirs = type("Theirs", (Base,), {"__module__": "archscout_plugin", "ask": ask})
    assert ours.ask.__doc__ == ask.__doc__
    with np.errstate(over="raise"):
        assert (ours().ask(), theirs().ask()) == ("warn", "raise")
        with own_state():
            assert (ours().ask(), theirs().ask()) == ("warn", "raise")


def test_libraries_that_are_loaded_later_are_limited_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with STATES["threads"]():
        with _hidden("scipy.linalg", monkeypatch), own_state():
            pass
        with own_state():
            assert _blas_threads() == {1}


@contextmanager
def _hidden(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.delitem(sys.modules, name)
        yield


def _fail(seen: list[object]) -> None:
    seen.append(state_of_process())
    raise ZeroDivisionError


def _blas_threads() -> set[int]:
    return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}
