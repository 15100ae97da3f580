"""The weight head, and the recorder of what a head's classifier receives."""
