"""The DARTS space: genotypes and their parser, edges, twins, graphs, sampling, predictors."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import archscout
from archscout.errors import ParseError
from archscout.predictors._parts.presets import PRESETS
from archscout.spaces import DARTS
from archscout.spaces.darts._cell import EDGES, NODES, OPERATIONS, decisions_of, smallest_twin
from archscout.spaces.darts._text import decisions_of_printed, parse_genotype

SPACE = DARTS()
# Random-label search on CIFAR-10, as its authors print it; their list of edges stands below.
TEXT = (
    "Genotype(normal=[('sep_conv_5x5', 0), ('sep_conv_3x3', 1), ('dil_conv_3x3', 0), "
    "('sep_conv_5x5', 2), ('sep_conv_3x3', 0), ('dil_conv_5x5', 3), ('dil_conv_5x5', 1), "
    "('dil_conv_3x3', 2)], normal_concat=[2, 3, 4, 5], reduce=[('sep_conv_5x5', 0), "
    "('dil_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_5x5', 2), ('dil_conv_3x3', 1), "
    "('sep_conv_3x3', 3), ('max_pool_3x3', 1), ('sep_conv_5x5', 2)], "
    "reduce_concat=[2, 3, 4, 5])"
)
PUBLISHED_EDGES = [
    [5, 4, 6, 0, 5, 4, 0, 0, 7, 0, 7, 6, 0, 0],
    [5, 6, 4, 0, 5, 0, 6, 0, 4, 0, 1, 5, 0, 0],
]
ARCH = SPACE.parse(TEXT)
STANDARD = SPACE.format(ARCH)
ROWS = st.tuples(*[st.integers(0, int(count) - 1) for count in SPACE.option_counts])


# --- text ---------------------------------------------------------------------------------
def test_a_published_genotype() -> None:
    assert TEXT.replace("[2, 3, 4, 5]", "range(2, 6)") == STANDARD
    assert SPACE.edges([ARCH])[0].tolist() == PUBLISHED_EDGES
    assert SPACE.parse(STANDARD) == ARCH


def test_forms_that_read_as_the_same_architecture() -> None:
    first, second = "('sep_conv_5x5', 0)", "('sep_conv_3x3', 1)"
    swapped = TEXT.replace(f"{first}, {second}", f"{second}, {first}", 1)
    others = [
        swapped,
        TEXT.replace(" ", "").replace(",", " ,\n\t"),
        TEXT.replace("'", '"'),
        TEXT.replace("5)]", "5,),]").replace("4, 5]", "4, 5,]").replace("2)]", "2,),]")[:-1] + ",)",
    ]
    assert len({TEXT, *others}) == 5
    assert {SPACE.parse(text) for text in others} == {ARCH}


@given(ROWS)
def test_every_architecture_goes_through_its_text(row: tuple[int, ...]) -> None:
    arch = SPACE.architectures(np.array([row]))[0]
    text = SPACE.format(arch)
    assert SPACE.parse(text) == arch
    assert "none" not in text


@given(st.text() | st.text(alphabet="Genotype(normal=[]'sep_conv_3x3', 0)range٣\\\""))
def test_arbitrary_text_never_raises_anything_but_a_parse_error(text: str) -> None:
    for tried in (text, "Genotype(normal=" + text, STANDARD + text.strip(), TEXT[:120] + text):
        message = ""
        try:
            assert SPACE.parse(tried) in SPACE
        except ParseError as error:
            message = str(error)
        assert len(message) < 600


@pytest.mark.slow
@given(ROWS, st.integers(0, 700), st.text(alphabet="()[]',=0123 _abcx\"\n", max_size=3))
def test_damaged_text_gives_a_parse_error_or_a_genotype(
    row: tuple[int, ...], place: int, insert: str
) -> None:
    text = SPACE.format(SPACE.architectures(np.array([row]))[0])
    damaged = text[:place] + insert + text[place + 1 :]
    try:
        assert SPACE.parse(damaged) in SPACE
    except ParseError:
        assert damaged != text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "got the end of the text .* expected 'Genotype'"),
        ("__import__('os')", 'got "__import__.* at character 1'),
        (STANDARD.replace("sep_conv_5x5", "sep_conv_7x7", 1), "did you mean 'sep_conv_5x5'"),
        (STANDARD.replace("sep_conv_5x5", "none", 1), "expected one of 'max_pool_3x3'"),
        (STANDARD.replace("', 0)", "', 2)", 1), "node 2 of the normal cell reads 2 and 1"),
        (STANDARD.replace("', 0)", "', 1)", 1), "reads 1 and 1, expected two different"),
        (STANDARD.replace("('sep_conv_5x5', 0), ", "", 1), "normal cell has 7 inputs, expected 8"),
        (STANDARD.replace("range(2, 6)", "range(3, 6)"), "normal_concat=range"),
        (STANDARD.replace("range(2, 6)", "range(0, 9999)"), "hands on 9999 nodes"),
        (STANDARD.replace("reduce=", "normal="), "expected 'reduce'"),
        (STANDARD + "; 1", "expected nothing more"),
        (STANDARD[:-1], "got the end of the text of a genotype, expected '\\)'"),
        (STANDARD.replace("', 0)", "', -1)", 1), "expected a number"),
        (STANDARD.replace("', 0)", "', 0x1)", 1), "expected a number"),
        (7, "type int"),
    ],
)
def test_errors_say_where_and_what(text: Any, message: str) -> None:
    with pytest.raises(ParseError, match=message):
        SPACE.parse(text)


# --- the space ----------------------------------------------------------------------------
def test_size_and_sampling() -> None:
    assert math.prod(SPACE.option_counts.tolist()) == (180 * 7**8) ** 2
    assert len(SPACE.neighbors(ARCH)) == 2 * (2 + 5 + 9 + 8 * 6)
    for use in (SPACE.__len__, SPACE.all_choices, lambda: list(SPACE)):
        with pytest.raises(TypeError, match="too large to be listed"):
            use()
    edges = SPACE.edges(SPACE.sample_choices(np.random.default_rng(0), 3000))
    chosen = (edges > 0).reshape(3000, 2, 14)
    for node in NODES:
        of_node = [place for place, (_, target) in enumerate(EDGES) if target == node]
        assert (chosen[:, :, of_node].sum(axis=2) == 2).all()
        assert (abs(chosen[:, :, of_node].mean(axis=(0, 1)) - 2 / node) < 0.04).all()


def test_mutation_reaches_both_cells() -> None:
    rng = np.random.default_rng(0)
    before = np.array(ARCH.choices)
    changed = [
        np.flatnonzero(np.array(SPACE.mutate(ARCH, rng).choices) != before)[0] for _ in range(400)
    ]
    assert set(changed) == set(range(22))


@pytest.mark.slow
def test_twins_number_their_nodes_otherwise() -> None:
    """Brute force: renaming the nodes of a cell in any valid order keeps the canonical id."""
    rng = np.random.default_rng(0)
    for arch in SPACE.sample(rng, 20):
        cells = SPACE.cells(arch)
        nodes = [cells[0][i : i + 2] for i in range(0, 8, 2)]
        for order in itertools.permutations(range(4)):
            name = {0: 0, 1: 1, **{old + 2: new + 2 for new, old in enumerate(order)}}
            moved = [sorted((name[s], o) for o, s in nodes[old]) for old in order]
            if any(two[1][0] >= node for node, two in zip(NODES, moved, strict=True)):
                continue
            pairs = tuple((o, s) for two in moved for s, o in two)
            other = archscout.Architecture("darts", decisions_of(pairs) + decisions_of(cells[1]))
            assert SPACE.canonical_id(other) == SPACE.canonical_id(arch)
            assert smallest_twin(pairs) <= pairs
    drawn = SPACE.sample(rng, 500)
    assert len({SPACE.canonical_id(arch) for arch in drawn}) == 500


def test_the_graph_is_that_of_the_cells() -> None:
    graph = SPACE.encode([ARCH], "graph")
    names = [graph.vocabulary[o] for o in graph.operations[0]]
    assert (names[0], names[-1], len(names)) == ("input", "output", 24)
    assert names[1:12] == [
        "normal_input0",
        "normal_input1",
        *(f"normal_{OPERATIONS[o]}" for o, _ in SPACE.cells(ARCH)[0]),
        "normal_output",
    ]
    feeds = graph.adjacency[0]
    assert not np.tril(feeds).any()
    # Normal cell: node 3 is dil_conv_3x3 of input 0 and sep_conv_5x5 of node 2 (vertices 3, 4).
    assert np.flatnonzero(feeds[:, 5]).tolist() == [1]
    assert np.flatnonzero(feeds[:, 6]).tolist() == [3, 4]
    assert np.flatnonzero(feeds[:, 11]).tolist() == list(range(3, 11))
    assert np.flatnonzero(feeds[:, 23]).tolist() == [11, 22]
    assert np.flatnonzero(feeds[0]).tolist() == [1, 2, 12, 13]


def test_edges_tell_architectures_apart() -> None:
    archs = SPACE.sample(np.random.default_rng(0), 100)
    marks = SPACE.encode(archs, "edges")
    assert marks.shape == (100, 2 * 14 * 8)
    assert (marks.sum(axis=1) == 28).all()
    assert len(np.unique(marks, axis=0)) == 100


# --- what is made for any space -----------------------------------------------------------
SMALL = replace(PRESETS["fast"], members=2, hidden=8, steps_first=10, unlabeled_batch=8)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "settings", "least"),
    [("forest", {}, 0.2), ("gaussian-process", {}, 0.2), ("flow", {"preset": SMALL}, -1.0)],
)
def test_predictors_read_it(name: str, settings: dict[str, Any], least: float) -> None:
    rng = np.random.default_rng(0)
    archs = SPACE.sample(rng, 150)
    values = SPACE.macs_table(archs) / 1e6
    predictor = archscout.make_predictor(name, SPACE, rng, **settings)
    predicted = predictor.fit(archs[:50], values[:50]).predict(archs[50:]).mean
    assert np.isfinite(predicted).all()
    assert np.corrcoef(predicted, values[50:])[0, 1] > least


@given(row=ROWS, place=st.integers(0, 700), letter=st.sampled_from("0123 ',([ex"))
def test_printed_genotypes_are_read_at_once_and_as_all_others_are(
    row: Any, place: int, letter: str
) -> None:
    text = SPACE.format(SPACE.architectures(np.array([row]))[0])
    assert decisions_of_printed(text) == row
    # One letter is another: what is read at once is what the careful parser reads.
    changed = f"{text[:place]}{letter}{text[place + 1 :]}"
    quick = decisions_of_printed(changed)
    if quick is not None:
        assert quick == sum(map(decisions_of, parse_genotype(changed)), ())
