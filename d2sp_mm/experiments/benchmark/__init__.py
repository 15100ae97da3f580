"""Comparing methods over data sets, noises and seeds."""
