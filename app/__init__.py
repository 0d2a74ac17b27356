"""The stories of the desk, and how the program is put together. No Qt, no SQL."""
