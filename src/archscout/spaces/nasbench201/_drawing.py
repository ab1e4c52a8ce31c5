"""The drawing of a NAS-Bench-201 cell: four nodes in a row and six edges, none of which cross.

Colours follow the operation, and every edge carries its name, so that nothing is told by
colour alone. Edges that lie on no path from the input to the output are grey and dashed.
"""

from __future__ import annotations

from html import escape

import numpy as np

from archscout.spaces._blocks import svg
from archscout.spaces.base import Architecture, SearchSpace
from archscout.spaces.nasbench201._cell import EDGES, OPERATIONS, live_edges

# operation: name on the drawing, colour, width of the line
_STYLES = {
    "nor_conv_3x3": ("conv 3×3", ("--op-conv3", "#2f78c0"), 4.5),
    "nor_conv_1x1": ("conv 1×1", ("--op-conv1", "#9a62a8"), 3.0),
    "avg_pool_3x3": ("avg pool", ("--op-pool", "#2a8a6c"), 3.0),
    "skip_connect": ("skip", ("--op-skip", "#c95d0e"), 2.0),
}
_RADIUS = 21.0
_NODES = {node: np.array([26.0 + 154.0 * node, 148.0]) for node in range(4)}
_NODE_NAMES = ("in", "1", "2", "out")
# how far the middle of an edge is moved (negative is up); no two edges cross
_BENDS = {(0, 1): 0.0, (1, 2): 0.0, (2, 3): 0.0, (0, 2): -62.0, (1, 3): 62.0, (0, 3): -118.0}


def draw(space: SearchSpace, arch: Architecture) -> str:
    """Draw a cell as ``<svg>`` text."""
    choices = space.as_choices([arch])
    edges = {edge: OPERATIONS[choice] for edge, choice in zip(EDGES, choices[0], strict=True)}
    live = {EDGES[place] for place in np.flatnonzero(live_edges(choices)[0])}
    # live edges last, so that they lie on top
    order = sorted(edges, key=lambda edge: (edge in live, edge))
    parts = [_draw_edge(edge, edges[edge], edge in live) for edge in order]
    for node, name in enumerate(_NODE_NAMES):
        x, y = _NODES[node]
        parts.append(
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{_RADIUS:.0f}" stroke-width="1.6" '
            f'style="fill:var(--paper,#fff);stroke:{svg.colour(svg.INK)}"/>'
        )
        parts.append(svg.text(x, y + 5, name, halo=False))
    spoken = [
        f"{_STYLES[edges[a, b]][0]} from {_NODE_NAMES[a]} to {_NODE_NAMES[b]}"
        for a, b in sorted(live)
    ]
    label = "Cell: " + ("; ".join(spoken) or "nothing reaches the output")
    return svg.document(514, 228, label, parts)


def _draw_edge(edge: tuple[int, int], operation: str, live: bool) -> str:
    start, end = _NODES[edge[0]], _NODES[edge[1]]
    middle = (start + end) / 2 + np.array([0.0, _BENDS[edge]])
    control = 2 * middle - (start + end) / 2
    between = f"from {_NODE_NAMES[edge[0]]} to {_NODE_NAMES[edge[1]]}"
    if operation == "none":
        path = svg.curve(start, control, end, start_gap=_RADIUS, end_gap=_RADIUS)
        return (
            f'<path d="{path}" fill="none" stroke-width="1.2" stroke-dasharray="1.5 7" '
            f'stroke-linecap="round" style="stroke:{svg.colour(svg.FAINT)}">'
            f"<title>none: no connection {between}</title></path>"
        )
    name, kind, width = _STYLES[operation]
    about, dash = f"{name} {between}", ""
    if not live:
        kind, width, dash = svg.FAINT, 2.0, ' stroke-dasharray="6 4"'
        about += ", without effect: on no path from in to out"
    path = svg.curve(start, control, end, start_gap=_RADIUS, end_gap=_RADIUS + 10)
    return (
        f"<g><title>{escape(about)}</title>"
        f'<path d="{path}" fill="none" stroke-width="{width}"{dash} '
        f'style="stroke:{svg.colour(kind)}"/>'
        f"{svg.arrow_head(control, end, _RADIUS + 1, kind)}"
        f"{svg.text(float(middle[0]), float(middle[1]) - 12, name, kind)}</g>"
    )
