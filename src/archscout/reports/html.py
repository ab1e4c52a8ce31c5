"""The run report: one HTML file that opens without a network and asks for nothing outside.

Two guards keep texts of a run from becoming markup: the template escapes everything, and the
page's content security policy runs only the two scripts whose hashes it names.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from archscout.errors import StorageError
from archscout.plain import write_text
from archscout.reports import content
from archscout.reports.drawings import cell_svg

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from archscout.results import SearchResult

_PAGE = Path(__file__).parent / "page"


def write_report(result: SearchResult, path: str | Path) -> Path:
    """Write the report of a finished search as one HTML file.

    Args:
        result: the search.
        path: file to write, or a folder that then holds ``report.html``; a missing folder is
            made. An old file is replaced in one step, so that it is never half written.

    Returns:
        The path that was written.

    Raises:
        StorageError: if the file cannot be written there.

    Examples:
        >>> import tempfile
        >>> from archscout.objectives import Label
        >>> from archscout.results import SearchResult
        >>> from archscout.spaces import load_space
        >>> space = load_space("nasbench201")
        >>> label = Label(0, space.parse("334131"), 91.2)
        >>> result = SearchResult(space, "random", "my table", "percent", "maximize", [label])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_report(result, folder).name
        'report.html'
    """
    path = Path(path)
    path = path / "report.html" if path.is_dir() else path
    page = render(result)
    try:
        write_text(path, page)
    except OSError as problem:
        raise StorageError(
            f"cannot write the report to {str(path)!r} ({problem.strerror or problem}): "
            "name a file in a folder that you may write to"
        ) from problem
    return path


def render(result: SearchResult) -> str:
    """Make the page as text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup, escape
    from plotly.offline import get_plotlyjs

    from archscout.reports.plots import anytime_figure, audit_figure, prediction_figure

    environment = Environment(
        loader=FileSystemLoader(_PAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Long cell strings may break after a bar, and are copied without the break.
    environment.filters["breakable"] = lambda text: Markup(str(escape(text)).replace("|", "|<wbr>"))
    drawn = {
        "anytime": anytime_figure(result),
        "prediction": prediction_figure(result),
        "audit": audit_figure(result.audit, result.noise),
    }
    figures = {name: figure for name, figure in drawn.items() if figure is not None}
    charts = (_PAGE / "charts.js").read_text("utf-8")
    scripts = [_script(get_plotlyjs()), _script(charts)] if figures else []
    cells = content.best_cells(result)
    for card in cells["cards"]:
        card["drawing"] = Markup(cell_svg(result.space, card["label"].architecture))
    page = environment.get_template("report.html").render(
        result=result,
        noun=content.noun(result),
        head=content.headline(result),
        anytime=content.anytime_words(result),
        prediction=content.prediction_words(result),
        audit=content.audit_table(result),
        cells=cells,
        origins=content.origins(result),
        failures=content.failures(result),
        test=content.sealed_words(result),
        caveats=content.caveats(result),
        manifest=content.manifest_rows(result),
        rerun=content.rerun(result),
        table=content.label_table(result),
        figures={name: Markup(_json(figure)) for name, figure in figures.items()},
        style=Markup((_PAGE / "style.css").read_text("utf-8")),
        scripts=[Markup(script) for script in scripts],
        policy=_policy(scripts),
    )
    # Texts of a run may hold halves of characters, which no file can hold.
    return page.encode("utf-8", "replace").decode("utf-8")


def _json(figure: go.Figure) -> str:
    """Figure as JSON that no text in it can end the element around it."""
    # The standard library's writer takes any text, also one that is no valid Unicode.
    text: str = figure.to_json(engine="json")
    return text.replace("<", "\\u003c")


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
