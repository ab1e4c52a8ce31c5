"""Pages and drawings of finished searches: one HTML file that opens without a network."""

from __future__ import annotations

from archscout.reports.drawings import cell_svg
from archscout.reports.html import write_report

__all__ = ["cell_svg", "write_report"]
