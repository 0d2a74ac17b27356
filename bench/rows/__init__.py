"""The rows: one module per part of the program, each with a table `ROWS` of name → function."""
