"""Data preprocessors that MMAction2 lacks."""
