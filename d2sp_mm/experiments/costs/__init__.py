"""What purification costs, and what it saves: measured side by side with the alternative, in one run."""
