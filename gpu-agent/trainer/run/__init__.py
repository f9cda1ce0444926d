"""A run from its first event to its last: checkpoints, evaluation, early stopping, and its summary."""
