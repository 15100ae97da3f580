"""The loss that records what it sees."""
