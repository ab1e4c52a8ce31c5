"""What the pages of rankings, comparisons and searches without labels embed: plots and facts."""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def picture(figure: Figure) -> str:
    """A plot as the base64 text of a PNG."""
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png")
    return base64.b64encode(drawn.getvalue()).decode("ascii")


def fact_text(fact: Any) -> str:
    """A fact of a manifest in one line: texts as they are, all else as JSON.

    Examples:
        >>> fact_text("0.1.0"), fact_text({"seed": 1})
        ('0.1.0', '{"seed": 1}')
    """
    return fact if isinstance(fact, str) else json.dumps(fact, ensure_ascii=False)
