"""Proof, not product: everything whose truth is known because we planted it."""
