"""The process that a run works in: its events, its device, and the other processes of a run on several devices."""
