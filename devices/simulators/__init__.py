"""Simulated hardware: programs of their own that behave like the machines, faults included.

They share no code with the drivers but the published table of control bytes, so that a misunderstanding shows.
"""
