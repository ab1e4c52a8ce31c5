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
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archscout.reports._charts import Chart
from archscout.reports._words import duration
from archscout.reports.drawings import cell_svg

if TYPE_CHECKING:
    from jinja2 import Environment

    from archscout.results.supernet import SupernetSearchResult
    from archscout.results.unlabeled import UnlabeledResult
    from archscout.spaces.base import Architecture, SearchSpace

_PAGE = Path(__file__).parent / "page"
_PLOTLY = "plotly-basic-4.1.1.min.js.gz"


class Page:
    """A page of sections, each made of the blocks of ``page/parts.html``.

    Everything that came from a run is escaped. A browser shows ``tab``, or the title.
    """

    def __init__(self, command: str, title: str, tab: str = "") -> None:
        self._environment = _environment()
        self.parts: Any = self._environment.get_template("parts.html").module
        self.head: list[str] = []
        self._words = {"command": command, "title": title, "tab": tab or title}
        self._sections: list[tuple[str, str, Sequence[str]]] = []
        self._drawn = False

    def section(self, heading: str, *blocks: str, id: str = "") -> None:
        """Add a section; without a heading its blocks stand alone."""
        self._sections.append((heading, id, blocks))

    def figure(self, name: str, about: str, charts: Chart | Sequence[Chart] | None) -> str:
        """A block of charts side by side, told to those who cannot see it; empty without any."""
        if not charts:
            return ""
        self._drawn = True
        drawn: str = self.parts.draw(_figure(charts), name, about)
        return drawn

    def drawing(self, space: SearchSpace, arch: Architecture) -> str:
        """A block with the drawing of an architecture."""
        from markupsafe import Markup

        return Markup(cell_svg(space, arch))

    def add_warnings(self, result: Any, word: str = "Warning:") -> None:
        """Say first what speaks against a result."""
        self.head += [self.parts.note(word, f"{warning}.") for warning in result.warnings]

    def add_best(
        self, best: str, result: UnlabeledResult | SupernetSearchResult, doubt: str = ""
    ) -> None:
        """Say first what a search on images found, and what speaks against it."""
        parts = self.parts
        self.head.append(parts.code(best))
        self.add_warnings(result)
        self.head += [parts.note("A winner?", f"{doubt}.")] if doubt else []
        self.head.append(parts.items([f"{finding}." for finding in result.findings]))

    def add_making(
        self,
        result: UnlabeledResult | SupernetSearchResult,
        facts: Sequence[tuple[str, str]],
        manifest: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Say how a search on images was made, and how long its stages took."""
        stages = [(stage, duration(seconds)) for stage, seconds in result.seconds.items()]
        rows = [("images", result.images), *(row for row in facts if row[1]), *stages, *manifest]
        self.section(
            "How it was made",
            self.parts.small(
                "Times are those of the last call; what an earlier one had trained took none."
            ),
            self.parts.pairs("How it was made", rows),
        )

    def text(self) -> str:
        """The page."""
        from markupsafe import Markup

        scripts = [_plotly(), _read("charts.js")] if self._drawn else []
        page = self._environment.get_template("page.html").render(
            **self._words,
            head=self.head,
            sections=self._sections,
            style=Markup(_read("style.css")),
            scripts=[Markup(script) for script in scripts],
            policy=_policy(scripts),
        )
        # Texts of a run may hold halves of characters, which no file can hold.
        return page.encode("utf-8", "replace").decode("utf-8")


def _environment() -> Environment:
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
    return environment


def _figure(drawn: Chart | Sequence[Chart]) -> dict[str, Any]:
    """Charts side by side as the templates read them, with the legend that they share."""
    from markupsafe import Markup

    charts = [drawn] if isinstance(drawn, Chart) else list(drawn)
    legend = {entry["name"]: entry for chart in charts for entry in chart.legend}
    sides = [{"chart": chart, "json": Markup(chart.json())} for chart in charts]
    return {"charts": sides, "legend": list(legend.values())}


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
