"""The NAS-Bench-201 space: texts, listing, twins, encodings and their decoding."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archscout.encodings import GraphEncoding
from archscout.errors import ParseError, UnknownNameError
from archscout.spaces.base import Architecture
from archscout.spaces.nasbench201._cell import EDGES, OPERATIONS
from archscout.spaces.nasbench201.space import NASBench201

SPACE = NASBench201()
TEXT = (
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|"
    "+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|"
)
ROWS = st.tuples(*[st.integers(0, 4)] * 6)


# --- text ---------------------------------------------------------------------------------
def test_standard_text_and_digits_are_the_same_cell() -> None:
    arch = SPACE.parse(TEXT)
    assert arch == Architecture("nasbench201", (3, 3, 4, 1, 3, 1))
    assert SPACE.parse("334131") == SPACE.parse(f" {TEXT}\n") == arch
    assert SPACE.format(arch) == TEXT


@pytest.mark.slow
def test_all_cells_go_through_text_and_back() -> None:
    texts = [SPACE.format(arch) for arch in SPACE]
    assert len(set(texts)) == 15_625
    assert [SPACE.parse(text) for text in texts] == list(SPACE)
    np.testing.assert_array_equal(SPACE.parse_many(texts), SPACE.all_choices())


def test_many_texts_may_mix_both_forms_and_still_name_errors() -> None:
    assert SPACE.parse_many([TEXT, "334131"]).tolist() == [[3, 3, 4, 1, 3, 1]] * 2
    assert SPACE.parse_many([]).shape == (0, 6)
    with pytest.raises(ParseError, match="place 6"):
        SPACE.parse_many([TEXT, "334135"])
    with pytest.raises(ParseError, match="type int"):
        SPACE.parse_many([334131])  # type: ignore[list-item]


@given(st.text() | st.text(alphabet="|+~0123 nor_conv3x3"))
def test_arbitrary_text_never_raises_anything_but_a_parse_error(text: str) -> None:
    message = ""
    try:
        assert SPACE.parse(text) in SPACE
    except ParseError as error:
        message = str(error)
    assert len(message) < 500


@pytest.mark.slow
@given(ROWS, st.integers(0, 200), st.text(alphabet="|+~0123abcx_", max_size=3))
def test_damaged_text_gives_a_parse_error_or_another_cell(
    row: tuple[int, ...], place: int, insert: str
) -> None:
    text = SPACE.format(Architecture("nasbench201", row))
    damaged = text[:place] + insert + text[place + 1 :]
    try:
        assert SPACE.parse(damaged) in SPACE
    except ParseError:
        assert damaged != text


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("", "got cell ''", "300000"),
        ("33413", "got cell '33413'", "300000"),
        ("334135", "'5' at place 6", "digit from 0 to 4"),
        ("33413٣", "at place 6", "digit from 0 to 4"),
        (TEXT.replace("+", "", 1), "has 2 parts", "expected 3"),
        (TEXT[:-1], "node 3", "begin and end with '|'"),
        (TEXT.replace("|nor_conv_3x3~1", ""), "node 3 .* with 2 edges", "expected 3"),
        (TEXT.replace("pool_3x3~1", "pool_3x3~0"), "edge 2 of node 2", "followed by '~1'"),
        (TEXT.replace("pool_3x3~1", "pool_3x3"), "edge 2 of node 2", "followed by '~1'"),
        (TEXT.replace("avg_pool", "max_pool"), "edge 2 of node 2", "did you mean 'avg_pool_3x3'"),
        (TEXT.replace("skip_connect~2", "~2"), "edge 3 of node 3", "expected one of none"),
    ],
)
def test_malformed_text_names_the_place_and_the_expectation(
    text: str, place: str, expected: str
) -> None:
    with pytest.raises(ParseError, match=place) as caught:
        SPACE.parse(text)
    assert expected in str(caught.value)


# --- the whole space ----------------------------------------------------------------------
def test_the_list_is_complete_ordered_and_read_only() -> None:
    rows = SPACE.all_choices()
    assert len(SPACE) == len(rows) == len(np.unique(rows, axis=0)) == 15_625
    assert rows.dtype == np.int8
    assert ["".join(map(str, row)) for row in rows[[0, 1, 5, -1]].tolist()] == [
        "000000",
        "000001",
        "000010",
        "444444",
    ]
    np.testing.assert_array_equal(SPACE.indices(rows), np.arange(15_625))
    with pytest.raises(ValueError, match="read-only"):
        rows[0, 0] = 1


def test_sampling_is_uniform() -> None:
    rows = SPACE.sample_choices(np.random.default_rng(0), 50_000)
    shares = np.stack([np.bincount(column, minlength=5) for column in rows.T]) / 50_000
    assert np.abs(shares - 0.2).max() < 0.01


@pytest.mark.slow
def test_neighbors_and_mutation() -> None:
    arch = SPACE.parse("334131")
    near = SPACE.neighbors(arch)
    assert len(near) == len(set(near)) == 24
    rng = np.random.default_rng(0)
    seen = Counter(SPACE.mutate(arch, rng) for _ in range(2_400))
    assert set(seen) == set(near)
    assert min(seen.values()) > 50


# --- twins ----------------------------------------------------------------------------------
@pytest.mark.slow
def test_there_are_6466_classes_of_twins() -> None:
    names = SPACE.canonical_ids(SPACE.all_choices())
    assert len(set(names.tolist())) == 6_466
    own = SPACE.canonical_ids([SPACE.parse(name) for name in names.tolist()])
    np.testing.assert_array_equal(own, names)


def test_twins_compute_the_same_function() -> None:
    """Stand-ins for the operations, each with f(0) = 0, tell functions apart by their values."""
    operations = [
        np.zeros_like,
        lambda x: x,
        lambda x: np.tanh(1.3 * x) + x**2,
        lambda x: np.sinh(0.4 * x) - 0.2 * x**2,
        lambda x: 0.9 * np.sin(x) + 0.3 * x**3,
    ]
    nodes = [np.full(15_625, 0.37)]
    columns = SPACE.all_choices().T
    for node in (1, 2, 3):
        total = np.zeros(15_625)
        for (source, target), column in zip(EDGES, columns, strict=True):
            if target == node:
                total += np.choose(column, [operation(nodes[source]) for operation in operations])
        nodes.append(total)
    outputs = nodes[-1].round(9)
    names = SPACE.canonical_ids(SPACE.all_choices())
    assert len(set(zip(names.tolist(), outputs.tolist(), strict=True))) == 6_466
    assert len(set(outputs.tolist())) == 4_930  # the benchmark's count keeps more apart


@pytest.mark.parametrize(
    ("first", "second", "twins"),
    [
        ("003000", "000040", True),  # both give zero: the operations stand behind a zero
        ("013001", "010001", True),  # the input, and a convolution of zero beside it
        ("030100", "300100", True),  # convolutions that the output does not use
        ("300010", "030001", False),  # equal, but the benchmark keeps zero summands
        ("300030", "300020", False),  # kernels differ
        ("000100", "000200", False),  # a skip connection is no convolution
        ("000300", "000310", True),  # a skip connection from a zero node adds nothing new
    ],
)
def test_known_twins(first: str, second: str, twins: bool) -> None:
    names = [SPACE.canonical_id(SPACE.parse(text)) for text in (first, second)]
    assert (names[0] == names[1]) is twins


# --- encodings ------------------------------------------------------------------------------
def test_onehot() -> None:
    encoded = SPACE.encode(SPACE.all_choices())
    assert encoded.shape == (15_625, 30)
    assert encoded.dtype == np.float32
    np.testing.assert_array_equal(encoded.reshape(-1, 6, 5).argmax(axis=2), SPACE.all_choices())
    assert (encoded.sum(axis=1) == 6).all()


def test_graph_follows_the_cell() -> None:
    graph = SPACE.encode([SPACE.parse("334131"), SPACE.parse("000000")], "graph")
    assert isinstance(graph, GraphEncoding)
    assert graph.vocabulary == ("input", *OPERATIONS, "output")
    assert graph.operations.tolist() == [[0, 4, 4, 5, 2, 4, 2, 6], [0, 1, 1, 1, 1, 1, 1, 6]]
    edges = {(int(i), int(j)) for i, j in np.argwhere(graph.adjacency[0])}
    assert edges == {
        *((0, 1), (0, 2), (0, 4)),  # the input feeds the edges that start at node 0
        *((1, 3), (1, 5)),  # 1<-0 feeds 2<-1 and 3<-1
        *((2, 6), (3, 6)),  # both edges into node 2 feed 3<-2
        *((4, 7), (5, 7), (6, 7)),  # the edges into node 3 are the output
    }
    np.testing.assert_array_equal(graph.adjacency[0], graph.adjacency[1])


def test_sequence_varies_at_the_six_operations_only() -> None:
    tokens = SPACE.encode(SPACE.all_choices(), "sequence")
    assert tokens.shape == (15_625, 35)
    varying = np.flatnonzero((tokens != tokens[0]).any(axis=0))
    assert varying.tolist() == [1, 4, 8, 13, 19, 26]
    np.testing.assert_array_equal(tokens[:, varying], SPACE.all_choices() + 3)
    assert tokens[0, -1] == 8
    rest = np.delete(tokens[0], [*varying, 34])
    assert set(rest.tolist()) == {1, 2}
    spec = SPACE.token_spec("sequence")
    assert (spec.length, spec.vocabulary, spec.start) == (35, 9, 0)
    assert spec.allowed.sum(axis=1).tolist() == [5 if i in varying else 1 for i in range(35)]


@pytest.mark.parametrize("kind", ["tokens", "sequence"])
def test_all_cells_go_through_tokens_and_back(kind: str) -> None:
    tokens = SPACE.encode(SPACE.all_choices(), kind)
    spec = SPACE.token_spec(kind)
    assert spec.allowed[np.arange(spec.length), tokens].all()
    choices, valid = SPACE.decode(tokens, kind)
    assert valid.all()
    np.testing.assert_array_equal(choices, SPACE.all_choices())


@pytest.mark.slow
@given(st.lists(st.lists(st.integers(-3, 9), min_size=35, max_size=35), max_size=5))
def test_any_sequence_is_decoded_or_flagged(rows: list[list[int]]) -> None:
    tokens = np.array(rows, dtype=np.int64).reshape(-1, 35)
    choices, valid = SPACE.decode(tokens, "sequence")
    np.testing.assert_array_equal(SPACE.encode(choices[valid], "sequence"), tokens[valid])
    assert not choices[~valid].any()


@given(ROWS, st.integers(0, 34), st.integers(0, 8))
def test_one_wrong_token_of_a_sequence_is_flagged(
    row: tuple[int, ...], place: int, token: int
) -> None:
    tokens = SPACE.encode([Architecture("nasbench201", row)], "sequence")
    tokens[0, place] = token
    _, valid = SPACE.decode(tokens, "sequence")
    assert valid[0] == SPACE.token_spec("sequence").allowed[place, token]


def test_unknown_kinds_and_wrong_forms() -> None:
    for call in (SPACE.token_spec, lambda kind: SPACE.decode(np.zeros((1, 6), int), kind)):
        with pytest.raises(UnknownNameError):
            call("graph")
    with pytest.raises(UnknownNameError, match="did you mean 'onehot'"):
        SPACE.encode([], "one-hot")
    with pytest.raises(ParseError, match="expected \\(n, 6\\)"):
        SPACE.decode(np.zeros((2, 35), int), "tokens")
