"""Card terminals: the language spoken over a wire, one maker a file."""
