"""Whole files, CSV rows, pickles without code, saved states."""
