"""The NAS-Bench-101 space: texts, validity, twins, sampling and change."""

from __future__ import annotations

import itertools
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archscout.errors import ParseError, SettingsError
from archscout.spaces import load_space
from archscout.spaces.base import Architecture
from archscout.spaces.nasbench101._cell import EDGES, OPERATIONS, SHORT, edge_place
from archscout.spaces.nasbench101.space import NASBench101
from archscout.testing import check_space

SPACE = NASBench101()
LARGE = "1205349:c3|mp|c3|c3|c1"
written_cells = st.tuples(*[st.integers(0, 1)] * len(EDGES), *[st.integers(0, 2)] * 5).map(
    lambda row: np.array([row], dtype=np.int8)
)


def plain_pruning(row: list[int]) -> tuple[bool, set[tuple[int, int]]]:
    """Whether a path exists, and the edges on paths, by searching from both ends."""
    edges = {edge for edge in EDGES if row[edge_place(*edge)]}

    def reached(start: int, pairs: set[tuple[int, int]]) -> set[int]:
        seen, open_ends = {start}, [start]
        while open_ends:
            vertex = open_ends.pop()
            new = {y for x, y in pairs if x == vertex} - seen
            seen |= new
            open_ends += new
        return seen

    live = reached(0, edges) & reached(6, {(y, x) for x, y in edges})
    return {0, 6} <= live, {(x, y) for x, y in edges if x in live and y in live}


@pytest.mark.slow
def test_the_space_conforms() -> None:
    check_space(SPACE, np.random.default_rng(1), samples=30)
    assert load_space("nasbench101").name == "nasbench101"


def test_the_whole_space_iterates_in_order() -> None:
    first = list(itertools.islice(SPACE, 5000))
    assert first == SPACE.architectures(SPACE.all_choices()[:5000])
    assert [SPACE.format(arch) for arch in first[:7]] == [
        "1:", "5:c3", "5:c1", "5:mp", "7:c3", "7:c1", "7:mp",
    ]  # fmt: skip


# --- text -----------------------------------------------------------------------------------
@pytest.mark.slow
@given(written_cells)
@settings(max_examples=200)
def test_texts_of_written_cells_are_read_back(row: np.ndarray) -> None:
    arch = SPACE.architectures(row)[0]
    text = SPACE.format(arch)
    if SPACE.valid(row)[0]:
        assert SPACE.parse(text) == arch
    else:
        with pytest.raises(ParseError, match="does not accept"):
            SPACE.parse(text)


@pytest.mark.slow
@given(
    st.text(max_size=40)
    | st.from_regex(r"[0-9]{1,9}:((c1|c3|mp|xx)\|?){0,6}", fullmatch=True)
    | st.integers(0, 2**22).map(lambda bits: f"{bits}:c1|c1|c1|c1|c1")
)
@settings(max_examples=300)
def test_any_text_is_a_cell_or_a_parse_error(text: str) -> None:
    try:
        arch = SPACE.parse(text)
    except ParseError:
        return
    assert arch in SPACE
    assert SPACE.parse(SPACE.format(arch)) == arch


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "expected edge bits"),
        ("7", "expected edge bits"),
        ("7:c5", "expected edge bits"),
        ("7:c3|", "expected edge bits"),
        ("07:c3", "expected edge bits"),
        ("٧:c3", "expected edge bits"),
        (" 7:c3", "expected edge bits"),
        ("7:c3\n", "expected edge bits"),
        ("7:c3|c3|c3|c3|c3|c3", "expected edge bits"),
        ("8:c3", "0..7 for a cell of 3 vertices"),
        ("2:", "0..1 for a cell of 2 vertices"),
        ("9999999:c3|c3|c3|c3|c3", "expected 0..2097151"),
        ("0:", "does not accept"),
        ("2097151:c3|c3|c3|c3|c3", "at most 9 edges"),
        (7, "expected edge bits"),
        (None, "expected edge bits"),
        ("x" * 10_000, "expected edge bits"),
    ],
)
def test_malformed_texts(text: str, words: str) -> None:
    with pytest.raises(ParseError, match=words) as caught:
        SPACE.parse(text)
    assert len(str(caught.value)) < 300


def test_parse_many_names_the_text_that_is_wrong() -> None:
    assert SPACE.parse_many([]).shape == (0, 26)
    with pytest.raises(ParseError, match="got '0:c3'"):
        SPACE.parse_many(["7:c3", "0:c3", "1:"])


# --- validity and twins -----------------------------------------------------------------------
@pytest.mark.slow
@given(written_cells)
@settings(max_examples=200)
def test_validity_and_pruning_equal_a_plain_search(row: np.ndarray) -> None:
    connected, live = plain_pruning(row[0].tolist())
    assert SPACE.valid(row)[0] == (connected and len(live) <= 9)
    if SPACE.valid(row)[0]:
        pruned = SPACE.prune(row)
        assert pruned[0, :21].sum() == len(live)
        np.testing.assert_array_equal(SPACE.prune(pruned), pruned)
        vertices = sorted({v for edge in live for v in edge})
        kept = [row[0, 20 + v] for v in vertices[1:-1]]
        assert pruned[0, 21 : 21 + len(kept)].tolist() == kept


