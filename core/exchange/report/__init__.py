"""What a run came to, as one HTML file that opens anywhere: no program, no network, no script."""

from core.exchange.report.report import report_html

__all__ = ["report_html"]
