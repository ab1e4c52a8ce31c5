"""The registry of spaces: names, loading, laziness."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from archscout.errors import UnknownNameError
from archscout.spaces import SPACES, load_space
from archscout.testing import check_space


def test_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'nasbench201'"):
        load_space("nasbench2O1")


@pytest.mark.slow
@pytest.mark.parametrize("name", SPACES.names())
def test_every_registered_space_conforms(name: str) -> None:
    space = load_space(name)
    assert space.name == name
    check_space(space, np.random.default_rng(0), networks=1)


def test_a_space_works_without_loading_torch() -> None:
    code = (
        "import sys; from archscout.spaces import load_space; s = load_space('nasbench201');"
        "a = s.parse('334131'); s.encode([a]); s.params(a); s.macs(a); s.canonical_id(a);"
        "heavy = {'torch', 'pandas', 'scipy', 'sklearn', 'optuna', 'matplotlib'};"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
