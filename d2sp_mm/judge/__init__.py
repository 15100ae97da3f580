"""Judging a purification against the known truth."""

from d2sp_mm.judge.judge import judge
from d2sp_mm.judge.report import report_table

__all__ = ["judge", "report_table"]
