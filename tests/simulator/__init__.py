"""A clinic in one thread: real desks, a real hub, a bad line, people, and a world the code under test cannot see.

See README.md beside this file.
"""
