"""What a run has scored and cost, runs over folds, and clips that are decoded once."""
