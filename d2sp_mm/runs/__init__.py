"""The folder that a run leaves: written, read, resumed."""
