"""Pages and drawings of finished searches: one HTML file that opens without a network."""

from __future__ import annotations

from archscout.reports.drawings import cell_svg
from archscout.reports.report import report

__all__ = ["cell_svg", "report"]
