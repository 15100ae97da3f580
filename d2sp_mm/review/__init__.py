"""Looking at what a run decided, and deciding again without a model."""
