"""A run from its first event to its last: settings, checkpoints, evaluation, the files that it leaves, and its summary."""
