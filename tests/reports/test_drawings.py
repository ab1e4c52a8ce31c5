"""Drawings of cells: every edge told, dead edges marked, any space drawn or written."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from archscout.encodings import GraphEncoding
from archscout.reports import cell_svg
from archscout.spaces import load_space
from archscout.spaces._blocks.graph_drawing import graph_svg
from archscout.spaces.nasbench201.space import NASBench201

SPACE = load_space("nasbench201")


@settings(max_examples=60)
@given(st.integers(0, len(SPACE) - 1))
def test_every_cell_is_drawn_with_its_six_edges(index):
    row = SPACE.all_choices()[index : index + 1]
    root = ElementTree.fromstring(cell_svg(SPACE, SPACE.architectures(row)[0]))
    titles = [element.text or "" for element in root.iter() if element.tag.endswith("title")]
    assert len(titles) == 6
    none = SPACE.variables[0].options.index("none")
    assert sum(title.startswith("none") for title in titles) == (row == none).sum()
    assert all(place in " ".join(titles) for place in ("in to 1", "1 to 2", "2 to out"))


def test_dead_edges_are_grey_and_say_why():
    arch = SPACE.parse("|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|avg_pool_3x3~2|")
    drawing = cell_svg(SPACE, arch)
    assert drawing.count("without effect") == 2
    assert "Cell: skip from in to out" in drawing
    assert "--op-conv3" not in drawing
    assert "--op-skip" in drawing


def test_other_spaces_are_drawn_from_their_graph():
    class Other(NASBench201):
        name = "other"

    space = Other()
    arch = space.architectures(np.array([[3, 1, 1, 0, 1, 1]]))[0]
    root = ElementTree.fromstring(cell_svg(space, arch))
    boxes = [element for element in root.iter() if element.tag.endswith("rect")]
    assert len(boxes) == 8
    width, height = map(float, root.attrib["viewBox"].split()[2:])
    for box in boxes:
        assert 0 <= float(box.attrib["x"]) <= width - float(box.attrib["width"])
        assert 0 <= float(box.attrib["y"]) <= height - float(box.attrib["height"])


def test_vertices_off_the_way_are_faint_and_loose_ones_left_out():
    adjacency = np.zeros((1, 5, 5), dtype=np.int8)
    adjacency[0, 0, [1, 2]] = 1
    adjacency[0, 1, 4] = 1
    names = ("input", "a", "<b>", "loose", "output")
    drawing = graph_svg(GraphEncoding(adjacency, np.arange(5)[None], names), 'a "graph"')
    ElementTree.fromstring(drawing)
    assert "&lt;b&gt;" in drawing
    assert "loose" not in drawing
    boxes = [part for part in drawing.split("<rect")[1:] if "--faint" in part.split("/>")[0]]
    assert len(boxes) == 1
    assert "&lt;b&gt;" in boxes[0]


def test_a_graph_without_edges_is_empty_but_drawn():
    nothing = np.zeros((1, 3, 3), dtype=np.int8)
    graph = GraphEncoding(nothing, np.array([[0, 1, 2]]), ("input", "a", "output"))
    assert graph_svg(graph, "nothing").startswith("<svg")


def test_a_space_without_a_graph_is_written_and_escaped():
    class Wordy(NASBench201):
        name = "wordy"
        encodings = ("onehot",)

        def format(self, arch):
            return "<b>cell & co</b>"

    text = cell_svg(Wordy(), SPACE.parse("300000"))
    assert text == '<code class="cell-text">&lt;b&gt;cell &amp; co&lt;/b&gt;</code>'


def test_operations_of_darts_are_told_apart_by_their_whole_names():
    space = load_space("darts")
    rng = np.random.default_rng(0)
    drawing = cell_svg(space, space.sample(rng, 1)[0])
    assert "reduce sep conv 3x3" in drawing
    assert "…" not in drawing
