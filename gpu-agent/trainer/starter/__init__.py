"""The starter model: its corpus, its schedule, its shape, and its optimizers."""
