"""Pages and drawings of finished searches: one HTML file that opens without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily
from archscout.reports.report import report

if TYPE_CHECKING:
    from archscout.reports.drawings import cell_svg

__all__ = ["cell_svg", "report"]
__getattr__ = lazily(__name__, {"cell_svg": "drawings"})
