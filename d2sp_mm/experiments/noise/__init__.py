"""Planting known noise: confused labels, spoiled clips, spoiled skeletons."""
