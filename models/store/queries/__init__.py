"""What the screens ask a desk's store: SQL on the raw reading connection, answered with small frozen rows.

Nothing here writes and nothing imports SQLAlchemy: the first screen must not wait for it. Every balance is the one in
force on this desk, the pending layer included. All functions take a connection of `reader()` and the tenant.
"""
