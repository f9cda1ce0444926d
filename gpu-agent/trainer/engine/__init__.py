"""One optimizer step from packed rows: attention, loss, reference, memory plan, and the three trainers on TRL."""
