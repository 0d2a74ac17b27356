"""Where everything is kept: a desk's encrypted store, the hub's store on SQLite or PostgreSQL, and what they share.

`reading` opens a desk's store without SQLAlchemy, `desk` writes it, `hub` is the clinic's log, `book` answers the
ledger engine from tables, `projection` turns judged operations into rows, `invariants` checks them.
"""
