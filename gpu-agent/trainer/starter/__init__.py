"""The starter model: its corpus, its tokenizer texts, its shape, and its optimizers."""
