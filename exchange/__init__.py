"""What the outside world speaks: text of other programs to our records. Reads no file and writes none itself."""
