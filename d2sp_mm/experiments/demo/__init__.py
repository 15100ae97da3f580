"""The demo: purify a drawn video set end to end, beside its controls."""
