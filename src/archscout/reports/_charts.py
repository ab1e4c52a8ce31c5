"""Interactive figures of pages: a small layer over the vocabulary of plotly.js.

Colours are names of variables of the page's style, with an opacity behind a slash. The page's
script looks them up, so that a figure follows its page into dark mode and onto paper. Titles and
legend are written by the page, where they wrap, and not in the drawing, where they are cut off.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout._common.plain import plain

# Okabe and Ito's palette, told apart by colour-blind readers; see style.css for both papers.
BLUE, ORANGE, GREEN, PINK, BROWN, SKY, VIOLET = COLOURS = tuple(f"--c{n}" for n in range(1, 8))
INK, SOFT, GREY = "--ink", "--soft", "--mute"
DASHES = ("solid", "12px,3px", "6px,3px", "12px,3px,3px,3px")
DOTTED, DASHED = "2px,3px", "8px,5px"

_LETTERS = 34  # a line of a hover text on a phone

Numbers = Sequence[float | None] | Sequence[float] | NDArray[Any]
Ticks = Sequence[tuple[float, str]]


@dataclass
class Chart:
    """One pair of axes with what is drawn on it.

    Args:
        x_title: words under the horizontal axis.
        y_title: words over the vertical axis.
        title: words over the chart; none if empty.
        about: small print under the figure, a line each; of several side by side that of the
            first counts.
        x_range: both ends of the axis, in what is drawn; None leaves them to the page.
        y_range: the same for the vertical axis.
        x_ticks: place and text of each mark; None leaves them to the page.
        y_ticks: the same for the vertical axis.
        height: of the drawing, in pixels.
    """

    x_title: str
    y_title: str
    title: str = ""
    about: tuple[str, ...] = ()
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None
    x_ticks: Ticks | None = None
    y_ticks: Ticks | None = None
    height: int = 380
    traces: list[dict[str, Any]] = field(default_factory=list)
    legend: list[dict[str, str]] = field(default_factory=list)

    def line(
        self,
        x: Numbers,
        y: Numbers,
        name: str,
        colour: str,
        *,
        dash: str = "solid",
        hover: Sequence[str] = (),
        **line: Any,
    ) -> None:
        """Draw a line; one without a name is not in the legend, without hover texts it is silent.

        NaN leaves a gap. A band of the same name goes and comes with it; ``line`` is plotly's.
        """
        self._add(name, x, y, hover, mode="lines")
        self.traces[-1]["line"] = {"color": colour, "width": 2, "dash": dash, **line}
        self._explain(name, colour, dash=dash)

    def band(self, x: Numbers, low: Numbers, high: Numbers, name: str, colour: str) -> None:
        """Shade what lies between two lines; its name is explained by the line that has it."""
        across, least, most = (np.asarray(values) for values in (x, low, high))
        there_and_back = np.concatenate([across, across[::-1]])
        self._add(name, there_and_back, np.concatenate([least, most[::-1]]), (), mode="lines")
        self.traces[-1] |= {"fill": "toself", "fillcolor": colour, "line": {"width": 0}}

    def dots(
        self,
        x: Numbers,
        y: Numbers,
        name: str,
        colour: str,
        *,
        hover: Sequence[str] = (),
        symbol: str = "circle",
        **marker: Any,
    ) -> None:
        """Draw a mark for each point; marks without a name are not in the legend.

        ``marker`` is more of plotly's, such as ``size``.
        """
        self._add(name, x, y, hover, mode="markers")
        look = {"color": colour, "symbol": symbol, "size": 7, "opacity": 0.8, **marker}
        self.traces[-1] |= {"marker": look, "cliponaxis": False}
        self._explain(name, colour, symbol=symbol)

    def explain(self, name: str, colour: str) -> None:
        """Put a shaded band that belongs to no line into the legend."""
        self._explain(name, colour, symbol="square")

    def json(self) -> str:
        """The figure as text that cannot end the element around it."""
        figure = {"data": self.traces, "layout": self._layout()}
        return json.dumps(_short(plain(figure)), allow_nan=False).replace("<", "\\u003c")

    def _add(self, name: str, x: Numbers, y: Numbers, hover: Sequence[str], *, mode: str) -> None:
        # Plotly reads a hover text as markup: what came from a run must be escaped.
        texts = {"text": [_hover(text) for text in hover]}
        self.traces.append(
            {
                "type": "scatter",
                "name": name,
                "x": _array(x),
                "y": _array(y),
                "mode": mode,
                "showlegend": False,
                "hoverinfo": "text" if hover else "skip",
                **(texts if hover else {}),
            }
        )

    def _explain(self, name: str, colour: str, *, dash: str = "", symbol: str = "") -> None:
        entry = {
            "name": name,
            "colour": colour.split("/", maxsplit=1)[0],
            "dash": dash,
            "symbol": symbol,
        }
        if name and name not in [known["name"] for known in self.legend]:
            self.legend.append(entry)
            self.traces[-1]["showlegend"] = True

    def _layout(self) -> dict[str, Any]:
        plain_axis = {
            "showline": False,
            "zeroline": False,
            "gridcolor": "--line",
            "automargin": True,
            "tickcolor": "--line",
        }
        return {
            "title": {"text": escape(self.title)},
            "height": self.height,
            "margin": {"l": 8, "r": 12, "t": 12, "b": 8},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {
                "family": "system-ui, -apple-system, 'Segoe UI', sans-serif",
                "size": 13,
                "color": INK,
            },
            "hoverlabel": {"bgcolor": INK, "font": {"color": "--paper"}, "align": "left"},
            "hovermode": "closest",
            "dragmode": False,
            "showlegend": False,
            "xaxis": plain_axis
            | {"title": {"text": escape(self.x_title)}, "showgrid": False}
            | _ends(self.x_range, self.x_ticks),
            "yaxis": plain_axis
            | {"title": {"text": escape(self.y_title)}}
            | _ends(self.y_range, self.y_ticks),
        }


def _array(values: Numbers) -> NDArray[Any]:
    return np.asarray(values)


def _hover(text: str) -> str:
    lines = (textwrap.wrap(line, _LETTERS) for line in text.split("\n"))
    return "<br>".join(escape(line) for wrapped in lines for line in wrapped)


def _ends(ends: tuple[float, float] | None, ticks: Ticks | None) -> dict[str, Any]:
    chosen: dict[str, Any] = {} if ends is None else {"range": list(ends)}
    if ticks is not None:
        places, texts = [place for place, _ in ticks], [escape(text) for _, text in ticks]
        chosen |= {"tickmode": "array", "tickvals": places, "ticktext": texts}
    return chosen


def _short(item: Any) -> Any:
    """Numbers with the seven digits that a screen can show, to save room."""
    if isinstance(item, float):
        return float(f"{item:.7g}")
    if isinstance(item, list):
        return [_short(one) for one in item]
    if isinstance(item, dict):
        return {key: _short(one) for key, one in item.items()}
    return item
