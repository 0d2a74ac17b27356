"""The window: everything that uses Qt lives here and nowhere else."""