def test_nine_live_edges_are_allowed_and_dead_ones_do_not_count() -> None:
    row = SPACE.as_choices([SPACE.parse(LARGE)])[0].copy()
    assert row[:21].sum() == 9
    small = SPACE.as_choices([SPACE.parse("1:")])[0].copy()
    small[[edge_place(x, y) for x in range(1, 6) for y in range(x + 1, 6)]] = 1
    assert SPACE.valid(small[None])[0]  # ten edges among dead vertices
    assert SPACE.format(SPACE.architectures(SPACE.prune(small[None]))[0]) == "1:"


@given(st.integers(0, 423_623), st.permutations(range(1, 6)))
@settings(max_examples=100)
def test_isomorphic_cells_share_the_hash(index: int, order: list[int]) -> None:
    row = SPACE.all_choices()[index].tolist()
    places = [0, *order, 6]
    moved = [0] * 26
    for x, y in EDGES:
        if row[edge_place(x, y)]:
            if places[x] > places[y]:
                return  # not written with edges from lower to higher vertices
            moved[edge_place(places[x], places[y])] = 1
    for vertex in range(1, 6):
        moved[20 + places[vertex]] = row[20 + vertex]
    twin, listed = Architecture(SPACE.name, tuple(moved)), Architecture(SPACE.name, tuple(row))
    assert SPACE.canonical_id(twin) == SPACE.canonical_id(listed)
    assert SPACE.indices([twin])[0] == index


def test_another_operation_or_direction_has_another_hash() -> None:
    texts = ["45:c3|mp", "45:mp|c3", "45:c3|c3", "43:c3|mp", "63:c3|mp"]
    ids = {SPACE.canonical_id(SPACE.parse(text)) for text in texts}
    assert len(ids) == len(texts)


# --- sampling and change ------------------------------------------------------------------------
def test_samples_are_uniform_over_the_listed_cells() -> None:
    rows = SPACE.sample_choices(np.random.default_rng(0), 40_000)
    assert len(np.unique(SPACE.indices(rows))) > 37_500  # 40,000 draws of 423,624 repeat little
    sizes = (rows[:, :21].sum(axis=1) >= 9).mean()
    assert abs(sizes - (SPACE.all_choices()[:, :21].sum(axis=1) >= 9).mean()) < 0.01


def test_written_samples_are_valid_and_not_uniform() -> None:
    rows = SPACE.sample_written(np.random.default_rng(0), 20_000)
    assert SPACE.valid(rows).all()
    assert len(np.unique(SPACE.indices(rows))) < 16_000


@pytest.mark.slow
def test_mutations_are_valid_differ_and_change_as_much_as_published() -> None:
    rng = np.random.default_rng(0)
    edges, operations = [], []
    for parent in SPACE.sample(rng, 300):
        child = SPACE.mutate(parent, rng)
        assert child in SPACE
        assert (SPACE.prune([child]) != SPACE.prune([parent])).any()
        changed = np.array(child.choices) != np.array(parent.choices)
        edges.append(changed[:21].sum())
        operations.append(changed[21:].sum())
    # one each on average before cells are rejected, which happens more with more changes
    assert 0.6 < np.mean(edges) < 1.4
    assert 0.9 < np.mean(operations) < 1.5
    assert min(max(edges), max(operations)) > 1


def test_more_changes_on_request() -> None:
    rng = np.random.default_rng(0)
    parent = SPACE.parse(LARGE)
    children = [SPACE.mutate(parent, rng, edge_changes=3.0) for _ in range(100)]
    changed = np.array([child.choices for child in children])[:, :21] != parent.choices[:21]
    assert changed.sum(axis=1).mean() > 1.5
    for wrong in ({"edge_changes": 0}, {"edge_changes": 22}, {"operation_changes": float("nan")}):
        with pytest.raises(SettingsError, match="expected above 0"):
            SPACE.mutate(parent, rng, **wrong)


def test_the_smallest_cell_can_grow() -> None:
    rng = np.random.default_rng(0)
    child = SPACE.mutate(SPACE.parse("1:"), rng)
    assert SPACE.canonical_id(child) != SPACE.canonical_id(SPACE.parse("1:"))


def test_crossover_mixes_both_parents() -> None:
    rng = np.random.default_rng(0)
    archs = SPACE.sample(rng, 40)
    mixed = 0
    for first, second in itertools.pairwise(archs):
        child = SPACE.crossover(first, second, rng)
        assert child in SPACE
        mixed += child not in (first, second)
    assert mixed > 30


def test_names_of_the_decisions() -> None:
    assert len(SPACE.variables) == 26
    assert SPACE.variables[17].name == "edge 2->6"
    assert SPACE.variables[21].options == OPERATIONS
    assert len(SHORT) == len(OPERATIONS)


@pytest.mark.slow
def test_the_space_works_without_loading_torch() -> None:
    code = (
        "import sys; from archscout.spaces import load_space; s = load_space('nasbench101');"
        "import numpy as np; a = s.sample(np.random.default_rng(0), 2); s.encode(a, 'paths');"
        "s.params(a[0]); s.macs(a[0]); s.canonical_id(a[0]); s.mutate(a[0], "
        "np.random.default_rng(0)); heavy = {'torch', 'pandas', 'scipy', 'sklearn', 'optuna'};"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
