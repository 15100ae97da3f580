"""A toy dynamic facial expression set, drawn on the spot, with planted noise of known truth."""
