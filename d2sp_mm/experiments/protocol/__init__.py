"""What a run has scored, and runs over folds."""
