"""Rows of a dataset: read, encoded, and checked before the training starts."""
