"""The job that the agent hands over: its kind, inputs and settings, checked and typed."""
