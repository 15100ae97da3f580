"""Backbones of the field that MMAction2 lacks."""
