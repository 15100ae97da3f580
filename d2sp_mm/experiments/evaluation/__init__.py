"""Evaluating a purification against the known truth."""

from d2sp_mm.experiments.evaluation.evaluate import evaluate_purification, report_table

__all__ = ["evaluate_purification", "report_table"]
