"""A language model on disk and in memory: tokenizer, chat template, weights, quantization, answers, export."""
