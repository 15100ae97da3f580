"""Planting known noise: confused labels, corrupted clips, corrupted skeletons."""
