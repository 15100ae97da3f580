"""The page that shows what a run decided, as a folder that opens from disk."""

from d2sp_mm.review.report.write_report import ReportOptions, write_report

__all__ = ["ReportOptions", "write_report"]
