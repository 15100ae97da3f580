"""Configs in MMEngine's Python style."""
