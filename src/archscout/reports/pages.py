"""What all pages share: one HTML file that opens without a network and asks for nothing outside.

Two guards keep texts of a run from becoming markup: the templates escape everything, and the
page's content security policy runs only the two scripts whose hashes it names.

The charts are drawn by plotly.js. Its smallest build (lines, bars, pies; 1.2 MB instead of 4.7)
is kept compressed beside the templates and written into a page once, as plain text: a browser
that unpacked it would have to be allowed to run what no hash names.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from archscout.reports.charts import Chart

_PAGE = Path(__file__).parent / "page"
_PLOTLY = "plotly-basic-4.1.1.min.js.gz"


def render_page(
    template: str, charts: Mapping[str, Chart | Sequence[Chart] | None], **words: Any
) -> str:
    """Make a page as text; everything that came from a run is escaped.

    Args:
        template: name of a file beside this one, in ``page``.
        charts: what the template draws, by name; several side by side share a legend, and
            what is None or empty is left out.
        **words: all else that the template names.

    Returns:
        The page.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup, escape

    environment = Environment(
        loader=FileSystemLoader(_PAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Long cell strings may break after a bar, and are copied without the break.
    environment.filters["breakable"] = lambda text: Markup(str(escape(text)).replace("|", "|<wbr>"))
    sides = {
        name: [drawn] if isinstance(drawn, Chart) else list(drawn)
        for name, drawn in charts.items()
        if drawn
    }
    figures = {name: _figure(side) for name, side in sides.items()}
    scripts = [_plotly(), _read("charts.js")] if figures else []
    page = environment.get_template(template).render(
        **words,
        figures=figures,
        style=Markup(_read("style.css")),
        scripts=[Markup(script) for script in scripts],
        policy=_policy(scripts),
    )
    # Texts of a run may hold halves of characters, which no file can hold.
    return page.encode("utf-8", "replace").decode("utf-8")


def _figure(charts: list[Chart]) -> dict[str, Any]:
    """Charts side by side as the templates read them, with the legend that they share."""
    from markupsafe import Markup

    legend = {entry["name"]: entry for chart in charts for entry in chart.legend}
    drawn = [{"chart": chart, "json": Markup(chart.json())} for chart in charts]
    return {"charts": drawn, "legend": list(legend.values())}


def _plotly() -> str:
    return _script(gzip.decompress((_PAGE / _PLOTLY).read_bytes()).decode("utf-8"))


def _read(name: str) -> str:
    return (_PAGE / name).read_text("utf-8")


def _script(source: str) -> str:
    """Source as it may stand in an element; browsers hash it with plain line ends."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    return source.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _policy(scripts: list[str]) -> str:
    hashes = []
    for script in scripts:
        digest = hashlib.sha256(script.encode("utf-8")).digest()
        hashes.append(f"'sha256-{base64.b64encode(digest).decode('ascii')}'")
    return (
        f"default-src 'none'; script-src {' '.join(hashes) or chr(39) + 'none' + chr(39)}; "
        "style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
