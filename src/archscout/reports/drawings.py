"""The drawing of an architecture for a page: the space's own, or that of its graph."""

from __future__ import annotations

from html import escape

from archscout.spaces import plugin_of
from archscout.spaces._blocks.graph_drawing import graph_svg
from archscout.spaces.base import Architecture, SearchSpace


def cell_svg(space: SearchSpace, arch: Architecture) -> str:
    """Draw an architecture.

    Args:
        space: the space of the architecture.
        arch: the architecture.

    Returns:
        The ``<svg>`` of the space's own drawing where it declares one; for other spaces with a
        ``"graph"`` encoding that of the graph; else the standard text in ``<code>``, escaped.

    Examples:
        >>> from archscout.spaces import load_space
        >>> space = load_space("nasbench201")
        >>> cell_svg(space, space.parse("300000"))[:4]
        '<svg'
    """
    plugin = plugin_of(space)
    if plugin.has("drawing"):
        return str(plugin.load("drawing")(space, arch))
    if "graph" in space.encodings:
        return graph_svg(space.encode([arch], "graph"), space.format(arch))
    return f'<code class="cell-text">{escape(space.format(arch))}</code>'
