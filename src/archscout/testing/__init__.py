"""Conformance kits: checks that any space, strategy or objective must pass, also yours.

Each kit is a function that raises `AssertionError` with one sentence saying which promise was
broken and by what; call it from a test of your own.
"""

from __future__ import annotations

from archscout.testing.spaces import check_space

__all__ = ["check_space"]
